"""The tools that write: `plan` checks a write and shows its request, `apply` sends that request once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cwql.client.errors import RequestBodyError
from cwql.client.request_body import plain
from cwql.client.retry import RetryPolicy
from cwql.mcp.plans import SECONDS, Plan
from cwql.mcp.refusal import Refusal
from cwql.mcp.rows import clean_row, fit
from cwql.mcp.targets import read_target
from cwql.schema.catalog import catalog
from cwql.schema.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql.mcp.session import Session
    from cwql.mcp.targets import Target

    JSON = dict[str, object]

ACTIONS = {"create": "POST", "update": "PATCH", "replace": "PUT", "delete": "DELETE"}
"""The actions of `plan`, and the methods that they send."""

_PROTECTED = re.compile(
    r"/(?:system|users|userclasses|batch|patchactions|apitoken)(?=/|\Z)|/[^/]*(?:command|script|execute|credential|permission|securit|password)[^/]*"
)
"""Parts of paths that change who may do what, or run programs: they have to be named in the list of endpoints."""

_ONCE = RetryPolicy(max_retries=0, deadline=60.0)


async def plan(session: Session, given: Mapping[str, Any]) -> JSON:
    """Check a write and return its request, with the name by which `apply` sends it. Nothing is sent."""
    _require_write(session)
    target = read_target(given["endpoint"])
    session.policy.require_endpoint(target)
    _require_unprotected(session, target)
    action, id, body = given["action"], given.get("id"), given.get("body")
    _require_shape(target, action, id, body)
    if body is not None:
        _check_members(session, target, body)
    made = Plan(target, action, id, json.dumps(body), ("", "", ""), session.plans.now())
    preview = await _preview(session, made)
    made = Plan(target, action, id, made.body, preview, made.made_at)
    method, url, text = preview
    return {
        "plan": session.plans.add(made),
        "method": method,
        "url": url,
        "body": json.loads(text) if text else None,
        "expires_in": int(SECONDS),
    }


async def apply(session: Session, given: Mapping[str, Any]) -> JSON:
    """Send the request of a plan, once, and return the record of the response."""
    _require_write(session)
    # The plan is taken before anything is awaited, so that of two calls only one finds it.
    made = session.plans.take(given["plan"])
    if await _preview(session, made) != made.preview:
        raise Refusal("plan", "the request is no longer the one that was shown", argument="plan", hint="plan again")
    client = session.client(made.target.product)
    value = plain(await _send(made.target.resource(client), made, retry=_ONCE))
    if not isinstance(value, dict):
        return {"applied": True}
    record = clean_row(session.policy.strip(value))
    fit([record])
    return {"applied": True, "record": record}


async def _preview(session: Session, made: Plan) -> tuple[str, str, str]:
    """Return method, URL and body of the request, as a dry run reports them. Raises Refusal for an invalid body."""
    dry = session.client(made.target.product).dry_run()
    try:
        await _send(made.target.resource(dry), made)
    except RequestBodyError as error:
        faults = [str(fault) for fault in error.problems]
        raise Refusal("invalid-body", "; ".join(faults), argument="body") from None
    shown = dry.plan[-1]
    return shown.method, shown.url, shown.body or ""


async def _send(resource: Any, made: Plan, **options: Any) -> object:
    content = made.content
    if made.action == "create":
        return await resource.create(content, **options)
    place = () if made.id is None else (made.id,)
    if made.action == "update":
        return await resource.patch(*place, content, **options)
    if made.action == "replace":
        return await resource.replace(*place, content, **options)
    return await resource.delete(*place, **options)


def _require_write(session: Session) -> None:
    if not session.policy.allow_write:
        raise Refusal("read-only", "this server only reads", hint="whoever runs it can start it with --allow-write")


def _require_unprotected(session: Session, target: Target) -> None:
    protected = _PROTECTED.search(target.title.lower())
    if protected is None:
        return
    # A wildcard that includes the endpoint does not name it.
    named = [pattern.partition("*")[0] for pattern in session.policy.endpoints]
    if not any(protected.group() in pattern for pattern in named):
        raise Refusal(
            "not-allowed",
            f"{target.title} changes rights or runs programs",
            argument="endpoint",
            hint=f"whoever runs the server can name it: --endpoints {target.title}",
        )


def _require_shape(target: Target, action: str, id: object, body: object) -> None:
    """Raise Refusal unless the action exists there, writes a record of its endpoint, and has the arguments that it needs."""
    method = ACTIONS[action]
    known = catalog(target.product)
    place = target
    if id is not None:
        if action == "create":
            raise Refusal("invalid-argument", "create takes no id", argument="id")
        place = read_target(f"{target.path}/1")
    operation = known.operation_at(place.endpoint, method)
    if operation is None:
        hint = "give the id of the record" if id is None and action != "create" and target.endpoint.listed else None
        raise Refusal(
            "not-allowed", f"{place.title} takes no {method}, only {', '.join(place.endpoint.methods)}", hint=hint
        )
    if action == "delete":
        if body is not None:
            raise Refusal("invalid-argument", "delete takes no body", argument="body")
        return
    if not isinstance(body, dict) or not body:
        raise Refusal("invalid-argument", f"{action} needs a body with members", argument="body")
    written = operation.body.record if operation.body is not None else None
    if action == "create" and (written is None or written != place.endpoint.record):
        raise Refusal(
            "not-allowed", f"{place.title} does not create a record: it performs an action", argument="endpoint"
        )


def _check_members(session: Session, target: Target, body: dict[str, object]) -> None:
    """Raise Refusal for members that are hidden, or that the record does not have."""
    record = target.record
    for path in _paths(body):
        session.policy.require_field(path, "body")
    if record is None:
        return
    for name in body:
        if record.find(name) is None:
            close = suggest(name, record.names)
            hint = f"did you mean {' or '.join(close)}?" if close else None
            raise Refusal("unknown-name", f"{record.name} has no member {name!r}", argument="body", hint=hint)


def _paths(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all members of a body."""
    if isinstance(value, list):
        for item in value:
            yield from _paths(item, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = (*path, *name.split("/"))
            yield inner
            yield from _paths(item, inner)
