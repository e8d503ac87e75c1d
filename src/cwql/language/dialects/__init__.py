"""The dialects, one frozen record each; `dialect(name)` finds one. No other module asks which dialect it has in hand."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.language.dialects.automate import AUTOMATE
from cwql.language.dialects.base import Dialect, Form, Parameter
from cwql.language.dialects.manage import MANAGE

__all__ = ["DIALECTS", "Dialect", "Form", "Parameter", "dialect", "parameter"]

DIALECTS: tuple[Dialect, ...] = (MANAGE, AUTOMATE)
"""Every dialect."""

_BY_NAME: dict[str, Dialect] = {record.name: record for record in DIALECTS}


def dialect(name: str | Dialect) -> Dialect:
    """Return the dialect of that name (or the record itself); raise UnknownNameError for any other."""
    if isinstance(name, Dialect):
        return name
    found = _BY_NAME.get(name)
    if found is None:
        raise UnknownNameError(f"unknown dialect {name!r}: expected one of {', '.join(map(repr, _BY_NAME))}")
    return found


def parameter(record: Dialect, name: str | None) -> Parameter:
    """Return the query parameter of that name, in any letter case; None gives the dialect's condition parameter.

    ``conditions`` and ``condition`` are taken for each other's dialect too, since both mean the main condition.
    """
    if name is None:
        return record.parameters[0]
    folded = name.lower()
    for candidate in record.parameters:
        if candidate.name.lower() == folded:
            return candidate
    if folded in ("conditions", "condition"):
        return record.parameters[0]
    known = [candidate.name for candidate in record.parameters]
    raise UnknownNameError(f"unknown parameter {name!r} of {record.title}: expected one of {', '.join(known)}")
