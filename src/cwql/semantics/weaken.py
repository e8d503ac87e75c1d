"""The strongest condition that a server can evaluate and that every record of a predicate fulfils: `weaken`.

SQL and data frames compare text with its letter case, order it by code points, and know ``_`` as a wildcard; servers differ in that,
and in null, unknown enum members and fractions of seconds. So a predicate is sent as a *superset*: a condition that no matching record
fails, whatever the server's collation is. The predicate itself is evaluated again locally. A condition is *exact* if it needs no
second evaluation, so that a count of the server, or a limit, is that of the predicate.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product as combinations
from typing import TYPE_CHECKING, TypeVar

from cwql.errors import CwqlError
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, Constant, Path, conjunction, disjunction, negate
from cwql.language.operators import CONTAINS, EQ, GE, GT, IN, LE, LIKE, LT, NE, NOT_IN
from cwql.language.printer import emit
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql.semantics.column_predicate import UNKNOWN, AllOf, AnyChild, AnyOf, ColumnTest
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.language.nodes import Expr, Scalar
    from cwql.language.operators import Operator
    from cwql.schema.field import FieldInfo
    from cwql.semantics.column_predicate import Predicate

T = TypeVar("T")

__all__ = ["SERVERS", "Weakened", "weaken"]

ALTERNATIVES = 4
"""How many requests a list may be divided into because of an `or` between parameters."""

_PIECE = 2
"""A shorter piece of text is not worth a separate condition."""

_LAST_SECOND = datetime.max.replace(microsecond=0, tzinfo=UTC)

_CUSTOM = "customFields"

_ORDER: dict[str, Operator] = {"<": LT, "<=": LE, ">": GT, ">=": GE}


class Server(Value):
    """What conditions of a product can express, as far as servers are known.

    `compares_null` is True for ``= null``, `filters_parts` for separate parameters for child records and custom fields, and
    `finds_items` for ``contains`` on lists of plain values. `members` are those of a reference that conditions reach, None for all.
    """

    compares_null: bool
    filters_parts: bool
    finds_items: bool
    members: frozenset[str] | None


SERVERS = {
    "manage": Server(True, True, False, frozenset(("id", "identifier", "name"))),
    "automate": Server(False, False, True, None),
}


class Weakened(Value):
    """Conditions by parameter, joined by and; None if a parameter is not used."""

    where: Expr | None
    child: Expr | None
    custom: Expr | None
    exact: bool

    @property
    def never(self) -> bool:
        """Return whether no record can match."""
        return isinstance(self.where, Constant) and not self.where.value


def weaken(product: str, record: str, predicate: Predicate) -> tuple[Weakened, ...]:
    """Return conditions for one list of a product, or several whose results together are the superset.

    There are several if an ``or`` joins conditions of different parameters; a record can then be in more than one result.
    """
    writer = _Writer(product, record)
    results = []
    for part in _divide(predicate):
        result = writer.write(part)
        if result.never:
            continue
        if result.where is None and result.child is None and result.custom is None:
            return (Weakened(None, None, None, result.exact),)
        results.append(result)
    if len(results) > 1:
        results = [Weakened(result.where, result.child, result.custom, False) for result in results]
    return tuple(results) or (Weakened(Constant(False), None, None, True),)


def _divide(predicate: Predicate) -> list[Predicate]:
    """Return the alternatives of a predicate: one for each side of an ``or`` between parameters."""
    items = predicate.items if isinstance(predicate, AllOf) else (predicate,)
    choices = [
        item.items if isinstance(item, AnyOf) and len({_parameter(side) for side in item.items}) > 1 else (item,)
        for item in items
    ]
    if math.prod([len(choice) for choice in choices]) > ALTERNATIVES:
        return [predicate]
    return [AllOf(choice) for choice in combinations(*choices)]


def _parameter(predicate: Predicate) -> str:
    """Return the parameter that a predicate needs: ``where``, ``child``, ``custom``, or ``mixed``."""
    match predicate:
        case AnyChild():
            return "child"
        case ColumnTest():
            return "custom" if predicate.path[0] == _CUSTOM else "where"
        case AllOf() | AnyOf():
            found = {_parameter(item) for item in predicate.items}
            return found.pop() if len(found) == 1 else "mixed"
        case _:
            return "where"


_NOTHING_KNOWN: tuple[Expr | None, bool] = (None, False)


class _Writer:
    """Write predicates about one record as conditions. A condition with a flag: whether it is exact; None is no condition."""

    def __init__(self, product: str, record: str) -> None:
        self._known = catalog(product)
        self._dialect = find_dialect(product)
        self._record = record
        self._server = SERVERS[product]

    def write(self, predicate: Predicate) -> Weakened:
        """Return the conditions of a conjunction, each in its parameter."""
        where: list[Expr] = []
        child: Expr | None = None
        custom: Expr | None = None
        exact = True
        for item in _flatten(predicate):
            if isinstance(item, AnyChild):
                # All terms of the parameter are about one child, so only one of several conditions can be sent.
                found = self._child(item) if child is None else None
                child = child if found is None else found
                exact = False
            elif isinstance(item, ColumnTest) and item.path[0] == _CUSTOM:
                found = self._custom(item) if custom is None else None
                custom = custom if found is None else found
                exact = False
            else:
                expr, is_exact = self._where(item)
                exact &= is_exact
                if expr is not None:
                    where.append(expr)
        where = _unique(where)
        joined = conjunction(where) if where else None
        if isinstance(joined, Constant) and joined.value:
            joined = None
        if joined is not None and any(isinstance(part, Constant) and not part.value for part in where):
            joined = Constant(False)
        return Weakened(joined, child, custom, exact)

    # --- junctions -------------------------------------------------------------------------------------------------

    def _where(self, predicate: Predicate) -> tuple[Expr | None, bool]:
        match predicate:
            case ColumnTest():
                return self._checked(*self._test(predicate))
            case AllOf():
                parts = [self._where(item) for item in predicate.items]
                known = [expr for expr, _ in parts if expr is not None]
                return (conjunction(known) if known else None), all(exact for _, exact in parts)
            case AnyOf():
                parts = [self._where(item) for item in predicate.items]
                sides = [expr for expr, _ in parts if expr is not None]
                if len(sides) < len(parts):
                    return _NOTHING_KNOWN
                sides = _unique([side for side in sides if not (isinstance(side, Constant) and not side.value)])
                if any(isinstance(side, Comparison) and negate(side) in sides and side.value is None for side in sides):
                    # Null or not null: every record.
                    return None, all(exact for _, exact in parts)
                return (disjunction(sides) if sides else Constant(False)), all(exact for _, exact in parts)
            case _:
                return _NOTHING_KNOWN

    def _checked(self, expr: Expr | None, exact: bool) -> tuple[Expr | None, bool]:
        """Return the condition if it can be printed."""
        if expr is None or isinstance(expr, Constant):
            return expr, exact
        try:
            emit(expr, dialect=self._dialect.name)
        except CwqlError:
            return _NOTHING_KNOWN
        return expr, exact

    def _child(self, item: AnyChild) -> Expr | None:
        """Return the condition for ``childConditions``."""
        if not self._server.filters_parts:
            return None
        found = self._known.resolve(self._record, item.path)
        if not isinstance(found, Resolved) or found.field.target is None:
            return None
        writer = _Writer(self._known.product, found.field.target)
        inner, _ = writer._where(_below(item.predicate, len(item.path)))
        return _prefix(inner, item.path) if inner is not None and not isinstance(inner, Constant) else None

    def _custom(self, test: ColumnTest) -> Expr | None:
        """Return the condition for ``customFieldConditions``. How values are compared is not known but for text and being there."""
        caption = test.path[1] if len(test.path) > 1 else ""
        if (
            not self._server.filters_parts
            or test.relation in ("null", "not true", "not false")
            or not _is_plain(caption)
        ):
            return None
        value: Expr = Comparison(Path(("value",)), NE, None)
        if (
            test.relation == "="
            and isinstance(test.value, str)
            and _is_plain(test.value)
            and not _is_literal(test.value)
        ):
            value = Comparison(Path(("value",)), EQ, test.value)
        return self._checked(conjunction([Comparison(Path(("caption",)), EQ, caption), value]), False)[0]

    # --- tests -----------------------------------------------------------------------------------------------------

    def _test(self, test: ColumnTest) -> tuple[Expr | None, bool]:
        found = self._field(test.path)
        if found is None:
            return _NOTHING_KNOWN
        path, field = found
        if test.relation == "null":
            return self._null(path, field)
        if test.relation == "not null":
            return self._not_null(path, field)
        if field.kind == "boolean":
            return self._boolean(path, test)
        if field.kind in ("integer", "number"):
            return self._number(path, field, test)
        if field.kind == "datetime" or field.dated:
            return self._time(path, test)
        if field.kind == "enum":
            return self._enum(path, field, test)
        if field.kind == "collection":
            if test.relation == "has item" and self._server.finds_items and type(test.value) is int:
                return Comparison(path, CONTAINS, test.value), True
            return _NOTHING_KNOWN
        if field.kind in ("text", "uuid"):
            return self._text(path, field, test)
        return _NOTHING_KNOWN

    def _field(self, path: tuple[str, ...]) -> tuple[Path, FieldInfo] | None:
        """Return the path by which a column is filtered, and its field; None if it cannot be."""
        if path[0] == "_info" and len(path) == 2:
            return self._info(path)
        found = self._known.resolve(self._record, path)
        if not isinstance(found, Resolved) or (found.note is not None and found.note.kind == "unfilterable"):
            return None
        if len(path) == 1:
            return Path(found.segments), found.field
        first = found.fields[0]
        if (
            len(path) == 2
            and first.kind == "reference"
            and (self._server.members is None or path[1].lower() in self._server.members)
        ):
            return Path(found.segments), found.field
        return None

    def _info(self, path: tuple[str, ...]) -> tuple[Path, FieldInfo] | None:
        """Members of ``_info`` are filtered by another name."""
        info = self._known.record(self._record)
        for name in info.extra_names:
            field = info.find(name)
            if field is not None and field.note is not None and field.note.target == "/".join(path):
                return Path((name,)), field
        return None

    def _null(self, path: Path, field: FieldInfo) -> tuple[Expr | None, bool]:
        # A number that cannot be read is null in a table, but not on the server.
        odd = field.kind in ("integer", "number") and field.name.lower() != "id"
        if not self._server.compares_null or odd or field.kind in ("collection", "map", "any"):
            return _NOTHING_KNOWN
        return Comparison(path, EQ, None), True

    def _not_null(self, path: Path, field: FieldInfo) -> tuple[Expr | None, bool]:
        if not self._server.compares_null or field.kind in ("collection", "map", "any"):
            return _NOTHING_KNOWN
        if path.segments[-1].lower() == "id" and len(path.segments) == 1:
            return None, True
        return Comparison(path, NE, None), field.kind not in ("integer", "number") or field.name.lower() == "id"

    def _present(self, path: Path) -> tuple[Expr | None, bool]:
        """Return the weakest condition of every test that null does not pass."""
        if path.segments[-1].lower() == "id" and len(path.segments) == 1:
            return None, False
        return (Comparison(path, NE, None) if self._server.compares_null else None), False

    def _boolean(self, path: Path, test: ColumnTest) -> tuple[Expr | None, bool]:
        if test.relation in ("not true", "not false"):
            if not self._server.compares_null:
                return _NOTHING_KNOWN
            other = Comparison(path, EQ, test.relation == "not false")
            return disjunction([other, Comparison(path, EQ, None)]), True
        if test.relation in ("=", "!=") and isinstance(test.value, bool):
            return Comparison(path, EQ, test.value == (test.relation == "=")), True
        return self._present(path)

    def _number(self, path: Path, field: FieldInfo, test: ColumnTest) -> tuple[Expr | None, bool]:
        whole = field.kind == "integer"
        if test.relation in ("in", "not in") and isinstance(test.value, tuple):
            values = [number for value in test.value if (number := _to_number(value)) is not None]
            if len(values) < len(test.value) or not values:
                return self._present(path)
            kept = [value for value in values if not whole or value == value.to_integral_value()]
            if not kept:
                return (Constant(False), True) if test.relation == "in" else self._present(path)
            operator = IN if test.relation == "in" else NOT_IN
            return Comparison(
                path, operator, tuple(_unique([_shorten(value) for value in kept]))
            ), test.relation == "in" or whole
        number = _to_number(test.value)
        if number is None:
            return self._present(path)
        if whole and number != number.to_integral_value():
            return self._between_integers(path, number, test)
        if test.relation in _ORDER:
            return Comparison(path, _ORDER[test.relation], _shorten(number)), True
        if test.relation in ("=", "!="):
            # A number that cannot be read is unequal to every value on the server.
            return Comparison(path, EQ if test.relation == "=" else NE, _shorten(number)), test.relation == "=" or whole
        return self._present(path)

    def _between_integers(self, path: Path, number: Decimal, test: ColumnTest) -> tuple[Expr | None, bool]:
        if test.relation in ("<", "<="):
            return Comparison(path, LE, math.floor(number)), True
        if test.relation in (">", ">="):
            return Comparison(path, GE, math.ceil(number)), True
        return (Constant(False), True) if test.relation == "=" else self._present(path)

    def _time(self, path: Path, test: ColumnTest) -> tuple[Expr | None, bool]:
        if test.relation == "in" and isinstance(test.value, tuple) and test.value:
            parts = [self._time(path, ColumnTest(test.path, "=", value)) for value in test.value]
            if all(expr is not None for expr, _ in parts):
                return disjunction([expr for expr, _ in parts if expr is not None]), all(exact for _, exact in parts)
            return self._present(path)
        moment = _to_moment(test.value)
        if moment is None:
            return self._present(path)
        second = moment.replace(microsecond=0)
        if second == _LAST_SECOND:
            return self._present(path)
        after = second + timedelta(seconds=1)
        exact = second == moment
        if test.relation in _ORDER and exact:
            return Comparison(path, _ORDER[test.relation], second), True
        if test.relation in (">", ">="):
            return Comparison(path, GE, second), False
        if test.relation in ("<", "<="):
            return Comparison(path, LT, after), False
        if test.relation == "=":
            # Servers may cut fractions of a second, and records may have some.
            return conjunction([Comparison(path, GE, second), Comparison(path, LT, after)]), False
        return self._present(path)

    def _enum(self, path: Path, field: FieldInfo, test: ColumnTest) -> tuple[Expr | None, bool]:
        wanted = test.value if isinstance(test.value, tuple) else (test.value,)
        if test.relation not in ("=", "!=", "in", "not in") or not all(isinstance(value, str) for value in wanted):
            return self._present(path)
        spelled = {member.lower(): member for member in field.enum}
        members = [spelled[str(value).lower()] for value in wanted if str(value).lower() in spelled]
        if test.relation in ("!=", "not in"):
            exact = len(members) == len(wanted) and all(member in wanted for member in members)
            # Without its letter case another value may be a member, so only exact names are excluded.
            kept = _unique([member for member in members if member in wanted])
            return (_one_of(path, kept, negated=True), exact) if kept else self._present(path)
        sides: list[Expr] = [_one_of(path, _unique(members))] if members else []
        if len(members) < len(wanted):
            # A server refuses members that it does not know, but it can leave out those that it knows.
            sides.append(_one_of(path, list(field.enum), negated=True))
        return disjunction(sides), all(member in wanted for member in members) and len(members) == len(wanted)

    def _text(self, path: Path, field: FieldInfo, test: ColumnTest) -> tuple[Expr | None, bool]:
        value = test.value
        if test.relation == "=" and isinstance(value, str):
            return self._equal(path, [value])
        if (
            test.relation == "in"
            and isinstance(value, tuple)
            and all(isinstance(item, str) for item in value)
            and value
        ):
            return self._equal(path, [str(item) for item in value])
        if test.relation == "has text" and isinstance(value, str):
            return self._part(path, value)
        if test.relation == "like" and isinstance(value, str):
            return self._like(path, value)
        return self._present(path)

    def _equal(self, path: Path, values: list[str]) -> tuple[Expr | None, bool]:
        if any(not value.strip() for value in values):
            # An empty text may be stored as null, and blanks at the end may not count.
            return _NOTHING_KNOWN
        if all(_is_plain(value) for value in values):
            return _one_of(path, _unique(values)), False
        parts = [self._equal(path, [value]) if _is_plain(value) else self._part(path, value) for value in values]
        known = [expr for expr, _ in parts if expr is not None]
        return (disjunction(known) if len(known) == len(parts) else self._present(path)[0]), False

    def _part(self, path: Path, text: str) -> tuple[Expr | None, bool]:
        """Text that contains another one contains every piece of it; the longest one that is the same in all languages is sent."""
        if _is_plain(text) and "[" not in text:
            return Comparison(path, CONTAINS, text), False
        # Whether % and _ are wildcards here does not matter: they would only match more.
        pieces = sorted(_pieces(text, "[\\\"'"), key=len)
        if not pieces or (len(pieces[-1].strip()) < _PIECE and pieces[-1] != text):
            return self._present(path)
        return Comparison(path, CONTAINS, pieces[-1]), False

    def _like(self, path: Path, pattern: str) -> tuple[Expr | None, bool]:
        inner = pattern.strip("%")
        if not inner:
            return self._present(path)
        if pattern.startswith("%") and pattern.endswith("%") and len(pattern) > 1 and not _pieces_needed(inner):
            return self._part(path, inner)
        # What another language may read as a wildcard, a class or an escape is replaced by the wildcard that all know.
        translated = "".join(["%" if char in "%_*[\\\"'" else char for char in pattern])
        while "%%" in translated:
            translated = translated.replace("%%", "%")
        if len(translated.replace("%", "").strip()) < _PIECE:
            return self._present(path)
        if "%" not in translated:
            return _one_of(path, [translated]), False
        inner = translated.strip("%")
        if translated == f"%{inner}%" and "%" not in inner:
            return Comparison(path, CONTAINS, inner), False
        return Comparison(path, LIKE, translated), False


def _flatten(predicate: Predicate) -> Iterable[Predicate]:
    if isinstance(predicate, AllOf):
        for item in predicate.items:
            yield from _flatten(item)
    else:
        yield predicate


def _below(predicate: Predicate, depth: int) -> Predicate:
    """Return the predicate of a child, with paths that begin at the child."""
    match predicate:
        case ColumnTest():
            return (
                ColumnTest(predicate.path[depth:], predicate.relation, predicate.value)
                if len(predicate.path) > depth
                else UNKNOWN
            )
        case AllOf():
            return AllOf(tuple([_below(item, depth) for item in predicate.items]))
        case AnyOf():
            return AnyOf(tuple([_below(item, depth) for item in predicate.items]))
        case _:
            return UNKNOWN


def _prefix(expr: Expr, path: tuple[str, ...]) -> Expr:
    if isinstance(expr, Comparison):
        return Comparison(Path((*path, *expr.path.segments)), expr.operator, expr.value)
    if isinstance(expr, Constant):
        return expr
    return type(expr)(tuple([_prefix(item, path) for item in expr.items]))


def _one_of(path: Path, values: list[str], negated: bool = False) -> Expr:
    if len(values) == 1:
        return Comparison(path, NE if negated else EQ, values[0])
    return Comparison(path, NOT_IN if negated else IN, tuple(values))


def _pieces_needed(inner: str) -> bool:
    """Return whether a text between wildcards has further ones."""
    return any(char in "%_" for char in inner)


def _pieces(text: str, special: str) -> list[str]:
    pieces, piece = [], ""
    for char in text:
        if char in special or not char.isprintable():
            pieces.append(piece)
            piece = ""
        else:
            piece += char
    return [found for found in [*pieces, piece] if found]


def _is_plain(text: str) -> bool:
    """Return whether every server reads a literal with this text in the same way: it can be quoted, and has no escapes."""
    return bool(text.strip()) and text.isprintable() and "\\" not in text and not ('"' in text and "'" in text)


def _is_literal(text: str) -> bool:
    """Return whether a text could be stored as a number or a boolean, which servers may compare in another way."""
    try:
        Decimal(text)
    except ArithmeticError:
        return text.lower() in ("true", "false")
    return True


def _unique(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))


def _to_number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() and abs(number) < 10**15 else None


def _shorten(number: Decimal) -> Scalar:
    return int(number) if number == number.to_integral_value() else number.normalize()


def _to_moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None
