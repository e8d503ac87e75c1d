"""Facts about the name, operator or value under the cursor: `hover`."""

from __future__ import annotations

from cwql.completion.cursor import locate
from cwql.completion.descriptions import describe_evidence, describe_origin, field_facts
from cwql.completion.scope import Scope
from cwql.language.dialects import find_dialect, find_parameter
from cwql.language.literal_printer import write_scalar
from cwql.language.literals import BadLiteral, form_of, read_literal
from cwql.language.operators import OPERATORS
from cwql.language.parsing.lexer import tokenize
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.language.dialects import Dialect
    from cwql.language.parsing.lexer import Token
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import Resolved

_PATHS = frozenset(("PATH", "DOTTED_PATH"))
_LITERALS = frozenset(("STRING", "NUMBER", "BOOLEAN", "NULL", "DATE", "BARE_DATE"))


class Hover(Value):
    """Facts about a part of a text: its `span`, a `title` of one line, and `facts`, a sentence each."""

    span: Span
    title: str
    facts: tuple[str, ...] = ()

    @property
    def markdown(self) -> str:
        """Return title and facts as Markdown."""
        return "\n\n".join([f"**`{self.title}`**", *self.facts])


def hover(
    text: str,
    offset: int,
    *,
    endpoint: str | None = None,
    dialect: str | Dialect = "manage",
    parameter: str | None = None,
) -> Hover | None:
    """Return facts about the name, operator or value at an offset; None if nothing is known about it.

    Raises `UnknownNameError` for an unknown dialect or parameter, and no exception because of a text.
    """
    record = find_dialect(dialect)
    place = find_parameter(record, parameter)
    tokens = list(tokenize(text, record.name if place.shape == "condition" else place.shape))
    index = next((index for index, token in enumerate(tokens) if token.start <= offset <= token.end), None)
    if index is None:
        return None
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is not None and following.start == offset and tokens[index].kind not in _PATHS:
        index += 1
    token = tokens[index]
    scope = Scope(record, place, endpoint)
    if token.kind in _PATHS:
        return _hover_path(scope, token, offset)
    if token.kind in _LITERALS and place.shape == "condition":
        return _hover_value(scope, text, token)
    return _hover_operator(record, tokens, index)


def _hover_path(scope: Scope, token: Token, offset: int) -> Hover | None:
    """Return facts about the segment of a path under the cursor."""
    start, segments = token.start, token.text.replace(".", "/").split("/")
    end = start
    for count, segment in enumerate(segments, 1):
        end = start + len(segment)
        if offset <= end or count == len(segments):
            found = scope.resolve(segments) if count == len(segments) else None
            found = found or scope.resolve(segments[:count])
            return None if found is None else _describe(scope, found, Span(start, end))
        start = end + 1
    return None


def _describe(scope: Scope, found: Resolved, span: Span) -> Hover:
    field = found.field
    path = scope.dialect.separator.join(found.segments)
    facts = field_facts(field, scope.dialect)
    if field.required:
        facts.append("Required when a record is created.")
    assert scope.catalog is not None
    release = scope.catalog.field_since(field)
    if release is not None:
        facts.append(f"Since {scope.dialect.title} {release}.")
    example = _example(scope, found)
    if example:
        facts.append(f"Example: `{example}`")
    title = f"{scope.dialect.title} {scope.catalog.version}"
    facts.append(f"Field of {field.owner}, {describe_origin(field)} ({title}).")
    return Hover(span, f"{path}: {field.title}", tuple(facts))


def _example(scope: Scope, found: Resolved) -> str:
    """Return a comparison with the field; an empty text for a record, or in a parameter without comparisons."""
    field, dialect = found.field, scope.dialect
    path = dialect.separator.join(found.segments)
    if scope.parameter.shape == "order_by":
        return f"{path} desc"
    if scope.parameter.shape != "condition" or field.child or field.kind == "reference":
        return ""
    quote = dialect.quotes[0]
    if field.enum and field.kind == "enum":
        return f"{path} = {quote}{field.enum[0]}{quote}"
    if field.kind == "collection":
        return f"{path} contains {1 if field.items in ('integer', 'number') else f'{quote}…{quote}'}"
    if field.dated or field.kind in ("datetime", "date"):
        from datetime import UTC, datetime

        return f"{path} >= {write_scalar(datetime(2026, 1, 1, tzinfo=UTC), dialect)}"
    examples = {"boolean": f"= {dialect.booleans[1]}", "integer": "= 5", "number": "> 2.5"}
    return f"{path} {examples.get(field.kind, f'contains {quote}…{quote}')}"


def _hover_value(scope: Scope, text: str, token: Token) -> Hover | None:
    cursor = locate(text, token.start, scope.dialect, "condition")
    found = scope.resolve(cursor.path)
    facts: list[str] = []
    try:
        value = read_literal(token.kind, token.text, scope.dialect.naive_is_utc)
    except BadLiteral:
        return None
    form = scope.dialect.literals.get(form_of(token.text, scope.dialect))
    if hasattr(value, "isoformat"):
        shown = write_scalar(value, scope.dialect)
        if shown != token.text:
            facts.append(f"Read as `{shown}`.")
    if found is not None:
        field = found.field
        facts.append(_describe_membership(field, value) or f"Compared with {_name(scope, found)}: {field.title}.")
    if form is not None:
        facts.append(describe_evidence(form))
    title = "value" if form is None else form.spelling
    return Hover(Span(token.start, token.end), title, tuple(facts)) if facts else None


def _name(scope: Scope, found: Resolved) -> str:
    return f"`{scope.dialect.separator.join(found.segments)}`"


def _describe_membership(field: FieldInfo, value: object) -> str:
    if field.kind != "enum" or not isinstance(value, str):
        return ""
    members = {member.lower(): member for member in field.enum}
    known = members.get(value.lower())
    if known is None:
        return f"No member of {field.name}: {', '.join(field.enum)}."
    return f"Member of {field.name}; the others are {', '.join([name for name in field.enum if name != known])}."


def _hover_operator(dialect: Dialect, tokens: Sequence[Token], index: int) -> Hover | None:
    """Return facts about an operator; ``not`` and the word after it are one."""
    token = tokens[index]
    if token.kind == "NOT" and index + 1 < len(tokens) and tokens[index + 1].kind in ("TEXT", "IN"):
        return _hover_operator(dialect, tokens, index + 1)
    if token.kind not in ("COMPARE", "SIGN", "TEXT", "IN"):
        return None
    word, start = token.text.lower(), token.start
    if index and tokens[index - 1].kind == "NOT":
        word, start = f"not {word}", tokens[index - 1].start
    lenient = dialect.lenient_operators.get(word)
    operator = OPERATORS.get(word) or (None if lenient is None else lenient[0])
    form = None if operator is None else dialect.operators.get(operator)
    if form is None:
        return None
    facts = [
        f"Written `{form.spelling}`." if lenient is not None else "",
        f"Example: `{form.example}`",
        describe_evidence(form),
    ]
    return Hover(Span(start, token.end), form.spelling, tuple([fact for fact in facts if fact]))
