"""Compare two releases of an API: what was added, removed and changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql_codegen.spec.model import Type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql_codegen.spec.model import Api, Content, Operation, Parameter, Property, Schema


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences between two sets of operations or schemas.

    Attributes:
        before: How many the old release has.
        after: How many the new release has.
        added: Names that only the new release has.
        removed: Names that only the old release has.
        changed: The differences of each name that both have.
    """

    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]

    def lines(self, title: str, limit: int | None = None) -> Iterator[str]:
        """Yield a report: `+` is added, `-` is removed, `~` is changed, and at most `limit` names of each."""
        counts = f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed"
        yield f"{title}: {self.before:,} -> {self.after:,} ({counts})"
        for sign, names in (("+", self.added), ("-", self.removed), ("~", tuple(self.changed))):
            for name in names[:limit]:
                yield f"  {sign} {name}"
                if sign == "~":
                    yield from (f"      {difference}" for difference in self.changed[name])
            if limit is not None and len(names) > limit:
                yield f"  {sign} … and {len(names) - limit:,} more"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between two releases."""

    product: str
    old: str
    new: str
    operations: Changes
    schemas: Changes

    def __bool__(self) -> bool:
        return any(it.added or it.removed or it.changed for it in (self.operations, self.schemas))

    def lines(self, limit: int | None = None) -> Iterator[str]:
        """Yield a report with at most `limit` names of each kind."""
        yield f"{self.product} {self.new}, compared with {self.old}"
        yield from self.operations.lines("operations", limit)
        yield from self.schemas.lines("schemas", limit)


def compare(old: Api, new: Api) -> Comparison:
    """Compare two releases of one product."""
    before = {f"{it.method} {it.path}": it for it in old.operations}
    after = {f"{it.method} {it.path}": it for it in new.operations}
    operations = {name: tuple(_compare_operations(before[name], after[name])) for name in before if name in after}
    schemas = {
        name: tuple(_compare_schemas(old.schemas[name], new.schemas[name]))
        for name in old.schemas
        if name in new.schemas
    }
    return Comparison(
        product=old.product,
        old=old.version,
        new=new.version,
        operations=_changes(before, after, operations),
        schemas=_changes(old.schemas, new.schemas, schemas),
    )


def _changes(
    old: Mapping[str, object], new: Mapping[str, object], differences: Mapping[str, tuple[str, ...]]
) -> Changes:
    return Changes(
        before=len(old),
        after=len(new),
        added=tuple(sorted(set(new) - set(old))),
        removed=tuple(sorted(set(old) - set(new))),
        changed={name: differences[name] for name in sorted(differences) if differences[name]},
    )


def _compare_operations(old: Operation, new: Operation) -> Iterator[str]:
    before = {(it.location, it.name): it for it in old.parameters}
    after = {(it.location, it.name): it for it in new.parameters}
    for location, name in {**before, **after}:
        yield from _compare_values(
            f"{location} parameter {name}", before.get((location, name)), after.get((location, name))
        )
    for label, first, second in (("body", old.body, new.body), ("response", old.response, new.response)):
        if _content(first) != _content(second):
            yield f"{label}: {_content(first)} -> {_content(second)}"


def _compare_schemas(old: Schema, new: Schema) -> Iterator[str]:
    before = {it.name: it for it in old.properties}
    after = {it.name: it for it in new.properties}
    for name in {**before, **after}:
        yield from _compare_values(name, before.get(name), after.get(name))
    if old.free_form != new.free_form:
        yield "allows other members" if new.free_form else "allows no other members"
    yield from _compare_enums("values", old.enum, new.enum)


def _compare_values(label: str, old: Property | Parameter | None, new: Property | Parameter | None) -> Iterator[str]:
    if old is None and new is not None:
        yield f"+ {label}: {describe(new.type)}{', required' if new.required else ''}"
    elif new is None and old is not None:
        yield f"- {label}: {describe(old.type)}"
    elif old is not None and new is not None:
        yield from _compare_types(label, old.type, new.type)
        if old.required != new.required:
            yield f"{label}: {'required' if new.required else 'no longer required'}"


def _compare_types(label: str, old: Type, new: Type) -> Iterator[str]:
    if describe(old) != describe(new):
        yield f"{label}: {describe(old)} -> {describe(new)}"
    yield from _compare_enums(label, old.enum, new.enum)
    if old.nullable != new.nullable:
        yield f"{label}: {'may be null' if new.nullable else 'may not be null'}"
    if old.max_length != new.max_length:
        yield f"{label}: length {_length(old)} -> {_length(new)}"


def _compare_enums(label: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    signs = [f"+ {value}" for value in new if value not in old] + [f"- {value}" for value in old if value not in new]
    if signs:
        yield f"{label}: values {', '.join(signs)}"


def _length(type_: Type) -> str:
    return str(type_.max_length) if type_.max_length is not None else "unlimited"


def _content(content: Content | None) -> str:
    if content is None:
        return "none"
    # If the vendor declares no body, its document has no media type either, although one may be known.
    if content.type is None:
        return f"{content.status} nothing"
    # The vendor's media types contain the release, so they always differ.
    media = sorted({re.sub(r";\s*version=[\w.]+", "", name) for name in content.media_types})
    status = f"{content.status} " if content.status else ""
    return f"{status}{describe(content.type)} ({', '.join(media)})" if media else f"{status}{describe(content.type)}"


def describe(type_: Type | None) -> str:
    """Return a short description of a type: ``integer int32``, ``array of Ticket``, ``map of string``."""
    match type_:
        case None:
            return "nothing"
        case Type(kind="ref"):
            return str(type_.ref)
        case Type(kind="array"):
            return f"array of {describe(type_.items)}"
        case Type(kind="object") if type_.values is not None:
            return f"map of {describe(type_.values)}"
        case _:
            return f"{type_.kind} {type_.format}" if type_.format else type_.kind
