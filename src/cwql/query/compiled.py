"""`Compiled`, the result of `cwql.compile`: one `CompiledParameter` for each query parameter."""

from __future__ import annotations

from cwql.diagnostics import in_order
from cwql.errors import ConditionError, ExpressionError
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import KW_ONLY
    from typing import Self

    from cwql.diagnostics import Diagnostic
    from cwql.language.nodes import Tree

PAGE_SIZE = "pageSize"
"""The query parameter of both APIs for the number of records on a page."""


class CompiledParameter(Value):
    """One query parameter: its name, the `text` to send, its `tree`, and its diagnostics.

    `text` and `tree` are None if errors prevent sending. `text` is empty if nothing needs to be sent; `tree` is then a
    constant or None. Spans refer to `source`: the text that the user wrote, or the printed form of a tree.
    """

    parameter: str
    text: str | None
    tree: Tree | None
    diagnostics: tuple[Diagnostic, ...]
    source: str

    @property
    def ok(self) -> bool:
        """Return whether no diagnostic is an error."""
        return all(diagnostic.severity != "error" for diagnostic in self.diagnostics)


class Compiled(Value):
    """A compiled condition or query.

    `parts` are its parameters in the order of the dialect. `parameter` is the name of the parameter that the condition was
    compiled for, and `expr` its tree before routing (None if it cannot be parsed). `matches_nothing` is True if no record can
    match, so that no request is needed. `page_size` is the query's.
    """

    __module__ = "cwql"

    _: KW_ONLY
    parameter: str
    parts: tuple[CompiledParameter, ...]
    expr: Tree | None = None
    matches_nothing: bool = False
    page_size: int | None = None

    def part(self, parameter: str) -> CompiledParameter | None:
        """Return the part for a query parameter, or None."""
        return next((part for part in self.parts if part.parameter == parameter), None)

    @property
    def text(self) -> str | None:
        """Return the text of the main condition; None if there is nothing to send or errors prevent it."""
        part = self.part(self.parameter)
        return part.text or None if part is not None and not self.matches_nothing else None

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Return all diagnostics, grouped by source text in the order of the parameters, sorted by position within each."""
        sources: dict[str, list[Diagnostic]] = {}
        for part in self.parts:
            sources.setdefault(part.source, []).extend(part.diagnostics)
        return list(dict.fromkeys([diagnostic for found in sources.values() for diagnostic in in_order(found)]))

    @property
    def ok(self) -> bool:
        """Return whether no diagnostic is an error."""
        return all(part.ok for part in self.parts)

    def raise_for_errors(self) -> Self:
        """Return self, or raise `ConditionError` with the diagnostics of the first parameter that has an error."""
        for part in self.parts:
            if not part.ok:
                raise ConditionError(part.diagnostics, part.source)
        return self

    @property
    def params(self) -> dict[str, str | int]:
        """Return the query parameters to send.

        A request without one of its conditions would return records that were not asked for. Therefore this raises
        `ConditionError` if a part could not be parsed or printed, and `ExpressionError` if `matches_nothing` is True.
        """
        if self.matches_nothing:
            raise ExpressionError(
                "this condition matches no record, so there is no request: test `matches_nothing` first"
            )
        found: dict[str, str | int] = {}
        for part in self.parts:
            if part.text is None:
                raise ConditionError(part.diagnostics, part.source)
            if part.text:
                found[part.parameter] = part.text
        if self.page_size is not None:
            found[PAGE_SIZE] = self.page_size
        return found
