"""What a condition means, written a second time for the fuzzer: `matches`.

It follows docs/explanations/semantics.md and shares no code with `cwql.semantics`: numbers are fractions, dates are counted by hand,
patterns are simulated state by state, and every step of a path counts as a collection, of one record if there is no list. Speed
does not matter here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from cwql.language.nodes import And, Comparison, Constant, Or

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Expr

CUSTOM_MEMBERS = (
    "id", "caption", "type", "entryMethod", "numberOfDecimals", "value", "connectWiseId", "rowNum", "userDefinedFieldRecId", "podId",
)  # fmt: skip
"""The members of a custom field in Manage's specification; any other name is a caption."""

Chosen = Mapping[tuple[str, ...], object]
"""The records that were chosen for the steps of a path, by path."""


def matches(expr: Expr, record: object, dialect: Dialect, *, custom: bool = False) -> bool:
    """Return whether a record of JSON values matches a condition; `custom` is for one about custom fields."""
    return _Evaluator(dialect, custom).is_true(expr, {(): record})


class _Evaluator:
    def __init__(self, dialect: Dialect, custom: bool) -> None:
        self._dialect = dialect
        self._custom = custom

    def is_true(self, expr: Expr, chosen: Chosen) -> bool:
        if isinstance(expr, Constant):
            return expr.value
        if isinstance(expr, Or):
            return any(self.is_true(item, chosen) for item in expr.items)
        if isinstance(expr, And):
            return all(self._are_true_together(group, chosen) for group in self._group(expr.items, chosen))
        assert isinstance(expr, Comparison)
        if self._is_caption(expr):
            name = "/".join(expr.path.segments)
            return any(
                self._compare(_member(field, "caption"), "=", name) and self._test(_member(field, "value"), expr)
                for field in _children(_member(chosen[()], "customFields"))
            )
        return self._are_true_together([expr], chosen)

    def _are_true_together(self, items: Sequence[Expr], chosen: Chosen) -> bool:
        """Return whether all items are true of one choice of records."""
        if len(items) == 1 and not isinstance(items[0], Comparison):
            return self.is_true(items[0], chosen)
        steps = sorted({step for item in items for step in self._open_steps(item, chosen)})
        if not steps:
            return all(self._is_true_here(item, chosen) for item in items)
        # Which step comes first makes no difference.
        step = steps[-1]
        choices = _children(_member(chosen[step[:-1]], step[-1]))
        return any(self.are_true(items, {**chosen, step: choice}) for choice in choices)

    def are_true(self, items: Sequence[Expr], chosen: Chosen) -> bool:
        return all(self._are_true_together(group, chosen) for group in self._group(items, chosen))

    def _is_true_here(self, item: Expr, chosen: Chosen) -> bool:
        if not isinstance(item, Comparison) or self._is_caption(item):
            return self.is_true(item, chosen)
        path = self._path(item)
        return self._test(_member(chosen[path[:-1]], path[-1]), item)

    def _group(self, items: Sequence[Expr], chosen: Chosen) -> list[list[Expr]]:
        """Divide items so that those about a common step are together."""
        groups: list[tuple[list[Expr], set[tuple[str, ...]]]] = []
        for item in items:
            members, steps = [item], self._open_steps(item, chosen)
            apart = []
            for group in groups:
                if group[1] & steps:
                    members, steps = group[0] + members, steps | group[1]
                else:
                    apart.append(group)
            groups = [*apart, (members, steps)]
        return [members for members, _ in groups]

    def _open_steps(self, expr: Expr, chosen: Chosen) -> set[tuple[str, ...]]:
        """Return the first step of each path of which no record was chosen yet."""
        if isinstance(expr, (And, Or)):
            return {step for item in expr.items for step in self._open_steps(item, chosen)}
        if not isinstance(expr, Comparison) or self._is_caption(expr):
            return set()
        path = self._path(expr)
        for length in range(1, len(path)):
            if path[:length] not in chosen:
                return {path[:length]}
        return set()

    def _path(self, comparison: Comparison) -> tuple[str, ...]:
        segments = [segment.lower() for segment in comparison.path.segments]
        return ("customfields", *segments) if self._custom else tuple(segments)

    def _is_caption(self, comparison: Comparison) -> bool:
        members = [member.lower() for member in CUSTOM_MEMBERS]
        return self._custom and comparison.path.segments[0].lower() not in members

    def _test(self, value: object, comparison: Comparison) -> bool:
        """Return whether a value, or the plain values of a list, fulfil a comparison."""
        operator, literal = comparison.operator.name, comparison.value
        if isinstance(value, list):
            if operator in ("=", "!=") and literal is None:
                return operator == "!="
            if operator in ("contains", "not contains"):
                if literal is None:
                    return False
                return any(_order(item, literal) == 0 for item in value) == (operator == "contains")
            return any(self._compare(item, operator, literal) for item in value)
        return self._compare(value, operator, literal)

    def _compare(self, value: object, operator: str, literal: object) -> bool:
        if operator.startswith("not ") or operator == "!=":
            if operator == "!=" and literal is None:
                return value is not None
            if literal is None or value is None:
                return False
            return not self._compare(value, "=" if operator == "!=" else operator.removeprefix("not "), literal)
        if isinstance(literal, tuple):
            return any(_order(value, item) == 0 for item in literal)
        if literal is None:
            return operator == "=" and value is None
        if operator in _ORDERS:
            return _order(value, literal) in _ORDERS[operator]
        if not isinstance(value, str):
            return False
        text, part = value.casefold(), _write(literal).casefold()
        if operator == "like":
            return _fits(text, _read_pattern(part, self._dialect))
        places = {
            "contains": range(len(text) - len(part) + 1),
            "startswith": [0],
            "endswith": [len(text) - len(part)],
        }
        return any(place >= 0 and text[place : place + len(part)] == part for place in places[operator])


_ORDERS = {"=": (0,), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}


def _member(record: object, name: str) -> object:
    """Return a member by its name, in any letter case unless it is there exactly."""
    if not isinstance(record, dict):
        return None
    found = [value for key, value in record.items() if key.lower() == name.lower()]
    return record.get(name, found[0] if found else None)


def _children(value: object) -> list[object]:
    """Return the records of a collection; one that is empty or missing has a record without members."""
    if isinstance(value, list):
        return value or [None]
    return [value]


# Values.


def _order(value: object, literal: object) -> int | None:
    """Return -1, 0 or 1 as a value of a record comes before, equals or comes after a literal, otherwise None."""
    if value is None or literal is None:
        return 0 if value is literal else None
    if isinstance(value, str) and isinstance(literal, str):
        left, right = _read_moment(value), _read_moment(literal)
        if left is not None and right is not None:
            return (left > right) - (left < right)
        a, b = value.casefold(), literal.casefold()
        return (a > b) - (a < b)
    if isinstance(literal, date):
        moment = _read_moment(value) if isinstance(value, str) else None
        other = _read_moment(_write(literal))
        return None if moment is None or other is None else (moment > other) - (moment < other)
    number, against = _to_number(value), _to_number(literal, is_literal=True)
    return None if number is None or against is None else (number > against) - (number < against)


def _to_number(value: object, *, is_literal: bool = False) -> Fraction | None:
    """Return a value as a number: integers of records beyond 64 bits are floats, and a float is the decimal that is printed."""
    if isinstance(value, str):
        return _read_number(value)
    if isinstance(value, bool):
        return Fraction(int(value))
    if isinstance(value, int):
        return Fraction(value if is_literal or -(2**63) <= value < 2**63 else repr(float(value)))
    if isinstance(value, float):
        return Fraction(repr(value))
    return Fraction(value) if isinstance(value, Decimal) else None


def _read_number(text: str) -> Fraction | None:
    if text.casefold() in ("true", "false"):
        return Fraction(text.casefold() == "true")
    whole, dot, fraction = text.removeprefix("-" if text.startswith("-") else "+").partition(".")
    for digits in (whole, fraction) if dot else (whole,):
        if not 1 <= len(digits) <= 64 or any(digit not in "0123456789" for digit in digits):
            return None
    return Fraction(repr(float(text))) if dot else _to_number(int(text))


def _read_moment(text: str) -> int | None:
    """Return the microseconds since the year 0 (UTC) of an ISO date or date-time, otherwise None."""
    if not _has_form(text[:10], "0000-00-00"):
        return None
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= lengths[month - 1]):
        return None
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 + sum(lengths[: month - 1]) + day
    clock = _read_clock(text[10:]) if text[10:] else 0
    return None if clock is None else days * 86_400_000_000 + clock


def _read_clock(text: str) -> int | None:
    """Return the microseconds since midnight (UTC) of the part after a date: ``T10:00``, seconds, a fraction, a zone."""
    if text[0] not in "T " or not _has_form(text[1:6], "00:00"):
        return None
    hours, minutes, rest = int(text[1:3]), int(text[4:6]), text[6:]
    seconds = micros = offset = 0
    if _has_form(rest[:3], ":00"):
        seconds, rest = int(rest[1:3]), rest[3:]
        if rest.startswith("."):
            digits = rest[1:][: len(rest[1:]) - len(rest[1:].lstrip("0123456789"))]
            if not 1 <= len(digits) <= 9:
                return None
            micros, rest = int(digits.ljust(6, "0")[:6]), rest[1 + len(digits) :]
    if rest[:1] in ("+", "-") and (_has_form(rest[1:], "00:00") or _has_form(rest[1:], "0000")):
        offset = (int(rest[1:3]) * 60 + int(rest[-2:])) * (-1 if rest[0] == "-" else 1)
    elif rest not in ("", "Z"):
        return None
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return ((hours * 60 + minutes - offset) * 60 + seconds) * 1_000_000 + micros


def _has_form(text: str, form: str) -> bool:
    return len(text) == len(form) and all(
        (sign in "0123456789") if wanted == "0" else sign == wanted for sign, wanted in zip(text, form, strict=True)
    )


def _write(literal: object) -> str:
    """Return a literal as the text in records."""
    if isinstance(literal, bool):
        return "true" if literal else "false"
    if isinstance(literal, datetime):
        moment = literal.replace(tzinfo=UTC) if literal.tzinfo is None else literal.astimezone(UTC)
        fraction = f".{moment.microsecond:06}" if moment.microsecond else ""
        day = f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
        return f"{day}T{moment.hour:02}:{moment.minute:02}:{moment.second:02}{fraction}Z"
    if isinstance(literal, date):
        return f"{literal.year:04}-{literal.month:02}-{literal.day:02}"
    return str(literal)


# Patterns: a list of steps, of which None is any run of characters.

Step = tuple[bool, str]
"""Whether the characters are excluded, and the characters: the next character is one of them, or none of them."""


def _read_pattern(pattern: str, dialect: Dialect) -> list[Step | None]:
    steps: list[Step | None] = []
    place = 0
    while place < len(pattern):
        sign = pattern[place]
        place += 1
        end = pattern.find("]", place)
        if sign in dialect.wildcards:
            steps.append(None)
        elif sign in dialect.single:
            steps.append((True, ""))
        elif sign == "\\" and "\\" in dialect.pattern_syntax and place < len(pattern):
            steps.append((False, pattern[place]))
            place += 1
        elif sign == "[" and "[" in dialect.pattern_syntax and end >= 0:
            steps.append(_read_choice(pattern[place:end]))
            place = end + 1
        else:
            steps.append((False, sign))
    return steps


def _read_choice(inside: str) -> Step:
    excluded = len(inside) > 1 and inside[0] == "^"
    inside = inside[excluded:]
    characters = ""
    while inside:
        if len(inside) > 2 and inside[1] == "-":
            characters += "".join([chr(code) for code in range(ord(inside[0]), ord(inside[2]) + 1)])
            inside = inside[3:]
        else:
            characters += inside[0]
            inside = inside[1:]
    return excluded, characters


def _fits(text: str, steps: list[Step | None]) -> bool:
    states = _skip({0}, steps)
    for sign in text:
        following = set()
        for state in states:
            step = steps[state] if state < len(steps) else (False, "")
            if step is None:
                following.add(state)
            elif (sign in step[1]) != step[0]:
                following.add(state + 1)
        states = _skip(following, steps)
    return len(steps) in states


def _skip(states: set[int], steps: list[Step | None]) -> set[int]:
    """Add the states after runs that may be empty."""
    pending, found = list(states), set(states)
    while pending:
        state = pending.pop()
        if state < len(steps) and steps[state] is None and state + 1 not in found:
            found.add(state + 1)
            pending.append(state + 1)
    return found
