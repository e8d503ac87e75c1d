"""Parse operands: literals, names, brackets, lists and mappings."""

from __future__ import annotations

from cwql.lint.frontends.cursor import Cursor
from cwql.lint.frontends.tables import ASSIGN, ENDS, OPENERS, PREFIX, UNARY
from cwql.lint.ir import (
    Argument,
    Call,
    Cast,
    Function,
    Index,
    Items,
    Jump,
    Literal,
    Member,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Pairs,
    Parameter,
    Pattern,
    Unary,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.lint.frontends.syntax import Token


_CLAUSES = words("where order let join group select distinct skip take aggregate from")
"""Words that begin a line of a query of a list."""


class Operands(Cursor):
    """Parse the operands of expressions."""

    def prefix(self) -> Node | None:
        """Parse an operand with the operators before it."""
        token = self.peek()
        if token.kind in ("name", "variable"):
            return self.named_operand()
        if token.kind == "string":
            return self.string()
        if token.kind == "number":
            self.at += 1
            return Number(token.start, token.end, token.text)
        if token.kind == "regex":
            self.at += 1
            return Pattern(token.start, token.end, token.text.strip("/"))
        return self.bracket()

    def string(self) -> Node:
        """Parse a string literal, and those next to it if the language joins them."""
        node: Node = self.literal(self.peek())
        self.at += 1
        while self.peek().kind == "string" and not self.starts_line():
            right = self.literal(self.peek())
            self.at += 1
            node = Operation(node.start, right.end, "join", "", node, right)
        return node

    def literal(self, token: Token) -> Literal:
        """Return the node of a string token."""
        chunks = token.parts or []
        for chunk in chunks:
            if chunk.tokens:
                chunk.node, chunk.spec = self.placeholder(chunk.tokens, chunk.end)
        return Literal(token.start, token.end, chunks, token.whole)

    def placeholder(self, tokens: Sequence[Token], end: int) -> tuple[Node | None, str]:
        """Return the code in a placeholder of a string, and its format."""
        spec = ""
        if self.braced_specs:
            level = 0
            for index, token in enumerate(tokens):
                level += (token.text in OPENERS) - (token.text in ENDS)
                if token.text == ":" and token.kind == "sign" and level == 0 and index:
                    questions = sum(each.text == "?" for each in tokens[:index])
                    if questions == 0:
                        spec = self.text[token.end : end].rstrip("}")
                        tokens = tokens[:index]
                    break
        inner = type(self)(tokens, self.text, self.depth + 1)
        inner.inside = 1
        return inner.inner(), spec

    def inner(self) -> Node | None:
        """Parse the code in a placeholder."""
        node = self.expression()
        if node is None or self.at >= self.size:
            return node
        return Other(node.start, self._end.end, [node, *self.listed(self.size)])

    def named_operand(self) -> Node | None:
        """Parse an operand that a name begins."""
        token = self.peek()
        word = self.word()
        if word in self.leads and token.kind == "name" and self.word(-1) not in self.links:
            if word in self.unaries and self.word(1) not in ("=", ")", ",", ";", ":", "=>"):
                self.at += 1
                value = self.expression(PREFIX)
                if value is None:
                    return Name(token.start, token.end, word)
                return Unary(token.start, self.last_end(), word, value)
            if word == "new":
                return self.made()
            if word == "from" and self.queries and self.peek(1).kind == "name":
                return self._query()
            if word in self.functions and (
                self.word(1) == "(" or self.peek(1).kind == "name" or self.word(1) in ("*", "|", "&")
            ):
                return self.function(inline=True)
            if word == "async":
                # ``async (name) => …``, in C# also ``async Task<IResult> (string name) => …``
                plain = self.word(1) in self.functions or self.word(1) in ("(", "<") or self.word(2) in self.lambdas
                after = self.at + 1 if plain else self.type_end(self.at + 1)
                if plain or (self.words[after] == "(" and self.words[self.closing(after) + 1] in self.lambdas):
                    self.at = after
                    return self.prefix()
            if (word in self.jumps and self.word(1) not in ("(", "=", ".", ",", ")")) or (
                word in self.returns and self.word(1) != ":"
            ):
                self.at += 1
                value = None if self.peek().fresh else self.expression()
                return Jump(token.start, self.last_end(), value, word in self.returns)
            if (word in self.conditionals or word in self.switches) and self.word(1) not in (":", "=", ",", ")", "."):
                at = self.at
                node = self.conditional() if word in self.conditionals else self.switch()
                if node is not None:
                    return node
                self.at = at
        if self.lambdas and self.word(1) in self.lambdas and self.peek(1).kind == "sign" and not self.bare:
            self.at += 2
            name = self.name_of(token.text)
            body = self.lambda_body()
            return Function(token.start, self.last_end(), "", [Parameter(name)], body, True)
        self.at += 1
        return Name(token.start, token.end, self.name_of(token.text))

    def _query(self) -> Node | None:
        """Parse ``from name in list where … select value``, the items of a list that a function makes."""
        start = self.peek().start
        names = self.take_names(min(self.at + 6, self.size), "in")
        over = self.expression()
        while over is not None and self.at < self.size and self.word() not in (";", ",", *ENDS):
            if self.lines and self.peek().fresh and self.word() not in _CLAUSES:
                break
            if self.word() == "select":
                self.at += 1
                made = Function(over.end, over.end, "", names[-1:], self.expression(), True)
                return Call(start, self.last_end(), Member(start, over.end, over, "select"), [Argument(made)])
            self.step()
            self.at += self.word() == ","
        return over

    def made(self) -> Node | None:
        """Parse ``new Type(…) { … }``."""
        token = self.peek()
        self.at += 1
        if self.word() == "{":
            return self.mapping()
        first, callee = self.at, Name(token.start, token.end, "")
        if self.word() not in ("(", "[") and first < self.size:
            self.at += 1
            while self.word() in (".", "\\", "::") and self.peek(1).kind == "name":
                self.at += 2
            callee = Name(self.tokens[first].start, self.last_end(), self.name_of(self.peek(-1).text))
            if self.word() == "<":
                self.at = self._angles(self.at)
        if self.word() == "[":
            # ``new[] { … }``, ``new int[] { … }``
            self.at = min(self.closing(self.at) + 1, self.size)
            if self.word() == "{":
                return self.items()
            return Other(token.start, self.last_end())
        arguments = self.arguments() if self.word() == "(" else []
        node: Node = Call(token.start, self.last_end(), callee, arguments, made=True)
        if self.word() == "{" and self.literals == "new":
            node = self.literal_of(node)
        return node

    def is_literal(self, left: Node) -> bool:
        """Return whether the braces after a value are those of a literal."""
        if isinstance(left, Name) and left.name in ("struct", "interface"):
            # A type without a name.
            return False
        return self.literals == "type" and isinstance(left, (Name, Member, Index, Cast))

    def literal_of(self, left: Node) -> Node:
        """Parse the literal in braces after a type or an instantiation."""
        node = self.mapping()
        arguments = [*(left.arguments if isinstance(left, Call) else ()), Argument(node)]
        callee = left.callee if isinstance(left, Call) else left
        return Call(left.start, self.last_end(), callee, arguments, made=True)

    def bracket(self) -> Node | None:
        """Parse an operand that a sign begins."""
        token = self.peek()
        word = token.text
        if word == "(":
            return self.parenthesis()
        if word == "[":
            return self.items()
        if word == "{":
            return self.braces()
        after = self._angles(self.at) if word == "<" and "=>" in self.lambdas else self.size
        if after < self.size and self.words[after] == "(":
            # ``<T>(name: string): Promise<T[]> => …``
            arrow = self.result_end(self.closing(after) + 1)
            if arrow < self.size and self.words[arrow] in self.lambdas:
                self.at = after
                return self.parenthesis()
        if word in UNARY:
            self.at += 1
            value = self.expression(PREFIX)
            if value is None:
                return Other(token.start, token.end)
            return Unary(token.start, value.end, word, value)
        return None

    def braces(self) -> Node:
        """Parse braces in the place of an operand: a mapping, unless the language has blocks there."""
        return self.lambda_block() if self.trailing else self.mapping()

    def parenthesis(self) -> Node | None:
        """Parse ``( … )`` in the place of an operand: a group, a tuple, a cast or the parameters of a function."""
        token, opener = self.peek(), self.at
        closing = self.closing(opener)
        arrow = self.result_end(closing + 1)
        if arrow < self.size and self.tokens[arrow].text in self.lambdas:
            parameters = self.parameters()
            self.at = arrow + 1
            body = self.lambda_body()
            return Function(token.start, self.last_end(), "", parameters, body, True)
        if self.casts == "round" and closing in (opener + 2, opener + 3) and self.tokens[opener + 1].kind == "name":
            follower = self.tokens[closing + 1] if closing + 1 < self.size else self._end
            if follower.kind in ("name", "variable", "string", "number") or (
                follower.text in ("(", "[") and self.tokens[opener + 1].text in self.cast_types
            ):
                type = self.join_words(opener + 1, closing)
                self.at = closing + 1
                value = self.expression(PREFIX) or Other(token.start, self.last_end())
                return Cast(token.start, self.last_end(), type, value)
        self.at += 1
        found = self.listed(closing)
        self.leave(closing)
        if len(found) == 1:
            return found[0]
        return Items(token.start, self.last_end(), found)

    def result_end(self, at: int) -> int:
        """Return the index after the type of a result that may begin at an index."""
        after = self.tokens[at].text if at < self.size else ""
        return (
            self.type_end(at + 1, arrows=False)
            if after == ":" and self.typed == "colon" and "=>" in self.lambdas
            else at
        )

    def lambda_body(self) -> Node | None:
        """Parse the body after an arrow."""
        if self.word() == "{":
            return self.block()
        return self.expression(ASSIGN - 1)

    def items(self) -> Node:
        """Parse a list, or a mapping in square brackets."""
        token, entries = self.peek(), self.entries()
        if self.shorthand == "braces":
            # ``[name, text]``: only braces contain names that are keys.
            entries = [Argument(each.value, spread=each.spread) for each in entries]
        return self._listing(token.start, entries)

    def _listing(self, start: int, entries: Sequence[Argument]) -> Pairs | Items:
        """Return the mapping of entries, or the list if none of them has a key."""
        if any(entry.key is not None or entry.name for entry in entries):
            return Pairs(start, self.last_end(), entries)
        values = [(entry.value, entry.spread) for entry in entries if entry.value is not None]
        items = [Unary(each.start, each.end, "...", each) if spread else each for each, spread in values]
        return Items(start, self.last_end(), items)

    def mapping(self) -> Node:
        """Parse a mapping in braces."""
        token = self.peek()
        entries = self.entries()
        if self.literals and entries and not any(entry.spread for entry in entries):
            return self._listing(token.start, entries)
        return Pairs(token.start, self.last_end(), entries)

    def bracketed(self, parse: Callable[[], Argument | None]) -> list[Argument]:
        """Parse the items in the brackets at hand, separated by commas."""
        closing = self.enter()
        found: list[Argument] = []
        inside, self.inside = self.inside, self.inside + 1
        bare, self.bare = self.bare, False
        while self.at < closing:
            argument = parse()
            if argument is not None:
                found.append(argument)
            self._to_comma(closing, found)
        self.inside, self.bare = inside, bare
        self.leave(closing)
        return found

    def entries(self) -> list[Argument]:
        """Parse the entries in the brackets at hand."""
        return self.bracketed(self.entry)

    def labelled(self, named: bool) -> Argument | None:
        """Parse ``...value``, or ``name: value`` if that is at hand; None for any other item."""
        token = self.peek()
        if token.text in self.spreads and token.kind == "sign":
            self.at += 1
            return Argument(self.expression(), spread=True)
        if not named or self.peek(1).kind != "sign":
            return None
        name, at = self.name_of(token.text), token.start
        self.at += 2
        if self.word() in (",", ")", "]", "}") and self.shorthand == "colon":
            return Argument(Name(token.start, token.end, name), name, at)
        return Argument(self.expression(ASSIGN), name, at)

    def entry(self) -> Argument | None:
        """Parse one entry of a mapping or list."""
        token = self.peek()
        if token.text == "." and self.word(2) == "=":
            # ``.Name = value`` of Visual Basic
            self.at += 1
            token = self.peek()
        if token.kind == "name" and self.word() in ("get", "set", "async", "static") and self.peek(1).kind == "name":
            self.at += 1
            token = self.peek()
        behind = self.word(1) if token.kind in ("name", "variable") and self.peek(1).kind == "sign" else ""
        found = self.labelled(behind in self.pairs or (bool(self.literals) and self.assigns.get(behind) is False))
        if found is not None:
            return found
        if behind == "(" and self.shorthand == "braces":
            method = self._method()
            if method is not None:
                return Argument(method, self.name_of(token.text), token.start)
        if behind in (",", "}") and self.shorthand == "braces" and token.kind == "name":
            self.at += 1
            name = self.name_of(token.text)
            return Argument(Name(token.start, token.end, name), name, token.start)
        value = self.expression(ASSIGN + 1)
        if value is None:
            return None
        word = self.word()
        if (word in self.pairs or word in self.assigns) and self.peek().kind == "sign":
            self.at += 1
            if isinstance(value, Items) and len(value.items) == 1:
                # ``["key"] = value``, ``[key]: value``
                value = value.items[0]
            return Argument(self.expression(ASSIGN), key=value, at=value.start)
        return Argument(value)

    def _with_block(self, left: Node, block: Node) -> Node:
        """Return a call whose last argument is the block after it."""
        if isinstance(left, Call):
            return Call(left.start, self.last_end(), left.callee, [*left.arguments, Argument(block)], made=left.made)
        return Call(left.start, self.last_end(), left, [Argument(block)])

    def lambda_block(self) -> Node:
        """Parse ``{ name -> … }`` or ``{ name in … }``."""
        token, opener = self.peek(), self.at
        closing = min(self.closing(opener), self.size)
        parameters: list[Parameter] = []
        end = opener + 1
        while end < closing and self.words[end] not in ("->", "in"):
            word = self.words[end]
            statement = word in self.loops or word in self.conditionals
            if statement or (self.tokens[end].kind != "name" and word not in (",", ":", "(", ")")):
                break
            end += 1
        else:
            names = [each for each in self.tokens[opener + 1 : end] if each.kind == "name"]
            if end < closing:
                opener, parameters = end, [Parameter(self.name_of(each.text)) for each in names]
        self.at = opener + 1
        body = self.block_until(closing)
        self.leave(closing)
        return Function(token.start, self.last_end(), "", parameters, body, True)
