"""A small builder of `Found`: ``«name»`` is a placeholder, ``«name!»`` a safe one, ``«ids;joint»`` a joined list."""

from __future__ import annotations

import re

from cwql.lint.places import Place
from cwql.lint.templates.model import HOLE, Found, Piece, QuoteStyle
from cwql.source import Span

QUOTING = QuoteStyle({'"': '\\"', "\\": "\\\\"}, "\n")
_HOLE = re.compile(r"«([^«»!;]+)(!?)(?:;([^«»]*))?»")


def write(
    text: str,
    endpoint: str | None = "/service/tickets",
    *,
    dialect: str | None = "manage",
    parameter: str = "conditions",
    language: str = "python",
    quoting: QuoteStyle | None = QUOTING,
) -> Found:
    """Return the text as a condition in a file with the same text."""
    pieces: list[Piece] = []
    at = 0
    for match in _HOLE.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()], at, match.start(), "same", 0, quoting))
        pieces.append(Piece(HOLE, match.start(), match.end(), "hole", 0, quoting, match[1], bool(match[2]), match[3]))
        at = match.end()
    if at < len(text) or not pieces:
        pieces.append(Piece(text[at:], at, len(text), "same", 0, quoting))
    return Found(pieces, parameter, Place(dialect, endpoint, sure=True), Span(0, len(text)), language)
