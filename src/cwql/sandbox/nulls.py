"""Members without a value are left out of the records of Manage: `drop_nulls`."""

from __future__ import annotations

from typing import Any


def drop_nulls(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without members that are null: recorded servers of the last years send none."""
    return {name: _drop_inside(value) for name, value in document.items() if value is not None}


def _drop_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return drop_nulls(value)
    return [_drop_inside(item) for item in value] if isinstance(value, list) else value
