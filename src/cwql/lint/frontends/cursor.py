"""The tokens of a source with a position in them, and the types of its names: `Cursor`."""

from __future__ import annotations

from cwql.lint.frontends.syntax import Token
from cwql.lint.frontends.tables import CLOSERS, ENDS, OPENERS, Tables
from cwql.lint.ir import Other, Parameter
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cwql.lint.ir import Argument, Block, Node


_IN_ANGLES = words(", . ? | & : ; = :: ' => *")
"""Signs among the types in angle brackets."""


class Cursor(Tables):
    """A position in the tokens of one source; the classes below it parse from there on."""

    def __init__(self, tokens: Sequence[Token], text: str, depth: int = 0) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0
        self.depth = depth
        self.inside = 0
        self.bare = False
        self.in_class = False
        self.types: dict[str, set[str]] = {}
        self.aliases: dict[str, str] = {}
        end = tokens[-1].end if tokens else 0
        self._end = Token("sign", "", end, end, True)
        self.size = len(tokens)
        self.partner = _pair(tokens)
        # Words are looked at five times each. Two empty ones follow the last, and so precede the first.
        if self.folds:
            self.words = [token.text.lower() if token.kind != "sign" else token.text for token in tokens]
        else:
            self.words = [token.text for token in tokens]
        self.words += ("", "")
        self._padded = [*tokens, self._end, self._end]

    # --- tokens ----------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        """Return a token, counted from the current one; an empty one after the last."""
        try:
            return self._padded[self.at + ahead]
        except IndexError:
            return self._end

    def word(self, ahead: int = 0) -> str:
        """Return the text of a token, folded if the language does not distinguish letter case; empty for a string."""
        try:
            return self.words[self.at + ahead]
        except IndexError:
            return ""

    def closing(self, index: int) -> int:
        """Return the index of the bracket that closes the one at an index; that of the end if none does."""
        return self.partner.get(index, self.size)

    def step(self) -> None:
        """Pass over a token, with the brackets that it opens."""
        self.at = min(self.closing(self.at) + 1 if self.word() in OPENERS else self.at + 1, self.size)

    def find(self, begin: int, end: int, *signs: str) -> int:
        """Return the index of the first of some signs between two indices, outside of brackets; the end if there is none."""
        while begin < end and self.words[begin] not in signs:
            begin = self.closing(begin) + 1 if self.words[begin] in OPENERS else begin + 1
        return min(begin, end)

    def enter(self) -> int:
        """Go into the brackets at hand; return the index of the closing one."""
        closing = min(self.closing(self.at), self.size)
        self.at += 1
        return closing

    def leave(self, closing: int) -> None:
        """Go to the token after a closing bracket."""
        self.at = min(closing + 1, self.size)

    def upto(self, stop: int) -> Iterator[None]:
        """Yield at each item up to the token at an index; a token that is no part of an item is passed over.

        Blocks and arguments have this loop themselves: they run most, and a generator in both takes 2 % of the time of a file.
        """
        stop = min(stop, self.size)
        while self.at < stop:
            before = self.at
            yield
            if self.at <= before:
                self.at = before + 1

    def take_names(self, stop: int, *ends: str) -> list[Parameter]:
        """Return the names up to the first of the words, which is passed over, as parameters."""
        found: list[Parameter] = []
        while self.at < min(stop, self.size) and self.word() not in ends:
            if self.peek().kind == "name":
                found.append(Parameter(self.name_of(self.peek().text)))
            self.at += 1
        self.at += 1
        return found

    def name_of(self, text: str) -> str:
        """Return a name as the language compares it, without its sigil."""
        name = text.lstrip(self.sigils)
        return name.lower() if self.folds else name

    def starts_line(self) -> bool:
        """Return whether the current token begins a line that ends the expression before it."""
        return self.lines and self.inside == 0 and self.peek().fresh and self.word() not in self.continues

    def last_end(self) -> int:
        """Return where the token before the current one ends."""
        return self.tokens[self.at - 1].end if 0 < self.at <= self.size else self._end.end

    def join_words(self, begin: int, end: int) -> str:
        """Return the source of the tokens between two indices: a type."""
        if begin >= end or begin >= self.size:
            return ""
        return self.text[self.tokens[begin].start : self.tokens[min(end, self.size) - 1].end]

    def note_type(self, name: str, type: str) -> None:
        """Remember a type that a name is declared with."""
        if len(type) < 200:
            self.types.setdefault(name, set()).add(type)

    def members(self, opener: int) -> None:
        """Note the types of the members in braces: ``name?: type``, ``name type`` in Go; ``.name`` is only that of members."""
        closing = min(self.closing(opener), self.size)
        index = opener + 1
        while index < closing:
            token, first = self.tokens[index], 0
            after = min(index + 1 + (self.words[index + 1] == "?"), closing)
            following = self.tokens[after] if after < closing else self._end
            if token.kind == "name" and self.typed == "colon" and following.text == ":":
                first = after + 1
            elif token.kind == "name" and self.typed == "after" and token.fresh and not following.fresh:
                first = after if following.kind == "name" or following.text in ("[", "*") else 0
            if first:
                index = max(self.type_end(first), first)
                self._note_member(token.text, self.join_words(first, index))
                continue
            index = self.closing(index) + 1 if token.text in OPENERS and token.text != "{" else index + 1

    def _note_member(self, name: str, type: str) -> None:
        name = self.name_of(name)
        self.note_type(name, type)
        self.note_type(f".{name}", type)

    def type_end(self, index: int, arrows: bool = True) -> int:
        """Return the index after the type that begins at an index; `arrows` if it may be that of a function."""
        ready = True
        first = index
        while index < self.size:
            token = self.tokens[index]
            text = token.text
            if token.fresh and index > first and not ready and text not in ("|", "&"):
                break
            if token.kind in ("name", "variable", "string", "number"):
                if not ready and text not in ("is", "extends"):
                    break
                ready = text in ("keyof", "readonly", "typeof", "unique", "infer", "mut", "dyn", "impl", "is", "const")
                index += 1
            elif text == "<":
                following = self._angles(index)
                if following <= index:
                    break
                index, ready = following, False
            elif text in ("[", "(") or (text == "{" and ready):
                if text == "(" and not ready:
                    break
                index, ready = self.closing(index) + 1, text == "[" and self.typed == "after"
            elif text == "=>" and not arrows:
                break
            elif text in ("|", "&", ".", "=>", "->", "*", "::"):
                index, ready = index + 1, True
            elif text in ("?", "!"):
                index += 1
            else:
                break
        return min(index, self.size)

    def _angles(self, index: int) -> int:
        """Return the index after the ``<…>`` at an index; the same index if it is a comparison."""
        depth, start = 0, index
        while index < self.size and index < start + 80:
            token = self.tokens[index]
            text = token.text
            if text == "<":
                depth += 1
            elif text == ">":
                depth -= 1
                if depth == 0:
                    return index + 1
            elif text in OPENERS:
                index = self.closing(index) + 1
                continue
            elif token.kind not in ("name", "string", "number") and text not in _IN_ANGLES:
                return start
            index += 1
        return start

    def _skip(self) -> Node | None:
        """Pass over one token, with its bracket."""
        token = self.peek()
        if token.text in ENDS or self.at >= self.size:
            return None
        self.step()
        return Other(token.start, self.last_end())

    if TYPE_CHECKING:
        # The parts of the grammar call each other: the classes that inherit from this one define them.
        expression: Callable[..., Node | None]
        infix: Callable[[Node, int], Node]
        arguments: Callable[[], list[Argument]]
        listed: Callable[[int], list[Node]]
        _to_comma: Callable[[int, list[Argument]], None]
        parameters: Callable[[], list[Parameter]]
        function: Callable[..., Node | None]
        _method: Callable[[], Node | None]
        block: Callable[[], Node]
        block_until: Callable[..., Block]
        statement: Callable[[int], Node | None]
        keyword: Callable[[str, int], Node | None]
        is_keyword: Callable[[], bool]
        conditional: Callable[[], Node]
        switch: Callable[[], Node | None]


def _pair(tokens: Sequence[Token]) -> dict[int, int]:
    """Return the index of the bracket that closes each opening one."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        text = token.text
        if text in CLOSERS:
            if token.kind == "sign":
                opened.append(index)
        elif text in ENDS:
            for back in range(len(opened) - 1, max(len(opened) - 6, -1), -1):
                if CLOSERS[tokens[opened[back]].text] == text:
                    partner[opened[back]] = index
                    del opened[back:]
                    break
    return partner
