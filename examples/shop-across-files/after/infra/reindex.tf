resource "google_cloud_run_v2_job" "reindex" {
  project  = local.project
  location = local.region
  name     = "reindex"
  template {
    template {
      containers {
        image = "europe-west1-docker.pkg.dev/acme-shop/shop/reindex:3"
      }
    }
  }
}

resource "google_cloud_run_v2_job_iam_member" "reindex" {
  project  = local.project
  location = local.region
  name     = google_cloud_run_v2_job.reindex.name
  role     = "roles/run.invoker"
  member   = google_service_account.billing_cron.member
}

resource "google_cloud_scheduler_job" "reindex" {
  project  = local.project
  region   = local.region
  name     = "reindex-nightly"
  schedule = "30 2 * * *"
  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/projects/acme-shop/locations/europe-west1/jobs/reindex:run"
    oauth_token {
      service_account_email = google_service_account.billing_cron.email
    }
  }
}
