resource "google_service_account" "events" {
  project    = local.project
  account_id = "shop-events"
}

resource "google_project_iam_member" "events_receive" {
  project = local.project
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.events.member
}

resource "google_cloud_run_v2_service_iam_member" "shop_events_calls_pricing" {
  project  = "acme-shop"
  location = "europe-west1"
  name     = "pricing"
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.events.email}"
}

resource "google_eventarc_trigger" "uploads" {
  project         = local.project
  location        = local.region
  name            = "price-lists"
  service_account = google_service_account.events.email
  matching_criteria {
    attribute = "type"
    value     = "google.cloud.storage.object.v1.finalized"
  }
  matching_criteria {
    attribute = "bucket"
    value     = "acme-shop-price-lists"
  }
  destination {
    cloud_run_service {
      service = "pricing"
      region  = local.region
    }
  }
}

resource "google_pubsub_topic" "orders" {
  project = local.project
  name    = "orders"
}

resource "google_pubsub_subscription" "orders" {
  project = local.project
  name    = "orders-to-billing"
  topic   = google_pubsub_topic.orders.id
  push_config {
    push_endpoint = "https://billing-k3j2h4k5jq-ew.a.run.app/orders"
    oidc_token {
      service_account_email = "orders-run@acme-shop.iam.gserviceaccount.com"
    }
  }
}
