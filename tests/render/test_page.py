"""When colours are used, and how wide a page is."""

from __future__ import annotations

import io

import pytest

from cwql.render.page import NARROWEST, WIDTH, Page, page_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


COLOURS = [
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


@pytest.mark.parametrize(("terminal", "environment", "platform", "expected"), COLOURS)
def test_colours(terminal: bool, environment: dict[str, str], platform: str, expected: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert page_for(stream, environment, platform).coloured is expected


def test_width_of_what_is_no_terminal() -> None:
    assert page_for(io.StringIO(), {}, "linux").width == WIDTH
    # A stream that claims to be a terminal but has no descriptor.
    assert page_for(Terminal(), {}, "linux").width == WIDTH
    assert page_for(None, {}, "linux") == Page()


def test_a_page_is_never_too_narrow_to_show_anything() -> None:
    assert Page(3).width == NARROWEST


def test_paint() -> None:
    assert Page().paint("error", "x") == "x"
    assert Page(coloured=True).paint("error", "x") == "\x1b[1;31mx\x1b[0m"
    assert Page(coloured=True).paint("error", "") == ""
