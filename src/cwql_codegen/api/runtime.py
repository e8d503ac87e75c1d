"""What generated models are given at run time: the base of every record, the mark of an open enum, a reader of pages."""

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core.core_schema import str_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema


class Open:
    """Mark an enum that gains members with every release: its type names those known, reading takes any text.

    Writing is checked against the catalog. Validating a union of literals and text would cost 5 % of a page.
    """

    def __get_pydantic_core_schema__(self, source: object, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        return str_schema()


OPEN = Open()


class Record(BaseModel):
    """Hold a record of the API: every member optional, members that the specification does not name kept."""

    model_config = ConfigDict(
        # Servers send members that their own document does not list; they are in `model_extra`.
        extra="allow",
        # A page of an API names many records and needs few: a class is compiled when it first reads something.
        defer_build=True,
        # Members that Python keeps for itself (`info_`) can be given by either name; they are always sent by the API's.
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
        """Compile the class. Names in annotations are looked up where the class was written, never where it is first used.

        pydantic would prefer the caller's names, and whoever uses an API client has a `Client` of their own.
        """
        return super().model_rebuild(force=force, raise_errors=raise_errors, _types_namespace=_types_namespace or {})

    def __repr_args__(self) -> "Iterable[tuple[str | None, Any]]":
        """Return what a repr shows: the members that have a value. A ticket has over a hundred, most of them null or not asked for."""
        return [(name, value) for name, value in super().__repr_args__() if value is not None]


R = TypeVar("R", bound=Record)


_pages: dict[type[Record], TypeAdapter[Any]] = {}


def page_of(model: type[R]) -> TypeAdapter[list[R]]:
    """Return the reader of a page of records: ``page_of(Ticket).validate_json(reply.content)``.

    There is one for each model, since making one costs as much as reading a hundred records. Only the names of members are
    shared between records: looking every value up among those seen costs 8 % of a page of mixed texts.
    """
    found = _pages.get(model)
    if found is None:
        found = _pages[model] = TypeAdapter(list[model], config=ConfigDict(cache_strings="keys"))  # type: ignore[valid-type]
    return found
