//! Tokens that code verifies.

use super::Called;
use crate::eval::Statement;
use crate::facts::Facts;
use crate::gcp::code::OWN;
use crate::value::{Piece, Place, Tree, Truth, Value};

/// A token that is verified.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The function's own name.
    pub function: String,
    /// Whether the audience is given.
    pub audience: Truth,
    /// Whether the program asks for the audience of what it gives, or hands all of it on, and may check it itself.
    pub checks: bool,
    /// Where it is called.
    pub place: Place,
    /// The statement.
    pub at: Statement,
}

/// By which name a reader says which parts of what a call gives the program asks for: a list.
const ASKED: &str = "asked";
/// How many verifications before it a payload may be of.
const RECENT: usize = 32;

pub(super) fn add(facts: &mut Facts, called: &Called) {
    let (base, function) = called.method();
    if matches!(function, "getPayload" | "getAttributes") && base.ends_with(".verifyIdToken()") {
        payload(facts, called);
        return;
    }
    let audience = match (base, function) {
        ("google.oauth2.id_token", "verify_token" | "verify_oauth2_token" | "verify_firebase_token") => {
            called.has(2, &["audience"])
        }
        ("google-auth-library.OAuth2Client()" | "googleapis.google.auth.OAuth2()", "verifyIdToken") => {
            let Some(settings) = called.body.field("0") else { return };
            let Some(map) = settings.tree.map() else { return };
            // One that was put together before has an audience perhaps in another way to the call.
            let span = called.declared.at.span;
            match called.holds(map, |name| name == "audience") {
                Truth::No if !map.fields.iter().all(|field| span.contains(field.whole.span)) => Truth::Unknown,
                known => known,
            }
        }
        // An empty audience is none.
        ("google.golang.org/api/idtoken" | "google.golang.org/api/idtoken.NewValidator()", "Validate") => {
            let audience = called.argument(2, &[]).and_then(|field| field.tree.text());
            audience.map_or(Truth::Unknown, |audience| audience.is_empty().negate())
        }
        _ => return,
    };
    let checks = asks_audience(called);
    facts.verifications.push(Verification {
        function: function.to_owned(),
        audience,
        checks,
        place: called.declared.head,
        at: called.declared.at.clone(),
    });
}

/// Whether the program asks for the audience in what the call gives.
fn asks_audience(called: &Called) -> bool {
    let asked = called.body.field(ASKED).map_or(&[][..], |field| field.tree.items());
    asked
        .iter()
        .filter_map(Tree::text)
        .filter_map(Value::literal)
        .any(|part| matches!(part.as_str(), "aud" | "Audience" | "*"))
}

/// What a ticket of Node.js holds is asked for by a call of its own.
fn payload(facts: &mut Facts, called: &Called) {
    let Some(Tree::Text(own)) = called.body.field(OWN).map(|own| &own.tree) else { return };
    if let [Piece::Attribute(ticket, _)] = own.pieces()
        && asks_audience(called)
    {
        let recent = facts.verifications.iter_mut().rev().take(RECENT);
        recent.filter(|one| one.place == ticket.of.head).for_each(|one| one.checks = true);
    }
}
