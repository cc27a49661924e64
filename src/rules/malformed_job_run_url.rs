//! The URL that should run a Cloud Run job is none that does.

use crate::facts::{Call, Caller, Given};
use crate::finding::{Level, Safety};
use crate::gcp::url::Url;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Piece, Place, Value};

pub(super) static RULE: Rule = Rule {
    id: "malformed-job-run-url",
    group: Group::Audience,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("malformed-job-run-url"),
    covers: &[],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

fn check(call: &Call, report: &mut Report) {
    let Some(given) = &call.url else { return };
    let url = given.url();
    if !url.is_api("run") || call.caller == Caller::PushSubscription {
        return;
    }
    let Some(fault) = fault(url, call) else { return };
    let message = format!("`{}` runs no job: {}; the API will answer 404", given.value, fault.what);
    let draft = report.error(&call.at, given.at, message);
    draft.label("no URL that runs a job").built(given, "the URL").help(help(given));
    // A text that is the whole of the path means to run a job wherever it is used.
    if is_one_text(&url.path) {
        draft.fix_in(Safety::Safe, fault.edit)
    } else {
        draft.fix(Safety::Safe, fault.edit)
    };
}

fn help(given: &Given) -> String {
    // What of the URL is known is named, so that it can be copied.
    let url = given.url();
    let segments = segments(&url.path);
    let after = |name: &str| {
        let at = segments.iter().position(|segment| segment.equals(name).is_yes())?;
        let next = segments.get(at + 1)?;
        Some(next.split_once(':').map_or_else(|| next.clone(), |(next, _)| next).to_string())
    };
    let host = url.first_label().to_string();
    let region = after("locations").or_else(|| host.strip_suffix("-run").map(str::to_owned));
    format!(
        "write `https://run.googleapis.com/v2/projects/{}/locations/{}/jobs/{}:run`",
        after("projects").or_else(|| after("namespaces")).unwrap_or_else(|| "PROJECT".to_owned()),
        region.unwrap_or_else(|| "REGION".to_owned()),
        after("jobs").unwrap_or_else(|| "JOB".to_owned())
    )
}

fn segments(path: &Value) -> Vec<Value> {
    path.split('/').into_iter().skip(1).collect()
}

/// What is wrong with a URL, and what is to be written where, as far as that is certain.
struct Fault {
    what: String,
    edit: Option<(Place, String)>,
}

impl Fault {
    fn new(what: impl Into<String>, edit: Option<(Place, String)>) -> Self {
        Self { what: what.into(), edit }
    }
}

/// What is wrong with the path, as far as it is known.
fn fault(url: &Url, call: &Call) -> Option<Fault> {
    let segments = segments(&url.path);
    let is =
        |index: usize, text: &str| segments.get(index).is_some_and(|segment: &Value| segment.equals(text).is_yes());
    let jobs = segments.iter().position(|segment| segment.equals("jobs").is_yes())?;
    let job = segments.get(jobs + 1)?;
    if job.is_empty().is_yes() {
        return None;
    }
    let verb = job.split_once(':').map(|(_, verb)| verb);
    let (runs, verb_fault) = verb_fault(job, verb.as_ref(), segments.get(jobs + 2), call);
    if let Some(fault) = verb_fault {
        return Some(fault);
    }
    if !runs {
        return None;
    }
    // Whether the rest is as that version has it, on its host.
    let v1 = |namespaces: usize| jobs == namespaces + 2 && url.first_label().ends_with("-run").is_yes();
    let v2 = |projects: usize| {
        jobs == projects + 4 && is(projects + 2, "locations") && url.first_label().equals("run").is_yes()
    };
    let write = |index: usize, text: &str, fits: bool| {
        let place = only_text(segments.get(index)?)?;
        fits.then(|| (place, text.to_owned()))
    };
    match () {
        () if is(0, "v2") && is(1, "projects") && jobs == 3 => {
            let label = url.first_label();
            let region = label.strip_suffix("-run").filter(|region| !region.assumed && is_whole(call));
            let region = region.and_then(|region| region.literal());
            let edit = region.and_then(|region| {
                let jobs = only_text(segments.get(jobs)?)?;
                Some((jobs.part(0..0), format!("locations/{region}/")))
            });
            Some(Fault::new("a v2 path has `locations/REGION` before the job", edit))
        }
        () if is(0, "v2") && is(1, "namespaces") => Some(Fault::new(
            "`namespaces` belongs to v1; v2 has `projects/…/locations/…`",
            write(0, "apis/run.googleapis.com/v1", v1(1)),
        )),
        () if is(0, "v1") && (is(1, "projects") || is(1, "namespaces")) => Some(Fault::new(
            "v1 runs jobs below `/apis/run.googleapis.com/v1/namespaces/…`, v2 below `/v2/projects/…`",
            if is(1, "projects") { write(0, "v2", v2(1)) } else { write(0, "apis/run.googleapis.com/v1", v1(1)) },
        )),
        () if is(0, "apis") && is(1, "serving.knative.dev") => Some(Fault::new(
            "services are below `/apis/serving.knative.dev/`, jobs below `/apis/run.googleapis.com/`",
            write(1, "run.googleapis.com", is(2, "v1") && is(3, "namespaces") && v1(3)),
        )),
        () if is(0, "apis") && is(2, "v2") => {
            Some(Fault::new("`/apis/run.googleapis.com/` belongs to v1", write(2, "v1", is(3, "namespaces") && v1(3))))
        }
        () if is(0, "apis") && is(3, "projects") => Some(Fault::new(
            "below `/apis/run.googleapis.com/v1/` a project is a namespace",
            write(3, "namespaces", is(1, "run.googleapis.com") && is(2, "v1") && v1(3)),
        )),
        () => None,
    }
}

/// Whether a path is written in one place, and says itself that it runs a job.
fn is_one_text(path: &Value) -> bool {
    is_joined(path) && path.contains(":run").is_yes()
}

/// Whether the host and the path of a URL are always together: they are written as one, or in the call.
fn is_whole(call: &Call) -> bool {
    let Some(given) = &call.url else { return false };
    let is_here = |place: Place| place.file == call.at.file && call.at.span.contains(place.span);
    is_joined(&given.value) || given.value.pieces().iter().all(|piece| is_here(piece.place()))
}

/// Whether all of a value is written in one place.
fn is_joined(value: &Value) -> bool {
    let mut end: Option<Place> = None;
    value.pieces().iter().all(|piece| {
        let place = piece.place();
        let follows = end.is_none_or(|end| end.file == place.file && end.span.end == place.span.start);
        end = Some(place);
        follows
    })
}

/// The place of a text that stands as one piece.
fn only_text(value: &Value) -> Option<Place> {
    match value.pieces() {
        [only @ Piece::Text(..)] => Some(only.place()),
        _ => None,
    }
}

/// Whether the end of the path means to run the job, and what is wrong with it.
fn verb_fault(job: &Value, verb: Option<&Value>, after: Option<&Value>, call: &Call) -> (bool, Option<Fault>) {
    match (verb, after) {
        (Some(verb), None) if verb.equals("run").is_yes() => (true, None),
        (Some(verb), None) if ["execute", "start", "invoke"].iter().any(|word| verb.equals(word).is_yes()) => {
            let edit = only_text(verb).map(|place| (place, "run".to_owned()));
            (true, Some(Fault::new(format!("the method is `:run`, not `:{verb}`"), edit)))
        }
        (None, Some(word)) if ["run", "execute"].iter().any(|known| word.equals(known).is_yes()) => {
            // The slash stands right before it. Behind a variable's name a colon may mean more.
            let name = job.pieces().last().filter(|last| last.text().is_some()).map(Piece::place);
            let edit = only_text(word).zip(name).and_then(|(word, name)| {
                let follows = name.file == word.file && name.span.end + 1 == word.span.start && word.exact;
                follows.then(|| (name.end().through(word), ":run".to_owned()))
            });
            (true, Some(Fault::new(format!("the method is `:run`, not `/{word}`"), edit)))
        }
        // A scheduled POST to the job itself means to run it; a request by hand may mean anything.
        (None, None) if call.caller != Caller::Request && posts(call) && is_name(job) => {
            let last = job.pieces().last().filter(|last| last.text().is_some()).map(Piece::place);
            let edit = last.map(|last| (last.end(), ":run".to_owned()));
            (true, Some(Fault::new("it lacks the method `:run` at its end", edit)))
        }
        _ => (false, None),
    }
}

/// Whether it is the name of a job and nothing more: a hole at its end could hold the method as well.
fn is_name(job: &Value) -> bool {
    match job.pieces() {
        [Piece::Hole(hole, _)] => {
            let name = hole.shown.to_ascii_uppercase();
            name.contains("JOB") || name.contains("NAME")
        }
        pieces => pieces.last().is_some_and(|last| last.text().is_some()),
    }
}

/// Whether it is surely a POST, which is the default of what is created.
fn posts(call: &Call) -> bool {
    call.method.as_ref().map_or(!call.changes, |method| {
        method.value.literal().is_some_and(|method| method.eq_ignore_ascii_case("post"))
    })
}
