"""Conditions with placeholders: problems for every value, and problems of the placeholders themselves.

In the tables ``«name»`` is a placeholder, ``«name!»`` one that is known to be safe, ``«names; or »`` a joined list.
"""

from __future__ import annotations

import random
import re

import pytest

from cwql import check
from cwql.diagnostics import Diagnostic, apply_edits
from cwql.lint.checker import ConditionChecker
from cwql.lint.templates.check import show_placeholder
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate
from cwql.lint.templates.scan import Outline
from tests.language.test_limits import count_calls
from tests.lint.writing import write

QUOTED = [
    ("summary contains '«word»'", ["CW601 «word»"]),
    ('summary contains "«word»"', ["CW601 «word»"]),
    ("summary contains '«word!»'", []),
    ("summary like '%«word»%'", ["CW601 «word»"]),
    ("summary like '«word»'", ["CW601 «word»"]),
    ("summary = '%«word!»%'", ["CW408 '%«word!»%'"]),
    ("summary like '[«tag!»]%'", ["CW409 ["]),
    ("board/name = '«a»' and status/name = '«b»'", ["CW601 «a»", "CW601 «b»"]),
    ("board/name = '«a!»' or board/name = '«b!»'", []),
    ("board/name = '«a!»' or board/name = '«a!»'", []),
    ("board/name in ('«a!»', '«b!»')", []),
    ("board/name in ('«a»', 'Help Desk')", ["CW601 «a»"]),
    ("id = '«x!»'", ["CW303 '«x!»'"]),
    ("id in ('«a!»', '«b!»')", ["CW303 '«a!»'", "CW303 '«b!»'"]),
    ("id = 'T«x!»'", ["CW302 'T«x!»'"]),
    ("id = '1«x!»'", ["CW303 '1«x!»'"]),
    ("closedFlag = '«flag!»'", ["CW304 '«flag!»'"]),
    ("closedFlag = '«flag»'", ["CW304 '«flag»'", "CW601 «flag»"]),
    ("dateEntered > '«since!»'", ["CW305 '«since!»'"]),
    ("dateEntered > '«day!» 00:00:00'", ["CW305 '«day!» 00:00:00'"]),
    ("dateEntered > '«y!»-«m!»-«d!»'", ["CW305 '«y!»-«m!»-«d!»'"]),
    ("severity = '«level!»'", []),
    ("severity = '«level»High'", ["CW601 «level»"]),
    ("severity like '«level!»%'", ["CW410 like"]),
    ("severity in ('«a!»', '«b!»')", []),
    ("company = '«name!»'", ["CW205 company"]),
    ("summary = ' «word!»'", ["CW416 ' «word!»'"]),
    ("sumary contains '«word!»'", ["CW203 sumary"]),
    ("summary == '«word!»'", ["CW112 =="]),
    ("summary contains '«word!»", []),
    ("summary contains «q»«word»«q»", ["CW602 «q»«word»«q»"]),
]
BRACKETS = [
    ("dateEntered > [«since!»]", []),
    ("dateEntered > [«since»]", ["CW601 «since»"]),
    ("dateEntered > [«day!»T00:00:00Z]", []),
    ("dateEntered > [«y!»-«m!»-01]", []),
    ("id in [«ids!»]", ["CW123 [«ids!»]"]),
    ("id = [«since!»]", ["CW302 [«since!»]"]),
]
BARE = [
    ("id = «x!»", []),
    ("id = «x»", ["CW602 «x»"]),
    ("id = -«x!»", []),
    ("id = 5«x!»", []),
    ("summary = «text»", ["CW602 «text»"]),
    ("summary = abc«x!»", ["CW121 abc«x!»"]),
    ("summary contains «text!»", []),
    ("closedFlag = «flag!»", []),
    ("closedFlag > «flag!»", ["CW301 >"]),
    ("closedFlag = false«more»", []),
    ("summary = 'x'«more»", []),
    ("dateEntered > «since!»", []),
    ("dateEntered > «day!»T00:00:00Z", ["CW127 «day!»T00:00:00Z"]),
    ("severity = «level!»", []),
    ("company = «c!»", ["CW205 company"]),
    ("id == «x!» and sumary = 'x'", ["CW112 ==", "CW203 sumary"]),
    ("id = «x!» and", ["CW110 and"]),
    ("(id = «x!» and summary = 'a'", ["CW104 ("]),
    ("(id = «x!»", []),
    ("id = «x!»'a'", []),
    ("owner/identifier is «x!»", ["CW115 is"]),
    ("closedFlag = tr«x!»", []),
    ("closedFlag = «x!»True", []),
    ("id = «x!» && closedFlag = false", ["CW111 &&"]),
    ("bord/id = «x!» and sumary = 'a'", ["CW203 bord", "CW203 sumary"]),
]
LISTS = [
    ("id in («ids!»)", []),
    ("id in («ids»)", ["CW602 «ids»"]),
    ("id in («ids;,»)", ["CW602 «ids;,»"]),
    ("id in «ids»", ["CW602 «ids»"]),
    ("id not in (1, «more!», 3)", []),
    ("id not in «more!»2)", []),
    ("summary in (1, «more!»)", ["CW307 1"]),
    ("board/name in («names!»)", []),
    ("board/name in ('a', «more!»)", []),
    ("closedFlag in («flags!»)", ["CW301 in"]),
    ("bord/id in («ids!»)", ["CW203 bord"]),
    ("id in («a»,«b»)", ["CW602 «a»", "CW602 «b»"]),
]
CONDITIONS = [
    ("«cond»", []),
    ("«cond» and closedFlag = false", ["CW603 «cond»"]),
    ("closedFlag = false and «cond»", ["CW603 «cond»"]),
    ("«cond» or «other»", []),
    ("(«cond») and closedFlag = false", []),
    ("closedFlag = false and («cond»)", []),
    ("«cond!» and closedFlag = false", []),
    ("«parts; and » and closedFlag = false", []),
    ("«parts; or » and closedFlag = false", ["CW603 «parts; or »"]),
    ("«parts; or »", []),
    ("id = 1 or «cond» and id = 3", ["CW143 «cond» and id = 3", "CW603 «cond»"]),
    ("not «cond!»", ["CW120 not"]),
    ("«cond» and sumary = 'x'", ["CW203 sumary", "CW603 «cond»"]),
    ("closedFlag = false «more»", []),
    ("closedFlag = false«more» and sumary = 1", ["CW203 sumary"]),
    ("id = 1 «joiner» sumary = 2", ["CW203 sumary"]),
    ("closedFlag = false and «cond!»", []),
]
NAMES = [
    ("«field» = 'x'", []),
    ("«field» = «value!» and sumary = 'x'", ["CW203 sumary"]),
    ("company/«part» = 'x'", []),
    ("«prefix»/sumary = 'x'", []),
    ("summary «op» 'x'", []),
    ("sumary «op» 'x'", ["CW203 sumary"]),
    ("id «op» 'x'", []),
    ("id «op» («ids!»)", []),
    ("«field» «op» «value!»", []),
    ("«field» «op» '«value»'", ["CW601 «value»"]),
    ("sumary«op»'x'", []),
    ("sumary «tail»", ["CW203 sumary"]),
    ("sumary«tail»", []),
    ("«a» «b» «c» «d» «e»", ["CW602 «c»"]),
    ("«a»«b»«c» and sumary = 1", ["CW203 sumary", "CW603 «a»«b»«c»"]),
    ("«a»b c«d»", []),
    ("id {«x»} 5", []),
]
TOGETHER = [
    ("id = 5 and id = «x!»", []),
    ("id = 5 and id = 6 and summary = '«x!»'", ["CW401 id = 6"]),
    ("id > «a!» and id < «b!»", []),
    ("id = «a!» or id = «b!»", []),
    ("id = 1 or id = 2 or id = «b!»", []),
    ("summary = 'x' and summary = 'x' and id = «a!»", ["CW404 summary = 'x'"]),
    ("closedFlag = false«more»", []),
    ("id = 5 and id = 6 «more»", []),
    ("id = '5' and summary = '«x!»'", ["CW303 '5'"]),
]
ROWS = [*QUOTED, *BRACKETS, *BARE, *LISTS, *CONDITIONS, *NAMES, *TOGETHER]


def reported(text: str, findings: list[Diagnostic]) -> list[str]:
    return sorted(f"{finding.code} {text[finding.span.start : finding.span.end]}" for finding in findings)


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[text for text, _ in ROWS])
def test_findings(text: str, expected: list[str]) -> None:
    assert reported(text, ConditionChecker().judge(write(text))) == sorted(expected)


def test_the_table_is_large() -> None:
    assert len(ROWS) >= 80


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("smry = '«x!»'", "manage", []),
        ("a/b = '«x!»'", "manage", []),
        ("a = '«x!»' and", "manage", ["CW110 and"]),
        ("a = '«x!»' and", None, ["CW110 and"]),
        ("a startswith '«x!»'", None, []),
        ("a startswith '«x!»'", "manage", ["CW116 startswith"]),
        ("d > [«since!»]", None, []),
        ("a.b = «x!»", None, []),
    ],
)
def test_without_an_endpoint(text: str, dialect: str | None, expected: list[str]) -> None:
    assert reported(text, ConditionChecker().judge(write(text, None, dialect=dialect))) == expected


@pytest.mark.parametrize(
    ("text", "parameter", "expected"),
    [
        ("id desc, «field» asc, sumary «direction»", "orderBy", ["CW203 sumary"]),
        ("«order»", "orderBy", []),
        ("summary «direction»", "orderBy", []),
        ("id,«fields»,sumary", "fields", ["CW203 sumary"]),
        ("«fields»", "fields", []),
        ("caption = '«caption!»' and value = '«value!»'", "customFieldConditions", []),
        ("value = '«value!»'", "customFieldConditions", ["CW210 value"]),
        ("value = '«value!»' and («cond!»)", "customFieldConditions", []),
        ("id,«fields»", "includeFields", []),
    ],
)
def test_other_parameters(text: str, parameter: str, expected: list[str]) -> None:
    assert reported(text, ConditionChecker().judge(write(text, parameter=parameter))) == expected


@pytest.mark.parametrize(
    ("text", "code", "better"),
    [
        ("id = '«x»'", "CW303", "id = «x»"),
        ("id in ('«a»', '«b!»')", "CW303", "id in («a», '«b!»')"),
        ("closedFlag = '«flag»'", "CW304", "closedFlag = «flag»"),
        ("dateEntered > '«since»'", "CW305", "dateEntered > [«since»]"),
        ("dateEntered > «day»T00:00:00Z", "CW127", "dateEntered > [«day»T00:00:00Z]"),
        ("company = «x»", "CW205", "company/id = «x»"),
        ("sumary = '«x»'", "CW203", "summary = '«x»'"),
        ("summary == '«x»'", "CW112", "summary = '«x»'"),
        ("«cond» and id = 1", "CW603", "(«cond») and id = 1"),
        ("id = 1 and «cond»", "CW603", "id = 1 and («cond»)"),
        ("id in [«ids»]", "CW123", "id in («ids»)"),
        ("id = 1 or id = «x» and closedFlag = true", "CW143", "id = 1 or (id = «x» and closedFlag = true)"),
    ],
)
def test_fixes_leave_holes_whole(text: str, code: str, better: str) -> None:
    fixes = [fix for finding in ConditionChecker().judge(write(text)) if finding.code == code for fix in finding.fixes]
    assert apply_edits(text, fixes[0].edits) == better


def test_a_fix_that_writes_a_literal_anew_around_a_hole_is_not_safe() -> None:
    (finding,) = (
        each for each in ConditionChecker().judge(write("not summary contains '«word!»'")) if each.code == "CW120"
    )
    assert [fix.is_safe for fix in finding.fixes] == [False]


@pytest.mark.parametrize(
    ("text", "language", "message"),
    [
        ("id = '«x»'", "python", "expected {x} without quotes"),
        ("id = '«$x»'", "powershell", "expected $x without quotes"),
        ("id = '«x»'", "javascript", "expected ${x} without quotes"),
        ("id = '«x»'", "ruby", "expected #{x} without quotes"),
        ("dateEntered > '«y»-«m»-«d»'", "python", "expected [{y}-{m}-{d}], without quotes"),
        ("company = «x»", "python", "is a reference (CompanyReference): expected one of its fields"),
        (f"id = '«{'x' * 50}»'", "python", "expected … without quotes"),
    ],
)
def test_messages_show_the_hole_and_not_its_filling(text: str, language: str, message: str) -> None:
    assert message in ConditionChecker().judge(write(text, language=language))[0].message


@pytest.mark.parametrize(
    ("expression", "language", "shown"),
    [
        ("$name", "powershell", "$name"),
        ("$env:NAME", "powershell", "$env:NAME"),
        ("$c.name", "powershell", "$($c.name)"),
        ("(Get-Date).AddDays(-30)", "powershell", "$((Get-Date).AddDays(-30))"),
        ("c.name", "python", "{c.name}"),
        ("x" * 41, "powershell", "…"),
    ],
)
def test_placeholders_are_shown_as_the_language_writes_them(expression: str, language: str, shown: str) -> None:
    assert show_placeholder(expression, language) == shown


@pytest.mark.parametrize(
    ("text", "place", "language", "advice"),
    [
        ("name = '«name»'", "/company/companies", "python", 'Company.name == name, or cwql.cond("name = {}", name)'),
        ("name like '%«name»%'", "/company/companies", "python", 'Company.name.like(f"%{name}%")'),
        ("name = '«name»'", None, "python", 'cwql.cond("name = {}", name)'),
        ("type/id = «x»", "/company/configurations", "python", "int(x) is enough"),
        ("id in («','.join(map(str, ids));,»)", "/service/tickets", "python", 'Ticket.id.in_(ids), or cwql.cond("id in {}"'),
        ("board/name in ('«a»', '«b»')", "/service/tickets", "python", 'cwql.cond("board/name in ({}, {})", a, b)'),
        ("summary not contains '«a»'", "/service/tickets", "python", "Ticket.summary.not_contains(a)"),
        ("summary = \"«d['k']»\"", "/service/tickets", "python", "Ticket.summary == d['k']"),
        ("summary like \"%«d['k']»\"", "/service/tickets", "python", 'Ticket.summary.like(f"%{value}")'),
        ("name = '«quote(name)»'", "/company/companies", "python", 'Company.name == name, or cwql.cond("name = {}", name)'),
        ("name = '«urllib.parse.quote(name, safe=\"\")»'", "/company/companies", "python", "Company.name == name"),
        ("name = '«shorten(name)»'", "/company/companies", "python", "Company.name == shorten(name)"),
        ("name = '«encodeURIComponent(name.trim())»'", "/company/companies", "javascript", """if name.trim().includes("'")"""),
        ("name = '«[uri]::EscapeDataString($n)»'", "/company/companies", "powershell", """if $n.Contains("'"), put " around"""),
        ("name = '«url.QueryEscape(name)»'", "/company/companies", "go", """if strings.Contains(name, "'")"""),
        ("name = '«json.encode(name)»'", "/company/companies", "javascript", """if json.encode(name).includes("'")"""),
        ("name = '«$name»'", "/company/companies", "powershell", """if $name.Contains("'"), put " around the value"""),
        ("name = \"«name»\"", "/company/companies", "csharp", r'name.Contains("\"")'),
        ("id = «x»", "/service/tickets", "javascript", "Number(x) is enough"),
        ("dateEntered > [«t»]", "/service/tickets", "go", "t.UTC().Format(time.RFC3339)"),
        ("lastUpdated < '«$at»'", "/service/tickets", "powershell", "write the date by $at.ToUniversalTime()"),
        ("name = '«name»'", "/company/companies", "yaml", "if the value contains ', put"),
    ],
)  # fmt: skip
def test_advice(text: str, place: str | None, language: str, advice: str) -> None:
    hints = [
        each.hint
        for each in ConditionChecker().judge(write(text, place, language=language))
        if each.code in ("CW601", "CW602")
    ]
    assert advice in str(hints[0])


@pytest.mark.parametrize("language", ["powershell", "javascript", "csharp", "go", "php", "ruby"])
def test_automate_doubles_quotes(language: str) -> None:
    found = write("Name = '«x»'", None, dialect="automate", language=language)
    assert any("double each '" in str(finding.hint) for finding in ConditionChecker().judge(found))


RIGHT = (
    ("summary contains 'vpn' and board/name = 'Help Desk'", "/service/tickets"),
    ("(status/name = 'New' or status/id in (1, 2, 3)) and closedFlag = false", "/service/tickets"),
    ("dateEntered >= [2024-01-01T00:00:00Z] and dateEntered < [2024-02-01T00:00:00Z]", "/service/tickets"),
    ("company/identifier = 'ACME' and owner/identifier != null", "/service/tickets"),
    ("summary not contains 'test' and priority/id <= 3 and id > 100", "/service/tickets"),
    ("name like 'Smith%' or identifier in ('A', 'B')", "/company/companies"),
    ("deletedFlag = false and (types/id = 1 or territory/name = 'West')", "/company/companies"),
    ("board/id not in (5, 6) and (severity = 'High' or impact = 'Low')", "/service/tickets"),
    ("lastUpdated > [2024-03-01] and not (closedFlag = true)", "/service/tickets"),
)
"""Conditions without an error."""
_PARTS = re.compile(r"'[^']*'|\[[^\]]*\]|[\w/.%-]+|[=!<>]+")


@pytest.mark.parametrize(("text", "endpoint"), RIGHT)
def test_a_right_condition_with_holes_has_no_error(text: str, endpoint: str) -> None:
    """A part that was right before it became a placeholder can be right with its value."""
    before = {finding.code for finding in check(text, dialect="manage", endpoint=endpoint)}
    source = random.Random(text)
    parts = [match.span() for match in _PARTS.finditer(text)]
    for _ in range(120):
        with_placeholders, at = "", 0
        for start, end in sorted(source.sample(parts, source.randrange(1, 4))):
            low, high = (start + 1, end - 1) if text[start] in "'[" and source.random() < 0.8 else (start, end)
            if source.random() < 0.3 and high > low:
                low, high = sorted((source.randint(low, high), source.randint(low, high)))
            with_placeholders += f"{text[at:low]}«x!»"
            at = high
        with_placeholders += text[at:]
        reported = [
            finding
            for finding in ConditionChecker().judge(write(with_placeholders, endpoint))
            if finding.severity == "error"
        ]
        assert {finding.code for finding in reported} <= before, (with_placeholders, reported)


def test_holes_of_prose_are_no_faults() -> None:
    assert ConditionChecker().judge(write("summary = '«word»'", language="markdown")) == []


def test_a_text_that_holds_the_sign_of_a_hole_is_left_alone() -> None:
    assert ConditionChecker().judge(write(f"sumary = '«x»' and id = {PLACEHOLDER}")) == []


def test_any_text_with_holes_is_judged() -> None:
    random.seed(7)
    words = ["«x»", "«y!»", "«z; or »", "'", '"', "[", "]", "(", ")", " ", " and ", " or ", "not ", "in", "=", "like ", "id", "5", ",", "/", "&", "{", "true"]  # fmt: skip
    for _ in range(500):
        text = "".join(random.choices(words, k=random.randrange(1, 14)))
        for parameter in ("conditions", "orderBy", "fields"):
            for finding in ConditionChecker().judge(write(text, parameter=parameter)):
                assert 0 <= finding.span.start <= finding.span.end <= len(text)
                for fix in finding.fixes:
                    after = apply_edits(text, fix.edits)
                    assert sorted(re.findall("«[^»]*»", after)) == sorted(re.findall("«[^»]*»", text))


@pytest.mark.parametrize(
    ("part", "joint"),
    [
        ("id = «x»", " and "),
        ("company = «x» and summary = '«y»'", " or "),
        ("«x»", " and "),
        ("«x»", " "),
        ("«x»", ", "),
        ("'«x»«y»'", ", "),
        ("id in (1, '«x»')", " and not "),
        ("'«x»", ""),
        ("(«x»", ""),
        ("bord «op» «x»", " or "),
    ],
)
def test_work_grows_as_the_text_does(part: str, joint: str) -> None:
    def shape(count: int) -> ConditionTemplate:
        text = joint.join([part] * count)
        return write(f"id in ({text})" if joint == ", " else text)

    # Longer than a URL can be, so that both are checked in the same way.
    count = 2500 // len(part + joint)
    small, large = shape(count), shape(4 * count)
    ConditionChecker().judge(small)
    ConditionChecker().judge(large)
    assert count_calls(lambda: ConditionChecker().judge(large)) < 6 * count_calls(
        lambda: ConditionChecker().judge(small)
    )


def test_the_outline_of_long_texts() -> None:
    for text in (
        "(" * 9_000,
        PLACEHOLDER * 9_000,
        f"{PLACEHOLDER} " * 9_000,
        f"a = {PLACEHOLDER} and " * 2_000,
        f"'{PLACEHOLDER}" * 3_333,
    ):
        outline = Outline(text)
        assert all(text[part.start : part.end].count(PLACEHOLDER) for part in outline.parts)
