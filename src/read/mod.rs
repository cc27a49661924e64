//! One file's tree → one [`Program`], from that file's text alone. Knows no rules, no disk and no other files.
//!
//! A new kind of file is one reader and one line in [`READERS`].

mod batch;
mod code;
mod docker;
mod dotenv;
mod filled;
mod just;
mod line;
mod machine;
mod make;
mod mark;
mod markdown;
mod notebook;
mod powershell;
mod shell;
mod sound;
mod terraform;
mod windows;
mod yaml;

pub use line::line;
pub use sound::is_sound;

use crate::program::Program;
use crate::source::{FileId, Source};

/// Turns files of one kind into programs.
pub struct Reader {
    /// The kind's name.
    pub name: &'static str,
    /// Whether a file of this name (with `/`), whose text starts so, is of the kind.
    pub accepts: fn(path: &str, start: &str) -> bool,
    /// Words of which a file must hold one to be worth reading, beside those that are asked of every file.
    pub words: &'static [&'static str],
    /// When a file says anything by itself; `None` where each may.
    pub alone: Option<&'static Alone>,
    /// Reads it. Never fails: what is not understood is not in the program.
    pub read: fn(&Source, FileId) -> Program,
}

/// When a file of a kind says anything by itself. One that does not is read where another file names it, or where it takes
/// something from one that does.
pub struct Alone {
    /// Words of which it must hold one.
    pub words: &'static [&'static str],
    /// The ends of the paths of all files that it may take something from, by its text alone: those of each thing, of which
    /// the first that is there counts.
    pub taken: fn(&Source) -> Vec<Vec<String>>,
}

/// Every kind of file that is read; the first that accepts a file reads it.
pub static READERS: &[Reader] = &[
    dotenv::READER,
    shell::READER,
    markdown::READER,
    notebook::READER,
    make::READER,
    just::READER,
    docker::READER,
    terraform::VALUES,
    terraform::READER,
    code::PYTHON,
    code::JAVASCRIPT,
    code::GO,
    powershell::READER,
    batch::READER,
    yaml::READER,
];

/// Kinds that need a feature: the endings of their names, the feature, and whether this build has it.
static FEATURES: &[(&[&str], &str, bool)] = &[
    (&[".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json"], "hcl", cfg!(feature = "hcl")),
    (&[".ps1", ".psm1"], "powershell", cfg!(feature = "powershell")),
    (&[".py"], "python", cfg!(feature = "python")),
    (&[".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"], "javascript", cfg!(feature = "javascript")),
    (&[".go"], "go", cfg!(feature = "go")),
];

/// The feature that a build needs to read a file, when this one lacks it.
pub fn lacks(path: &str) -> Option<&'static str> {
    let path = path.to_ascii_lowercase();
    let named = |(ends, _, has): &&(&[&str], &str, bool)| !has && ends.iter().any(|end| path.ends_with(end));
    FEATURES.iter().find(named).map(|(_, feature, _)| *feature)
}

/// The words whose presence says that a program may make requests or run commands, whatever its language is: commands that
/// functions of its own may run, and comments to authlint.
pub const ALONE: &[&str] = &["gcloud", "curl", "wget", "docker", "authlint:"];

/// The reader of a file.
pub fn reader(path: &str, start: &str) -> Option<&'static Reader> {
    READERS.iter().find(|reader| (reader.accepts)(path, start))
}

/// The reader of a text, by its name and its beginning.
pub fn reader_of(source: &Source) -> Option<&'static Reader> {
    let start: String = source.text().chars().take(200).collect();
    reader(source.path(), &start)
}

/// Whether a file of this name is one of those that make their directory one program.
pub fn is_together(path: &str) -> bool {
    (terraform::READER.accepts)(path, "")
}

/// The names of all kinds of files that are read, those that share a reader told apart.
pub fn kinds() -> Vec<&'static str> {
    let within =
        |reader: &'static Reader| if reader.name == yaml::READER.name { yaml::kinds() } else { vec![reader.name] };
    READERS.iter().flat_map(within).collect()
}

/// The lower-case extension of a path; empty when there is none.
fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_build_reads_is_known() {
        let expected = (!cfg!(feature = "hcl")).then_some("hcl");
        assert_eq!(lacks("infra/main.tf"), expected);
        assert_eq!(lacks("infra/prod.TFVARS"), expected);
        assert_eq!(lacks("deploy.ps1"), (!cfg!(feature = "powershell")).then_some("powershell"));
        assert_eq!(lacks("deploy.sh"), None);
    }
}
