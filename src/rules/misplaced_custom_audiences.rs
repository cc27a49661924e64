//! Custom audiences of a service stand where Cloud Run does not look for them, or not as the list that it reads.

use crate::facts::CustomAudiences;
use crate::finding::{Level, Safety};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Truth, Value};

pub(super) static RULE: Rule = Rule {
    id: "misplaced-custom-audiences",
    group: Group::Audience,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("misplaced-custom-audiences"),
    covers: &[],
    checks: &[Check::Audiences(Alone(check))],
    ..Rule::STABLE
};

fn check(audiences: &CustomAudiences, report: &mut Report) {
    let of = match &audiences.service {
        Some(name) => format!("the service `{name}`"),
        None => "the service".to_owned(),
    };
    let says_none = |text: &Value| text.literal().is_some_and(|text| text.trim().is_empty());
    if audiences.of_revision && audiences.text.as_ref().is_some_and(says_none) {
        return;
    }
    if audiences.of_revision {
        let message = format!(
            "the custom audiences stand at the revision, where they have no effect: {of} does not accept tokens that are \
             made out for them"
        );
        report
            .error(&audiences.at, audiences.said, message)
            .label("not an annotation of a revision")
            .help(
                "move the annotation to the service: `metadata.annotations`, not `spec.template.metadata.annotations`",
            )
            .fix(Safety::Unsafe, audiences.edits.clone());
        return;
    }
    let is = match &audiences.text {
        Some(text) if is_list(text).is_no() => format!("are `{text}`"),
        None => "are no text".to_owned(),
        Some(_) => return,
    };
    let message = format!(
        "the custom audiences of {of} {is}, but Cloud Run reads the text of this annotation as a JSON list of texts"
    );
    report
        .error(&audiences.at, audiences.said, message)
        .label("not a JSON list")
        .help("write a list within quotes: `'[\"https://billing.example.com\"]'`")
        .fix(Safety::Safe, audiences.edits.clone());
}

/// Whether a text is a list of texts in JSON. None at all is how audiences are taken away.
fn is_list(value: &Value) -> Truth {
    match value.literal() {
        Some(text) if text.trim().is_empty() => Truth::Unknown,
        Some(text) => serde_json::from_str::<Vec<String>>(&text).is_ok().into(),
        None => {
            let start = value.known_prefix();
            match start.trim_start().chars().next() {
                // `https://${DOMAIN}`
                Some(first) if first != '[' => Truth::No,
                _ => Truth::Unknown,
            }
        }
    }
}
