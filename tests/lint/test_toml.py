"""Settings in TOML: the short parser reads what `tomllib` reads, and the tables of other tools are left out."""

from __future__ import annotations

import random
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from cwql.lint.configuration import find_settings
from cwql.lint.settings import ConfigurationError, Settings
from cwql.lint.toml import parse_toml

if TYPE_CHECKING:
    from pathlib import Path

LINES = (
    r"""
[a]
[a.b]
[tool]
[tool.cwql]
[tool.cwql.lint]
[ tool . cwql ]
['tool'."cwql"]
["\u0074ool".cwql]
[[x]]
[]
[.a]
[a..b]
a = 1
b = 'x'
c = "y"
d = ['a', "b"]
e = [ # c 'x'{TAB}'y'{LINE} 'a', # 'z'{LINE}{LINE} 'b',]
f = true
g = false # x
h = 1.5
i = -1
"k l" = 'x'
"" = "x"
l.m = 'x'
# comment
a = '''x{LINE}[tool.cwql]{LINE}'''
n = {a = 1}
o = [{LINE}[1],{LINE}[2]{LINE}]
1 = 1
x = 01
x = 0
x = 12345678901
tool.cwql.q = 'x'
cwql.z = 1
s = "\u00e9"
t = 'é'
é = 1
u = [,]
v = ['a' 'b']
w = ['a',,'b']
z = "a{TAB}b"
y = 2024-01-01
j = ['a'
]
""".strip("\n")
    .replace("{LINE}", "\f")
    .replace("{TAB}", "\t")
    .split("\n")
)


def make_text(chance: random.Random) -> str:
    text = "\n".join(chance.choice(LINES) for _ in range(chance.randrange(1, 7))).replace("\f", "\n")
    for _ in range(chance.choice((0, 0, 1, 2))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice("[]'\"#=,.\n \t\\ax\r\x00\x7fé") + text[at + chance.randrange(2) :]
    return text.replace("\r\n", "\n")


def parse(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except ValueError:
        return None


def test_every_text_is_parsed_as_by_tomllib() -> None:
    chance = random.Random(5)
    valid = 0
    for _ in range(6000):
        text = make_text(chance)
        expected = parse(text)
        if expected is None:
            with pytest.raises(ValueError, match="not TOML"):
                parse_toml(text.encode())
            continue
        valid += 1
        assert parse_toml(text.encode()) == expected, text
        tool = expected.get("tool")
        if isinstance(tool, dict):
            assert parse_toml(text.encode(), "cwql").get("tool", {}).get("cwql") == tool.get("cwql"), text
    assert valid > 1000


OTHERS = (
    '[project]\nversion = 1.2.3\nname =\n"""\n[tool.cwql.lint]\nstrict = 7\n"""\n[tool.black]\ntargets = [\n[1],\n]\n'
)


def test_mistakes_in_tables_of_other_tools_are_left_to_them(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{OTHERS}[tool.cwql.lint]\nstrict = true\n[tool.mypy]\nstrict = yes\n")
    assert find_settings(str(tmp_path), Settings()).strict


@pytest.mark.parametrize("text", ["[tool.cwql.lint]\nstrict = yes\n", "[tool.cwql.lint]\n[tool.cwql.lint]\n"])
def test_mistakes_in_own_tables_are_reported_with_their_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(OTHERS + text)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: not TOML: .*at line 13"):
        find_settings(str(tmp_path), Settings())


@pytest.mark.parametrize("open_value", ["[", "{", '"""', "'''", '["""'])
def test_tables_below_a_value_that_is_not_closed_are_not_ignored(tmp_path: Path, open_value: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.black]\nx = {open_value}\n[tool.cwql.lint]\nstrict = true\n")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: not TOML: "):
        find_settings(str(tmp_path), Settings())
