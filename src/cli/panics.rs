//! What is told of a fault of authlint itself.

use std::panic::PanicHookInfo;

use crate::report::clean;

/// Has panics told in one line, which is what a report of the fault needs; the run goes on without what failed.
pub(super) fn tell() {
    std::panic::set_hook(Box::new(|info| super::note(line(info))));
}

fn line(info: &PanicHookInfo) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place =
        info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
    // What follows is a piece of a file, and may be a secret.
    said(&place, text.unwrap_or("panicked").split('`').next().unwrap_or(""))
}

fn said(place: &str, text: &str) -> String {
    format!(
        "authlint: a fault of authlint {} at {place}: {}; please report it at {}/issues",
        env!("CARGO_PKG_VERSION"),
        clean(text),
        env!("CARGO_PKG_REPOSITORY")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_line_whatever_the_text_is() {
        let line = said("src/eval/exec.rs:10", "index out of bounds\n\u{1b}[31m::error::");
        assert!(line.starts_with("authlint: a fault of authlint "), "{line}");
        assert!(line.contains(" at src/eval/exec.rs:10: index out of bounds") && line.ends_with("/issues"), "{line}");
        assert!(!line.contains(['\n', '\u{1b}']), "{line}");
    }
}
