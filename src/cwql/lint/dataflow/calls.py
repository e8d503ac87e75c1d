"""The value of a call: functions of the standard libraries, functions of the file, and the targets that calls name."""

from __future__ import annotations

from functools import lru_cache

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import (
    BUILDERS,
    KEEPERS,
    LOOPS,
    MAPS,
    NUMBERS,
    SAME,
    SCOPES,
    TEXT_OWNERS,
    fold,
    is_adder,
    is_builder,
    safe_groups,
)
from cwql.lint.dataflow.known_functions import known_call
from cwql.lint.dataflow.local_functions import call_local
from cwql.lint.dataflow.origins import guess, is_reader, is_source
from cwql.lint.dataflow.targets import (
    ENDPOINTS,
    EXPANDERS,
    chain_of,
    note_expanded,
    note_positional,
    note_word,
    place_of_chain,
    place_queries,
    sent_to,
)
from cwql.lint.dataflow.texts import empty, opened, target_of
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Frame, Value, columns_of, is_unknown, path_of
from cwql.lint.heuristics import is_foreign
from cwql.lint.ir import Call, Function, Index, Items, Literal, Member, Name, Number, Operation, Unary, key_of
from cwql.lint.request_targets import NOWHERE, SECTIONS, parameter_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Argument, Node
    from cwql.lint.request_targets import RequestTarget

_MAPPINGS = re.compile(r"\A\Z|dict|map", re.IGNORECASE)
"""Types of mappings, or a type that is left out."""

_RUNS = re.compile(r"each|map|filter|for", re.IGNORECASE)
"""How functions are called that run another one for each item of the list before it: ``_.map(list, function)``."""

_ASSERTIONS = words("require check assert ensure checkargument checkstate istrue invariant precondition")
"""Functions that end the program or the function if their first argument is false."""

_PATHS = """/service/tickets /service/boards /company/companies /company/contacts /company/configurations /finance/agreements
/finance/invoices /project/projects /sales/activities /sales/opportunities /system/members"""
_LISTS = {path.rpartition("/")[2]: path for path in _PATHS.split()} | {"computers": "/Computers"}
"""Lists that clients name their methods after."""

_GETTERS = re.compile(r"\A(?:get|list|find|fetch|search|query|count|all)(?:all)?")
_ENDPOINTS = tuple(ENDPOINTS)
_SETTER = re.compile(r"\A(?:with|set)_?", re.IGNORECASE)
_GETS = re.compile(r"(?:get|list|fetch|request|query|search|all|page|paginate|find|count)(?![a-z])", re.IGNORECASE)


@lru_cache(4096)
def _list_of(folded: str) -> str:
    """Return the endpoint of the list that a method is named after: ``getTickets``, ``getServiceTickets``."""
    noun = _GETTERS.sub("", folded)
    if noun.startswith(SECTIONS):
        from cwql.lint.frontends.cmdlets import path_of_noun

        return path_of_noun(noun, "manage") or ""
    return _LISTS.get(noun, "")


def evaluate_call(flow: Flow, node: Call) -> Value:
    """Return the value of a call, with the sinks and targets of its arguments."""
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
    owner = callee.owner if isinstance(callee, Member) else None
    # ``client.query("/service/tickets")``
    begins = is_adder(name) and ((len(node.arguments) == 1 and not carried) or flow.is_begun(owner))
    named = isinstance(owner, (Name, Member)) and fold(name) in ("new", "parse") and is_builder(owner.name)
    builder = node.made or is_builder(name) or begins or named
    if carried and (builder or not (frame.places or is_unknown(value))):
        value = value.moved(node.start, node.end)
        value.sinks = [*value.sinks, *carried][:50]
    # Not a client that is made with the base of its URLs.
    places = frame.places or ([NOWHERE] if frame.hint == NOWHERE else [])
    if builder and len(places) == 1:
        value = value.moved(node.start, node.end)
        value.places = places[:1]
    # ``cmd.Flags().GetString("name")``
    owner = owner.callee if isinstance(owner, Call) else owner
    if not value.safe and is_source(name, owner.name if isinstance(owner, (Name, Member)) else ""):
        value.origin = "rows"
    frame.close(flow.frames[-1])
    return value


def _evaluate_call(flow: Flow, node: Call, frame: Frame) -> Value:
    if isinstance(node.callee, Function):
        # ``(() => { … })()``
        from cwql.lint.dataflow.inline import run_inline

        _arguments(flow, node, None, "")
        return run_inline(flow, node.callee, None).moved(node.start, node.end)
    name, owner, place = _evaluate_callee(flow, node, frame)
    if node.command:
        from cwql.lint.dataflow.commands import run_command

        return run_command(flow, node, name, frame)
    values = _arguments(flow, node, owner, name)
    if any(_is_unknown_path(each.value, value) for each, value in zip(node.arguments, values, strict=False)):
        frame.note(NOWHERE)
    _note_sent(flow, node, name, owner, place, values)
    place_queries(frame.places, values)
    if isinstance(node.callee, (Name, Member)):
        found = _call_of_file(flow, node, node.callee, owner, values)
        if found is not None:
            _open_passed(flow, node, values)
            return found
    folded = fold(name)
    if folded in _ASSERTIONS and node.arguments and node.arguments[0].value is not None:
        from cwql.lint.dataflow.guards import guards_of

        for checked in guards_of(node.arguments[0].value, flow)[0]:
            flow.trust(checked)
    endpoint = _list_of(folded) if owner is not None and flow.sure and place is None else ""
    listed = target_of(flow, endpoint) if endpoint else None
    if listed is not None and endpoint[1:].replace("/", "").lower() in folded:
        # ``client.getServiceTickets(ctx).conditions("closedFlag = false")``
        flow.note(listed)
    for value in values if endpoint else ():
        # ``client.GetTickets(ctx, "closedFlag = false")``
        sent_to(flow, listed, value)
    if folded in BUILDERS or folded in SCOPES or folded in KEEPERS:
        for value, argument in zip(values, node.arguments, strict=False):
            if isinstance(argument.value, Function):
                # ``buildString { append("…") }``, ``name?.let { "name = '$it'" }``, ``useMemo(() => `name = '${name}'`, [name])``
                return value.moved(node.start, node.end)
    known = flow.env.get(node.callee.name) if isinstance(node.callee, Name) and len(values) == 1 else None
    if known is not None and known.entries:
        # ``names(key)`` of VB.NET
        return flow.evaluate(Index(node.start, node.end, node.callee, node.arguments[0].value))
    result = known_call(flow, node, name, owner, values, node.arguments)
    if result is None:
        _open_passed(flow, node, values)
        result = _unknown_call(flow, node, name, owner, values)
    return guess(result, name)


def _open_passed(flow: Flow, node: Call, values: Sequence[Value]) -> None:
    """Note that a function may add to the builders and references that it is given: ``addIds(builder)``, ``AddIds(ref text)``."""
    for given, value in zip([each for each in node.arguments if each.value is not None], values, strict=False):
        argument = given.value
        path = path_of(argument) if argument is not None else ""
        refers = isinstance(argument, Unary) and argument.sign in ("&", "ref", "\\")
        if path and value.texts and (value.made or refers):
            changed = opened(flow, node, value, begins=False)
            # ``read_line(&mut name)``
            changed.safe, changed.end = value.safe and bool(changed.texts), node.start
            if isinstance(argument, Unary) and argument.sign == "\\" and (option := key_of(given.key)):
                # ``GetOptions("company=s" => \$company)``
                changed.safe, changed.origin = option.endswith(("=i", "=f", "!", "+")), "given"
            flow.env.set(path, changed, counted=False)


def _is_unknown_path(node: Node | None, value: Value) -> bool:
    """Return whether an argument is an endpoint that the program does not name: ``new RestRequest(path)``, ``call(base + path)``."""
    while isinstance(node, (Literal, Operation)):
        node = node.right if isinstance(node, Operation) else node.chunks[-1].node if node.chunks else None
    word = fold(node.name) if isinstance(node, (Name, Member)) else ""
    return word.endswith(_ENDPOINTS) and not value.places and all(each.place is None for each in value.texts)


def _note_sent(
    flow: Flow, node: Call, name: str, owner: Value | None, place: RequestTarget | None, values: Sequence[Value]
) -> None:
    """Note the targets and conditions among the arguments that have no name."""
    if len(values) > 1:
        note_positional(flow, node, name, values)
        if _GETS.match(name) is not None and flow.automate:
            for value in values[:2]:
                # ``http.get("Computers", { searchParams: … })``
                note_word(flow, value.plain or "")
    if flow.traits.templates and values and fold(name) in EXPANDERS:
        note_expanded(flow, node, values)
    if name in flow.traits.verbs and values and not node.arguments[0].name and not node.arguments[0].spread:
        named = [place] if place is not None else list(owner.places) if owner is not None else []
        if len(named) == 1 and named[0].endpoint is not None:
            sink = flow.sink(values[0], "conditions", "condition", values[0].start)
            if sink is not None:
                sink.near, sink.closed = named, True


def _evaluate_callee(flow: Flow, node: Call, frame: Frame) -> tuple[str, Value | None, RequestTarget | None]:
    """Return the name of the function that is called, the value of its owner, and the target that both name."""
    callee = node.callee
    if isinstance(callee, Member):
        place = place_of_chain(flow, [*chain_of(callee), "{}"])
        if place is not None:
            flow.sure = True
            flow.note(place)
        owner = flow.evaluate(callee.owner) if callee.owner is not None else None
        if owner is not None and place is not None and place.endpoint is not None:
            # Not what a part of the chain names.
            frame.places = [place]
        return callee.name, owner, place
    if isinstance(callee, Name):
        named = node.command or node.made or callee.name not in NUMBERS
        place = place_of_chain(flow, [callee.name]) if named else None
        if place is not None:
            flow.sure = flow.sure or node.command
            flow.note(place)
        return callee.name, None, place
    return "", flow.evaluate(callee), None


def _call_of_file(
    flow: Flow, node: Call, callee: Name | Member, owner: Value | None, values: Sequence[Value]
) -> Value | None:
    """Return the result of a function or method of the file; None if the file contains none of that name."""
    name = callee.name
    owner_node = callee.owner if isinstance(callee, Member) else None
    if owner is not None and owner.safe and not values and flow.is_enum(owner_node):
        # ``kind.name()``, ``kind.getLabel()``
        return Value(node.start, node.end, safe=True)
    path = path_of(callee)
    target = flow.env.get(path) if path else None
    if target is None and owner is not None:
        kind = owner.kind or flow.class_of(owner_node)
        target = flow.classes[kind].get(f"this.{name}") if kind else None
        known = target.function if target is not None else None
        if known is None or (known.body is None and known.convert is None):
            target = None
    if target is None and flow.traits.receivers and isinstance(callee, Member) and name not in flow.overloaded:
        # Not a local variable of that name: ``for page := 1; ; page++ { s.page(page) }``
        env = flow.env
        while env.outer is not None:
            env = env.outer
        target = env.names.get(name)
    if target is not None and target.function is not None:
        return call_local(flow, node, target.function, values)
    if owner is not None and name in flow.extensions:
        return call_local(flow, node, flow.extensions[name], values, owner)
    return None


def _unknown_call(flow: Flow, node: Call, name: str, owner: Value | None, values: Sequence[Value]) -> Value:
    """Return the value of a function of another file: what its name and the types of the file say about it."""
    result = Value(node.start, node.end)
    if node.made and values and values[-1].entries is not None and _MAPPINGS.search(name) is not None:
        # ``new() { ["a"] = "b" }``
        result = values[-1].moved(node.start, node.end)
    elif node.made and values and values[-1].items and _MAPPINGS.search(name) is not None:
        # ``new Dictionary<string, string> { { "a", "b" } }``
        pairs = [each.items or [] for each in values[-1].items]
        if all(len(pair) == 2 and pair[0].plain is not None for pair in pairs):
            result = values[-1].moved(node.start, node.end)
            result.items, result.entries = None, {pair[0].plain or "": pair[1] for pair in pairs}
    if isinstance(node.callee, Name) and name in flow.classes:
        result.kind = name
    if isinstance(node.callee, Member) and not values:
        # ``rule.severity()``, ``rule.getSeverity()``
        word = name.removeprefix("get") if name[3:4].isupper() else name
        result.safe = flow.is_safe_name(word[:1].lower() + word[1:])
    if owner is not None and (owner.origin == "rows" or (owner.origin == "given" and fold(name) in SAME)):
        result.origin = owner.origin
    elif values and values[0].origin == "rows" and is_reader(fold(name)):
        result.origin = "rows"
    # ``ticket.getId()``
    return guess(result, name, member=isinstance(node.callee, Member) and not values)


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
        key = _key(node, argument, name)
        parameter = parameter_of(key)
        if parameter is not None:
            sink = flow.sink(value, parameter, key, argument.at)
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
            if argument.name.lower() in ENDPOINTS and value.plain is not None:
                note_word(flow, value.plain)
    if "value" in entries:
        _note_entry(flow, node, entries)
    return values


def _key(node: Call, argument: Argument, name: str) -> str:
    """Return the key of an argument: its name, or the parameter that the method is named after: ``query.conditions("…")``."""
    key = argument.name or (key_of(argument.key) if argument.key is not None else "")
    if key or len(node.arguments) > 1 or not isinstance(node.callee, Member):
        return key.lstrip(":")
    key = _SETTER.sub("", name)
    return key if parameter_of(key) not in ("orderBy", "fields") else ""


def _list_after_function(flow: Flow, node: Call, name: str) -> Value | None:
    """Return the list of ``array_map(function, list)``, which comes after the function."""
    later = node.arguments[1].value if len(node.arguments) > 1 else None
    if later is None or fold(name) not in MAPS:
        return None
    # Calls of calls would be evaluated again and again.
    simple = isinstance(later, Call) and all(
        isinstance(each.value, (Literal, Name, Number)) for each in later.arguments
    )
    return flow.evaluate(later) if simple or isinstance(later, (Name, Member, Items)) else None


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
    made = call_local(flow, call, function, [item])
    value = value.moved(value.start, value.end)
    value.safe, value.items = made.safe, [made] if made.texts else None
    return value


def _inline(
    flow: Flow, node: Call, function: Function, before: Sequence[Value], owner: Value | None, name: str
) -> Value:
    """Return the value of a function that is an argument after others: its items are its results."""
    from cwql.lint.dataflow.inline import run_inline

    value = Value(function.start, function.end)
    value.function = function
    folded = fold(name)
    over = owner
    if before and (folded in MAPS or _RUNS.match(name) is not None or _is_module(node)):
        # ``_.map(list, function)``
        listed = before[0].items is not None or (before[0].safe and not before[0].texts)
        over = before[0] if listed or owner is None or _is_module(node) else owner
    items = over if over is not None else _list_after_function(flow, node, name)
    _note_groups(flow, function, next((each.pattern for each in before if each.pattern), ""))
    receiver: Value | None = None
    item = items if folded in SCOPES else flow.item_of(items)
    # ``test.each([[7, "New"], [9, "Open"]])("…", (id, name) => …)``, ``rows.map(({ id, name }) => …)``
    begin = flow.source[function.start : function.start + 8]
    unpacks = items is not None and (not name or "([" in begin or "({" in begin)
    columns = columns_of(items, [each.name for each in function.parameters]) if unpacks and items is not None else {}
    if folded == "on" and any(
        (isinstance(each.value, Name) and is_safe_type(each.value.name, flow.module.aliases))
        or (value.safe and not value.texts)
        or (value.pattern and each.value is not None and _matches_safe(flow, each.value))
        for each, value in zip(node.arguments, before, strict=False)
    ):
        # ``parser.on("--days N", Integer) { |days| … }``, ``parser.on("--type TYPE", %w[Server Workstation]) { |type| … }``
        item = Value(function.start, function.start, safe=True)
    if folded in BUILDERS:
        receiver = items.moved(function.start, function.end) if items else empty(flow, function.start)
        receiver.made = folded == "buildstring" or receiver.made
        if folded in ("buildlist", "buildset"):
            receiver.items = []
    repeats = folded in LOOPS
    flow.looping += repeats
    known = len(flow.sinks)
    over_node = node.callee.owner if repeats and isinstance(node.callee, Member) else None
    result = run_inline(flow, function, item, receiver, columns, over_node)
    flow.looping -= repeats
    if flow.frames[-1].places and len(function.parameters) <= 1:
        # ``client.get("/service/tickets") { parameter("conditions", "…") }``, but not the handler of a route.
        own = tuple([f"{each.name}." for each in function.parameters])
        flow.frames[-1].sinks += [
            sink
            for sink in flow.sinks[known:]
            if function.start <= sink.at < function.end
            and not (sink.closed or sink.near)
            and (not sink.assigned or (own and flow.source.startswith(own, sink.at)))
            and not any(is_foreign(text.shown) for text in sink.texts)
        ]
    if folded in SCOPES or folded in BUILDERS:
        return result.moved(function.start, function.end)
    value.safe, value.origin, value.pattern = result.safe, result.origin, result.pattern
    value.items = [result] if result.texts else None
    value.parameter = result.parameter if item is not None else ""
    return value


def _note_groups(flow: Flow, function: Function, pattern: str) -> None:
    r"""Note which groups of a match are safe: ``bot.hears(/ticket (\d+)/, (message) => … message.match[1] …)``."""
    for parameter in function.parameters[:2] if pattern else ():
        groups = Value(function.start, function.start)
        groups.entries = {group: Value(function.start, function.start, safe=True) for group in safe_groups(pattern)}
        for member in ("match", "matches"):
            flow.env.set(f"{parameter.name}.{member}", groups, counted=False)


def _matches_safe(flow: Flow, pattern: Node) -> bool:
    from cwql.lint.dataflow.guards import matches_safe

    return matches_safe(pattern, True, flow)


def _note_entry(flow: Flow, node: Call, entries: dict[str, Value]) -> None:
    """Note the parameter that a name and a value give: ``URLQueryItem(name: "conditions", value: "…")``."""
    name = entries.get("name") or entries.get("key")
    if name is not None and name.plain is not None:
        parameter = parameter_of(name.plain)
        if parameter is not None:
            flow.sink(entries["value"], parameter, name.plain, node.start)
