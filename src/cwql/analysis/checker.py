"""Check a condition and return all diagnostics. Never raises for any input text.

A clean text costs one fast parse and one table lookup per comparison (`cwql.analysis.dispatch`). Recovery, rules and
messages are imported only if there may be something to report.
"""

from __future__ import annotations

from cwql.errors import ConditionError, UnknownNameError
from cwql.language.dialects import DIALECTS, find_dialect, find_parameter
from cwql.language.parsing import FastPathMiss, fast_parser, parse_with_recovery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from typing import Literal, Never, TypeAlias

    from cwql.analysis.dispatch import RuleTable
    from cwql.analysis.rule_config import RuleConfig, Rules
    from cwql.diagnostics import Diagnostic, Fix
    from cwql.language.dialects import AnyDialect, Dialect, Parameter
    from cwql.language.dialects.base import Shape
    from cwql.language.nodes import Tree
    from cwql.rules.context import Context

    Test: TypeAlias = Callable[[str], bool]
    Pagination: TypeAlias = Literal["auto", "keyset", "forward-only", "page-number"]


VERIFIED_LENGTH = 4_000
"""Fixes of longer texts that were pasted from a URL are not tried out, because that takes several checks."""

VERIFIED_FIXES = 3
"""How many safe fixes of a text that cannot be parsed are tried, so that checking stays linear."""

VERIFIED_ROUNDS = 4
"""How often the text is fixed and checked again to try one of them."""


PAGINATION: tuple[Pagination, ...] = ("auto", "keyset", "forward-only", "page-number")
"""How the pages of a list can be requested; ``auto`` is the best way that the request allows."""


def check(  # noqa: PLR0913  # public, by name only
    condition: str | Tree,
    *,
    dialect: AnyDialect | None = None,
    endpoint: str | None = None,
    parameter: str | None = None,
    rules: Rules | None = None,
    pagination: Pagination = "auto",
    release: str | None = None,
    **unknown: Never,
) -> list[Diagnostic]:
    """Return all diagnostics of a text or a tree, in the order of the text; an empty list for a clean one.

    `endpoint` is the list that the condition filters (``/service/tickets``); without one, names and types are not checked.
    `dialect` is ``manage`` or ``automate``, by default that of the endpoint, or else Manage. `parameter` is the query
    parameter, by default the dialect's condition parameter. `release` is that of the server (``2025.1``): names that are
    newer are warnings. `rules` sets the severity of rules, as a dict (``{"CW112": "off"}``) or a `RuleConfig`.
    `pagination` is that of the request: ``forward-only`` allows no sort order. A tree is checked by its printed text, and
    spans refer to that text. Raises `UnknownNameError` for an unknown dialect, parameter or rule, and `ExpressionError` for
    a value that is neither text nor tree.
    """
    if unknown:
        raise unknown_keyword("check", next(iter(unknown)))
    record = resolve_dialect(dialect, endpoint)
    place = find_parameter(record, parameter)
    config = None
    if rules is not None:
        from cwql.analysis.rule_config import read_rules

        config = read_rules(rules)
    if pagination not in PAGINATION:
        raise UnknownNameError(f"unknown pagination {pagination!r}: expected one of {', '.join(PAGINATION)}")
    if release is not None:
        from cwql.schema.releases import read_release

        release = read_release(release)
    if not isinstance(condition, str):
        from cwql.language.printer import emit

        try:
            condition = emit(condition, dialect=record)
        except ConditionError as refusal:
            found = refusal.diagnostics
        else:
            found = _check_text(condition, record, endpoint, place, config, pagination == "forward-only", release)
    else:
        found = _check_text(condition, record, endpoint, place, config, pagination == "forward-only", release)
    if not found:
        return found
    from cwql.diagnostics import with_target

    return with_target(found, record.name, endpoint, place.name)


_FORMS = {
    "ignore": 'rules={"CW203": "off"}',
    "level": "rules=",
    "levels": "rules=",
    "path": "endpoint=",
    "product": "dialect=",
    "select": 'rules=cwql.RuleConfig(max_severity="off", severity={"CW203": "error"})',
    "severity": "rules=",
    "strict": "rules=cwql.RuleConfig(strict=True)",
    "unsafe": "unsafe_fixes= of cwql.fix",
    "url": "endpoint=",
}
"""The form of cwql for arguments of other linters."""


def unknown_keyword(function: str, name: str) -> TypeError:
    """Return the error for an argument that `check` and `fix` do not have."""
    advice = f"; write {_FORMS[name]}" if name in _FORMS else ""
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{advice}")


def resolve_dialect(dialect: AnyDialect | None, endpoint: str | None) -> Dialect:
    """Return the dialect that is given, or that of the endpoint, or that of Manage."""
    if dialect is not None:
        return find_dialect(dialect)
    if endpoint is None:
        return DIALECTS[0]
    from cwql.schema.catalog import product_of

    return find_dialect(product_of(endpoint))


def _check_text(  # noqa: PLR0913  # the arguments of `check`, resolved
    text: str,
    record: Dialect,
    asked: str | None,
    parameter: Parameter,
    rules: RuleConfig | None,
    forward_only: bool,
    release: str | None = None,
    *,
    verify: bool = True,
) -> list[Diagnostic]:
    result = parse_with_recovery(text, record, parameter.shape)
    findings = result.diagnostics
    if result.tree is None:
        if verify:
            findings = tuple(
                _verify_fixes(
                    text,
                    findings,
                    lambda other: _check_text(
                        other, record, asked, parameter, None, forward_only, release, verify=False
                    ),
                )
            )
    else:
        from cwql.analysis.dispatch import find_table, run_rules

        clean = result.well_formed and not findings
        optional = _is_optional(rules)
        table = find_table(record, asked, parameter, release, optional=optional, forward_only=forward_only)
        work = table.find_work(text, result.tree) if clean else None
        if clean and not work:
            return []
        context = build_context(
            text,
            result.tree,
            record,
            asked,
            parameter,
            forward_only=forward_only,
            partial=result.has_errors and not result.well_formed,
            repaired=not clean,
            sound=result.sound,
            release=release,
        )
        if context.partial and context.record is not None:
            from cwql.analysis.bare_words import advise

            findings = tuple(advise(context, findings))
        findings = (*findings, *run_rules(context, table.find_work_in(context) if work is None else work, rules))
    from cwql.diagnostics import in_order

    return in_order(_apply_severities(findings, rules))


def _is_optional(rules: RuleConfig | None) -> bool:
    """Return whether opt-in rules may run."""
    if rules is None:
        return False
    from cwql.analysis.rule_config import enables_more

    return enables_more(rules)


def _apply_severities(findings: Iterable[Diagnostic], rules: RuleConfig | None) -> Iterable[Diagnostic]:
    if rules is None:
        return findings
    from cwql.analysis.rule_config import apply_severities

    return apply_severities(findings, rules)


def _verify_fixes(
    text: str, findings: Iterable[Diagnostic], judge: Callable[[str], list[Diagnostic]]
) -> Iterator[Diagnostic]:
    """Yield the diagnostics of a text that could not be parsed; a fix is not safe if it leads to errors that are not fixed.

    Such a fix replaces the whole text (decodes it, removes the rest of a URL), and nothing was known of the result.
    """
    from cwql.diagnostics import Fix
    from cwql.value import replace

    left = VERIFIED_FIXES if len(text) <= VERIFIED_LENGTH else 0
    for finding in findings:
        fixes = finding.fixes
        if left > 0 and any(fix.is_safe for fix in fixes):
            left -= 1
            if any(fix.is_safe and _leaves_errors(text, fix, judge) for fix in fixes):
                fixes = tuple([Fix(fix.title, fix.edits, applicability="unsafe") for fix in fixes])
        yield finding if fixes is finding.fixes else replace(finding, fixes=fixes)


def _leaves_errors(text: str, fix: Fix, judge: Callable[[str], list[Diagnostic]]) -> bool:
    """Return whether errors remain after a fix and the safe fixes that it leads to."""
    from cwql.analysis.fix_loop import choose
    from cwql.diagnostics import apply_edits

    text = apply_edits(text, fix.edits)
    for _ in range(VERIFIED_ROUNDS):
        diagnostics = judge(text)
        if not any(diagnostic.severity == "error" for diagnostic in diagnostics):
            return False
        fixes = choose(diagnostics)
        if not fixes:
            return True
        text = apply_edits(text, [edit for fix in fixes for edit in fix.edits])
    return True


def find_test(
    dialect: str | Dialect,
    endpoint: str | None = None,
    parameter: str | None = None,
    *,
    rules: RuleConfig | None = None,
    release: str | None = None,
) -> Test:
    """Return a predicate that is True only if `check()` would return no diagnostics, for many texts of one target.

    The arguments are those of `check`. The endpoint is resolved once, so the predicate belongs to the API that the
    loader uses when it is created.
    """
    from cwql.analysis.dispatch import find_table

    record = find_dialect(dialect)
    place = find_parameter(record, parameter)
    table = find_table(record, endpoint, place, release, optional=_is_optional(rules))
    if place.shape != "condition":
        return _find_list_test(record, place.shape, table)
    parse, passes = fast_parser(record).parse, table.passes

    def test(text: str) -> bool:
        try:
            tree, has_warnings = parse(text)
        except FastPathMiss:
            return False
        return not has_warnings and passes(text, tree)

    return test


def _find_list_test(record: Dialect, shape: Shape, table: RuleTable) -> Test:
    from cwql.language.parsing.lists import parse_list_fast

    def test(text: str) -> bool:
        tree = parse_list_fast(text, record, shape)
        return tree is not None and table.passes(text, tree)

    return test


def build_context(  # noqa: PLR0913  # those of `Context`, before its names are resolved
    text: str,
    tree: Tree,
    record: Dialect,
    asked: str | None,
    parameter: Parameter,
    *,
    forward_only: bool = False,
    partial: bool = False,
    repaired: bool = True,
    sound: Container[int] = (),
    release: str | None = None,
) -> Context:
    """Return the context of the rules; the catalog is loaded only if a record must be looked up."""
    from cwql.rules.context import Context

    names = endpoint = None
    if asked is not None or parameter.record is not None:
        from cwql.schema.catalog import catalog

        names = catalog(record.name)
        endpoint = None if asked is None else names.find_endpoint(asked)
    return Context(
        text,
        tree,
        record,
        parameter,
        names,
        endpoint,
        asked=asked,
        forward_only=forward_only,
        partial=partial,
        repaired=repaired,
        sound=sound,
        release=release,
    )


# Users know it as a name of `cwql`.
check.__module__ = "cwql"
