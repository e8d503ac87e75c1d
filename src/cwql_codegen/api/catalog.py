"""The packed tables that names are looked up in: `catalog.py` (records and fields) and `endpoints.py` (paths).

One string per record, split when the record is first asked for: a dictionary of strings loads thirty times as fast as one
of dictionaries, and most programs look at a handful of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cwql_codegen.api.naming import record_of
from cwql_codegen.api.packing import Packer
from cwql_codegen.api.text import literal, mark, pack, table
from cwql_codegen.spec.model import Api, Operation, Schema
from cwql_codegen.spec.overlay import Overlay, Scope

ROOTS = {
    "manage": ("v4_6_release/apis/3.0/", "apis/3.0/"),
    "automate": ("cwa/api/v1/", "api/v1/", "cwa/api/", "api/"),
}
"""What may stand in front of a path without being part of its name, the longest first."""

_LETTERS = {"GET": "G", "POST": "P", "PUT": "U", "PATCH": "A", "DELETE": "D"}


def write_fields(api: Api, names: Mapping[str, str], overlay: Overlay, packer: Packer) -> str:
    """Write `catalog.py`: the fields of every record, and what the overlay adds to them."""
    fields = {names[schema.name]: _fields(schema, packer) for schema in api.schemas.values() if not schema.enum}
    extra = _extra(api, names, overlay, packer)
    wires = {names[name]: name for name in api.schemas if names[name] != name}
    open_records = sorted(names[it.schema] for it in overlay.open_record if it.schema in names)
    free = sorted(names[schema.name] for schema in api.schemas.values() if schema.free_form and not schema.properties)
    enums = "".join(f"    {literal(members)},\n" for members in packer.enums)
    return "\n".join(
        [
            mark(api) + '"""Records and their fields, packed: see `cwql.schema.field` for the codes."""\n',
            f"PRODUCT = {literal(api.product)}\nVERSION = {literal(api.version)}\n",
            "# Enums, members joined by commas.",
            f"ENUMS: tuple[str, ...] = (\n{enums})\n" if enums else "ENUMS: tuple[str, ...] = ()\n",
            "# Records whose members no document can list.",
            f"OPEN: tuple[str, ...] = ({''.join(f'{literal(name)}, ' for name in sorted({*open_records, *free})).rstrip()})\n",
            "# The API's own name of a record, where it is not the class name.",
            table("WIRE", wires),
            "# Record -> `name:code` of each field.",
            table("FIELDS", fields),
            "# Record, or `*member` for all that have the member -> `name;kind;code;origin;target;values;flags` a line.",
            table("EXTRA", extra),
        ]
    )


def write_endpoints(api: Api, names: Mapping[str, str]) -> str:
    """Write `endpoints.py`: for every path its records, its siblings and its operations."""
    shared: dict[str, int] = {}
    entries: dict[str, str] = {}
    groups = group(api)
    for key, members in groups.items():
        reading = next((operation for _, operation in members if operation.method == "GET"), None)
        found = record_of(reading.reply) if reading is not None else None
        counted = any(operation.method == "GET" for _, operation in groups.get(f"{key}/count", ()))
        searched = any(operation.method == "POST" for _, operation in groups.get(f"{key}/search", ()))
        item = any(operation.method == "GET" for _, operation in groups.get(f"{key}/{{}}", ()))
        flags = "".join(
            letter
            for letter, holds in (
                ("L", _lists(reading)),
                ("C", counted),
                ("S", searched),
                ("I", item),
            )
            if holds
        )
        query = pack((it.name for it in reading.parameters if it.place == "query"), ",") if reading is not None else ""
        operations = " ".join(f"{_LETTERS[operation.method]}{number}" for number, operation in members)
        record = names[found[0]] if found is not None and found[0] in names else ""
        place = shared.setdefault(query, len(shared))
        entries[key] = pack((_path(members), record, flags, str(place), operations), ";")
    roots = ", ".join(literal(root) for root in ROOTS[api.product])
    queries = "".join(f"    {literal(query)},\n" for query in shared)
    return "\n".join(
        [
            mark(api) + '"""Every path, packed: see `cwql.schema.endpoint`."""\n',
            f"ROOTS: tuple[str, ...] = ({roots},)\n",
            "# Lists of query parameters.",
            f"PARAMETERS: tuple[str, ...] = (\n{queries})\n",
            "# Path in small letters, {} for each placeholder -> `path;record;flags;parameters;operations`.",
            table("ENDPOINTS", entries),
        ]
    )


def path_key(path: str, product: str) -> str:
    """Return the name of a path: no root, no slashes at the ends, small letters, ``{}`` for each placeholder."""
    text = path.strip("/").lower()
    for root in ROOTS[product]:
        if text.startswith(root):
            text = text.removeprefix(root)
            break
    return "/".join("{}" if step.startswith("{") else step for step in text.split("/"))


def group(api: Api) -> dict[str, list[tuple[int, Operation]]]:
    """Group the operations, with their places in the document, by the name of their path, in the order of the names."""
    groups: dict[str, list[tuple[int, Operation]]] = {}
    for number, operation in enumerate(api.operations):
        members = groups.setdefault(path_key(operation.path, api.product), [])
        # Paths that differ by a slash or by letter case are one; the first of each method stands for it.
        if all(operation.method != other.method for _, other in members):
            members.append((number, operation))
    return dict(sorted(groups.items()))


def _path(members: list[tuple[int, Operation]]) -> str:
    """Choose the spelling: the one that reading uses, without a slash at the end."""
    return min(members, key=lambda it: (it[1].method != "GET", it[0]))[1].path.rstrip("/")


def _lists(reading: Operation | None) -> bool:
    return (
        reading is not None
        and reading.reply is not None
        and reading.reply.type is not None
        and reading.reply.type.kind == "array"
    )


def _fields(schema: Schema, packer: Packer) -> str:
    return pack((pack((it.name, packer.code(it.type, it.required)), ":") for it in schema.properties), " ")


def _extra(api: Api, names: Mapping[str, str], overlay: Overlay, packer: Packer) -> dict[str, str]:
    lines: dict[str, list[str]] = {}

    def add(scope: Scope, *parts: str) -> None:
        for key in _scopes(scope, names):
            lines.setdefault(key, []).append(pack(parts, ";"))

    for it in overlay.filterable:
        add(it.scope, it.name, "filterable", packer.code(it.type), it.origin, it.shown_as or "", "", "")
    for alias in overlay.alias:
        values, flags = pack(alias.values, ","), "refused" if alias.refused else ""
        add(alias.scope, alias.name, "alias", packer.code(alias.type), alias.origin, alias.target or "", values, flags)
    for refused in overlay.unfilterable:
        add(
            refused.scope,
            refused.name,
            "unfilterable",
            "",
            "observed",
            refused.instead or "",
            "",
            "",
        )
    for child in overlay.child:
        if child.record in names:
            code = f"*r{names[child.record]}"
            add(
                Scope((child.schema,)), child.name, "child", code, child.origin, "", "", "" if child.shown else "hidden"
            )
    return {key: pack(found, "\n") for key, found in sorted(lines.items())}


def _scopes(scope: Scope, names: Mapping[str, str]) -> Iterator[str]:
    for schema in scope.schemas:
        if schema in names:
            yield names[schema]
    if scope.having is not None:
        yield f"*{scope.having}"
