"""Create a record, or change the one that exists: `upsert`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cwql.client.errors import APIError, RequestBodyError
from cwql.client.list_query import read_path
from cwql.client.patch import members_of
from cwql.client.request_body import Fault
from cwql.client.send import CallResult
from cwql.language.builder import Field
from cwql.language.nodes import FieldList, all_of
from cwql.query.query import to_fields

if TYPE_CHECKING:
    from cwql.client.effects import Flow
    from cwql.client.operations import Operations
    from cwql.language.nodes import Condition, Path
    from cwql.schema.endpoint import Endpoint

__all__ = ["upsert"]


def upsert(  # noqa: PLR0913 - a call and the places that it may be sent to
    core: Operations,
    endpoint: Endpoint,
    path: str,
    locate: Callable[[object], tuple[Endpoint, str]],
    body: Any,
    by: Any,
    given: Mapping[str, Any],
) -> Flow[CallResult]:
    """Change the record that has the same values as the body in the fields `by`, or create it.

    Only members that differ are sent, and nothing is if none does. `locate` returns the place of a record by its id. Raises
    APIError if several records match, RequestBodyError if the body lacks a field of `by`.
    """
    core.options("call", given)
    try:
        members = members_of(body)
    except ValueError as error:
        raise RequestBodyError(f"POST {path}", (Fault("", str(error), "the members of a record"),)) from None
    condition = _condition(members, by, f"POST {path}")
    # Two are enough to see that the fields do not identify one record.
    options = replace(core.options("call", given), page_size=2, params=())
    listing = core.listing(endpoint, path, condition, options)
    page = yield from listing.next()
    listing.close()
    if not page:
        return (yield from core.send("POST", endpoint, path, body, given))
    if len(page) > 1:
        names = ", ".join(["/".join(name.segments) for name in _paths(by)])
        raise APIError(f"several records of {path} have this {names}: upsert needs fields in by= that identify one")
    found = page[0]
    changes = _changes(members_of(found), members)
    if not changes:
        return CallResult(found, page.response)
    return (yield from core.patch(*locate(found), changes, given))


def _condition(members: Mapping[str, Any], by: Any, call: str) -> Condition:
    """Return the condition for the values of a body in some fields."""
    faults: list[Fault] = []
    terms: list[Condition] = []
    for found in _paths(by):
        name = "/".join(found.segments)
        value = read_path(members, found.segments)
        if isinstance(value, (str, int, float)) and value != "":
            terms.append(Field(found) == value)
        else:
            got = "nothing" if value is None or value == "" else f"a {type(value).__name__}"
            faults.append(Fault(name, got, "a single value, because the record is found by it"))
    if faults:
        raise RequestBodyError(call, tuple(faults))
    return all_of(*terms)


def _paths(by: Any) -> tuple[Path, ...]:
    names = to_fields(by)
    if isinstance(names, str):
        names = to_fields([name.strip() for name in names.split(",") if name.strip()])
    if not isinstance(names, FieldList) or not names.paths:
        raise ValueError("by= is the field, or the fields, that identify a record: got none")
    return names.paths


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a body that the record does not have in the same way."""
    folded = {name.lower(): value for name, value in old.items()}
    return {
        name: value
        for name, value in new.items()
        if name.lower() not in ("id", "_info") and not _covers(folded.get(name.lower()), value)
    }


def _covers(old: Any, new: Any) -> bool:
    """Return whether a value of a record has everything that a body says of it: a reference may have more members."""
    if isinstance(new, Mapping):
        return isinstance(old, Mapping) and all(_covers(old.get(name), value) for name, value in new.items())
    if isinstance(new, list):
        return isinstance(old, list) and len(old) == len(new) and all(map(_covers, old, new))
    return bool(old == new)
