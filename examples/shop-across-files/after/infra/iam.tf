locals {
  project = "acme-shop"
  region  = "europe-west1"
}

resource "google_service_account" "billing_cron" {
  project    = local.project
  account_id = "billing-cron"
}

resource "google_cloud_run_v2_service_iam_member" "billing_cron" {
  project  = local.project
  location = local.region
  name     = "billing"
  role     = "roles/run.viewer"
  member   = google_service_account.billing_cron.member
}

resource "google_cloud_run_v2_service_iam_member" "billing_cron_calls_billing" {
  project  = "acme-shop"
  location = "europe-west1"
  name     = "billing"
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.billing_cron.email}"
}

resource "google_cloud_run_v2_service_iam_member" "month_end" {
  project  = local.project
  location = local.region
  name     = "billing"
  role     = "roles/run.invoker"
  member   = "serviceAccount:month-end@acme-shop.iam.gserviceaccount.com"
}

resource "google_cloud_run_v2_service_iam_member" "orders" {
  project  = local.project
  location = local.region
  name     = "billing"
  role     = "roles/run.invoker"
  member   = "serviceAccount:orders-run@acme-shop.iam.gserviceaccount.com"
}

resource "google_cloud_run_v2_service_iam_member" "orders_run_calls_pricing" {
  project  = "acme-shop"
  location = "europe-west1"
  name     = "pricing"
  role     = "roles/run.invoker"
  member   = "serviceAccount:orders-run@acme-shop.iam.gserviceaccount.com"
}

resource "google_secret_manager_secret_iam_member" "stripe" {
  project   = local.project
  secret_id = "stripe-key"
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:billing-run@acme-shop.iam.gserviceaccount.com"
}
