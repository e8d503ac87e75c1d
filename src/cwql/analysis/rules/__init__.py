"""The registry of rules: one tuple, from which `explain`, docs, SARIF and tests are derived.

A rule about parsing or printing is declared next to its code in `cwql.language`; every other one is a module of this
package: ``RULE``, its declaration, and ``check(context)``, which yields its diagnostics.
"""

from __future__ import annotations

from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from cwql.analysis.context import Context
    from cwql.analysis.levels import Levels
    from cwql.analysis.screen import View
    from cwql.diagnostics import Diagnostic, Rule

    class Check(Protocol):
        """Look like a module of this package."""

        @property
        def RULE(self) -> Rule:  # noqa: N802 - a constant of the module
            """Describe the rule."""
            ...

        def check(self, context: Context, /) -> Iterator[Diagnostic]:
            """Yield the diagnostics of the rule for a text."""
            ...


__all__ = ["CHECKS", "RULES", "consult", "rule"]

NAMES = (
    "unknown_endpoint",
    "single_record_endpoint",
    "unknown_field",
    "path_through_scalar",
    "bare_reference",
    "misplaced_collection",
    "misplaced_custom_field",
    "not_a_collection",
    "custom_field_term",
    "missing_caption",
    "unfilterable_name",
    "nonstandard_field_name",
    "unknown_member",
    "unsortable_field",
    "forward_only_order",
    "field_case",
    "documented_only",
    "observed_only",
    "no_evidence",
    "filter_only_name",
    "single_report",
    "newer_name",
    "missing_query_parameter",
    "ignored_condition",
)
VALUES = (
    "type_mismatch_operator",
    "type_mismatch_literal",
    "quoted_number",
    "quoted_boolean",
    "quoted_date",
    "number_as_boolean",
    "number_for_text",
    "unknown_enum_member",
    "member_case",
    "long_value",
    "integer_range",
    "fractional_integer",
    "unorderable_value",
    "mixed_list",
    "repeated_value",
    "null_in_list",
    "pattern_value",
    "fractional_seconds",
)
PITFALLS = (
    "contradiction",
    "tautology",
    "negated_alternatives",
    "repeated_term",
    "subsumed_term",
    "or_chain",
    "missing_wildcard",
    "stray_wildcard",
    "pattern_syntax",
    "enum_pattern",
    "leading_wildcard",
    "unbounded_open_filter",
    "wrong_list_filter",
    "long_url",
    "encoded_value",
    "surrounding_whitespace",
    "text_list_comparison",
)
CUSTOM_FIELDS = (
    "two_custom_fields",
    "negated_custom_field",
)
MODULES = NAMES + VALUES + PITFALLS + CUSTOM_FIELDS
"""Every module with a rule, ordered by code: names CW2…, values CW3…, pitfalls CW4…, custom fields CW5…

They are imported on demand: most texts need none, and a mistaken one needs at most half of them.
"""

STRICT = frozenset(
    (
        "field_case",
        "documented_only",
        "observed_only",
        "no_evidence",
        "leading_wildcard",
        "fractional_seconds",
    )
)
"""Modules whose rule is opt-in."""

REASONS = {
    "contradiction": "shared",
    "tautology": "shared",
    "negated_alternatives": "shared",
    "repeated_term": "shared",
    "subsumed_term": "shared",
    "or_chain": "chain",
    "unbounded_open_filter": "wide",
    "long_url": "long",
}
"""Modules that look at the text as a whole, with the reason of `cwql.analysis.screen.View` to ask them."""

OWN_RECORD = frozenset(("custom_field_term", "missing_caption", "two_custom_fields", "negated_custom_field"))
"""Modules about parameters that filter a record of their own."""

ORDERS = frozenset(("unsortable_field", "forward_only_order"))
"""Modules about sort orders."""

if TYPE_CHECKING:
    CHECKS: tuple[Check, ...]
    """Every module that checks."""
    RULES: tuple[Rule, ...]
    """Every rule, ordered by code."""


def __getattr__(name: str) -> object:
    value: object
    if name == "CHECKS":
        value = tuple([_load(module) for module in MODULES])
    elif name == "RULES":
        value = _gather()
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


_loaded: dict[str, Check] = {}


def _load(name: str) -> Check:
    module = _loaded.get(name)
    if module is None:
        module = _loaded[name] = __import__(f"{__name__}.{name}", fromlist=["RULE"])
    return module


def _gather() -> tuple[Rule, ...]:
    from cwql.analysis.rules.source import SOURCE_RULES
    from cwql.rules.routing import ROUTING_RULES
    from cwql.rules.syntax import SYNTAX_RULES
    from cwql.rules.unsupported import UNSUPPORTED_RULES

    checking = [_load(module).RULE for module in MODULES]
    return (*SYNTAX_RULES, *UNSUPPORTED_RULES, *checking, *ROUTING_RULES, *SOURCE_RULES)


def consult(context: Context, levels: Levels | None = None, view: View | None = None) -> Iterator[Diagnostic]:
    """Yield the diagnostics of the rules that `levels` includes.

    `view` is the result of the screen: most rules then inspect the doubtful comparisons only. In a text with errors
    only names and values are checked, because the connection of its comparisons is unknown.
    """
    names: Iterable[str] = MODULES
    limited = context
    if context.partial:
        names = NAMES + VALUES
    elif view is not None and view.doubtful:
        limited = context.limit(view.doubtful)
    elif view is not None:
        names = REASONS
    excluded: frozenset[str] = frozenset()
    if context.parameter.shape == "condition":
        from cwql.analysis.dispatch import ENDPOINTS, find_excluded

        excluded = find_excluded(context, limited.written)
        if view is not None:
            excluded |= ENDPOINTS
    for name in names:
        if name in excluded or (levels is None and name in STRICT):
            continue
        if name in OWN_RECORD and context.parameter.record is None:
            continue
        if name in ORDERS and context.parameter.shape != "order_by":
            continue
        reason = REASONS.get(name)
        if view is not None and not _is_asked(view, reason):
            continue
        module = _load(name)
        if levels is None or levels.includes(module.RULE):
            yield from module.check(limited if reason is None else context)


def _is_asked(view: View, reason: str | None) -> bool:
    if reason is None:
        return bool(view.doubtful)
    return reason in view.reasons or (reason == "chain" and "shared" in view.reasons)


def rule(code_or_name: str) -> Rule:
    """Return the rule of that code (``CW203``) or name (``unknown-field``), in any letter case.

    Raises `UnknownNameError`, with the nearest names, for any other.
    """
    wanted = code_or_name.strip().lower()
    rules = _gather()
    for record in rules:
        if wanted in (record.code.lower(), record.name):
            return record
    from cwql.schema.suggest import suggest

    # A mistyped code has hundreds of neighbours one digit away: only names are worth guessing.
    names = [] if wanted[2:].isdigit() else [record.name for record in rules]
    guesses = suggest(wanted, names) or [name for name in names if suggest(wanted, name.split("-"))]
    raise UnknownNameError(f"no rule has the code or name {code_or_name!r}", guesses[:3])
