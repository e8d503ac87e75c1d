r"""A condition in a source file: `Found`, made of pieces that record where they came from.

::

    params={"conditions": f"summary contains \"{word}\" and id=1"}
                            ~~~~~~~~~~~~~~~~~~~  ......  ~~~~~~~~  same: the text is that of the file
                                             ^^        ^^          escape: one character, written as two
                                                ^^^^^^             hole: a placeholder, filled at run time
"""

from __future__ import annotations

from cwql.value import Value, slot_setter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal, TypeAlias

    from cwql.lint.places import Place
    from cwql.source import Span

    Kind: TypeAlias = Literal["same", "escape", "hole"]

HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Represents a placeholder in `Found.text`."""


class QuoteStyle(Value):
    """How a kind of literal spells text, so that an edit keeps it valid.

    `escapes` maps a character to its spelling, `refused` contains characters that the literal cannot contain; `inner`
    is the quoting inside the literal (percent-encoding inside a string).
    """

    escapes: Mapping[str, str]
    refused: str = ""
    inner: QuoteStyle | None = None

    def __hash__(self) -> int:
        return hash((tuple(self.escapes.items()), self.refused, self.inner))

    def encode(self, text: str) -> str | None:
        """Return the spelling of a text inside the literal; None if the literal cannot contain it."""
        if self.inner is not None:
            inner = self.inner.encode(text)
            if inner is None:
                return None
            text = inner
        if any(sign in self.refused for sign in text):
            return None
        return "".join([self.escapes.get(sign, sign) for sign in text])


class Piece(Value):
    r"""A span of a condition and its position in the file: ``source[start:end]``.

    `text` is the text at run time. A ``same`` piece has the text of the file, an ``escape`` is a unit with another
    spelling (``\n``, ``%20``, ``''``), a ``hole`` is a placeholder with the text `HOLE` and the `expression` that
    fills it. `safe` is True if its value cannot contain a quote or an operator (a number, a date that the program
    formats, a literal from another place); `joint` is the separator of a joined list of texts. `quoting` is that of the
    literal around the piece, None if nothing may be edited; for a placeholder between two literals it is None, since
    nothing can be written next to it. `literal` numbers the literals of a condition that is put together from several.
    """

    text: str
    start: int
    end: int
    kind: Kind
    literal: int
    quoting: QuoteStyle | None
    expression: str
    safe: bool
    joint: str | None

    def __init__(  # noqa: PLR0913  # one argument for each field
        self,
        text: str,
        start: int,
        end: int,
        kind: Kind = "same",
        literal: int = 0,
        quoting: QuoteStyle | None = None,
        expression: str = "",
        safe: bool = False,
        joint: str | None = None,
    ) -> None:
        _set_text(self, text)
        _set_start(self, start)
        _set_end(self, end)
        _set_kind(self, kind)
        _set_literal(self, literal)
        _set_quoting(self, quoting)
        _set_expression(self, expression)
        _set_safe(self, safe)
        _set_joint(self, joint)

    def with_quoting(self, quoting: QuoteStyle | None) -> Piece:
        """Return the piece in a literal with another quoting."""
        return Piece(
            self.text, self.start, self.end, self.kind, self.literal, quoting, self.expression, self.safe, self.joint
        )


_set_text, _set_start, _set_end = [slot_setter(Piece, name) for name in ("text", "start", "end")]
_set_kind, _set_literal, _set_quoting = [slot_setter(Piece, name) for name in ("kind", "literal", "quoting")]
_set_expression, _set_safe, _set_joint = [slot_setter(Piece, name) for name in ("expression", "safe", "joint")]


class Found(Value):
    """A text that is sent in a query parameter.

    `parameter` is its name in the API's spelling (``conditions``), `place` the known dialect and endpoint, `span` the
    span in the file from the first to the last character of its literals, including quotes. `encoded` is True if the
    text is part of a URL, in which ``%`` and ``+`` are escapes; `partial` is True if it is one item of a list that is
    joined later.
    """

    pieces: tuple[Piece, ...]
    parameter: str
    place: Place
    span: Span
    language: str
    encoded: bool
    partial: bool

    def __init__(  # noqa: PLR0913  # one argument for each field
        self,
        pieces: Iterable[Piece],
        parameter: str,
        place: Place,
        span: Span,
        language: str,
        encoded: bool = False,
        partial: bool = False,
    ) -> None:
        _set_pieces(self, tuple(pieces))
        _set_parameter(self, parameter)
        _set_place(self, place)
        _set_span(self, span)
        _set_language(self, language)
        _set_encoded(self, encoded)
        _set_partial(self, partial)

    @property
    def text(self) -> str:
        """Return the text at run time, with `HOLE` for each placeholder."""
        pieces = self.pieces
        return pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])


_set_pieces, _set_parameter, _set_place = [slot_setter(Found, name) for name in ("pieces", "parameter", "place")]
_set_span, _set_language = slot_setter(Found, "span"), slot_setter(Found, "language")
_set_encoded, _set_partial = slot_setter(Found, "encoded"), slot_setter(Found, "partial")


def show_text(found: Found) -> str:
    """Return the text of a condition with ``{expression}`` for each placeholder."""
    return "".join(
        [f"{{{piece.expression.strip('{}')}}}" if piece.text == HOLE else piece.text for piece in found.pieces]
    )


def cut(piece: Piece, low: int, high: int) -> Piece:
    """Return a stretch of a piece of kind ``same``."""
    start = piece.start
    return Piece(piece.text[low:high], start + low, start + high, "same", piece.literal, piece.quoting)
