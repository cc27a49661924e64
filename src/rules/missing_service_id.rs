//! A service has the secret by which services prove themselves to each other, and not the id that goes with it.

use crate::facts::EnvChange;
use crate::finding::{Level, Safety};
use crate::project::{Environment, Lack, Project};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "missing-service-id",
    group: Group::Environment,
    level: Level::Error,
    fix: Some(Safety::Unsafe),
    page: page!("missing-service-id"),
    covers: &["variables-overwritten"],
    checks: &[Check::Environment(check)],
    ..Rule::STABLE
};

const SECRET: &str = "SERVICE_SECRET";
const ID: &str = "SERVICE_ID";

fn check(environment: &Environment, project: &Project, report: &mut Report) {
    for lack in project.lacks(environment, SECRET, ID) {
        match lack.dropped {
            Some(_) => dropped(&lack, report),
            None => absent(&lack, project, report),
        }
    }
}

/// It is never given.
fn absent(lack: &Lack<'_>, project: &Project, report: &mut Report) {
    let target = &lack.by.target;
    let shown = super::target_shown(target);
    let level = if lack.sure && is_convention(project) { Level::Error } else { Level::Warning };
    let message = format!(
        "{shown} is given `{SECRET}` and no `{ID}`: service-to-service authentication by `{ID}` and `{SECRET}` \
         cannot start"
    );
    let name = target.name.as_ref().filter(|name| name.is_literal()).map(ToString::to_string);
    let value = name.as_deref().unwrap_or("…");
    let help = format!(
        "{}, or the id by which the service that checks the secret knows it",
        super::how_to_give(lack.by, ID, value)
    );
    // The list that lacks it, where that is put together elsewhere than in the statement.
    let list = lack.by.given.iter().filter(|variable| variable.secret.is_none()).find_map(|one| one.name.place());
    let list = list.filter(|list| {
        let within = |place: &Place| place.file == lack.by.at.file && lack.by.at.span.contains(place.span);
        // In another file it may not be looked for.
        list.file == lack.by.at.file && !within(list) && !lack.given.at.span.contains(list.span)
    });
    let draft = report.add(level, &lack.by.at, list.unwrap_or(lack.given.at), message);
    draft.label(format!("without `{ID}`")).help(help);
    if list.is_some() {
        draft.related(lack.given.at, format!("`{SECRET}` is given here"));
    }
    // Of another one, or of this one in another environment.
    let other = project.givers(ID).find_map(|giver| Some((giver, giver.variable(ID)?)));
    if let Some((giver, variable)) = other {
        draft.related(variable.at, format!("{} is given `{ID}` here", super::target_shown(&giver.target)));
    }
    if let (Some(room), Some(name)) = (&lack.by.room, name.filter(|name| is_plain(name))) {
        draft.fix(Safety::Unsafe, [(room.after, format!("{}{ID}={name}", room.separator))]);
    }
}

/// It is taken away again.
fn dropped(lack: &Lack<'_>, report: &mut Report) {
    let Some((change, place, earlier)) = lack.dropped else { return };
    let shown = super::target_shown(&change.target);
    let removes = is_removal(change);
    let (what, help) = if removes {
        ("takes", format!("leave `{ID}` out of what is removed, or remove `{SECRET}` with it"))
    } else {
        (
            "replaces all plain variables, and takes",
            format!("give `{ID}` here, too, or write `--update-env-vars`, which leaves other variables as they are"),
        )
    };
    let message = format!(
        "this {what} `{ID}` away from {shown}, which keeps `{SECRET}`: service-to-service authentication by `{ID}` \
         and `{SECRET}` cannot start"
    );
    report
        .error(&change.at, place, message)
        .label(format!("`{ID}` is gone"))
        .help(help)
        .related(earlier.at, format!("`{ID}` is given here"))
        .related(lack.given.at, format!("`{SECRET}` is given here"));
}

fn is_removal(change: &EnvChange) -> bool {
    change.removed.iter().any(|removed| removed.name.equals(ID).is_yes())
}

/// Whether the project shows that its services are known by an id.
fn is_convention(project: &Project) -> bool {
    project.shown.service_ids || project.gives_any("AUTH_SERVICE_") || project.givers(ID).next().is_some()
}

/// Whether a name needs no quotes anywhere.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
