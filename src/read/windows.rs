//! Names of programs as Windows writes them.

use crate::program::{Expr, Part};
use crate::value::Place;

/// Programs whose name may be written with an ending.
const PROGRAMS: &[&str] = &["gcloud", "curl", "gsutil", "bq", "kubectl", "terraform", "bash", "sh", "wget"];
const ENDINGS: &[&str] = &[".cmd", ".exe", ".ps1", ".bat"];

/// The name of a program without its directory and ending, when it is one that is known.
pub(super) fn plain_program(text: &str) -> Option<&'static str> {
    let name = text.trim_matches('"').rsplit(['/', '\\']).next().unwrap_or(text).to_ascii_lowercase();
    let stem = ENDINGS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    PROGRAMS.iter().find(|program| **program == stem).copied()
}

/// An expression that names a program by its path or file: its plain name.
pub(super) fn program(expr: Expr) -> Expr {
    let Some(Part::Text(text, place)) = expr.parts.last() else { return expr };
    let written = text.trim_matches('"').to_ascii_lowercase();
    let is_file = ENDINGS.iter().any(|end| written.ends_with(end)) || written.ends_with("\\bin\\gcloud");
    // Where other parts stand before it, only a path is sure to be one.
    let is_whole = expr.parts.len() == 1 || written.contains(['/', '\\']);
    match plain_program(text).filter(|_| is_file && is_whole) {
        Some(name) => Expr::text(name, Place { exact: false, ..*place }),
        None => expr,
    }
}

/// A path as other systems write it.
pub(super) fn forward(mut expr: Expr) -> Expr {
    for part in &mut expr.parts {
        if let Part::Text(text, place) = part
            && text.contains('\\')
        {
            *part = Part::Text(text.replace('\\', "/").into(), Place { exact: false, ..*place });
        }
    }
    expr
}
