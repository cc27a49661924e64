#!/usr/bin/env python3
"""Writes account_roles.txt from a clone of iann0036/iam-dataset, given as the only argument.

    python3 data/account_roles.py PATH/TO/iam-dataset

Standard library only; the same input gives the same bytes.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

COMMENTS = """\
# Predefined roles that hold a permission on service accounts or their keys (iam.serviceAccount*).
# Source: iann0036/iam-dataset, gcp/roles, 2026-08-22.
"""


def main():
    names = []
    for path in (Path(sys.argv[1]) / "gcp" / "roles").glob("*.json"):
        role = json.loads(path.read_text())
        if any(held.startswith("iam.serviceAccount") for held in role.get("includedPermissions", [])):
            names.append(role["name"])
    body = "".join(f"{name}\n" for name in sorted(names, key=str.encode))
    (HERE / "account_roles.txt").write_text(COMMENTS + body, encoding="ascii")
    print(f"account_roles.txt: {len(names)} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
