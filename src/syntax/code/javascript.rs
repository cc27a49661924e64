//! JavaScript and TypeScript → the tree.

use super::File;
use crate::source::Snippet;

/// Reads a file.
pub(super) fn file(snippet: &Snippet, casts: bool) -> File {
    let _ = (snippet, casts);
    File::default()
}
