"""What a list request asks for: conditions, order, members and page, read from its parameters into a `Search`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cwql.errors import ConditionError, LiteralError
from cwql.language.nodes import Comparison, FieldList, OrderBy, comparisons
from cwql.language.parsing.parser import parse
from cwql.sandbox.messages import Refusal
from cwql.sandbox.store.layout import CatalogLayout
from cwql.schema.record import Resolved
from cwql.semantics.scopes import CUSTOM_FIELDS
from cwql.semantics.sql import order_by, where

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.products import Server

    Read = Callable[..., str | None]

SIZE_LIMIT = 1000
"""The largest page that both servers give."""


@dataclass(slots=True)
class Search:
    """Hold an SQL expression with its values, an order, the members to show or to leave out, and the page."""

    where: str = "1"
    parameters: tuple[object, ...] = ()
    order: str = "key"
    fields: FieldList | None = None
    excluded: FieldList | None = None
    page: int = 1
    size: int = 25
    after: int | None = None
    forward_only: bool = False

    @property
    def keyset(self) -> bool:
        """Tell whether pages follow keys, not numbers."""
        return self.forward_only or self.after is not None


def read_search(server: Server, record: str, read: Read, contract: str, forward_only: bool = False) -> Search:
    """Read the parameters of a list request; `read` returns a parameter by its names. Raises Refusal for what is wrong."""
    layout = CatalogLayout(server.product, record)
    search = Search(size=server.page_sizes[contract], forward_only=forward_only)
    found = []
    for name, reading in server.conditions.items():
        text = read(name)
        if text is not None and text.strip():
            found.append(_read_condition(server, layout, text, name, reading, contract))
    search.where = " AND ".join(f"({text})" for text, _ in found) or "1"
    search.parameters = tuple([value for _, values in found for value in values])
    ids = read("ids") if server.everything else None
    if ids:
        keys = [int(key) for key in ids.split(",") if key.strip().isascii() and key.strip().isdigit() and len(key) < 19]
        search.where = f"({search.where}) AND key IN ({', '.join('?' * len(keys))})"
        search.parameters += tuple(keys[:SIZE_LIMIT])
        if len(keys) > SIZE_LIMIT:
            raise _bad("ids", f"{len(keys)} ids: expected at most {SIZE_LIMIT}")
    _read_page(search, server, read)
    _read_order(search, server, layout, read)
    search.fields = _read_fields(server, read, server.field_lists)
    search.excluded = _read_fields(server, read, server.excluding) if server.excluding else None
    return search


def _bad(name: str, message: str, code: str = "InvalidArgument") -> Refusal:
    return Refusal(400, code, message, errors=((code, message, name),), details=(name, message))


def _read_page(search: Search, server: Server, read: Read) -> None:
    page = _read_integer(read, "page")
    size = _read_integer(read, "pageSize")
    search.after = _read_integer(read, "pageId") if server.links else None
    if page is not None:
        if page < 1:
            raise _bad("page", "page must be 1 or greater")
        search.page = page
    if size is not None:
        if size == -1 and server.everything:
            search.size = -1
        elif not 1 <= size <= SIZE_LIMIT:
            raise _bad("pageSize", f"pageSize must be between 1 and {SIZE_LIMIT}")
        else:
            search.size = size


def _read_integer(read: Read, name: str) -> int | None:
    text = read(name)
    if text is None or not text.strip():
        return None
    text = text.strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
        raise _bad(name, f"The value '{text[:60]}' is not valid for {name}.")
    return int(text)


def _read_order(search: Search, server: Server, layout: CatalogLayout, read: Read) -> None:
    text = read("orderBy")
    if text is None or not text.strip():
        return
    if search.keyset:
        raise _bad("orderBy", "orderBy cannot be used with forward-only pagination.")
    tree = _parse(server, text, "orderBy", "orderBy")
    assert isinstance(tree, OrderBy)
    for term in tree.terms:
        found = layout.resolve(term.path.segments)
        if not isinstance(found, Resolved):
            raise server.unknown_name(str(term.path))
    search.order = f"{order_by(tree, layout)}, key"


def _read_fields(server: Server, read: Read, names: tuple[str, ...]) -> FieldList | None:
    text = read(*names)
    if text is None or not text.strip():
        return None
    tree = _parse(server, text, "fields" if server.links else "includeFields", names[0])
    assert isinstance(tree, FieldList)
    return tree


def _parse(server: Server, text: str, parameter: str, name: str) -> Any:
    try:
        return parse(text, server.product, parameter)
    except ConditionError as error:
        first = next(finding for finding in error.diagnostics if finding.severity == "error")
        code = "ApiFindCondition" if server.links else "BadRequest"
        message = first.message if server.links else f"Invalid filter syntax in {name} parameter"
        raise Refusal(400, code, message, details=(name, text[:200])) from None


def _read_condition(
    server: Server, layout: CatalogLayout, text: str, name: str, reading: str, contract: str
) -> tuple[str, tuple[object, ...]]:
    tree = _parse(server, text, name, name)
    for comparison in comparisons(tree):
        _check_names(server, layout, comparison, reading, contract)
    try:
        return where(tree, layout, server.product, custom=reading == "custom")
    except LiteralError as error:
        raise Refusal(400, "ApiFindCondition" if server.links else "BadRequest", str(error)) from None


def _check_names(server: Server, layout: CatalogLayout, comparison: Comparison, reading: str, contract: str) -> None:
    """Refuse what the real server refuses: unknown names, members of collections in the wrong place, unknown enum members."""
    if reading == "custom":
        if not isinstance(layout.resolve(CUSTOM_FIELDS), Resolved):
            raise server.unknown_name("/".join(comparison.path.segments))
        return
    found = layout.resolve(comparison.path.segments)
    if not isinstance(found, Resolved):
        raise server.unknown_name(str(comparison.path))
    if found.note is not None and found.note.refused and contract == "observed":
        raise server.unknown_name(str(comparison.path))
    if reading == "plain" and not server.through_children and found.child is not None:
        raise server.unknown_name(str(comparison.path))
    if not server.strict_enums or found.field.kind != "enum":
        return
    if comparison.operator.family not in ("equality", "membership"):
        return
    known = {member.lower() for member in found.field.enum}
    for value in comparison.values:
        if value is not None and not (isinstance(value, str) and value.lower() in known):
            raise Refusal(400, "ApiFindCondition", "Enum value supplied was invalid")


def show(document: dict[str, Any], search: Search) -> dict[str, Any]:
    """Return the members of a document that a request asks for."""
    if search.fields is not None:
        chosen: dict[str, Any] = {}
        for path in search.fields.paths:
            _copy(document, chosen, path.segments)
        return chosen
    if search.excluded is not None:
        left_out = {path.segments[0].lower() for path in search.excluded.paths}
        return {name: value for name, value in document.items() if name.lower() not in left_out}
    return document


def _copy(source: dict[str, Any], target: dict[str, Any], steps: tuple[str, ...]) -> None:
    folded = steps[0].lower()
    name = next((name for name in source if name.lower() == folded), None)
    if name is None:
        return
    value = source[name]
    if len(steps) == 1:
        target[name] = value
    elif isinstance(value, dict):
        inner = target.setdefault(name, {})
        if isinstance(inner, dict):
            _copy(value, inner, steps[1:])
    elif isinstance(value, list):
        # Children keep their places, also those without the member and those that are no records.
        rows = target.setdefault(name, [{} if isinstance(item, dict) else item for item in value])
        for row, item in zip(rows, value, strict=True):
            if isinstance(item, dict) and isinstance(row, dict):
                _copy(item, row, steps[1:])


__all__ = ["Search", "read_search", "show"]
