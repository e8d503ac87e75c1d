"""`fix`: apply the fixes of diagnostics without ever making a text worse."""

from __future__ import annotations

from cwql.analysis.checker import check
from cwql.analysis.fix_loop import fix_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.analysis.levels import Levels
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect


def fix(
    text: str,
    dialect: str | Dialect = "manage",
    endpoint: str | None = None,
    parameter: str | None = None,
    unsafe: bool = False,
    *,
    levels: Levels | None = None,
) -> str:
    """Return the text with every safe fix applied, and with `unsafe` every other fix too.

    Names are checked if `endpoint` is given; diagnostics that `levels` turns off are not fixed. Fixes are applied until
    none is left, at most 20 times, except those that lead to more errors than the text had. Safe fixes never leave an
    error of a rule that did not report the text before. Raises `UnknownNameError` for an unknown
    dialect or parameter, and no exception because of a text.
    """

    def judge(candidate: str) -> list[Diagnostic]:
        return check(candidate, dialect, endpoint, parameter, levels=levels)

    return fix_with(judge, text, unsafe)
