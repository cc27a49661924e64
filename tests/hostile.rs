//! Hostile names, contents and files: a thousand of them from a generator, and what a file system may hold that is no file.
//! Each format stays whole, and every run ends with an answer.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "common/tree.rs"]
mod tree;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Stdio;

use tree::{Run, Tree};

/// How many files the generator writes.
const FILES: usize = 1000;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// Pieces of names: what ends lines, moves cursors, writes from right to left, and begins commands of CI systems.
const NAMES: &[&[u8]] = &[
    b"deploy",
    b"\n",
    b"\r",
    b"\x1b[31m",
    b"\x1b]8;;https://example.com\x07",
    b"::error file=a,line=1::",
    b"\n::add-mask::x",
    b"::stop-commands::x",
    b"##vso[task.complete]",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa6",
    b"\xe2\x80\xa8",
    b"\xff\xfe",
    b"\xc3",
    b" ",
    b"\t",
    b"\"",
    b"'",
    b"<b>&amp;",
    b"]]>",
    b"`",
    b"$(id)",
    b"%0A",
    b"|",
    b"\\",
    b"\x7f",
    b"\xf0\x9f\x94\x91",
    b"--fix",
    b"a:1:1: error[x] y",
];

const ENDS: &[&str] = &[
    ".sh",
    ".yaml",
    ".yml",
    ".tf",
    ".py",
    ".js",
    ".ts",
    ".go",
    ".md",
    ".ipynb",
    ".json",
    ".ps1",
    ".bat",
    ".mk",
    ".env",
    ".tfvars",
    "",
    "/Dockerfile",
    "/justfile",
    "/Makefile",
    "/cloudbuild.yaml",
    "/package.json",
];

/// Pieces of contents, faults among them, so that what is printed of them is hostile, too.
const PIECES: &[&[u8]] = &[
    b"gcloud scheduler jobs create http j --schedule='* * * * *' --uri=https://run.googleapis.com/v2/x --oidc-service-account-email=a@b.iam.gserviceaccount.com\n",
    b"gcloud auth print-identity-token --audiences=api.a.run.app\n",
    b"gcloud run deploy \"$(cat <<A\n\x1b[2J\nA\n)\" --image=x --allow-unauthenticated --set-env-vars=SERVICE_ID=a,API_KEY=AIzaSyA0123456789abcdefghijklmnopqrstuv\n",
    b"curl -H \"Authorization: Bearer $(gcloud auth print-access-token)\" https://api-abc-uc.a.run.app/\xe2\x80\xae\n",
    b"resource \"google_cloud_run_service_iam_member\" \"x\" {\n  role = \"roles/run.invokr\"\n  member = \"user:\x1b[0m\"\n}\n",
    b"import google.auth, requests\nrequests.get('https://run.googleapis.com/x', headers={'Authorization': 'Bearer ' + t})\n",
    b"steps:\n- run: gcloud run services add-iam-policy-binding \"::error::\" --role=roles/run.invoker --member=x\n",
    b"```bash\ngcloud functions call \"\x07\" --data=\n```\n",
    b"{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"!gcloud run deploy \\u001b[31m\"]}]}",
    b"# authlint: ignore[\x1b[31m, nothing] reason: \xe2\x80\xae\n",
    b"\0",
    b"\xff\xfe\x00g\x00c",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\x1b]0;title\x07",
    b"${{ ${{ }} gcloud",
    b"<<EOF\n",
    b"&a [*a, *a, *a]\n",
    b"{{{{{{{{{{{{{{{{{{{{",
    b"((((((((((((((((((((",
    b"if true; then\n",
    b"\xf0\x9f\x94\x91\xcc\x88\xcc\x88\xcc\x88",
    b"a: &a\n  b: *a\n",
    b"'''\"\"\"`${",
    b"gcloud \\\n \\\n \\\n",
];

fn name(random: &mut Random) -> PathBuf {
    let mut name: Vec<u8> = Vec::new();
    for _ in 0..=random.below(4) {
        name.extend_from_slice(random.one_of(NAMES));
    }
    name.retain(|byte| *byte != b'/');
    name.truncate(200);
    let mut path = PathBuf::from(OsStr::from_bytes(&name));
    let end = random.one_of(ENDS);
    match end.strip_prefix('/') {
        Some(file) => path.push(file),
        None => path.as_mut_os_string().push(end),
    }
    path
}

fn content(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=random.below(12) {
        let piece: &[u8] = random.one_of(PIECES);
        // Some stand very often, on one line.
        let times = if random.below(20) == 0 { 1 + random.below(3000) } else { 1 };
        (0..times).for_each(|_| bytes.extend_from_slice(piece));
        bytes.truncate(200_000);
    }
    for _ in 0..random.below(4) {
        let at = random.below(bytes.len() + 1);
        bytes.insert(at, random.below(256) as u8);
    }
    bytes
}

/// A tree of hostile files; how many there are.
fn hostile(seed: u64, files: usize) -> (Tree, usize) {
    let tree = Tree::project(&[("deploy.sh", "gcloud auth print-identity-token --audiences=api.a.run.app\n")]);
    let mut random = Random(seed);
    let mut written = 0;
    for number in 0..files {
        let path = tree.path(&format!("{}", number % 50)).join(name(&mut random));
        let bytes = content(&mut random);
        // What is a directory for one name may be a file for another.
        written +=
            usize::from(fs::create_dir_all(path.parent().unwrap()).and_then(|()| fs::write(&path, bytes)).is_ok());
    }
    (tree, written)
}

/// No character that moves a cursor, ends a line or turns the direction of writing.
fn assert_harmless(text: &str, format: &str) {
    let is_bad = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
    };
    if let Some(at) = text.find(is_bad) {
        let start = text.floor_char_boundary(at.saturating_sub(60));
        panic!("{format}: {:?}", &text[start..text.ceil_char_boundary((at + 20).min(text.len()))]);
    }
}

fn assert_answered(run: &Run, format: &str) {
    assert!(matches!(run.status, 0..=2), "{format}: {}\n{}", run.status, run.err);
    assert!(!run.err.contains("a fault of authlint"), "{format}: {}", run.err);
    assert_harmless(&run.err, format);
}

#[test]
fn a_thousand_hostile_files_are_answered_in_every_format() {
    let (tree, written) = hostile(0x5eed_0fa0_7b11, FILES);
    assert!(written > FILES * 9 / 10, "{written}");
    let formats =
        ["concise", "agent", "json", "sarif", "github", "gitlab", "azure", "checkstyle", "junit", "rdjson", "markdown"];
    let outputs: Vec<String> = formats
        .iter()
        .map(|format| format!("--output={format}={}", tree.path(&format!("out.{format}")).display()))
        .collect();
    let mut arguments = vec!["--advice", "--preview", "--output=human"];
    arguments.extend(outputs.iter().map(String::as_str));
    let run = tree.run(&[&arguments[..], &["."]].concat());
    assert_answered(&run, "human");
    assert!(run.out.len() > 1000, "{}", run.out.len());
    assert_harmless(&run.out, "human");
    for format in formats {
        let text = fs::read_to_string(tree.path(&format!("out.{format}"))).unwrap();
        assert!(text.len() > 1000, "{format}: {}", text.len());
        assert_harmless(&text, format);
        let commands = |begin: &str| -> Vec<String> {
            text.lines().filter(|line| line.contains(begin)).map(str::to_owned).collect()
        };
        match format {
            "json" | "sarif" | "gitlab" | "rdjson" => {
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert!(!value.is_null());
            }
            "github" => {
                // Ours have a title; what a name would begin has none.
                let known = |line: &str| {
                    ["::error ", "::warning ", "::notice "].iter().any(|kind| line.starts_with(kind))
                        && line.split("::").nth(1).is_some_and(|head| head.contains("title="))
                };
                assert!(text.lines().filter(|line| line.starts_with("::")).all(known), "{text}");
            }
            "azure" => {
                let is_ours =
                    |line: &String| line.starts_with("##vso[task.logissue ") && line.matches("##vso[").count() == 1;
                assert!(commands("##vso[").iter().all(is_ours), "{text}");
            }
            "checkstyle" | "junit" => {
                let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{format}: {error}"));
                let ours =
                    ["checkstyle", "file", "error", "testsuites", "testsuite", "testcase", "failure", "system-out"];
                let known = |node: roxmltree::Node| ours.contains(&node.tag_name().name());
                assert!(document.descendants().filter(roxmltree::Node::is_element).all(known), "{text}");
            }
            // Each line is a finding, and begins with the path of a file that there is.
            "concise" => {
                let is_file = |line: &str| {
                    line.starts_with("deploy.sh:") || line.chars().next().is_some_and(|c| c.is_ascii_digit())
                };
                assert!(text.lines().all(is_file), "{text}");
            }
            _ => {}
        }
    }
}

#[test]
fn fixes_of_hostile_files_end() {
    let (tree, _) = hostile(0xf1fe, 30);
    assert_answered(&tree.run(&["--fix", "--unsafe-fixes", "--diff", "."]), "diff");
    assert_answered(&tree.run(&["--fix", "--unsafe-fixes", "."]), "fix");
    assert_answered(&tree.run(&["--fix", "--unsafe-fixes", "."]), "fix again");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let tree = Tree::project(&[("deploy.sh", "gcloud auth print-identity-token --audiences=api.a.run.app\n")]);
    let made = std::process::Command::new("mkfifo").arg(tree.path("pipe.sh")).status().unwrap();
    assert!(made.success());
    // The path of a socket may have a hundred bytes.
    let short = std::env::temp_dir().join(format!("authlint-{}.sock", std::process::id()));
    let _socket = UnixListener::bind(&short).unwrap();
    fs::rename(&short, tree.path("socket.sh")).or_else(|_| symlink(&short, tree.path("socket.sh"))).unwrap();
    symlink("/dev/zero", tree.path("zero.sh")).unwrap();
    symlink("/dev/stdin", tree.path("stdin.sh")).unwrap();
    symlink(".", tree.path("loop")).unwrap();
    symlink("b.sh", tree.path("a.sh")).unwrap();
    symlink("a.sh", tree.path("b.sh")).unwrap();
    symlink("nowhere.sh", tree.path("gone.sh")).unwrap();
    tree.write("names.sh", ". ./pipe.sh\n. ./zero.sh\n. ./a.sh\n. ./gone.sh\n. ./loop/loop/names.sh\ngcloud info\n");
    let run = tree.run(&["--advice", "."]);
    assert_answered(&run, "walk");
    assert!(run.out.contains("deploy.sh:1:"), "{}", run.out);
    for named in ["pipe.sh", "socket.sh", "zero.sh", "a.sh", "gone.sh"] {
        let mut command = tree.command(&[named]);
        let run = Run::of(&command.stdin(Stdio::null()).output().unwrap());
        assert_eq!(run.status, 2, "{named}: {}", run.err);
        assert!(run.err.contains("not read: "), "{named}: {}", run.err);
        assert_answered(&run, named);
    }
    let _ = fs::remove_file(&short);
}

#[test]
fn a_gigabyte_is_not_read() {
    let tree = Tree::project(&[("deploy.sh", "gcloud auth print-identity-token --audiences=api.a.run.app\n")]);
    let file = fs::File::create(tree.path("big.sh")).unwrap();
    // Sparse: nothing is written.
    file.set_len(1 << 30).unwrap();
    let run = tree.run(&["."]);
    assert_answered(&run, "1 GiB");
    assert!(run.err.contains("skipped big.sh"), "{}", run.err);
    // Not even where it is named, and by standard input: there is no room for half of it.
    let within = |arguments: &str| {
        let line = format!("ulimit -v 600000 && exec \"$0\" {arguments}");
        let mut shell = std::process::Command::new("bash");
        shell.arg("-c").arg(line).arg(tree.command(&[]).get_program()).current_dir(tree.path("."));
        Run::of(&shell.output().unwrap())
    };
    for arguments in ["big.sh", "- --stdin-filename big.sh < big.sh"] {
        let run = within(arguments);
        assert_answered(&run, arguments);
        assert!(run.err.contains("larger than"), "{arguments}: {}", run.err);
    }
}

#[test]
fn what_nests_deep_is_read_with_a_small_stack() {
    let deep = format!("gcloud info\n{}:{}\n", "if true; then\n".repeat(150), "\nfi".repeat(150));
    let tree = Tree::project(&[("deep.sh", &deep)]);
    for stack in [256, 512, 8192] {
        let mut shell = std::process::Command::new("bash");
        let line = format!("ulimit -s {stack} && exec \"$0\" deep.sh");
        shell.arg("-c").arg(line).arg(tree.command(&[]).get_program()).current_dir(tree.path("."));
        assert_answered(&Run::of(&shell.output().unwrap()), &format!("{stack} KiB of stack"));
    }
}

#[test]
fn a_full_disk_is_told() {
    let tree = Tree::project(&[("deploy.sh", "gcloud auth print-identity-token --audiences=api.a.run.app\n")]);
    for format in ["human", "json", "sarif", "checkstyle", "markdown"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = Run::of(&tree.command(&["--format", format, "."]).stdout(full).output().unwrap());
        assert_eq!(run.status, 2, "{format}: {}", run.err);
        assert!(run.err.contains("No space left on device"), "{format}: {}", run.err);
        assert_answered(&run, format);
    }
}

/// Ends a thread, also where its test fails.
struct Stop<'s>(&'s std::sync::atomic::AtomicBool);
impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn files_that_come_and_go_while_they_are_read_do_not_stop_a_run() {
    let tree = Tree::project(&[("deploy.sh", "gcloud auth print-identity-token --audiences=api.a.run.app\n")]);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0_usize;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let path = tree.path(&format!("{}.sh", number % 40));
                match number % 3 {
                    0 => drop(fs::write(&path, "gcloud run deploy x --image=y\n".repeat(number % 90))),
                    1 => drop(fs::remove_file(&path)),
                    _ => drop(fs::create_dir(&path).and_then(|()| fs::remove_dir(&path))),
                }
                number += 1;
            }
        });
        let _stop = Stop(&stop);
        for _ in 0..20 {
            let run = tree.run(&["."]);
            assert_answered(&run, "changing");
            assert!(run.out.contains("deploy.sh:1:"), "{}", run.out);
        }
    });
}
