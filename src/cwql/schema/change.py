"""A change to one member of a record: what ``Ticket.summary.set("x")`` makes, and PATCH is made of."""

from __future__ import annotations

from cwql.frozen import Frozen, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Action: TypeAlias = Literal["replace", "remove", "add"]


class Change(Frozen):
    """Say what becomes of the member at a path: `action` with `value` (any; what it may be is checked when it is sent)."""

    __slots__ = ("action", "path", "value")
    __match_args__ = ("path", "action", "value")
    path: tuple[str, ...]
    action: Action
    value: object

    def __init__(self, path: tuple[str, ...], action: Action = "replace", value: object = None) -> None:
        assign(self, "path", path)
        assign(self, "action", action)
        assign(self, "value", value)

    def __hash__(self) -> int:
        # The value may be a list or a mapping, which have no hash.
        return hash((Change, self.path, self.action))
