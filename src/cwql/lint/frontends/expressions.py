"""Parse expressions by the binding powers of their operators."""

from __future__ import annotations

from cwql.lint.dataflow.type_names import NUMBER_TYPES
from cwql.lint.frontends.operands import Operands
from cwql.lint.frontends.tables import ASSIGN, CHOICE, DEPTH, PREFIX, STOPS
from cwql.lint.ir import (
    Argument,
    Assign,
    Call,
    Cast,
    Choice,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Unary,
)
from cwql.lint.words import words

_AFTER = words("( [ < { ! ++ --")
"""The signs after an operand that are no operators and no links."""

_RANGES = words(": .. ... ..= ..<")
"""Signs at one end of an index, which selects a part of a list."""

_AFTER_PATTERNS = words("and or when select orderby where")
"""Words that may follow a pattern that gives no name."""


class Expressions(Operands):
    """Parse operators, members and calls."""

    def expression(self, power: int = 0) -> Node | None:
        """Parse an expression whose operators bind tighter than `power`; None if there is none."""
        if self.depth > DEPTH:
            return self._skip()
        self.depth += 1
        left = self.prefix()
        if left is not None:
            left = self.infix(left, power)
        self.depth -= 1
        return left

    def unbraced(self) -> Node | None:
        """Parse an expression before the brace or the word that begins a block."""
        bare, self.bare = self.bare, True
        node = self.expression()
        self.bare = bare
        return node

    def infix(self, left: Node, power: int) -> Node:
        """Parse the operators after an operand."""
        tokens = self.tokens
        while self.at < self.size:
            token = tokens[self.at]
            if (token.text in STOPS and token.kind == "sign") or (token.fresh and self.starts_line()):
                return left
            after = self.postfix(left)
            if after is not None:
                left = after
                continue
            word = self.words[self.at]
            if token.kind in ("string", "number", "variable", "regex"):
                return left
            adding = self.assigns.get(word, self.adds.get(word))
            if self.equality and (self.bare or self.inside or power) and word == "=":
                adding = None
            if adding is not None and token.kind != "name":
                # ``a and b = c`` assigns to the second operand; keys end before the sign, and ``*b = c`` assigns to all of it.
                operand = ASSIGN + 1 < power < PREFIX and isinstance(left, (Name, Member, Index))
                if (power > ASSIGN and not operand) or isinstance(left, (Literal, Number)):
                    return left
                self.at += 1
                value = self.expression(ASSIGN - 1 if adding is False else ASSIGN)
                if value is not None and word in ("??=", "||="):
                    value = Choice(left.start, value.end, [left, value])
                left = self.assign(left, value, adding)
                continue
            if word == "?" and word not in self.powers:
                if power >= CHOICE:
                    return left
                left = self._ternary(left)
                continue
            binding = self.powers.get(word, 0)
            if token.kind == "name" and word not in self.powers:
                special = self.worded(left, word)
                if special is None:
                    return left
                left = special
                continue
            if binding <= power:
                return left
            left = self.binary(left, word, binding)
        return left

    def worded(self, left: Node, word: str) -> Node | None:
        """Parse an operator that is a word: ``as Type``."""
        if word in ("as", "satisfies"):
            self.at += 1
            while self.word() in ("?", "!"):
                self.at += 1
            first = self.at
            if self.word() == "const":
                self.at += 1
                return left
            self.at = max(self.type_end(first), first + 1)
            return Cast(left.start, self.last_end(), self.join_words(first, self.at), left)
        return None

    def assign(self, target: Node, value: Node | None, adding: bool) -> Node:
        """Return the node of an assignment."""
        return Assign(target.start, self.last_end(), target, value, adding)

    def _ternary(self, test: Node) -> Node:
        """Parse ``test ? a : b``, with further ones after the colon."""
        tests: list[Node] = []
        options: list[Node] = []
        start = test.start
        while self.word() == "?":
            tests.append(test)
            self.at += 1
            inside, self.inside = self.inside, self.inside + 1
            first = self.expression(ASSIGN) if self.word() != ":" else None
            self.inside = inside
            if first is not None:
                options.append(first)
            self.at += self.word() == ":"
            test = self.expression(CHOICE) or Other(start, start)
        options.append(test)
        return Choice(start, self.last_end(), options, tests)

    def binary(self, left: Node, word: str, binding: int) -> Node:
        """Parse the right side of an operator."""
        self.at += 1
        if word in ("is", "instanceof") and self.typed == "before":
            return self._pattern_of(left, single=word != "is")
        if self.word() == "=" and self.peek().start == self.tokens[self.at - 1].end:
            # ``total *= 2``
            self.at += 1
            binding = ASSIGN
        right = self.expression(binding)
        if right is None:
            return Other(left.start, self.last_end(), [left])
        if word in self.fallbacks:
            return Choice(left.start, self.last_end(), [left, right])
        if word in self.guards:
            return Choice(left.start, self.last_end(), [right], [left])
        kind = "join" if word in self.joins else "percent" if word in self.percents else "other"
        return Operation(left.start, self.last_end(), kind, word, left, right)

    def _pattern_of(self, value: Node, single: bool = False) -> Node:
        """Parse the pattern that a value is tested with: ``string name``, ``not { } name``, ``"New" or "Open"``."""
        first, start, word = self.at, value.start, self.word()
        node: Node
        if word == "not":
            self.at += 1
            node = Unary(start, self.last_end(), "not", self._pattern_of(value, single=True))
        elif word == "(":
            closing = self.enter()
            node = self._pattern_of(value)
            self.leave(closing)
        elif word == "{" or self.peek().kind == "name":
            self.at = self.type_end(first) if word != "{" else first
            self.at -= self.word(-1) == "?"
            type = self.join_words(first, self.at)
            name = Name(start, start, type) if "." not in type else Member(start, start, None, type.rpartition(".")[2])
            node = Operation(start, self.last_end(), "other", "is", value, name)
            if self.word() == "{":
                self.at = self.closing(self.at) + 1
            if self.peek().kind == "name" and self.word() not in _AFTER_PATTERNS:
                target = Name(start, start, self.name_of(self.peek().text))
                self.at += 1
                self.note_type(target.name, type)
                node = Assign(start, self.last_end(), target, value, type=type, declared=True)
        else:
            right = self.expression(7) or Other(start, start)
            node = Operation(start, self.last_end(), "other", "is", value, right)
        while not single and self.word() in ("and", "or"):
            word = self.word()
            self.at += 1
            right = self._pattern_of(value if isinstance(value, (Name, Member)) else Other(start, start), single=True)
            node = Operation(start, self.last_end(), "other", word, node, right)
        return node

    def postfix(self, left: Node) -> Node | None:
        """Parse what follows an operand without an operator: a member, a call, an index; None if nothing does."""
        token = self.peek()
        word = token.text
        if token.kind != "sign":
            return None
        if word in self.links:
            return self.member(left)
        if word not in _AFTER:
            return None
        if word == "(" and not (self.lines and token.fresh and not self.inside):
            return self.call(left) if not isinstance(left, (Literal, Number)) else None
        if word == "[" and not (self.lines and token.fresh):
            return self.index(left)
        if word == "<" and isinstance(left, (Name, Member)):
            after = self._angles(self.at)
            if after > self.at and after < self.size and self.tokens[after].text == "(":
                type = self.join_words(self.at + 1, after - 1)
                self.at = after
                node = self.call(left)
                # ``config.GetValue<int>("Board")``
                return Cast(left.start, node.end, type, node) if type.lower().strip("?[]") in NUMBER_TYPES else node
        if word == "{" and self.literals and not self.bare and self.is_literal(left):
            return self.literal_of(left)
        if word == "!" and not token.fresh and self.last_end() == token.start:
            self.at += 1
            return left
        if word in ("++", "--") and not token.fresh and word not in self.powers:
            self.at += 1
            return Other(left.start, self.last_end(), [left])
        if (
            self.trailing
            and word == "{"
            and not self.bare
            and isinstance(left, (Call, Name, Member))
            and not token.fresh
        ):
            return self._with_block(left, self.lambda_block())
        return None

    def member(self, left: Node) -> Node:
        """Parse ``.name`` after a value."""
        self.at += 1
        token = self.peek()
        if token.kind in ("name", "variable") or token.kind == "number":
            self.at += 1
            return Member(left.start, token.end, left, self.name_of(token.text))
        if token.text in ("(", "[", "{"):
            # ``?.(…)``, ``?.[…]``
            return left
        return Other(left.start, self.last_end(), [left])

    def call(self, callee: Node, made: bool = False) -> Node:
        """Parse the arguments of a call."""
        arguments = self.arguments()
        return Call(callee.start, self.last_end(), callee, arguments, made=made)

    def arguments(self) -> list[Argument]:
        """Parse the arguments in the brackets at hand."""
        return self.bracketed(self.argument)

    def bare_arguments(self) -> list[Argument]:
        """Parse the arguments of a call without brackets."""
        found: list[Argument] = []
        while self.at < self.size:
            before = self.at
            argument = self.argument()
            if argument is not None:
                found.append(argument)
            if self.word() != "," or self.at <= before:
                break
            self.at += 1
        return found

    def _to_comma(self, closing: int, found: list[Argument]) -> None:
        """Go to the next item: the rest of the current one is only searched."""
        while self.at < min(closing, self.size):
            word = self.words[self.at]
            if word in (",", ";"):
                self.at += 1
                return
            before = self.at
            node = self.expression()
            value = found[-1].value if found else None
            if node is not None and value is not None:
                found[-1].value = Other(value.start, node.end, [value, node])
            if self.at <= before:
                self.step()

    def argument(self) -> Argument | None:
        """Parse one argument: a value, ``name: value`` or ``...value``."""
        found = self.labelled(self.peek().kind == "name" and self.word(1) in self.named)
        if found is not None:
            return found
        value = self.expression()
        if value is None:
            return None
        if self.word() in self.pairs and self.peek().kind == "sign" and not isinstance(value, Choice):
            # ``"key" => value`` among the arguments.
            self.at += 1
            return Argument(self.expression(), key=value, at=value.start)
        return Argument(value)

    def index(self, left: Node) -> Node:
        """Parse ``[key]`` after a value."""
        closing = self.enter()
        # ``names[:50]``, ``names[..50]``, ``names[50:]``
        start = self.peek().start
        ends = self.words[self.at], self.words[min(closing, self.size) - 1]
        found = self.listed(closing)
        self.leave(closing)
        one = len(found) == 1 and _RANGES.isdisjoint(ends)
        key = found[0] if one else Other(start, self.last_end(), found) if found else None
        return Index(left.start, self.last_end(), left, key)

    def listed(self, closing: int) -> list[Node]:
        """Parse expressions up to a bracket, separated by commas."""
        found: list[Node] = []
        inside, self.inside = self.inside, self.inside + 1
        bare, self.bare = self.bare, False
        for _ in self.upto(closing):
            if self.word() in self.spreads and self.peek().kind == "sign":
                self.at += 1
            node = self.expression()
            if node is not None:
                found.append(node)
        self.inside, self.bare = inside, bare
        return found
