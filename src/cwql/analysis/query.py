"""What a list is asked for, all parameters together: `Query`."""

from __future__ import annotations

from cwql.errors import ExpressionError
from cwql.frozen import Frozen, assign
from cwql.language.builder import Field, to_path
from cwql.language.names import shorten
from cwql.language.nodes import FieldList, Node, Order, OrderBy, Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn, Self, TypeAlias, TypeVar

    from cwql.language.nodes import Expr
    from cwql.schema.handles import Handle

    Condition: TypeAlias = str | Expr
    Term: TypeAlias = str | Order | Field | Handle
    Sorting: TypeAlias = Term | OrderBy | Iterable[Term | OrderBy]
    Name: TypeAlias = str | Path | Field | Handle
    Names: TypeAlias = FieldList | Name | Iterable[Name]
    Q = TypeVar("Q", bound="Query")

CONDITIONS = ("where", "child", "custom")
"""The parts that are conditions; a further one narrows what is there."""

LISTS = ("fields", "expand", "include", "exclude")
"""The parts that are lists of fields; a further one takes the place of what is there."""


class Query(Frozen):
    """Carry everything that a list is asked for; each part is a text, a tree or typed handles.

    ``Query(Ticket.closedFlag == False, order_by=Ticket.id.desc(), page_size=50)``

    `where` is the condition: `cwql.compile` routes what it says of child collections and custom fields to their own
    parameters. `child` and `custom` name these parameters directly. `order_by` takes ``Ticket.id.desc()``, a list of such, or
    the text of the parameter; `fields` takes handles or names. `expand`, `include` and `exclude` are Automate's. A part that
    is None, blank or an empty list is not sent. Raises `ExpressionError` for what can never be such a part.

    A query never changes. Its methods return another one: `where`, `child` and `custom` narrow it, the others replace a
    part. ``query & condition`` narrows it too, and ``query & other`` joins two queries, in which the parts of the second win.
    """

    __slots__ = ("_parts",)
    __match_args__ = ("_parts",)
    _parts: tuple[tuple[str, Any], ...]

    def __init__(
        self,
        where: Condition | None = None,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Names | None = None,
        page_size: int | None = None,
        *,
        expand: Names | None = None,
        include: Names | None = None,
        exclude: Names | None = None,
    ) -> None:
        parts: dict[str, Any] = {}
        for name, condition in (("where", where), ("child", child), ("custom", custom)):
            if condition is not None and not _is_blank(condition):
                parts[name] = (to_condition(name, condition),)
        if order_by is not None and not _is_blank(order := to_order(order_by)):
            parts["order_by"] = order
        for name, names in (("fields", fields), ("expand", expand), ("include", include), ("exclude", exclude)):
            if names is not None and not _is_blank(listed := to_fields(names)):
                parts[name] = listed
        if page_size is not None:
            parts["page_size"] = to_size(page_size)
        assign(self, "_parts", tuple(parts.items()))

    @property
    def parts(self) -> dict[str, Any]:
        """Return what was given, by name: a tuple of conditions, a text or tree for the others, an int for ``page_size``."""
        return dict(self._parts)

    def where(self, condition: Condition) -> Self:
        """Narrow the condition."""
        return self._narrowed("where", condition)

    def child(self, condition: Condition) -> Self:
        """Narrow the condition on the records inside a record."""
        return self._narrowed("child", condition)

    def custom(self, condition: Condition) -> Self:
        """Narrow the condition on custom fields; one custom field has to fulfil all of it."""
        return self._narrowed("custom", condition)

    def order_by(self, *terms: Sorting) -> Self:
        """Sort by these terms only; by none, sort no more."""
        return self._replaced("order_by", to_order(_one(terms)) if terms else None)

    def fields(self, *names: Names) -> Self:
        """Ask for these fields only; for none, ask for all."""
        return self._replaced("fields", to_fields(_one(names)) if names else None)

    def expand(self, *names: Names) -> Self:
        """Have Automate put these records into the records."""
        return self._replaced("expand", to_fields(_one(names)) if names else None)

    def include(self, *names: Names) -> Self:
        """Ask for these fields only: Automate's word for `fields`."""
        return self._replaced("include", to_fields(_one(names)) if names else None)

    def exclude(self, *names: Names) -> Self:
        """Have Automate leave these fields out."""
        return self._replaced("exclude", to_fields(_one(names)) if names else None)

    def page_size(self, size: int | None) -> Self:
        """Ask for pages of that many records."""
        return self._replaced("page_size", None if size is None else to_size(size))

    def __and__(self, other: Query | Condition) -> Self:
        if not isinstance(other, Query):
            return self.where(other)
        parts = self.parts
        for name, value in other.parts.items():
            parts[name] = parts.get(name, ()) + value if name in CONDITIONS else value
        return self._with(parts)

    def __bool__(self) -> NoReturn:
        raise ExpressionError("a query has no truth value in Python: narrow it with & or .where(...), not with `and`")

    def __repr__(self) -> str:
        shown = []
        for name, value in self._parts:
            values = value if name in CONDITIONS else (value,)
            shown.append(f"{name}={' & '.join([str(shorten(item, 200)) for item in values])}")
        return f"Query({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, tuple[object, ...]]:
        return _restore, (type(self), self._parts)

    def _narrowed(self, name: str, condition: Condition) -> Self:
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


def to_condition(name: str, value: object) -> Condition:
    """Return a text or a condition; raise `ExpressionError` for anything else."""
    if isinstance(value, (str, Node)):
        return value  # type: ignore[return-value]
    if isinstance(value, Field):
        raise ExpressionError(f"{value!r} is no condition for {name}: compare it, for example {value!r} == ...")
    raise ExpressionError(
        f"cannot take {shorten(value)} for {name}: expected a text, or a condition such as F('id') == 5"
    )


def to_order(value: object) -> str | OrderBy:
    """Return the text or tree of a sort order; raise `ExpressionError` for what cannot be sorted by."""
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
    """Return the text or tree of a field list, each field once; raise `ExpressionError` for what is no field."""
    if isinstance(value, (str, FieldList)):
        return value
    paths: list[Path] = []
    for item in _items(value):
        if isinstance(item, (Path, str)):
            paths.append(to_path(item))
        elif isinstance(item, Field):
            paths.append(to_path(str(item)))
        else:
            raise ExpressionError(f"cannot select {shorten(item)}: write Ticket.summary, F('summary') or 'summary'")
    return FieldList(tuple(dict.fromkeys(paths)))


def to_size(value: object) -> int:
    """Return a page size; raise `ExpressionError` for what is none."""
    if type(value) is not int or value < 1:
        raise ExpressionError(f"cannot ask for pages of {shorten(value)} records: expected an int of at least 1")
    return value


def _items(value: Any) -> Iterable[object]:
    # A handle refuses to be iterated over, which is what it is not asked for here.
    if isinstance(value, (Field, Order, Path)):
        return (value,)
    if isinstance(value, Node):
        return (value,)
    try:
        return tuple(value)
    except TypeError:
        return (value,)
