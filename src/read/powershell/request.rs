//! `Invoke-RestMethod` and its kin → the words of a `curl` that does the same.

use super::call::{self, Given};
use super::names::map_of;
use super::{Lowering, words};
use crate::program::{Expr, Name, Op, Part, Quote, Use};
use crate::source::Span;
use crate::syntax::powershell::{Command, ExprKind};

/// Parameters that take no value.
/// <https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-restmethod>, checked 2026-11-21.
const SWITCHES: &[&str] = &[
    "usebasicparsing",
    "skipcertificatecheck",
    "skiphttperrorcheck",
    "skipheadervalidation",
    "disablekeepalive",
    "allowunencryptedauthentication",
    "allowinsecureredirect",
    "preserveauthorizationonredirect",
    "preservehttpmethodonredirect",
    "passthru",
    "resume",
    "noproxy",
    "followrellink",
    "usedefaultcredentials",
];

/// Parameters that prove who calls in ways that are not followed.
const OTHER_CREDENTIALS: &[&str] = &[
    "authentication",
    "token",
    "credential",
    "certificate",
    "certificatethumbprint",
    "websession",
    "usedefaultcredentials",
];

/// Whether a command is a request. `curl` and `wget` are other names for one in Windows `PowerShell`; with options of
/// the programs they are these.
pub(super) fn is_request(name: &str, command: &Command) -> bool {
    match name {
        "invoke-restmethod" | "invoke-webrequest" | "irm" | "iwr" => true,
        "curl" | "wget" => words::literals(command).iter().any(|word| {
            let word = word.to_ascii_lowercase();
            matches!(word.as_str(), "-uri" | "-method" | "-headers" | "-usebasicparsing" | "-body" | "-outfile")
        }),
        _ => false,
    }
}

/// The words; `None` when something of it is not known.
pub(super) fn words<'t>(lowering: Lowering<'t>, command: &'t Command) -> Option<Vec<Expr>> {
    let named = call::named(lowering, command, SWITCHES)?;
    if OTHER_CREDENTIALS.iter().any(|name| named.find(name).is_some()) {
        return None;
    }
    let at = command.name.span;
    let word = |text: &str, span: Span| Expr::text(text, lowering.place(span));
    let mut out = vec![word("curl", at)];
    let method = named.find("method").or_else(|| named.find("custommethod"));
    if let Some(method) = method {
        let method = value(lowering, method)?;
        // It is known in any case.
        let method = match (method.literal(), method.parts.first()) {
            (Some(text), Some(Part::Text(_, place))) => Expr::text(text.to_ascii_uppercase(), *place),
            _ => method,
        };
        out.extend([word("-X", at), method]);
    }
    if let Some(given) = named.find("headers") {
        for (name, mut header) in headers(lowering, given)? {
            let mut parts = name.parts;
            parts.push(lowering.text(": ", at));
            parts.append(&mut header.parts);
            out.extend([word("-H", at), Expr { parts }]);
        }
    }
    if ["body", "infile", "form"].iter().any(|name| named.find(name).is_some()) {
        out.extend([word("-d", at), word("…", at)]);
    }
    let uri = match named.find("uri") {
        Some(uri) => value(lowering, uri)?,
        None => lowering.expr(named.positional.first()?),
    };
    out.push(uri);
    // What was put together is not there to be changed.
    for part in out.iter_mut().flat_map(|word| &mut word.parts) {
        if let Part::Text(_, place) = part {
            place.exact = false;
        }
    }
    Some(out)
}

fn value<'t>(lowering: Lowering<'t>, given: &Given<'t>) -> Option<Expr> {
    match given {
        Given::Expr(expr) => Some(lowering.expr(expr)),
        Given::Entry(name, _, at) => Some(variable(lowering, name.clone(), at.span)),
        Given::Flag => None,
    }
}

fn variable(lowering: Lowering, name: String, span: Span) -> Expr {
    let place = lowering.place(span);
    let used = Use { name: Name::Variable(name), op: Op::Plain, quote: Quote::Whole, place };
    Expr { parts: vec![Part::Use(Box::new(used))] }
}

/// Names and values of headers, when all of them are known.
fn headers<'t>(lowering: Lowering<'t>, given: &Given<'t>) -> Option<Vec<(Expr, Expr)>> {
    let expr = match given {
        Given::Expr(expr) => expr,
        Given::Entry(_, expr, _) => expr.as_ref()?,
        Given::Flag => return None,
    };
    if let Some(entries) = map_of(expr) {
        return entries.iter().map(|(key, value)| Some((lowering.expr(key), lowering.value(value)?))).collect();
    }
    let ExprKind::Variable(name) = &expr.kind else { return None };
    let keys = lowering.names.keys(name)?;
    let member = |(_, shown): &(String, String)| {
        let place = lowering.place(expr.span);
        let member = lowering.names.member(name, std::slice::from_ref(shown));
        (Expr::text(shown.as_str(), place), variable(lowering, member, expr.span))
    };
    Some(keys.iter().map(member).collect())
}
