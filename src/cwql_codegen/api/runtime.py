"""The runtime of generated models: the base class of records, the annotation of open enums, and the adapter of pages."""

from datetime import datetime
from marshal import loads
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core.core_schema import str_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema

    from cwql.client.custom_field_mapping import CustomFields


class Open:
    """Annotation of an enum that gets more members with each release: the type has the known ones, any text is valid.

    Requests are checked against the catalog. Validating a union of literals and text would cost 5 % of a page.
    """

    def __get_pydantic_core_schema__(self, source: object, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        return str_schema()


OPEN = Open()

_members: Any = BaseModel.__dict__["__dict__"]


class Packed:
    """A member whose records are made when it is read first: until then it is bytes of `marshal`.

    It is an attribute of a class of records and works on any record of that class: values that are not bytes are returned
    unchanged.
    """

    __slots__ = ("_make", "_name")

    def __init__(self, name: str, make: "Callable[[object], object]") -> None:
        self._name = name
        self._make = make

    def __get__(self, record: "Record | None", owner: object = None) -> object:
        # pydantic looks fields up in their class and expects none to be found.
        if record is None:
            raise AttributeError(self._name)
        members = _members.__get__(record)
        if self._name not in members:
            raise AttributeError(self._name)
        value = members[self._name]
        if type(value) is not bytes:
            return value
        made = self._make(loads(value))  # noqa: S302 - no JSON contains bytes: they were written when the page was read
        # Another thread may have made and returned the same member meanwhile.
        if members[self._name] is value:
            members[self._name] = made
        return members[self._name]

    def __set__(self, record: "Record", value: object) -> None:
        _members.__get__(record)[self._name] = value

    def __delete__(self, record: "Record") -> None:
        if _members.__get__(record).pop(self._name, self) is self:
            raise AttributeError(self._name)


class _Members:
    """The ``__dict__`` of records, from which pydantic copies, compares and serializes: without packed members."""

    __slots__ = ()

    def __get__(self, record: "Record | None", owner: object = None) -> Any:
        if record is None:
            return self
        for packed in type(record)._packed_members:
            packed.__get__(record)
        return _members.__get__(record)

    __set__ = _members.__set__


_FORMS = {
    "delete": "delete(record) of its resource, such as client.service.tickets",
    "patch": "patch(record, changes) of its resource, such as client.service.tickets",
    "refresh": "get(record.id) of its resource, such as client.service.tickets",
    "reload": "get(record.id) of its resource, such as client.service.tickets",
    "save": "patch(record, changes) of its resource, such as client.service.tickets",
    "update": "patch(record, changes) of its resource, such as client.service.tickets",
}
"""The form of cwql for the methods of records in other libraries."""


class Record(BaseModel):
    """A record of the API. Every member is optional, and members that the specification does not have are kept."""

    _packed_members: ClassVar[tuple[Packed, ...]] = ()

    if not TYPE_CHECKING:
        __dict__ = _Members()

        def __getattr__(self, name: str) -> Any:
            try:
                return super().__getattr__(name)
            except AttributeError:
                if name in _FORMS:
                    kind = type(self).__name__
                    raise AttributeError(f"{kind!r} object has no attribute {name!r}; write {_FORMS[name]}") from None
                # `closed_flag` is the name in other libraries, `_info` the one in the documentation of the API.
                first, *rest = name.split("_")
                other = "".join([first, *[word[:1].upper() + word[1:] for word in rest]]) if first else f"{name[1:]}_"
                advice = f"; write {other}"
                if other == name or other not in type(self).model_fields:
                    if name[:1] == "_":
                        raise
                    # The layers above are imported for the message only.
                    from cwql.client.member_suggestions import suggest_members

                    advice = suggest_members(type(self), name)
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{advice}") from None

        def __getitem__(self, name: object) -> Any:
            raise TypeError(f"a record is not a mapping: write record.{name}, or record.to_dict()[{name!r}]")

    model_config = ConfigDict(
        # Servers send members that their own document does not have. They are in `model_extra`.
        extra="allow",
        # An API refers to many records, but a program uses few: a class is built when it is first used.
        defer_build=True,
        # Members with a reserved name (`info_`) can be set by both names. The name of the API is sent.
        populate_by_name=True,
        serialize_by_alias=True,
        protected_namespaces=(),
    )

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: "Mapping[str, Any] | None" = None,
    ) -> bool | None:
        """Build the class. Names in annotations are resolved in the module of the class only.

        pydantic would prefer names of the caller, which often has another `Client`.
        """
        return super().model_rebuild(force=force, raise_errors=raise_errors, _types_namespace=_types_namespace or {})

    def to_dict(self) -> dict[str, Any]:
        """Return the members that were set, as JSON data with the names of the API. Times are texts in UTC."""
        from cwql.client.request_body import plain

        data: dict[str, Any] = plain(self)
        return data

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the members that were set as JSON text, with the names of the API."""
        from json import dumps

        return dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    @property
    def custom_fields(self) -> "CustomFields":
        """The values of the custom fields by caption: a mapping, through which they can be changed as well."""
        from cwql.client.custom_field_mapping import custom_fields

        return custom_fields(cast("Any", self))

    def __repr_args__(self) -> "Iterable[tuple[str | None, Any]]":
        """Return the members that have a value. A ticket has over a hundred members, most of them null or not requested."""
        return [(name, value) for name, value in super().__repr_args__() if value is not None]


class RecordInfo(Record):
    """The member `_info` of a record: who created it and who changed it last, and when.

    The specification has a map of texts. The other members are links, such as `notes_href`, and are read like these.
    """

    __pydantic_extra__: dict[str, str | None]  # pyright: ignore[reportIncompatibleVariableOverride]  # as pydantic documents
    lastUpdated: datetime | None = None  # noqa: N815  # the names of the API
    updatedBy: str | None = None  # noqa: N815
    dateEntered: datetime | None = None  # noqa: N815
    enteredBy: str | None = None  # noqa: N815


R = TypeVar("R", bound=Record)


_pages: dict[type[Record], TypeAdapter[Any]] = {}


def page_of(model: type[R]) -> TypeAdapter[list[R]]:
    """Return the adapter that parses a page of records: ``page_of(Ticket).validate_json(response.content)``.

    There is one for each model, because creating one takes as long as parsing a hundred records. Only the names of members are
    cached as strings: a cache of all values would cost 8 % of a page of different texts.
    """
    adapter = _pages.get(model)
    if adapter is None:
        adapter = _pages[model] = TypeAdapter(list[model], config=ConfigDict(cache_strings="keys"))  # type: ignore[valid-type]
    return adapter
