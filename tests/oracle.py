"""The oracle for the parser: Lark with ``grammar/*.lark``, creating the same nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Lark, Transformer
from lark.exceptions import UnexpectedInput

from cwql.errors import ExpressionError
from cwql.language.literals import BadLiteral, read_literal
from cwql.language.nodes import NESTING_LIMIT, Comparison, Path, conjunction, disjunction, negate
from cwql.language.operators import IN, NOT_IN, OPERATORS
from cwql.source import Span
from cwql_codegen.grammar import find_grammars, load

if TYPE_CHECKING:
    from lark import Token

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr, Scalar


class Refused(Exception):
    """Lark or the parser of a literal refuses the text."""


class Nodes(Transformer[Any, Any]):
    """Convert the parse tree of Lark to nodes of cwql, rule by rule."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(visit_tokens=False)
        self.operators = {form.spelling: operator for operator, form in dialect.operators.items()}
        self.lenient_operators = dialect.lenient_operators
        self.separator = dialect.separator
        self.naive_is_utc = dialect.naive_is_utc

    def comparison(self, children: list[Token]) -> Comparison:
        path, *relation, literal = children
        word = " ".join(token.lower() for token in relation)
        operator = OPERATORS.get(word) or self.lenient_operators[word][0]
        return Comparison(self.read_path(path), operator, self.read_value(literal), self.find_span(children))

    def membership(self, children: list[Token]) -> Comparison:
        operator = NOT_IN if children[1].type == "NOT" else IN
        opening = 3 if operator is NOT_IN else 2
        values = tuple([self.read_value(token) for token in children[opening + 1 : -1 : 2]])
        return Comparison(self.read_path(children[0]), operator, values, self.find_span(children))

    def disjunction(self, children: list[Any]) -> Expr:
        return disjunction(children[::2])

    def conjunction(self, children: list[Any]) -> Expr:
        return conjunction(children[::2])

    def inverse(self, children: list[Any]) -> Expr:
        return negate(children[1])

    def group(self, children: list[Any]) -> Expr:
        found: Expr = children[1]
        return found

    def placeholder(self, children: list[Any]) -> Expr:
        raise BadLiteral("placeholder", "a placeholder outside a template")

    def read_path(self, token: Token) -> Path:
        return Path(tuple(token.replace("/", self.separator).split(self.separator)))

    def read_value(self, token: Token) -> Scalar:
        if token.type == "PLACEHOLDER":
            raise BadLiteral("placeholder", "a placeholder outside a template")
        return read_literal(token.type, str(token), self.naive_is_utc)

    def find_span(self, children: list[Token]) -> Span:
        start, end = children[0].start_pos, children[-1].end_pos
        assert start is not None
        assert end is not None
        return Span(start, end)


class Oracle:
    """Parse conditions of one dialect with Lark."""

    def __init__(self, dialect: Dialect) -> None:
        self.plain = load(dialect.name).lark
        # The options of `cwql_codegen.grammar.load`, and a transformer that is called while parsing.
        self.lark = Lark.open(
            str(find_grammars() / f"{dialect.name}.lark"),
            parser="lalr",
            lexer="contextual",
            maybe_placeholders=False,
            keep_all_tokens=True,
            transformer=Nodes(dialect),
        )

    def read(self, text: str) -> Expr:
        """Parse a text with Lark, or raise `Refused`."""
        try:
            return self.lark.parse(text)  # type: ignore[return-value]
        except (UnexpectedInput, BadLiteral, ExpressionError) as error:
            raise Refused from error

    def nesting(self, text: str) -> int:
        """Return the nesting depth of the groups in a valid text."""
        depth = deepest = 0
        before = ""
        lists = False
        for token in self.plain.lex(text):
            if token.type == "LPAR":
                lists = before == "IN"
                depth += not lists
                deepest = max(deepest, depth)
            elif token.type == "RPAR":
                depth -= not lists
                lists = False
            before = token.type
        return deepest


def is_beyond_reach(oracle: Oracle, text: str) -> bool:
    """Return whether the parser may refuse a text that Lark accepts: half a surrogate pair, or groups nested too deep."""
    return any("\ud800" <= character <= "\udfff" for character in text) or oracle.nesting(text) > NESTING_LIMIT
