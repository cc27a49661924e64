//! A value and what gives it.

use std::sync::OnceLock;

use crate::gcp::invocation::FlagUse;
use crate::gcp::url::{self, Url};
use crate::value::{Place, Value};

/// A value and the flag or argument that gives it.
#[derive(Debug, Clone)]
pub struct Given {
    /// What is given.
    pub value: Value,
    /// Where the flag's name stands, or the argument.
    pub at: Place,
    /// From the flag's name to the end of the value, where they stand together.
    pub whole: Place,
    /// The value as a URL, once somebody asked for it.
    url: OnceLock<Box<Url>>,
}

impl Given {
    /// A value, where its name stands, and where both do.
    pub fn new(value: Value, at: Place, whole: Place) -> Self {
        Self { value, at, whole, url: OnceLock::new() }
    }

    /// The value of a flag.
    pub(super) fn of(flag: &FlagUse) -> Option<Self> {
        Some(Self::new(flag.value.clone()?, flag.at, flag.whole()))
    }

    /// Another value in its place.
    #[must_use]
    pub fn with(&self, value: Value) -> Self {
        Self::new(value, self.at, self.whole)
    }

    /// Where the literal text of the value stands, when it is one piece; else the flag.
    pub fn value_place(&self) -> Place {
        match self.value.pieces() {
            [only] => only.place(),
            _ => self.at,
        }
    }

    /// From the flag or argument to the end of the value, where both stand together.
    pub fn extent(&self) -> Place {
        self.value.place_from(self.at)
    }

    /// The value as a URL, taken apart once.
    pub fn url(&self) -> &Url {
        self.url.get_or_init(|| Box::new(url::parse(&self.value)))
    }
}
