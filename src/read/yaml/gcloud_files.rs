//! Files that gcloud reads in place of flags: `--flags-file` and `--env-vars-file`. Each becomes words, which a command that
//! names the file takes in its place (`eval`); a file that no command names says nothing.

use super::{Context, Kind, Node, Reading};
use crate::program::{Expr, Part, Step, StepKind};
use crate::syntax::yaml::{self, Pair};
use crate::value::Place;

/// Flags with their values: `gcloud topic flags-file`, checked 2026-11-21.
pub(super) const FLAGS: Kind = Kind { name: "gcloud-flags", accepts: accepts_flags, read: read_flags };

/// Variables of a deployment: `gcloud run deploy --help`, checked 2026-11-21.
pub(super) const VARIABLES: Kind = Kind { name: "gcloud-env-vars", accepts: accepts_variables, read: read_variables };

/// Parts the variables of a flag, in place of a comma, which values may hold.
const DELIMITER: char = '\u{1f}';

fn accepts_flags(_: &str, root: &Node) -> bool {
    let is_flags = |node: &Node| {
        let pairs = node.pairs();
        !pairs.is_empty() && pairs.iter().all(|pair| pair.key.text().starts_with("--"))
    };
    let items = root.items();
    if items.is_empty() { is_flags(root) } else { items.iter().all(is_flags) }
}

fn read_flags(context: &Context, root: &Node, reading: &mut Reading) {
    let maps = if root.items().is_empty() { std::slice::from_ref(root) } else { root.items() };
    let mut words = Vec::new();
    for pair in maps.iter().flat_map(Node::pairs) {
        flag(context, pair, &mut words);
    }
    reading.steps.push(Step { kind: StepKind::Parameters(words), span: root.span });
}

/// The word or words that an entry stands for.
fn flag(context: &Context, pair: &Pair, words: &mut Vec<Expr>) {
    let name = pair.key.text();
    let at = context.place(&pair.key.body, 0..name.len());
    match &pair.value.kind {
        yaml::Kind::Scalar(value) if value.is_null() || value.text() == "true" => words.push(Expr::text(name, at)),
        yaml::Kind::Scalar(value) if value.text() == "false" => {
            let off = name.replacen("--", "--no-", 1);
            words.push(Expr::text(off, Place { exact: false, ..at }));
        }
        yaml::Kind::Scalar(value) => words.push(assigned(name, at, context.expr(value))),
        yaml::Kind::Sequence(_) => {
            let mut joined = Expr::default();
            for item in pair.value.items().iter().filter_map(Node::scalar) {
                if !joined.parts.is_empty() {
                    joined.parts.push(Part::Text(",".into(), context.near(pair.span)));
                }
                joined.parts.extend(context.expr(item).parts);
            }
            words.push(assigned(name, at, joined));
        }
        yaml::Kind::Mapping(_) => words.push(assigned(name, at, dictionary(context, &pair.value.pairs()))),
        yaml::Kind::Unknown => words.push(assigned(name, at, context.unknown(pair.span))),
    }
}

/// `--name=value` in one word.
fn assigned(name: &str, at: Place, value: Expr) -> Expr {
    let mut parts = vec![Part::Text(name.into(), at), Part::Text("=".into(), Place { exact: false, ..at })];
    parts.extend(value.parts);
    Expr { parts }
}

fn accepts_variables(_: &str, root: &Node) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let pairs = root.pairs();
    !pairs.is_empty() && pairs.iter().all(|pair| is_name(pair.key.text()) && pair.value.scalar().is_some())
}

fn read_variables(context: &Context, root: &Node, reading: &mut Reading) {
    // A flag for each: a finding then stands at the variable, and not at the first of them.
    let word = |pair: &&Pair| {
        let at = context.place(&pair.key.body, 0..pair.key.text().len());
        assigned("--set-env-vars", Place { exact: false, ..at }, dictionary(context, std::slice::from_ref(pair)))
    };
    let words = root.pairs().iter().map(word).collect();
    reading.steps.push(Step { kind: StepKind::Parameters(words), span: root.span });
}

/// `^D^KEY=value`, with a delimiter that no value holds.
fn dictionary(context: &Context, pairs: &[&Pair]) -> Expr {
    let mut out = Expr::default();
    for (index, pair) in pairs.iter().enumerate() {
        let at = context.near(pair.key.span);
        let before = if index == 0 { format!("^{DELIMITER}^") } else { DELIMITER.to_string() };
        out.parts.push(Part::Text(before.into(), at));
        out.parts.push(Part::Text(pair.key.text().into(), at));
        out.parts.push(Part::Text("=".into(), at));
        match pair.value.scalar() {
            Some(value) => out.parts.extend(context.expr(value).parts),
            None => out.parts.extend(context.unknown(pair.span).parts),
        }
    }
    out
}
