"""Records as rows: the chosen fields by their paths, with text that cannot hide anything, cut by whole rows."""

from __future__ import annotations

import json

from cwql.language.dialects import find_dialect
from cwql.mcp.refusal import Refusal
from cwql.render.width import make_visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.mcp.policy import Policy
    from cwql.mcp.targets import Target
    from cwql.schema.record import RecordInfo

    Row = dict[str, object]

ROWS_SIZE = 60_000
"""Characters of the rows of one result; the cursor continues with the next row."""

ROW_SIZE = 250_000
"""Characters of a single row."""

_DESCRIBING = (
    "identifier", "summary", "name", "firstname", "lastname", "description", "caption", "subject", "computername", "status/name",
    "status", "company/name", "client/name", "board/name", "priority/name", "severity/name", "serialnumber",
)  # fmt: skip
_MOST_FIELDS = 6

_TAGS = {code: f"<U+{code:X}>" for code in range(0xE0000, 0xE0080)}
"""Tag characters are invisible, but a model reads them; a few flags are made of them, which are lost."""


def default_fields(target: Target, policy: Policy) -> list[str]:
    """Return the fields that describe a record best: its id and up to five others."""
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    record = target.record
    if record is None:
        return []
    known, separator = catalog(target.product), find_dialect(target.product).separator
    id_name = find_id(record)
    names = [id_name] if id_name else []
    for path in _DESCRIBING:
        found = known.resolve(record.name, path.split("/"))
        if not isinstance(found, Resolved) or found.field.origin != "spec" or not policy.allows_field(found.segments):
            continue
        if found.field.kind not in ("reference", "collection", "map"):
            names.append(separator.join(found.segments))
        if len(names) == _MOST_FIELDS:
            break
    return names


def find_id(record: RecordInfo) -> str | None:
    """Return the name of the id of a record, or None if it has none."""
    return next((name for name in record.names if name.lower() == "id"), None)


def make_row(record: dict[str, object], fields: Sequence[Sequence[str]], separator: str, policy: Policy) -> Row:
    """Return the values of the chosen fields by path."""
    row: Row = {}
    for path in fields:
        value = policy.strip(_follow(record, path), tuple(path))
        row[separator.join(path)] = clean(value)
    return row


def clean(value: object) -> object:
    """Return a value whose text has no invisible characters; they are shown by their code points."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value
        return "\n".join([make_visible(line).translate(_TAGS) for line in value.replace("\r\n", "\n").split("\n")])
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {str(clean(name)): clean(item) for name, item in value.items()}
    return value


def clean_row(record: object) -> Row:
    """Return a record whose text has no invisible characters."""
    cleaned = clean(record)
    assert isinstance(cleaned, dict)
    return cleaned


def fit(rows: Sequence[Row]) -> int:
    """Return how many rows fit into one result, at least one. Raises Refusal if the first one is too large by itself."""
    size = 0
    for index, row in enumerate(rows):
        length = len(json.dumps(row, ensure_ascii=False, default=str))
        if index == 0 and length > ROW_SIZE:
            raise Refusal(
                "too-large",
                f"one record has {length:,} characters, more than the {ROW_SIZE:,} of a result",
                argument="fields",
                hint="choose fewer fields",
            )
        size += length
        if index and size > ROWS_SIZE:
            return index
    return len(rows)


def _follow(value: object, path: Sequence[str]) -> object:
    """Return the value at a path; through a list, the values of all its items."""
    for index, segment in enumerate(path):
        if isinstance(value, list):
            return [_follow(item, path[index:]) for item in value]
        if not isinstance(value, dict):
            return None
        value = value.get(segment)
    return value
