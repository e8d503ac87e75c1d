"""References between schemas: which of them form circles, and how long the longest chain is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cwql_codegen.spec.model import Schema, Type


def references(schemas: Mapping[str, Schema]) -> dict[str, set[str]]:
    """Return, for each schema that is no enum, the schemas that its members refer to."""
    records = {name: schema for name, schema in schemas.items() if not schema.enum}
    return {
        name: {used for member in schema.properties for used in _used(member.type) if used in records}
        for name, schema in records.items()
    }


def _used(type_: Type | None) -> Iterator[str]:
    while type_ is not None:
        if type_.ref is not None:
            yield type_.ref
        type_ = type_.items or type_.values


def components(uses: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Map each name to the name of its circle: names that lead to each other have the same one (Kosaraju's algorithm).

    The circles are in topological order: users come before what they use. There is no recursion because chains can be long.
    """
    users: dict[str, list[str]] = {name: [] for name in uses}
    for name, targets in uses.items():
        for used in targets:
            users[used].append(name)
    found: dict[str, str] = {}
    for start in reversed(_postorder(uses)):
        stack = [start]
        while stack:
            name = stack.pop()
            if name not in found:
                found[name] = start
                stack += users[name]
    return found


def _postorder(uses: Mapping[str, Iterable[str]]) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()
    for start in uses:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(uses[start]))]
        while stack:
            name, rest = stack[-1]
            for used in rest:
                if used not in seen:
                    seen.add(used)
                    stack.append((used, iter(uses[used])))
                    break
            else:
                order.append(name)
                stack.pop()
    return order


def longest_chain(uses: Mapping[str, Iterable[str]]) -> tuple[int, str]:
    """Return the most schemas that can be passed from one schema on, and that schema; all of a circle count."""
    circles = components(uses)
    lengths: dict[str, int] = {}
    for name in circles.values():
        lengths[name] = lengths.get(name, 0) + 1
    below: dict[str, int] = dict.fromkeys(lengths, 0)
    longest = (0, "")
    members: dict[str, list[str]] = {}
    for name, circle in circles.items():
        members.setdefault(circle, []).append(name)
    for circle in reversed(members):
        targets = {circles[used] for name in members[circle] for used in uses[name]} - {circle}
        below[circle] = lengths[circle] + max((below[target] for target in targets), default=0)
        longest = max(longest, (below[circle], circle))
    return longest
