"""Conditions in any text: URLs with a query (``/service/tickets?conditions=…``), and lines that are a query (``conditions=…``)."""

from __future__ import annotations

from cwql.language.operators import TEXT_WORD
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.entries import PLACEHOLDERS, open_placeholders
from cwql.lint.frontends.urls import JOINED, find_in_url
from cwql.lint.heuristics import has_open_end
from cwql.lint.templates.model import QuoteStyle, TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_INTERPRETER = re.compile(r"#![ \t]*+/\S*?(?:/env(?:[ \t]++-\S++)*+[ \t]++|/)([a-z]++)[\d.]*+(?:\s|\Z)")
_QUERY = re.compile(r"[?&](?:amp;)?(?:child|customField)?conditions?=", re.IGNORECASE)
_BARE = re.compile(
    rf"(?:^|(?<=[\s`\"']))(?:child|customField)?conditions?=(?=[^\n]*(?:[=<>]|%3[CDE]|\b(?:in|{TEXT_WORD})\b))",
    re.IGNORECASE,
)
_VERB = re.compile(r"(?:GET|POST)\s+\Z")
_PROMPT = re.compile(r"\s*(?:[$>]\s+)?(?:(?:GET|POST|PUT|curl|https?|wget)\s+)?(?:-[A-Za-z]+\s+)*", re.IGNORECASE)
_TAIL = re.compile(r"(?<!\s)(?:\s++HTTP/[\d.]++\s*+\Z|\s*+\\\s*+\Z|\s++\Z)")
_GOES_ON = re.compile(rf"\s+(?:[=!<>(]|(?:and|or|not|in|is|between|{TEXT_WORD})\b)", re.IGNORECASE)
_CLOSING = {'"': '"', "'": "'", "`": "`", "(": ")", "<": ">", "“": "”", "‘": "’"}

VARIABLES = re.compile(r"\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*")
"""Variables of a shell."""

_CELLS = {sign: re.compile(rf'"(?:[^"]|"")*+"(?={sign}|\s*+\Z)|[^{sign}]++') for sign in ",;\t"}
"""Cells of a row, by the sign between them."""

PLAIN = QuoteStyle({}, "\n\r")
LINE_LIMIT = 20_000
"""Longest line that is searched, in characters: longer ones are data, not text."""


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in the URLs of a text, or those of a script that names its interpreter."""
    text = source.text
    match = _INTERPRETER.match(text)
    if match is not None:
        from cwql.lint.frontends import BY_FENCE, TEXT, UnreadableSource, language_of, load

        language = BY_FENCE.get(match[1])
        if language is not None and language_of(source.name) in (None, TEXT):
            try:
                found = [*load(language).extract(source, context)]
            except UnreadableSource:
                pass
            else:
                yield from found
                return
    variables = VARIABLES if text.startswith("#!") else None
    cells = None
    if source.name.lower().endswith(".csv"):
        head = text.partition("\n")[0]
        cells = _CELLS[max(_CELLS, key=head.count)]
    yield from find_in_lines(text, 0, len(text), context, "text", variables, guessed=True, cells=cells)


def find_in_lines(  # noqa: PLR0913  # the parts of a line
    text: str,
    start: int,
    end: int,
    context: Context,
    language: str,
    variables: re.Pattern[str] | None = None,
    guessed: bool = False,
    cells: re.Pattern[str] | None = None,
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in the lines of ``text[start:end]``.

    `variables` are filled by a program; text that is `guessed` to be prose may be code in an unknown language. With `cells`, each
    line is a row.
    """
    at = start
    while at < end:
        # Most lines of most texts have none: one search passes them all over.
        found = [place for word in ("ondition", "ONDITION") if (place := text.find(word, at, end)) >= 0]
        if not found:
            return
        near = min(found)
        low = max(text.rfind("\n", at, near) + 1, at)
        high = text.find("\n", near, end)
        high = end if high < 0 else high
        if high - low <= LINE_LIMIT:
            for part in [(low, high)] if cells is None else [cell.span() for cell in cells.finditer(text, low, high)]:
                yield from _find_in_line(text, *part, context, language, variables, guessed)
        at = high + 1


def _find_in_line(  # noqa: PLR0913  # the parts of a line
    text: str, low: int, high: int, context: Context, language: str, variables: re.Pattern[str] | None, guessed: bool
) -> Iterator[ConditionTemplate | Diagnostic]:
    at = low
    while at < high:
        match = _QUERY.search(text, at, high) or _BARE.search(text, at, high)
        if match is None:
            return
        begin, stop = _bounds(text, at, match.start(), match.end(), low, high)
        if stop < 0:
            at = match.end()
            continue
        at = max(stop, match.end())
        if guessed and _is_unsure(text, match.end(), stop):
            continue
        end = stop + (text[stop : stop + 1] in ("'", '"'))
        if text[end - 1] in "'\"" and JOINED.match(text, end, high) is not None:
            continue
        segment = TemplateSegment(text[begin:stop], begin, stop, "same", 0, PLAIN)
        segments = open_placeholders([segment], variables) if variables is not None else [segment]
        yield from find_in_url(open_placeholders(segments, PLACEHOLDERS, safe=True), context, low, high, language)


def _is_unsure(text: str, start: int, stop: int) -> bool:
    """Return whether a text may be code of an unknown language that is put together with other text."""
    value = text[start:stop]
    if "\\" in value or "%%" in value or '""' in value or has_open_end(value):
        return True
    quote = next((sign for sign in value if sign in "\"'"), "")
    return bool(quote) and value.count(quote) % 2 == 1


def _bounds(text: str, floor: int, query: int, value: int, low: int, high: int) -> tuple[int, int]:
    """Return the start and end of the URL around a query; -1 for an uncertain end."""
    begin = query
    while begin > floor and not text[begin - 1].isspace() and text[begin - 1] not in "\"'`(<“‘,;|":
        begin -= 1
    verb = _VERB.search(text, max(low, begin - 10), begin)
    before = (verb.start() if verb is not None else begin) - 1
    opening = text[before] if before >= low else ""
    if opening in _CLOSING:
        return begin, _closing(text, value, high, _CLOSING[opening])
    prefix = _PROMPT.match(text, low, high)
    if prefix is not None and prefix.end() == begin:
        # A line that is a request, or a query: blanks belong to it.
        tail = _TAIL.search(text, value, high)
        return begin, tail.start() if tail is not None else high
    stop = _blank(text, value, high)
    # In running text the end of a condition with blanks in it is unknown.
    return begin, -1 if _GOES_ON.match(text, stop, high) else stop


def _closing(text: str, start: int, end: int, sign: str) -> int:
    at = start
    while (at := text.find(sign, at, end)) >= 0:
        if text[at - 1] != "\\":
            return at
        at += 1
    return _blank(text, start, end)


def _blank(text: str, start: int, end: int) -> int:
    """Return the position of the next blank outside quotes, before the full stop of a sentence."""
    quote = ""
    for at in range(start, end):
        sign = text[at]
        if sign in "\"'":
            quote = sign if not quote else "" if quote == sign else quote
        elif sign.isspace() and not quote:
            end = at
            break
    while end > start and text[end - 1] in ".,;:)`":
        end -= 1
    return end
