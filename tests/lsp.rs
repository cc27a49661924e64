//! The language server as an editor uses it: a session over standard streams, with texts that are changed by the edits that it
//! offers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::tree::Tree;
use serde_json::{Value, json};

const TOKEN: &str = "# é😀\nTARGET=https://run.googleapis.com/apis/run.googleapis.com/v1/namespaces/acme/jobs/nightly:run\n\
    gcloud scheduler jobs create http nightly --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=\"$TARGET\" --http-method=POST \\\n  \
    --oidc-service-account-email=cron@acme.iam.gserviceaccount.com\n";
#[cfg(feature = "hcl")]
const CALL: &str = "gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
    URL=$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
    gcloud scheduler jobs create http close-day --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=\"$URL\" --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n";
#[cfg(feature = "hcl")]
const GRANT: &str = "resource \"google_cloud_run_v2_service_iam_member\" \"cron\" {\n  project  = \"acme-prod\"\n  \
    location = \"us-central1\"\n  name     = \"billing\"\n  role     = \"roles/run.invoker\"\n  \
    member   = \"serviceAccount:cron@acme-prod.iam.gserviceaccount.com\"\n}\n";

/// An editor.
struct Client {
    /// Where it thinks that the project lies.
    root: PathBuf,
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    asked: i64,
    /// What the server said of each file last.
    diagnostics: BTreeMap<String, Value>,
    /// What it asked for.
    requests: Vec<Value>,
    texts: BTreeMap<String, (i64, String)>,
}

impl Client {
    fn start(tree: &Tree, capabilities: &Value) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_authlint"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Self {
            root: tree.path(""),
            child,
            to,
            from,
            asked: 0,
            diagnostics: BTreeMap::new(),
            requests: Vec::new(),
            texts: BTreeMap::new(),
        };
        let options = json!({"processId": null, "rootUri": null, "capabilities": capabilities});
        let answer = client.ask("initialize", &options);
        assert_eq!(answer["serverInfo"]["name"], "authlint");
        client.tell("initialized", &json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to.as_mut().unwrap(), "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.to.as_mut().unwrap().flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server went away");
            match line.trim().split_once(": ") {
                Some((_, value)) => length = value.parse().unwrap(),
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.from.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks, and takes all that the server says before it answers.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message.get("method").is_none() {
                assert_eq!(message["id"], id, "{message}");
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                self.diagnostics.insert(params["uri"].as_str().unwrap().to_owned(), params.clone());
            } else {
                self.requests.push(message);
            }
        }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).to_str().unwrap())
    }

    fn open(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        self.texts.insert(path.to_owned(), (1, text.to_owned()));
        let item = json!({"uri": uri, "languageId": "shellscript", "version": 1, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": item}));
    }

    /// Puts a text in the place of another one that stands in a file once.
    fn change(&mut self, path: &str, old: &str, new: &str) {
        let (version, text) = self.texts[path].clone();
        let at = text.find(old).unwrap();
        let range = json!({"start": position(&text, at), "end": position(&text, at + old.len())});
        let text = text.replacen(old, new, 1);
        self.texts.insert(path.to_owned(), (version + 1, text));
        let uri = self.uri(path);
        self.tell(
            "textDocument/didChange",
            &json!({
                "textDocument": {"uri": uri, "version": version + 1},
                "contentChanges": [{"range": range, "text": new}],
            }),
        );
    }

    /// The diagnostics of a file, as they are when all that was told is taken.
    fn found(&mut self, path: &str) -> Vec<String> {
        let uri = self.uri(path);
        self.ask("textDocument/documentLink", &json!({"textDocument": {"uri": uri}}));
        let told = self.diagnostics.get(&uri).unwrap_or_else(|| panic!("nothing was said of {path}"));
        if let Some((version, _)) = self.texts.get(path) {
            assert_eq!(told["version"], *version);
        }
        told["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }

    fn place(&self, path: &str, word: &str) -> Value {
        let (_, text) = &self.texts[path];
        position(text, text.find(word).unwrap() + 1)
    }

    fn hover(&mut self, path: &str, word: &str) -> String {
        let (uri, at) = (self.uri(path), self.place(path, word));
        let hover = self.ask("textDocument/hover", &json!({"textDocument": {"uri": uri}, "position": at}));
        hover["contents"]["value"].as_str().unwrap_or("").to_owned()
    }

    fn actions(&mut self, path: &str, word: &str) -> Vec<Value> {
        let (uri, at) = (self.uri(path), self.place(path, word));
        let params = json!({
            "textDocument": {"uri": uri},
            "range": {"start": at, "end": at},
            "context": {"diagnostics": []},
        });
        self.ask("textDocument/codeAction", &params).as_array().unwrap().clone()
    }

    /// Chooses an action by the start of its title, and changes the texts as it says.
    fn choose(&mut self, path: &str, word: &str, title: &str) {
        let actions = self.actions(path, word);
        let action = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(title));
        let action = action.unwrap_or_else(|| panic!("no {title} in {actions:#?}"));
        let resolved = self.ask("codeAction/resolve", action);
        let changes = resolved["edit"]["changes"].as_object().unwrap_or_else(|| panic!("{resolved}")).clone();
        for (uri, edits) in changes {
            let paths: Vec<String> = self.texts.keys().cloned().collect();
            let path = paths.into_iter().find(|path| self.uri(path) == uri).unwrap();
            let (version, mut text) = self.texts[&path].clone();
            for edit in edits.as_array().unwrap() {
                let (start, end) = (offset(&text, &edit["range"]["start"]), offset(&text, &edit["range"]["end"]));
                text.replace_range(start..end, edit["newText"].as_str().unwrap());
            }
            self.tell(
                "textDocument/didChange",
                &json!({
                    "textDocument": {"uri": uri, "version": version + 1},
                    "contentChanges": [{"text": text}],
                }),
            );
            self.texts.insert(path, (version + 1, text));
        }
    }

    fn end(mut self) {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        self.to = None;
        assert!(self.child.wait().unwrap().success());
    }
}

/// A place as the protocol counts it unless something else was agreed upon: in code units of UTF-16.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap().encode_utf16().count();
    json!({"line": line, "character": column})
}

fn offset(text: &str, position: &Value) -> usize {
    let line: usize = text.split_inclusive('\n').take(position["line"].as_u64().unwrap() as usize).map(str::len).sum();
    let mut left = position["character"].as_u64().unwrap() as usize;
    let mut at = line;
    for c in text[line..].chars() {
        if left == 0 {
            break;
        }
        left -= c.len_utf16();
        at += c.len_utf8();
    }
    at
}

#[test]
fn a_session() {
    let tree = Tree::project(&[("deploy.sh", "echo\n")]);
    let mut client = Client::start(&tree, &json!({"window": {"showDocument": {"support": true}}}));
    client.open("deploy.sh", "echo\n");
    assert!(client.found("deploy.sh").is_empty());
    // What is typed counts, not what is on disk.
    client.change("deploy.sh", "echo\n", TOKEN);
    assert_eq!(client.found("deploy.sh"), ["id-token-for-google-api"]);
    let uri = client.uri("deploy.sh");
    let told = client.diagnostics[&uri]["diagnostics"][0].clone();
    assert_eq!(told["range"]["start"], json!({"line": 4, "character": 2}));
    assert_eq!((&told["severity"], &told["source"]), (&json!(1), &json!("authlint")));
    assert!(told["codeDescription"]["href"].as_str().unwrap().ends_with("/rules/id-token-for-google-api.md"));
    assert!(told["message"].as_str().unwrap().contains("\nhelp: "));
    assert!(!told["relatedInformation"].as_array().unwrap().is_empty());

    // A value says what it is and where it comes from; a finding shows its page.
    let value = client.hover("deploy.sh", "$TARGET");
    assert!(value.starts_with("`--uri` is `https://run.googleapis.com/apis/"), "{value}");
    assert!(value.contains("from line 2"), "{value}");
    let page = client.hover("deploy.sh", "--oidc");
    assert!(page.contains("# id-token-for-google-api") && page.starts_with("`--oidc-service-account-email` is "));
    let action = client.actions("deploy.sh", "--oidc")[0].clone();
    client.ask("codeAction/resolve", &action);
    assert_eq!(client.hover("deploy.sh", "--oidc"), page, "what was tried is forgotten");
    assert_eq!(client.hover("deploy.sh", "# é"), "");

    // The page is opened, and nothing else is.
    let actions = client.actions("deploy.sh", "--oidc");
    let page = actions.iter().find(|action| action.get("command").is_some()).unwrap()["command"].clone();
    client.ask("workspace/executeCommand", &page);
    let other = json!({"command": page["command"], "arguments": ["https://evil.example/"]});
    client.ask("workspace/executeCommand", &other);
    let shown: Vec<&Value> =
        client.requests.iter().filter(|request| request["method"] == "window/showDocument").collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0]["params"]["uri"], told["codeDescription"]["href"]);

    // Silenced, then mended: each edit is what the editor applies.
    let before = client.texts["deploy.sh"].1.clone();
    client.choose("deploy.sh", "--oidc", "Silence id-token-for-google-api");
    assert!(
        client.texts["deploy.sh"].1.contains("# authlint: ignore[id-token-for-google-api] TODO: say why it may stay\n")
    );
    assert!(client.found("deploy.sh").is_empty());
    let links = client.ask("textDocument/documentLink", &json!({"textDocument": {"uri": uri}}));
    assert!(links[0]["target"].as_str().unwrap().ends_with("/rules/id-token-for-google-api.md"), "{links}");
    let silenced = client.texts["deploy.sh"].1.clone();
    client.change("deploy.sh", &silenced, &before);
    client.choose("deploy.sh", "--oidc", "Mend id-token-for-google-api");
    assert!(client.texts["deploy.sh"].1.contains("--oauth-service-account-email=cron@"));
    assert!(client.found("deploy.sh").is_empty());

    // Closed, it is what is on disk.
    client.tell("textDocument/didClose", &json!({"textDocument": {"uri": uri}}));
    client.texts.clear();
    assert!(client.found("deploy.sh").is_empty());
    client.end();
}

#[test]
#[cfg(feature = "hcl")]
fn a_grant_in_another_file_clears_a_warning() {
    // Somebody else may call it, so that the project is seen to say who may.
    let other = GRANT.replace("\"cron\"", "\"web\"").replace("cron@", "web@");
    let tree = Tree::project(&[("deploy.sh", CALL), ("iam.tf", &other)]);
    let mut client = Client::start(&tree, &json!({}));
    client.open("deploy.sh", CALL);
    assert_eq!(client.found("deploy.sh"), ["missing-run-invoker"]);
    client.open("iam.tf", &other);
    client.change("iam.tf", &other, &format!("{other}{GRANT}"));
    assert!(client.found("deploy.sh").is_empty());
    client.change("iam.tf", GRANT, &GRANT.replace("run.invoker", "run.viewer"));
    assert_eq!(client.found("deploy.sh"), ["missing-run-invoker"]);
    // The nearest miss is in the other file.
    let related = client.diagnostics[&client.uri("deploy.sh")]["diagnostics"][0]["relatedInformation"].clone();
    let uris: Vec<&str> =
        related.as_array().unwrap().iter().map(|one| one["location"]["uri"].as_str().unwrap()).collect();
    assert!(uris.contains(&client.uri("iam.tf").as_str()), "{uris:?}");
    // A file that nobody has open changes on disk.
    tree.write("more.tf", GRANT);
    let more = client.uri("more.tf");
    client.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": more, "type": 1}]}));
    assert!(client.found("deploy.sh").is_empty());
    std::fs::remove_file(tree.path("more.tf")).unwrap();
    client.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": more, "type": 3}]}));
    assert_eq!(client.found("deploy.sh"), ["missing-run-invoker"]);
    // The configuration says otherwise.
    tree.write("authlint.toml", "[rules]\nmissing-run-invoker = \"off\"\n");
    let config = client.uri("authlint.toml");
    client.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": config, "type": 2}]}));
    assert!(client.found("deploy.sh").is_empty());
    // One that cannot be followed says so.
    tree.write("authlint.toml", "[rules\n");
    client.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": config, "type": 2}]}));
    assert_eq!(client.found("deploy.sh"), ["missing-run-invoker"]);
    let message = client.requests.last().unwrap()["params"]["message"].as_str().unwrap();
    assert!(message.contains("authlint.toml:1:7"), "{message}");
    client.end();
}

#[test]
fn all_that_is_certain_is_mended_at_once() {
    let text = format!("{TOKEN}gcloud run deploy x --image=i --allow-unauthenticated=false\r\n");
    let tree = Tree::project(&[("deploy.sh", &text)]);
    let mut client = Client::start(&tree, &json!({"general": {"positionEncodings": ["utf-16"]}}));
    client.open("deploy.sh", &text);
    assert_eq!(client.found("deploy.sh"), ["id-token-for-google-api", "flag-with-value"]);
    client.choose("deploy.sh", "gcloud run", "Mend all in this file");
    assert!(client.found("deploy.sh").is_empty());
    let fixed = tree.run(&["--fix", "."]);
    assert_eq!(fixed.status, 0);
    assert_eq!(client.texts["deploy.sh"].1, std::fs::read_to_string(tree.path("deploy.sh")).unwrap(), "as --fix does");
    client.end();
}

/// An editor has one name for a file, and takes another one for another file.
#[test]
#[cfg(all(unix, feature = "hcl"))]
fn files_behind_a_symlink_keep_their_names() {
    let other = GRANT.replace("\"cron\"", "\"web\"").replace("cron@", "web@");
    let tree = Tree::new(&[("real/authlint.toml", ""), ("real/a/deploy.sh", CALL), ("real/iam.tf", &other)]);
    std::os::unix::fs::symlink(tree.path("real"), tree.path("alias")).unwrap();
    let mut client = Client::start(&tree, &json!({}));
    client.root = tree.path("alias");
    client.open("a/deploy.sh", CALL);
    assert_eq!(client.found("a/deploy.sh"), ["missing-run-invoker"]);
    // Of files that are not open, too.
    let told = client.diagnostics[&client.uri("a/deploy.sh")]["diagnostics"][0].clone();
    let related = told["relatedInformation"].as_array().unwrap().iter();
    let uris: Vec<&str> = related.map(|one| one["location"]["uri"].as_str().unwrap()).collect();
    assert!(!uris.is_empty() && uris.iter().all(|uri| uri.contains("/alias/")), "{uris:?}");
    client.choose("a/deploy.sh", "--oidc", "Silence missing-run-invoker");
    assert!(client.found("a/deploy.sh").is_empty());
    let silenced = client.texts["a/deploy.sh"].1.clone();
    client.change("a/deploy.sh", &silenced, CALL);
    // What changes on disk is told by the same names.
    let more = client.uri("more.tf");
    for (is_there, found) in [(true, &[][..]), (false, &["missing-run-invoker"])] {
        if is_there {
            tree.write("real/more.tf", GRANT);
        } else {
            std::fs::remove_file(tree.path("real/more.tf")).unwrap();
        }
        client.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": more, "type": 1}]}));
        assert_eq!(client.found("a/deploy.sh"), found);
    }
    // The same file by another name: what one of them closes, the other has still.
    std::os::unix::fs::symlink(tree.path("real/a/deploy.sh"), tree.path("real/link.sh")).unwrap();
    client.open("link.sh", CALL);
    assert_eq!(client.found("link.sh"), ["missing-run-invoker"]);
    client.change("link.sh", CALL, TOKEN);
    client.tell("textDocument/didClose", &json!({"textDocument": {"uri": client.uri("a/deploy.sh")}}));
    assert_eq!(client.found("link.sh"), ["id-token-for-google-api"]);
    client.texts.remove("a/deploy.sh");
    client.choose("link.sh", "--oidc", "Mend id-token-for-google-api");
    assert!(client.found("link.sh").is_empty());
    client.end();
}

#[test]
fn what_is_not_understood_does_not_end_a_session() {
    let tree = Tree::project(&[]);
    let mut client = Client::start(&tree, &json!({}));
    client.tell("textDocument/didChange", &json!({"textDocument": 3}));
    client.tell("$/unknown", &json!({}));
    client.open("a.rs", "fn main() {}");
    client.send(&json!({"jsonrpc": "2.0", "id": 77, "method": "textDocument/rename", "params": {}}));
    assert_eq!(client.receive()["error"]["code"], -32601);
    client.send(&json!({"jsonrpc": "2.0", "id": 78, "method": "textDocument/hover", "params": {"position": 1}}));
    assert_eq!(client.receive()["error"]["code"], -32602);
    client.open("a.sh", TOKEN);
    assert_eq!(client.found("a.sh"), ["id-token-for-google-api"]);
    client.end();
}
