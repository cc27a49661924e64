//! How long it takes to join a project, on top of reading it: 5,000 files with 2,000 grants and 1,000 calls, and twice and
//! four times as many, to see that it grows as the project does.
//!
//! `cargo bench --bench join`; one thread, so that the time is that of a processor. The middle of several runs is told.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench prints, and may panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use authlint::engine::{self, Content, Files, Input, Settings};
use authlint::project::Verdict;

const RUNS: usize = 7;

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

fn main() {
    println!("files   grants  calls  read and run  join      missing");
    for scale in [1, 2, 4] {
        let mut joins = Vec::new();
        let mut line = String::new();
        for _ in 0..RUNS {
            let files = project(scale);
            let count = files.len();
            let begun = Instant::now();
            let joined = engine::join(files, &Nothing, &Settings::default());
            let read = begun.elapsed();
            let begun = Instant::now();
            let mut missing = 0;
            for project in joined.projects.values() {
                missing += project.needs().iter().filter(|(_, verdict)| matches!(verdict, Verdict::Missing(_))).count();
            }
            joins.push(begun.elapsed());
            let facts = joined.projects.values().next().map(|project| &project.facts);
            let (grants, calls) = facts.map_or((0, 0), |facts| (facts.grants.len(), facts.calls.len()));
            line.clear();
            write!(line, "{count:<7} {grants:<7} {calls:<6} {:<13}", shown(read)).unwrap();
            joins.sort_unstable();
            write!(line, " {:<9} {missing}", shown(joins[joins.len() / 2])).unwrap();
        }
        println!("{line}");
    }
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// A project: 500 services, 1,000 callers of them, 2,000 grants of which one in ten has a member that nobody knows and one
/// in twenty is of the whole project, and files that say nothing of access.
fn project(scale: usize) -> Vec<Input> {
    let mut files = Vec::new();
    let mut add = |path: String, text: String| {
        let disk = PathBuf::from("/project").join(&path);
        let content = Content::Bytes(text.into_bytes().into());
        files.push(Input { path, content, reported: true, project: 0, disk, partial: false });
    };
    for service in 0..500 * scale {
        add(
            format!("services/{service}/deploy.sh"),
            format!(
                "gcloud run deploy service-{service} --project=acme-prod --region=us-central1 --image=x \
                 --no-allow-unauthenticated --service-account=run-{service}@acme-prod.iam.gserviceaccount.com\n"
            ),
        );
    }
    for call in 0..1000 * scale {
        let service = call % (500 * scale);
        add(
            format!("calls/{call}/schedule.sh"),
            format!(
                "URL=$(gcloud run services describe service-{service} --project=acme-prod --format='value(status.url)')\n\
                 gcloud scheduler jobs create http call-{call} --project=acme-prod --schedule='0 3 * * *' --uri=\"$URL/x\" \
                 --oidc-service-account-email=caller-{call}@acme-prod.iam.gserviceaccount.com\n"
            ),
        );
    }
    for grant in 0..2000 * scale {
        let service = grant % (500 * scale);
        let member = if grant % 10 == 0 {
            "\"$MEMBER\"".to_owned()
        } else {
            format!("serviceAccount:caller-{}@acme-prod.iam.gserviceaccount.com", grant % (1000 * scale) / 2)
        };
        let text = if grant % 20 == 1 {
            format!(
                "gcloud projects add-iam-policy-binding acme-prod --member={member} --role=roles/logging.logWriter\n"
            )
        } else {
            format!(
                "gcloud run services add-iam-policy-binding service-{service} --project=acme-prod --member={member} \
                 --role=roles/run.invoker\n"
            )
        };
        add(format!("grants/{grant}/grant.sh"), text);
    }
    for other in 0..1500 * scale {
        add(format!("docs/{other}.md"), "# Notes\n\n```bash\ngcloud run services list\n```\n".to_owned());
    }
    files
}
