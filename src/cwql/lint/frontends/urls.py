"""Conditions in URLs: ``…/service/tickets?conditions=status%2Fid%3D1&page=1``.

The input is the text of a whole string, in segments; the output is the text of each query parameter that contains a
condition, with percent codes decoded and every segment still at its position in the file.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.segments import cut_segments, text_of
from cwql.lint.request_targets import dialect_of, parameter_of, place_of_url
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, QuoteStyle, TemplateSegment, cut
from cwql.source import Span
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context, RequestTarget

_PARAMETER = re.compile(r"(?:\A\s*|[?&](?:amp;)?)([A-Za-z_]{6,24})=")
_ENCODED_NEXT = re.compile(r"%26(?:child|customField)conditions(?:=|%3D)", re.IGNORECASE)
_NEXT = re.compile(r"&(?:amp;)?[A-Za-z$_](?:[\w./\[\]-]|%20)*+(?:=|$)|&(?:amp;)?(?=\ufffc)|&$")
_MORE = re.compile(r"&(?:amp;)?([A-Za-z_]\w*(?:/\w+)+(?==)|[A-Za-z_][\w.]*(?==(?:%2[27]|[\"'])))")
_CODES = re.compile(r"(?:%[0-9A-Fa-f]{2})+|\+|&amp;")
_QUOTE = re.compile(r"[\"']|%22|%27")
_RAW = re.compile(r"[&#+]")

JOINED = re.compile(r"\s*(?:[+%]|&(?!&)|<>|\.\.)\s*\S|\s+\.\s*\S|\.(?!\s|\Z)")
"""The operators after a quoted URL in code that joins it with more: ``"…?conditions=id=" + id``."""

LIMIT = 20_000
"""Longest path that is looked at in front of a query, in characters."""

_RESERVED = "".join(map(chr, range(33))) + '"#%&+<>[\\]^`{|}\x7f'
ENCODED = {sign: f"%{ord(sign):02X}" for sign in _RESERVED}
"""How a query that is already encoded spells characters that it cannot contain."""

SPARSE = {sign: f"%{ord(sign):02X}" for sign in "&#+"}
"""How a query that the program encodes later spells characters that would end it."""


def find_in_url(
    segments: Sequence[TemplateSegment], context: Context, start: int, end: int, language: str
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in the query of a URL.

    Diagnostics about characters that the server would read differently are added. `segments` are those of a whole
    string, ``start:end`` the span of the enclosing statement, in which markers count. A string without a query that
    names a condition parameter yields nothing.
    """
    text = text_of(segments)
    at = 0
    while (match := _PARAMETER.search(text, at)) is not None:
        at = match.end()
        name = match[1]
        parameter = parameter_of(name)
        if parameter is None:
            continue
        begin, stop = match.end(), _end(text, match.end())
        at = max(at, stop)
        value = text[begin:stop]
        if not value.strip(PLACEHOLDER):
            continue
        # ``/tickets?conditions=…&orderBy=…`` is no path of Automate, because one key is none of it.
        speaking = name if dialect_of(name) else next(filter(dialect_of, _PARAMETER.findall(text)), name)
        place = context.settle(start, end, speaking, place_of_url(_path(text, match.start())))
        if place.endpoint is None and not parameter.lower().endswith("conditions"):
            continue
        part = list(cut_segments(segments, begin, stop))
        spaced = " " in value
        if place.sure:
            yield from _stray(part, spaced)
            yield from _lost(segments, text, stop, place)
        decoded = list(_decode(part, spaced))
        # Values of earlier statements, such as that of a constant, are no part of the span.
        first = part[0].start
        span = Span(first, max([each.end for each in part if each.start >= first]))
        yield ConditionTemplate(decoded, parameter, place, span, language, encoded=True)


def _end(text: str, begin: int) -> int:
    """Return the end of the value of a parameter: before the next parameter, a fragment or the end of the text."""
    quote, last = "", begin
    for match in _RAW.finditer(text, begin):
        sign, at = match[0], match.start()
        quote, last = _quote_after(text[last:at], quote), at
        if (sign == "#" and not quote) or (sign == "&" and _NEXT.match(text, at) is not None):
            return at
    # A program may decode a URL before it sends it.
    following = _ENCODED_NEXT.search(text, begin)
    return len(text) if following is None else following.start()


def _path(text: str, query: int) -> str:
    """Return the text before the query: the URL, from the last blank, quote or bracket on."""
    head = text[max(0, query - LIMIT) : query]
    mark = head.rfind("?")
    if mark >= 0:
        head = head[:mark]
    return re.split(r"[\s\"'<>(]", head)[-1] if head else ""


def _decode(segments: Sequence[TemplateSegment], spaced: bool) -> Iterator[TemplateSegment]:
    """Yield the segments with their percent codes decoded.

    A query with blanks is encoded by the program later: in it, ``%`` may well be a wildcard, and ``+`` is a plus sign.
    """
    for segment in segments:
        quoting = _quoting(segment.quoting, spaced)
        if segment.kind != "same":
            yield replace(segment, quoting=quoting)
            continue
        at = 0
        for match in _CODES.finditer(segment.text):
            units = [] if spaced else list(_units(match[0]))
            if not units:
                continue
            if at < match.start():
                yield replace(cut(segment, at, match.start()), quoting=quoting)
            place = segment.start + match.start()
            for text, width in units:
                yield TemplateSegment(text, place, place + width, "escape", segment.literal, quoting)
                place += width
            at = match.end()
        if at < len(segment.text):
            yield replace(cut(segment, at, len(segment.text)), quoting=quoting)


def _units(codes: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a run of codes, each with the width of its code; nothing if the run is not UTF-8."""
    if codes == "+":
        yield " ", 1
        return
    if codes == "&amp;":
        yield "&", 5
        return
    # Imported here because it needs three modules, and most files have no codes.
    from urllib.parse import unquote_to_bytes

    try:
        decoded = unquote_to_bytes(codes).decode()
    except UnicodeDecodeError:
        return
    for sign in decoded:
        yield sign, 3 * len(sign.encode())


def _quoting(outer: QuoteStyle | None, spaced: bool) -> QuoteStyle | None:
    if outer is None:
        return None
    return QuoteStyle(outer.escapes, outer.refused, QuoteStyle(SPARSE if spaced else ENCODED))


def _lost(segments: Sequence[TemplateSegment], text: str, stop: int, place: RequestTarget) -> Iterator[Diagnostic]:
    """Yield a diagnostic for a comparison after a ``&`` that looks like a parameter: ``&status/name='New'``."""
    match = _MORE.match(text, stop)
    if match is None or parameter_of(match[1]) is not None or not ("/" in match[1] or _is_field(place, match[1])):
        return
    from cwql.rules.source import RAW_AMPERSAND

    sign = next(cut_segments(segments, stop, stop + 1))
    if sign.kind == "same":
        message = f"& ends the condition: no request has a parameter {match[1]}, so this comparison is left out"
        yield RAW_AMPERSAND.at(Span(sign.start, sign.end), message, hint="join comparisons with `and`")


def _is_field(place: RequestTarget, name: str) -> bool:
    """Return whether a name is a field of the records that an endpoint lists."""
    if place.dialect is None or place.endpoint is None:
        return False
    from cwql.language.dialects import DIALECTS
    from cwql.schema.catalog import catalog
    from cwql.schema.filtered_record import find_record
    from cwql.schema.record import Resolved

    names = catalog(place.dialect)
    parameter = next(record.parameters[0] for record in DIALECTS if record.name == place.dialect)
    record = find_record(names, names.find_endpoint(place.endpoint), parameter)
    return record is not None and isinstance(names.resolve(record.name, re.split(r"[/.]", name)), Resolved)


def _stray(segments: Sequence[TemplateSegment], spaced: bool) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each character that the server would read as part of the URL."""
    from cwql.diagnostics import Edit, Fix
    from cwql.rules.source import RAW_AMPERSAND

    what = {"&": "ends the parameter", "#": "ends the query", "+": "becomes a blank"}
    quote = ""
    for segment in segments:
        if segment.kind != "same":
            quote = _quote_after(segment.text, quote)
            continue
        at = 0
        for match in _RAW.finditer(segment.text):
            sign = match[0]
            quote, at = _quote_after(segment.text[at : match.start()], quote), match.end()
            if (sign == "+" and not spaced) or segment.text.startswith("&amp;", match.start()):
                continue
            if sign == "&" and spaced and not quote:
                # The checker reports that `&` does not join comparisons.
                continue
            span = Span(segment.start + match.start(), segment.start + match.end())
            code = SPARSE[sign]
            fixes = [Fix(f"write {code}", [Edit(span, code)])] if segment.quoting is not None else []
            message = f"{sign} inside the condition of a URL {what[sign]}: expected {code}"
            yield RAW_AMPERSAND.at(span, message, hint="let the HTTP client encode the parameters", fixes=fixes)
        quote = _quote_after(segment.text[at:], quote)


def _quote_after(text: str, quote: str) -> str:
    """Return the quote that is open after a text; `quote` is the one that is open before it."""
    for match in _QUOTE.finditer(text):
        sign = {"%22": '"', "%27": "'"}.get(match[0], match[0])
        quote = sign if not quote else "" if quote == sign else quote
    return quote
