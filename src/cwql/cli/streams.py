"""Standard input and output of commands."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from io import StringIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from cwql.diagnostics import Diagnostic
    from cwql.render.terminal import Terminal

STDIN = "-"


def read_text(operand: str) -> str:
    """Return the operand, or for ``-`` the standard input without the line end that editors and echo add.

    Bytes that are not UTF-8 become lone surrogates, which the checker reports.
    """
    if operand != STDIN:
        return operand
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        # Shells on Windows may write a byte order mark to a pipe.
        reconfigure(encoding="utf-8-sig", errors="surrogateescape", newline="")
    text = sys.stdin.read()
    return text.removesuffix("\n").removesuffix("\r")


def source_name(operand: str) -> str:
    """Return the name of an operand in diagnostics."""
    return "<stdin>" if operand == STDIN else "<condition>"


def terminal_of(stream: TextIO) -> Terminal:
    """Return the width and colors of a standard stream."""
    from os import environ

    from cwql.render.terminal import terminal_for

    return terminal_for(stream, environ, sys.platform)


@contextmanager
def redirect(color: str, file: str | None) -> Iterator[None]:
    """Apply the options of all commands: colors as `color` says, and the output to a file, which a failure leaves as it was."""
    import os

    variables = {"always": {"NO_COLOR": "", "FORCE_COLOR": "1"}, "never": {"NO_COLOR": "1"}}.get(color, {})
    before = {name: os.environ.get(name, "") for name in variables}
    os.environ.update(variables)
    try:
        if file is None:
            yield
            return
        output = StringIO()
        with redirect_stdout(output):
            yield
        with open(file, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.write(output.getvalue())
    finally:
        os.environ.update(before)


def print_diagnostics(
    diagnostics: Sequence[Diagnostic], text: str, name: str, stream: TextIO, format: str = "text"
) -> None:
    """Print diagnostics of a text to a stream."""
    from cwql.render import render
    from cwql.source import Source

    written = render([(Source(text, name), diagnostics)], format, terminal_of(stream))
    if written:
        print(written, file=stream)


def print_change(before: str, after: str) -> None:
    """Print the difference of a condition; nothing if there is none."""
    from cwql.render.width import make_visible

    if before == after:
        return
    terminal = terminal_of(sys.stdout)
    for sign, style, text in (("-", "error", before), ("+", "good", after)):
        for line in text.splitlines():
            print(terminal.style(style, f"{sign} {make_visible(line)}"))
