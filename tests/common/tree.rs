//! Trees of files on disk, and the program run in them.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A project in a directory that is removed at the end of its test.
pub struct Tree(PathBuf);

impl Tree {
    pub fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("tree-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let tree = Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name));
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    /// The same with an empty configuration, which begins a project.
    pub fn project(files: &[(&str, &str)]) -> Self {
        Self::new(&[&[("authlint.toml", "")], files].concat())
    }

    pub fn path(&self, inner: &str) -> PathBuf {
        self.0.join(inner)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authlint"));
        command.args(args).current_dir(&self.0);
        // What a terminal and a CI system say of themselves is none of a test's, nor is the summary of its own job.
        let ci = ["GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"];
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"].into_iter().chain(ci) {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(&self.command(args).output().unwrap())
    }

    /// Runs in a directory of it.
    pub fn run_in(&self, inner: &str, args: &[&str]) -> Run {
        Run::of(&self.command(args).current_dir(self.path(inner)).output().unwrap())
    }

    pub fn run_with_input(&self, args: &[&str], input: &[u8]) -> Run {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that refuses its arguments does not read; that is no fault of the test.
        let _ = child.stdin.take().unwrap().write_all(input);
        Run::of(&child.wait_with_output().unwrap())
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { status: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The paths of concise findings.
    pub fn paths(&self) -> Vec<&str> {
        self.out.lines().filter_map(|line| line.split(':').next()).collect()
    }
}
