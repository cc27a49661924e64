//! Arguments by name and by place.

use super::Lowering;
use super::expression::open;
use super::names::{self, value_of};
use crate::program::{Assign, Assigned, Expr, Name, Op, Part, Quote, Step, StepKind, Use, Visibility};
use crate::source::Span;
use crate::syntax::powershell::{self as syntax, Argument, Command, ExprKind, Parameter, ParameterKind};

/// Arguments of every command, which bear on nothing here.
const COMMON: &[&str] = &["erroraction", "warningaction", "informationaction", "errorvariable", "outvariable", "ea"];
const COMMON_SWITCHES: &[&str] = &["verbose", "debug", "confirm", "whatif"];

/// The arguments of a command.
pub(super) struct Named<'t> {
    /// By name, in lower case.
    named: Vec<(String, Given<'t>)>,
    /// Without.
    pub positional: Vec<&'t syntax::Expr>,
}

/// An argument.
#[derive(Clone)]
pub(super) enum Given<'t> {
    /// As it stands.
    Expr(&'t syntax::Expr),
    /// An entry of a map: its name in the program, and as it is written out.
    Entry(String, Option<&'t syntax::Expr>, syntax::Expr),
    /// A switch, or what stands behind its colon.
    Flag,
}

impl<'t> Named<'t> {
    /// The expression of an argument that is written out.
    pub fn get(&self, name: &str) -> Option<&'t syntax::Expr> {
        match self.find(name)? {
            Given::Expr(expr) => Some(expr),
            Given::Entry(_, expr, _) => *expr,
            Given::Flag => None,
        }
    }

    /// An argument by its name, or by what that begins with.
    pub fn find(&self, name: &str) -> Option<&Given<'t>> {
        let is = |given: &str| given == name || given.len() >= 3 && name.starts_with(given);
        self.named.iter().find(|(given, _)| is(given)).map(|(_, value)| value)
    }
}

/// The arguments of a command that takes them by name; `None` when more of them come from somewhere.
pub(super) fn named<'t>(lowering: Lowering<'t>, command: &'t Command, switches: &[&str]) -> Option<Named<'t>> {
    let mut out = Named { named: Vec::new(), positional: Vec::new() };
    let mut arguments = command.arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument {
            Argument::Splat(name, span) => {
                let keys = lowering.names.keys(name)?;
                let written = lowering.names.only_value(name).and_then(names::map_of).unwrap_or_default();
                for (key, shown) in keys {
                    let entry = written
                        .iter()
                        .find(|(known, _)| known.literal().is_some_and(|known| known.eq_ignore_ascii_case(&key)));
                    let sure = !lowering.names.sets_members(name);
                    let expr = entry.and_then(|(_, value)| value_of(value)).filter(|_| sure);
                    let member = lowering.names.member(name, std::slice::from_ref(&shown));
                    let place = syntax::Expr { kind: ExprKind::Unknown, span: expr.map_or(*span, |expr| expr.span) };
                    out.named.push((key, Given::Entry(member, expr, place)));
                }
            }
            Argument::Word(expr, bare) => match parameter(expr, *bare) {
                Some((name, colon)) => {
                    let known = |list: &[&str]| list.iter().any(|one| one.starts_with(name.as_str()) && name.len() > 2);
                    if colon {
                        // What stands behind the colon is not told from it.
                        return None;
                    } else if known(switches) || known(COMMON_SWITCHES) {
                        out.named.push((name, Given::Flag));
                    } else if let Some(Argument::Word(value, _)) = arguments.next() {
                        out.named.push((name, Given::Expr(value)));
                    } else {
                        return None;
                    }
                }
                None => out.positional.push(expr),
            },
        }
    }
    Some(out)
}

/// `-Name`, in lower case, and whether a colon follows.
fn parameter(expr: &syntax::Expr, bare: bool) -> Option<(String, bool)> {
    let ExprKind::Text(parts) = &expr.kind else { return None };
    let Some(syntax::Part::Text { text, .. }) = parts.first().filter(|_| bare) else { return None };
    let name = text.strip_prefix('-')?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    match name.split_once(':') {
        Some((name, _)) => Some((name.to_ascii_lowercase(), true)),
        None => Some((name.to_ascii_lowercase(), false)),
    }
}

/// The variable by which a function is given a list.
pub(super) fn list_argument(function: &str, parameter: &str) -> String {
    format!("{}.{}", names::function(function), parameter.to_ascii_lowercase())
}

/// What a parameter is given.
#[derive(Clone)]
enum Slot<'t> {
    Nothing,
    /// Nobody knows what.
    Unknown,
    Word(Expr),
    List(&'t syntax::Expr),
}

/// The words of a call of a function of this file: its arguments in the order of its parameters. Lists are assigned
/// before it.
pub(super) fn words<'t>(
    lowering: Lowering<'t>,
    name: &str,
    parameters: Option<&'t [Parameter]>,
    command: &'t Command,
    out: &mut Vec<Step>,
) -> Vec<Expr> {
    let place = lowering.place(command.name.span);
    let mut words = vec![Expr::text(names::function(name), place)];
    let Some(parameters) = parameters else {
        words.extend(lowering.arguments(&command.arguments));
        return words;
    };
    let mut slots: Vec<Slot> = vec![Slot::Nothing; parameters.len()];
    let mut rest: Vec<Expr> = Vec::new();
    let mut unknown = false;
    let mut arguments = command.arguments.iter();
    while let Some(argument) = arguments.next() {
        let (at, value) = match argument {
            Argument::Splat(name, span) => {
                let Some(keys) = lowering.names.keys(name) else {
                    unknown = true;
                    continue;
                };
                for (key, shown) in keys {
                    let at = parameters.iter().position(|parameter| parameter.name.eq_ignore_ascii_case(&key));
                    if let Some(slot) = at.and_then(|at| slots.get_mut(at)) {
                        let name = Name::Variable(lowering.names.member(name, &[shown]));
                        let used = Use { name, op: Op::Plain, quote: Quote::Whole, place: lowering.place(*span) };
                        *slot = Slot::Word(Expr { parts: vec![Part::Use(Box::new(used))] });
                    }
                }
                continue;
            }
            Argument::Word(expr, bare) => {
                if let Some((name, colon)) = parameter(expr, *bare) {
                    let exact = parameters.iter().position(|parameter| parameter.name.eq_ignore_ascii_case(&name));
                    let starts = |parameter: &Parameter| parameter.name.to_ascii_lowercase().starts_with(&name);
                    let at = exact.or_else(|| parameters.iter().position(starts));
                    let Some((at, wanted)) = at.and_then(|at| Some((at, parameters.get(at)?))) else {
                        if COMMON.contains(&name.as_str()) {
                            arguments.next();
                        } else if !COMMON_SWITCHES.contains(&name.as_str()) {
                            unknown = true;
                        }
                        continue;
                    };
                    let value = if colon {
                        Slot::Unknown
                    } else if wanted.kind == ParameterKind::Switch {
                        Slot::Word(Expr::text("True", lowering.place(expr.span)))
                    } else {
                        match arguments.next() {
                            Some(Argument::Word(value, _)) => slot(lowering, wanted, value),
                            _ => Slot::Unknown,
                        }
                    };
                    (at, value)
                } else {
                    let takes = |(slot, parameter): (&Slot, &Parameter)| {
                        matches!(slot, Slot::Nothing) && parameter.kind != ParameterKind::Switch
                    };
                    let at = slots.iter().zip(parameters).position(takes);
                    let Some((at, wanted)) = at.and_then(|at| Some((at, parameters.get(at)?))) else { continue };
                    if wanted.kind == ParameterKind::Rest {
                        rest.extend(lowering.list(expr).unwrap_or_else(|| vec![lowering.expr(expr)]));
                        continue;
                    }
                    (at, slot(lowering, wanted, expr))
                }
            }
        };
        match (value, parameters.get(at).map(|parameter| parameter.kind)) {
            (Slot::List(list), Some(ParameterKind::Rest)) => rest.extend(lowering.list(list).unwrap_or_default()),
            (value, _) => slots.iter_mut().skip(at).take(1).for_each(|slot| *slot = value.clone()),
        }
    }
    for (slot, parameter) in slots.into_iter().zip(parameters) {
        // One that is not given here may come from where others come from.
        let slot = if unknown && matches!(slot, Slot::Nothing) { Slot::Unknown } else { slot };
        words.extend(handed(lowering, name, parameter, slot, command.name.span, out));
    }
    words.extend(rest);
    if unknown {
        words.push(open(place));
    }
    words
}

/// The word that hands a parameter what it is given.
fn handed<'t>(
    lowering: Lowering<'t>,
    function: &str,
    parameter: &'t Parameter,
    slot: Slot<'t>,
    span: Span,
    out: &mut Vec<Step>,
) -> Option<Expr> {
    let place = lowering.place(span);
    match parameter.kind {
        ParameterKind::Rest => None,
        ParameterKind::List => {
            let items = match slot {
                Slot::List(list) => lowering.list(list).unwrap_or_else(|| vec![open(place)]),
                Slot::Word(word) => vec![word],
                Slot::Nothing => {
                    parameter.default.as_ref().and_then(|default| lowering.list(default)).unwrap_or_default()
                }
                Slot::Unknown => vec![open(place)],
            };
            let name = list_argument(function, &parameter.name);
            let value = Assigned::List(items);
            let assign = Assign { name, value, append: false, visibility: Visibility::Program };
            out.push(Step { kind: StepKind::Assign(assign), span });
            // Its place is kept.
            Some(Expr::text("", place))
        }
        _ => Some(match slot {
            Slot::Word(word) => word,
            Slot::Nothing => Expr::text("", place),
            Slot::Unknown | Slot::List(_) => Expr { parts: vec![lowering.hole(span)] },
        }),
    }
}

/// What an argument gives to a parameter.
fn slot<'t>(lowering: Lowering<'t>, parameter: &Parameter, expr: &'t syntax::Expr) -> Slot<'t> {
    match &expr.kind {
        ExprKind::Script(_) | ExprKind::Map(_) => Slot::Unknown,
        _ if lowering.names.lists_in(expr) => match parameter.kind {
            ParameterKind::List | ParameterKind::Rest => Slot::List(expr),
            // It holds the list, which is not known as one there.
            _ => Slot::Unknown,
        },
        // What is not known to be a list may be one.
        ExprKind::Variable(name) if parameter.kind == ParameterKind::List && !lowering.names.is_one_word(name) => {
            Slot::Unknown
        }
        _ => Slot::Word(lowering.expr(expr)),
    }
}
