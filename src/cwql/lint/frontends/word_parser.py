"""Parse the tokens of a language whose blocks end with a word: Ruby, Elixir, Lua, Visual Basic."""

from __future__ import annotations

from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.tables import ENDS
from cwql.lint.ir import Block, Branch, Call, Class, Function, Loop, Member, Name, Node, Parameter, switched
from cwql.lint.words import words


class WordParser(Parser):
    """Parse blocks up to their last word; `stops` are the words that end a block or begin its next part."""

    stops = words("end else elsif elseif when rescue ensure catch after in")
    fillers = words("then do")
    ends = frozenset(("end",))
    bars = True
    modifying = words("if unless while until")
    chained = False
    lines = True

    def is_stop(self) -> bool:
        """Return whether the word at hand ends a block."""
        token = self.peek()
        if token.kind == "sign":
            return token.text in ENDS or self.at >= self.size
        if token.kind != "name" or self.word() not in self.stops or self.word(-1) in self.links:
            return False
        if self.word() == "in":
            return token.fresh
        return self.word(1) not in (":", "=") or self.word() in self.ends

    def statement(self, stop: int) -> Node | None:
        """Parse a statement; one may begin with a tuple or a map."""
        return self.simple(stop) if self.word() in ("{", "%{") else super().statement(stop)

    def skip_end(self) -> None:
        """Pass over the word that ends a block."""
        if self.word() in self.ends:
            self.at += 1

    def skip_fillers(self) -> None:
        """Pass over ``then`` and ``do``."""
        while self.word() in self.fillers:
            self.at += 1

    def block(self) -> Node:
        """Parse a block up to its last word."""
        self.skip_fillers()
        return self.block_until(self.size)

    def header(self) -> Node | None:
        """Parse the test of a statement."""
        return self.unbraced()

    def loop(self) -> Node:
        """Parse a loop."""
        start = self.peek().start
        word = self.word()
        self.at += 1
        names: list[str] = []
        if word == "for" or word == "foreach":
            while self.at < self.size and self.word() not in ("in", "=", "do") and not self.peek().fresh:
                if self.peek().kind in ("name", "variable") and self.word() != "each":
                    names.append(self.name_of(self.peek().text))
                self.at += 1
            self.at += self.word() in ("in", "=")
        over = self.header()
        while self.word() == ",":
            self.at += 1
            self.header()
        body = self.block()
        self.skip_end()
        return Loop(start, self.last_end(), names[:3], over, body)

    def switch(self) -> Node | None:
        """Parse ``case … when … end``."""
        start = self.peek().start
        # ``Select Case`` of Visual Basic
        self.at += 2 if self.word(1) == "case" else 1
        tests: list[Node | None] = []
        if not self.peek().fresh:
            tests.append(self.header())
        self.skip_fillers()
        bodies: list[Node] = []
        complete = False
        while self.at < self.size and (self.word() in self.cases or self.word() in self.elses):
            # ``Case Else`` of Visual Basic
            self.at += self.word() in self.cases and self.word(1) in self.elses
            default = self.word() in self.elses
            complete = complete or default
            self.at += 1
            begin = self.at
            while not default and self.at < self.size and self.word() not in self.fillers and not self.peek().fresh:
                self.step()
            label = self.at
            bodies.append(self.narrowed(tests[0] if tests else None, begin, label, self.block()))
        self.skip_end()
        return Branch(start, self.last_end(), list(map(switched, tests)), bodies, complete)

    def attempt(self, word: str) -> Node:
        """Parse ``begin`` with its handlers."""
        self.at += 1
        body = self.with_handlers(self.block_until(self.size))
        self.skip_end()
        return body

    def with_handlers(self, body: Node) -> Node:
        """Parse the handlers after a body; return all of them as one block, or the body if there are none."""
        parts = [body]
        while self.word() in self.handlers or self.word() in self.elses:
            always = self.word() in ("ensure", "finally", "after")
            self.at += 1
            while self.at < self.size and not self.peek().fresh and self.word() not in self.fillers:
                self.at += 1
            handled = self.block()
            parts.append(handled if always else Branch(handled.start, handled.end, [], [handled], False))
        return body if len(parts) == 1 else Block(body.start, self.last_end(), parts)

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins."""
        if word in self.tries and (self.peek(1).fresh or word == "begin"):
            return self.attempt(word)
        return super().keyword(word, stop)

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function up to its last word."""
        start = self.peek().start
        self.at += 1
        name = ""
        while self.peek().kind == "name" and not self.peek().fresh:
            name = self.name_of(self.peek().text)
            self.at += 1
            if self.word() not in (".", ":"):
                break
            self.at += 1
        parameters: list[Parameter] = []
        if self.word() == "(" and not self.peek().fresh:
            parameters = self.parameters()
        else:
            while self.at < self.size and not self.peek().fresh and self.word() not in ("=", "do", ";", ","):
                if self.peek().kind == "name":
                    parameters.append(Parameter(self.name_of(self.peek().text)))
                self.at += 1
        if self.word() == "=" and not self.peek().fresh:
            self.at += 1
            body: Node | None = self.expression()
            return Function(start, self.last_end(), name, parameters, body, inline)
        self.skip_return()
        body = self.with_handlers(self.block())
        self.skip_end()
        return Function(start, self.last_end(), name, parameters, body, inline or not name)

    def skip_return(self) -> None:
        """Pass over the type that a function returns."""

    def class_(self) -> Node | None:
        """Parse a class up to its last word."""
        start = self.peek().start
        self.at += 1
        name = self.name_of(self.peek().text) if self.peek().kind == "name" else ""
        if self.word(-1) == "enum":
            self.aliases[name] = "enum"
        while self.at < self.size and not self.peek().fresh and self.word() not in (";", "do"):
            self.at += 1
        body = self.block()
        self.skip_end()
        assert isinstance(body, Block)
        return Class(start, self.last_end(), name, body)

    def postfix(self, left: Node) -> Node | None:
        """Parse blocks and arguments without brackets after a call."""
        token = self.peek()
        called = self.commands and isinstance(left, (Call, Member, Name))
        if called and token.text == "{" and token.kind == "sign" and not token.fresh and self.bars:
            return self._with_block(left, self.lambda_block())
        if called and token.text == "do" and token.kind == "name" and not self.bare:
            return self._with_block(left, self.worded_block())
        if self.commands and isinstance(left, (Name, Member)) and self.begins_argument(left):
            return self.bare_call(left)
        return super().postfix(left)

    def worded_block(self) -> Node:
        """Parse ``do |names| … end``."""
        start = self.peek().start
        self.at += 1
        parameters = self.bar_names(self.size)
        body = self.with_handlers(self.block_until(self.size))
        self.skip_end()
        return Function(start, self.last_end(), "", parameters, body, True)

    def bar_names(self, stop: int) -> list[Parameter]:
        """Parse the parameters of a block: ``|names|``."""
        if self.word() != "|":
            return []
        self.at += 1
        return self.take_names(stop, "|")

    def lambda_block(self) -> Node:
        """Parse ``{ |names| … }``."""
        token = self.peek()
        closing = self.enter()
        parameters = self.bar_names(closing)
        body = self.block_until(closing)
        self.leave(closing)
        return Function(token.start, self.last_end(), "", parameters, body, True)

    def begins_argument(self, left: Node) -> bool:
        """Return whether the word at hand is an argument without brackets of the name before it."""
        token = self.peek()
        if token.fresh or self.at >= self.size or token.start == left.end:
            return False
        word = self.word()
        if token.kind in ("string", "number", "variable"):
            return True
        if token.kind == "name":
            return not any(word in each for each in (self.powers, self.ended, self.stops, self.modifying))
        following = self.peek(1)
        if token.kind != "sign" or following.start != token.end:
            return False
        if word == "[":
            blank = self.text[left.end : left.end + 1] == " "
            return isinstance(left, Name) and left.name.lstrip("@")[:1].islower() and blank
        return word in ("*", "&", "-", ":", "->", "%{") and following.kind != "sign"

    def bare_call(self, left: Node) -> Node:
        """Parse a call without brackets, up to the end of its line."""
        # A block with words belongs to this call: ``namespace :psa do``.
        bare, self.bare = self.bare, True
        arguments = self.bare_arguments()
        self.bare = bare
        return Call(left.start, self.last_end(), left, arguments)

    def named_operand(self) -> Node | None:
        """Parse statements in the place of an operand, up to their last words."""
        word = self.word()
        token = self.peek()
        if token.kind == "name" and self.word(-1) not in self.links and self.word(1) not in (":", "=", ",", ")"):
            if word in self.tries and word == "begin":
                return self.attempt(word)
            if word in self.stops:
                return None
        return super().named_operand()
