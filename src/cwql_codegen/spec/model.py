"""The data model of an API: schemas, properties and operations. Parsers return it, and generators take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Product = Literal["manage", "automate"]
Kind = Literal["string", "integer", "number", "boolean", "object", "array", "ref", "any"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Origin = Literal["spec", "documented", "observed", "reported", "claimed"]
"""The source of a name or operation.

``spec`` is the document of the vendor, ``documented`` the reference documents of this project, ``observed`` a client in use, a
server log or a text of the vendor, and ``claimed`` a public text without evidence that it works.
"""


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value in a request or response.

    Attributes:
        kind: The JSON type, ``ref`` for a named schema, or ``any``.
        format: The format of the document, such as ``date-time``.
        ref: The name of a schema, if the kind is ``ref``.
        items: The type of the items of an array.
        values: The type of the values of an ``object`` with free keys.
        enum: Known members, in the order of the document.
        nullable: Whether null is allowed.
        max_length: The maximal number of characters.
    """

    kind: Kind
    format: str | None = None
    ref: str | None = None
    items: Type | None = None
    values: Type | None = None
    enum: tuple[str, ...] = ()
    nullable: bool = False
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """A member of a schema, in the spelling of the API."""

    name: str
    type: Type
    required: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A named record type or enum.

    Attributes:
        name: The name in the document.
        properties: The members of a record.
        free_form: Whether records may have other members too.
        enum: The members of an enum; empty for a record type.
        since: Members that came after the schema, with the release that first had them.
    """

    name: str
    properties: tuple[Property, ...]
    free_form: bool = False
    enum: tuple[str, ...] = ()
    since: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation. `in_template` is False for a path parameter that the path does not contain."""

    name: str
    location: Literal["path", "query", "header"]
    type: Type
    required: bool = False
    in_template: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a request or response. `status` is 0 for a request."""

    type: Type | None
    media_types: tuple[str, ...] = ()
    status: int = 0
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path.

    Attributes:
        id: The unique id.
        method: The HTTP method.
        path: The path template.
        tag: The first tag, or an empty string.
        parameters: Parameters of the operation and of its path.
        body: The request body.
        response: The response of success.
        list_options: Whether it is a list of Automate, which takes ``condition``, ``orderBy``, ``page`` and so on.
        origin: ``spec``, unless an overlay added the operation.
        instead: The id of the document's operation for the same purpose, if an overlay added this one.
        since: The release that first had it, if that is known.
    """

    id: str
    method: Method
    path: str
    tag: str
    parameters: tuple[Parameter, ...] = ()
    body: Content | None = None
    response: Content | None = None
    list_options: bool = False
    origin: Origin = "spec"
    instead: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """A whole API, with the version of its document."""

    product: Product
    version: str
    operations: tuple[Operation, ...]
    schemas: dict[str, Schema] = field(default_factory=dict)
