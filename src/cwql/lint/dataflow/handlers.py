"""The functions that evaluate the kinds of nodes: `HANDLERS`."""

from __future__ import annotations

from cwql.lint.ir import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.lint.dataflow.values import Value

    Handler: TypeAlias = Callable[..., Value]

_MODULES = {
    "expressions": "Literal Number Pattern Name Index Items Pairs Other Sent Assign",
    "calls": "Call",
    "operators": "Operation Unary Cast",
    "members": "Member",
    "inline": "Function Choice Branch Loop Block Jump Class",
}
"""The modules with a function ``evaluate_…`` for each kind of node."""


class _Handlers(dict[type[Node], "Handler"]):
    """Import the function for a kind of node when the first one is evaluated: many scripts have only a few kinds."""

    def __missing__(self, kind: type[Node]) -> Handler:
        name = kind.__name__
        module = next(module for module, names in _MODULES.items() if name in names.split())
        path = f"cwql.lint.dataflow.{module}"
        handler: Handler = getattr(__import__(path, fromlist=[name]), f"evaluate_{name.lower()}")
        self[kind] = handler
        return handler


HANDLERS = _Handlers()
"""Each takes the flow and a node."""
