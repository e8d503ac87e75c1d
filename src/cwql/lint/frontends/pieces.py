"""String methods on text in pieces: replace, strip, dedent."""

from __future__ import annotations

import re

from cwql.lint.templates.model import Piece, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Make = Callable[[int, int, Piece], Sequence[Piece]]
    Cut = tuple[int, int, Make]

_MARGIN = re.compile(r"(?:\A|(?<=\n))([ \t]*)(?=[^ \t\n])")
_INDENT = re.compile(r"(?:\A|(?<=\n))[ \t]+")


def text_of(pieces: Iterable[Piece]) -> str:
    """Return the text that pieces make."""
    return "".join([piece.text for piece in pieces])


def substitute(pieces: Sequence[Piece], cuts: Iterable[Cut]) -> list[Piece]:
    """Return the pieces with spans of their text replaced.

    A cut is ``(low, high, make)``, in rising order: ``make(start, end, piece)`` returns the replacement of
    ``text[low:high]``, which is ``start:end`` in the file and begins in `piece`.
    """
    cuts = list(cuts)
    if not cuts:
        return list(pieces)
    result: list[Piece] = []
    index, base = 0, 0
    done = 0

    def copy(upto: int) -> None:
        nonlocal index, base, done
        while index < len(pieces) and done < upto:
            piece = pieces[index]
            high = min(upto - base, len(piece.text))
            low = done - base
            if low < high:
                result.append(cut(piece, low, high) if piece.kind == "same" else piece)
            done = base + high
            if high == len(piece.text):
                base += len(piece.text)
                index += 1

    def drop(upto: int) -> tuple[int, int, Piece]:
        nonlocal index, base, done
        first = pieces[min(index, len(pieces) - 1)]
        start = end = first.start + (done - base if first.kind == "same" else 0)
        while index < len(pieces) and done < upto:
            piece = pieces[index]
            high = min(upto - base, len(piece.text))
            end = piece.start + high if piece.kind == "same" else piece.end
            done = base + high
            if high == len(piece.text):
                base += len(piece.text)
                index += 1
        return start, end, first

    for low, high, make in cuts:
        copy(low)
        result.extend(make(*drop(high)))
    copy(sum([len(piece.text) for piece in pieces]))
    return result


def _nothing(start: int, end: int, piece: Piece) -> Sequence[Piece]:
    return ()


def strip(pieces: Sequence[Piece], left: bool = True, right: bool = True, signs: str | None = None) -> list[Piece]:
    """Return the pieces as `str.strip` would leave them."""
    text = text_of(pieces)
    low = len(text) - len(text.lstrip(signs)) if left else 0
    high = len(text.rstrip(signs)) if right else len(text)
    if low >= high:
        return []
    return substitute(pieces, [(0, low, _nothing), (high, len(text), _nothing)])


def dedent(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces as `textwrap.dedent` would leave them."""
    text = text_of(pieces)
    indents = [match[1] for match in _MARGIN.finditer(text)]
    margin = indents[0] if indents else ""
    for indent in indents:
        while not indent.startswith(margin):
            margin = margin[:-1]
    width = len(margin)
    cuts: list[Cut] = []
    for match in _INDENT.finditer(text):
        blank = match.end() == len(text) or text[match.end()] == "\n"
        high = match.end() if blank else min(match.start() + width, match.end())
        cuts.append((match.start(), high, _nothing))
    return substitute(pieces, cuts)
