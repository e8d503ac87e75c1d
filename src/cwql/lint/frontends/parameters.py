"""Parse the parameters of functions: their names, types, values and annotations."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import is_safe_pattern
from cwql.lint.frontends.expressions import Expressions
from cwql.lint.frontends.tables import ASSIGN, OPENERS, PASSING
from cwql.lint.ir import Name, Node, Parameter
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_KEYS = words("query requestparam aliasas")
"""Annotations that give a parameter of a method the name of a parameter of a URL."""

PATTERNS = words("pattern regularexpression matches")
"""Annotations with a pattern that a whole argument has to match."""


class Parameters(Expressions):
    """Parse parameters, and names in brackets that get their values at once."""

    def parameters(self) -> list[Parameter]:
        """Parse the parameters in the brackets at hand."""
        closing = self.enter()
        found: list[Parameter] = []
        untyped: list[str] = []
        begin = end = self.at
        while begin < closing:
            while end < closing and self.words[end] != ",":
                generic = self._angles(end) if self.words[end] == "<" and self.typed in ("before", "colon") else end
                end = max(generic, self.closing(end) if self.words[end] in OPENERS else end, end + 1)
            if end > begin:
                self.parameter(begin, min(end, closing), found, untyped)
            begin = end = end + 1
        self.leave(closing)
        return found

    def _annotations(self, begin: int, end: int) -> tuple[int, str, bool]:
        """Return where a parameter begins after its annotations, the key that they give it, and whether they restrict its text.

        ``@Query("conditions") String filter``, ``[RegularExpression("^[A-Z]+$")] string tag``
        """
        key, safe = "", False
        while begin < end and (self.tokens[begin].text == "@" or (self.words[begin] == "[" and self.typed == "before")):
            first = begin
            begin += 2 if self.tokens[begin].text == "@" else 0
            while begin < end and self.tokens[begin].text == ".":
                begin += 2
            if begin < end and self.tokens[begin].text in ("(", "["):
                begin = self.closing(begin) + 1
            word = ""
            for token in self.tokens[first : min(begin, end)]:
                if token.kind == "name" and token.text.lower() in _KEYS | PATTERNS:
                    word = token.text.lower()
                elif token.kind == "string" and word:
                    text = self.literal(token).value or ""
                    key = text if word in _KEYS else key
                    safe = safe or (word in PATTERNS and is_safe_pattern(text))
        return begin, key, safe

    def parameter(self, begin: int, end: int, found: list[Parameter], untyped: list[str]) -> None:
        """Add a parameter to those before it, `untyped` are the names of those that share the next type."""
        begin, key, safe = self._annotations(begin, end)
        tokens = self.tokens[begin:end]
        words = [token.text for token in tokens]
        equals = next((n for n, word in enumerate(words) if word == "=" and tokens[n].kind == "sign"), len(words))
        at, type = -1, ""
        if self.typed == "colon":
            colon = next((n for n, word in enumerate(words[:equals]) if word == ":"), -1)
            opener = next((n for n, word in enumerate(words[:equals]) if word in ("{", "[", "(")), -1)
            if colon >= 0 and words[colon + 1 : colon + 2] == ["{"]:
                # ``company: { id: number; name: string }``
                self.members(begin + colon + 1)
            if opener >= 0 and (colon < 0 or opener < colon):
                # ``{ a, b }: Type``
                self.at = begin + opener
                found += [Parameter(name.name, "", value, name.start) for name, value in self.unpacked()]
                return
            head = tokens[: colon if colon >= 0 else equals]
            at = max([n for n, token in enumerate(head) if token.kind in ("name", "variable")], default=-1)
            type = self.join_words(begin + colon + 1, begin + equals) if colon >= 0 else ""
        else:
            places = [n for n, token in enumerate(tokens[:equals]) if token.kind in ("name", "variable")]
            if places and self.typed == "after":
                at = places[0]
                type = self.join_words(begin + 1, begin + equals)
                self._share_type(type, self.name_of(words[at]), found, untyped)
            elif places:
                at = places[-1]
                start = 0
                while start < at and (words[start] in self.modifiers or words[start] in PASSING):
                    start += 1
                type = self.join_words(begin + start, begin + at) if self.typed == "before" else ""
        if at >= 0:
            name = self.name_of(words[at])
            if type:
                self.note_type(name, "enum" if safe else type)
            self.at = begin + equals
            default = self.default() if equals < len(words) else None
            found.append(Parameter(name, "enum" if safe else type, default, tokens[at].start, key=key))

    def default(self) -> Node | None:
        """Parse the value after the ``=`` at hand, if there is one."""
        if self.word() != "=":
            return None
        self.at += 1
        return self.expression(ASSIGN)

    def unpacked(self) -> list[tuple[Name, Node | None]]:
        """Parse names in brackets, ``{ name, other = value }``; return each with its value."""
        found: list[tuple[Name, Node | None]] = []
        closing = self.enter()
        for _ in self.upto(closing):
            token = self.peek()
            if token.kind in ("name", "variable"):
                self.at += 1
                found.append((Name(token.start, token.end, self.name_of(token.text)), self.default()))
        self.leave(closing)
        return found

    def _share_type(self, type: str, name: str, found: Sequence[Parameter], untyped: list[str]) -> None:
        """Give the parameters before one with a type that type: ``a, b int``."""
        if not type:
            untyped.append(name)
            return
        for known in found:
            if known.name in untyped:
                known.type = type
                self.note_type(known.name, type)
        untyped.clear()
