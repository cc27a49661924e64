#!/usr/bin/env python3
"""Deploys the services of the shop to Cloud Run."""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from typing import Dict, List, Optional


@dataclass
class ServiceConfig:
    """What one service is deployed with."""

    name: str
    cloud_run_name: str
    port: int
    environment: Dict[str, str]
    memory: str = "512Mi"
    min_instances: int = 1


class Deployer:
    """Builds and deploys the services of one project."""

    def __init__(self, project: str, region: str = "europe-west1"):
        self.project = project
        self.region = region
        self.registry = f"{region}-docker.pkg.dev/{project}/shop"
        self.gcloud = "gcloud.cmd" if sys.platform == "win32" else "gcloud"
        self.services = [
            ServiceConfig(
                name="orders",
                cloud_run_name="orders-staging",
                port=8000,
                memory="2Gi",
                environment={
                    "ENVIRONMENT": "staging",
                    "AUTH_SERVICE_URL": "https://auth.staging.shop.example",
                    "AUTH_SERVICE_ENABLED": "true",
                    "PROJECT_ID": self.project,
                },
            ),
            ServiceConfig(
                name="auth",
                cloud_run_name="auth-staging",
                port=8080,
                environment={
                    "ENVIRONMENT": "staging",
                    "JWT_ALGORITHM": "HS256",
                    "PROJECT_ID": self.project,
                },
            ),
            ServiceConfig(
                name="web",
                cloud_run_name="web-staging",
                port=3000,
                environment={"NODE_ENV": "production"},
            ),
        ]

    def run(self, command: List[str]) -> subprocess.CompletedProcess:
        """Runs a command and shows it."""
        print("$", " ".join(command))
        return subprocess.run(command, capture_output=True, text=True, check=True)

    def build(self, service: ServiceConfig) -> str:
        """Builds the image of a service."""
        image = f"{self.registry}/{service.name}:latest"
        self.run([self.gcloud, "builds", "submit", service.name, "--tag", image, "--project", self.project])
        return image

    def deploy(self, service: ServiceConfig, image: str) -> Optional[str]:
        """Deploys a service; gives its URL."""
        command = [
            self.gcloud, "run", "deploy", service.cloud_run_name,
            "--image", image,
            "--project", self.project,
            "--region", self.region,
            "--port", str(service.port),
            "--memory", service.memory,
            "--min-instances", str(service.min_instances),
            "--allow-unauthenticated",
        ]

        variables = []
        for name, value in service.environment.items():
            variables.append(f"{name}={value}")
        if service.name == "web":
            variables.extend(["PUBLIC_API_URL=https://api.staging.shop.example"])
        if variables:
            command.extend(["--set-env-vars", ",".join(variables)])

        if service.name == "orders":
            command.extend([
                "--set-secrets",
                "DB_PASSWORD=db-password-staging:latest,SERVICE_SECRET=service-secret-staging:latest,"
                "REDIS_URL=redis-url-staging:latest",
            ])
        elif service.name == "auth":
            command.extend([
                "--set-secrets",
                "DB_PASSWORD=db-password-staging:latest,SERVICE_SECRET=service-secret-staging:latest,"
                "SERVICE_ID=service-id-staging:latest",
            ])

        try:
            result = self.run(command)
        except subprocess.CalledProcessError as error:
            print(f"{service.name} failed: {error.stderr}")
            return None
        for line in result.stdout.splitlines():
            if "Service URL:" in line:
                return line.split("Service URL:")[1].strip()
        return None

    def deploy_all(self) -> bool:
        """Deploys every service in order."""
        deployed = {}
        for service in self.services:
            image = self.build(service)
            deployed[service.name] = self.deploy(service, image)
        return all(deployed.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", required=True)
    parser.add_argument("--region", default="europe-west1")
    args = parser.parse_args()
    deployer = Deployer(args.project, args.region)
    return 0 if deployer.deploy_all() else 1


if __name__ == "__main__":
    sys.exit(main())
