"""Names that a server has: boards, statuses, members, captions of custom fields. They are read once, on request, and stored.

The file is in the cache folder of the user and belongs to a profile. Completion offers the names as values.
"""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

LIMIT = 2000
"""How many names of one table are stored."""

_TABLES: dict[str, dict[tuple[str, str], str]] = {
    "manage": {
        ("BoardReference", "name"): "boards",
        ("PriorityReference", "name"): "priorities",
        ("MemberReference", "identifier"): "members",
        ("SystemLocationReference", "name"): "locations",
        ("CompanyStatusReference", "name"): "company_statuses",
        ("CompanyTypeReference", "name"): "company_types",
        ("ConfigurationTypeReference", "name"): "configuration_types",
        ("ConfigurationStatusReference", "name"): "configuration_statuses",
        ("ServiceStatusReference", "name"): "statuses",
        ("ServiceTypeReference", "name"): "types",
        ("CustomFieldValue", "caption"): "captions",
    },
    "automate": {},
}
"""The table of names for a field of a record."""

_PER_BOARD = ("statuses", "types")
_CAPTIONS = "/system/userDefinedFields"


class ServerValues:
    """The names of one profile's server."""

    def __init__(self, profile: str | None) -> None:
        self._path = _file_of(profile)
        self._tables: dict[str, list[str]] = _read(self._path)

    def known_values(self, record: str, path: tuple[str, ...]) -> Iterable[str]:
        """Return the names for a field of a record (see `cwql.completion.complete`)."""
        for tables in _TABLES.values():
            table = tables.get((record, path[-1]))
            if table is not None:
                return self._tables.get(table, ())
        return ()

    def load(self, client: Any) -> int:
        """Read the names by a client of Manage, store them, and return their number. Raises the errors of the client."""
        tables: dict[str, list[str]] = {}
        reference = client.reference
        for table in _TABLES["manage"].values():
            if table == "captions" or table in _PER_BOARD:
                continue
            tables[table] = list(getattr(reference, table).ids())[:LIMIT]
        for table in _PER_BOARD:
            names: dict[str, None] = {}
            for board in tables["boards"]:
                names.update(dict.fromkeys(getattr(reference, table)(board).ids()))
            tables[table] = list(names)[:LIMIT]
        tables["captions"] = _read_captions(client)
        self._tables = tables
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        with open(self._path, "w", encoding="utf-8") as file:
            json.dump(tables, file)
        return sum(map(len, tables.values()))


def _read_captions(client: Any) -> list[str]:
    found: dict[str, None] = {}
    for record in client.system.userDefinedFields.list(limit=LIMIT):
        caption = getattr(record, "caption", None)
        if isinstance(caption, str) and caption:
            found[caption] = None
    return list(found)


def _file_of(profile: str | None) -> str:
    base = os.environ.get("CWQL_CACHE_DIR") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"), "cwql"
    )
    name = re.sub(r"[^A-Za-z0-9_-]", "_", profile or "default")
    return os.path.join(base, f"names-{name}.json")


def _read(path: str) -> dict[str, list[str]]:
    """Return the stored tables; none if there is no such file, or not of this form."""
    try:
        with open(path, encoding="utf-8") as file:
            content: Mapping[str, Any] = json.load(file)
        return {
            str(table): [name for name in names if isinstance(name, str)][:LIMIT]
            for table, names in content.items()
            if isinstance(names, list)
        }
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
