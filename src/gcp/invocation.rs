//! A gcloud command line: which command it is, and its flags with their values and places.
//!
//! A flag's value is never taken for a positional argument, and a command that is not surely known is no command.

use std::cell::OnceCell;

use super::command::{self, Arity, Command, Flag, Track};
use crate::value::{List, Piece, Place, Truth, Value};

/// A flag as it was given.
#[derive(Debug, Clone)]
pub struct FlagUse {
    /// Its name as written, with the dashes.
    pub name: String,
    /// What gcloud knows of it in this command; `None` when it is unknown there.
    pub known: Option<Flag>,
    /// Its value, when it has one.
    pub value: Option<Value>,
    /// Where its name stands.
    pub at: Place,
    /// Whether the value follows in the same word, after `=`.
    pub glued: bool,
}

impl FlagUse {
    /// From the name to the end of the value, where both stand together; else the name.
    pub fn whole(&self) -> Place {
        self.value.as_ref().map_or(self.at, |value| value.place_from(self.at))
    }
}

/// A gcloud command line taken apart.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The release track; `None` when a hole decides.
    pub track: Option<Track>,
    /// The path of the command, without `gcloud` and the track: `scheduler jobs create http`. For words that name no
    /// command, the group that they reach.
    pub path: &'static str,
    /// Whether the path is a command.
    pub is_command: bool,
    /// The first word that is no part of any command below [`Self::path`], when that is no command.
    pub stray: Option<Value>,
    /// Whether a hole stands in the path, and the command is one of several alike.
    pub guessed: bool,
    /// The command's flags and arguments, when they are known.
    pub command: Option<Command>,
    /// Flags in order.
    pub flags: Vec<FlagUse>,
    /// Positional arguments.
    pub positionals: Vec<Value>,
    /// Whether there may be more flags and arguments than are seen.
    pub open: bool,
    /// Where `gcloud` and the path stand; exact when nothing but one blank each stands between their words.
    pub at: Place,
    /// Where the last word of the path stands, or `gcloud` where there is none.
    pub verb: Place,
}

impl Invocation {
    /// Takes a command line apart; `None` when it is not surely gcloud's.
    pub fn parse(words: &List) -> Option<Self> {
        let (program, rest) = words.items.split_first()?;
        if !is_gcloud(program) {
            return None;
        }
        let mut parser = Parser { rest, at: 0, open: words.open, flags: Vec::new(), command: OnceCell::new() };
        let named = parser.path();
        let first = program.place()?;
        let last = named.last.unwrap_or(first);
        let at = if last.file == first.file && last.span.start >= first.span.start {
            let span = first.span.to(last.span);
            // Then the bytes between them can only be the blanks between the words.
            let plain = program.literal().is_some_and(|name| name == "gcloud")
                && (span.end - span.start) as usize == "gcloud ".len() + named.path.len();
            Place { span, exact: plain && first.exact && last.exact, ..first }
        } else {
            first
        };
        let mut invocation = Self {
            track: named.track,
            path: named.path,
            is_command: named.is_command,
            stray: named.stray,
            guessed: named.guessed,
            command: Command::find(named.track.unwrap_or(Track::Ga), named.path)
                .or_else(|| command::in_all_tracks(named.path).into_iter().next())
                .filter(|_| named.is_command),
            flags: Vec::new(),
            positionals: Vec::new(),
            open: false,
            at,
            verb: last,
        };
        let _ = parser.command.set(invocation.command);
        invocation.positionals = parser.arguments();
        invocation.flags = parser.flags;
        invocation.flags.shrink_to_fit();
        let most = invocation.command.and_then(|command| command.positionals().1);
        // More arguments than the command takes: some of them are flags that a variable holds.
        let surplus = most.is_some_and(|most| invocation.positionals.len() > most);
        let unknown = |value: &Value| value.known_prefix().is_empty() && !value.is_literal();
        let holds_flags = |value: &Value| surplus && unknown(value) || value.loose && names_flags(value);
        // A file may hold any flags.
        let from_file = invocation.flags.iter().any(|flag| flag.name == "--flags-file");
        invocation.open = parser.open || from_file || invocation.positionals.iter().any(holds_flags);
        Some(invocation)
    }

    /// Whether it is surely one of these commands, in whatever track.
    pub fn is(&self, paths: &[&str]) -> bool {
        self.is_command && paths.contains(&self.path)
    }

    /// The flag of this name; the last one, when given several times, as gcloud takes it.
    pub fn flag(&self, name: &str) -> Option<&FlagUse> {
        self.flags.iter().rev().find(|flag| flag.name == name || flag.known.is_some_and(|known| known.name == name))
    }

    /// All uses of a flag that may be repeated.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a FlagUse> {
        self.flags.iter().filter(move |flag| flag.name == name)
    }

    /// The value of a flag.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.flag(name)?.value.as_ref()
    }

    /// Whether a flag is given.
    pub fn has(&self, name: &str) -> Truth {
        match self.flag(name) {
            Some(_) => Truth::Yes,
            None if self.open => Truth::Unknown,
            None => Truth::No,
        }
    }

    /// As a message names it: `gcloud scheduler jobs create http`.
    pub fn shown(&self) -> String {
        let track = self.track.and_then(Track::word).map(|word| format!("{word} ")).unwrap_or_default();
        format!("gcloud {track}{}", self.path)
    }
}

/// `gcloud`, `/usr/bin/gcloud`, `gcloud.cmd`, `$GCLOUD`, `$(which gcloud)`.
fn is_gcloud(program: &Value) -> bool {
    if let Some(literal) = program.literal() {
        let name = literal.rsplit(['/', '\\']).next().unwrap_or("");
        return matches!(name, "gcloud" | "gcloud.cmd");
    }
    match program.pieces() {
        [Piece::Hole(hole, _)] => {
            let name = hole.shown.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_uppercase();
            matches!(name.as_str(), "GCLOUD" | "GCLOUD_BIN" | "GCLOUD_CMD" | "GCLOUD_PATH")
        }
        [Piece::Output(output, _)] => {
            let words: Vec<String> = output.words.items.iter().filter_map(Value::literal).collect();
            words.last().is_some_and(|last| last == "gcloud")
                && matches!(words.first().map(String::as_str), Some("which" | "command" | "type"))
        }
        _ => false,
    }
}

/// Whether a variable's name says that it holds flags.
fn names_flags(value: &Value) -> bool {
    value.pieces().iter().any(|piece| match piece {
        Piece::Hole(hole, _) => {
            let name = hole.shown.to_ascii_uppercase();
            ["ARG", "FLAG", "OPT", "PARAM", "EXTRA"].iter().any(|word| name.contains(word))
        }
        // `$(cat flags.txt)`
        Piece::Output(..) => value.loose,
        Piece::Text(..) | Piece::Attribute(..) => false,
    })
}

struct Named {
    track: Option<Track>,
    path: &'static str,
    is_command: bool,
    stray: Option<Value>,
    guessed: bool,
    last: Option<Place>,
}

struct Parser<'w> {
    rest: &'w [Value],
    at: usize,
    open: bool,
    flags: Vec<FlagUse>,
    command: OnceCell<Option<Command>>,
}

impl Parser<'_> {
    /// Reads the words of the path, and flags among them.
    fn path(&mut self) -> Named {
        let mut named =
            Named { track: Some(Track::Ga), path: "", is_command: false, stray: None, guessed: false, last: None };
        let mut path = String::new();
        let mut first = true;
        while let Some(word) = self.rest.get(self.at) {
            if self.flag(word) {
                continue;
            }
            let Some(text) = word.literal() else {
                // `gcloud $TRACK run …`, `jobs "$action" http`.
                match if first { None } else { self.guess(&path) } {
                    Some(verb) => {
                        named.guessed = true;
                        path = format!("{path} {verb}");
                    }
                    None if first => named.track = None,
                    None => {
                        named.guessed = true;
                        break;
                    }
                }
                self.at += 1;
                first = false;
                continue;
            };
            if let Some(track) = Track::from_word(&text).filter(|_| path.is_empty()) {
                named.track = Some(track);
            } else {
                let longer = if path.is_empty() { text } else { format!("{path} {text}") };
                if !command::is_group(&longer) && !command::known_path(&longer) {
                    named.stray = Some(word.clone());
                    break;
                }
                path = longer;
                named.last = word.place();
            }
            self.at += 1;
            first = false;
            if command::known_path(&path) && !self.goes_on(&path) {
                break;
            }
        }
        let parts: Vec<&str> = path.split(' ').filter(|part| !part.is_empty()).collect();
        let resolved = command::resolve(&parts);
        named.path = resolved.path;
        named.is_command = command::known_path(resolved.path) && resolved.path == path;
        if named.is_command {
            named.stray = None;
        }
        named
    }

    /// Whether the next word makes a longer path: some commands are groups as well.
    fn goes_on(&self, path: &str) -> bool {
        command::is_group(path)
            && self.rest.get(self.at).and_then(Value::literal).is_some_and(|next| {
                let longer = format!("{path} {next}");
                command::known_path(&longer) || command::is_group(&longer)
            })
    }

    /// A word for a hole in the path: the first of some pairs that is alike and leads on.
    fn guess(&self, path: &str) -> Option<&'static str> {
        let next = self.rest.get(self.at + 1).and_then(Value::literal).unwrap_or_default();
        ["create", "update", "add-iam-policy-binding"].into_iter().find(|verb| {
            let longer = format!("{path} {verb}");
            command::known_path(&longer) && !command::is_group(&longer)
                || command::known_path(&format!("{longer} {next}"))
        })
    }

    /// What follows the path.
    fn arguments(&mut self) -> Vec<Value> {
        let mut positionals = Vec::new();
        while let Some(word) = self.rest.get(self.at) {
            if word.equals("--").is_yes() {
                // What follows is for someone else.
                break;
            }
            if !self.flag(word) {
                positionals.push(word.clone());
                self.at += 1;
            }
        }
        positionals
    }

    /// Reads a flag and its value, when the word is one.
    fn flag(&mut self, word: &Value) -> bool {
        let prefix = word.known_prefix();
        let named = prefix.strip_prefix("--").is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphabetic()) || rest.is_empty() && !word.is_literal()
        });
        let short = prefix.len() == 2 && prefix.starts_with('-') && prefix != "--" && word.is_literal();
        if !named && !short {
            return false;
        }
        self.at += 1;
        let (name, glued) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.clone(), None),
        };
        let Some(text) = name.literal() else {
            // `--$KIND-service-account`: some flag is given.
            self.open = true;
            return true;
        };
        let Some(start) = name.place() else { return true };
        let whole_name = name.pieces().len() == 1;
        let at = if whole_name { start.part(0..text.len()) } else { Place { exact: false, ..start } };
        let known = self.known(&text);
        let takes_next = match known.map(|flag| flag.arity) {
            Some(Arity::One) => true,
            Some(Arity::None) => false,
            // An unknown flag's value must not become an argument.
            Some(Arity::Optional) | None => self.rest.get(self.at).is_some_and(|next| next.starts_with("-").is_no()),
        };
        let is_glued = glued.is_some();
        let value = glued.or_else(|| {
            let next = self.rest.get(self.at).filter(|_| takes_next)?;
            self.at += 1;
            Some(next.clone())
        });
        self.flags.push(FlagUse { name: text, known, value, at, glued: is_glued });
        true
    }

    /// The flag in the command, or before the command is known, among the flags of every command.
    fn known(&self, name: &str) -> Option<Flag> {
        match self.command.get() {
            Some(Some(command)) => command.flag(name),
            _ => command::global_flags().find(|flag| flag.is(name)),
        }
    }
}

/// The items of a list flag: cut at commas, or at the delimiter that `^;^` in front names.
pub fn items(value: &Value) -> Vec<Value> {
    match delimiter(value) {
        Some((delimiter, rest)) => rest.split_by(&delimiter),
        None => value.split(','),
    }
}

/// The pairs of a dict flag. A part without `=` has no value.
pub fn pairs(value: &Value) -> Vec<(Value, Option<Value>)> {
    let pair = |item: Value| match item.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (item, None),
    };
    items(value).into_iter().map(pair).collect()
}

/// `^;^a;b`: the delimiter and what follows it (`gcloud topic escaping`).
pub fn delimiter(value: &Value) -> Option<(String, Value)> {
    let prefix = value.known_prefix();
    let (delimiter, _) = prefix.strip_prefix('^')?.split_once('^')?;
    let rest = value.strip_prefix(&format!("^{delimiter}^"))?;
    (!delimiter.is_empty()).then(|| (delimiter.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    fn line(text: &str) -> Invocation {
        let items = text
            .split(' ')
            .map(|word| {
                let mut value = value(word.trim_start_matches('?'));
                value.loose = word.starts_with('?');
                value
            })
            .collect();
        Invocation::parse(&List { items, open: false }).unwrap()
    }

    #[test]
    fn flags_and_arguments_in_any_order() {
        let found = line("gcloud --project p scheduler --quiet jobs create http --uri=https://x --location us {NAME}");
        assert_eq!(found.path, "scheduler jobs create http");
        assert_eq!(found.value("--uri").unwrap().to_string(), "https://x");
        assert_eq!(found.value("--project").unwrap().to_string(), "p");
        assert_eq!(found.value("--location").unwrap().to_string(), "us");
        assert_eq!(found.positionals.iter().map(ToString::to_string).collect::<Vec<_>>(), ["${NAME}"]);
        assert_eq!(found.has("--oidc-service-account-email"), Truth::No);
        assert_eq!(found.shown(), "gcloud scheduler jobs create http");
    }

    #[test]
    fn variables_may_hold_flags() {
        assert!(!line("gcloud run deploy ?{SVC}").open);
        assert!(line("gcloud run deploy ?{SVC} ?{MORE}").open);
        assert!(line("gcloud run deploy ?{EXTRA_ARGS}").open);
        assert!(line("gcloud run deploy x {MORE}").open, "a surplus argument can only be a flag");
        assert!(line("gcloud run deploy x --{KIND}-account=y").open);
        assert!(line("gcloud run deploy x --flags-file=f.yaml").open);
        assert!(!line("gcloud run deploy x --image ?{IMAGE}").open);
    }

    #[test]
    fn tracks_and_verbs_that_a_hole_decides() {
        assert_eq!(line("gcloud beta run deploy x").track, Some(Track::Beta));
        let found = line("gcloud {TRACK} run deploy x");
        assert_eq!((found.track, found.path), (None, "run deploy"));
        let found = line("gcloud scheduler jobs {ACTION} http x --uri=y");
        assert_eq!((found.path, found.guessed), ("scheduler jobs create http", true));
        assert!(!line("gcloud {GROUP} {VERB} x").is_command);
    }

    #[test]
    fn words_that_are_no_command() {
        let found = line("gcloud auth application-default print-identity-token");
        assert_eq!((found.path, found.is_command), ("auth application-default", false));
        assert_eq!(found.stray.unwrap().to_string(), "print-identity-token");
        assert!(!line("gcloud frobnicate x").is_command);
    }

    #[test]
    fn what_is_gcloud() {
        assert!(is_gcloud(&value("{GCLOUD}")) && is_gcloud(&value("/usr/bin/gcloud")));
        assert!(!is_gcloud(&value("gcloudx")) && !is_gcloud(&value("{CMD}")));
    }

    #[test]
    fn lists_and_pairs() {
        let shown =
            |value: &str| items(&super::tests::value(value)).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown("a,b"), ["a", "b"]);
        assert_eq!(shown("^;^a,b;c"), ["a,b", "c"]);
        assert_eq!(shown("^--^a--b"), ["a", "b"]);
        let (key, value) = pairs(&super::tests::value("A={X},B")).remove(0);
        assert_eq!((key.to_string(), value.unwrap().to_string()), ("A".into(), "${X}".into()));
    }
}
