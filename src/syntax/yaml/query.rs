//! Questions to a tree.

use std::collections::HashSet;

use super::{Kind, Node, Pair, Scalar, Style};

impl Node {
    /// The entry of a mapping. Of several with the same key the last wins, and what is merged in by `<<` counts
    /// where there is none. In an open mapping, several may stand for arms of a template: see [`Node::is_open`].
    pub fn get(&self, key: &str) -> Option<&Pair> {
        let Kind::Mapping(pairs) = &self.kind else { return None };
        let own = pairs.iter().rev().find(|pair| pair.key.text() == key);
        own.or_else(|| self.merged().find_map(|node| node.get(key)))
    }

    /// The value under keys, one within the other.
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key).map(|pair| &pair.value))
    }

    /// The text of a scalar. Templates stand in it as they are written.
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(Scalar::text)
    }

    /// The scalar.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// All texts in it, in their order.
    pub fn scalars(&self) -> Vec<&Scalar> {
        let mut found: Vec<&Scalar> = Vec::new();
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            match &node.kind {
                Kind::Scalar(scalar) => found.push(scalar),
                Kind::Sequence(items) => waiting.extend(items.iter().rev()),
                Kind::Mapping(pairs) => waiting.extend(pairs.iter().rev().map(|pair| &pair.value)),
                Kind::Unknown => {}
            }
        }
        found
    }

    /// The entries of a sequence; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping, one of each key as [`Node::get`] finds it: its own in order, then those that are
    /// merged in.
    pub fn pairs(&self) -> Vec<&Pair> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        self.gather(&mut seen, &mut found);
        found
    }

    fn gather<'a>(&'a self, seen: &mut HashSet<&'a str>, found: &mut Vec<&'a Pair>) {
        let Kind::Mapping(pairs) = &self.kind else { return };
        let start = found.len();
        // From the end, since the last one wins.
        found.extend(pairs.iter().rev().filter(|pair| !pair.is_merge() && seen.insert(pair.key.text())));
        if let Some(own) = found.get_mut(start..) {
            own.reverse();
        }
        for node in self.merged() {
            node.gather(seen, found);
        }
    }

    /// The mappings that `<<` brings in.
    fn merged(&self) -> impl Iterator<Item = &Node> {
        let pairs: &[Pair] = if let Kind::Mapping(pairs) = &self.kind { pairs } else { &[] };
        pairs.iter().rev().filter(|pair| pair.is_merge()).flat_map(|pair| match &pair.value.kind {
            Kind::Sequence(items) => items.iter(),
            _ => std::slice::from_ref(&pair.value).iter(),
        })
    }

    /// Whether entries may come that are not in the tree: a template stands among them, a line could not be read,
    /// or what is merged in is not known. What is absent is not known to be absent then.
    pub fn is_open(&self) -> bool {
        let merge = |pair: &Pair| pair.is_merge() && pair.value.open;
        let merges = matches!(&self.kind, Kind::Mapping(pairs) if pairs.iter().any(merge));
        self.open || merges || matches!(self.kind, Kind::Unknown) || self.merged().any(Self::is_open)
    }

    /// Whether nothing stands there, or `null`.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(Scalar::is_null)
    }
}

impl Pair {
    fn is_merge(&self) -> bool {
        self.key.style == Style::Plain && self.key.text() == "<<"
    }
}

impl Scalar {
    /// Its text.
    pub fn text(&self) -> &str {
        self.body.text()
    }

    /// Whether it is nothing, or `null`.
    pub fn is_null(&self) -> bool {
        self.style == Style::Plain && self.tag.is_none() && matches!(self.text(), "" | "~" | "null" | "Null" | "NULL")
    }
}
