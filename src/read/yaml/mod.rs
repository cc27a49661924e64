//! YAML and JSON: what kind of document each one is, and what it says.
//!
//! A new kind is one file here and one line in [`KINDS`]. Kinds are told by content first; a path alone says little.

mod ansible;
mod app_engine;
mod azure;
mod bitbucket;
mod circleci;
mod cloud_build;
mod compose;
mod config_connector;
mod gcloud_files;
mod github;
mod gitlab;
mod iam_policy;
mod kubernetes;
mod node;
mod object;
mod openapi;
mod package_json;
mod refer;
mod run_service;
mod script;
mod skaffold;
mod taskfile;
mod workflow;

use std::cell::Cell;

use super::Reader;
use crate::program::{Block, Program, Step};
use crate::source::{FileId, Snippet, Source, Span};
use crate::syntax::yaml::{self, Kind as Shape, Node, Style};

use script::Word;

pub(super) use refer::{
    References, filled as shell_references, none as no_references, terraform as terraform_references,
};

/// YAML and JSON by extension.
pub(super) const READER: Reader = Reader { name: "yaml", accepts, words: WORDS, alone: None, read };

/// Bytes of texts of a small file that may be read for several things.
const SHARED: usize = 200_000;

/// What documents of these kinds hold beside what every file is searched for.
const WORDS: &[&str] = &[
    "serving.knative.dev/",
    "cnrm.cloud.google.com/",
    "iam.gke.io/gcp-service-account",
    "allUsers",
    "allAuthenticatedUsers",
    "roles/run.",
    "roles/iam.",
    "call: http.",
    "\"call\": \"http.",
    "googleapis.run.v",
    "x-google-backend",
    "x-google-api-management",
    // Actions of Google, and workflows and actions of the same repository.
    "google-github-actions/",
    "./.github/",
    "docker/login-action@",
];

/// A kind of document.
struct Kind {
    /// Its name.
    name: &'static str,
    /// Whether a document of a file of this path (with `/`) is of the kind.
    accepts: fn(path: &str, root: &Node) -> bool,
    /// Reads it.
    read: fn(&Context, &Node, &mut Reading),
}

/// Every kind, the first that accepts a document reads it.
static KINDS: &[Kind] = &[
    github::workflow::KIND,
    github::action::KIND,
    run_service::KIND,
    config_connector::KIND,
    skaffold::KIND,
    taskfile::KIND,
    kubernetes::KIND,
    iam_policy::KIND,
    workflow::KIND,
    openapi::KIND,
    compose::KIND,
    gitlab::KIND,
    circleci::KIND,
    bitbucket::KIND,
    azure::KIND,
    cloud_build::KIND,
    ansible::KIND,
    app_engine::KIND,
    package_json::KIND,
    // What these accept looks like little.
    gcloud_files::FLAGS,
    gcloud_files::VARIABLES,
];

/// Those that are read in here-documents too. What they embed is read by [`super::shell::block_within`], so that documents
/// within scripts within documents come to an end.
const EMBEDDED: &[&str] = &["run-service", "config-connector", "kubernetes", "iam-policy", "workflow", "openapi"];

/// Where a document stands, and how its texts refer to what is defined elsewhere.
#[derive(Debug, Clone, Copy)]
struct Context<'s> {
    file: FileId,
    path: &'s str,
    references: References,
    /// The file's text, when the document is not embedded in something else.
    text: Option<&'s str>,
    /// Languages around it, each within the other.
    nesting: usize,
    /// Bytes of texts that may still be read: see [`Context::spend`].
    budget: &'s Cell<usize>,
}

/// What is read of a file.
#[derive(Debug, Default)]
struct Reading {
    steps: Vec<Step>,
    /// Parts that are one thing to their reader.
    regions: Vec<Span>,
}

/// The names of all kinds.
pub(super) fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

fn accepts(path: &str, _start: &str) -> bool {
    matches!(super::extension(path).as_str(), "yaml" | "yml" | "json")
}

fn read(source: &Source, file: FileId) -> Program {
    let text = Some(source.text());
    let budget = budget(&source.snippet());
    let context = Context { file, path: source.path(), references: no_references, text, nesting: 0, budget: &budget };
    let reading = documents(&source.snippet(), context);
    Program { file, body: reading.steps.into(), regions: reading.regions, ..Program::default() }
}

/// Reads YAML or JSON that stands in something else.
pub(super) fn block(snippet: &Snippet, file: FileId, references: References) -> Block {
    block_within(snippet, file, references, 0)
}

/// Reads YAML or JSON that stands within so many other languages, such as a here-document of a script.
pub(super) fn block_within(snippet: &Snippet, file: FileId, references: References, nesting: usize) -> Block {
    let budget = budget(snippet);
    documents(snippet, Context { file, path: "", references, text: None, nesting, budget: &budget }).steps.into()
}

/// Whether a text is a list of texts in JSON.
pub(super) fn is_words(snippet: &Snippet) -> bool {
    let quoted = |node: &Node| node.scalar().is_some_and(|scalar| scalar.style == Style::Double);
    snippet.text().trim_start().starts_with('[')
        && matches!(yaml::parse(snippet).as_slice(), [only] if !only.broken
            && matches!(&only.root.kind, Shape::Sequence(items) if !items.is_empty() && items.iter().all(quoted)))
}

/// A program with its arguments, which stand in lists of texts in JSON, one after the other; whether more may follow is
/// told by `open`.
pub(super) fn executed(lists: &[&Snippet], open: bool, file: FileId, span: Span) -> Option<Step> {
    let budget =
        Cell::new(lists.iter().map(|list| list.text().len()).sum::<usize>().saturating_mul(40).saturating_add(SHARED));
    let context = Context { file, path: "", references: no_references, text: None, nesting: 0, budget: &budget };
    let documents: Vec<_> = lists.iter().flat_map(|list| yaml::parse(list)).collect();
    let mut words: Vec<Word> = documents.iter().flat_map(|document| Word::all(&document.root)).collect();
    words.extend(open.then_some(Word::More(span)));
    context.executed(&words, span)
}

/// Every text once, with room for those that several things share.
fn budget(snippet: &Snippet) -> Cell<usize> {
    Cell::new(snippet.text().len().saturating_mul(4).saturating_add(SHARED))
}

fn documents(snippet: &Snippet, context: Context) -> Reading {
    let mut reading = Reading::default();
    for document in yaml::parse(snippet) {
        let is_read = |kind: &&Kind| context.nesting == 0 || EMBEDDED.contains(&kind.name);
        let mut kinds = KINDS.iter().filter(is_read);
        if let Some(kind) = kinds.find(|kind| (kind.accepts)(context.path, &document.root)) {
            (kind.read)(&context, &document.root, &mut reading);
            blocks(&context, &document.root, &mut reading.regions);
        }
    }
    reading
}

/// What stands on a line before an offset, when that is nothing but blanks.
fn indentation(text: &str, at: u32) -> Option<&str> {
    let before = text.get(..at as usize)?;
    let line = before.trim_end_matches(' ').len();
    (line == 0 || before.as_bytes().get(line - 1) == Some(&b'\n')).then(|| before.get(line..))?
}

/// Texts of several lines, with their keys: what stands above the first line speaks of all of them.
fn blocks(context: &Context, node: &Node, regions: &mut Vec<Span>) {
    let is_block =
        |node: &Node| node.scalar().is_some_and(|scalar| matches!(scalar.style, Style::Literal | Style::Folded));
    // The line that it begins in has no more than its mark.
    let with_mark = |span: Span| {
        let before = context.text.and_then(|text| text.get(..span.start as usize));
        let mark = before
            .filter(|before| before.trim_end_matches(' ').ends_with('\n'))
            .and_then(|text| text.rfind(['|', '>']));
        Span { start: mark.map_or(span.start, |at| at as u32), ..span }
    };
    match &node.kind {
        Shape::Sequence(items) => {
            regions.extend(items.iter().filter(|item| is_block(item)).map(|item| with_mark(item.span)));
            items.iter().for_each(|item| blocks(context, item, regions));
        }
        Shape::Mapping(pairs) => {
            regions.extend(pairs.iter().filter(|pair| is_block(&pair.value)).map(|pair| pair.span));
            pairs.iter().for_each(|pair| blocks(context, &pair.value, regions));
        }
        _ => {}
    }
}
