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
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
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
            self._expression = _compile(self.text[len(prefix) :])
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
    line = line.rstrip("\n").removesuffix("\r")
    text = line.rstrip(" ")
    if text != line and (len(text) - len(text.rstrip("\\"))) % 2:
        # The first blank is escaped.
        text += " "
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


_NEVER = r"(?!)"
_ONE = r"(?:\\.|[^\\\]])"
_CLASS = r"\[:[^\]]{0,40}:\]"
_TOKEN = re.compile(
    r"(?P<deep>(?:\A|(?<=/))\*\*+(?:\\?/|\Z))|(?P<stars>\*+)|"
    rf"\[(?P<negated>[!^]?+)(?P<members>(?:\](?:-{_ONE})?)?+(?:{_CLASS}|{_ONE}(?:-{_ONE})?)*+)\]|(?P<plain>\\.|[^\\\[])",
    re.DOTALL,
)
"""A part of a pattern: ``**`` as a whole name, other stars, a bracket, or a character. Git gives up on everything else."""

_MEMBER = re.compile(rf"({_CLASS})|(\\.|[^\\])(?:-({_ONE}))?", re.DOTALL)


def _compile(pattern: str) -> re.Pattern[str]:
    """Return a pattern whose plain beginning was cut off as a regular expression, which matches whole paths or names."""
    return re.compile(_translate(pattern), re.DOTALL)


def _translate(pattern: str) -> str:
    """Return a pattern as a regular expression, name by name."""
    # The names between two ``**``; of the current name, the chunks between two stars, as an expression for each character.
    runs: list[list[str]] = [[]]
    chunks: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            return _NEVER
        at = token.end()
        if token["deep"] and token["deep"][-1] == "*":
            runs[-1].append(".*+")
        elif token["deep"]:
            if "\\" in token["deep"]:
                # At least one name, which is empty after a slash of the pattern's plain beginning.
                runs[-1].append("[^/]*+")
            if runs[-1] or len(runs) == 1:
                runs.append([])
        elif token["stars"]:
            chunks.append([])
        elif token["members"] is not None:
            bracket = _translate_bracket(token["negated"], token["members"])
            if bracket is None:
                return _NEVER
            chunks[-1].append(bracket)
        elif token["plain"][-1] == "/":
            runs[-1].append(_join_chunks(chunks))
            chunks = [[]]
        else:
            chunks[-1].append("[^/]" if token["plain"] == "?" else re.escape(token["plain"][-1]))
    if chunks != [[]] or not runs[-1] or pattern.endswith("/"):
        runs[-1].append(_join_chunks(chunks))
    first, *others = ["/".join(names) for names in runs]
    if not others:
        return first
    # The first place for the names between two ``**`` leaves the most to those after it.
    between = [rf"(?>(?:[^/]*+/)*?{names}/)" for names in others[:-1]]
    return "".join([f"{first}/" if runs[0] else "", *between, rf"(?:[^/]*+/)*?{others[-1]}"])


def _join_chunks(chunks: list[list[str]]) -> str:
    """Return the expression of a name."""
    first, *others = ["".join(chunk) for chunk in chunks]
    if others:
        # Likewise, the first place for the text between two stars is a right one, and the last text is at the end.
        first += "".join([rf"(?>[^/]*?{chunk})" for chunk in others[:-1]])
        first += rf"(?=[^/]{{{len(chunks[-1])}}})[^/]*+(?<={others[-1]})"
    return first


def _translate_bracket(negated: str, members: str) -> str | None:
    """Return the expression of a bracket; None if it names a class that does not exist."""
    parts: list[str] = []
    for name, low, high in _MEMBER.findall(members):
        if name and name[2:-2] not in _CLASSES:
            return None
        if name:
            parts.append(_CLASSES[name[2:-2]])
        elif low[-1] < high[-1:]:
            parts.append(f"{re.escape(low[-1])}-{re.escape(high[-1])}")
        else:
            # Of a range that goes down, Git matches the first character.
            parts.append(re.escape(low[-1]))
    return f"(?!/)[{'^' if negated else ''}{''.join(parts)}]"
