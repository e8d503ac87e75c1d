"""The public `parse` and `format`, which take the dialect from the endpoint as `cwql.check` does."""

from __future__ import annotations

from cwql.analysis.checker import resolve_dialect
from cwql.language import formatter, parsing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, overload

    from cwql.language.dialects import AnyDialect
    from cwql.language.nodes import Expr, FieldList, OrderBy, Tree
    from cwql.language.parsing import ConditionParameter, ListParameter


if TYPE_CHECKING:

    @overload
    def parse(
        text: str,
        *,
        dialect: AnyDialect | None = None,
        endpoint: str | None = None,
        parameter: ConditionParameter | None = None,
    ) -> Expr: ...
    @overload
    def parse(
        text: str, *, dialect: AnyDialect | None = None, endpoint: str | None = None, parameter: Literal["orderBy"]
    ) -> OrderBy: ...
    @overload
    def parse(
        text: str, *, dialect: AnyDialect | None = None, endpoint: str | None = None, parameter: ListParameter
    ) -> FieldList: ...
    @overload
    def parse(
        text: str, *, dialect: AnyDialect | None = None, endpoint: str | None = None, parameter: str | None = None
    ) -> Tree: ...


def parse(
    text: str, *, dialect: AnyDialect | None = None, endpoint: str | None = None, parameter: str | None = None
) -> Tree:
    """Parse the text of a query parameter.

    `dialect` is ``manage`` or ``automate``, by default that of the endpoint, or else Manage. `parameter` is the name of the
    parameter, in any letter case; by default the condition parameter of the dialect. Names are not checked. Raises
    `ConditionError` with all diagnostics if one of them is an error, and `UnknownNameError` for an unknown dialect or parameter.
    A mistake with one certain meaning (``<>``, ``==``, a prefix ``not``) is not an error here; `cwql.check` reports it.

        >>> parse("Client.Name = 'Acme'", endpoint="/Computers").path
        Path('Client', 'Name')
    """
    return parsing.parse(text, dialect=resolve_dialect(dialect, endpoint), parameter=parameter)


def format(
    text: str, *, dialect: AnyDialect | None = None, endpoint: str | None = None, parameter: str | None = None
) -> str:
    """Parse the text of a query parameter and print it in canonical form. Formatting the result again changes nothing.

    `dialect` and `parameter` are those of `parse`. Raises `ConditionError` for a text that cannot be parsed or whose values
    cannot be written, and `UnknownNameError` for an unknown dialect or parameter.

        >>> format("status/name='New' AND(id=5)")
        "status/name = 'New' and id = 5"
    """
    return formatter.format(text, dialect=resolve_dialect(dialect, endpoint), parameter=parameter)


# Users know them as names of `cwql`.
parse.__module__ = format.__module__ = "cwql"
