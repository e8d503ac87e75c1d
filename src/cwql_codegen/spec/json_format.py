"""The format of the JSON documents in specs/: short values on one line, longer ones on several, so that diffs are readable."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 160


def format_json(document: Any) -> str:
    """Return a JSON document in this format. Members keep their order."""
    return "".join(_lines(document, 0)) + "\n"


def _lines(value: Any, depth: int, used: int = 0) -> list[str]:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or (depth + used + len(flat) <= WIDTH and depth > 0):
        return [flat]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    lines = [opening]
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for position, (key, item) in enumerate(pairs):
        label = "" if key is None else json.dumps(key, ensure_ascii=False) + ": "
        lines.append((",\n" if position else "\n") + " " * (depth + 1) + label)
        lines += _lines(item, depth + 1, len(label) + 1)
    lines.append("\n" + " " * depth + closing)
    return lines
