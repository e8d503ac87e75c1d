"""`Query`: all parameters of a list request in one immutable value."""

from __future__ import annotations

from cwql.errors import ExpressionError
from cwql.language.builder import Field, to_path
from cwql.language.names import shorten
from cwql.language.nodes import About, Condition, FieldList, Order, OrderBy, OwnedPath, Path
from cwql.value import Value, assign, unknown_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn, Protocol, Self, TypeAlias, TypeVar

    from cwql.language.nodes import Expr, R
    from cwql.schema.handles import Handle

    S = TypeVar("S")
    Family = TypeVar("Family", covariant=True)
    Q = TypeVar("Q", bound="Query")

    class Narrower(Protocol[Family]):
        """A condition on some of the records of a family: it may be added to a query on all of them."""

        def __rand__(self, other: Condition[Family], /) -> Condition: ...

    Term: TypeAlias = str | Order[S] | Field | Handle[S]
    Sorting: TypeAlias = Term[S] | OrderBy | Iterable[Term[S] | OrderBy]
    Name: TypeAlias = str | Path | Field | Handle[S]
    Names: TypeAlias = FieldList | Name[S] | Iterable[Name[S]]

_FORMS = {
    **dict.fromkeys(("all", "first", "count"), "the verb of a resource, tickets.all(query)"),
    **dict.fromkeys(("offset", "skip"), "pages(query) of a resource, and cursor= to continue after a page"),
    "filter": "where(condition)",
    "filter_by": "where(condition)",
    "order": "order_by(...)",
    "select": "fields(...)",
    "sort": "order_by(...)",
    "take": "limit(...)",
}
"""The form of cwql for the methods of queries in other libraries."""

CONDITIONS = ("where", "child_conditions", "custom_field_conditions")
"""Parts that are conditions; a second one is joined to the first by `and`."""

LISTS = ("fields", "expand", "exclude_fields")
"""Parts that are lists of fields; a second one replaces the first."""


class Query(Value, About["R"]):
    """The parameters of a list request; each part is a text, a tree or typed handles.

    ``Query(Ticket.closedFlag == False, order_by=Ticket.id.desc(), page_size=50)``

    `where` is the condition; `cwql.compile` moves its terms about child collections and custom fields to the parameters
    that take them. `child_conditions` and `custom_field_conditions` set these parameters directly. `order_by` takes
    ``Ticket.id.desc()``, a list of sort terms, or the text of the parameter; `fields` takes handles or names. Only Automate
    has `expand` and `exclude_fields`. A part that is None, blank or an empty list is not sent. Raises `ExpressionError` for a
    value that cannot be used as that part.

    ``Query(Ticket.id > 5)`` is a ``Query[models.Ticket]``, which type checkers accept for lists of tickets only; without typed
    handles it fits every list.

    Queries are immutable. The methods return a new query: those of conditions add one, the others replace a part.
    ``query & condition`` adds a condition; ``query & other`` merges two queries, and the parts of the second take precedence.
    """

    __module__ = "cwql"
    _parts: tuple[tuple[str, Any], ...]

    def __init__(  # noqa: PLR0913 - the parts of a query, by keyword
        self,
        where: Condition[R] | str | None = None,
        *,
        child_conditions: Condition | str | None = None,
        custom_field_conditions: Condition | str | None = None,
        order_by: Sorting[R] | None = None,
        fields: Names[R] | None = None,
        exclude_fields: Names[R] | None = None,
        expand: Names[R] | None = None,
        page_size: int | None = None,
        limit: int | None = None,
    ) -> None:
        parts: dict[str, Any] = {}
        for name, condition in zip(CONDITIONS, (where, child_conditions, custom_field_conditions), strict=True):
            if condition is not None and not _is_blank(condition):
                parts[name] = (to_condition(name, condition),)
        if order_by is not None and not _is_blank(order := to_order(order_by)):
            parts["order_by"] = order
        for name, names in zip(LISTS, (fields, expand, exclude_fields), strict=True):
            if names is not None and not _is_blank(listed := to_fields(names)):
                parts[name] = listed
        for name, number in (("page_size", page_size), ("limit", limit)):
            if number is not None:
                parts[name] = to_count(name, number)
        assign(self, "_parts", tuple(parts.items()))

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any name for a good one.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, _FORMS)

    @property
    def parts(self) -> dict[str, Any]:
        """Return the parts by name: a tuple for conditions, an int for sizes, a text or a tree for the others."""
        return dict(self._parts)

    def where(self, condition: Condition[R] | Narrower[R] | str) -> Self:
        """Return a query with this condition added."""
        return self._added("where", condition)

    def child_conditions(self, condition: Condition | str) -> Self:
        """Return a query with this condition on child records added."""
        return self._added("child_conditions", condition)

    def custom_field_conditions(self, condition: Condition | str) -> Self:
        """Return a query with this condition on custom fields added; a single custom field must match all of it."""
        return self._added("custom_field_conditions", condition)

    def order_by(self, *terms: Sorting[R]) -> Self:
        """Return a query that sorts by these terms only; without terms, one that does not sort."""
        return self._replaced("order_by", to_order(_one(terms)) if terms else None)

    def fields(self, *names: Names[R]) -> Self:
        """Return a query for these fields only; without names, one for all fields."""
        return self._replaced("fields", to_fields(_one(names)) if names else None)

    def expand(self, *names: Names[R]) -> Self:
        """Return a query that makes Automate embed these related records."""
        return self._replaced("expand", to_fields(_one(names)) if names else None)

    def exclude_fields(self, *names: Names[R]) -> Self:
        """Return a query that makes Automate omit these fields."""
        return self._replaced("exclude_fields", to_fields(_one(names)) if names else None)

    def page_size(self, size: int | None) -> Self:
        """Return a query with this page size."""
        return self._replaced("page_size", None if size is None else to_count("page_size", size))

    def limit(self, number: int | None) -> Self:
        """Return a query for at most this number of records."""
        return self._replaced("limit", None if number is None else to_count("limit", number))

    def __and__(self, other: Query[R] | Condition[R] | Narrower[R] | str) -> Self:
        if not isinstance(other, Query):
            return self.where(other)
        parts = self.parts
        for name, value in other.parts.items():
            parts[name] = parts.get(name, ()) + value if name in CONDITIONS else value
        return self._with(parts)

    if TYPE_CHECKING:
        # For a query on a family of records on the left: the right one fits in it.
        def __rand__(self, other: Query[R], /) -> Query[R]: ...

    def __bool__(self) -> NoReturn:
        raise ExpressionError(
            "a query has no truth value in Python: add conditions with & or .where(...), not with `and`"
        )

    def __repr__(self) -> str:
        shown = []
        for name, value in self._parts:
            values = value if name in CONDITIONS else (value,)
            shown.append(f"{name}={' & '.join([str(shorten(item, 200)) for item in values])}")
        return f"Query({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, tuple[object, ...]]:
        return _restore, (type(self), self._parts)

    def _added(self, name: str, condition: object) -> Self:
        if _is_blank(condition):
            return self
        parts = self.parts
        parts[name] = (*parts.get(name, ()), to_condition(name, condition))
        return self._with(parts)

    def _replaced(self, name: str, value: object) -> Self:
        parts = self.parts
        parts.pop(name, None)
        if value is not None and not _is_blank(value):
            parts[name] = value
        return self._with(parts)

    def _with(self, parts: dict[str, Any]) -> Self:
        return _restore(type(self), tuple(parts.items()))


def _restore(kind: type[Q], parts: tuple[tuple[str, Any], ...]) -> Q:
    made = kind()
    assign(made, "_parts", parts)
    return made


def _is_blank(value: object) -> bool:
    if isinstance(value, OrderBy):
        return not value.terms
    if isinstance(value, FieldList):
        return not value.paths
    return isinstance(value, str) and not value.strip()


def _one(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values


def to_condition(name: str, value: object) -> Expr | str:
    """Return a text or a condition unchanged. Raises `ExpressionError` for any other value."""
    if isinstance(value, (str, Condition)):
        return value  # type: ignore[return-value]
    if isinstance(value, Field):
        raise ExpressionError(f"{value!r} is not a condition for {name}: compare it, for example {value!r} == ...")
    raise ExpressionError(f"cannot use {shorten(value)} as {name}: expected a text or a condition such as F('id') == 5")


def to_order(value: object) -> str | OrderBy:
    """Return the text or tree of a sort order. Raises `ExpressionError` for a value that is not a sort term."""
    if isinstance(value, (str, OrderBy)):
        return value
    terms: list[Order] = []
    for item in _items(value):
        if isinstance(item, Order):
            terms.append(item)
        elif isinstance(item, OrderBy):
            terms += item.terms
        elif isinstance(item, Field):
            terms.append(item.asc())
        elif isinstance(item, str):
            field, _, direction = item.strip().partition(" ")
            if direction.strip().lower() not in ("", "asc", "desc"):
                raise ExpressionError(f"cannot sort by {item!r}: write 'id' or 'id desc'")
            terms.append(Order(to_path(field), direction.strip().lower() == "desc"))
        else:
            raise ExpressionError(f"cannot sort by {shorten(item)}: write Ticket.id.asc(), F('id').desc() or 'id desc'")
    return OrderBy(tuple(terms))


def to_fields(value: object) -> str | FieldList:
    """Return the text or tree of a field list without duplicates. Raises `ExpressionError` for a value that is not a field."""
    if isinstance(value, (str, FieldList)):
        return value
    paths: list[Path] = []
    for item in _items(value):
        if isinstance(item, (Path, str)):
            paths.append(to_path(item))
        elif isinstance(item, Field):
            # The path of a handle knows its record. A reference has a path, but refuses to be sorted by.
            paths.append(Field.asc(item).path)
        else:
            raise ExpressionError(f"cannot select {shorten(item)}: write Ticket.summary, F('summary') or 'summary'")
    # Equal names of several records are kept, because only one of them can be a field of the list.
    owned = {path.segments for path in paths if isinstance(path, OwnedPath)}
    unique = {
        (path, path.product, path.owner) if isinstance(path, OwnedPath) else path: path
        for path in paths
        if isinstance(path, OwnedPath) or path.segments not in owned
    }
    return FieldList(tuple(unique.values()))


def to_count(name: str, value: object) -> int:
    """Return a valid number of records. Raises `ExpressionError` for any other value."""
    if type(value) is not int or value < 1:
        raise ExpressionError(f"{name} is {shorten(value)}: expected an integer of at least 1")
    return value


def _items(value: Any) -> Iterable[object]:
    # Handles refuse iteration, so they are recognized before `tuple` is tried.
    if isinstance(value, (Field, Order, Path)):
        return (value,)
    if isinstance(value, Condition):
        return (value,)
    try:
        return tuple(value)
    except TypeError:
        return (value,)
