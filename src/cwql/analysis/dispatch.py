"""Which rules can report on a comparison: a table by its field, operator and type of value, computed once for each.

A rule that is not in the table looks at every comparison. The table never decides that a rule reports, only that it cannot, so that a
mistaken condition costs a few rules instead of all of them (a property test compares both).
"""

from __future__ import annotations

from cwql.language.ranges import find_kind
from cwql.schema.record import Resolved
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.analysis.context import Context
    from cwql.language.nodes import Comparison

CACHE_LIMIT = 4096


class Applies(Value):
    """What a rule can report on: any of the `facets` of a field, operators of the `families`, values of the kinds.

    An empty tuple means all. Facets are ``unresolved``, ``resolved``, the kinds of the field and of its items, and ``child``, ``map``,
    ``note``, ``reported`` and ``later`` for what the path leads through.
    """

    facets: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


ENDPOINTS = frozenset(("unknown_endpoint", "single_record_endpoint", "missing_query_parameter", "ignored_condition"))
"""Rules about the endpoint alone; there is nothing to report if its conditions are screened."""

TABLE: dict[str, Applies] = {
    "unknown_field": Applies(("unresolved",)),
    "path_through_scalar": Applies(("unresolved",)),
    "bare_reference": Applies(("reference", "collection")),
    "misplaced_collection": Applies(("child",)),
    "misplaced_custom_field": Applies(("child",)),
    "not_a_collection": Applies(("resolved",)),
    "unfilterable_name": Applies(("note",)),
    "nonstandard_field_name": Applies(("note",)),
    "unknown_member": Applies(("map",)),
    "filter_only_name": Applies(("list",)),
    "single_report": Applies(("reported",)),
    "newer_name": Applies(("later",)),
    "type_mismatch_operator": Applies(("resolved",)),
    "type_mismatch_literal": Applies(("resolved",)),
    "quoted_number": Applies(("integer", "number"), (), ("text",)),
    "quoted_boolean": Applies(("boolean",), (), ("text",)),
    "quoted_date": Applies(("datetime", "date", "text"), (), ("text",)),
    "number_as_boolean": Applies(("boolean",), (), ("number",)),
    "number_for_text": Applies(("text",), (), ("number",)),
    "unknown_enum_member": Applies(("enum",), (), ("text",)),
    "member_case": Applies(("enum",), (), ("text",)),
    "long_value": Applies(("text",), (), ("text",)),
    "integer_range": Applies(("integer",), (), ("number",)),
    "fractional_integer": Applies(("integer",), (), ("number",)),
    "unorderable_value": Applies((), ("order",), ("null", "boolean")),
    "mixed_list": Applies((), ("membership",)),
    "repeated_value": Applies((), ("membership",)),
    "null_in_list": Applies((), ("membership",), ("null",)),
    "pattern_value": Applies((), ("text",), ("number", "boolean", "null", "time")),
    "missing_wildcard": Applies((), ("text",), ("text",)),
    "stray_wildcard": Applies((), ("equality", "text"), ("text",)),
    "pattern_syntax": Applies((), ("text",), ("text",)),
    "enum_pattern": Applies(("enum",), ("text",)),
    "encoded_value": Applies((), (), ("text",)),
    "surrounding_whitespace": Applies((), ("equality", "membership"), ("text",)),
    "text_list_comparison": Applies(("text",), ("equality", "membership"), ("text",)),
}

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
    return frozenset(
        [
            name
            for name, rule in TABLE.items()
            if (rule.facets and facets.isdisjoint(rule.facets))
            or (rule.families and family not in rule.families)
            or (rule.values and values.isdisjoint(rule.values))
        ]
    )


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
