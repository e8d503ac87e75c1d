"""The value of a command with options: a cmdlet, a function of a shell."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.inline import run_inline
from cwql.lint.dataflow.local_functions import call_local
from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.paths import ENDPOINTS, note_positional, note_word
from cwql.lint.dataflow.targets import place_of_chain
from cwql.lint.dataflow.values import Value, member_of
from cwql.lint.ir import Function
from cwql.lint.request_targets import parameter_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.frame import Frame
    from cwql.lint.dataflow.values import Sink
    from cwql.lint.ir import Call

_ENCODING = re.compile(r"encod|escap|quer|ur[il]", re.IGNORECASE)

_FILTERS = frozenset(
    ("where-object", "where", "?", "select-object", "select", "sort-object", "sort", "out-string", "tee-object")
)

_EACH = frozenset(("foreach-object", "%", "foreach", "where-object", "where", "?"))


def run_command(flow: Flow, node: Call, name: str, piped: Value | None, frame: Frame) -> Value:  # noqa: C901  # a case for each kind of command
    """Evaluate a command with options."""
    folded = name.lower()
    command = place_of_chain(flow, [name])
    values: list[Value] = []
    options: dict[str, Value] = {}
    created: list[Sink] = []
    for argument in node.arguments:
        if argument.value is None:
            continue
        if isinstance(argument.value, Function):
            item = flow.item_of(piped) if folded in _EACH else None
            value = Value(argument.value.start, argument.value.end)
            value.function = argument.value
            flow.looping += folded in _EACH
            made = run_inline(flow, argument.value, item)
            flow.looping -= folded in _EACH
            value.safe, value.origin = made.safe, made.origin
            value.items, value.partial = ([made], True) if made.texts else (None, False)
        else:
            value = flow.evaluate(argument.value)
        if not argument.name:
            for text in value.texts:
                text.argument = True
        values.append(value)
        if argument.name:
            options[argument.name.lower()] = value
            parameter = _option(argument.name, command is not None)
            if parameter is not None:
                sink = flow.sink(value, parameter, argument.name, argument.at, option=True)
                if sink is not None:
                    created.append(sink)
                elif value.items is not None:
                    created += [each for each in frame.sinks if each.option and each not in created]
            elif argument.name.lower() in ENDPOINTS and value.plain is not None:
                note_word(flow, value.plain)
    if command is None:
        note_positional(flow, node, name, values)
    if command is not None:
        stated = [place for place in frame.places if place.endpoint is not None]
        for sink in created:
            sink.near = [command] if command.endpoint is not None or len(stated) != 1 else [command, stated[0]]
            sink.closed = True
    else:
        for sink in created:
            if len(frame.places) > 1:
                sink.closed = True
    target = flow.env.get(name)
    if target is not None and target.function is not None:
        return call_local(flow, node, target.function, values)
    result = Value(node.start, node.end)
    if folded in _FILTERS and piped is not None:
        if "expandproperty" in options:
            result.origin = member_of(piped).origin
            return guess(result, options["expandproperty"].plain or "", member=True)
        return piped.moved(node.start, node.end)
    if folded in ("group-object", "group") and piped is not None:
        result.origin = piped.origin
        if values and values[-1].safe:
            # ``$_.Name`` is the value that the groups have in common.
            group = Value(node.start, node.start)
            group.entries = {"name": values[-1], "group": piped, "count": values[-1]}
            result.items = [group]
        return result
    if folded in ("foreach-object", "%", "foreach") and values:
        result.safe, result.origin = values[-1].safe, values[-1].origin
        result.items, result.partial = values[-1].items, values[-1].partial
        return result
    if folded == "get-date":
        result.safe = True
        form = options.get("format") or options.get("uformat") or options.get("f")
        result.moment = form is None
        result.dated = form is not None and "y" in (form.plain or "").lower() and "[" not in (form.plain or "")
        return result
    if folded == "convertto-cwmtime":
        result.safe = True
        return result
    if folded in ("new-object", "write-output", "out-null", "invoke-expression") or folded.startswith("convertto-json"):
        source = values[-1] if values else piped
        if folded == "new-object":
            if values and "builder" in (values[0].plain or "").lower():
                result = values[-1].moved(node.start, node.end) if len(values) > 1 else result
                result.made = True
            elif values and (values[0].plain or "").lower().partition("[")[0].endswith("list"):
                result.items, result.safe = [], True
            return result
        return source.moved(node.start, node.end) if source is not None else result
    if _ENCODING.search(name) and values:
        source = values[-1]
        if source.texts or source.inner:
            result.inner = [*source.texts, *source.inner]
            result.sinks = source.sinks
        result.origin = source.origin
        return result
    return guess(result, name)


def _option(name: str, known: bool) -> str | None:
    """Return the parameter that an option names; an option of a known command may be abbreviated."""
    parameter = parameter_of(name)
    if parameter is None and known and 3 < len(name) < 10 and "condition".startswith(name.lower()):
        return "conditions"
    return parameter
