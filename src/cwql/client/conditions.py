"""What a caller asks a list for, checked and printed: the one door through which conditions reach a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cwql.analysis.checker import check
from cwql.errors import ConditionError, ExpressionError
from cwql.language.builder import Field
from cwql.language.dialects import dialect as find_dialect
from cwql.language.emitter import emit
from cwql.language.nodes import Constant, FieldList, Node, Order, OrderBy, Path
from cwql.language.parser import parse

if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.parser import Tree
    from cwql.schema.endpoint import Endpoint

    Checks: TypeAlias = Literal["strict", "warn", "off"]

__all__ = ["CHECKS", "Asked", "Text", "ask", "require_checks"]

CHECKS: tuple[Checks, ...] = ("strict", "warn", "off")
"""What a finding of level error does: stop the call, be told in the log, or not be looked for."""


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

    def find(self, parameter: str) -> Text | None:
        """Return the text of a parameter."""
        return next((text for text in self.texts if text.parameter == parameter), None)

    def replace(self, changed: Text) -> Asked:
        """Return the same with another text for its parameter."""
        return Asked(
            tuple([changed if text.parameter == changed.parameter else text for text in self.texts]), self.nothing
        )

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


def require_checks(checks: str) -> Checks:
    """Return the level, or raise ExpressionError."""
    for known in CHECKS:
        if checks == known:
            return known
    raise ExpressionError(f"unknown checks={checks!r}: expected one of {', '.join(CHECKS)}")


def ask(
    dialect: str,
    endpoint: Endpoint,
    title: str,
    values: Iterable[tuple[str, Any]],
    checks: Checks = "strict",
) -> Asked:
    """Check and print what is asked, by parameter name; values that are None are left out.

    `title` is the endpoint's path as the checker knows it. Raises ConditionError where `checks` is ``strict`` and a text has a
    finding of level error.
    """
    record = find_dialect(dialect)
    texts: list[Text] = []
    for parameter, value in values:
        if value is None:
            continue
        shape = next((known.shape for known in record.parameters if known.name == parameter), "field_list")
        tree = _tree(value, shape)
        if isinstance(tree, Constant):
            if tree.value:
                continue
            return Asked(tuple(texts), nothing=True)
        made = _settle(record, title, parameter, tree if tree is not None else value, checks)
        if made.text:
            texts.append(made)
    return Asked(tuple(texts))


def _settle(record: Dialect, endpoint: str, parameter: str, value: str | Tree, checks: Checks) -> Text:
    """Return one parameter's text, printed from its tree."""
    if isinstance(value, str) and not value.strip():
        return Text(parameter, "", None)
    known = any(parameter == entry.name for entry in record.parameters)
    asked = parameter if known else _stand_in(record)
    findings = () if checks == "off" else tuple(check(value, record, endpoint, asked))
    text = value if isinstance(value, str) else ""
    if checks == "strict" and any(finding.severity == "error" for finding in findings):
        raise ConditionError(findings, text or _print(value, record))
    if not isinstance(value, str):
        return Text(parameter, emit(value, record), value, findings)
    try:
        tree = parse(value, record, asked)
    except ConditionError:
        # Only reached with checks="warn" or "off": the caller vouches for the text.
        return Text(parameter, value, None, findings)
    return Text(parameter, emit(tree, record), tree, findings)


def _print(value: str | Tree, record: Dialect) -> str:
    """Return the text that findings in a tree point into."""
    if isinstance(value, str):
        return value
    try:
        return emit(value, record)
    except ConditionError as refusal:
        return refusal.text


def _tree(value: Any, shape: str) -> Tree | None:
    """Return the tree of a value that is no text."""
    if isinstance(value, str):
        return None
    if isinstance(value, (Node, OrderBy, FieldList)):
        wanted = {"condition": Node, "order_by": OrderBy, "field_list": FieldList}[shape]
        if isinstance(value, wanted):
            return value  # type: ignore[return-value]
    elif shape == "order_by":
        return _order(value)
    elif shape == "field_list":
        return _fields(value)
    raise ExpressionError(f"expected a {shape.replace('_', ' ')}, as a text or a tree, got {type(value).__name__}")


def _order(value: Any) -> OrderBy:
    terms: list[Order] = []
    for item in value if isinstance(value, Iterable) and not isinstance(value, Field) else [value]:
        if isinstance(item, Order):
            terms.append(item)
        elif isinstance(item, Field):
            terms.append(item.asc())
        elif isinstance(item, str):
            field, _, direction = item.strip().partition(" ")
            terms.append(Field(field).desc() if direction.strip().lower() == "desc" else Field(field).asc())
        else:
            raise ExpressionError(f"cannot sort by {item!r}: write Ticket.id.asc(), F('id').desc() or 'id desc'")
    return OrderBy(tuple(terms))


def _fields(value: Any) -> FieldList:
    paths: list[Path] = []
    for item in value if isinstance(value, Iterable) and not isinstance(value, Field) else [value]:
        if isinstance(item, Path):
            paths.append(item)
        elif isinstance(item, (Field, str)):
            paths.append(Field(str(item)).asc().path)
        else:
            raise ExpressionError(f"cannot select {item!r}: write Ticket.summary, F('summary') or 'summary'")
    return FieldList(tuple(dict.fromkeys(paths)))


def _stand_in(record: Dialect) -> str:
    return next(known.name for known in record.parameters if known.shape == "field_list")
