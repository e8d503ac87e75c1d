"""The tools that read records: `count`, `query`, `get` and `lookup`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwql.client.reference import KINDS, UnknownReferenceError
from cwql.client.request_body import plain
from cwql.language.dialects import find_dialect
from cwql.mcp.cursors import OpenList
from cwql.mcp.queries import prepare
from cwql.mcp.refusal import Refusal, unknown
from cwql.mcp.rows import clean, clean_row, default_fields, fit, make_row
from cwql.mcp.targets import read_target

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from cwql.client.errors import APIError
    from cwql.mcp.queries import Prepared
    from cwql.mcp.rows import Row
    from cwql.mcp.session import Session
    from cwql.mcp.targets import Target

    JSON = dict[str, object]

LIMIT, MOST = 25, 100
"""Rows of one result: by default, and at most."""

NAMES = 200
"""Names that `lookup` lists."""


async def count(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return how many records there are, and remember it for queries without a condition."""
    target = _target(session, given)
    prepared = prepare(target, session.policy, given.get("where", ""))
    resource = target.resource(session.client(target.product))
    number = await resource.count(prepared.query)
    session.remember_count(prepared.count_key, number)
    return {"count": number, "warnings": list(prepared.warnings)}


async def query(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return rows of a list, and a cursor for the next ones if there are more."""
    target = _target(session, given)
    if not target.endpoint.listed:
        raise Refusal(
            "unknown-endpoint", f"{target.title} is a single record", argument="endpoint", hint="use get for it"
        )
    limit = given.get("limit", LIMIT)
    if "cursor" in given:
        place = session.cursors.find(given["cursor"], target.path.lower(), _texts(given))
        async with place.lock:
            if place.result is None:
                place.result = await _read(session, place.rest, limit)
            return place.result
    prepared = prepare(
        target,
        session.policy,
        given.get("where", ""),
        given.get("order_by", ""),
        given.get("fields") or default_fields(target, session.policy),
    )
    _require_bound(session, prepared)
    about: JSON = {"warnings": list(prepared.warnings)}
    rest = OpenList(target.path.lower(), _texts(given), _rows(session, prepared, limit), about)
    return await _read(session, rest, limit)


def _texts(given: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the query of a call, for comparison with that of a cursor; empty if only the endpoint is given."""
    query = (given.get("where", ""), given.get("order_by", ""), tuple(given.get("fields") or ()))
    return query if any(query) else ()


def _require_bound(session: Session, prepared: Prepared) -> None:
    if prepared.is_bounded:
        return
    number = session.find_count(prepared.count_key)
    most = session.policy.small_count
    if number is None:
        raise Refusal(
            "unbounded",
            f"the condition does not narrow the list of {prepared.target.title}",
            argument="where",
            hint=f"add a term about a name, an id, a date or a status; or call count first: up to {most:,} records may be read without one",
        )
    if number > most:
        raise Refusal(
            "unbounded",
            f"{number:,} records match, and at most {most:,} may be read with a condition that does not narrow the list",
            argument="where",
            hint="add a term about a name, an id, a date or a status",
        )


async def _rows(session: Session, prepared: Prepared, limit: int) -> AsyncGenerator[list[Row], None]:
    """Yield the pages of a query as rows. One record more than the limit is read, to find out whether there are more."""
    target = prepared.target
    client = session.client(target.product)
    separator = find_dialect(target.product).separator
    sent = prepared.query if _takes_fields(target) else prepared.query.fields()
    pages = target.resource(client).pages(sent, page_size=limit + 1)
    try:
        async for page in pages:
            yield [_row(session, plain(record), prepared, separator) for record in page]
    finally:
        await pages.aclose()  # type: ignore[attr-defined]  # it is an asynchronous generator


def _row(session: Session, record: object, prepared: Prepared, separator: str) -> Row:
    if not isinstance(record, dict):
        return {"value": clean(record)}
    if not prepared.fields:
        return clean_row(session.policy.strip(record))
    return make_row(record, prepared.fields, separator, session.policy)


async def _read(session: Session, rest: OpenList, limit: int) -> JSON:
    """Return the next rows of a list, as many as the budget and the size of a result allow."""
    allowed = session.budget.take("records", limit)
    used = 0
    try:
        await rest.fill(allowed + 1)
        used = fit(rest.buffer[:allowed]) if rest.buffer else 0
        rows = rest.take(used)
    finally:
        session.budget.give_back("records", allowed - used)
    result: JSON = {"rows": rows, "more": bool(rest.buffer), **rest.about}
    if rest.buffer:
        result["cursor"] = session.cursors.add(rest)
    return result


async def get(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return one record: the chosen fields, or all that have a value."""
    target = _target(session, given)
    if "id" not in given and target.endpoint.listed:
        raise Refusal("invalid-argument", f"{target.title} is a list", argument="id", hint="give an id, or use query")
    place = target if "id" not in given else _item(target)
    _require_json(place)
    fields = given.get("fields") or []
    prepared = prepare(place, session.policy, fields=fields)
    resource = target.resource(session.client(target.product))
    session.budget.take("records")
    options = {"fields": ",".join(fields)} if fields and _takes_fields(place) else {}
    value = plain(await (resource.get(given["id"], **options) if "id" in given else resource.get(**options)))
    if not isinstance(value, dict):
        value = {"value": value}
    separator = find_dialect(target.product).separator
    record = (
        make_row(value, prepared.fields, separator, session.policy)
        if fields
        else clean_row(_without_nulls(session.policy.strip(value)))
    )
    fit([record])
    return {"record": record, "warnings": list(prepared.warnings)}


def _plural(kind: str) -> str:
    """Return the name of a kind, which may be given in the singular: `board`, `company_status`."""
    kinds = {name for table in KINDS.values() for name in table}
    return next((name for name in (kind, f"{kind}s", f"{kind}es", f"{kind[:-1]}ies") if name in kinds), kind)


async def lookup(session: Session, given: Mapping[str, Any]) -> JSON:
    """Return the id of a name in a reference table, or the names of the table."""
    kind = _plural(given["kind"])
    product = given.get("product") or next((name for name in KINDS if kind in KINDS[name]), "manage")
    table_kind = KINDS[product].get(kind)
    if table_kind is None:
        kinds = ", ".join(KINDS[product])
        raise Refusal(
            "unknown-name", f"no kind of {product} is called {kind!r}", argument="kind", hint=f"one of {kinds}"
        )
    path = table_kind.path.replace("{}", "1")
    target = read_target(path)
    session.policy.require_endpoint(target)
    for name in table_kind.names:
        session.policy.require_field((name,), "kind")
    table = getattr(session.client(product).reference, kind)
    if table_kind.parent:
        if "of" not in given:
            raise Refusal("invalid-argument", f"{kind} need of=, a name or id of {table_kind.parent}", argument="of")
        of = given["of"]
        table = table(int(of) if isinstance(of, str) and of.isdecimal() else of)
    elif "of" in given:
        raise Refusal("invalid-argument", f"{kind} take no of=", argument="of")
    try:
        if "name" in given:
            return {"id": await table.id_of(given["name"])}
        names = await table.ids()
    except UnknownReferenceError as error:
        refusal = unknown(error, "name" if "name" in given else "of")
        refusal.message = str(clean(refusal.message))
        refusal.hint = str(clean(refusal.hint)) if refusal.hint else None
        raise refusal from None
    taken = session.budget.take("records", min(len(names), NAMES)) if names else 0
    return {"names": clean(dict(list(names.items())[:taken])), "more": len(names) > taken}


def refuse_call(error: APIError) -> Refusal:
    """Return the refusal for a call that a server did not perform. Its message may quote the server."""
    lines = str(clean(str(error)))
    shown = lines if len(lines) <= 2_000 else f"{lines[:2_000]}…"
    return Refusal("server-error", shown, hint=getattr(error, "hint", "") or None)


def _target(session: Session, given: Mapping[str, Any]) -> Target:
    target = read_target(given["endpoint"])
    session.policy.require_endpoint(target)
    return target


def _item(target: Target) -> Target:
    """Return the endpoint of one record of a list. Raises Refusal if it has none."""
    return read_target(f"{target.path}/1")


def _takes_fields(target: Target) -> bool:
    names = {name.lower().rpartition(".")[2] for name in target.endpoint.parameters}
    return bool(names & {"fields", "includefields", "includedfields"})


def _require_json(target: Target) -> None:
    """Raise Refusal for an endpoint that returns a file."""
    from cwql.schema.catalog import catalog

    operation = catalog(target.product).operation_at(target.endpoint, "GET")
    if operation is None:
        raise Refusal("not-allowed", f"{target.title} cannot be read", argument="endpoint")
    media = operation.reply.media_types if operation.reply is not None else ()
    if media and not any("json" in name for name in media):
        raise Refusal("not-allowed", f"{target.title} returns a file", argument="endpoint")


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None and item != []}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
