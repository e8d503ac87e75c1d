"""The output device of diagnostics: its width, and whether it displays colors."""

from __future__ import annotations

from cwql.value import Value, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WIDTH = 100
"""Columns of output that does not go to a terminal."""

NARROWEST = 40
"""Columns that are assumed at least, because narrower output cannot be read."""

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
"""Each style with the parameters of its ANSI escape sequence."""


class Terminal(Value):
    """The number of columns of an output stream, whether colors may be used, and whether wider lines must be cut.

    `is_limited` is False for pipes and files, which have no width: `width` then only wraps prose.
    """

    width: int = WIDTH
    colored: bool = False
    is_limited: bool = True

    def __post_init__(self) -> None:
        assign(self, "width", max(self.width, NARROWEST))

    def style(self, name: str, text: str) -> str:
        """Return the text in a style of `STYLES`, or unchanged if the stream takes no colors."""
        return f"\x1b[{STYLES[name]}m{text}\x1b[0m" if self.colored and text else text


def terminal_for(stream: Any, environment: Mapping[str, str], platform: str) -> Terminal:
    """Return the width and colors of an output stream: `WIDTH` and no colors unless it is a terminal.

    The variable ``COLUMNS`` is the width of any stream, as for other programs.
    """
    is_terminal = _is_terminal(stream)
    width = WIDTH
    columns = environment.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and 0 < int(columns[:9]) < 10_000:
        return Terminal(int(columns), _takes_color(is_terminal, environment, platform))
    if is_terminal:
        from os import get_terminal_size

        try:
            width = get_terminal_size(stream.fileno()).columns or WIDTH
        except (OSError, ValueError):
            pass
    return Terminal(width, _takes_color(is_terminal, environment, platform), is_terminal)


def _takes_color(is_terminal: bool, environment: Mapping[str, str], platform: str) -> bool:
    # CPython's tracebacks follow the same order: NO_COLOR wins over FORCE_COLOR, and both win over the kind of terminal.
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    if not is_terminal or environment.get("TERM") == "dumb":
        return False
    # The old console of Windows prints escape sequences as text; these variables are set by consoles that interpret them.
    return platform != "win32" or any(
        environment.get(name) for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM_PROGRAM", "TERM")
    )


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
