"""The registry of rules: one tuple, from which `explain`, docs, SARIF and tests are derived.

A rule about parsing or printing is declared next to its code in `cwql.language`; every other one is a module of this
package: ``RULE``, its declaration, and ``check(context)``, which yields its diagnostics. ``python -m cwql_codegen`` finds new modules.
"""

from __future__ import annotations

from functools import lru_cache

from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from cwql.analysis.context import Context
    from cwql.analysis.dispatch import Entry
    from cwql.analysis.rule_config import RuleConfig
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

NOTHING: frozenset[str] = frozenset()

FIRST_RELATION = "CW400"
"""The first code of the rules about the meaning of a whole condition; those before are about names and values."""

if TYPE_CHECKING:
    CHECKS: tuple[Check, ...]
    """Every module that checks."""
    RULES: tuple[Rule, ...]
    """Every rule, ordered by code."""


def __getattr__(name: str) -> object:
    value: object
    if name == "CHECKS":
        value = tuple(_load_all())
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


def _load_all() -> list[Check]:
    from cwql.analysis.dispatch import ENTRIES

    return [_load(entry.module) for entry in ENTRIES]


def _gather() -> tuple[Rule, ...]:
    from cwql.analysis.rules.source import SOURCE_RULES
    from cwql.rules.routing import ROUTING_RULES
    from cwql.rules.syntax import SYNTAX_RULES
    from cwql.rules.unsupported import UNSUPPORTED_RULES

    checking = [module.RULE for module in _load_all()]
    return (*SYNTAX_RULES, *UNSUPPORTED_RULES, *checking, *ROUTING_RULES, *SOURCE_RULES)


def consult(context: Context, rules: RuleConfig | None = None, view: View | None = None) -> Iterator[Diagnostic]:
    """Yield the diagnostics of the rules that `rules` enables.

    `view` is the result of the screen: most rules then inspect the doubtful comparisons only. In a text with errors
    only names and values are checked, because the connection of its comparisons is unknown.
    """
    from cwql.analysis.dispatch import find_excluded

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
        if entry.module in excluded:
            continue
        module = _load(entry.module)
        if rules is None or is_enabled(module.RULE, rules):
            yield from module.check(limited if entry.scope != "condition" else context)


def is_enabled(rule: Rule, config: RuleConfig) -> bool:
    """Return whether the rule runs at all."""
    own = config.severity.get(rule.code)
    if own is not None:
        return own != "off"
    return config.max_severity != "off" and (config.strict or not rule.strict)


@lru_cache(256)
def _select(
    partial: bool, custom: bool, ordered: bool, optional: bool, seen: tuple[bool, frozenset[str]] | None
) -> tuple[Entry, ...]:
    """Return the rules to ask: `seen` has whether the screen doubts a comparison, and its reasons to inspect the whole text."""
    from cwql.analysis.dispatch import ENTRIES

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
