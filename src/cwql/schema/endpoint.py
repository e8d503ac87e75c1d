"""An endpoint, read from its packed form: `Endpoint`."""

from __future__ import annotations

from cwql.value import Value, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypeAlias

    Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

METHODS: dict[str, Method] = {"G": "GET", "P": "POST", "U": "PUT", "A": "PATCH", "D": "DELETE"}


class Endpoint(Value):
    """One path of an API.

    `key` names it (lower case, no root, ``{}`` for each placeholder), `path` is its template as in the API's document.
    `record` is the class name of the result of GET, `listed` is True if that is a list. `count`, `search` and `item`
    are True if ``…/count``, ``POST …/search`` and ``…/{id}`` exist. `parameters` are the query parameters of GET,
    `operations` maps each method to its index in the table of operations.
    """

    key: str
    path: str
    record: str | None
    listed: bool
    count: bool
    search: bool
    item: bool
    parameters: tuple[str, ...]
    operations: dict[Method, int] = field(compare=False)

    @property
    def methods(self) -> tuple[Method, ...]:
        """Return the methods that the path takes, in the order GET, POST, PUT, PATCH, DELETE."""
        return tuple([method for method in METHODS.values() if method in self.operations])


def unpack_endpoint(key: str, packed: str, parameters: Sequence[str]) -> Endpoint:
    """Read an endpoint from its entry in the table; `parameters` is the table's list of parameter lists."""
    path, record, flags, query, operations = packed.split(";")
    names = parameters[int(query)]
    return Endpoint(
        key,
        path,
        record or None,
        "L" in flags,
        "C" in flags,
        "S" in flags,
        "I" in flags,
        tuple(names.split(",")) if names else (),
        {METHODS[entry[0]]: int(entry[1:]) for entry in operations.split()},
    )


def endpoint_keys(text: str, roots: Sequence[str]) -> list[str]:
    """Return the possible keys of a written path: with digits and placeholders as ``{}``, and unchanged.

    Any letter case, slashes at the ends, a query, a scheme and host, and the API's root as a prefix are accepted.
    """
    path = text.strip().split("?", 1)[0]
    if "://" in path:
        path = path.split("://", 1)[1].partition("/")[2]
    path = path.strip("/").lower()
    for root in roots:
        # Company-specific code bases put their own name in front of the root.
        before, found, after = path.partition(root)
        if found and before.count("/") <= 1 and (not before or before.endswith("/")):
            path = after
            break
    steps = [step for step in path.split("/") if step]
    loose = "/".join(["{}" if step[0] == "{" or step.isdigit() else step for step in steps])
    strict = "/".join(steps)
    return [loose] if loose == strict else [loose, strict]
