"""Named texts in data files: the common part of JSON, YAML and TOML.

A file is a tree of scopes (objects, tables, list items); an entry is a text under a key in one of them. A condition is
an entry whose key names a parameter; its target is a path or URL in its own scope, or in one around it.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import says
from cwql.lint.frontends.segments import QUOTED, cut_segments, substitute, text_of
from cwql.lint.frontends.urls import find_in_url
from cwql.lint.request_targets import parameter_of, place_of_url
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, QuoteStyle, TemplateSegment, cut
from cwql.source import Span
from cwql.value import Value, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.segments import Make
    from cwql.lint.request_targets import Context, RequestTarget

TEMPLATES = re.compile(
    r"\$?\{\{(?:[^{}]++|\{[^{}]*+\})*+\}\}|\$\{[^{}]*\}|\$\([^()\n]*\)|\{[A-Za-z_][\w.]*\}|<%=[^%]*%>|%\([a-z_]\w*\)s|@\{[^{}]*\}|<<\w+>>"
)
"""Templates of other programs: ``{{name}}``, ``${name}``, ``$(name)``, ``{name}``, ``<%= name %>``, ``%(name)s``, ``@{name}``, ``<<name>>``."""

PLACEHOLDERS = re.compile(
    rf"#\{{[^{{}}]*\}}|\\\([^()]*\)|\$\w+|(?<![\w.])@[A-Za-z_][\w.]*|%[sdif@](?![0-9A-Fa-f])|\{{\d*\}}|{TEMPLATES.pattern}|<[A-Za-z][\w-]*>|(?<=\[)(?!now\]|today\])[A-Za-z]\w*(?=\])|(?<![\w.])\.\.\.|…"
)
"""Placeholders that a reader fills in, in prose and in requests that are saved for sending by hand."""


_VARIABLES = re.compile(r"(?<![\w'\"/.%$<{])[A-Z][A-Z0-9]*+_[A-Z0-9_]++(?![\w'\"/.(>}])|\[\[\w++\]\]")
"""Variables of tools for integration, whose values have any form that fits: ``[GLOBAL_START_DATE]``, ``'[[code]]'``."""

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

_INNER_URL = re.compile(r'(?<=")https?://(?:[^"\\\n]|\\["\\/])++(?=")|https?://[^\s"<>\\]++')
"""A URL in JSON that is in a string: the whole of a text, which may have blanks, or up to a blank."""

_SENTENCE = re.compile(r"\s*+(?:(?:GET|POST) ++)?+(?:[^?\s]*+\s[^?\n]*+\?|[^\n]*+\n\s*+https?://)")
"""How a text begins in which a URL has something before it, or another one in the next line."""

_INNER_ESCAPE = re.compile(r"\\(.)")
_INNER_QUOTING = QuoteStyle(QUOTED.escapes, QUOTED.refused, QUOTED)


class Entry(Value):
    """A text in a data file: its scope, its key (empty in a list), its segments, and its span including quotes."""

    scope: int
    key: str
    segments: Sequence[TemplateSegment]
    start: int
    end: int

    @property
    def text(self) -> str:
        """Return the text that the file carries."""
        return text_of(self.segments)


class Tree:
    """The entries of a file whose texts and signs are added in order; `parents` has the scope around each scope.

    `valued` is True between the sign after a key and the end of its value.
    """

    __slots__ = ("around", "entries", "key", "parents", "scope", "valued")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.parents = [-1]
        self.scope, self.key, self.valued = 0, "", False
        self.around: list[tuple[int, str, str]] = []

    def open(self, parent: int) -> None:
        """Begin a scope in another one."""
        self.parents.append(parent)
        self.scope, self.key, self.valued = len(self.parents) - 1, "", False

    def text(self, segments: Sequence[TemplateSegment], start: int, end: int) -> None:
        """Add a text: a value, an item of a list, or a key."""
        if self.valued or (self.around and self.around[-1][2] == "["):
            self.entries.append(Entry(self.scope, self.key if self.valued else "", segments, start, end))
            self.valued = False
        else:
            self.key = text_of(segments)

    def sign(self, sign: str) -> None:
        """Add a bracket, or a sign between keys, values and items."""
        if sign in "{[":
            self.around.append((self.scope, self.key, sign))
            self.open(self.scope)
        elif sign in "}]" and self.around:
            self.scope, self.key, _ = self.around.pop()
        self.valued = sign in ":="


def find_in_entries(
    entries: Sequence[Entry], parents: Sequence[int], context: Context, language: str, safe: bool = False
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions among the entries; `parents` gives the scope around each scope, -1 for the outermost.

    `safe` is True if a person sets the variables of the templates, as in API collections.
    """

    def opened(segments: Sequence[TemplateSegment]) -> list[TemplateSegment]:
        return open_placeholders(open_placeholders(segments, _VARIABLES, safe=True), safe=safe)

    own: dict[int, RequestTarget | None] = {}
    for entry in entries:
        text = entry.text
        if "?" in text and "=" in text and text.lstrip()[:1] in ("{", "[") and '":' in text:
            # JSON in a string: a URL ends with the string around it.
            for match in _INNER_URL.finditer(text):
                inner = _decode_inner(list(cut_segments(entry.segments, match.start(), match.end())))
                yield from find_in_url(opened(inner), context, entry.start, entry.end, language)
        elif "?" in text and "=" in text:
            for url in _urls_of(entry.segments, text):
                yield from find_in_url(opened(url), context, entry.start, entry.end, language)
        place = _place_of(text) if parameter_of(entry.key) is None else None
        if place is not None:
            # If a scope has two paths, neither is evidence for a condition in it.
            own[entry.scope] = place if own.get(entry.scope, place) == place else None
    for entry in entries:
        parameter = parameter_of(entry.key)
        if parameter is None or not entry.text.strip():
            continue
        segments = without_sign(entry.segments)
        if TEMPLATES.fullmatch(text_of(segments).strip()):
            continue
        around: list[RequestTarget | None] = []
        scope = entry.scope
        for _ in range(4):
            if scope < 0:
                break
            around.append(own.get(scope))
            scope = parents[scope]
        place = context.settle(entry.start, entry.end, entry.key, *around)
        if place.endpoint is not None or parameter.lower().endswith("conditions"):
            yield ConditionTemplate(opened(segments), parameter, place, Span(entry.start, entry.end), language)


def _urls_of(segments: Sequence[TemplateSegment], text: str) -> Iterator[Sequence[TemplateSegment]]:
    """Yield the segments of a text that is a URL, or of the URLs in a sentence, a command or a list."""
    if _SENTENCE.match(TEMPLATES.sub("", text)) is None:
        yield segments
        return
    from cwql.lint.frontends.text import find_in_text

    yield from find_in_text(segments)


def _decode_inner(segments: Sequence[TemplateSegment]) -> list[TemplateSegment]:
    """Return the segments of a string of JSON, inside of another string, with its escapes decoded."""

    def character(match: re.Match[str]) -> Make:
        return lambda start, end, first: (
            TemplateSegment(match[1], start, end, "escape", first.literal, _INNER_QUOTING),
        )

    plain = [replace(each, quoting=_INNER_QUOTING) for each in segments]
    escapes = _INNER_ESCAPE.finditer(text_of(plain))
    return substitute(plain, [(match.start(), match.end(), character(match)) for match in escapes])


def trust_inputs(found: ConditionTemplate, pattern: re.Pattern[str], names: Collection[str]) -> ConditionTemplate:
    """Return a condition in which the values of some inputs are safe, whose names are the first group of a pattern."""
    segments = [
        replace(each, safe=True)
        if (match := pattern.search(each.expression)) is not None and match[1] in names
        else each
        for each in found.segments
    ]
    return replace(found, segments=segments)


def _place_of(text: str) -> RequestTarget | None:
    """Return the place that a path or URL names; a single word is too weak a sign."""
    if "/" not in text or len(text) > 2000:
        return None
    for verb in ("GET ", "POST "):
        text = text.removeprefix(verb)
    return place_of_url(text)


def open_placeholders(
    segments: Sequence[TemplateSegment], pattern: re.Pattern[str] = TEMPLATES, safe: bool = False
) -> list[TemplateSegment]:
    """Return the segments with every template in them as a placeholder; `safe` if a person fills it in and not a program."""

    def placeholder(match: re.Match[str]) -> Make:
        record = _ID.search(match[0]) is not None and _INPUT.search(match[0]) is None
        known = safe or record or _CONVERSION.search(match[0]) is not None
        # ``{{ stream_interval["start_time"] }}``
        number = says(match[0].rstrip(" }")) == "number" and _INPUT.search(match[0]) is None
        origin = "number" if number else "given"
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
