"""The state of a parser that recovers from mistakes: its stack, the tokens ahead, and the diagnostics so far."""

from __future__ import annotations

from cwql.language.nodes import Constant
from cwql.language.parsing.lexer import NONE_SOUND, Token, tokenize
from cwql.language.parsing.tables import load_tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cwql.diagnostics import Diagnostic, DiagnosticKind, Fix, Severity
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape
    from cwql.language.nodes import Comparison, Expr
    from cwql.language.parsing.parser import Fill
    from cwql.source import Span


class StackEntry:
    """A symbol on the stack: its value (or its token) and position.

    `bare_and` marks an ``and`` chain without parentheses around it, `connective` is the token before a link of a chain.
    `opposite` is the tree that a prefix ``not`` has just negated: a second ``not`` restores it, so that many of them take no
    longer than one.
    """

    __slots__ = ("bare_and", "connective", "end", "opposite", "start", "token", "value")

    def __init__(self, value: object, start: int, end: int, token: Token | None = None, bare_and: bool = False) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.token = token
        self.bare_and = bare_and
        self.connective: Token | None = None
        self.opposite: Expr | None = None


class ParserState:
    """A text that is parsed token by token. The actions and the recovery strategies work on it."""

    def __init__(
        self,
        text: str,
        dialect: Dialect,
        shape: Shape,
        fill: Fill | None = None,
        *,
        well_formed: bool = False,
        sound: Mapping[int, Comparison] = NONE_SOUND,
    ) -> None:
        language = dialect.name if shape == "condition" else shape
        self.text = text
        self.dialect = dialect
        self.shape: Shape = shape
        self.fill = fill
        self.diagnostics: list[Diagnostic] = []
        self.errors = 0
        self.previous: Token | None = None
        self.depth = 0
        self.opened: list[Token] = []
        self.quoted_placeholders: list[Token] = []
        self.tables = load_tables(language)
        self.states: list[int] = [self.tables.START]
        self.stack: list[StackEntry] = []
        self._end = Token("$END", "", len(text.rstrip()), len(text.rstrip()))
        # The next token is the last one.
        self._ahead: list[Token] = []
        self.sound = sound
        # A string of a well-formed text ends at its quote; in any other text the lexer has to guess.
        self._tokens = tokenize(text, language, well_formed=well_formed, sound=self.sound)

    @property
    def row(self) -> dict[str, int]:
        """Return the actions of the current state."""
        return self.tables.STATES[self.states[-1]]

    def expects(self, *symbols: str) -> bool:
        """Return whether any of these symbols is expected next."""
        row = self.row
        return any(symbol in row for symbol in symbols)

    def peek(self, distance: int = 0) -> Token:
        """Return a token that is not consumed yet; ``$END`` after the last one."""
        while len(self._ahead) <= distance:
            token = next(self._tokens, None)
            if token is None:
                return self._end
            self._ahead.insert(0, token)
        return self._ahead[-1 - distance]

    def take(self) -> Token:
        """Consume the next token and return it."""
        if not self._ahead:
            return next(self._tokens, self._end)
        return self._ahead.pop()

    def push(self, *tokens: Token) -> None:
        """Insert tokens before the next one."""
        self._ahead.extend(reversed(tokens))

    def symbol(self, distance: int = 0) -> StackEntry | None:
        """Return a symbol of the stack, counted from the last one, or None."""
        return self.stack[-1 - distance] if len(self.stack) > distance else None

    def pop_symbol(self) -> StackEntry:
        """Remove the last symbol from the stack, as if it had not been parsed."""
        self.states.pop()
        return self.stack.pop()

    def push_constant(self, start: int, end: int) -> None:
        """Push a constant in the place of a predicate that cannot be parsed."""
        self.stack.append(StackEntry(Constant(True), start, end))
        self.states.append(self.row["comparison"])

    def report(  # noqa: PLR0913  # the options of a diagnostic, by name only
        self,
        kind: DiagnosticKind,
        span: Span,
        message: str,
        *,
        hint: str | None = None,
        fix: Fix | None = None,
        notes: Iterable[str] = (),
        severity: Severity | None = None,
    ) -> None:
        """Add a diagnostic."""
        diagnostic = kind.at(
            span, message, hint=hint, fixes=() if fix is None else (fix,), notes=notes, severity=severity
        )
        self.diagnostics.append(diagnostic)
        self.errors += diagnostic.severity == "error"
