//! Text → small trees with spans; never fails. Knows nothing of Google, rules or the disk.

pub mod markdown;
pub mod shell;
pub mod yaml;
