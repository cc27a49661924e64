//! A URL is signed with credentials that have no key to sign with.

use crate::facts::{SignedUrl, Sink};
use crate::finding::Level;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "signed-url-without-signer",
    group: Group::Grants,
    level: Level::Advice,
    fix: None,
    page: page!("signed-url-without-signer"),
    covers: &[],
    checks: &[Check::SignedUrl(Within(check))],
    ..Rule::STABLE
};

fn check(signed: &SignedUrl, project: &Project, report: &mut Report) {
    if !signed.without_signer.is_yes() {
        return;
    }
    // What signs in another way, for this URL or beside it, is meant for what is deployed: this may be for other machines.
    let other = |other: &&SignedUrl| other.place.file == signed.place.file && !other.without_signer.is_yes();
    if project.facts.signed_urls.iter().any(|one| other(&one)) {
        return;
    }
    // Where nothing is deployed, it may run with a key; and so it may where one is handed to what is deployed.
    let deploys = project.facts.services.iter().find(|service| service.deploys);
    let is_key = |sink: &Sink| *sink == Sink::Variable("GOOGLE_APPLICATION_CREDENTIALS".to_owned());
    let Some(service) = deploys.filter(|_| !project.facts.stored.iter().any(|stored| is_key(&stored.sink))) else {
        return;
    };
    let message = "`generate_signed_url` is left to the default credentials, which on Google Cloud hold a token and no key; it \
                   will fail (you need a private key to sign credentials)";
    report
        // Whether this program is what is deployed, files seldom say.
        .advice(&signed.at, signed.place, message)
        .label("nothing here can sign")
        .related(service.said, "deployed here")
        .help(
            "refresh the credentials and pass `service_account_email=credentials.service_account_email, \
             access_token=credentials.token`: the IAM API signs then, for which the account needs \
             roles/iam.serviceAccountTokenCreator on itself",
        );
}
