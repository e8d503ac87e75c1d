"""The stumbles S1 to S38 of a newcomer's first day: each is tried again, or the test that does so is named."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cwql
from cwql import automate
from cwql.cli import local_server, main
from cwql.lint.linter import lint_text
from cwql.manage import Client
from cwql.manage.fields import Company, Ticket, TimeEntry
from cwql.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
KEYS: dict[str, Any] = {"company_id": "a", "public_key": "b", "private_key": "c", "client_id": "d"}


class World:
    """A sandbox, a client of each product, and the command line."""

    def __init__(self, box: Sandbox, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.box = box
        self.folder = folder
        self._capsys = capsys
        transport, environment = box.transport(), box.environment
        self.psa = Client.from_env(environ=environment, transport=transport)
        self.rmm = automate.Client.from_env(environ=environment, transport=transport)

    def run(self, *words: str) -> str:
        """Return what a command prints."""
        try:
            main(list(words))
        except SystemExit:
            pass
        captured = self._capsys.readouterr()
        return captured.out + captured.err

    def get(self, *words: str) -> str:
        return self.run("get", "/service/tickets", *words, "--sandbox")


@pytest.fixture(scope="module", autouse=True)
def one_server_for_all_commands() -> Iterator[None]:
    with local_server.clients():
        yield


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def world(box: Sandbox, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[World]:
    made = World(box, capsys, tmp_path)
    with made.psa, made.rmm:
        yield made


Try: TypeAlias = Callable[[World], bool]
"""A stumble, tried again: whether it ends as it should."""


def raises(error: type[Exception], said: str, call: Callable[[], object]) -> bool:
    with pytest.raises(error) as caught:
        call()
    return said in f"{caught.value} {getattr(caught.value, 'hint', '')}"


def untyped(client: Any) -> Any:
    """Return a client whose options type checkers do not see: they report the mistakes as well."""
    return client


def codes(file: str, text: str) -> list[str]:
    return [found.code for found in lint_text(text, filename=file).diagnostics]


def repeated_conditions(world: World) -> bool:
    parts = ("board/name = 'Help Desk'", "closedFlag = false")
    both = world.psa.service.tickets.count(" and ".join(parts))
    words = [word for part in parts for word in ("--where", part)]
    return world.run("count", "/service/tickets", *words, "--sandbox").strip() == str(both)


def fields_of_other_records(world: World) -> bool:
    lists = world.psa.service.tickets
    return all(
        raises(cwql.ConditionError, "CW506", call)
        for call in (
            lambda: lists.list(Company.id == 5),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            lambda: lists.all(TimeEntry.actualHours > 2),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            lambda: lists.all(fields=[TimeEntry.actualHours]),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
            lambda: lists.all(order_by=[TimeEntry.actualHours.desc()]),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        )
    )


def shell_words(world: World) -> bool:
    file = world.folder / "x.sh"
    file.write_text('curl -G "$B/service/tickets" --data-urlencode "conditions=status/name = New"\n')
    world.run("lint", "--fix", str(file))
    fixed = subprocess.run(
        ["bash", "-c", 'curl() { printf "%s\\n" "$@"; }; . "$1"', "bash", str(file)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return 'conditions=status/name = "New"' in fixed.splitlines()


def references(world: World) -> bool:
    body = {"summary": "A", "company": {"id": 99999}, "board": {"id": 777}}
    company = world.psa.company.companies.first()
    assert company is not None
    made = world.psa.service.tickets.create({"summary": "A", "company": {"id": company.id}, "board": {"id": 1}})
    return (
        raises(cwql.BadRequestError, "company 99999 not found", lambda: world.psa.service.tickets.create(body))
        and raises(
            cwql.BadRequestError,
            "99999 not found",
            lambda: world.psa.service.tickets.patch(20, [Ticket.status.set(99999)]),
        )
        and raises(cwql.APIStatusError, "999999 not found", lambda: world.rmm.run_script(10, 999999))
        and made.status is not None
    )


def mistyped_values(world: World) -> bool:
    expected = {
        "closedFlag = fasle": "closedFlag = false",
        "impact = Hihg": 'impact = "High"',
        "priority/id = high": 'priority/name = "high"',
    }
    return all(
        cwql.fix(text, endpoint="/service/tickets").text == text
        and cwql.fix(text, endpoint="/service/tickets", unsafe_fixes=True).text == fixed
        for text, fixed in expected.items()
    )


def odd_values(world: World) -> bool:
    with Sandbox(odd_records=True) as odd, Client.from_env(environ=odd.environment, transport=odd.transport()) as psa:
        return sum(ticket.budgetHours or 0 for ticket in psa.service.tickets.list()) > 0 and bool(psa.schema_mismatches)


def series(world: World) -> bool:
    values: tuple[Any, ...] = (pd.Series([3, 4]), pl.Series([3, 4]), np.array([3, 4]), [np.int64(3), np.int64(4)])
    return {str(Ticket.id.in_(each)) for each in values} == {"id in (3, 4)"} and str(
        Ticket.id == np.int64(3)
    ) == "id = 3"


def values_of_custom_fields(world: World) -> bool:
    rows = csv.reader(io.StringIO(world.get("--fields", "id,customFields", "--format", "csv", "--limit", "1")))
    return "Root Cause: User error" in list(rows)[1][1]


def throttle(world: World) -> bool:
    caught: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            caught.append(record.getMessage())

    handler = Handler()
    logger = logging.getLogger("cwql.client")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    waits: list[Any] = []
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": 1}))
    settings: dict[str, Any] = {"requests_per_minute": 90, "burst": 1, "event_hooks": {"wait": [waits.append]}}
    try:
        with Client(**KEYS, site="na", transport=transport, **settings) as psa:
            for _ in range(2):
                psa.service.tickets.get(1)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return len(waits) >= 1 and any("rate limit" in message for message in caught)


NOTEBOOK = json.dumps(
    {
        "cells": [{"cell_type": "code", "source": ['psa.service.tickets.list("sumary = 1")'], "metadata": {}}],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
IN_SHELL = 'curl -G "$B/service/tickets" --data-urlencode '


def found_by_lint(world: World) -> bool:
    return all(
        [
            "CW203" in codes("x.ipynb", NOTEBOOK),
            "CW601" in codes("x.sh", f"{IN_SHELL}\"conditions=summary = '$1'\"\n"),
            "CW203" in codes("x.sh", f"{IN_SHELL}\"conditions=nme = '$x'\"\n"),
            codes("x.sh", f'{IN_SHELL}"orderBy=id dsc"\n') != [],
            "CW203" in codes("x.sh", 'http "$B/service/tickets" conditions=="nme = 1"\n'),
            codes(
                "x.ps1",
                "$since = (Get-Date).AddDays(-7)\n"
                'Invoke-RestMethod "$B/service/tickets" -Body @{ conditions = "lastUpdated > [$since]" }\n',
            )
            != [],
            codes(
                "x.py",
                'import requests\nfrom datetime import datetime\nsince = datetime.now()\nrequests.get(B + "/service/tickets", '
                'params={"conditions": f"dateEntered > {since:%Y-%m-%d}"})\n',
            )
            != [],
        ]
    )


def site(world: World) -> bool:
    return (
        raises(cwql.ConfigError, "CONNECTWISE_SITE", lambda: Client.from_env(environ={}, **KEYS))
        and raises(cwql.ConfigError, "did you mean na", lambda: Client(**KEYS, site="naa"))
    )  # fmt: skip


def completion(world: World) -> bool:
    words = ("cwql", "get", "/service/tickets")
    return all(
        wanted in world.run("completion", "--complete", "4", *words, option, start).splitlines()
        for option, start, wanted in (
            ("--fields", "su", "summary"),
            ("--where", "su", "summary"),
            ("--order-by", "su", "summary"),
        )
    )


def for_excel(world: World) -> bool:
    words = ("--fields", "id,summary", "--format", "csv", "--limit", "1")
    world.get(*words, "--excel", "--output-file", str(world.folder / "x.csv"))
    return (world.folder / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf") and "id;summary" in world.get(
        *words, "--delimiter", ";"
    )


def suppressions(world: World) -> bool:
    file = world.folder / "README.md"
    text = 'Text.\n\n```powershell\nInvoke-RestMethod "$B/service/tickets?conditions=nme = 1"\n```\n'
    file.write_text(text)
    world.run("lint", "--add-ignore", str(file))
    inside = file.read_text().partition("```powershell\n")[2].partition("```")[0]
    return "<!--" not in inside and "ignore" in file.read_text()


def times(world: World) -> bool:
    ticket = world.psa.service.tickets.first("closedFlag = true")
    assert ticket is not None
    assert ticket.info_ is not None
    return (
        isinstance(ticket.closedDate, datetime)
        and isinstance(Ticket.closedDate.value_in(ticket), datetime)
        and isinstance(ticket.info_.lastUpdated, datetime)
    )


def plain_rows(world: World) -> bool:
    (row,) = world.psa.service.tickets.to_scan("id = 1", fields=["id", "company/name"]).rows()
    return type(row) is dict and row["company/name"] == "O'Brien & Sons"


def scripts(world: World) -> bool:
    script = world.rmm.scripts.first()
    assert script is not None
    history = world.rmm.run_script(1, int(script.Id)).wait(timeout=30, poll_interval=0.1)
    return history is not None and history.Status == "Completed"


def no_retries(world: World) -> bool:
    attempts: list[Any] = []
    with Client(**KEYS, site="http://127.0.0.1:1", event_hooks={"request": [attempts.append]}) as psa:
        return raises(cwql.APIConnectionError, "nothing listens there", psa.ping) and len(attempts) <= 2


def advice(world: World) -> bool:
    return "--order-by=VALUE" in world.get("--order-by", "-priority/id") and "did you mean --fields" in world.get(
        "--field", "id"
    )


def texts(*files: str) -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in files)


TRIALS: dict[int, Try] = {
    1: repeated_conditions,
    2: lambda world: world.run("count", "/service/tickets?conditions=id=5", "--sandbox").strip() == "1",
    3: fields_of_other_records,
    4: shell_words,
    5: lambda world: raises(
        TypeError, "where=", lambda: untyped(world.psa).service.tickets.preview("id = 1", conditions="id = 2")
    ),
    6: references,
    7: mistyped_values,
    9: odd_values,
    10: series,
    11: values_of_custom_fields,
    12: lambda world: "…" not in world.get("--limit", "100"),
    13: lambda world: raises(TypeError, "parallel", lambda: untyped(world.psa).service.tickets.list(paralel=2)),
    14: throttle,
    15: found_by_lint,
    16: site,
    17: lambda world: "/Tickets of automate" in world.run("count", "tickets", "--sandbox"),
    18: lambda world: "/service/tickets" in world.run("endpoints", "ticket"),
    19: completion,
    20: for_excel,
    21: suppressions,
    22: times,
    23: plain_rows,
    24: lambda world: (
        "    id: int = ..." in (ROOT / "generated/cwql_api/manage/models/ticket.pyi").read_text(encoding="utf-8")
    ),
    25: lambda world: str(~Ticket.closedFlag) == str(Ticket.closedFlag.is_(False)) == "closedFlag = false",
    28: scripts,
    30: no_retries,
    31: lambda world: "&quot;s Cafe" not in texts("docs/pictures/findings.svg") and '"s Cafe' not in texts("README.md"),
    32: lambda world: (
        re.search(r"\b(?:three|four) doors\b", texts("README.md", "docs/index.md"), re.IGNORECASE) is None
    ),
    33: lambda world: "No response of a Manage server is known" in world.run("explain", "CW112"),
    35: advice,
    36: lambda world: "OWNER" not in texts("README.md", "docs/guides/ci.md"),
    38: lambda world: "cwql demo" in texts("README.md"),
}

ELSEWHERE = {
    8: "tests/client/test_report_rows.py::test_s8_s9_records_are_dumped_without_warnings",
    26: "tests/typing/planted.py::",
    27: "tests/typing/api_good.py::",
    29: "tests/client/test_reports.py::test_s29_each_mistake_of_a_second_factor_has_its_advice",
    34: "tests/cli/test_process.py::test_closed_pipe_is_not_an_error",
    37: "tests/cli/test_login.py::test_manage_is_used_by_clients_and_commands",
}
"""Stumbles whose test needs a process, a type checker or a keyring."""


@pytest.mark.parametrize("stumble", TRIALS)
def test_stumbles(stumble: int, world: World) -> None:
    assert TRIALS[stumble](world)


def test_every_stumble_has_a_trial() -> None:
    assert TRIALS.keys() | ELSEWHERE.keys() == set(range(1, 39))
    for place in ELSEWHERE.values():
        file, _, name = place.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8") if name else (ROOT / file).is_file()
