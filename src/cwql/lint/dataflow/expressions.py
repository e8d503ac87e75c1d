"""The value of an expression: texts, lists and mappings, and placeholders for everything else."""

from __future__ import annotations

from itertools import pairwise

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.flow import Flow, register
from cwql.lint.dataflow.frame import Frame
from cwql.lint.dataflow.guards import is_nothing
from cwql.lint.dataflow.knowledge import ENDINGS, EXITS, NUMERIC_FORMAT, fold, is_date_format, safe_groups
from cwql.lint.dataflow.origins import guess, is_input, origin_of
from cwql.lint.dataflow.text_functions import format_value, join_values, percent_value, replaced, without_separator
from cwql.lint.dataflow.texts import Builder, concatenate, extended, opened
from cwql.lint.dataflow.type_names import is_safe_type, is_text_type
from cwql.lint.dataflow.values import (
    MOST_TEXTS,
    Scope,
    Segment,
    Text,
    Value,
    has_literal,
    is_harmless,
    is_word,
    merged,
    path_of,
)
from cwql.lint.ir import (
    Assign,
    Block,
    Branch,
    Call,
    Cast,
    Choice,
    Function,
    Index,
    Items,
    Jump,
    Literal,
    Loop,
    Member,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Pairs,
    Parameter,
    Pattern,
    Sent,
    Unary,
    key_of,
)
from cwql.lint.request_targets import parameter_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.lint.dataflow.values import Sink
    from cwql.lint.request_targets import RequestTarget


_COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">=", "-eq", "-ne", "in", "not in", "is", "is not"))

_IMPLICIT = ("_", "it", "$0")
"""Names of the argument of a function without parameters."""

# --- operands ----------------------------------------------------------------------------------------------------------


def _literal(flow: Flow, node: Literal) -> Value:
    if not node.whole:
        for chunk in node.chunks:
            if chunk.node is not None:
                frame = Frame()
                flow.evaluate_in(frame, chunk.node)
                frame.close(Frame())
        # A list of words of the program itself.
        plain = "".join([chunk.text for chunk in node.chunks if chunk.kind != "placeholder"])
        return Value(
            node.start, node.end, safe=is_word(plain) and all(chunk.kind != "placeholder" for chunk in node.chunks)
        )
    flow.ends[node.start] = node.end
    builder = Builder(flow, node)
    for chunk in node.chunks:
        if chunk.kind != "placeholder":
            builder.add(Segment(chunk.kind, chunk.text, chunk.start, chunk.end, chunk.quoting, node.start))
            continue
        if chunk.node is None:
            value = guess(Value(chunk.start, chunk.end), chunk.source)
            builder.insert(value, chunk.start, chunk.end, chunk.source, chunk.quoting, node.start)
            continue
        value = builder.operand(chunk.node, seal=True)
        if not value.texts and len(node.chunks) == 1 and not chunk.spec:
            # ``"$name"``
            return value.moved(node.start, node.end)
        if chunk.spec:
            value = value.moved(value.start, value.end)
            value.safe = value.safe or NUMERIC_FORMAT.match(chunk.spec.strip()) is not None
            value.dated = is_date_format(chunk.spec)
            if not value.safe or chunk.spec.strip():
                value.texts = []
        builder.insert(value, chunk.start, chunk.end, chunk.source, chunk.quoting, node.start)
    return builder.value()


_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?")
"""A number that a condition spells in the same way, unlike ``3u32``, ``5L`` and ``1_000``."""


def _number(flow: Flow, node: Number) -> Value:
    value = Value(node.start, node.end, safe=True)
    if _PLAIN_NUMBER.fullmatch(node.text) is not None:
        value.texts = [Text([Segment("same", node.text, node.start, node.end)], flow.statement)]
    return value


def _pattern(flow: Flow, node: Pattern) -> Value:
    value = Value(node.start, node.end)
    value.pattern = node.text
    return value


def _name(flow: Flow, node: Name) -> Value:
    value = flow.env.get(node.name)
    written = flow.source[node.start : node.end] or node.name
    if value is None:
        found = Value(node.start, node.end, safe=flow.is_safe_name(node.name) or node.name.lower() in ("true", "false"))
        if is_input(written) or (flow.traits.arguments and (node.name.isupper() or not node.name[:1].isalpha())):
            found.origin = "rows"
        return guess(found, written)
    made = value.function
    if flow.traits.bare and made is not None and not made.inline and not made.parameters:
        # ``cutoff``, a call without brackets
        value = flow.call_body(made, *flow.captured.get(id(made), (flow.env, flow.scope)))
    flow.frames[-1].carry(value)
    if value.function is not None and not value.function.parameters and not value.texts:
        # A property
        return flow.evaluate(Call(node.start, node.end, node, ()))
    moved = value.moved(node.start, node.end)
    if not moved.texts and not moved.safe and flow.module.types.get(node.name) and not moved.parameter:
        moved.safe = value.items is None and flow.is_safe_name(node.name)
    if written in ("env", "environ", "argv") and value.function is None:
        # ``const env = await load()``
        moved.origin = moved.origin or "rows"
    return guess(moved, written)


def _index(flow: Flow, node: Index) -> Value:
    path = path_of(node)
    known = flow.env.get(path) if path else None
    owner = flow.evaluate(node.owner)
    if node.key is not None and not isinstance(node.key, (Literal, Number)):
        flow.evaluate(node.key)
    if known is not None:
        flow.frames[-1].carry(known)
        return known.moved(node.start, node.end)
    key = key_of(node.key)
    entries = owner.entries or {}
    entry = entries.get(key) or entries.get(key.lower())
    if entry is None and entries and node.key is not None and not key:
        # Any of them: ``BOARDS[name]``.
        entry = merged(list(entries.values()))
    if entry is not None:
        return entry.moved(node.start, node.end)
    if owner.texts and isinstance(node.key, Other):
        # ``text[:-1]``
        begins = not flow.source.startswith(":", node.key.start)
        shortened = owner.moved(node.start, node.end)
        shortened.texts = [without_separator(flow, text, begins) for text in owner.texts]
        return shortened
    # A mapping that starts empty may be filled with anything later.
    value = Value(node.start, node.end, safe=owner.safe and owner.entries != {})
    if isinstance(node.owner, Name) and node.owner.name == "options":
        # ``options["months"]`` of a parser of arguments
        value.safe = value.safe or flow.is_safe_name(key)
    value.origin = "" if owner.origin == "given" else owner.origin
    value.sinks, value.places = owner.sinks, owner.places
    if owner.items is not None and isinstance(node.key, Number) and not owner.partial:
        index = int(node.key.text) if node.key.text.isdigit() else -1
        if 0 <= index < len(owner.items):
            return owner.items[index].moved(node.start, node.end)
    return guess(value, key, member=True)


def _items(flow: Flow, node: Items) -> Value:
    frame = Frame()
    flow.frames.append(frame)
    values = [flow.evaluate(item) for item in node.items]
    flow.frames.pop()
    value = Value(node.start, node.end, safe=all(map(is_harmless, values)))
    value.items = values
    value.origin = origin_of(values)
    if (
        len(node.items) == 2
        and isinstance(node.items[0], Literal)
        and values[0].texts
        and "/" not in values[0].texts[0].shown
    ):
        # A pair: ``("conditions", "…")``, ``{ "conditions", "…" }``
        _pair(flow, node.items[0], values[1], frame, value)
    elif 2 <= len(values) <= 4:
        # ``("/service/tickets", "closedFlag = false")``
        flow.frames.append(frame)
        # ``("members", "/system/members", "inactiveFlag = false")``
        for path, text in pairwise(values):
            sink = sent_after(flow, path, text)
            if sink is not None:
                sink.kept = True
        flow.frames.pop()
    value.sinks += frame.sinks + frame.carried[:20]
    frame.close(flow.frames[-1])
    return value


_COMPARISON = re.compile(
    r"\s*+\(*+\s*+[A-Za-z_][\w/.]*+\s*+(?:[=!<>]=?|(?:not\s+)?(?:like|contains|in|between)\b)\s*+[\"'\[(\w\ufffc]",
    re.IGNORECASE,
)


def sent_after(flow: Flow, path: Value, value: Value) -> Sink | None:
    """Note that a value is sent as a condition if it is one and comes after a path; None if it is something else."""
    if len(path.texts) != 1 or "?" in path.texts[0].shown:
        return None
    return sent_to(flow, path.texts[0].place, value)


def sent_to(flow: Flow, place: RequestTarget | None, value: Value) -> Sink | None:
    """Note that a value is sent to an endpoint if it is a condition; None if it is something else."""
    texts = value.texts
    if not texts and value.joint is not None:
        texts = [text for item in value.items or () for text in item.texts]
    if place is None or place.endpoint is None or not texts:
        return None
    if not all(_COMPARISON.match(text.shown) for text in texts):
        return None
    sink = flow.sink(value, "conditions", "conditions", value.start)
    if sink is not None:
        sink.near, sink.closed = [place], True
    return sink


def _pair(flow: Flow, key: Literal, value: Value, frame: Frame, pair: Value) -> None:
    name = key.value or ""
    parameter = parameter_of(name)
    if parameter is not None:
        flow.frames.append(frame)
        flow.sink(value, parameter, name, key.start)
        flow.frames.pop()
        pair.items = None


def _pairs(flow: Flow, node: Pairs) -> Value:
    frame = Frame()
    flow.frames.append(frame)
    value = Value(node.start, node.end)
    entries: dict[str, Value] = {}
    names: dict[str, str] = {}
    for entry in node.entries:
        if entry.value is None:
            continue
        key = entry.name or key_of(entry.key)
        if entry.key is not None and not isinstance(entry.key, (Literal, Name, Number)):
            flow.evaluate(entry.key)
        found = flow.evaluate(entry.value)
        if entry.spread:
            entries.update(found.entries or {})
            continue
        if not key:
            if entry.key is not None:
                # ``[Cycle.Monthly] = "Monthly"``: the key may be anything.
                entries[f"'{entry.value.start}"] = found
            continue
        entries[key] = found
        name = key.lstrip(":@")
        parameter = parameter_of(name)
        if parameter is not None:
            # ``url.Values{"conditions": {"…"}}``
            alone = found.items is not None and len(found.items) == 1 and flow.traits.layouts
            flow.sink(found.items[0] if alone and found.items else found, parameter, name, entry.at)
        elif name in ("key", "name", "param", "field", "property") and found.plain is not None:
            names["key"] = found.plain
        elif name in ("value", "val"):
            names.setdefault("value", "")
    flow.frames.pop()
    if "key" in names and "value" in names:
        # ``{ key: "conditions", value: "…" }``
        parameter = parameter_of(names["key"])
        sent_value = entries.get("value") or entries.get("val")
        if parameter is not None and sent_value is not None:
            flow.frames.append(frame)
            flow.sink(sent_value, parameter, names["key"], node.start)
            flow.frames.pop()
    value.entries = entries
    value.safe = all(map(is_harmless, entries.values()))
    value.sinks = frame.sinks + frame.carried[:20]
    frame.close(flow.frames[-1])
    return value


def _function(flow: Flow, node: Function) -> Value:
    value = Value(node.start, node.end)
    value.function = node
    flow.captured[id(node)] = flow.env, flow.scope
    if node.inline and node.body is not None:
        # A function that is written where it is used runs there, or never.
        value.safe = run_inline(flow, node, None).safe
    elif not node.inline:
        flow.define(node)
    return value


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
        flow.env.set(parameter.name, value, counted=False)
    # ``BOARDS.each do |name, ids|``: all of a safe mapping is safe.
    names = [parameter.name for parameter in node.parameters[: 2 if item is not None and item.safe else 1]]
    if item is not None and not (names and is_input(names[0]) and not item.safe):
        for name in names or _IMPLICIT:
            flow.env.set(name, item, counted=False)
    if receiver is not None:
        flow.env.set("this", receiver, counted=False)


def run_inline(flow: Flow, node: Function, item: Value | None, receiver: Value | None = None) -> Value:
    """Evaluate the body of a function at the place where it is written; `item` is its first argument.

    A `receiver` is the object that its calls without an owner go to, and the result is what they make of it.
    """
    from cwql.lint.dataflow.values import Environment

    outer, returned, owner, scope = flow.env, flow.returned, flow.owner, flow.scope
    flow.env = Environment(outer)
    flow.returned = []
    flow.scope = Scope(scope)
    # A block that is an argument of a call may belong to its target.
    flow.scope.assigned = True
    _set_arguments(flow, node, item, receiver)
    result = Value(node.start, node.end)
    body = node.body
    statement = flow.statement
    if isinstance(body, Block):
        last = body.statements[-1] if body.statements else None
        for each in body.statements[:-1]:
            flow.run_statement(each)
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
    for name in (*[parameter.name for parameter in node.parameters], *_IMPLICIT):
        way.names.pop(name, None)
    # A function that a block defines, such as ``helpers do … end``, is one of the program.
    known = {name: value for name, value in way.names.items() if value.function or outer.get(name) is not None}
    if known:
        way.names.clear()
        way.names.update(known)
        flow.join(outer, [way, Environment(outer)])
    return result


# --- operators -----------------------------------------------------------------------------------------------------------


def _operation(flow: Flow, node: Operation) -> Value:
    if node.kind == "join":
        return concatenate(flow, node)
    sign = node.sign.lower()
    if node.kind == "percent" or sign == "-f":
        left = flow.evaluate(node.left)
        right = flow.evaluate(node.right)
        if node.kind == "percent":
            made = percent_value(flow, node, left, right)
        else:
            made = format_value(flow, node, left, right.items if right.items is not None else [right])
        return made if made is not None else Value(node.start, node.end, safe=left.safe and right.safe)
    if sign == "-join":
        left = flow.evaluate(node.left)
        right = flow.evaluate(node.right)
        return join_values(flow, node, left, right)
    if sign in ("-replace", "-creplace", "-ireplace"):
        left = flow.evaluate(node.left)
        right = flow.evaluate(node.right)
        parts = right.items if right.items is not None else [right]
        return replaced(flow, node, left, parts[0] if parts else None, parts[1] if len(parts) > 1 else None)
    left, right = flow.evaluate(node.left), flow.evaluate(node.right)
    if sign in ("-match", "=~", "-cmatch"):
        note_groups(flow, node.right)
    if sign == "<<":
        return left
    if sign == "-=":
        _shorten(flow, node.left)
    value = Value(node.start, node.end)
    if (
        sign in ("-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "-eq", "-ne", "-lt", "-gt", "..")
        or sign == "+"
    ):
        value.safe = (left.safe and right.safe) or sign in _COMPARISONS
        if sign in ("*", "/", "%"):
            # In some languages ``text * 3`` repeats a text.
            value.safe = not has_literal((left, right))
        value.safe = (value.safe and not (left.moment or right.moment)) or sign in ("==", "!=", "-eq", "-ne")
        value.moment = left.moment or right.moment
    if sign in ("-split", "-as", "-and", "-or"):
        value.safe = left.safe
    return value


def _shorten(flow: Flow, target: Node) -> None:
    """Note that a builder gets another length: ``builder.Length -= 5``."""
    owner = target.owner if isinstance(target, Member) and target.name.lower() == "length" else None
    known = flow.current(owner) if owner is not None else None
    if owner is not None and known is not None and known.made:
        flow.env.set(path_of(owner), opened(flow, target, known), counted=False)


def note_groups(flow: Flow, pattern: Node, compiled: str = "") -> dict[str, Value] | None:
    """Remember which groups of a pattern that was matched are safe, and return them."""
    text = pattern.text if isinstance(pattern, Pattern) else pattern.value if isinstance(pattern, Literal) else None
    if compiled:
        text = compiled
    elif isinstance(pattern, Name):
        known = flow.env.get(pattern.name)
        text = known.pattern or known.plain if known is not None else None
    if text is None:
        return None
    value = Value(pattern.start, pattern.start)
    value.origin = "rows"
    value.entries = {name: Value(pattern.start, pattern.start, safe=True) for name in safe_groups(text)}
    flow.env.set("matches", value, counted=False)
    for name in value.entries:
        flow.env.set(name, value.entries[name], counted=False)
    return value.entries


def _unary(flow: Flow, node: Unary) -> Value:
    value = flow.evaluate(node.value)
    sign = node.sign.lower()
    if sign == "-join":
        return join_values(flow, node, value, None)
    if sign in ("await", "&", "*", "ref", "out", "move", "...", "yield", "box", ",", "raw"):
        return value.moved(node.start, node.end)
    if sign in ("+", "-", "!", "not", "-not", "~"):
        found = Value(node.start, node.end, safe=True)
        if sign == "-" and not value.safe:
            found.safe = False
        return found
    if sign == "@":
        return value.moved(node.start, node.end)
    return Value(node.start, node.end)


def _choice(flow: Flow, node: Choice) -> Value:
    for test in node.tests:
        flow.evaluate(test)
    values = flow.choose(node)
    known = [value for value in values if value.texts or value.items is not None or value.inner]
    if not values:
        return Value(node.start, node.end)
    found = merged(values).moved(node.start, node.end)
    given = [
        value
        for option, value in zip(node.options, values, strict=True)
        if not (is_nothing(option) or isinstance(option, Jump) or _ends(option))
    ] or values
    found.safe = all(map(is_harmless, given))
    # ``records[0] ?? null``, ``text.toIntOrNull() ?: return``
    found.origin = origin_of(given)
    if known and len(known) < len(values):
        # What is not known adds nothing: ``text || undefined``.
        found.texts = [text for value in known for text in value.texts][:MOST_TEXTS]
        found.partial = True
        found.open = not found.safe
        found.parameter = next((value.parameter for value in values if value.parameter), "")
        found.items = next((value.items for value in known if value.items is not None), None)
    return found


def _ends(node: Node) -> bool:
    """Return whether a value is a call that never returns: ``?: error("unknown")``, ``?? fatalError()``."""
    name = node.callee.name if isinstance(node, Call) and isinstance(node.callee, Name) else ""
    return name in EXITS or fold(name) in ENDINGS


_TEXT_TYPES = words(
    """string object array any unknown str const uri system.uri uribuilder system.uribuilder psobject string[] array[] void"""
)


def _cast(flow: Flow, node: Cast) -> Value:
    value = flow.evaluate(node.value)
    folded = node.type.strip().lower()
    if folded in _TEXT_TYPES:
        return value.moved(node.start, node.end)
    if is_safe_type(node.type, flow.module.aliases):
        found = Value(node.start, node.end, safe=True)
        found.moment = "date" in folded
        if value.items is not None:
            found.partial = True
        return found
    return value.moved(node.start, node.end)


def _sent(flow: Flow, node: Sent) -> Value:
    value = flow.evaluate(node.value)
    sink = flow.sink(value, parameter_of(node.key) or "", node.key, node.start)
    if sink is not None and node.open:
        sink.hint = node.place
    elif sink is not None:
        sink.near, sink.closed = [node.place], True
    return Value(node.start, node.end)


def _other(flow: Flow, node: Other) -> Value:
    values = [flow.evaluate(child) for child in node.children]
    value = Value(node.start, node.end)
    if len(values) == 1:
        value.origin = values[0].origin
        value.places, value.sinks = values[0].places, values[0].sinks
    return value


def _assign(flow: Flow, node: Assign) -> Value:
    """Evaluate an assignment."""
    target = node.target
    if node.value is None:
        value = Value(node.start, node.start, safe=is_safe_type(node.type, flow.module.aliases))
        if node.type and is_text_type(node.type):
            value.origin = "given"
        known = flow.env.names.get(target.name) if isinstance(target, Name) else None
        if known is not None and known.parameter:
            return known
        if isinstance(target, Name) and node.type:
            value.made = node.type.lower().endswith(("builder", "buffer"))
            if node.type.startswith("[]"):
                value.items, value.safe = [], True
            flow.env.set(target.name, value)
            if flow.members is flow.env:
                flow.env.set(f"this.{target.name}", value)
        return value
    if node.added:
        old = flow.current(target)
        added = flow.evaluate(node.value)
        if old is not None and old.items is not None:
            flow.keep(path_of(target), [added], node.start)
        value = extended(flow, old, added, node)
    else:
        value = flow.evaluate(node.value)
        if node.type and not value.texts and is_safe_type(node.type, flow.module.aliases):
            value = value.moved(value.start, value.end)
            value.safe = True
    if node.declared and flow.members is flow.env and value.plain == "" and not value.items:
        # ``private string term = "";``: other code gives it a text.
        value = Value(value.start, value.end)
    flow.bind(target, value, node)
    _shorten(flow, target)
    return value


def _branch(flow: Flow, node: Branch) -> Value:
    """Return the value of ``if`` in the place of a value: one of the last values of its bodies."""
    values: list[Value] = []
    for test in node.tests:
        if test is not None:
            flow.evaluate(test)
    for body in node.bodies:
        inner = Function(body.start, body.end, "", [], body, True)
        value = run_inline(flow, inner, None)
        last = body.statements[-1] if isinstance(body, Block) and body.statements else body
        if not (_ends(last) or (isinstance(last, Jump) and not last.returns)):
            values.append(value)
    known = [value for value in values if value.texts]
    if not values:
        return Value(node.start, node.end)
    found = merged(known or values).moved(node.start, node.end)
    found.safe = all(value.safe or bool(value.texts) for value in values)
    found.open = found.open or (len(known) < len(values) and not found.safe)
    return found


def _loop(flow: Flow, node: Loop) -> Value:
    """Return the list of the last values of a loop in the place of a value: ``$names = foreach ($name in $all) { … }``."""
    over = flow.evaluate(node.over) if node.over is not None else None
    body = Function(node.start, node.end, "", [Parameter(name) for name in node.names], node.body, True)
    flow.looping += 1
    made = run_inline(flow, body, flow.item_of(over, *node.names[:1]))
    flow.looping -= 1
    value = Value(node.start, node.end, safe=made.safe)
    value.items, value.partial, value.origin = [made], True, made.origin
    return value


def _block(flow: Flow, node: Block) -> Value:
    return run_inline(flow, Function(node.start, node.end, "", [], node, True), None)


def _jump(flow: Flow, node: Jump) -> Value:
    if node.value is not None:
        value = flow.evaluate(node.value)
        if node.returns and not is_nothing(node.value):
            flow.returned.append(value)
    return Value(node.start, node.end)


_KINDS: dict[type[Node], Callable[..., Value]] = {
    Literal: _literal,
    Number: _number,
    Pattern: _pattern,
    Name: _name,
    Index: _index,
    Items: _items,
    Pairs: _pairs,
    Function: _function,
    Operation: _operation,
    Unary: _unary,
    Choice: _choice,
    Cast: _cast,
    Other: _other,
    Sent: _sent,
    Assign: _assign,
    Branch: _branch,
    Loop: _loop,
    Block: _block,
    Jump: _jump,
}
for _kind, _handler in _KINDS.items():
    register(_kind, _handler)
