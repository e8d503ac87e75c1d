"""The parameters of a list request (conditions, order, members, page), parsed into a `Search`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cwql.errors import ConditionError, LiteralError
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, FieldList, OrderBy, comparisons
from cwql.language.parsing import parse
from cwql.sandbox.messages import HTTPProblem
from cwql.sandbox.problems import invalid_parameter
from cwql.sandbox.store.layout import CatalogLayout
from cwql.schema.record import Resolved
from cwql.semantics.scopes import CUSTOM_FIELDS
from cwql.semantics.sql import order_by, where

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.products import Product

    GetParameter = Callable[..., str | None]

_FIRST_NAME = re.compile(r"\s*([A-Za-z_][\w/.]{0,200})")
SIZE_LIMIT = 1000
"""The largest page that both servers send."""


@dataclass(slots=True)
class Search:
    """An SQL expression with its values, an order, the members to include or to exclude, and the page."""

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
    def by_key(self) -> bool:
        """Return whether pages follow keys instead of numbers."""
        return self.forward_only or self.after is not None

    def select_members(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the members of a document that the request asks for."""
        if self.fields is not None:
            selected: dict[str, Any] = {}
            for path in self.fields.paths:
                _copy_member(document, selected, path.segments)
            return selected
        if self.excluded is not None:
            left_out = {path.segments[0].lower() for path in self.excluded.paths}
            return {name: value for name, value in document.items() if name.lower() not in left_out}
        return document


def parse_search(product: Product, record: str, get: GetParameter, contract: str, forward_only: bool = False) -> Search:
    """Parse the parameters of a list request; `get` returns a parameter by its names. Raises HTTPProblem (400)."""
    return _SearchParser(product, record, get, contract).parse(forward_only)


class _SearchParser:
    def __init__(self, product: Product, record: str, get: GetParameter, contract: str) -> None:
        self._product = product
        self._layout = CatalogLayout(product.name, record)
        self._get = get
        self._contract = contract

    def parse(self, forward_only: bool) -> Search:
        product = self._product
        search = Search(size=product.page_sizes[self._contract], forward_only=forward_only)
        parts = []
        for name, kind in product.conditions.items():
            text = self._get(name)
            if text is not None and text.strip():
                parts.append(self._parse_condition(text, name, kind))
        search.where = " AND ".join(f"({text})" for text, _ in parts) or "1"
        search.parameters = tuple([value for _, values in parts for value in values])
        self._parse_ids(search)
        self._parse_page(search)
        self._parse_order(search)
        search.fields = self._parse_fields(product.field_lists)
        search.excluded = self._parse_fields(product.excluded_lists) if product.excluded_lists else None
        return search

    def _parse_ids(self, search: Search) -> None:
        ids = self._get("ids") if self._product.allows_all else None
        if not ids:
            return
        keys = [int(key) for key in ids.split(",") if key.strip().isascii() and key.strip().isdigit() and len(key) < 19]
        if len(keys) > SIZE_LIMIT:
            raise invalid_parameter("ids", f"{len(keys)} ids: expected at most {SIZE_LIMIT}")
        search.where = f"({search.where}) AND key IN ({', '.join('?' * len(keys))})"
        search.parameters += tuple(keys)

    def _parse_page(self, search: Search) -> None:
        page, size = self._parse_integer("page"), self._parse_integer("pageSize")
        search.after = self._parse_integer("pageId") if self._product.has_links else None
        if page is not None:
            if page < 1:
                raise invalid_parameter("page", "page must be 1 or greater")
            search.page = page
        if size is not None:
            if size == -1 and self._product.allows_all:
                search.size = -1
            elif not 1 <= size <= SIZE_LIMIT:
                raise invalid_parameter("pageSize", f"pageSize must be between 1 and {SIZE_LIMIT}")
            else:
                search.size = size

    def _parse_integer(self, name: str) -> int | None:
        text = self._get(name)
        if text is None or not text.strip():
            return None
        text = text.strip()
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
            raise invalid_parameter(name, f"The value '{text[:60]}' is not valid for {name}.")
        return int(text)

    def _parse_order(self, search: Search) -> None:
        text = self._get("orderBy")
        if text is None or not text.strip():
            return
        if search.by_key:
            raise invalid_parameter("orderBy", "orderBy cannot be used with forward-only pagination.")
        tree = self._parse_text(text, "orderBy", "orderBy")
        assert isinstance(tree, OrderBy)
        for term in tree.terms:
            if not isinstance(self._layout.resolve(term.path.segments), Resolved):
                raise self._product.unknown_name(str(term.path))
        search.order = f"{order_by(tree, self._layout)}, key"

    def _parse_fields(self, names: tuple[str, ...]) -> FieldList | None:
        text = self._get(*names)
        if text is None or not text.strip():
            return None
        tree = self._parse_text(text, "fields" if self._product.has_links else "includeFields", names[0])
        assert isinstance(tree, FieldList)
        return tree

    def _parse_text(self, text: str, parameter: str, name: str) -> Any:
        try:
            return parse(text, dialect=find_dialect(self._product.name), parameter=parameter)
        except ConditionError as error:
            self._check_first_name(text, parameter)
            first = next(diagnostic for diagnostic in error.diagnostics if diagnostic.severity == "error")
            message = first.message if self._product.has_links else f"Invalid filter syntax in {name} parameter"
            raise HTTPProblem(400, self._condition_code, message, details=(name, text[:200])) from None

    def _check_first_name(self, text: str, parameter: str) -> None:
        """Refuse a text that starts with an unknown name by that name, as recorded, whatever follows."""
        match = _FIRST_NAME.match(text)
        kinds = [kind for name, kind in self._product.conditions.items() if name == parameter]
        if not self._product.has_links or kinds != ["plain"] or match is None:
            return
        segments = tuple(re.split("[/.]", match[1]))
        if not isinstance(self._layout.resolve(segments), Resolved):
            raise self._product.unknown_name(match[1])

    def _parse_condition(self, text: str, name: str, kind: str) -> tuple[str, tuple[object, ...]]:
        tree = self._parse_text(text, name, name)
        for comparison in comparisons(tree):
            self._check_names(comparison, kind)
        try:
            return where(tree, self._layout, self._product.name, custom=kind == "custom")
        except LiteralError as error:
            raise HTTPProblem(400, self._condition_code, str(error)) from None

    @property
    def _condition_code(self) -> str:
        return "ApiFindCondition" if self._product.has_links else "BadRequest"

    def _check_names(self, comparison: Comparison, kind: str) -> None:
        """Refuse what real servers refuse: unknown names, members of collections in the wrong parameter, unknown enum members."""
        product = self._product
        if kind == "custom":
            if not isinstance(self._layout.resolve(CUSTOM_FIELDS), Resolved):
                raise product.unknown_name("/".join(comparison.path.segments))
            return
        found = self._layout.resolve(comparison.path.segments)
        if not isinstance(found, Resolved):
            raise product.unknown_name(str(comparison.path))
        if found.note is not None and found.note.refused and self._contract == "observed":
            raise product.unknown_name(str(comparison.path))
        if kind == "plain" and not product.filters_children and found.child is not None:
            raise product.unknown_name(str(comparison.path))
        if product.strict_enums and found.field.kind == "enum":
            _check_enum_members(comparison, found.field.enum)


def _check_enum_members(comparison: Comparison, members: tuple[str, ...]) -> None:
    if comparison.operator.family not in ("equality", "membership"):
        return
    known = {member.lower() for member in members}
    for value in comparison.values:
        if value is not None and not (isinstance(value, str) and value.lower() in known):
            raise HTTPProblem(400, "ApiFindCondition", "Enum value supplied was invalid")


def _copy_member(source: dict[str, Any], target: dict[str, Any], segments: tuple[str, ...]) -> None:
    folded = segments[0].lower()
    name = next((name for name in source if name.lower() == folded), None)
    if name is None:
        return
    value = source[name]
    if len(segments) == 1:
        target[name] = value
    elif isinstance(value, dict):
        inner = target.setdefault(name, {})
        if isinstance(inner, dict):
            _copy_member(value, inner, segments[1:])
    elif isinstance(value, list):
        # Children keep their positions, also those without the member and those that are no records.
        rows = target.setdefault(name, [{} if isinstance(item, dict) else item for item in value])
        for row, item in zip(rows, value, strict=True):
            if isinstance(item, dict) and isinstance(row, dict):
                _copy_member(item, row, segments[1:])
