"""The tools that need no server: endpoints, fields, rules, and conditions that are checked, fixed and compiled."""

from __future__ import annotations

import re

from cwql.analysis.fixes import fix as fix_condition
from cwql.errors import UnknownNameError
from cwql.language.dialects import find_dialect
from cwql.mcp.queries import diagnose, prepare, rules
from cwql.mcp.refusal import Refusal, unknown
from cwql.mcp.targets import read_target
from cwql.query.compiler import compile as compile_condition
from cwql.schema.catalog import catalog
from cwql.schema.endpoint_search import search_endpoints
from cwql.schema.field_paths import find_field_paths, note_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cwql.completion import Completion
    from cwql.mcp.session import Session
    from cwql.mcp.targets import Target
    from cwql.schema.field import FieldInfo

    JSON = dict[str, object]

CANDIDATES = 40
"""Candidates that a completion returns."""

_FIELD_KINDS = ("field", "reference", "collection")
_PATH = re.compile(r"[\w./]{1,300}")

FOUND = 12
"""Endpoints that a search returns."""

FIX_LIMIT = 4_000
"""Characters of a condition that is fixed: each fix is checked again, so the time grows faster than the text."""


async def find_endpoint(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the endpoints whose path or record fits the words best."""
    found = search_endpoints(given["words"], session.policy.allows_endpoint, FOUND)
    return {
        "endpoints": [
            {"endpoint": title, "product": product, "record": endpoint.record, "methods": list(endpoint.methods)}
            for product, title, endpoint in found
        ]
    }


async def describe(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the fields of an endpoint, or those whose path begins with a text."""
    target = _target(session, given)
    record = target.record
    if record is None:
        raise Refusal("unknown-endpoint", f"{target.title} returns no records", argument="endpoint")
    try:
        found = find_field_paths(catalog(target.product), record, given.get("path", ""))
    except UnknownNameError as error:
        raise unknown(error, "path") from None
    separator = find_dialect(target.product).separator
    return {
        "endpoint": target.title,
        "product": target.product,
        "record": record.name,
        "methods": list(target.endpoint.methods),
        "fields": [
            describe_field(separator.join(path), field) for path, field in found if session.policy.allows_field(path)
        ],
    }


def describe_field(path: str, field: FieldInfo) -> JSON:
    """Return a field as plain data: its path, its type, its enum members, and notes on it."""
    found: JSON = {"path": path, "type": field.title}
    if field.enum:
        found["enum"] = list(field.enum)
    note = "; ".join([part for part in ("required" if field.required else "", note_on(field)) if part])
    if note:
        found["note"] = note
    return found


async def check(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the diagnostics of a condition, with its terms routed to their parameters."""
    target = _target(session, given)
    compiled = compile_condition(given["where"], dialect=target.product, endpoint=target.title, rules=rules())
    return {"ok": compiled.ok, "diagnostics": diagnose(compiled)}


async def fix(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return a condition with its fixes applied, and the remaining diagnostics."""
    target = _target(session, given)
    text = given["where"]
    if len(text) > FIX_LIMIT:
        raise Refusal("invalid-argument", f"where: expected at most {FIX_LIMIT:,} characters", argument="where")
    fixed = fix_condition(
        text,
        dialect=target.product,
        endpoint=target.title,
        unsafe_fixes=given.get("unsafe_fixes", False),
        rules=rules(),
    ).text
    compiled = compile_condition(fixed, dialect=target.product, endpoint=target.title, rules=rules())
    return {"where": fixed, "changed": fixed != text, "ok": compiled.ok, "diagnostics": diagnose(compiled)}


async def complete(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return what can be written at the end of the beginning of a condition."""
    from cwql.completion import complete as complete_text

    target = _target(session, given)
    found = complete_text(given["where"], endpoint=target.title, dialect=target.product)
    return {
        "candidates": [
            {"text": entry.text, "kind": entry.kind, "detail": entry.detail, "start_offset": entry.span.start}
            for entry in found
            if entry.kind not in _FIELD_KINDS or session.policy.allows_field(_path_before(given["where"], entry))
        ][:CANDIDATES]
    }


def _path_before(text: str, entry: Completion) -> list[str]:
    """Return the path that a candidate completes, with the segments that are written before it."""
    start = len(text[: entry.span.start].rstrip("/."))
    # Matched from its end, because a search for a path that ends there reads a long text again and again.
    before = _PATH.match(text[:start][::-1]) if start < entry.span.start else None
    steps = before.group()[::-1].replace(".", "/").split("/") if before is not None else []
    return [*steps, *entry.text.rstrip("/.").replace(".", "/").split("/")]


async def compile(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the query parameters that a condition becomes. Raises Refusal if it has an error."""
    target = _target(session, given)
    prepared = prepare(target, session.policy, given["where"])
    return {
        "params": dict(prepared.conditions),
        "bounded": prepared.is_bounded,
        "diagnostics": list(prepared.warnings),
    }


async def explain_rule(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the documentation of a rule."""
    from cwql.rules.registry import rule

    name = given["code"]
    try:
        found = rule(f"CW{name}" if name.isdecimal() else name.strip())
    except UnknownNameError as error:
        raise unknown(error, "code") from None
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "summary": found.summary,
        "why": found.why,
        "example": found.example,
        "instead": found.instead,
        "fix": found.safety,
    }


def _target(session: Session, given: Mapping[str, Any]) -> Target:
    target = read_target(given["endpoint"])
    session.policy.require_endpoint(target)
    return target
