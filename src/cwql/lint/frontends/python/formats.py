"""Formats that are filled: ``"%s" % x``, ``"{}".format(x)`` and the templates of `cwql.cond`."""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.segments import substitute, text_of
from cwql.lint.templates.model import PLACEHOLDER, QuoteStyle, TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.lint.frontends.python.tree import Scope
    from cwql.lint.frontends.segments import Cut

    Inline = Callable[[ast.expr], Sequence[TemplateSegment] | None]
    IsSafe = Callable[[ast.expr | None, Scope], bool]
    Make = Callable[[int, int, TemplateSegment], Sequence[TemplateSegment]]

_PERCENT = re.compile(
    r"%(?:\((?P<name>[^()]*)\))?[#0\- +]*+(?P<width>\*|\d++)?(?:\.(?P<precision>\*|\d++))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)
_BRACES = re.compile(
    r"\{\{|\}\}|\{(?P<field>[^{}!:]*)(?P<conversion>![rsa])?(?::(?P<specification>[^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}|[{}]"
)
_TEMPLATE = re.compile(r"""\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*|[0-9]{0,6})\}|["'\[\]]""")
_BRACED = QuoteStyle({"{": "{{", "}": "}}"})
_SPECIFICATION = re.compile(
    r"[^{}'\"]?[<>=^]?[-+ ]?[#0-9,_.]*[bdeEfFgGnoxX]\Z|[-/:. TZ,]*+%[A-Za-z](?:%[A-Za-z]|[-/:. TZ,])*+\Z"
)


def is_safe_specification(text: str) -> bool:
    """Return whether a format specification accepts numbers or dates only: ``d``, ``.2f``, ``%Y-%m-%d``."""
    return _SPECIFICATION.match(text) is not None


def fill_percent(
    pieces: Sequence[TemplateSegment], values: ast.expr, scope: Scope, is_safe: IsSafe, inline: Inline
) -> list[TemplateSegment] | None:
    """Return the pieces of ``text % values``; None if the two do not fit together."""
    matches = list(_PERCENT.finditer(text_of(pieces)))
    wanted = [match for match in matches if match["kind"] != "%"]
    given: list[ast.expr | None]
    if any(match["name"] is not None for match in wanted):
        named = _named(values)
        given = [named.get(match["name"] or "") for match in wanted]
    elif isinstance(values, ast.Tuple):
        if len(values.elts) != len(wanted) or any(isinstance(item, ast.Starred) for item in values.elts):
            return None
        given = list(values.elts)
    elif len(wanted) != 1:
        return None
    else:
        given = [values]
    cuts: list[Cut] = []
    rest = iter(given)
    for match in matches:
        if match["kind"] == "%":
            cuts.append((match.start(), match.end(), _sign("%")))
            continue
        if "*" in (match["width"], match["precision"]):
            return None
        value = next(rest)
        plain = match["kind"] == "s" and match["width"] is None and match["precision"] is None
        safe = match["kind"] not in "srac" or (match["kind"] == "s" and is_safe(value, scope))
        cuts.append((match.start(), match.end(), _filling(value, scope, safe, inline if plain else None, match[0])))
    return substitute(pieces, cuts)


def _named(values: ast.expr) -> dict[str, ast.expr]:
    if isinstance(values, ast.Dict):
        return {
            str(key.value): value
            for key, value in zip(values.keys, values.values, strict=True)
            if isinstance(key, ast.Constant)
        }
    return {}


def fill_braces(
    pieces: Sequence[TemplateSegment], call: ast.Call, scope: Scope, is_safe: IsSafe, inline: Inline
) -> list[TemplateSegment] | None:
    """Return the pieces of ``text.format(...)``; None if the format is invalid."""
    cuts: list[Cut] = []
    automatic = 0
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    open_ended = any(isinstance(argument, ast.Starred) for argument in call.args)
    for match in _BRACES.finditer(text_of(pieces)):
        if match[0] in ("{{", "}}"):
            cuts.append((match.start(), match.end(), _sign(match[0][0])))
            continue
        field = match["field"]
        if field is None:
            return None
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        if not name:
            name = str(automatic)
            automatic += 1
        value: ast.expr | None = named.get(name)
        if name.isdecimal() and not open_ended and int(name) < len(call.args):
            value = call.args[int(name)]
        specification = match["specification"] or ""
        whole = field in (name, "")
        safe = is_safe_specification(specification) or (
            whole and value is not None and match["conversion"] is None and is_safe(value, scope)
        )
        plain = whole and not specification and match["conversion"] is None
        make = _filling(
            value, scope, safe, inline if plain else None, field or match[0], "" if whole else field[len(name) :]
        )
        cuts.append((match.start(), match.end(), make))
    return substitute(pieces, cuts)


def fill_template(pieces: Sequence[TemplateSegment], call: ast.Call, scope: Scope) -> list[TemplateSegment]:
    """Return the pieces of the template of ``cond(...)``: its placeholders take any value, so all of them are safe.

    In the quotes of the condition, braces are doubled; outside they are placeholders or mistakes that `cond` reports.
    """
    cuts: list[Cut] = []
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    closing = ""
    automatic = 1
    for match in _TEMPLATE.finditer(text_of(pieces)):
        mark = match[0]
        if mark in ("{{", "}}"):
            if closing:
                cuts.append((match.start(), match.end(), _sign(mark[0])))
        elif match[1] is None:
            if mark == closing:
                closing = ""
            elif not closing:
                closing = {"[": "]", "]": ""}.get(mark, mark)
        elif not closing:
            name = match[1]
            if name.isdecimal() or not name:
                index = int(name) + 1 if name else automatic
                automatic += not name
                value = call.args[index] if index < len(call.args) else None
            else:
                value = named.get(name)
            cuts.append((match.start(), match.end(), _filling(value, scope, True, None, mark)))
    return [_inside_template(piece) for piece in substitute(pieces, cuts)]


def _inside_template(piece: TemplateSegment) -> TemplateSegment:
    """Return the piece with a quoting that doubles braces."""
    outer = piece.quoting
    if outer is None or "{" in outer.escapes:
        return piece
    quoting = QuoteStyle(outer.escapes, outer.refused, _BRACED)
    return piece.with_quoting(quoting)


def _sign(sign: str) -> Make:
    """Return a function that makes the piece of a doubled sign."""

    def make(start: int, end: int, piece: TemplateSegment) -> Sequence[TemplateSegment]:
        return (TemplateSegment(sign, start, end, "escape", piece.literal, piece.quoting),)

    return make


def _filling(
    value: ast.expr | None, scope: Scope, safe: bool, inline: Inline | None, default: str, member: str = ""
) -> Make:
    """Return a function that makes the piece of a placeholder, or the text itself if it is known.

    `member` is the part of the value.
    """

    def make(start: int, end: int, piece: TemplateSegment) -> Sequence[TemplateSegment]:
        known = inline(value) if inline is not None and value is not None else None
        if known is not None:
            return known
        expression = scope.module.text_of(value) + member if value is not None else default
        return (
            TemplateSegment(PLACEHOLDER, start, end, "placeholder", piece.literal, piece.quoting, expression, safe),
        )

    return make
