"""The endpoint pages: an overview, and every list endpoint that takes a condition, by product and area."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cwql.language.dialects import find_dialect
from cwql.schema.catalog import catalog
from cwql.schema.loader import PRODUCTS
from scripts.docs.pages.markdown import code, page, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.language.dialects import Dialect
    from cwql.schema.endpoint import Endpoint

LOOK_UP = """`cwql fields ENDPOINT [PREFIX]` shows the fields of an endpoint, with their types and enum members. In Python, editors
complete the names in `cwql.manage.fields` and `cwql.automate.fields`. Some fields are missing in the specifications although servers
filter by them: `specs/overlays` lists them with evidence, and `cwql fields` marks them `filters`."""

_SECTIONED = 200
"""With this many lists or more, there is a page for each first path segment."""


def pages() -> dict[str, str]:
    """Return the overview and one page for each product."""
    found = {"reference/endpoints.md": _overview()}
    for dialect in map(find_dialect, PRODUCTS):
        lists = sorted([it for it in catalog(dialect.name).endpoints() if it.listed], key=lambda it: it.key)
        if len(lists) < _SECTIONED:
            found[f"reference/endpoints-{dialect.name}.md"] = _lists(dialect, f"{dialect.title}: the lists", lists)
        else:
            for module, group in groupby(lists, key=_module):
                title = f"{dialect.title}: lists below /{module}"
                found[f"reference/endpoints-{dialect.name}-{module}.md"] = _lists(dialect, title, list(group))
    return found


def _module(endpoint: Endpoint) -> str:
    return endpoint.key.partition("/")[0]


def _overview() -> str:
    parts = ["# Endpoints and fields", LOOK_UP]
    for dialect in map(find_dialect, PRODUCTS):
        known = catalog(dialect.name)
        endpoints = list(known.endpoints())
        is_divided = sum(it.listed for it in endpoints) >= _SECTIONED
        rows = []
        for module, group in groupby(sorted(endpoints, key=_module), key=_module):
            found = list(group)
            listed = sum(it.listed for it in found)
            linked = f"[`/{module}`](endpoints-{dialect.name}-{module}.md)" if is_divided and listed else f"`/{module}`"
            rows.append((linked, str(len(found)), str(listed), str(sum(len(it.methods) for it in found))))
        link = (
            "The page of each first segment has its lists, with their records."
            if is_divided
            else f"[Every list, with its record](endpoints-{dialect.name}.md)."
        )
        fields = sum(len(known.record(name).names) for name in known.records)
        parts += [
            f"## {dialect.title} {known.version}",
            (
                f"{len(endpoints):,} paths, {len(known.operation_ids()):,} operations, {len(known.records):,} records with {fields:,} "
                f"fields. {link}"
            ),
            table(("First segment", "Paths", "Lists", "Operations"), rows),
        ]
    return page(*parts)


def _lists(dialect: Dialect, title: str, lists: Sequence[Endpoint]) -> str:
    """Return the page of some lists."""
    known = catalog(dialect.name)
    extra = [name for name in ("count", "search") if any(getattr(it, name) for it in lists)]
    legend = "*Count* and *search* show if `…/count` and `POST …/search` exist. " if extra else ""
    option = "" if dialect.name == PRODUCTS[0] else f"-d {dialect.name} "
    rows = [[code(known.title(it)), _record(it), *[_yes(getattr(it, name)) for name in extra]] for it in lists]
    return page(
        f"# {title}",
        (
            f"Conditions of a list endpoint are checked against the fields of its record. {legend}`cwql fields {option}ENDPOINT` "
            "shows the fields."
        ),
        table(["List", "Record", *[name.capitalize() for name in extra]], rows),
    )


def _yes(fact: object) -> str:
    return "yes" if fact else ""


def _record(endpoint: Endpoint) -> str:
    return code(endpoint.record) if endpoint.record else "(unknown)"
