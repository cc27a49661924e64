//! The page of `authlint graph --format html` in a real browser: it is opened without a network, a line is clicked, and the
//! page says why the call fails.
//!
//! It needs `chromedriver` and Chromium. Where they are not, the test says so and passes, unless `AUTHLINT_BROWSER` is set.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on panics")]
#![cfg(all(feature = "python", feature = "hcl"))]

use std::io::{BufRead, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A session of a browser, ended with its driver.
struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = request(self.port, "DELETE", &format!("/session/{}", self.session), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    fn start(profile: &Path) -> Option<Self> {
        // The system gives a port that is free now.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut driver = Command::new("chromedriver");
        driver.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = driver.spawn().ok()?;
        let mut browser = Self { driver, port, session: String::new() };
        let until = Instant::now() + Duration::from_secs(30);
        while request(port, "GET", "/status", &Value::Null).is_err() {
            assert!(Instant::now() < until, "chromedriver does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
        ];
        let mut arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": { "args": arguments } } } });
        let made = request(port, "POST", "/session", &wanted).unwrap();
        made["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")).clone_into(&mut browser.session);
        Some(browser)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        request(self.port, method, &format!("/session/{}{path}", self.session), body).unwrap()
    }

    fn find(&self, selector: &str) -> String {
        let found = self.ask("POST", "/element", &json!({ "using": "css selector", "value": selector }));
        let element = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str);
        element.unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    fn click(&self, selector: &str) {
        let answer = self.ask("POST", &format!("/element/{}/click", self.find(selector)), &json!({}));
        assert!(answer.is_null(), "{selector}: {answer}");
    }

    fn text(&self, selector: &str) -> String {
        self.ask("GET", &format!("/element/{}/text", self.find(selector)), &Value::Null).as_str().unwrap().to_owned()
    }

    fn script(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }
}

/// One request to the driver; its `value`.
fn request(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")?;
    // The driver keeps the connection: the answer is as long as it says.
    let mut answer = std::io::BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(said) = line.strip_prefix("content-length:") {
            length = said.trim().parse().unwrap_or(0);
        }
    }
    let mut json = vec![0; length];
    answer.read_exact(&mut json)?;
    Ok(serde_json::from_slice::<Value>(&json).unwrap_or_default()["value"].take())
}

#[test]
fn a_line_is_clicked_and_says_why() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    let Some(browser) = Browser::start(&directory.join("profile")) else {
        assert!(std::env::var_os("AUTHLINT_BROWSER").is_none(), "chromedriver is not here");
        println!("skipped: chromedriver is not here");
        return;
    };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop-across-files/before");
    let page = Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(["graph", "--format", "html", "."])
        .current_dir(&example)
        .output()
        .unwrap();
    assert!(page.status.success());
    let file = directory.join("graph.html");
    std::fs::write(&file, &page.stdout).unwrap();
    browser.ask("POST", "/url", &json!({ "url": format!("file://{}", file.display()) }));

    assert_eq!(browser.text("h1"), "Who calls what");
    assert!(browser.text("#details").contains("Choose a line"));
    // The handle in the middle of a line is what a mouse finds first.
    browser.click("[aria-label*='close-day'] .handle");
    let details = browser.text("#details");
    for part in ["Cloud Scheduler job close-day calls Cloud Run service billing", "no grant here", "infra/iam.tf:11:1"]
    {
        assert!(details.contains(part), "{part} is not in\n{details}");
    }
    assert_eq!(browser.script("return document.querySelectorAll('.edge.chosen').length"), json!(1));

    // By keyboard, another one.
    browser.script("document.querySelector(\"[aria-label*='reindex-nightly']\").focus()");
    let key = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": [
        { "type": "keyDown", "value": "\u{e007}" }, { "type": "keyUp", "value": "\u{e007}" }] }] });
    browser.ask("POST", "/actions", &key);
    assert!(browser.text("#details").contains("reindex"), "{}", browser.text("#details"));

    // What is granted may be hidden.
    browser.click("[data-verdict='granted']");
    let shown = "return [...document.querySelectorAll('#graph .edge')].filter((e) => e.getClientRects().length).length";
    let all = "return document.querySelectorAll('#graph .edge').length";
    assert!(browser.script(shown).as_u64() < browser.script(all).as_u64());

    // Nothing is wider than the window, nothing stands on something else, and nothing was asked of a network.
    assert_eq!(browser.script("return document.documentElement.scrollWidth <= window.innerWidth"), json!(true));
    let overlaps = "const boxes = [...document.querySelectorAll('.node rect')].map((r) => r.getBoundingClientRect());
        return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right
            && a.top < b.bottom && b.top < a.bottom));";
    assert_eq!(browser.script(overlaps), json!(false));
    assert_eq!(browser.script("return performance.getEntriesByType('resource').length"), json!(0));
}
