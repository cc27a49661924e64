#!/usr/bin/env bash
# Lets a developer call the scoring service, which is private, as its account.
set -euo pipefail

SERVICE="scoring"
REGION="europe-west1"
CALLER="scoring-caller@acme-dev.iam.gserviceaccount.com"
DEVELOPER="dev@acme.example"

gcloud run deploy "$SERVICE" --image=europe-docker.pkg.dev/acme-dev/apps/scoring --region="$REGION" --no-allow-unauthenticated
gcloud run services add-iam-policy-binding "$SERVICE" --region="$REGION" \
  --member="serviceAccount:$CALLER" --role="roles/run.invoker"

gcloud iam service-accounts add-iam-policy-binding "$CALLER" \
  --member="user:${DEVELOPER}" \
  --role="roles/iam.serviceAccountTokenCreator"

URL=$(gcloud run services describe "$SERVICE" --region="$REGION" --format='value(status.url)')
TOKEN=$(gcloud auth print-identity-token --impersonate-service-account="$CALLER" --audiences="$URL")
curl -sf -H "Authorization: Bearer ${TOKEN}" "${URL}/score"
