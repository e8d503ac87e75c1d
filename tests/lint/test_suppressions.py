"""Suppression comments."""

from __future__ import annotations

import time

import pytest

from cwql.analysis.rule_config import RuleConfig
from cwql.diagnostics import apply_edits
from cwql.lint.linter import lint_text
from cwql.lint.suppressions import GUESSES, find_suppressions
from cwql.source import Source
from tests.language.test_limits import count_calls

URL = 'u = "https://x/v4_6_release/apis/3.0/service/tickets?conditions=sumary=1"'
OTHER = 'v = "https://x/v4_6_release/apis/3.0/service/tickets?conditions=id>null"'


def codes(text: str, name: str = "a.txt", **settings: object) -> list[str]:
    source = Source(text, name)
    found = lint_text(text, filename=name, **settings).diagnostics  # type: ignore[arg-type]
    return [f"{source.position(finding.span.start)[0]} {finding.code}" for finding in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{URL}", ["1 CW203"]),
        (f"{URL}  # cwql: ignore", []),
        (f"{URL}  // cwql: ignore", []),
        (f"{URL}  /* cwql: ignore */", []),
        (f"{URL}  -- cwql: ignore", []),
        (f"{URL}  <!-- cwql: ignore -->", []),
        (f"{URL}  ; cwql:ignore", []),
        (f"{URL}  REM cwql: ignore", []),
        (f"{URL}  # cwql: ignore[unknown-field]", []),
        (f"{URL}  # cwql: ignore[ Unknown-Field , CW301 ]", ["1 CW690"]),
        (f"{URL}  # cwql: ignore[CW203]", []),
        (f"{URL}  # cwql: ignore[cw2]", []),
        (f"{URL}  # cwql: ignore[CW3]", ["1 CW203", "1 CW690"]),
        (f"{URL}  # cwql: ignore[unknown-feild]", ["1 CW203", "1 CW691"]),
        (f"{URL}  # cwql: ignore[]", ["1 CW203"]),
        (f"{URL}  # cwql: ignored", ["1 CW203"]),
        (f"{URL}  # cwql ignore", ["1 CW203"]),
        (f"{URL}  # noqa  # cwql: ignore  # type: ignore", []),
        (f"# cwql: ignore\n{URL}", []),
        (f"# cwql: ignore\n# a note\n{URL}", []),
        (f"# cwql: ignore\n\n{URL}", ["1 CW690", "3 CW203"]),
        (f"x  # cwql: ignore\n{URL}", ["1 CW690", "2 CW203"]),
        (f"{URL}\n# cwql: ignore", ["1 CW203", "2 CW690"]),
        (f"# cwql: ignore-file\n{URL}\n{OTHER}", []),
        (f"{URL}\n{OTHER}\n# cwql: ignore-file[CW2]", ["2 CW313"]),
        (f"# cwql: off\n{URL}\n# cwql: on\n{URL}", ["4 CW203"]),
        (f"{URL}\n# cwql: off\n{URL}\n{OTHER}", ["1 CW203"]),
        (f"# cwql: off[unknown-field]\n{URL}\n{OTHER}", ["3 CW313"]),
        (f"# cwql: off\n# cwql: off\n{URL}\n# cwql: on\n{URL}\n# cwql: on", ["5 CW203"]),
        ("# cwql: off\nx\n# cwql: on", ["1 CW690"]),
        ("# cwql: ignore-file", ["1 CW690"]),
        ("# cwql: ignore-file[unused-suppression]\nx  # cwql: ignore", []),
        ("# cwql: ignore-file[CW69]\nx  # cwql: ignore[nonsense]", []),
        ("x  # cwql: ignore[CW690]", []),
        (f"{URL}  # cwql: ignore\n{URL}  # cwql: ignore\r\n{URL}", ["3 CW203"]),
        ("", []),
    ],
)
def test_comments(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_comment_counts_for_every_line_of_the_condition() -> None:
    text = 'session.get("/service/tickets", params={"conditions": """\n    id = 1\n    and sumary = 2\n"""})  # cwql: ignore\n'
    assert codes(text.replace("  # cwql: ignore", ""), "a.py") == ["3 CW203"]
    assert codes(text, "a.py") == []
    assert codes(f"# cwql: ignore\n{text.replace('  # cwql: ignore', '')}", "a.py") == []


def test_strings_of_python_that_speak_of_comments_are_none() -> None:
    assert codes('x = "# cwql: ignore"\n', "a.py") == []
    assert codes('x = """\n# cwql: ignore-file\n"""\n' + URL, "a.py") == ["4 CW203"]
    assert codes("x = 1  # cwql: ignore\n", "a.py") == ["1 CW690"]


@pytest.mark.parametrize(
    ("text", "code", "better"),
    [
        ("x  # cwql: ignore\ny", "CW690", "x\ny"),
        ("x\n  # cwql: ignore\ny", "CW690", "x\ny"),
        ("x\r\n# cwql: ignore\r\ny", "CW690", "x\r\ny"),
        ("# cwql: ignore", "CW690", ""),
        ("x  # cwql: ignore, since it is old", "CW690", "x"),
        ("x  # noqa  # cwql: ignore  # type: ignore", "CW690", "x  # noqa  # type: ignore"),
        ("x /* cwql: ignore */ + y", "CW690", "x + y"),
        ("<!-- cwql: ignore -->\ny", "CW690", "y"),
        (f"{URL}  # cwql: ignore[CW301, CW203]", "CW690", f"{URL}  # cwql: ignore[CW203]"),
        (f"{URL}  # cwql: ignore[unknown-feild]", "CW691", f"{URL}  # cwql: ignore[unknown-field]"),
    ],
)
def test_fixes(text: str, code: str, better: str) -> None:
    (finding,) = (each for each in lint_text(text, filename="a.txt").diagnostics if each.code == code)
    assert apply_edits(text, finding.fixes[0].edits) == better
    assert finding.fixes[0].is_safe == (code == "CW690")


def test_rules_that_were_not_asked_leave_comments_alone() -> None:
    text = f"{URL}  # cwql: ignore[CW203, CW301, leading-wildcard]"
    assert codes(text) == ["1 CW690"]
    assert codes(text, rules=RuleConfig(severity={"CW301": "off"})) == []
    assert codes(text, select=["CW203", "CW690"]) == []
    assert codes(text, select=["CW203", "CW690", "CW301"]) == ["1 CW690"]
    assert codes(text, rules=RuleConfig(severity={"CW301": "off", "leading-wildcard": "warning"})) == ["1 CW690"]
    assert codes(f"{URL}  # cwql: ignore", select=["CW690"]) == []


def test_a_broken_file_has_no_unused_comments() -> None:
    assert codes(f"def (:\n{URL}\nx  # cwql: ignore", "a.py") == ["1 CW693", "2 CW203"]
    assert codes(f"# cwql: ignore-file\ndef (:\n{URL}", "a.py") == []


def test_work_grows_as_the_comments_do() -> None:
    def text(count: int) -> str:
        return "# cwql: ignore[CW203]\n" * count + f"# cwql: off\n{URL}\n# cwql: on\n" * (count // 20)

    small, large = text(400), text(1600)
    lint_text(small, filename="a.txt")
    assert count_calls(lambda: lint_text(large, filename="a.txt").diagnostics) < 6 * count_calls(
        lambda: lint_text(small, filename="a.txt").diagnostics
    )


LONG_LINES = [
    "# cwql: ignore[",
    "/* cwql: ignore */ ",
    "/* cwql: ignore ",
    "# cwql: ignore[a1] ",
    "// cwql: off ",
    "# cwql: ignore-file[CW2] ",
]


@pytest.mark.parametrize("comment", LONG_LINES)
def test_many_comments_on_a_line_are_not_read_again_and_again(comment: str) -> None:
    text = f"conditions = {comment * 30_000}"
    start = time.process_time()
    assert find_suppressions(Source(text), "toml")
    # Minutes if the rest of the line is searched for each of them; the bound is no measurement.
    assert time.process_time() - start < 20


def test_many_findings_and_comments_on_a_line_are_not_compared_one_by_one() -> None:
    count = 1_500
    condition = '{"url": "https://x/v4_6_release/apis/3.0/service/tickets", "conditions": "sumary=1"}, '
    text = f"[{condition * count}1] {'# cwql: ignore[CW3] ' * count}# cwql: ignore[CW203]"
    start = time.process_time()
    findings = lint_text(text, filename="a.json").diagnostics
    assert {finding.message for finding in findings} == {"`cwql: ignore` suppresses nothing of CW3"}
    assert len(findings) == count
    assert time.process_time() - start < 60


def test_guesses_are_limited() -> None:
    text = f"conditions = # cwql: ignore[{', '.join(f'unknown-feild{number}' for number in range(GUESSES + 50))}]"
    hints = [finding.hint for finding in lint_text(text, filename="a.toml").diagnostics]
    assert [hint == "`cwql rules` lists them" for hint in hints] == [False] * GUESSES + [True] * 50
