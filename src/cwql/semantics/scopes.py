"""Which comparisons are about the same child of a collection: `make_plan` turns a condition into a plan that says so.

A path through a collection of records is about one of them. Everything that an ``and`` says about a collection is about one and the
same child (``communicationItems/value like "a@b.c" and communicationItems/communicationType = "Email"``); each item of an ``or``
may be about another one. Servers evaluate `childConditions` and `customFieldConditions` like that, and Automate also
evaluates paths like ``LoggedInUsers.LoggedInUserName`` in its plain conditions so.

::

    Plan = Comparison | Constant | AllOf | AnyOf | AnyChild
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.errors import ExpressionError
from cwql.language.nodes import And, Comparison, Constant, Junction, Or, Path
from cwql.language.operators import EQ
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from cwql.language.nodes import Expr

    Prefix: TypeAlias = tuple[str, ...]

CUSTOM_FIELDS = ("customFields",)
"""The member of records that contains their custom fields; ``customFieldConditions`` are about its children."""

CUSTOM_FIELD_MEMBERS = frozenset(
    ("id", "caption", "type", "entrymethod", "numberofdecimals", "value", "connectwiseid", "rownum", "userdefinedfieldrecid", "podid")
)  # fmt: skip
"""The members of a custom field, in small letters. Any other name in ``customFieldConditions`` is a caption, as in the reference
document: ``customField1 contains "value"``."""


class AllOf(Value):
    """True if every item is true."""

    items: tuple[Plan, ...]


class AnyOf(Value):
    """True if at least one item is true."""

    items: tuple[Plan, ...]


class AnyChild(Value):
    """True if `body` is true for one child of the collection at `prefix` (folded); an empty one has a child without members."""

    prefix: Prefix
    body: Plan


if TYPE_CHECKING:
    Plan: TypeAlias = Comparison | Constant | AllOf | AnyOf | AnyChild


def fold_path(segments: Iterable[str]) -> Prefix:
    """Return segments as they are compared: names do not differ by letter case."""
    return tuple([segment.lower() for segment in segments])


def make_plan(expr: Expr, is_collection: Callable[[Prefix], bool], custom: bool = False) -> Plan:
    """Return the plan of a condition.

    Args:
        expr: The condition.
        is_collection: Returns whether a folded path leads to a collection of records.
        custom: The condition is one of ``customFieldConditions``, whose paths start inside a custom field.
    """
    if custom:
        expr = _add_custom_prefix(expr)
    return _Planner(is_collection, custom).plan(expr, frozenset())


def _add_custom_prefix(expr: Expr) -> Expr:
    match expr:
        case Comparison():
            return Comparison(Path(CUSTOM_FIELDS + expr.path.segments), expr.operator, expr.value, expr.span)
        case And():
            return And(tuple([_add_custom_prefix(item) for item in expr.items]))
        case Or():
            return Or(tuple([_add_custom_prefix(item) for item in expr.items]))
        case Constant():
            return expr
    raise ExpressionError(f"cannot evaluate {expr!r}: expected a condition")


class _Planner:
    """Make plans; `bound` contains the collections of which a child was chosen further up."""

    def __init__(self, is_collection: Callable[[Prefix], bool], custom: bool) -> None:
        self._is_collection = is_collection
        self._custom = custom

    def plan(self, expr: Expr, bound: frozenset[Prefix]) -> Plan:
        match expr:
            case Comparison():
                if self._names_caption(expr):
                    return self._plan_caption(expr)
                prefix = self._first_unbound(expr, bound)
                return expr if prefix is None else AnyChild(prefix, self.plan(expr, bound | {prefix}))
            case Or():
                return AnyOf(tuple([self.plan(item, bound) for item in expr.items]))
            case And():
                return AllOf(tuple(self._plan_conjunction(expr.items, bound)))
            case Constant():
                return expr
        raise ExpressionError(f"cannot evaluate {expr!r}: expected a condition")

    def _plan_conjunction(self, items: Sequence[Expr], bound: frozenset[Prefix]) -> list[Plan]:
        """Plan items together if they are about a common collection, otherwise separately."""
        plans: list[Plan] = []
        group_of: dict[Prefix, _Group] = {}
        groups: list[_Group] = []
        for item in items:
            prefixes = self._unbound_prefixes(item, bound)
            if not prefixes:
                plans.append(self.plan(item, bound))
                continue
            group = _Group([item], prefixes)
            for other in {id(group_of[prefix]): group_of[prefix] for prefix in prefixes if prefix in group_of}.values():
                group = _Group(other.items + group.items, other.prefixes | group.prefixes)
                groups.remove(other)
            groups.append(group)
            for prefix in group.prefixes:
                group_of[prefix] = group
        for group in groups:
            if len(group.items) == 1:
                plans.append(self.plan(group.items[0], bound))
            else:
                # Which collection comes first does not change the result.
                prefix = min(group.prefixes)
                body = self._plan_conjunction(group.items, bound | {prefix})
                plans.append(AnyChild(prefix, AllOf(tuple(body))))
        return plans

    def _unbound_prefixes(self, expr: Expr, bound: frozenset[Prefix]) -> set[Prefix]:
        found: set[Prefix] = set()
        stack: list[Expr] = [expr]
        while stack:
            node = stack.pop()
            if isinstance(node, Junction):
                stack.extend(node.items)
            elif isinstance(node, Comparison) and not self._names_caption(node):
                prefix = self._first_unbound(node, bound)
                if prefix is not None:
                    found.add(prefix)
        return found

    def _first_unbound(self, comparison: Comparison, bound: frozenset[Prefix]) -> Prefix | None:
        """Return the first collection on a path of which no child was chosen yet."""
        segments = fold_path(comparison.path.segments)
        for length in range(1, len(segments)):
            prefix = segments[:length]
            if prefix not in bound and self._is_collection(prefix):
                return prefix
        return None

    def _names_caption(self, comparison: Comparison) -> bool:
        return self._custom and comparison.path.segments[1].lower() not in CUSTOM_FIELD_MEMBERS

    def _plan_caption(self, comparison: Comparison) -> Plan:
        name = "/".join(comparison.path.segments[1:])
        caption = Comparison(Path((*CUSTOM_FIELDS, "caption")), EQ, name)
        value = Comparison(Path((*CUSTOM_FIELDS, "value")), comparison.operator, comparison.value)
        return AnyChild(fold_path(CUSTOM_FIELDS), AllOf((caption, value)))


class _Group:
    """Items of a conjunction, and the collections that they are about."""

    def __init__(self, items: list[Expr], prefixes: set[Prefix]) -> None:
        self.items = items
        self.prefixes = prefixes
