#!/usr/bin/env bash
set -euo pipefail

for NAME in invoice-scoring lead-enrichment; do
  gcloud functions deploy "$NAME" --gen2 --region=europe-west1 --runtime=python312 --trigger-http \
    --no-allow-unauthenticated --source="functions/$NAME" --entry-point=main
done
