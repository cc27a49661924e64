#!/usr/bin/env bash
# Builds the export job and runs it every night.
set -euo pipefail

PROJECT_ID="${PROJECT_ID:?set PROJECT_ID}"
REGION="${REGION:-us-east1}"
JOB="nightly-export"
RUNNER="export-runner@${PROJECT_ID}.iam.gserviceaccount.com"

gcloud run jobs deploy "$JOB" --source . --region "$REGION" --project "$PROJECT_ID"

gcloud run jobs add-iam-policy-binding "$JOB" \
  --region="$REGION" \
  --member="serviceAccount:${RUNNER}" \
  --role="roles/run.invoker"

TARGET="https://${REGION}-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/${PROJECT_ID}/jobs/${JOB}:run"

schedule() {
  local verb="$1"
  gcloud scheduler jobs "$verb" http "${JOB}-schedule" \
    --location="$REGION" \
    --schedule="15 2 * * *" \
    --uri="$TARGET" \
    --http-method=POST \
    --oauth-service-account-email="$RUNNER"
}

schedule create 2>/dev/null || schedule update
