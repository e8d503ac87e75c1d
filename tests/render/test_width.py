"""The width of characters, and which are shown by their code point."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cwql.render.width import make_visible, split_cells

WIDTHS = [
    ("id", 2, "two letters"),
    ("é", 1, "a composed letter"),
    ("e\u0301", 1, "a letter and its accent"),
    ("z\u0351\u0352\u0353", 1, "a letter under a heap of marks"),
    ("\u0301", 1, "an accent on its own has a dotted circle"),
    ("会社", 4, "ideographs"),
    ("ﾃｽﾄ", 3, "half-width katakana"),
    ("ＡＢ", 4, "full-width letters"),
    ("한국", 4, "hangul"),
    ("\u1112\u1161\u11ab", 2, "hangul written letter by letter"),
    ("葛\U000e0100", 2, "an ideograph with its variant"),
    ("Ünïcödé", 7, "letters beyond ASCII"),
    ("שלום", 4, "Hebrew"),
    ("سلام", 4, "Arabic"),
    ("\u0600", 1, "an Arabic number sign is visible, whatever its category"),
    ("हिन्दी", 5, "Devanagari: a mark that is not combined takes a column"),
    ("ไทย", 3, "Thai"),
    ("😀", 2, "an emoji"),
    ("👍🏽", 2, "an emoji with a skin tone"),
    ("👨‍👩‍👧", 2, "a family"),
    ("🏳️‍🌈", 2, "a flag with a modifier"),
    ("❤", 1, "a heart in text style"),
    ("❤️", 2, "a heart in emoji style"),
    ("❤\ufe0e", 1, "a heart that asks for text style"),
    ("1️⃣", 2, "a keycap"),
    ("🇩🇪🇫🇷", 4, "two national flags"),
    ("🇩", 1, "half a flag"),
    ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 2, "the flag of Scotland"),
    ("\x00", 8, "NUL"),
    ("\x1b[31m", 12, "an escape sequence"),
    ("\u202e", 8, "a direction override"),
    ("\u2066", 8, "a direction isolate"),
    ("\u200b", 8, "a zero-width space"),
    ("a\u200db", 10, "a joiner between letters"),
    ("a\ufe0f", 9, "a variation selector behind a letter"),
    ("\ufeff", 8, "a byte order mark"),
    ("\u00a0", 8, "a no-break space"),
    ("\u3000", 8, "an ideographic space"),
    ("\u00ad", 8, "a soft hyphen"),
    ("\u2028", 8, "a line separator"),
    ("\u3164", 8, "a hangul filler"),
    ("\U000e0041", 9, "a tag letter outside a flag"),
    ("\ud800", 8, "half a surrogate pair"),
    ("\u200b\u0301", 9, "an accent behind something unseen"),
]


@pytest.mark.parametrize(("text", "width", "_what"), WIDTHS, ids=[what for _, _, what in WIDTHS])
def test_width(text: str, width: int, _what: str) -> None:
    assert sum(cell.width for cell in split_cells(text)) == width


@pytest.mark.parametrize(("text", "_width", "_what"), WIDTHS, ids=[what for _, _, what in WIDTHS])
def test_cells_cover_the_text_without_gaps(text: str, _width: int, _what: str) -> None:
    mixed = f"ab{text}\t{text}c"
    cells = split_cells(mixed)
    assert [cell.start for cell in cells] == [0, *[cell.end for cell in cells[:-1]]]
    assert cells[-1].end == len(mixed)


def test_no_character_acts_on_the_terminal() -> None:
    for code in range(0, 0x110000, 7):
        shown = make_visible(f"x{chr(code)}")
        assert shown.startswith("x")
        assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in shown)
        assert not any("\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" for character in shown)


def test_tabs_extend_to_the_next_stop() -> None:
    assert "".join(cell.shown for cell in split_cells("\ta\tabc\tabcd\t|")) == "    a   abc abcd    |"


def test_invisible_characters_are_shown_by_code_point() -> None:
    assert make_visible("a\u200bb\x07\n") == "a<U+200B>b<U+0007><U+000A>"


def test_ascii_needs_no_unicode_tables() -> None:
    program = (
        "import sys; from cwql.render.width import split_cells; split_cells('id == 5\\t\\x07'); "
        "sys.exit('unicodedata' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
