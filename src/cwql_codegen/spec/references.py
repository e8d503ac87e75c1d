"""References between schemas: circles, and the longest chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cwql_codegen.spec.model import Schema, Type


def find_references(schemas: Mapping[str, Schema]) -> dict[str, list[str]]:
    """Return the schemas that the members of each schema refer to, without repetitions. Enums are left out."""
    records = {name: schema for name, schema in schemas.items() if not schema.enum}
    return {
        name: list(
            dict.fromkeys(ref for member in schema.properties for ref in _references(member.type) if ref in records)
        )
        for name, schema in records.items()
    }


def _references(type_: Type | None) -> Iterator[str]:
    while type_ is not None:
        if type_.ref is not None:
            yield type_.ref
        type_ = type_.items or type_.values


def find_circles(references: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Map each name to a name that identifies its circle: two names have the same one if they refer to each other.

    These are the strongly connected components, by Kosaraju's algorithm. They are in topological order: a schema comes before
    the schemas that it refers to. The algorithm is not recursive because chains can be long.
    """
    users: dict[str, list[str]] = {name: [] for name in references}
    for name, targets in references.items():
        for target in targets:
            users[target].append(name)
    circles: dict[str, str] = {}
    for start in reversed(_postorder(references)):
        stack = [start]
        while stack:
            name = stack.pop()
            if name not in circles:
                circles[name] = start
                stack += users[name]
    return circles


def _postorder(references: Mapping[str, Iterable[str]]) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()
    for start in references:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(references[start]))]
        while stack:
            name, targets = stack[-1]
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, iter(references[target])))
                    break
            else:
                order.append(name)
                stack.pop()
    return order


def longest_chain(references: Mapping[str, Iterable[str]]) -> tuple[int, str]:
    """Return the length of the longest chain of references, and the schema that it starts from.

    Every member of a circle counts, because a chain can pass all of them.
    """
    circles = find_circles(references)
    members: dict[str, list[str]] = {}
    for name, circle in circles.items():
        members.setdefault(circle, []).append(name)
    lengths: dict[str, int] = {}
    longest = (0, "")
    for circle in reversed(members):
        targets = {circles[target] for name in members[circle] for target in references[name]} - {circle}
        lengths[circle] = len(members[circle]) + max((lengths[target] for target in targets), default=0)
        longest = max(longest, (lengths[circle], circle))
    return longest
