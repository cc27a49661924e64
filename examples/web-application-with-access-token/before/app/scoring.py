"""Calls the scoring functions for the web application."""

import google.auth
import httpx
from google.auth.transport.requests import Request

FUNCTIONS = {
    "invoice-scoring": "https://invoice-scoring-123456789012.europe-west1.run.app",
    "lead-enrichment": "https://lead-enrichment-123456789012.europe-west1.run.app",
}


class ScoringClient:
    """A client of the functions; it authenticates with the credentials of its surroundings."""

    def __init__(self) -> None:
        self.credentials, self.project = google.auth.default()

    def headers(self) -> dict:
        self.credentials.refresh(Request())
        return {"Authorization": "Bearer " + self.credentials.token}

    async def score(self, account: str) -> dict:
        async with httpx.AsyncClient(timeout=30) as client:
            response = await client.post(FUNCTIONS["invoice-scoring"], json={"account": account}, headers=self.headers())
        response.raise_for_status()
        return response.json()
