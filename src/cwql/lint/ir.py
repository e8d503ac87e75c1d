"""The tree that every frontend makes of a source file: expressions, and the few statements that matter to a data flow.

A node records its span in the source. What a frontend does not understand becomes `Other`, whose children are still
searched, so an unknown construct hides nothing but itself.
"""

from __future__ import annotations

from cwql.lint.record import Record, later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal as Only

    from cwql.lint.frontends.syntax import Token
    from cwql.lint.request_targets import RequestTarget
    from cwql.lint.templates.model import QuoteStyle


class Node(Record):
    """A part of a program: ``source[start:end]``."""

    start: int
    end: int


class Chunk(Record):
    """A span of a string literal: plain text, an escape, or a placeholder with its code, as `source`, `tokens` and a node."""

    kind: Only["same", "escape", "placeholder"]
    text: str
    start: int
    end: int
    quoting: QuoteStyle | None = None
    node: Node | None = None
    source: str = ""
    spec: str = ""
    tokens: list[Token] | None = None


class Literal(Node):
    """A string. `whole` is False if it is never closed, or is a list of words or a pattern."""

    chunks: Sequence[Chunk]
    whole: bool = True

    @property
    def value(self) -> str | None:
        """Return the text of a literal without placeholders; None for one with some."""
        if not self.whole or any(chunk.kind == "placeholder" for chunk in self.chunks):
            return None
        return "".join([chunk.text for chunk in self.chunks])


class Number(Node):
    """A number, with its text."""

    text: str


class Pattern(Node):
    """A regular expression, with the text between its delimiters."""

    text: str


class Name(Node):
    """A name, as the language compares it."""

    name: str


class Member(Node):
    """``owner.name``; the owner is None if it is a receiver that the language leaves out."""

    owner: Node | None
    name: str


class Index(Node):
    """``owner[key]``; `key` is None for ``list[] = item``."""

    owner: Node
    key: Node | None


class Argument(Record):
    """An argument of a call, or an entry of a mapping. `name` is empty for a positional one."""

    value: Node | None
    name: str = ""
    at: int = -1
    spread: bool = False
    key: Node | None = None


class Call(Node):
    """A call, an instantiation (`made`), or a command with options (`command`), `piped` from another value."""

    callee: Node
    arguments: Sequence[Argument]
    command: bool = False
    made: bool = False
    piped: Node | None = None


class Operation(Node):
    """Two operands. `kind` is the meaning: ``join`` of texts, ``percent`` or ``braces`` format, ``other``."""

    kind: str
    sign: str
    left: Node
    right: Node


class Unary(Node):
    """An operator before a value: ``await``, ``-``, ``!``."""

    sign: str
    value: Node


class Choice(Node):
    """A value that is one of several: ``a ? b : c``, ``a ?? b``. `tests` are only evaluated."""

    options: Sequence[Node]
    tests: Sequence[Node] = ()


class Items(Node):
    """A list, set or tuple."""

    items: Sequence[Node]


class Pairs(Node):
    """A mapping, an object or a record: entries with a name or a key, or spread from another value."""

    entries: Sequence[Argument]


class Cast(Node):
    """A value that is converted to a type."""

    type: str
    value: Node


class Parameter(Record):
    """A parameter of a function at its position, and its type (empty if it has none); `rest` takes all other arguments.

    `key` is the name that an annotation gives it in a URL.
    """

    name: str
    type: str = ""
    default: Node | None = None
    at: int = -1
    rest: bool = False
    key: str = ""


class Function(Node):
    """A function. `inline` is True for one that is written where it is used: a lambda, a script block.

    `silent` is True if it has nothing to do with conditions unless it is called, None if that is not known. `convert` returns
    the body when it is evaluated for the first time, if the body is not set. `extends` is True for a method that is declared
    outside of its type. `returns` is the declared type of its result.
    """

    name: str
    parameters: Sequence[Parameter]
    body: Node | None
    inline: bool = False
    returns: str = ""
    silent: bool | None = later(None)
    convert: Callable[[], Node] | None = later(None)
    extends: bool = later(False)


class Sent(Node):
    """A text that is sent to a known target as the parameter `key`; if it is `open`, calls around it may name another."""

    value: Node
    key: str
    place: RequestTarget
    open: bool = False


class Other(Node):
    """Anything else; its children are evaluated, too."""

    children: Sequence[Node] = ()


class Assign(Node):
    """``target = value``; `added` is True for ``+=``. `type` is the declared type, `constant` a declaration."""

    target: Node
    value: Node | None
    added: bool = False
    type: str = ""
    declared: bool = False


class Block(Node):
    """Statements in a row."""

    statements: Sequence[Node]


class Branch(Node):
    """Bodies of which at most one runs; exactly one if `complete`. `tests` come before the bodies."""

    tests: Sequence[Node | None]
    bodies: Sequence[Node]
    complete: bool


class Loop(Node):
    """A body that runs any number of times; `names` take the items of `over`."""

    names: Sequence[str]
    over: Node | None
    body: Node
    head: Sequence[Node] = ()


class Jump(Node):
    """A statement after which the next one does not run: ``return value``, ``break``, ``throw``."""

    value: Node | None = None
    returns: bool = False


class Class(Node):
    """A class: a block whose names are members."""

    name: str
    body: Block


class Module(Record):
    """A whole source: its statements, and the types that its declarations give to names and to other types.

    `types` are all types that a name is declared with anywhere; `aliases` gives a type by its name.
    """

    body: Block
    types: dict[str, set[str]]
    aliases: dict[str, str]


def key_of(node: Node | None) -> str:
    """Return the name that a key is: that of a literal or a symbol."""
    if isinstance(node, Literal):
        return node.value or ""
    if isinstance(node, Name):
        return node.name.lstrip(":") if node.name.startswith(":") else ""
    if isinstance(node, Number):
        return node.text
    return ""


def listed(node: Node | None) -> list[Node]:
    """Return the items of a list, or the values of a mapping, that an expression writes: ``(a, b)``, ``List.of(a, b)``, ``{"a": a}.items()``."""
    if isinstance(node, (Cast, Unary)):
        return listed(node.value)
    if isinstance(node, Items):
        return list(node.items)
    if isinstance(node, Pairs):
        return [each.value for each in node.entries if each.value is not None]
    if not isinstance(node, Call):
        return []
    owner = listed(node.callee.owner) if isinstance(node.callee, Member) else []
    values = [each.value for each in node.arguments if each.value is not None]
    lists = isinstance(node.callee, (Name, Member)) and node.callee.name.lower() in (
        "of",
        "listof",
        "setof",
        "arrayof",
        "aslist",
    )
    return owner or (values if lists else listed(values[0]) if len(values) == 1 else [])


def is_something(node: Node | None) -> bool:
    """Return whether a value is certainly that of a test that succeeds: ``true``, a text, ``new Error()``, ``errors.New("…")``."""
    if isinstance(node, Call):
        return node.made or (isinstance(node.callee, (Name, Member)) and node.callee.name.lower() in ("new", "errorf"))
    if isinstance(node, Literal):
        return node.value != ""
    return isinstance(node, (Name, Number)) and (node.name if isinstance(node, Name) else node.text).lower() == "true"


def is_nothing(node: Node | None) -> bool:
    """Return whether a value is that of a test that fails: ``None``, ``null``, ``false``, ``0``, ``-1``."""
    if isinstance(node, Unary) and node.sign == "-":
        return isinstance(node.value, Number) and node.value.text == "1"
    if isinstance(node, Cast):
        # ``None``
        return isinstance(node.value, Other) and not node.value.children
    if isinstance(node, Name):
        return node.name.lower() in ("null", "nil", "undefined", "nothing", "false")
    return isinstance(node, Number) and node.text in ("0", "False")


def switched(subject: Node | None) -> Node | None:
    """Return the value before the cases of a branch as its test, which says nothing about the names in it."""
    return None if subject is None else Other(subject.start, subject.end, [subject, Other(subject.end, subject.end)])


def when_word(test: Node | None, body: Node, patterns: Sequence[Pattern] = ()) -> Node:
    """Return a body that only runs if a name is a word of the program, or matches one of some patterns."""
    test = test.target if isinstance(test, Assign) else test
    if not isinstance(test, (Name, Member)):
        return body
    at = body.start
    found = Operation(at, at, "other", "==", test, Literal(at, at, [Chunk("same", "", at, at)]))
    for each in patterns:
        matched = Operation(at, at, "other", "=~", test, each)
        found = matched if each is patterns[0] else Operation(at, at, "other", "||", found, matched)
    return Branch(at, body.end, [found], [body], True)
