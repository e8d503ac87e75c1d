"""Spans and edits find their way from the text of a condition back to the file."""

from __future__ import annotations

import random

import pytest

from cwql.diagnostics import Diagnostic, Edit, Fix
from cwql.lint.templates.model import PLACEHOLDER, QuoteStyle, TemplateSegment
from cwql.lint.templates.source_map import SourceMap
from cwql.source import Span

PLAIN = QuoteStyle({'"': '\\"', "\\": "\\\\", "\t": "\\t"}, "\n")
PERCENT = QuoteStyle({'"': '\\"', "\\": "\\\\"}, "", QuoteStyle({sign: f"%{ord(sign):02X}" for sign in ' %"<>\\\n\t'}))
REFUSING = QuoteStyle({}, '"\\\n\t')


def decode(written: str, quoting: QuoteStyle) -> str:
    """Undo the spelling of a literal."""
    plain = written.replace("\\t", "\t") if quoting is PLAIN else written
    text, at = "", 0
    while at < len(plain):
        if plain[at] == "\\":
            at += 1
        text += plain[at]
        at += 1
    if quoting.inner is not None:
        from urllib.parse import unquote

        text = unquote(text)
    return text


class File:
    """A file of several literals with placeholders and gaps, and the segments of the text that they make up."""

    def __init__(self, source: random.Random) -> None:
        self.text = ""
        self.segments: list[TemplateSegment] = []
        self.literals: list[tuple[int, int, QuoteStyle]] = []
        for number in range(source.randrange(1, 4)):
            self.text += source.choice(["", " + ", "\n  "])
            quoting = source.choice([PLAIN, PERCENT, REFUSING])
            self.text += '"'
            for _ in range(source.randrange(0, 6)):
                kind = source.choice(["same", "escape", "placeholder"])
                start = len(self.text)
                if kind == "placeholder":
                    self.text += "{x}"
                    self.segments.append(
                        TemplateSegment(PLACEHOLDER, start, len(self.text), "placeholder", number, quoting, "x")
                    )
                elif kind == "same":
                    word = "".join(source.choices("abc=", k=source.randrange(1, 5)))
                    self.text += word
                    self.segments.append(TemplateSegment(word, start, len(self.text), "same", number, quoting))
                else:
                    sign = source.choice('"\\\t ')
                    written = quoting.encode(sign)
                    if written is not None and written != sign:
                        self.text += written
                        self.segments.append(TemplateSegment(sign, start, len(self.text), "escape", number, quoting))
            self.text += '"'
            if source.random() < 0.3:
                self.text += " + y"
                self.segments.append(
                    TemplateSegment(PLACEHOLDER, len(self.text) - 1, len(self.text), "placeholder", number, None, "y")
                )
        self.condition = "".join(segment.text for segment in self.segments)


def test_edits_of_the_text_and_of_the_file_agree() -> None:
    source = random.Random(20)
    made = 0
    for _ in range(4000):
        file = File(source)
        length = len(file.condition)
        start = source.randrange(length + 1)
        end = source.randrange(start, min(length, start + 4) + 1)
        text = "".join(source.choices('xy"\\\t %', k=source.randrange(0, 4)))
        edit = SourceMap(file.segments).edit(Edit(Span(start, end), text))
        if edit is None:
            continue
        made += 1
        wanted = file.condition[:start] + text + file.condition[end:]
        assert contents(file, edit) == wanted
    assert made > 1000


def contents(file: File, edit: Edit) -> str:
    """Return the text of the edited file: unchanged segments as they were, the literal's rest decoded again."""
    before = [segment for segment in file.segments if segment.end <= edit.span.start]
    behind = [segment for segment in file.segments if segment.start >= edit.span.end and segment not in before]
    middle = [segment for segment in file.segments if segment not in before and segment not in behind]
    assert not any(segment.kind == "placeholder" for segment in middle)
    near = middle or [
        segment for segment in (*before[-1:], *behind[:1]) if edit.span.start in (segment.start, segment.end)
    ]
    quoting = next(segment.quoting for segment in near if segment.quoting is not None)
    low = min([segment.start for segment in middle], default=edit.span.start)
    high = max([segment.end for segment in middle], default=edit.span.end)
    raw = file.text[low : edit.span.start] + edit.text + file.text[edit.span.end : high]
    return "".join([*[segment.text for segment in before], decode(raw, quoting), *[segment.text for segment in behind]])


def test_spans_cover_what_they_speak_of() -> None:
    source = random.Random(21)
    for _ in range(2000):
        file = File(source)
        layout = SourceMap(file.segments)
        length = len(file.condition)
        start = source.randrange(length + 1)
        end = source.randrange(start, length + 1)
        span = layout.span(Span(start, end))
        assert 0 <= span.start <= span.end <= len(file.text)
        at = 0
        for segment in file.segments:
            low, high = max(start, at), min(end, at + len(segment.text))
            if low < high and segment.kind == "same":
                assert span.start <= segment.start + low - at <= segment.start + high - at <= span.end
            elif low < high:
                assert span.start <= segment.start <= segment.end <= span.end
            at += len(segment.text)


SEGMENTS = (
    # conditions="summary = \"" + word + "\" and id=1"
    TemplateSegment("summary = ", 12, 22, "same", 0, PLAIN),
    TemplateSegment('"', 22, 24, "escape", 0, PLAIN),
    TemplateSegment(PLACEHOLDER, 28, 32, "placeholder", 0, None, "word"),
    TemplateSegment('"', 36, 38, "escape", 1, PLAIN),
    TemplateSegment(" and id=1", 38, 47, "same", 1, PLAIN),
)
TEXT = "".join(segment.text for segment in SEGMENTS)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("summary", (12, 19)),
        ('"', (22, 24)),
        (PLACEHOLDER, (28, 32)),
        (f'"{PLACEHOLDER}"', (22, 38)),
        (f'{PLACEHOLDER}" and', (28, 42)),
        ("id=1", (43, 47)),
        (TEXT, (12, 47)),
    ],
)
def test_spans(part: str, place: tuple[int, int]) -> None:
    at = TEXT.index(part)
    assert SourceMap(SEGMENTS).span(Span(at, at + len(part))) == Span(*place)


@pytest.mark.parametrize(
    ("at", "place"), [(0, 12), (3, 15), (10, 22), (11, 24), (12, 32), (13, 38), (len(TEXT), 47), (99, 47)]
)
def test_empty_spans_stay_behind_what_comes_before_them(at: int, place: int) -> None:
    assert SourceMap(SEGMENTS).span(Span(at, at)) == Span(place, place)


@pytest.mark.parametrize(
    ("start", "end", "text", "expected"),
    [
        (0, 7, "board", Edit(Span(12, 19), "board")),
        (0, 7, 'a"\t', Edit(Span(12, 19), 'a\\"\\t')),
        (0, 7, "a\n", None),
        (10, 11, "'", Edit(Span(22, 24), "'")),
        (0, 11, "x", Edit(Span(12, 24), "x")),
        (11, 12, "x", None),
        (10, 13, "x", None),
        (11, 11, "x", Edit(Span(24, 24), "x")),
        (12, 12, "x", Edit(Span(36, 36), "x")),
        (5, 5, "x", Edit(Span(17, 17), "x")),
        (len(TEXT), len(TEXT), ")", Edit(Span(47, 47), ")")),
        (0, 0, "(", Edit(Span(12, 12), "(")),
        (0, 99, "", None),
    ],
)
def test_edits(start: int, end: int, text: str, expected: Edit | None) -> None:
    assert SourceMap(SEGMENTS).edit(Edit(Span(start, end), text)) == expected


def test_edits_across_a_gap_or_half_an_escape_have_no_way_back() -> None:
    lines = [TemplateSegment("id = 1", 4, 10, "same", 0, PLAIN), TemplateSegment(" and", 14, 18, "same", 0, PLAIN)]
    assert SourceMap(lines).edit(Edit(Span(4, 8), "")) is None
    assert SourceMap(lines).edit(Edit(Span(4, 6), "")) == Edit(Span(8, 10), "")
    pair = [TemplateSegment("ab", 4, 10, "escape", 0, PLAIN)]
    assert SourceMap(pair).edit(Edit(Span(0, 1), "x")) is None
    assert SourceMap(pair).edit(Edit(Span(1, 1), "x")) is None
    assert SourceMap(pair).edit(Edit(Span(0, 2), "x")) == Edit(Span(4, 10), "x")
    assert SourceMap([TemplateSegment("id", 0, 2)]).edit(Edit(Span(0, 1), "x")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        (" ", Edit(Span(10, 11), " ")),
        (")", Edit(Span(10, 11), ")")),
        ("]", Edit(Span(10, 11), "]")),
        ("x", None),
        ("[", None),
        ("::", None),
    ],
)
def test_the_name_of_a_variable_stays_as_it_is(text: str, expected: Edit | None) -> None:
    # "id = '$x'and id > 1"
    segments = [
        TemplateSegment("id = '", 2, 8, "same", 0, PLAIN),
        TemplateSegment(PLACEHOLDER, 8, 10, "placeholder", 0, PLAIN, "$x"),
        TemplateSegment("'and id > 1", 10, 21, "same", 0, PLAIN),
    ]
    assert SourceMap(segments).edit(Edit(Span(7, 8), text)) == expected
    braced = [
        segments[0],
        TemplateSegment(PLACEHOLDER, 8, 12, "placeholder", 0, PLAIN, "$x"),
        TemplateSegment("'and", 12, 16, "same", 0, PLAIN),
    ]
    assert SourceMap(braced).edit(Edit(Span(7, 8), text)) == Edit(Span(12, 13), text)


@pytest.mark.parametrize(("text", "expected"), [("", None), (" ", Edit(Span(32, 34), " ")), ("x", None)])
def test_the_name_of_a_variable_with_a_known_text_stays_as_it_is(text: str, expected: Edit | None) -> None:
    # $x = "(1, 2"; "id in $x) and id > 1"
    segments = [
        TemplateSegment("id in ", 24, 30, "same", 1, PLAIN),
        TemplateSegment("(1, 2", 6, 11, "same", 0, PLAIN),
        TemplateSegment(") and id > 1", 32, 44, "same", 1, PLAIN),
    ]
    assert SourceMap(segments).edit(Edit(Span(11, 13), text)) == expected
    words = [*segments[:2], TemplateSegment("adn id > 1", 32, 42, "same", 1, PLAIN)]
    assert SourceMap(words).edit(Edit(Span(11, 14), "and")) == Edit(Span(32, 35), "and")


def test_nothing_and_backwards() -> None:
    assert SourceMap([]).span(Span(0, 0)) == Span(0, 0)
    assert SourceMap([]).edit(Edit(Span(0, 0), "x")) is None
    swapped = [TemplateSegment("b", 8, 9), TemplateSegment("a", 2, 3)]
    assert SourceMap(swapped).span(Span(0, 2)) == Span(8, 9)


def test_a_fix_with_one_edit_without_a_way_back_is_dropped() -> None:
    fixes = (
        Fix("both", [Edit(Span(0, 1), "x"), Edit(Span(11, 12), "y")]),
        Fix("one", [Edit(Span(0, 1), "x")], applicability="unsafe"),
    )
    finding = Diagnostic(
        code="CW203",
        name="unknown-field",
        severity="error",
        message="m",
        span=Span(0, 7),
        hint="h",
        fixes=fixes,
        notes=("n",),
    )
    mapped = SourceMap(SEGMENTS).finding(finding)
    assert mapped.fixes == (Fix("one", [Edit(Span(12, 13), "x")], applicability="unsafe"),)
    assert (mapped.code, mapped.span, mapped.hint, mapped.notes) == ("CW203", Span(12, 19), "h", ("n",))


def test_a_deletion_does_not_join_a_variable_with_the_text_after_it() -> None:
    variable = TemplateSegment(PLACEHOLDER, 8, 11, "placeholder", 0, PLAIN, "$id")
    layout = SourceMap(
        [
            TemplateSegment("status=", 1, 8, "same", 0, PLAIN),
            variable,
            TemplateSegment("  5 x", 11, 16, "same", 0, PLAIN),
        ]
    )
    assert layout.edit(Edit(Span(8, 9), "")) == Edit(Span(11, 12), "")
    assert layout.edit(Edit(Span(8, 10), "")) is None
