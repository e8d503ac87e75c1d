"""What findings are shown on: how many columns wide, and whether it takes colours."""

from __future__ import annotations

from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WIDTH = 100
"""Columns of a page that is no terminal; a terminal says itself how many it has."""

NARROWEST = 40

STYLES: dict[str, str] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "strong": "1",
    "quiet": "2",
    "frame": "34",
    "good": "32",
    "code": "36",
}
"""Every style as the parameters of its ANSI escape sequence."""


class Page(Value):
    """Say how many columns there are and whether colours may be used."""

    width: int = WIDTH
    coloured: bool = False

    def __post_init__(self) -> None:
        assign(self, "width", max(self.width, NARROWEST))

    def paint(self, style: str, text: str) -> str:
        """Return the text in a style of `STYLES`, or as it is where the page takes no colours."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.coloured and text else text


def page_for(stream: Any, environment: Mapping[str, str], platform: str) -> Page:
    """Return the page of an output stream: a terminal's own width and colours, `WIDTH` and plain for anything else."""
    terminal = _is_terminal(stream)
    width = WIDTH
    if terminal:
        from os import get_terminal_size

        try:
            width = get_terminal_size(stream.fileno()).columns or WIDTH
        except (OSError, ValueError):
            pass
    return Page(width, _takes_colour(terminal, environment, platform))


def _takes_colour(terminal: bool, environment: Mapping[str, str], platform: str) -> bool:
    # The order of CPython's own tracebacks: NO_COLOR beats FORCE_COLOR, and both beat what the terminal is.
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    if not terminal or environment.get("TERM") == "dumb":
        return False
    # The old console of Windows shows escape sequences as they are; these variables name consoles that understand them.
    return platform != "win32" or any(
        environment.get(name) for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM_PROGRAM", "TERM")
    )


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
