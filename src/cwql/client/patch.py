"""Bodies of PATCH: from typed changes, a mapping, or the difference of two records.

::

    [Ticket.summary.set("x"), Ticket.owner.unset()]     {"summary": "x", "status": {"name": "New"}}     difference(old, new)

Manage takes ``{op, path, value}``, Automate ``{Op, Path, Value}``. A reference is replaced as a whole: ``status/id``
and ``status/name`` become one operation on ``status``, because servers ignore or refuse paths inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from cwql.client.errors import RequestBodyError
from cwql.client.request_body import WHOLE_LISTS, Fault, check_body, plain, warn_of_unknown, whole_lists
from cwql.schema.catalog import catalog
from cwql.schema.field_update import Change
from cwql.schema.suggest import suggest
from cwql_api.runtime import Record

if TYPE_CHECKING:
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

    Changes: TypeAlias = Change | Mapping[str, Any] | Iterable[Change | Mapping[str, Any]]

__all__ = ["Change", "diff", "members_of", "patch_body"]

_KEYS = {"manage": ("op", "path", "value"), "automate": ("Op", "Path", "Value")}

_ACTIONS = ("replace", "remove", "add")

_SERVERS_OWN = frozenset({"id", "_info"})


def patch_body(product: str, record: str | None, changes: Changes, call: str = "PATCH") -> list[dict[str, Any]]:
    """Return the operations for changes, checked against the record that the path gives (None: not checked).

    A mapping may also be a ready operation (``{"op": "add", "path": "…", "value": …}``). Raises RequestBodyError for unknown members
    and for values that do not fit, before anything is sent.
    """
    info = catalog(product).find_record(record) if record is not None else None
    faults: list[Fault] = []
    merged: dict[tuple[str, str], Any] = {}
    for change in _flatten(changes, faults):
        _merge(product, change, info, merged, faults)
    if info is not None and not faults:
        warn_of_unknown(product, info.name, dict.fromkeys([name.partition("/")[0] for _, name in merged]), call)
    for (action, name), value in merged.items():
        if action != "remove":
            faults += _misfits(product, info, name, value)
    if not merged and not faults:
        faults.append(Fault("", "no changes", "at least one change"))
    if faults:
        raise RequestBodyError(call, tuple(faults))
    op, path, content = _KEYS[product]
    # `remove` takes no value (RFC 6902, 4.2).
    return [
        {op: action, path: name} if action == "remove" else {op: action, path: name, content: value}
        for (action, name), value in merged.items()
    ]


def diff(before: Record | Mapping[str, Any], after: Record | Mapping[str, Any]) -> list[Change]:
    """Return the changes that turn one record into the other.

    Members that are not set in `after` are unchanged, so a partial record changes only its own members. References and
    lists are replaced as a whole. Raises ValueError if the two have different ids or types.
    """
    if isinstance(before, Record) and isinstance(after, Record) and type(before) is not type(after):
        raise ValueError(f"expected two records of one kind, got {type(before).__name__} and {type(after).__name__}")
    old, new = members_of(before), members_of(after)
    folded = {name.lower(): value for name, value in old.items()}
    found = []
    for name, value in new.items():
        known = folded.get(name.lower())
        if name.lower() == "id" and known is not None and value is not None and str(known) != str(value):
            raise ValueError(f"expected two states of one record, got ids {known} and {value}")
        if name.lower() not in _SERVERS_OWN and value != known:
            found.append(Change((name,), "replace", value))
    return found


def members_of(record: Record | Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a record or a body as they are sent, without the links that servers add."""
    data = plain(record)
    if not isinstance(data, dict):
        raise TypeError(f"expected a record or a mapping of its members, got {type(record).__name__}")
    if isinstance(record, Record):
        # Set members are stored as a set, so the operations follow the record's own order instead.
        places = {field.alias or name: at for at, (name, field) in enumerate(type(record).model_fields.items())}
        data = dict(sorted(data.items(), key=lambda pair: places.get(pair[0], len(places))))
    return {name: _without_info(value) for name, value in data.items()}


def _without_info(value: Any) -> Any:
    """Return a value without the links that servers add: they change with every reading."""
    if isinstance(value, dict):
        return {name: _without_info(member) for name, member in value.items() if name != "_info"}
    return [_without_info(item) for item in value] if isinstance(value, list) else value


def _flatten(changes: Any, faults: list[Fault]) -> Iterable[Change]:
    if isinstance(changes, Change):
        return [changes]
    if isinstance(changes, Mapping):
        operation = _operation(changes)
        if operation is not None:
            if operation.action not in _ACTIONS:
                faults.append(Fault("op", repr(operation.action), f"one of {', '.join(_ACTIONS)}"))
                return []
            return [operation]
        return [Change(tuple(str(name).strip("/").split("/")), "replace", value) for name, value in changes.items()]
    if isinstance(changes, (str, bytes)) or not hasattr(changes, "__iter__"):
        faults.append(Fault("", type(changes).__name__, "changes, a mapping, or a list of either"))
        return []
    return [change for entry in changes for change in _flatten(entry, faults)]


def _operation(entry: Mapping[str, Any]) -> Change | None:
    """Return a mapping as the operation that it is, or None if it maps members to values."""
    folded = {str(name).lower(): value for name, value in entry.items()}
    action, path = folded.get("op"), folded.get("path")
    if not isinstance(action, str) or not isinstance(path, str) or not folded.keys() <= {"op", "path", "value"}:
        return None
    return Change(tuple(path.strip("/").split("/")), action.lower(), folded.get("value"))  # type: ignore[arg-type]


def _merge(
    product: str, change: Change, info: RecordInfo | None, merged: dict[tuple[str, str], Any], faults: list[Fault]
) -> None:
    try:
        value = plain(change.value, product)
    except ValueError as error:
        faults.append(_unsayable("/".join(change.path), str(error)))
        return
    foreign = _foreign(product, change, info)
    if foreign is not None:
        faults.append(foreign)
        return
    name, inner = change.path[0], change.path[1:]
    if any("." in step for step in change.path):
        faults.append(Fault("/".join(change.path), "a path with a dot", "/".join(change.path).replace(".", "/")))
        return
    field = info.find(name) if info is not None else None
    if field is None or field.origin != "spec":
        close = suggest(name, info.names) if info is not None else []
        if close:
            faults.append(Fault(name, "an unknown name", f"a member of {info.name}, such as {close[0]}"))  # type: ignore[union-attr]
            return
        # Servers accept members that no specification names; a name that resembles no known name is sent unchanged.
        merged[change.action, "/".join(change.path)] = value
        return
    if field.kind == "reference":
        if not inner and isinstance(value, (int, str)) and not isinstance(value, bool):
            # `Ticket.board.set(5)`: an id is all that a reference needs.
            inner = (_id_name(product, field.target),)
        if inner and change.action != "remove":
            whole = merged.setdefault(("replace", field.name), {})
            if not isinstance(whole, dict):
                whole = merged["replace", field.name] = {}
            for step in inner[:-1]:
                whole = whole.setdefault(step, {})
            whole[inner[-1]] = value
            return
    if field.target in WHOLE_LISTS:
        part = _part(field, inner, value)
        if part is not None:
            faults.append(part)
            return
    merged[change.action, "/".join((field.name, *inner))] = value


def _foreign(product: str, change: Change, info: RecordInfo | None) -> Fault | None:
    """Return the problem of a change that was made with a field of another record: tickets have an `id` and a `name` too."""
    if info is None or not change.owner:
        return None
    if change.product == product and catalog(product).is_related(change.owner, info.name):
        return None
    record = change.owner if change.product == product else f"{change.owner} in {change.product.title()}"
    return Fault("/".join(change.path), f"a field of {record}", f"a field of {info.name}")


def _part(field: FieldInfo, inner: tuple[str, ...], value: Any) -> Fault | None:
    """Return the problem of a change of one entry in a list that servers replace as a whole."""
    target = field.target or ""
    if inner:
        return Fault("/".join((field.name, *inner)), "a path into the list", whole_lists(target, [{}]))
    expected = whole_lists(target, value)
    return Fault(field.name, "a part of the list", expected) if expected else None


def _id_name(product: str, target: str | None) -> str:
    record = catalog(product).find_record(target) if target is not None else None
    found = record.find("id") if record is not None else None
    return found.name if found is not None else "id"


def _misfits(product: str, info: RecordInfo | None, path: str, value: Any) -> list[Fault]:
    name, _, inner = path.partition("/")
    field = info.find(name) if info is not None else None
    if field is None or inner or field.origin != "spec":
        return []
    return [Fault(_join(path, fault.member), fault.got, fault.expected) for fault in check_body(product, field, value)]


def _join(path: str, inner: str) -> str:
    return f"{path}/{inner}" if inner and inner[0] != "[" else f"{path}{inner}"


def _unsayable(path: str, said: str) -> Fault:
    expected, _, got = said.partition(", got ")
    return Fault(path, got or said, expected.removeprefix("expected "))


# Users know it as a name of `cwql`.
diff.__module__ = "cwql"
