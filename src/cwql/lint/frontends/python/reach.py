"""Which of the values that a name gets in a function may be the one that a use of it sees."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cwql.lint.frontends.python.tree import Binding

MOST = 40
"""Maximum number of bindings of a name; each use of it needs all of them."""

_COMPREHENSIONS = (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = ("body", "orelse", "finalbody")

Position = tuple[int, int]


def reaching(
    bindings: Sequence[Binding],
    use: ast.AST,
    parents: Mapping[ast.AST, ast.AST],
    counts: Callable[[Binding], bool] | None = None,
) -> list[Binding]:
    """Return the bindings that may have given a name its value at its use, all of one scope, in order.

    That is the last one that runs on every path to the use (and that `counts`), and those that may run after it. All of
    them are returned if nothing is certain.
    """
    if len(bindings) > MOST:
        return [*bindings]
    around, own = _look_around(use, parents)
    if own is None:
        return [*bindings]
    for node in around:
        if isinstance(node, _COMPREHENSIONS):
            inner = [binding for binding in bindings if binding.node in node.generators]
            if inner:
                return inner
    # The names of other comprehensions end with them.
    rest = [binding for binding in bindings if not isinstance(binding.node, ast.comprehension)]
    places = [_position(binding) for binding in rest]
    if None in places:
        return rest
    known = [(place, binding) for place, binding in zip(places, rest, strict=True) if place is not None]
    certain = [
        (place, binding)
        for place, binding in known
        if _is_run_before(binding, around, parents) and (counts is None or counts(binding))
    ]
    if not certain:
        return rest
    start, chosen = max(certain, key=lambda pair: pair[0])
    loops = [
        (_start(node), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in around
        if isinstance(node, _LOOPS) and node is not chosen.node and _start(node) > start
    ]
    return [
        binding
        for place, binding in known
        if binding is chosen
        or (
            place > start
            and (
                place < own
                or isinstance(binding.node, ast.NamedExpr)
                or any(low <= place <= high for low, high in loops)
            )
        )
    ]


def _look_around(use: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> tuple[dict[ast.AST, ast.AST], Position | None]:
    """Return the nodes around a use, each with its child on the path, and the start of its statement, if it is known."""
    around: dict[ast.AST, ast.AST] = {}
    own: Position | None = None
    below = use
    while True:
        if own is None and isinstance(below, ast.stmt):
            own = _start(below)
        above = parents.get(below)
        if above is None or isinstance(above, (ast.Lambda, ast.ClassDef)):
            break
        around[above] = below
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            break
        below = above
    return around, own


def _is_run_before(binding: Binding, around: Mapping[ast.AST, ast.AST], parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Return whether a binding dominates the enclosing nodes."""
    node = binding.node
    if binding.way == "argument":
        return True
    if binding.way == "loop":
        return node in around and around[node] in getattr(node, "body", ())
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
        return False
    block = parents.get(node)
    below = around.get(block) if block is not None else None
    if below is None or not isinstance(below, ast.stmt) or _start(node) >= _start(below):
        return False
    for field in _BLOCKS:
        statements = getattr(block, field, None)
        if isinstance(statements, list) and statements:
            # Both are directly in the block; their positions decide which part of it they are in.
            first, last = _start(statements[0]), _start(statements[-1])
            if first <= _start(node) <= last:
                return first <= _start(below) <= last
    return False


def _position(binding: Binding) -> Position | None:
    node: ast.AST | None = binding.node
    if isinstance(node, ast.AnnAssign) and node.value is None:
        # An annotation applies to all values of the name.
        return None
    if getattr(node, "lineno", None) is None:
        node = binding.value
    return None if getattr(node, "lineno", None) is None else _start(node)


def _start(node: ast.AST | None) -> Position:
    return node.lineno, node.col_offset  # type: ignore[union-attr]
