//! The keys of a table: those that the schema knows, and what the others were meant to be.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Mend;
use super::schema::{Key, Kind, Need, home};
use super::table::{Name, Reading, Value, shown, span};
use crate::finding::Safety;
use crate::nearest::{folded, nearest};
use crate::source::Span;

/// Keys of one table that are looked at for one that is missing.
const MOST_KEYS: usize = 50;

impl Reading<'_> {
    /// The entries of a table with known keys; `name` is the table's own.
    pub fn keys<'a, 't>(
        &mut self,
        table: &'a DeTable<'t>,
        known: &'static [Key],
        name: &str,
    ) -> Vec<(&'static Key, &'a Value<'t>)> {
        let of = |name: &str| known.iter().find(|key| key.name == name);
        let mut taken: BTreeSet<&'static str> = table.keys().filter_map(|key| Some(of(key.get_ref())?.name)).collect();
        let mut out = Vec::new();
        for (key, value) in table {
            match of(key.get_ref()) {
                Some(key) => out.push((key, value)),
                None => self.unknown(key, value, (known, name), (table, &mut taken)),
            }
        }
        out
    }

    fn unknown(
        &mut self,
        key: &Name<'_>,
        value: &Value<'_>,
        (known, name): (&'static [Key], &str),
        (table, taken): (&DeTable<'_>, &mut BTreeSet<&'static str>),
    ) {
        if self.is_full() {
            return;
        }
        let within = if name.is_empty() { String::new() } else { format!(" in `{name}`") };
        let message = format!("there is no key `{}`{within}; it does nothing", key.get_ref());
        let written = folded(key.get_ref());
        let sure = known.iter().find(|key| key.name == written);
        let elsewhere = home(&written).filter(|_| sure.is_none() && !holds_tables(value));
        if let Some(table) = elsewhere {
            self.fault(key.span(), message, format!("`{written}` stands in `{}`", table.header()));
            return;
        }
        let Some(right) = sure.or_else(|| like(key.get_ref(), known)) else {
            let names: Vec<&str> = known.iter().map(|key| key.name).collect();
            self.fault(key.span(), message, format!("keys here are {}", shown(&names)));
            return;
        };
        // A second key of one name is no TOML. Lists that are written as headers grow.
        let grows =
            || is_headers(self.text, value) && table.get(right.name).is_some_and(|own| is_headers(self.text, own));
        if taken.contains(right.name) && !grows() {
            self.fault(key.span(), message, format!("`{}` is there already: write it there", right.name));
            return;
        }
        taken.insert(right.name);
        // `[grant]` is meant to be `[[grants]]`.
        let header = matches!(right.kind, Kind::Tables(_)).then(|| self.header(value, 1)).flatten();
        let mend = match header {
            Some(_) => Mend { safety: Safety::Unsafe, edits: vec![(span(value.span()), right.header())] },
            None => Mend {
                safety: if sure.is_some() { Safety::Safe } else { Safety::Unsafe },
                edits: self.places(key, value).into_iter().map(|place| (place, right.name.to_owned())).collect(),
            },
        };
        let help = if header.is_some() { right.header() } else { right.name.to_owned() };
        // Under another name a table is no list of tables, either.
        let fits =
            header.is_some() || !matches!(right.kind, Kind::Tables(_)) || matches!(value.get_ref(), DeValue::Array(_));
        self.mended(key.span(), message, format!("write `{help}`"), Some(mend).filter(|_| fits));
    }

    /// Everywhere that a key is written: a list of tables has it in each header.
    fn places(&self, key: &Name<'_>, value: &Value<'_>) -> Vec<Span> {
        let DeValue::Array(array) = value.get_ref() else { return vec![span(key.span())] };
        let written = self.text.get(key.span()).unwrap_or("");
        let mut places: Vec<Span> = array
            .iter()
            .filter_map(|one| self.header(one, 2).filter(|(_, name)| *name == written))
            .map(|(at, _)| at)
            .collect();
        if places.is_empty() {
            places.push(span(key.span()));
        }
        places
    }

    /// The name in the header of a table, and where it stands: `[x]`, or `[[x]]` with two brackets.
    fn header(&self, value: &Value<'_>, brackets: usize) -> Option<(Span, &str)> {
        let DeValue::Table(_) = value.get_ref() else { return None };
        let at = value.span();
        let inner = self.text.get(at.start + brackets..at.end.checked_sub(brackets)?)?;
        let (open, close) = ("[".repeat(brackets), "]".repeat(brackets));
        let whole = self.text.get(at.clone())?;
        if !whole.starts_with(&open) || !whole.ends_with(&close) || inner.starts_with('[') || inner.contains('.') {
            return None;
        }
        let start = at.start + brackets + (inner.len() - inner.trim_start().len());
        let name = inner.trim();
        Some((span(start..start + name.len()), name))
    }

    /// Says which keys a table lacks. One that is there and misspelt is told as such.
    pub fn missing(&mut self, table: &DeTable<'_>, at: &Range<usize>, keys: &'static [Key]) {
        let meant: Vec<&str> =
            table.keys().take(MOST_KEYS).filter_map(|key| Some(like(key.get_ref(), keys)?.name)).collect();
        for key in keys.iter().filter(|key| !meant.contains(&key.name)) {
            let message = match key.need {
                Need::Optional => continue,
                Need::Required => format!("without `{}` it does nothing", key.name),
                Need::Expected => format!("without `{}` nobody knows {}", key.name, key.says),
            };
            self.fault(at.clone(), message, format!("add `{} = {}`: {}", key.name, key.example, key.says));
        }
    }
}

/// The key that a name is most like; one of ours is most like itself.
fn like(name: &str, known: &'static [Key]) -> Option<&'static Key> {
    let right = nearest(name, known.iter().map(|key| key.name))?;
    known.iter().find(|key| key.name == right)
}

fn holds_tables(value: &Value<'_>) -> bool {
    match value.get_ref() {
        DeValue::Table(_) => true,
        DeValue::Array(array) => array.iter().any(|one| matches!(one.get_ref(), DeValue::Table(_))),
        _ => false,
    }
}

/// Whether a list is written as headers, `[[x]]`.
fn is_headers(text: &str, value: &Value<'_>) -> bool {
    let DeValue::Array(array) = value.get_ref() else { return false };
    !array.is_empty() && array.iter().all(|one| text.get(one.span()).is_some_and(|text| text.starts_with("[[")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;
    use crate::source::Source;

    fn parse(text: &str) -> Config {
        Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml")).unwrap()
    }

    /// The text after all fixes, and whether they are safe.
    fn fixed(text: &str) -> (String, Vec<Safety>) {
        let mends: Vec<Mend> = parse(text).faults.into_iter().filter_map(|fault| fault.mend).collect();
        let mut edits: Vec<&(Span, String)> = mends.iter().flat_map(|mend| &mend.edits).collect();
        edits.sort();
        let mut out = text.to_owned();
        for (span, new) in edits.iter().rev() {
            out.replace_range(span.range(), new);
        }
        (out, mends.iter().map(|mend| mend.safety).collect())
    }

    #[test]
    fn misspelt_names_are_mended() {
        use Safety::{Safe, Unsafe};
        for (wrong, right, safety) in [
            ("fail_on = \"error\"", "fail-on = \"error\"", Safe),
            ("Fail-On = \"error\"", "fail-on = \"error\"", Safe),
            ("\"FAIL_ON\" = \"error\"", "fail-on = \"error\"", Safe),
            ("failon = \"error\"", "fail-on = \"error\"", Unsafe),
            ("advise = true", "advice = true", Unsafe),
            ("previews = true", "preview = true", Unsafe),
            ("[file]\nmax-size = 1", "[files]\nmax-size = 1", Unsafe),
            ("[ Files ]\nmax-size = 1", "[ files ]\nmax-size = 1", Safe),
            ("[files]\nmax_size = 1", "[files]\nmax-size = 1", Safe),
            ("[files]\nincludes = [\"a\"]", "[files]\ninclude = [\"a\"]", Unsafe),
            ("[rule]\na = \"off\"", "[rules]\na = \"off\"", Unsafe),
            ("[rules]\na = \"warn\"", "[rules]\na = \"warning\"", Unsafe),
            ("[rules]\na = 'err'", "[rules]\na = \"error\"", Unsafe),
            ("[rules]\na = \"Warning\"", "[rules]\na = \"warning\"", Safe),
            ("[rules]\na = false", "[rules]\na = \"off\"", Unsafe),
            ("fail-on = \"warn\"", "fail-on = \"warning\"", Unsafe),
            ("advice = \"true\"", "advice = true", Unsafe),
            (
                "[[override]]\npaths = [\"a\"]\nrules = {}\n[[ override ]] # b\npaths = [\"b\"]\nrules = {}",
                "[[overrides]]\npaths = [\"a\"]\nrules = {}\n[[ overrides ]] # b\npaths = [\"b\"]\nrules = {}",
                Unsafe,
            ),
            ("[override]\npaths = [\"a\"]\nrules = {}", "[[overrides]]\npaths = [\"a\"]\nrules = {}", Unsafe),
            ("[overrides]\npaths = [\"a\"]\nrules = {}", "[[overrides]]\npaths = [\"a\"]\nrules = {}", Unsafe),
            (
                "[[grant]]\nmember = \"m\"\nrole = \"r\"\nreason = \"x\"",
                "[[grants]]\nmember = \"m\"\nrole = \"r\"\nreason = \"x\"",
                Unsafe,
            ),
            ("require = [{ When = \"A\", needs = [\"B\"] }]", "require = [{ when = \"A\", needs = [\"B\"] }]", Safe),
        ] {
            assert_eq!(fixed(wrong), (right.to_owned(), vec![safety]), "{wrong}");
            assert_eq!(parse(right).faults, [], "{right}");
        }
    }

    #[test]
    fn a_fix_never_makes_two_keys_of_one_name() {
        for (text, right) in [
            ("fail-on = \"error\"\nfail_on = \"error\"", "fail-on = \"error\"\nfail_on = \"error\""),
            ("FAIL_ON = \"error\"\nfail_on = \"error\"", "fail-on = \"error\"\nfail_on = \"error\""),
            ("[files]\n[file]", "[files]\n[file]"),
            ("[[grants]]\n[[grant]]", "[[grants]]\n[[grants]]"),
            ("grants = []\n[[grant]]", "grants = []\n[[grant]]"),
        ] {
            let (fixed, _) = fixed(text);
            assert_eq!(fixed, right);
            parse(&fixed);
        }
        let help = |text: &str| parse(text).faults.into_iter().map(|fault| fault.help).collect::<Vec<_>>();
        assert_eq!(help("[files]\n[file]"), ["`files` is there already: write it there"]);
    }

    #[test]
    fn what_stands_in_the_wrong_table_is_told_where_it_belongs() {
        let help = |text: &str| parse(text).faults.into_iter().map(|fault| fault.help).collect::<Vec<_>>();
        assert_eq!(help("max_size = 1"), ["`max-size` stands in `[files]`"]);
        assert_eq!(help("exclude = []"), ["`exclude` stands in `[files]`"]);
        assert_eq!(help("role = \"roles/owner\""), ["`role` stands in `[[grants]]`"]);
        assert_eq!(help("[file]\n"), ["write `files`"], "a table is no `file` of a policy");
    }
}
