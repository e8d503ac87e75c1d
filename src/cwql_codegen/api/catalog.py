"""Write the packed tables of names: `catalog.py` (records and fields) and `endpoints.py` (paths).

Each record is one string, which is decoded when the record is first used. A dictionary of strings loads thirty times as fast as
one of dictionaries, and most programs use a handful of records.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from cwql_codegen.api.naming import payload_record
from cwql_codegen.api.python_source import header, join_entries, string_literal, string_table, string_tuple
from cwql_codegen.spec.overlay import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cwql_codegen.api.encoding import TypeEncoder
    from cwql_codegen.spec.model import Api, Operation, Schema
    from cwql_codegen.spec.overlay import Overlay

ROOTS = {
    "manage": ("v4_6_release/apis/3.0/", "apis/3.0/"),
    "automate": ("cwa/api/v1/", "api/v1/", "cwa/api/", "api/"),
}
"""Prefixes of a path that are not part of its name, the longest first."""

_LETTERS = {"GET": "G", "POST": "P", "PUT": "U", "PATCH": "A", "DELETE": "D"}


def write_catalog(api: Api, names: Mapping[str, str], overlay: Overlay, encoder: TypeEncoder) -> str:
    """Return `catalog.py`: the fields of every record, and those that the overlay adds."""
    fields = {names[schema.name]: _encode_fields(schema, encoder) for schema in api.schemas.values() if not schema.enum}
    extra = _encode_overlay(names, overlay, encoder)
    wire_names = {names[name]: name for name in api.schemas if names[name] != name}
    open_records = {names[it.schema] for it in overlay.open_record if it.schema in names}
    open_records |= {
        names[schema.name] for schema in api.schemas.values() if schema.free_form and not schema.properties
    }
    return "\n".join(
        [
            header(api) + '"""Records and their fields, packed: see `cwql.schema.field` for the codes."""\n',
            f"PRODUCT = {string_literal(api.product)}\nVERSION = {string_literal(api.version)}\n",
            "# Enums, members joined by commas.",
            string_tuple("ENUMS", encoder.enums),
            "# Records whose members no document can list.",
            _one_line_tuple("OPEN", sorted(open_records)),
            "# Fields of later releases than this one, `Record.name`.",
            _one_line_tuple("LATER", _later_fields(api, names)),
            "# Records of one kind: the fields of one may be used in a query of another.",
            _one_line_tuple("FAMILIES", _families(names, overlay)),
            "# The API's own name of a record, if the class has another one.",
            string_table("WIRE", wire_names),
            "# Record -> `name:code` of each field.",
            string_table("FIELDS", fields),
            "# Record, or `*member` for all that have the member -> `name;kind;code;origin;target;values;flags` a line.",
            string_table("EXTRA", extra),
        ]
    )


def write_endpoints(api: Api, names: Mapping[str, str]) -> str:
    """Return `endpoints.py`: the record, related paths and operations of every path."""
    queries: dict[str, int] = {}
    entries: dict[str, str] = {}
    groups = group_by_path(api)
    for key, members in groups.items():
        get = next((operation for _, operation in members if operation.method == "GET"), None)
        record = payload_record(get.response) if get is not None else None
        query = join_entries((it.name for it in get.parameters if it.location == "query"), ",") if get else ""
        entries[key] = join_entries(
            (
                _spelling(members),
                names.get(record[0], "") if record is not None else "",
                _flags(key, get, groups),
                str(queries.setdefault(query, len(queries))),
                " ".join(f"{_LETTERS[operation.method]}{number}" for number, operation in members),
            ),
            ";",
        )
    return "\n".join(
        [
            header(api) + '"""Every path, packed: see `cwql.schema.endpoint`."""\n',
            _one_line_tuple("ROOTS", ROOTS[api.product]),
            "# Placeholders that take text, `path:step`; all others take an integer.",
            _one_line_tuple("TEXT_STEPS", _text_steps(api)),
            "# Paths of later releases than this one.",
            _one_line_tuple("LATER", _later_paths(api)),
            "# Lists of query parameters.",
            string_tuple("PARAMETERS", queries),
            "# Path in small letters, {} for each placeholder -> `path;record;flags;parameters;operations`.",
            string_table("ENDPOINTS", entries),
        ]
    )


def write_releases(api: Api, names: Mapping[str, str]) -> str:
    """Return `releases.py`: since which release fields and paths exist, if that is known and not the first one."""
    fields = {
        names[schema.name]: join_entries((f"{name}:{release}" for name, release in schema.since), " ")
        for schema in api.schemas.values()
        if schema.since
    }
    first = min((it.since for it in api.operations if it.since), key=_order_release, default=None)
    paths = {
        key: min((it.since for _, it in members if it.since), key=_order_release, default=None)
        for key, members in group_by_path(api).items()
    }
    later = {key: release for key, release in paths.items() if release is not None and release != first}
    return "\n".join(
        [
            header(api) + '"""Since which release fields and paths exist."""\n',
            "# Record -> `name:release` of each field that is newer than the record.",
            string_table("FIELDS", fields),
            "# Path, as in `endpoints` -> release.",
            string_table("ENDPOINTS", later),
        ]
    )


def _order_release(release: str) -> tuple[float, ...]:
    """Return the numbers that order releases. Nothing is newer than a document whose version has none, such as ``Cloud``."""
    return tuple([int(number) for number in re.findall(r"\d+", release, re.ASCII)]) or (math.inf,)


def path_key(path: str, product: str) -> str:
    """Return the name of a path: lower case, without root and outer slashes, and ``{}`` for each placeholder."""
    text = path.strip("/").lower()
    for root in ROOTS[product]:
        if text.startswith(root):
            text = text.removeprefix(root)
            break
    return "/".join("{}" if step.startswith("{") else step for step in text.split("/"))


def group_by_path(api: Api) -> dict[str, list[tuple[int, Operation]]]:
    """Group the operations by the name of their path, sorted by name. The number is the position in the document."""
    groups: dict[str, list[tuple[int, Operation]]] = {}
    for number, operation in enumerate(api.operations):
        members = groups.setdefault(path_key(operation.path, api.product), [])
        # Paths that differ by a slash or by letter case are the same. The first operation of each method is used.
        if all(operation.method != other.method for _, other in members):
            members.append((number, operation))
    return dict(sorted(groups.items()))


def _later_fields(api: Api, names: Mapping[str, str]) -> list[str]:
    return [
        f"{names[schema.name]}.{name}"
        for schema in api.schemas.values()
        for name, release in schema.since
        if _order_release(release) > _order_release(api.version)
    ]


def _families(names: Mapping[str, str], overlay: Overlay) -> list[str]:
    families = [[names[schema] for schema in family.schemas if schema in names] for family in overlay.family]
    return [join_entries(family, " ") for family in families if len(family) > 1]


def _later_paths(api: Api) -> list[str]:
    return [
        key
        for key, members in group_by_path(api).items()
        if all(it.since and _order_release(it.since) > _order_release(api.version) for _, it in members)
    ]


def _text_steps(api: Api) -> list[str]:
    """Return `path:step` for every step that is a text in one of the operations of a path."""
    steps: set[str] = set()
    for operation in api.operations:
        key = path_key(operation.path, api.product)
        texts = {it.name for it in operation.parameters if it.location == "path" and it.type.kind != "integer"}
        spelled = operation.path.strip("/").split("/")[-len(key.split("/")) :]
        steps |= {f"{key}:{number}" for number, step in enumerate(spelled) if step[:1] == "{" and step[1:-1] in texts}
    return sorted(steps)


def _one_line_tuple(name: str, texts: Iterable[str]) -> str:
    return f"{name}: tuple[str, ...] = ({''.join(f'{string_literal(text)}, ' for text in texts).rstrip()})\n"


def _flags(key: str, get: Operation | None, groups: Mapping[str, list[tuple[int, Operation]]]) -> str:
    """Return the letters of an endpoint: L for a list, C, S and I for the related paths that exist."""

    def has(path: str, method: str) -> bool:
        return any(operation.method == method for _, operation in groups.get(path, ()))

    flags = {
        "L": _is_list(get),
        "C": has(f"{key}/count", "GET"),
        "S": has(f"{key}/search", "POST"),
        "I": has(f"{key}/{{}}", "GET"),
    }
    return "".join(letter for letter, is_set in flags.items() if is_set)


def _spelling(members: list[tuple[int, Operation]]) -> str:
    """Return the path as GET spells it, otherwise as the first operation does, without a slash at the end."""
    return min(members, key=lambda it: (it[1].method != "GET", it[0]))[1].path.rstrip("/")


def _is_list(get: Operation | None) -> bool:
    content = get.response if get is not None else None
    return content is not None and content.type is not None and content.type.kind == "array"


def _encode_fields(schema: Schema, encoder: TypeEncoder) -> str:
    fields = (join_entries((it.name, encoder.encode(it.type, it.required)), ":") for it in schema.properties)
    return join_entries(fields, " ")


def _encode_overlay(names: Mapping[str, str], overlay: Overlay, encoder: TypeEncoder) -> dict[str, str]:
    lines: dict[str, list[str]] = {}

    def add(scope: Scope, name: str, kind: str, *parts: str) -> None:
        # The remaining columns are code, origin, target, values, flags.
        entry = join_entries((name, kind, *parts, *[""] * (5 - len(parts))), ";")
        for key in _scope_keys(scope, names):
            lines.setdefault(key, []).append(entry)

    for it in overlay.filterable:
        add(it.scope, it.name, "filterable", encoder.encode(it.type), it.origin, it.shown_as or "")
    for alias in overlay.alias:
        values, flags = join_entries(alias.values, ","), "refused" if alias.refused else ""
        code = encoder.encode(alias.type)
        add(alias.scope, alias.name, "alias", code, alias.origin, alias.target or "", values, flags)
    for refused in overlay.unfilterable:
        add(refused.scope, refused.name, "unfilterable", "", "observed", refused.instead or "")
    for child in overlay.child:
        if child.record in names:
            scope, code = Scope((child.schema,)), f"*r{names[child.record]}"
            add(scope, child.name, "child", code, child.origin, "", "", "" if child.shown else "hidden")
    return {key: join_entries(entries, "\n") for key, entries in sorted(lines.items())}


def _scope_keys(scope: Scope, names: Mapping[str, str]) -> Iterator[str]:
    for schema in scope.schemas:
        if schema in names:
            yield names[schema]
    if scope.having is not None:
        yield f"*{scope.having}"
