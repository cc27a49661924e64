#!/usr/bin/env bash
set -euo pipefail

# The queue's web front end: only the benchmark's account may call it.
gcloud run deploy bench-web --image="$IMAGE" --region=us-central1 --no-allow-unauthenticated
gcloud run services add-iam-policy-binding bench-web --region=us-central1 \
  --member=serviceAccount:bench@acme-lab.iam.gserviceaccount.com --role=roles/run.invoker
