"""The registry of rules: every rule by code, name and category, from which `explain`, docs, SARIF and tests are derived.

A rule is declared once, as a `Rule` in a module of this package. `checks` connects it with the function that yields its
diagnostics; a rule without one is reported where a text is parsed, printed or routed, or a source file is read. The generated index
(``cwql_grammar.rule_index``) has the module of every rule, so that only the modules of the rules that run are imported.
"""

from __future__ import annotations

from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from cwql.diagnostics import Diagnostic, Rule
    from cwql.rules.context import Context

    Check: TypeAlias = Callable[[Context], Iterator[Diagnostic]]

__all__ = ["CHECKS", "RULES", "checks", "find_category", "find_check", "has_check", "rule"]

if TYPE_CHECKING:
    CHECKS: tuple[tuple[Rule, Check], ...]
    """Every rule with a function that checks it, ordered by code."""
    RULES: tuple[Rule, ...]
    """Every rule, ordered by code."""

_checks: dict[str, Check] = {}


def __getattr__(name: str) -> object:
    value: object
    if name == "CHECKS":
        value = tuple([(record, _checks[record.code]) for record in _load_all() if record.code in _checks])
    elif name == "RULES":
        value = _load_all()
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def checks(rule: Rule) -> Callable[[Check], Check]:
    """Register the function that yields the diagnostics of a rule."""

    def register(check: Check) -> Check:
        _checks[rule.code] = check
        return check

    return register


def has_check(rule: Rule) -> bool:
    """Return whether a function checks the rule."""
    return rule.code in _checks


def find_check(code: str, module: str) -> Check:
    """Return the function that checks a rule; its module is imported if it was not yet."""
    found = _checks.get(code)
    if found is None:
        __import__(f"cwql.rules.{module}")
        found = _checks[code]
    return found


def find_category(code: str) -> str:
    """Return the category of a rule, the first part of the name of its module: ``names``."""
    from cwql_grammar.rule_index import RULES

    return next(row[2] for row in RULES if row[0] == code).partition(".")[0]


def _load_all() -> tuple[Rule, ...]:
    from cwql_grammar.rule_index import RULES

    return tuple([_load(row) for row in RULES])


def _load(row: tuple[str, str, str, tuple[str, ...]]) -> Rule:
    _, name, module, _ = row
    declared: Rule = getattr(__import__(f"cwql.rules.{module}", fromlist=["checks"]), name.replace("-", "_").upper())
    return declared


def rule(code_or_name: str) -> Rule:
    """Return the rule of that code (``CW203``) or name (``unknown-field``), in any letter case.

    Raises `UnknownNameError`, with the nearest names, for any other.
    """
    from cwql_grammar.rule_index import RULES

    wanted = code_or_name.strip().lower()
    for row in RULES:
        if wanted in (row[0].lower(), row[1]):
            return _load(row)
    from cwql.schema.suggest import suggest

    # A mistyped code has hundreds of neighbours one digit away: only names are worth guessing.
    names = [] if wanted[2:].isdigit() else [row[1] for row in RULES]
    guesses = suggest(wanted, names) or [name for name in names if suggest(wanted, name.split("-"))]
    raise UnknownNameError(f"no rule has the code or name {code_or_name!r}", guesses[:3])
