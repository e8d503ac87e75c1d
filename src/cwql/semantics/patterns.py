"""Patterns of ``like``: `LikePattern` parses one by the wildcards of a dialect, matches text, and writes SQLite's GLOB.

A dialect's `wildcards` match any run of characters and its `single` any one character. If its `pattern_syntax` contains ``[``, brackets
are those of SQL Server: ``[abc]``, ``[a-f]`` and ``[^x]`` match one character, ``[[]`` matches a bracket. A bracket that is not
closed matches itself, ``[]`` matches nothing. If it contains a backslash, the character after a backslash matches itself.
Patterns and text are folded first, so one pattern character matches one character of the folded text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cwql.semantics.values import fold_case

if TYPE_CHECKING:
    from typing import TypeAlias

    from cwql.language.dialects import Dialect

    Part: TypeAlias = "str | CharacterClass | None"

_GLOB_SYNTAX = re.compile(r"[*?\[]")


class LikePattern:
    """A pattern as the parts between its wildcards: each a list of texts, None (any character) and `CharacterClass`."""

    __slots__ = ("_regexes", "sections")

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.sections = _Parser(fold_case(text), dialect).parse()
        self._regexes: list[re.Pattern[str]] | None = None

    def matches(self, folded: str) -> bool:
        """Return whether the pattern matches a folded text, in linear time: each section is searched after the one before."""
        if self._regexes is None:
            # SQLite needs none of them for most patterns.
            self._regexes = [_compile(section) for section in self.sections]
        first, *rest = self._regexes
        if not rest:
            return first.fullmatch(folded) is not None
        found = first.match(folded)
        if found is None:
            return False
        end = found.end()
        *middle, last = rest
        for regex in middle:
            found = regex.search(folded, end)
            if found is None:
                return False
            end = found.end()
        start = len(folded) - _width(self.sections[-1])
        return start >= end and last.fullmatch(folded, start) is not None

    @property
    def literal_sections(self) -> tuple[str, ...] | None:
        """Return the texts between the wildcards, or None if the pattern contains more than texts and wildcards."""
        if all(isinstance(part, str) for section in self.sections for part in section):
            return tuple(["".join([str(part) for part in section]) for section in self.sections])
        return None

    @property
    def glob(self) -> str | None:
        """Return the pattern in the syntax of SQLite's GLOB, or None if it contains character classes."""
        sections = []
        for section in self.sections:
            parts = []
            for part in section:
                if isinstance(part, CharacterClass):
                    return None
                parts.append("?" if part is None else _GLOB_SYNTAX.sub(r"[\g<0>]", part))
            sections.append("".join(parts))
        return "*".join(sections)


class CharacterClass:
    """One character of a set, or one that is not in the set."""

    __slots__ = ("regex",)

    def __init__(self, body: str) -> None:
        negated = body.startswith("^")
        body = body[negated:]
        members: list[str] = []
        index = 0
        while index < len(body):
            if body[index + 1 : index + 2] == "-" and index + 2 < len(body):
                low, high = body[index], body[index + 2]
                if low <= high:
                    members.append(f"{re.escape(low)}-{re.escape(high)}")
                index += 3
            else:
                members.append(re.escape(body[index]))
                index += 1
        inside = "".join(members)
        if inside:
            self.regex = f"[{'^' if negated else ''}{inside}]"
        else:
            self.regex = r"[\W\w]" if negated else r"[^\W\w]"


class _Parser:
    """Divide a pattern into sections."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect
        self._section: list[Part] = []
        self._sections = [self._section]
        self._literal: list[str] = []

    def parse(self) -> list[list[Part]]:
        text, dialect = self._text, self._dialect
        index = 0
        while index < len(text):
            character = text[index]
            index += 1
            if character in dialect.wildcards:
                self._finish_literal()
                self._section = []
                self._sections.append(self._section)
            elif character in dialect.single:
                self._add(None)
            elif character == "\\" and "\\" in dialect.pattern_syntax and index < len(text):
                self._literal.append(text[index])
                index += 1
            elif character == "[" and "[" in dialect.pattern_syntax and (end := text.find("]", index)) >= 0:
                self._add_class(text[index:end])
                index = end + 1
            else:
                self._literal.append(character)
        self._finish_literal()
        return self._sections

    def _add_class(self, body: str) -> None:
        if len(body) == 1:
            self._literal.append(body)
        else:
            self._add(CharacterClass(body))

    def _add(self, part: Part) -> None:
        self._finish_literal()
        self._section.append(part)

    def _finish_literal(self) -> None:
        if self._literal:
            self._section.append("".join(self._literal))
            self._literal.clear()


def _compile(section: list[Part]) -> re.Pattern[str]:
    regexes = [
        part.regex if isinstance(part, CharacterClass) else "." if part is None else re.escape(part) for part in section
    ]
    return re.compile("".join(regexes), re.DOTALL)


def _width(section: list[Part]) -> int:
    return sum(len(part) if isinstance(part, str) else 1 for part in section)
