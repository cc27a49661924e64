//! Writing under bad luck: files that others change meanwhile, and a run that is killed. Every file is whole afterwards, in a
//! state that somebody gave it.
//!
//! `AUTHLINT_ROUNDS=2000 cargo test --release --test writing` takes its time.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use common::tree::Tree;

const FILES: usize = 12;

/// A state of a file, long enough to be written in pieces.
fn state(number: usize) -> String {
    format!(
        "# state {number}\n{}gcloud run deploy api --image=x --allow-unauthenticated=true\n{}# end {number}\n",
        "echo before\n".repeat(60),
        "echo after\n".repeat(60)
    )
}

fn fixed(text: &str) -> String {
    text.replace("=true", "")
}

#[test]
fn every_file_stays_whole() {
    let rounds = std::env::var("AUTHLINT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let mut random = 7_u32;
    let mut below = |most: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % most
    };
    let (mut killed, mut left, mut written) = (0, 0, 0);
    for _ in 0..rounds {
        let names: Vec<String> = (0..FILES).map(|file| format!("dir{}/{file}.sh", file % 3)).collect();
        let tree = Tree::project(&[]);
        let mut states: Vec<BTreeSet<String>> = Vec::new();
        for (number, name) in names.iter().enumerate() {
            tree.write(name, &state(number));
            states.push(BTreeSet::from([state(number)]));
        }
        let mut child =
            tree.command(&["--fix", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for edit in 0..below(6) {
            sleep(Duration::from_micros(u64::from(below(3000))));
            let file = below(FILES as u32) as usize;
            let (path, text) = (tree.path(&names[file]), state(1000 + edit as usize));
            states[file].insert(text.clone());
            if below(2) == 0 {
                let new = tree.path("editor.tmp");
                fs::write(&new, text).unwrap();
                fs::rename(new, path).unwrap();
            } else {
                fs::write(path, text).unwrap();
            }
        }
        if below(3) > 0 {
            sleep(Duration::from_micros(u64::from(below(6000))));
            // It may be over already.
            let _ = child.kill();
        }
        killed += usize::from(child.wait().unwrap().code().is_none());
        for (name, known) in names.iter().zip(&states) {
            let text = fs::read_to_string(tree.path(name)).unwrap();
            let is_fixed = known.iter().any(|state| fixed(state) == text);
            assert!(is_fixed || known.contains(&text), "{name} is in no state that anybody gave it:\n{text}");
            written += usize::from(is_fixed);
        }
        let stray = |directory: &str| {
            let names = fs::read_dir(tree.path(directory)).unwrap().map(|entry| entry.unwrap().file_name());
            names.filter(|name| name.to_string_lossy().starts_with(".authlint-")).count()
        };
        left += ["dir0", "dir1", "dir2"].into_iter().map(stray).sum::<usize>();
    }
    // A killed run may leave the file that it was about to put in place, and no more than that one.
    assert!(left <= killed, "{left} stray files after {killed} kills");
    assert!(written > 0, "nothing was written at all");
    println!("{rounds} rounds, {killed} killed, {written} files fixed, {left} stray files");
}
