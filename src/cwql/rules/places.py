"""The spans of the parts of a comparison: path, segments, operator, values.

A comparison of the tree has only its own span, because most are never reported and a span for each part would need more
memory than the tree itself. The parts are located here when a rule reports something.
"""

from __future__ import annotations

from bisect import bisect_left

from cwql.language.literals import TERMINALS
from cwql.language.parsing.parser import fast_parser
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Comparison
    from cwql.language.parsing.lexer import Token

_VALUES = frozenset(TERMINALS)


class Place(Value):
    """The spans of one comparison: of the whole, the `path` and its `segments`, the `operator`, each of the `values`.

    `operator` includes a ``not`` before the word; `literals` are the values as they are written.
    """

    whole: Span
    path: Span
    segments: tuple[Span, ...]
    operator: Span
    values: tuple[Span, ...]
    literals: tuple[str, ...]


def locate(text: str, comparison: Comparison, record: Dialect, tokens: Sequence[Token] | None = None) -> Place | None:
    """Locate the parts of a comparison in the text that it was parsed from.

    The comparison must have a span in `text`. Its path and values may come from lenient spellings (a slash path, an
    unquoted date); the spans are those of the written text. For a comparison that recovery assembled (``is null``,
    ``between``, a value without quotes) only the parts that the text contains are returned; None if not even the path
    is. `tokens` are those of the whole text, if they are at hand.
    """
    whole = comparison.span
    assert whole is not None, "a built comparison has no text: print it and parse it again"
    match = fast_parser(record).match_comparison(text, whole.start, whole.end)
    if match is not None:
        place = _read_match(text, match, whole, comparison, record)
        if place is not None:
            return place
    from cwql.language.parsing.lexer import tokenize

    offset = whole.start
    if tokens is None:
        tokens = list(tokenize(text[whole.start : whole.end], record.name))
    else:
        offset = 0
        first = bisect_left(tokens, whole.start, key=_start)
        tokens = tokens[first : bisect_left(tokens, whole.end, first, key=_start)]
    if not tokens or tuple(tokens[0].text.replace("/", ".").split(".")) != comparison.path.segments:
        return None
    path, rest = tokens[0], tokens[1:]
    words = [token for token in rest if token.kind in ("NOT", "COMPARE", "TEXT", "IN")]
    values = [token for token in rest if token.kind in _VALUES]
    ends = (words[0].start, words[-1].end) if words else (path.end, path.end)
    return Place(
        whole,
        _span(path, offset),
        split_path(path.text, offset + path.start),
        Span(offset + ends[0], offset + ends[1]),
        tuple([_span(token, offset) for token in values]),
        tuple([token.text for token in values]),
    )


def _read_match(text: str, match: re.Match[str], whole: Span, comparison: Comparison, record: Dialect) -> Place | None:
    """Return the parts that the pattern of the fast path finds, which takes a tenth of the time of tokens."""
    path = Span(*match.span("PATH"))
    written = match["PATH"]
    if path.start != whole.start or tuple(written.replace("/", ".").split(".")) != comparison.path.segments:
        return None
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "LIST":
        values, literals = [], []
        for item in fast_parser(record).find_items(text, start, end):
            values.append(Span(*item.span(item.lastgroup or 0)))
            literals.append(item[item.lastgroup or 0])
        words = text[path.end : start].rstrip().removesuffix("(").rstrip()
        operator = Span(path.end + len(words) - len(words.lstrip()), path.end + len(words))
    else:
        values, literals = [Span(start, end)], [match[kind]]
        operator = Span(*match.span("RELATION"))
    return Place(whole, path, split_path(written, path.start), operator, tuple(values), tuple(literals))


def split_path(text: str, offset: int) -> tuple[Span, ...]:
    """Return the span of every segment of a path that starts at `offset`."""
    spans, start = [], 0
    for index, character in enumerate(text):
        if character in "/.":
            spans.append(Span(offset + start, offset + index))
            start = index + 1
    spans.append(Span(offset + start, offset + len(text)))
    return tuple(spans)


def _start(token: Token) -> int:
    return token.start


def _span(token: Token, offset: int) -> Span:
    return Span(offset + token.start, offset + token.end)
