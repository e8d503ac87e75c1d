"""The value of a command with options: a cmdlet, a function of a shell."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.inline import run_inline
from cwql.lint.dataflow.knowledge import DOTNET_DATES, is_date_format
from cwql.lint.dataflow.local_functions import call_local
from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.targets import ENDPOINTS, note_positional, note_word, place_of_chain, place_queries
from cwql.lint.dataflow.values import Frame, Value, member_of, merged
from cwql.lint.ir import Function
from cwql.lint.request_targets import parameter_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.values import Sink
    from cwql.lint.ir import Call, Node

_ENCODING = re.compile(r"encod|escap|quer|ur[il]", re.IGNORECASE)

_FILTERS = frozenset(
    ("where-object", "where", "?", "select-object", "select", "sort-object", "sort", "out-string", "tee-object")
)

_TESTS = frozenset(("where-object", "where", "?"))
_EACH = _TESTS | {"foreach-object", "%", "foreach"}


def run_command(flow: Flow, node: Call, name: str, frame: Frame) -> Value:
    """Evaluate a command with options."""
    piped = flow.evaluate(node.piped) if node.piped is not None else None
    folded = name.lower()
    command = place_of_chain(flow, [name])
    values: list[Value] = []
    options: dict[str, Value] = {}
    created: list[Sink] = []
    for argument in node.arguments:
        if argument.value is None:
            continue
        value = _argument(flow, argument.value, piped, node.piped if folded in _EACH else None)
        values.append(value)
        if not argument.name:
            for text in value.texts:
                text.argument = True
            continue
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
    place_queries(frame.places, values)
    stated = [place for place in frame.places if place.endpoint is not None]
    for sink in created:
        if command is not None:
            sink.near = [command] if command.endpoint is not None or len(stated) != 1 else [command, stated[0]]
        sink.closed = sink.closed or command is not None or len(frame.places) > 1
    target = flow.env.get(name)
    if target is not None and target.function is not None:
        return call_local(flow, node, target.function, values)
    if folded in _TESTS and piped is not None and node.arguments:
        from cwql.lint.dataflow.guards import passing

        piped = passing(flow, node.arguments[0].value, piped) or piped
    return _result(node, name, piped, values, options)


def _argument(flow: Flow, node: Node, piped: Value | None, over: Node | None) -> Value:
    """Return the value of an argument; a block runs for the items of `over`, the list before the command."""
    if not isinstance(node, Function):
        return flow.evaluate(node)
    value = Value(node.start, node.end)
    value.function = node
    flow.looping += over is not None
    made = run_inline(flow, node, flow.item_of(piped) if over is not None else None, over=over)
    flow.looping -= over is not None
    value.safe, value.origin = made.safe, made.origin
    value.items, value.partial = ([made], True) if made.texts else (None, False)
    return value


def _result(node: Call, name: str, piped: Value | None, values: Sequence[Value], options: Mapping[str, Value]) -> Value:
    """Return the result of a command that is no function of the file."""
    folded = name.lower()
    last = values[-1] if values else None
    result = Value(node.start, node.end)
    if folded in _FILTERS and piped is not None:
        if "expandproperty" not in options:
            return piped.moved(node.start, node.end)
        name = options["expandproperty"].plain or ""
        known = [
            entry
            for item in piped.items or ()
            for key, entry in (item.entries or {}).items()
            if key.lower() == name.lower()
        ]
        if known and len(known) == len(piped.items or ()):
            # ``$rows | where { $_.Serial -match '^\w+$' } | select -ExpandProperty Serial``
            return merged(known).moved(node.start, node.end)
        result.origin = member_of(piped).origin
        return guess(result, name, member=True)
    if folded in ("group-object", "group") and piped is not None:
        result.origin = piped.origin
        if last is not None and last.function is not None and last.safe:
            # ``$_.Name`` is the value that the groups have in common.
            group = Value(node.start, node.start)
            group.entries = {"name": last, "group": piped, "count": last}
            result.items = [group]
        return result
    if folded in ("foreach-object", "%", "foreach") and last is not None:
        result.safe, result.origin, result.items, result.partial = last.safe, last.origin, last.items, last.partial
        return result
    if folded in ("get-date", "convertto-cwmtime"):
        form = options.get("format") or options.get("uformat") or options.get("f")
        result.safe, result.moment = True, form is None and folded == "get-date"
        result.dated = form is not None and is_date_format(form.plain or "", DOTNET_DATES)
        return result
    if folded == "new-object":
        return _new_object(result, values)
    if folded in ("write-output", "out-null", "invoke-expression") or folded.startswith("convertto-json"):
        source = last or piped
        return source.moved(node.start, node.end) if source is not None else result
    if _ENCODING.search(name) and last is not None:
        if last.texts or last.inner:
            result.inner, result.sinks = [*last.texts, *last.inner], last.sinks
        result.origin = last.origin
        return result
    return guess(result, name)


def _new_object(result: Value, values: Sequence[Value]) -> Value:
    """Return an object of .NET: a builder of a text, a list."""
    type = (values[0].plain or "").lower() if values else ""
    if "builder" in type:
        result = values[-1].moved(result.start, result.end) if len(values) > 1 else result
        result.made = True
    elif type.partition("[")[0].endswith("list"):
        result.items, result.safe = [], True
    return result


def _option(name: str, known: bool) -> str | None:
    """Return the parameter that an option names; an option of a known command may be abbreviated."""
    parameter = parameter_of(name)
    if parameter is None and known and 3 < len(name) < 10 and "condition".startswith(name.lower()):
        return "conditions"
    return parameter
