"""What commands read from and write to."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from cwql.diagnostics import Diagnostic
    from cwql.render.page import Page

STDIN = "-"


def read_text(operand: str) -> str:
    """Return the operand, or for ``-`` what stands on the standard input, without the line end that editors and echo add.

    Bytes that are no UTF-8 are kept as half surrogate pairs, which the checker reports.
    """
    if operand != STDIN:
        return operand
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        # A shell on Windows may put a byte order mark before what it pipes.
        reconfigure(encoding="utf-8-sig", errors="surrogateescape", newline="")
    text = sys.stdin.read()
    return text.removesuffix("\n").removesuffix("\r")


def name_of(operand: str) -> str:
    """Return what findings call the source of that operand."""
    return "<stdin>" if operand == STDIN else "<condition>"


def page_of(stream: TextIO) -> Page:
    """Return the page of a standard stream."""
    from os import environ

    from cwql.render.page import page_for

    return page_for(stream, environ, sys.platform)


def show(findings: Sequence[Diagnostic], text: str, name: str, stream: TextIO, format: str = "text") -> None:
    """Write findings about a text to a stream."""
    from cwql.render import render
    from cwql.source import Source

    written = render([(Source(text, name), findings)], format, page_of(stream))
    if written:
        print(written, file=stream)
