"""Members of a record that an unknown attribute may mean. Imported by the records on their failure path only."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cwql.schema.catalog import catalog
from cwql.schema.loader import PRODUCTS, root
from cwql.schema.record import Resolved
from cwql.schema.suggest import suggest
from cwql.schema.synonyms import find_synonyms

if TYPE_CHECKING:
    from pydantic import BaseModel

    from cwql.schema.catalog import Catalog

__all__ = ["suggest_members"]


@lru_cache(512)
def suggest_members(kind: type[BaseModel], name: str) -> str:
    """Return a question with similar members or those that the name means, with a semicolon before it; empty if there are none."""
    close = _find_synonyms(kind, name) or suggest(name, kind.model_fields)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _find_synonyms(kind: type[BaseModel], name: str) -> list[str]:
    product = next((each for each in PRODUCTS if kind.__module__.startswith(f"{root(each)}.")), None)
    known = None if product is None else catalog(product)
    record = None if known is None else known.find_record(kind.__name__)
    if known is None or record is None:
        return []
    members = [_write(known, record.name, each.path) for each in find_synonyms(known, record, name)]
    return [
        member for member in dict.fromkeys(members) if member.partition("[")[0].partition(".")[0] in kind.model_fields
    ]


def _write(known: Catalog, record: str, path: tuple[str, ...]) -> str:
    """Return the attributes of a path; members below ``_info`` are in a dictionary."""
    found = known.resolve(record, path)
    note = found.field.note if isinstance(found, Resolved) else None
    shown = path if note is None or note.target is None else tuple(note.target.split("/"))
    return f"info_[{shown[-1]!r}]" if shown[0] == "_info" else ".".join(shown)
