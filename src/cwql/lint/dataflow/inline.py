"""Code in the place of a value: functions that are written where they are used, branches, loops and choices."""

from __future__ import annotations

from itertools import zip_longest

from cwql.lint.dataflow.knowledge import IMPLICIT, ends
from cwql.lint.dataflow.origins import is_input, origin_of, says
from cwql.lint.dataflow.values import MOST_TEXTS, Environment, Scope, Value, is_harmless, merged
from cwql.lint.ir import Assign, Block, Branch, Choice, Class, Function, Jump, Loop, Parameter, is_nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Node


def run_inline(
    flow: Flow,
    node: Function,
    item: Value | None,
    receiver: Value | None = None,
    columns: Mapping[str, Value] | None = None,
    over: Node | None = None,
) -> Value:
    """Evaluate the body of a function at the place where it is written; `item` is its first argument, an item of `over`.

    `columns` are the values of parameters that take the parts of an item. A `receiver` is the object that its calls without an owner go to, and the result is what they make of it.
    """
    outer, returned, owner, scope = flow.env, flow.returned, flow.owner, flow.scope
    flow.env = Environment(outer)
    flow.returned = []
    flow.scope = Scope(scope)
    # A block that is an argument of a call may belong to its target.
    flow.scope.assigned = True
    _set_arguments(flow, node, item, receiver)
    flow.env.names.update(columns or {})
    result = Value(node.start, node.end)
    body = node.body
    statement = flow.statement
    if isinstance(body, Block):
        last = body.statements[-1] if body.statements else None
        for each in body.statements[:-1]:
            flow.run_statement(each)
        while isinstance(last, Block) and last.statements:
            # ``switch ($key) { "a" { "New" } }``
            for each in last.statements[:-1]:
                flow.run_statement(each)
            last = last.statements[-1]
        if last is not None and not isinstance(last, (Branch, Loop, Jump, Block, Assign, Function)):
            flow.open_statement(last)
            result = flow.evaluate(last)
            flow.close_statement()
        elif last is not None:
            flow.run_statement(last)
        if flow.returned:
            result = merged(flow.returned[:8])
    elif body is not None:
        result = flow.evaluate(body)
    way = flow.env
    if receiver is not None:
        result = way.names.pop("this")
    flow.env, flow.returned, flow.owner, flow.scope = outer, returned, owner, scope
    flow.statement = statement
    names = [parameter.name for parameter in node.parameters]
    implicit = [name for name in IMPLICIT if name in way.names and way.names[name].safe]
    checked = flow.checked_in(over, names or implicit[:1], way, node.start)
    for name in (*names, *IMPLICIT):
        way.names.pop(name, None)
    # A function that a block defines, such as ``helpers do … end``, is one of the program.
    known = {
        name: value
        for name, value in way.names.items()
        if value.function or outer.get(name) is not None or outer.get(name.partition(".")[0]) is not None
    }
    if known:
        way.names.clear()
        way.names.update(known)
        flow.join(outer, [way, Environment(outer)])
    flow.trust_all(checked)
    return result


def _set_arguments(flow: Flow, node: Function, item: Value | None, receiver: Value | None) -> None:
    """Give the parameters of an inline function their values."""
    owner = flow.owner
    if node.parameters:
        flow.owner = node
        if owner is not None and owner is not node:
            flow.enclosing[id(node)] = owner
    for parameter in node.parameters:
        value = flow.parameter(parameter, node.start)
        value.parameter = parameter.name if item is None else ""
        if value.origin == "given" and says(parameter.name) == "id" and not node.name:
            # A library, not a user, calls it.
            value.origin = "number"
        flow.env.set(parameter.name, value, counted=False)
    # ``BOARDS.each do |name, ids|``: all of a safe mapping is safe.
    names = [parameter.name for parameter in node.parameters[: 2 if item is not None and item.safe else 1]]
    if item is not None and not (names and is_input(names[0]) and not item.safe):
        for name in names or IMPLICIT:
            flow.env.set(name, item, counted=False)
    if receiver is not None:
        flow.env.set("this", receiver, counted=False)


def evaluate_function(flow: Flow, node: Function) -> Value:
    """Return the value of a function in the place of a value."""
    value = Value(node.start, node.end)
    value.function = node
    flow.captured[id(node)] = flow.env, flow.scope
    if node.inline and node.body is not None:
        # A function that is written where it is used runs there, or never.
        flow.evaluate_defaults(node)
        value.safe = run_inline(flow, node, None).safe
    elif not node.inline:
        flow.define(node)
    return value


def evaluate_choice(flow: Flow, node: Choice) -> Value:
    """Return the value of one of several options."""
    for test in node.tests:
        flow.evaluate(test)
    values = flow.choose(node)
    # ``records[0] ?? null``, ``text.toIntOrNull() ?: return``
    given = [
        each for option, each in zip(node.options, values, strict=True) if not (is_nothing(option) or ends(option))
    ]
    return _one_of(node, values, given or values)


def evaluate_branch(flow: Flow, node: Branch) -> Value:
    """Return the value of ``if`` in the place of a value: one of the last values of its bodies."""
    values: list[Value] = []
    outer, denied = flow.env, set[str]()
    for body, test in zip_longest(node.bodies, node.tests[: len(node.bodies)]):
        yes, no = set[str](), set[str]()
        if test is not None:
            from cwql.lint.dataflow.guards import guards_of

            flow.evaluate(test)
            yes, no = guards_of(test, flow)
        flow.env = Environment(outer)
        # The tests before a body were false.
        for name in yes | denied:
            flow.trust(name)
        denied |= no
        value = run_inline(flow, Function(body.start, body.end, "", [], body, True), None)
        way, flow.env = flow.env, outer
        flow.join(outer, [way, Environment(outer)])
        last = body.statements[-1] if isinstance(body, Block) and body.statements else body
        if not ends(last):
            values.append(value)
    return _one_of(node, values, values)


def _one_of(node: Node, values: Sequence[Value], given: Sequence[Value]) -> Value:
    """Return the value that is one of several; those that are not `given` are nothing, or end the program."""
    if not values:
        return Value(node.start, node.end)
    found = merged(values).moved(node.start, node.end)
    found.safe, found.origin = all(map(is_harmless, given)), origin_of(given)
    known = [value for value in values if value.texts or value.items is not None or value.inner]
    if known and len(known) < len(values):
        # What is not known adds nothing: ``text || undefined``.
        found.texts = [text for value in known for text in value.texts][:MOST_TEXTS]
        found.partial = True
        found.open = not found.safe
        found.parameter = next((value.parameter for value in values if value.parameter), "")
        found.items = next((value.items for value in known if value.items is not None), None)
    return found


def evaluate_loop(flow: Flow, node: Loop) -> Value:
    """Return the list of the last values of a loop in the place of a value: ``$names = foreach ($name in $all) { … }``."""
    over = flow.evaluate(node.over) if node.over is not None else None
    body = Function(node.start, node.end, "", [Parameter(name) for name in node.names], node.body, True)
    flow.looping += 1
    made = run_inline(flow, body, flow.item_of(over, *node.names[:1]))
    flow.looping -= 1
    value = Value(node.start, node.end, safe=made.safe)
    value.items, value.partial, value.origin = [made], True, made.origin
    return value


def evaluate_block(flow: Flow, node: Block) -> Value:
    """Return the value of statements in the place of a value."""
    return run_inline(flow, Function(node.start, node.end, "", [], node, True), None)


def evaluate_jump(flow: Flow, node: Jump) -> Value:
    """Evaluate ``return``, ``throw`` or ``break`` in the place of a value."""
    flow.return_(node)
    return Value(node.start, node.end)


def evaluate_class(flow: Flow, node: Class) -> Value:
    """Evaluate a class in the place of a value."""
    flow.run_statement(node)
    return Value(node.start, node.end)
