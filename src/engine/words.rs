//! The prefilter: which files are worth reading. It sees the bytes of every file.

use std::sync::OnceLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};

use crate::read::{ALONE, READERS, Reader};

/// A file without any of these says nothing that a rule asks for, unless its kind has words of its own. Of what it said
/// once, a suppression may be left.
const WORDS: &[&str] = &[
    "gcloud",
    "googleapis.com",
    "run.app",
    "cloudfunctions.net",
    "gserviceaccount.com",
    "metadata.google.internal",
    "computeMetadata",
    // What an image or a program says of them decides about deployments.
    "SERVICE_ID",
    "SERVICE_SECRET",
    "authlint: ignore",
];

/// Kinds of files that have a search of their own; more share the last one.
const MAX_KINDS: usize = 32;

/// Whether a file mentions anything that authlint knows.
pub fn relevant(path: &str, bytes: &[u8]) -> bool {
    static SEARCHES: [OnceLock<Words>; MAX_KINDS] = [const { OnceLock::new() }; MAX_KINDS];
    // UTF-16 has none of the words as bytes; such files are rare and always read.
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    if path.get(path.len().saturating_sub(5)..).is_some_and(|end| end.eq_ignore_ascii_case(".json")) && is_report(bytes)
    {
        return false;
    }
    // Of a file whose name says nothing, its first line decides later; no such kind has words of its own.
    let kind = READERS.iter().position(|reader| (reader.accepts)(path, "")).unwrap_or(MAX_KINDS);
    let own = READERS.get(kind).map_or([].as_slice(), |reader| reader.words);
    let Some(search) = SEARCHES.get(kind.min(MAX_KINDS - 1)) else { return true };
    search.get_or_init(|| Words::new(WORDS.iter().chain(own))).occur_in(bytes)
}

/// Whether a file that a reader accepts may say anything by itself, and not only to files that name it.
pub(super) fn speaks(reader: &'static Reader, text: &[u8]) -> bool {
    static SEARCHES: [OnceLock<Words>; MAX_KINDS] = [const { OnceLock::new() }; MAX_KINDS];
    let Some(alone) = reader.alone else { return true };
    let kind = READERS.iter().position(|known| std::ptr::eq(known, reader));
    let Some(search) = kind.and_then(|kind| SEARCHES.get(kind)) else { return true };
    search.get_or_init(|| Words::new(ALONE.iter().chain(alone.words))).occur_in(text)
}

/// How the reports begin that we and others write as JSON.
const REPORTS: &[&str] =
    &["{\"version\":1,\"findings\":[", "{\"source\":{\"name\":\"authlint\"", "[{\"description\":\""];

/// Whether a file is a report of some linter: what it says of a project is no part of the project, and the accounts and
/// roles that it names are granted by nobody.
fn is_report(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(300)).unwrap_or(bytes);
    let says = |word: &str| memchr::memmem::find(start, word.as_bytes()).is_some();
    REPORTS.iter().any(|begin| start.starts_with(begin.as_bytes())) || says("\"$schema\"") && says("sarif")
}

/// A search for any of several words.
struct Words {
    words: Vec<&'static str>,
    /// `None` where this machine has no vector instructions.
    fast: Option<Searcher>,
}

impl Words {
    fn new(words: impl Iterator<Item = &'static &'static str>) -> Self {
        let words: Vec<&str> = words.copied().collect();
        let fast = Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(&words).build();
        Self { words, fast }
    }

    fn occur_in(&self, bytes: &[u8]) -> bool {
        match &self.fast {
            Some(fast) => fast.find(bytes).is_some(),
            None => self.words.iter().any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_search_of_its_own() {
        assert!(READERS.len() < MAX_KINDS);
        let sarif = b"{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"runs\": [\"gcloud\"]}";
        assert!(!relevant("out.json", sarif) && relevant("flow.json", b"{\"run\": \"gcloud\"}"));
        assert!(relevant("main.tf", b"resource \"google_x\" \"y\" {}") && !relevant("a.sh", b"google_x"));
    }
}
