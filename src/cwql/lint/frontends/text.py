"""Conditions in any text: URLs with a query (``/service/tickets?conditions=…``), and lines that are a query (``conditions=…``)."""

from __future__ import annotations

from cwql.language.operators import TEXT_WORD
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.segments import PLACEHOLDERS, cut_segments, decode_escapes, open_placeholders, text_of
from cwql.lint.frontends.urls import JOINED, find_in_url
from cwql.lint.heuristics import has_open_end
from cwql.lint.templates.model import QuoteStyle, TemplateSegment
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_TAIL = re.compile(
    r"(?<!\s)(?:\s++HTTP/[\d.]++\s*+\Z|\s++[1-5]\d\d\s++[\d.-]++\s?m?s\b|\s++(?:[-=]>|→)\s|\s*+\\\s*+\Z|\s++\Z)"
)
"""What follows the URL in a line that is a request: the protocol, the status and duration of a log, or an arrow with the response."""

_REFUSED = re.compile(r"\s++(?:(?:[-=]>|→)\s++)?+4\d\d\b")
"""How the response to a request begins that the server refused: that its condition is wrong is known."""

_REFUSES = re.compile(r"(?<![\w.,:-])4\d\d (?:[A-Z]|for\b)")
"""What comes before the URL of such a request: ``400 Client Error: Bad Request for url: ``."""

_GOES_ON = re.compile(rf"\s+(?:[=!<>(]|(?:and|or|not|in|is|between|{TEXT_WORD})\b|\w[\w -]*+>)", re.IGNORECASE)
_PAIRS = {
    '"': '"', "'": "'", "`": "`", "(": r"\)", "<": ">", "“": "”", "‘": "’", ">": r"\s*+<[/!A-Za-z]",
    "[": r"\]\]>|\]\(",
}  # fmt: skip
_CLOSING = {sign: re.compile(pattern) for sign, pattern in _PAIRS.items()}
"""What ends a text, by the sign in front of it: that of ``[`` ends CDATA of XML, and the text of a link in Markdown."""

VARIABLES = re.compile(r"\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*")
"""Variables of a shell."""

_CELLS = {sign: re.compile(rf'"(?P<quoted>(?:[^"]|"")*+)"(?={sign}|\s*+\Z)|[^{sign}]++') for sign in ",;\t"}
"""Cells of a row, by the sign between them."""

_DOUBLED = re.compile(r'""')
PLAIN = QuoteStyle({}, "\n\r")
_CELL = QuoteStyle({'"': '""'}, "\n\r")
_MARKUP = QuoteStyle({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}, "\n\r")
_ENTITY = re.compile(r"&(?:quot|apos|lt|gt|#\d{1,6}|#[xX][0-9A-Fa-f]{1,5});")
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
    name = source.name.lower()
    cells = None
    if name.endswith(".csv"):
        head = text.partition("\n")[0]
        cells = _CELLS[max(_CELLS, key=head.count)]
    form = TextForm("text", variables, guessed=True, cells=cells, markup=text[:1000].lstrip().startswith("<"))
    yield from find_in_lines(text, 0, len(text), context, form)


class TextForm(Value):
    """What the lines of a text in a language may contain.

    `variables` are filled by a program; text that is `guessed` to be prose may be code in an unknown language. With `cells`,
    each line is a row; `markup` has entities such as ``&quot;``.
    """

    language: str
    variables: re.Pattern[str] | None = None
    guessed: bool = False
    cells: re.Pattern[str] | None = None
    markup: bool = False


def find_in_lines(
    text: str, start: int, end: int, context: Context, form: TextForm
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in the lines of ``text[start:end]``."""
    at = start
    # Most lines of most texts have none: one search passes them all over. A word is looked for again once it is reached,
    # because a search from each line for one that the text has not takes quadratic time.
    places = {word: text.find(word, start, end) for word in ("ondition", "ONDITION")}
    while at < end:
        places = {word: text.find(word, at, end) if -1 < place < at else place for word, place in places.items()}
        near = min([place for place in places.values() if place >= 0], default=-1)
        if near < 0:
            return
        low = max(text.rfind("\n", at, near) + 1, at)
        high = text.find("\n", near, end)
        high = end if high < 0 else high
        if high - low <= LINE_LIMIT:
            if form.cells is None:
                yield from _find_in_part(text, low, high, context, form)
            for cell in form.cells.finditer(text, low, high) if form.cells is not None else ():
                if cell["quoted"]:
                    for url in find_in_text(decode_escapes(text, *cell.span("quoted"), _DOUBLED, _CELL)):
                        yield from find_in_url(url, context, *cell.span(), form.language)
                else:
                    yield from _find_in_part(text, *cell.span(), context, form)
        at = high + 1


def _find_in_part(
    text: str, low: int, high: int, context: Context, form: TextForm
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions in a line, or in a cell of it."""
    for begin, stop in _find_urls(text, low, high, form.guessed):
        if form.markup:
            segments = decode_escapes(text, begin, stop, _ENTITY, _MARKUP)
        else:
            segments = [TemplateSegment(text[begin:stop], begin, stop, "same", 0, PLAIN)]
        if form.variables is not None:
            segments = open_placeholders(segments, form.variables)
        yield from find_in_url(open_placeholders(segments, PLACEHOLDERS, safe=True), context, low, high, form.language)


def find_in_text(segments: Sequence[TemplateSegment]) -> Iterator[list[TemplateSegment]]:
    """Yield the segments of each URL with a condition in a text of a data file that contains more than a URL."""
    text = text_of(segments)
    low = 0
    for line in text.splitlines(keepends=True):
        high = low + len(line)
        for begin, stop in _find_urls(text, low, high, True) if len(line) <= LINE_LIMIT else ():
            yield open_placeholders(list(cut_segments(segments, begin, stop)), PLACEHOLDERS, safe=True)
        low = high


def _find_urls(text: str, low: int, high: int, guessed: bool) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each URL with a condition in a line."""
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
        yield begin, stop


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
    while begin > floor and not text[begin - 1].isspace() and text[begin - 1] not in "\"'`(<>[“‘,;|":
        begin -= 1
    verb = _VERB.search(text, max(low, begin - 10), begin)
    before = (verb.start() if verb is not None else begin) - 1
    opening = text[before] if before >= low else ""
    if _REFUSES.search(text, low, begin) is not None:
        return begin, -1
    if opening in _CLOSING:
        return begin, _closing(text, value, high, _CLOSING[opening], verb is not None)
    prefix = _PROMPT.match(text, low, high)
    if prefix is not None and prefix.end() == begin:
        # A line that is a request, or a query: blanks belong to it.
        tail = _TAIL.search(text, value, high)
        if tail is not None and _REFUSED.match(text, tail.start(), high) is not None:
            return begin, -1
        return begin, tail.start() if tail is not None else high
    stop = _blank(text, value, high)
    # In running text the end of a condition with blanks in it is unknown.
    return begin, -1 if _GOES_ON.match(text, stop, high) else stop


def _closing(text: str, start: int, end: int, closing: re.Pattern[str], request: bool) -> int:
    """Return where a text ends that a sign closes, without the protocol at the end of a `request` in a log."""
    for match in closing.finditer(text, start, end):
        if text[match.start() - 1] != "\\":
            tail = _TAIL.search(text, start, match.start()) if request else None
            return match.start() if tail is None else tail.start()
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
    while end > start and text[end - 1] in ".,;:?)`":
        end -= 1
    return end
