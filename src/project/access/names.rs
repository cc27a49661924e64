//! Where things of a name are found, without comparing it with every other name.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

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

    /// Whether nothing is known of the start.
    pub fn is_open(&self) -> bool {
        self.start.is_empty()
    }

    /// Whether two texts of these ends may be one.
    pub fn fit(&self, other: &Self) -> bool {
        let starts = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
        let ends = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
        starts(&self.start, &other.start) && ends(&self.end, &other.end)
    }
}

/// Things by what is known of the start of their names.
#[derive(Debug, Default)]
pub(super) struct Starts(BTreeMap<String, Vec<usize>>);

impl Starts {
    /// Adds one; `None`: nothing is known of its name.
    pub fn add(&mut self, ends: Option<&Ends>, number: usize) {
        self.0.entry(ends.map_or_else(String::new, |ends| ends.start.clone())).or_default().push(number);
    }

    /// Those whose names may start as a text of these ends does.
    pub fn like(&self, ends: &Ends) -> Vec<&[usize]> {
        let start = &*ends.start;
        let shorter = start.char_indices().filter_map(|(at, _)| self.0.get(start.get(..at)?));
        let longer = self.0.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        let longer = longer.take_while(|(known, _)| known.starts_with(start)).map(|(_, numbers)| numbers);
        shorter.chain(longer).map(Vec::as_slice).collect()
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
    fn starts_are_those_that_may_be_one() {
        let mut starts = Starts::default();
        for (number, name) in ["api", "api-{E}", "web-{E}", "{N}", "ap", "apj", "é{E}"].into_iter().enumerate() {
            starts.add(Some(&Ends::of(&value(name))), number);
        }
        starts.add(None, 7);
        let like = |name: &str| {
            let mut all = starts.like(&Ends::of(&value(name))).concat();
            all.sort_unstable();
            all
        };
        assert_eq!(like("api"), [0, 1, 3, 4, 7]);
        assert_eq!(like("api-x"), [0, 1, 3, 4, 7]);
        assert_eq!(like("{X}"), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(like("éa{X}"), [3, 6, 7]);
    }

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
