//! A monotone map from offsets of one text to offsets of the text it came from.

use super::Span;

/// Offsets of a derived text → offsets of its base, as runs in which both advance alike.
///
/// Empty means identity. A run's first entry is `(derived, base)`; until the next entry, offset `derived + n`
/// is `base + n`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    runs: Vec<(u32, u32)>,
}

impl OffsetMap {
    /// Starts a run: from `derived` on, offsets continue at `base`. Calls must come in ascending order.
    pub fn push(&mut self, derived: u32, base: u32) {
        if self.runs.is_empty() && derived != 0 {
            self.runs.push((0, 0));
        }
        if self.to_base(derived) != base || self.runs.is_empty() && base != 0 {
            match self.runs.last_mut() {
                Some(last) if last.0 == derived => last.1 = base,
                _ => self.runs.push((derived, base)),
            }
        }
    }

    /// The base offset of a derived offset.
    pub fn to_base(&self, derived: u32) -> u32 {
        let index = self.runs.partition_point(|run| run.0 <= derived);
        match index.checked_sub(1).and_then(|i| self.runs.get(i)) {
            Some((from, base)) => base + (derived - from),
            None => derived,
        }
    }

    /// The base span of a derived range. The end is that of the last byte covered, so that what a decoder
    /// dropped after the range is not claimed.
    pub fn span(&self, range: std::ops::Range<u32>) -> Span {
        if range.is_empty() {
            let at = self.to_base(range.start);
            return Span::new(at, at);
        }
        Span::new(self.to_base(range.start), self.to_base(range.end - 1) + 1)
    }

    /// Whether the range lies in one run: its bytes stand in the base exactly as they are.
    pub fn is_exact(&self, range: std::ops::Range<u32>) -> bool {
        let span = self.span(range.clone());
        span.len() == range.end.saturating_sub(range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_when_empty() {
        assert_eq!(OffsetMap::default().to_base(7), 7);
    }

    #[test]
    fn runs_shift_what_follows() {
        let mut map = OffsetMap::default();
        map.push(0, 3);
        map.push(4, 8);
        assert_eq!((map.to_base(0), map.to_base(3), map.to_base(4), map.to_base(6)), (3, 6, 8, 10));
        assert_eq!(map.span(2..4), Span::new(5, 7));
        assert!(map.is_exact(0..4) && !map.is_exact(3..5));
    }

    #[test]
    fn a_first_run_later_on_leaves_the_start_alone() {
        let mut map = OffsetMap::default();
        map.push(5, 9);
        assert_eq!((map.to_base(4), map.to_base(5)), (4, 9));
    }
}
