"""Put texts together: `Builder`, and the operators that join and extend texts."""

from __future__ import annotations

from itertools import pairwise

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import OUTSIDE, origin_of
from cwql.lint.dataflow.values import (
    MOST_SEGMENTS,
    MOST_STEPS,
    MOST_TEXTS,
    Frame,
    Segment,
    Sink,
    Text,
    Value,
    flattened,
    has_literal,
    is_harmless,
    is_word,
    rest,
)
from cwql.lint.frontends.segments import QUOTED
from cwql.lint.ir import Literal, Node, Operation
from cwql.lint.request_targets import parameter_of, place_of_url
from cwql.lint.templates.model import QuoteStyle
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.origins import Origin
    from cwql.lint.request_targets import RequestTarget

_CONNECTIVE = re.compile(r"(?:\A\s*(?:and|or)\b|\b(?:and|or)\Z)", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:,|(?:and|or)\b)", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:,|and|or)\s*\Z", re.IGNORECASE)
_OPEN_QUERY = re.compile(r"(?:\A|[?&])([A-Za-z_]{6,24})=\Z")

_GAP = re.compile(r"[(\[{,][)\]},]|''|\"\"")
"""The end of a text and the begin of the next one, if something is missing between them."""

_MEMBER = re.compile(r'"((?:child|customField)?conditions?|orderBy)"\s*+:\s*+"((?:[^"\\]|\\["\\/])++)"', re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)")

_LONG = 4000
"""Longest source of a placeholder that is kept."""


def is_connected(text: str) -> bool:
    """Return whether a part of a condition begins or ends with a connective."""
    return _CONNECTIVE.match(text) is not None or _CONNECTIVE.search(text.rstrip()[-5:], 1) is not None


def open_key(text: str) -> str:
    """Return the key whose value is the next part of a URL: that of ``?conditions=``; empty if a text ends in another way."""
    match = _OPEN_QUERY.search(text[-40:]) if text.endswith("=") else None
    return match[1] if match is not None else ""


class Builder:
    """Put a text together; there may be several, if a part of it is one of several.

    `extends` is True if the next insertion is added to the text of a name.
    """

    def __init__(self, flow: Flow, node: Node) -> None:
        self.flow = flow
        self.node = node
        self.ways: list[list[Segment]] = [[]]
        self.bases: list[Text | None] = [None]
        self.sinks: list[Sink] = []
        self.safe = True
        self.mixed = 0
        self.literal = False
        self.extends = False
        self.origin: Origin = ""

    def add(self, segment: Segment) -> None:
        """Add a segment to every way."""
        for way in self.ways:
            way.append(segment)
        if segment.kind != "placeholder":
            self.literal = self.literal or segment.literal >= 0
        self.safe = self.safe and segment.safe
        if segment.origin in OUTSIDE and not segment.safe:
            self.origin = "given"

    def operand(self, node: Node, seal: bool = False) -> Value:
        """Evaluate an operand; in the query of a URL, its parameters go to that URL."""
        if isinstance(node, Literal):
            # It names a target at most, and the parameters in it are not those of a text around it.
            return self.flow.evaluate(node)
        frame = Frame()
        value = self.flow.evaluate_in(frame, node)
        way = self.ways[0]
        if way and way[-1].kind != "placeholder" and way[-1].text.endswith(("?", "&")):
            before = "".join(["\ufffc" if each.kind == "placeholder" else each.text for each in way[-40:]])
            place = target_of(self.flow, before)
            if place is not None and place.endpoint is not None:
                for sink in (*frame.sinks, *frame.carried, *value.sinks):
                    if not sink.near:
                        if sink in frame.sinks:
                            sink.near.append(place)
                            sink.closed = True
                        else:
                            sink.use(place)
                frame.sinks.clear()
        frame.close(Frame() if seal else self.flow.frames[-1])
        if seal:
            for sink in frame.sinks:
                sink.closed = True
        return value

    def append(self, value: Value) -> None:
        """Add the texts of a value that is written at its own position."""
        self.insert(value, value.start, value.end, self.flow.source[value.start : value.end])

    def insert(
        self, value: Value, start: int, end: int, source: str, quoting: QuoteStyle | None = None, literal: int = -1
    ) -> None:
        """Add the texts of a value, or a placeholder for it."""
        self.sinks += value.sinks
        native = value.moment and self.flow.traits.native_dates
        safe = (value.safe or (not value.open and is_harmless(value))) and not native
        known = [text for text in value.texts if any(each.kind != "placeholder" for each in text.segments)]
        optional = len(value.texts) > 1 or (value.partial and value.items is None)
        if value.open and known and any(self.ways) and all(map(_is_open_word, known)):
            # It may be another value.
            known = []
        elif value.texts and not (value.open or value.inner) and not any(text.segments for text in value.texts):
            for text in value.texts:
                text.absorbed = True
            return
        if optional and known and any(self.ways) and not self._is_spliced(known):
            # Texts of the program itself, which may belong to each other: ``${all ? "(" : ""}``.
            known, safe = [], True
        if known and not value.inner:
            self._insert_texts(value, known)
            return
        for text in (*value.inner, *value.texts):
            text.absorbed = True
        items: list[Text] = []
        if value.joint is not None and value.items is not None:
            items = [text for item in value.items for text in item.texts]
        self.add(
            Segment(
                "placeholder",
                "",
                start,
                end,
                quoting,
                literal,
                source[:_LONG],
                safe,
                value.joint,
                value.inner,
                items,
                value.parameter,
                value.dated or (value.moment and not native),
                "given" if native else value.origin,
            )
        )

    def _insert_texts(self, value: Value, known: Sequence[Text]) -> None:
        """Add each of the texts of a value to each way that it can follow."""
        chosen = [text for text in known if text.segments] or known
        if len(known) < len(value.texts) and not any(self.ways) and all(_JOINT.match(text.shown) for text in known):
            # ``(text ? " and " : "") + "…"``
            chosen = [*chosen, next(text for text in value.texts if text not in known)]
        ways: list[list[Segment]] = []
        bases: list[Text | None] = []
        for way, base in zip(self.ways, self.bases, strict=True):
            for text in self._fitting(chosen, way):
                if len(ways) >= MOST_TEXTS:
                    break
                # A text that is sent after each of a thousand steps would be checked in quadratic time.
                segments = text.segments if text.sent + text.mixed < MOST_STEPS else [rest(value.start)]
                if way and way[-1].kind != "placeholder" and _GAP.fullmatch(way[-1].text[-1:] + text.shown[:1]):
                    # A function that has the builder puts something in between.
                    segments = [rest(value.start), *segments]
                ways.append([*way, *segments][: MOST_SEGMENTS + 1])
                bases.append(text if not way else base)
        for text in value.texts:
            text.absorbed = True
        if len(chosen) > 1:
            self.mixed += 1
        self.mixed += max((text.mixed for text in chosen), default=0)
        self.ways, self.bases = ways, bases
        self.literal = self.literal or any(each.literal >= 0 for text in chosen for each in text.segments)
        self.safe = self.safe and value.safe
        self.origin = self.origin or value.origin

    def _fitting(self, texts: Sequence[Text], way: Sequence[Segment]) -> Sequence[Text]:
        """Return the texts that can follow: ``text += (text ? " and " : "") + "…"`` joins nothing to an empty text."""
        joined = [text for text in texts if _JOINED.match(text.shown)] if self.extends else []
        if not 0 < len(joined) < len(texts):
            return texts
        begun = any(each.kind == "placeholder" or each.text for each in way)
        return joined if begun else [text for text in texts if text not in joined]

    def _is_spliced(self, texts: Sequence[Text]) -> bool:
        """Return whether texts that exclude each other can be put in one after the other: each is complete in itself."""
        for text in texts:
            shown = text.shown
            if any(shown.count(first) != shown.count(last) for first, last in ("()", "[]")):
                return False
            if shown.count("'") % 2 or shown.count('"') % 2:
                return False
        return len(self.ways) * len(texts) <= MOST_TEXTS

    def value(self) -> Value:
        """Return the value of all parts."""
        node = self.node
        found = Value(node.start, node.end, safe=self.safe)
        found.sinks, found.origin = self.sinks, self.origin
        texts: list[Text] = []
        for way, base in zip(self.ways, self.bases, strict=True):
            segments = way
            if len(segments) > MOST_SEGMENTS:
                return found
            text = Text(segments, self.flow.statement, base)
            text.mixed = self.mixed
            text.sent = base.sent if base is not None else 0
            note_place(self.flow, text)
            if text.place is None and any(each.parameter for each in segments):
                # ``query = "conditions=" + encode(conditions)``, a part of a URL
                found.sinks = [*found.sinks, *_note_parameters(self.flow, text)]
            if "ondition" in text.shown:
                found.sinks = [*found.sinks, *_note_members(self.flow, text)]
            texts.append(self.flow.make(text))
        found.texts = texts
        return found


def _is_open_word(text: Text) -> bool:
    """Return whether a text fits between quotes, and has nothing or an unsafe value in it."""
    placeholders = [each for each in text.segments if each.kind == "placeholder"]
    return is_word(text.shown) and not (placeholders and all(each.safe for each in placeholders))


def note_place(flow: Flow, text: Text) -> None:
    """Note the target that a text names, if it is a path or URL."""
    shown = text.shown
    if ("/" in shown or any(each.inner for each in text.segments)) and 2 < len(shown) < 20_000:
        text.place = target_of(flow, shown) or _encoded_target(flow, text)
        if text.place is not None:
            flow.note(text.place)
            if any(each.parameter for each in text.segments):
                _note_parameters(flow, text)


def _encoded_target(flow: Flow, text: Text) -> RequestTarget | None:
    """Return the target of a path that is the parameter of a URL: ``"proxy.php?path=" + encode("/service/tickets")``."""
    paths = [each.inner[0].plain or "" for each in text.segments if len(each.inner) == 1]
    return next((place for path in paths if path[:1] == "/" and (place := target_of(flow, path)) is not None), None)


def _note_parameters(flow: Flow, text: Text) -> list[Sink]:
    """Note the parameters of the function that a URL or a part of it sends: ``$"{Tickets}?conditions={conditions}"``."""
    found: list[Sink] = []
    for before, segment in pairwise(text.segments):
        taker = flow.owner_of(segment.parameter) if text.place is not None and before.text[-1:] in ("?", "&") else None
        if taker is not None and text.place is not None:
            # ``f"/service/tickets?{query}"``
            flow.targets[id(taker), segment.parameter] = text.place
        key = open_key(before.text) if segment.parameter and before.kind != "placeholder" else ""
        parameter = parameter_of(key)
        owner = flow.owner_of(segment.parameter) if parameter is not None else None
        if parameter is not None and owner is not None:
            sink = Sink([], parameter, key, segment.start, flow.statement, flow.scope)
            sink.near = [text.place] if text.place is not None else []
            flow.parametric.setdefault(id(owner), []).append((segment.parameter, sink))
            found.append(sink)
    return found


def _note_members(flow: Flow, text: Text) -> list[Sink]:
    """Note the parameters in the body of a search, a text of JSON: ``'{"conditions": "closedFlag = false"}'``."""
    found: list[Sink | None] = []
    for match in _MEMBER.finditer(text.shown) if text.shown.lstrip()[:1] == "{" else ():
        value = Value(text.segments[0].start, text.segments[-1].end)
        value.texts = [Text(_decode(text, *match.span(2)), text.statement)]
        found.append(flow.sink(value, parameter_of(match[1]) or "", match[1], value.texts[0].segments[0].start))
    return list(filter(None, found))


def _decode(text: Text, begin: int, end: int) -> list[Segment]:
    """Return the segments of a string of JSON in a text."""
    found: list[Segment] = []
    at = begin
    for match in _ESCAPE.finditer(text.shown, begin, end):
        parts = _cut(text, *match.span())
        found += _cut(text, at, match.start())
        found.append(Segment("escape", match[1], parts[0].start, parts[-1].end, parts[0].quoting, parts[0].literal))
        at = match.end()
    return [*found, *_cut(text, at, end)]


def _cut(text: Text, begin: int, end: int) -> list[Segment]:
    """Return the segments between two positions of a text, spelled as in JSON."""
    found: list[Segment] = []
    for each in text.segments:
        size = len(each.text) if each.kind != "placeholder" else 1
        low, high = max(begin, 0), min(end, size)
        if low < high:
            quoting = (
                QuoteStyle(each.quoting.escapes, each.quoting.refused, QUOTED) if each.quoting is not None else None
            )
            found.append(replace(each.cut(low, high) if each.kind == "same" else each, quoting=quoting))
        begin, end = begin - size, end - size
    return found


def target_of(flow: Flow, text: str) -> RequestTarget | None:
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
    outer = list(flow.frames[-1].places)
    for each in operands:
        value = builder.operand(each)
        values.append(value)
        builder.insert(value, each.start, each.end, flow.source[each.start : each.end])
    if not builder.literal or is_list(values[0]):
        found = sum_of(node, values)
        found.moment, found.sinks = any(value.moment for value in values), builder.sinks
        return found
    value = builder.value()
    places = [text.place for text in value.texts if text.place is not None and text.place.endpoint is not None]
    if places:
        # Not what a part of the URL names.
        flow.frames[-1].places = outer
        for place in places:
            flow.frames[-1].note(place)
    return value


def is_list(value: Value) -> bool:
    """Return whether a value is a list, and not the text of one."""
    return value.items is not None and value.joint is None and not value.texts


def sum_of(node: Node, values: Sequence[Value]) -> Value:
    """Return the sum of numbers or of lists, or of unknown values."""
    found = Value(node.start, node.end, safe=all(value.safe for value in values))
    found.origin = origin_of(values)
    if values and is_list(values[0]):
        found.items, found.partial = flattened(values, [True] * len(values))
    return found


def empty(flow: Flow, at: int) -> Value:
    """Return the text of a builder to which nothing was added yet."""
    value = Value(at, at, safe=True)
    value.texts = [Text([], flow.statement)]
    return value


def extended(flow: Flow, old: Value | None, added: Value, node: Node) -> Value:
    """Return the value of a name to which another one is added."""
    if old is not None and old.items is not None:
        more = added.items if added.items is not None else [added]
        return flow.push("", old, more, node)
    old = old if old is not None else Value(node.start, node.start)
    if old.safe and added.safe and not has_literal((old, added)):
        return Value(node.start, node.end, safe=True)
    builder = Builder(flow, node)
    if old.texts or old.inner:
        builder.append(old)
    else:
        builder.add(rest(node.start))
    builder.extends = True
    repeated = flow.looping and not (added.texts and all(is_connected(text.shown) for text in added.texts))
    if repeated:
        # The additions of earlier and later rounds of the loop.
        builder.add(rest(added.start))
    builder.append(added)
    if repeated:
        builder.add(rest(added.end))
    value = builder.value()
    value.sinks = [*old.sinks, *added.sinks]
    return value


def opened(flow: Flow, node: Node, value: Value, begins: bool = True) -> Value:
    """Return a text whose end, or also its begin, was changed in a way that is not known."""
    found = value.moved(node.start, node.end)
    found.texts = [
        flow.make(text.changed([rest(text.segments[0].start)] * begins + [*text.segments, rest(text.segments[-1].end)]))
        for text in value.texts
        if text.segments
    ]
    return found
