"""Conditions in Clojure: ``{:conditions "…"}`` among the arguments of a call."""

from __future__ import annotations

from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, Form, Syntax
from cwql.lint.frontends.tables import CLOSERS
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Chunk,
    Function,
    Items,
    Literal,
    Member,
    Name,
    Node,
    Pairs,
    Parameter,
    key_of,
)
from cwql.lint.request_targets import parameter_of
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMS = {'"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\"}), lines=True)}

_SYNTAX = Syntax(
    r"(?P<string>\")|(?P<mark>\\(?:newline|space|tab|.))|(?P<name>:?[A-Za-z_*+!?<>=.&%-][\w*+!?<>=./&%#-]*)",
    ";",
    {},
    _FORMS,
)


_CHARACTERS = {"\\newline": "\n", "\\space": " ", "\\tab": "\t"}
_THREADS = frozenset(("->", "->>", "some->", "some->>", "cond->", "cond->>"))


class Clojure(Parser):
    """The grammar of Clojure: lists, vectors and maps."""

    def statement(self, stop: int) -> Node | None:
        """Parse one form."""
        return self.form()

    def expression(self, power: int = 0) -> Node | None:
        """Parse one form."""
        return self.form()

    def form(self) -> Node | None:
        """Parse a form; None for a sign that is none."""
        token = self.peek()
        if token.kind == "number":
            return self.prefix()
        if token.kind == "string":
            self.at += 1
            return self.literal(token)
        if token.kind == "name":
            self.at += 1
            return Name(
                token.start, token.end, token.text.lstrip(":") if not token.text.startswith(":") else token.text
            )
        if token.text.startswith("\\"):
            # A character: ``\\"``, ``\\newline``
            self.at += 1
            character = _CHARACTERS.get(token.text, token.text[1:])
            return Literal(token.start, token.end, [Chunk("escape", character, token.start, token.end)])
        if token.text == "#" and self.word(1) == "(":
            # ``#(str "'" % "'")``
            self.at += 1
            return Function(token.start, self.last_end(), "", [Parameter("%")], self.form(), True)
        if token.text not in CLOSERS or self.depth > 50:
            self.at += 1
            return None
        self.depth += 1
        closing = self.enter()
        found: list[Node] = []
        for _ in self.upto(closing):
            node = self.form()
            if node is not None:
                found.append(node)
        # Never back: a bracket that is closed by another kind would be read again and again.
        self.at = min(max(closing + 1, self.at), self.size)
        self.depth -= 1
        end = self.last_end()
        if token.text in ("{", "@{", "#{"):
            entries = [_entry(key, value) for key, value in zip(found[::2], found[1::2], strict=False)]
            return Pairs(token.start, end, entries)
        if token.text == "(" and found:
            return _called(token.start, end, found)
        return Items(token.start, end, found)


def _entry(key: Node, value: Node) -> Argument:
    if isinstance(key, Name):
        return Argument(value, key.name.lstrip(":"), key.start)
    return Argument(value, key=key, at=key.start)


def _called(start: int, end: int, found: list[Node]) -> Node:
    """Return the node of a list whose first form is called."""
    head = found[0]
    name = head.name if isinstance(head, Name) else ""
    if name in ("def", "defonce") and len(found) > 2:
        return Assign(start, end, found[1], found[-1])
    if name in ("defn", "defn-", "fn") and len(found) > 2:
        parameters = next((each for each in found if isinstance(each, Items)), None)
        names = [Parameter(each.name) for each in parameters.items if isinstance(each, Name)] if parameters else []
        named = found[1].name if isinstance(found[1], Name) else ""
        body = Block(start, end, [each for each in found[2:] if each is not parameters])
        return Function(start, end, named, names, body, name == "fn")
    if name in ("let", "when-let", "if-let") and len(found) > 1 and isinstance(found[1], Items):
        pairs = found[1].items
        sets: list[Node] = [
            Assign(key.start, value.end, key, value) for key, value in zip(pairs[::2], pairs[1::2], strict=False)
        ]
        return Block(start, end, [*sets, *found[2:]])
    if name in _THREADS and len(found) > 1:
        return _threaded(start, end, name, found[1:])
    if name.startswith(":") and len(found) == 2:
        return Member(start, end, found[1], name[1:])
    if name.startswith(".") and len(found) > 1:
        # ``(.plusDays today 7)``
        return Call(start, end, Member(start, found[1].end, found[1], name[1:]), _arguments(found[2:]))
    module, slash, function = name.rpartition("/")
    if slash and module:
        # ``(str/join ", " names)``, ``(java.time.Instant/now)``
        owner = Name(head.start, head.end, module.rpartition(".")[2])
        head = Member(head.start, head.end, owner, function.replace("-", ""))
    elif isinstance(head, Name):
        head = Name(head.start, head.end, name.replace("-", "") if name == "parse-long" else name)
    return Call(start, end, head, _arguments(found[1:]))


def _arguments(found: Sequence[Node]) -> list[Argument]:
    """Return the arguments of a call; a keyword, or the name of a parameter, names the value after it."""
    arguments: list[Argument] = []
    index = 0
    while index < len(found):
        each, key = found[index], key_of(found[index])
        named = isinstance(each, Name) or (index and parameter_of(key) is not None)
        index += 1
        if key and named and index < len(found):
            each = found[index]
            index += 1
            arguments.append(Argument(each, key, found[index - 2].start))
        else:
            arguments.append(Argument(each))
    return arguments


def _threaded(start: int, end: int, name: str, found: Sequence[Node]) -> Node:
    """Return the calls of ``(-> value (f x) g)`` in each other; ``cond->`` adds to the text of the value if a test is true."""
    value = found[0]
    steps = found[2::2] if name.startswith("cond") else found[1:]
    for step in steps:
        if isinstance(step, Call):
            given = [*step.arguments, Argument(value)] if name.endswith(">>") else [Argument(value), *step.arguments]
            value = Call(start, step.end, step.callee, given)
        else:
            value = Call(start, step.end, step, [Argument(value)])
    return value


GRAMMAR = Grammar(_SYNTAX, Clojure, Traits("clojure", implicit=True))

extract = GRAMMAR.extract
