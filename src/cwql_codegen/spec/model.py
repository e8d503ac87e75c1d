"""What the generators know of an API: schemas, properties, operations. Every reader yields it, every writer takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["string", "integer", "number", "boolean", "object", "array", "ref", "any"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
# Where a name or an operation is known from. "spec": the vendor's own document. "documented": this project's reference
# documents. "observed": live clients, server logs, vendor text. "claimed": public text without a sign that it worked.
Origin = Literal["spec", "documented", "observed", "claimed"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type as it stands in a payload.

    `ref` names a schema (kind ``ref``), `items` types the members of an array, `values` the members of a map
    (kind ``object`` with free keys). `enum` keeps the members in the document's order.
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
    """A member of a schema, under the API's own spelling."""

    name: str
    type: Type
    required: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A record type. `free_form` records take members that no property names; `enum` is set on schemas that are enums."""

    name: str
    properties: tuple[Property, ...]
    free_form: bool = False
    enum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation. `in_template` is false for a path parameter that the URL does not contain."""

    name: str
    place: Literal["path", "query", "header"]
    type: Type
    required: bool = False
    in_template: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """A body or a reply: its type and media types; `status` is 0 for a request body."""

    type: Type | None
    media_types: tuple[str, ...] = ()
    status: int = 0
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path.

    `list_options` marks the Automate lists that take condition, orderBy, page and so on. `origin` is ``spec`` unless an
    overlay added the operation; `instead` then names the operation that the server's own document has for the purpose.
    """

    id: str
    method: Method
    path: str
    tag: str
    parameters: tuple[Parameter, ...] = ()
    body: Content | None = None
    reply: Content | None = None
    list_options: bool = False
    origin: Origin = "spec"
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """A whole API: `product` is ``manage`` or ``automate``, `version` the release its document was made from."""

    product: Literal["manage", "automate"]
    version: str
    operations: tuple[Operation, ...]
    schemas: dict[str, Schema] = field(default_factory=dict)
