from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any, Generic, NoReturn, TypeAlias, overload
from uuid import UUID

from typing_extensions import TypeVar

from cwql.errors import UnknownNameError
from cwql.language.nodes import Condition, Order, Path
from cwql.schema.field import FieldInfo
from cwql.schema.field_update import Change

M = TypeVar("M", bound=str)
V = TypeVar("V")
R = TypeVar("R", contravariant=True, default=Any)
"""The records that conditions of a handle are about: those at which its path starts, not those at which it ends."""
C = TypeVar("C", default=Any)
"""The records of a list inside of a record."""

class UnknownFieldError(UnknownNameError, AttributeError): ...

class WrongType:
    """What a comparison with a value of another type gives: no condition, so that it fits nowhere."""

    def __bool__(self) -> NoReturn: ...

class Handle(Generic[R]):
    """A field, named by the path from a record R."""

    _path: Path
    _info: FieldInfo
    _root: str
    def __init__(
        self, product: str, root: str, segments: tuple[str, ...], info: FieldInfo, timezone: tzinfo | str | None = None
    ) -> None: ...
    def __hash__(self) -> int: ...
    def __bool__(self) -> NoReturn: ...
    def is_null(self) -> Condition[R]:
        """Match if the field has no value."""

    def is_not_null(self) -> Condition[R]:
        """Match if the field has a value."""

    def is_(self, value: None, /) -> Condition[R]:
        """Match if the field has no value: ``== None`` in a form that linters of Python accept."""

    def unset(self) -> Change:
        """Return the change that takes the value away, for `patch`."""

    def value_in(self, record: object, /) -> Any:
        """Return the value of the field in a record, or None."""

class _Sortable(Handle[R]):
    def asc(self) -> Order[R]:
        """Sort by the field in ascending order."""

    def desc(self) -> Order[R]:
        """Sort by the field in descending order."""

class _Ordered(_Sortable[R], Generic[V, R]):
    @overload  # type: ignore[override]
    def __eq__(self, value: V | None, /) -> Condition[R]: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __eq__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload  # type: ignore[override]
    def __ne__(self, value: V | None, /) -> Condition[R]: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __ne__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    def __lt__(self, value: V, /) -> Condition[R]: ...
    def __le__(self, value: V, /) -> Condition[R]: ...
    def __gt__(self, value: V, /) -> Condition[R]: ...
    def __ge__(self, value: V, /) -> Condition[R]: ...
    def between(self, low: V, high: V) -> Condition[R]: ...
    def in_(self, values: Iterable[V]) -> Condition[R]: ...
    def not_in(self, values: Iterable[V]) -> Condition[R]: ...
    def set(self, value: V | None) -> Change: ...

class _Textual(Generic[R]):
    def contains(self, value: str) -> Condition[R]:
        """Match if the text contains `value`."""

    def not_contains(self, value: str) -> Condition[R]:
        """Match if `contains` does not, and the field is not null."""

    def like(self, pattern: str) -> Condition[R]:
        """Match if the whole text matches a pattern; the wildcards are those of the dialect that it is printed in."""

    def not_like(self, pattern: str) -> Condition[R]:
        """Match if `like` does not, and the field is not null."""

    def startswith(self, text: str) -> Condition[R]:
        """Match if the text starts with `text`."""

    def not_startswith(self, text: str) -> Condition[R]:
        """Match if `startswith` does not, and the field is not null."""

    def endswith(self, text: str) -> Condition[R]:
        """Match if the text ends with `text`."""

    def not_endswith(self, text: str) -> Condition[R]:
        """Match if `endswith` does not, and the field is not null."""

class _Written(_Textual[R], _Ordered[V, R], Generic[V, R]):
    # A text is an iterable of texts, but no list of values.
    @overload
    def in_(self, values: str) -> WrongType: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload
    def in_(self, values: Iterable[V]) -> Condition[R]: ...
    @overload
    def not_in(self, values: str) -> WrongType: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload
    def not_in(self, values: Iterable[V]) -> Condition[R]: ...

# `_Sortable` is listed twice: mypy finds nothing in common between `_Ordered[int]` and `_Ordered[str]`, and would take a list of
# such handles for a list of objects.
class TextField(_Written[str | UUID | PythonEnum, R], _Sortable[R]):
    """A text."""

    def value_in(self, record: object, /) -> str | None: ...

class DateTextField(_Written[str | datetime | date, R], _Sortable[R]):
    """A date that the API gives as text: compare it with a text or a date."""

    def value_in(self, record: object, /) -> str | None: ...

class IntegerField(_Ordered[int, R], _Sortable[R]):
    """A whole number."""

    def value_in(self, record: object, /) -> int | None: ...

class NumberField(_Ordered[int | float | Decimal, R], _Sortable[R]):
    """A number that may have decimals."""

    def value_in(self, record: object, /) -> float | None: ...

class DateTimeField(_Ordered[datetime | date, R], _Sortable[R]):
    """A date and a time, in UTC."""

    def value_in(self, record: object, /) -> datetime | None: ...

class DateField(_Ordered[date, R], _Sortable[R]):
    """A date."""

    def value_in(self, record: object, /) -> date | None: ...

class BooleanField(_Sortable[R]):
    """True or false: compare it, ``.is_(False)`` or ``== False``."""

    def is_(self, value: bool | None, /) -> Condition[R]: ...
    def __invert__(self) -> Condition[R]: ...
    def value_in(self, record: object, /) -> bool | None: ...
    @overload  # type: ignore[override]
    def __eq__(self, value: bool | None, /) -> Condition[R]: ...  # type: ignore[overload-overlap]
    @overload
    def __eq__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload  # type: ignore[override]
    def __ne__(self, value: bool | None, /) -> Condition[R]: ...  # type: ignore[overload-overlap]
    @overload
    def __ne__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    def set(self, value: bool | None) -> Change: ...

class EnumField(_Sortable[R], Generic[M, R]):
    """One of several names."""

    def value_in(self, record: object, /) -> M | None: ...
    @overload  # type: ignore[override]
    def __eq__(self, value: M | PythonEnum | None, /) -> Condition[R]: ...  # type: ignore[overload-overlap]
    @overload
    def __eq__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload  # type: ignore[override]
    def __ne__(self, value: M | PythonEnum | None, /) -> Condition[R]: ...  # type: ignore[overload-overlap]
    @overload
    def __ne__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    def in_(self, values: Iterable[M | PythonEnum]) -> Condition[R]: ...
    def not_in(self, values: Iterable[M | PythonEnum]) -> Condition[R]: ...
    def set(self, value: M | None) -> Change: ...

class AnyField(_Textual[R], _Ordered[Any, R], _Sortable[R]):
    """A value of any type."""

    def contains(self, value: object) -> Condition[R]: ...
    def not_contains(self, value: object) -> Condition[R]: ...

class _Inner(Handle[R]):
    @overload  # type: ignore[override]
    def __eq__(self, value: None, /) -> Condition[R]: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __eq__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload  # type: ignore[override]
    def __ne__(self, value: None, /) -> Condition[R]: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def __ne__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]

class ReferenceField(_Inner[R]):
    """A reference to a record: compare one of its fields, or it with None."""

    def set(self, value: Any) -> Change: ...

class ChildrenField(_Inner[R], Generic[R, C]):
    """A list of records inside of a record."""

    def value_in(self, record: object, /) -> list[Any] | None: ...
    def any(self, condition: Condition[C]) -> Condition[R]:
        """Match if one of the records matches a condition, which is written with their own handles."""

    def set(self, value: Iterable[Any] | None) -> Change: ...

class CustomFieldsField(ChildrenField[R, C]):
    """The custom fields of a record, by caption or id."""

    def __getitem__(self, key: str | int) -> CustomField[R]: ...

_Custom: TypeAlias = str | int | float | Decimal | date | UUID | PythonEnum

class CustomField(_Textual[R]):
    """A custom field: compare its value."""

    def value_in(self, record: object, /) -> Any: ...
    def __hash__(self) -> int: ...
    def __bool__(self) -> NoReturn: ...
    @overload  # type: ignore[override]
    def __eq__(self, value: _Custom | None, /) -> Condition[R]: ...  # type: ignore[overload-overlap]
    @overload
    def __eq__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    @overload  # type: ignore[override]
    def __ne__(self, value: _Custom | None, /) -> Condition[R]: ...  # type: ignore[overload-overlap]
    @overload
    def __ne__(self, value: object, /) -> WrongType: ...  # pyright: ignore[reportIncompatibleMethodOverride]
    def __lt__(self, value: _Custom, /) -> Condition[R]: ...
    def __le__(self, value: _Custom, /) -> Condition[R]: ...
    def __gt__(self, value: _Custom, /) -> Condition[R]: ...
    def __ge__(self, value: _Custom, /) -> Condition[R]: ...
    def between(self, low: _Custom, high: _Custom) -> Condition[R]: ...
    def in_(self, values: Iterable[_Custom]) -> Condition[R]: ...
    def not_in(self, values: Iterable[_Custom]) -> Condition[R]: ...
    def is_null(self) -> Condition[R]: ...
    def is_not_null(self) -> Condition[R]: ...

class CollectionField(_Inner[R], Generic[V, R]):
    """A list of values inside of a record."""

    def value_in(self, record: object, /) -> list[V] | None: ...
    def contains(self, value: V) -> Condition[R]: ...
    def not_contains(self, value: V) -> Condition[R]: ...
    def set(self, value: Iterable[V] | None) -> Change: ...

class MapField(_Inner[R]):
    """A mapping inside of a record."""

    def value_in(self, record: object, /) -> dict[str, Any] | None: ...
    def set(self, value: Mapping[str, Any] | None) -> Change: ...
    def __getattr__(self, name: str) -> AnyField[R]: ...

class RecordHandle(ReferenceField[R]):
    def __init__(self, product: str, record: str) -> None: ...
    def __getattr__(self, name: str) -> Handle[R]: ...

def handle_at(product: str, record: str, path: tuple[str, ...]) -> Handle: ...
def record_handle(product: str, name: str) -> RecordHandle: ...
