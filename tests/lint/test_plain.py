"""Plain requests are taken without the data flow, which would find the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from cwql.lint.frontends.python import extract
from cwql.lint.frontends.python.plain import take_plain
from cwql.lint.linter import lint_text
from cwql.lint.request_targets import Context
from cwql.lint.templates.model import ConditionTemplate
from cwql.source import Source
from tests.language.test_limits import count_calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.lint.frontends.python.plain import Interest
    from cwql.lint.frontends.python.tree import Module

HEADS = (
    'URL = "https://na.myconnectwise.net/v4_6_release/apis/3.0"\n',
    'URL = "https://automate.example.com/cwa/api/v1"\nsession = make()\n',
    "import requests\n\nclient = connect()\n",
    "from settings import URL\n\nsession: Session = make()\n",
    'if DEBUG:\n    URL = "http://localhost/v4_6_release/apis/3.0"\nelse:\n    URL = "https://other/apis/3.0"\n',
    "from cwql import manage\n",
    "",
)
TAILS = ("", 'URL = "https://automate.example.com/cwa/api/v1"\n', 'keep = lambda URL: URL + "/company/contacts"\n')
OPENINGS = (
    "def load(session, page):\n",
    "def load(self):\n",
    "def load(URL):\n",
    "async def load(client, base):\n",
    "class Sync:\n    base = '/company/contacts'\n    def load(self):\n",
    "class Other:\n    base = '/service/tickets'\n    def load(self, session):\n",
    "def load():\n    global URL\n",
    "",
)
INTRODUCTIONS = ("", "URL = f'{base}/apis/3.0'\n", "session = client.company.contacts\n", "page = 5\n")
TARGETS = ("reply = ", "return ", "first = reply = ", "conditions = reply = ", "reply: Reply = ", "", "reply += ")
CALLS = (
    "self.session.get(",
    "self.get(",
    "session.get(",
    "requests.get(",
    "client.service.tickets.get(",
    "make(page).get(",
)
ADDRESSES = (
    'f"{URL}/service/tickets"',
    '"/service/tickets"',
    'URL + "/company/contacts"',
    'f"{self.base}"',
    'f"{base}/time/entries"',
    "url=f'{URL}/company/configurations'",
    "address",
)
VALUES = (
    '"id = {0}"',
    "'summary contains \"{0}\"'",
    '"sumary = {0}"',
    'f"id = {0}"',
    '"id = \\x3{0}"',
    '"  "',
    '"""id = {0}"""',
    '"id" " = {0}"',
    '("id = {0}")',
    '"x{0}"',
)
PASSED = (
    'params={{"conditions": {0}}}',
    'params={{"conditions": {0}, "page": page}}',
    "conditions={0}",
    'headers=self.headers, params={{"conditions": {0}}}, timeout=30',
    'params=dict(conditions={0}, orderBy="id")',
    'params={{\n        "conditions": {0},\n    }}',
    'params={{"conditions": {0}, "orderBy": "sumary"}}',
    'params=[("conditions", {0})]',
    "conditions={0}  # cwql: manage /company/contacts\n",
)


def write(seed: int) -> str:
    """Return a file in which a few statements come again and again, with small changes."""
    chance = random.Random(seed)
    most = chance.choice((2, 10))
    wanted = [
        [chance.choice(some[:most]) for some in (TARGETS, CALLS, ADDRESSES, VALUES, PASSED)]
        for _ in range(chance.randint(1, 2))
    ]
    lines = [chance.choice(HEADS)]
    for _ in range(chance.randint(1, 4)):
        opening = chance.choice(OPENINGS)
        lines.append(opening)
        depth = "        " if opening.startswith("class") else "    " if opening else ""
        introduction = chance.choice(INTRODUCTIONS)
        lines.append(introduction and depth + introduction)
        for _ in range(chance.randint(1, 5)):
            target, call, address, value, passed = chance.choice(wanted)
            if chance.random() < 0.3:
                value = chance.choice(VALUES)
            if chance.random() < 0.1:
                target = chance.choice(TARGETS)
            text = passed.format(value.replace("{0}", str(chance.randint(1, 400))))
            end = "" if text.endswith("\n") else ")"
            text = text.replace("  #", ")  #") if not end else text
            if not opening:
                target = target.replace("return ", "")
            lines.append(f"{depth}{target}{call}{address}, {text}{end}\n")
        lines.append(f"{depth}pass\n")
    lines.append(chance.choice(TAILS))
    return "".join(lines)


def find(text: str) -> list[str]:
    source = Source(text, "connectwise.py")
    return sorted([repr(item) for item in extract(source, Context(source))])


def test_the_data_flow_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [write(seed) for seed in range(800)]
    known = 0

    def count(module: Module, interest: Interest) -> list[ConditionTemplate]:
        nonlocal known
        found = take_plain(module, interest)
        known += len(found)
        return found

    monkeypatch.setattr("cwql.lint.frontends.python.take_plain", count)
    with_plain = [find(text) for text in texts]
    monkeypatch.setattr("cwql.lint.frontends.python.take_plain", lambda module, interest: [])
    for text, found in zip(texts, with_plain, strict=True):
        assert found == find(text), text
    assert known > 100, known
    assert sum(map(len, with_plain)) > 1000


def places(text: str) -> list[tuple[str, str | None]]:
    source = Source(text, "connectwise.py")
    found = [item for item in extract(source, Context(source)) if isinstance(item, ConditionTemplate)]
    return [(item.text, item.place.endpoint) for item in sorted(found, key=lambda item: item.span.start)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ('x = get(f"{URL}/service/tickets", params={"conditions": "id=2"})', "/service/tickets"),
        ('x = get(f"{URL}/company/contacts", params={"conditions": "id=2"})', "/company/contacts"),
        ("x = get(f\"{URL}/service/tickets\", params={'conditions': 'id=2'})", "/service/tickets"),
        ('x = get(f"{URL}/service/tickets", params={"conditions": "id=2" ""})', "/service/tickets"),
    ],
)
def test_a_statement_that_comes_again(second: str, expected: str) -> None:
    first = 'x = get(f"{URL}/service/tickets", params={"conditions": "id=1"})'
    text = f'URL = "https://x/v4_6_release/apis/3.0"\ndef load(self):\n    {first}\n    {second}\n    {first}\n'
    assert places(text) == [("id=1", "/service/tickets"), ("id=2", expected), ("id=1", "/service/tickets")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The code after the text names its target.
        (
            'x = get(me, conditions="id=1", url="/service/tickets")\nx = get(me, conditions="id=2", url="/company/contacts")\n',
            ["/service/tickets", "/company/contacts"],
        ),
        # A second parameter, whose name has a text in the second function only.
        (
            (
                'def load(self):\n    get("/service/tickets", conditions="id=1", orderBy=order)\n'
                'def again(self):\n    order = "id"\n    get("/service/tickets", conditions="id=2", orderBy=order)\n'
            ),
            ["/service/tickets", "/service/tickets", "/service/tickets"],
        ),
        # A comment names the target of the second one.
        (
            (
                'get("/service/tickets", conditions="id=1")\n'
                'get("/service/tickets", conditions="id=2")  # cwql: manage /company/contacts\n'
            ),
            ["/service/tickets", "/company/contacts"],
        ),
        # At the second one, the name has no value yet.
        (
            (
                "def load(self):\n    get(f\"{URL}\", conditions='id=1')\nget(f\"{URL}\", conditions='id=2')\n"
                "URL = '/company/contacts'\nOTHER = '/service/tickets'\nget(f\"{URL}\", conditions='id=3')\n"
            ),
            ["/company/contacts", None, "/company/contacts"],
        ),
    ],
)
def test_a_statement_that_looks_the_same_and_is_not(text: str, expected: list[str | None]) -> None:
    assert [endpoint for _, endpoint in places(text)] == expected


URL = 'URL = "https://na.myconnectwise.net/v4_6_release/apis/3.0"\n'
ASK = 'get(f"{URL}/service/tickets", params={"conditions": "id=1"})\n'


@pytest.mark.parametrize(
    "write",
    [
        lambda size: URL * size + ASK * size,
        lambda size: "URL = 1; " * size + "\n" + ASK * size,
        lambda size: URL + "X = [\n" + "URL,\n" * size + "]\n" + ASK * size,
        lambda size: URL + "".join([ASK.replace("params", f"k{number}=1, params") for number in range(size)]),
    ],
    ids=["assigned again and again", "on one line", "in one statement", "other shapes"],
)
def test_four_times_the_text_takes_four_times_the_calls(write: Callable[[int], str]) -> None:
    small, large = write(100), write(400)
    # Imports and compilation for the first file do not count.
    lint_text(small, filename="a.py")
    assert count_calls(lambda: lint_text(large, filename="a.py").diagnostics) < 6 * count_calls(
        lambda: lint_text(small, filename="a.py").diagnostics
    )


def test_requests_are_found_whatever_the_number_of_names() -> None:
    functions = [
        f"def load{number}(c{number}):\n"
        f"    return c{number}.get(f'{{URL{number}}}/service/tickets', params={{'conditions': 'id == {number}'}})\n"
        for number in range(120)
    ]
    found = lint_text("".join(functions), filename="a.py")
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["CW112"] * 120
    assert {condition.endpoint for condition in found.conditions} == {"/service/tickets"}
