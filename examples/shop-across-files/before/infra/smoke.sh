#!/usr/bin/env bash
set -euo pipefail
gcloud iam service-accounts add-iam-policy-binding smoke@acme-shop.iam.gserviceaccount.com --project=acme-shop \
  --member=serviceAccount:ci@acme-shop.iam.gserviceaccount.com --role=roles/iam.serviceAccountTokenCreator
gcloud run services add-iam-policy-binding orders --project=acme-shop --region=europe-west1 \
  --member=serviceAccount:smoke@acme-shop.iam.gserviceaccount.com --role=roles/run.invoker
