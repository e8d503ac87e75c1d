"""Texts with places to fill in: ``%s`` of printf, ``{0}`` of .NET."""

from __future__ import annotations

import re

from cwql.lint.extractors.tokens import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_PERCENT = re.compile(
    r"%(?:(\d+)\$)?(?:\[(\d+)\])?[-+ #0']{0,5}\d{0,4}(?:\.\d{1,3})?([sdiuvqfFeEgGxXobctTUp%])|%[<{](\w{1,40})[>}]([sdif]?)"
)
_CODE = re.compile(r"%%((?!2[356Bb])[2-7][0-9A-Fa-f])")
"""An encoded character that does not end a parameter at this position."""

_BRACE = re.compile(r"\{\{|\}\}|\{(\d{1,3})(?:,-?\d{1,3})?(?::([^{}]{0,60}))?\}")
_NUMBERS = "diufFeEgGxXobc"
_NUMERIC = re.compile(r"[yMdHhsNnFfDGgXxCEPRrOou0#]")


def fill_percents(parts: Sequence[Part], values: Sequence[Sequence[Part]], url: bool = False) -> list[Part]:
    """Return the parts of a printf text with its values in their places; in a URL ``%%3D`` is read at once."""
    filled: list[Part] = []
    turn = 0
    for part in parts:
        if part.kind != "same":
            filled.append(part)
            continue
        at = 0
        for match in _PERCENT.finditer(part.text):
            kind = match[3] or match[5] or "s"
            if kind == "%":
                filled += _cut(part, at, match.start())
                code = _CODE.match(part.text, match.start()) if url else None
                unit = code or match
                filled.append(_unit(part, unit, "escape", chr(int(code[1], 16)) if code else "%"))
                at = unit.end()
                continue
            place = match[1] or match[2]
            index = int(place) - 1 if place else turn
            if match[4] is None:
                turn = index + 1
            value = values[index] if match[4] is None and 0 <= index < len(values) else None
            filled += _cut(part, at, match.start())
            filled += _fill(part, match, value, kind in _NUMBERS)
            at = match.end()
        filled += _cut(part, at, len(part.text))
    return filled


def fill_braces(parts: Sequence[Part], values: Sequence[Sequence[Part]]) -> list[Part]:
    """Return the parts of a .NET composite format with its values in their places."""
    filled: list[Part] = []
    for part in parts:
        if part.kind != "same":
            filled.append(part)
            continue
        at = 0
        for match in _BRACE.finditer(part.text):
            filled += _cut(part, at, match.start())
            at = match.end()
            if match[1] is None:
                filled.append(_unit(part, match, "escape", match[0][0]))
                continue
            index = int(match[1])
            value = values[index] if index < len(values) else None
            filled += _fill(part, match, value, match[2] is not None and _NUMERIC.match(match[2]) is not None)
        filled += _cut(part, at, len(part.text))
    return filled


def _fill(part: Part, match: re.Match[str], value: Sequence[Part] | None, number: bool) -> list[Part]:
    if value and not number and all(piece.kind != "hole" for piece in value):
        return list(value)
    hole = _unit(part, match, "hole", "")
    hole.expression = match[0]
    hole.safe = number
    if value and len(value) == 1 and value[0].kind == "hole":
        hole.expression, hole.joint, hole.tokens = value[0].expression, value[0].joint, value[0].tokens
        hole.safe = number or value[0].safe
    return [hole]


def _unit(part: Part, match: re.Match[str], kind: str, text: str) -> Part:
    start, end = part.start + match.start(), part.start + match.end()
    return Part("hole" if kind == "hole" else "escape", text, start, end, part.quoting, literal=part.literal)


def _cut(part: Part, begin: int, stop: int) -> list[Part]:
    if begin >= stop:
        return []
    whole = begin == 0 and stop == len(part.text)
    if whole:
        return [part]
    return [
        Part("same", part.text[begin:stop], part.start + begin, part.start + stop, part.quoting, literal=part.literal)
    ]
