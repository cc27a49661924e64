//! Whether nothing in the text of a file is wrong, as far as its language has a parser that says so.

use super::reader;
use crate::source::{Snippet, Source};
use crate::syntax::code::{self, Language};
use crate::syntax::shell::Dialect;
use crate::syntax::{hcl, shell, yaml};

/// How much of the beginning of a file may tell its kind, in bytes.
const START: usize = 512;

/// Whether the parser of a file's language takes all of it; nothing where there is none that would say so.
pub fn is_sound(source: &Source) -> Option<bool> {
    let (path, text) = (source.path(), source.text());
    let start = text.get(..text.floor_char_boundary(START))?;
    let snippet: Snippet = source.snippet();
    let extension = super::extension(path);
    let is_json = matches!(extension.as_str(), "json" | "ipynb");
    if is_json {
        return Some(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() && yaml::is_sound(&snippet));
    }
    Some(match reader(path, start)?.name {
        "shell" => shell::is_sound(&snippet, Dialect::Bash),
        "yaml" => yaml::is_sound(&snippet),
        "terraform" => hcl::is_sound(&snippet),
        "python" => code::is_sound(&snippet, Language::Python),
        "javascript" => code::is_sound(&snippet, super::code::script(path).unwrap_or(Language::JavaScript)),
        "go" => code::is_sound(&snippet, Language::Go),
        _ => return None,
    })
}
