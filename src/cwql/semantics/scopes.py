"""Which clauses speak of the same child: `arrange` turns a condition into a plan that says so.

A path that leads through a collection of records asks for one of them. Everything that an ``and`` says of one collection is said of
one and the same child (``communicationItems/value like "a@b.c" and communicationItems/communicationType = "Email"``); the items of
an ``or`` each look for their own. In `childConditions` and `customFieldConditions` this is what servers are used for; in a plain
condition it is Automate's ``LoggedInUsers.LoggedInUserName``.

::

    Plan = Comparison | Constant | All | Some | One
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
"""Where records keep their custom fields, and what ``customFieldConditions`` speak of."""

CUSTOM_FIELD_MEMBERS = frozenset(
    ("id", "caption", "type", "entrymethod", "numberofdecimals", "value", "connectwiseid", "rownum", "userdefinedfieldrecid", "podid")
)  # fmt: skip
"""The members of a custom field, in small letters. Any other name in ``customFieldConditions`` is taken for a caption, as the
reference document writes it: ``customField1 contains "value"``."""


class All(Value):
    """Hold where every item holds."""

    items: tuple[Plan, ...]


class Some(Value):
    """Hold where at least one item holds."""

    items: tuple[Plan, ...]


class One(Value):
    """Hold where `body` holds for one child of the collection at `prefix` (folded), or for a child of nulls if it has none."""

    prefix: Prefix
    body: Plan


if TYPE_CHECKING:
    Plan: TypeAlias = Comparison | Constant | All | Some | One


def fold_path(segments: Iterable[str]) -> Prefix:
    """Return segments as they are compared: names do not differ by letter case."""
    return tuple([segment.lower() for segment in segments])


def arrange(expr: Expr, collection: Callable[[Prefix], bool], custom: bool = False) -> Plan:
    """Return the plan of a condition; `collection` tells whether a folded path leads to a collection of records.

    With `custom` the condition is one of ``customFieldConditions``: every path stands inside a custom field.
    """
    if custom:
        expr = _prefix(expr)
    return _Arranger(collection, custom).plan(expr, frozenset())


def _prefix(expr: Expr) -> Expr:
    match expr:
        case Comparison():
            return Comparison(Path(CUSTOM_FIELDS + expr.path.segments), expr.operator, expr.value, expr.span)
        case And():
            return And(tuple([_prefix(item) for item in expr.items]))
        case Or():
            return Or(tuple([_prefix(item) for item in expr.items]))
        case Constant():
            return expr
    raise ExpressionError(f"cannot evaluate {expr!r}: expected a condition")


class _Arranger:
    def __init__(self, collection: Callable[[Prefix], bool], custom: bool) -> None:
        self._collection = collection
        self._custom = custom

    def plan(self, expr: Expr, bound: frozenset[Prefix]) -> Plan:
        match expr:
            case Comparison():
                if self._names_caption(expr):
                    return self._captioned(expr)
                prefix = self._open(expr, bound)
                return expr if prefix is None else One(prefix, self.plan(expr, bound | {prefix}))
            case Or():
                return Some(tuple([self.plan(item, bound) for item in expr.items]))
            case And():
                return All(tuple(self._conjunction(expr.items, bound)))
            case Constant():
                return expr
        raise ExpressionError(f"cannot evaluate {expr!r}: expected a condition")

    def _conjunction(self, items: Sequence[Expr], bound: frozenset[Prefix]) -> list[Plan]:
        """Keep together what speaks of one collection, apart what does not: `joined` maps each collection to its group."""
        plans: list[Plan] = []
        joined: dict[Prefix, _Group] = {}
        groups: list[_Group] = []
        for item in items:
            prefixes = self._prefixes(item, bound)
            if not prefixes:
                plans.append(self.plan(item, bound))
                continue
            group = _Group([item], prefixes)
            for other in {id(joined[prefix]): joined[prefix] for prefix in prefixes if prefix in joined}.values():
                group = _Group(other.items + group.items, other.prefixes | group.prefixes)
                groups.remove(other)
            groups.append(group)
            for prefix in group.prefixes:
                joined[prefix] = group
        for group in groups:
            prefix = min(group.prefixes)
            if len(group.items) == 1:
                plans.append(self.plan(group.items[0], bound))
            else:
                plans.append(One(prefix, All(tuple(self._conjunction(group.items, bound | {prefix})))))
        return plans

    def _prefixes(self, expr: Expr, bound: frozenset[Prefix]) -> set[Prefix]:
        found: set[Prefix] = set()
        pending: list[Expr] = [expr]
        while pending:
            here = pending.pop()
            if isinstance(here, Junction):
                pending.extend(here.items)
            elif isinstance(here, Comparison) and not self._names_caption(here):
                prefix = self._open(here, bound)
                if prefix is not None:
                    found.add(prefix)
        return found

    def _open(self, comparison: Comparison, bound: frozenset[Prefix]) -> Prefix | None:
        """Return the first collection on the way of a path that no child was chosen of yet."""
        steps = fold_path(comparison.path.segments)
        for length in range(1, len(steps)):
            prefix = steps[:length]
            if prefix not in bound and self._collection(prefix):
                return prefix
        return None

    def _names_caption(self, comparison: Comparison) -> bool:
        return self._custom and comparison.path.segments[1].lower() not in CUSTOM_FIELD_MEMBERS

    def _captioned(self, comparison: Comparison) -> Plan:
        name = "/".join(comparison.path.segments[1:])
        caption = Comparison(Path((*CUSTOM_FIELDS, "caption")), EQ, name)
        value = Comparison(Path((*CUSTOM_FIELDS, "value")), comparison.operator, comparison.value)
        return One(fold_path(CUSTOM_FIELDS), All((caption, value)))


class _Group:
    """Hold the items of a conjunction that speak of some collections."""

    def __init__(self, items: list[Expr], prefixes: set[Prefix]) -> None:
        self.items = items
        self.prefixes = prefixes
