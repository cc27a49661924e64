//! `authlint explain --error`: the rules behind an answer of Google's, and where they fire here.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::progress::Progress;
use super::{Status, fault, gather, print, terminal};
use crate::engine::Settings;
use crate::errors::{Answer, Found, look_up};
use crate::files;
use crate::outcome::Outcome;
use crate::report::clean;

/// Rules that are told of, and places that are told of each.
const TOLD: usize = 5;
const PLACES: usize = 5;
/// Bytes of a log that are read.
const MAX_LOG: u64 = 64 * 1024 * 1024;

/// Tells what is behind a text; `-` reads it from standard input.
pub(super) fn explain(text: &str, within: &[PathBuf]) -> Status {
    let text = match text {
        "-" => match input() {
            Ok(text) => text,
            Err(error) => return fault(format_args!("cannot read standard input: {error}")),
        },
        text => text.to_owned(),
    };
    let mut answer = look_up(&text);
    answer.found.truncate(TOLD);
    let places = places(&answer, within);
    let status = if answer.guessed { Status::Found } else { Status::Clean };
    print(status, |out| terminal::fitting(out, terminal::folded, |out| tell(&answer, &places, out)))
}

fn input() -> io::Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_LOG).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Where the rules fire, by their ids, where a path lies in a project.
fn places(answer: &Answer, within: &[PathBuf]) -> BTreeMap<&'static str, Vec<String>> {
    let select: Vec<String> = answer.found.iter().filter_map(|found| Some(found.rule?.id.to_owned())).collect();
    let paths: Vec<PathBuf> = within.iter().filter(|path| files::is_in_project(path)).cloned().collect();
    if select.is_empty() || paths.is_empty() {
        return BTreeMap::new();
    }
    let mut gathered = gather::gather(&paths, None, false, Progress::begin(false));
    gathered.print_notes();
    let configs = std::mem::take(&mut gathered.configs);
    let outcome = gathered.check(&Settings { select, configs, last: true, ..Settings::default() });
    let mut places: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for finding in &outcome.findings {
        places.entry(finding.rule).or_default().extend(place(finding, &outcome));
    }
    places
}

fn place(finding: &crate::finding::Finding, outcome: &Outcome) -> Option<String> {
    let source = outcome.source(finding.primary.file)?;
    let at = source.position(finding.primary.span.start);
    Some(format!("{}:{}:{}: {}", clean(source.path()), at.line, at.column, clean(&finding.message)))
}

fn tell(answer: &Answer, places: &BTreeMap<&'static str, Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    if answer.found.is_empty() {
        return writeln!(out, "No rule lists this error, and none lists one that is like it.");
    }
    if answer.guessed {
        writeln!(out, "No rule lists this error. The nearest are:\n")?;
    }
    for (number, found) in answer.found.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        one(found, places, out)?;
    }
    Ok(())
}

fn one(found: &Found, places: &BTreeMap<&'static str, Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    match found.rule {
        Some(rule) => writeln!(out, "{}: {}", rule.id, rule.summary())?,
        None => writeln!(out, "No rule finds this before it is deployed.")?,
    }
    if let Some(listed) = &found.listed {
        writeln!(out, "  seen:  {listed}")?;
    }
    if let Some(cause) = found.cause {
        writeln!(out, "  cause: {cause}")?;
    }
    if let Some(fix) = found.fix {
        writeln!(out, "  fix:   {fix}")?;
    }
    let Some(rule) = found.rule else { return Ok(()) };
    let here = places.get(rule.id).map_or(&[][..], Vec::as_slice);
    for place in here.iter().take(PLACES) {
        writeln!(out, "  here:  {place}")?;
    }
    if here.len() > PLACES {
        writeln!(out, "         and {} more: authlint --select {}", here.len() - PLACES, rule.id)?;
    }
    writeln!(out, "  more:  authlint explain {}", rule.id)
}
