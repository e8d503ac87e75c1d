"""Patterns of ``like``: `Pattern` reads one by the signs of a dialect, fits it to a text, and says it in SQLite's GLOB.

A dialect's `wildcards` stand for any run of characters and its `single` for one. Where its `pattern_syntax` has ``[``, brackets
are those of SQL Server: ``[abc]``, ``[a-f]``, ``[^x]`` stand for one character, ``[[]`` for a bracket; an open bracket that is never
closed stands for itself, ``[]`` for no character at all. Where it has a backslash, that takes the meaning from the sign after
it. Patterns and texts are folded first, so one sign stands for one character of the folded text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cwql.semantics.meaning import fold

if TYPE_CHECKING:
    from cwql.language.dialects import Dialect

_GLOB_SIGNS = re.compile(r"[*?\[]")


class Pattern:
    """Hold a pattern as runs between wildcards: each a list of texts, None (any character) and `Choice`."""

    __slots__ = ("_matchers", "runs")

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.runs: list[list[str | Choice | None]] = _read(fold(text), dialect)
        self._matchers: list[re.Pattern[str]] | None = None

    def fits(self, folded: str) -> bool:
        """Tell whether a folded text fits, in time that grows with the lengths only: runs are found one after the other."""
        if self._matchers is None:
            # SQLite needs none of them for most patterns.
            self._matchers = [_matcher(run) for run in self.runs]
        first, *rest = self._matchers
        if not rest:
            return first.fullmatch(folded) is not None
        found = first.match(folded)
        if found is None:
            return False
        place = found.end()
        *middle, last = rest
        for matcher in middle:
            found = matcher.search(folded, place)
            if found is None:
                return False
            place = found.end()
        start = len(folded) - _width(self.runs[-1])
        return start >= place and last.fullmatch(folded, start) is not None

    @property
    def plain(self) -> tuple[str, ...] | None:
        """Return the texts between the wildcards, or None where there is more in the pattern than wildcards."""
        if all(isinstance(piece, str) for run in self.runs for piece in run):
            return tuple(["".join([str(piece) for piece in run]) for run in self.runs])
        return None

    @property
    def glob(self) -> str | None:
        """Return the pattern as SQLite's GLOB writes it; None where it has choices of characters."""
        runs = []
        for run in self.runs:
            pieces = []
            for piece in run:
                if isinstance(piece, Choice):
                    return None
                pieces.append("?" if piece is None else _GLOB_SIGNS.sub(r"[\g<0>]", piece))
            runs.append("".join(pieces))
        return "*".join(runs)


class Choice:
    """Stand for one character out of some, or not out of them."""

    __slots__ = ("expression",)

    def __init__(self, body: str) -> None:
        negated = body.startswith("^") and len(body) > 1
        body = body[negated:]
        members: list[str] = []
        place = 0
        while place < len(body):
            if body[place + 1 : place + 2] == "-" and place + 2 < len(body):
                low, high = body[place], body[place + 2]
                if low <= high:
                    members.append(f"{re.escape(low)}-{re.escape(high)}")
                place += 3
            else:
                members.append(re.escape(body[place]))
                place += 1
        inside = "".join(members)
        if inside:
            self.expression = f"[{'^' if negated else ''}{inside}]"
        else:
            self.expression = "[^\\W\\w]" if not negated else "[\\W\\w]"


def _read(text: str, dialect: Dialect) -> list[list[str | Choice | None]]:
    run: list[str | Choice | None] = []
    runs = [run]
    literal: list[str] = []

    def flush() -> None:
        if literal:
            run.append("".join(literal))
            literal.clear()

    brackets, escapes = "[" in dialect.pattern_syntax, "\\" in dialect.pattern_syntax
    place = 0
    while place < len(text):
        sign = text[place]
        place += 1
        if sign in dialect.wildcards:
            flush()
            if run or len(runs) == 1:
                runs.append(run := [])
        elif sign in dialect.single:
            flush()
            run.append(None)
        elif sign == "\\" and escapes and place < len(text):
            literal.append(text[place])
            place += 1
        elif sign == "[" and brackets and (end := text.find("]", place)) >= 0:
            body = text[place:end]
            place = end + 1
            if len(body) == 1:
                literal.append(body)
            else:
                flush()
                run.append(Choice(body))
        else:
            literal.append(sign)
    flush()
    return runs


def _matcher(run: list[str | Choice | None]) -> re.Pattern[str]:
    pieces = [
        piece.expression if isinstance(piece, Choice) else "." if piece is None else re.escape(piece) for piece in run
    ]
    return re.compile("".join(pieces), re.DOTALL)


def _width(run: list[str | Choice | None]) -> int:
    return sum(len(piece) if isinstance(piece, str) else 1 for piece in run)
