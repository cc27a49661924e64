//! Programs in languages with functions and objects: a tree → a [`Program`].
//!
//! Names of libraries stand in `library`, and say what they do with values and commands; what the calls of others mean is
//! not known here.

mod call;
mod class;
mod condition;
mod expression;
mod imports;
mod library;
mod names;
mod statement;
mod text;

use std::collections::BTreeSet;

use super::{Alone, Reader};
use crate::program::{Node, Part, Program, Step, StepKind, own_name};
use crate::source::{FileId, Snippet, Source, Span};
use crate::syntax::code::{self, Language};
use crate::value::Place;

use names::{Names, Scope};

/// Python.
pub(super) const PYTHON: Reader = Reader {
    name: "python",
    accepts: |path, start| match super::extension(path).as_str() {
        "py" => true,
        "" => is_python(start),
        _ => false,
    },
    words: &[
        "google.auth",
        "google.oauth2",
        "google.cloud",
        "run_v2",
        "Bearer ",
        "pulumi_gcp",
        "cdktf_cdktf_provider_google",
    ],
    alone: Some(&Alone {
        words: &[
            "google.auth",
            "google.oauth2",
            "id_token",
            "scheduler",
            "tasks_v2",
            "pubsub",
            "iam_credentials",
            "generate_signed_url",
            "pulumi_gcp",
            "cdktf",
            "requests",
            "httpx",
            "aiohttp",
            "urllib",
            ".post(",
            ".request(",
            "subprocess",
            "os.system",
            "open(",
            "os.exec",
        ],
        taken: |source| imports::taken(source.text(), Language::Python),
    }),
    read: |source, file| read(source, file, Language::Python),
};

/// JavaScript and TypeScript.
pub(super) const JAVASCRIPT: Reader = Reader {
    name: "javascript",
    accepts: |path, _| script(path).is_some(),
    words: &["google-auth-library", "@google-cloud/", "@pulumi/gcp", "@cdktf/provider-google"],
    alone: Some(&Alone {
        words: &[
            "google-auth-library",
            "googleapis'",
            "googleapis\"",
            "@google-cloud/scheduler",
            "@google-cloud/tasks",
            "@google-cloud/pubsub",
            "@google-cloud/iam-credentials",
            "createJob",
            "createTask",
            "@pulumi/gcp",
            "cdktf",
            "fetch(",
            "axios",
            "got(",
            "got.",
            "ky(",
            "ky.",
            "undici",
            "gaxios",
            ".post(",
            ".request(",
            "child_process",
            "exec(",
            "execSync",
            "execa",
            "spawn",
            "$`",
        ],
        taken: |source| imports::taken(source.text(), Language::JavaScript),
    }),
    read: |source, file| read(source, file, script(source.path()).unwrap_or(Language::JavaScript)),
};

/// Go.
pub(super) const GO: Reader = Reader {
    name: "go",
    accepts: |path, _| super::extension(path) == "go",
    words: &["google.golang.org/api", "cloud.google.com/go", "golang.org/x/oauth2"],
    alone: Some(&Alone {
        words: &[
            "google.golang.org/api",
            "cloud.google.com/go/scheduler",
            "cloud.google.com/go/cloudtasks",
            "cloud.google.com/go/pubsub",
            "cloud.google.com/go/iam",
            "golang.org/x/oauth2",
            "http.Get(",
            "http.Head(",
            "http.Post",
            "http.NewRequest",
            "http.DefaultClient",
            "http.Client",
            "os/exec",
        ],
        taken: |source| imports::taken(source.text(), Language::Go),
    }),
    read: |source, file| read(source, file, Language::Go),
};

/// Statements and expressions within each other, deeper than this, are not read.
const MAX_DEPTH: usize = 150;

/// Whether a file without extension is a program in Python, by its first line.
fn is_python(start: &str) -> bool {
    start.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("python"))
}

/// Which of the two a file is, by its extension.
pub(super) fn script(path: &str) -> Option<Language> {
    match super::extension(path).as_str() {
        "js" | "mjs" | "cjs" | "jsx" | "tsx" => Some(Language::JavaScript),
        "ts" | "mts" | "cts" => Some(Language::TypeScript),
        _ => None,
    }
}

fn read(source: &Source, file: FileId, language: Language) -> Program {
    program(&source.snippet(), file, language)
}

/// Reads a program that stands in a snippet.
pub(super) fn program(snippet: &Snippet, file: FileId, language: Language) -> Program {
    let tree = code::parse(snippet, language);
    let unread = (tree.skipped && tree.body.is_empty()).then_some("it nests too deep, or is too large");
    let names = Names::of(&tree, language);
    let scope = Scope { id: own_name(file, ""), ..Scope::of(&tree.body, false) };
    let mut lowering = Lowering {
        snippet,
        file,
        language,
        names,
        class: None,
        scopes: vec![scope],
        scope_count: 0,
        makes: false,
        trying: 0,
        depth: 0,
        changed: BTreeSet::new(),
        pending: Vec::new(),
    };
    let body = lowering.block(&tree.body);
    // Functions that nobody here calls are called later, in an order that nobody knows.
    let span = snippet.span(0..0);
    let forget = lowering.changed.iter().map(|name| Step { kind: StepKind::Forget(name.clone()), span });
    let body = if lowering.changed.is_empty() { body } else { body.iter().cloned().chain(forget).collect() };
    Program { file, body, unread, ..Program::default() }
}

struct Lowering<'t> {
    snippet: &'t Snippet,
    file: FileId,
    language: Language,
    names: Names,
    /// The type whose method is read.
    class: Option<String>,
    /// Names by where they are known, the innermost last.
    scopes: Vec<Scope>,
    scope_count: usize,
    /// Whether the function that is read makes an object of the type.
    makes: bool,
    /// How many statements around catch what fails.
    trying: usize,
    depth: usize,
    /// Names of the file that functions change, whenever they are called.
    changed: BTreeSet<String>,
    /// Steps of functions without a name, which run after the statement that they stand in.
    pending: Vec<Step>,
}

impl Lowering<'_> {
    fn near(&self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    /// What is written at a span of the file, where the snippet is the file itself.
    fn written(&self, span: Span) -> &str {
        self.snippet.text().get(span.range()).unwrap_or("")
    }

    fn unknown(&self, span: Span) -> Part {
        {
            let place = self.near(span);
            Part::Nested(Box::new(Node::Variable(unnamed(place), place)), place)
        }
    }

    fn hole(&self, span: Span) -> Node {
        let place = self.near(span);
        Node::Variable(unnamed(place), place)
    }
}

/// The name of a variable that nobody sets, told from others by where it is asked for.
fn unnamed(place: Place) -> String {
    format!("…{}:{}:{}", place.file.0, place.span.start, place.span.end)
}
