"""The width of text in a terminal: a line is split into cells, which carets and columns are counted in.

A cell is one visible unit: a letter with its combining marks, an emoji sequence, a flag, a tab. Invisible characters and those that
act on a terminal (control characters, direction marks, zero-width and unusual spaces, line separators, lone surrogates) are
shown by their code point, ``<U+200B>``. Widths follow Unicode's East Asian Width (UAX 11) and the emoji sequences of UTS 51.
`unicodedata` is imported only for text that is not ASCII.
"""

from __future__ import annotations

from cwql.value import Value

TAB = 4
"""Columns between two tab stops."""

_ZERO_WIDTH_JOINER, _TEXT_STYLE, _EMOJI_STYLE = "\u200d", "\ufe0e", "\ufe0f"
_KEYCAPS = frozenset("#*0123456789")
# Emoji whose category is not a symbol.
_OTHER_EMOJI = frozenset("\u203c\u2049\u2139\u3030")
# Letters and marks by their category, but invisible.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800")
# Format characters by their category, but visible: signs for numbers and abbreviations in Arabic, Syriac and Kaithi.
_VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd",
)


class Cell(Value):
    """The characters from `start` to `end`, the text that is `shown` for them, and its `width` in columns."""

    start: int
    end: int
    shown: str
    width: int


def split_cells(line: str) -> list[Cell]:
    """Return the cells of a line, from left to right."""
    if line.isascii():
        return _split_ascii(line)
    return _split_unicode(line)


def make_visible(text: str) -> str:
    """Return the text on one line, with invisible characters shown by their code point."""
    if text.isprintable() and text.isascii():
        return text
    return "".join([cell.shown for cell in split_cells(text)])


def make_lines_visible(text: str) -> str:
    """Return a text of several lines with invisible characters shown by their code point."""
    return "\n".join([make_visible(line) for line in text.split("\n")])


def visible_name(name: str) -> str:
    """Return the name of a file so that a line can begin with it.

    It is on one line, and no CI service interprets it as a command: GitHub runs ``::error::`` at the start of a line and ``##[error]``
    anywhere, Azure Pipelines ``##vso[task.…]``.
    """
    shown = make_visible(name)
    if "##" in shown:
        shown = shown.replace("##[", "<U+0023>#[").replace("##vso[", "<U+0023>#vso[")
    return f"./{shown}" if shown.lstrip().startswith("::") else shown


def _split_ascii(line: str) -> list[Cell]:
    cells: list[Cell] = []
    column = 0
    for at, character in enumerate(line):
        shown = character if " " <= character <= "~" else _replacement(character, column)
        cells.append(Cell(at, at + 1, shown, len(shown)))
        column += len(shown)
    return cells


def _split_unicode(line: str) -> list[Cell]:
    cells: list[Cell] = []
    at = column = 0
    while at < len(line):
        cell = _read_cell(line, at, column)
        cells.append(cell)
        at = cell.end
        column += cell.width
    return cells


def _read_cell(line: str, start: int, column: int) -> Cell:
    from unicodedata import category, east_asian_width

    first = line[start]
    if is_invisible(first):
        shown = _replacement(first, column)
        return Cell(start, start + 1, shown, len(shown))
    width = 2 if east_asian_width(first) in "WF" else 1
    shown, end = first, start + 1
    if category(first) in ("Mn", "Me"):
        # A mark without a letter would be drawn over the frame.
        shown = "\u25cc" + first
    emoji = _is_emoji(first)
    flag = first == "\U0001f3f4"
    if _is_regional(first) and end < len(line) and _is_regional(line[end]):
        end += 1
        width = 2
    while end < len(line):
        character = line[end]
        if character == _EMOJI_STYLE and (emoji or first in _KEYCAPS):
            width = 2
        elif character == _TEXT_STYLE and (emoji or first in _KEYCAPS):
            pass
        elif emoji and "\U0001f3fb" <= character <= "\U0001f3ff":
            width = 2
        elif emoji and character == _ZERO_WIDTH_JOINER and end + 1 < len(line) and _is_emoji(line[end + 1]):
            end += 1
            width = 2
        elif (flag and "\U000e0020" <= character <= "\U000e007f") or _selects_variant(first, character):
            pass
        elif is_invisible(character):
            break
        elif category(character) == "Mc":
            width += 1
        elif category(character) not in ("Mn", "Me") and not _joins_syllable(line[end - 1], character):
            break
        end += 1
    return Cell(start, end, shown + line[start + 1 : end], width)


def is_invisible(character: str) -> bool:
    """Return whether a character on its own is invisible or acts on the terminal."""
    if " " <= character <= "~":
        return False
    from unicodedata import category

    kind = category(character)
    if kind == "Cf":
        return character not in _VISIBLE_FORMATS
    return (
        kind in ("Cc", "Cs", "Zs", "Zl", "Zp")
        or character in _BLANK_LETTERS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _replacement(character: str, column: int) -> str:
    if character == "\t":
        return " " * (TAB - column % TAB)
    return f"<U+{ord(character):04X}>"


def _is_emoji(character: str) -> bool:
    from unicodedata import category

    # Emoji are symbols. Some are arrows, which Unicode counts as mathematical symbols.
    return category(character) in ("So", "Sm") or character in _OTHER_EMOJI


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _selects_variant(first: str, character: str) -> bool:
    """Return whether a variation selector chooses the shape of an ideograph, as in Japanese names."""
    return "\U000e0100" <= character <= "\U000e01ef" and ("\u3400" <= first <= "\u9fff" or first >= "\U00020000")


def _joins_syllable(before: str, character: str) -> bool:
    """Return whether a Hangul vowel or final consonant forms one syllable with the letter before it."""
    follows = "\u1161" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"
    return follows and (
        "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7fb" or "\ua960" <= before <= "\ua97c"
    )
