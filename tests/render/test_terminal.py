"""When colors are used, and how wide output is."""

from __future__ import annotations

import io

import pytest

from cwql.render.terminal import NARROWEST, WIDTH, Terminal, terminal_for


class TerminalStream(io.StringIO):
    def isatty(self) -> bool:
        return True


COLORS = [
    (True, {}, "linux", True),
    (True, {"TERM": "xterm-256color"}, "darwin", True),
    (False, {}, "linux", False),
    (True, {"TERM": "dumb"}, "linux", False),
    (True, {"NO_COLOR": "1"}, "linux", False),
    (True, {"NO_COLOR": ""}, "linux", True),
    (False, {"FORCE_COLOR": "1"}, "linux", True),
    (False, {"FORCE_COLOR": "0"}, "linux", False),
    (False, {"FORCE_COLOR": ""}, "linux", False),
    (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, "linux", False),
    (True, {"FORCE_COLOR": "1", "TERM": "dumb"}, "linux", True),
    (True, {}, "win32", False),
    (True, {"WT_SESSION": "x"}, "win32", True),
    (False, {"WT_SESSION": "x"}, "win32", False),
]


@pytest.mark.parametrize(("is_terminal", "environment", "platform", "expected"), COLORS)
def test_colors(is_terminal: bool, environment: dict[str, str], platform: str, expected: bool) -> None:
    stream = TerminalStream() if is_terminal else io.StringIO()
    assert terminal_for(stream, environment, platform).colored is expected


def test_width_without_a_terminal_is_the_default() -> None:
    assert terminal_for(io.StringIO(), {}, "linux").width == WIDTH
    # A stream that claims to be a terminal but has no descriptor.
    assert terminal_for(TerminalStream(), {}, "linux").width == WIDTH
    assert terminal_for(None, {}, "linux") == Terminal(is_limited=False)


@pytest.mark.parametrize(
    ("columns", "width"), [("180", 180), ("3", NARROWEST), ("", WIDTH), ("x", WIDTH), ("0", WIDTH)]
)
def test_columns_is_the_width_of_any_stream(columns: str, width: int) -> None:
    terminal = terminal_for(io.StringIO(), {"COLUMNS": columns}, "linux")
    assert (terminal.width, terminal.is_limited) == (width, columns in ("180", "3"))


def test_width_has_a_minimum() -> None:
    assert Terminal(3).width == NARROWEST


def test_style_adds_escape_sequences_only_with_colors() -> None:
    assert Terminal().style("error", "x") == "x"
    assert Terminal(colored=True).style("error", "x") == "\x1b[1;31mx\x1b[0m"
    assert Terminal(colored=True).style("error", "") == ""
