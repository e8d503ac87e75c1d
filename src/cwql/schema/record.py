"""A record and the paths through it: `RecordInfo` finds fields, `Resolved` and `Unresolved` are results of a lookup."""

from __future__ import annotations

from cwql.schema.field import FieldInfo, Note, is_collection, unpack_field
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Literal, TypeAlias

    Reason: TypeAlias = Literal["unknown", "scalar", "depth"]

PATH_LIMIT = 16
"""How many segments a path may have: records refer to each other in circles, so a path has no end."""


class Resolved(Value):
    """A valid path: the field of each segment, the last of which is compared."""

    fields: tuple[FieldInfo, ...]

    @property
    def field(self) -> FieldInfo:
        """Return the field that the path ends at."""
        return self.fields[-1]

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the path in the API's spelling."""
        return tuple([step for field in self.fields for step in field.name.split("/")])

    @property
    def child(self) -> int | None:
        """Return the index of the first collection of records on the path, or None."""
        for index, field in enumerate(self.fields):
            if field.child:
                return index
        return None

    @property
    def note(self) -> Note | None:
        """Return the note of the overlay about the end of the path."""
        return self.fields[-1].note


class Unresolved(Value):
    """An invalid path.

    `index` is the first invalid segment, `record` the record that lacks it, `fields` those before it. `reason`: the
    name is ``unknown``, the field before is a ``scalar`` without members, or the path has more segments than
    `PATH_LIMIT` (``depth``). `note` is the overlay's note about the name.
    """

    index: int
    reason: Reason
    record: str
    fields: tuple[FieldInfo, ...]
    note: Note | None = None


class RecordInfo:
    """The fields of one record. They are unpacked one by one, on first use."""

    __slots__ = ("_enums", "_fields", "_found", "_notes", "_packed", "_tables", "name", "open", "wire")

    def __init__(self, name: str, tables: ModuleType) -> None:
        self.name = name
        self.wire: str = tables.WIRE.get(name, name)
        self.open = name in tables.OPEN
        self._enums = tables.ENUMS
        self._tables = tables
        # Name in small letters -> (name, packed type). Splitting is the whole cost of a first look.
        self._packed: dict[str, tuple[str, str]] = {}
        for entry in tables.FIELDS[name].split():
            spelling, _, code = entry.partition(":")
            self._packed[spelling.lower()] = (spelling, code)
        self._found: dict[str, FieldInfo] = {}
        self._notes: dict[str, list[tuple[Note, str, str]]] | None = None

    def __repr__(self) -> str:
        return f"RecordInfo({self.name!r})"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that the specification gives the record, in its order."""
        return tuple([spelling for spelling, _ in self._packed.values()])

    @property
    def extra_names(self) -> tuple[str, ...]:
        """Return the further names that can be compared or are understood, paths among them, that the overlay adds."""
        return tuple(
            [
                entries[0][0].name
                for key, entries in self._overlay().items()
                if key not in self._packed and any(note.kind != "unfilterable" for note, _, _ in entries)
            ]
        )

    def fields(self) -> Iterator[FieldInfo]:
        """Yield every field of the specification, in its order."""
        for key in self._packed:
            field = self.find(key)
            if field is not None:
                yield field

    def collections(self) -> Iterator[FieldInfo]:
        """Yield the collections of records, which ``childConditions`` filters; other fields are not unpacked."""
        for key, (_, code) in self._packed.items():
            field = self.find(key) if is_collection(code) else None
            if field is not None and field.child:
                yield field

    def find(self, name: str) -> FieldInfo | None:
        """Return a field by its name, in any letter case: the specification's, else the overlay's; None for neither."""
        key = name.lower()
        field = self._found.get(key)
        if field is not None:
            return field
        packed = self._packed.get(key)
        if packed is not None:
            entries = self._overlay().get(key, ())
            note = entries[0][0] if entries else None
            field = unpack_field(self.name, packed[0], packed[1], self._enums, "spec", note)
        else:
            field = self._added(key)
        if field is None and self.open:
            return FieldInfo(self.name, name, "any")
        if field is not None:
            self._found[key] = field
        return field

    def named_path(self, path: tuple[str, ...]) -> FieldInfo | None:
        """Return the field that the overlay gives a path of several segments as a whole (``company/id`` on a company)."""
        if len(path) < 2:
            return None
        key = "/".join(path).lower()
        found = self._found.get(key)
        if found is None:
            found = self._added(key)
            if found is not None:
                self._found[key] = found
        return found

    def warning(self, path: tuple[str, ...]) -> Note | None:
        """Return the overlay's note against a path, or against its first segment."""
        overlay = self._overlay()
        for key in ("/".join(path).lower(), path[0].lower()):
            for note, _, _ in overlay.get(key, ()):
                if note.kind == "unfilterable":
                    return note
        return None

    def _added(self, key: str) -> FieldInfo | None:
        for note, code, origin in self._overlay().get(key, ()):
            if note.kind != "unfilterable":
                return unpack_field(self.name, note.name, code, self._enums, origin, note)  # type: ignore[arg-type]
        return None

    def _overlay(self) -> dict[str, list[tuple[Note, str, str]]]:
        notes = self._notes
        if notes is None:
            notes = {}
            for scope, packed in self._tables.EXTRA.items():
                if scope == self.name or (scope[0] == "*" and scope[1:].lower() in self._packed):
                    for line in packed.split("\n"):
                        _read_note(line, notes)
            # Stored when it is whole: another thread, or the next call after a Ctrl-C, must not find half of it.
            self._notes = notes
        return notes


def _read_note(line: str, notes: dict[str, list[tuple[Note, str, str]]]) -> None:
    name, kind, code, origin, target, values, flags = line.split(";")
    note = Note(
        name.replace(".", "/"),
        kind,  # type: ignore[arg-type]
        origin,  # type: ignore[arg-type]
        target or None,
        tuple(values.split(",")) if values else (),
        flags == "refused",
    )
    notes.setdefault(note.name.lower(), []).append((note, code, origin))
