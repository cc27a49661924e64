//! Requests to the metadata server of a machine: what they lack.
//!
//! <https://cloud.google.com/compute/docs/metadata/querying-metadata>, checked 2026-11-21.

use super::request::Parts;
use super::{Facts, Given};
use crate::eval::{Run, Statement};
use crate::gcp::url::HostKind;
use crate::value::{Place, Truth, Value};

/// A request to the metadata server.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// What is asked for.
    pub url: Given,
    /// Whether it carries the header that the server wants.
    pub flavored: Truth,
    /// Whether it asks for an ID token.
    pub identity: bool,
    /// Whether it says for whom.
    pub audience: Truth,
    /// The name of the program that makes it.
    pub program: Place,
    /// How that is given the header, right behind its name.
    pub header: &'static str,
    /// The statement.
    pub at: Statement,
}

/// Headers of which the server wants one; the second is the older one, and still taken.
const HEADERS: &[&str] = &["metadata-flavor", "x-google-metadata-request"];
/// Options that only look whether the server is there, or add to the query.
const OTHER_USES: &[&str] = &["--head", "--get", "--url-query", "--write-out", "--spider"];

pub(super) fn add(facts: &mut Facts, parts: &Parts, run: &Run, program: Place, header: &'static str) {
    for given in &parts.urls {
        let url = given.url();
        if url.kind != HostKind::Metadata || !url.path.starts_with("/computeMetadata/v1/").is_yes() {
            continue;
        }
        let probes = run.words.items.iter().skip(1).any(probes);
        let identity = url.path.ends_with("/identity").is_yes();
        let audience = match &url.query {
            _ if !parts.body.is_no() || probes => Truth::Unknown,
            None => Truth::No,
            Some(query) => audience(query),
        };
        facts.metadata.push(Metadata {
            url: given.clone(),
            flavored: if probes { Truth::Unknown } else { flavored(parts) },
            identity,
            audience,
            program,
            header,
            at: run.at.clone(),
        });
    }
}

/// Whether a word makes the request one that looks whether the server is there, or changes what is asked.
fn probes(word: &Value) -> bool {
    let text = word.known_prefix();
    let short = text.starts_with('-') && !text.starts_with("--") && text.contains(['I', 'G', 'w']);
    short
        || OTHER_USES.iter().any(|option| text.starts_with(option))
        || text == "/dev/null"
        || text.ends_with("-o/dev/null")
}

fn flavored(parts: &Parts) -> Truth {
    let mut answer = if parts.open { Truth::Unknown } else { Truth::No };
    for header in &parts.headers {
        let name = header.value.split_once(':').map_or_else(|| header.value.clone(), |(name, _)| name);
        match name.literal() {
            Some(name) if HEADERS.contains(&name.trim().to_ascii_lowercase().as_str()) => return Truth::Yes,
            // A file of headers.
            Some(name) if name.starts_with('@') => answer = Truth::Unknown,
            Some(_) => {}
            None => answer = Truth::Unknown,
        }
    }
    answer
}

fn audience(query: &Value) -> Truth {
    let mut answer = Truth::No;
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((name, value)) if name.equals("audience").is_yes() => return value.is_empty().negate(),
            Some((name, _)) if name.is_literal() => {}
            None if pair.is_literal() => {}
            _ => answer = Truth::Unknown,
        }
    }
    answer
}
