//! Audiences of its own that a service is given in a file.

use crate::eval::Statement;
use crate::value::{Place, Value};

/// What a file says of the audiences that a service takes beside its URL.
#[derive(Debug, Clone)]
pub struct CustomAudiences {
    /// The service's name.
    pub service: Option<Value>,
    /// Whether it is said of a revision, and not of the service.
    pub of_revision: bool,
    /// The text in which they stand; `None` when it is no text.
    pub text: Option<Value>,
    /// What says it: the annotation's name.
    pub said: Place,
    /// Edits that would mend it, as far as the file's language and this file allow any.
    pub edits: Vec<(Place, String)>,
    /// The statement.
    pub at: Statement,
}
