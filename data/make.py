#!/usr/bin/env python3
"""Writes the tables of this folder from the knowledge directory given as the only argument.

    python3 data/make.py PATH/TO/knowledge

Standard library only; the same input gives the same bytes. The formats are described in README.md.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Roles whose permission list is not public, so that nobody can say what they lack: the basic roles of 2026, and
# those that the source (iann0036/iam-dataset at 2073fa52, 2026-08-22) lists without `includedPermissions`.
UNKNOWN_ROLES = """
    admin reader writer
    agentcommunicationadmin.viewer aiplatform.publisherProvisionedThroughputAdmin
    aiplatform.publisherProvisionedThroughputViewer alloydbproducer.cleanupAutomation
    backstory.forwarderViewer.user beyondcorp.clientConnectorServiceUser beyondcorp.serviceDiscoveryUser
    beyondcorp.sgApplicationUser beyondcorp.upstreamAccess bigquerydatapolicies.maskedReader
    bigquerymigration.migrationEditor bigquerymigration.migrationViewer
    certificatemanagerproducer.internalIdentityViewer cloudasset.otherCloudConfigServiceAgent
    cloudidentity.domainlessResellerDelegatedAdmin cloudidentity.resellerSupportAdmin
    geminidataanalytics.queryDataUser gkebackup.crossProjectServiceAgent meshconfig.viewer
    networkconnectivity.hubUser privilegedaccessmanager.requester spanner.databaseRoleUser
    visionai.devicesViewer visionai.retailcatalogEditor visionai.retailcatalogViewer
    visionai.retailendpointEditor visionai.retailendpointViewer
""".split()

# Stages that the source gives in `predefined_roles.json` alone.
BASIC_STAGES = {"roles/admin": "ALPHA", "roles/reader": "ALPHA", "roles/writer": "ALPHA"}

TRACKS = {"alpha": "A", "beta": "B"}


def write(name, comments, lines):
    """Comment lines, then the table: unique lines in byte order, so that a binary search finds a key."""
    body = sorted(set(lines), key=str.encode)
    text = "".join(f"# {line}\n" for line in comments) + "".join(f"{line}\n" for line in body)
    (HERE / name).write_text(text, encoding="ascii")
    print(f"{name}: {len(body)} lines, {len(text)} bytes", file=sys.stderr)


def track_and_path(command):
    """`gcloud beta run deploy` -> (`B`, `run deploy`)."""
    words = command.split()[1:]
    if words[0] in TRACKS:
        return TRACKS[words[0]], " ".join(words[1:])
    return "G", " ".join(words)


def flag(name, about):
    """`--env-vars/-e=:+!~`: see README.md for the marks."""
    marks = {True: "=", False: "", "optional": "?"}[about["value"]]
    marks += {"list": ",", "dict": ":"}.get(about.get("kind"), "")
    marks += "+" if about.get("repeat") else ""
    marks += "!" if about.get("required") else ""
    marks += "~" if about.get("hidden") else ""
    short = about.get("short")
    return name + (f"/{short}" if short and short != name else "") + marks


def group(about):
    """`!--a|--b,--c`: exactly one of (--a) and (--b, --c)."""
    alternatives = "|".join(",".join(flags) for flags in about["alternatives"])
    return ("!" if about["required"] else "") + alternatives


def shape(about):
    """Everything about a command but its name, as the columns after the tracks."""
    most = about["positionals_max"]
    return "\t".join([
        f"{about['positionals_min']}-{'' if most is None else most}",
        " ".join(flag(*item) for item in sorted(about["flags"].items())),
        " ".join(group(one) for one in about.get("mutex_groups", [])),
    ])


def gcloud(knowledge):
    """gcloud.txt: one line for each command and each shape that it has, with the tracks that share the shape."""
    data = json.loads((knowledge / "gcloud_flags.json").read_text())
    shapes = {}
    for command, about in data["commands"].items():
        track, path = track_and_path(command)
        shapes.setdefault((path, shape(about)), []).append(track)
    lines = [f"{path}\t{''.join(sorted(tracks))}\t{columns}" for (path, columns), tracks in shapes.items()]
    everywhere = {"flags": data["global_flags"], "positionals_min": 0, "positionals_max": 0}
    lines.append(f"*\tABG\t{shape(everywhere)}")
    write("gcloud.txt", [
        "gcloud commands and their flags. See README.md for the format.",
        f"Source: the argument parsers of Cloud SDK {data['sdk_version']}, computed {data['sdk_mirror_date']}.",
    ], lines)


def gcloud_paths(knowledge):
    """gcloud_paths.txt: every command with its tracks."""
    tracks = {}
    for command in (knowledge / "gcloud_command_paths.txt").read_text().splitlines():
        if command:
            track, path = track_and_path(command)
            tracks.setdefault(path, set()).add(track)
    write("gcloud_paths.txt", [
        "Every gcloud command with the release tracks that have it: G(a), B(eta), A(lpha).",
        "Source: Cloud SDK 578.0.0, 2026-08-04.",
    ], [f"{path}\t{''.join(sorted(have))}" for path, have in tracks.items()])


def roles(knowledge):
    """roles.txt and permissions.txt."""
    stages = BASIC_STAGES | json.loads((knowledge / "role_stage_nonGA.json").read_text())
    granted = {}
    for name in ["roles.json", "roles_extra.json"]:
        for role, permissions in json.loads((knowledge / name).read_text()).items():
            granted.setdefault(role, set()).update(permissions)
    source = "Source: iann0036/iam-dataset, 2026-08-22."
    write("permissions.txt", ["Permissions that roles.txt tracks.", source],
          [permission for permissions in granted.values() for permission in permissions])
    lines = []
    for role in (knowledge / "all_roles.txt").read_text().split():
        holds = "?" if role.removeprefix("roles/") in UNKNOWN_ROLES else ",".join(sorted(granted.get(role, [])))
        lines.append(f"{role}\t{stages.get(role, 'GA')[0]}\t{holds}")
    write("roles.txt", [
        "Predefined roles: name, stage (G, B, A, D), the tracked permissions; ? where they are not known.",
        source,
    ], lines)


def agents(knowledge):
    """agents.txt: domain, what stands before the project number, API, role."""
    data = json.loads((knowledge / "service_agents.json").read_text())
    lines = []
    for agent in data["agents"]:
        local, domain = agent["email"].split("@")
        before = re.fullmatch(r"([a-z-]*)PROJECT_NUMBER", local).group(1)
        api = "" if agent["api"] in (None, "null") else agent["api"]
        lines.append(f"{domain}\t{before}\t{api}\t{agent['role'] or ''}")
    write("agents.txt", [
        "Service agents: domain of the e-mail, what stands before the project number, API, role.",
        f"Source: {data['source']}, {data['date']}.",
    ], lines)


def main():
    knowledge = Path(sys.argv[1])
    for table in (gcloud, gcloud_paths, roles, agents):
        table(knowledge)


if __name__ == "__main__":
    main()
