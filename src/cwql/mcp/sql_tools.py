"""The tool `sql`: a SELECT over lists of both products, within the policy and the budget of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio.to_thread
from sqlglot import exp

from cwql.client.request_body import plain
from cwql.mcp.refusal import Refusal
from cwql.mcp.rows import clean_row, fit
from cwql.mcp.targets import read_target
from cwql.tables.columns import CUSTOM_FIELDS, EXTRA, MISMATCHES
from cwql.tables.database import connect
from cwql.tables.query import PARENT, SQLError, read_query, tables_like, written_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql.mcp.policy import Policy
    from cwql.mcp.session import Session
    from cwql.tables.columns import Shape
    from cwql.tables.database import Result
    from cwql.tables.query import Query, TableScan

    JSON = dict[str, object]

ROWS = 200
"""Rows of a result; the query itself can use LIMIT and OFFSET."""

SECONDS = 30.0
"""How long DuckDB may execute a query."""

OPTIONS = {
    "enable_external_access": "false",
    "memory_limit": "512MB",
    "threads": "2",
    "python_enable_replacements": "false",
}
"""No files, no network, and no variables of this program as tables."""

_SERIES = frozenset(("range", "generate_series", "repeat", "unnest_range"))


async def sql(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the rows of a query. Its tables and columns are compared with the policy, and its records with the budget."""
    text = given["query"]
    try:
        parsed = read_query(text)
    except SQLError as error:
        raise _refuse(error) from None
    except RecursionError:
        raise Refusal("sql", "the query is nested too deeply", argument="query") from None
    _require_tables(parsed)
    for scan in parsed.scans:
        _require_allowed(session, scan)
    clients = {scan.product: session.blocking_client(scan.product) for scan in parsed.scans}
    return await anyio.to_thread.run_sync(_execute, session, clients, text, abandon_on_cancel=True)


def _execute(session: Session, clients: Mapping[str, Any], text: str) -> JSON:
    with connect(**clients, options=OPTIONS, timeout=SECONDS) as database:
        try:
            result = database.sql(text)
            expected = _expect(result, database.fetcher())
            _take(session, expected)
            # One more shows that there are more.
            rows = [clean_row(plain(row)) for row in result.rows(ROWS + 1)]
        except SQLError as error:
            raise _refuse(error) from None
    shown = rows[: fit(rows[:ROWS])] if rows else []
    return {"rows": shown, "more": len(shown) < len(rows), "records": expected}


def _expect(result: Result, fetcher: Any) -> int:
    """Return how many records a query reads at most; lists below many records are counted as one page each."""
    number = 0
    for plan in result.plans:
        if plan.counts:
            continue
        if plan.scan.parent is not None:
            number += 1_000
        elif plan.until is not None and plan.exact:
            number += plan.until
        else:
            number += sum(fetcher.count(plan, part) for part in plan.parts)
    return number


def _take(session: Session, number: int) -> None:
    left = session.budget.left["records"]
    if number > left:
        raise Refusal(
            "budget",
            f"the query reads {number:,} records, and {left:,} are left for this session",
            argument="query",
            hint="add conditions that the server can evaluate: ids, names, dates",
        )
    if number:
        taken = session.budget.take("records", number)
        if taken < number:
            # Another call took the rest in the meantime.
            session.budget.give_back("records", taken)
            raise Refusal("budget", "the budget of this session is used up", argument="query")


def _require_tables(parsed: Query) -> None:
    """Raise Refusal for a query that reads something else than lists of the API, or that makes its own rows."""
    tree = parsed.tree
    names = {scan.name for scan in parsed.scans}
    if not names:
        missing = written_name(parsed.others[0]) if parsed.others else ""
        close = tables_like(missing) if missing else []
        hint = f"did you mean {' or '.join(close)}?" if close else "name a list, such as manage.service.tickets"
        message = f"no table {missing!r}" if missing else "the query reads no list"
        raise Refusal("sql", message, argument="query", hint=hint)
    for function in tree.find_all(exp.Func):
        name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
        if name in _SERIES or isinstance(function, exp.GenerateSeries):
            raise Refusal("sql", f"{name} is not allowed here", argument="query")
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            raise Refusal("sql", "functions are not allowed in FROM", argument="query")


def _require_allowed(session: Session, scan: TableScan) -> None:
    """Raise Refusal for a table, or for a column that contains something, which the policy does not allow."""
    policy = session.policy
    for place in (scan.path, *([f"/{scan.parent.path.strip('/')}"] if scan.parent is not None else [])):
        policy.require_endpoint(read_target(place))
    for path in dict.fromkeys(path for _, path in scan.uses):
        if path in ((PARENT,), (MISMATCHES,)):
            continue
        if path[:1] == (EXTRA,):
            raise Refusal("hidden-field", f"{EXTRA} may contain hidden fields", argument="query")
        shape = _at(scan.shape, path)
        hidden = next((leaf for leaf in _leaves(policy, shape, path) if not policy.allows_field(leaf)), None)
        if hidden is not None:
            what = "/".join(path) or "a whole record"
            raise Refusal(
                "hidden-field",
                f"{what} of {scan.path} contains {'/'.join(hidden)}, which is hidden by the settings of this server",
                argument="query",
                hint="name the columns that you need",
            )


def _at(shape: Shape | None, path: tuple[str, ...]) -> Shape | None:
    """Return the shape at the end of a path, or None if it is not known."""
    for step in path:
        if shape is None or path[0] == CUSTOM_FIELDS:
            return None
        inner = shape.item if shape.item is not None else shape
        shape = next((member for name, member in inner.members if name.lower() == step.lower()), None)
    return shape


def _leaves(policy: Policy, shape: Shape | None, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of everything that a column contains; below JSON, the hidden ones that it may contain."""
    inner = shape.item if shape is not None and shape.item is not None else shape
    if inner is None or not inner.members:
        yield path[:1] if path[:1] == (CUSTOM_FIELDS,) else path
        if inner is not None and inner.kind == "json":
            yield from [(*path, *entry) for entry in policy.hidden]
        return
    for name, member in inner.members:
        yield from _leaves(policy, member, (*path, name))


def _refuse(error: SQLError) -> Refusal:
    refusal = Refusal("sql", error.message, argument="query")
    if error.start >= 0:
        refusal.diagnostics.append({"message": error.message, "start_offset": error.start, "end_offset": error.end})
    return refusal
