//! Text → small trees with spans; never fails. Knows nothing of Google, rules or the disk.

pub mod batch;
pub mod code;
pub mod hcl;
pub mod markdown;
pub mod powershell;
pub mod shell;
pub mod yaml;
