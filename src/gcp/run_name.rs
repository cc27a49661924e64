//! Names on `run.app`: what stands in a URL where Cloud Run puts a hash or the project's number.
//!
//! A service has two: `NAME-HASH-RR.a.run.app` and `[TAG---]NAME-NUMBER.REGION.run.app`
//! (<https://cloud.google.com/run/docs/triggering/https-request>, checked 2026-11-21).

use super::output::{Meaning, meaning_of_piece};
use super::url::{HostKind, Url};
use crate::value::{Piece, Value};

/// What is due in the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// A hash that Cloud Run makes.
    Hash,
    /// The number of the project.
    Number,
    /// One or the other: the rest of the host does not say.
    Either,
}

/// A project's id in the place of something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// What stands before it: the service's name, as a message shows it.
    pub service: String,
    /// The id, as a message shows it.
    pub project: String,
    /// What is due there.
    pub due: Due,
}

/// The longest id of a project.
const LONGEST_ID: usize = 30;

/// The project's id that surely stands in the place of a hash or number. `is_project` says whether a text is known as
/// the id of a project; a text that is not may stand for something else, as `xxxxx` does in documentation.
pub fn misplaced(url: &Url, is_project: &dyn Fn(&str) -> bool) -> Option<Misplaced> {
    if url.kind != HostKind::Run {
        return None;
    }
    let (label, domain) = url.host.split_once('.')?;
    let due = due(&domain)?;
    let pieces = without_region(label.pieces(), due);
    let (last, before) = pieces.split_last()?;
    let found = match last {
        Piece::Text(..) => literal(pieces, is_project),
        Piece::Hole(hole, _) => names_project(&hole.shown, due).then(|| last.to_string()).zip(name(before)),
        Piece::Output(..) | Piece::Attribute(..) => {
            matches!(meaning_of_piece(last), Meaning::ProjectId).then(|| last.to_string()).zip(name(before))
        }
    };
    let (project, service) = found?;
    Some(Misplaced { service, project, due })
}

/// What the rest of the host asks for; `None` when it is none of Cloud Run's.
fn due(domain: &Value) -> Option<Due> {
    if domain.equals("a.run.app").is_yes() {
        return Some(Due::Hash);
    }
    if domain.equals("run.app").is_yes() {
        return Some(Due::Either);
    }
    let (region, rest) = domain.split_once('.')?;
    if !rest.equals("run.app").is_yes() {
        return None;
    }
    match region.literal() {
        Some(region) => is_region(&region).then_some(Due::Number),
        // A hole: a region, or `a`.
        None => Some(if region.pieces().iter().any(names_region) { Due::Number } else { Due::Either }),
    }
}

/// `europe-west1`
fn is_region(text: &str) -> bool {
    text.contains('-')
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn names_region(piece: &Piece) -> bool {
    let Piece::Hole(hole, _) = piece else { return false };
    let name = hole.shown.to_ascii_uppercase();
    name.contains("REGION") || name.contains("LOCATION")
}

/// The label without `-uc` or `-${REGION}` at its end, which stand behind a hash.
fn without_region(pieces: &[Piece], due: Due) -> &[Piece] {
    if due == Due::Number {
        return pieces;
    }
    match pieces {
        [rest @ .., before, Piece::Text(text, _)] if is_code(text) && before.text().is_none() => {
            let kept = rest.len() + 1;
            pieces.get(..kept).unwrap_or(pieces)
        }
        [rest @ .., _, Piece::Text(dash, _), region] if &**dash == "-" && names_region(region) => {
            let kept = rest.len() + 1;
            pieces.get(..kept).unwrap_or(pieces)
        }
        _ => pieces,
    }
}

/// `-uc`
fn is_code(text: &str) -> bool {
    text.len() == 3 && text.starts_with('-') && text.bytes().skip(1).all(|byte| byte.is_ascii_lowercase())
}

/// Whether the name of a variable says that it holds the id of a project. In the place of a hash its number is as wrong.
fn names_project(shown: &str, due: Due) -> bool {
    let name =
        shown.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_uppercase().replace(['-', '.', ' '], "_");
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    ends(&["PROJECT_ID", "PROJECTID"]) || due == Due::Hash && ends(&["PROJECT", "PROJECT_NAME"])
}

/// What stands before the id, when a dash parts the two.
fn name(before: &[Piece]) -> Option<String> {
    let shown: String = before.iter().map(ToString::to_string).collect();
    let name = shown.strip_suffix('-')?;
    let dash = before.last().is_some_and(|piece| piece.text().is_some_and(|text| text.ends_with('-')));
    (dash && !name.is_empty()).then(|| name.to_owned())
}

/// A known id at the end of literal text, behind which a region's code may follow.
fn literal(pieces: &[Piece], is_project: &dyn Fn(&str) -> bool) -> Option<(String, String)> {
    let value: Value = pieces.iter().cloned().collect();
    let known = value.known_suffix();
    let whole = value.to_string();
    let without_code = known.len().checked_sub(3).filter(|at| known.get(*at..).is_some_and(is_code));
    for end in [Some(known.len()), without_code].into_iter().flatten() {
        let text = known.get(..end).unwrap_or("");
        let dashes = text.char_indices().filter(|(at, c)| *c == '-' && text.len() - at <= LONGEST_ID + 1);
        for (dash, _) in dashes {
            let id = text.get(dash + 1..).unwrap_or("");
            let may_be_right = is_hash(&known) || is_number(id);
            let name = whole.strip_suffix(known.get(dash..).unwrap_or("")).filter(|name| !name.is_empty());
            if let Some(name) = name
                && !may_be_right
                && is_project(id)
            {
                return Some((id.to_owned(), name.to_owned()));
            }
        }
    }
    None
}

/// Whether a label ends as `…-HASH-RR` does: ten letters and digits, and the two letters of a region.
fn is_hash(label: &str) -> bool {
    label.rsplit_once('-').is_some_and(|(rest, region)| {
        let hash = rest.rsplit_once('-').map_or(rest, |(_, hash)| hash);
        region.len() == 2 && hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Whether an id ends as a project's number does. Ids that Google proposes end in six digits.
fn is_number(id: &str) -> bool {
    let last = id.rsplit_once('-').map_or(id, |(_, last)| last);
    last.len() > 6 && last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::url::parse;
    use crate::value::tests::value;

    fn found(url: &str) -> Option<(String, String, Due)> {
        let known = |id: &str| ["acme-prod", "acme-prod-412345", "k3j2h4k5jq"].contains(&id);
        misplaced(&parse(&value(url)), &known).map(|found| (found.service, found.project, found.due))
    }

    #[test]
    fn ids_in_the_place_of_a_hash_or_number() {
        let is = |url: &str, service: &str, project: &str, due: Due| {
            assert_eq!(found(url), Some((service.to_owned(), project.to_owned(), due)), "{url}");
        };
        is("https://billing-{PROJECT_ID}.a.run.app/x", "billing", "${PROJECT_ID}", Due::Hash);
        is("https://{S}-{PROJECT}-uc.a.run.app", "${S}", "${PROJECT}", Due::Hash);
        is("https://{S}-{PROJECT_ID}-{REGION}.a.run.app", "${S}", "${PROJECT_ID}", Due::Hash);
        is("https://{S}-{PROJECT_ID}.{REGION}.run.app", "${S}", "${PROJECT_ID}", Due::Number);
        is("https://v1---api-{PROJECT_ID}.europe-west1.run.app", "v1---api", "${PROJECT_ID}", Due::Number);
        is("https://{S}-{PROJECT_ID}.run.app", "${S}", "${PROJECT_ID}", Due::Either);
        is("https://billing-acme-prod.a.run.app", "billing", "acme-prod", Due::Hash);
        is("https://{S}-acme-prod-uc.a.run.app", "${S}", "acme-prod", Due::Hash);
        is("https://billing-acme-prod-412345.us-east1.run.app", "billing", "acme-prod-412345", Due::Number);
    }

    #[test]
    fn what_may_be_right_or_stand_for_something_else() {
        for url in [
            "https://billing-k3j2h4k5jq-uc.a.run.app",
            "https://billing-{PROJECT_NUMBER}.{REGION}.run.app",
            "https://billing-{PROJECT}.{REGION}.run.app",
            "https://api-{PROJECT_ID}-{HASH}.a.run.app",
            "https://api-{PROJECT_ID}-{PROJECT_NUMBER}.us-east1.run.app",
            "https://api-{PROJECT_HASH}.a.run.app",
            "https://{PROJECT_ID}.a.run.app",
            "https://billing-xxxxx.a.run.app",
            "https://billing-acme-prod-k3j2h4k5jq-uc.a.run.app",
            "https://billing-acme-prod-123456789012.us-east1.run.app",
            "https://billing-{PROJECT_ID}.example.com",
            "https://{REGION}-{PROJECT_ID}.cloudfunctions.net/f",
            "https://billing-{PROJECT_ID}.sandbox.run.app",
        ] {
            assert_eq!(found(url), None, "{url}");
        }
    }
}
