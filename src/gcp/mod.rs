//! What Google Cloud is: gcloud's commands and flags, roles and their permissions, principals, service agents, hosts.
//! Knows text and values; knows nothing of syntax, of rules or of the disk.
//!
//! The tables are text compiled in from `data/`, whose `README.md` gives their sources and dates. They are looked up
//! as they stand: no run pays for parsing what it does not ask for.

pub mod agent;
pub mod attribute;
pub mod code;
pub mod command;
pub mod federation;
mod flat;
pub mod invocation;
pub mod lookup;
pub mod output;
pub mod principal;
pub mod role;
pub mod run_name;
mod slips;
pub mod url;
pub mod wording;
