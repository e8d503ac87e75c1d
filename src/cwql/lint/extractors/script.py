"""The assignments of names in a source: `Script`."""

from __future__ import annotations

from cwql.frozen import Frozen, assign
from cwql.lint.extractors.structure import CONTROL, Structure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.extractors.habits import Habits
    from cwql.lint.extractors.tokens import Token

_TYPES = frozenset(("number", "bigint", "boolean", "string", "undefined", "null", "z"))
"""How a type begins that decides whether a value needs quotes; ``z`` is that of zod."""

MANY = 50
"""Maximum number of assignments of one name that are followed."""


class Setting(Frozen):
    """One assignment: ``name = value``; `value` is the token index, -1 for an unknown value."""

    __slots__ = ("at", "block", "function", "sign", "value")
    __match_args__ = ("at", "value", "sign", "block", "function")
    at: int
    value: int
    sign: str
    block: int
    function: int

    def __init__(self, at: int, value: int, sign: str, block: int, function: int) -> None:
        assign(self, "at", at)
        assign(self, "value", value)
        assign(self, "sign", sign)
        assign(self, "block", block)
        assign(self, "function", function)


class Script(Structure):
    """The structure of a list of tokens, and its names.

    `settings` are the assignments of a name, by its function and folded name; `members` are the names that are assigned
    as members of a value; `unsafe` is True for each typed name that ever has a type whose values need quotes.
    """

    __slots__ = ("members", "settings", "unsafe")

    def __init__(self, tokens: Sequence[Token], text: str, habits: Habits) -> None:
        super().__init__(tokens, text, habits)
        self.settings: dict[tuple[int, str], list[Setting]] = {}
        self.members: set[str] = set()
        self.unsafe: dict[str, bool] = {}
        self._collect()

    def fold(self, name: str) -> str:
        """Return a name as the language compares it, without ``$``, ``@`` and the scope in front of it."""
        if self.habits.folds:
            return name.lower().rpartition(":")[2].lstrip("$@")
        return name.lstrip("$@")

    def find_settings(self, name: str, at: int) -> list[Setting] | None:
        """Return the assignments of the name that is used at `at`, in the nearest function that assigns it; None if
        there are none or too many.
        """
        name = self.fold(name)
        function = self.function[at] if at < len(self.function) else -1
        for _ in range(20):
            found = self.settings.get((function, name))
            if found is not None:
                return None if len(found) > MANY else found
            if function < 0:
                return None
            function = self.function[function]
        return None

    def _collect(self) -> None:
        """Record every assignment of a name, and every type that a name is given."""
        habits = self.habits
        for at, token in enumerate(self.tokens):
            if token.kind not in habits.names:
                continue
            before, behind = self.sign(at - 1), self.sign(at + 1)
            if before in habits.links:
                if behind in habits.sets or behind in habits.adds:
                    self.members.add(self.fold(token.text))
                continue
            self._note_type(at, before, behind)
            value = -1
            sign = "="
            if behind in habits.sets or behind in habits.adds:
                if not self._is_argument(at):
                    value, sign = at + 2, "=" if behind in habits.sets else "+="
                elif self._is_header(at):
                    value = -1
                else:
                    continue
            elif self.is_declared(at):
                value = self.value_behind_type(at)
                if value < 0:
                    continue
            elif behind in ("in", "of") or before == "as":
                pass
            elif self._is_parameter(at, before, behind):
                # A parameter of the function whose braces follow.
                self._set(at, -1, "=", self._body(at))
                continue
            else:
                continue
            if value >= 0 and sign == "=" and self._same(value, token.text) and self.sign(value + 1) in habits.joins:
                # `text = text + " and …"`
                value, sign = value + 2, "+="
            self._set(at, value, sign, self.function[at])

    def _is_parameter(self, at: int, before: str, behind: str) -> bool:
        """Return whether this is the name of a parameter."""
        follower = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        closed = behind in (",", ")", ":") or behind in self.habits.sets
        if self.habits.typed == "behind" and before in ("(", ",") and follower is not None:
            closed = closed or follower.kind == "name" or behind in ("*", "[", "...")
        return closed and self._is_header(at)

    def _set(self, at: int, value: int, sign: str, function: int) -> None:
        key = (function, self.fold(self.tokens[at].text))
        known = self.settings.setdefault(key, [])
        if len(known) <= MANY:
            known.append(Setting(at, value, sign, self.block[at], function))

    def _same(self, at: int, name: str) -> bool:
        return at < len(self.tokens) and self.fold(self.sign(at)) == self.fold(name)

    def _is_argument(self, at: int) -> bool:
        """Return whether a name is in round brackets, in which ``name = value`` is an argument or a default."""
        parent = self.parent[at]
        return parent >= 0 and self.sign(parent) == "(" and self.habits.defaults and not self._is_group(parent)

    def _is_group(self, opener: int) -> bool:
        """Return whether a bracket groups (``if ((x = f()) …``) or contains a list of constants, and calls nothing."""
        before = self.tokens[opener - 1] if opener else None
        return (
            before is None or before.text in CONTROL or (before.kind == "sign" and before.text not in (")", "]", ">"))
        )

    def _is_header(self, at: int) -> bool:
        """Return whether a name is in the brackets of a function's parameters."""
        parent = self.parent[at]
        if parent < 0 or self.sign(parent) != "(":
            return False
        if self.sign(parent - 1).lower() == "param":
            return True
        if self.habits.worded:
            function = self.function[at]
            named = self.sign(function) == "def" and 0 < parent - function <= 4
            return named and not any(token.fresh for token in self.tokens[function + 1 : parent + 1])
        return self._body(at) != self.function[at]

    def _body(self, at: int) -> int:
        """Return the braces of the function with the parameter at `at`; the enclosing function if there are none."""
        parent = self.parent[at]
        if self.sign(parent - 1).lower() == "param":
            return self.function[at]
        closing = self.closing(parent)
        if self.habits.worded:
            return self.function[at]
        for index in range(closing + 1, min(closing + 14, len(self.tokens))):
            word = self.sign(index)
            if word == "{":
                return index if self.function[min(index + 1, len(self.tokens) - 1)] == index else self.function[at]
            if word in (";", ")", ",", "}"):
                break
        return self.function[at]

    def is_declared(self, at: int) -> bool:
        """Return whether the name at `at` is declared with its type after it: ``const name: Type``, ``var name string =
        …``.
        """
        word, typed = self.sign(at - 1), self.habits.typed
        if typed == "colon":
            return word in ("const", "let", "var") and self.sign(at + 1) == ":"
        return typed == "behind" and word in ("const", "var") and self.sign(at + 2) == "="

    def value_behind_type(self, at: int) -> int:
        """Return the value of ``const name: Type = value``, or -1."""
        for index in range(at + 2, min(at + 14, len(self.tokens))):
            word = self.sign(index)
            if word == "=":
                return index + 1
            if word in (";", ")", "{", "}"):
                break
        return -1

    def _kind_behind(self, colon: int) -> str:
        """Return the type after a colon if it is one word, including ``number | undefined`` and ``z.number()``;
        otherwise ``?``.
        """
        at = colon + 1
        if self.sign(at) == "z" and self.sign(at + 1) == ".":
            at += 4 if self.sign(at + 2) == "coerce" else 2
            return self.sign(at) if self.sign(at + 1) == "(" else "?"
        kinds = {self.sign(at)}
        while self.sign(at + 1) == "|" and len(kinds) < 5:
            at += 2
            kinds.add(self.sign(at))
        kinds -= {"undefined", "null"}
        follower = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        ended = follower is None or follower.text in (",", ")", "=", ";", "}") or follower.fresh
        return kinds.pop() if len(kinds) == 1 and ended else "?"

    def _note_type(self, at: int, before: str, behind: str) -> None:
        """Remember whether a name is ever declared with a type whose values need no quotes, or with another."""
        habits = self.habits
        kind = ""
        if habits.typed == "before":
            previous = self.tokens[at - 1] if at else None
            if previous is not None and previous.kind == "name":
                kind = before
            elif before == "?" and at > 1 and self.tokens[at - 2].kind == "name" and behind in ("=", ";", ",", ")"):
                kind = self.sign(at - 2)
            if kind in (
                "var",
                "return",
                "const",
                "static",
                "new",
                "in",
                "await",
                "out",
                "ref",
                "as",
                "is",
                "case",
                "else",
            ):
                kind = ""
        elif habits.typed == "behind":
            follower = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
            if follower is not None and follower.kind == "name" and not follower.fresh:
                kind = follower.text
        elif habits.typed == "colon" and (behind == ":" or (behind == "?" and self.sign(at + 2) == ":")):
            colon = at + 1 if behind == ":" else at + 2
            if before in ("const", "let", "var") or self._is_header(at):
                kind = self._kind_behind(colon)
            elif self.sign(colon + 1) in _TYPES and (self.tokens[at].fresh or before in ("{", ",", ";")):
                # `{ id: number }` is a type, `{ id: value }` is none.
                kind = self._kind_behind(colon)
                kind = kind if kind in ("string", *habits.number_types) else ""
        elif habits.typed == "brackets" and before == "]":
            kind = self.sign(at - 2).lower() if self.sign(at - 3) == "[" else "?"
            if kind == ")" or kind == "":
                kind = ""
        if kind:
            name = self.fold(self.tokens[at].text)
            self.unsafe[name] = self.unsafe.get(name, False) or kind not in habits.number_types
