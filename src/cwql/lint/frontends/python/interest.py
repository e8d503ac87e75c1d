"""The lines of a Python file that may have a condition."""

from __future__ import annotations

import re

from cwql.lint.frontends.python.nodes import has_line
from cwql.lint.request_targets import find_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from cwql.lint.frontends.python.tree import Module

_SIGNS = ("condition", "orderby", "order_by", "order-by", "fields")
"""Words on a line that may contain a condition, in lower case."""

_CALLED = re.compile(r"\.(?:list|count|first|pages|all|explain)\(\s*[^)\s]")
"""Other such lines: cwql's own verbs with arguments. The pattern begins with a literal, which makes the search fast."""

_FOLLOWED = re.compile(r"/(?:[A-Za-z]\w*+/?)++[\"'],\s*+(?:[A-Za-z]{0,2}[\"'(]|[a-z_]\w*+[,)])")
"""A path with a text after it, which may be a condition."""

QUERY = re.compile(
    r"(?:^|[?&'\"{])\$?(?:(?:child|customfield)?conditions?|orderby|fields|includefields|excludefields)=",
    re.IGNORECASE | re.MULTILINE,
)
"""Text that the query of a URL contains."""


class Interest:
    """The `lines` of one module that may have a condition; those of statements whose conditions are known are `done`.

    `queries` is True if a condition may be in the query of a URL.
    """

    def __init__(self, module: Module) -> None:
        text = module.text
        folded = text.replace("\u0130", "i").lower()  # the only letter that gets longer
        places = [match.start() for pattern in (_CALLED, _FOLLOWED) for match in pattern.finditer(text)]
        self.queries = False
        for sign in _SIGNS if "order" in folded else ("condition", "fields"):
            for at in find_all(sign, folded):
                places.append(at)
                end = at + len(sign)
                if "=" in folded[end : end + 2]:
                    self.queries = self.queries or QUERY.search(text, max(0, at - 15), end + 2) is not None
        self.lines = sorted({*map(module.line, places)})
        self.done: set[int] = set()
        self._in_order: list[int] = []

    def take_out(self, done: set[int]) -> None:
        """Take out the lines of statements whose conditions are known."""
        self.done, self._in_order = done, sorted(done)
        self.lines = [line for line in self.lines if line not in done]

    def is_done(self, node: ast.stmt) -> bool:
        """Return whether all conditions of a definition are known."""
        return has_line(node, self._in_order) and not has_line(node, self.lines)
