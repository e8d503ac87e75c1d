"""The pages of the endpoints: how many there are, and for each product every list that takes a condition."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cwql.language.dialects import dialect as find_dialect
from cwql.schema.catalog import catalog
from cwql.schema.door import PRODUCTS
from scripts.docs.pages.markdown import code, page, table

if TYPE_CHECKING:
    from cwql.language.dialects import Dialect
    from cwql.schema.endpoint import Endpoint

LOOK_UP = """`cwql fields ENDPOINT [PREFIX]` shows the fields of one of them, with types and enum members; in Python
`cwql.manage.fields` and `cwql.automate.fields` complete in the editor. What no specification shows but servers are known to
filter by stands in `specs/overlays`, each entry with its evidence, and is marked `filters` by `cwql fields`."""

_SECTIONED = 200
"""From so many lists on there is a heading for each first segment."""


def pages() -> dict[str, str]:
    """Return the overview and the lists of each product."""
    found = {"reference/endpoints.md": _overview()}
    return found | {f"reference/endpoints-{it.name}.md": _lists(it) for it in map(find_dialect, PRODUCTS)}


def _module(endpoint: Endpoint) -> str:
    return endpoint.key.partition("/")[0]


def _overview() -> str:
    parts = ["# Endpoints and fields", LOOK_UP]
    for dialect in map(find_dialect, PRODUCTS):
        known = catalog(dialect.name)
        endpoints = list(known.endpoints())
        rows = []
        for module, group in groupby(sorted(endpoints, key=_module), key=_module):
            found = list(group)
            rows.append(
                (
                    f"`/{module}`",
                    str(len(found)),
                    str(sum(it.listed for it in found)),
                    str(sum(len(it.methods) for it in found)),
                )
            )
        fields = sum(len(known.record(name).names) for name in known.records)
        parts += [
            f"## {dialect.title} {known.version}",
            (
                f"{len(endpoints):,} paths, {len(known.operation_ids()):,} operations, {len(known.records):,} records with {fields:,} "
                f"fields. [Every list, with its record](endpoints-{dialect.name}.md)."
            ),
            table(("First segment", "Paths", "Lists", "Operations"), rows),
        ]
    return page(*parts)


def _lists(dialect: Dialect) -> str:
    known = catalog(dialect.name)
    lists = sorted([it for it in known.endpoints() if it.listed], key=lambda it: it.key)
    extra = [name for name in ("count", "search") if any(getattr(it, name) for it in lists)]
    told = "*Count* and *search* tell whether `…/count` and `POST …/search` exist. " if extra else ""
    option = "" if dialect.name == PRODUCTS[0] else f"-d {dialect.name} "
    parts = [
        f"# {dialect.title}: the lists",
        (
            f"The record that a list gives is what its conditions are checked against. {told}`cwql fields {option}ENDPOINT` shows the "
            "record's fields."
        ),
    ]
    sections = [(f"## /{module}", list(group)) for module, group in groupby(lists, key=_module)]
    if len(lists) < _SECTIONED:
        # Each stands by itself: headings would be all there is to read.
        sections = [("", lists)]
    for heading, group in sections:
        rows = [[code(known.title(it)), _record(it), *[_yes(getattr(it, name)) for name in extra]] for it in group]
        parts += [heading, table(["List", "Record", *[name.capitalize() for name in extra]], rows)]
    return page(*parts)


def _yes(fact: object) -> str:
    return "yes" if fact else ""


def _record(endpoint: Endpoint) -> str:
    return code(endpoint.record) if endpoint.record else "(of no known shape)"
