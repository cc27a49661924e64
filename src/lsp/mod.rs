//! The language server: what an editor holds is linted as it is typed, with the rest of its project. Knows the engine and the
//! protocol; no language and no single rule.
//!
//! One thread reads, one writes, and this one does the rest. Changes that wait are taken together before anything is
//! linted; a question is answered when all changes before it are.

mod actions;
mod diagnostics;
mod hover;
mod links;
mod project;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::engine;
use crate::files;
use crate::report::shown;
use actions::Chosen;
use project::{Project, Wishes};
use text::{Encoding, Position, Range};

/// Serves one client on the standard streams until it says that it is done.
pub fn serve() -> ExitCode {
    let (connection, threads) = Connection::stdio();
    let is_done = run(&connection).is_some();
    drop(connection);
    let is_written = threads.join().is_ok();
    if is_done && is_written { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

/// Nothing where the client went away.
fn run(connection: &Connection) -> Option<()> {
    let (id, params) = connection.initialize_start().ok()?;
    let mut server = Server::new(connection, &params);
    connection.initialize_finish(id, server.capabilities()).ok()?;
    server.watch();
    while let Ok(message) = connection.receiver.recv() {
        let mut next = Some(message);
        while let Some(message) = next {
            match message {
                Message::Request(request) => {
                    if connection.handle_shutdown(&request).ok()? {
                        return Some(());
                    }
                    server.refresh();
                    server.answer(request);
                }
                Message::Notification(notification) => server.take(notification),
                Message::Response(_) => {}
            }
            next = connection.receiver.try_recv().ok();
        }
        server.refresh();
    }
    None
}

/// A file that is open in the editor.
struct Document {
    path: PathBuf,
    text: String,
    version: i64,
    /// The diagnostics that the client has.
    told: Option<(i64, Vec<Value>)>,
}

struct Server<'c> {
    connection: &'c Connection,
    encoding: Encoding,
    wishes: Wishes,
    /// Whether the client tells of files that change on disk, once it is asked to.
    may_watch: bool,
    /// Whether it opens what it is told to.
    may_show: bool,
    documents: BTreeMap<String, Document>,
    projects: BTreeMap<PathBuf, Project>,
    /// What the client was warned of.
    warned: BTreeSet<String>,
    asked: i32,
}

#[derive(Deserialize)]
struct Named {
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct At {
    text_document: Named,
    #[serde(default)]
    position: Option<Position>,
    #[serde(default)]
    range: Option<Range>,
    #[serde(default)]
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    only: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    text_document: Item,
}

#[derive(Deserialize)]
struct Item {
    uri: String,
    version: i64,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: Versioned,
    content_changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Versioned {
    uri: String,
    version: i64,
}

#[derive(Deserialize)]
struct Change {
    range: Option<Range>,
    text: String,
}

#[derive(Deserialize)]
struct Watched {
    changes: Vec<Named>,
}

#[derive(Deserialize)]
struct Command {
    command: String,
    #[serde(default)]
    arguments: Vec<Value>,
}

impl<'c> Server<'c> {
    fn new(connection: &'c Connection, params: &Value) -> Self {
        let has = |pointer: &str| params.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
        let encodings = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let is_utf8 = encodings.is_some_and(|all| all.iter().any(|one| one == "utf-8"));
        Self {
            connection,
            encoding: if is_utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            wishes: Wishes {
                advice: has("/initializationOptions/advice"),
                preview: has("/initializationOptions/preview"),
            },
            may_watch: has("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            may_show: has("/capabilities/window/showDocument/support"),
            documents: BTreeMap::new(),
            projects: BTreeMap::new(),
            warned: BTreeSet::new(),
            asked: 0,
        }
    }

    fn capabilities(&self) -> Value {
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.name(),
                "textDocumentSync": {"openClose": true, "change": 2},
                "codeActionProvider": {"codeActionKinds": ["quickfix", actions::FIX_ALL], "resolveProvider": true},
                "hoverProvider": true,
                "documentLinkProvider": {"resolveProvider": false},
                "executeCommandProvider": {"commands": [actions::OPEN_PAGE]},
            },
            "serverInfo": {"name": "authlint", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    /// Asks to be told of files that change on disk.
    fn watch(&mut self) {
        if self.may_watch {
            let watchers = json!([{"globPattern": "**/*"}]);
            let options = json!({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": watchers}});
            self.ask("client/registerCapability", json!({"registrations": [options]}));
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // A client that is gone is noticed when it is listened to.
        let _ = self.connection.sender.send(message.into());
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.asked += 1;
        self.send(Request::new(RequestId::from(self.asked), method.to_owned(), params));
    }

    /// Takes what the client tells.
    fn take(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                if let Some(Opened { text_document }) = parsed(params) {
                    self.open(text_document);
                }
            }
            "textDocument/didChange" => {
                if let Some(changed) = parsed::<Changed>(params) {
                    self.change(&changed);
                }
            }
            "textDocument/didClose" => {
                if let Some(At { text_document, .. }) = parsed(params) {
                    self.close(&text_document.uri);
                }
            }
            "workspace/didChangeWatchedFiles" => {
                if let Some(Watched { changes }) = parsed(params) {
                    for change in &changes {
                        self.changed_on_disk(&change.uri);
                    }
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, Item { uri, version, text }: Item) {
        let Some(named) = text::path(&uri).filter(|path| engine::readable(&path.to_string_lossy())) else { return };
        let path = files::real(&named);
        let project = self.project(&path);
        project.opened(&path, uri.clone(), &named);
        project.set(&path, text.clone().into_bytes());
        self.documents.insert(uri, Document { path, text, version, told: None });
    }

    fn change(&mut self, changed: &Changed) {
        let encoding = self.encoding;
        let Some(document) = self.documents.get_mut(&changed.text_document.uri) else { return };
        for Change { range, text } in &changed.content_changes {
            match range {
                Some(range) => text::replace(&mut document.text, *range, text, encoding),
                None => document.text.clone_from(text),
            }
        }
        document.version = changed.text_document.version;
        let (path, bytes) = (document.path.clone(), document.text.clone().into_bytes());
        self.project(&path).set(&path, bytes);
    }

    fn close(&mut self, uri: &str) {
        let Some(document) = self.documents.remove(uri) else { return };
        // The same file may be open by another name.
        let mut others = self.documents.iter().filter(|(_, other)| other.path == document.path);
        let other = others.next().map(|(uri, other)| (uri.clone(), other.text.clone().into_bytes()));
        let project = self.project(&document.path);
        project.closed(&document.path);
        match other {
            Some((uri, bytes)) => {
                let named = text::path(&uri).unwrap_or_else(|| document.path.clone());
                project.opened(&document.path, uri, &named);
                project.set(&document.path, bytes);
            }
            None => project.reread(&document.path),
        }
        self.tell(uri, None, &[]);
        // What nobody looks at is not kept.
        let roots: Vec<PathBuf> = self.documents.values().map(|open| files::project_root(&open.path)).collect();
        self.projects.retain(|root, _| roots.contains(root));
    }

    fn changed_on_disk(&mut self, uri: &str) {
        let Some(path) = text::path(uri).as_deref().map(files::real) else { return };
        let is_config = path.file_name().is_some_and(|name| name == files::CONFIG);
        if is_config {
            // Where projects begin and what they leave out may be another thing now.
            self.projects.clear();
            let open: Vec<(String, PathBuf, Vec<u8>)> = self
                .documents
                .iter()
                .map(|(uri, open)| (uri.clone(), open.path.clone(), open.text.clone().into_bytes()))
                .collect();
            for (uri, path, bytes) in open {
                let named = text::path(&uri).unwrap_or_else(|| path.clone());
                let project = self.project(&path);
                project.opened(&path, uri, &named);
                project.set(&path, bytes);
            }
            return;
        }
        let is_open = self.documents.values().any(|open| open.path == path);
        let root = files::project_root(&path);
        if let Some(project) =
            self.projects.get_mut(&root).filter(|_| !is_open && engine::readable(&path.to_string_lossy()))
        {
            project.reread(&path);
        }
    }

    /// The project of a file.
    fn project(&mut self, path: &Path) -> &mut Project {
        let (root, wishes) = (files::project_root(path), self.wishes);
        self.projects.entry(root).or_insert_with_key(|root| {
            let project = Project::open(root.clone(), wishes);
            if let Some(why) = project.unusable.as_ref().filter(|why| self.warned.insert((*why).clone())) {
                // As a warning.
                let params =
                    json!({"type": 2, "message": format!("authlint.toml cannot be read, and the defaults hold until it can: {}", shown(why))});
                let message = Notification::new("window/showMessage".to_owned(), params);
                let _ = self.connection.sender.send(message.into());
            }
            project
        })
    }

    /// Lints what changed, and tells what is found in the open files.
    fn refresh(&mut self) {
        for project in self.projects.values_mut().filter(|project| project.is_stale) {
            project.refresh();
        }
        let mut news = Vec::new();
        for (uri, document) in &mut self.documents {
            let Some(project) = self.projects.get(&files::project_root(&document.path)) else { continue };
            let found = project.file(&document.path).map(|file| diagnostics::of(project, file, self.encoding));
            let now = (document.version, found.unwrap_or_default());
            if document.told.as_ref() != Some(&now) {
                news.push((uri.clone(), now.0, now.1.clone()));
                document.told = Some(now);
            }
        }
        for (uri, version, diagnostics) in news {
            self.tell(&uri, Some(version), &diagnostics);
        }
    }

    fn tell(&self, uri: &str, version: Option<i64>, diagnostics: &[Value]) {
        let params = json!({"uri": uri, "version": version, "diagnostics": diagnostics});
        self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), params));
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            "textDocument/codeAction" => parsed(params).map(|at: At| self.actions(&at)),
            "codeAction/resolve" => Some(self.resolve(params)),
            "textDocument/hover" => parsed(params).map(|at: At| {
                let hover = || {
                    let (project, file) = self.look(&at.text_document.uri)?;
                    hover::at(project, file, at.position?, self.encoding)
                };
                hover().unwrap_or(Value::Null)
            }),
            "textDocument/documentLink" => parsed(params).map(|at: At| {
                let links =
                    self.look(&at.text_document.uri).map(|(project, file)| links::of(project, file, self.encoding));
                json!(links.unwrap_or_default())
            }),
            "workspace/executeCommand" => parsed(params).map(|command: Command| {
                self.execute(&command);
                Value::Null
            }),
            _ => {
                let code = ErrorCode::MethodNotFound as i32;
                return self.send(Response::new_err(id, code, format!("authlint does not know `{method}`")));
            }
        };
        self.send(match answer {
            Some(answer) => Response::new_ok(id, answer),
            None => Response::new_err(id, ErrorCode::InvalidParams as i32, format!("`{method}` was asked otherwise")),
        });
    }

    /// The project and the number of an open file.
    fn look(&self, uri: &str) -> Option<(&Project, crate::source::FileId)> {
        let document = self.documents.get(uri)?;
        let project = self.projects.get(&files::project_root(&document.path))?;
        Some((project, project.file(&document.path)?))
    }

    fn actions(&self, at: &At) -> Value {
        let only = at.context.as_ref().and_then(|context| context.only.as_deref());
        let actions = || {
            let (project, file) = self.look(&at.text_document.uri)?;
            Some(actions::at(project, file, at.range?, only, self.encoding))
        };
        json!(actions().unwrap_or_default())
    }

    /// Says what an action changes.
    fn resolve(&self, mut action: Value) -> Value {
        let edit = || {
            let chosen: Chosen = serde_json::from_value(action.get("data")?.clone()).ok()?;
            let (project, file) = self.look(&chosen.uri)?;
            actions::edit(project, file, &chosen, self.encoding)
        };
        if let (Some(edit), Value::Object(fields)) = (edit(), &mut action) {
            fields.insert("edit".to_owned(), edit);
        }
        action
    }

    fn execute(&mut self, command: &Command) {
        let page = command.arguments.first().and_then(Value::as_str);
        // Nothing but pages of ours is opened.
        let page = page.filter(|page| command.command == actions::OPEN_PAGE && page.starts_with(crate::report::PAGES));
        if let Some(page) = page.filter(|_| self.may_show) {
            self.ask("window/showDocument", json!({"uri": page, "external": true}));
        }
    }
}

fn parsed<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}
