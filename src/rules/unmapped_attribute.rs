//! An attribute is asked for that the provider of an identity pool gives to nobody.

use crate::facts::{FederationProvider, Given, Grant, Verb, pool_of};
use crate::finding::{Level, Safety};
use crate::gcp::principal::is_placeholder;
use crate::project::Project;
use crate::rule::Ask::{Alone, Within};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Piece, Value};

pub(super) static RULE: Rule = Rule {
    id: "unmapped-attribute",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unmapped-attribute"),
    covers: &[],
    checks: &[Check::Provider(Alone(provider)), Check::Grant(Within(grant))],
    ..Rule::STABLE
};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "google.subject";
/// Claims of GitHub's tokens that an attribute of the same name is made of
/// (<https://docs.github.com/en/actions/reference/security/oidc>, checked 2026-11-30).
const CLAIMS: &[&str] = &[
    "actor",
    "actor_id",
    "aud",
    "base_ref",
    "environment",
    "event_name",
    "head_ref",
    "job_workflow_ref",
    "ref",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "workflow",
    "workflow_ref",
];

fn provider(provider: &FederationProvider, report: &mut Report) {
    let mapping = &provider.mapping;
    // A change may leave the rest as it is.
    if !provider.creates {
        return;
    }
    if mapping.has(SUBJECT).is_no() {
        let place = mapping.at.unwrap_or(provider.said);
        let message =
            "`google.subject` is mapped from nothing, and a provider has to say who somebody is; Google will refuse it";
        let draft = report.error(&provider.at, place, message);
        draft.label("nobody").help("map `google.subject` from a claim, as in `google.subject=assertion.sub`");
        if let (Some(room), true) = (&mapping.room, is_github(provider)) {
            draft.fix(Safety::Safe, [(room.after, format!("{}google.subject=assertion.sub", room.separator))]);
        }
    }
    let is_wrong = |name: &Value| {
        let name = name.trimmed();
        let known = ["google.", "attribute."].iter().any(|start| name.starts_with(start).is_yes());
        name.is_literal() && !known && !name.is_empty().is_yes()
    };
    if let Some((name, _)) = mapping.pairs.iter().find(|(name, _)| is_wrong(name)) {
        let place = name.place().or(mapping.at).unwrap_or(provider.said);
        let message = format!(
            "`{name}` is no name that something may be mapped to; Google will answer `Invalid mapped attribute key: {name}. Custom \
             mapped attributes must be in format 'attribute.{{custom_attribute}}'`"
        );
        let draft = report.error(&provider.at, place, message);
        draft
            .label("no attribute")
            .help("write `attribute.NAME` on the left, and the claim, `assertion.CLAIM`, on the right");
    }
    let Some(condition) = &provider.condition else { return };
    for name in attributes(&condition.value) {
        if mapping.has(&format!("attribute.{name}")).is_no() {
            unmapped(provider, condition, &name, report);
            return;
        }
    }
}

fn unmapped(provider: &FederationProvider, condition: &Given, name: &str, report: &mut Report) {
    let mapping = &provider.mapping;
    let message = format!(
        "the condition asks for `attribute.{name}`, which is mapped from nothing; Google will refuse the condition, or whoever \
         comes in"
    );
    let draft = report.error(&provider.at, condition.at, message);
    let claims = is_github(provider) && CLAIMS.contains(&name);
    let help = if claims {
        format!("map it, as in `attribute.{name}=assertion.{name}`, or write `assertion.{name}` in the condition")
    } else {
        format!("map `attribute.{name}` from a claim, or ask for the claim itself: `assertion.CLAIM`")
    };
    draft.label("mapped from nothing").help(help);
    if let Some(at) = mapping.at {
        draft.related(at, "what is mapped");
    }
    if let (Some(room), true) = (&mapping.room, claims) {
        let text = format!("{}attribute.{name}=assertion.{name}", room.separator);
        draft.fix(Safety::Safe, [(room.after, text)]);
    }
}

/// The attributes of its own that a condition asks for, as far as it is known.
fn attributes(condition: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for text in condition.pieces().iter().filter_map(Piece::text) {
        for (at, start) in text.match_indices("attribute.") {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let rest = text.get(at + start.len()..).unwrap_or("");
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            // What a variable goes on with is not known.
            let ends = name.len() < rest.len() || condition.pieces().len() == 1;
            let is_name = !before.is_some_and(|c| c.is_ascii_alphanumeric() || "._'\"".contains(c));
            if is_name && ends && !name.is_empty() {
                names.push(name);
            }
        }
    }
    names
}

fn is_github(provider: &FederationProvider) -> bool {
    let issuer = provider.issuer.as_ref().and_then(|issuer| issuer.value.literal());
    issuer.is_some_and(|issuer| issuer.trim_end_matches('/') == GITHUB)
}

/// Whoever is granted something by an attribute is nobody where none of the pool's providers maps it.
fn grant(grant: &Grant, project: &Project, report: &mut Report) {
    let Some(member) = grant.member.as_ref().filter(|_| grant.verb == Verb::Add) else { return };
    let Some((pool, who)) = pool_of(&member.value) else { return };
    let Some((name, value)) = who.strip_prefix("attribute.").and_then(|rest| rest.split_once('/')) else { return };
    let Some(name) = name.literal() else { return };
    // Pools of two projects may have one name.
    let sure = |provider: &FederationProvider| {
        provider.at.flow == grant.at.flow && provider.pool.as_ref().is_some_and(|own| own.same(&pool))
    };
    // Of a pool that is not known it may be the right one.
    let providers = project.providers_of(&pool);
    let Some(first) = providers.iter().find(|provider| sure(provider) && provider.creates) else { return };
    let attribute = format!("attribute.{name}");
    if providers.iter().all(|provider| provider.mapping.has(&attribute).is_no()) {
        let message = format!(
            "`{attribute}` is mapped from nothing by the providers of this pool: this grant is to nobody, and Google will answer \
             `Permission 'iam.serviceAccounts.getAccessToken' denied`"
        );
        let help = format!("map it, as in `{attribute}=assertion.{name}`");
        let draft = report.error(&grant.at, member.at, message);
        draft.label("nobody").help(help).related(first.mapping.at.unwrap_or(first.said), "what is mapped");
        return;
    }
    let is_repository = |provider: &FederationProvider| {
        if !is_github(provider) {
            return false;
        }
        let mapped = provider.mapping.pairs.iter().find(|(own, _)| own.equals("attribute.repository").is_yes());
        mapped.is_some_and(|(_, expression)| expression.equals("assertion.repository").is_yes())
    };
    let Some(literal) = value.literal() else { return };
    if name == "repository"
        && !literal.contains('/')
        && !literal.is_empty()
        && !is_placeholder(&literal)
        && providers.iter().all(|provider| is_repository(provider))
    {
        let message = format!(
            "`{literal}` is no repository: GitHub names it with its owner, so that this grant is to nobody, and Google will answer \
             `Permission 'iam.serviceAccounts.getAccessToken' denied`"
        );
        let draft = report.error(&grant.at, member.at, message);
        draft.label("without its owner").help(format!("write `attribute.repository/OWNER/{literal}`"));
    }
}
