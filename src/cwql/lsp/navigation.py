"""Hover, inlay hints, semantic tokens, formatting, and the way to the typed handle of a field."""

from __future__ import annotations

from lsprotocol import types

from cwql.completion import hover
from cwql.diagnostics import Edit
from cwql.errors import CwqlError
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.formatter import format
from cwql.language.parsing.lexer import tokenize
from cwql.lint.templates.model import PLACEHOLDER
from cwql.lsp.conditions import EmbeddedCondition
from cwql.schema import loader
from cwql.schema.catalog import catalog
from cwql.schema.naming import handle_name
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.lsp.views import View
    from cwql.schema.record import RecordInfo

TOKEN_TYPES = ("property", "operator", "keyword", "string", "number")
_TOKENS = {
    **dict.fromkeys(("PATH", "DOTTED_PATH"), "property"),
    **dict.fromkeys(("COMPARE", "SIGN", "TEXT", "IN", "NOT"), "operator"),
    **dict.fromkeys(("AND", "OR", "BOOLEAN", "NULL", "DIRECTION"), "keyword"),
    **dict.fromkeys(("STRING", "UNCLOSED_STRING", "SMART_STRING"), "string"),
    **dict.fromkeys(("NUMBER", "DATE", "BARE_DATE"), "number"),
}


def hover_at(view: View, position: types.Position) -> types.Hover | None:
    """Return facts about the name, operator or value at a position."""
    offset = view.offset(position)
    condition = view.document.condition_at(offset)
    at = None if condition is None else condition.text_offset(offset)
    if condition is None or at is None:
        return None
    try:
        found = hover(
            condition.text,
            at,
            endpoint=condition.endpoint,
            dialect=condition.dialect,
            parameter=condition.found.parameter,
        )
    except CwqlError:
        return None
    if found is None:
        return None
    return types.Hover(
        types.MarkupContent(types.MarkupKind.Markdown, found.markdown), view.range(condition.span(found.span))
    )


def record_of(condition: EmbeddedCondition) -> RecordInfo | None:
    """Return the record that a condition filters."""
    from cwql.schema.filtered_record import find_record

    if condition.endpoint is None:
        return None
    names = catalog(condition.dialect)
    try:
        parameter = find_parameter(find_dialect(condition.dialect), condition.found.parameter)
    except CwqlError:
        return None
    return find_record(names, names.find_endpoint(condition.endpoint), parameter)


def inlay_hints(view: View, range: types.Range) -> Iterator[types.InlayHint]:
    """Yield the record that the linter inferred, after each condition in a range."""
    wanted = view.span(range)
    for found in view.document.conditions():
        if not view.contains(found.span) or not wanted.start <= found.span.end <= wanted.end:
            continue
        condition = EmbeddedCondition(found)
        record = record_of(condition) if found.parameter.lower().endswith(("conditions", "condition")) else None
        if record is not None:
            yield types.InlayHint(
                view.position(found.span.end),
                record.name,
                kind=types.InlayHintKind.Type,
                padding_left=True,
                tooltip=f"{found.parameter} of {condition.endpoint}",
            )


def definition_at(view: View, position: types.Position) -> types.Location | None:
    """Return where the typed handle of the field at a position is declared."""
    offset = view.offset(position)
    condition = view.document.condition_at(offset)
    record = None if condition is None else record_of(condition)
    at = None if condition is None else condition.text_offset(offset)
    if condition is None or record is None or at is None:
        return None
    parameter = find_parameter(find_dialect(condition.dialect), condition.found.parameter)
    language = condition.dialect if parameter.shape == "condition" else parameter.shape
    for token in tokenize(condition.text, language):
        if token.start <= at <= token.end and _TOKENS.get(token.kind) == "property":
            segments = token.text.replace(".", "/").split("/")
            count = condition.text[token.start : at].replace(".", "/").count("/") + 1
            found = catalog(condition.dialect).resolve(record.name, segments[:count])
            if isinstance(found, Resolved):
                return _locate(condition.dialect, found.field.owner, found.field.name)
    return None


def _locate(product: str, record: str, name: str) -> types.Location | None:
    """Return where the stub of a record declares a field, or its class if it does not declare the field."""
    from pathlib import Path

    package = Path(str(loader.load(product, "fields").__file__)).parent
    # A name that no file can have has an underscore at the end.
    path = next((it for end in ("", "_") if (it := package / f"{record.lower()}{end}.pyi").is_file()), None)
    if path is None:
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    attribute = handle_name(name)
    found = next((number for number, line in enumerate(lines) if line.startswith(f"    {attribute}:")), None)
    line = (
        next((number for number, line in enumerate(lines) if line.startswith("class ")), 0) if found is None else found
    )
    start, end = (0, 0) if found is None else (4, 4 + len(attribute))
    return types.Location(path.as_uri(), types.Range(types.Position(line, start), types.Position(line, end)))


def semantic_tokens(view: View) -> list[int]:
    """Return the tokens of all conditions, as five numbers each: relative line and column, length, type, modifiers."""
    spans: list[tuple[Span, int]] = []
    for found in view.document.conditions():
        if view.contains(found.span):
            spans += _tokens_of(EmbeddedCondition(found))
    data: list[int] = []
    line = column = 0
    last = -1
    for span, kind in sorted(spans, key=lambda pair: pair[0].start):
        if span.start < last:
            continue
        last = span.end
        start, end = view.positions.position(span.start - view.start), view.positions.position(span.end - view.start)
        if start[0] != end[0] or end[1] <= start[1]:
            continue
        data += (start[0] - line, start[1] - (column if start[0] == line else 0), end[1] - start[1], kind, 0)
        line, column = start
    return data


def _tokens_of(condition: EmbeddedCondition) -> Iterator[tuple[Span, int]]:
    try:
        record = find_dialect(condition.dialect)
        parameter = find_parameter(record, condition.found.parameter)
    except CwqlError:
        return
    language = record.name if parameter.shape == "condition" else parameter.shape
    for token in tokenize(condition.text, language):
        kind = _TOKENS.get(token.kind)
        if kind is None:
            continue
        # A placeholder inside a string belongs to the host language.
        start = token.start
        for part in token.text.split(PLACEHOLDER):
            end = start + len(part)
            if part:
                yield condition.span(Span(start, end)), TOKEN_TYPES.index(kind)
            start = end + len(PLACEHOLDER)


def format_edits(view: View, span: Span) -> list[types.TextEdit]:
    """Return the edits that write the conditions in a span in canonical form."""
    edits: list[Edit] = []
    for found in view.document.conditions():
        if view.contains(found.span) and found.span.start <= span.end and span.start <= found.span.end:
            edit = format_edit(EmbeddedCondition(found))
            if edit is not None:
                edits.append(edit)
    return view.text_edits(edits)


def format_edit(condition: EmbeddedCondition) -> Edit | None:
    """Return the edit that writes a condition in canonical form; None if it is, or cannot be written so."""
    text = condition.text
    if PLACEHOLDER in text:
        return None
    try:
        formatted = format(text, dialect=condition.dialect, parameter=condition.found.parameter)
    except CwqlError:
        return None
    return condition.edit(Edit(Span(0, len(text)), formatted)) if formatted != text else None
