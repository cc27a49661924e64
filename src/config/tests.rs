//! What configurations say, and what is said of those that are wrong.

use super::*;

fn parse(text: &str) -> Config {
    Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml")).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    let config = parse(text);
    let slice = |span: Span| text.get(span.range()).unwrap();
    config.faults.iter().map(|fault| format!("{}: {} | {}", slice(fault.span), fault.message, fault.help)).collect()
}

#[test]
fn what_a_config_says() {
    let config = parse(
        "[rules]\na = \"off\"\nb = \"error\"\n[[overrides]]\npaths = [\"docs/\"]\nrules = { b = \"advice\" }\n\
         [[overrides]]\npaths = [\"*.md\"]\nrules = { b = \"off\", a = \"warning\" }\n\
         [files]\nexclude = [\"vendor\"]\nmax-size = \"2MiB\"\n",
    );
    assert_eq!(config.faults, []);
    let setting = |rule, path| config.setting(rule, Path::new(path));
    assert_eq!(setting("a", "/p/x.sh"), Some(Setting::Off));
    assert_eq!(setting("b", "/p/x.sh"), Some(Setting::Level(Level::Error)));
    assert_eq!(setting("b", "/p/docs/x.sh"), Some(Setting::Level(Level::Advice)));
    assert_eq!(setting("b", "/p/docs/x.md"), Some(Setting::Off));
    assert_eq!(setting("a", "/p/docs/x.md"), Some(Setting::Level(Level::Warning)));
    assert_eq!(setting("b", "/elsewhere/x.md"), Some(Setting::Level(Level::Error)));
    assert_eq!(setting("c", "/p/docs/x.md"), None);
    assert!(config.excludes(Path::new("/p/a/vendor/x.sh")) && !config.excludes(Path::new("/p/a.sh")));
    assert!(!config.excludes(Path::new("/p")) && !config.excludes(Path::new("/q/vendor")));
    assert_eq!(config.max_size(), 2 << 20);
    assert_eq!(config.ids().flatten().count(), 5);
    let requires = parse("[[require]]\nwhen = \"A\"\nneeds = [\"B\", \"C\"]\n").requires;
    let span = Span::new(0, 11);
    assert_eq!(requires, [Require { when: "A".into(), needs: vec!["B".into(), "C".into()], span }]);
    let empty = parse("");
    assert!(empty.faults.is_empty() && empty.max_size() == MAX_SIZE && !empty.omits_some());
}

#[test]
fn the_latest_keys_have_values_and_places() {
    let text = "fail-on = \"error\"\nadvice = true\npreview = true\n[files]\ninclude = [\"deploy/\", \"*.tf\"]\nexclude = [\"old.tf\"]\n";
    let config = parse(text);
    assert_eq!(config.faults, []);
    let fail_on = config.fail_on.as_ref().unwrap();
    assert_eq!((fail_on.value, text.get(fail_on.span.range())), (Level::Error, Some("\"error\"")));
    assert!(config.advice.as_ref().unwrap().value && config.preview());
    let omits = |path| config.omits(Path::new(path));
    for path in ["/p/deploy/a.sh", "/p/deploy/x/y.py", "/p/main.tf", "/p/x/main.tf", "/p/x/deploy/a.sh"] {
        assert_eq!(omits(path), None, "{path}");
    }
    assert_eq!(omits("/p/a.sh"), Some(Omission::NotIncluded));
    assert_eq!(omits("/p/deploy.sh"), Some(Omission::NotIncluded));
    assert_eq!(omits("/p/deploy/old.tf"), Some(Omission::Excluded), "`exclude` wins");
    assert_eq!(omits("/elsewhere/a.sh"), None, "another project's");
    assert!(!config.excludes(Path::new("/p/x")), "a directory may hold what is included");
}

#[test]
fn what_the_latest_keys_say_in_vain_is_told() {
    assert_eq!(
        faults("fail-on = \"off\"\nadvice = 1\npreview = \"yes\"\n[files]\ninclude = []\nexclude = [\"/\"]\n"),
        [
            "\"off\": `off` is no level | levels are `error`, `warning`, `advice`",
            "1: `advice` is true or false, not a number | write `advice = true`",
            "\"yes\": `preview` is true or false, not a text | write `preview = true`",
            "[]: `include` is empty, and leaves nothing out | write `include = [\"deploy/\", \"*.tf\"]`, or delete it",
            "\"/\": `/` is no pattern of paths: it names nothing | patterns are those of .gitignore, without `!`",
        ]
    );
    assert_eq!(
        faults("fail-on = true\n"),
        ["true: `fail-on` is set to \"error\", \"warning\" or \"advice\", not to true or false | write it in quotes"]
    );
    for text in ["[files]\ninclude = []\n", "[files]\ninclude = [\"a[\"]\n", "[files]\ninclude = 1\n"] {
        assert_eq!(parse(text).omits(Path::new("/p/a.sh")), None, "what is wrong leaves nothing out");
    }
}

#[test]
fn what_does_nothing_is_told() {
    assert_eq!(
        faults("[rulez]\na = \"off\"\n[files]\nexclude = \"a\"\nmaxsize = 1\n[[grantz]]\nrole = \"x\"\n"),
        [
            "rulez: there is no key `rulez`; it does nothing | write `rules`",
            "\"a\": `exclude` is a list of texts, not a text | write `exclude = [\"…\"]`",
            "maxsize: there is no key `maxsize` in `files`; it does nothing | write `max-size`",
            "grantz: there is no key `grantz`; it does nothing | write `grants`",
        ]
    );
    assert_eq!(
        faults("rules = 3\n[files]\nexclude = [1, \"a[\", \"b\"]\nmax-size = \"1GB\"\n"),
        [
            "3: `rules` is a table, not a number | write `[rules]`",
            "1: a path is a text, not a number | write it in quotes",
            "\"a[\": `a[` is no pattern of paths: unclosed character class; missing ']' | patterns are those of .gitignore, without `!`",
            "\"1GB\": `1GB` is no size | write a number of bytes, KiB or MiB: `max-size = \"2MiB\"`",
        ]
    );
    assert_eq!(
        faults("[rules]\na = \"of\"\nb = false\nc = \"note\"\n[overrides]\npaths = []\n"),
        [
            "\"of\": `of` is no level | write `off`",
            "false: a rule is set to \"off\", \"advice\", \"warning\" or \"error\", not to true or false | write `\"off\"`",
            "\"note\": `note` is no level | levels are `off`, `advice`, `warning`, `error`",
            "[overrides]: `overrides` is a list of tables, not a table | write `[[overrides]]`",
        ]
    );
    assert_eq!(
        faults("[[overrides]]\nrules = { a = \"off\" }\n"),
        [
            "[[overrides]]: without `paths` it does nothing | add `paths = [\"docs/\", \"*.md\"]`: for which files, by patterns as in .gitignore, from this file's directory"
        ]
    );
    assert_eq!(
        faults(
            "[[require]]\nwhen = \"A B\"\nneeds = []\n[[require]]\nwhen = 1\nneed = [\"B\"]\n[[require]]\nwhen = \"A\"\n"
        ),
        [
            "\"A B\": `A B` is no name of a variable | names are those of environment variables: `QUEUE_ID`",
            "[]: `needs` is empty, and asks for nothing | names are those of environment variables: `QUEUE_ID`",
            "1: `when` names a variable, not a number | write `when = \"NAME\"`",
            "need: there is no key `need` in `require`; it does nothing | write `needs`",
            "[[require]]: without `needs` it does nothing | add `needs = [\"QUEUE_ID\"]`: these are due beside it",
        ]
    );
    assert_eq!(
        faults("[files]\nmax-size = \"17MiB\"\n"),
        ["\"17MiB\": `17MiB` is more than the 16 MiB that a file may have | write `max-size = \"16MiB\"`"]
    );
    assert_eq!(parse("[files]\nmax-size = \"17MiB\"\n").max_size(), LARGEST);
}

#[test]
fn what_is_no_toml_has_a_place() {
    let error =
        Config::parse(Source::new("authlint.toml", b"[rules]\na = off\n").unwrap(), Path::new("/p/authlint.toml"))
            .unwrap_err();
    assert_eq!(error.at, (2, 5));
    assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
}

#[test]
fn hostile_files_end() {
    for text in [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        "[[overrides]]\n".repeat(50_000),
    ] {
        let _ = Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml"));
    }
    let many: Vec<String> = (0..100_000).map(|n| format!("k{n}=1")).collect();
    assert!(parse(&many.join("\n")).faults.len() <= 1000);
}
