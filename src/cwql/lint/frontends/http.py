"""Conditions in ``.http`` files: requests as editors send them, their query on one line or several, and JSON bodies of searches."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.entries import find_in_entries
from cwql.lint.frontends.json import read_entries
from cwql.lint.frontends.segments import PLACEHOLDERS, open_placeholders
from cwql.lint.frontends.text import PLAIN
from cwql.lint.frontends.urls import find_in_url
from cwql.lint.request_targets import place_of_url
from cwql.lint.templates.model import TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

# The rest of a line without its version and the blanks at its end. Blanks are read once, so that a line takes linear time.
_END = r"(?:HTTP/[\d.]++[ \t]*+)?\r?(?=\n|\Z)"
_REST = rf"(?:[^ \t\r\n]++|\r(?!\n|\Z)|[ \t]++(?!{_END}))*+"
_REQUEST = re.compile(rf"^[ \t]*+(?:GET|POST|PUT|PATCH|DELETE)[ \t]++(?P<url>{_REST})(?:[ \t]++)?{_END}", re.MULTILINE)
_MORE = re.compile(rf"\n[ \t]*+(?P<part>[?&]{_REST})(?:[ \t]++)?{_END}")
_VARIABLE = re.compile(r"^@\w+[ \t]*=[ \t]*(?P<value>[^\n]*?)\r?$", re.MULTILINE)
_GAP = re.compile(r"(?P<blank>\s++)(?P<brace>\{)?")
_EMPTY_LINE = re.compile(r"\n[ \t]*+\r?\n")


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of every request."""
    text = source.text
    requests = list(_REQUEST.finditer(text))
    for number, match in enumerate(requests):
        end = requests[number + 1].start() if number + 1 < len(requests) else len(text)
        segments = [TemplateSegment(match["url"], match.start("url"), match.end("url"), "same", 0, PLAIN)]
        at = match.end()
        while (more := _MORE.match(text, at, end)) is not None:
            segments.append(
                TemplateSegment(more["part"], more.start("part"), more.end("part"), "same", len(segments), PLAIN)
            )
            at = more.end()
        yield from find_in_url(open_placeholders(segments, PLACEHOLDERS, safe=True), context, match.start(), at, "http")
        body = _find_body(text, at, end)
        if body is not None:
            yield from _find_in_body(text, body, end, match["url"], context)
    for match in _VARIABLE.finditer(text):
        segment = TemplateSegment(match["value"], match.start("value"), match.end("value"), "same", 0, PLAIN)
        opened = open_placeholders([segment], PLACEHOLDERS, safe=True)
        yield from find_in_url(opened, context, match.start(), match.end(), "http")


def _find_body(text: str, start: int, end: int) -> int | None:
    """Return where a JSON object begins after an empty line, None if there is none."""
    for gap in _GAP.finditer(text, start, end):
        if gap["brace"] and _EMPTY_LINE.search(gap["blank"]):
            return gap.start("brace")
    return None


def _find_in_body(
    text: str, start: int, end: int, url: str, context: Context
) -> Iterator[ConditionTemplate | Diagnostic]:
    entries, parents = read_entries(text, start, end)
    settled = context.within(place_of_url(url))
    yield from find_in_entries(entries, parents, settled, "http")
