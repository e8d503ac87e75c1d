"""The value of a call: functions of the standard libraries, functions of the file, and the targets that calls name."""

from __future__ import annotations

from itertools import pairwise

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.expressions import run_inline, sent_after, sent_to
from cwql.lint.dataflow.flow import Flow, register
from cwql.lint.dataflow.frame import Frame
from cwql.lint.dataflow.guards import guards_of
from cwql.lint.dataflow.knowledge import (
    ALPHABETS,
    BUILDERS,
    LENGTHS,
    LOOPS,
    MAPS,
    NUMBERS,
    SAME,
    SCOPES,
    TEXT_OWNERS,
    fold,
    is_adder,
    is_builder,
    is_safe_pattern,
    safe_groups,
)
from cwql.lint.dataflow.known_functions import known_call
from cwql.lint.dataflow.list_functions import list_after_function, part_of_mapping
from cwql.lint.dataflow.origins import guess, is_input, is_reader, is_source
from cwql.lint.dataflow.targets import chain_of, note_chain, place_of_chain
from cwql.lint.dataflow.text_functions import join_values
from cwql.lint.dataflow.texts import target_of
from cwql.lint.dataflow.type_names import is_date_type, is_safe_key, is_safe_type
from cwql.lint.dataflow.values import THIS, Segment, Text, Value, member_of, path_of
from cwql.lint.ir import Call, Function, Literal, Member, Name, key_of
from cwql.lint.request_targets import parameter_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.values import Sink
    from cwql.lint.ir import Argument
    from cwql.lint.request_targets import RequestTarget

_ENCODING = re.compile(r"encod|escap|quer|ur[il]", re.IGNORECASE)
_CLEANS = re.compile(
    r"(?<![\w'\"])(?:'[^\w'\n]{0,8}(?:\"|\\')[^\w'\n]{0,8}'|\"[^\w\"\n]{0,8}(?:'|\\\")[^\w\"\n]{0,8}\")(?!\w)"
)
"""A text that consists of quotes and other signs, in a function that deals with them."""

_MAPPINGS = re.compile(r"\A\Z|dict|map", re.IGNORECASE)
"""Types of mappings, or a type that is left out."""

_OTHERS = re.compile(
    r"log|print|echo|debug|trace|warn|error|info\Z|assert|expect|equal|mock|should|test|match|replace|split|concat|join"
    r"|format|write|throw|exception|\Ait\Z|describe",
    re.IGNORECASE,
)
"""Functions that send nothing."""

_LITERAL = re.compile(r"\s*+(?:null|true|false|\ufffc|[\"'][^=<>]*[\"']|\[[^=<>]*\])\s*\Z", re.IGNORECASE)
_ROUTE = re.compile(r"\{(\w{1,40}):([^{}]{1,80})\}")
_RUNS = re.compile(r"each|map|filter|for", re.IGNORECASE)
"""How functions are called that run another one for each item of the list before it: ``_.map(list, function)``."""

_ASSERTIONS = words("require check assert checkargument checkstate istrue invariant precondition")
"""Functions that end the program or the function if their first argument is false."""

_FILTERS = frozenset(
    ("where-object", "where", "?", "select-object", "select", "sort-object", "sort", "out-string", "tee-object")
)
_LISTS = {
    endpoint.rpartition("/")[2]: endpoint
    for endpoint in (
        "/service/tickets",
        "/service/boards",
        "/company/companies",
        "/company/contacts",
        "/company/configurations",
        "/finance/agreements",
        "/finance/invoices",
        "/project/projects",
        "/sales/activities",
        "/sales/opportunities",
        "/system/members",
    )
} | {"timeentries": "/time/entries"}
"""Lists that clients name their methods after."""

_GETTERS = re.compile(r"\A(?:get|list|find|fetch|search|query|count|all)(?:all)?")
_EACH = frozenset(("foreach-object", "%", "foreach", "where-object", "where", "?"))
_KEPT = words("value name groups group first last description sorted reversed")
"""Members that are as safe as their owner."""

_ENDPOINTS = words("endpoint path url uri resource route requesturi relativepath")


def _call(flow: Flow, node: Call) -> Value:
    frame = Frame()
    flow.frames.append(frame)
    value = _evaluate_call(flow, node, frame)
    flow.frames.pop()
    callee = node.callee
    name = callee.name if isinstance(callee, (Name, Member)) else ""
    carried = [sink for sink in (*frame.sinks, *frame.carried) if not sink.near] if frame.sinks or frame.carried else []
    if len(frame.places) == 1:
        for word in frame.parameters:
            function = flow.owner_of(word)
            if function is not None:
                flow.targets.setdefault((id(function), word), frame.places[0])
    builder = node.made or is_builder(name)
    if carried and (builder or not frame.places):
        value = value.moved(node.start, node.end)
        value.sinks = [*value.sinks, *carried][:50]
    if builder and len(frame.places) == 1:
        value = value.moved(node.start, node.end)
        value.places = [frame.places[0]]
    owner = callee.owner if isinstance(callee, Member) else None
    if not value.safe and is_source(name, owner.name if isinstance(owner, (Name, Member)) else ""):
        value.origin = "rows"
    frame.close(flow.frames[-1])
    return value


def _evaluate_call(flow: Flow, node: Call, frame: Frame) -> Value:  # noqa: C901  # a case for each kind of callee
    callee = node.callee
    piped = flow.evaluate(node.piped) if node.piped is not None else None
    owner: Value | None = None
    place: RequestTarget | None = None
    name = ""
    if isinstance(callee, Member):
        name = callee.name
        place = place_of_chain(flow, [*chain_of(callee), "{}"])
        if place is not None:
            flow.sure = True
            flow.note(place)
        if callee.owner is not None:
            owner = flow.evaluate(callee.owner)
            if place is not None and place.endpoint is not None:
                # Not what a part of the chain names.
                frame.places = [place]
    elif isinstance(callee, Name):
        name = callee.name
        if node.command:
            place = place_of_chain(flow, [name])
            if place is not None:
                flow.sure = True
                flow.note(place)
        elif node.made or name not in NUMBERS:
            place = place_of_chain(flow, [name])
            if place is not None:
                flow.note(place)
    elif isinstance(callee, Function):
        flow.evaluate(callee)
    else:
        owner = flow.evaluate(callee)
    if node.command:
        return _command(flow, node, name, piped, frame)
    values = _arguments(flow, node, owner, name)
    if len(values) > 1:
        _note_positional(flow, node, name, values)
    if name in flow.traits.verbs and values and not node.arguments[0].name and not node.arguments[0].spread:
        named = [place] if place is not None else owner.places if owner is not None else []
        if len(named) == 1 and named[0].endpoint is not None:
            sink = flow.sink(values[0], "conditions", "condition", values[0].start)
            if sink is not None:
                sink.near, sink.closed = named, True
    if isinstance(callee, (Name, Member)):
        if (
            isinstance(callee, Member)
            and owner is not None
            and owner.safe
            and not values
            and flow.is_enum(callee.owner)
        ):
            # ``kind.name()``, ``kind.getLabel()``
            return Value(node.start, node.end, safe=True)
        path = path_of(callee)
        target = flow.env.get(path) if path else None
        if target is None and owner is not None:
            kind = owner.kind or flow.class_of(callee.owner if isinstance(callee, Member) else None)
            target = flow.classes[kind].get(f"this.{name}") if kind else None
            known = target.function if target is not None else None
            if known is None or (known.body is None and known.convert is None):
                target = None
        if target is None and flow.traits.receivers and isinstance(callee, Member) and name not in flow.overloaded:
            target = flow.env.get(name)
        if target is not None and target.function is not None:
            return _local(flow, node, target.function, values)
        if owner is not None and name in flow.extensions:
            return _local(flow, node, flow.extensions[name], values, owner)
    folded = fold(name)
    if folded in _ASSERTIONS and node.arguments and node.arguments[0].value is not None:
        for checked in guards_of(node.arguments[0].value, flow)[0]:
            flow.trust(checked)
    if owner is not None and flow.sure and place is None:
        endpoint = _LISTS.get(_GETTERS.sub("", folded), "")
        for value in values if endpoint else ():
            # ``client.GetTickets(ctx, "closedFlag = false")``
            sent_to(flow, target_of(flow, endpoint), value)
    if values and (folded in BUILDERS or folded in SCOPES) and isinstance(node.arguments[-1].value, Function):
        # ``buildString { append("…") }``, ``name?.let { "name = '$it'" }``
        return values[-1].moved(node.start, node.end)
    result = known_call(flow, node, name, owner, values, node.arguments)
    if piped is not None and result is None:
        result = known_call(flow, node, name, None, [piped, *values], node.arguments)
    if result is None:
        result = Value(node.start, node.end)
        if node.made and values and values[-1].entries is not None and _MAPPINGS.search(name) is not None:
            # ``new() { ["a"] = "b" }``
            result = values[-1].moved(node.start, node.end)
        if isinstance(callee, Name) and name in flow.classes:
            result.kind = name
        if isinstance(callee, Member) and not values:
            # ``rule.severity()``, ``rule.getSeverity()``
            word = name.removeprefix("get") if name[3:4].isupper() else name
            result.safe = flow.is_safe_name(word[:1].lower() + word[1:])
        if owner is not None and (owner.origin == "rows" or (owner.origin == "given" and folded in SAME)):
            result.origin = owner.origin
        elif values and values[0].origin == "rows" and is_reader(folded):
            result.origin = "rows"
    return guess(result, name)


def _arguments(flow: Flow, node: Call, owner: Value | None, name: str) -> list[Value]:
    """Evaluate the arguments; those that name a parameter are sinks."""
    values: list[Value] = []
    adds = is_adder(name)
    first_key = ""
    entries: dict[str, Value] = {}
    for index, argument in enumerate(node.arguments):
        if argument.value is None:
            continue
        if isinstance(argument.value, Function) and argument.value.inline:
            value = _inline(flow, node, argument.value, values, owner, name)
        else:
            value = _mapped(flow, argument, flow.evaluate(argument.value), owner, name)
        values.append(value)
        for text in value.texts:
            text.argument = True
        key = argument.name or key_of(argument.key)
        parameter = parameter_of(key.lstrip(":"))
        if parameter is not None:
            sink = flow.sink(value, parameter, key.lstrip(":"), argument.at)
            if sink is not None and fold(name) == "update" and isinstance(node.callee, Member) and node.callee.owner:
                flow.attach(node.callee.owner, sink)
        if (not argument.name and index < 2) or (index and first_key):
            plain = value.plain if isinstance(argument.value, Literal) else None
            named = parameter_of(plain) if plain is not None and 5 < len(plain) < 30 else None
            if named is not None and plain is not None and not first_key:
                first_key = plain
            elif first_key and (adds or node.made):
                owner_node = node.callee.owner if isinstance(node.callee, Member) else None
                sink = flow.sink(value, parameter_of(first_key) or "", first_key, argument.value.start)
                while isinstance(owner_node, Call) and isinstance(owner_node.callee, Member):
                    owner_node = owner_node.callee.owner
                if sink is not None and owner_node is not None:
                    flow.attach(owner_node, sink)
                first_key = ""
        if argument.name:
            entries[argument.name] = value
            if argument.name.lower() in _ENDPOINTS and value.plain is not None:
                _note_word(flow, value.plain)
    if "value" in entries:
        _note_entry(flow, node, entries)
    return values


def _is_module(node: Call) -> bool:
    """Return whether a call is one of a module whose functions take the list first: ``Enum.map(list, function)``."""
    owner = node.callee.owner if isinstance(node.callee, Member) else None
    return isinstance(owner, Name) and fold(owner.name) in TEXT_OWNERS and owner.name[:1].isupper()


def _mapped(flow: Flow, argument: Argument, value: Value, owner: Value | None, name: str) -> Value:
    """Return the value of an argument; the items of a function of the file in ``names.map(quoted)`` are its results."""
    function = value.function
    if function is None or fold(name) not in MAPS:
        return value
    item = flow.item_of(owner) or Value(value.start, value.end)
    call = Call(value.start, value.end, argument.value or function, [argument])
    made = _local(flow, call, function, [item])
    value = value.moved(value.start, value.end)
    value.safe, value.items = made.safe, [made] if made.texts else None
    return value


def _inline(
    flow: Flow, node: Call, function: Function, before: Sequence[Value], owner: Value | None, name: str
) -> Value:
    """Return the value of a function that is an argument after others: its items are its results."""
    value = Value(function.start, function.end)
    value.function = function
    folded = fold(name)
    over = owner
    if before and (folded in MAPS or _RUNS.match(name) is not None or _is_module(node)):
        # ``_.map(list, function)``
        listed = before[0].items is not None or (before[0].safe and not before[0].texts)
        over = before[0] if listed or owner is None or _is_module(node) else owner
    items = over if over is not None else list_after_function(flow, node, name)
    pattern = next((each.pattern for each in before if each.pattern), "")
    for parameter in function.parameters[:2] if pattern else ():
        # ``bot.hears(/ticket (\\d+)/, (message) => … message.match[1] …)``
        groups = Value(function.start, function.start)
        groups.entries = {group: Value(function.start, function.start, safe=True) for group in safe_groups(pattern)}
        for member in ("match", "matches"):
            flow.env.set(f"{parameter.name}.{member}", groups, counted=False)
    for match in _ROUTE.finditer(before[0].plain or "") if before else ():
        # ``$app->get("/tickets/{id:[0-9]+}", function ($request, $response, $args) { … })``
        if is_safe_pattern(match[2]):
            for parameter in function.parameters:
                flow.env.set(f"{parameter.name}.{match[1]}", Value(function.start, function.start, safe=True))
    receiver: Value | None = None
    item = items if folded in SCOPES else flow.item_of(items)
    if folded in BUILDERS:
        receiver = items.moved(function.start, function.end) if items else Value(function.start, function.end)
        receiver.made = folded == "buildstring" or receiver.made
        if folded in ("buildlist", "buildset"):
            receiver.items = []
    repeats = folded in LOOPS
    flow.looping += repeats
    result = run_inline(flow, function, item, receiver)
    flow.looping -= repeats
    if folded in SCOPES or folded in BUILDERS:
        return result.moved(function.start, function.end)
    value.safe, value.origin = result.safe, result.origin
    value.items = [result] if result.texts else None
    return value


def _note_positional(flow: Flow, node: Call, name: str, values: Sequence[Value]) -> None:
    """Note a condition that a call gets after a path: ``client.list("/service/tickets", "closedFlag = false")``."""
    given = [each for each in node.arguments if each.value is not None]
    unnamed = [value for argument, value in zip(given, values, strict=False) if not argument.name]
    for path, value in pairwise(unnamed):
        if path.texts and (_OTHERS.search(name) is not None or sent_after(flow, path, value) is not None):
            return


def _note_entry(flow: Flow, node: Call, entries: dict[str, Value]) -> None:
    """Note the parameter that a name and a value give: ``URLQueryItem(name: "conditions", value: "…")``."""
    name = entries.get("name") or entries.get("key")
    if name is not None and name.plain is not None:
        parameter = parameter_of(name.plain)
        if parameter is not None:
            flow.sink(entries["value"], parameter, name.plain, node.start)


def _note_word(flow: Flow, text: str) -> None:
    """Note the target of a path that is passed by name: ``-Endpoint "computers"``."""
    if 2 < len(text) < 100:
        place = target_of(flow, text)
        if place is not None:
            flow.note(place)


def _command(flow: Flow, node: Call, name: str, piped: Value | None, frame: Frame) -> Value:  # noqa: C901  # a case for each kind of command
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
            elif argument.name.lower() in _ENDPOINTS and value.plain is not None:
                _note_word(flow, value.plain)
    if command is None:
        _note_positional(flow, node, name, values)
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
        return _local(flow, node, target.function, values)
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


def _given(node: Call, function: Function, values: Sequence[Value], receiver: Value | None) -> dict[str, Value]:
    """Return the arguments of a call by the names of the parameters."""
    given: dict[str, Value] = {}
    position = 0
    if receiver is not None and len(function.parameters) > len(values):
        # ``Quote(this string text)``
        given[function.parameters[0].name] = receiver
        position = 1
    positional = [argument for argument in node.arguments if argument.value is not None]
    for argument, value in zip(positional, values, strict=False):
        if argument.spread:
            given.update(value.entries or {})
        elif argument.name:
            given[argument.name.lower() if node.command else argument.name] = value
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


def _local(flow: Flow, node: Call, function: Function, values: Sequence[Value], receiver: Value | None = None) -> Value:
    """Return the result of a function of the file, and remember with which values it is called."""
    env, scope = flow.captured.get(id(function), (flow.env, flow.scope))
    given = _given(node, function, values, receiver)
    for word, value in given.items():
        if word.lower() in _ENDPOINTS and value.plain is not None:
            _note_word(flow, value.plain)
    result = flow.call_body(function, env, scope)
    for name, value in given.items():
        place = flow.targets.get((id(function), name))
        if place is not None:
            for sink in value.sinks:
                sink.use(place)
    if given:
        flow.calls.append((function, given, flow.statement, flow.scope, list(flow.frames[-1].places), flow.owner))
    return _result(flow, node, function, result, given)


def _result(flow: Flow, node: Call, function: Function, result: Value, given: Mapping[str, Value]) -> Value:
    """Return what a function of the file returns for the values that it is given."""
    found = result.moved(node.start, node.end)
    found.places, found.sinks = [], []
    if len(found.texts) > 1 and all(_LITERAL.match(text.shown) for text in found.texts):
        # ``null``, ``true`` or a text in quotes: the literal of a value, which its type decides.
        found.safe = found.safe or not any(
            segment.kind == "placeholder" and not segment.safe for text in found.texts for segment in text.segments
        )
        found.texts = []
    elif found.texts:
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
    elif not found.safe and is_safe_type(function.returns, flow.module.aliases):
        found.safe = True
        found.moment = function.returns.strip("?").lower() in ("datetime", "date")
        found.dated = is_date_type(function.returns)
    elif found.parameter and found.parameter in given:
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
        if value is not None and len(value.texts) == 1 and not segment.inner:
            segments += value.texts[0].segments
            value.texts[0].absorbed = True
        elif value is not None and value.safe and not segment.safe:
            segments.append(segment.trusted())
        else:
            segments.append(segment)
    text.absorbed = True
    made = flow.make(Text(segments, text.statement))
    made.place = text.place
    return made


def _member(flow: Flow, node: Member) -> Value:
    named = note_chain(flow, node)
    path = path_of(node)
    known = flow.env.get(path) if path else None
    if known is not None:
        if node.owner is not None and isinstance(node.owner, Name) and node.owner.name.lower() not in THIS:
            flow.evaluate(node.owner)
        flow.frames[-1].carry(known)
        getter = known.function
        if getter is not None and not getter.parameters:
            # The use of a property calls it.
            return _local(flow, Call(node.start, node.end, node, []), getter, [])
        return known.moved(node.start, node.end)
    if isinstance(node.owner, Name) and node.owner.name in flow.classes:
        known = flow.classes[node.owner.name].get(f"this.{node.name}")
        if known is not None:
            return known.moved(node.start, node.end)
    if isinstance(node.owner, Name) and flow.module.aliases.get(node.owner.name) == "enum":
        return Value(node.start, node.end, safe=True)
    frame = Frame()
    owner = flow.evaluate_in(frame, node.owner) if node.owner is not None else Value(node.start, node.start)
    entry = (owner.entries or {}).get(node.name)
    if entry is not None:
        # Not the other entries: ``$query.Uri`` is sent without ``$query.Body``.
        flow.frames[-1].carry(entry)
        return entry.moved(node.start, node.end)
    frame.close(flow.frames[-1])
    member = flow.classes[owner.kind].get(f"this.{node.name}") if owner.kind else None
    if member is not None and member.function is not None and not member.function.parameters:
        return _local(flow, Call(node.start, node.end, node, []), member.function, [])
    if node.name in ("Groups", "groups") and owner.entries:
        # ``Regex.Match(…).Groups[1].Value``
        return owner.moved(node.start, node.end)
    name = fold(node.name)
    part = part_of_mapping(node, name, owner)
    if part is not None:
        return part
    value = Value(node.start, node.end)
    value.places, value.sinks = owner.places if named is None else [named], owner.sinks
    own = node.owner is None or (isinstance(node.owner, Name) and node.owner.name.lower() in THIS)
    value.origin = "rows" if owner.origin == "rows" or is_input(node.name, member=not own) else ""
    if (
        (name == "keys" and is_safe_key(flow.types_of(node.owner), flow.module.aliases))
        or name in LENGTHS
        or name in ALPHABETS
        or (flow.traits.bare and name in NUMBERS)
        or (owner.safe and (name in _KEPT or owner.items is not None or flow.is_enum(node.owner)))
    ):
        value.safe = True
    elif node.name in flow.extensions and not flow.extensions[node.name].parameters:
        return _local(flow, Call(node.start, node.end, node, []), flow.extensions[node.name], [])
    else:
        if flow.traits.bare:
            found = known_call(flow, node, node.name, owner, [], ())
            if found is not None:
                return found
        value.safe = flow.is_safe_name(node.name) if owner.items is None and not flow.traits.bare else False
    return guess(value, flow.source[node.start : node.end], member=True)


register(Call, _call)
register(Member, _member)
