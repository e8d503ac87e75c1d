"""The tree of all paths of an API, which accessors follow: a node for each segment, and one for each placeholder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cwql.schema.naming import accessor
from cwql_codegen.api.catalog import ROOTS, group_by_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql_codegen.spec.model import Api, Operation


@dataclass
class PathNode:
    """A path and the paths below it.

    Attributes:
        key: The name of the path: lower case, with ``{}`` for each placeholder.
        spelling: The path as the document spells it, without the root of the API.
        operations: The operation of each method.
        children: The node of each further segment, in lower case.
        segments: The spelling of each further segment.
    """

    key: str
    spelling: str = ""
    operations: dict[str, Operation] = field(default_factory=dict)
    children: dict[str, PathNode] = field(default_factory=dict)
    segments: dict[str, str] = field(default_factory=dict)

    @property
    def item(self) -> PathNode | None:
        """The node that an id leads to."""
        return self.children.get("{}")

    @property
    def attributes(self) -> dict[str, PathNode]:
        """The nodes that attributes lead to. If two segments have the same attribute, accessors find the first."""
        found: dict[str, PathNode] = {}
        for segment, child in self.children.items():
            if segment != "{}" and not self._is_count(segment, child):
                found.setdefault(accessor(self.segments[segment]), child)
        return found

    @property
    def has_count(self) -> bool:
        """Whether ``…/count`` counts the records of this list."""
        child = self.children.get("count")
        return child is not None and self._is_count("count", child)

    @property
    def is_list(self) -> bool:
        """Whether GET returns an array."""
        get = self.operations.get("GET")
        content = get.response if get is not None else None
        return content is not None and content.type is not None and content.type.kind == "array"

    def _is_count(self, segment: str, child: PathNode) -> bool:
        # `count` is a verb of lists, not a segment.
        return segment == "count" and set(child.operations) == {"GET"} and not child.children and self.is_list

    def walk(self) -> Iterator[PathNode]:
        """Yield this node and all nodes below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()

    def following_segments(self) -> str:
        """Return the entry of the node in the table of accessors: ``{}`` for an id, then the segments."""
        segments = [
            self.segments[segment]
            for segment, child in self.children.items()
            if segment != "{}" and not self._is_count(segment, child)
        ]
        return " ".join([*(["{}"] if self.item is not None else []), *segments])


def build_tree(api: Api) -> PathNode:
    """Return the root of the tree."""
    root = PathNode("")
    for key, members in group_by_path(api).items():
        node = root
        for segment, spelling in zip(key.split("/"), _segments(members[0][1].path, api.product), strict=True):
            if segment not in node.children:
                node.children[segment] = PathNode(
                    f"{node.key}/{segment}".lstrip("/"), f"{node.spelling}/{spelling}".lstrip("/")
                )
            # Of two spellings (`securityroles`, `securityRoles`), the one with more capitals is easier to read.
            known = node.segments.get(segment, "")
            node.segments[segment] = max(known, spelling, key=lambda text: (sum(map(str.isupper, text)), text))
            node = node.children[segment]
        for _, operation in members:
            node.operations.setdefault(operation.method, operation)
    return root


def _segments(path: str, product: str) -> list[str]:
    """Split a path without its root into segments, as they are spelled."""
    text = path.strip("/")
    for prefix in ROOTS[product]:
        if text.lower().startswith(prefix):
            text = text[len(prefix) :]
            break
    return text.split("/")
