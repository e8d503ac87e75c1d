"""Conditions in Perl: variables in strings, ``q()`` and ``qq()``, hashes."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, QUOTE_ONLY, Form, Syntax, Token, enclosed
from cwql.lint.frontends.tables import POWERS
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Chunk,
    Function,
    Index,
    Items,
    Literal,
    Member,
    Name,
    Node,
    Other,
    Parameter,
    Pattern,
)
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.lint.frontends.scanner import Scanner

_PLACEHOLDERS = ("${", "$", "@{")
_FORMS = {
    '"': Form(
        '"', BACKSLASH, QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$", "@": "\\@"}), _PLACEHOLDERS, lines=True
    ),
    "'": Form("'", QUOTE_ONLY, QuoteStyle({"'": "\\'", "\\": "\\\\"}), lines=True),
    "`": Form("`", BACKSLASH, QuoteStyle({}, "`\\$@"), _PLACEHOLDERS, lines=True),
}


_SLASHED, _BRACED = r"(?:[^/\\\n]|\\.)*+", r"(?:[^{}\\\n]|\\.|\{\d*+,?+\d*+\})*+"
_REGEX = (
    rf"(?<![\w$@%&>-])(?:(?:m|qr)(?:/{_SLASHED}/|\{{{_BRACED}\}})"
    rf"|(?:s|tr|y)(?:/{_SLASHED}/{_SLASHED}/|\{{{_BRACED}\}}\s*+\{{{_BRACED}\}}))[a-z]*+"
)
"""``m/…/``, ``qr{…}``, ``s/…/…/g``, ``tr{…}{…}``."""

_PARTS = re.compile(
    rf"([a-z]*+)(?:/({_SLASHED})/(?:({_SLASHED})/)?+|\{{({_BRACED})\}}(?:\s*+\{{({_BRACED})\}})?+)([a-z]*+)"
)
"""The function, the pattern, the replacement and the options of a regex."""


def _open(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    opener = match[0]
    if opener[0] in "mqsty" and opener[:2] not in ("qq", "qw", "q(", "q[", "q{", "q<", "q!", "q|", "q/"):
        return Token("regex", opener, match.start(), match.end())
    plain = not opener.startswith("qq")
    form = enclosed(opener[-1], QUOTE_ONLY if plain else BACKSLASH, () if plain else _PLACEHOLDERS)
    token = scanner.read(form, match.start(), match.end(), limit)
    token.whole = token.whole and opener[:2] != "qw"
    return token


_SYNTAX = Syntax(
    rf"(?P<string>\bq[qw]?[(\[{{<!|/]|{_REGEX}|[\"'`])|"
    r"(?P<variable>[$@%&]\w+|\$[&_!@/\\])|(?P<name>[A-Za-z_]\w*(?:::\w+)*)|(?P<mark>\.=|[=!]~)",
    "#",
    {"\n=pod": "\n=cut", "\n=head1": "\n=cut"},
    _FORMS,
    _open,
    name=re.compile(r"(?:[A-Za-z_]\w*|\d+)((?:->)?[\[{][^\]}\n\"]{1,60}[\]}])*"),
    regexes=True,
)


class Perl(Parser):
    """The grammar of Perl."""

    joins = frozenset((".",))
    assigns: Mapping[str, bool] = {**Parser.assigns, ".=": True}
    powers: Mapping[str, int] = {**POWERS, ".": 10, "=~": 11}
    links = frozenset(("->", "::"))
    pairs = frozenset(("=>",))
    named = frozenset(("=>",))
    sigils = "$@%&"
    declares = words("my our local")
    functions = frozenset(("sub",))
    modifying = words("if unless for foreach while")
    classes = frozenset[str]()
    jumps = words("die next last exit")

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function; its parameters are the names that it takes from ``@_``."""
        node = super().function(inline)
        if isinstance(node, Function) and isinstance(node.body, Block):
            statements = list(node.body.statements)
            names: list[str] = []
            while statements and (taken := _taken(statements[0])):
                names += taken
                del statements[0]
            own = names[:1] in (["self"], ["class"])
            node.parameters = [Parameter(name) for name in names[own:]]
            node.body = Block(node.body.start, node.body.end, statements)
        return node

    def loop_head(self, begin: int, end: int) -> tuple[list[str], Node | None, list[Node]]:
        """Parse the head of a loop, in which nothing is between the name and the list."""
        if begin + 1 < end and self.tokens[begin].kind == "variable" and self.tokens[begin + 1].text == "(":
            # ``for my $name (@names) {``
            self.at = begin + 1
            return [self.name_of(self.tokens[begin].text)], self.expression(), []
        return super().loop_head(begin, end)

    def inner(self) -> Node | None:
        """Parse the code in a string; options in hashes are not followed, because functions set them by reference."""
        node = super().inner()
        looked_up = isinstance(node, Index) and isinstance(node.owner, Name) and isinstance(node.key, Name)
        return Other(node.start, node.end) if isinstance(node, (Index, Member)) and not looked_up else node

    def parenthesis(self) -> Node | None:
        """Parse a list or a hash in round brackets, or ``(my $name = $value)``."""
        token = self.peek()
        if self.word(1) in self.declares:
            closing = self.enter()
            declared = self.expression()
            self.leave(closing)
            return declared
        found = self._listing(token.start, self.entries())
        return found.items[0] if isinstance(found, Items) and len(found.items) == 1 else found

    def prefix(self) -> Node | None:
        """Parse an operand: ``my`` says nothing about a value, ``<STDIN>`` is a line, and the text of a pattern has no delimiters."""
        if self.word() in self.declares:
            self.at += 1
            node = self.prefix()
            several = self.word(-1) == ")" and node is not None and not isinstance(node, Items)
            return Items(node.start, node.end, [node]) if node is not None and several else node
        start = self.peek().start
        if self.word() == "<" and ">" in (self.word(1), self.word(2)):
            # ``<STDIN>``, ``<$file>``, ``<>``
            self.at += 2 if self.word(1) == ">" else 3
            return Call(start, self.last_end(), Name(start, start, "readline"), [])
        match = _PARTS.fullmatch(self.word()) if self.peek().kind == "regex" else None
        node = super().prefix()
        return Pattern(node.start, node.end, match[2] or match[4] or "") if node and match is not None else node

    def binary(self, left: Node, word: str, binding: int) -> Node:
        """Parse an operator; ``$text =~ s/'//g`` gives its operand another text, and so does ``(my $other = $text) =~ …``."""
        match = _PARTS.fullmatch(self.word(1)) if word == "=~" and self.peek(1).kind == "regex" else None
        if match is None or match[1] not in ("s", "tr", "y"):
            return super().binary(left, word, binding)
        self.at += 2
        token = self.tokens[self.at - 1]
        pattern, replacement, options = match[2] or match[4] or "", match[3] or match[5] or "", match[6]
        if match[1] != "s":
            # A set of characters, or all others.
            pattern = f"[{'^' * ('c' in options)}{pattern}]"
            replacement = replacement or "d" * ("d" not in options)
        arguments = [Argument(Pattern(token.start, token.end, pattern))]
        if replacement:
            arguments.append(
                Argument(Literal(token.start, token.end, [Chunk("same", replacement, token.start, token.end)]))
            )
        subject = left.value if isinstance(left, Assign) and left.value is not None else left
        changed = Call(left.start, token.end, Member(left.start, token.end, subject, "replace"), arguments)
        if "r" in options:
            return changed
        return Assign(left.start, token.end, left.target if isinstance(left, Assign) else left, changed)

    def postfix(self, left: Node) -> Node | None:
        """Parse what follows a value: ``$hash{key}`` is an index, and a function needs no brackets."""
        if isinstance(left, Name) and self.text[left.start].isalpha() and not self.peek().fresh:
            if self.word() == "{" and left.name in ("map", "grep", "sort"):
                block = Argument(self.lambda_block())
                self.at += self.word() == ","
                return Call(left.start, self.last_end(), left, [block, *self.bare_arguments()])
            if self.peek().kind in ("string", "variable", "number"):
                arguments = self.bare_arguments()
                return Call(left.start, self.last_end(), left, arguments)
        if self.word() == "{" and isinstance(left, (Name, Index, Member)) and self.peek().start == self.last_end():
            closing = self.enter()
            token = self.peek()
            found = self.listed(closing)
            self.leave(closing)
            key = found[0] if len(found) == 1 else None
            if isinstance(key, Name) and token.kind == "name":
                return Member(left.start, self.last_end(), left, key.name)
            return Index(left.start, self.last_end(), left, key)
        return super().postfix(left)

    def member(self, left: Node) -> Node:
        """Parse ``->name``, ``->{key}`` or ``->[index]``."""
        if self.word(1) in ("{", "["):
            self.at += 1
            return self.postfix(left) or left
        node = super().member(left)
        return Call(node.start, node.end, node, []) if isinstance(node, Member) and self.word() != "(" else node


def _taken(node: Node) -> list[str]:
    """Return the names that a statement takes from the arguments: ``my ($a, $b) = @_;``, ``my $name = shift;``."""
    if not isinstance(node, Assign) or node.added:
        return []
    source = node.value.callee if isinstance(node.value, Call) else node.value
    targets = node.target.items if isinstance(node.target, Items) else [node.target]
    if not isinstance(source, Name) or source.name != ("_" if isinstance(node.target, Items) else "shift"):
        return []
    return [each.name for each in targets if isinstance(each, Name)]


GRAMMAR = Grammar(_SYNTAX, Perl, Traits("perl", implicit=True), functions="braces")

extract = GRAMMAR.extract
