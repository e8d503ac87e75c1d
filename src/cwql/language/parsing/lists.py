"""The fast path for sort orders and lists of fields, which needs no tokens.

It parses well-formed lists. For any other text it returns None: `cwql.language.parsing.recovery` parses that token by token.
"""

from __future__ import annotations

from cwql.language.nodes import FieldList, Order, OrderBy, Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape

_DIRECTIONS = ("asc", "desc")
_LONG_DIRECTIONS = ("ascending", "descending")
_METHODS = ("GET ", "POST ", "get ", "post ")
"""The beginnings of a request that was pasted with its method, which recovery reports."""


def parse_list_fast(text: str, dialect: Dialect, shape: Shape) -> OrderBy | FieldList | None:
    """Return the tree of a sort order or a list of fields, or None if the text is not well-formed."""
    if not text.isascii() or not text.isprintable() or text.lstrip().startswith(_METHODS):
        return None
    is_order = shape == "order_by"
    terms: list[Order] = []
    at = 0
    for item in text.split(","):
        name, *directions = item.split() or ("",)
        segments = name.split(dialect.separator)
        if not all(map(str.isidentifier, segments)):
            return None
        if is_order and name.lower() in (*_DIRECTIONS, *_LONG_DIRECTIONS):
            return None
        direction = directions[0].lower() if directions else "asc"
        if len(directions) > is_order or direction not in _DIRECTIONS:
            return None
        terms.append(Order(Path(tuple(segments)), direction == "desc", text.index(name, at)))
        at += len(item) + 1
    if is_order:
        return OrderBy(tuple(terms))
    return FieldList(tuple([term.path for term in terms]), tuple([term.start for term in terms]))
