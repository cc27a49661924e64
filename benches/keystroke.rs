//! How long it takes from a keystroke to the diagnostics, as an editor sees it: a session of `authlint lsp` over its standard
//! streams in a project of 2,000 files, of which one in eight speaks of Google Cloud. Lines are typed into a deploy script
//! and deleted again, and some of them are faults.
//!
//! `cargo bench --bench keystroke`, or `cargo bench --bench keystroke -- 10000` for so many edits. On Linux the resident
//! memory of the server is told, in KiB, from `/proc`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench prints, and may panic"
)]

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

const FILES: usize = 2_000;
const EDITS: usize = 1_000;

fn main() {
    let edits: usize = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EDITS).max(1);
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    for file in 0..FILES {
        let (path, text) = project(file);
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::create_dir(root.join(".git")).unwrap();

    let mut server = Server::start();
    let (path, text) = project(0);
    let uri = format!("file://{}", root.join(path).to_str().unwrap());
    let begun = Instant::now();
    server.tell(
        "textDocument/didOpen",
        json!({"textDocument": {"uri": uri, "languageId": "shellscript", "version": 0, "text": text}}),
    );
    server.diagnostics();
    println!("open: {} of {FILES} files", shown(begun.elapsed()));

    let mut times = Vec::with_capacity(edits);
    println!("edits   memory");
    for edit in 0..edits {
        let begun = Instant::now();
        server.tell("textDocument/didChange", change(&uri, edit));
        let told = server.diagnostics();
        times.push(begun.elapsed());
        assert_eq!(told["version"], edit + 1);
        assert_eq!(told["diagnostics"].as_array().unwrap().is_empty(), edit % 4 != 2, "the fault is found: {told}");
        if (edit + 1) % (edits / 5).max(1) == 0 {
            println!("{:<7} {}", edit + 1, server.memory());
        }
    }
    times.sort_unstable();
    let at = |share: usize| shown(times[(times.len() * share / 100).min(times.len() - 1)]);
    println!("median {}, p95 {}, p99 {}, most {}", at(50), at(95), at(99), at(100));
    server.child.kill().unwrap();
    server.child.wait().unwrap();
}

/// A line is written, and deleted: each second one is a comment, the others are faults.
fn change(uri: &str, edit: usize) -> Value {
    let line = if edit.is_multiple_of(4) {
        "# a note\n"
    } else {
        "gcloud auth print-identity-token --audiences=api.a.run.app\n"
    };
    let (end, text) = if edit.is_multiple_of(2) { (1, line) } else { (2, "") };
    let range = json!({"start": {"line": 1, "character": 0}, "end": {"line": end, "character": 0}});
    json!({"textDocument": {"uri": uri, "version": edit + 1}, "contentChanges": [{"range": range, "text": text}]})
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// A file of the project.
fn project(number: usize) -> (String, String) {
    if number.is_multiple_of(8) {
        let text = format!(
            "#!/usr/bin/env bash\nset -euo pipefail\n\
             gcloud run deploy api-{number} --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated \\\n  \
             --service-account=run-{number}@acme-prod.iam.gserviceaccount.com --set-env-vars=LOG=debug,NUMBER={number}\n\
             gcloud run services add-iam-policy-binding api-{number} --project=acme-prod --region=us-central1 \\\n  \
             --member=serviceAccount:caller-{number}@acme-prod.iam.gserviceaccount.com --role=roles/run.invoker\n\
             URL=$(gcloud run services describe api-{number} --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
             gcloud scheduler jobs create http call-{number} --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
             --uri=\"$URL/x\" --oidc-service-account-email=caller-{number}@acme-prod.iam.gserviceaccount.com\n\
             curl -H \"Authorization: Bearer $(gcloud auth print-identity-token --audiences=\"$URL\")\" \"$URL/health\"\n"
        );
        return (format!("services/{number}/deploy.sh"), text);
    }
    let text = format!("# Notes {number}\n\nservice:\n  name: part-{number}\n  replicas: 3\n").repeat(20);
    (format!("parts/{}/{number}.yaml", number % 100), text)
}

struct Server {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_authlint"));
        let streams = || Stdio::piped();
        let mut child = Command::new(program).arg("lsp").stdin(streams()).stdout(streams()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut server = Self { child, to, from };
        let request = Request::new(RequestId::from(1), "initialize".to_owned(), json!({"capabilities": {}}));
        Message::from(request).write(&mut server.to).unwrap();
        Message::read(&mut server.from).unwrap().unwrap();
        server.tell("initialized", json!({}));
        server
    }

    fn tell(&mut self, method: &str, params: Value) {
        Message::from(Notification::new(method.to_owned(), params)).write(&mut self.to).unwrap();
    }

    /// Waits for the next diagnostics.
    fn diagnostics(&mut self) -> Value {
        match Message::read(&mut self.from).unwrap().unwrap() {
            Message::Notification(told) => told.params,
            other => panic!("{other:?}"),
        }
    }

    /// The server's resident memory, where the system tells it.
    fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.map_or_else(|| "not told".to_owned(), |memory| memory.trim().to_owned())
    }
}
