"""What stands where in a source: brackets, statements, functions, and which names are set to what."""

from __future__ import annotations

from cwql.frozen import Frozen, assign
from cwql.lint.extractors.scanner import CLOSERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.extractors.habits import Habits
    from cwql.lint.extractors.tokens import Token

CONTROL = frozenset(
    [
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "foreach",
        "elseif",
        "using",
        "lock",
        "with",
        "unless",
        "until",
        "match",
        "else",
        "do",
        "try",
        "finally",
        "fixed",
        "select",
    ]
)
CLASSES = frozenset(["class", "interface", "struct", "namespace", "enum", "record", "trait", "impl", "module"])
FUNCTIONS = frozenset(["function", "func", "fn", "filter", "workflow", "def"])
_LITERAL_BEFORE = frozenset(("=", "(", ",", ":", "[", "?", "=>", "+=", ":=", "||", "??", "&&", "@", "...", "&", "->"))

_GOES_ON = frozenset((".", "?.", "->", "?->", "::", "&&", "||", "?", ":", "|", "+", ")", "]", "{", "??", "="))
_UNFINISHED = frozenset(
    ("=", "(", "[", ",", ".", "?.", "->", "=>", "&&", "||", "?", ":", "+=", ":=", "|", "??", "-", "*", "<<")
)
_BEFORE_LITERAL = frozenset(("return", "yield", "default", "await", "typeof", "of"))

MANY = 50
"""Settings of one name beyond which nothing is said about it."""


class Setting(Frozen):
    """Hold one place where a name is set: ``name = value``; `value` is the token index, -1 for a value that is not known."""

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


class Script:
    """Know the structure of a list of tokens. Indices are those of the tokens; -1 stands for "around all".

    `partner` maps a bracket to its other half, `parent` gives the bracket around a token, `block` the braces around it that hold
    statements, `function` the braces of the function it stands in, `begin` the first token of its statement.
    """

    __slots__ = (
        "begin",
        "block",
        "function",
        "habits",
        "members",
        "parent",
        "partner",
        "settings",
        "text",
        "tokens",
        "unsafe",
    )

    def __init__(self, tokens: Sequence[Token], text: str, habits: Habits) -> None:
        self.tokens = tokens
        self.text = text
        self.habits = habits
        size = len(tokens)
        self.partner: dict[int, int] = {}
        self.parent = [-1] * size
        self.block = [-1] * size
        self.function = [-1] * size
        self.begin = [0] * size
        self._place()
        if habits.worded:
            self._place_definitions()
        self.settings: dict[tuple[int, str], list[Setting]] = {}
        self.members: set[str] = set()
        self.unsafe: dict[str, bool] = {}
        self._collect()

    def fold(self, name: str) -> str:
        """Return a name as the language compares it, without ``$``, ``@`` and the scope in front of it."""
        if self.habits.folds:
            return name.lower().rpartition(":")[2].lstrip("$@")
        return name.lstrip("$@")

    def sign(self, at: int) -> str:
        """Return the text of the token at an index, empty outside the source."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def closing(self, at: int) -> int:
        """Return the index of the bracket that closes the one at `at`; the end of the source where none does."""
        return self.partner.get(at, len(self.tokens))

    # --- brackets --------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        tokens = self.tokens
        lines = self.habits.lines
        stack: list[tuple[int, str, bool]] = []  # opener, what closes it, whether it holds statements
        block = function = -1
        blocks: list[tuple[int, int]] = []
        begin = 0
        begins: list[int] = []
        fresh = True
        for at, token in enumerate(tokens):
            statement = not stack or stack[-1][2]
            if statement and not fresh and lines and token.fresh and not self._continues(at):
                fresh = True
            if statement and fresh:
                begin = at
                fresh = False
            self.parent[at] = stack[-1][0] if stack else -1
            self.block[at], self.function[at], self.begin[at] = block, function, begin
            if token.kind != "sign":
                continue
            word = token.text
            if word in CLOSERS:
                holds = word == "{" and self._holds_statements(at, begin)
                stack.append((at, CLOSERS[word], holds))
                begins.append(begin)
                blocks.append((block, function))
                if holds:
                    block = at
                    if self._is_function(at, begin):
                        function = at
                    fresh = True
            elif word in (")", "]", "}"):
                # A bracket that closes nothing is passed over; one that closes an outer one closes the inner ones too.
                depth = next((back for back in range(1, min(len(stack), 8) + 1) if stack[-back][1] == word), 0)
                holds = False
                for _ in range(depth):
                    opener, _, holds = stack.pop()
                    begin = begins.pop()
                    block, function = blocks.pop()
                    self.partner[opener] = at
                    self.partner[at] = opener
                if depth:
                    self.parent[at] = stack[-1][0] if stack else -1
                    self.block[at], self.function[at], self.begin[at] = block, function, begin
                    # Behind a block a statement may go on (`}).then`, `} else {`); only a closed block ends one.
                    fresh = (
                        holds and (not stack or stack[-1][2]) and self.sign(at + 1) not in (")", ".", ",", "?.", "->")
                    )
            elif word == ";" and statement:
                fresh = True

    def _continues(self, at: int) -> bool:
        """Tell whether the line that begins at `at` goes on with the statement above it."""
        before, token = self.tokens[at - 1], self.tokens[at]
        if token.kind == "sign" and token.text in _GOES_ON:
            return not (token.text == "{" and before.text in ("}", ";"))
        return before.kind == "sign" and (before.text in self.habits.joins or before.text in _UNFINISHED)

    def _holds_statements(self, at: int, begin: int) -> bool:
        """Tell whether the brace at `at` opens a block; else it opens a literal."""
        before = self.tokens[at - 1] if at else None
        if before is None or before.kind != "sign":
            if before is not None and before.kind == "name" and before.text in _BEFORE_LITERAL:
                return False
            if before is not None and before.kind == "name" and self.habits.literals:
                return self._typed_block(at, begin)
            return True
        if before.text == ")":
            if self.habits.literals == "new":
                # `new Dictionary<string, string>() { … }`
                opener = self.partner.get(at - 1, -1)
                back = opener - 1
                while back > max(begin, at - 60) and (
                    self.tokens[back].kind == "name" or self.sign(back) in ("<", ">", ",", ".", "[", "]", "?")
                ):
                    if self.sign(back) == "new":
                        return False
                    back -= 1
            return True
        if before.text == "=>":
            return "=>" not in self.habits.pairs
        if before.text in ("]", ">", "}") and self.habits.literals:
            return self._typed_block(at, begin)
        if before.text == "{":
            # A brace right inside a block is a block.
            return self.block[at] == at - 1
        return before.text not in _LITERAL_BEFORE and before.text not in CLOSERS

    def _typed_block(self, at: int, begin: int) -> bool:
        """Tell a block from a literal behind a type: ``new Request {``, ``map[string]string{``, ``type T struct {``."""
        words = [token.text for token in self.tokens[max(begin, at - 40) : at]]
        if "struct" in words[-1:] or "interface" in words[-1:]:
            return True
        if self.habits.literals == "type":
            if words and (words[0] in FUNCTIONS or "func" in words):
                return True
            return words[:1] in (["if"], ["for"], ["switch"], ["select"], ["else"], ["}"]) or words[-1:] in (
                ["else"],
                ["select"],
            )
        return not ("new" in words[-20:] and "(" not in words[words[::-1].index("new") * -1 - 1 :])

    def _is_function(self, at: int, begin: int) -> bool:
        words = [token.text for token in self.tokens[max(begin, at - 60) : at] if token.kind in ("name", "option")]
        if any(word in CLASSES for word in words):
            return False
        if any(word.lower() in FUNCTIONS for word in words) or self.sign(at - 1) == "=>":
            return True
        if not self.habits.methods:
            return False
        return not any(word in CONTROL for word in words) and any(
            self.sign(back) == ")" for back in range(max(begin, at - 60), at)
        )

    def _place_definitions(self) -> None:
        """Give each ``def … end`` of Ruby a function of its own: the `end` with the indentation of its `def`."""
        starts = self.text
        opened: list[tuple[int, int]] = []
        for at, token in enumerate(self.tokens):
            if opened and self.function[at] < opened[-1][1]:
                self.function[at] = opened[-1][1]
                if self.block[at] < opened[-1][1]:
                    self.block[at] = opened[-1][1]
            if token.kind == "name" and token.fresh:
                column = token.start - (starts.rfind("\n", 0, token.start) + 1)
                if token.text == "def":
                    opened.append((column, at))
                elif token.text == "end" and opened and opened[-1][0] == column:
                    opened.pop()

    # --- names -----------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Note every place where a name is set, and every type that a name is given."""
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
        """Tell whether the name of a parameter stands here."""
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
        """Tell whether a name stands in round brackets, where ``name = value`` is an argument or a default."""
        parent = self.parent[at]
        return parent >= 0 and self.sign(parent) == "(" and self.habits.defaults and not self._is_group(parent)

    def _is_group(self, opener: int) -> bool:
        """Tell whether a bracket groups (``if ((x = f()) …``) or holds a list of constants, and calls nothing."""
        before = self.tokens[opener - 1] if opener else None
        return (
            before is None or before.text in CONTROL or (before.kind == "sign" and before.text not in (")", "]", ">"))
        )

    def _is_header(self, at: int) -> bool:
        """Tell whether a name stands in the brackets of a function's parameters."""
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
        """Return the braces of the function whose parameter stands at `at`; the function around it where there are none."""
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
        """Tell whether the name at `at` is declared with its type behind it: ``const name: Type``, ``var name string = …``."""
        word, typed = self.sign(at - 1), self.habits.typed
        if typed == "colon":
            return word in ("const", "let", "var") and self.sign(at + 1) == ":"
        return typed == "behind" and word in ("const", "var") and self.sign(at + 2) == "="

    def value_behind_type(self, at: int) -> int:
        """Return the value of ``const name: Type = value``, -1 where there is none."""
        for index in range(at + 2, min(at + 14, len(self.tokens))):
            word = self.sign(index)
            if word == "=":
                return index + 1
            if word in (";", ")", "{", "}"):
                break
        return -1

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
        elif habits.typed == "colon" and behind == ":" and (self._is_header(at) or before in ("const", "let", "var")):
            kind = self.sign(at + 2) if self.sign(at + 3) in (",", ")", "=", ";") else "?"
        elif habits.typed == "brackets" and before == "]":
            kind = self.sign(at - 2).lower() if self.sign(at - 3) == "[" else "?"
            if kind == ")" or kind == "":
                kind = ""
        if kind:
            name = self.fold(self.tokens[at].text)
            self.unsafe[name] = self.unsafe.get(name, False) or kind not in habits.number_types

    def column(self, at: int) -> int:
        """Return how far the line of a token is indented."""
        start = self.tokens[at].start
        begin = self.text.rfind("\n", 0, start) + 1
        line = self.text[begin:start]
        return len(line) - len(line.lstrip())

    def find_settings(self, name: str, at: int) -> list[Setting] | None:
        """Return where the name that is used at `at` is set, in the nearest function that sets it; None for nowhere or too often."""
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

    def encloses(self, block: int, at: int) -> bool:
        """Tell whether a token stands in a block, or in one inside it."""
        return block < 0 or block <= at <= self.partner.get(block, len(self.tokens))
