"""The value of a call of a function of the file."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.targets import ENDPOINTS, note_word
from cwql.lint.dataflow.text_functions import join_values
from cwql.lint.dataflow.values import LocalCall, Text, Value, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.values import Segment
    from cwql.lint.ir import Call, Function

_CLEANS = re.compile(
    r"(?<![\w'\"])(?:'[^\w'\n]{0,8}(?:\"|\\')[^\w'\n]{0,8}'|\"[^\w\"\n]{0,8}(?:'|\\\")[^\w\"\n]{0,8}\")(?!\w)"
)
"""A text that consists of quotes and other signs, in a function that deals with them."""

_LITERAL = re.compile(r"\s*+(?:null|true|false|\ufffc|[\"'][^=<>]*[\"']|\[[^=<>]*\])\s*\Z", re.IGNORECASE)


def call_local(
    flow: Flow, node: Call, function: Function, values: Sequence[Value], receiver: Value | None = None
) -> Value:
    """Return the result of a function of the file, and remember with which values it is called."""
    env, scope = flow.captured.get(id(function), (flow.env, flow.scope))
    given = _given(node, function, values, receiver)
    for word, value in given.items():
        if word.lower() in ENDPOINTS and value.plain is not None:
            note_word(flow, value.plain)
    result = flow.call_body(function, env, scope)
    if id(function) in flow.passed:
        _trust(flow, node, values, given, *flow.passed[id(function)])
    for name, value in given.items():
        place = flow.targets.get((id(function), name))
        if place is not None:
            for sink in value.sinks:
                sink.use(place)
    if given:
        places = list(flow.frames[-1].places)
        flow.calls.append(LocalCall(function, given, flow.statement, flow.scope, places, flow.owner))
    return _result(flow, node, function, result, given)


def _trust(flow: Flow, node: Call, values: Sequence[Value], given: Mapping[str, Value], *passed: set[str]) -> None:
    """Trust the arguments of a call for the parameters that its function checks, or returns the result of a test for."""
    names = {id(value): name for name, value in given.items()}
    positional = [argument.value for argument in node.arguments if argument.value is not None]
    paths = {
        path: names[id(value)]
        for each, value in zip(positional, values, strict=False)
        if id(value) in names and not value.safe and (path := path_of(each))
    }
    always, yes, no = ({path for path, name in paths.items() if name in each} for each in passed)
    for path in always:
        flow.trust(path)
    flow.tests[node.start, node.end] = yes, no


def _given(node: Call, function: Function, values: Sequence[Value], receiver: Value | None) -> dict[str, Value]:
    """Return the arguments of a call by the names of the parameters."""
    given: dict[str, Value] = {}
    position = 0
    # ``[Alias("Where")] $Conditions``
    aliases = {each.key: each.name for each in function.parameters if each.key} if node.command else {}
    if receiver is not None and function.extends:
        given["this"] = receiver
    if receiver is not None and len(function.parameters) > len(values):
        # ``Quote(this string text)``
        given[function.parameters[0].name] = receiver
        position = 1
    positional = [argument for argument in node.arguments if argument.value is not None]
    for argument, value in zip(positional, values, strict=False):
        if argument.spread:
            given.update(value.entries or {})
        elif argument.name:
            key = argument.name.lower() if node.command else argument.name
            given[aliases.get(key, key)] = value
        elif position < len(function.parameters):
            given[function.parameters[position].name] = value
            position += 1
    rest = function.parameters[-1] if function.parameters and function.parameters[-1].rest else None
    if rest is not None and rest.name in given:
        first = len(function.parameters) - 1
        together = Value(node.start, node.end)
        together.items = [value for argument, value in zip(positional, values, strict=False) if not argument.name][
            first:
        ]
        together.partial = any(argument.spread for argument in positional)
        given[rest.name] = together
    if node.piped is not None or any(
        argument.spread and not value.entries for argument, value in zip(positional, values, strict=False)
    ):
        # Any parameter may get it.
        for parameter in function.parameters:
            given.setdefault(parameter.name, Value(node.start, node.end))
    return given


def _result(flow: Flow, node: Call, function: Function, result: Value, given: Mapping[str, Value]) -> Value:
    """Return the result of a function of the file for the values that it is given."""
    found = result.moved(node.start, node.end)
    found.places, found.sinks = [], []
    if len(found.texts) > 1 and all(_LITERAL.match(text.shown) for text in found.texts):
        # ``null``, ``true`` or a text in quotes: the literal of a value, which its type decides.
        found.safe = found.safe or not any(
            segment.kind == "placeholder" and not segment.safe for text in found.texts for segment in text.segments
        )
        found.texts = []
    elif any(text.shown for text in found.texts) or (found.texts and not found.open):
        found.texts = [_filled(flow, text, given) for text in found.texts]
        if found.open and found.parameter in given and given[found.parameter].safe:
            found.open = False
    elif found.joint is not None and found.items:
        # ``"'$_'"`` for each item of a parameter
        found.items = [each.moved(each.start, each.end) for each in found.items]
        for each in found.items:
            each.texts = [_filled(flow, text, given) for text in each.texts]
    elif not (found.joint or "").strip() and _CLEANS.search(flow.source, function.start, function.end) is not None:
        # Whether it takes out all quotes cannot be decided here.
        found = Value(node.start, node.end, safe=True)
    elif not found.safe and flow.is_safe(function.returns):
        flow.declare(found, function.returns)
    elif found.parameter and found.parameter in given and not (found.safe and found.joint is not None):
        passed = given[found.parameter].moved(node.start, node.end)
        if found.partial and found.joint is None and found.items is None:
            return Value(node.start, node.end, safe=passed.safe)
        return passed if found.joint is None else join_values(flow, node, passed, result.separator)
    return guess(found, function.name)


def _filled(flow: Flow, text: Text, given: Mapping[str, Value]) -> Text:
    """Return a text of a function with the arguments of a call in the places of its parameters."""
    if not any(segment.parameter and segment.parameter in given for segment in text.segments):
        return text
    segments: list[Segment] = []
    for segment in text.segments:
        value = given.get(segment.parameter) if segment.parameter else None
        # ``text ? `${text} and ${term}` : term``: a function may leave out an empty text with what is next to it.
        blank = value is not None and value.plain == ""
        if value is not None and len(value.texts) == 1 and not (segment.inner or blank):
            segments += value.texts[0].segments
            value.texts[0].absorbed = True
        elif value is not None and (value.safe or blank) and not segment.safe:
            segments.append(segment.trusted())
        else:
            segments.append(segment)
    text.absorbed = True
    made = flow.make(Text(segments, text.statement))
    made.place = text.place
    return made
