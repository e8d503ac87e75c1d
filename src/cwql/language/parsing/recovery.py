"""The parser with recovery: it parses any text token by token, and reports everything that is wrong with it.

If the tables have no action for a token, the recovery strategies for that position (`cwql.language.parsing.repairs`) look at it and
at its neighbours. The first that recognizes the mistake reports it and corrects the tokens, and parsing continues, so that
independent mistakes are all reported at once. A mistake that no strategy recognizes is a syntax error; parsing resumes at the next
``and``, ``or``, comma or parenthesis. It stops after `ERROR_LIMIT` errors.
"""

from __future__ import annotations

from cwql.diagnostics import Edit, Fix, in_order
from cwql.language import problems
from cwql.language.characters import BLANK
from cwql.language.nodes import NESTING_LIMIT
from cwql.language.parsing.actions import reduce
from cwql.language.parsing.lexer import NONE_SOUND, tokenize
from cwql.language.parsing.pasted import check_pasted
from cwql.language.parsing.sound import find_sound
from cwql.language.parsing.state import ParserState, StackEntry
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.language.dialects.base import Shape
    from cwql.language.nodes import Tree
    from cwql.language.parsing.lexer import Token
    from cwql.language.parsing.parser import Fill

ERROR_LIMIT = 100
"""After so many errors the rest of a text is not parsed: it is not a condition."""

ATTEMPT_LIMIT = 12
"""How many strategies may be applied in a row without a token being consumed."""

_RESUME_AT = ("AND", "OR", "RPAR", "COMMA", "$END")


def recover(
    text: str, dialect: Dialect, shape: Shape = "condition", fill: Fill | None = None, *, well_formed: bool
) -> tuple[Tree | None, list[Diagnostic], Container[int]]:
    """Return the tree, all diagnostics by position, and the positions of the comparisons that the fast path accepts.

    Predicates that cannot be parsed are replaced by constants in the tree; it is None if nothing could be parsed. `well_formed`
    is the result of the fast path.
    """
    pasted = check_pasted(text, dialect, shape)
    if pasted is not None:
        return None, [pasted], ()
    tokens_only = shape != "condition" or fill is not None
    sound = NONE_SOUND if tokens_only else find_sound(text, dialect, well_formed=well_formed)
    recovery = _Recovery(text, dialect, shape, fill, well_formed=well_formed, sound=sound)
    tree = recovery.run()
    return tree, in_order(recovery.diagnostics), recovery.sound


class _Recovery(ParserState):
    """Drives the tables over the tokens of one text."""

    def run(self) -> Tree | None:
        """Parse the text and return the tree, or None if nothing could be parsed."""
        attempts = 0
        while self.errors < ERROR_LIMIT:
            token = self.take()
            if token.kind == "COMPARISON":
                if "comparison" in self.row:
                    self.states.append(self.row["comparison"])
                    self.stack.append(StackEntry(self.sound[token.start], token.start, token.end))
                    self.previous = token
                    attempts = 0
                else:
                    # A strategy took its beginning: its tokens are parsed instead.
                    self.push(*tokenize(self.text, self.dialect.name, start=token.start, end=token.end))
                continue
            if token.kind in _CHECKS:
                checked = _CHECKS[token.kind](self, token)
                if checked is None:
                    continue
                token = checked
            if token.kind == "LPAR" and not self._open():
                self._report_depth(token)
                return None
            if self._advance(token):
                if token.kind == "$END":
                    break
                self.previous = token
                attempts = 0
                continue
            if token.kind == "LPAR":
                self.depth -= 1
            attempts += 1
            # A strategy that changes nothing would be applied again forever.
            if attempts > ATTEMPT_LIMIT or not self._repair(token):
                self._skip(token)
                attempts = 0
            if self.states[-1] == self.tables.END:
                break
        self._check_quoted_placeholders()
        if self.errors >= ERROR_LIMIT:
            return None
        done = self.states[-1] == self.tables.END and self.stack
        return self.stack[-1].value if done else None  # type: ignore[return-value]

    def _check_quoted_placeholders(self) -> None:
        """Report strings such as ``"%s"`` in a text that has other placeholders; alone they may be meant."""
        unfilled = problems.UNFILLED_PLACEHOLDER.code
        if any(diagnostic.code == unfilled for diagnostic in self.diagnostics):
            from cwql.language.parsing.repairs.common import report_placeholder, span

            for token in self.quoted_placeholders:
                report_placeholder(self, span(token))

    def _open(self) -> bool:
        """Count a parenthesis; return False at the nesting limit. The parenthesis of a list is not a level."""
        self.depth += 1
        return self.depth <= NESTING_LIMIT + (self.previous is not None and self.previous.kind == "IN")

    def _advance(self, token: Token) -> bool:
        """Reduce and shift; return False if the tables have no action for the token."""
        while True:
            action = self.row.get(token.kind)
            if action is None:
                return bool(token.kind == "$END" and self.states[-1] == self.tables.END)
            if action < 0:
                self._reduce(action)
                continue
            entry = StackEntry(None, token.start, token.end, token)
            if token.kind == "PLACEHOLDER":
                if self.fill is None:
                    return False
                if "PATH" in self.row:
                    entry = StackEntry(
                        self.fill(token.text, "condition", token.start, token.end), token.start, token.end
                    )
            if token.kind == "LPAR":
                self.opened.append(token)
            elif token.kind == "RPAR":
                self._close()
            self.states.append(action)
            self.stack.append(entry)
            return True

    def _close(self) -> None:
        self.depth -= 1
        if self.opened:
            self.opened.pop()

    def _reduce_fully(self) -> None:
        """Apply the reductions that do not depend on the next token, so that the row is that of the position."""
        while True:
            actions = set(self.row.values())
            if len(actions) != 1 or (action := actions.pop()) >= 0 or self.tables.RULES[-action - 1][0] == "start":
                return
            self._reduce(action)

    def _reduce(self, action: int) -> None:
        origin, size = self.tables.RULES[-action - 1]
        entries = self.stack[len(self.stack) - size :]
        del self.stack[len(self.stack) - size :], self.states[len(self.states) - size :]
        self.stack.append(reduce(origin, self, entries))
        self.states.append(self.row[origin])

    def _repair(self, token: Token) -> bool:
        """Apply the first strategy for this position that recognizes the mistake; return whether there is one."""
        from cwql.language.parsing.repairs import repair

        self._reduce_fully()
        return repair(self, token)

    def _skip(self, token: Token) -> None:
        """Report a syntax error, and resume after it."""
        from cwql.language.parsing.repairs import describe, expected

        end = token.end
        self.report(
            problems.SYNTAX_ERROR,
            Span(token.start, max(end, token.start)),
            f"{describe(token)} is not allowed here: expected {expected(self)}",
        )
        depth = 0
        while token.kind != "$END":
            following = self.peek()
            if following.kind == "LPAR":
                depth += 1
            elif following.kind == "RPAR" and depth:
                depth -= 1
            elif following.kind == "$END" or (following.kind in _RESUME_AT and not depth):
                break
            end = self.take().end
        self._resume(token.start, end)

    def _resume(self, start: int, end: int) -> None:
        """Unwind the stack to the last position where a predicate is allowed, push a constant, and continue after it."""
        while len(self.states) > 1 and "comparison" not in self.row and not self.expects("AND"):
            self._reduce_fully()
            if self.expects("AND", "comparison"):
                break
            entry = self.pop_symbol()
            if entry.token is not None and entry.token.kind == "LPAR":
                self._close()
        if "comparison" in self.row:
            self.push_constant(start, end)
        self.previous = None
        following = self.peek()
        if following.kind == "COMMA" or (following.kind == "RPAR" and not self.opened):
            self.take()
        elif following.kind == "$END" and self.shape != "condition":
            self.states[:] = [self.tables.END]

    # Checks of single tokens: each returns the token to parse, or None to ignore it.

    def _check_invisible(self, token: Token) -> Token | None:
        import re

        names = ", ".join(f"U+{ord(character):04X}" for character in token.text[:3])
        blank = re.search(BLANK, token.text) is not None
        self.report(
            problems.INVISIBLE_CHARACTER,
            Span(token.start, token.end),
            f"invisible character {names} outside a string",
            hint="type a plain blank" if blank else "delete it",
            fix=Fix(
                "replace it by a plain blank" if blank else "delete it",
                [Edit(Span(token.start, token.end), " " if blank else "")],
            ),
        )
        return None

    def _check_string(self, token: Token) -> Token | None:
        """Report a control character in a string. Without one, a quote follows the string, which is reported later."""
        if self.shape != "condition":
            return token
        index = next((i for i, c in enumerate(token.text) if c < " " or "\x7f" <= c <= "\x9f"), None)
        if index is not None:
            at = token.start + index
            self.report(
                problems.CONTROL_CHARACTER,
                Span(at, at + 1),
                f"control character U+{ord(token.text[index]):04X} inside a string",
                hint="a request cannot transmit it: search for a part of the text with `contains` or `like`",
            )
        return token.as_kind("STRING")

    def _check_comment(self, token: Token) -> Token | None:
        from cwql.language.parsing.repairs.common import deletion

        self.report(
            problems.SQL_SYNTAX,
            Span(token.start, token.end),
            "the language has no comments",
            hint="delete it; write comments into the program around the condition",
            fix=deletion(self, "delete the comment", token),
        )
        return None

    def _check_closing(self, token: Token) -> Token | None:
        """Report a parenthesis that closes nothing. The tables would end the condition there."""
        if self.opened:
            return token
        from cwql.language.parsing.repairs.common import deletion

        self.report(
            problems.UNMATCHED_PARENTHESIS,
            Span(token.start, token.end),
            "this parenthesis closes nothing: expected as many ( as )",
            hint="delete it, or open a group where it should start",
            fix=deletion(self, "delete it", token, safe=False),
        )
        return None

    def _report_depth(self, token: Token) -> None:
        self.report(
            problems.TOO_DEEP,
            Span(token.start, token.end),
            f"parentheses are nested more than {NESTING_LIMIT} deep",
            hint="remove the redundant ones, or split the condition into several requests",
        )


_CHECKS = {
    "INVISIBLE": _Recovery._check_invisible,
    "MALFORMED_STRING": _Recovery._check_string,
    "COMMENT": _Recovery._check_comment,
    "RPAR": _Recovery._check_closing,
}
