"""The text format: each case is a text, a span, and the exact output."""

from __future__ import annotations

import time

import pytest

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.render import render
from cwql.render.terminal import Terminal
from cwql.render.text import CUT, show_line
from cwql.source import Source, Span


def diagnostic(start: int, end: int, **more: object) -> Diagnostic:
    return Diagnostic(
        code="CW112",
        name="double-equals",
        severity="error",
        message="got ==, expected =",
        span=Span(start, end),
        **more,  # type: ignore[arg-type]
    )


def shown(text: str, *diagnostics: Diagnostic, terminal: Terminal | None = None) -> str:
    return render([(Source(text), diagnostics)], "text", terminal)


def excerpt(text: str, start: int, end: int, width: int = 100) -> str:
    """Return the output between the header and the end."""
    return "\n".join(shown(text, diagnostic(start, end), terminal=Terminal(width)).splitlines()[2:])


def test_all_parts_of_a_diagnostic() -> None:
    full = diagnostic(
        10,
        12,
        hint="one sign compares",
        fixes=[
            Fix("write =", [Edit(Span(10, 12), "=")]),
            Fix("write !=", [Edit(Span(10, 12), "!=")], applicability="unsafe"),
        ],
        notes=["SQL writes it so too"],
    )
    assert shown("status/id == 5", full) == (
        "<condition>:1:11: error CW112 double-equals: got ==, expected =\n"
        "  |\n"
        "1 | status/id == 5\n"
        "  |           ^^\n"
        "  = hint: one sign compares\n"
        "  = fix: write =\n"
        "  + status/id = 5\n"
        "  = fix (unsafe): write !=\n"
        "  + status/id != 5\n"
        "  = note: SQL writes it so too"
    )


def test_result_of_a_fix_is_shown_for_a_single_diagnostic() -> None:
    fixed = diagnostic(2, 4, fixes=[Fix("write =", [Edit(Span(2, 4), "=")])])
    assert "+ a = 1" in shown("a == 1", fixed)
    assert "+ a = 1" not in shown("a == 1", fixed, diagnostic(5, 6))


def test_hint_equal_to_the_title_of_a_fix_is_not_repeated() -> None:
    text = shown("a == 1", diagnostic(2, 4, hint="write =", fixes=[Fix("write =", [Edit(Span(2, 4), "=")])]))
    assert text.count("write =") == 1


def test_diagnostics_are_separated_by_blank_lines() -> None:
    assert shown("a == 1", diagnostic(2, 4), diagnostic(5, 6)).count("\n\n") == 1
    assert shown("a == 1") == ""


CARETS = [
    ("a == 1", 2, 4, "1 | a == 1\n  |   ^^"),
    ("a\tb == 5", 4, 6, "1 | a   b == 5\n  |       ^^"),
    ("a\tb == 5", 1, 2, "1 | a   b == 5\n  |  ^^^"),
    ('name = "会社" == 5', 12, 14, '1 | name = "会社" == 5\n  |               ^^'),
    ('name = "会社" == 5', 8, 10, '1 | name = "会社" == 5\n  |         ^^^^'),
    ("'👨‍👩‍👧' == 5", 8, 10, "1 | '👨‍👩‍👧' == 5\n  |      ^^"),
    ("'❤️' == 5", 5, 7, "1 | '❤️' == 5\n  |      ^^"),
    ("'🇩🇪' == 5", 5, 7, "1 | '🇩🇪' == 5\n  |      ^^"),
    ("'e\u0301' == 5", 5, 7, "1 | 'e\u0301' == 5\n  |     ^^"),
    ("'e\u0301'", 2, 3, "1 | 'e\u0301'\n  |  ^"),
    ("\u202ea\u200b == 5", 0, 1, "1 | <U+202E>a<U+200B> == 5\n  | ^^^^^^^^"),
    ("\u202ea\u200b == 5", 2, 3, "1 | <U+202E>a<U+200B> == 5\n  |          ^^^^^^^^"),
    ("a\x00b", 1, 2, "1 | a<U+0000>b\n  |  ^^^^^^^^"),
    ("id = ", 5, 5, "1 | id =\n  |      ^"),
    ("id  = 5", 3, 3, "1 | id  = 5\n  |    ^"),
    ("", 0, 0, "1 |\n  | ^"),
    ("a = 1", 9, 12, "1 | a = 1\n  |      ^"),
    ("a = 1\nb == 2", 8, 10, "2 | b == 2\n  |   ^^"),
    ("a = 1\r\nb == 2", 9, 11, "2 | b == 2\n  |   ^^"),
    ("a\n" * 11 + "b == 2", 24, 26, "12 | b == 2\n   |   ^^"),
    ("a = (1\n   2)", 4, 12, "1 | a = (1\n  |     ^^\n2 |    2)\n  |    ^^"),
    ("a = 'x\n\n  y", 4, 11, "1 | a = 'x\n  |     ^^\n2 |\n3 |   y\n  |   ^"),
    ("a = 'x\nb", 4, 7, "1 | a = 'x\n  |     ^^"),
    (
        "(a\nb\nc\nd\ne\nf\ng\nh",
        0,
        16,
        "1 | (a\n  | ^^\n2 | b\n  | ^\n3 | c\n  | ^\n...\n7 | g\n  | ^\n8 | h\n  | ^",
    ),
]


@pytest.mark.parametrize(("text", "start", "end", "expected"), CARETS)
def test_carets_are_under_the_span(text: str, start: int, end: int, expected: str) -> None:
    assert excerpt(text, start, end) == expected


def test_header_counts_lines_and_characters() -> None:
    assert shown("a = 1\n'会社' == 2", diagnostic(11, 13)).startswith("<condition>:2:6: error CW112 double-equals: ")


def test_long_line_is_cut_around_the_span() -> None:
    text = "x" * 40_000 + " == " + "y" * 24_000
    line, carets = show_line(text, 40_001, 40_003, 60)
    assert line.startswith(CUT)
    assert line.endswith(CUT)
    assert len(line) <= 60
    assert line[carets.index("^") : len(carets)] == "=="


@pytest.mark.parametrize("at", [0, 1, 30, 99, 150, 198])
def test_window_fits_and_contains_the_span(at: int) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(200))
    line, carets = show_line(text, at, at + 1, 60)
    assert sum(2 if character > "\u3000" else 1 for character in line) <= 60
    assert text[at] in line
    assert carets.count("^") == 2
    # Every ideograph takes two columns, the dots three.
    dots = 3 if line.startswith(CUT) else 0
    assert carets.index("^") == dots + 2 * (line.index(text[at]) - dots)


def test_span_longer_than_the_width_is_shown_from_its_start() -> None:
    line, carets = show_line("id = '" + "z" * 70_000, 5, 70_006, 60)
    assert line.startswith("id = 'zzz")
    assert line.endswith("z" + CUT)
    assert carets.strip("^") == " " * 5
    assert len(carets) <= len(line)


def test_thousands_of_diagnostics_in_one_long_line() -> None:
    text = "ab == 1 and " * 80_000
    diagnostics = [diagnostic(at + 3, at + 5) for at in range(0, 24_000, 12)]
    started = time.process_time()
    shown(text, *diagnostics)
    assert time.process_time() - started < 5


def test_no_text_acts_on_the_terminal() -> None:
    hostile = Diagnostic(
        code="CW100",
        name="syntax-error",
        severity="error",
        message="got '\x1b[2J\n\u202e'",
        span=Span(0, 1),
        hint="remove \x07",
        fixes=(Fix("write \r", [Edit(Span(0, 1), "\x1b[2J")]),),
        notes=("\u2066",),
    )
    text = render([(Source("\x1b[2Jx", "na\x1bme"), [hostile])])
    assert not set(text) & set("\x1b\x07\r\u202e\u2066")
    assert "+ <U+001B>[2J[2Jx" in text


def test_colors_are_used_only_on_request() -> None:
    full = diagnostic(2, 4, hint="h", fixes=[Fix("write =", [Edit(Span(2, 4), "=")])], notes=["n"])
    plain = shown("a == 1", full)
    colored = shown("a == 1", full, terminal=Terminal(100, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31m^^\x1b[0m" in colored
    stripped = colored
    for parameters in ("0", "1", "2", "1;31", "32", "34", "36"):
        stripped = stripped.replace(f"\x1b[{parameters}m", "")
    assert stripped == plain


def test_result_of_a_fix_is_shown_only_if_it_fits_on_a_line() -> None:
    for text in ("a == 1\nand b = 2", "a == 1 and " + "b" * 200):
        assert "\n  + " not in shown(text, diagnostic(2, 4, fixes=[Fix("write =", [Edit(Span(2, 4), "=")])]))
