//! gcloud's commands: which there are, in which release tracks, with which flags. Knows nothing of how a command line
//! is written, nor which flags are about authentication.
//!
//! Source: the argument parsers of Cloud SDK 578.0.0, true on 2026-08-04 (`data/README.md`); the same is described at
//! <https://cloud.google.com/sdk/gcloud/reference>, checked 2026-11-21.
//!
//! A *path* is a command without `gcloud` and without its release track: `scheduler jobs create http`.

use std::sync::LazyLock;

use memchr::memmem;

use super::lookup::{Line, Table};

const COMMANDS: Table = Table::new(include_str!("../../data/gcloud.txt"));
const PATHS: Table = Table::new(include_str!("../../data/gcloud_paths.txt"));

/// The key under which the flags of every command stand.
const EVERYWHERE: &str = "*";

/// A release track: what stands between `gcloud` and the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// Nothing stands there: generally available.
    Ga,
    /// `gcloud beta`.
    Beta,
    /// `gcloud alpha`.
    Alpha,
}

impl Track {
    /// All of them, the most stable first.
    pub const ALL: [Self; 3] = [Self::Ga, Self::Beta, Self::Alpha];

    /// The track that a word after `gcloud` names.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "beta" => Some(Self::Beta),
            "alpha" => Some(Self::Alpha),
            _ => None,
        }
    }

    /// What to write after `gcloud`; nothing for the general one.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Ga => None,
            Self::Beta => Some("beta"),
            Self::Alpha => Some("alpha"),
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Ga => 'G',
            Self::Beta => 'B',
            Self::Alpha => 'A',
        }
    }
}

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arity {
    /// Nothing: it is there or not, and `--flag=value` is an error.
    None,
    /// A value, after `=` or as the next word.
    One,
    /// A value or nothing.
    Optional,
}

/// How gcloud reads a flag's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// As it is.
    Text,
    /// A list, separated by commas or by a delimiter of the user's own (`^;^a;b`).
    List,
    /// `key=value` pairs, separated likewise.
    Dict,
}

/// A flag of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flag {
    /// Its name with the dashes: `--member`.
    pub name: &'static str,
    /// Its short form with the dash: `-q`.
    pub short: Option<&'static str>,
    /// What it takes.
    pub arity: Arity,
    /// How its value is read.
    pub kind: Kind,
    /// It works but is not in the help, as are the `--no-…` forms of most booleans.
    pub hidden: bool,
    /// It may be given several times, and the values add up; otherwise the last one counts.
    pub repeat: bool,
    /// It must be given. In a group that need not be used: when the group is used.
    pub required: bool,
}

impl Flag {
    /// `--env-vars/-e=:+!~`, see `data/README.md`.
    fn parse(text: &'static str) -> Self {
        let end = text.find(['=', '?', ',', ':', '+', '!', '~']).unwrap_or(text.len());
        let (names, marks) = text.split_at_checked(end).unwrap_or((text, ""));
        let (name, short) = match names.split_once('/') {
            Some((name, short)) => (name, Some(short)),
            None => (names, None),
        };
        let has = |mark: char| marks.contains(mark);
        Self {
            name,
            short,
            arity: match (has('='), has('?')) {
                (true, _) => Arity::One,
                (_, true) => Arity::Optional,
                _ => Arity::None,
            },
            kind: match (has(','), has(':')) {
                (true, _) => Kind::List,
                (_, true) => Kind::Dict,
                _ => Kind::Text,
            },
            hidden: has('~'),
            repeat: has('+'),
            required: has('!'),
        }
    }

    /// Whether a word of a command line (without `=value`) is this flag.
    pub fn is(&self, word: &str) -> bool {
        self.name == word || self.short == Some(word)
    }
}

/// Alternatives of which at most one may be given. A handle: copy it freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Group {
    /// `!--a|--b,--c`, see `data/README.md`.
    text: &'static str,
}

impl Group {
    /// Whether exactly one must be given.
    pub fn is_required(self) -> bool {
        self.text.starts_with('!')
    }

    /// The alternatives; each is a set of flags, given when any of them is.
    pub fn alternatives(self) -> impl Iterator<Item = Alternative> {
        self.text.trim_start_matches('!').split('|').map(Alternative)
    }
}

/// Flags of which each stands for the same choice. A handle: copy it freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Alternative(&'static str);

impl Alternative {
    /// Its flags.
    pub fn flags(self) -> impl Iterator<Item = &'static str> {
        self.0.split(',')
    }

    /// Whether a flag is one of its own.
    pub fn has(self, flag: &str) -> bool {
        self.flags().any(|own| own == flag)
    }
}

/// A command whose flags are known. A handle: copy it freely.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    track: Track,
    path: &'static str,
    positionals: &'static str,
    flags: &'static str,
    groups: &'static str,
}

impl Command {
    /// The command of a track and path, when its flags are known. `None` says nothing about whether it exists: ask
    /// [`known_path`].
    pub fn find(track: Track, path: &str) -> Option<Self> {
        COMMANDS.find_all(path).find_map(|line| Self::of_line(track, line)).filter(|found| found.path != EVERYWHERE)
    }

    fn of_line(track: Track, line: Line) -> Option<Self> {
        let [tracks, positionals, flags, groups] = line.columns();
        let path = line.key;
        tracks.contains(track.letter()).then_some(Self { track, path, positionals, flags, groups })
    }

    /// `scheduler jobs create http`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The track it was looked up in.
    pub fn track(&self) -> Track {
        self.track
    }

    /// The flag of this name (`--member`, `-q`; without `=value`), of its own or of every command.
    pub fn flag(&self, name: &str) -> Option<Flag> {
        named(self.flags, name).or_else(|| named(global_text(), name))
    }

    /// Its own flags, without those of every command.
    pub fn own_flags(&self) -> impl Iterator<Item = Flag> + use<> {
        words(self.flags).map(Flag::parse)
    }

    /// Its own flags and those of every command.
    pub fn flags(&self) -> impl Iterator<Item = Flag> + use<> {
        self.own_flags().chain(global_flags())
    }

    /// Flags that exclude one another.
    pub fn exclusive_groups(&self) -> impl Iterator<Item = Group> + use<> {
        words(self.groups).map(|text| Group { text })
    }

    /// How many positional arguments it takes: at least, and at most where there is a bound.
    pub fn positionals(&self) -> (usize, Option<usize>) {
        let (least, most) = self.positionals.split_once('-').unwrap_or(("0", ""));
        (least.parse().unwrap_or(0), most.parse().ok())
    }
}

/// The flags that every command has: `--project`, `--impersonate-service-account`, `--quiet`, …
pub fn global_flags() -> impl Iterator<Item = Flag> {
    words(global_text()).map(Flag::parse)
}

fn global_text() -> &'static str {
    // Asked for each flag of each command line.
    static FLAGS: LazyLock<&str> = LazyLock::new(|| {
        let [_, _, flags] = COMMANDS.find(EVERYWHERE).map(Line::columns).unwrap_or_default();
        flags
    });
    &FLAGS
}

/// The flag of this name; only what may be it is parsed, since commands have a hundred flags.
fn named(flags: &'static str, name: &str) -> Option<Flag> {
    if name.is_empty() {
        return None;
    }
    let word = |at: usize| -> Option<&'static str> {
        let start = flags.get(..at)?.rfind(' ').map_or(0, |blank| blank + 1);
        flags.get(start..)?.split(' ').next()
    };
    memmem::find_iter(flags.as_bytes(), name).filter_map(word).map(Flag::parse).find(|flag| flag.is(name))
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(' ').filter(|word| !word.is_empty())
}

/// The tracks in which a path is a command, the most stable first; none when it is no command.
pub fn tracks(path: &str) -> Vec<Track> {
    let have = PATHS.find(path).map_or("", |line| line.rest);
    Track::ALL.into_iter().filter(|track| have.contains(track.letter())).collect()
}

/// Whether a path is a command in some track, its flags known or not.
pub fn known_path(path: &str) -> bool {
    PATHS.find(path).is_some()
}

/// Whether commands stand below this path in some track.
pub fn is_group(path: &str) -> bool {
    PATHS.with_prefix(&format!("{path} ")).next().is_some()
}

/// The names of the groups and commands directly below a group, in any track; for `""`, the first words of all.
pub fn children(group: &str) -> Vec<&'static str> {
    let prefix = if group.is_empty() { String::new() } else { format!("{group} ") };
    let mut names: Vec<&'static str> = Vec::new();
    for line in PATHS.with_prefix(&prefix) {
        let name = line.key.get(prefix.len()..).and_then(|rest| rest.split(' ').next()).unwrap_or("");
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    names
}

/// The command of this path in every track whose flags for it are known, the most stable first. A flag that none of
/// them has is unknown whatever the track is.
pub fn in_all_tracks(path: &str) -> Vec<Command> {
    Track::ALL.into_iter().filter_map(|track| Command::find(track, path)).collect()
}

/// The same command in the tracks other than its own.
pub fn commands_of_other_tracks(command: &Command) -> Vec<Command> {
    in_all_tracks(command.path).into_iter().filter(|other| other.track != command.track).collect()
}

/// How far the words of a command line name a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The track that the first word names.
    pub track: Track,
    /// The longest group or command that the words name, in any track; may be empty.
    pub path: &'static str,
    /// How many words that took, the track's included.
    pub words: usize,
    /// Whether it is a command; else a group, below which the next word does not exist.
    pub is_command: bool,
}

/// Finds the command that words after `gcloud` name. They must be without flags; what follows the path is left.
pub fn resolve(words: &[&str]) -> Resolved {
    let track = words.first().and_then(|word| Track::from_word(word));
    let skipped = usize::from(track.is_some());
    let mut found = Resolved { track: track.unwrap_or(Track::Ga), path: "", words: skipped, is_command: false };
    let mut path = String::new();
    for word in words.iter().skip(skipped) {
        if !path.is_empty() {
            path.push(' ');
        }
        path.push_str(word);
        let Some(line) = PATHS.with_prefix(&path).next() else {
            break;
        };
        // The first key with this prefix is the path itself, a command below it, or another word that starts alike
        // (`run` and `runtime`); a space sorts before all letters, so that the last means that there is no such group.
        let rest = line.key.get(path.len()..).unwrap_or("");
        if word.is_empty() || word.contains(' ') || !(rest.is_empty() || rest.starts_with(' ')) {
            break;
        }
        found.path = line.key.get(..path.len()).unwrap_or("");
        found.words += 1;
        found.is_command = rest.is_empty();
        if found.is_command && !is_group(&path) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::lookup::{assert_all_found, assert_sane};

    fn ga(path: &str) -> Command {
        Command::find(Track::Ga, path).unwrap()
    }

    #[test]
    fn tables_are_sane() {
        assert_sane(COMMANDS_TEXT, 5);
        assert_sane(PATHS_TEXT, 2);
        assert_all_found(COMMANDS);
        assert_all_found(PATHS);
        for line in COMMANDS.lines().filter(|line| line.key != EVERYWHERE) {
            let [have, ..] = line.columns::<4>();
            for track in Track::ALL.into_iter().filter(|track| have.contains(track.letter())) {
                assert!(tracks(line.key).contains(&track), "{} has no path in {track:?}", line.key);
                let command = Command::of_line(track, line).unwrap();
                let known: Vec<_> = command.own_flags().map(|flag| flag.name).collect();
                assert!(known.iter().all(|name| name.starts_with("--")), "{}", line.key);
                for flag in command.exclusive_groups().flat_map(Group::alternatives).flat_map(Alternative::flags) {
                    assert!(known.contains(&flag), "{}: {flag}", line.key);
                }
            }
        }
    }

    const COMMANDS_TEXT: &str = include_str!("../../data/gcloud.txt");
    const PATHS_TEXT: &str = include_str!("../../data/gcloud_paths.txt");

    #[test]
    fn a_command_knows_its_flags() {
        let command = ga("scheduler jobs create http");
        assert_eq!((command.track(), command.path()), (Track::Ga, "scheduler jobs create http"));
        let uri = command.flag("--uri").unwrap();
        assert_eq!((uri.arity, uri.kind, uri.required, uri.repeat), (Arity::One, Kind::Text, true, false));
        assert_eq!(command.flag("--allow-unauthenticated"), None);
        assert_eq!(command.positionals(), (1, Some(1)));
    }

    #[test]
    fn flags_of_every_command_belong_to_it() {
        let command = ga("run deploy");
        assert_eq!(command.flag("--impersonate-service-account").map(|flag| flag.arity), Some(Arity::One));
        assert_eq!(command.flag("-q").map(|flag| flag.name), Some("--quiet"));
        assert_eq!(command.flag("--quiet").map(|flag| flag.arity), Some(Arity::None));
        assert!(command.flags().any(|flag| flag.name == "--project"));
        assert!(!command.own_flags().any(|flag| flag.name == "--project"));
    }

    #[test]
    fn booleans_have_a_hidden_negative_form() {
        let command = ga("run deploy");
        assert_eq!(command.flag("--allow-unauthenticated").map(|flag| flag.arity), Some(Arity::None));
        assert_eq!(command.flag("--no-allow-unauthenticated").map(|flag| flag.arity), Some(Arity::None));
        assert_eq!(ga("run services update").flag("--allow-unauthenticated"), None);
    }

    #[test]
    fn dictionaries_and_lists() {
        let command = ga("run deploy");
        assert_eq!(command.flag("--set-env-vars").map(|flag| (flag.kind, flag.repeat)), Some((Kind::Dict, true)));
        assert_eq!(command.flag("--set-custom-audiences").map(|flag| flag.kind), Some(Kind::List));
    }

    #[test]
    fn tokens_of_a_scheduler_job_exclude_each_other() {
        let flags = |group: Group| group.alternatives().map(|one| one.flags().collect()).collect();
        let mut groups = ga("scheduler jobs create http").exclusive_groups();
        let tokens = groups.find(|group| group.alternatives().any(|one| one.has("--oidc-token-audience")));
        assert_eq!(
            tokens.map(|group| (group.is_required(), flags(group))),
            Some((
                false,
                vec![
                    vec!["--oidc-service-account-email", "--oidc-token-audience"],
                    vec!["--oauth-service-account-email", "--oauth-token-scope"],
                ]
            ))
        );
        let required = Group { text: "!--a|--b,--c" };
        assert!(required.is_required());
        assert_eq!(flags(required), [vec!["--a"], vec!["--b", "--c"]]);
    }

    #[test]
    fn commands_in_some_tracks_only() {
        assert_eq!(tracks("services identity create"), [Track::Beta, Track::Alpha]);
        assert!(known_path("services identity create"));
        assert!(!known_path("auth application-default print-identity-token"));
        assert!(!known_path("services identity"));
        assert!(Command::find(Track::Ga, "*").is_none());
        assert!(Command::find(Track::Ga, "").is_none());
        let others = commands_of_other_tracks(&ga("run deploy"));
        assert_eq!(others.iter().map(Command::track).collect::<Vec<_>>(), [Track::Beta, Track::Alpha]);
    }

    #[test]
    fn unbounded_positionals() {
        let (_, most) = ga("run jobs execute").positionals();
        assert_eq!(most, Some(1));
        assert!(COMMANDS.lines().any(|line| line.columns::<2>()[1] == "1-"));
        let open = COMMANDS.lines().find(|line| line.columns::<2>()[1] == "1-").unwrap();
        assert_eq!(in_all_tracks(open.key)[0].positionals(), (1, None));
    }

    #[test]
    fn groups_and_what_stands_below_them() {
        assert!(is_group("run") && is_group("run services") && is_group("auth application-default"));
        assert!(!is_group("run deploy") && !is_group("ru") && !is_group(""));
        let below = children("auth application-default");
        assert_eq!(below, ["login", "print-access-token", "revoke", "set-quota-project"]);
        assert!(children("").contains(&"scheduler") && children("run deploy").is_empty());
        let run = children("run");
        assert!(run.iter().all(|name| run.iter().filter(|other| other == &name).count() == 1), "{run:?}");
    }

    #[test]
    fn words_resolve_as_far_as_they_go() {
        let resolved = |line: &str| {
            let words: Vec<_> = line.split(' ').collect();
            let found = resolve(&words);
            (found.track, found.path, found.words, found.is_command)
        };
        assert_eq!(resolved("run deploy api"), (Track::Ga, "run deploy", 2, true));
        assert_eq!(resolved("beta run jobs execute x"), (Track::Beta, "run jobs execute", 4, true));
        assert_eq!(
            resolved("auth application-default print-identity-token"),
            (Track::Ga, "auth application-default", 2, false)
        );
        assert_eq!(resolved("nothing such"), (Track::Ga, "", 0, false));
        assert_eq!(resolved("ru n"), (Track::Ga, "", 0, false));
        assert_eq!(resolved("alpha"), (Track::Alpha, "", 1, false));
        assert_eq!(resolved(""), (Track::Ga, "", 0, false));
        assert_eq!(resolve(&[]).words, 0);
    }
}
