//! Where secrets stand that are given to what is deployed.

use crate::facts::{self, Facts};
use crate::secret::{Looks, is_secret_name, looks};
use crate::value::{Piece, Place};

/// The places of all secrets that are among what is said.
pub(super) fn secrets(facts: &Facts) -> Vec<Place> {
    let mut found = given(facts);
    found.extend(rests(facts));
    found
}

/// Those that are values of variables.
fn given(facts: &Facts) -> Vec<Place> {
    let mut found = Vec::new();
    for variable in facts.environment.iter().flat_map(|change| &change.given) {
        let (Some(name), Some(value)) = (variable.name.literal(), &variable.value) else { continue };
        let Some(text) = value.literal() else { continue };
        let is_secret = match looks(&text) {
            Looks::Token(_) => true,
            Looks::Random | Looks::Word => is_secret_name(name.trim()),
            Looks::Harmless => false,
        };
        if is_secret {
            found.extend(value.pieces().iter().map(Piece::place));
        }
    }
    found
}

/// What is left of a secret that holds the separator of its list.
fn rests(facts: &Facts) -> Vec<Place> {
    let mut found = Vec::new();
    let flags = facts.commands.iter().flat_map(|command| &command.invocation.flags);
    for value in flags.filter(|flag| flag.known.is_some()).filter_map(|flag| flag.value.as_ref()) {
        let mut is_secret = false;
        for part in facts::items(value) {
            if let Some((name, _)) = part.split_once('=') {
                is_secret = name.literal().is_some_and(|name| is_secret_name(name.trim()));
            } else if is_secret || part.literal().is_some_and(|text| matches!(looks(&text), Looks::Random)) {
                found.extend(part.pieces().iter().map(Piece::place));
            }
        }
    }
    found
}
