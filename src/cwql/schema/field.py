"""A field of a record, read from its packed form: `FieldInfo`, and `Note` for the facts in the overlay.

Packed types are a letter and its argument: ``s`` text (``s50`` at most 50 characters), ``i`` and ``l`` integers of 32
and 64 bits, ``n`` number, ``b`` boolean, ``t`` date-time, ``d`` date, ``u`` UUID, ``y`` bytes, ``a`` anything, ``m``
map and the code of its values, ``r`` and a record, ``e`` and the index of an enum, ``*`` array and the code of its
items. A prefix ``!`` marks a required and ``?`` a nullable one.
"""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypeAlias

    Kind: TypeAlias = Literal[
        "text",
        "integer",
        "number",
        "boolean",
        "datetime",
        "date",
        "uuid",
        "bytes",
        "enum",
        "reference",
        "collection",
        "map",
        "any",
    ]
    Origin: TypeAlias = Literal["spec", "documented", "observed", "reported", "claimed"]
    NoteKind: TypeAlias = Literal["filterable", "alias", "unfilterable", "child"]

_KINDS: dict[str, tuple[Kind, str | None]] = {
    "s": ("text", None),
    "i": ("integer", "int32"),
    "l": ("integer", "int64"),
    "n": ("number", "double"),
    "b": ("boolean", None),
    "t": ("datetime", "date-time"),
    "d": ("date", "date"),
    "u": ("uuid", "uuid"),
    "y": ("bytes", "byte"),
    "a": ("any", None),
    "m": ("map", None),
    "r": ("reference", None),
    "e": ("enum", None),
    "*": ("collection", None),
}


class Note(Value):
    """Facts about a name from the overlay.

    A ``filterable`` name filters although no record shows it (`target` is the path of its value in a record); an
    ``alias`` is another vocabulary's name for `target` (None: there is no counterpart); an ``unfilterable`` name is
    refused or misread (`target` is the replacement, in words); a ``child`` collection is filtered through
    ``childConditions``. `values` are those that the vocabulary uses, `refused` marks a name that a server has rejected.
    """

    name: str
    kind: NoteKind
    origin: Origin
    target: str | None = None
    values: tuple[str, ...] = ()
    refused: bool = False


class FieldInfo(Value):
    """One field of a record.

    `name` is the API's spelling, `owner` the record it belongs to. `target` names the record of a ``reference``, or of
    the items of a ``collection``; `items` is the kind of a collection's items or a map's values. `enum` has the known
    members, `max_length` counts characters. `origin` is ``spec``, or the evidence of an overlay name; `note` has the
    facts of the overlay.
    """

    owner: str
    name: str
    kind: Kind
    format: str | None = None
    items: Kind | None = None
    target: str | None = None
    enum: tuple[str, ...] = ()
    nullable: bool = False
    required: bool = False
    max_length: int | None = None
    origin: Origin = "spec"
    note: Note | None = None

    @property
    def child(self) -> bool:
        """Return whether the field is a collection of records, which ``childConditions`` filters."""
        return self.kind == "collection" and self.target is not None

    @property
    def dated(self) -> bool:
        """Return whether a text of the specification is a date by its name, as `closedDate` is.

        It can be compared with times as well.
        """
        return self.kind == "text" and self.max_length is None and names_date(self.name)

    def inside(self, name: str) -> FieldInfo:
        """Return the field for a name in a map, or in a value of unknown structure."""
        kind: Kind = self.items or "any" if self.kind == "map" else "any"
        return FieldInfo(self.owner, name, kind, enum=self.enum)

    @property
    def title(self) -> str:
        """Return the type as a reader would put it: ``text(100)``, ``reference Board``, ``collection of integer``."""
        if self.kind == "reference":
            return f"reference {self.target}"
        if self.kind in ("collection", "map"):
            return f"{self.kind} of {self.target or self.items or 'any'}"
        return f"{self.kind}({self.max_length})" if self.max_length else self.kind


def names_date(name: str) -> bool:
    """Return whether a name suggests that its value is a date.

    The vendor types 100 such fields as plain text; live clients compare `closedDate` and others with times.
    """
    return "Date" in name or name.startswith("date") or name.endswith(("Utc", "UTC", "Updated"))


def is_collection(code: str) -> bool:
    """Return whether a packed type is a collection."""
    return code.lstrip("!?").startswith("*")


def unpack_field(
    owner: str,
    name: str,
    code: str,
    enums: Sequence[str],
    origin: Origin = "spec",
    note: Note | None = None,
) -> FieldInfo:
    """Read a field from its packed type; `enums` is the catalog's table of enums."""
    required, nullable = code[:1] == "!", False
    if required:
        code = code[1:]
    if code[:1] == "?":
        nullable, code = True, code[1:]
    kind, form = _KINDS[code[0]]
    argument = code[1:]
    items: Kind | None = None
    target: str | None = None
    enum: tuple[str, ...] = ()
    length: int | None = None
    if kind == "text":
        length = int(argument) if argument else None
    elif kind == "reference":
        target = argument
    elif kind == "enum":
        enum = tuple(enums[int(argument)].split(","))
    elif kind in ("collection", "map"):
        items = _KINDS[argument[0]][0]
        if items == "reference":
            target = argument[1:]
        elif items == "enum":
            enum = tuple(enums[int(argument[1:])].split(","))
    return FieldInfo(owner, name, kind, form, items, target, enum, nullable, required, length, origin, note)
