"""Say everything that is wrong with a condition, without ever raising over a text.

A clean text costs one fast read: recovery, rules and messages are imported when there is something to say.
"""

from __future__ import annotations

from cwql.errors import ConditionError
from cwql.language.dialects import dialect as find_dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.parser import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.record import Shape
    from cwql.language.parser import Tree


def check(
    text_or_expr: str | Tree,
    dialect: str | Dialect = "manage",
    endpoint: str | None = None,
    parameter: str | None = None,
) -> list[Diagnostic]:
    """Return every finding of a text or a tree, in the order of the text; none for a clean one.

    `parameter` is the query parameter that the text is meant for (the dialect's condition parameter by default), `endpoint`
    the list that it filters (``/service/tickets``), for rules that depend on it; no rule of reading does. A tree is judged
    by the text that it prints to, and spans count in that text. Raises `UnknownNameError` for an unknown dialect or
    parameter, and `ExpressionError` for a value that is neither text nor tree.
    """
    record = find_dialect(dialect)
    shape = find_parameter(record, parameter).shape
    if not isinstance(text_or_expr, str):
        from cwql.language.emitter import emit

        try:
            text_or_expr = emit(text_or_expr, record)
        except ConditionError as refusal:
            return refusal.diagnostics
    return _check_reading(text_or_expr, record, shape)


def _check_reading(text: str, record: Dialect, shape: Shape) -> list[Diagnostic]:
    """Return what reading has to say."""
    try:
        reading = read(text, record, shape)
    except ConditionError as refusal:
        findings = refusal.diagnostics
    else:
        if not reading.slipped:
            return []
        from cwql.language.recovery import diagnose

        findings = diagnose(text, record, shape, None)[1]
    from cwql.diagnostics import in_order

    return in_order(findings)
