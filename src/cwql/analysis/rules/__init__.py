"""The registry of rules: every kind of finding there is, in one tuple that `explain`, docs, SARIF and tests are fed from.

A rule that belongs to reading or printing is described beside its code in `cwql.language`.
"""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.language.carrier_rules import CARRIER_RULES
from cwql.language.syntax_rules import SYNTAX_RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Rule

__all__ = ["RULES", "rule"]

RULES: tuple[Rule, ...] = (
    *SYNTAX_RULES,
    *CARRIER_RULES,
)
"""Every rule, ordered by code."""


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
