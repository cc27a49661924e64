//! Whether two partly known texts could be the same.

use super::{Atom, Value};

/// Whether some filling of the holes, equal holes filled alike, makes the two equal. Holes never span a
/// separator, so fields are compared one by one. Errs towards `true`: it is asked to silence, never to accuse.
pub fn may_equal(a: &Value, b: &Value, separators: &[char]) -> bool {
    let (a, b) = (fields(a, separators), fields(b, separators));
    a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| field_may_equal(x, y))
}

fn fields(value: &Value, separators: &[char]) -> Vec<Vec<Atom>> {
    let mut out = vec![Vec::new()];
    for atom in value.normal() {
        match atom {
            Atom::Text(text) => {
                for (index, part) in text.split(separators).enumerate() {
                    if index > 0 {
                        out.push(Vec::new());
                    }
                    if let (Some(field), false) = (out.last_mut(), part.is_empty()) {
                        field.push(Atom::Text(part.to_owned()));
                    }
                }
            }
            other => {
                if let Some(field) = out.last_mut() {
                    field.push(other);
                }
            }
        }
    }
    out
}

/// Equal ends are peeled off (equal holes are filled alike); what is left may be equal when either side still has
/// a hole and the literal ends do not contradict.
fn field_may_equal(a: &[Atom], b: &[Atom]) -> bool {
    let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(common..).unwrap_or(&[]), b.get(common..).unwrap_or(&[]));
    let common = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let a = a.get(..a.len() - common).unwrap_or(&[]);
    let b = b.get(..b.len() - common).unwrap_or(&[]);
    match (a, b) {
        ([], []) => true,
        ([], rest) | (rest, []) => rest.iter().all(|atom| !matches!(atom, Atom::Text(_))),
        ([Atom::Text(x)], [Atom::Text(y)]) => x == y,
        _ => agree(a.first(), b.first(), |x, y| x.starts_with(y)) && agree(a.last(), b.last(), |x, y| x.ends_with(y)),
    }
}

/// Two literal ends agree when one continues the other; a hole agrees with anything.
fn agree(a: Option<&Atom>, b: Option<&Atom>, continues: fn(&str, &str) -> bool) -> bool {
    match (a, b) {
        (Some(Atom::Text(x)), Some(Atom::Text(y))) => continues(x, y) || continues(y, x),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::value::may_equal;
    use crate::value::tests::value;

    #[test]
    fn holes_may_be_filled_but_equal_holes_alike() {
        let eq = |a: &str, b: &str| may_equal(&value(a), &value(b), &['@', '/']);
        assert!(eq("{A}@p.iam", "bot@{P}.iam"));
        assert!(eq("x-{A}", "x-prod"));
        assert!(!eq("x-{A}", "y-prod"));
        assert!(!eq("{A}-dev", "{A}-prod"));
        assert!(eq("{A}-dev", "{B}-dev"));
        assert!(!eq("{A}@a", "{A}@b"));
        assert!(!eq("{A}", "a@b"), "a hole never spans a separator");
        assert!(eq("", "{A}"));
        assert!(!eq("", "{A}x"));
    }
}
