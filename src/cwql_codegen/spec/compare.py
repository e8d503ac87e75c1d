"""Two releases of one API side by side: what is new, what is gone, what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cwql_codegen.spec.model import Api, Content, Operation, Parameter, Property, Schema, Type


@dataclass(frozen=True, slots=True)
class Changes:
    """Names that only one side has, and for names of both sides what differs between them."""

    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]

    def lines(self, title: str, limit: int | None = None) -> Iterator[str]:
        """Write the changes, one a line: `+` is new, `-` is gone, `~` has changed; of each kind at most `limit`."""
        counts = f"{len(self.added)} new, {len(self.removed)} gone, {len(self.changed)} changed"
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
        """Write the report, at most `limit` names of a kind."""
        yield f"{self.product} {self.new}, compared with {self.old}"
        yield from self.operations.lines("operations", limit)
        yield from self.schemas.lines("schemas", limit)


def compare(old: Api, new: Api) -> Comparison:
    """Compare two releases of one product, as their documents describe them."""
    before = {f"{it.method} {it.path}": it for it in old.operations}
    after = {f"{it.method} {it.path}": it for it in new.operations}
    return Comparison(
        product=old.product,
        old=old.version,
        new=new.version,
        operations=_operations(before, after),
        schemas=_schemas(old.schemas, new.schemas),
    )


def _operations(old: Mapping[str, Operation], new: Mapping[str, Operation]) -> Changes:
    changed = {name: tuple(_operation(old[name], new[name])) for name in old if name in new}
    return _changes(old, new, changed)


def _schemas(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> Changes:
    changed = {name: tuple(_schema(old[name], new[name])) for name in old if name in new}
    return _changes(old, new, changed)


def _changes(old: Mapping[str, object], new: Mapping[str, object], changed: dict[str, tuple[str, ...]]) -> Changes:
    return Changes(
        before=len(old),
        after=len(new),
        added=tuple(sorted(set(new) - set(old))),
        removed=tuple(sorted(set(old) - set(new))),
        changed={name: changed[name] for name in sorted(changed) if changed[name]},
    )


def _operation(old: Operation, new: Operation) -> Iterator[str]:
    before = {(it.place, it.name): it for it in old.parameters}
    after = {(it.place, it.name): it for it in new.parameters}
    for key in (*before, *(key for key in after if key not in before)):
        yield from _pair(f"{key[0]} parameter {key[1]}", before.get(key), after.get(key))
    for label, first, second in (("body", old.body, new.body), ("reply", old.reply, new.reply)):
        if _content(first) != _content(second):
            yield f"{label}: {_content(first)} -> {_content(second)}"


def _schema(old: Schema, new: Schema) -> Iterator[str]:
    before = {it.name: it for it in old.properties}
    after = {it.name: it for it in new.properties}
    for name in (*before, *(name for name in after if name not in before)):
        yield from _pair(name, before.get(name), after.get(name))
    if old.free_form != new.free_form:
        yield "takes other members" if new.free_form else "takes no other members"
    yield from _enum("values", old.enum, new.enum)


def _pair(label: str, old: Property | Parameter | None, new: Property | Parameter | None) -> Iterator[str]:
    if old is None and new is not None:
        yield f"+ {label}: {describe(new.type)}{', required' if new.required else ''}"
    elif new is None and old is not None:
        yield f"- {label}: {describe(old.type)}"
    elif old is not None and new is not None:
        if describe(old.type) != describe(new.type):
            yield f"{label}: {describe(old.type)} -> {describe(new.type)}"
        yield from _enum(label, old.type.enum, new.type.enum)
        if old.type.nullable != new.type.nullable:
            yield f"{label}: {'may be null' if new.type.nullable else 'may not be null'}"
        if old.type.max_length != new.type.max_length:
            yield f"{label}: length {_length(old.type)} -> {_length(new.type)}"
        if old.required != new.required:
            yield f"{label}: {'required' if new.required else 'no longer required'}"


def _enum(label: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    signs = [f"+ {value}" for value in new if value not in old] + [f"- {value}" for value in old if value not in new]
    if signs:
        yield f"{label}: values {', '.join(signs)}"


def _length(type_: Type) -> str:
    return str(type_.max_length) if type_.max_length is not None else "unlimited"


def _content(content: Content | None) -> str:
    if content is None:
        return "none"
    # A body that the vendor does not declare has no media type in the vendor's document, though one may be known.
    # The release stands in the vendor's media types and differs always.
    if content.type is None:
        return f"{content.status} nothing"
    media = sorted({re.sub(r";\s*version=[\w.]+", "", name) for name in content.media_types})
    status = f"{content.status} " if content.status else ""
    return f"{status}{describe(content.type)} ({', '.join(media)})" if media else f"{status}{describe(content.type)}"


def describe(type_: Type | None) -> str:
    """Name a type in a few words: ``integer int32``, ``array of Ticket``, ``map of string``."""
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
