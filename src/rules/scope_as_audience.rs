//! An OAuth scope stands where the audience of an ID token is due.

use crate::facts::{Call, Caller, Credential, Gcloud, Given};
use crate::finding::Level;
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "scope-as-audience",
    level: Level::Error,
    fix: None,
    page: page!("scope-as-audience"),
    covers: &["audience-without-scheme"],
    checks: &[Check::Call(call), Check::Gcloud(print)],
};

fn call(call: &Call, _: &Project, report: &mut Report) {
    let Credential::IdToken(token) = &call.credential else { return };
    // What a request's token is for is said by the command that prints it.
    if let Some(audience) = token.audience.as_ref().filter(|_| call.caller != Caller::Request) {
        judge(audience, &call.at, report);
    }
}

fn print(command: &Gcloud, _: &Project, report: &mut Report) {
    if !command.invocation.is(&["auth print-identity-token"]) {
        return;
    }
    if let Some(flag) = command.invocation.flag("--audiences")
        && let Some(value) = flag.value.clone()
    {
        judge(&Given { value, at: flag.at, whole: flag.whole() }, &command.at, report);
    }
}

fn judge(audience: &Given, at: &crate::eval::Statement, report: &mut Report) {
    if !audience.value.starts_with("https://www.googleapis.com/auth/").is_yes() {
        return;
    }
    let message = format!(
        "`{}` is an OAuth scope, which belongs to access tokens; as the audience of an ID token it is refused \
         (`invalid_scope`, or 401 at the target)",
        audience.value
    );
    report
        .error(at, audience.at, message)
        .label("wants the URL of the service that is called")
        .built(audience, "the scope")
        .help("name the service that is called: its URL, `https://NAME-….run.app`, without a path");
}
