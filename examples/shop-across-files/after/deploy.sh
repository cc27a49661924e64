#!/usr/bin/env bash
set -euo pipefail

PROJECT=acme-shop
REGION=europe-west1
gcloud config set project "$PROJECT"

gcloud run services replace billing.yaml --region="$REGION"
gcloud run deploy pricing --region="$REGION" --image="$REGION-docker.pkg.dev/$PROJECT/shop/pricing:7" \
  --no-allow-unauthenticated --service-account="pricing-run@$PROJECT.iam.gserviceaccount.com"
gcloud run deploy storefront --region="$REGION" --image="$REGION-docker.pkg.dev/$PROJECT/shop/storefront:41" \
  --allow-unauthenticated --service-account="storefront-run@$PROJECT.iam.gserviceaccount.com"

PRICING=$(gcloud run services describe pricing --region="$REGION" --format='value(status.url)')
BILLING=$(gcloud run services describe billing --region="$REGION" --format='value(status.url)')
gcloud run deploy orders --region="$REGION" --source=orders --no-allow-unauthenticated \
  --service-account="orders-run@$PROJECT.iam.gserviceaccount.com" \
  --set-env-vars="PRICING_URL=$PRICING"

gcloud scheduler jobs create http close-day --location="$REGION" --schedule="0 23 * * *" \
  --uri="$BILLING/close-day" --oidc-service-account-email="billing-cron@$PROJECT.iam.gserviceaccount.com"
gcloud scheduler jobs create http warm-storefront --location="$REGION" --schedule="*/5 * * * *" \
  --uri="$(gcloud run services describe storefront --region="$REGION" --format='value(status.url)')/warm" \
  --oidc-service-account-email="billing-cron@$PROJECT.iam.gserviceaccount.com"
gcloud workflows deploy month-end --location="$REGION" --source=month-end.yaml \
  --service-account="month-end@$PROJECT.iam.gserviceaccount.com"
