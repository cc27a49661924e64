//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/>), as code scanning and viewers read it: one run
//! with all rules, their pages as help, and the findings.
//!
//! Columns count characters (`unicodeCodePoints`) and the end is behind the last one. URIs are relative to the root of the
//! repository, by `%SRCROOT%`; files elsewhere have whole ones. Curly brackets of a message stand as they are, for no
//! message has arguments and viewers then take its text as it is.
//!
//! Silenced findings are written on request alone, since GitHub opens alerts for them whatever their `suppressions` say.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::clean::clean;
use super::place::{At, Fix, said};
use super::uri::uri_path;
use super::{About, Options, Outcome, is_absolute, json_text};
use crate::finding::{Finding, Label, Level, Safety};
use crate::outcome::Silencer;

/// The schema that the document is valid by.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where relative URIs begin.
const BASE: &str = "%SRCROOT%";
/// The key of our fingerprint, with the version of how it is made. A baseline at the root of the repository has the same.
const FINGERPRINT: &str = "authlint/v1";

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rules = (options.rules)();
    let numbers: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(number, rule)| (rule.id, number)).collect();
    let run = Run { outcome, options, numbers };
    let mut results: Vec<Value> = options.shown(outcome).filter_map(|finding| run.result(finding, None)).collect();
    if options.silenced {
        let silenced = outcome.silenced.iter().filter(|(finding, _)| options.shows(finding.level));
        results.extend(silenced.filter_map(|(finding, by)| run.result(finding, Some(by))));
    }
    let faults = outcome.faults.iter().map(|fault| json!({"level": "error", "message": text(&clean(fault))}));
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "authlint",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|rule| descriptor(rule, options)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {BASE: {"description": {"text": "The root of the repository."}}},
            "invocations": [{
                "executionSuccessful": outcome.faults.is_empty(),
                "toolExecutionNotifications": faults.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    json_text::write(&document, out)
}

/// A rule.
fn descriptor(rule: &About, options: &Options) -> Value {
    let mut tags = vec!["google-cloud", "authentication", rule.group];
    let mut properties = json!({
        // How often it is right: an error is certain.
        "precision": if rule.level == Level::Error { "very-high" } else { "high" },
        "problem.severity": if rule.level == Level::Advice { "recommendation" } else { rule.level.name() },
    });
    if let Some(severity) = rule.severity {
        tags.push("security");
        set(&mut properties, "security-severity", json!(severity));
    }
    set(&mut properties, "tags", json!(tags));
    let page = options.page(rule.id);
    let mut descriptor = json!({
        "id": rule.id,
        "name": name(rule.id),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": format!("{} {page}", rule.summary), "markdown": rule.page},
        "helpUri": page,
        "defaultConfiguration": {"level": level(rule.level)},
        "properties": properties,
    });
    if !rule.aliases.is_empty() {
        set(&mut descriptor, "deprecatedIds", json!(rule.aliases));
    }
    descriptor
}

/// `some-rule` as `SomeRule`.
fn name(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
    });
    words.collect()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice => "note",
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(fields) = object {
        fields.insert(key.to_owned(), value);
    }
}

struct Run<'o> {
    outcome: &'o Outcome,
    options: &'o Options,
    /// Where each rule stands among the rules.
    numbers: BTreeMap<&'static str, usize>,
}

impl Run<'_> {
    fn result(&self, finding: &Finding, silenced: Option<&Silencer>) -> Option<Value> {
        let at = At::of(self.outcome, finding)?;
        let path = self.options.path(at.path);
        let mut result = json!({
            "ruleId": finding.rule,
            "level": level(finding.level),
            "message": text(&said(finding)),
            "locations": [{"physicalLocation": self.physical(&at)}],
            "partialFingerprints": {FINGERPRINT: finding.fingerprint(&path)},
        });
        if let Some(number) = self.numbers.get(finding.rule) {
            set(&mut result, "ruleIndex", json!(number));
        }
        let related: Vec<Value> = finding.related.iter().filter_map(|label| self.location(label)).collect();
        if finding.related.iter().any(|label| label.file != finding.primary.file) {
            set(&mut result, "codeFlows", json!([{"threadFlows": [{"locations": self.flow(finding)}]}]));
        }
        if !related.is_empty() {
            let numbered = related.into_iter().enumerate().map(|(id, mut place)| {
                set(&mut place, "id", json!(id));
                place
            });
            set(&mut result, "relatedLocations", numbered.collect());
        }
        if let Some(fix) = Fix::of(self.outcome, finding) {
            set(&mut result, "fixes", json!([self.fix(&fix)]));
        }
        if let Some(by) = silenced {
            let suppression = match by {
                Silencer::Comment(reason) if reason.is_empty() => json!({"kind": "inSource"}),
                Silencer::Comment(reason) => json!({"kind": "inSource", "justification": clean(reason)}),
                Silencer::Baseline => json!({"kind": "external", "justification": "it is in the baseline"}),
            };
            set(&mut result, "suppressions", json!([suppression]));
        }
        Some(result)
    }

    /// The way from what bears on a fault to the fault.
    fn flow(&self, finding: &Finding) -> Vec<Value> {
        let places = finding.related.iter().chain([&finding.primary]);
        places.filter_map(|label| Some(json!({"location": self.location(label)?}))).collect()
    }

    fn location(&self, label: &Label) -> Option<Value> {
        let at = At::new(self.outcome, label.file, label.span)?;
        let mut location = json!({"physicalLocation": self.physical(&at)});
        if !label.message.is_empty() {
            set(&mut location, "message", text(&clean(&label.message)));
        }
        Some(location)
    }

    fn physical(&self, at: &At<'_>) -> Value {
        json!({"artifactLocation": self.artifact(at), "region": region(at)})
    }

    fn artifact(&self, at: &At<'_>) -> Value {
        let path = self.options.path(at.path);
        if is_absolute(&path) {
            return json!({"uri": format!("file:///{}", uri_path(path.trim_start_matches('/')))});
        }
        json!({"uri": uri_path(&path), "uriBaseId": BASE})
    }

    fn fix(&self, fix: &Fix<'_>) -> Value {
        let mut changes: Vec<(&str, Value, Vec<Value>)> = Vec::new();
        for (at, new) in &fix.edits {
            let replacement = json!({"deletedRegion": region(at), "insertedContent": {"text": new}});
            match changes.iter_mut().find(|(path, ..)| *path == at.path) {
                Some((_, _, replacements)) => replacements.push(replacement),
                None => changes.push((at.path, self.artifact(at), vec![replacement])),
            }
        }
        let changes: Vec<Value> = changes
            .into_iter()
            .map(|(_, artifact, replacements)| json!({"artifactLocation": artifact, "replacements": replacements}))
            .collect();
        let description = match fix.safety {
            Safety::Safe => "Safe: it is certain and changes no meaning.",
            Safety::Unsafe => "Unsafe: it changes who may do what, or rests on a guess.",
        };
        json!({"description": text(description), "artifactChanges": changes})
    }
}

/// A message. What looks like a link in it is none.
fn text(message: &str) -> Value {
    json!({"text": if message.contains("](") { message.replace('[', "\\[").replace(']', "\\]") } else { message.to_owned() }})
}

fn region(at: &At<'_>) -> Value {
    json!({
        "startLine": at.start.line,
        "startColumn": at.start.column,
        "endLine": at.end.line,
        "endColumn": at.end.column,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Root, testing};
    use super::*;

    fn rules() -> Vec<About> {
        let rule = |id, level, severity| About {
            id,
            aliases: &[],
            level,
            summary: "A fault.".to_owned(),
            page: "# a page\n",
            group: "grants",
            severity,
        };
        vec![
            About { aliases: &["old-name"], ..rule("public-service", Level::Advice, Some("5.5")) },
            rule("id-token-for-google-api", Level::Error, None),
        ]
    }

    fn value(outcome: &Outcome, options: &Options) -> Value {
        serde_json::from_str(&testing::render(write, outcome, options)).unwrap()
    }

    #[test]
    fn one_run_with_rules_and_results() {
        let options = Options { advice: true, rules, ..Options::default() };
        let value = value(&testing::outcome(), &options);
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn uris_begin_at_the_root_of_the_repository() {
        let root = Root { directory: "/repo/".to_owned(), inner: "infra/".to_owned() };
        let options = Options { root, ..Options::default() };
        let uri = |path: &str| {
            let mut outcome = testing::one("gcloud\n", (0, 6), "m");
            outcome.sources = vec![crate::source::Source::new(path, b"gcloud\n").unwrap()];
            let value = value(&outcome, &options);
            let place = &value["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
            (place["uri"].as_str().unwrap().to_owned(), place.get("uriBaseId").is_some())
        };
        assert_eq!(uri("a b/é:%.sh"), ("infra/a%20b/%C3%A9%3A%25.sh".to_owned(), true));
        assert_eq!(uri("/repo/deploy.sh"), ("deploy.sh".to_owned(), true));
        assert_eq!(uri("/elsewhere/x.sh"), ("file:///elsewhere/x.sh".to_owned(), false));
        assert_eq!(uri("C:/x.sh"), ("file:///C%3A/x.sh".to_owned(), false));
    }

    #[test]
    fn silenced_findings_say_by_what() {
        let mut outcome = testing::outcome();
        let findings = std::mem::take(&mut outcome.findings);
        let silencers =
            [Silencer::Comment("the [old](cluster)".to_owned()), Silencer::Comment(String::new()), Silencer::Baseline];
        findings.into_iter().zip(silencers).for_each(|(finding, by)| outcome.silence(finding, by));
        let results = |silenced| {
            let options = Options { silenced, advice: true, ..Options::default() };
            value(&outcome, &options)["runs"][0]["results"].clone()
        };
        assert_eq!(results(false), json!([]));
        let suppressions: Vec<Value> =
            results(true).as_array().unwrap().iter().map(|result| result["suppressions"][0].clone()).collect();
        assert_eq!(
            suppressions,
            [
                json!({"kind": "inSource", "justification": "the [old](cluster)"}),
                json!({"kind": "inSource"}),
                json!({"kind": "external", "justification": "it is in the baseline"}),
            ]
        );
    }

    #[test]
    fn hostile_text_is_no_link_and_steers_nothing() {
        let written = testing::render(write, &testing::hostile(), &Options::default());
        testing::assert_nothing_steers(&written);
        assert_eq!(text("see [x](https://evil.example)")["text"], "see \\[x\\](https://evil.example)");
        assert_eq!(text("ignore[a] it")["text"], "ignore[a] it");
    }
}
