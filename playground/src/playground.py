"""The functions of the playground, called by its worker: JSON in, JSON out.

Positions of JavaScript count UTF-16 units, those of cwql count characters; `_Units` converts them.
"""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cwql
from cwql.completion import complete, hover
from cwql.language.dialects import DIALECTS
from cwql.language.nodes import And, comparisons
from cwql.schema.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cwql.diagnostics import Diagnostic, Fix
    from cwql.language.dialects.base import DialectName
    from cwql.source import Span

DATA = Path(__file__).with_name("records.json")
SHOWN = 8
"""Records that the evaluation shows."""

LONGEST = 20_000
"""Characters of a text that are read; a browser's page should not be blocked by a pasted file."""


class _Units:
    """Convert positions between characters and UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._plain = text.isascii() or all(ord(character) < 0x10000 for character in text)
        self._text = text

    def units(self, at: int) -> int:
        """Return the number of UTF-16 units before a character."""
        return at if self._plain else len(self._text[:at].encode("utf-16-le", "surrogatepass")) // 2

    def characters(self, units: int) -> int:
        """Return the number of characters before a UTF-16 unit."""
        if self._plain:
            return min(units, len(self._text))
        return len(self._text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "surrogatepass"))

    def span(self, span: Span) -> dict[str, int]:
        return {"from": self.units(span.start), "to": self.units(span.end)}


def call(name: str, arguments: str) -> str:
    """Call a function of the playground with JSON arguments and return its result as JSON, with the time it took."""
    function = _FUNCTIONS[name]
    start = time.perf_counter()
    try:
        result = {"result": function(**json.loads(arguments))}
    except cwql.CwqlError as error:
        result = {"error": str(error)}
    return json.dumps(result | {"milliseconds": (time.perf_counter() - start) * 1000})


def describe() -> dict[str, Any]:
    """Return the choices of the page: dialects with their parameters and endpoints."""
    return {
        "version": cwql.__version__,
        "dialects": [
            {
                "name": record.name,
                "release": catalog(record.name).version,
                "releases": catalog(record.name).releases(),
                "parameters": [parameter.name for parameter in record.parameters],
                "endpoints": sorted(catalog(record.name).title(endpoint) for endpoint in _listed(record.name)),
            }
            for record in DIALECTS
        ],
    }


def check(text: str, dialect: DialectName, endpoint: str, parameter: str, release: str = "") -> dict[str, Any]:
    """Return the diagnostics of a text and its canonical form; names that are newer than `release` are warnings."""
    text = text[:LONGEST]
    endpoint_or_none = _endpoint(dialect, endpoint)
    found = cwql.check(text, dialect=dialect, endpoint=endpoint_or_none, parameter=parameter, release=release or None)
    units = _Units(text)
    canonical = None
    if text.strip() and not any(diagnostic.severity == "error" for diagnostic in found):
        try:
            canonical = cwql.format(text, dialect=dialect, parameter=parameter)
        except cwql.CwqlError:
            canonical = None
    return {
        "diagnostics": [_diagnostic(units, diagnostic) for diagnostic in found],
        "canonical": canonical,
        "endpoint": _endpoint_problem(dialect, endpoint),
    }


def complete_at(text: str, offset: int, dialect: DialectName, endpoint: str, parameter: str) -> list[dict[str, Any]]:
    """Return the candidates at a position."""
    units = _Units(text)
    at = units.characters(offset)
    found = complete(text[:LONGEST], at, endpoint=_endpoint(dialect, endpoint), dialect=dialect, parameter=parameter)
    return [
        {
            "label": candidate.label,
            "kind": candidate.kind,
            "text": candidate.text,
            "detail": candidate.detail,
            "documentation": candidate.documentation,
            **units.span(candidate.span),
        }
        for candidate in found[:100]
    ]


def hover_at(text: str, offset: int, dialect: DialectName, endpoint: str, parameter: str) -> dict[str, Any] | None:
    """Return the facts about the part at a position, otherwise None."""
    units = _Units(text)
    found = hover(
        text[:LONGEST],
        units.characters(offset),
        endpoint=_endpoint(dialect, endpoint),
        dialect=dialect,
        parameter=parameter,
    )
    return None if found is None else {"title": found.title, "facts": list(found.facts), **units.span(found.span)}


def fix(text: str, dialect: DialectName, endpoint: str, parameter: str, unsafe: bool) -> str:
    """Return the text with its fixes applied."""
    fixed = cwql.fix(
        text[:LONGEST],
        dialect=dialect,
        endpoint=_endpoint(dialect, endpoint),
        parameter=parameter,
        unsafe_fixes=unsafe,
    ).text
    return fixed if isinstance(fixed, str) else fixed.text


def format_text(text: str, dialect: DialectName, parameter: str) -> str:
    """Return the canonical form of a text. Raises ConditionError for a text with mistakes."""
    return cwql.format(text[:LONGEST], dialect=dialect, parameter=parameter)


def translate(text: str, dialect: DialectName, endpoint: str) -> dict[str, Any]:
    """Return a condition in the language of the other product, with what may change its meaning."""
    target = next(record.name for record in DIALECTS if record.name != dialect)
    done = cwql.translate(text[:LONGEST], source=dialect, target=target)
    return {
        "text": done.text,
        "dialect": target,
        "notes": [f"{note.code} {note.message}" for note in done.diagnostics],
    }


def evaluate(text: str, dialect: DialectName, endpoint: str, parameter: str) -> dict[str, Any]:
    """Return the example records that a condition selects."""
    known = catalog(dialect).find_endpoint(endpoint) if endpoint else None
    records = None if known is None else _records().get(dialect, {}).get(catalog(dialect).title(known))
    if records is None:
        return {"records": None, "endpoints": sorted(_records().get(dialect, {}))}
    if parameter not in ("conditions", "condition"):
        return {"records": None, "endpoints": [], "reason": f"{parameter} is not evaluated here"}
    predicate: Callable[[object], bool] = cwql.predicate(text, dialect=dialect) if text.strip() else lambda record: True
    selected = [record for record in records if predicate(record)]
    return {"records": selected[:SHOWN], "selected": len(selected), "total": len(records)}


def find_diagram(text: str, offset: int, dialect: DialectName, parameter: str) -> str:
    """Return the name of the railroad diagram of the part at a position."""
    if parameter.lower() == "orderby":
        return "order-by-list"
    if "fields" in parameter.lower() and "condition" not in parameter.lower():
        return "field-list-list"
    at = _Units(text).characters(offset)
    try:
        tree = cwql.parse(text, dialect=dialect, parameter=parameter)
    except cwql.CwqlError:
        return f"{dialect}-condition"
    for comparison in comparisons(tree):
        span = comparison.span
        if span is not None and span.start <= at <= span.end:
            kind = "membership" if comparison.operator.family == "membership" else "comparison"
            return f"{dialect}-{kind}"
    return f"{dialect}-{'and-chain' if isinstance(tree, And) else 'condition'}"


def lint(text: str, file: str) -> list[dict[str, Any]]:
    """Return the diagnostics of a source file; the suffix of its name is that of its language."""
    text = text[: 10 * LONGEST]
    units = _Units(text)
    return [_diagnostic(units, diagnostic) for diagnostic in cwql.lint_text(text, filename=file).diagnostics]


def _diagnostic(units: _Units, diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        **units.span(diagnostic.span),
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "fixes": [_fix(units, each) for each in diagnostic.fixes if each.edits],
    }


def _fix(units: _Units, fix: Fix) -> dict[str, Any]:
    edits = sorted(fix.edits, key=lambda edit: edit.span.start)
    return {
        "title": fix.title,
        "safe": fix.is_safe,
        "edits": [{**units.span(edit.span), "insert": edit.text} for edit in edits],
    }


def _endpoint(dialect: DialectName, endpoint: str) -> str | None:
    """Return an endpoint of the dialect; one that is still being typed counts as none."""
    return endpoint if endpoint and catalog(dialect).find_endpoint(endpoint) is not None else None


def _endpoint_problem(dialect: DialectName, endpoint: str) -> dict[str, Any] | None:
    """Return why the names of a condition cannot be checked, with endpoints that may be meant; None if they can be."""
    endpoint = endpoint[:LONGEST].strip()
    title = next(record.title for record in DIALECTS if record.name == dialect)
    if not endpoint:
        return {"message": "Without an endpoint, names and values are not checked.", "choices": []}
    if catalog(dialect).find_endpoint(endpoint) is not None:
        return None
    near = [{"dialect": dialect, "endpoint": name} for name in catalog(dialect).near_endpoints(endpoint)]
    for record in DIALECTS:
        found = catalog(record.name).find_endpoint(endpoint)
        if found is not None:
            elsewhere = catalog(record.name).title(found)
            last = f"/{elsewhere.rpartition('/')[2]}".lower()
            same = [choice for choice in near if choice["endpoint"].lower().endswith(last)]
            return {
                "message": f"{endpoint} is an endpoint of {record.title}, not of {title}.",
                "choices": [*same, {"dialect": record.name, "endpoint": elsewhere}],
            }
    return {"message": f"{title} has no endpoint {endpoint}: names and values are not checked.", "choices": near[:3]}


def _listed(product: str) -> Iterator[Any]:
    known = catalog(product)
    for key in known.listed_keys():
        endpoint = known.find_endpoint(key)
        if endpoint is not None:
            yield endpoint


@cache
def _records() -> dict[str, dict[str, list[dict[str, Any]]]]:
    loaded: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(DATA.read_text("utf-8"))
    return loaded


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "describe": describe,
    "check": check,
    "complete": complete_at,
    "hover": hover_at,
    "fix": fix,
    "format": format_text,
    "translate": translate,
    "evaluate": evaluate,
    "diagram": find_diagram,
    "lint": lint,
}

__all__ = ["call"]
