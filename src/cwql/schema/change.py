"""A change to one member of a record: what ``Ticket.summary.set("x")`` makes, and PATCH is made of."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Action: TypeAlias = Literal["replace", "remove", "add"]


class Change(Value):
    """Say what becomes of the member at a path: `action` with `value` (any; what it may be is checked when it is sent)."""

    path: tuple[str, ...]
    action: Action = "replace"
    value: object = None

    def __hash__(self) -> int:
        # The value may be a list or a mapping, which have no hash.
        return hash((Change, self.path, self.action))
