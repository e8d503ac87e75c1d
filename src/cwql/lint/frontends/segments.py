"""Text in segments: its characters, its escapes, spans of it that are replaced, and the placeholders of data files and texts."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import says
from cwql.lint.frontends.syntax import COMMON, Escapes
from cwql.lint.templates.model import PLACEHOLDER, QuoteStyle, TemplateSegment, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Make = Callable[[int, int, TemplateSegment], Sequence[TemplateSegment]]
    Cut = tuple[int, int, Make]


def text_of(segments: Iterable[TemplateSegment]) -> str:
    """Return the text that segments make."""
    return "".join([segment.text for segment in segments])


CONTROLS = "".join(set(map(chr, range(32))) - set("\n\t\r"))
QUOTED = QuoteStyle({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}, CONTROLS)
"""Double quotes of JSON, YAML and TOML."""


_ESCAPES = Escapes("\\", {**COMMON, "_": "\xa0"})


def decode_escapes(
    text: str, start: int, end: int, escapes: re.Pattern[str], quoting: QuoteStyle = QUOTED
) -> list[TemplateSegment]:
    """Return the segments of the string whose inner text is ``text[start:end]``, in which a pattern matches the escapes."""
    segments: list[TemplateSegment] = []
    at = start
    for match in escapes.finditer(text, start, end):
        if at < match.start():
            segments.append(TemplateSegment(text[at : match.start()], at, match.start(), "same", 0, quoting))
        segments.append(TemplateSegment(_character(match[0]), match.start(), match.end(), "escape", 0, quoting))
        at = match.end()
    if at < end or not segments:
        segments.append(TemplateSegment(text[at:end], at, end, "same", 0, quoting))
    return segments


_JSON_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


def decode_json(text: str, start: int, end: int) -> list[TemplateSegment]:
    """Return the segments of the string of JSON whose inner text is ``text[start:end]``."""
    return decode_escapes(text, start, end, _JSON_ESCAPE)


def _character(escape: str) -> str:
    """Return the text of an escape of JSON, YAML, TOML, CSV or XML."""
    if escape[0] == "&":
        from html import unescape

        return unescape(escape)
    if escape[0] != "\\":
        # YAML folds lines without an escape.
        return escape[0] if escape in ("''", '""') else " "
    if len(escape) == 12:
        # A surrogate pair of JSON.
        return bytes.fromhex(escape[2:6] + escape[8:]).decode("utf-16-be")
    return "" if "\n" in escape else _ESCAPES.read(escape, 0, len(escape))[0]


def keep_only(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text with blanks for all but some spans, which are in order; its lines remain."""
    shown: list[str] = []
    at = 0
    for start, end in spans:
        shown += [re.sub(r"[^\n]", " ", text[at:start]), text[start:end]]
        at = end
    return "".join(shown)


def cut_segments(
    segments: Sequence[TemplateSegment], begin: int, stop: int, starts: Sequence[int] = ()
) -> Iterator[TemplateSegment]:
    """Yield the segments of ``text[begin:stop]``, the outer ones shortened; `starts` may give where each begins."""
    starts = starts or starts_of(segments)
    index = max(bisect_right(starts, begin) - 1, 0)
    while index < len(segments) and starts[index] < stop:
        segment, start = segments[index], starts[index]
        low, high = max(begin - start, 0), min(stop - start, len(segment.text))
        if low < high:
            yield cut(segment, low, high) if segment.kind == "same" else segment
        index += 1


def starts_of(segments: Sequence[TemplateSegment]) -> list[int]:
    """Return where each segment begins in the text that all of them make, and the length of that."""
    return [*accumulate([len(segment.text) for segment in segments], initial=0)]


def substitute(segments: Sequence[TemplateSegment], cuts: Iterable[Cut]) -> list[TemplateSegment]:
    """Return the segments with spans of their text replaced.

    A cut is ``(low, high, make)``, in rising order: ``make(start, end, segment)`` returns the replacement of
    ``text[low:high]``, which is ``start:end`` in the file and begins in `segment`.
    """
    cuts = list(cuts)
    if not cuts:
        return list(segments)
    starts = starts_of(segments)
    result: list[TemplateSegment] = []
    done = 0
    for low, high, make in cuts:
        replaced = list(cut_segments(segments, low, high, starts))
        result += cut_segments(segments, done, low, starts)
        result += make(replaced[0].start, replaced[-1].end, replaced[0])
        done = high
    return [*result, *cut_segments(segments, done, starts[-1], starts)]


TEMPLATES = re.compile(
    r"\$?\{\{(?:[^{}]++|\{[^{}]*+\})*+\}\}|\$\{[^{}]*\}|\$\([^()\n]*\)|\{[A-Za-z_][\w.]*\}|<%=[^%]*%>|%\([a-z_]\w*\)s|@\{[^{}]*\}|<<\w+>>"
)
"""Templates of other programs: ``{{name}}``, ``${name}``, ``$(name)``, ``{name}``, ``<%= name %>``, ``%(name)s``, ``@{name}``, ``<<name>>``."""

BLANKS = r"(?:(?<=[=(,\['\"])|(?<=[=<>(,] ))<[A-Za-z][\w-]*+(?: [\w-]++)*+>"
"""What a reader fills in: ``<your condition>``."""

PLACEHOLDERS = re.compile(
    rf"#\{{[^{{}}]*\}}|\\\([^()]*\)|\$\w+|(?<![\w.])@[A-Za-z_][\w.]*|%[sdif@](?![0-9A-Fa-f])|\{{\d*\}}|{TEMPLATES.pattern}|<[A-Za-z][\w-]*>|{BLANKS}|(?<=\[)(?!now\]|today\])[A-Za-z]\w*(?=\])|(?<![\w.])\.\.\.|…"
)
"""Placeholders that a reader fills in, in prose and in requests that are saved for sending by hand."""

_CONVERSION = re.compile(
    r"\.to(?:ISO|ISOString|Format|UTC)\([^()]*\)\s*\}|\.format\(\s*['\"][yYMD][^()]*\)\s*\}|\|\s*(?:int|float)\b"
    r"|\b(?:int|parseInt|parseNumber|Number|length|formatDate|formatDateTime|utcNow|startOf\w+|strftime)\("
    r"|ansible_date_time\.|\$(?:now|today)\b|\biso8601\b|\bdefault\(['\"]\d{4}-\d\d|\bnow\s*\}"
    r"|\{\s*(?:\w+_)?(?:ds|ts)(?:_nodash\w*)?\s*\}|\b(?:data_interval|execution|logical)_(?:start|end|date)\b|\$\{__(?:from|to)\b"
)
"""Conversions in a template to a number or a date, and dates of Ansible, Airflow and Grafana."""

_ID = re.compile(r"[.'\"](?:\w*(?:_i|[a-z]I)|[iI])[dD]['\")\]]*\s*\}")
"""The end of a template for the id of a record."""

_INPUT = re.compile(
    r"\$json\b(?![\w.]*+(?<=\.id))|\b(?:body|query|params|headers|form|inputs?|trigger\w*)\b", re.IGNORECASE
)
"""Parts of a template that say that anybody may send the value; ``$json.id`` of n8n is the id of the record at hand."""


def open_placeholders(
    segments: Sequence[TemplateSegment], pattern: re.Pattern[str] = TEMPLATES, safe: bool = False
) -> list[TemplateSegment]:
    """Return the segments with every template in them as a placeholder; `safe` if a person fills it in and not a program."""

    def placeholder(match: re.Match[str]) -> Make:
        record = _ID.search(match[0]) is not None and _INPUT.search(match[0]) is None
        known = safe or record or _CONVERSION.search(match[0]) is not None
        # ``{{ stream_interval["start_time"] }}``
        number = says(match[0].rstrip(" }")) == "number" and _INPUT.search(match[0]) is None
        # ``$value`` of n8n is that of the parameter at hand, which its author gives a type.
        origin = "number" if number else "" if "$value" in match[0] else "given"
        return lambda start, end, first: (
            TemplateSegment(
                PLACEHOLDER, start, end, "placeholder", first.literal, first.quoting, match[0], known, origin=origin
            ),
        )

    matches = pattern.finditer(text_of(segments))
    return substitute(segments, [(match.start(), match.end(), placeholder(match)) for match in matches])


def without_sign(segments: Sequence[TemplateSegment]) -> Sequence[TemplateSegment]:
    """Return the segments without the ``=`` that n8n puts before a text with expressions in it."""
    first = segments[0]
    if first.kind != "same" or not first.text.startswith("=") or not any("{{" in segment.text for segment in segments):
        return segments
    rest = cut(first, 1, len(first.text))
    return [rest, *segments[1:]] if rest.text else segments[1:]
