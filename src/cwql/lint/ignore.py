"""``.gitignore`` patterns: `Patterns` returns whether a list of patterns excludes a path.

The rules are those of git (gitignore(5), wildmatch.c): the last matching pattern decides, ``!`` includes a path again, a pattern
with a slash is anchored to the folder of its file, and ``**`` spans folders. The settings ``exclude`` and ``per-file-ignores`` use the
same patterns. Differences from git: ``?`` and brackets match one character, while git matches one byte, a pattern of
more than `LONGEST` characters is skipped, and so are glob patterns after the first `MOST_GLOBS` of a list.

Matching takes time linear in the length of the path times that of the pattern, because nothing is tried twice: within a folder
name, the first occurrence of the text between two stars is always a right one; across folders, the set of pattern
components reached so far is carried from one folder to the next.
"""

from __future__ import annotations

from cwql.lint import lazy_patterns as re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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

    __slots__ = ("_match", "_prefix", "anchored", "folders", "literal", "negated", "suffix", "text")

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
        self._match: Callable[[str], bool] | None = None

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
        if self._match is None:
            self._match = _compile(self.text[len(prefix) :], self.anchored)
        return self._match(text)


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


class _Chunk:
    """The text between two stars of a pattern, which is plain or a regular expression without repetitions.

    Its length is fixed.
    """

    __slots__ = ("_expression", "length", "text")

    def __init__(self, characters: list[str], is_plain: bool) -> None:
        """`characters` has one element for each character that the chunk matches, regular expressions unless `is_plain`."""
        self.length = len(characters)
        self.text = "".join(characters)
        self._expression = None if is_plain else re.compile(self.text, re.DOTALL)

    @property
    def is_plain(self) -> bool:
        """Return whether the chunk matches its own text only."""
        return self._expression is None

    def is_at(self, name: str, at: int) -> bool:
        """Return whether the chunk matches at a position of a name."""
        if self._expression is None:
            return name.startswith(self.text, at)
        return self._expression.match(name, at) is not None

    def find(self, name: str, start: int, end: int) -> int:
        """Return the first position between `start` and `end` at which the chunk matches, otherwise -1."""
        if self._expression is None:
            return name.find(self.text, start, end)
        found = self._expression.search(name, start, end)
        return -1 if found is None else found.start()


class _Component:
    """The pattern of one name of a path: chunks with a star between each two."""

    __slots__ = ("_chunks", "_length")

    def __init__(self, chunks: list[_Chunk]) -> None:
        self._chunks = chunks
        self._length = sum([chunk.length for chunk in chunks])

    @property
    def plain(self) -> str | None:
        """Return the only name that the component matches, None if it may match others."""
        return self._chunks[0].text if len(self._chunks) == 1 and self._chunks[0].is_plain else None

    @property
    def key(self) -> tuple[object, ...]:
        """Return a value that is equal for components that match the same names."""
        return tuple([(chunk.is_plain, chunk.text) for chunk in self._chunks])

    def matches(self, name: str) -> bool:
        """Return whether the component matches a whole name."""
        first, last = self._chunks[0], self._chunks[-1]
        if len(name) < self._length or not first.is_at(name, 0):
            return False
        if first is last:
            return len(name) == self._length
        end = len(name) - last.length
        if not last.is_at(name, end):
            return False
        at = first.length
        for chunk in self._chunks[1:-1]:
            at = chunk.find(name, at, end)
            if at < 0:
                return False
            at += chunk.length
        return True


class _Path:
    """The components of an anchored pattern; None in place of a component matches any number of folders, also none."""

    __slots__ = ("_end", "_folders", "_globs", "_plain")

    def __init__(self, components: list[_Component | None]) -> None:
        # A set of components is an integer with a bit for each of them.
        self._end = 1 << len(components)
        self._folders = 0
        self._plain: dict[str, int] = {}
        globs: dict[tuple[object, ...], tuple[_Component, int]] = {}
        for number, component in enumerate(components):
            bit = 1 << number
            if component is None:
                self._folders |= bit
            elif component.plain is not None:
                self._plain[component.plain] = self._plain.get(component.plain, 0) | bit
            else:
                _, bits = globs.get(component.key, (component, 0))
                globs[component.key] = component, bits | bit
        self._globs = [*globs.values()]

    def matches(self, path: str) -> bool:
        """Return whether the components match a whole path."""
        folders = self._folders
        # The components that may match the next name.
        reached = 1 | (1 & folders) << 1
        for name in path.split("/"):
            matched = reached & self._plain.get(name, 0)
            for component, bits in self._globs:
                if reached & bits and component.matches(name):
                    matched |= reached & bits
            reached = matched << 1 | reached & folders
            # No two components that match any number of folders follow each other: one step is enough.
            reached |= (reached & folders) << 1
            if not reached:
                return False
        return bool(reached & self._end)


def _matches_nothing(text: str) -> bool:
    return False


def _compile(pattern: str, anchored: bool) -> Callable[[str], bool]:
    """Return the match function of a pattern whose plain beginning was cut off."""
    try:
        components = _Compiler(pattern, anchored).read()
    except _InvalidPattern:
        # Git gives up on such a pattern while it matches.
        return _matches_nothing
    first = components[0]
    return _Path(components).matches if anchored or first is None else first.matches


class _InvalidPattern(Exception):
    """A bracket that is not closed, a class that does not exist, or a backslash at the end."""


class _Compiler:
    """Parse a pattern into components."""

    def __init__(self, pattern: str, anchored: bool) -> None:
        self._pattern = pattern
        self._anchored = anchored
        self._at = 0
        self._components: list[_Component | None] = []
        self._chunks: list[_Chunk] = []
        # What the current chunk matches, character by character: as text, and as regular expressions.
        self._plain: list[str] = []
        self._expressions: list[str] = []
        self._is_plain = True

    def read(self) -> list[_Component | None]:
        """Return the components. Raises `_InvalidPattern`."""
        pattern, end = self._pattern, len(self._pattern)
        while self._at < end:
            character = pattern[self._at]
            self._at += 1
            if character == "*":
                self._read_stars()
            elif character == "?":
                self._add_expression(".")
            elif character == "[":
                self._add_expression(self._read_bracket())
            elif character == "/":
                self._end_component()
            else:
                if character == "\\":
                    character = self._next()
                if character == "/":
                    self._end_component()
                else:
                    self._plain.append(character)
                    self._expressions.append(re.escape(character))
        if self._chunks or self._plain or self._expressions or not self._components or pattern.endswith("/"):
            self._end_component()
        return self._components

    def _next(self) -> str:
        """Return the next character and move on. Raises `_InvalidPattern` at the end."""
        if self._at >= len(self._pattern):
            raise _InvalidPattern
        self._at += 1
        return self._pattern[self._at - 1]

    def _add_expression(self, expression: str) -> None:
        self._is_plain = False
        self._expressions.append(expression)
        self._plain.append("")

    def _end_chunk(self) -> None:
        self._chunks.append(_Chunk(self._plain if self._is_plain else self._expressions, self._is_plain))
        self._plain, self._expressions, self._is_plain = [], [], True

    def _end_component(self) -> None:
        self._end_chunk()
        self._components.append(_Component(self._chunks))
        self._chunks = []

    def _read_stars(self) -> None:
        pattern, start = self._pattern, self._at - 1
        while pattern.startswith("*", self._at):
            self._at += 1
        following = pattern[self._at : self._at + 2]
        is_double = self._anchored and self._at - start > 1 and (start == 0 or pattern[start - 1] == "/")
        if is_double and following[:1] == "/":
            self._at += 1
            self._add_folders()
        elif is_double and following in ("", "\\/"):
            # At least one name, which is empty after a slash of the pattern's plain beginning.
            self._at += len(following)
            self._components.append(_Component([_Chunk([], True), _Chunk([], True)]))
            self._add_folders()
        else:
            self._end_chunk()

    def _add_folders(self) -> None:
        if self._components[-1:] != [None]:
            self._components.append(None)

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
            return "." if negated else "(?!)."
        return f"[{'^' if negated else ''}{''.join(members)}]"

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
