"""The tree that every frontend makes of a source file: expressions, and the few statements that matter to a data flow.

A node records its span in the source. What a frontend does not understand becomes `Other`, whose children are still
searched, so an unknown construct hides nothing but itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal as Only

    from cwql.lint.request_targets import RequestTarget
    from cwql.lint.templates.model import QuoteStyle


class Node:
    """A part of a program: ``source[start:end]``. Each class sets both itself, because a call for them takes as long as the rest."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class Chunk:
    """A span of a string literal: plain text, an escape, or a placeholder with the code that fills it."""

    __slots__ = ("end", "kind", "node", "quoting", "source", "spec", "start", "text")

    def __init__(  # noqa: PLR0913  # one argument for each field
        self,
        kind: Only["same", "escape", "placeholder"],
        text: str,
        start: int,
        end: int,
        quoting: QuoteStyle | None = None,
        node: Node | None = None,
        source: str = "",
        spec: str = "",
    ) -> None:
        self.kind: Only["same", "escape", "placeholder"] = kind
        self.text = text
        self.start = start
        self.end = end
        self.quoting = quoting
        self.node = node
        self.source = source
        self.spec = spec


class Literal(Node):
    """A string. `whole` is False if it is never closed, or is a list of words or a pattern."""

    __slots__ = ("chunks", "whole")

    def __init__(self, start: int, end: int, chunks: Sequence[Chunk], whole: bool = True) -> None:
        self.start = start
        self.end = end
        self.chunks = chunks
        self.whole = whole

    @property
    def value(self) -> str | None:
        """Return the text of a literal without placeholders; None for one with some."""
        if not self.whole or any(chunk.kind == "placeholder" for chunk in self.chunks):
            return None
        return "".join([chunk.text for chunk in self.chunks])


class Number(Node):
    """A number, with its text."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class Pattern(Node):
    """A regular expression, with the text between its delimiters."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class Name(Node):
    """A name, as the language compares it."""

    __slots__ = ("name",)

    def __init__(self, start: int, end: int, name: str) -> None:
        self.start = start
        self.end = end
        self.name = name


class Member(Node):
    """``owner.name``; the owner is None if it is a receiver that the language leaves out."""

    __slots__ = ("name", "owner")

    def __init__(self, start: int, end: int, owner: Node | None, name: str) -> None:
        self.start = start
        self.end = end
        self.owner = owner
        self.name = name


class Index(Node):
    """``owner[key]``; `key` is None for ``list[] = item``."""

    __slots__ = ("key", "owner")

    def __init__(self, start: int, end: int, owner: Node, key: Node | None) -> None:
        self.start = start
        self.end = end
        self.owner = owner
        self.key = key


class Argument:
    """An argument of a call, or an entry of a mapping. `name` is empty for a positional one."""

    __slots__ = ("at", "key", "name", "spread", "value")

    def __init__(
        self, value: Node | None, name: str = "", at: int = -1, spread: bool = False, key: Node | None = None
    ) -> None:
        self.value = value
        self.name = name
        self.at = at
        self.spread = spread
        self.key = key


class Call(Node):
    """A call, an instantiation (`made`), or a command with options (`command`), `piped` from another value."""

    __slots__ = ("arguments", "callee", "command", "made", "piped")

    def __init__(  # noqa: PLR0913  # one argument for each field
        self,
        start: int,
        end: int,
        callee: Node,
        arguments: Sequence[Argument],
        command: bool = False,
        made: bool = False,
        piped: Node | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.callee = callee
        self.arguments = arguments
        self.command = command
        self.made = made
        self.piped = piped


class Operation(Node):
    """Two operands. `kind` is the meaning: ``join`` of texts, ``percent`` or ``braces`` format, ``other``."""

    __slots__ = ("kind", "left", "right", "sign")

    def __init__(self, start: int, end: int, kind: str, sign: str, left: Node, right: Node) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.sign = sign
        self.left = left
        self.right = right


class Unary(Node):
    """An operator before a value: ``await``, ``-``, ``!``."""

    __slots__ = ("sign", "value")

    def __init__(self, start: int, end: int, sign: str, value: Node) -> None:
        self.start = start
        self.end = end
        self.sign = sign
        self.value = value


class Choice(Node):
    """A value that is one of several: ``a ? b : c``, ``a ?? b``. `tests` are only evaluated."""

    __slots__ = ("options", "tests")

    def __init__(self, start: int, end: int, options: Sequence[Node], tests: Sequence[Node] = ()) -> None:
        self.start = start
        self.end = end
        self.options = options
        self.tests = tests


class Items(Node):
    """A list, set or tuple."""

    __slots__ = ("items",)

    def __init__(self, start: int, end: int, items: Sequence[Node]) -> None:
        self.start = start
        self.end = end
        self.items = items


class Pairs(Node):
    """A mapping, an object or a record: entries with a name or a key, or spread from another value."""

    __slots__ = ("entries",)

    def __init__(self, start: int, end: int, entries: Sequence[Argument]) -> None:
        self.start = start
        self.end = end
        self.entries = entries


class Cast(Node):
    """A value that is converted to a type."""

    __slots__ = ("type", "value")

    def __init__(self, start: int, end: int, type: str, value: Node) -> None:
        self.start = start
        self.end = end
        self.type = type
        self.value = value


class Parameter:
    """A parameter of a function at its position, and its type (empty if it has none); `rest` takes all other arguments."""

    __slots__ = ("at", "default", "name", "rest", "type")

    def __init__(
        self, name: str, type: str = "", default: Node | None = None, at: int = -1, rest: bool = False
    ) -> None:
        self.name = name
        self.type = type
        self.default = default
        self.at = at
        self.rest = rest


class Function(Node):
    """A function. `inline` is True for one that is written where it is used: a lambda, a script block.

    `silent` is True if it has nothing to do with conditions unless it is called, None if that is not known.
    """

    __slots__ = ("body", "inline", "name", "parameters", "silent")

    def __init__(
        self,
        start: int,
        end: int,
        name: str,
        parameters: Sequence[Parameter],
        body: Node | None,
        inline: bool = False,
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.parameters = parameters
        self.body = body
        self.inline = inline
        self.silent: bool | None = None


class Sent(Node):
    """A text that is sent to a known target as the parameter `key`; if it is `open`, calls around it may name another."""

    __slots__ = ("key", "open", "place", "value")

    def __init__(  # one argument for each field
        self, start: int, end: int, value: Node, key: str, place: RequestTarget, open: bool = False
    ) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.key = key
        self.place = place
        self.open = open


class Other(Node):
    """Anything else; its children are evaluated, too."""

    __slots__ = ("children",)

    def __init__(self, start: int, end: int, children: Iterable[Node] = ()) -> None:
        self.start = start
        self.end = end
        self.children = tuple(children)


class Assign(Node):
    """``target = value``; `added` is True for ``+=``. `type` is the declared type, `constant` a declaration."""

    __slots__ = ("added", "declared", "target", "type", "value")

    def __init__(  # noqa: PLR0913  # one argument for each field
        self,
        start: int,
        end: int,
        target: Node,
        value: Node | None,
        added: bool = False,
        type: str = "",
        declared: bool = False,
    ) -> None:
        self.start = start
        self.end = end
        self.target = target
        self.value = value
        self.added = added
        self.type = type
        self.declared = declared


class Block(Node):
    """Statements in a row."""

    __slots__ = ("statements",)

    def __init__(self, start: int, end: int, statements: Sequence[Node]) -> None:
        self.start = start
        self.end = end
        self.statements = statements


class Branch(Node):
    """Bodies of which at most one runs; exactly one if `complete`. `tests` come before the bodies."""

    __slots__ = ("bodies", "complete", "tests")

    def __init__(
        self, start: int, end: int, tests: Sequence[Node | None], bodies: Sequence[Node], complete: bool
    ) -> None:
        self.start = start
        self.end = end
        self.tests = tests
        self.bodies = bodies
        self.complete = complete


class Loop(Node):
    """A body that runs any number of times; `names` take the items of `over`."""

    __slots__ = ("body", "head", "names", "over")

    def __init__(
        self,
        start: int,
        end: int,
        names: Sequence[str],
        over: Node | None,
        body: Node,
        head: Sequence[Node] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.names = names
        self.over = over
        self.body = body
        self.head = head


class Jump(Node):
    """A statement after which the next one does not run: ``return value``, ``break``, ``throw``."""

    __slots__ = ("returns", "value")

    def __init__(self, start: int, end: int, value: Node | None = None, returns: bool = False) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.returns = returns


class Class(Node):
    """A class: a block whose names are members."""

    __slots__ = ("body", "name")

    def __init__(self, start: int, end: int, name: str, body: Block) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.body = body


class Module:
    """A whole source: its statements, and the types that its declarations give to names and to other types.

    `types` are all types that a name is declared with anywhere; `aliases` gives a type by its name.
    """

    __slots__ = ("aliases", "body", "types")

    def __init__(self, body: Block, types: dict[str, set[str]], aliases: dict[str, str]) -> None:
        self.body = body
        self.types = types
        self.aliases = aliases


def key_of(node: Node | None) -> str:
    """Return the name that a key is: that of a literal or a symbol."""
    if isinstance(node, Literal):
        return node.value or ""
    if isinstance(node, Name):
        return node.name.lstrip(":") if node.name.startswith(":") else ""
    if isinstance(node, Number):
        return node.text
    return ""
