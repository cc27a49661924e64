//! The right name that a wrong one was probably meant to be. Knows nothing else.

/// Longer names are no slips of a name of ours; comparing them would take time.
const LONGEST: usize = 64;

/// The likest of the right names, if one is like enough to be named. Capitals, and `_` for `-`, make no difference.
pub fn nearest<'n>(name: &str, right: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = folded(name);
    right
        .into_iter()
        .map(|other| (strsim::normalized_damerau_levenshtein(&name, other), other))
        .filter(|(like, _)| *like >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

/// A name as ours are written: small letters, `-` between words. What is a right name then was surely meant to be it.
pub fn folded(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["id-token-for-google-api", "public-service"];
        assert_eq!(nearest("oidc-token-for-google-api", names), Some("id-token-for-google-api"));
        assert_eq!(nearest("public-servce", names), Some("public-service"));
        assert_eq!(nearest("PUBLIC_SERVCE", names), Some("public-service"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest(&"public-service".repeat(1000), names), None);
    }

    #[test]
    fn names_are_folded() {
        assert_eq!(folded(" Fail_On"), "fail-on");
        assert_eq!(folded("failon"), "failon");
    }
}
