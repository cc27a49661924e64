//! Calls of library functions → what they say. Which file knows which library stands here, and nowhere else.
//!
//! A call has the qualified name of what is called, as imports resolve it, and a map of its arguments: by number from 0
//! on, by name, and `self` for what a method is a method of.

mod clients;
mod http;
mod mint;
#[cfg(test)]
mod tests;
mod verify;

use super::{Facts, Given};
use crate::eval::Declared;
use crate::gcp::attribute::settle;
use crate::gcp::code::{argument, plain};
use crate::gcp::wording::Wording;
use crate::value::{Field, Map, Place, Tree, Truth};

pub use mint::{Minted, SignedUrl};
pub use verify::Verification;

/// A call of a function that is not the program's own.
struct Called<'d> {
    /// Its qualified name; the first of several results of a call is the result.
    name: String,
    body: &'d Map,
    declared: &'d Declared,
}

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let Tree::Map(body) = &declared.body else { return };
    let called = Called { name: plain(&declared.kind), body, declared };
    http::add(facts, &called);
    clients::add(facts, &called);
    mint::add(facts, &called);
    verify::add(facts, &called);
}

impl<'d> Called<'d> {
    /// The name behind the last dot, and what stands before it.
    fn method(&self) -> (&str, &str) {
        self.name.rsplit_once('.').map_or(("", &*self.name), |(base, method)| (base, method))
    }

    fn argument(&self, number: usize, names: &[&str]) -> Option<&'d Field> {
        argument(self.body, number, names)
    }

    /// The argument of a number, when it is an object with settings.
    fn settings(&self, number: usize) -> Option<&'d Map> {
        self.argument(number, &[])?.tree.map().map(|map| &**map)
    }

    /// Whether an argument is given. One that is nothing may be so in one of several ways to the call alone.
    fn has(&self, number: usize, names: &[&str]) -> Truth {
        let number = number.to_string();
        self.holds(self.body, |name| name == number || names.contains(&name))
    }

    /// Whether an argument is given that only its name tells.
    fn named(&self, name: &str) -> Truth {
        self.holds(self.body, |other| other == name)
    }

    /// Whether a map of this call holds something by a name. Nothing that is written elsewhere got there by a variable,
    /// which may hold something at another time.
    fn holds(&self, map: &Map, is_it: impl Fn(&str) -> bool) -> Truth {
        let at = &self.declared.at;
        match map.fields.iter().rfind(|field| is_it(&field.name)).map(|field| &field.tree) {
            Some(Tree::Null(place)) if place.file == at.file && at.span.contains(place.span) => Truth::No,
            Some(Tree::Null(_)) => Truth::Unknown,
            Some(tree) if tree.is_unknown() => Truth::Unknown,
            Some(_) => Truth::Yes,
            None if map.open => Truth::Unknown,
            None => Truth::No,
        }
    }

    /// In which language's words it is.
    fn wording(&self) -> Wording {
        match () {
            () if self.name.starts_with("google.") && !self.name.starts_with("google.golang.org/") => Wording::Python,
            () if self.name.contains(".com/") || self.name.contains(".org/") || self.name.starts_with("net/http") => {
                Wording::Go
            }
            () if PYTHON.iter().any(|module| self.name.starts_with(module)) => Wording::Python,
            () => Wording::JavaScript,
        }
    }
}

/// Modules of Python that make requests.
const PYTHON: &[&str] = &["requests.", "httpx.", "aiohttp.", "urllib.", "urllib3."];

/// A field that is a text. Where it is written nothing can be edited: names have quotes, or are none.
fn given(field: &Field) -> Option<Given> {
    let near = |place: Place| Place { exact: false, ..place };
    Some(Given::new(settle(field.tree.text()?), near(field.at), near(field.whole)))
}
