//! What can be said of something that is only partly known.

/// The answer to a question about something partly known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It is so whatever the holes hold.
    Yes,
    /// It is not so whatever the holes hold.
    No,
    /// A hole decides.
    Unknown,
}

impl Truth {
    /// Whether it is surely so.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// Whether it is surely not so.
    pub fn is_no(self) -> bool {
        self == Self::No
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    /// One of both, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }

    /// The contrary.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}
