"""Typed field handles: ``Ticket.summary`` is a text field, ``Ticket.status`` leads to a record.

A handle is an untyped `cwql.language.builder.Field` with the type of its path; `Handle._compare` refuses values that
its type does not accept. Type checkers read `handles.pyi`, in which a handle has only the operators that make sense for
it.
"""

from __future__ import annotations

from cwql.errors import ExpressionError, UnknownNameError
from cwql.language.builder import Field
from cwql.language.dialects import find_dialect
from cwql.language.names import shorten
from cwql.language.nodes import Comparison, Condition, Constant, Junction, OwnedPath, Path, comparisons, conjunction
from cwql.language.operators import CONTAINS, EQ, GE, LE, NOT_CONTAINS, OPERATORS
from cwql.schema.catalog import catalog
from cwql.schema.field import FieldInfo
from cwql.schema.field_update import Change
from cwql.schema.naming import HANDLE_NAMES, attributes, handle_name
from cwql.schema.record import Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo
    from typing import Any, NoReturn

    from cwql.language.nodes import Expr
    from cwql.language.operators import Operator
    from cwql.schema.record import RecordInfo

_EQUALITY, _MEMBERSHIP, _ORDER, _TEXT = [
    frozenset([name for name, operator in OPERATORS.items() if operator.family == family])
    for family in ("equality", "membership", "order", "text")
]
_CONTAINS = frozenset((CONTAINS.name, NOT_CONTAINS.name))


class UnknownFieldError(UnknownNameError, AttributeError):
    """A record has no such field; `suggestions` contains the closest ones."""

    __module__ = "cwql"


class Handle(Field):
    """Name a field of a known type. Made by attribute access on the records of `cwql.manage.fields`."""

    __slots__ = ("_info", "_product", "_root")
    _operators: frozenset[str] = frozenset()
    _noun = ""
    _cure = ""
    _info: FieldInfo
    _product: str
    _root: str

    def __init__(
        self,
        product: str,
        root: str,
        segments: tuple[str, ...],
        info: FieldInfo,
        timezone: tzinfo | str | None = None,
    ) -> None:
        super().__init__(Path(segments), timezone=timezone)
        self._path = OwnedPath(segments, root, product)
        self._info = info
        self._product = product
        self._root = root

    def __repr__(self) -> str:
        return ".".join((self._root, *[handle_name(step) for step in self._path.segments]))

    def __reduce__(self) -> tuple[object, ...]:
        return handle_at, (self._product, self._root, self._path.segments)

    def value_in(self, record: object, /) -> Any:
        """Return the value of the field in a record, a model or plain data.

        None is returned if it, or anything on the path, is missing: ``Ticket.company.name.value_in(ticket)`` works whether or not the ticket has a company. Times are datetimes; a value
        of another type is returned as the server sent it. Raises ExpressionError for a record of another kind.
        """
        from cwql.schema.values import read_value

        return read_value(self, record)  # pyright: ignore[reportArgumentType] - the stub stands for this class there

    def set(self, value: object) -> Change:
        """Give the field a value, in a PATCH; a reference takes an id, a mapping or a record."""
        return Change(self._path.segments, "replace", value, self._root, self._product)

    def unset(self) -> Change:
        """Take the field's value away, in a PATCH."""
        return Change(self._path.segments, "remove", None, self._root, self._product)

    def _compare(self, operator: Operator, value: object) -> Expr:
        if operator.name not in self._operators and not (operator.name in _EQUALITY and value is None):
            raise ExpressionError(f"{self!r} is {self._noun} and cannot be compared by {operator.name}: {self._cure}")
        made = super()._compare(operator, value)
        if isinstance(made, Comparison):
            for item in made.values:
                if item is not None:
                    self._check_value(item)
        return made

    def __contains__(self, value: object) -> bool:
        if self._operators & _CONTAINS:
            return super().__contains__(value)
        raise ExpressionError(f"`in` asks for a truth value at once, and {self!r} is {self._noun}: {self._cure}")

    def _check_value(self, value: object) -> None:
        """Raise ExpressionError for a value that does not fit the field's type."""

    def _refuse(self, value: object, expected: str) -> ExpressionError:
        return ExpressionError(f"{self!r} is {self._noun} and cannot be compared with {value!r}: {expected}")


class TextField(Handle):
    """A field with text."""

    __slots__ = ()
    _operators = _EQUALITY | _MEMBERSHIP | _ORDER | _TEXT
    _noun = "text"

    def _check_value(self, value: object) -> None:
        if type(value) is not str:
            raise self._refuse(value, "expected a str")


class DateTextField(TextField):
    """Text by the specification, a date by its name: compares with either."""

    __slots__ = ()
    _noun = "a date, typed as text"

    def _check_value(self, value: object) -> None:
        if type(value) is not str and not hasattr(value, "year"):
            raise self._refuse(value, "expected a datetime, a date or a str")


class IntegerField(Handle):
    """A field with a whole number."""

    __slots__ = ()
    _operators = _EQUALITY | _MEMBERSHIP | _ORDER
    _noun = "an integer"
    _cure = "use ==, !=, <, <=, >, >=, in_() or between()"

    def _check_value(self, value: object) -> None:
        if type(value) is not int:
            raise self._refuse(value, "expected an int")


class NumberField(Handle):
    """A field with a number that may have decimals."""

    __slots__ = ()
    _operators = _EQUALITY | _MEMBERSHIP | _ORDER
    _noun = "a number"
    _cure = "use ==, !=, <, <=, >, >=, in_() or between()"

    def _check_value(self, value: object) -> None:
        if type(value) is str or type(value) is bool or hasattr(value, "year"):
            raise self._refuse(value, "expected an int, float or Decimal")


class BooleanField(Handle):
    """A field that is true or false."""

    __slots__ = ()
    _operators = _EQUALITY
    _noun = "a flag"
    _cure = "use is_(True), is_(False), or == and !="

    def __invert__(self) -> Expr:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._compare(EQ, False)

    def _check_value(self, value: object) -> None:
        if type(value) is not bool:
            raise self._refuse(value, "expected True or False")


class DateTimeField(Handle):
    """A field with a date and a time."""

    __slots__ = ()
    _operators = _EQUALITY | _MEMBERSHIP | _ORDER
    _noun = "a date and time"
    _cure = "use ==, !=, <, <=, >, >=, in_() or between()"

    def _check_value(self, value: object) -> None:
        if not hasattr(value, "year"):
            raise self._refuse(value, "expected a datetime or a date")


class DateField(DateTimeField):
    """A field with a date."""

    __slots__ = ()
    _noun = "a date"


class EnumField(Handle):
    """A field with one of several names."""

    __slots__ = ()
    _operators = _EQUALITY | _MEMBERSHIP
    _noun = "an enum"
    _cure = "use ==, != or in_()"

    def _check_value(self, value: object) -> None:
        members = self._info.enum
        if value in members and type(value) is str:
            return
        from cwql.schema.suggest import suggest

        close = suggest(value, members, 1) if type(value) is str else []
        hint = f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(members)}"
        raise self._refuse(value, f"{hint} (a member newer than this catalog: F({str(self._path)!r}) == {value!r})")


class AnyField(TextField):
    """A field without a type in the specification: every value is accepted."""

    __slots__ = ()
    _noun = "of no stated type"

    def _check_value(self, value: object) -> None:
        pass


class _Inner(Handle):
    """A handle that leads on: to the fields of a record, or to the names in a map."""

    __slots__ = ()

    def _member(self) -> RecordInfo | None:
        target = self._info.target
        return catalog(self._product).find_record(target) if target is not None else None

    def __getattr__(self, name: str) -> Handle:
        record = self._member()
        if record is None or name[:1] == "_":
            raise AttributeError(f"{self!r} has no attribute {name!r}{_advise_underscore(record, name)}")
        return _step(self._product, self._root, self._path.segments, record, name)

    def __dir__(self) -> list[str]:
        record = self._member()
        return sorted({*super().__dir__(), *(_attributes(record) if record is not None else ())})


class ReferenceField(_Inner):
    """A field that refers to a record; its attributes are the fields of that record."""

    __slots__ = ()
    _noun = "a reference"

    @property
    def _cure(self) -> str:  # type: ignore[override]
        return f"compare {' or '.join(self._naming()) or 'one of its fields'}, or with None"

    def asc(self) -> NoReturn:
        """Raise ExpressionError: a record has no order."""
        raise ExpressionError(
            f"cannot sort by {self!r}, which is {self._noun}: sort by {' or '.join(self._naming()) or 'one of its fields'}"
        )

    desc = asc

    def _naming(self) -> list[str]:
        """Return the fields that identify the records."""
        record = self._member()
        names = [
            name for name in ("id", "Id", "name", "Name", "identifier") if record is not None and record.find(name)
        ]
        known = {record.find(name).name for name in names} if record is not None else set()  # type: ignore[union-attr]
        return [f"{self!r}.{name}" for name in names if name in known]


class ChildrenField(_Inner):
    """A collection of records."""

    __slots__ = ()
    _noun = "a collection of records"
    _cure = "compare one of their fields, or use any()"

    def asc(self) -> NoReturn:
        """Raise ExpressionError: many records have no order."""
        raise ExpressionError(f"cannot sort by {self!r}, which is {self._noun}")

    desc = asc

    def any(self, condition: Expr) -> Expr:
        """Match if one of the records matches a condition that is written with the record's own handles.

        ``Contact.communicationItems.any(ContactCommunicationItem.value == "a@b.c")``; negate inside, because the
        languages have no form for "none of them". Raises ExpressionError for a condition on the fields of another
        record.
        """
        record = self._member()
        if record is not None and isinstance(condition, Condition):
            for comparison in comparisons(condition):
                path = comparison.path
                if isinstance(catalog(self._product).resolve(record.name, path.segments), Unresolved):
                    raise ExpressionError(
                        f"{self!r}.any() takes a condition on {record.name}, which has no field {str(path)!r}: write it from "
                        f"{record.name}'s own handles"
                    )
        return _prefixed(self._path.segments, condition)


class CustomFieldsField(ChildrenField):
    """The custom fields of a record, by caption or id: ``Ticket.customFields["Region"] == "West"``."""

    __slots__ = ()
    _noun = "a collection of custom fields"
    _cure = "name one by its caption, customFields['Region'] == ..., or use any()"

    def __getitem__(self, key: str | int) -> CustomField:
        """Return the handle of the custom field with that caption, or with that id."""
        if not (type(key) is int or (isinstance(key, str) and key.strip())):
            raise ExpressionError(
                f"{self!r}[{shorten(key)}]: expected the caption of a custom field, such as 'Region', or its id"
            )
        return CustomField(self, key if type(key) is int else str(key))


class CustomField(AnyField):
    """One custom field, by caption or id; comparisons apply to its value."""

    __slots__ = ("_key", "_parent")
    _noun = "a custom field"
    _key: str | int
    _parent: CustomFieldsField

    def __init__(self, parent: CustomFieldsField, key: str | int) -> None:
        path = (*parent._path.segments, "value")
        super().__init__(parent._product, parent._root, path, FieldInfo(parent._root, "value", "any"), parent._timezone)
        self._key = key
        self._parent = parent

    def __repr__(self) -> str:
        return f"{self._parent!r}[{self._key!r}]"

    def __reduce__(self) -> tuple[object, ...]:
        return CustomField, (self._parent, self._key)

    def _compare(self, operator: Operator, value: object) -> Expr:
        made = super()._compare(operator, value)
        return made if isinstance(made, Constant) else conjunction((self._named(), made))

    def between(self, low: object, high: object) -> Expr:
        """Match from `low` to `high`, both included."""
        return conjunction((self._named(), super()._compare(GE, low), super()._compare(LE, high)))

    def _named(self) -> Comparison:
        name = "id" if type(self._key) is int else "caption"
        return Comparison(Path((*self._parent._path.segments, name)), EQ, self._key)

    def value_in(self, record: object, /) -> Any:
        """Return the value of the custom field in a record, or None if the record does not have it."""
        name, wanted = ("id", self._key) if type(self._key) is int else ("caption", str(self._key).casefold())
        for entry in self._parent.value_in(record) or ():
            found = entry.get(name) if hasattr(entry, "keys") else getattr(entry, name, None)
            if (found.casefold() if isinstance(found, str) else found) == wanted:
                return entry.get("value") if hasattr(entry, "keys") else entry.value
        return None

    def asc(self) -> NoReturn:
        """Raise ExpressionError: no API sorts by custom fields."""
        raise ExpressionError(
            f"cannot sort by {self!r}: no API sorts by custom fields; sort the records that come back"
        )

    desc = asc

    def set(self, value: object) -> NoReturn:
        """Raise ExpressionError: a path cannot name one custom field."""
        raise ExpressionError(
            f"cannot change {self!r} by itself: change the list, {self._parent!r}.set([{{'id': ..., 'value': ...}}])"
        )

    def unset(self) -> NoReturn:
        """Raise ExpressionError: a path cannot name one custom field."""
        self.set(None)


class CollectionField(Handle):
    """A collection of texts, numbers and the like."""

    __slots__ = ()
    _operators = _CONTAINS
    _noun = "a collection"
    _cure = "use contains() to ask for a member"

    def asc(self) -> NoReturn:
        """Raise ExpressionError: many values have no order."""
        raise ExpressionError(f"cannot sort by {self!r}, which is {self._noun}")

    desc = asc

    def _check_value(self, value: object) -> None:
        if self._info.items == "integer" and type(value) is not int:
            raise self._refuse(value, "its members are integers: expected an int")
        if self._info.items == "text" and type(value) is not str:
            raise self._refuse(value, "its members are texts: expected a str")


class MapField(_Inner):
    """A map: names lead to values."""

    __slots__ = ()
    _noun = "a map"
    _cure = "compare one of its values"

    def __getattr__(self, name: str) -> Handle:
        if name[:1] == "_":
            raise AttributeError(f"{self!r} has no attribute {name!r}")
        return handle_at(self._product, self._root, (*self._path.segments, name))

    def __dir__(self) -> list[str]:
        return list(object.__dir__(self))


class RecordHandle:
    """The fields of a record: the attributes of `cwql.manage.fields`."""

    __slots__ = ("_product", "_record")

    def __init__(self, product: str, record: str) -> None:
        self._product = product
        self._record = record

    def __getattr__(self, name: str) -> Handle:
        if name[:1] == "_":
            advice = "" if name[:2] == "__" else _advise_underscore(catalog(self._product).record(self._record), name)
            raise AttributeError(f"{self!r} has no attribute {name!r}{advice}")
        return _step(self._product, self._record, (), catalog(self._product).record(self._record), name)

    def __dir__(self) -> list[str]:
        return _attributes(catalog(self._product).record(self._record))

    def __repr__(self) -> str:
        return self._record

    def __reduce__(self) -> tuple[object, ...]:
        return RecordHandle, (self._product, self._record)

    def __eq__(self, other: object) -> bool:
        raise ExpressionError(f"{self!r} is a record, not a field: compare one of its fields, such as {self!r}.id")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __bool__(self) -> bool:
        raise ExpressionError(f"{self!r} is a record and has no truth value: compare one of its fields")

    def __hash__(self) -> int:
        return hash((self._product, self._record))


_CLASSES: dict[str, type[Handle]] = {
    "text": TextField,
    "integer": IntegerField,
    "number": NumberField,
    "boolean": BooleanField,
    "datetime": DateTimeField,
    "date": DateField,
    "uuid": TextField,
    "bytes": TextField,
    "enum": EnumField,
    "reference": ReferenceField,
    "map": MapField,
    "any": AnyField,
}


def handle_at(product: str, record: str, path: tuple[str, ...]) -> Handle:
    """Return the handle at a path of API names. Raises UnknownFieldError for a path that leads nowhere."""
    found = catalog(product).resolve(record, path)
    if isinstance(found, Unresolved):
        raise UnknownFieldError(f"{record} has no field {'/'.join(path)!r}", ())
    return _make(product, record, found.segments, found.field)


def record_handle(product: str, name: str) -> RecordHandle:
    """Return the handle of a record by its class name. Raises AttributeError for an unknown one (for ``__getattr__``)."""
    if name[:1] == "_" or name not in catalog(product).records:
        from cwql.schema.suggest import suggest

        raise UnknownFieldError(f"no record {name!r} in {product}", suggest(name, catalog(product).records))
    return RecordHandle(product, name)


def _make(product: str, root: str, segments: tuple[str, ...], info: FieldInfo) -> Handle:
    kind = info.kind
    if kind == "collection":
        if info.target is None:
            return CollectionField(product, root, segments, info)
        keyed = any(it.record == info.target for it in find_dialect(product).parameters)
        return (CustomFieldsField if keyed else ChildrenField)(product, root, segments, info)
    return (DateTextField if info.dated else _CLASSES[kind])(product, root, segments, info)


def _step(product: str, root: str, before: tuple[str, ...], record: RecordInfo, name: str) -> Handle:
    field = record.find(name)
    if field is None or handle_name(field.name) != name:
        # A reserved name of Python, or one that would collide with it.
        wire = {python: wire for wire, python in attributes(_names(record), HANDLE_NAMES).items()}.get(name)
        field = record.find(wire) if wire is not None else None
    if field is None:
        raise UnknownFieldError(f"{record.name} has no field {name!r}", _suggest(product, record, name))
    return _make(product, root, (*before, field.name), field)


def _suggest(product: str, record: RecordInfo, name: str) -> list[str]:
    from cwql.schema.suggest import suggest
    from cwql.schema.synonyms import find_synonyms

    synonyms = find_synonyms(catalog(product), record, name)
    return [".".join(map(handle_name, each.path)) for each in synonyms] or suggest(name, _attributes(record))


def _names(record: RecordInfo) -> list[str]:
    return [*record.names, *(name for name in record.extra_names if "/" not in name)]


def _advise_underscore(record: RecordInfo | None, name: str) -> str:
    """Return advice about a name of the API that begins with an underscore, such as `_info`."""
    other = None if record is None or name[:2] == "__" else attributes(_names(record), HANDLE_NAMES).get(name)
    return "" if other is None else f"; write {other}"


def _attributes(record: RecordInfo) -> list[str]:
    return list(attributes(_names(record), HANDLE_NAMES).values())


def _prefixed(prefix: tuple[str, ...], condition: Expr) -> Expr:
    if isinstance(condition, Comparison):
        return Comparison(Path((*prefix, *condition.path.segments)), condition.operator, condition.value)
    if isinstance(condition, Junction):
        return type(condition)(tuple([_prefixed(prefix, item) for item in condition.items]))
    if isinstance(condition, Constant):
        return condition
    raise ExpressionError(f"any() takes a condition on the fields of a record, got {condition!r}")
