"""The registry of rules: every kind of finding there is, in one tuple that `explain`, docs, SARIF and tests are fed from.

A rule that belongs to reading or printing is described beside its code in `cwql.language`; every other one is a module of
this package: ``RULE``, its record, and ``check(context)``, which yields its findings.
"""

from __future__ import annotations

from cwql.analysis.rules import (
    bare_reference,
    caption_missing,
    contradiction,
    custom_field_term,
    documented_only,
    encoded_value,
    enum_pattern,
    field_case,
    forward_only_order,
    fractional_integer,
    integer_range,
    leading_wildcard,
    long_url,
    long_value,
    member_case,
    misfit_literal,
    misfit_operator,
    misplaced_collection,
    misplaced_custom_field,
    missing_wildcard,
    mixed_list,
    negated_alternatives,
    negated_custom_field,
    no_collection,
    no_evidence,
    null_in_list,
    number_as_boolean,
    number_for_text,
    observed_only,
    open_records_alone,
    or_chain,
    other_list,
    other_vocabulary,
    outer_blanks,
    path_through_scalar,
    pattern_syntax,
    pattern_value,
    quoted_boolean,
    quoted_date,
    quoted_number,
    repeated_term,
    repeated_value,
    single_record_endpoint,
    stray_wildcard,
    subsumed_term,
    tautology,
    two_custom_fields,
    unfilterable_name,
    unknown_endpoint,
    unknown_enum_member,
    unknown_field,
    unknown_member,
    unordered_value,
    unsortable_field,
)
from cwql.analysis.rules.routing import ROUTING_RULES
from cwql.errors import UnknownNameError
from cwql.language.carrier_rules import CARRIER_RULES
from cwql.language.syntax_rules import SYNTAX_RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
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

        def check(self, context: Context, /) -> Iterator[Diagnostic]:
            """Yield what the rule has to say about a text."""


__all__ = ["CHECKS", "RULES", "consult", "rule"]

CHECKS: tuple[Check, ...] = (
    unknown_endpoint,
    single_record_endpoint,
    unknown_field,
    path_through_scalar,
    bare_reference,
    misplaced_collection,
    misplaced_custom_field,
    no_collection,
    custom_field_term,
    caption_missing,
    unfilterable_name,
    other_vocabulary,
    unknown_member,
    unsortable_field,
    forward_only_order,
    field_case,
    documented_only,
    observed_only,
    no_evidence,
    misfit_operator,
    misfit_literal,
    quoted_number,
    quoted_boolean,
    quoted_date,
    number_as_boolean,
    number_for_text,
    unknown_enum_member,
    member_case,
    long_value,
    integer_range,
    fractional_integer,
    unordered_value,
    mixed_list,
    repeated_value,
    null_in_list,
    pattern_value,
    contradiction,
    tautology,
    negated_alternatives,
    repeated_term,
    subsumed_term,
    or_chain,
    missing_wildcard,
    stray_wildcard,
    pattern_syntax,
    enum_pattern,
    leading_wildcard,
    open_records_alone,
    other_list,
    long_url,
    encoded_value,
    outer_blanks,
    two_custom_fields,
    negated_custom_field,
)
"""Every module that checks, ordered by code: names CW2…, values CW3…, pitfalls CW4…, custom fields CW5…"""

RULES: tuple[Rule, ...] = (
    *SYNTAX_RULES,
    *CARRIER_RULES,
    *[module.RULE for module in CHECKS],
    *ROUTING_RULES,
)
"""Every rule, ordered by code."""

WHOLE = "CW400"
"""Rules from this code on look at how the comparisons of a text go together: they wait until the text has no errors."""


REASONS: dict[str, str] = {
    contradiction.RULE.code: "shared",
    tautology.RULE.code: "shared",
    negated_alternatives.RULE.code: "shared",
    repeated_term.RULE.code: "shared",
    subsumed_term.RULE.code: "shared",
    or_chain.RULE.code: "chain",
    open_records_alone.RULE.code: "wide",
    long_url.RULE.code: "long",
}
"""Rules that look at the text as a whole, with the reason of `cwql.analysis.screen.View` to ask them."""


def consult(context: Context, levels: Levels | None = None, view: View | None = None) -> Iterator[Diagnostic]:
    """Yield what the rules say about a text, those that `levels` includes.

    `view` tells what the screen leaves to be looked at: most rules see the doubtful comparisons only.
    """
    limited = context if view is None else context.limit(view.doubtful)
    for module in CHECKS:
        record = module.RULE
        if record.strict if levels is None else not levels.includes(record):
            continue
        if context.partial and record.code >= WHOLE:
            continue
        reason = REASONS.get(record.code)
        if view is None:
            yield from module.check(context)
        elif reason is None:
            if view.doubtful:
                yield from module.check(limited)
        elif reason in view.reasons or (reason == "chain" and "shared" in view.reasons):
            yield from module.check(context)


def rule(code_or_name: str) -> Rule:
    """Return the rule of that code (``CW203``) or name (``unknown-field``), in any letter case.

    Raises `UnknownNameError`, with the nearest names, for any other.
    """
    wanted = code_or_name.strip().lower()
    for record in RULES:
        if wanted in (record.code.lower(), record.name):
            return record
    from cwql.schema.near import near

    # A mistyped code has hundreds of neighbours one digit away: only names are worth guessing.
    names = [] if wanted[2:].isdigit() else [record.name for record in RULES]
    guesses = near(wanted, names) or [name for name in names if near(wanted, name.split("-"))]
    raise UnknownNameError(f"no rule has the code or name {code_or_name!r}", guesses[:3])
