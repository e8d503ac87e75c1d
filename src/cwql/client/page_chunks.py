"""A page in chunks: a long JSON list as several short ones, cut between its records.

pydantic parses a whole text before it creates the first record. For a page of some megabytes that needs memory which
exceeds the processor's caches and must be allocated by the system each time: a quarter of the page's cost. Chunks of 64
KB avoid it.

A cut is a guess that parsing verifies: a chunk is closed by a bracket, so a cut inside a text or inside an inner list
leaves a chunk that is not valid JSON. The caller then parses the page as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PIECE", "divide"]

PIECE = 1 << 16
"""About how many bytes a piece has; a page is divided from twice that."""

_TEXT = rb'"(?:[^"\\]|\\.)*+"'
_VALUE = rb"(?:%b|[^\s\",{}\[\]]++)" % _TEXT
_START = rb"\[\s*+(\{\s*+%b\s*+:\s*+)%b(\s*+,\s*+%b\s*+:)" % (_TEXT, _VALUE, _TEXT)


def divide(body: bytes) -> Iterator[bytes]:
    """Yield lists with a list's records in order; the body itself if it is short, not a list, or of another shape.

    A record is recognized by the start of the first one: the names of its first two members, and the spaces around
    them.
    """
    start = re.compile(_START, re.DOTALL).match(body, 0, PIECE) if len(body) >= 2 * PIECE else None
    if start is None:
        yield body
        return
    head = start[1]
    after = rb"%b%b" % (_VALUE, re.escape(start[2]))
    # The separator between records is the same throughout a page: a comma, and the spaces that some servers send.
    comma = re.compile(rb"\}(\s*+,\s*+)%b%b" % (re.escape(head), after), re.DOTALL).search(body, start.end())
    if comma is None:
        yield body
        return
    edge = b"}" + comma[1] + head
    follows = re.compile(after, re.DOTALL)
    begin, place = 1, PIECE
    while len(body) - place >= PIECE and (place := body.find(edge, place)) > 0:
        if follows.match(body, place + len(edge)):
            yield b"[" + body[begin : place + 1] + b"]"
            begin = place + 1 + len(comma[1])
            place = begin + PIECE
        else:
            place += len(edge)
    yield b"[" + body[begin:] if begin > 1 else body
