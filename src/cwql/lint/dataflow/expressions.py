"""The value of an expression: texts, lists and mappings, and placeholders for everything else."""

from __future__ import annotations

import re

from cwql.lint.dataflow.flow import DEPTH, THIS, Flow, Frame
from cwql.lint.dataflow.knowledge import LENGTHS, NUMBERS, NUMERIC_FORMAT, fold, is_safe_type, safe_groups
from cwql.lint.dataflow.values import (
    MOST_SEGMENTS,
    MOST_TEXTS,
    Scope,
    Segment,
    Text,
    Value,
    is_word,
    merged,
    rest,
)
from cwql.lint.ir import (
    Assign,
    Block,
    Branch,
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
    Pattern,
    Unary,
)
from cwql.lint.places import parameter_of, place_of_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.lint.dataflow.values import Sink
    from cwql.lint.found import Quoting
    from cwql.lint.places import Place

_ADDED = re.compile(r"\s*(?:and|or)\b|.*\b(?:and|or)\s*\Z", re.IGNORECASE | re.DOTALL)
_LONG = 4000
"""Longest source of a placeholder that is kept."""


def evaluate(flow: Flow, node: Node) -> Value:
    """Return the value of an expression."""
    flow.budget -= 1
    if flow.depth > DEPTH or flow.budget < 0:
        return Value(node.start, node.end)
    handler = _HANDLERS.get(type(node))
    if handler is None:
        flow.run_statement(node)
        return Value(node.start, node.end)
    flow.depth += 1
    value = handler(flow, node)
    flow.depth -= 1
    return value


# --- operands ----------------------------------------------------------------------------------------------------------


def _literal(flow: Flow, node: Literal) -> Value:
    if not node.whole:
        for chunk in node.chunks:
            if chunk.node is not None:
                sealed(flow, chunk.node)
        return Value(node.start, node.end)
    flow.ends[node.start] = node.end
    builder = Builder(flow, node)
    for chunk in node.chunks:
        if chunk.kind != "hole":
            builder.add(Segment(chunk.kind, chunk.text, chunk.start, chunk.end, chunk.quoting, node.start))
            continue
        if chunk.node is None:
            builder.add(Segment("hole", "", chunk.start, chunk.end, chunk.quoting, node.start, chunk.source))
            continue
        value = builder.operand(chunk.node, seal=True)
        if chunk.spec:
            value = value.moved(value.start, value.end)
            value.safe = value.safe or NUMERIC_FORMAT.match(chunk.spec.strip()) is not None
            if not value.safe or chunk.spec.strip():
                value.texts = []
        builder.insert(value, chunk.start, chunk.end, chunk.source, chunk.quoting, node.start)
    return builder.value()


def _number(flow: Flow, node: Number) -> Value:
    text = Text([Segment("same", node.text, node.start, node.end)], flow.statement)
    return Value(node.start, node.end, [text], safe=True)


def _pattern(flow: Flow, node: Pattern) -> Value:
    return Value(node.start, node.end)


def _name(flow: Flow, node: Name) -> Value:
    value = flow.env.get(node.name)
    if value is None:
        return Value(node.start, node.end, safe=flow.is_safe_name(node.name) or node.name.lower() in ("true", "false"))
    flow.carry(value)
    moved = value.moved(node.start, node.end)
    if not moved.texts and not moved.safe and flow.module.types.get(node.name) and not moved.parameter:
        moved.safe = value.items is None and flow.is_safe_name(node.name)
    return moved


def _member(flow: Flow, node: Member) -> Value:
    flow_chain(flow, node)
    path = flow.path_of(node)
    known = flow.env.get(path) if path else None
    if known is not None:
        if node.owner is not None and isinstance(node.owner, Name) and node.owner.name.lower() not in THIS:
            evaluate(flow, node.owner)
        flow.carry(known)
        return known.moved(node.start, node.end)
    if isinstance(node.owner, Name) and node.owner.name in flow.classes:
        known = flow.classes[node.owner.name].get(f"this.{node.name}")
        if known is not None:
            return known.moved(node.start, node.end)
    if isinstance(node.owner, Name) and flow.module.aliases.get(node.owner.name) == "enum":
        return Value(node.start, node.end, safe=True)
    owner = evaluate(flow, node.owner) if node.owner is not None else Value(node.start, node.start)
    entry = (owner.entries or {}).get(node.name)
    if entry is not None:
        flow.carry(entry)
        return entry.moved(node.start, node.end)
    name = fold(node.name)
    value = Value(node.start, node.end)
    value.places, value.sinks = owner.places, owner.sinks
    if name in LENGTHS or (flow.traits.bare and name in NUMBERS) or (name == "id" and owner.records):
        value.safe = True
    elif owner.records:
        value.records = True
    elif owner.safe and name in ("value", "name", "groups", "group"):
        value.safe = True
    else:
        from cwql.lint.dataflow.calls import member_call

        if flow.traits.bare:
            return member_call(flow, node, owner)
        value.safe = flow.is_safe_name(node.name) if owner.items is None else False
    return value


def _index(flow: Flow, node: Index) -> Value:
    path = flow.path_of(node)
    known = flow.env.get(path) if path else None
    owner = evaluate(flow, node.owner)
    if node.key is not None and not isinstance(node.key, (Literal, Number)):
        evaluate(flow, node.key)
    if known is not None:
        flow.carry(known)
        return known.moved(node.start, node.end)
    key = key_of(node.key)
    entry = (owner.entries or {}).get(key)
    if entry is not None:
        return entry.moved(node.start, node.end)
    value = Value(node.start, node.end, safe=owner.safe)
    value.records = owner.records
    value.sinks, value.places = owner.sinks, owner.places
    if owner.items is not None and isinstance(node.key, Number) and not owner.partial:
        index = int(node.key.text) if node.key.text.isdigit() else -1
        if 0 <= index < len(owner.items):
            return owner.items[index].moved(node.start, node.end)
    return value


def _items(flow: Flow, node: Items) -> Value:
    frame = Frame()
    flow.frames.append(frame)
    values = [evaluate(flow, item) for item in node.items]
    flow.frames.pop()
    value = Value(node.start, node.end, safe=bool(values) and all(each.safe for each in values))
    value.items = values
    value.records = bool(values) and all(each.records for each in values)
    if len(node.items) == 2 and isinstance(node.items[0], Literal):
        # A pair: ``("conditions", "…")``, ``{ "conditions", "…" }``
        _pair(flow, node.items[0], values[1], frame, value)
    value.sinks += frame.sinks + frame.carried[:20]
    flow.close(frame, flow.frames[-1])
    return value


def _pair(flow: Flow, key: Literal, value: Value, frame: Frame, pair: Value) -> None:
    name = key.value or ""
    parameter = parameter_of(name) if 5 < len(name) < 30 else None
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
            evaluate(flow, entry.key)
        found = evaluate(flow, entry.value)
        if entry.spread:
            entries.update(found.entries or {})
            continue
        if not key:
            continue
        entries[key] = found
        name = key.lstrip(":@")
        parameter = parameter_of(name) if 5 < len(name) < 30 else None
        if parameter is not None:
            sent = found
            if flow.traits.name == "go" and found.entries is None and found.items is not None and len(found.items) == 1:
                # ``url.Values{"conditions": {"…"}}``
                sent = found.items[0]
            flow.sink(sent, parameter, name, entry.at)
        elif name in ("key", "name", "param", "field") and found.plain is not None:
            names["key"] = found.plain
        elif name in ("value", "val"):
            names.setdefault("value", "")
    flow.frames.pop()
    if "key" in names and "value" in names:
        # ``{ key: "conditions", value: "…" }``
        parameter = parameter_of(names["key"]) if 5 < len(names["key"]) < 30 else None
        sent_value = entries.get("value") or entries.get("val")
        if parameter is not None and sent_value is not None:
            flow.frames.append(frame)
            flow.sink(sent_value, parameter, names["key"], node.start)
            flow.frames.pop()
    value.entries = entries
    value.sinks = frame.sinks + frame.carried[:20]
    flow.close(frame, flow.frames[-1])
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


def run_inline(flow: Flow, node: Function, item: Value | None) -> Value:
    """Evaluate the body of a function at the place where it is written; `item` is its first argument."""
    from cwql.lint.dataflow.values import Environment

    outer, returned, owner, scope = flow.env, flow.returned, flow.owner, flow.scope
    flow.env = Environment(outer)
    flow.returned = []
    flow.scope = Scope(scope)
    names = [parameter.name for parameter in node.parameters]
    for parameter in node.parameters:
        value = Value(node.start, node.start, safe=flow.is_safe_name(parameter.name, parameter.type))
        flow.env.set(parameter.name, value, counted=False)
    if item is not None:
        for name in (names[:1] or ["_", "it", "$0"]) if names else ("_", "it", "$0"):
            flow.env.set(name, item, counted=False)
    result = Value(node.start, node.end)
    body = node.body
    statement = flow.statement
    if isinstance(body, Block):
        last = body.statements[-1] if body.statements else None
        for each in body.statements[:-1]:
            flow.run_statement(each)
        if last is not None and not isinstance(last, (Branch, Loop, Jump, Block, Assign, Function)):
            flow.open_statement(last)
            result = evaluate(flow, last)
            flow.close_statement()
        elif last is not None:
            flow.run_statement(last)
        if flow.returned:
            result = merged(flow.returned[:8])
    elif body is not None:
        result = evaluate(flow, body)
    way = flow.env
    flow.env, flow.returned, flow.owner, flow.scope = outer, returned, owner, scope
    flow.statement = statement
    for name in list(way.names):
        if name in names or name in ("_", "it", "$0"):
            del way.names[name]
    known = {name: value for name, value in way.names.items() if outer.get(name) is not None}
    if known:
        way.names.clear()
        way.names.update(known)
        flow.join(outer, [way, Environment(outer)])
    return result


# --- operators -----------------------------------------------------------------------------------------------------------


def _operation(flow: Flow, node: Operation) -> Value:
    if node.kind == "join":
        return concatenate(flow, node)
    from cwql.lint.dataflow.calls import format_value, join_values, replaced

    sign = node.sign.lower()
    if node.kind == "percent" or sign == "-f":
        left = evaluate(flow, node.left)
        right = evaluate(flow, node.right)
        values = right.items if right.items is not None else [right]
        return format_value(flow, node, left, values) or Value(node.start, node.end)
    if sign == "-join":
        left = evaluate(flow, node.left)
        right = evaluate(flow, node.right)
        return join_values(flow, node, left, right)
    if sign in ("-replace", "-creplace", "-ireplace"):
        left = evaluate(flow, node.left)
        right = evaluate(flow, node.right)
        parts = right.items if right.items is not None else [right]
        return replaced(flow, node, left, parts[0] if parts else None, parts[1] if len(parts) > 1 else None)
    left, right = evaluate(flow, node.left), evaluate(flow, node.right)
    if sign in ("-match", "=~", "-cmatch"):
        note_groups(flow, node.right)
    if sign == "<<":
        return left
    value = Value(node.start, node.end)
    if (
        sign in ("-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "-eq", "-ne", "-lt", "-gt", "..")
        or sign == "+"
    ):
        value.safe = (left.safe and right.safe) or sign in (
            "*",
            "/",
            "%",
            "==",
            "!=",
            "<",
            ">",
            "<=",
            ">=",
            "-eq",
            "-ne",
        )
        value.safe = (value.safe and not (left.moment or right.moment)) or sign in ("==", "!=", "-eq", "-ne")
        value.moment = left.moment or right.moment
    if sign in ("-split", "-as", "-and", "-or"):
        value.safe = left.safe
    return value


def note_groups(flow: Flow, pattern: Node) -> None:
    """Remember which groups of a pattern that was matched are safe."""
    text = pattern.text if isinstance(pattern, Pattern) else pattern.value if isinstance(pattern, Literal) else None
    if text is None:
        return
    value = Value(pattern.start, pattern.start)
    value.entries = {name: Value(pattern.start, pattern.start, safe=True) for name in safe_groups(text)}
    flow.env.set("matches", value, counted=False)
    for name in value.entries:
        flow.env.set(name, value.entries[name], counted=False)


def _unary(flow: Flow, node: Unary) -> Value:
    value = evaluate(flow, node.value)
    sign = node.sign.lower()
    if sign == "-join":
        from cwql.lint.dataflow.calls import join_values

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
        evaluate(flow, test)
    values = [evaluate(flow, option) for option in node.options]
    known = [value for value in values if value.texts or value.items is not None or value.inner]
    if not values:
        return Value(node.start, node.end)
    found = merged(values).moved(node.start, node.end)
    found.safe = all(
        value.safe or (bool(value.texts) and all(is_word(text.plain) for text in value.texts)) for value in values
    )
    if known and len(known) < len(values):
        # What is not known adds nothing: ``text || undefined``.
        found.texts = [text for value in known for text in value.texts][:MOST_TEXTS]
        found.partial = True
        found.items = next((value.items for value in known if value.items is not None), None)
    return found


def _cast(flow: Flow, node: Cast) -> Value:
    value = evaluate(flow, node.value)
    folded = node.type.strip().lower()
    if folded in (
        "string",
        "object",
        "array",
        "any",
        "unknown",
        "str",
        "const",
        "uri",
        "system.uri",
        "uribuilder",
        "psobject",
        "string[]",
        "array[]",
        "void",
        "system.uribuilder",
    ):
        return value.moved(node.start, node.end)
    if is_safe_type(node.type, flow.module.aliases):
        found = Value(node.start, node.end, safe=True)
        found.moment = "date" in folded
        if value.items is not None:
            found.partial = True
        return found
    return value.moved(node.start, node.end)


def _other(flow: Flow, node: Other) -> Value:
    values = [evaluate(flow, child) for child in node.children]
    value = Value(node.start, node.end)
    if len(values) == 1:
        value.records = values[0].records
        value.places, value.sinks = values[0].places, values[0].sinks
    return value


def _assign(flow: Flow, node: Assign) -> Value:
    return flow.assign(node)


def _branch(flow: Flow, node: Branch) -> Value:
    """Return the value of ``if`` in the place of a value: one of the last values of its bodies."""
    values: list[Value] = []
    for test in node.tests:
        if test is not None:
            evaluate(flow, test)
    for body in node.bodies:
        inner = Function(body.start, body.end, "", [], body, True)
        values.append(run_inline(flow, inner, None))
    known = [value for value in values if value.texts]
    if not values:
        return Value(node.start, node.end)
    found = merged(known or values).moved(node.start, node.end)
    found.safe = all(value.safe or bool(value.texts) for value in values)
    return found


def _block(flow: Flow, node: Block) -> Value:
    return run_inline(flow, Function(node.start, node.end, "", [], node, True), None)


def _jump(flow: Flow, node: Jump) -> Value:
    if node.value is not None:
        value = evaluate(flow, node.value)
        if node.returns:
            flow.returned.append(value)
    return Value(node.start, node.end)


# --- texts ---------------------------------------------------------------------------------------------------------------


def key_of(node: Node | None) -> str:
    """Return the name that a key is: that of a literal or a symbol."""
    if isinstance(node, Literal):
        return node.value or ""
    if isinstance(node, Name):
        return node.name.lstrip(":") if node.name.startswith(":") else ""
    if isinstance(node, Number):
        return node.text
    return ""


def sealed(flow: Flow, node: Node) -> tuple[Value, Frame]:
    """Evaluate code whose targets are no evidence for the code around it, nor the other way round."""
    frame = Frame()
    flow.frames.append(frame)
    value = evaluate(flow, node)
    flow.frames.pop()
    flow.close(frame, Frame())
    return value, frame


class Builder:
    """Put a text together; there may be several, if a part of it is one of several."""

    def __init__(self, flow: Flow, node: Node) -> None:
        self.flow = flow
        self.node = node
        self.ways: list[list[Segment]] = [[]]
        self.bases: list[Text | None] = [None]
        self.sinks: list[Sink] = []
        self.safe = True
        self.mixed = 0
        self.literal = False
        self.encoded: list[Text] = []

    def add(self, segment: Segment) -> None:
        """Add a segment to every way."""
        for way in self.ways:
            way.append(segment)
        if segment.kind != "hole":
            self.literal = self.literal or segment.literal >= 0
        self.safe = self.safe and segment.safe

    def operand(self, node: Node, seal: bool = False) -> Value:
        """Evaluate an operand; in the query of a URL, its parameters go to that URL."""
        frame = Frame()
        self.flow.frames.append(frame)
        value = evaluate(self.flow, node)
        self.flow.frames.pop()
        before = "".join(["\ufffc" if each.kind == "hole" else each.text for each in self.ways[0][-40:]])
        if before.endswith(("?", "&")):
            place = target_of(self.flow, before)
            if place is not None and place.endpoint is not None:
                for sink in (*frame.sinks, *frame.carried, *value.sinks):
                    if (not sink.near and not sink.closed) or sink.near == []:
                        if sink in frame.sinks:
                            sink.near.append(place)
                            sink.closed = True
                        else:
                            self.flow.use(sink, place)
                frame.sinks.clear()
        self.flow.close(frame, Frame() if seal else self.flow.frames[-1])
        if seal:
            for sink in frame.sinks:
                sink.closed = True
        return value

    def insert(
        self, value: Value, start: int, end: int, source: str, quoting: Quoting | None = None, literal: int = -1
    ) -> None:
        """Add the texts of a value, or a placeholder for it."""
        self.sinks += value.sinks
        known = [text for text in value.texts if any(each.kind != "hole" for each in text.segments)]
        safe = value.safe and not (value.moment and self.flow.traits.native_dates)
        optional = len(value.texts) > 1 or (value.partial and value.items is None)
        if optional and known and any(self.ways) and not self._is_spliced(known):
            # Texts of the program itself, which may belong to each other: ``${all ? "(" : ""}``.
            known, safe = [], True
        elif len(known) > 1 and all(is_word(text.plain) for text in known) and len(known) * len(self.ways) > MOST_TEXTS:
            known, safe = [], True
        if known and not value.inner:
            chosen = [text for text in known if text.segments] or known
            ways: list[list[Segment]] = []
            bases: list[Text | None] = []
            for way, base in zip(self.ways, self.bases, strict=True):
                for text in chosen:
                    if len(ways) >= MOST_TEXTS:
                        break
                    ways.append([*way, *text.segments])
                    bases.append(text if not way else base)
            for text in value.texts:
                text.absorbed = True
            if len(chosen) > 1:
                self.mixed += 1
            self.mixed += max((text.mixed for text in chosen), default=0)
            self.ways, self.bases = ways, bases
            self.literal = self.literal or any(each.literal >= 0 for text in chosen for each in text.segments)
            self.safe = self.safe and value.safe
            return
        for text in (*value.inner, *value.texts):
            text.absorbed = True
        items: list[Text] = []
        if value.joint is not None and value.items is not None:
            items = [text for item in value.items for text in item.texts]
        self.add(
            Segment(
                "hole",
                "",
                start,
                end,
                quoting,
                literal,
                source[:_LONG],
                safe,
                value.joint,
                value.inner or (value.texts if value.inner else ()),
                items,
                value.parameter,
            )
        )

    def _is_spliced(self, texts: Sequence[Text]) -> bool:
        """Return whether texts that exclude each other can be put in one after the other: each is complete in itself."""
        for text in texts:
            shown = text.shown
            if any(shown.count(first) != shown.count(last) for first, last in ("()", "[]")):
                return False
            if shown.count("'") % 2 or shown.count('"') % 2:
                return False
        return len(self.ways) * len(texts) <= MOST_TEXTS

    def value(self, ongoing: bool = False) -> Value:
        """Return the value of what was added."""
        node = self.node
        found = Value(node.start, node.end, safe=self.safe)
        found.sinks = self.sinks
        for way, base in zip(self.ways, self.bases, strict=True):
            segments = way
            if len(segments) > MOST_SEGMENTS:
                found.texts = []
                return found
            text = Text(segments, self.flow.statement, base)
            text.mixed = self.mixed
            text.ongoing = ongoing
            note_place(self.flow, text)
            found.texts.append(self.flow.make(text))
        return found


def note_place(flow: Flow, text: Text) -> None:
    """Note the target that a text names, if it is a path or URL."""
    shown = text.shown
    if "/" in shown and 2 < len(shown) < 20_000:
        text.place = target_of(flow, shown)
        if text.place is not None:
            flow.note(text.place)


def target_of(flow: Flow, text: str) -> Place | None:
    """Return the target of a URL or path, unless the text is too weak a sign: ``/tickets`` in a file without Automate."""
    place = place_of_url(text)
    if place is None or place.endpoint is None or place.endpoint.strip("/").count("/") > 0:
        return place
    return place if flow.automate or "cwa/api" in text.lower() else None


def concatenate(flow: Flow, node: Operation) -> Value:
    """Return the value of operands that are joined by an operator."""
    operands: list[Node] = []
    first: Node = node
    while isinstance(first, Operation) and first.kind == "join":
        operands.append(first.right)
        first = first.left
    operands.append(first)
    operands.reverse()
    builder = Builder(flow, node)
    values: list[Value] = []
    for each in operands:
        value = builder.operand(each)
        values.append(value)
        builder.insert(value, each.start, each.end, flow.source[each.start : each.end])
    if not builder.literal:
        lists = [value for value in values if value.items is not None]
        if lists and len(lists) == len(values):
            found = Value(node.start, node.end, safe=all(value.safe for value in values))
            found.items = [item for value in values for item in value.items or ()]
            found.partial = any(value.partial for value in values)
            return found
        # A sum of numbers, or of unknown values.
        found = Value(node.start, node.end, safe=all(value.safe for value in values))
        found.moment = any(value.moment for value in values)
        found.sinks = builder.sinks
        return found
    return builder.value()


def extended(flow: Flow, old: Value | None, added: Value, node: Node) -> Value:
    """Return the value of a name to which another one is added."""
    if old is not None and old.items is not None:
        more = added.items if added.items is not None else [added]
        return flow.push("", old, more, node)
    if old is None or (not old.texts and not old.inner):
        if not added.texts:
            found = Value(node.start, node.end, safe=added.safe and (old is None or old.safe))
            if added.items is not None:
                found.items, found.partial = added.items, True
            return found
        builder = Builder(flow, node)
        builder.add(rest(node.start))
        builder.insert(added, added.start, added.end, flow.source[added.start : added.end])
        return builder.value()
    if (
        old.safe
        and added.safe
        and not any(each.literal >= 0 for text in (*old.texts, *added.texts) for each in text.segments)
    ):
        return Value(node.start, node.end, safe=True)
    builder = Builder(flow, node)
    builder.insert(old, old.start, old.end, flow.source[old.start : old.end])
    builder.insert(added, added.start, added.end, flow.source[added.start : added.end])
    if flow.looping and not (added.texts and all(_ADDED.match(text.shown) for text in added.texts)):
        builder.add(rest(added.end))
    value = builder.value()
    if old.entries is not None:
        value.entries = old.entries
    value.sinks = [*old.sinks, *added.sinks]
    return value


def flow_chain(flow: Flow, node: Node) -> None:
    """Note the target that a chain of names gives: ``psa.service.tickets``."""
    from cwql.lint.dataflow.calls import chain_of, place_of_chain

    place = place_of_chain(flow, chain_of(node))
    if place is not None:
        flow.sure = True
        flow.note(place)


_HANDLERS: dict[type[Node], Callable[..., Value]] = {
    Literal: _literal,
    Number: _number,
    Pattern: _pattern,
    Name: _name,
    Member: _member,
    Index: _index,
    Items: _items,
    Pairs: _pairs,
    Function: _function,
    Operation: _operation,
    Unary: _unary,
    Choice: _choice,
    Cast: _cast,
    Other: _other,
    Assign: _assign,
    Branch: _branch,
    Block: _block,
    Jump: _jump,
}


def register(kind: type[Node], handler: Callable[..., Value]) -> None:
    """Set the function that evaluates a kind of node."""
    _HANDLERS[kind] = handler
