"""Canonical text from any text that can be read."""

from __future__ import annotations

from cwql.language.parsing.parser import parse
from cwql.language.printer import emit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Dialect


def format(text: str, dialect: str | Dialect = "manage", parameter: str | None = None) -> str:
    """Read the text of a query parameter and print it in canonical form; formatting twice changes nothing more.

    Raises `ConditionError` for a text that cannot be read or whose values cannot be written, and `UnknownNameError` for an
    unknown dialect or parameter.
    """
    return emit(parse(text, dialect, parameter), dialect)
