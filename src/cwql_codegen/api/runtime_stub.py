"""The stub of `runtime.py`: records as type checkers see them, without pydantic.

Checking a class that derives from `pydantic.BaseModel` makes editors read pydantic for every completion, which takes several
seconds. The stub has the same members, and the methods of pydantic that users call.
"""

from __future__ import annotations

TEXT = '''"""The base class of records, as type checkers see it: without pydantic, which takes editors seconds to read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar

from typing_extensions import Self, dataclass_transform

from cwql.client.custom_field_mapping import CustomFields

class Open: ...

OPEN: Open

class Packed:
    """A member whose records are made when it is read first."""

    def __init__(self, name: str, make: Callable[[object], object]) -> None: ...

@dataclass_transform(kw_only_default=True, eq_default=False)
class Record:
    """A record of the API. Every member is optional, and members that the specification does not have are kept."""

    model_config: ClassVar[Any]
    model_fields: ClassVar[Mapping[str, Any]]
    _packed_members: ClassVar[tuple[Packed, ...]]

    @classmethod
    def model_validate(cls, obj: object, *, strict: bool | None = None) -> Self:
        """Return a record from a mapping, or from a record."""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, *, strict: bool | None = None) -> Self:
        """Return a record from JSON text."""

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: object) -> Self:
        """Return a record without validation."""

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Build the class."""

    @classmethod
    def model_json_schema(cls, by_alias: bool = True) -> dict[str, Any]:
        """Return the JSON schema of the record."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy."""

    def model_dump(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool | Literal["none", "warn", "error"] = True,
    ) -> dict[str, Any]:
        """Return the members as a mapping; `to_dict` returns those that were set, as JSON data."""

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool | Literal["none", "warn", "error"] = True,
    ) -> str:
        """Return the members as JSON text; `to_json` returns those that were set."""

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """The members that the specification does not have."""

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the members that were set."""

    __pydantic_extra__: ClassVar[Any]
    __pydantic_fields_set__: ClassVar[Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the members that were set, as JSON data with the names of the API. Times are texts in UTC."""

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the members that were set as JSON text, with the names of the API."""

    @property
    def custom_fields(self) -> CustomFields:
        """The values of the custom fields by caption: a mapping, through which they can be changed as well."""

class RecordInfo(Record):
    """The member `_info` of a record: who created it and who changed it last, and when; the other members are links."""

    lastUpdated: datetime | None = ...
    updatedBy: str | None = ...
    dateEntered: datetime | None = ...
    enteredBy: str | None = ...

    def __getattr__(self, name: str, /) -> str:
        """Return a link, such as `notes_href`."""

R = TypeVar("R", bound=Record)

def page_of(model: type[R]) -> Any:
    """Return the adapter that parses a page of records."""
'''
