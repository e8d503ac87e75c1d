"""Texts with places to fill in: ``%s`` of printf, ``{0}`` of .NET, ``{}`` and ``{name}`` of Rust and Python."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import DOTNET_DATES, NUMERIC_FORMAT, is_date_format
from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.values import Segment, Value, member_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.texts import Builder
    from cwql.lint.dataflow.values import Text

PERCENT = re.compile(
    r"%(?:(\d+)\$)?(?:\[(\d+)\])?[-+ #0']{0,5}\d{0,4}(?:\.\d{1,3})?([sdiuvqfFeEgGxXobctTUprs%@])|%[<{(](\w{1,40})[>})]([sdif]?)"
)
_CODE = re.compile(r"%%((?!2[356Bb])[2-7][0-9A-Fa-f])")
"""An encoded character that does not end a parameter at this position."""

BRACES = re.compile(r"\{\{|\}\}|\{(\d{0,3}|[A-Za-z_][\w.]{0,60})(?:,-?\d{1,3})?(?:!\w)?(?::([^{}]{0,60}))?\}")
DOLLAR = re.compile(r"\$\$|\$(?=\{?+([A-Za-z_]\w*+))(?:\{\w++\}|\w++)")
"""A place of ``string.Template`` of Python."""

_MEMBER = re.compile(r"[.\[]")
_SPECIFICATION = re.compile(
    r"[^{}'\"]?[<>=^]?[-+ ]?[#0-9,_.]*[bdeEfFgGnoxX]\Z|[-/:. TZ,]*+%[A-Za-z](?:%[A-Za-z]|[-/:. TZ,])*+\Z"
)
_NUMBERS = "diufFeEgGxXobc"


def is_safe_specification(text: str) -> bool:
    """Return whether a format specification of Python accepts numbers or dates only: ``d``, ``.2f``, ``%Y-%m-%d``."""
    return _SPECIFICATION.match(text) is not None


def count_places(text: str) -> int:
    """Return how many values the places of a format such as ``%s`` take in order; -1 if some are named or numbered."""
    places = [match for match in PERCENT.finditer(text) if match[3] != "%"]
    return -1 if any(match[1] or match[2] or match[4] for match in places) else len(places)


def fill(  # the parts of a format
    builder: Builder,
    text: Text,
    values: Sequence[Value],
    places: re.Pattern[str],
    flow: Flow,
    named: Mapping[str, Value],
) -> None:
    """Add a text with its values in their places."""
    turn = 0
    url = "?" in text.shown and "=" in text.shown
    for part in text.segments:
        if part.kind != "same":
            builder.add(part)
            continue
        at = 0
        for match in places.finditer(part.text):
            _plain(builder, part, at, match.start())
            at = match.end()
            if match[0] in ("{{", "}}", "$$"):
                builder.add(_escape(part, match, match[0][0]))
                continue
            if places is PERCENT and match[3] == "%":
                code = _CODE.match(part.text, match.start()) if url else None
                unit = code or match
                builder.add(_escape(part, unit, chr(int(code[1], 16)) if code else "%"))
                at = unit.end()
                continue
            number = dated = False
            value: Value | None = None
            member = ""
            if places is DOLLAR:
                value = named.get(match[1])
            elif places is BRACES:
                value, member = _value_in_braces(match[1] or "", values, turn, flow, named)
                turn += not match[1]
                letters = DOTNET_DATES if flow.traits.braces or flow.traits.native_dates else ""
                number = match[2] is not None and (
                    (bool(letters) and NUMERIC_FORMAT.match(match[2]) is not None) or is_safe_specification(match[2])
                )
                dated = number and is_date_format(match[2], letters)
            elif match[4]:
                value = named.get(match[4])
                number = (match[5] or "s") in _NUMBERS
            else:
                place = match[1] or match[2]
                index = int(place) - 1 if place else turn
                turn = index + 1
                value = values[index] if 0 <= index < len(values) else None
                number = match[3] in _NUMBERS
            _fill(builder, part, match, value, number, dated, flow, member)
        _plain(builder, part, at, len(part.text))


def _value_in_braces(
    key: str, values: Sequence[Value], turn: int, flow: Flow, named: Mapping[str, Value]
) -> tuple[Value | None, str]:
    """Return the value of a place by its number, name or turn, and the member that is taken from it."""
    if not key or key.isdigit():
        index = int(key) if key else turn
        return (values[index] if index < len(values) else None), ""
    name = _MEMBER.split(key, 1)[0]
    value = named.get(name) or flow.env.get(key)
    if value is None and "**" in named:
        return named["**"], f".{key}"
    return value, key[len(name) :]


def _fill(  # noqa: PLR0913  # the parts of a format
    builder: Builder,
    part: Segment,
    match: re.Match[str],
    value: Value | None,
    number: bool,
    dated: bool,
    flow: Flow,
    member: str = "",
) -> None:
    start, end = part.start + match.start(), part.start + match.end()
    if value is None:
        value = guess(Value(start, end, safe=number), match[0])
        builder.add(
            Segment(
                "placeholder", "", start, end, part.quoting, part.literal, match[0], value.safe, origin=value.origin
            )
        )
        return
    # ``format!("{name}")``
    name = (match[1] if match[0][0] == "{" else "") or match[0]
    shown = (flow.source[value.start : value.end] or name.removesuffix(member)) + member
    if member:
        value = guess(member_of(value), member, member=True)
    if number:
        builder.add(Segment("placeholder", "", start, end, part.quoting, part.literal, shown, True, dated=dated))
        return
    builder.insert(value, start, end, shown, part.quoting, part.literal)


def _escape(part: Segment, match: re.Match[str], text: str) -> Segment:
    start, end = part.start + match.start(), part.start + match.end()
    return Segment("escape", text, start, end, part.quoting, part.literal)


def _plain(builder: Builder, part: Segment, begin: int, stop: int) -> None:
    if begin < stop:
        builder.add(part.cut(begin, stop))
