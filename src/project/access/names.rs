//! Where things of a name are found, without comparing it with every other name.

use std::collections::HashMap;

use super::resource::Resource;
use crate::value::Value;

/// Numbers of things by their names.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: HashMap<String, Vec<usize>>,
    /// Those whose name is not known, or not whole.
    open: Vec<(usize, Ends)>,
    /// The ends of all of them.
    ends: Vec<Ends>,
}

/// What is known of a text at its ends: two that do not fit there are not the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    start: String,
    end: String,
}

impl Ends {
    pub fn of(text: &Value) -> Self {
        let plain = |text: String| text.to_ascii_lowercase().replace('_', "-");
        Self { start: plain(text.known_prefix()), end: plain(text.known_suffix()) }
    }

    /// Whether two texts of these ends may be one.
    pub fn fit(&self, other: &Self) -> bool {
        let starts = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
        let ends = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
        starts(&self.start, &other.start) && ends(&self.end, &other.end)
    }
}

impl Names {
    pub fn new<'f>(names: impl Iterator<Item = Option<&'f Value>>) -> Self {
        let mut out = Self::default();
        for (number, name) in names.enumerate() {
            let ends = name.map(Ends::of).unwrap_or_default();
            match name.and_then(Resource::key) {
                Some(key) => out.by_name.entry(key).or_default().push(number),
                None => out.open.push((number, ends.clone())),
            }
            out.ends.push(ends);
        }
        out
    }

    /// Those that may have a name: a superset.
    pub fn like(&self, name: &Value) -> Vec<usize> {
        let own = Ends::of(name);
        let fitting = |ends: &Ends| ends.fit(&own);
        match Resource::key(name) {
            Some(key) => {
                let open = self.open.iter().filter(|(_, ends)| fitting(ends)).map(|(number, _)| number);
                self.by_name.get(&key).into_iter().flatten().chain(open).copied().collect()
            }
            None => self.ends.iter().enumerate().filter(|(_, ends)| fitting(ends)).map(|(number, _)| number).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    #[test]
    fn names_are_found_by_what_is_known_of_them() {
        let names = ["api", "api-{E}", "web-{E}", "{N}", "API"].map(value);
        let names = Names::new(names.iter().map(Some).chain([None]));
        assert_eq!(names.like(&value("api")), [0, 4, 1, 3, 5]);
        assert_eq!(names.like(&value("api_prod")), [1, 3, 5]);
        assert_eq!(names.like(&value("web-{X}")), [2, 3, 5]);
        assert_eq!(names.like(&value("{X}-prod")), [1, 2, 3, 5]);
    }
}
