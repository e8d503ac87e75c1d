"""Patterns as ``.gitignore`` has them: which files a list of patterns names.

The rules are git's own (gitignore(5), wildmatch.c): the last pattern that matches decides, ``!`` takes a file back in, a pattern with
a slash is anchored to the folder of its file, ``**`` spans folders. The same patterns serve ``exclude`` and ``per-file-ignores``.
Most patterns are plain names or ``*.suffix``: they are looked up, and only the others become regular expressions. One thing is
not git's: ``?`` and brackets count characters, where git counts bytes.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

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
_FOLDERS = "(?:.*/)?"
_NEVER = "(?!)"


class Pattern:
    """Hold one pattern: whether it takes back in (`negated`), names folders only, or a path rather than a name."""

    __slots__ = ("_match", "anchored", "folders", "literal", "negated", "suffix", "text")

    def __init__(self, text: str, negated: bool, folders: bool, anchored: bool) -> None:
        self.text = text
        self.negated = negated
        self.folders = folders
        self.anchored = anchored
        plain = not _SPECIAL.intersection(text)
        self.literal = text if plain else None
        rest = text[1:]
        self.suffix = rest if not anchored and text[:1] == "*" and not _SPECIAL.intersection(rest) else None
        self._match: re.Pattern[str] | None = None

    def matches(self, path: str, name: str, folder: bool) -> bool:
        """Tell whether the pattern names the file or folder; `path` is relative to the folder of the pattern."""
        if self.folders and not folder:
            return False
        text = path if self.anchored else name
        if self.literal is not None:
            return text == self.literal
        if self.suffix is not None:
            return text.endswith(self.suffix)
        if self._match is None:
            self._match = re.compile(_translate(self.text, self.anchored), re.DOTALL)
        return self._match.fullmatch(text) is not None


class Patterns:
    """Hold the patterns of one file or setting, in its order."""

    __slots__ = ("_endings", "_names", "_others", "patterns")

    def __init__(self, lines: Iterable[str]) -> None:
        self.patterns = [pattern for pattern in map(read_pattern, lines) if pattern is not None]
        # What most names can be cleared of at once.
        self._names = {
            pattern.literal for pattern in self.patterns if pattern.literal is not None and not pattern.anchored
        }
        self._endings = tuple([pattern.suffix for pattern in self.patterns if pattern.suffix is not None])
        self._others = [
            pattern
            for pattern in self.patterns
            if pattern.suffix is None and (pattern.literal is None or pattern.anchored)
        ]

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def verdict(self, path: str, folder: bool = False) -> bool | None:
        """Tell whether the patterns take a path out (True) or back in (False); None where none names it.

        `path` is relative to the folder of the patterns, with ``/``. Only the path itself is asked, not the folders that it is in.
        """
        name = path.rpartition("/")[2]
        if name not in self._names and not name.endswith(self._endings):
            for pattern in self._others:
                if pattern.matches(path, name, folder):
                    break
            else:
                return None
        for pattern in reversed(self.patterns):
            if pattern.matches(path, name, folder):
                return not pattern.negated
        return None

    def covers(self, path: str, folder: bool = False) -> bool:
        """Tell whether the patterns take out a path, or a folder that it is in."""
        at = path.find("/")
        while at >= 0:
            if self.verdict(path[:at], True):
                return True
            at = path.find("/", at + 1)
        return bool(self.verdict(path, folder))


def read_pattern(line: str) -> Pattern | None:
    """Read a line of a ``.gitignore``; None for an empty line, a comment, and a pattern that can match nothing."""
    text = line.rstrip("\n").removesuffix("\r")
    end = len(text)
    while end and text[end - 1] == " " and not _is_escaped(text, end - 1):
        end -= 1
    text = text[:end]
    if not text or text.startswith("#"):
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
    """Read the bytes of a ``.gitignore``."""
    return Patterns(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n"))


def _is_escaped(text: str, at: int) -> bool:
    backslashes = 0
    while at > backslashes and text[at - 1 - backslashes] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


def _translate(pattern: str, anchored: bool) -> str:
    """Return the regular expression of a pattern, one that never matches for a pattern that git gives up on."""
    parts: list[str] = []
    # The part of a path between two slashes, cut at its stars.
    segment: list[list[str]] = [[]]
    at, end = 0, len(pattern)
    plain = next((index for index, sign in enumerate(pattern) if sign in _SPECIAL), end)
    while at < end:
        sign = pattern[at]
        at += 1
        if sign == "*":
            start = at - 1
            while at < end and pattern[at] == "*":
                at += 1
            # Git cuts the plain beginning off before it looks: ``a**`` spans folders, ``?a**`` does not.
            double = anchored and at - start > 1 and (start == plain or pattern[start - 1] == "/")
            if double and at == end:
                return "".join([*parts, _join(segment), ".*"])
            if double and pattern[at] == "/":
                at += 1
                parts += (_join(segment), _FOLDERS) if segment != [[]] or parts[-1:] != [_FOLDERS] else ()
                segment = [[]]
            else:
                segment.append([])
        elif sign == "?":
            segment[-1].append("[^/]")
        elif sign == "[":
            bracket, at = _read_bracket(pattern, at)
            if bracket is None:
                return _NEVER
            segment[-1].append(f"(?!/){bracket}")
        elif sign == "/":
            parts += (_join(segment), "/")
            segment = [[]]
        else:
            if sign == "\\":
                if at == end:
                    return _NEVER
                sign = pattern[at]
                at += 1
            segment[-1].append(re.escape(sign))
    return "".join([*parts, _join(segment)])


def _join(segment: list[list[str]]) -> str:
    """Put a segment together. Between two stars the first place that fits is as good as any: nothing is tried twice."""
    first, *others = ["".join(chunk) for chunk in segment]
    if not others:
        return first
    return "".join([first, *[f"(?>[^/]*?{chunk})" for chunk in others[:-1]], f"[^/]*{others[-1]}"])


def _read_bracket(pattern: str, at: int) -> tuple[str | None, int]:
    """Read a bracket from behind its ``[``; None for one that is not closed or names an unknown class."""
    members: list[str] = []
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    first = True
    before: str | None = None
    while True:
        if at >= len(pattern):
            return None, at
        sign = pattern[at]
        at += 1
        if sign == "]" and not first:
            break
        first = False
        if sign == "[" and pattern[at : at + 1] == ":":
            close = pattern.find("]", at + 1)
            if close < 0:
                return None, at
            if pattern[close - 1] == ":" and close - 1 > at:
                members_of = _CLASSES.get(pattern[at + 1 : close - 1])
                if members_of is None:
                    return None, at
                members.append(members_of)
                at, before = close + 1, None
                continue
            # No class after all: the bracket holds ``[``.
        elif sign == "-" and before is not None and at < len(pattern) and pattern[at] != "]":
            upper = pattern[at]
            at += 1
            if upper == "\\":
                if at >= len(pattern):
                    return None, at
                upper = pattern[at]
                at += 1
            if before <= upper:
                members.append(f"{re.escape(before)}-{re.escape(upper)}")
            before = None
            continue
        elif sign == "\\":
            if at >= len(pattern):
                return None, at
            sign = pattern[at]
            at += 1
        members.append(re.escape(sign))
        before = sign
    if not members:
        return ("[^/]" if negated else _NEVER), at
    return f"[{'^' if negated else ''}{''.join(members)}]", at
