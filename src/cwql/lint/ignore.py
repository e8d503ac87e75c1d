"""``.gitignore`` patterns: `Patterns` returns whether a list of patterns excludes a path.

The rules are those of git (gitignore(5), wildmatch.c): the last matching pattern decides, ``!`` includes a path again, a pattern
with a slash is anchored to the folder of its file, and ``**`` spans folders. The settings ``exclude`` and ``per-file-ignores`` use the
same patterns. Differences from git: ``?`` and brackets match one character, while git matches one byte, a pattern of
more than `LONGEST` characters is skipped, and so are glob patterns after the first `MOST_GLOBS` of a list.

Matching takes time linear in the length of the path times that of the pattern, because the groups of the regular expressions are
atomic: the first occurrence of what is between two stars is always a right one.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 4096
"""Characters. The longest path of Linux has as many bytes; a longer pattern costs time and matches nothing useful."""

MOST_GLOBS = 2000
"""Glob patterns in a list, apart from ``*.suffix``, which are looked up: each of the others is tried on every path."""

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_SPECIAL = frozenset("*?[\\")


class Pattern:
    """One pattern: `negated` if it includes again, `folders` if it matches folders only, `anchored` if it matches whole paths."""

    __slots__ = ("_expression", "_prefix", "anchored", "folders", "literal", "negated", "suffix", "text")

    def __init__(self, text: str, negated: bool, folders: bool, anchored: bool) -> None:
        self.text = text
        self.negated = negated
        self.folders = folders
        self.anchored = anchored
        plain = next((at for at, character in enumerate(text) if character in _SPECIAL), len(text))
        self.literal = text if plain == len(text) else None
        rest = text[1:]
        self.suffix = rest if not anchored and text[:1] == "*" and not _SPECIAL.intersection(rest) else None
        # Git compares the plain beginning first and matches the rest on its own: ``a**`` spans folders, ``?a**`` does not.
        self._prefix = text[:plain] if anchored else ""
        self._expression: re.Pattern[str] | None = None

    def matches(self, path: str, name: str, folder: bool) -> bool:
        """Return whether the pattern matches a file or folder; `path` is relative to the folder of the pattern."""
        if self.folders and not folder:
            return False
        text = path if self.anchored else name
        if self.literal is not None:
            return text == self.literal
        if self.suffix is not None:
            return text.endswith(self.suffix)
        prefix = self._prefix
        if prefix:
            if not text.startswith(prefix):
                return False
            text = text[len(prefix) :]
        if self._expression is None:
            self._expression = _compile(self.text[len(prefix) :], self.anchored)
        return self._expression.fullmatch(text) is not None


class Patterns:
    """The patterns of one file or setting, in order."""

    __slots__ = ("_endings", "_literals", "_others", "_suffixes", "patterns")

    def __init__(self, lines: Iterable[str]) -> None:
        self.patterns = [pattern for pattern in map(read_pattern, lines) if pattern is not None]
        # Most lists consist of names and ``*.suffix``: they are looked up, and only the others are matched one by one.
        self._literals: dict[tuple[bool, str], list[int]] = {}
        self._suffixes: list[int] = []
        self._others: list[int] = []
        for number, pattern in enumerate(self.patterns):
            if pattern.literal is not None:
                self._literals.setdefault((pattern.anchored, pattern.literal), []).append(number)
            elif pattern.suffix is not None:
                self._suffixes.append(number)
            elif len(self._others) < MOST_GLOBS:
                self._others.append(number)
        self._endings = tuple({self.patterns[number].suffix or "" for number in self._suffixes})

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def verdict(self, path: str, folder: bool = False) -> bool | None:
        """Return True if the patterns exclude a path, False if they include it again, None if none matches.

        `path` is relative to the folder of the patterns, with ``/``. Its parent folders are not matched: see `covers`.
        """
        patterns = self.patterns
        name = path.rpartition("/")[2]
        candidates = [self._literals.get((False, name), ()), self._literals.get((True, path), ()), self._others]
        if name.endswith(self._endings):
            candidates.append(self._suffixes)
        last = -1
        for numbers in candidates:
            for number in reversed(numbers):
                if number < last:
                    break
                if patterns[number].matches(path, name, folder):
                    last = number
                    break
        return None if last < 0 else not patterns[last].negated

    def covers(self, path: str, folder: bool = False) -> bool:
        """Return whether the patterns exclude a path or one of its parent folders."""
        at = path.find("/")
        while at >= 0:
            if self.verdict(path[:at], True):
                return True
            at = path.find("/", at + 1)
        return bool(self.verdict(path, folder))


def read_pattern(line: str) -> Pattern | None:
    """Parse a line of a ``.gitignore``; None for an empty line, a comment, and a pattern that is too long."""
    text = line.rstrip("\n").removesuffix("\r")
    end = len(text)
    while end and text[end - 1] == " " and not _is_escaped(text, end - 1):
        end -= 1
    text = text[:end]
    if not text or text.startswith("#") or len(text) > LONGEST:
        return None
    negated = text.startswith("!")
    if negated:
        text = text[1:]
    folders = text.endswith("/")
    if folders:
        text = text[:-1]
    anchored = "/" in text
    text = text.removeprefix("/")
    return Pattern(text, negated, folders, anchored) if text else None


def read_patterns(data: bytes) -> Patterns:
    """Parse the content of a ``.gitignore``."""
    return Patterns(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n"))


def _is_escaped(text: str, at: int) -> bool:
    backslashes = 0
    while at > backslashes and text[at - 1 - backslashes] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


class _InvalidPattern(Exception):
    """A bracket that is not closed, a class that does not exist, or a backslash at the end."""


def _compile(pattern: str, anchored: bool) -> re.Pattern[str]:
    """Return a pattern whose plain beginning was cut off as a regular expression, which matches whole paths or names."""
    try:
        expression = _Translator(pattern, anchored).translate()
    except _InvalidPattern:
        # Git gives up on such a pattern while it matches.
        expression = r"(?!)"
    return re.compile(expression, re.DOTALL)


class _Translator:
    """Translate a pattern to a regular expression, name by name."""

    def __init__(self, pattern: str, anchored: bool) -> None:
        self._pattern = pattern
        self._anchored = anchored
        self._at = 0
        # The names between two ``**``; of the current name, the chunks between two stars, as an expression for each character.
        self._runs: list[list[str]] = [[]]
        self._chunks: list[list[str]] = [[]]

    def translate(self) -> str:
        """Return the expression. Raises `_InvalidPattern`."""
        pattern, end = self._pattern, len(self._pattern)
        while self._at < end:
            character = self._next()
            if character == "*":
                self._read_stars()
            elif character == "?":
                self._chunks[-1].append("[^/]")
            elif character == "[":
                self._chunks[-1].append(self._read_bracket())
            elif self._read_escaped(character) == "/":
                self._end_name()
            else:
                self._chunks[-1].append(re.escape(pattern[self._at - 1]))
        if self._chunks != [[]] or not self._runs[-1] or pattern.endswith("/"):
            self._end_name()
        first, *others = ["/".join(names) for names in self._runs]
        if not others:
            return first
        # The first place for the names between two ``**`` leaves the most to those after it.
        between = [rf"(?>(?:[^/]*+/)*?{names}/)" for names in others[:-1]]
        return "".join([f"{first}/" if self._runs[0] else "", *between, rf"(?:[^/]*+/)*?{others[-1]}"])

    def _next(self) -> str:
        """Return the next character and move on. Raises `_InvalidPattern` at the end."""
        if self._at >= len(self._pattern):
            raise _InvalidPattern
        self._at += 1
        return self._pattern[self._at - 1]

    def _end_name(self) -> None:
        first, *others = ["".join(chunk) for chunk in self._chunks]
        if others:
            # Likewise, the first place for the text between two stars is a right one, and the last text is at the end.
            first += "".join([rf"(?>[^/]*?{chunk})" for chunk in others[:-1]])
            first += rf"(?=[^/]{{{len(self._chunks[-1])}}})[^/]*+(?<={others[-1]})"
        self._runs[-1].append(first)
        self._chunks = [[]]

    def _read_stars(self) -> None:
        pattern, start = self._pattern, self._at - 1
        while pattern.startswith("*", self._at):
            self._at += 1
        following = pattern[self._at : self._at + 2]
        if not self._anchored or self._at - start < 2 or not (start == 0 or pattern[start - 1] == "/"):
            self._chunks.append([])
        elif following == "":
            self._runs[-1].append(".*+")
        elif following[0] == "/":
            self._at += 1
            self._add_run()
        elif following == "\\/":
            # At least one name, which is empty after a slash of the pattern's plain beginning.
            self._at += 2
            self._runs[-1].append("[^/]*+")
            self._add_run()
        else:
            self._chunks.append([])

    def _add_run(self) -> None:
        if self._runs[-1] or len(self._runs) == 1:
            self._runs.append([])

    def _read_bracket(self) -> str:
        """Parse a bracket after its ``[`` and return it as a regular expression. Raises `_InvalidPattern`."""
        negated = self._pattern[self._at : self._at + 1] in ("!", "^")
        self._at += negated
        members: list[str] = []
        # The character before, with which a range may begin.
        before: str | None = None
        character = self._next()
        while True:
            named = self._read_class() if character == "[" else None
            if named is not None:
                members.append(named)
                before = None
            elif character == "-" and before is not None and self._pattern[self._at : self._at + 1] not in ("", "]"):
                upper = self._read_escaped(self._next())
                if before <= upper:
                    members.append(f"{re.escape(before)}-{re.escape(upper)}")
                before = None
            else:
                before = self._read_escaped(character)
                members.append(re.escape(before))
            character = self._next()
            if character == "]":
                break
        if not members:
            return "[^/]" if negated else "(?!)."
        return f"(?!/)[{'^' if negated else ''}{''.join(members)}]"

    def _read_escaped(self, character: str) -> str:
        return self._next() if character == "\\" else character

    def _read_class(self) -> str | None:
        """Parse a class such as ``[:alpha:]`` after its ``[``; None if there is none. Raises `_InvalidPattern`."""
        pattern, start = self._pattern, self._at
        if not pattern.startswith(":", start):
            return None
        close = pattern.find("]", start + 1)
        if close < 0:
            raise _InvalidPattern
        if close == start + 1 or pattern[close - 1] != ":":
            return None
        members = _CLASSES.get(pattern[start + 1 : close - 1])
        if members is None:
            raise _InvalidPattern
        self._at = close + 1
        return members
