//! A token is verified without asking for whom it was made.

use crate::facts::Verification;
use crate::finding::Level;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Hole, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unverified-audience",
    group: Group::Minting,
    level: Level::Warning,
    fix: None,
    hole: Some(Hole::High),
    page: page!("unverified-audience"),
    covers: &[],
    checks: &[Check::Verification(Alone(check))],
    ..Rule::STABLE
};

fn check(verification: &Verification, report: &mut Report) {
    // Who looks at the audience behind it may check more than one.
    if !verification.audience.is_no() || verification.checks {
        return;
    }
    let message = format!(
        "`{}` is given no audience and then checks none: a token that Google made for any other service or client passes",
        verification.function
    );
    report
        .warning(&verification.at, verification.place, message)
        .label("for whom?")
        .help("give it the `audience`: the URL of this service, or the client id that its callers sign in with");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Circumstances, Statement};
    use crate::source::{FileId, Span};
    use crate::value::{Place, Truth};

    #[test]
    fn only_what_is_surely_left_out() {
        let said = |audience, checks| {
            let (file, span, under) = (FileId(0), Span::default(), Circumstances::default());
            let at = Statement { file, span, sites: Vec::new(), flow: file, order: 0, loose: false, under };
            let function = "verify_token".to_owned();
            let place = Place::near(file, span);
            let mut report = Report::default();
            check(&Verification { function, audience, checks, place, at }, &mut report);
            report.into_drafts().len()
        };
        assert_eq!(said(Truth::No, false), 1);
        assert_eq!(said(Truth::No, true) + said(Truth::Yes, false) + said(Truth::Unknown, false), 0);
    }
}
