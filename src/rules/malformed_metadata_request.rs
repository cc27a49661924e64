//! A request to the metadata server lacks what it refuses to answer without.

use crate::facts::Metadata;
use crate::finding::{Level, Safety};
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "malformed-metadata-request",
    group: Group::Minting,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("malformed-metadata-request"),
    covers: &[],
    checks: &[Check::Metadata(Alone(check))],
    ..Rule::STABLE
};

fn check(request: &Metadata, report: &mut Report) {
    let (program, url) = (request.program, &request.url);
    let stands_here = url.at.file == request.at.file && request.at.span.contains(url.at.span);
    if request.flavored.is_no() {
        let message = "this request to the metadata server is without the header `Metadata-Flavor: Google`; it will \
                       answer 403 (Missing Metadata-Flavor:Google header)";
        let header = request.header.trim_start();
        let draft = report.error(&request.at, program, message);
        draft.label("needs a header").help(format!("add `{header}`"));
        // The name of an image stands for the program that it runs; the words are elsewhere.
        if program.exact || stands_here {
            let place = if program.exact { program } else { url.extent() };
            draft.fix(Safety::Safe, [(place, Change::After(header.to_owned()))]);
        }
    }
    if request.identity && request.audience.is_no() {
        let message = "an ID token is asked of the metadata server without an audience; it will answer 400 (non-empty \
                       audience parameter required)";
        report
            .error(&request.at, if stands_here { url.at } else { program }, message)
            .label("for whom?")
            .built(url, "the URL")
            .help("add `?audience=` and the URL of the service that is called with the token");
    }
}
