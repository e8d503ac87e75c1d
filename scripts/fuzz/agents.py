"""Call the tools of the server for agents with random arguments: ``python -m scripts.fuzz.agents --count 20000 --seed 1``.

A sandbox has a marked text in a field that the session hides. Whatever is called, the marked text is in no result, no call fails because
of a bug, a call that is refused before it is sent sends nothing, results are small, and a budget is never exceeded. Each seed is a
session with many calls. A failure is printed with the options that make it again.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import anyio

from cwql.manage import Client
from cwql.mcp.policy import Policy, read_paths
from cwql.mcp.refusal import Refusal
from cwql.mcp.session import Session
from cwql.mcp.tools import TOOLS, available, call
from cwql.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLS = 100
"""Calls of one session."""

CANARY = "Canary-7391"
FAST: dict[str, Any] = {"requests_per_minute": 1e9, "burst": 1_000_000}
LARGEST = 600_000

# Refusals that come after a request.
_LATE = frozenset(("server-error", "budget", "too-large", "sql", "unknown-name", "unbounded"))

_ENDPOINTS = (
    "/service/tickets", "/service/tickets/7", "/service/tickets/7/notes", "/service/boards", "/service/boards/1/statuses", "/company/companies",
    "/company/contacts", "/company/configurations", "/finance/agreements", "/time/entries", "/system/members", "/system/info", "/Computers",
    "/Clients", "/Alerts", "/service/boards/{id}/statuses", "/nope", "service tickets", "/Computers/5", "/project/tickets", "", "/service/../x",
)  # fmt: skip
_FIELDS = (
    "id", "summary", "SUMMARY", "company/name", "company", "status/name", "contact/name", "contactName", "closedFlag", "dateEntered", "_info",
    "_info/lastUpdated", "board", "ticket/summary", "ticket", "customFields", "customFields/value", "name", "Id", "ComputerName", "Client.Name",
    "Client", "communicationItems/value", "nope", "priority/level", "severity", "actualHours", "owner", "recordType", "parentTicketId", "*",
)  # fmt: skip
_OPERATORS = ("=", "!=", "<", ">", ">=", "like", "contains", "in", "not in", "==", "is", "startswith")
_VALUES = (
    "1", "7", "'x'", '"New"', "'%'", "'C%'", "true", "null", "(1, 2)", "('a', 'b')", "[2024-01-01]", "2024-01-01", "'", "()", "0", "99999999999",
    "'High'", "\u202e", "''", "x",
)  # fmt: skip
_QUERIES = (
    "select {f} from manage.service.tickets", "select {f}, count(*) from manage.service.tickets group by 1", "select * from manage.service.tickets",
    "select t.{f} from manage.service.tickets t where t.{g} = {v}", "select count(*) from manage.service.tickets where {f} = {v}",
    "select ticket.{f} from manage.time.entries", "select {f} from automate.Computers limit 3", "with x as (select {f} from manage.service.tickets) select * from x",
    "select {f} from manage.service.tickets order by {g} limit 2", "select max({f}) from manage.service.tickets", "select 1", "from manage.time.entries",
    "select a.{f} from manage.service.tickets a join manage.service.tickets b using ({g})", "select {f} from read_text('/etc/hostname')",
)  # fmt: skip


class Failure(Exception):
    """A broken promise, with the call that broke it."""


def make_condition(chance: random.Random) -> str:
    """Return a condition of a few terms, right or wrong."""
    terms = [
        f"{chance.choice(_FIELDS)} {chance.choice(_OPERATORS)} {chance.choice(_VALUES)}"
        for _ in range(chance.choice((1, 1, 1, 2, 3)))
    ]
    text = chance.choice((" and ", " and ", " or ")).join(terms)
    if chance.random() < 0.1:
        text = f"({text}"
    return text


def make_value(chance: random.Random, name: str, kind: str) -> object:
    """Return a value for an argument, mostly of its kind."""
    if chance.random() < 0.03:
        return chance.choice((None, 5, True, [], {}, "x" * 11_000, -1, 1.5))
    if name == "endpoint":
        # Half of the calls are about one list, so that many of them are right.
        return _ENDPOINTS[0] if chance.random() < 0.5 else chance.choice(_ENDPOINTS)
    if name == "where":
        return make_condition(chance)
    if name == "query":
        query = chance.choice(_QUERIES)
        return query.format(
            f=chance.choice(_FIELDS).replace("/", "."),
            g=chance.choice(_FIELDS).replace("/", "."),
            v=chance.choice(_VALUES),
        )
    if kind == "names":
        return chance.sample(_FIELDS, chance.choice((1, 2, 3)))
    if kind == "integer":
        return chance.choice((1, 2, 5, 25, 100))
    if kind == "boolean":
        return chance.random() < 0.5
    if kind == "object":
        return {chance.choice(_FIELDS): chance.choice(("x", 1, {"id": 1}, None, [])) for _ in range(2)}
    choices = {
        "order_by": ("id asc", "id desc", "summary asc", "contactName desc", "nope", "company/name asc, id desc"),
        "id": (1, 7, "7", 999_999, "x", "../1", "count"),
        "kind": ("boards", "statuses", "members", "clients", "nope", "locations", "priorities"),
        "name": ("New", "help desk", "jdoe", "nope"),
        "of": (1, "Help Desk", "nope"),
        "product": ("manage", "automate"),
        "words": ("open tickets", "computers", "zzz", ""),
        "path": ("", "company/", "summ", "nope/x", "customFields"),
        "code": ("CW203", "112", "nope"),
        "action": ("create", "update", "replace", "delete"),
    }
    return chance.choice(choices.get(name, ("", "x")))


async def run_session(sandbox: Sandbox, seed: int, counts: Counter[str]) -> None:
    """Make the calls of one seed. Raises Failure."""
    chance = random.Random(seed)
    policy = Policy(
        hidden=read_paths(["summary"]),
        requests=chance.choice((20, 200)),
        records=chance.choice((30, 500)),
        small_count=chance.choice((10, 200)),
    )
    session = Session(policy, environ=sandbox.environment, settings={**FAST, "transport": sandbox.transport()})
    cursors: list[str] = []
    returned = 0
    try:
        for _ in range(CALLS):
            tool = chance.choice(TOOLS)
            given = {
                parameter.name: make_value(chance, parameter.name, parameter.kind)
                for parameter in tool.parameters
                if parameter.name != "cursor" and chance.random() < (0.97 if parameter.required else 0.4)
            }
            if tool.name == "query" and cursors and chance.random() < 0.2:
                given = {"endpoint": _ENDPOINTS[0], "cursor": chance.choice(cursors)}
            before = session.budget.left["requests"]
            code = ""
            try:
                result = await call(session, tool.name, given)
            except Refusal as refusal:
                code, result = refusal.code, refusal.as_dict()
            shown = f"{tool.name} {json.dumps(given, ensure_ascii=False)[:500]}"
            text = json.dumps(result, ensure_ascii=False)
            counts[code or "answered"] += 1
            if CANARY in text:
                raise Failure(f"a hidden value is shown: {shown} -> {text[:500]}")
            if code == "internal":
                raise Failure(f"a bug: {shown} -> {text}")
            if len(text) > LARGEST:
                raise Failure(f"{len(text):,} characters: {shown}")
            if code and code not in _LATE and session.budget.left["requests"] != before:
                raise Failure(f"refused with {code} after a request: {shown}")
            if min(session.budget.left.values()) < 0:
                raise Failure(f"the budget is exceeded: {shown}")
            if tool.name not in {it.name for it in available(session)} and not code:
                raise Failure(f"a tool that is not offered answered: {shown}")
            rows = result.get("rows")
            returned += len(rows) if tool.name == "query" and isinstance(rows, list) and "cursor" not in given else 0
            if returned > policy.records:
                raise Failure(f"{returned} rows of a budget of {policy.records}")
            if isinstance(result.get("cursor"), str):
                cursors.append(str(result["cursor"]))
    finally:
        await session.close()


def run(seeds: Sequence[int]) -> Counter[str]:
    """Run the sessions of the seeds. Raises Failure with the seed."""
    counts: Counter[str] = Counter()
    sandbox = Sandbox()
    try:
        with Client.from_env(environ=sandbox.environment, transport=sandbox.transport(), **FAST) as psa:
            for ticket in psa.service.tickets.all(fields=["id"]):
                assert ticket.id is not None
                psa.service.tickets.patch(ticket.id, {"summary": f"{CANARY} {ticket.id}"})
        for seed in seeds:
            try:
                anyio.run(run_session, sandbox, seed, counts)
            except Failure as failure:
                raise Failure(f"--count {CALLS} --seed {seed}: {failure}") from None
    finally:
        sandbox.close()
    return counts


def main(argv: Sequence[str] | None = None) -> int:
    """Print how often each refusal came; return 1 after a failure."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz.agents", description="Call tools with random arguments."
    )
    parser.add_argument("--count", type=int, default=20_000, help="how many calls (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.ERROR)
    try:
        counts = run(range(arguments.seed, arguments.seed + max(1, arguments.count // CALLS)))
    except Failure as failure:
        print(failure)
        return 1
    print(f"{counts.total():,} calls: {', '.join(f'{number:,} {name}' for name, number in counts.most_common(8))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
