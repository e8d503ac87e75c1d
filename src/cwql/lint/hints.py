"""How to put a value into a condition without letting it change the condition: advice for each programming language."""

from __future__ import annotations

import keyword

from cwql.language.dialects import DIALECTS
from cwql.language.operators import TEXT_WORDS
from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import ENCODER_OWNERS, ENCODERS
from cwql.lint.frontends import find_language
from cwql.lint.templates.model import PLACEHOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.language.dialects import Dialect
    from cwql.schema.record import Resolved

_OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_METHODS = frozenset(f"{negation}{word}" for word in TEXT_WORDS for negation in ("", "not_")) | {"in_", "not_in"}
_ENCODED = re.compile(r"(?<!\w)(?:(\w+)\]?(?:\.|::|->))?(\w+)\(\s*&?([$@\w.]+(?:\(\))?)\s*(?:,[^()]*)?\)\Z")
"""A call with a name as its first argument: the last part of its owner, the function, and the name."""

_ENCODE = ("encode", "escape", "quote")
"""Functions that encode for URLs if their owner does."""

_COND = re.compile(r"(?P<before>[:,] )cwql\.cond\(\"(?P<condition>[^\"{]*)\{\}\", (?P<name>\w+)\)(?: puts [^;]*)?")
"""The call of a hint for programs in Python."""

_LONGEST = 40
"""Hints do not repeat expressions that are longer, in characters."""


def name_of(expression: str) -> str:
    """Return the placeholder's expression as a hint shows it: what is encoded for a URL, not the code that encodes it."""
    call = _ENCODED.search(expression) if len(expression) < 3 * _LONGEST and expression.endswith(")") else None
    if call is not None:
        owner, function, argument = call.groups("")
        function = function.replace("_", "").lower()
        if function in ENCODERS or (function in _ENCODE and (not owner or owner.lower() in ENCODER_OWNERS)):
            expression = argument
    expression = expression.removeprefix("&")
    return (
        expression
        if expression and len(expression) <= _LONGEST and "\n" not in expression and expression[0] != "{"
        else "value"
    )


def advise_cast(language: str, expression: str) -> str:
    """Return a hint on converting a value to a number."""
    cast = find_language(language).phrases.cast
    return "make sure that it is a number" if cast is None else f"{cast.replace('%s', name_of(expression))} is enough"


def advise_moment(language: str, expression: str) -> str:
    """Return a hint on writing a date."""
    moment = find_language(language).phrases.moment
    if moment is None:
        return "make sure that it is a date, yyyy-MM-ddTHH:mm:ssZ"
    return f"write the date by {moment.replace('%s', name_of(expression))}"


def translate(hint: str, language: str, dialect: Dialect | None) -> str:
    """Return a hint for a program that is not in Python: without calls of cwql, which other languages do not have."""
    call = None if find_language(language).native else _COND.search(hint)
    if call is None:
        return hint
    brackets = dialect is None or not dialect.bare_dates
    moment = "[yyyy-MM-ddTHH:mm:ssZ]" if brackets else "yyyy-MM-ddTHH:mm:ssZ"
    written = f"{call['before']}{call['condition']}{moment}" if call["name"] == "moment" else ""
    return hint[: call.start()] + written + hint[call.end() :]


def advise_quotes(language: str, dialect: Dialect | None, quote: str, expression: str) -> str:
    """Return a hint on escaping a text between quotes.

    It is to double quotes if the dialect is known to parse them; otherwise there is no hint.
    """
    name = name_of(expression)
    phrases = find_language(language).phrases
    single, double = phrases.quote(quote), phrases.quote(quote * 2)
    if dialect is not None and "P" in dialect.literals["doubled-quote"].evidence:
        if phrases.doubles is None:
            return f"double each {quote} in the value"
        code = phrases.doubles.replace("%q", single).replace("%d", double).replace("%s", name)
        return f"double each {quote} in the value: {code}"
    holds = phrases.holds
    asked = f"the value contains {quote}" if holds is None else holds.replace("%q", single).replace("%s", name)
    title = "the server" if dialect is None else dialect.title
    other = "'" if quote == '"' else '"'
    return f"{title} has no escape for quotes: if {asked}, put {other} around the value; refuse a value with both"


def advise_python(
    template: str,
    arguments: Sequence[str],
    record: str | None,
    found: Resolved | None,
    operator: str,
    dialect: Dialect | None = None,
) -> str:
    """Return a hint on building the condition with `cwql`.

    It is a template with its arguments, and the builder if the field is known.
    """
    # ``name in ({})`` has one item, ``name in {}`` a list.
    values = [f"[{each}]" for each in arguments] if "({})" in template else arguments
    built = None if record is None or found is None else build(record, found, operator, values)
    written = write_template(template, arguments, dialect)
    return f"let cwql put the value in: {f'{built}, or ' if built else ''}{written}"


def write_template(template: str, arguments: Sequence[str], dialect: Dialect | None) -> str:
    """Return the call that fills a template: that of `cwql.cond`, whose language is Manage's, or of `cwql.Template`."""
    given = ", ".join(arguments)
    if dialect is None or dialect is DIALECTS[0]:
        return f"cwql.cond({quote(template)}, {given})"
    return f'cwql.Template({quote(template)}, dialect="{dialect.name}").fill({given})'


def build(record: str, found: Resolved, operator: str, arguments: Sequence[str]) -> str | None:
    """Return the typed builder's expression for a comparison; None if it takes several values or has no attribute name."""
    names = [field.name for field in found.fields]
    if (
        len(arguments) != 1
        or found.field.kind == "reference"
        or any(keyword.iskeyword(name) or not name.isidentifier() for name in names)
    ):
        return None
    handle = ".".join((record, *names))
    if operator in _OPERATORS:
        return f"{handle} {_OPERATORS[operator]} {arguments[0]}"
    method = "in_" if operator == "in" else operator.replace(" ", "_")
    return f"{handle}.{method}({arguments[0]})" if method in _METHODS else None


def quote(text: str) -> str:
    """Return a text as a Python literal, with double quotes unless it contains some."""
    return f'"{text}"' if '"' not in text and "\\" not in text else repr(text)


def spell_value(body: str, expressions: Sequence[str]) -> str:
    """Return the Python expression for the inside of a literal: the value itself, or an f-string around it."""
    if body == PLACEHOLDER:
        return name_of(expressions[0])
    parts = [part.replace("{", "{{").replace("}", "}}") for part in body.split(PLACEHOLDER)]
    text = parts[0]
    for expression, part in zip(expressions, parts[1:], strict=True):
        name = name_of(expression)
        text += "{" + ("value" if any(sign in name for sign in "\"'\\{}") else name) + "}" + part
    return f"f{quote(text)}"
