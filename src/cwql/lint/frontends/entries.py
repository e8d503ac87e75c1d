"""Named texts in data files: the common part of JSON, YAML and TOML.

A file is a tree of scopes (objects, tables, list items); an entry is a text under a key in one of them. A condition is
an entry whose key names a parameter; its target is a path or URL in its own scope, or in one around it.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.segments import (
    BLANKS,
    QUOTED,
    TEMPLATES,
    cut_segments,
    open_placeholders,
    substitute,
    text_of,
    without_sign,
)
from cwql.lint.frontends.urls import find_in_url
from cwql.lint.request_targets import parameter_of, place_of_url
from cwql.lint.templates.model import ConditionTemplate, QuoteStyle, TemplateSegment
from cwql.source import Span
from cwql.value import Value, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.segments import Make
    from cwql.lint.request_targets import Context, RequestTarget

_VARIABLES = re.compile(
    rf"(?<![\w'\"/.%$<{{])[A-Z][A-Z0-9]*+_[A-Z0-9_]++(?![\w'\"/.(>}}])|\[\[\w++\]\]|(?<!<){BLANKS}(?!>)"
)
"""Variables of tools for integration, whose values have any form that fits: ``[GLOBAL_START_DATE]``, ``'[[code]]'``, ``<your id>``."""

_INNER_URL = re.compile(
    r'(?<=\\")https?://[^"\\\n]++|(?<=")https?://(?:[^"\\\n]|\\["\\/])++(?=")|https?://[^\s"<>\\]++'
)
"""A URL in JSON that is in a string, or in a string in that: the whole of a text, which may have blanks, or up to a blank."""

_SENTENCE = re.compile(r"\s*+(?:(?:GET|POST) |[^?\s]*+\s[^?\n]*+\?|[^\n]*+\n\s*+https?://)")
"""How a text begins in which a URL has something before it, such as its method, or another one in the next line."""

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

    `valued` is True between the sign after a key and the end of its value; `lists` has the key of each list by its scope.
    """

    __slots__ = ("around", "entries", "key", "lists", "parents", "scope", "valued")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.parents = [-1]
        self.scope, self.key, self.valued = 0, "", False
        self.around: list[tuple[int, str, str]] = []
        self.lists: dict[int, str] = {}

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
            key = self.key
            self.open(self.scope)
            if sign == "[":
                self.lists[self.scope] = key
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
