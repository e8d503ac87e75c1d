"""An operation, read from its packed form: `Operation`, `ParameterInfo`, `ContentInfo`."""

from __future__ import annotations

from cwql.schema.field import FieldInfo, unpack_field
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypeAlias

    from cwql.schema.endpoint import Method

    Place: TypeAlias = Literal["path", "query", "header", "outside"]


class ParameterInfo(Value):
    """A parameter; `place` is ``outside`` for a path parameter that the path does not contain."""

    name: str
    place: Place
    type: FieldInfo


class ContentInfo(Value):
    """Describe a body or a reply: its type (None: no content, or bytes), its media types and, for a reply, its status."""

    type: FieldInfo | None
    media_types: tuple[str, ...]
    status: int

    @property
    def record(self) -> str | None:
        """Return the record that is carried, alone or in a list."""
        return self.type.target if self.type is not None and self.type.kind in ("reference", "collection") else None

    @property
    def listed(self) -> bool:
        """Return whether the content is a list."""
        return self.type is not None and self.type.kind == "collection"


class Operation(Value):
    """Describe one method on one path.

    `origin` is ``spec``, or how well an operation is known that the vendor's document lacks; `instead` then names the
    document's operation for the same purpose.
    """

    id: str
    method: Method
    path: str
    tag: str
    parameters: tuple[ParameterInfo, ...]
    body: ContentInfo | None
    reply: ContentInfo | None
    origin: str = "spec"
    instead: str | None = None


def unpack_operation(
    id: str,
    packed: str,
    parameters: Sequence[str],
    media: Sequence[str],
    enums: Sequence[str],
) -> Operation:
    """Read an operation from its entry in the table, with the tables of parameters, media types and enums."""
    method, path, tag, places, body, reply, origin, instead = packed.split(";")
    return Operation(
        id,
        method,  # type: ignore[arg-type]
        path,
        tag,
        tuple([_parameter(id, parameters[int(place)], enums) for place in places.split(",") if place]),
        _content(id, body, media, enums),
        _content(id, reply, media, enums),
        origin or "spec",
        instead or None,
    )


def _parameter(id: str, packed: str, enums: Sequence[str]) -> ParameterInfo:
    name, place, code = packed.split(";")
    return ParameterInfo(name, place, unpack_field(id, name, code, enums))  # type: ignore[arg-type]


def _content(id: str, packed: str, media: Sequence[str], enums: Sequence[str]) -> ContentInfo | None:
    if not packed:
        return None
    code, _, rest = packed.rpartition("@")
    place, _, status = rest.partition("=")
    types = media[int(place)]
    return ContentInfo(
        unpack_field(id, "", code, enums) if code else None,
        tuple(types.split(",")) if types else (),
        int(status),
    )
