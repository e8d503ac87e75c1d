"""CONTRIBUTING.md is true: the names in it exist, and the files in its table are enough to add a rule, a format or a command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE))
TREE = PAGE.partition("```text\n")[2].partition("```")[0]
TOP = ("grammar", "specs", "generated", "src", "tests", "scripts", "docs", "examples", "benchmarks")
PLACES = sorted({word for word in CODE if "/" in word and " " not in word and word.partition("/")[0] in TOP})
REGISTRIES = sorted({word for word in CODE if re.fullmatch(r"cwql(\.\w+)+\.[A-Z]+", word)})
TARGETS = sorted({word for word in CODE if word.startswith("make ")})
MODULES = sorted({word for word in CODE if word.startswith("python -m ")})
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("| To add ")[2].splitlines()
    if line.startswith(("| a ", "| an "))
]


def test_the_table_has_every_row() -> None:
    added = [re.sub(r"^an? |,? `.*$", "", row[0]) for row in ROWS]
    assert added == [
        "operator",
        "literal form",
        "rule",
        "dialect",
        "endpoint",
        "overlay entry",
        "command",
        "output format",
        "language for lint",
    ]
    assert all(len(row) == 5 for row in ROWS)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_exists(place: str) -> None:
    """If NAME is part of the path, its folder contains other files of that kind."""
    path = ROOT / place
    assert any(path.parent.glob(f"*{path.suffix}")) if path.stem == "NAME" else path.exists()


def test_the_tree_is_that_of_the_checkout() -> None:
    named = re.findall(r"^( *)((?:[\w/]+/ ?)+)", TREE, re.MULTILINE)
    library = {name.rstrip("/") for indent, names in named if indent for name in names.split()}
    packages = {path.parent.name for path in (ROOT / "src" / "cwql").glob("*/__init__.py")}
    assert library == packages
    top = {name.partition("/")[0] for indent, names in named if not indent for name in names.split()}
    assert top == set(TOP)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_resolve(link: str) -> None:
    assert (ROOT / link).is_file()


@pytest.mark.parametrize("registry", REGISTRIES)
def test_every_registry_exists(registry: str) -> None:
    module, _, name = registry.rpartition(".")
    assert len(getattr(import_module(module), name)) > 1


def test_every_target_is_described() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert sorted(f"make {name}" for name in phony[1].split()) == TARGETS


@pytest.mark.parametrize("module", MODULES)
def test_every_module_that_is_run_exists(module: str) -> None:
    path = ROOT / module.removeprefix("python -m ").replace(".", "/")
    assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def test_no_code_compares_the_name_of_a_dialect_or_language() -> None:
    what = r"(?:dialect|product|language)(?:\.name)?"
    asked = re.compile(rf"""{what} *(?:==|!=|is not|is|not in|in) *(?:[\[({{]? *["']|MANAGE\b|AUTOMATE\b)""")
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {line.strip()}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if asked.search(line)
    ]
    assert found == []


# --- the recipes: in a copy of the library only the files of the row are changed --------------------------------------

RULE = """
from cwql.diagnostics import Rule

RULE = Rule("CW499", "shouted-value", "warning", summary="Reports capitals.", why="They shout.",
            example='summary = "*DOWN*"', instead='summary = "down"', evidence="a test")


def check(context):
    for comparison in context.comparisons:
        for value, span in zip(comparison.values, context.place(comparison).values, strict=True):
            if isinstance(value, str) and value.isupper():
                yield RULE.at(span, "a value in capitals", hint="write small letters")
"""
FORMAT = """
def write(reports, terminal):
    return ";".join([finding.code for _, findings in reports for finding in findings])
"""
COMMAND = """
def configure(parser):
    parser.add_argument("condition")


def run(arguments):
    from cwql import parse

    print(parse(arguments.condition).path.segments[0])
    return 0
"""
LANGUAGE = r"""
from cwql.lint.extractors.escapes import BACKSLASH
from cwql.lint.extractors.habits import Habits
from cwql.lint.extractors.passages import Tongue, find_passages
from cwql.lint.extractors.syntax import Form, Syntax
from cwql.lint.found import Quoting

FORM = Form('"', BACKSLASH, Quoting({'"': '\\"', "\\": "\\\\"}), ["${"])
SYNTAX = Syntax(
    r'(?P<string>")|(?P<name>[A-Za-z_]\w*)',
    "//",
    {"/*": "*/"},
    lambda scanner, match, limit: scanner.read(FORM, match.start(), match.end(), limit),
)
TONGUE = Tongue(SYNTAX, Habits(lines=True, typed="colon", number_types=["Int"]))


def extract(source, context):
    return find_passages(source, context, TONGUE, "scala")
"""
ENTRY = """\
    Language("scala", "scala", (".sc",), comment=("// ", ""), phrases=Phrases(holds="%s.contains(%q)", hole="${%s}")),
"""
SOURCE = """def fetch(name: String, number: Int) {
  cwmClient.get("/service/tickets", conditions = "sumary = '${name}' and id = ${number}")
}
"""
CASES = {
    "rule": ("shouted_value", RULE, '    "outer_blanks",\n', '    "outer_blanks",\n    "shouted_value",\n'),
    "output format": ("codes", FORMAT, "FORMATS: dict[str, str] = {\n", 'FORMATS: dict[str, str] = {\n    "codes": "x",\n'),
    "command": ("first", COMMAND, "COMMANDS: dict[str, str] = {\n", 'COMMANDS: dict[str, str] = {\n    "first": "x",\n'),
    "language for lint": (
        "scala",
        LANGUAGE,
        "LANGUAGES: tuple[Language, ...] = (\n",
        "LANGUAGES: tuple[Language, ...] = (\n" + ENTRY,
    ),
}  # fmt: skip
CALLS = {
    "rule": [(["check", "summary = '*DOWN*'"], "CW499 shouted-value"), (["explain", "shouted-value"], "They shout.")],
    "output format": [(["check", "--format", "codes", "id == 5"], "CW112\n"), (["lint", "--help"], "codes")],
    "command": [(["first", "id = 5"], "id\n"), (["completion", "--complete", "1", "cwql", "fi"], "first\n")],
    "language for lint": [
        (["lint", "--no-cache", "{files}"], "2:51: error CW203 unknown-field"),
        (["lint", "--no-cache", "{files}"], "${name} between quotes"),
        (["lint", "--no-cache", "{files}"], 'where name.contains("\'"), put'),
        (["lint", "--no-cache", "{files}"], "Found 1 error and 1 warning in 1 file"),
        (["lint", "--no-cache", "--add-ignore", "{files}"], "keeps 2 findings back"),
    ],
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the library to which every case was added as its row describes."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src" / "cwql", folder / "src" / "cwql", ignore=shutil.ignore_patterns("__pycache__"))
    rows = {re.sub(r"^an? |,? `.*$", "", row[0]): re.findall(r"`(\S+/\S+)`", row[1]) for row in ROWS}
    for what, (name, text, old, new) in CASES.items():
        added, registry = rows[what]
        (folder / added.replace("NAME", name)).write_text(text, encoding="utf-8")
        before = (folder / registry).read_text(encoding="utf-8")
        assert before.count(old) == 1
        (folder / registry).write_text(before.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("what", "words", "message"), [(what, *call) for what, calls in CALLS.items() for call in calls]
)
def test_the_files_of_the_row_are_enough(copy: Path, tmp_path: Path, what: str, words: list[str], message: str) -> None:
    (tmp_path / "fetch.sc").write_text(SOURCE, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "cwql", *[word.format(files=tmp_path) for word in words]],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(copy / "src"), str(ROOT / "generated")])},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert message in run.stdout + run.stderr
