"""The conditions of source files, for ``cwql lint --list``: what is sent where, and why the target is known."""

from __future__ import annotations

from cwql.lint.request_targets import Context
from cwql.lint.templates.model import show_text
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from cwql.lint.discovery import Target
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

    Row: TypeAlias = dict[str, str | int | None]


def list_conditions(targets: Sequence[Target]) -> Iterator[Row]:
    """Yield a row for each condition, in the order of the files and of their text."""
    from cwql.lint.examine import begin, read
    from cwql.lint.job import FileResult

    for target in targets:
        if target.note is not None or target.trouble is not None:
            continue
        job = target.job()
        draft = begin(job, read(job))
        if draft is None or isinstance(draft, FileResult):
            continue
        seen: list[ConditionTemplate] = []
        draft.judge(seen)
        context = Context(draft.source, job.place)
        for found in sorted(seen, key=lambda each: (each.segments[0].start, each.parameter)):
            yield _row(found, target, draft.source, context)


def _row(found: ConditionTemplate, target: Target, source: Source, context: Context) -> Row:
    span = Span(found.segments[0].start, max(segment.end for segment in found.segments))
    place = source.locate(span)
    return {
        "filename": target.shown,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "start_offset": span.start,
        "end_offset": span.end,
        "dialect": found.place.dialect,
        "endpoint": found.place.endpoint,
        "parameter": found.parameter,
        "text": show_text(found),
        "known_by": _reason(found, context),
    }


def _reason(found: ConditionTemplate, context: Context) -> str | None:
    """Return why the endpoint of a condition is known; None if it is not."""
    if found.place.endpoint is None:
        return None
    if context.marked(found.span.start, found.span.end) is not None:
        return "comment"
    if found.encoded:
        return "url"
    return "settings" if found.place.endpoint == context.default.endpoint else "call"


def write_rows(rows: Sequence[Row], as_json: bool) -> str:
    """Return the rows as JSON, or as lines of text."""
    if as_json:
        import json

        return json.dumps(list(rows), indent=2, ensure_ascii=False)
    from cwql.render.width import make_visible, visible_name

    lines: list[str] = []
    for row in rows:
        place = row["endpoint"] or row["dialect"] or "unknown target"
        why = f" ({row['known_by']})" if row["known_by"] else ""
        text = make_visible(" ".join(str(row["text"]).split()))
        name = visible_name(str(row["filename"]))
        lines.append(f"{name}:{row['line']}:{row['column']}: {place}{why} {row['parameter']}: {text}")
    return "\n".join(lines)
