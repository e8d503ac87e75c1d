"""Overlay entries: facts that the documents of the vendor lack, and corrections.

`specs/overlays/*.toml` contains them, each with its reason and evidence. `overlay_parser` reads them, `overlay_apply` changes an
`Api` by them, and `overlay_check` finds those that no longer apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql_codegen.spec.document import SpecError

if TYPE_CHECKING:
    from cwql_codegen.spec.model import Method, Origin, Parameter, Product, Schema, Type


class OverlayError(SpecError):
    """An overlay entry that cannot be used. `pointer` is the entry."""


@dataclass(frozen=True, slots=True)
class Rationale:
    """Why an entry exists, and the evidence for it. `entry` names the file and the entry."""

    entry: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that an entry applies to: those of some schemas, or all that have a certain member."""

    schemas: tuple[str, ...] = ()
    having: str | None = None

    def covers(self, schema: Schema) -> bool:
        """Return whether the entry applies to the records of a schema."""
        if schema.name in self.schemas:
            return True
        return self.having is not None and any(member.name == self.having for member in schema.properties)


@dataclass(frozen=True, slots=True)
class Filterable:
    """A path that works in conditions although no schema has it. `shown_as` is the member with the same value."""

    scope: Scope
    name: str
    type: Type
    origin: Origin
    rationale: Rationale
    shown_as: str | None = None


@dataclass(frozen=True, slots=True)
class Unfilterable:
    """A name that servers refuse or misread in conditions. `instead` is the text to write in its place."""

    scope: Scope
    name: str
    rationale: Rationale
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A name from another vocabulary.

    Attributes:
        scope: The records that have it.
        name: The name.
        type: The type of its values.
        origin: The source of the name.
        rationale: Why the entry exists.
        target: The path that the server has for it, or None.
        values: Values that the vocabulary uses.
        refused: Whether a server is known to refuse the name.
    """

    scope: Scope
    name: str
    type: Type
    origin: Origin
    rationale: Rationale
    target: str | None = None
    values: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A member with an array of records; conditions on it belong to ``childConditions``.

    `record` is the schema of the array's items. `shown` is False if the schema does not have the member.
    """

    schema: str
    name: str
    record: str
    origin: Origin
    rationale: Rationale
    shown: bool = True


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A schema whose records have members that no document can list, such as the columns of a report."""

    schema: str
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class Family:
    """Schemas of one kind of record: the fields of one may be used in a query of another."""

    schemas: tuple[str, ...]
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class PathCorrection:
    """A path that is broken in the document, and the correct one."""

    path: str
    becomes: str
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class RequiredCorrection:
    """A name in a list of required members that matches no property, and the correct property."""

    schema: str
    name: str
    property: str
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class PropertyCorrection:
    """Properties whose type in the document is too wide, and their type on servers."""

    schemas: tuple[str, ...]
    names: tuple[str, ...]
    type: Type
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class AddedSchema:
    """A record type of an added operation."""

    schema: Schema
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class AddedProperty:
    """A member that a schema has since a later release than that of the document."""

    schema: str
    name: str
    type: Type
    since: str
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class AddedMember:
    """A member of the enum of a query parameter that a later release has."""

    path: str
    parameter: str
    member: str
    since: str
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class AddedOperation:
    """An operation that the document lacks. The members are those of `Operation`.

    `instead` is the id of the document's operation for the same purpose.
    """

    id: str
    method: Method
    path: str
    tag: str
    origin: Origin
    rationale: Rationale
    parameters: tuple[Parameter, ...] = ()
    body: Type | None = None
    response: Type | None = None
    list_options: bool = False
    instead: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """All entries of one product, in the order of the files."""

    product: Product
    filterable: tuple[Filterable, ...] = ()
    unfilterable: tuple[Unfilterable, ...] = ()
    alias: tuple[Alias, ...] = ()
    child: tuple[Child, ...] = ()
    open_record: tuple[OpenRecord, ...] = ()
    family: tuple[Family, ...] = ()
    path: tuple[PathCorrection, ...] = ()
    required: tuple[RequiredCorrection, ...] = ()
    property_type: tuple[PropertyCorrection, ...] = ()
    schema: tuple[AddedSchema, ...] = ()
    later_property: tuple[AddedProperty, ...] = ()
    enum_member: tuple[AddedMember, ...] = ()
    operation: tuple[AddedOperation, ...] = ()

    @property
    def named(self) -> tuple[Filterable | Unfilterable | Alias, ...]:
        """All entries about single names."""
        return (*self.filterable, *self.unfilterable, *self.alias)
