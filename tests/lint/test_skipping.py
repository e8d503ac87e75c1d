"""Functions that cannot matter are neither tokenized nor parsed; nothing is missed for that."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from cwql.lint.dataflow import flow as flow_module
from cwql.lint.frontends import language_of, program, shell, skipping
from cwql.lint.frontends.skipping import find_silent_functions
from cwql.lint.ir import Function
from cwql.lint.linter import ExtractedFile
from cwql.lint.request_targets import Context
from cwql.source import Source
from tests.lint.holdout import read_rounds
from tests.lint.scripts import describe
from tests.lint.writing import job_of

if TYPE_CHECKING:
    import re

PLAIN = {
    "javascript": "function sum@(a, b) {\n  const parts = [a, b];\n  return parts.map((x) => `${x} }`);\n}\n",
    "powershell": "function Get-Sum@ {\n    param([int]$A, [string]$B)\n    foreach ($x in $A) {\n        '}' + $x\n    }\n}\n",
    "csharp": 'class Sum@ {\n    static int Of@(int a, int b)\n    {\n        return a + "}{".Length;\n    }\n}\n',
    "php": "function sum@(int $a)\n{\n    return array_map(fn ($x) => $x * 2, [$a]);\n}\n",
    "go": "func sum@(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
    "ruby": "def sum@(a, b)\n  [a, b].each do |x|\n    puts x\n  end\nend\n",
    "kotlin": "private fun sum@(a: Int, b: Int): Int {\n    return listOf(a, b).sumOf { it }\n}\n",
    "rust": "pub fn sum@(a: i64, b: i64) -> i64 {\n    if a > b { a } else { b }\n}\n",
    "elixir": "defmodule Sum@ do\n  def of@(a, b) do\n    if a > b do\n      a\n    end\n  end\nend\n",
    "vbnet": "Class Sum@\n    Public Shared Function Add@(a As Integer, b As Integer) As Integer\n        Dim x = a + b\n        Return x\n    End Function\nEnd Class\n",
    "shell": 'sum@() {\n  local total@=$(($1 + $2))\n  echo "it\'s $total@ }" {\n}\n',
}
"""A function of each language without a condition; ``@`` becomes a number."""


def skipped(text: str, functions: str) -> list[str]:
    """Return the parts of a text that are skipped."""
    found = find_silent_functions(text, Context(Source(text, "x")), (), functions)
    return [text[low:high].strip("\n") for low, high in sorted(found.items())]


MARKED = "function list() {\n  return cw.get('/service/tickets', { conditions: %s });\n}\n"


@pytest.mark.parametrize(
    ("functions", "text"),
    [
        ("braces", "function alone() {\n  return 1;\n}"),
        ("braces", "export async function alone()\n{\n  return 1;\n}"),
        ("methods", "  private async alone(a: number): Promise<number> {\n    return a;\n  }"),
        ("methods", "    public static List<int> Alone(int a,\n        int b)\n    {\n        return null;\n    }"),
        (
            "basic",
            "    Private Async Function Alone(Of T)(a As Integer, b As T()) As Task(Of T)\n        Return b\n    End Function",
        ),
        ("basic", "    sub Alone() Handles Button.Click\n        Show()\n    end sub"),
        ("words", "  def alone(a)\n    a.each do |x|\n      x\n    end\n  end"),
        ("words", "  defp alone(a) do\n    a\n  end"),
        ("commands", "function Get-Alone {\n    param(\n        [int]$A,\n        [int]$B\n    )\n    $A\n}"),
    ],
)
def test_a_function_that_nothing_uses_is_skipped(functions: str, text: str) -> None:
    assert skipped(f"\n{text}\n\nx = 1\n", functions) == [text]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("function f() {\n  return 1;\n}\nf();\n", "it is called"),
        ("function f() {\n  return 1;\n}\nfunction list() {\n  return f(conditions);\n}\n", "a function with a mark calls it"),
        ("function g() {\n  return 1;\n}\nfunction f() {\n  return g();\n}\nf();\n", "it is called by one that is called"),
        ("function f() {\n  send('a');\n}\nfunction send(x) { get(x, conditions); }\n", "it calls one with a mark"),
        ("function f() {\n  this.text = 1;\n  return 1;\n}\n", "it sets a member"),
        ("function f() {\nreturn 1;\n}\n", "its lines are not deeper"),
        ("function f() {\n  return `\n}\n", "it ends in a text"),
        ("function f() {\n  return '{';\n}\n", "its braces do not pair"),
        ("function f() {\n  return {\n}\n", "it has no end"),
        ("function f(a) { return a; }\n", "it is one line"),
    ],
)  # fmt: skip
def test_a_function_is_not_skipped_if(text: str, reason: str) -> None:
    assert skipped(f"\n{text}", "methods") == [], reason


def test_a_header_that_gives_a_type_to_a_used_name_is_kept() -> None:
    typed = "function f(board: number) {\n  const x = 1;\n  return x + 1;\n}\n"
    assert skipped(f"\n{typed}\nuse(board);\n", "methods") == ["  const x = 1;\n  return x + 1;"]
    assert skipped(f"\n{typed}\nuse(other);\n", "methods") == [typed.rstrip("\n")]


def test_a_header_of_visual_basic_that_goes_on_or_gives_a_type_is_kept() -> None:
    typed = "Function F(board As Integer) As Integer\n    Return 1\nEnd Function"
    assert skipped(f"\n{typed}\nUse(board)\n", "basic") == ["    Return 1"]
    assert skipped(f"\n{typed}\nUse(other)\n", "basic") == [typed]
    assert skipped("\nFunction F(\n    board As Integer) As Integer\n    Return 1\nEnd Function\n", "basic") == []
    assert skipped("\nFunction F(a As Long) _\n    As Integer\n    Return 1\nEnd Function\n", "basic") == []


def test_a_name_in_a_comment_is_no_use() -> None:
    assert len(skipped("\nfunction of() {\n  return 11;\n}\n// terms of use\n", "methods")) == 1


@pytest.mark.parametrize(
    ("rest", "is_skipped"),
    [
        ('fill 1\ncurl -G "$url" --data-urlencode "conditions=$name"\n', True),
        ('fill 1\ncurl -G "$url" --data-urlencode "conditions=$text"\n', False),
        ('curl -G "$url" --data-urlencode "conditions=${text}"\n', False),
        ("# the text\n", True),
        ('send() {\n  curl "$url?conditions=$text"\n}\n', False),
    ],
)
def test_a_function_of_a_shell_script_is_skipped_unless_a_variable_that_it_sets_is_used(
    rest: str, is_skipped: bool
) -> None:
    function = "fill() {\n  local text='closed'\n  echo \"$1\"\n}"
    text = f"\n{function}\n{rest}"
    found = find_silent_functions(text, Context(Source(text, "x")), (), "shell")
    assert [text[low:high].strip("\n") for low, high in found.items()] == ([function] if is_skipped else [])


def test_arithmetic_in_a_shell_script_is_a_number() -> None:
    text = '# connectwise\ncurl -G "$url/service/tickets" --data-urlencode "conditions=id = $((1 + (a))) and closedFlag = false"\n'
    assert describe("shell", text) == [
        "conditions /service/tickets: id = <!$((1 + (a)))> and closedFlag = false",
    ]


def test_a_shell_function_that_gives_a_variable_to_a_used_one_is_kept() -> None:
    first = "first() {\n  text='closedFlag = false'\n}\n"
    second = 'second() {\n  filter="$text"\n}\n'
    text = f'\n{first}{second}curl "$url?conditions=$filter"\n'
    assert find_silent_functions(text, Context(Source(text, "x")), (), "shell") == {}
    text = text.replace("$filter", "x")
    assert find_silent_functions(text, Context(Source(text, "x")), (), "shell") != {}


def test_a_call_at_the_end_of_a_line_defines_no_function() -> None:
    text = "\nfunction f(x) {\n  return x.trim();\n}\nconst y = name.trim()\nuse(y)\n"
    assert skipped(text, "methods") == ["function f(x) {\n  return x.trim();\n}"]


def test_a_function_that_calls_one_with_its_brace_on_the_next_line_is_kept() -> None:
    text = "\nfunction f(x) {\n  return fold(x);\n}\nvoid fold(x)\n{ get(x, conditions); }\n"
    assert skipped(text, "methods") == []


def test_a_word_that_begins_with_the_closing_one_ends_no_function() -> None:
    text = "\ndef f\n  long_call_of_something(1)\nend_of = 1\nend\n"
    assert skipped(text, "words") == []


def test_the_conditions_after_a_skipped_function_are_found_at_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "SHORT", 0)
    text = "// connectwise\n" + PLAIN["javascript"].replace("@", "1") + MARKED % "'closedFlag = false'"
    assert describe("javascript", text) == ["conditions /service/tickets: closedFlag = false"]
    (found,) = ExtractedFile(text, job_of("x.js")).conditions()
    assert text[found.span.start : found.span.end] == "'closedFlag = false'"


def test_programs_have_the_same_diagnostics_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "SHORT", 0)
    monkeypatch.setattr(flow_module, "SHORT", 0)
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in read_rounds():
        language = language_of(each.file)
        if language is not None and language.module in PLAIN:
            groups.setdefault(language.module, []).append((each.file, each.source))
    rng = random.Random(2)
    programs: list[tuple[str, str]] = []
    for number in range(90):
        module = rng.choice([*groups])
        name, text = rng.choice(groups[module])
        plain = "\n".join([PLAIN[module].replace("@", f"{number}x{index}") for index in range(30)])
        programs.append((name, rng.choice([f"{text}\n{plain}", f"{text}\n{plain}\n{text}"])))
    lines = {"functions": 0, "commands": 0}

    def counted(text: str, context: Context, words: tuple[re.Pattern[str], ...], functions: str) -> dict[int, int]:
        found = find_silent_functions(text, context, words, functions)
        kind = "commands" if functions == "shell" else "functions"
        lines[kind] += sum([text.count("\n", low, high) for low, high in found.items()])
        return found

    monkeypatch.setattr(shell, "SHORT", 0)
    monkeypatch.setattr(skipping, "find_silent_functions", counted)
    fast = [ExtractedFile(text, job_of(name)).judge() for name, text in programs]
    assert lines["functions"] > 8000
    assert lines["commands"] > 300
    monkeypatch.setattr(skipping, "find_silent_functions", lambda *_: {})
    assert [ExtractedFile(text, job_of(name)).judge() for name, text in programs] == fast


def test_python_files_have_the_same_diagnostics_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [(each.file, each.source) for each in read_rounds() if each.file.endswith(".py")]
    rng = random.Random(3)
    pairs = [rng.sample(files, 2) for _ in files[::2]]
    programs = [*files, *[(name, f"{first}\n{second}") for (name, first), (_, second) in pairs]]
    skipped = 0
    is_silent = flow_module.Flow.is_silent

    def counted(flow: flow_module.Flow, function: Function) -> bool:
        nonlocal skipped
        skipped += is_silent(flow, function)
        return is_silent(flow, function)

    monkeypatch.setattr(flow_module, "SHORT", 0)
    monkeypatch.setattr(flow_module.Flow, "is_silent", counted)
    fast = [ExtractedFile(text, job_of(name)).judge() for name, text in programs]
    assert skipped > 300
    monkeypatch.setattr(flow_module.Flow, "is_silent", lambda *_: False)
    assert [ExtractedFile(text, job_of(name)).judge() for name, text in programs] == fast
