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
  role     = "roles/run.invoker"
  member   = google_service_account.billing_cron.member
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

resource "google_secret_manager_secret_iam_member" "stripe" {
  project   = local.project
  secret_id = "stripe-key"
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:billing-run@acme-shop.iam.gserviceaccount.com"
}

resource "google_cloud_run_v2_service_iam_member" "pricing" {
  for_each = toset(["orders-run", "shop-events"])
  project  = local.project
  location = local.region
  name     = "pricing"
  role     = "roles/run.invoker"
  member   = "serviceAccount:${each.key}@acme-shop.iam.gserviceaccount.com"
}
