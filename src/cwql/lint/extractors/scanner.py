"""Read a source into tokens: names, signs, numbers and strings with their pieces, by a table per language.

It is no parser: it knows what is code, what is a comment and what is text, which is all that finding a text needs. Every character is
looked at once, so the time is linear; what is not closed ends with its line or with the file.
"""

from __future__ import annotations

import re

from cwql.frozen import Frozen, assign
from cwql.lint.extractors import UnreadableSource
from cwql.lint.found import Quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal, TypeAlias

    from cwql.lint.extractors.escapes import Escapes

    Kind: TypeAlias = Literal["name", "variable", "option", "number", "string", "regex", "sign"]

DEPTH = 30
"""Deepest nesting of code inside strings that is followed."""

SIGNS = r"=>|->|::|\?\?=?|\?->|\?\.|\|\|=?|&&|\+\+|--|[-+]=|:=|===|==|!==|!=|<=|>=|<<|\.\.\.?|."
"""Signs that most languages share; a table puts its own in front."""


class Part:
    """Hold a stretch of a string: plain text, an escape, or a hole with the tokens of its code."""

    __slots__ = ("end", "expression", "joint", "kind", "literal", "quoting", "safe", "start", "text", "tokens")

    def __init__(
        self,
        kind: Literal["same", "escape", "hole"],
        text: str,
        start: int,
        end: int,
        quoting: Quoting | None = None,
        tokens: list[Token] | None = None,
        expression: str = "",
        safe: bool = False,
        joint: str | None = None,
        literal: Token | None = None,
    ) -> None:
        self.kind: Literal["same", "escape", "hole"] = kind
        self.text = text
        self.start = start
        self.end = end
        self.quoting = quoting
        self.tokens = tokens
        self.expression = expression
        self.safe = safe
        self.joint = joint
        self.literal = literal


class Token:
    """Hold a word of a source. `fresh` tells that it begins a line, `text` of a string is empty: `parts` has it."""

    __slots__ = ("end", "fresh", "kind", "parts", "start", "text", "whole")

    def __init__(
        self,
        kind: Kind,
        text: str,
        start: int,
        end: int,
        fresh: bool = False,
        parts: list[Part] | None = None,
        whole: bool = True,
    ) -> None:
        self.kind: Kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.fresh = fresh
        self.parts = parts
        self.whole = whole

    @property
    def value(self) -> str | None:
        """Return the text of a string without holes; None for anything else."""
        if self.kind != "string" or self.parts is None or any(part.kind == "hole" for part in self.parts):
            return None
        return "".join([part.text for part in self.parts])


class Form(Frozen):
    """Describe a kind of string literal, from behind its opener on.

    `close` ends it; `doubled` lets a doubled `close` stand for itself; `holes` are the openers of code or names inside it; `lines`
    allows line breaks; `nests` is a bracket that pairs with a `close` inside.
    """

    __slots__ = ("close", "doubled", "escapes", "holes", "lines", "nests", "quoting", "stop")
    __match_args__ = ("close", "escapes", "holes", "lines", "doubled", "quoting", "nests")
    close: str
    escapes: Escapes | None
    holes: tuple[str, ...]
    lines: bool
    doubled: bool
    quoting: Quoting
    nests: str
    stop: re.Pattern[str]

    def __init__(
        self,
        close: str,
        escapes: Escapes | None,
        quoting: Quoting,
        holes: Iterable[str] = (),
        lines: bool = False,
        doubled: bool = False,
        nests: str = "",
    ) -> None:
        assign(self, "close", close)
        assign(self, "escapes", escapes)
        assign(self, "holes", tuple(holes))
        assign(self, "lines", lines)
        assign(self, "doubled", doubled)
        assign(self, "quoting", quoting)
        assign(self, "nests", nests)
        wanted = [re.escape(sign) for sign in (close, *self.holes, nests) if sign]
        if escapes is not None:
            wanted.append(re.escape(escapes.sign))
        if "{" in self.holes:
            wanted.append("\\}")
        if not lines:
            wanted.append("\n")
        assign(self, "stop", re.compile("|".join(wanted)) if wanted else re.compile(r"(?!)"))


class Syntax(Frozen):
    """Describe what a language's words look like.

    `words` is a pattern with the groups ``name``, ``variable``, ``option``, ``mark`` (a sign of its own) and ``string`` (an opener) as far as the language has them;
    `comments` begin a comment to the end of the line, `blocks` pairs what opens and closes a longer one. `open` reads the string whose
    opener was met, `name` is the shape of a name behind ``$`` in a string. `regexes` tells that ``/…/`` is a literal, `commands` that
    a call needs no brackets, so that one may stand behind a name; `continued` joins two lines, `skip` is what ends and begins code.
    """

    __slots__ = ("blocks", "commands", "continued", "master", "name", "open", "regexes", "skip")
    __match_args__ = ("master", "blocks", "open", "name", "regexes", "commands", "continued", "skip")
    master: re.Pattern[str]
    blocks: dict[str, str]
    open: Callable[[Scanner, re.Match[str], int], Token | None]
    name: re.Pattern[str]
    regexes: bool
    commands: bool
    continued: str
    skip: tuple[str, re.Pattern[str]] | None

    def __init__(
        self,
        words: str,
        comments: str,
        blocks: dict[str, str],
        open: Callable[[Scanner, re.Match[str], int], Token | None],
        name: str = r"[A-Za-z_]\w*",
        regexes: bool = False,
        commands: bool = False,
        continued: str = "",
        skip: tuple[str, re.Pattern[str]] | None = None,
    ) -> None:
        opened = "|".join(re.escape(sign) for sign in blocks) or "(?!)"
        pattern = (
            rf"(?P<space>[^\S\n]+)|(?P<block>{opened})|(?P<line>\n)"
            rf"|(?P<comment>(?:{comments})[^\n]*)"
            rf"|{words}|(?P<number>\d[\w.]*)|(?P<sign>{SIGNS})"
        )
        assign(self, "master", re.compile(pattern))
        assign(self, "blocks", blocks)
        assign(self, "open", open)
        assign(self, "name", re.compile(name))
        assign(self, "regexes", regexes)
        assign(self, "commands", commands)
        assign(self, "continued", continued)
        assign(self, "skip", skip)


def string(parts: list[Part], start: int, end: int, whole: bool = True) -> Token:
    """Return the token of a string, known to its parts."""
    token = Token("string", "", start, end, parts=parts, whole=whole)
    for part in parts:
        part.literal = token
    return token


def dedent(parts: list[Part], indent: int) -> list[Part]:
    """Return the parts of a text of lines without the blanks, at most `indent`, that each line begins with."""
    if indent == 0:
        return parts
    cut: list[Part] = []
    fresh = True
    for part in parts:
        if part.kind != "same":
            cut.append(part)
            fresh = False
            continue
        at = 0
        for line in part.text.splitlines(keepends=True):
            drop = 0
            while fresh and drop < indent and line[drop : drop + 1] in (" ", "\t"):
                drop += 1
            if drop < len(line):
                start = part.start + at + drop
                cut.append(
                    Part("same", line[drop:], start, start + len(line) - drop, part.quoting, literal=part.literal)
                )
            at += len(line)
            fresh = line.endswith(("\n", "\r"))
    return cut


CLOSERS = {"(": ")", "[": "]", "{": "}", "$(": ")", "@(": ")", "@{": "}", "${": "}", "#{": "}"}
_BEFORE_REGEX = frozenset(
    [
        "return",
        "typeof",
        "case",
        "in",
        "of",
        "do",
        "else",
        "void",
        "delete",
        "throw",
        "new",
        "await",
        "yield",
        "and",
        "or",
        "not",
        "if",
        "unless",
        "while",
        "until",
        "when",
        "then",
        "puts",
    ]
)


class Scanner:
    """Read one source; `tokens` returns its words."""

    __slots__ = ("dead", "depth", "pending", "syntax", "text")

    def __init__(self, text: str, syntax: Syntax) -> None:
        self.text = text
        self.syntax = syntax
        self.depth = 0
        self.dead = -1
        # Heredocs whose bodies begin with the next line.
        self.pending: list[Callable[[int], int]] = []

    def tokens(self) -> list[Token]:
        """Return the words of the source. Raises UnreadableSource where code in strings is nested too deep."""
        start = 0
        if self.syntax.skip is not None and "<?" in self.text:
            opened = self.syntax.skip[1].search(self.text)
            start = opened.end() if opened is not None else len(self.text)
        return self.code(start, len(self.text), "")[0]

    def code(self, at: int, limit: int, close: str) -> tuple[list[Token], int]:
        """Return the words from `at` up to the bracket `close` that nothing in between opened, and where it stands."""
        self.depth += 1
        if self.depth > DEPTH:
            raise UnreadableSource(f"code inside strings is nested more than {DEPTH} deep", at)
        text, syntax = self.text, self.syntax
        match_at = syntax.master.match
        found: list[Token] = []
        opener = {")": "(", "}": "{", "]": "["}.get(close, "")
        open_count = 0
        fresh = True
        while at < limit:
            match = match_at(text, at, limit)
            if match is None:  # pragma: no cover - the pattern ends with "any character"
                break
            kind = match.lastgroup
            start, at = at, match.end()
            if kind == "space":
                continue
            if kind == "line":
                fresh = True
                while self.pending:
                    at = self.pending.pop(0)(at)
                continue
            if kind == "comment":
                if syntax.skip is not None:
                    ended = text.find(syntax.skip[0], start, at)
                    at = ended if ended >= 0 else at
                continue
            if kind == "block":
                closing = text.find(syntax.blocks[match[0]], at, limit)
                at = limit if closing < 0 else closing + len(syntax.blocks[match[0]])
                continue
            if kind == "string":
                token = syntax.open(self, match, limit) if self._begins(match, found) else None
                if token is not None:
                    token.fresh = fresh
                    fresh = False
                    found.append(token)
                    at = token.end
                    continue
                # An opener that opens nothing here is a sign.
                kind, at = "sign", start + 1
            word = text[start:at]
            if kind == "mark":
                kind = "sign"
            if kind == "sign":
                if word == syntax.continued and start + 1 < limit and text[start + 1] in "\r\n":
                    at = start + (3 if text.startswith("\r\n", start + 1) else 2)
                    continue
                if syntax.skip is not None and word == "?" and text.startswith(syntax.skip[0], start):
                    opened = syntax.skip[1].search(text, at, limit)
                    at = opened.end() if opened is not None else limit
                    found.append(Token("sign", ";", start, start + 2, fresh))
                    fresh = True
                    continue
                if close:
                    if word == close and open_count == 0:
                        self.depth -= 1
                        return found, start
                    if word == close:
                        open_count -= 1
                    elif word.endswith(opener):
                        open_count += 1
                if word == "/" and syntax.regexes:
                    end = self._regex(found, start, limit)
                    if end > 0:
                        found.append(Token("regex", text[start:end], start, end, fresh))
                        fresh = False
                        at = end
                        continue
            # The groups of the pattern are the kinds of words.
            found.append(Token(kind, word, start, at, fresh))  # type: ignore[arg-type]
            fresh = False
        self.depth -= 1
        return found, limit

    def _begins(self, match: re.Match[str], found: list[Token]) -> bool:
        """Tell whether an opener that is also an operator (``%``, ``<<``) opens a string here."""
        sign = match[0][0]
        if sign not in "%<":
            return True
        if not found:
            return True
        before = found[-1]
        if sign == "<" and match[0][2:3] in "-~":
            return before.kind != "number"
        if before.kind == "sign":
            return before.text not in (")", "]", "}")
        if before.kind in ("number", "string", "regex"):
            return False
        apart = before.end < match.start()
        return before.text in _BEFORE_REGEX or (apart and match[0][-1:] not in (" ", "\t", "=", ""))

    def _regex(self, found: list[Token], start: int, limit: int) -> int:
        """Return the end of the regex literal that begins at `start`, 0 where it is a division."""
        if found:
            before = found[-1]
            if before.kind in ("number", "string", "regex", "variable"):
                return 0
            if before.kind == "name" and before.text not in _BEFORE_REGEX:
                apart = before.end < start and self.text[start + 1 : start + 2] not in (" ", "=", "")
                if not (self.syntax.commands and apart):
                    return 0
            if before.kind == "sign" and before.text in (")", "]", "}", "++", "--"):
                return 0
        if start < self.dead:
            return 0
        text, at, inside = self.text, start + 1, False
        while at < limit:
            sign = text[at]
            if sign == "\n":
                break
            if sign == "\\":
                at += 1
            elif sign == "[":
                inside = True
            elif sign == "]":
                inside = False
            elif sign == "/" and not inside:
                at += 1
                while at < limit and text[at].isalpha():
                    at += 1
                return at
            at += 1
        # Nothing up to the end of this line can close one either.
        self.dead = at
        return 0

    def read(self, form: Form, start: int, at: int, limit: int) -> Token:
        """Return the string that begins at `start` and whose text begins at `at`."""
        text = self.text
        parts: list[Part] = []
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
                    parts.append(Part("same", text[plain:stop], plain, stop, quoting))
                whole = sign != "\n" and (match is not None or not close)
                return string(parts, start, stop + (len(close) if whole else 0), whole)
            at = stop
            if sign == close:
                piece, end = Part("escape", close, stop, stop + 2 * len(close), quoting), stop + 2 * len(close)
            elif escapes is not None and sign == escapes.sign:
                value, end = escapes.read(text, stop, limit)
                piece = Part("escape", value, stop, end, quoting)
            elif sign == "}":
                end = stop + (2 if text.startswith("}}", stop) else 1)
                piece = Part("escape" if end - stop == 2 else "same", "}", stop, end, quoting)
            else:
                if edge < stop:
                    # A hole ends with the line, where the string does.
                    newline = text.find("\n", stop, limit)
                    edge = newline if newline >= 0 else limit
                opened = self.hole(sign, stop, edge, form)
                if opened is None:
                    at = stop + len(sign)
                    continue
                piece, end = opened, opened.end
            if plain < stop:
                parts.append(Part("same", text[plain:stop], plain, stop, quoting))
            parts.append(piece)
            plain = at = end

    def hole(self, sign: str, at: int, limit: int, form: Form) -> Part | None:
        """Return the hole that `sign` opens at `at`; None where it is plain text."""
        text, quoting = self.text, form.quoting
        if sign == "{" and text.startswith("{{", at):
            return Part("escape", "{", at, at + 2, quoting)
        behind = at + len(sign)
        if sign[-1:] in ("{", "("):
            if sign == "{" and text[behind : behind + 1] in ("", "}", form.close[:1]):
                return None
            tokens, closing = self.code(behind, limit, CLOSERS[sign[-1]])
            end = min(closing + sign.count(sign[-1]), limit)
            return Part("hole", "", at, end, quoting, tokens, text[behind:closing].strip())
        if sign == "{$":
            tokens, closing = self.code(at + 1, limit, "}")
            end = min(closing + 1, limit)
            return Part("hole", "", at, end, quoting, tokens, text[at + 1 : closing].strip())
        match = self.syntax.name.match(text, behind, limit)
        if match is None:
            return None
        tokens = [Token("variable", match[0], at, match.end())]
        if match.lastindex:
            # `$x->y` and `$x[0]`: more than the variable.
            tokens = [
                Token("variable", match[0].split("-")[0].split("[")[0], at, match.end()),
                Token("sign", "->", at, at),
            ]
        return Part("hole", "", at, match.end(), quoting, tokens, text[at : match.end()])
