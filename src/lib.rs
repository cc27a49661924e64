//! authlint finds Google Cloud authentication faults in deploy scripts and runbooks before they are deployed.
//!
//! The way through the house, which is also the direction in which modules may know each other
//! (`docs/architecture.md`, held by `tests/architecture.rs`):
//!
//! ```text
//! disk ─files▶ text ─syntax▶ trees ─read▶ programs ─eval▶ facts ─project▶ joined facts ─rules▶ findings ─report▶ bytes
//! ```

pub mod baseline;
pub mod cli;
pub mod config;
pub mod engine;
pub mod errors;
pub mod eval;
pub mod facts;
pub mod files;
pub mod finding;
pub mod fix;
pub mod gcp;
pub mod graph;
pub mod lsp;
pub mod mend;
pub mod nearest;
pub mod outcome;
pub mod program;
pub mod project;
pub mod read;
pub mod report;
pub mod rule;
pub mod rules;
pub mod secret;
pub mod source;
pub mod suppression;
pub mod syntax;
pub mod value;
pub mod workspace;
