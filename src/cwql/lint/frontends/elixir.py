"""Conditions in Elixir: ``#{…}`` in strings, ``<>``, keyword lists, pipes."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, Form, Syntax, Token, enclosed
from cwql.lint.frontends.tables import POWERS, PREFIX
from cwql.lint.frontends.word_parser import WordParser
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Branch,
    Call,
    Function,
    Items,
    Member,
    Module,
    Name,
    Node,
    Operation,
    Other,
    Parameter,
    Unary,
    switched,
)
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.lint.frontends.scanner import Scanner


_OPTION = re.compile(r"\b(\w++): \[?:(integer|float|boolean|count|string)\b")
_PLACEHOLDERS = ("#{",)
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "#": "\\#"}), _PLACEHOLDERS, lines=True),
    "'": Form("'", BACKSLASH, QuoteStyle({"'": "\\'", "\\": "\\\\", "#": "\\#"}), _PLACEHOLDERS, lines=True),
    '"""': Form('"""', BACKSLASH, QuoteStyle({"\\": "\\\\", "#": "\\#"}, '"'), _PLACEHOLDERS, lines=True),
}


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    """Read a sigil: ``~s(…)``, ``~r/…/``, ``~w[…]``."""
    kind = match[0][1]
    plain = kind.isupper() or kind in "rw"
    form = enclosed(match[0][2:], None if plain else BACKSLASH, () if plain else _PLACEHOLDERS)
    token = scanner.read(form, match.start(), match.end(), limit)
    token.whole = token.whole and kind not in "wW"
    while kind == "r" and scanner.text[token.end : token.end + 1].isalpha():
        # ``~r/…/i``
        token.end += 1
    return token


_SYNTAX = Syntax(
    r"(?P<string>~[A-Za-z](?:\"{3}|[(\[{/|\"'])|\"{3}|[\"'])|(?P<name>(?<![\w:]):[A-Za-z_]\w*[?!]?(?!\w*:)|@?[A-Za-z_]\w*[?!]?)|(?P<mark>%\{|<>|<-|\|>|=~)",
    "#",
    {},
    _FORMS,
    _open,
)


def _runs_regex(node: Node) -> bool:
    owner = node.callee.owner if isinstance(node, Call) and isinstance(node.callee, Member) else None
    return isinstance(owner, Name) and owner.name == "Regex"


class Elixir(WordParser):
    """The grammar of Elixir."""

    joins = frozenset(("<>",))
    powers: Mapping[str, int] = {**POWERS, "<>": 9, "++": 9, "|>": 6, "->": 1, "<-": 1}
    pairs = frozenset((":", "=>"))
    links = frozenset((".",))
    commands = True
    bars = False
    sigils = ""
    continues = frozenset(("|>", ".", "<>", "&&", "||", "and", "or", "++"))
    declares = frozenset[str]()
    functions = words("def defp defmacro")
    classes = frozenset(("defmodule",))
    loops = frozenset[str]()
    tries = frozenset[str]()
    modifying = frozenset[str]()
    stops = words("end else rescue catch after")
    jumps = words("raise throw")
    modifiers = frozenset[str]()
    unaries = frozenset(("not",))
    subject: Node | None = None
    """The match of a pattern whose groups the clauses of ``case`` name."""

    def module(self) -> Module:
        """Return the tree of the source, with the types of its options: ``OptionParser.parse(argv, strict: [days: :integer])``."""
        for match in _OPTION.finditer(self.text) if "OptionParser" in self.text else ():
            self.note_type(f"[{match[1]}]", "string" if match[2] == "string" else "integer")
        return super().module()

    def conditional(self) -> Node:
        """Parse ``if … do … else … end``, or ``if …, do: …``."""
        begin, start, negated = self.at, self.peek().start, self.word() == "unless"
        self.at += 1
        test = self.header()
        if test is not None and [self.word(), self.word(1), self.word(2)] == [",", "do", ":"]:
            tests: list[Node | None] = [Unary(start, start, "not", test) if negated else test]
            bodies: list[Node] = []
            for word in ("do", "else"):
                if [self.word(), self.word(1), self.word(2)] == [",", word, ":"]:
                    self.at += 3
                    bodies.append(self.expression() or Other(start, start))
            return Branch(start, self.last_end(), tests, bodies, len(bodies) > 1)
        self.at = begin
        return super().conditional()

    def function(self, inline: bool = False) -> Node | None:
        """Parse ``def name(…) do … end`` or ``def name(…), do: …``."""
        start = self.peek().start
        self.at += 1
        name = self.name_of(self.peek().text)
        self.at += 1
        parameters = self.parameters() if self.word() == "(" else []
        test: Node | None = None
        if self.word() == "when":
            # ``when is_integer(id) and status in @statuses``
            self.at += 1
            test = self.unbraced()
        while self.at < self.size and self.word() not in ("do", ",") and not self.peek().fresh:
            self.step()
        body: Node | None = None
        if self.word() == "," and self.word(1) == "do":
            self.at += 3
            body = self.expression()
        elif self.word() == "do":
            block = self.worded_block()
            body = block.body if isinstance(block, Function) else None
        if test is not None and body is not None:
            body = Block(start, body.end, [Branch(start, body.end, [test], [body], True)])
        return Function(start, self.last_end(), name, parameters, body, False)

    def bare_call(self, left: Node) -> Node:
        """Parse the arguments of a call without brackets; ``@name value`` gives an attribute a value."""
        node = super().bare_call(left)
        if isinstance(node, Call) and isinstance(left, Name) and left.name.startswith("@") and len(node.arguments) == 1:
            return Assign(node.start, node.end, left, node.arguments[0].value)
        return node

    def binary(self, left: Node, word: str, binding: int) -> Node:
        """Parse an operator; a pipe puts its left side in front of the arguments."""
        if word in ("->", "<-") and isinstance(left, Items):
            # ``case Regex.run(~r/…/, tag) do [_, number] -> …``, ``with [_, number] <- Regex.run(~r/…/, tag)``
            node = super().binary(left, word, binding)
            right = node.right if isinstance(node, Operation) else node
            if word == "<-":
                return Assign(left.start, node.end, left, right) if _runs_regex(right) else node
            if self.subject is not None:
                return Block(left.start, node.end, [Assign(left.start, left.end, left, self.subject), right])
            return node
        if word != "|>":
            return super().binary(left, word, binding)
        self.at += 1
        piped = self.expression(binding)
        if isinstance(piped, Call):
            return Call(left.start, piped.end, piped.callee, [Argument(left), *piped.arguments])
        return Call(left.start, self.last_end(), piped, [Argument(left)]) if piped is not None else left

    def named_operand(self) -> Node | None:
        """Parse ``fn … -> … end``."""
        if self.word() == "fn":
            token = self.peek()
            self.at += 1
            names = self.take_names(self.size, "->", "end")
            body = self.block_until(self.size)
            self.skip_end()
            return Function(token.start, self.last_end(), "", names, body, True)
        if self.word() == "case" and self.peek(1).kind == "name" and self.word(1) != "do":
            return self._clauses()
        return self._comprehension() if self.word() == "for" else super().named_operand()

    def _clauses(self) -> Node:
        """Parse ``case … do pattern -> …; … end``."""
        start = self.peek().start
        self.at += 1
        subject = self.header() or Other(start, start)
        outer, self.subject = self.subject, subject if _runs_regex(subject) else None
        block = self.worded_block() if self.word() == "do" else None
        self.subject = outer
        clauses: list[list[Node]] = []
        parts = block.body.statements if isinstance(block, Function) and isinstance(block.body, Block) else []
        for each in parts:
            if isinstance(each, Operation) and each.sign == "->":
                clauses.append([each.right])
            elif isinstance(each, Block) or not clauses:
                clauses.append([each])
            else:
                clauses[-1].append(each)
        bodies = [Block(each[0].start, each[-1].end, each) for each in clauses]
        return Branch(start, self.last_end(), [switched(subject)], bodies, True)

    def _comprehension(self) -> Node:
        """Parse ``for name <- names, test, do: …`` as ``Enum.map(Enum.filter(names, fn name -> test end), fn name -> … end)``."""
        start = self.peek().start
        self.at += 1
        lists: list[tuple[list[Parameter], Node]] = []
        body: Node | None = None
        closing = self.closing(self.at) if self.word() == "(" else self.size
        self.at += closing < self.size
        while body is None and self.at < closing:
            begin, word = self.at, self.word()
            if word == "do" and self.word(1) != ":":
                block = self.worded_block()
                body = block.body if isinstance(block, Function) else block
            elif self.word(1) == ":":
                # ``do: …``, ``into: %{}``
                self.at += 2
                value = self.expression()
                body = value if word == "do" else None
            else:
                names = self._pattern_names()
                value = self.header() or Other(start, start)
                if names is not None:
                    lists.append((names, value))
                elif lists:
                    names, items = lists.pop()
                    lists.append((names, self._over("filter", items, names, value)))
            self.at += self.word() == "," or self.at == begin
        self.at = max(self.at, closing + 1) if closing < self.size else self.at
        made = body or Other(start, self.last_end())
        for names, items in reversed(lists):
            made = self._over("map" if made is body else "flat_map", items, names, made)
        return made

    def _pattern_names(self) -> list[Parameter] | None:
        """Pass over the pattern and the ``<-`` of a generator and return its names; None if there is no generator."""
        end = self.find(self.at, self.size, "<-", ",", "do")
        if self.words[end] != "<-":
            return None
        return self.take_names(end + 1, "<-")

    def _over(self, name: str, items: Node, names: list[Parameter], body: Node) -> Node:
        at, end = items.start, self.last_end()
        function = Function(body.start, body.end, "", names, body, True)
        return Call(at, end, Member(at, at, Name(at, at, "Enum"), name), [Argument(items), Argument(function)])

    def bracket(self) -> Node | None:
        """Parse a map: ``%{ … }``."""
        if self.word() == "%{":
            return self.mapping()
        if self.word() == "&":
            return self._capture()
        if self.word() == "{":
            token = self.peek()
            return Items(
                token.start, self.last_end(), [each.value for each in self.entries() if each.value is not None]
            )
        return super().bracket()

    def _capture(self) -> Node | None:
        """Parse ``&Integer.to_string/1``, ``&"#{&1}"`` or ``&1``."""
        token = self.peek()
        self.at += 1
        if self.peek().kind == "number" and self.peek().start == token.end:
            self.at += 1
            return Name(token.start, self.last_end(), f"&{self.word(-1)}")
        value = self.expression(PREFIX)
        if isinstance(value, (Name, Member)) and self.word() == "/" and self.peek(1).kind == "number":
            self.at += 2
            return value
        return Function(token.start, self.last_end(), "", [Parameter("&1")], value, True)


GRAMMAR = Grammar(_SYNTAX, Elixir, Traits("elixir", bare=True, implicit=True, modules=True), functions="words")

extract = GRAMMAR.extract
