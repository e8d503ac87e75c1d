"""The value of an expression: texts, lists and mappings, and placeholders for everything else."""

from __future__ import annotations

from itertools import pairwise

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import (
    ALPHABETS,
    DOTNET_DATES,
    LENGTHS,
    NUMBERS,
    NUMERIC_FORMAT,
    fold,
    is_date_format,
    safe_groups,
)
from cwql.lint.dataflow.known_functions import known_call
from cwql.lint.dataflow.local_functions import call_local
from cwql.lint.dataflow.operators import note_length
from cwql.lint.dataflow.origins import guess, is_input, origin_of
from cwql.lint.dataflow.targets import chain_of, note_chain, sent_after
from cwql.lint.dataflow.texts import Builder, empty, extended
from cwql.lint.dataflow.type_names import is_date_type, is_text_type
from cwql.lint.dataflow.values import (
    THIS,
    Frame,
    Segment,
    Text,
    Value,
    flattened,
    is_harmless,
    is_word,
    merged,
    part_of_mapping,
    path_of,
)
from cwql.lint.ir import (
    Assign,
    Call,
    Function,
    Index,
    Items,
    Literal,
    Member,
    Name,
    Number,
    Operation,
    Other,
    Pairs,
    Pattern,
    Sent,
    Unary,
    is_nothing,
    key_of,
)
from cwql.lint.request_targets import parameter_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Node


def evaluate_literal(flow: Flow, node: Literal) -> Value:
    """Return the value of a string with its placeholders."""
    if not node.whole:
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
            value.dated = is_date_format(chunk.spec, DOTNET_DATES)
            if not value.safe or chunk.spec.strip():
                value.texts = []
        builder.insert(value, chunk.start, chunk.end, chunk.source, chunk.quoting, node.start)
    return builder.value()


_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?")
"""A number that a condition spells in the same way, unlike ``3u32``, ``5L`` and ``1_000``."""


def evaluate_number(flow: Flow, node: Number) -> Value:
    """Return the value of a number, which may be a part of a text."""
    value = Value(node.start, node.end, safe=True)
    if _PLAIN_NUMBER.fullmatch(node.text) is not None:
        value.texts = [Text([Segment("same", node.text, node.start, node.end)], flow.statement)]
    return value


def evaluate_pattern(flow: Flow, node: Pattern) -> Value:
    """Return the value of a regular expression."""
    value = Value(node.start, node.end)
    value.pattern = node.text
    return value


def evaluate_name(flow: Flow, node: Name) -> Value:
    """Return the value of a variable, or of a function that is called without brackets."""
    value = flow.env.get(node.name)
    written = flow.source[node.start : node.end] or node.name
    if value is None:
        known = flow.unknown_names.get(written)
        if known is None:
            known = flow.unknown_names[written] = _unknown_name(flow, node.name, written)
        found = Value(node.start, node.end, known.safe)
        found.origin = known.origin
        return found
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


def _unknown_name(flow: Flow, name: str, written: str) -> Value:
    """Return the value of a name that the program does not set, judged by its type and its words."""
    found = Value(
        0, 0, safe=flow.is_safe_name(name) or name[:1] == ":" or fold(name) in (ALPHABETS | {"true", "false"})
    )
    if is_input(written) or (flow.traits.arguments and (name.isupper() or not name[:1].isalpha())):
        found.origin = "rows"
    return guess(found, written)


_CHECKED = ("options", "cleaned_data", "validated_data")
"""Names of mappings whose values a parser of arguments or a form has checked."""


def evaluate_index(flow: Flow, node: Index) -> Value:
    """Return the value of an item of a list or an entry of a mapping."""
    path = path_of(node)
    known = flow.env.get(path) if path else None
    owner = flow.evaluate(node.owner)
    if node.key is not None and not isinstance(node.key, (Literal, Number)):
        flow.evaluate(node.key)
    if known is not None:
        flow.frames[-1].carry(known)
        return known.moved(node.start, node.end)
    parts = node.key.children if isinstance(node.key, Other) else [node.key]
    if parts and isinstance(parts[0], Pattern):
        # ``text[/\d+/]``, ``text[/#(\d+)/, 1]``
        group = key_of(parts[-1]) if len(parts) > 1 else "0"
        text = parts[0].text
        return Value(node.start, node.end, safe=group in safe_groups(text.rpartition("/")[0] or text))
    key = key_of(node.key)
    entries = owner.entries or {}
    entry = entries.get(key) or entries.get(key.lower())
    if node.key is not None and path_of(node.key) and all(map(is_word, entries)) and entries:
        # ``_, ok := names[name]``
        flow.tests[node.start, node.end] = {path_of(node.key)}, set()
    if entry is None and entries and node.key is not None and not key:
        # Any of them: ``BOARDS[name]``.
        entry = merged(list(entries.values()))
    if entry is not None:
        return entry.moved(node.start, node.end)
    if owner.texts and isinstance(node.key, Other):
        # ``text[:-1]``
        from cwql.lint.dataflow.text_functions import without_separator

        begins = not flow.source.startswith((":", ".."), node.key.start)
        shortened = owner.moved(node.start, node.end)
        shortened.texts = [without_separator(flow, text, begins) for text in owner.texts]
        return shortened
    if owner.items is not None and (
        isinstance(node.key, Other) or (isinstance(node.key, Operation) and node.key.sign[:2] == "..")
    ):
        # ``names[:50]``
        part = owner.moved(node.start, node.end)
        part.partial = True
        return part
    # A mapping that starts empty may be filled with anything later.
    value = Value(node.start, node.end, safe=owner.safe and owner.entries != {})
    # ``now.isoformat()[:19]``
    value.dated = owner.dated and isinstance(node.key, Other)
    if owner.kind or (isinstance(node.owner, (Name, Member)) and node.owner.name in _CHECKED):
        # ``options["months"]`` of a parser of arguments, ``form.cleaned_data["months"]``
        value.safe = value.safe or flow.is_safe_name(key)
    # ``arguments["months"]`` of a tool with a JSON schema
    value.safe = value.safe or flow.is_safe_name(f"[{key}]")
    # ``kind["name"]`` is no code.
    kept = owner.origin == "rows" or not (owner.origin == "given" or isinstance(node.key, Literal))
    value.origin = owner.origin if kept else ""
    value.sinks, value.places = owner.sinks, owner.places
    if owner.items is not None and isinstance(node.key, Number) and not owner.partial:
        index = int(node.key.text) if node.key.text.isdigit() else -1
        if 0 <= index < len(owner.items):
            return owner.items[index].moved(node.start, node.end)
    return guess(value, key, member=True)


_KEPT = words("value data name groups group first last description sorted reversed")
"""Members that are as safe as their owner."""

_SESSION = words("user session auth tenant account authorizer identity claims principal")
"""Members of a request that the server itself sets, for those who have logged in."""


_STEPS = re.compile(r"(?:\$(?:input|node)?+|items?+)\.(?!.*\b(?:body|query|params|headers)\b).*\bjson\b.*")
"""The record that a step of n8n works on: ``$input.first().json.company.id``."""


def evaluate_member(flow: Flow, node: Member) -> Value:
    """Return the value of a member of a value, of a class or of a mapping."""
    named = note_chain(flow, node)
    path = path_of(node)
    known = flow.env.get(path) if path else None
    if known is not None:
        if node.owner is not None and isinstance(node.owner, Name) and node.owner.name.lower() not in THIS:
            flow.evaluate(node.owner)
        flow.frames[-1].carry(known)
        return _get(flow, node, known.function) or known.moved(node.start, node.end)
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
    result = _get(flow, node, member.function) if member is not None else None
    if result is not None:
        return result
    if node.name in ("Groups", "groups", "groupValues", "destructured") and owner.entries:
        # ``Regex.Match(…).Groups[1].Value``
        return owner.moved(node.start, node.end)
    name = fold(node.name)
    part = part_of_mapping(node, name, owner)
    if part is not None:
        return part
    value = Value(node.start, node.end)
    value.places, value.sinks = owner.places if named is None else [named], owner.sinks
    own = node.owner is None or (isinstance(node.owner, Name) and node.owner.name.lower() in THIS)
    outside = owner.origin == "rows" or is_input(node.name, member=not own)
    if outside and node.name == "id" and _STEPS.fullmatch(".".join(chain_of(node))) is not None:
        outside = False
    value.origin = "rows" if outside and name not in _SESSION else ""
    if (
        name in LENGTHS
        or name in ALPHABETS
        or (flow.traits.bare and name in NUMBERS)
        or (owner.safe and (name in _KEPT or owner.items is not None or flow.is_enum(node.owner)))
    ):
        value.safe = True
    else:
        found = _get(flow, node, flow.extensions.get(node.name))
        if found is None and flow.traits.bare:
            found = known_call(flow, node, node.name, owner, [], ())
        if found is not None:
            return found
        value.safe = (
            flow.is_safe_name(node.name, member=True) if owner.items is None and not flow.traits.bare else False
        )
        value.moment = value.safe and all(map(is_date_type, flow.module.types.get(node.name, ())))
    return guess(value, flow.source[node.start : node.end], member=True)


def _get(flow: Flow, node: Member, getter: Function | None) -> Value | None:
    """Return the result of a function without parameters, which the use of a property calls."""
    if getter is None or getter.parameters:
        return None
    return call_local(flow, Call(node.start, node.end, node, []), getter, [])


def evaluate_items(flow: Flow, node: Items) -> Value:
    """Return the value of a list."""
    frame = Frame()
    flow.frames.append(frame)
    values = [flow.evaluate(item) for item in node.items]
    value = Value(node.start, node.end, safe=all(map(is_harmless, values)))
    spread = [isinstance(item, Unary) and item.sign == "..." for item in node.items]
    value.items, value.partial = flattened(values, spread)
    value.origin = origin_of(values)
    if (
        len(node.items) == 2
        and isinstance(node.items[0], Literal)
        and values[0].texts
        and "/" not in values[0].texts[0].shown
    ):
        # A pair: ``("conditions", "…")``, ``{ "conditions", "…" }``
        name = node.items[0].value or ""
        parameter = parameter_of(name)
        if parameter is not None:
            flow.sink(values[1], parameter, name, node.items[0].start)
            value.items = None
    elif 2 <= len(values) <= 4 and all(parameter_of(each.plain or "") in (None, "conditions") for each in values):
        # ``("/service/tickets", "closedFlag = false")``, ``("members", "/system/members", "inactiveFlag = false")``
        for path, text in pairwise(values):
            sink = sent_after(flow, path, text)
            if sink is not None:
                sink.kept = True
    flow.frames.pop()
    value.sinks += frame.sinks + frame.carried[:20]
    frame.close(flow.frames[-1])
    return value


def evaluate_pairs(flow: Flow, node: Pairs) -> Value:
    """Return the value of a mapping, whose entries may be parameters."""
    frame = Frame()
    flow.frames.append(frame)
    value = Value(node.start, node.end)
    entries: dict[str, Value] = {}
    named = ""
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
            named = found.plain
    # ``{ key: "conditions", value: "…" }``
    parameter = parameter_of(named)
    sent_value = entries.get("value") or entries.get("val")
    if parameter is not None and sent_value is not None:
        flow.sink(sent_value, parameter, named, node.start)
    flow.frames.pop()
    value.entries = entries
    value.safe = all(map(is_harmless, entries.values()))
    value.sinks = frame.sinks + frame.carried[:20]
    frame.close(flow.frames[-1])
    return value


def evaluate_sent(flow: Flow, node: Sent) -> Value:
    """Return the value of a text that is sent to a known target."""
    value = flow.evaluate(node.value)
    sink = flow.sink(value, parameter_of(node.key) or "", node.key, node.start)
    if sink is not None and node.open:
        sink.hint = node.place
    elif sink is not None:
        sink.near, sink.closed = [node.place], True
    return Value(node.start, node.end)


def evaluate_other(flow: Flow, node: Other) -> Value:
    """Return the value of a node that the frontend did not understand."""
    values = [flow.evaluate(child) for child in node.children]
    value = Value(node.start, node.end)
    if len(values) == 1:
        value.origin = values[0].origin
        value.places, value.sinks = values[0].places, values[0].sinks
    return value


def _typed(value: Node, type: str) -> Node:
    """Return an instantiation with its type, if only the declaration names it: ``List<string> terms = new();``."""
    if not (type and isinstance(value, Call) and value.made and isinstance(value.callee, Name)) or value.callee.name:
        return value
    name = type.partition("<")[0].rpartition(".")[2].strip("?")
    return Call(value.start, value.end, Name(value.callee.start, value.callee.end, name), value.arguments, made=True)


def _as_addition(node: Assign) -> Assign:
    """Return ``text = text + more`` as ``text += more``."""
    operands: list[Node] = []
    first: Node | None = node.value
    while isinstance(first, Operation) and first.kind == "join":
        operands.append(first.right)
        first = first.left
    if not operands or first is None or not path_of(first) or path_of(first) != path_of(node.target):
        return node
    more = operands.pop()
    while operands:
        right = operands.pop()
        more = Operation(more.start, right.end, "join", "+", more, right)
    return Assign(node.start, node.end, node.target, more, added=True)


def _is_missing(node: Assign) -> bool:
    """Return whether a declaration of a text gives no value: ``term: str | None = None``."""
    return is_text_type(node.type) and is_nothing(node.value)


def evaluate_assign(flow: Flow, node: Assign) -> Value:
    """Evaluate an assignment."""
    target = node.target
    known = flow.current(target) if isinstance(node.value, Operation) and not node.added else None
    if known is not None and known.texts:
        node = _as_addition(node)
    if node.value is None:
        value = Value(node.start, node.start, safe=flow.is_safe(node.type))
        value.moment = is_date_type(node.type)
        if node.type and is_text_type(node.type):
            value.origin = "given"
        known = flow.env.names.get(target.name) if isinstance(target, Name) else None
        if known is not None and known.parameter:
            return known
        if isinstance(target, Name) and node.type:
            if node.type.lower().endswith(("builder", "buffer")):
                # ``var text strings.Builder``
                value = empty(flow, node.start)
                value.made = True
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
        if isinstance(node.value, Function) and isinstance(target, Name):
            # ``const find = (id) => …``
            node.value.name = node.value.name or target.name
        value = flow.evaluate(_typed(node.value, node.type))
        if node.type and not value.texts and flow.is_safe(node.type):
            value = flow.declare(value.moved(value.start, value.end), node.type)
    if flow.members is flow.env and not value.items and (value.plain == "" or _is_missing(node)):
        # ``private string term = "";``, ``term: str | None = None``: other code gives it a text.
        made, value = value.made, Value(value.start, value.end)
        value.made = made
        if is_text_type(node.type):
            value.origin = "given"
    flow.bind(target, value, node)
    note_length(flow, target)
    return value
