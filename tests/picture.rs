//! The picture on the README: what the program writes about an example, in colours, drawn as SVG. `UPDATE_DOCS=1` draws it
//! again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on panics")]

use std::path::Path;
use std::process::Command;

use anstyle_svg::{Term, WIN10_CONSOLE};

/// Where the command is run, and the command.
const AT: &str = "examples/scheduler-oidc-to-job/before";

#[test]
fn the_picture_is_what_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(["--color", "always", "deploy.sh"])
        .current_dir(root.join(AT))
        .env_remove("COLUMNS")
        .env("TERM", "xterm")
        .output()
        .unwrap();
    let (out, said) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    let seen = format!("\x1b[1m$ authlint deploy.sh\x1b[0m\n{}\n{said}", out.trim_end());
    let drawn = Term::new().palette(WIN10_CONSOLE).render_svg(&seen);
    let place = root.join("docs/finding.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&place, &drawn).unwrap();
    }
    assert!(drawn == std::fs::read_to_string(&place).unwrap_or_default(), "draw it again: UPDATE_DOCS=1 cargo test");
}
