//! What is made of a part of a value once, for all who ask for it again.

use std::any::Any;
use std::fmt;
use std::sync::OnceLock;

/// Holds what somebody above made of the value that it lies in. A copy holds nothing, for it may be changed.
#[derive(Default)]
pub struct Memo(OnceLock<Box<dyn Any + Send + Sync>>);

impl Memo {
    /// What was made, or is now. Nothing where something of another type was made before.
    pub fn get<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<&T> {
        self.0.get_or_init(|| Box::new(make())).downcast_ref()
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Memo")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once() {
        let memo = Memo::default();
        assert_eq!(memo.get(|| 1), Some(&1));
        assert_eq!(memo.get(|| 2), Some(&1));
        assert_eq!(memo.get(|| "other"), None);
        assert_eq!(memo.clone().get(|| 2), Some(&2));
    }
}
