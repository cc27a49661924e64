//! Days of the calendar. Knows nothing else.

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2027-01-31`; `None` where there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
        let date = Self { year: year.into(), month: month as u8, day: day as u8 };
        (dashes && (1..=12).contains(&month) && (1..=date.days_of_month()).contains(&date.day)).then_some(date)
    }

    /// The day, in UTC, of a second since the beginning of 1970.
    pub fn of_seconds(seconds: u64) -> Self {
        let mut days = seconds / 86_400;
        let mut date = Self { year: 1970, month: 1, day: 1 };
        while days >= date.days_of_year() {
            days -= date.days_of_year();
            date.year += 1;
        }
        while days >= u64::from(date.days_of_month()) {
            days -= u64::from(date.days_of_month());
            date.month += 1;
        }
        date.day += days as u8;
        date
    }

    fn is_leap(self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    fn days_of_year(self) -> u64 {
        if self.is_leap() { 366 } else { 365 }
    }

    fn days_of_month(self) -> u8 {
        match self.month {
            2 if self.is_leap() => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_none_are_not_read() {
        for text in ["2027-01-31", "2028-02-29", "0001-12-31"] {
            assert!(Date::parse(text).is_some(), "{text}");
        }
        for text in
            ["2027-02-29", "2027-13-01", "2027-00-10", "2027-1-31", "27-01-31", "2027/01/31", "soon", "", "2027-01-3é"]
        {
            assert!(Date::parse(text).is_none(), "{text}");
        }
        assert!(Date::parse("2026-12-31") < Date::parse("2027-01-01"));
    }

    #[test]
    fn seconds_have_their_day() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_735_689_599, "2024-12-31"),
            (1_796_169_600, "2026-12-02"),
        ] {
            assert_eq!(Some(Date::of_seconds(seconds)), Date::parse(day), "{day}");
        }
    }
}
