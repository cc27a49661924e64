//! Headers that a job or task sends with each call, and how one is taken out again.

use super::schedule::{header_flags, header_pairs};
use super::{Caller, Credential, Facts};
use crate::eval::{Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::value::{Place, Value};

/// A header of a Scheduler job or task.
#[derive(Debug, Clone)]
pub struct Header {
    /// What sends it.
    pub caller: Caller,
    /// The job's or task's name.
    pub job: Option<Value>,
    /// The header's name, without white space around it.
    pub name: String,
    /// What is sent.
    pub value: Value,
    /// The flag or attribute that gives it.
    pub place: Place,
    /// Where the token that the same job or task fetches for each call is asked for, when it fetches one.
    pub token: Option<Place>,
    /// What to take away to be rid of the header; `None` where that is not surely known.
    pub removal: Option<Removal>,
    /// The statement.
    pub at: Statement,
}

/// What a header is taken away with.
#[derive(Debug, Clone, Copy)]
pub enum Removal {
    /// The flag of this name, which gives nothing else.
    Flag(Place),
    /// These bytes.
    Bytes(Place),
    /// These lines, if nothing else stands on them.
    Lines(Place),
}

/// Whether a header of this name may prove who calls. `Content-Type` does not.
pub(super) fn names_a_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "token", "key", "secret", "goog", "cookie"].iter().any(|word| name.contains(word))
}

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, caller: Caller, credential: &Credential, run: &Run) {
    let token = match credential {
        Credential::IdToken(token) | Credential::AccessToken(token) => Some(token.at),
        _ => None,
    };
    for flag in header_flags(invocation) {
        let pairs = header_pairs(flag);
        for (index, (name, value)) in pairs.iter().enumerate() {
            let (Some(literal), Some(value)) = (name.literal(), value) else { continue };
            let before = index.checked_sub(1).and_then(|before| pairs.get(before));
            facts.headers.push(Header {
                caller,
                job: invocation.positionals.first().cloned(),
                name: literal.trim().to_owned(),
                value: value.clone(),
                place: flag.at,
                token,
                removal: if pairs.len() == 1 {
                    Some(Removal::Flag(flag.at)).filter(|_| flag.at.exact)
                } else {
                    part(name, value, before, index).map(Removal::Bytes)
                },
                at: run.at.clone(),
            });
        }
    }
}

/// From the first to the last piece, when nothing else stands between any two of them: no quote, no other file. A variable
/// whose value is known stands where that is written, and then there is a gap.
fn joined(value: &Value) -> Option<Place> {
    let mut all = value.pieces().first()?.place();
    let mut end = all.span.start;
    for piece in value.pieces() {
        let place = piece.place();
        if place.file != all.file || place.span.start != end || piece.text().is_some() && !place.exact {
            return None;
        }
        end = place.span.end;
        all.span = all.span.to(place.span);
    }
    Some(Place { exact: true, ..all })
}

/// A pair among several, with the comma that parts it from the one before, or for the first, the one behind.
fn part(name: &Value, value: &Value, before: Option<&(Value, Option<Value>)>, index: usize) -> Option<Place> {
    // The sign between name and value is one byte, and so is the comma.
    let name = joined(name)?;
    let value = joined(value)?;
    let pair = Place { span: name.span.to(value.span), ..name };
    let length = pair.span.len() as usize;
    if value.file != name.file || value.span.start != name.span.end + 1 {
        return None;
    }
    if index == 0 {
        return Some(pair.part(0..length + 1));
    }
    let (name_before, value_before) = before?;
    let last = value_before.as_ref().unwrap_or(name_before).pieces().last()?.place();
    (last.file == name.file && last.exact && last.span.end + 1 == name.span.start)
        .then(|| Place { span: last.part(0..0).span.to(pair.span), ..pair })
        .map(|place| place.part((last.span.len() as usize)..(place.span.len() as usize)))
}
