//! The rules: one fault, one file. Each asks facts; none knows a language, a reader or the disk.
//!
//! A new rule is a page (`rules/<id>.md`), a source file here, and one line in the list below.

use crate::rule::Rule;

/// The page of a rule, compiled in.
macro_rules! page {
    ($id:literal) => {
        include_str!(concat!("../../rules/", $id, ".md"))
    };
}

/// Declares the module of each rule and lists it.
macro_rules! rules {
    ($($module:ident,)*) => {
        $(mod $module;)*
        /// Every rule, in the order of their ids.
        pub static RULES: &[&Rule] = &[$(&$module::RULE,)*];
    };
}

rules! {
    id_token_for_google_api,
}
