"""Parse the functions and methods of PowerShell, and the attributes of their parameters."""

from __future__ import annotations

from itertools import pairwise

from cwql.lint.dataflow.knowledge import QUOTES, is_anchored, is_safe_pattern
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.parser import Parser
from cwql.lint.ir import Assign, Block, Choice, Function, Literal, Name, Node, Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def _refuses(sign: str, pattern: str) -> bool:
    """Return whether a comparison with a pattern refuses all texts with quotes."""
    if sign.lower() in ("-notmatch", "-cnotmatch"):
        return QUOTES.fullmatch(pattern) is not None
    return sign.lower() in ("-match", "-cmatch") and is_safe_pattern(pattern) and is_anchored(pattern)


class Declarations(Parser):
    """Parse functions, whose parameters are in brackets or in their block."""

    declared: Sequence[Parameter] = ()
    argued = False
    """Whether a comma ends an argument of a method or a parameter; elsewhere it makes a list."""

    def param(self) -> Node:
        """Parse ``param( … )``: each parameter is a name with an unknown value, and a type."""
        start = self.peek().start
        self.at += 1
        self.declared = self.parameters()
        found: list[Node] = []
        for each in self.declared:
            target = Name(start, start, each.name)
            found.append(Assign(start, start, target, None, type=each.type or "object"))
            if each.default is None or self.depth > 1:
                # Those of a function are evaluated where it is declared.
                continue
            if isinstance(each.default, Literal):
                found.append(Assign(start, start, target, Choice(start, start, [target, each.default])))
            else:
                found.append(each.default)
        return Block(start, self.last_end(), found)

    def parameter(self, begin: int, end: int, found: list[Parameter], untyped: list[str]) -> None:
        """Add a parameter with its type."""
        name, type, alias, index, safe = "", "", "", begin, False
        while index < end:
            token = self.tokens[index]
            if token.text == "[":
                closing = min(self.closing(index), end)
                inner = self.join_words(index + 1, closing)
                attribute, bracket, _ = inner.lower().partition("(")
                texts = [each.value for each in self.tokens[index:closing] if each.kind == "string"]
                first = texts[0] if texts else None
                if not bracket and closing + 1 < end:
                    type = inner
                elif attribute == "alias":
                    alias = first or ""
                elif attribute == "validateset":
                    safe = all(map(is_word, texts))
                elif attribute == "validaterange":
                    safe = not texts
                elif attribute == "validatepattern":
                    safe = _refuses("-match", first or "")
                elif attribute == "validatescript":
                    script = self.tokens[index:closing]
                    safe = any(_refuses(sign.text, each.value or "") for sign, each in pairwise(script))
                index = closing + 1
                continue
            if token.kind == "variable":
                name = self.name_of(token.text)
                break
            index += 1
        if name:
            type = "enum" if safe else type
            if type:
                self.note_type(name, type)
            default = None
            if index + 1 < end and self.tokens[index + 1].text == "=":
                at, argued = self.at, self.argued
                self.at, self.argued = index + 2, True
                default = self.expression()
                self.at, self.argued = at, argued
            found.append(Parameter(name, type, default, key=alias.lower()))

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function, whose parameters are in brackets or in its block."""
        saved, self.declared = self.declared, ()
        node = super().function()
        if isinstance(node, Function) and not node.parameters:
            node.parameters = self.declared
        self.declared = saved
        return node
