//! Images that are built: what is copied into them, and which file of credentials they name.

use super::Facts;
use super::declare::given;
use crate::eval::{Declared, Statement};
use crate::facts::Given;

/// An image.
#[derive(Debug, Clone)]
pub struct Image {
    /// The file that its programs take their credentials from.
    pub credentials: Option<Given>,
    /// What is copied, and under which path it is found then.
    pub copies: Vec<Copy>,
    /// The statement.
    pub at: Statement,
}

/// One file or directory that is copied into an image.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The file, as the instruction names it.
    pub from: Given,
    /// Where it is found in the image.
    pub to: Given,
}

/// Adds an image.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let copy =
        |copy: &crate::value::Tree| Some(Copy { from: given(copy.at(&["from"])?)?, to: given(copy.at(&["to"])?)? });
    let copies = body.at(&["copies"]).map_or(&[][..], |field| field.tree.items());
    facts.images.push(Image {
        credentials: body.at(&["credentials"]).and_then(given),
        copies: copies.iter().filter_map(copy).collect(),
        at: declared.at.clone(),
    });
}
