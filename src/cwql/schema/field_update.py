"""A change to one member of a record: the result of ``Ticket.summary.set("x")``, and an item of a PATCH body."""

from __future__ import annotations

from cwql.value import Value, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Action: TypeAlias = Literal["replace", "remove", "add"]


class Change(Value):
    """A change of the member at a path: `action` with `value` (any type; it is checked when it is sent).

    The changes of typed fields know the record that the path starts at, `owner`, and its `product`.
    """

    path: tuple[str, ...]
    action: Action = "replace"
    value: object = None
    owner: str = field(default="", compare=False)
    product: str = field(default="", compare=False)

    def __hash__(self) -> int:
        # The value may be a list or a mapping, which have no hash.
        return hash((Change, self.path, self.action))
