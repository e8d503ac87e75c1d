"""Read a text token by token, over the same tables as the fast way, and say everything that is wrong with it.

`diagnose` never raises. Where the tables have no action for a token, the repairs of that position (`cwql.language.parsing.repairs`)
look at it and its neighbours; the first that knows the slip reports it, puts right what it read, and reading goes on, so
that independent errors are all told in one pass. What no repair knows is reported as a syntax error and passed over to the
next ``and``, ``or``, comma or parenthesis. After `ERROR_LIMIT` errors reading stops.
"""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, in_order
from cwql.language import syntax_rules as rules
from cwql.language.nodes import NESTING_LIMIT, Constant
from cwql.language.parsing.actions import Part, reduce_by
from cwql.language.parsing.lexer import Token, scan
from cwql.language.parsing.literal_checks import read_pasted
from cwql.language.parsing.parser import glance
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.diagnostics import Diagnostic, Rule, Severity
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape
    from cwql.language.parsing.parser import Fill, Tree

ERROR_LIMIT = 100
"""After so many errors the rest of a text is not looked at: a text that broken is no condition."""

ATTEMPT_LIMIT = 12
"""How many repairs in a row may go without a token being taken."""

_JUNCTIONS = ("AND", "OR", "RPAR", "COMMA", "$END")


def diagnose(
    text: str, record: Dialect, shape: Shape = "condition", fill: Fill | None = None
) -> tuple[Tree | None, list[Diagnostic]]:
    """Return the tree, or None where errors left none, and every finding in order."""
    tree, findings = salvage(text, record, shape, fill)
    return (None if has_errors(findings) else tree), findings


def salvage(
    text: str, record: Dialect, shape: Shape = "condition", fill: Fill | None = None
) -> tuple[Tree | None, list[Diagnostic]]:
    """Return what could be read in spite of errors, and every finding in order.

    Constants stand in the tree for what could not be read; None says that nothing is left. Only the checker may look at
    such a tree: it is not what the author meant.
    """
    pasted = read_pasted(text, record, shape)
    if pasted is not None:
        return None, [pasted]
    recovery = Recovery(text, record, shape, fill)
    tree = recovery.run()
    return tree, in_order(recovery.findings)


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    """Tell whether one of the findings is an error."""
    return any(finding.severity == "error" for finding in findings)


class Recovery:
    """Drive the tables over the tokens of one text, repairing as it goes."""

    def __init__(self, text: str, record: Dialect, shape: Shape, fill: Fill | None = None) -> None:
        self.text = text
        self.dialect = record
        self.shape: Shape = shape
        self.fill = fill
        self.findings: list[Diagnostic] = []
        self.errors = 0
        self.previous: Token | None = None
        self.depth = 0
        self.opened: list[Token] = []
        self._language = record.name if shape == "condition" else shape
        tables = __import__(f"cwql_grammar.{self._language}", fromlist=["STATES"])
        self.rows: tuple[dict[str, int], ...] = tables.STATES
        self._rules: tuple[tuple[str, int], ...] = tables.RULES
        self._end: int = tables.END
        self._states: list[int] = [tables.START]
        self._parts: list[Part] = []
        self._ahead: list[Token] = []
        # A string of a text that the fast way reads ends where its quotes say.
        well_formed = shape == "condition" and fill is None and glance(text, record) is not None
        self._tokens = scan(text, self._language, tables.TERMINALS, well_formed)
        self._finish = Token("$END", "", len(text.rstrip()), len(text.rstrip()))

    # -- what repairs use ------------------------------------------------------------------------------------------------

    @property
    def row(self) -> dict[str, int]:
        """Return the actions of the present state."""
        return self.rows[self._states[-1]]

    def peek(self, distance: int = 0) -> Token:
        """Return a token that is still to be read; ``$END`` behind the last one."""
        while len(self._ahead) <= distance:
            token = next(self._tokens, None)
            if token is None:
                return self._finish
            self._ahead.insert(0, token)
        return self._ahead[-1 - distance]

    def take(self) -> Token:
        """Return the next token and move on."""
        if not self._ahead:
            return next(self._tokens, self._finish)
        return self._ahead.pop()

    def push(self, *tokens: Token) -> None:
        """Let these tokens be read next, in this order."""
        self._ahead.extend(reversed(tokens))

    def unshift(self) -> Part:
        """Take the last symbol off the stack, so that reading goes on as if it had not come."""
        self._states.pop()
        return self._parts.pop()

    def last_part(self, distance: int = 0) -> Part | None:
        """Return a symbol of the stack, the last one by default."""
        return self._parts[-1 - distance] if len(self._parts) > distance else None

    def expects(self, *symbols: str) -> bool:
        """Tell whether the tables have an action for any of these symbols now."""
        row = self.row
        return any(symbol in row for symbol in symbols)

    def report(
        self,
        rule: Rule,
        span: Span,
        message: str,
        *,
        hint: str | None = None,
        fix: Fix | None = None,
        notes: Iterable[str] = (),
        severity: Severity | None = None,
    ) -> bool:
        """Add a finding; return True, so that a repair can end with it."""
        finding = rule.at(span, message, hint=hint, fixes=() if fix is None else (fix,), notes=notes, severity=severity)
        self.findings.append(finding)
        self.errors += finding.severity == "error"
        return True

    def stand_in(self, symbol: str, start: int, end: int) -> None:
        """Put a predicate on the stack for text that could not be read."""
        self._parts.append(Part(Constant(True), start, end))
        self._states.append(self.row[symbol])

    # -- the driver ------------------------------------------------------------------------------------------------------

    def run(self) -> Tree | None:
        """Read the text to its end and return the tree, or None where errors left none."""
        from cwql.language.parsing.repairs import repair

        attempts = 0
        while self.errors < ERROR_LIMIT:
            token = self.take()
            kind = token.kind
            if kind == "INVISIBLE":
                self._skip_invisible(token)
                continue
            if kind == "LOOSE_STRING" and self.shape == "condition":
                self._report_control(token)
                token = token.as_kind("STRING")
            elif kind == "COMMENT":
                self._skip_comment(token)
                continue
            elif kind == "LPAR":
                self.depth += 1
                # The parenthesis of a list is no level of nesting.
                if self.depth > NESTING_LIMIT + (self.previous is not None and self.previous.kind == "IN"):
                    self.report(
                        rules.TOO_DEEP,
                        Span(token.start, token.end),
                        f"parentheses are nested more than {NESTING_LIMIT} deep",
                        hint="take the redundant ones out, or split the condition into several requests",
                    )
                    return None
            elif kind == "RPAR" and not self.opened:
                # Looked at before the tables see it: they would close what may still go on behind it.
                self._report_unmatched(token)
                continue
            if self._advance(token):
                if kind == "$END":
                    break
                self.previous = token
                attempts = 0
                continue
            if kind == "LPAR":
                self.depth -= 1
            attempts += 1
            # A repair that changes nothing would be tried for ever: after a few the text is passed over.
            if attempts > ATTEMPT_LIMIT or not repair(self, token):
                self._pass_over(token)
                attempts = 0
            if self._states[-1] == self._end:
                break
        if self.errors >= ERROR_LIMIT:
            return None
        done = self._states[-1] == self._end and self._parts
        return self._parts[-1].value if done else None  # type: ignore[return-value]

    def _advance(self, token: Token) -> bool:
        """Reduce and shift as the tables say; tell whether the token was taken."""
        while True:
            action = self.row.get(token.kind)
            if action is None:
                return bool(token.kind == "$END" and self._states[-1] == self._end)
            if action < 0:
                self._reduce(action)
                continue
            part = Part(None, token.start, token.end, token)
            if token.kind == "HOLE":
                if self.fill is None:
                    return False
                if "PATH" in self.row:
                    part = Part(self.fill(token.text, "condition", token.start, token.end), token.start, token.end)
            if token.kind == "LPAR":
                self.opened.append(token)
            elif token.kind == "RPAR":
                self.depth -= 1
                if self.opened:
                    self.opened.pop()
            self._states.append(action)
            self._parts.append(part)
            return True

    def settle(self) -> None:
        """Carry out the reductions that need no look at the next token, so that the row shows the position."""
        while True:
            actions = set(self.row.values())
            if len(actions) != 1 or (action := actions.pop()) >= 0 or self._rules[-action - 1][0] == "start":
                return
            self._reduce(action)

    def _reduce(self, action: int) -> None:
        origin, size = self._rules[-action - 1]
        parts = self._parts[len(self._parts) - size :]
        del self._parts[len(self._parts) - size :], self._states[len(self._states) - size :]
        self._parts.append(reduce_by(origin, self, parts))
        self._states.append(self.row[origin])

    def _pass_over(self, token: Token) -> None:
        """Report what was got and what was expected, then go on behind it."""
        from cwql.language.parsing.repairs import describe, expected

        end = token.end
        self.report(
            rules.SYNTAX,
            Span(token.start, max(end, token.start)),
            f"{describe(token)} does not fit here: expected {expected(self)}",
        )
        depth = 0
        while token.kind != "$END":
            following = self.peek()
            if following.kind == "LPAR":
                depth += 1
            elif following.kind == "RPAR" and depth:
                depth -= 1
            elif following.kind == "$END" or (following.kind in _JUNCTIONS and not depth):
                break
            end = self.take().end
        self.resume(token.start, end)

    def resume(self, start: int, end: int) -> None:
        """Go back to the last point where a predicate may stand, put a stand-in there, and read on with what follows."""
        while len(self._states) > 1 and "comparison" not in self.row and not self.expects("AND"):
            self.settle()
            if self.expects("AND", "comparison"):
                break
            part = self.unshift()
            if part.token is not None and part.token.kind == "LPAR":
                self.depth -= 1
                if self.opened:
                    self.opened.pop()
        if "comparison" in self.row:
            self.stand_in("comparison", start, end)
        self.previous = None
        following = self.peek()
        if following.kind == "COMMA" or (following.kind == "RPAR" and not self.opened):
            self.take()
        elif self.shape != "condition" and following.kind != "$END":
            return
        elif following.kind == "$END" and self.shape != "condition":
            self._states[:] = [self._end]

    # -- findings about single tokens --------------------------------------------------------------------------------------

    def _skip_invisible(self, token: Token) -> None:
        names = ", ".join(f"U+{ord(character):04X}" for character in token.text[:3])
        blank = any(
            character in "\u00a0\u2000\u2001\u2002\u2003\u2007\u2009\u202f\u205f\u3000" for character in token.text
        )
        self.report(
            rules.INVISIBLE_CHARACTER,
            Span(token.start, token.end),
            f"invisible character {names} outside a string",
            hint="type a plain blank" if blank else "delete it",
            fix=Fix(
                "replace it by a plain blank" if blank else "delete it",
                [Edit(Span(token.start, token.end), " " if blank else "")],
            ),
        )

    def _report_unmatched(self, token: Token) -> None:
        from cwql.language.parsing.repairs.common import deletion

        self.report(
            rules.UNMATCHED_PARENTHESIS,
            Span(token.start, token.end),
            "this parenthesis closes nothing: expected as many ( as )",
            hint="delete it, or open a group where it should start",
            fix=deletion(self, "delete it", token, safe=False),
        )

    def _report_control(self, token: Token) -> None:
        place = next((i for i, c in enumerate(token.text) if c < " " or "\x7f" <= c <= "\x9f"), None)
        if place is None:
            # A string that is followed by one more quote: what is wrong comes with the next token.
            return
        at = token.start + place
        self.report(
            rules.CONTROL_CHARACTER,
            Span(at, at + 1),
            f"control character U+{ord(token.text[place]):04X} inside a string",
            hint="a request cannot carry it: search for a part of the text with `contains` or `like`",
        )

    def _skip_comment(self, token: Token) -> None:
        from cwql.language.parsing.repairs.common import deletion

        self.report(
            rules.SQL_SYNTAX,
            Span(token.start, token.end),
            "the language has no comments",
            hint="take it out; notes belong into the program around the condition",
            fix=deletion(self, "delete the comment", token),
        )
