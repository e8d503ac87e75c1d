"""Completion in conditions, in URLs, and in the comments that name an endpoint."""

from __future__ import annotations

import re

from lsprotocol import types

from cwql.completion import complete, complete_url
from cwql.diagnostics import Edit
from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS
from cwql.lint.request_targets import speaks
from cwql.source import Span
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.completion import Completion
    from cwql.completion.candidates import KnownValues
    from cwql.lsp.conditions import EmbeddedCondition
    from cwql.lsp.views import View

TRIGGERS = ("/", ".", '"', "'", "=", "(", "[", ",", " ", "?", "&")
"""Characters after which an editor asks for candidates."""

_KINDS = {
    "field": types.CompletionItemKind.Field,
    "reference": types.CompletionItemKind.Struct,
    "collection": types.CompletionItemKind.Struct,
    "operator": types.CompletionItemKind.Operator,
    "keyword": types.CompletionItemKind.Keyword,
    "value": types.CompletionItemKind.Value,
    "member": types.CompletionItemKind.EnumMember,
    "date": types.CompletionItemKind.Constant,
    "endpoint": types.CompletionItemKind.Module,
    "parameter": types.CompletionItemKind.Property,
}
_URL = re.compile(r"(?<![^\s\"'`<>()|])[^\s\"'`<>()|]*+\Z")
_ROOT = re.compile(r"apis/3\.0/|cwa/api/v1/", re.IGNORECASE)
_MARKER = re.compile(
    rf"cwql:\s*(?:file\s+)?(?:(?P<dialect>{'|'.join([record.name for record in DIALECTS])})\s+)?(?P<typed>\S*)\Z"
)
_LINE_LIMIT = 2000


def completions_at(
    view: View, position: types.Position, known_values: KnownValues | None
) -> list[types.CompletionItem]:
    """Return the candidates at a position."""
    offset = view.offset(position)
    condition = view.document.condition_for_typing(offset)
    if condition is not None:
        return list(_in_condition(view, condition, offset, known_values))
    text = view.document.text
    line = text[max(text.rfind("\n", 0, offset) + 1, offset - _LINE_LIMIT) : offset]
    marker = _MARKER.search(line)
    if marker is not None:
        return list(_in_marker(view, marker, offset))
    return list(_in_url(view, line, offset))


def _in_condition(
    view: View, condition: EmbeddedCondition, offset: int, known_values: KnownValues | None
) -> Iterator[types.CompletionItem]:
    at = condition.text_offset(offset)
    if at is None:
        return
    try:
        found = complete(
            condition.text,
            at,
            endpoint=condition.endpoint,
            dialect=condition.dialect,
            parameter=condition.found.parameter,
            known_values=known_values,
        )
    except UnknownNameError:
        return
    for rank, each in enumerate(found):
        candidate, edit = _edit(condition, each)
        # Between two literals that are joined, an edit may belong to the other one.
        if edit is not None and edit.span.start <= offset <= edit.span.end:
            yield _item(view, candidate, edit, offset, rank)


def _edit(condition: EmbeddedCondition, candidate: Completion) -> tuple[Completion, Edit | None]:
    """Return the edit of the file; with the other quotes if the literal would have to escape those of the candidate."""
    texts = [candidate.text]
    if candidate.kind in ("member", "value") and candidate.text[:1] == '"' and "'" not in candidate.text:
        typed = condition.text[candidate.span.start : candidate.span.start + 1]
        if typed != '"':
            texts.append(f"'{candidate.text[1:-1]}'")
    edits = [condition.edit(Edit(candidate.span, text)) for text in texts]
    for edit, text in zip(edits, texts, strict=True):
        if edit is not None and edit.text == text:
            return replace(candidate, label=text, text=text) if text != candidate.text else candidate, edit
    return candidate, next((edit for edit in edits if edit is not None), None)


def _item(view: View, candidate: Completion, edit: Edit, offset: int, rank: int) -> types.CompletionItem:
    typed = view.document.text[edit.span.start : offset]
    # Editors compare this with the typed text: a quote that was not typed must not be in it.
    filter_text = edit.text if typed[:1] in ("", *"\"'\\`[%") else edit.text.lstrip("\"'\\`[")
    if "%" in typed and "%" not in edit.text:
        filter_text = typed
    return types.CompletionItem(
        candidate.label,
        kind=_KINDS[candidate.kind],
        detail=candidate.detail or None,
        documentation=candidate.documentation or None,
        sort_text=f"{rank:05}",
        filter_text=filter_text,
        text_edit=types.TextEdit(view.range(edit.span), edit.text),
    )


def _in_url(view: View, line: str, offset: int) -> Iterator[types.CompletionItem]:
    """Yield endpoints in a URL with the root of an API, or in a path of a file that mentions ConnectWise."""
    match = _URL.search(line)
    url = "" if match is None else match.group()
    before = line[: len(line) - len(url)][-1:]
    is_path = url.startswith("/") and before in tuple("\"'`") and speaks(view.document.text)
    if not url or not (is_path or _ROOT.search(url)):
        return
    start = offset - len(url)
    for rank, candidate in enumerate(complete_url(url)):
        span = Span(start + candidate.span.start, offset)
        yield _item(view, candidate, Edit(span, candidate.text), offset, rank)


def _in_marker(view: View, marker: re.Match[str], offset: int) -> Iterator[types.CompletionItem]:
    """Yield dialects and endpoints in a comment such as ``cwql: manage /service/tickets``."""
    typed, dialect = marker["typed"], marker["dialect"]
    start = offset - len(typed)
    if dialect is not None:
        for rank, candidate in enumerate(complete_url(typed or "/", dialect=dialect)):
            text = candidate.text if typed else f"/{candidate.text}"
            span = Span(start + candidate.span.start if typed else offset, offset)
            yield _item(view, candidate, Edit(span, text), offset, rank)
        return
    for word in ("manage", "automate", "ignore", "ignore-file", "off", "on", "file"):
        edit = Edit(Span(start, offset), word)
        yield types.CompletionItem(
            word,
            kind=types.CompletionItemKind.Keyword,
            text_edit=types.TextEdit(view.range(edit.span), word),
        )
