"""The registry of dialects: `find_dialect` returns one by its name."""

from __future__ import annotations

import copyreg

from cwql.errors import UnknownNameError
from cwql.language.dialects.automate import AUTOMATE
from cwql.language.dialects.base import Dialect, Parameter, SyntaxForm
from cwql.language.dialects.manage import MANAGE

__all__ = ["AUTOMATE", "DIALECTS", "MANAGE", "Dialect", "Parameter", "SyntaxForm", "find_dialect", "find_parameter"]

DIALECTS: tuple[Dialect, ...] = (MANAGE, AUTOMATE)
"""Every dialect."""

_BY_NAME: dict[str, Dialect] = {dialect.name: dialect for dialect in DIALECTS}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects.base import AnyDialect as AnyDialect


def find_dialect(name: str | Dialect) -> Dialect:
    """Return the dialect with that name, or the argument if it is one; raise UnknownNameError for any other name."""
    if isinstance(name, Dialect):
        return name
    found = _BY_NAME.get(name)
    if found is None:
        raise UnknownNameError(f"unknown dialect {name!r}: expected one of {', '.join(map(repr, _BY_NAME))}")
    return found


def find_parameter(dialect: Dialect, name: str | None) -> Parameter:
    """Return the query parameter with that name, in any letter case; None means the condition parameter.

    ``conditions`` and ``condition`` are accepted for both dialects, because both mean the condition parameter. Raises
    `UnknownNameError` for any other name.
    """
    if name is None:
        return dialect.parameters[0]
    folded = name.lower()
    for candidate in dialect.parameters:
        if candidate.name.lower() == folded:
            return candidate
    if folded in ("conditions", "condition"):
        return dialect.parameters[0]
    known = [candidate.name for candidate in dialect.parameters]
    raise UnknownNameError(f"unknown parameter {name!r} of {dialect.title}: expected one of {', '.join(known)}")


def _reduce(dialect: Dialect) -> tuple[object, ...]:
    return find_dialect, (dialect.name,)


# Pickled by name, so that there is one object each. Defined here, because the class must not import its registry.
copyreg.pickle(Dialect, _reduce)  # type: ignore[arg-type]
