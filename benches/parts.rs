//! What the parts of a run take: the look at the bytes of a file, each language's reading, running, joining and drawing.
//!
//! `cargo bench --bench parts`, or `cargo bench --bench parts -- read` for some of them. The whole is measured by
//! `benches/performance`, a keystroke by `keystroke`, and how joining grows by `join`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench may panic")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use authlint::engine::{self, Content, Files, Input, Settings};
use authlint::report::{FORMATS, Options};
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

const SCRIPT: &str = r#"#!/usr/bin/env bash
set -euo pipefail
PROJECT="${PROJECT:-acme-prod}"
REGION="${2:-us-central1}"
deploy() {
  local name="$1"
  gcloud run deploy "$name" --project="$PROJECT" --region="$REGION" --image="gcr.io/$PROJECT/$name" \
    --service-account="run-$name@$PROJECT.iam.gserviceaccount.com" --no-allow-unauthenticated
}
for service in api worker; do
  deploy "$service"
done
URL=$(gcloud run services describe api --project="$PROJECT" --region="$REGION" --format='value(status.url)')
if [[ "$1" == "--schedule" ]]; then
  gcloud scheduler jobs create http call-api --location="$REGION" --schedule='0 3 * * *' --uri="$URL/x" \
    --oidc-service-account-email="cron@$PROJECT.iam.gserviceaccount.com" --oidc-token-audience="$URL"
fi
curl -H "Authorization: Bearer $(gcloud auth print-identity-token --audiences="$URL")" "$URL/health"
"#;

const WORKFLOW: &str = "name: deploy
on: push
permissions:
  contents: read
  id-token: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      REGION: us-central1
    steps:
      - uses: actions/checkout@v4
      - uses: google-github-actions/auth@v2
        with:
          workload_identity_provider: projects/123456789012/locations/global/workloadIdentityPools/ci/providers/github
          service_account: deploy@acme-prod.iam.gserviceaccount.com
      - run: |
          gcloud run deploy api --region=\"$REGION\" --image=gcr.io/acme-prod/api --no-allow-unauthenticated
";

const TERRAFORM: &str = r#"variable "project" {
  type    = string
  default = "acme-prod"
}

resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "us-central1"
  template {
    service_account = google_service_account.api.email
    containers {
      image = "gcr.io/${var.project}/api"
    }
  }
}

resource "google_service_account" "api" {
  account_id = "run-api"
}

resource "google_cloud_run_v2_service_iam_member" "cron" {
  name   = google_cloud_run_v2_service.api.name
  role   = "roles/run.invoker"
  member = "serviceAccount:cron@${var.project}.iam.gserviceaccount.com"
}
"#;

const PYTHON: &str = r#"import os

import google.auth.transport.requests
import google.oauth2.id_token
import requests

URL = os.environ.get("API_URL", "https://api-x7k2lq5xqa-uc.a.run.app")


def token(audience):
    return google.oauth2.id_token.fetch_id_token(google.auth.transport.requests.Request(), audience)


def call(path, **settings):
    headers = {"Authorization": f"Bearer {token(URL)}"}
    for attempt in range(3):
        answer = requests.get(f"{URL}/{path}", headers=headers, **settings)
        if answer.ok:
            return answer.json()
    raise RuntimeError(path)


if __name__ == "__main__":
    print(call("health", timeout=5))
"#;

const JAVASCRIPT: &str = r"import { GoogleAuth } from 'google-auth-library';

const url = process.env.API_URL ?? 'https://api-x7k2lq5xqa-uc.a.run.app';
const auth = new GoogleAuth();

export async function call(path, settings = {}) {
  const client = await auth.getIdTokenClient(url);
  const answer = await client.request({ url: `${url}/${path}`, ...settings });
  if (answer.status !== 200) {
    throw new Error(`${path}: ${answer.status}`);
  }
  return answer.data;
}
";

/// Files of each kind, and one that says nothing.
const FILES: &[(&str, &str)] = &[
    ("deploy.sh", SCRIPT),
    (".github/workflows/deploy.yml", WORKFLOW),
    ("main.tf", TERRAFORM),
    ("call.py", PYTHON),
    ("call.mjs", JAVASCRIPT),
];

fn input(path: &str, text: &str) -> Input {
    Input {
        path: path.to_owned(),
        content: Content::Bytes(Arc::new(text.as_bytes().to_vec())),
        reported: true,
        project: 0,
        disk: PathBuf::from("/project").join(path),
        partial: false,
    }
}

/// The look at the bytes of a file that none of the words is in.
#[divan::bench]
fn look_at_bytes(bencher: Bencher) {
    let text = "the quick brown fox jumps over the lazy dog\n".repeat(1000);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| engine::relevant(divan::black_box("notes.sh"), divan::black_box(text.as_bytes())));
}

/// Text to program.
#[divan::bench(args = FILES.iter().map(|(path, _)| *path))]
fn read(bencher: Bencher, path: &str) {
    let text = FILES.iter().find(|(known, _)| *known == path).unwrap().1;
    bencher.counter(BytesCount::of_str(text)).bench(|| engine::understood(path, text.as_bytes()));
}

/// Text to facts, in a project of its own.
#[divan::bench(args = FILES.iter().map(|(path, _)| *path))]
fn read_and_run(bencher: Bencher, path: &str) {
    let text = FILES.iter().find(|(known, _)| *known == path).unwrap().1;
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| engine::join(vec![input(path, text)], &Nothing, &Settings::default()));
}

/// All rules of one project of all these files.
#[divan::bench]
fn check(bencher: Bencher) {
    bencher.bench(|| {
        let inputs = FILES.iter().map(|(path, text)| input(path, text)).collect();
        engine::check(inputs, &Nothing, &Settings::default())
    });
}

/// A report of a hundred findings.
#[divan::bench(args = ["human", "concise", "json", "sarif"])]
fn report(bencher: Bencher, format: &str) {
    let line = "gcloud auth print-identity-token --audiences=api.a.run.app\n";
    let outcome = engine::check(vec![input("deploy.sh", &line.repeat(100))], &Nothing, &Settings::default());
    assert!(outcome.findings.len() >= 100);
    let format = FORMATS.iter().find(|known| known.name == format).unwrap();
    bencher.bench(|| {
        let mut out = Vec::new();
        (format.write)(&outcome, &Options::default(), &mut out).unwrap();
        out
    });
}
