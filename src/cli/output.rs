//! Where findings are written: standard output, files, and what a CI system has for its summary.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Check;
use super::gather::Gathered;
use super::{Status, fault, note, statistics};
use crate::files;
use crate::outcome::Outcome;
use crate::report::{FORMATS, Format, Options, Root, Writer, clean};

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
    let to_stdout: Vec<&Output> = outputs.iter().filter(|output| output.file.is_none()).collect();
    let document = to_stdout.iter().find(|output| !output.format.is_log);
    if let (Some(document), true) = (document, to_stdout.len() > 1) {
        let name = document.format.name;
        return Some(format!(
            "`{name}` is one document and has standard output for itself: write `--output {name}=FILE`"
        ));
    }
    for (index, output) in outputs.iter().enumerate() {
        let is_same = |other: &Output| match (&output.file, &other.file) {
            (Some(one), Some(other)) => place(one) == place(other),
            (None, None) => output.format.name == other.format.name,
            _ => false,
        };
        if outputs.iter().skip(index + 1).any(is_same) {
            let file = output.file.as_ref().map_or("standard output".into(), |file| clean(&file.to_string_lossy()));
            return Some(format!("two outputs go to {file}"));
        }
    }
    None
}

/// Endings of names that a report may have. A file of that name may be the report of the run before.
const REPORTS: [&str; 5] = ["json", "md", "sarif", "txt", "xml"];

/// Takes the files of the outputs out of those that are read: what is there is the report of the run before. Says which of
/// them would be written over something else.
pub(super) fn claim(outputs: &[Output], gathered: &mut Gathered, args: &Check) -> Option<String> {
    let places = places(outputs);
    let policies = args.iam_policy.iter().map(|(_, file)| file.as_path());
    let others = gathered.config_files().chain(args.baseline.as_deref()).chain(policies);
    let over = overwrites(&places, gathered.inputs.iter().map(|input| input.disk.as_path()), others);
    gathered.inputs.retain(|input| !places.contains(&input.disk));
    over
}

/// Where the outputs go that are files.
fn places(outputs: &[Output]) -> Vec<PathBuf> {
    outputs.iter().filter_map(|output| Some(place(output.file.as_ref()?))).collect()
}

fn overwrites<'p>(
    places: &[PathBuf],
    mut inputs: impl Iterator<Item = &'p Path>,
    mut others: impl Iterator<Item = &'p Path>,
) -> Option<String> {
    let is_taken = |read: &&Path| places.contains(&place(read));
    let may_be_report = |path: &Path| path.extension().is_some_and(|end| REPORTS.iter().any(|known| end == *known));
    let over = others.find(is_taken).or_else(|| inputs.find(|input| is_taken(input) && !may_be_report(input)))?;
    Some(format!("{} is read by this run: a report would be written over it", clean(&over.to_string_lossy())))
}

/// Where a file lies, or would.
fn place(file: &Path) -> PathBuf {
    let whole = || {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(parent.canonicalize().ok()?.join(file.file_name()?))
    };
    file.canonicalize().ok().or_else(whole).unwrap_or_else(|| file.to_owned())
}

/// Writes the outputs that go to standard output; or how many findings there are, if that is asked for.
pub(super) fn write_stdout(
    outputs: &[Output],
    is_counted: bool,
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    if is_counted {
        return statistics::write(outcome, options, out);
    }
    let mut shown = outputs.iter().filter(|output| output.file.is_none());
    shown.try_for_each(|output| (output.format.write)(outcome, options, out))
}

/// Writes the outputs that go to files, and adds to the files that the environment names.
pub(super) fn write_files(outputs: &[Output], outcome: &Outcome, options: &Options) -> Status {
    let mut worst = Status::Clean;
    // What is in a file is no terminal's.
    let options = Options { color: false, columns: None, width: super::prose_width(), ..options.clone() };
    for Output { format, file } in outputs {
        let Some(file) = file else { continue };
        let mut bytes = Vec::new();
        let written = (format.write)(outcome, &options, &mut bytes).and_then(|()| write_whole(file, &bytes));
        if let Err(error) = written {
            let trouble = files::Trouble::from(error);
            worst = worst.max(fault(format_args!("cannot write {}: {trouble}", clean(&file.to_string_lossy()))));
        }
    }
    let beside: BTreeMap<&str, Writer> = outputs.iter().filter_map(|output| output.format.beside).collect();
    for (variable, write) in beside {
        let Some(file) = std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_absolute()) else {
            continue;
        };
        let mut bytes = Vec::new();
        let added = write(outcome, &options, &mut bytes)
            .and_then(|()| OpenOptions::new().append(true).open(&file)?.write_all(&bytes));
        // The findings are elsewhere, too.
        if let Err(error) = added {
            note(format_args!("authlint: {variable} is not written to: {}", files::Trouble::from(error)));
        }
    }
    worst
}

/// Writes a report as a shell would, to whatever lies there, and makes the directory that it is to stand in.
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        fs::create_dir_all(directory)?;
    }
    fs::write(file, bytes)
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
        let beside = std::env::temp_dir().join("./a.out");
        let same = [output("json", beside.to_str()), output("sarif", std::env::temp_dir().join("a.out").to_str())];
        assert!(wrong(&same).is_some(), "one file by two names");
        let none = || std::iter::empty();
        assert!(overwrites(&places(&same), [beside.as_path()].into_iter(), none()).unwrap().contains("a.out"));
        let report = std::env::temp_dir().join("a.json");
        let own = [output("json", report.to_str())];
        assert_eq!(overwrites(&places(&own), [report.as_path()].into_iter(), none()), None);
        assert!(
            overwrites(&places(&own), none(), [report.as_path()].into_iter()).is_some(),
            "the baseline is no report"
        );
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
