"""Libraries of Python for ConnectWise: their clients, and the functions of cwql that take texts."""

from __future__ import annotations

import ast

from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.python.literals import cut_chunk
from cwql.lint.frontends.python.nodes import chain_of, imported_names
from cwql.lint.ir import Cast, Chunk, Literal, Other, Sent
from cwql.lint.request_targets import RequestTarget, place_of_attributes
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words
from cwql.schema.catalog import product_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.lint.frontends.python.tree import Module
    from cwql.lint.ir import Node
    from cwql.lint.request_targets import Context

VERBS = words("list count first pages all preview")
"""Methods of cwql's clients whose first argument is a condition."""

_READING = VERBS | {"get", "get_all", "getall", "paginate", "query", "paginated"}
_CLIENTS = (
    ("automate", ("cwql.automate", "ConnectWiseAutomateAPIClient", "pyconnectwise.clients.automate_client")),
    ("manage", ("cwql.manage", "ConnectWiseManageAPIClient", "pyconnectwise.clients.manage_client")),
)
FUNCTIONS = words("parse check compile fix format translate predicate cond Template")
"""Functions of `cwql` whose first argument is a text; all others are passed by name."""

_LIBRARIES = ("onnectpyse", "onnectPyse", "pyconnectwise", "APIClient")
_TEMPLATE = re.compile(r"""\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*|[0-9]{0,6})\}|["'\[\]]""")
_BRACED = QuoteStyle({"{": "{{", "}": "}}"})

_GIVING = frozenset((ast.Import, ast.ImportFrom, ast.Assign, ast.withitem, ast.arg, ast.AnnAssign))
"""Nodes that may give a client to a name."""


class Libraries:
    """The names that a file imports from libraries for ConnectWise, and the clients that it makes of them."""

    def __init__(self, module: Module, context: Context) -> None:
        self.origins: dict[str, str] = {}
        """The dotted name that a name was imported by."""
        self.clients: dict[str, str] = {}
        """The dialect of a client, by its name."""
        text = module.text
        self._spoken: str | None = None
        self.named = context.names_us or any(name in text for name in _LIBRARIES)
        if self.named:
            spoken = [name for name, marks in _CLIENTS if any(mark in text for mark in marks)]
            self._spoken = spoken[0] if len(spoken) == 1 else None
            self._find(module)

    def _find(self, module: Module) -> None:
        """Note imports, then the names that are assigned or annotated with a client."""
        given: list[tuple[str, ast.expr]] = []
        for node in module.parents:
            if type(node) not in _GIVING:
                continue
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self.origins.update(imported_names(node))
            elif isinstance(node, ast.Assign):
                given += [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
            elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
                given.append((node.optional_vars.id, node.context_expr))
            elif isinstance(node, ast.arg) and node.annotation is not None:
                given.append((node.arg, node.annotation))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                given.append((node.target.id, node.annotation))
        for name, value in given:
            dialect = self._dialect(value)
            if dialect is not None:
                self.clients[name] = dialect

    def _dialect(self, node: ast.expr) -> str | None:
        while isinstance(node, (ast.Call, ast.Await)):
            node = node.func if isinstance(node, ast.Call) else node.value
        origin = self.origin(node)
        return (
            next((name for name, marks in _CLIENTS if any(mark in origin for mark in marks)), None) if origin else None
        )

    def origin(self, node: ast.expr) -> str:
        """Return the dotted name of a name or attribute, with the one that its root was imported by."""
        root, attributes = chain_of(node)
        return ".".join([self.origins.get(root, root), *attributes]) if root else ""

    def place_of(self, names: Sequence[str], source: str) -> RequestTarget | None:
        """Return the target that a chain of names calls: ``client.service.tickets.get()``."""
        origin = self.origins.get(names[0], "").split(".") if names else []
        if origin[0].lower() == "connectpyse":
            # Modules are named like endpoints: ``service.tickets_api``.
            section, module = [*origin, *names[1:], "", ""][1:3]
            module = module.removesuffix("_api")
            for plural in (module, module + "s", module.removesuffix("y") + "ies"):
                place = place_of_attributes((section, plural))
                if place is not None:
                    return place
        if len(names) < 2:
            return None
        steps = [
            name for name, following in zip(names, [*names[1:], ""], strict=True) if name != "id" or following != "{}"
        ]
        dialect = self.clients.get(names[0])
        if dialect is not None:
            return place_of_attributes(steps[1:], dialect) or RequestTarget(dialect, None, sure=True)
        if self._spoken is not None and steps[-1] == "{}" and steps[-2] in _READING:
            place = place_of_attributes(steps)
            return place or place_of_attributes(steps[1:-2], self._spoken)
        return place_of_attributes(steps) if steps != list(names) else None


def sent_by(name: str, node: ast.Call, value: Callable[[ast.expr], Node], start: int, end: int) -> Node | None:
    """Return the text that a function of cwql is called with; None if its language is unknown."""
    values = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    # The keywords of `cond` are values.
    roles = () if name == "cond" else ("dialect", "source", "endpoint", "parameter")
    words = {key: _word(values[key]) for key in roles if key in values}
    if None in words.values():
        # The key is a variable: nothing is known.
        return None
    try:
        dialect = words.get("source" if name == "translate" else "dialect") or product_of(words.get("endpoint"))
    except UnknownNameError:
        # A word that names endpoints of both products, which the call refuses as well.
        return None
    dialect = dialect.lower()
    if dialect not in [record.name for record in DIALECTS]:
        return None
    place = RequestTarget(dialect, words.get("endpoint"), sure=True)
    text = value(node.args[0])
    is_template = name in ("cond", "Template")
    if is_template:
        text = _filled(text, node, value)
    return Sent(start, end, text, words.get("parameter") or "condition", place, is_template)


def _word(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _filled(text: Node, call: ast.Call, value: Callable[[ast.expr], Node]) -> Node:
    """Return the template of ``cond(...)`` with its values: they may be anything, so all of them are safe.

    In the quotes of the condition, braces are doubled; outside they are placeholders or mistakes that `cond` reports.
    """
    if not isinstance(text, Literal):
        return text
    given = {str(number): each for number, each in enumerate(call.args[1:])}
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    chunks: list[Chunk] = []
    closing = ""
    turn = 0
    for chunk in text.chunks:
        if chunk.kind == "placeholder":
            chunk.node = Cast(chunk.start, chunk.end, "int", chunk.node or Other(chunk.start, chunk.end))
        if chunk.kind != "same":
            chunks.append(chunk)
            continue
        quoting = chunk.quoting
        if quoting is not None and "{" not in quoting.escapes:
            quoting = QuoteStyle(quoting.escapes, quoting.refused, _BRACED)
        done = 0
        for match in _TEMPLATE.finditer(chunk.text):
            mark, key = match[0], match[1]
            start, end = chunk.start + match.start(), chunk.start + match.end()
            if mark not in ("{{", "}}") and key is None:
                closing = "" if mark == closing else closing or {"[": "]", "]": ""}.get(mark, mark)
            # Doubled braces count inside of quotes, placeholders outside.
            if (key is None) != bool(closing) or len(mark) < 2:
                continue
            chunks += cut_chunk(chunk, done, match.start(), quoting)
            done = match.end()
            if key is None:
                chunks.append(Chunk("escape", mark[0], start, end, quoting))
                continue
            node = given.get(key or str(turn))
            turn += not key
            shown = mark if node is None else ast.unparse(node)
            inner = Cast(start, end, "int", Other(start, end) if node is None else value(node))
            chunks.append(Chunk("placeholder", "", start, end, quoting, inner, shown))
        chunks += cut_chunk(chunk, done, len(chunk.text), quoting)
    return Literal(text.start, text.end, chunks)
