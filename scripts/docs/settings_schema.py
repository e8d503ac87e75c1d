"""Write the JSON schema of the `cwql lint` settings into the static files of the site, where editors find it."""

from __future__ import annotations

import json
from pathlib import Path

from cwql.lint.configuration import schema

PATH = Path(__file__).resolve().parents[2] / "docs" / "_static" / "cwql-settings.schema.json"


def write() -> str:
    """Return the schema as text."""
    return json.dumps(schema(), indent=2) + "\n"


def store() -> None:
    """Write the schema to the file."""
    PATH.write_bytes(write().encode())
