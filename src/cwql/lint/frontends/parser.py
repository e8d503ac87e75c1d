"""Parse the tokens of a language with braces: one expression parser and one statement parser, fed by class attributes.

A subclass per language sets the tables, and overrides a method if its grammar differs in kind. The parser accepts more
than the language does and never fails: brackets are paired first, so an unknown construct is skipped up to its bracket.
"""

from __future__ import annotations

from cwql.lint.dataflow.type_names import NUMBER_TYPES, is_text_type
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.declarations import Declarations
from cwql.lint.frontends.tables import DEPTH, ENDS, OPENERS
from cwql.lint.ir import (
    Assign,
    Block,
    Branch,
    Function,
    Jump,
    Loop,
    Module,
    Name,
    Node,
    Other,
    Pattern,
    Unary,
    switched,
    when_word,
)

_BETWEEN = frozenset((",", "*", "|", "||", ":", "=>", "->", ".", "is"))
"""Tokens of the labels of a case that are no values."""


def _member_of(node: Node) -> str:
    """Return the name of the member that a statement of a class declares, which may have accessors; empty if it declares none."""
    if isinstance(node, Block) and len(node.statements) == 1:
        node = node.statements[0]
    return node.target.name if isinstance(node, Assign) and isinstance(node.target, Name) else ""


class Parser(Declarations):
    """Parse the tokens of one source; `module` returns its tree."""

    # --- the whole -------------------------------------------------------------------------------------------------

    def module(self) -> Module:
        """Return the tree of the source."""
        body = self.block_until(self.size)
        return Module(body, self.types, self.aliases)

    def block_until(self, stop: int, in_class: bool = False) -> Block:
        """Parse statements up to the token at an index."""
        start = self.peek().start
        outer, self.in_class = self.in_class, in_class
        inside, self.inside = self.inside, 0
        bare, self.bare = self.bare, False
        found: list[Node] = []
        stop = min(stop, self.size)
        while self.at < stop and not self.is_stop():
            before = self.at
            node = self.statement(stop)
            if node is not None:
                if in_class and found and isinstance(node, Function):
                    self.annotate(node, found)
                elif in_class and found and (name := _member_of(node)):
                    self.restrict(name, found, node.statements[0] if isinstance(node, Block) else node)
                found.append(node)
            if self.at <= before:
                self.at = before + 1
        self.at = min(self.at, stop)
        self.inside, self.bare, self.in_class = inside, bare, outer
        return Block(start, self.peek().start, found)

    def is_stop(self) -> bool:
        """Return whether the word at hand ends a block, in a language with such words."""
        return False

    def statements(self, stop: int) -> list[Node]:
        """Return the statements up to the token at an index."""
        found: list[Node] = []
        for _ in self.upto(stop):
            node = self.statement(stop)
            if node is not None:
                found.append(node)
        return found

    def block(self) -> Node:
        """Parse a block in braces, or a single statement in the place of one."""
        if self.word() == "{":
            closing = self.enter()
            body = self.block_until(closing)
            self.leave(closing)
            return body
        start = self.peek().start
        node = self.statement(self.size) if self.word() not in ENDS and self.at < self.size else None
        return Block(start, self.last_end(), [node] if node is not None else [])

    # --- statements ------------------------------------------------------------------------------------------------

    def statement(self, stop: int) -> Node | None:
        """Parse one statement; None for one without effect, such as a lone semicolon."""
        if self.depth > DEPTH:
            return self._skip()
        self.depth += 1
        node = self._statement(stop)
        self.depth -= 1
        while node is not None and self.modifying and self.is_modified():
            # A condition that follows its statement.
            negated = self.word() == "unless"
            self.at += 1
            test = self.expression()
            node = Branch(node.start, self.last_end(), [negation(test) if negated else test], [node], False)
        return node

    def is_modified(self) -> bool:
        """Return whether the word at hand begins a condition of the statement before it."""
        if self.peek().kind != "name" or self.word() not in self.modifying:
            return False
        return not (self.peek().fresh and (self.lines or self.word(-1) == "}"))

    def _statement(self, stop: int) -> Node | None:
        token = self.peek()
        if token.kind == "sign":
            if token.text == "{":
                return self.block()
            if token.text in (";", ",") or token.text in ENDS:
                self.at += 1
                return None
        word = self.word()
        if token.kind == "name" and self.is_keyword():
            node = self.keyword(word, stop)
            if node is not None:
                return node
        return self.simple(stop)

    def is_keyword(self) -> bool:
        """Return whether the word at hand is used as a keyword, and is not the name of a member, a key or a variable."""
        before, after = self.word(-1), self.word(1)
        return (before not in self.links and after not in (":", "=", ",", ")", ".", "=>")) or self.word() in self.elses

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins; None if the word is none."""
        start = self.peek().start
        if word in self.conditionals:
            return self.conditional()
        if word in self.elses or word in self.elseifs:
            self.at += 1
            return self.block()
        if word in self.loops:
            return self.loop()
        if word in self.switches:
            return self.switch()
        if word in self.handlers:
            return self.handler()
        if word in self.tries and self.word(1) in ("{", "("):
            return self.attempt(word)
        if word in self.returns or word in self.jumps:
            self.at += 1
            value = None
            # The word of a string is empty.
            ends = self.word() in (";", "}") or self.word() in self.modifying
            if self.at < self.size and not self.peek().fresh and not ends:
                value = self.simple(stop)
            return Jump(start, self.last_end(), value, word in self.returns)
        if word in self.functions:
            return self.function()
        if word in self.classes:
            return self.class_()
        if word in self.shapes:
            return self.shape()
        if word in self.declares:
            return self.declaration()
        return None

    def conditional(self) -> Node:
        """Parse ``if`` with all its branches."""
        start = self.peek().start
        tests: list[Node | None] = []
        bodies: list[Node] = []
        complete = False
        while True:
            negated = self.word() == "unless"
            self.at += 1
            test = self.header()
            tests.append(negation(test) if negated else test)
            bodies.append(self.block())
            short = self.short
            while self.word() == ";" and self.word(1) in (*self.elses, *self.elseifs):
                self.at += 1
            word = self.word()
            if word in self.elseifs:
                continue
            if word in self.elses and not (short and self.peek().fresh):
                if self.chained and self.word(1) in self.conditionals and self.word(1) not in self.elseifs:
                    self.at += 1
                    continue
                self.at += 1
                bodies.append(self.block())
                complete = True
            break
        if not short:
            self.skip_end()
        self.short = False
        return Branch(start, self.last_end(), tests, bodies, complete)

    short = False
    """Whether the last block was the rest of a line, after which no word ends the statement."""

    def skip_end(self) -> None:
        """Pass over the word that ends a statement, if the language has one."""

    def header(self) -> Node | None:
        """Parse the test of a statement: in brackets, or up to the brace of its body."""
        if self.word() == "(" and self.headers:
            closing = self.enter()
            found = self.listed(closing)
            self.leave(closing)
            return found[0] if len(found) == 1 else Other(self.peek().start, self.peek().start, found)
        bare, self.bare = self.bare, True
        found = []
        while self.at < self.size and self.word() != "{" and self.word() not in ENDS:
            if self.word() in (";", ","):
                self.at += 1
                continue
            node = self.simple(self.size)
            if node is None:
                break
            found.append(node)
        self.bare = bare
        self._to_body()
        return found[0] if len(found) == 1 else Other(self.peek().start, self.peek().start, found)

    def _to_body(self) -> None:
        """Pass over the rest of a header."""
        while self.at < self.size and self.word() not in ("{", ";", "}"):
            self.step()

    def loop(self) -> Node:
        """Parse a loop of any form."""
        start = self.peek().start
        self.at += 1
        if self.word() in ("await", "each") or (self.word() == "my" and self.peek(1).kind == "variable"):
            self.at += 1
        begin = self.at
        enclosed = self.word() == "("
        if enclosed and self.headers:
            end = self.closing(self.at)
            begin, after = self.at + 1, end + 1
        else:
            end = self.find(self.at, self.size, "{", "}")
            literal = self.closing(end) + 1
            if self.literals == "type" and literal < self.size and self.tokens[literal].text == "{":
                # ``for _, name := range []string{"New"} {``
                end = literal
            after = end
        # ``for (name in names.filter { … })``, but not ``for name in names { … }``
        bare, self.bare = self.bare, not (enclosed and after == end + 1)
        names, over, head = self.loop_head(begin, min(end, self.size))
        self.bare = bare
        self.at = min(after, self.size)
        body = self.block()
        return Loop(start, self.last_end(), names, over, body, head)

    def loop_head(self, begin: int, end: int) -> tuple[list[str], Node | None, list[Node]]:
        """Parse the head of a loop between two indices: the names, what they iterate over, and other parts."""
        split, sign = -1, ""
        index = begin
        while index < end:
            text = self.tokens[index].text.lower()
            if self.tokens[index].kind != "string" and text in self.iterates:
                split, sign = index, text
                if text != ":" or self.typed == "before":
                    break
            index = self.closing(index) + 1 if text in OPENERS else index + 1
        if split >= 0 and (sign != ":" or self.typed == "before"):
            first, last = (split + 1, end) if sign != "as" else (begin, split)
            names = (begin, split) if sign != "as" else (split + 1, end)
            tokens = self.tokens[names[0] : names[1]]
            if self.typed == "before":
                # ``string name``, ``var (key, value)``
                after = [*[token.text for token in tokens[1:]], ")"]
                tokens = [token for token, next in zip(tokens, after, strict=True) if next in (",", ")")]
            kinds = ("name", "variable")
            words = [
                self.name_of(each.text) for each in tokens if each.kind in kinds and each.text not in self.declares
            ]
            type = self.join_words(names[0], names[1] - 1) if self.typed == "before" and sign != "as" else ""
            if len(words) == 1 and type and not type.endswith("var"):
                # ``for (Status status : …)``
                self.note_type(words[0], type)
            self.at = first
            over = self.iterated() if first < last else None
            return words[-4:], over, []
        self.at = begin
        return [], None, self.statements(end)

    def iterated(self) -> Node | None:
        """Parse the iterable of a loop."""
        return self.expression()

    subject: Node | None = None
    """The value before a ``switch`` without a head."""

    def switch(self) -> Node | None:
        """Parse a statement with cases."""
        start, begin = self.peek().start, self.at
        self.at += 1
        test = self.header() if self.word() != "{" else self.subject
        if self.word() != "{":
            self.at = begin
            return None
        closing = self.enter()
        bodies: list[Node] = []
        complete = False
        for _ in self.upto(closing):
            word = self.word()
            self.at += word in self.cases
            complete = complete or word in ("default", "else") or (word == "_" and self.word(1) in ("->", "=>"))
            bodies.append(self.case(test, closing))
        self.leave(closing)
        return Branch(start, self.last_end(), [switched(test)], bodies, complete)

    def _pattern(self, closing: int) -> list[Node]:
        """Parse the pattern of a case, with its colon or arrow; return the expressions and the test in it."""
        found: list[Node] = []
        while self.at < closing and self.word() not in (":", "=>", "->", ";"):
            before = self.at
            node = self.guard() if self.patterns else self.simple(closing)
            if node is not None:
                found.append(node)
            if self.at <= before:
                self.step()
        self.at += self.word() in (":", "=>", "->")
        return found

    def case(self, test: Node | None, closing: int) -> Node:
        """Parse the pattern and the statements of a case, up to the next one; all of them look at the same `test`."""
        begin = self.at
        found = self._pattern(closing)
        found += self._bound(test, begin) if test is not None else ()
        start = self.peek().start
        label = self.at
        arrow = self.word(-1) in ("=>", "->")
        for _ in self.upto(closing):
            if self.word() in self.cases and self.word(1) not in ("(", "="):
                break
            if arrow:
                node = self.block() if self.word() == "{" else self.expression()
                if self.word() in (",", ";"):
                    self.at += 1
                if node is not None:
                    found.append(node)
                break
            node = self.statement(closing)
            if node is not None:
                found.append(node)
        return self.narrowed(test, begin, label, Block(start, self.last_end(), found))

    def _bound(self, test: Node, begin: int) -> list[Node]:
        """Return the assignment of a value to the name in its pattern: ``string name``, ``Some(name)``, ``let name as String``."""
        words = self.words
        end = next((index for index in range(begin, self.at) if words[index] in ("when", "if", "where")), self.at - 1)
        found: list[Node] = []
        for index in range(begin + 1, end):
            token, before = self.tokens[index], words[index - 1]
            inner = before == "(" and words[index + 1] == ")" and self.tokens[index - 2].text[:1].isupper()
            typed = index == end - 1 and self.typed == "before" and before not in ("not", "or", "and", ".", ",")
            if token.kind == "name" and token.text[:1].islower() and (inner or typed or before in self.declares):
                first, last = (begin, index) if typed else (index + 2, end if words[index + 1] == "as" else 0)
                at, type = token.start, self.join_words(first, last)
                found.append(Assign(at, at, Name(at, at, token.text), test, type=type))
        return found if len(found) == 1 else []

    def narrowed(self, test: Node | None, begin: int, end: int, body: Node) -> Node:
        """Return the body of a case, in which a name matches its label, or is a word of the program if all labels are words or constants."""
        labels = [each for each in self.tokens[begin:end] if each.text not in _BETWEEN]
        # ``when /\A\d+\z/``
        patterns = [Pattern(each.start, each.end, each.text.strip("/")) for each in labels if each.kind == "regex"]
        typed = "is" in self.words[begin:end]
        constant = all(
            each.text.lower() in NUMBER_TYPES or (not typed and each.text[:1].isupper() and not is_text_type(each.text))
            if each.kind == "name"
            else is_word(each.value) or each.kind == "regex"
            for each in labels
        )
        return when_word(test, body, patterns) if labels and constant else body

    def attempt(self, word: str) -> Node:
        """Parse ``try`` with its handlers; the handlers are branches that may run."""
        start = self.peek().start
        self.at += 1
        parts: list[Node] = []
        if self.word() == "(":
            # ``try (Reader input = open()) {``
            closing = self.enter()
            parts += self.statements(closing)
            self.leave(closing)
        parts.append(self.block())
        if word == "do" and self.word() in ("while", "until"):
            body = parts[0]
            self.at += 1
            test = self.header()
            return Loop(start, self.last_end(), [], None, body, [test] if test is not None else [])
        while self.word() in self.handlers:
            parts.append(self.handler())
        return Block(start, self.last_end(), parts)

    def handler(self) -> Node:
        """Parse ``catch`` and its kin."""
        start = self.peek().start
        always = self.word() in ("finally", "ensure")
        self.at += 1
        if self.word() == "(":
            self.step()
        test = self.guard()
        self._to_body()
        body = self.block()
        return body if always else Branch(start, self.last_end(), [test], [body], False)

    def guard(self) -> Node | None:
        """Parse the test of a pattern, ``when (error.Code == 404)``; None if there is none."""
        if self.word() not in ("when", "if", "where"):
            return None
        self.at += 1
        return self.unbraced()


def negation(test: Node | None) -> Node | None:
    """Return the test of ``unless``."""
    return Unary(test.start, test.end, "not", test) if test is not None else None
