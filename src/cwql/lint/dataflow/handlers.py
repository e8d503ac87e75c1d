"""The functions that evaluate the kinds of nodes."""

from __future__ import annotations

from cwql.lint.dataflow.calls import evaluate_call
from cwql.lint.dataflow.expressions import (
    evaluate_assign,
    evaluate_index,
    evaluate_items,
    evaluate_literal,
    evaluate_name,
    evaluate_number,
    evaluate_other,
    evaluate_pairs,
    evaluate_pattern,
    evaluate_sent,
)
from cwql.lint.dataflow.operators import evaluate_cast, evaluate_operation, evaluate_unary
from cwql.lint.ir import (
    Assign,
    Block,
    Branch,
    Call,
    Cast,
    Choice,
    Function,
    Index,
    Items,
    Jump,
    Literal,
    Loop,
    Member,
    Name,
    Number,
    Operation,
    Other,
    Pairs,
    Pattern,
    Sent,
    Unary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.values import Value
    from cwql.lint.ir import Node


def _load_member(flow: Flow, node: Member) -> Value:
    """Evaluate the first member. Many scripts only call members."""
    from cwql.lint.dataflow.members import evaluate_member

    HANDLERS[Member] = evaluate_member
    return evaluate_member(flow, node)


def _load_inline(flow: Flow, node: Node) -> Value:
    """Evaluate the first statement or function in the place of a value, of which many scripts have none."""
    from cwql.lint.dataflow.inline import INLINE

    HANDLERS.update(INLINE)
    return HANDLERS[type(node)](flow, node)


HANDLERS: dict[type[Node], Callable[..., Value]] = {
    Literal: evaluate_literal,
    Number: evaluate_number,
    Pattern: evaluate_pattern,
    Name: evaluate_name,
    Index: evaluate_index,
    Items: evaluate_items,
    Pairs: evaluate_pairs,
    Other: evaluate_other,
    Sent: evaluate_sent,
    Assign: evaluate_assign,
    Call: evaluate_call,
    Operation: evaluate_operation,
    Unary: evaluate_unary,
    Cast: evaluate_cast,
    Member: _load_member,
    **dict.fromkeys((Function, Choice, Branch, Loop, Block, Jump), _load_inline),
}
"""Each takes the flow and a node. Nodes of other kinds are statements only."""
