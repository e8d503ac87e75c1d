"""Scripts of every kind: mutated sources raise no exception, hostile ones take linear time."""

from __future__ import annotations

import random
import sys
from types import FrameType

import pytest

from cwql.lint.frontends import UnreadableSource, find_language, load
from cwql.lint.linter import ExtractedFile
from cwql.lint.request_targets import Context
from cwql.lint.templates.model import ConditionTemplate
from cwql.source import Source
from tests.lint.labels import FOLDER, read
from tests.lint.scripts import describe
from tests.lint.writing import job_of

LANGUAGES = ("powershell", "javascript", "csharp", "go", "php", "ruby")
SIGNS = "\"'`$@{}()[]<>#/\\\n\r%~-+.,:;=|&?!*\0\N{BOM}\N{GRINNING FACE}\udc80 abc1"
BITS = (
    '"""',
    "<<~X\n",
    "<<<X\n",
    '@"\n',
    "\n'@",
    "${",
    "$(",
    "#{",
    "{$",
    "/*",
    "*/",
    "<#",
    "conditions: '",
    "-Condition ",
    '$@"',
    "%q(",
)


def run(language: str, text: str) -> list[ConditionTemplate]:
    source = Source(text, f"connectwise{find_language(language).suffixes[0]}")
    try:
        items = list(load(find_language(language)).extract(source, Context(source)))
    except UnreadableSource:
        return []
    found = [item for item in items if isinstance(item, ConditionTemplate)]
    for item in found:
        assert 0 <= item.span.start <= item.span.end <= len(text)
        for segment in item.segments:
            assert 0 <= segment.start <= segment.end <= len(text)
            if segment.kind == "same":
                assert text[segment.start : segment.end] == segment.text
    return found


def mutate(text: str, chance: random.Random) -> str:
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(5):
            case 0:
                text = text[:at] + chance.choice(SIGNS) + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randrange(1, 20) :]
            case 2:
                text = text[:at] + chance.choice(BITS) + text[at:]
            case 3:
                text = text[:at]
            case _:
                other = chance.randrange(len(text) + 1)
                text = text[:at] + text[other : other + 40] + text[at:]
    return text


@pytest.mark.parametrize("language", LANGUAGES)
def test_mutated_sources_raise_nothing(language: str) -> None:
    chance = random.Random(f"{language} 7")
    sources = [snippet.source for snippet in read(FOLDER / f"{language}.toml")]
    for _ in range(170):
        run(language, mutate(chance.choice(sources), chance))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_of_other_languages_raise_nothing(language: str) -> None:
    for other in LANGUAGES:
        for snippet in read(FOLDER / f"{other}.toml"):
            run(language, snippet.source)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "Values{'conditions': {'id = 1'",
        "{'conditions', {'id = 1'",
        "'conditions' => ['id = 1'",
        "-Condition @('id = 1'",
    ],
)
def test_a_list_may_end_with_the_file(language: str, text: str) -> None:
    run(language, text.replace("'", '"'))


HOSTILE = [
    *[
        (language, opener)
        for language in LANGUAGES
        for opener in ("(", "[", "{", "/", "'", '"', "`", "a.b(", "x = (", "a = b + ")
    ],
    ("javascript", "`${"),
    ("javascript", "conditions: ("),
    ("javascript", "`a${b}"),
    ("javascript", "c = c + 'a';"),
    ("javascript", "['a'].join(['b'].join("),
    ("javascript", "/ [ "),
    ("javascript", "get({ conditions: x, a: '/service/tickets' });"),
    ("javascript", "const c = 'a = 1';\nget({ conditions: c });\n"),
    ("javascript", "conditions ? "),
    ("powershell", '"$('),
    ("powershell", '@"\n'),
    ("powershell", "$c += 'x'\nGet-CWMTicket -Condition $c\n"),
    ("powershell", "Get-CWMTicket -Condition 'a' "),
    ("powershell", "'a', "),
    ("powershell", "<# "),
    ("csharp", '$"{'),
    ("csharp", '"""\n'),
    ("csharp", '$"{a}{b} '),
    ("csharp", "string.Join(string.Join("),
    ("go", 'strings.Join([]string{strings.Join([]string{"a", '),
    ("go", 'fmt.Sprintf("%s", '),
    ("php", "<<<X\n"),
    ("php", '"{$a[" . '),
    ("php", "?> <?php "),
    ("ruby", "<<~X\n"),
    ("ruby", '"#{'),
    ("ruby", "%q("),
    ("ruby", "def a\n"),
    ("ruby", "\n=begin"),
]


def count_calls(language: str, text: str) -> int:
    """Return how many functions are called while a text is read."""
    calls = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        run(language, text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(("language", "unit"), HOSTILE)
def test_hostile_sources_take_linear_work(language: str, unit: str) -> None:
    start = "<?php " if language == "php" else ""
    short, long = (count_calls(language, start + unit * size) for size in (150, 600))
    assert long < 5 * short + 3000


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "function open() { return 'closedFlag = false'; }\ncw.get('/service/tickets', { conditions: open() });"),
        ("php", "<?php function open() { return 'closedFlag = false'; }\n$cw->get('/service/tickets', ['conditions' => open()]);"),
        ("ruby", "def open\n  return 'closedFlag = false'\nend\ncw.get('/service/tickets', conditions: open())"),
        ("csharp", 'class A { string Open() { return "closedFlag = false"; } void F() { Get("/service/tickets", conditions: Open()); } }'),
        ("powershell", "function Get-Open { return 'closedFlag = false' }\nGet-CWMTicket -Condition (Get-Open)"),
    ],
)  # fmt: skip
def test_a_text_that_a_function_returns_is_followed(language: str, text: str) -> None:
    (found,) = describe(language, text.replace("<?php", "<?php // connectwise\n") if "<?" in text else text)
    assert found.endswith("/service/tickets: closedFlag = false")


def test_an_if_after_a_block_does_not_belong_to_that_block() -> None:
    source = 'my $c = "id = 1";\nif ($a) { print 1; }\nif ($b) { $c = "id = 2"; }\nget("/service/tickets", conditions => $c);\n'
    assert describe("perl", source) == ["conditions /service/tickets: id = 1", "conditions /service/tickets: id = 2"]
    modified = 'my $c = "id = 1";\n$c = "id = 2"\n  if $b;\nget("/service/tickets", conditions => $c);\n'
    assert describe("perl", modified) == ["conditions /service/tickets: id = 1", "conditions /service/tickets: id = 2"]


@pytest.mark.parametrize(
    "step",
    [
        "conditions += ` and boardd/id != @`;\nawait cw.get('/service/tickets', { params: { conditions } });\n",
        "conditions += ` and boardd/id != @`;\n",
        "if (ids.at@) { conditions += ` and boardd/id != @`; } else { conditions += ` and boardd/id = @`; }\n",
    ],
    ids=["sent after each step", "sent once", "two ways"],
)
def test_a_text_that_grows_in_many_steps_is_not_checked_again_after_each(step: str) -> None:
    lines = "".join([step.replace("@", str(number)) for number in range(300)])
    start = "// connectwise\nasync function list(cw, ids) {\n  let conditions = 'closedFlag = false';\n"
    source = f"{start}{lines}  await cw.get('/service/tickets', {{ params: {{ conditions }} }});\n}}\n"
    extracted = ExtractedFile(source, job_of("grow.js"))
    assert len({each.span for each in extracted.judge() if each.code == "CW203"}) > 290
    assert sum([len(each.segments) for each in extracted.conditions()]) < 5_000
