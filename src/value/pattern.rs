//! Patterns with wildcards, and what is known of a value that is only partly known.

use super::{Truth, Value};

/// A pattern for a whole text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Literal runs (`Some`) and wildcards for any text (`None`), side by side.
    Runs(Vec<Option<String>>),
    /// Anything else, as it stands: equal ones are taken to match alike.
    Other(String),
}

impl Pattern {
    /// A text without wildcards.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Runs(vec![Some(text.into())])
    }

    /// Its text, when it has no wildcards.
    pub fn literal(&self) -> Option<String> {
        let Self::Runs(runs) = self else { return None };
        runs.iter().cloned().collect()
    }

    /// Whether every text matches.
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Runs(runs) if !runs.is_empty() && runs.iter().all(Option::is_none))
    }

    /// The alternatives of a regular expression; those with more than literals, anchors and `.*` are [`Self::Other`].
    pub fn of_regex(regex: &str) -> Vec<Self> {
        if regex.contains(['(', ')']) {
            return vec![Self::Other(regex.to_owned())];
        }
        regex.split('|').map(|one| runs_of(one).map_or_else(|| Self::Other(one.to_owned()), Self::Runs)).collect()
    }

    /// Whether a value matches.
    pub fn matches(&self, value: &Value) -> Truth {
        let Self::Runs(runs) = self else { return Truth::Unknown };
        if self.is_any() {
            return Truth::Yes;
        }
        if let Some(text) = value.literal() {
            return if matches_text(runs, &text) { Truth::Yes } else { Truth::No };
        }
        let runs: Vec<Option<&str>> = runs.iter().map(Option::as_deref).collect();
        match runs.as_slice() {
            [Some(text)] => value.equals(text),
            [Some(start), None] => value.starts_with(start),
            [None, Some(end)] => value.ends_with(end),
            [None, Some(text), None] => value.contains(text),
            [Some(start), None, .., Some(end)] if value.starts_with(start).is_no() || value.ends_with(end).is_no() => {
                Truth::No
            }
            _ => Truth::Unknown,
        }
    }
}

fn runs_of(regex: &str) -> Option<Vec<Option<String>>> {
    let (anchored, rest) = regex.strip_prefix('^').map_or((false, regex), |rest| (true, rest));
    let mut runs: Vec<Option<String>> = if anchored { Vec::new() } else { vec![None] };
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '$' if chars.peek().is_none() => return Some(runs),
            '.' if chars.peek() == Some(&'*') => {
                chars.next();
                runs.push(None);
                continue;
            }
            '\\' => chars.next().filter(|next| !next.is_alphanumeric())?,
            // A lone dot between letters is meant as one.
            '.' if chars.peek().is_some_and(|next| next.is_alphanumeric()) => c,
            c if ".*+?[]{}$^".contains(c) => return None,
            c => c,
        };
        if chars.peek().is_some_and(|next| "*+?{".contains(*next)) {
            return None;
        }
        match runs.last_mut() {
            Some(Some(run)) => run.push(literal),
            _ => runs.push(Some(literal.to_string())),
        }
    }
    runs.push(None);
    Some(runs)
}

/// Leftmost matching is enough: a wildcard takes any text.
fn matches_text(runs: &[Option<String>], text: &str) -> bool {
    let (mut rest, mut loose) = (text, false);
    for (index, run) in runs.iter().enumerate() {
        let Some(run) = run else {
            loose = true;
            continue;
        };
        if index + 1 == runs.len() && loose {
            return rest.ends_with(run.as_str());
        }
        let found = if loose { rest.find(run.as_str()) } else { rest.starts_with(run.as_str()).then_some(0) };
        let Some(after) = found.and_then(|at| rest.get(at + run.len()..)) else { return false };
        (rest, loose) = (after, false);
    }
    loose || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::tests::value;
    use super::*;

    #[test]
    fn patterns_are_matched_as_far_as_a_value_is_known() {
        let glob =
            |runs: &[&str]| Pattern::Runs(runs.iter().map(|run| (*run != "*").then(|| (*run).to_owned())).collect());
        assert!(glob(&["job-", "*"]).matches(&value("job-report")).is_yes());
        assert!(glob(&["*", ".googleapis.com/", "*"]).matches(&value("https://run.googleapis.com/v2")).is_yes());
        assert!(glob(&["a", "*", "b", "*", "c"]).matches(&value("axbxc")).is_yes());
        assert!(glob(&["a", "*", "b"]).matches(&value("abc")).is_no());
        assert!(glob(&["*", "googleapis", "*"]).matches(&value("https://run.googleapis.com/{X}")).is_yes());
        assert_eq!(glob(&["*", "run.app", "*"]).matches(&value("https://{X}")), Truth::Unknown);
        assert!(glob(&["job", "*"]).matches(&value("svc-{X}")).is_no());
    }

    #[test]
    fn simple_regular_expressions_are_patterns() {
        let yes =
            |regex: &str, text: &str| Pattern::of_regex(regex).iter().any(|one| one.matches(&value(text)).is_yes());
        assert!(yes("^https://", "https://x") && yes(r"googleapis\.com", "https://run.googleapis.com/v2"));
        assert!(yes("^(", "x") || !yes("^a$", "ab"));
        assert!(yes("a|b$", "xb") && yes("^a.*z$", "abz"));
        assert!(Pattern::of_regex("^[a-z]+$").iter().all(|one| one.matches(&value("a")) == Truth::Unknown));
    }
}
