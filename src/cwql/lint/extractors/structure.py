"""The structure around each word of a source: brackets, blocks, functions, statements."""

from __future__ import annotations

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


class Structure:
    """The structure of a list of tokens. Indices are those of the tokens; -1 means the whole source.

    `partner` maps a bracket to its other half, `parent` is the bracket around a token, `block` the braces around it
    that contain statements, `function` the braces of its function, `begin` the first token of its statement.
    """

    __slots__ = ("begin", "block", "function", "habits", "parent", "partner", "text", "tokens")

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

    def sign(self, at: int) -> str:
        """Return the text of the token at an index, empty outside the source."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def closing(self, at: int) -> int:
        """Return the index of the bracket that closes the one at `at`; the end of the source if none does."""
        return self.partner.get(at, len(self.tokens))

    def column(self, at: int) -> int:
        """Return how far the line of a token is indented."""
        start = self.tokens[at].start
        begin = self.text.rfind("\n", 0, start) + 1
        line = self.text[begin:start]
        return len(line) - len(line.lstrip())

    def encloses(self, block: int, at: int) -> bool:
        """Return whether a token is in a block, or in one inside it."""
        return block < 0 or block <= at <= self.partner.get(block, len(self.tokens))

    # --- how it is found ---------------------------------------------------------------------------------------------

    def _place(self) -> None:
        tokens = self.tokens
        lines = self.habits.lines
        stack: list[tuple[int, str, bool]] = []  # the opener, its closing sign, whether it contains statements
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
                # A bracket that closes nothing is skipped; one that closes an outer one closes the inner ones too.
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
                    # After a block a statement may continue (`}).then`, `} else {`); only a closed block ends one.
                    fresh = (
                        holds and (not stack or stack[-1][2]) and self.sign(at + 1) not in (")", ".", ",", "?.", "->")
                    )
            elif word == ";" and statement:
                fresh = True

    def _continues(self, at: int) -> bool:
        """Return whether the line that begins at `at` continues the statement above it."""
        before, token = self.tokens[at - 1], self.tokens[at]
        if token.kind == "sign" and token.text in _GOES_ON:
            return not (token.text == "{" and before.text in ("}", ";"))
        return before.kind == "sign" and (before.text in self.habits.joins or before.text in _UNFINISHED)

    def _holds_statements(self, at: int, begin: int) -> bool:
        """Return whether the brace at `at` opens a block; otherwise it opens a literal."""
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
        """Return whether the brace after a type opens a block instead of a literal: ``new Request {``,
        ``map[string]string{``, ``type T struct {``.
        """
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
