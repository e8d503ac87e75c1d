"""A call of a function that may be one of a standard library: `CallSite`."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import APPENDS, PUSHES, TEXT_OWNERS, fold
from cwql.lint.dataflow.values import Value
from cwql.lint.ir import Call, Member, Name
from cwql.lint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Argument, Node


class CallSite(Record):
    """A call with the values of its owner and its arguments.

    `name` and `owner_name` are folded: without ``_`` and letter case. `is_module` is True if the owner is no text or list but a
    module, whose functions take what they change as an argument, or if there is no owner.
    """

    flow: Flow
    node: Node
    name: str
    owner: Value | None
    owner_node: Node | None
    owner_name: str
    is_module: bool
    values: Sequence[Value]
    arguments: Sequence[Argument]

    @property
    def first(self) -> Value | None:
        """Return the value of the first argument."""
        return self.values[0] if self.values else None

    @property
    def subject(self) -> Value | None:
        """Return the operand of a function of texts or lists: its owner, or the first argument of a function of a module."""
        return self.first if self.is_module else self.owner

    @property
    def made(self) -> bool:
        """Return whether the call makes an object: ``new List<string>()``."""
        return isinstance(self.node, Call) and self.node.made

    def value(self, safe: bool = False) -> Value:
        """Return a result of which only is known whether it is safe."""
        return Value(self.node.start, self.node.end, safe=safe)

    def same(self, value: Value) -> Value:
        """Return a value as the result of the call."""
        return value.moved(self.node.start, self.node.end)


def call_site(
    flow: Flow, node: Node, name: str, owner: Value | None, values: Sequence[Value], arguments: Sequence[Argument]
) -> CallSite:
    """Return a call, or a member that is called without brackets, with the names of its function and of its owner."""
    folded = fold(name)
    callee = node.callee if isinstance(node, Call) else node
    owner_node = callee.owner if isinstance(callee, Member) else None
    owner_name = fold(owner_node.name) or owner_node.name if isinstance(owner_node, (Name, Member)) else ""
    is_module = owner is None or (not owner.texts and owner.items is None and owner_name in TEXT_OWNERS)
    if flow.traits.modules and isinstance(owner_node, Name):
        # ``Date.add(today, 7)``
        is_module = is_module or owner_node.name[:1].isupper()
    if owner is None and (folded in APPENDS or folded in PUSHES):
        # ``buildString { append("…") }``
        owner_node = Name(node.start, node.start, "this")
        owner = flow.env.names.get("this") or flow.env.get("this")
    return CallSite(flow, node, folded, owner, owner_node, owner_name, is_module, values, arguments)
