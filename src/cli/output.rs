//! Where findings are written: standard output, files, and what a CI system has for its summary.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::Check;
use super::{Status, fault};
use crate::files;
use crate::outcome::Outcome;
use crate::report::{FORMATS, Format, Options, Root, clean};

/// Findings in a format, in one place.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub format: &'static Format,
    /// Standard output if there is none.
    pub file: Option<PathBuf>,
}

/// Where the checkout begins, as CI systems say; asked where no `.git` does.
const CHECKOUTS: [&str; 3] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"];

/// All outputs of a run: that of `--format`, then those of `--output`.
pub(super) fn outputs(args: &Check) -> Vec<Output> {
    let unasked = FORMATS.first().filter(|_| args.output.is_empty());
    let first = args.format.or(unasked).map(|format| Output { format, file: None });
    first.into_iter().chain(args.output.iter().cloned()).collect()
}

/// What of the outputs does not go together.
pub(super) fn wrong(outputs: &[Output]) -> Option<String> {
    let to_stdout = || outputs.iter().filter(|output| output.file.is_none());
    if to_stdout().count() > 1
        && let Some(document) = to_stdout().find(|output| !output.format.is_log)
    {
        let name = document.format.name;
        return Some(format!(
            "`{name}` is one document and has standard output for itself: write `--output {name}=FILE`"
        ));
    }
    for (index, output) in outputs.iter().enumerate() {
        let same = |other: &Output| other.file == output.file && (output.file.is_some() || is_same(other, output));
        if outputs.iter().skip(index + 1).any(same) {
            let file = output.file.as_ref().map_or("standard output".into(), |file| clean(&file.to_string_lossy()));
            return Some(format!("two outputs go to {file}"));
        }
    }
    None
}

fn is_same(a: &Output, b: &Output) -> bool {
    a.format.name == b.format.name
}

/// Writes the outputs that go to files, and adds to the files that the environment names.
pub(super) fn write_files(outputs: &[Output], outcome: &Outcome, options: &Options) -> Status {
    let mut worst = Status::Clean;
    // What is in a file is no terminal's.
    let options = Options { color: false, ..options.clone() };
    for Output { format, file } in outputs {
        if let Some(file) = file {
            let mut bytes = Vec::new();
            let made = (format.write)(outcome, &options, &mut bytes).map_err(files::Trouble::from);
            if let Err(trouble) = made.and_then(|()| write_whole(file, &bytes)) {
                worst = worst.max(cannot_write(file, &trouble));
            }
        }
        let Some((variable, write)) = format.beside else { continue };
        let Some(file) = std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_absolute()) else {
            continue;
        };
        let mut bytes = Vec::new();
        let added = write(outcome, &options, &mut bytes)
            .and_then(|()| OpenOptions::new().append(true).create(true).open(&file)?.write_all(&bytes));
        if let Err(error) = added {
            worst = worst.max(cannot_write(&file, &error.into()));
        }
    }
    worst
}

/// Writes a report, and makes the directory that it is to stand in.
fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), files::Trouble> {
    if let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)?;
    }
    files::write(file, bytes)
}

fn cannot_write(file: &Path, trouble: &files::Trouble) -> Status {
    fault(format_args!("cannot write {}: {trouble}", clean(&file.to_string_lossy())))
}

/// Where the repository of a directory begins: at the nearest `.git` above it, else where a CI system says.
pub(super) fn root(directory: &Path) -> Root {
    let above = directory.ancestors().find(|above| above.join(".git").exists()).map(Path::to_owned);
    let said = || {
        let named = CHECKOUTS.iter().filter_map(std::env::var_os).map(PathBuf::from);
        named.filter_map(|named| named.canonicalize().ok()).find(|named| directory.starts_with(named))
    };
    let Some(root) = above.or_else(said) else { return Root::default() };
    let (inner, text) = (files::relative(directory, &root), files::whole(&root));
    let slashed = |text: String| if text.ends_with('/') { text } else { format!("{text}/") };
    Root { directory: slashed(text), inner: if inner == "." { String::new() } else { slashed(inner) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str, file: Option<&str>) -> Output {
        let format = FORMATS.iter().find(|format| format.name == name).unwrap();
        Output { format, file: file.map(PathBuf::from) }
    }

    #[test]
    fn documents_have_standard_output_for_themselves() {
        let all =
            [output("human", None), output("github", None), output("sarif", Some("a")), output("json", Some("b"))];
        assert_eq!(wrong(&all), None);
        assert!(wrong(&[output("human", None), output("json", None)]).unwrap().contains("--output json=FILE"));
        assert!(
            wrong(&[output("json", Some("a")), output("sarif", Some("a"))]).unwrap().contains("two outputs go to a")
        );
        assert!(wrong(&[output("human", None), output("human", None)]).is_some());
    }

    #[test]
    fn a_repository_begins_at_its_git_directory() {
        let temporary = tempfile::tempdir().unwrap();
        let root_of = temporary.path().canonicalize().unwrap();
        let inner = root_of.join("infra/jobs");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir(root_of.join(".git")).unwrap();
        let directory = format!("{}/", root_of.to_string_lossy());
        assert_eq!(root(&inner), Root { directory: directory.clone(), inner: "infra/jobs/".to_owned() });
        assert_eq!(root(&root_of), Root { directory, inner: String::new() });
    }
}
