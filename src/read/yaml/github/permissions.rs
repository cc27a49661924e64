//! What a job's token may do, as far as the workflow says, and what to write so that it may ask for ID tokens.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions>, checked 2026-11-21.

use super::Context;
use crate::program::{self, Entry, Expr};
use crate::read::yaml::indentation;
use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Pair};
use crate::value::Place;

/// What is written in a map of permissions.
const WANTED: &str = "id-token: write";
/// What a job needs to check its repository out, once anything is said.
const CHECKOUT: &str = "contents: read";

/// What a permission may be.
const VALUES: [&str; 3] = ["read", "write", "none"];
/// Permissions that are copied for a job; there are fewer kinds of them.
const MAX_PERMISSIONS: usize = 30;

/// What is said of the permissions of a job: `permissions`, as they count for it, and `grants`, the text to write where
/// it stands so that the job may ask for ID tokens. `all` counts for jobs that say nothing.
pub(super) fn entries(context: &Context, all: Option<&Pair>, job: &Node) -> Vec<Entry> {
    let own = job.get("permissions");
    let mut entries: Vec<Entry> = own.or(all).map(|pair| said(context, pair)).into_iter().collect();
    let edit = match own {
        Some(own) => added(context, own),
        None => new(context, job, all),
    };
    if let Some((span, text)) = edit {
        let place = Place::exact(context.file, span);
        let value = program::Node::Text(Expr::text(text, place));
        entries.push(Entry { name: "grants".to_owned(), at: place, whole: place, value });
    }
    entries
}

/// What is said of ID tokens, the rest left out: each job would hold all of it.
fn said(context: &Context, permissions: &Pair) -> Entry {
    let value = match &permissions.value.kind {
        Kind::Mapping(_) => {
            let wanted = permissions.value.get("id-token").map(|pair| context.entry(pair));
            program::Node::Map(wanted.into_iter().collect(), permissions.value.is_open())
        }
        Kind::Scalar(_) => context.node(&permissions.value),
        Kind::Sequence(_) | Kind::Unknown => program::Node::Text(context.unknown(permissions.span)),
    };
    let whole = context.near(permissions.span);
    let at = context.place(&permissions.key.body, 0..permissions.key.text().len());
    Entry { name: "permissions".to_owned(), at, whole, value }
}

/// Into permissions that are there.
fn added(context: &Context, own: &Pair) -> Option<(Span, String)> {
    let text = context.text?;
    let Kind::Mapping(pairs) = &own.value.kind else { return None };
    if let Some(known) = own.value.get("id-token") {
        return Some((known.value.span, "write".to_owned())).filter(|(span, _)| !span.is_empty());
    }
    if own.value.anchored.is_some() {
        return None;
    }
    let Some(first) = pairs.first() else {
        let braces = text.get(own.value.span.range())? == "{}";
        return braces.then(|| (own.value.span, format!("{{ {WANTED} }}")));
    };
    let start = Span::new(first.span.start, first.span.start);
    if text.get(own.value.span.range())?.starts_with('{') {
        return Some((start, format!("{WANTED}, ")));
    }
    let indentation = indentation(text, first.span.start)?;
    Some((start, format!("{WANTED}\n{indentation}")))
}

/// In a map of the job's own, which holds what counted for it so far.
fn new(context: &Context, job: &Node, all: Option<&Pair>) -> Option<(Span, String)> {
    let text = context.text?;
    let start = job.span.start;
    let indentation = indentation(text, start).filter(|_| job.anchored.is_none())?;
    let mut lines = Vec::new();
    match all.map(|all| &all.value) {
        None => lines.push(CHECKOUT.to_owned()),
        Some(all) if matches!(all.kind, Kind::Mapping(_)) && !all.is_open() => {
            let pairs = Some(all.pairs()).filter(|pairs| pairs.len() <= MAX_PERMISSIONS)?;
            for pair in pairs.into_iter().filter(|pair| pair.key.text() != "id-token") {
                let (name, value) = (pair.key.text(), pair.value.text()?);
                let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                lines.push(Some(format!("{name}: {value}")).filter(|_| plain && VALUES.contains(&value))?);
            }
        }
        Some(_) => return None,
    }
    lines.push(WANTED.to_owned());
    let between = format!("\n{indentation}  ");
    let text = format!("permissions:{between}{}\n{indentation}", lines.join(&between));
    Some((Span::new(start, start), text))
}
