"""From any text that can be parsed to canonical text: `format`."""

from __future__ import annotations

from cwql.language.parsing import parse
from cwql.language.printer import emit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import AnyDialect


def format(text: str, *, dialect: AnyDialect = "manage", parameter: str | None = None) -> str:
    """Parse the text of a query parameter and print it in canonical form. Formatting the result again changes nothing.

    Raises `ConditionError` for a text that cannot be parsed or whose values cannot be written, and `UnknownNameError` for an
    unknown dialect or parameter.
    """
    return emit(parse(text, dialect=dialect, parameter=parameter), dialect=dialect)
