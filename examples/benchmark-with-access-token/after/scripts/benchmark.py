#!/usr/bin/env python3
"""Submits benchmark variants and has the queue work on them."""

import argparse
import os
import sys

import requests
from google.auth.transport.requests import Request as AuthRequest
from google.oauth2 import id_token

SERVICE_URL = os.environ.get("WEB_SERVICE_URL", "https://bench-web-k3j2h4k5jq-uc.a.run.app")


def token() -> str:
    return id_token.fetch_id_token(AuthRequest(), SERVICE_URL)


def tick(queue: str) -> dict:
    """Starts one turn of the queue."""
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    response = requests.post(f"{SERVICE_URL}/queue/tick", params={"name": queue}, headers=headers, timeout=60)
    response.raise_for_status()
    return response.json()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--queue", default="default")
    parser.add_argument("--variants", type=int, default=3)
    args = parser.parse_args()
    for number in range(args.variants):
        print(f"tick {number + 1}/{args.variants}: {tick(args.queue)}")


if __name__ == "__main__":
    sys.exit(main())
