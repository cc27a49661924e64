//! Sizes of files as people write them: `512KiB`, `2 MB`, `4096`.

/// What a text that is a size matches; of numbers that are too large it says nothing.
pub const PATTERN: &str = "^\\s*[0-9_]*[0-9][0-9_]*\\s*([kKmM]?[bB]|[kKmM]([iI][bB])?)?\\s*$";

/// Bytes; units of 1024 (`KiB`, `MiB`) and of 1000 (`kB`, `MB`), in any case. `None` when it is no size.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let number: u64 = number.replace('_', "").parse().ok()?;
    let unit: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1024,
        "m" | "mib" => 1024 * 1024,
        "kb" => 1000,
        "mb" => 1_000_000,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let is_size = |text: &str| regex::Regex::new(PATTERN).unwrap().is_match(text);
        for (text, size) in [
            ("1MiB", 1 << 20),
            ("512 KiB", 1 << 19),
            ("2mb", 2_000_000),
            ("100", 100),
            ("100B", 100),
            ("1_000 kB", 1_000_000),
        ] {
            assert_eq!(bytes(text), Some(size), "{text}");
            assert!(is_size(text), "{text}");
        }
        for text in ["", "MiB", "1.5MiB", "-1", "1 parsec", "99999999999999999999", "9999999999999999MiB"] {
            assert_eq!(bytes(text), None, "{text}");
            assert!(!is_size(text) || text.len() > 12, "{text}");
        }
    }
}
