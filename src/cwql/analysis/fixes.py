"""`fix`: apply the fixes of diagnostics without ever making a text worse."""

from __future__ import annotations

from cwql.analysis.checker import check, resolve_dialect, unknown_keyword
from cwql.analysis.fix_loop import FixResult, fix_with
from cwql.analysis.rule_config import read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Never

    from cwql.analysis.checker import Pagination
    from cwql.analysis.rule_config import Rules
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import AnyDialect

__all__ = ["FixResult", "fix"]


def fix(  # noqa: PLR0913  # public, by name only
    text: str,
    *,
    dialect: AnyDialect | None = None,
    endpoint: str | None = None,
    parameter: str | None = None,
    unsafe_fixes: bool = False,
    rules: Rules | None = None,
    pagination: Pagination = "auto",
    release: str | None = None,
    **unknown: Never,
) -> FixResult:
    """Apply every safe fix, and with `unsafe_fixes` every other fix too; return the text and the remaining diagnostics.

    The other arguments are those of `cwql.check`. Diagnostics of rules that are turned off are not fixed. Fixes are applied
    until none is left, at most 20 times, except those that lead to more errors than the text had. Safe fixes never leave an
    error of a rule that did not report the text before. Raises `UnknownNameError` for an unknown dialect or parameter, and
    no exception because of a text.

        >>> cwql.fix("closedFlag == false").text
        'closedFlag = false'
    """
    if unknown:
        raise unknown_keyword("fix", next(iter(unknown)))
    language = resolve_dialect(dialect, endpoint)
    config = read_rules(rules)

    def judge(candidate: str) -> list[Diagnostic]:
        return check(
            candidate,
            dialect=language,
            endpoint=endpoint,
            parameter=parameter,
            rules=config,
            pagination=pagination,
            release=release,
        )

    return fix_with(judge, text, unsafe_fixes)


# Users know it as a name of `cwql`.
fix.__module__ = "cwql"
