"""Settings: their sources, the errors for invalid ones, and the rules that they select."""

from __future__ import annotations

import os
import re
import time
import tomllib
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from cwql.analysis.rule_config import is_enabled
from cwql.cli.options import DIALECT_NAMES
from cwql.errors import UnknownNameError
from cwql.lint.configuration import COMMON_KEYS, LINT_KEYS, describe, find_settings, read_file, schema
from cwql.lint.session import Session
from cwql.lint.settings import EXCLUDED, ConfigurationError, Globs, Settings, check_selector, choose_codes
from cwql.lint.toml import parse_toml
from cwql.rules.registry import RULES
from scripts.docs.settings_schema import PATH, write
from tests.lint.tree import options, plant

ALL = {rule.code for rule in RULES}


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
        lint.select = ["CW2", "unknown-field"]
        lint.extend-select = ["CW602"]
        lint.ignore = ["CW204"]
        lint.exclude = ["gen"]
        lint.extend-exclude = ["*.md"]
        lint.respect-gitignore = false
        lint.force-exclude = true
        lint.dialect = "manage"
        lint.endpoint = "/service/tickets"
        lint.release = "2025.1"
        lint.language = "python"
        lint.strict = true
        lint.baseline = "known.json"
        cache-dir = "out/cache"
        output-format = "concise"
        lint.unsafe-fixes = true
        lint.show-fixes = true
        lint.max-file-size = 2
        [lint.severity]
        CW602 = "off"
        [lint.per-file-ignores]
        "tests/**" = ["ALL"]
        "!src/**" = ["CW3"]
    """
    plant(tmp_path, {"a/cwql.toml": text, "a/b/c.py": ""})
    root = str(tmp_path / "a")
    settings = find_settings(f"{root}/b", Settings())
    assert settings == Settings(
        origins=[f"{root}/cwql.toml"],
        select=["CW2", "unknown-field", "CW602"],
        ignore=["CW204"],
        exclude=[Globs(root, ["gen"]), Globs(root, ["*.md"])],
        respect_gitignore=False,
        force_exclude=True,
        dialect="manage",
        endpoint="/service/tickets",
        release="2025.1",
        language="python",
        strict=True,
        severity=[("CW602", "off")],
        per_file_ignores=[(Globs(root, ["tests/**"]), ("ALL",)), (Globs(root, ["!src/**"]), ("CW3",))],
        baseline=f"{root}/known.json",
        cache_dir=f"{root}/out/cache",
        output_format="concise",
        unsafe_fixes=True,
        show_fixes=True,
        max_file_size=2.0,
    )
    given = tomllib.loads(text)
    assert {*given, "extend"} == {*COMMON_KEYS, "lint"}
    assert set(given["lint"]) == set(LINT_KEYS)
    jsonschema.validate(tomllib.loads(text), schema())
    # The printed settings can be read again.
    again = tomllib.loads(describe(settings))
    jsonschema.validate(again, schema())
    assert again["lint"]["exclude"] == ["gen", "*.md"]


def test_nothing_is_found_where_nothing_is() -> None:
    assert find_settings("/nowhere/at/all", Settings()) == Settings()


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "pyproject.toml": "[tool.cwql.lint]\nignore = ['CW1']\nstrict = true\n",
            "a/pyproject.toml": "[project]\nname = 'x'\ndependencies = ['cwql']\n",
            "a/b/pyproject.toml": "[tool.cwql.lint]\nignore = ['CW2']\n",
            "a/b/cwql.toml": "lint.ignore = ['CW3']\n",
        },
    )
    assert find_settings(str(tmp_path / "a"), Settings()).ignore == ("CW1",)
    assert find_settings(str(tmp_path / "a/b"), Settings()).ignore == ("CW3",)
    assert not find_settings(str(tmp_path / "a/b"), Settings()).strict


def test_extend(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "base.toml": "lint.ignore = ['CW1']\nlint.strict = true\nlint.exclude = ['gen']\n[lint.severity]\nCW203 = 'warning'\nCW204 = 'off'\n",
            "a/cwql.toml": "extend = '../base.toml'\nlint.ignore = ['CW2']\nlint.extend-exclude = ['x']\n[lint.severity]\nCW203 = 'off'\n",
            "b/cwql.toml": "extend = '../base.toml'\nlint.select = ['CW1']\n",
        },
    )
    settings = read_file(str(tmp_path / "a/cwql.toml"), Settings())
    assert settings.origins == (str(tmp_path / "a/cwql.toml"), str(tmp_path / "base.toml"))
    assert (settings.ignore, settings.strict) == (("CW1", "CW2"), True)
    assert settings.exclude == (Globs(str(tmp_path), ["gen"]), Globs(str(tmp_path / "a"), ["x"]))
    assert dict(settings.severity) == {"CW203": "off", "CW204": "off"}
    # A selection replaces the earlier one.
    assert read_file(str(tmp_path / "b/cwql.toml"), Settings()).ignore == ()


MISTAKES = [
    ("lint.lnt = []", "cwql.toml:1: lnt: no such setting; expected one of"),
    ("lint.selct = []", "cwql.toml:1: selct: no such setting; did you mean select?"),
    ("zzzzzzzz = 1", "cwql.toml:1: zzzzzzzz: no such setting; expected one of extend, cache-dir, output-format, lint"),
    ("lint.zzzzzzzz = 1", "cwql.toml:1: zzzzzzzz: no such setting; expected one of select, extend-select,"),
    ("select = ['CW1']", "cwql.toml:1: select: no such setting; it belongs to the table [lint]"),
    ("lint.cache-dir = 'x'", "cwql.toml:1: cache-dir: no such setting; it belongs to the top of the file, before any table"),
    ("lint = 1", "cwql.toml:1: lint: expected a table, got 1"),
    ("\n\nlint.select = 'CW2'", 'cwql.toml:3: select: expected a list of texts, got "CW2"'),
    ("lint.select = [1]", "cwql.toml:1: select: expected a list of texts, got 1"),
    ("lint.select = ['CW9']", "cwql.toml:1: select: 'CW9' selects no rule: expected a code, the beginning of one (CW3), a name or ALL"),
    ("lint.ignore = ['unknown-feild']", "selects no rule: expected a code, the beginning of one (CW3), a name or ALL; did you mean 'unknown-field'?"),
    ("lint.strict = 1", "cwql.toml:1: strict: expected true or false, got 1"),
    ("lint.max-file-size = 0", "cwql.toml:1: max-file-size: expected a number above 0 and below 1e9, got 0"),
    ("lint.max-file-size = true", "cwql.toml:1: max-file-size: expected a number above 0 and below 1e9, got true"),
    ("output-format = 'xml'", "cwql.toml:1: output-format: got 'xml', expected one of text, concise, json,"),
    ("lint.dialect = 'mange'", f"cwql.toml:1: dialect: got 'mange', expected one of {', '.join(DIALECT_NAMES)}; did you mean manage?"),
    ("lint.language = 'cobol'", "cwql.toml:1: language: got 'cobol', expected one of python,"),
    ("lint.endpoint = '/service/tickts'", "cwql.toml:1: endpoint: no endpoint '/service/tickts'; did you mean '/service/tickets'"),
    ("lint.dialect = 'automate'\nlint.endpoint = '/service/tickets'", "cwql.toml:2: endpoint: no endpoint '/service/tickets' in automate"),
    ("[lint.severity]\nCW203 = 'of'", "cwql.toml:2: severity: CW203: got 'of', expected one of error, warning, info, off; did you mean off?"),
    ("[lint.severity]\nnope = 'off'", "cwql.toml:2: severity: nope: no rule has the code or name 'nope'"),
    ("lint.severity = 'off'", 'cwql.toml:1: severity: expected a table, got "off"'),
    ("[lint.per-file-ignores]\n'a.py' = 'CW2'", "cwql.toml:2: per-file-ignores: a.py: expected a list of texts, got \"CW2\""),
    ("lint.per-file-ignores = []", "cwql.toml:1: per-file-ignores: expected a table, got a list"),
    ("lint.baseline = 2026-01-01", "cwql.toml:1: baseline: expected a text, got a date"),
    ("lint.select = [", "cwql.toml: not TOML: "),
    ("a = '\udcff'", "cwql.toml: not UTF-8: "),
    ("lint.max-file-size = inf", "cwql.toml:1: max-file-size: expected a number above 0 and below 1e9, got Infinity"),
    ("lint.max-file-size = 1" + "0" * 4000, "cwql.toml:1: max-file-size: expected a number above 0 and below 1e9, got 10000"),
    ("lint.max-file-size = 1" + "0" * 9000, "cwql.toml: not TOML: Exceeds the limit"),
    ("cache-dir = '../cache'", "cwql.toml:1: cache-dir: expected a folder inside that of this file, got \"../cache\""),
    ("cache-dir = '/cache'", "cwql.toml:1: cache-dir: expected a folder inside that of this file, got \"/cache\""),
    ("cache-dir = 'out/cache'", "cwql.toml:1: cache-dir: expected a folder inside that of this file, got \"out/cache\""),
    ('lint.baseline = "a\\u0000"', "cwql.toml:1: baseline: a path cannot contain a NUL character"),
    ("lint.exclude = [" + "'a'," * 1001 + "]", "cwql.toml:1: exclude: expected at most 1000 entries, got 1001"),
    ("[lint.per-file-ignores]\n" + "".join(f"a{n} = ['ALL']\n" for n in range(1001)), "per-file-ignores: expected at most 1000 entries"),
    (f"lint.exclude = ['{'a' * 5000}']", "cwql.toml:1: exclude: expected a pattern of at most 4096 characters, got 5000"),
    (f"output-format = '{'a' * 5000}'", f"cwql.toml:1: output-format: got '{'a' * 80}…', expected one of text,"),
    (f"{'a' * 5000} = 1", f"cwql.toml:1: {'a' * 80}…: no such setting; expected one of"),
    ("#" * 250_001, "cwql.toml: larger than 0.25 MB"),
    ("#" * 1_000_001, "cwql.toml: larger than 1 MB"),
    ("lint.select = " + "[" * 100_000, "cwql.toml: nested deeper than 16 levels"),
    ("x = " + "{a=" * 17, "cwql.toml: nested deeper than 16 levels"),
    ("x." + "a." * 16_000 + "b = 1", "cwql.toml: a key of more than 16 parts, separated by dots"),
    ("[" + "'a' . " * 17 + "b]", "cwql.toml: a key of more than 16 parts, separated by dots"),
    ('x = ["""a"""", {' + "a." * 17 + "b = 1}]", "cwql.toml: a key of more than 16 parts, separated by dots"),
    ("\"a\\n::error::b\" = 1", "cwql.toml: a<U+000A>::error::b: no such setting"),
    ("extend = 'nowhere.toml'", "nowhere.toml: No such file or directory"),
    ("extend = 'cwql.toml'", "cwql.toml: extend goes in a circle: "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_reported_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    os.symlink("..", tmp_path / "out")
    (tmp_path / "cwql.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        find_settings(str(tmp_path), Settings())


DEEP_STRINGS = r"""
x = "[[[[[[[[[[[[[[[[[[[[ a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a \" [[[[[[[[[[[[[[[[[[[["
y = '{{{{{{{{{{{{{{{{{{{{ a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a \' # [[[[[[[[[[[[[[[[[[[[[
z = ['''[[[[[[[[[[[[[[[[[[[[' ''[[[''''', QQQa"" [[[[[[[[[[[[[[[[[[[[[[[\" QQQ]
"a]]]]]]]]]]]]]]]][[[[[[[[[[[[[[[[[[[[" = [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]
a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]
""".replace("QQQ", '"""')


def test_strings_and_comments_have_no_depth() -> None:
    assert parse_toml(DEEP_STRINGS.encode()) == tomllib.loads(DEEP_STRINGS)


# Each has nearly the size of the largest file that is parsed.
LARGE = [
    "a = '''" + "'' " * 83_000,
    'a = """' + '"" ' * 83_000,
    'a = "' + "\\\\" * 124_000,
    '"' * 249_000,
    "'" * 249_000,
    "a.a." * 62_000,
    "a" * 249_000,
    "[" + "a" * 249_000,
    "".join(f"a{n}.{'a.' * 14}b = 1\n" for n in range(6_000)),
    "".join(f"[a{n}.{'a.' * 14}b]\n" for n in range(6_000)),
    "a" * 120_000 + " = 1\n" + "a" * 120_000 + " = 1\n",
    "selct" + "t" * 100_000 + " = 1\n#" + "selct" + "t" * 100_000,
    "\n".join(["lint.select = [1]"] * 10_000),
    "x = [" + " select =" * 27_000,
    "lint.select = [" + '"CW2",' * 40_000 + "]",
    "[lint.severity]\n" + "".join(f"a{n} = 'off'\n" for n in range(15_000)),
]


@pytest.mark.parametrize("text", LARGE, ids=range(len(LARGE)))
def test_no_content_takes_long(tmp_path: Path, text: str) -> None:
    (tmp_path / "cwql.toml").write_text(text)
    start = time.process_time()
    with pytest.raises(ConfigurationError, match=r"cwql\.toml"):
        find_settings(str(tmp_path), Settings())
    # Some would take minutes without the limits; the bound is no measurement.
    assert time.process_time() - start < 10


def test_a_large_pyproject_of_other_tools_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[project]\nname = 'x'\n" + "#" * 900_000)
    assert find_settings(str(tmp_path), Settings()) == Settings()
    path.write_text("[tool.cwql]\n" + "#" * 900_000)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: larger than 0\.25 MB"):
        find_settings(str(tmp_path), Settings())


def test_special_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: a pipe, not a file"):
        find_settings(str(tmp_path), Settings())
    os.symlink("/dev/zero", tmp_path / "cwql.toml")
    with pytest.raises(ConfigurationError, match=r"cwql\.toml: a device, not a file"):
        find_settings(str(tmp_path), Settings())
    (tmp_path / "other.toml").write_text("extend = '/dev/zero'\n")
    with pytest.raises(ConfigurationError, match="/dev/zero: a device, not a file"):
        read_file(str(tmp_path / "other.toml"), Settings())


def test_extend_has_a_longest_chain(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"{number}.toml").write_text(f"extend = '{number + 1}.toml'\n")
    (tmp_path / "8.toml").write_text("lint.strict = true\n")
    assert read_file(str(tmp_path / "1.toml"), Settings()).strict
    with pytest.raises(ConfigurationError, match="extend leads through more than 8 files"):
        read_file(str(tmp_path / "0.toml"), Settings())
    # Each time by another path.
    os.symlink(".", tmp_path / "here")
    (tmp_path / "8.toml").write_text("extend = 'here/8.toml'\n")
    with pytest.raises(ConfigurationError, match="extend leads through more than 8 files"):
        read_file(str(tmp_path / "8.toml"), Settings())


def test_settings_are_shown_as_toml_whatever_is_in_them() -> None:
    odd = '\x1b[31m\x7f\u202e\n\u200b\U0001f600 é\t"\\'
    settings = Settings(
        origins=["/a\nb/\x1bcwql.toml"],
        exclude=[Globs("/", [odd])],
        per_file_ignores=[(Globs("/", [odd]), ("ALL",))],
    )
    shown = describe(settings)
    assert shown.startswith("# from /a<U+000A>b/<U+001B>cwql.toml\n")
    assert all(line.isprintable() for line in shown.splitlines())
    assert tomllib.loads(shown)["lint"]["exclude"] == [odd]
    assert tomllib.loads(shown)["lint"]["per-file-ignores"] == {odd: ["ALL"]}


def test_mistakes_in_pyproject(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[project]\nname = 'x'\n\n[tool.cwql]\n# strict = 1\nlint.strict = 2\n")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml:6: strict: expected true or false"):
        find_settings(str(tmp_path), Settings())
    path.write_text("[tool]\ncwql = 1\n")
    with pytest.raises(ConfigurationError, match=r"tool\.cwql: expected a table, got a number"):
        find_settings(str(tmp_path), Settings())
    path.write_text("[project]\nname = 'cwql'\n")
    with pytest.raises(ConfigurationError, match=r"there is no table \[tool\.cwql\]"):
        read_file(str(path), Settings())


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        (("ALL",), (), ALL),
        (("CW2",), (), {code for code in ALL if code.startswith("CW2")}),
        (("cw203",), (), {"CW203"}),
        (("unknown-field", "CW602"), (), {"CW203", "CW602"}),
        (("ALL",), ("CW203",), ALL - {"CW203"}),
        (("ALL",), ("CW",), set()),
        (("CW203",), ("CW2",), {"CW203"}),
        (("CW2",), ("CW20",), {code for code in ALL if code.startswith("CW2") and not code.startswith("CW20")}),
        (("CW203",), ("unknown-field",), set()),
    ],
)
def test_the_longer_selector_wins(select: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]) -> None:
    assert choose_codes(select, ignore) == expected


def test_selectors() -> None:
    for word in ("ALL", "all", "CW", "CW2", "cw203", "unknown-field", "Unknown-Field"):
        check_selector(word)
    for word in ("", "C", "CW9", "unknown", "all "):
        with pytest.raises(UnknownNameError):
            check_selector(word)


def test_per_file_ignores() -> None:
    globs = [(Globs("/p", ["tests/"]), ("CW2",)), (Globs("/p", ["*.md"]), ("CW6",))]
    settings = Settings(per_file_ignores=globs)
    assert settings.codes("/p/src/a.py") is None
    assert settings.codes("/p/tests/deep/a.py") == frozenset({code for code in ALL if not code.startswith("CW2")})
    assert settings.codes("/p/tests/a.md") == frozenset({code for code in ALL if not code.startswith(("CW2", "CW6"))})
    assert settings.codes("/elsewhere/tests/a.py") is None


def test_a_strict_rule_is_asked_when_it_is_selected_by_name() -> None:
    strict = next(rule for rule in RULES if rule.strict)
    for word in (strict.code, strict.name):
        rules = Settings(select=["ALL", word]).read_rules()
        assert rules is not None
        assert is_enabled(strict.code, strict.strict, rules)
    assert Settings(select=["ALL"]).read_rules() is None
    rules = Settings(select=[strict.code], severity=[(strict.code, "error")]).read_rules()
    assert rules is not None
    assert rules.severity[strict.code] == "error"


def test_options_come_before_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(
        tmp_path,
        {
            "cwql.toml": "lint.select = ['CW1']\nlint.ignore = ['CW112']\nlint.exclude = ['x']\nlint.respect-gitignore = false\n[lint.severity]\ndouble-equals = 'off'\n"
        },
    )
    monkeypatch.chdir(tmp_path)
    assert Session(options()).settings.select == ("CW1",)
    chosen = Session(
        options(select=["CW2"], extend_select=["CW602"], ignore=["CW203"], severity=["CW112=error"], extend_exclude=["y"],
                respect_gitignore=True, strict=True, per_file_ignores=["a/*.py:CW2"])
    ).settings  # fmt: skip
    assert (chosen.select, chosen.ignore) == (("CW2", "CW602"), ("CW203",))
    assert chosen.severity == (("CW112", "error"),)
    assert [globs.lines for globs in chosen.exclude] == [("x",), ("y",)]
    assert chosen.respect_gitignore
    assert chosen.strict
    assert chosen.codes(f"{tmp_path}/a/b.py") == frozenset(("CW602",))
    assert Session(options(ignore=["CW101"])).settings.ignore == ("CW112", "CW101")
    assert Session(options(extend_select=["CW2"])).settings.select == ("CW1", "CW2")
    isolated = Session(options(isolated=True)).settings
    assert isolated == Settings()
    assert isolated.exclude == (Globs("", EXCLUDED),)
    other = tmp_path / "other.toml"
    other.write_text("lint.strict = true\n")
    assert Session(options(config=str(other))).settings.strict


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"select": ["CW9"]}, "'CW9' selects no rule"),
        ({"per_file_ignores": ["a.py"]}, "--per-file-ignores a.py: expected PATTERN:RULE"),
        ({"per_file_ignores": ["a.py:nope"]}, "'nope' selects no rule"),
        ({"severity": ["CW203=loud"]}, "unknown severity 'loud'"),
        ({"endpoint": "/nowhere"}, "no endpoint '/nowhere'"),
        ({"config": "/nowhere.toml"}, "/nowhere.toml: No such file"),
    ],
)
def test_mistaken_options(given: dict[str, object], message: str) -> None:
    with pytest.raises((UnknownNameError, ConfigurationError), match=re.escape(message)):
        Session(options(**given))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert PATH.read_text(encoding="utf-8") == write(), "write it anew: make pages"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"lint": {"selct": []}}, schema())
