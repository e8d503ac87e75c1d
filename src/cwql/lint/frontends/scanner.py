"""Split a source into tokens: names, signs, numbers and strings with their segments, by a table per language.

A lexer only: it separates code, comments and strings. Every character is visited once, so the time is linear; an
unclosed string ends with its line or with the file.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.syntax import BRACKETS, Form, Syntax, Token
from cwql.lint.ir import Chunk
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


DEPTH = 30
"""Deepest nesting of code inside strings that is followed."""

_BEFORE_REGEX = words(
    """return typeof case in of do else void delete throw new await yield and or not if unless while until when then
    puts"""
)

_REGEX = re.compile(r"/(?:[^\n\\/\[]++|\\.|\[(?:[^\n\]\\]++|\\.)*+\])*+/[^\W\d_]*+")

_WORDS = frozenset(("name", "variable", "option", "number"))
_BETWEEN = frozenset(("space", "line", "block"))


class Scanner:
    """Read one source; `tokens` returns its words.

    `skipped` are line breaks in the code, each with a later one at which to go on.
    """

    __slots__ = ("closed", "dead", "depth", "pending", "skipped", "syntax", "text")

    def __init__(self, text: str, syntax: Syntax, skipped: Mapping[int, int] | None = None) -> None:
        self.text = text
        self.skipped = skipped or {}
        self.syntax = syntax
        self.depth = 0
        self.dead = -1
        # The last closing tag of each element of JSX.
        self.closed: dict[str, int] | None = None
        # Heredocs whose bodies begin with the next line.
        self.pending: list[Callable[[int], int]] = []

    def tokens(self) -> list[Token]:
        """Return the words of the source. Raises UnreadableSource if code in strings is nested too deeply."""
        start = 0
        if self.syntax.skip is not None and "<?" in self.text:
            opened = self.syntax.skip[1].search(self.text)
            start = opened.end() if opened is not None else len(self.text)
        return self.code(start, len(self.text), "")[0]

    def code(self, at: int, limit: int, close: str) -> tuple[list[Token], int]:
        """Return the words from `at` up to the unmatched bracket `close`, and its position."""
        self.depth += 1
        if self.depth > DEPTH:
            raise UnreadableSource(f"code inside strings is nested more than {DEPTH} deep", at)
        text, syntax, skipped = self.text, self.syntax, self.skipped
        match_at = syntax.master.match
        found: list[Token] = []
        opener = {")": "(", "}": "{", "]": "["}.get(close, "")
        open_count = 0
        fresh = True
        while at < limit:
            if text[at] == " ":
                # Most words follow a single space: a match for it takes a tenth of the time of a file.
                at += 1
            match = match_at(text, at, limit)
            if match is None:
                # Nothing follows that space.
                break
            kind = match.lastgroup
            start, at = at, match.end()
            if kind in _WORDS:
                # The groups of the pattern are the kinds of words.
                found.append(Token(kind, match[0], start, at, fresh))  # type: ignore[arg-type]
                fresh = False
                continue
            if kind in _BETWEEN:
                if kind != "space":
                    fresh = fresh or kind == "line"
                    if kind == "block" or start in skipped or self.pending:
                        at = self._pass(match, limit)
                continue
            word = match[0]
            if (kind == "string" or word in "/<") and (end := self._literal(match, found, limit, fresh)):
                at = end
                fresh = False
                continue
            if kind == "string":
                # An opener that opens nothing here is a sign.
                at, word = start + 1, text[start]
            if close:
                if word == close and open_count == 0:
                    self.depth -= 1
                    return found, start
                if word == close:
                    open_count -= 1
                elif word.endswith(opener):
                    open_count += 1
            found.append(Token("sign", word, start, at, fresh))
            fresh = False
        self.depth -= 1
        return found, limit

    def _literal(self, match: re.Match[str], found: list[Token], limit: int, fresh: bool) -> int:
        """Read the literal or the element that a word begins; return its end, 0 if it begins none."""
        start, syntax, literal = match.start(), self.syntax, None
        if match.lastgroup == "string":
            literal = self._string(match, limit) if self._begins(match, found) else None
        elif match[0] == "/":
            literal = self._regex(found, start, limit) if syntax.regexes else None
        elif syntax.element is not None and not self._ends_operand(found, start):
            end = syntax.element(self, found, start, limit, fresh)
            return end if end > start else 0
        if literal is None:
            return 0
        literal.fresh = fresh
        found.append(literal)
        return literal.end

    def _pass(self, match: re.Match[str], limit: int) -> int:
        """Return the end of a comment of several lines, or of the texts that begin after a line break."""
        at = match.end()
        if match.lastgroup == "block":
            ender = self.syntax.blocks[match[0]]
            closing = self.text.find(ender, at, limit)
            return closing + len(ender) if closing >= 0 else limit
        while self.pending:
            at = self.pending.pop(0)(at)
        return self.skipped.get(match.start(), at)

    def _string(self, match: re.Match[str], limit: int) -> Token | None:
        """Return the string of an opener; None if it opens nothing."""
        form = self.syntax.forms.get(match[0])
        if form is not None:
            return self.read(form, match.start(), match.end(), limit)
        return self.syntax.open(self, match, limit) if self.syntax.open is not None else None

    def _begins(self, match: re.Match[str], found: list[Token]) -> bool:
        """Return whether an opener that is also an operator (``%``, ``<<``) opens a string here."""
        start = match.start()
        if match[0][0] not in "%<" or not found:
            return True
        if match[0][0] == "<" and match[0][2:3] in "-~":
            return found[-1].kind != "number"
        if match[0][0] == "%" and "\n" in self.text[found[-1].end : start]:
            return True
        return not self._ends_operand(found, start)

    def _ends_operand(self, found: list[Token], start: int) -> bool:
        """Return whether an operator follows the last word, so that the sign at `start` begins no literal."""
        if not found:
            return False
        before = found[-1]
        if before.kind == "sign":
            return before.text in (")", "]", "}", "++", "--")
        if before.kind == "name":
            apart = before.end < start and self.text[start + 1 : start + 2] not in (" ", "=", "")
            return before.text not in _BEFORE_REGEX and not (self.syntax.commands and apart)
        return before.kind != "option"

    def _regex(self, found: list[Token], start: int, limit: int) -> Token | None:
        """Return the regex literal that begins at `start`; None if that is a division."""
        if start < self.dead or self._ends_operand(found, start):
            return None
        match = _REGEX.match(self.text, start, limit)
        if match is None:
            # Nothing up to the end of this line can close one either.
            newline = self.text.find("\n", start, limit)
            self.dead = newline if newline >= 0 else limit
            return None
        return Token("regex", match[0], start, match.end())

    def read(self, form: Form, start: int, at: int, limit: int) -> Token:
        """Return the string that begins at `start` and whose text begins at `at`."""
        text = self.text
        parts: list[Chunk] = []
        quoting, escapes, close = form.quoting, form.escapes, form.close
        search = form.stop.search
        plain = at
        nested = 0
        edge = limit if form.lines else -1
        while True:
            match = search(text, at, limit)
            stop = limit if match is None else match.start()
            sign = "" if match is None else match[0]
            if form.nests and match is not None and (sign == form.nests or (sign == close and nested)):
                nested += 1 if sign == form.nests else -1
                at = match.end()
                continue
            ends = match is None or (sign == close and not (form.doubled and text.startswith(close * 2, stop)))
            if ends or sign == "\n":
                if plain < stop:
                    parts.append(Chunk("same", text[plain:stop], plain, stop, quoting))
                whole = sign != "\n" and (match is not None or not close)
                return Token("string", "", start, stop + (len(close) if whole else 0), parts=parts, whole=whole)
            at = stop
            if sign == close:
                segment, end = Chunk("escape", close, stop, stop + 2 * len(close), quoting), stop + 2 * len(close)
            elif escapes is not None and sign == escapes.sign:
                value, end = escapes.read(text, stop, limit)
                segment = Chunk("escape", value, stop, end, quoting)
            elif sign == "}":
                end = stop + (2 if text.startswith("}}", stop) else 1)
                segment = Chunk("escape" if end - stop == 2 else "same", "}", stop, end, quoting)
            else:
                if edge < stop:
                    # A placeholder ends with the line if the string does.
                    newline = text.find("\n", stop, limit)
                    edge = newline if newline >= 0 else limit
                opened = self.placeholder(sign, stop, edge, form)
                if opened is None:
                    at = stop + len(sign)
                    continue
                segment, end = opened, opened.end
            if plain < stop:
                parts.append(Chunk("same", text[plain:stop], plain, stop, quoting))
            parts.append(segment)
            plain = at = end

    def read_until(self, form: Form, start: int, at: int, closing: re.Match[str] | None, limit: int) -> Token:
        """Return the string that begins at `start`, whose text begins at `at` and ends where a pattern has matched."""
        token = self.read(form, start, at, limit if closing is None else max(closing.start(), at))
        token.end = limit if closing is None else closing.end()
        token.whole = closing is not None
        return token

    def placeholder(self, sign: str, at: int, limit: int, form: Form) -> Chunk | None:
        """Return the placeholder that `sign` opens at `at`; None if it is plain text."""
        text, quoting = self.text, form.quoting
        if sign == "{" and text.startswith("{{", at):
            return Chunk("escape", "{", at, at + 2, quoting)
        start = at + len(sign)
        opener = "{" if sign == "{$" else sign[-1:]
        if opener in ("{", "("):
            if sign == "{" and (start == limit or text.startswith(("}", form.close or "}"), start)):
                return None
            # The dollar of ``{$name}`` belongs to the code.
            start = at + 1 if sign == "{$" else start
            tokens, closing = self.code(start, limit, BRACKETS[opener])
            end = min(closing + sign.count(opener), limit)
            return Chunk("placeholder", "", at, end, quoting, source=text[start:closing].strip(), tokens=tokens)
        match = self.syntax.name.match(text, start, limit)
        if match is None:
            return None
        tokens = [Token("variable", match[0], at, match.end())]
        if match.lastindex:
            # ``$x->y``, ``$x[0]``
            tokens, _ = self.code(at, match.end(), "")
        return Chunk("placeholder", "", at, match.end(), quoting, source=text[at : match.end()], tokens=tokens)
