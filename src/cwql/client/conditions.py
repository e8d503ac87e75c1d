"""What a caller asks a list for, checked and printed: the one door through which conditions reach a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cwql.errors import ExpressionError
from cwql.language.nodes import Node

if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.parsing.parser import Tree
    from cwql.query.compiled import CompiledParameter
    from cwql.query.query import Query

    Checks: TypeAlias = Literal["strict", "warn", "off"]

__all__ = ["CHECKS", "NOTHING", "Asked", "Text", "ask", "require_checks", "to_query"]

CHECKS: tuple[Checks, ...] = ("strict", "warn", "off")
"""What a finding of level error does: stop the call, be told in the log, or not be looked for."""

URL_RULE = "long-url"
"""The rule about what does not fit into a URL: the client sees to that by itself."""


@dataclass(frozen=True, slots=True)
class Text:
    """One parameter's text, the tree it was printed from (None: taken as it was written) and what was found in it."""

    parameter: str
    text: str
    tree: Tree | None
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. `nothing` says that the condition holds for no record, so that there is nothing to send."""

    texts: tuple[Text, ...] = ()
    nothing: bool = False
    page_size: int | None = None

    def find(self, parameter: str) -> Text | None:
        """Return the text of a parameter."""
        return next((text for text in self.texts if text.parameter == parameter), None)

    def replace(self, changed: Text) -> Asked:
        """Return the same with another text for its parameter."""
        texts = tuple([changed if text.parameter == changed.parameter else text for text in self.texts])
        return Asked(texts, self.nothing, self.page_size)

    @property
    def findings(self) -> tuple[tuple[Text, Diagnostic], ...]:
        """Return every finding beside the text it was found in."""
        return tuple([(text, finding) for text in self.texts for finding in text.findings])

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters."""
        return tuple([(text.parameter, text.text) for text in self.texts])

    @property
    def conditions(self) -> tuple[str, ...]:
        """Return the texts that a server may complain of."""
        return tuple([text.text for text in self.texts if isinstance(text.tree, Node) or text.tree is None])


NOTHING = Asked()
"""What is asked where nothing is said."""


def require_checks(checks: str) -> Checks:
    """Return the level, or raise ExpressionError."""
    for known in CHECKS:
        if checks == known:
            return known
    raise ExpressionError(f"unknown checks={checks!r}: expected one of {', '.join(CHECKS)}")


def to_query(given: Mapping[str, Any]) -> Query:
    """Return one query of what a verb was given by name; `where` may be a query of its own."""
    # Imported where it is used: a list without conditions, and the first record of a process, go without the compiler.
    from cwql.query.query import Query

    where = given.get("where")
    rest = Query(**{name: value for name, value in given.items() if name != "where" and value is not None})
    if isinstance(where, Query):
        return where & rest
    return rest if where is None else rest & where


def ask(dialect: str, endpoint: str, query: Query, checks: Checks = "strict", forward_only: bool = False) -> Asked:
    """Check and print a query for an endpoint, named as the checker knows it.

    Raises ConditionError where a text has a finding of level error and `checks` is ``strict``, or where it cannot be read at
    all. With ``off``, what cannot be read goes out as it was written.
    """
    from cwql.analysis.levels import Levels
    from cwql.query.compiler import compile

    levels = None if checks == "strict" else Levels(checks)
    made = compile(query, dialect, endpoint, levels=levels, forward_only=forward_only)
    if checks != "off":
        made.raise_for_errors()
    if made.matches_nothing:
        return Asked(nothing=True, page_size=made.page_size)
    texts = [_text(part) for part in made.parts if part.text is None or part.text]
    return Asked(tuple(texts), page_size=made.page_size)


def _text(part: CompiledParameter) -> Text:
    findings = tuple([finding for finding in part.diagnostics if finding.name != URL_RULE])
    if part.text is None:
        return Text(part.parameter, part.source, None, findings)
    return Text(part.parameter, part.text, part.tree, findings)
