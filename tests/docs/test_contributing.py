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
TOP = (
    "grammar",
    "specs",
    "generated",
    "src",
    "tests",
    "scripts",
    "docs",
    "examples",
    "benchmarks",
    "editors",
    "playground",
)
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


def test_the_walks_pass_existing_functions() -> None:
    section = PAGE.partition("## Three walks\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith(("- ", "  "))]
    module, found = "", 0
    for word in re.findall(r"`([^`]+)`", "\n".join(lines)):
        path = ROOT / "src" / "cwql" / word.replace(".", "/")
        if path.with_suffix(".py").exists() or path.is_dir():
            module = f"cwql.{word}"
            import_module(module)
            continue
        here: object = import_module(module)
        first, _, rest = word.partition(".")
        here = getattr(here, first) if hasattr(here, first) else import_module(f"{module}.{first}")
        for name in rest.split(".") if rest else ():
            assert hasattr(here, name), f"{word} in {module}"
            here = getattr(here, name)
        found += 1
    assert found > 30


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
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)).split()
    # `make check` runs those of the variable CHECKS.
    assert sorted(f"make {name}" for name in phony if name != "$(CHECKS)") == TARGETS


@pytest.mark.parametrize("module", MODULES)
def test_every_module_that_is_run_exists(module: str) -> None:
    name = module.removeprefix("python -m ").replace(".", "/")
    assert any(
        (folder / f"{name}{end}").is_file() for folder in (ROOT, ROOT / "src") for end in (".py", "/__main__.py")
    )


def test_no_code_compares_the_name_of_a_dialect_or_language() -> None:
    what = r"(?:dialect|product|language|traits)(?:\.name)?"
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
from cwql.rules.registry import checks

SHOUTED_VALUE = Rule("CW499", "shouted-value", "warning", summary="Reports capitals.", why="They shout.",
                     example='summary = "DOWN"', instead='summary = "down"', evidence="a test", values=("text",))


@checks(SHOUTED_VALUE)
def check_shouted_value(context):
    for comparison in context.comparisons:
        for value, span in zip(comparison.values, context.place(comparison).values, strict=True):
            if isinstance(value, str) and value.isupper():
                yield SHOUTED_VALUE.at(span, "a value in capitals", hint="write small letters")
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
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.syntax import BACKSLASH
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import Form, Syntax
from cwql.lint.templates.model import QuoteStyle

FORMS = {'"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\"}), ["${"])}
SYNTAX = Syntax(r'(?P<string>")|(?P<name>[A-Za-z_]\w*)', "//", {"/*": "*/"}, FORMS)


class Scala(Parser):
    lines = True
    typed = "colon"
    named = frozenset(("=",))


extract = Grammar(SYNTAX, Scala, Traits("scala")).extract
"""
ENTRY = """\
    Language("scala", "scala", (".sc",), comment=("// ", ""), phrases=Phrases(holds="%s.contains(%q)", placeholder="${%s}")),
"""
SOURCE = """def fetch(name: String, number: Int) {
  cwmClient.get("/service/tickets", conditions = "sumary = '${name}' and id = ${number}")
}
"""
CASES = {
    "rule": ("shouted_value", RULE, "", ""),
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
    "rule": [(["check", "summary = 'DOWN'"], "CW499 shouted-value"), (["explain", "shouted-value"], "They shout.")],
    "output format": [(["check", "--format", "codes", "id == 5"], "CW112\n"), (["lint", "--help"], "codes")],
    "command": [(["first", "id = 5"], "id\n"), (["completion", "--complete", "1", "cwql", "fi"], "first\n")],
    "language for lint": [
        (["lint", "--no-cache", "{files}"], "2:51: error CW203 unknown-field"),
        (["lint", "--no-cache", "{files}"], "${name} between quotes"),
        (["lint", "--no-cache", "{files}"], 'if name.contains("\'"), put'),
        (["lint", "--no-cache", "{files}"], "Found 1 error and 1 warning in 1 file"),
        (["lint", "--no-cache", "--add-ignore", "{files}"], "suppressed 2 problems"),
    ],
}


OPERATOR: dict[str, list[tuple[str, str]]] = {
    "grammar/automate.lark": [("startswith|endswith", "startswith|endswith|within")],
    "src/cwql/language/operators.py": [
        (
            'IN = Operator("in"',
            """\
WITHIN = Operator("within", "text", "not within")
NOT_WITHIN = Operator("not within", "text", "within")
IN = Operator("in\"""",
        ),
        ("        NOT_ENDSWITH,\n", "        NOT_ENDSWITH, WITHIN, NOT_WITHIN,\n"),
        (
            "    def not_endswith(",
            """\
    def within(self, text):
        return self._compare(WITHIN, text)

    def not_endswith(""",
        ),
    ],
    "src/cwql/language/dialects/automate.py": [
        ("    STARTSWITH,\n", "    STARTSWITH, WITHIN, NOT_WITHIN,\n"),
        (
            "        IN: ",
            """\
        WITHIN: SyntaxForm("within", "D", "Name within 'PC-01'"),
        NOT_WITHIN: SyntaxForm("not within", "D", "Name not within 'PC-01'"),
        IN: """,
        ),
    ],
    "src/cwql/semantics/operators.py": [
        ("    STARTSWITH,\n    Operator,\n", "    STARTSWITH, WITHIN, NOT_WITHIN, Operator,\n"),
        (
            "class OperatorSemantics(",
            """\
INSIDE = TextTest(lambda text, whole: text in whole, lambda text, whole: (f"instr(?, {text}) > 0", (whole,)))


class OperatorSemantics(""",
        ),
        (
            "        OperatorSemantics(IN, ",
            """\
        OperatorSemantics(WITHIN, "text", "the value contains the text", text_test=INSIDE),
        OperatorSemantics(NOT_WITHIN, "text", "the value does not contain the text", text_test=INSIDE, negated=True),
        OperatorSemantics(IN, """,
        ),
    ],
}
LITERAL: dict[str, list[tuple[str, str]]] = {
    "grammar/automate.lark": [
        ("    | PLACEHOLDER\n", "    | HEX\n    | PLACEHOLDER\n\nHEX.3: /0x[0-9A-F]+(?![A-Za-z0-9_\\/.:-])/\n"),
    ],
    "src/cwql/language/literals.py": [
        ('    "boolean": "true', '    "hex": "hexadecimal number",\n    "boolean": "true'),
        ('    "BOOLEAN": lambda', '    "HEX": lambda text, _: int(text, 16),\n    "BOOLEAN": lambda'),
        ("    folded = text.lower()\n", '    if text[:2] == "0x":\n        return "hex"\n    folded = text.lower()\n'),
    ],
    "src/cwql/language/dialects/automate.py": [
        (
            '        "boolean": ',
            """\
        "hex": SyntaxForm("0x1F", "", "Client.Id = 0x1F", canonical=False),
        "boolean": """,
        ),
    ],
}
GRAMMARS = """
import sys
from pathlib import Path
from cwql_codegen import grammar, rule_index
for name, text in (grammar.generate() | rule_index.generate()).items():
    Path(sys.argv[1], name).write_text(text, encoding="utf-8")
"""
LANGUAGE_CASES = [
    ("check('Client.Id = 0x1F', dialect='automate')", "[]"),
    ("parse('Client.Id in (0x1F, 2)', dialect='automate').value", "(31, 2)"),
    ("fix('Client.Id == 0x1F', dialect='automate').text", "'Client.Id = 0x1F'"),
    ("check('id = 0x1F')[0].name", "'malformed-number'"),
    ("check('Client.Id = 0x1F', endpoint='/Computers', rules=RuleConfig(strict=True))[-1].message", "0x1F"),
    ("check(\"Name within 'pc-01'\", dialect='automate')", "[]"),
    ("emit(~F('Name').within('pc-01'), dialect='automate')", "Name not within 'pc-01'"),
    ("check(\"Name within 'pc-01'\")[0].name", "'unknown-operator'"),
    ("check(\"within = 'pc-01'\", dialect='automate')[0].severity", "'error'"),
    ("predicate(\"Name within 'pc-01'\", dialect='automate')({'Name': 'pc'})", "True"),
    ("TABLE.find(F('Name').within('pc-01'), find_dialect('automate'))", "{0}"),
    (
        "TABLE.find(~F('Name').within('pc-01'), find_dialect('automate'))",
        "{1}",
    ),
]


def run_in_copy(copy: Path, *words: str) -> str:
    """Run Python with the copy of the library, and return its output."""
    folders = [copy / "src", copy / "generated", ROOT / "generated", ROOT]
    run = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the library to which every case was added as its row describes."""
    folder = tmp_path_factory.mktemp("copy")
    for part in ("src", "grammar", "generated/cwql_grammar"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    rows = {re.sub(r"^an? |,? `.*$", "", row[0]): re.findall(r"`(\S+/\S+)`", row[1]) for row in ROWS}
    for what, (name, text, old, new) in CASES.items():
        added, *registries = rows[what]
        (folder / added.replace("NAME", name)).write_text(text, encoding="utf-8")
        if not registries:
            continue
        registry = registries[0]
        before = (folder / registry).read_text(encoding="utf-8")
        assert before.count(old) == 1
        (folder / registry).write_text(before.replace(old, new), encoding="utf-8")
    for what, files in (("operator", OPERATOR), ("literal form", LITERAL)):
        assert list(files) == rows[what]
        for place, replacements in files.items():
            text = (folder / place).read_text(encoding="utf-8")
            for old, new in replacements:
                assert old in text
                text = text.replace(old, new)
            (folder / place).write_text(text, encoding="utf-8")
    assert run_in_copy(folder, "-c", GRAMMARS, str(folder / "generated")) == ""
    return folder


@pytest.mark.parametrize(
    ("what", "words", "message"), [(what, *call) for what, calls in CALLS.items() for call in calls]
)
def test_the_files_of_the_row_are_enough(copy: Path, tmp_path: Path, what: str, words: list[str], message: str) -> None:
    (tmp_path / "fetch.sc").write_text(SOURCE, encoding="utf-8")
    assert message in run_in_copy(copy, "-m", "cwql", *[word.format(files=tmp_path) for word in words])


def test_the_files_for_an_operator_or_literal_are_enough(copy: Path) -> None:
    program = [
        "from cwql import *",
        "from cwql.analysis.rule_config import RuleConfig",
        "from cwql.language.dialects import find_dialect",
        "from tests.semantics.documents import DocumentTable",
        "TABLE = DocumentTable([{'name': 'pc'}, {'name': 'x'}])",
        *(f"print(repr({code}))" for code, _ in LANGUAGE_CASES),
    ]
    lines = run_in_copy(copy, "-c", "\n".join(program)).splitlines()
    assert len(lines) == len(LANGUAGE_CASES), "\n".join(lines)
    for line, (code, expected) in zip(lines, LANGUAGE_CASES, strict=True):
        assert expected in line, code


@pytest.mark.parametrize("what", ["operator", "literal form"])
def test_few_files_are_changed(what: str) -> None:
    row = next(row for row in ROWS if what in row[0])
    assert len(re.findall(r"`(\S+/\S+)`", row[1])) <= 4
