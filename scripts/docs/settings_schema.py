"""The JSON schema of the settings of `cwql lint`, kept where the site and editors find it."""

from __future__ import annotations

import json
from pathlib import Path

from cwql.lint.configuration import schema

PATH = Path(__file__).resolve().parents[2] / "docs" / "_static" / "cwql-settings.schema.json"


def write() -> str:
    """Return the text of the file."""
    return json.dumps(schema(), indent=2) + "\n"


def store() -> None:
    """Write the file anew."""
    PATH.write_bytes(write().encode())
