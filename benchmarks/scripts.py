"""``cwql lint`` on scripts in nine languages: files without ConnectWise, files with a query in one of ten functions, bundles.

The peer is Pygments, a pure Python tokenizer for the same languages: it only splits the text into tokens. What is skipped has
a goal in megabytes per second of one core.

The generated files repeat themselves. Two more rows measure files that people wrote: the scripts of the tests, which are
short, and the scripts below the folder that the environment variable ``CWQL_BENCH_SCRIPTS`` names, for example a checkout.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.table import Row, find_ratio, measure
from cwql.lint.collector import CollectorOff
from cwql.lint.examine import may_hold
from cwql.lint.frontends import language_of
from cwql.lint.linter import read_bytes
from tests.lint.holdout import FOLDER, read_all
from tests.lint.writing import job_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL = 4.0
"""Megabytes per second for scripts without ConnectWise."""

BUNDLE_GOAL = 10.0

LANGUAGES = {
    "javascript": (
        "sync.js",
        (
            "function sum@(a, b) {\n  const total = a + b;\n"
            '  for (const part of [a, b]) {\n    console.log(`total ${total}`, "it\'s", part);\n  }\n'
            "  return [total].map((x) => x * 2).filter(Boolean).join('-');\n}\n\n"
        ),
        (
            "function open@(board, name) {\n  const conditions = `board/id = ${Number(board)} and closedFlag = false`;\n"
            "  return cw.get('/service/tickets', { params: { conditions, orderBy: 'id desc' } });\n}\n\n"
        ),
    ),
    "powershell": (
        "sync.ps1",
        (
            "function Get-Sum@ {\n    param([int]$A, [int]$B)\n    $total = $A + $B\n"
            '    foreach ($part in $A, $B) {\n        Write-Host "total $total it\'s $part"\n    }\n'
            "    return ($total * 2), ($A - $B)\n}\n\n"
        ),
        (
            "function Get-Open@ {\n    param([int]$Board)\n"
            "    Get-CWMTicket -Condition \"board/id = $Board and closedFlag = false\" -orderBy 'id desc' -all\n}\n\n"
        ),
    ),
    "csharp": (
        "Sync.cs",
        (
            "static class Sum@ {\n    public static int Of(int a, int b) {\n        var total = a + b;\n"
            '        foreach (var part in new[] { a, b }) {\n            Console.WriteLine($"total {total} it\'s {part}");\n'
            "        }\n        return total * 2 + (int)Math.Pow(3, 4);\n    }\n}\n\n"
        ),
        (
            "class Open@ {\n    public Task<string> Get(int board) =>\n"
            '        Http($"/v4_6_release/apis/3.0/service/tickets?conditions=board/id={board} and closedFlag=false");\n}\n\n'
        ),
    ),
    "php": (
        "sync.php",
        (
            "function sum@($a, $b) {\n    $total = $a + $b;\n"
            '    foreach ([$a, $b] as $part) {\n        echo "total {$total} it\'s {$part}";\n    }\n'
            "    return implode('-', array_map(fn ($x) => $x * 2, [$total]));\n}\n\n"
        ),
        (
            "function open@($cw, int $board) {\n    return $cw->get('/service/tickets', [\n"
            "        'conditions' => \"board/id = $board and closedFlag = false\",\n        'orderBy' => 'id desc',\n    ]);\n}\n\n"
        ),
    ),
    "go": (
        "sync.go",
        (
            "func sum@(a, b int) int {\n\ttotal := a + b\n"
            '\tfor _, part := range []int{a, b} {\n\t\tfmt.Printf("total %d it\'s %d", total, part)\n\t}\n'
            "\treturn total*2 - a*b\n}\n\n"
        ),
        (
            "func open@(board int) (*http.Response, error) {\n"
            '\tconditions := fmt.Sprintf("board/id = %d and closedFlag = false", board)\n'
            '\treturn http.Get(base + "/v4_6_release/apis/3.0/service/tickets?conditions=" + url.QueryEscape(conditions))\n}\n\n'
        ),
    ),
    "ruby": (
        "sync.rb",
        (
            "def sum@(a, b)\n  total = a + b\n"
            '  [a, b].each do |part|\n    puts "total #{total} it\'s #{part}"\n  end\n'
            "  [total].map { |x| x * 2 }.join('-')\nend\n\n"
        ),
        (
            "def open@(board)\n  cw.get('/service/tickets', conditions: \"board/id = #{board.to_i} and closedFlag = false\", orderBy: 'id')\n"
            "end\n\n"
        ),
    ),
    "shell": (
        "sync.sh",
        (
            "sum@() {\n"
            "  local a=$1 b=$2\n"
            "  local total=$((a + b))\n"
            '  for part in "$a" "$b"; do\n'
            '    echo "total $total it\'s $part"\n'
            "  done\n"
            "  printf '%s\\n' \"$total\" | tr -d ' '\n"
            "}\n\n"
        ),
        (
            "open@() {\n"
            "  local board=$1\n"
            '  curl -sG "$base/v4_6_release/apis/3.0/service/tickets" \\\n'
            '    --data-urlencode "conditions=board/id = $((board)) and closedFlag = false" -H "$auth"\n'
            "}\n\n"
        ),
    ),
    "java": (
        "Sync.java",
        (
            "class Sum@ {\n"
            "    static int of(int a, int b) {\n"
            "        int total = a + b;\n"
            "        for (int part : new int[] { a, b }) {\n"
            '            System.out.println("total " + total + " it\'s " + part);\n'
            "        }\n"
            "        return total * 2 + (int) Math.pow(3, 4);\n"
            "    }\n"
            "}\n\n"
        ),
        (
            "class Open@ {\n"
            "    String get(int board) throws IOException {\n"
            '        return http("/v4_6_release/apis/3.0/service/tickets?conditions=board/id=" + board + " and closedFlag=false");\n'
            "    }\n"
            "}\n\n"
        ),
    ),
    "vbnet": (
        "Sync.vb",
        (
            "Module Sum@\n"
            "    Public Function SumOf@(a As Integer, b As Integer) As Integer\n"
            "        Dim total = a + b\n"
            "        For Each part In {a, b}\n"
            '            Console.WriteLine($"total {total} it\'s {part}")\n'
            "        Next\n"
            "        Return total * 2 + CInt(Math.Pow(3, 4))\n"
            "    End Function\n"
            "End Module\n\n"
        ),
        (
            "Class Open@\n"
            "    Public Function GetOpen@(board As Integer) As String\n"
            '        Return Http($"/v4_6_release/apis/3.0/service/tickets?conditions=board/id={board} and closedFlag=false")\n'
            "    End Function\n"
            "End Class\n\n"
        ),
    ),
}
"""For each language: the name of a file, a function without a query, and one with a query."""


def write(language: str, size: int, queries: bool) -> bytes:
    """Return a program of about `size` bytes; with queries, one of ten functions has one."""
    _, plain, query = LANGUAGES[language]
    parts = ["<?php\n"] if language == "php" else []
    total, number = 0, 0
    sign = "'" if language == "vbnet" else "#" if language in ("powershell", "ruby", "php", "shell") else "//"
    # The words without which a file is not looked at.
    parts.append(f"{sign} The conditions of the license apply.\n" + (f"{sign} connectwise\n" if queries else ""))
    while total < size:
        number += 1
        text = (query if queries and number % 10 == 0 else plain).replace("@", str(number))
        parts.append(text)
        total += len(text)
    return "".join(parts).encode()


def run(quick: bool) -> list[Row]:
    """Measure all languages, a bundle, and files that people wrote."""
    return [*_scripts(quick), _bundle(quick), *_written(quick)]


def _written(quick: bool) -> Iterator[Row]:
    snippets = [*read_all(), *read_all(FOLDER / "second"), *read_all(FOLDER.parent / "reproductions")]
    files = [(each.file, each.source.encode()) for each in snippets]
    yield _files("scripts of the tests", files, quick)
    folder = os.environ.get("CWQL_BENCH_SCRIPTS")
    if folder:
        paths = [
            path for path in sorted(Path(folder).rglob("*")) if path.is_file() and path.stat().st_size <= 2_000_000
        ]
        yield _files("scripts of CWQL_BENCH_SCRIPTS", [(str(path), path.read_bytes()) for path in paths], quick)


def _files(name: str, files: list[tuple[str, bytes]], quick: bool) -> Row:
    """Measure files as a run does: those without the words are only searched. Python and files of data are left out."""
    chosen: list[tuple[str, bytes]] = []
    for path, data in files:
        language = language_of(path)
        if language is not None and not (language.native or language.cells or language.data or language.prose):
            chosen.append((path, data))

    def lint() -> None:
        with CollectorOff():
            for path, data in chosen:
                if may_hold(data):
                    read_bytes(data, job_of(path)).judge()

    size = sum(len(data) for _, data in chosen) / 1e6
    rate = size / median(measure({"lint": lint}, 3 if quick else 7)["lint"])
    average = size * 1e6 / max(len(chosen), 1)
    return Row(f"lint {len(chosen):,} {name}, {average:,.0f} bytes on average: goal {GOAL:g} MB/s", rate, GOAL, "MB/s",
               rate / GOAL, at_least=1)  # fmt: skip


def _scripts(quick: bool) -> Iterator[Row]:
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # it has no types

    size = 100_000 if quick else 400_000
    for language, (name, _, _) in LANGUAGES.items():
        lexer = get_lexer_by_name(language)
        texts = {queries: write(language, size, queries) for queries in (False, True)}

        def lint(data: bytes, name: str = name) -> None:
            if not may_hold(data):
                raise RuntimeError("the file is skipped before its content is looked at")
            with CollectorOff():
                found = read_bytes(data, job_of(name)).judge()
            if found:
                raise RuntimeError("unexpected diagnostics")

        def split(data: bytes, lexer: object = lexer) -> None:
            for _ in lexer.get_tokens(data.decode()):  # type: ignore[attr-defined]  # Pygments has no types
                pass

        work = {
            "plain": lambda data=texts[False], lint=lint: lint(data),
            "queries": lambda data=texts[True], lint=lint: lint(data),
            "tokens": lambda data=texts[True], split=split: split(data),
        }
        seconds = measure(work, 3 if quick else 7)
        plain = len(texts[False]) / 1e6 / median(seconds["plain"])
        queries = len(texts[True]) / 1e6 / median(seconds["queries"])
        tokens = len(texts[True]) / 1e6 / median(seconds["tokens"])
        yield Row(
            f"lint {language} without ConnectWise: goal {GOAL:g} MB/s", plain, GOAL, "MB/s", plain / GOAL, at_least=1
        )
        yield Row(f"lint {language}, a query in one of ten functions: tokens of Pygments", queries, tokens, "MB/s",
                  find_ratio(seconds["tokens"], seconds["queries"]), at_least=0.5, aim=1)  # fmt: skip


def _bundle(quick: bool) -> Row:
    data = b"var a=" + b"(function(e,t){var n=e(1);return n.conditions});" * (20_000 if quick else 60_000)
    seconds = measure({"bundle": lambda: read_bytes(data, job_of("app.js")).judge()}, 3 if quick else 10)
    rate = len(data) / 1e6 / median(seconds["bundle"])
    return Row(
        f"lint a minified bundle: goal {BUNDLE_GOAL:g} MB/s", rate, BUNDLE_GOAL, "MB/s", rate / BUNDLE_GOAL, at_least=1
    )
