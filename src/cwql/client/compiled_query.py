"""The query of a list request, checked and printed, and divided over several requests if its URL is too long.

Every condition of a request passes through here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cwql.language.nodes import And, Comparison, Condition, Expr, conjunction
from cwql.language.operators import IN
from cwql.language.printer import emit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cwql.client.call_options import Invalid, Pagination
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects.base import DialectName
    from cwql.language.nodes import Order, Tree
    from cwql.query.compiled import CompiledParameter
    from cwql.query.query import Query

__all__ = [
    "INVALID",
    "NOTHING",
    "SEARCH_KEYS",
    "CompiledQuery",
    "Text",
    "ask",
    "order_key",
    "require_invalid",
    "split",
    "to_query",
]


INVALID: tuple[Invalid, ...] = ("raise", "warn", "ignore")
"""The effect of a diagnostic of level error: the call raises, it is logged, or no check is made."""

URL_RULE = "long-url"
"""The rule about conditions that do not fit into a URL, which the client handles itself."""

EMPTY_RULE = "CW401"
"""The rule that reports conditions which no record can match."""


@dataclass(frozen=True, slots=True)
class Text:
    """One parameter's text, the tree it was printed from (None: sent as it was written), and its diagnostics."""

    parameter: str
    text: str
    tree: Tree | None
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """The query of a list. `nothing` is True if the condition matches no record, so that no request is needed."""

    texts: tuple[Text, ...] = ()
    nothing: bool = False
    page_size: int | None = None
    limit: int | None = None

    def find(self, parameter: str) -> Text | None:
        """Return the text of a parameter."""
        return next((text for text in self.texts if text.parameter == parameter), None)

    def replace(self, changed: Text) -> CompiledQuery:
        """Return the same with another text for its parameter."""
        texts = tuple([changed if text.parameter == changed.parameter else text for text in self.texts])
        return replace(self, texts=texts)

    @property
    def findings(self) -> tuple[tuple[Text, Diagnostic], ...]:
        """Return every diagnostic with the text that it refers to."""
        return tuple([(text, finding) for text in self.texts for finding in text.findings])

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters."""
        return tuple([(text.parameter, text.text) for text in self.texts])

    @property
    def conditions(self) -> tuple[str, ...]:
        """Return the texts that a server may complain of."""
        return tuple([text.text for text in self.texts if isinstance(text.tree, Condition) or text.tree is None])


NOTHING = CompiledQuery()
"""The query of a list without arguments."""


def require_invalid(value: object) -> Invalid:
    """Return the effect of a condition or body with an error. Raises ValueError for any other value."""
    for known in INVALID:
        if value == known:
            return known
    raise ValueError(f"on_invalid is one of {', '.join(INVALID)}: got {value!r}")


def to_query(where: Any, parts: Mapping[str, Any]) -> Query:
    """Return one query from the condition and the other parts of a list; `where` may be a query itself."""
    # Imported here because a list without conditions, and the first record of a process, do not need the compiler.
    from cwql.query.query import Query

    rest = Query(**{name: value for name, value in parts.items() if value is not None})
    if isinstance(where, Query):
        return where & rest
    return rest if where is None else rest & where


def ask(
    dialect: DialectName,
    endpoint: str,
    query: Query,
    on_invalid: Invalid = "raise",
    pagination: Pagination = "auto",
    release: str | None = None,
) -> CompiledQuery:
    """Check and print a query for an endpoint, given by its name in the catalog.

    Raises ConditionError if a text has a diagnostic of level error and `on_invalid` is ``raise``, or if it cannot be
    parsed at all. With ``ignore``, a text that cannot be parsed is sent as it was written, and only a contradiction is
    reported, because its empty result looks like that of a condition without matches.
    """
    from cwql.analysis.rule_config import RuleConfig
    from cwql.query.compiler import compile

    if on_invalid == "raise":
        rules = None
    elif on_invalid == "warn":
        rules = RuleConfig(max_severity="warning")
    else:
        rules = RuleConfig(severity={EMPTY_RULE: "warning"}, max_severity="off")
    made = compile(query, dialect=dialect, endpoint=endpoint, rules=rules, pagination=pagination, release=release)
    if on_invalid != "ignore":
        made.raise_for_errors()
    if made.matches_nothing:
        return CompiledQuery(nothing=True, page_size=made.page_size, limit=query.parts.get("limit"))
    texts = [_text(part) for part in made.parts if part.text is None or part.text]
    return CompiledQuery(tuple(texts), page_size=made.page_size, limit=query.parts.get("limit"))


def _text(part: CompiledParameter) -> Text:
    findings = tuple([finding for finding in part.diagnostics if finding.name != URL_RULE])
    if part.text is None:
        return Text(part.parameter, part.source, None, findings)
    return Text(part.parameter, part.text, part.tree, findings)


SEARCH_KEYS = {
    "conditions": "conditions",
    "childConditions": "childconditions",
    "customFieldConditions": "customfieldconditions",
    "orderBy": "orderBy",
}
"""Query parameters that ``POST …/search`` takes in its body (`FilterValues`), by their names there."""

PARTS = 200
"""The largest number of requests that one is divided into."""


def split(
    asked: CompiledQuery, dialect: DialectName, fits: Callable[[CompiledQuery], bool]
) -> list[CompiledQuery] | None:
    """Return requests that fit and together have the same result, None if no ``in`` list can be divided far enough.

    A record matches exactly one of them, because their values are different: a list is divided only if it is the whole
    condition or joined to the rest of it by ``and``.
    """
    for text in sorted(asked.texts, key=lambda text: -len(text.text)):
        tree = text.tree
        # A child matches by any of its values, so one record could answer two parts; merging drops the second one.
        if not isinstance(tree, Condition):
            continue
        lists = [item for item in _terms(tree) if isinstance(item, Comparison) and item.operator is IN]
        for term in sorted(lists, key=lambda item: -len(emit(item, dialect=dialect))):
            parts = _divide(asked, text, term, dialect, fits)
            if parts is not None:
                return parts
    return None


def _terms(tree: Any) -> tuple[Expr, ...]:
    return tree.items if isinstance(tree, And) else (tree,)


def _divide(
    asked: CompiledQuery, text: Text, term: Comparison, dialect: DialectName, fits: Callable[[CompiledQuery], bool]
) -> list[CompiledQuery] | None:
    values = list({_fold(value): value for value in term.values}.values())
    others = [item for item in _terms(text.tree) if item is not term]

    def part(start: int, end: int) -> CompiledQuery:
        some = Comparison(term.path, IN, tuple(values[start:end]))
        tree = conjunction([some, *others])
        return asked.replace(Text(text.parameter, emit(tree, dialect=dialect), tree, text.findings))

    parts: list[CompiledQuery] = []
    start = 0
    while start < len(values):
        low, high = 0, len(values) - start
        while low < high:
            middle = (low + high + 1) // 2
            if fits(part(start, start + middle)):
                low = middle
            else:
                high = middle - 1
        if low == 0 or len(parts) == PARTS:
            return None
        parts.append(part(start, start + low))
        start += low
    # One part is enough if values occurred twice.
    return parts or None


def _fold(value: Any) -> tuple[str, Any]:
    """Return a key by which values that a server takes for the same are one: text compares without letter case."""
    return (type(value).__name__, value.casefold() if isinstance(value, str) else value)


class _Falling:
    """Turn an order around."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: _Falling) -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def order_key(terms: tuple[Order, ...], read: Callable[[Any, tuple[str, ...]], Any]) -> Callable[[Any], Any]:
    """Return the sort key of a record: nulls first, text without letter case, as the server sorts."""

    def key(record: Any) -> Any:
        keys: list[Any] = []
        for term in terms:
            value = read(record, term.path.segments)
            if isinstance(value, str):
                value = value.casefold()
            found = (value is not None, type(value).__name__ if isinstance(value, str) else "", value)
            plain = found if value is not None else (False, "", 0)
            keys.append(_Falling(plain) if term.descending else plain)
        return tuple(keys)

    return key
