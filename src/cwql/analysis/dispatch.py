"""Which rules can report on a comparison: a table by its field, operator and type of value, computed once for each.

The table is made from the declarations of the rules, by way of their index. It never decides that a rule reports, only that it cannot,
so that a mistaken condition costs a few rules instead of all of them (a property test compares both).
"""

from __future__ import annotations

from functools import lru_cache

from cwql.language.ranges import find_kind
from cwql.schema.record import Resolved
from cwql_grammar.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from cwql.analysis.rule_config import RuleConfig
    from cwql.analysis.screen import View
    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context

CACHE_LIMIT = 4096

NOTHING: frozenset[str] = frozenset()

FIRST_RELATION = "CW400"
"""The first code of the rules about the meaning of a whole condition; those before are about names and values."""


class Entry:
    """A rule in the index, as `cwql.diagnostics.Rule` declares it."""

    __slots__ = ("code", "families", "fields", "judges", "module", "needs", "scope", "screened", "strict", "values")

    def __init__(  # noqa: PLR0913  # a row of the index
        self,
        module: str,
        code: str,
        strict: bool,
        scope: str,
        fields: tuple[str, ...],
        families: tuple[str, ...],
        values: tuple[str, ...],
        needs: str | None,
        screened: bool,
        judges: str | None,
    ) -> None:
        self.module = module
        self.code = code
        self.strict = strict
        self.scope = scope
        self.fields = fields
        self.families = families
        self.values = values
        self.needs = needs
        self.screened = screened
        self.judges = judges

    def applies(self, facets: AbstractSet[str], family: str, values: AbstractSet[str | None]) -> bool:
        """Return whether the rule can report on a comparison with these facets of its field, operator and kinds of values."""
        return (
            (not self.fields or not facets.isdisjoint(self.fields))
            and (not self.families or family in self.families)
            and (not self.values or not values.isdisjoint(self.values))
        )


ENTRIES: tuple[Entry, ...] = tuple([Entry(*row) for row in RULES])
"""Every rule that is checked, in the order of the codes."""

_KINDS = {"local time": "time", "date": "time", None: "null"}

_cache: dict[tuple[object, ...], frozenset[str]] = {}


def find_excluded(context: Context, comparisons: Iterable[Comparison]) -> frozenset[str]:
    """Return the rules that can report on none of the comparisons."""
    later = (
        context.catalog is not None
        and context.endpoint is not None
        and context.endpoint.key in context.catalog.later_endpoints
    )
    if later or context.release is not None:
        return frozenset()
    excluded: frozenset[str] | None = None
    place = (context.catalog, None if context.record is None else context.record.name)
    for comparison in comparisons:
        kinds = {find_kind(value) for value in comparison.values}
        values = frozenset([_KINDS.get(kind, kind) for kind in kinds])
        key = (*place, comparison.path.segments, comparison.operator.family, values)
        found = _cache.get(key)
        if found is None:
            if len(_cache) >= CACHE_LIMIT:
                _cache.clear()
            found = _cache[key] = _exclude(_find_facets(context, comparison), comparison.operator.family, values)
        excluded = found if excluded is None else excluded & found
    return frozenset() if excluded is None else excluded


def _exclude(facets: set[str], family: str, values: frozenset[str | None]) -> frozenset[str]:
    return frozenset([entry.code for entry in ENTRIES if not entry.applies(facets, family, values)])


def _find_facets(context: Context, comparison: Comparison) -> set[str]:
    found = context.resolve(comparison.path)
    if found is None or context.catalog is None:
        return set()
    facets = {"child"} if any(field.child for field in found.fields) else set[str]()
    if found.note is not None or any(field.note is not None for field in found.fields):
        facets.add("note")
    if any(field.kind == "map" for field in found.fields):
        facets.add("map")
    if any(context.catalog.is_later(field) for field in found.fields):
        facets.add("later")
    if not isinstance(found, Resolved):
        return facets | {"unresolved"}
    field = found.field
    if field.origin == "reported":
        facets.add("reported")
    return facets | {"resolved", field.kind, field.items or field.kind}


def consult(context: Context, rules: RuleConfig | None = None, view: View | None = None) -> Iterator[Diagnostic]:
    """Yield the diagnostics of the rules that `rules` enables.

    `view` is the result of the screen: most rules then inspect the doubtful comparisons only. In a text with errors
    only names and values are checked, because the connection of its comparisons is unknown.
    """
    from cwql.analysis.rule_config import is_enabled
    from cwql.rules.registry import find_check

    doubtful = view is not None and bool(view.doubtful)
    limited = context.limit(view.doubtful) if view is not None and (doubtful or context.partial) else context
    excluded = find_excluded(context, limited.written) if context.parameter.shape == "condition" else NOTHING
    for entry in _select(
        context.partial,
        context.parameter.record is not None,
        context.parameter.shape == "order_by",
        rules is not None,
        None if view is None else (bool(limited.written) if context.partial else doubtful, view.reasons),
    ):
        if entry.code not in excluded and (rules is None or is_enabled(entry.code, entry.strict, rules)):
            check = find_check(entry.code, entry.module)
            yield from check(limited if entry.scope != "condition" else context)


@lru_cache(256)
def _select(
    partial: bool, custom: bool, ordered: bool, optional: bool, seen: tuple[bool, frozenset[str]] | None
) -> tuple[Entry, ...]:
    """Return the rules to ask: `seen` has whether the screen doubts a comparison, and its reasons to inspect the whole text."""

    def is_asked(entry: Entry) -> bool:
        if entry.strict and not optional:
            return False
        if (entry.scope == "custom_field" and not custom) or (entry.scope == "order" and not ordered):
            return False
        if partial:
            return entry.code < FIRST_RELATION and (seen is None or seen[0] or entry.scope == "endpoint")
        if seen is None:
            return True
        doubtful, reasons = seen
        if entry.scope == "condition":
            needs = entry.needs
            return needs is None or needs in reasons or (needs == "chain" and "shared" in reasons)
        return doubtful and entry.scope != "endpoint"

    return tuple([entry for entry in ENTRIES if is_asked(entry)])
