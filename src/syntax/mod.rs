//! Text → small trees with spans; never fails. Knows nothing of Google, rules or the disk.

pub mod batch;
pub mod code;
pub mod docker;
pub mod hcl;
pub mod ipython;
pub mod just;
pub mod make;
pub mod markdown;
pub mod powershell;
pub mod shell;
pub mod yaml;
