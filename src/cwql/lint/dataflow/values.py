"""The value of an expression: `Value`, with the texts that it may be, and the sinks and targets that travel with it."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import origin_of
from cwql.lint.ir import Index, Literal, Member, Name, Unary, key_of
from cwql.lint.record import Record, later
from cwql.lint.request_targets import RequestTarget
from cwql.lint.templates.model import PLACEHOLDER
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Literal as Only

    from cwql.lint.dataflow.origins import Origin
    from cwql.lint.ir import Function, Node
    from cwql.lint.templates.model import QuoteStyle

THIS = words("this self static me cls parent")
"""The words by which methods name their object or their class."""

_WORD = re.compile(r"[<>]?+[^'\"=<>()\[\]]*+(?:(?<=\w )\([^'\"=<>()\[\],]*+\)[^'\"=<>()\[\]]*+)*+")
"""Text without quotes, operators and brackets; statuses of Manage are called ``>Closed`` and ``New (by e-mail)``."""

_BEFORE_TERM = re.compile(r"(?:\A|\b(?:and|or)\s)[\s(]*\Z", re.IGNORECASE)
_AFTER_TERM = re.compile(r"[\s)]*(?:\b(?:and|or)\b|\Z)", re.IGNORECASE)

MOST_TEXTS = 8
"""How many texts one value may have; more are not followed."""

MOST_PLACES = 12
"""How many targets of one block are remembered; later ones are ignored."""

MOST_STEPS = 30
"""How many forms of a growing text are checked as a whole; of later ones, only the new part."""

MOST_SEGMENTS = 150
"""Most segments of one text; a longer one becomes a placeholder."""


class Segment(Record):
    """A span of a text, at its position in the source.

    `literal` is the start of the string literal around it, -1 if there is none. A ``placeholder`` is a placeholder: `inner` are
    the texts that it has before they are encoded, `items` those of the list that is joined there, and `parameter` is the
    name of the function's parameter that fills it; `dated` is True for a date that is formatted without brackets.
    """

    kind: Only["same", "escape", "placeholder"]
    text: str
    start: int
    end: int
    quoting: QuoteStyle | None = None
    literal: int = -1
    expression: str = ""
    safe: bool = False
    joint: str | None = None
    inner: Sequence[Text] = ()
    items: Sequence[Text] = ()
    parameter: str = ""
    dated: bool = False
    origin: Origin = ""

    def trusted(self) -> Segment:
        """Return a placeholder whose value is safe."""
        return Segment(self.kind, "", self.start, self.end, self.quoting, self.literal, self.expression, True)

    def cut(self, low: int, high: int) -> Segment:
        """Return a part of a segment that is spelled like its text."""
        return Segment(self.kind, self.text[low:high], self.start + low, self.start + high, self.quoting, self.literal)


def is_term(segments: Sequence[Segment], index: int) -> bool:
    """Return whether a segment is a whole term of a condition: there are only connectives and parentheses next to it."""
    before, after = segments[index - 1 : index], segments[index + 1 : index + 2]
    return (
        len(segments) > 1
        and all(each.kind != "placeholder" and _BEFORE_TERM.search(each.text[-20:]) is not None for each in before)
        and all(each.kind != "placeholder" and _AFTER_TERM.match(each.text) is not None for each in after)
    )


def rest(at: int, literal: int = -1) -> Segment:
    """Return a placeholder of no width for text that may follow."""
    return Segment("placeholder", "", at, at, None, literal, "", True)


class Text(Record):
    """A text that a program makes. `base` is the text that it extends; `absorbed` is True once a longer one contains it.

    `mixed` counts the parts that only one way through the program adds, `sent` the texts that it extends and that were sent.
    `filled` is True for a format that the program fills.
    """

    segments: Sequence[Segment]
    statement: tuple[int, int]
    base: Text | None = None
    absorbed: bool = later(False)
    argument: bool = later(False)
    ongoing: bool = later(False)
    mixed: int = later(0)
    sent: int = later(0)
    filled: bool = later(False)
    place: RequestTarget | None = later(None)
    sinks: list[Sink] = later([])
    spelled: str = later("")

    @property
    def shown(self) -> str:
        """Return the text, with an object replacement character for each placeholder."""
        if not self.spelled:
            self.spelled = "".join([PLACEHOLDER if each.kind == "placeholder" else each.text for each in self.segments])
        return self.spelled

    @property
    def plain(self) -> str | None:
        """Return the text if it has no placeholders."""
        if any(each.kind == "placeholder" for each in self.segments):
            return None
        return "".join([each.text for each in self.segments])

    def changed(self, segments: Sequence[Segment]) -> Text:
        """Return the text after something was taken from it, which replaces it."""
        self.absorbed = True
        other = Text(segments, self.statement, self.base)
        other.place, other.mixed, other.sent = self.place, self.mixed, self.sent
        return other

    def bases(self) -> Iterator[Text]:
        """Yield the text that this one extends, the one that that extends, and so on."""
        base = self.base
        for _ in range(100):
            if base is None:
                break
            yield base
            base = base.base


class Sink(Record):
    """A place where the program sends texts as a query parameter.

    `key` is the spelling of its name, `at` its position; `assigned` is True for a variable of that name, `option` for an
    option of a command. `place` is the target that its call names, `uses` are those of later calls; `closed` is True if
    the targets around it contradict each other. `hint` gives only the dialect; `kept` is True for a text that other code may
    use, and fill if it is a format. `member` is True for a part of a condition in a list of a class, which another method sends.
    """

    texts: Sequence[Text]
    parameter: str
    key: str
    at: int
    statement: tuple[int, int]
    scope: Scope
    partial: bool = False
    assigned: bool = False
    option: bool = False
    hint: RequestTarget | None = later(None)
    kept: bool = later(False)
    member: bool = later(False)
    near: list[RequestTarget] = later([])
    uses: list[RequestTarget] = later([])
    closed: bool = later(False)

    def use(self, place: RequestTarget) -> None:
        """Note that a later call sends the text to a target."""
        if not self.near and len(self.uses) < 4 and all(each.endpoint != place.endpoint for each in self.uses):
            self.uses.append(place)


class Scope(Record):
    """A block of statements, with the endpoints that are named in it, and the bodies of branches in which they are.

    `assigned` is True if a name in it gets one of them. `branch` is the branch whose body the block is.
    """

    outer: Scope | None
    is_function: bool = False
    branch: Node | None = None
    assigned: bool = later(False)
    places: list[tuple[RequestTarget, tuple[Scope, ...]]] = later([])

    def note(self, place: RequestTarget) -> None:
        """Add a target to the block and to all blocks around it."""
        bodies: tuple[Scope, ...] = ()
        scope: Scope | None = self
        for _ in range(100):
            if scope is None or len(scope.places) >= MOST_PLACES:
                break
            if any(each.endpoint == place.endpoint and ways == bodies for each, ways in scope.places):
                break
            scope.places.append((place, bodies))
            if scope.branch is not None:
                bodies = (*bodies, scope)
            scope = scope.outer

    def places_for(self, bodies: Sequence[Scope]) -> list[RequestTarget]:
        """Return the targets that are named here, but not those in another body of the branch that one of `bodies` is in."""
        found: dict[str | None, RequestTarget] = {}
        for place, others in self.places:
            if not any(other.branch is body.branch and other is not body for other in others for body in bodies):
                found.setdefault(place.endpoint, place)
        return list(found.values())


class Value(Record):
    """The value of an expression.

    `texts` are the texts that it may be, `items` those of a list (`partial` if there may be others), `entries` those of
    a mapping. `safe` is True if neither a quote nor an operator can be in it, or in an item of it. `joint` is the
    separator of a list that was joined, `origin` is that of a value that is not safe. `sinks` and `places` are those of
    what the value was made from. `inner` are texts before they were encoded, `kind` is the class of the file that it is an
    instance of, `pattern` the regular expression that it is. `open` is True if it may also be another text, which is not known
    and not safe. `pairs` is True for the pairs of keys and values of a mapping, `dated` for a date that is formatted without
    brackets.
    """

    start: int
    end: int
    safe: bool = False
    texts: Sequence[Text] = later(())
    items: list[Value] | None = later(None)
    partial: bool = later(False)
    entries: dict[str, Value] | None = later(None)
    joint: str | None = later(None)
    separator: Value | None = later(None)
    sinks: list[Sink] = later([])
    places: Sequence[RequestTarget] = later(())
    inner: Sequence[Text] = later(())
    function: Function | None = later(None)
    kind: str = later("")
    moment: bool = later(False)
    made: bool = later(False)
    dated: bool = later(False)
    open: bool = later(False)
    origin: Origin = later("")
    pairs: bool = later(False)
    parameter: str = later("")
    pattern: str = later("")

    def moved(self, start: int, end: int) -> Value:
        """Return the same value for another expression, which shares its sinks and targets."""
        # Every use of a name calls this: an initializer would set each field twice.
        other: Value = object.__new__(Value)
        other.start, other.end, other.safe, other.texts = start, end, self.safe, self.texts
        other.items, other.partial, other.entries = self.items, self.partial, self.entries
        other.joint, other.separator, other.origin = self.joint, self.separator, self.origin
        other.sinks, other.places, other.inner = self.sinks, self.places, self.inner
        other.function, other.kind, other.parameter = self.function, self.kind, self.parameter
        other.moment, other.made, other.dated, other.open = self.moment, self.made, self.dated, self.open
        other.pairs, other.pattern = self.pairs, self.pattern
        return other

    @property
    def plain(self) -> str | None:
        """Return its text if there is one only, without placeholders."""
        return self.texts[0].plain if len(self.texts) == 1 else None


class Frame(Record):
    """An expression or statement that is being evaluated: the targets that it names, and the sinks in it.

    `sinks` are written in it, `carried` come in with the values of names, `parameters` are those of the function.
    """

    places: list[RequestTarget] = later([])
    hint: RequestTarget | None = later(None)
    sinks: list[Sink] = later([])
    carried: list[Sink] = later([])
    parameters: list[str] = later([])

    def note(self, place: RequestTarget) -> None:
        """Add a target; more than two endpoints are as good as two."""
        if place.endpoint is None:
            self.hint = self.hint or place
        elif len(self.places) < 2 and all(other.endpoint != place.endpoint for other in self.places):
            self.places.append(place)

    def close(self, outer: Frame) -> None:
        """Give the sinks of an expression that is done their target, or leave them to the expression around it."""
        if not (self.places or self.sinks or self.carried or self.parameters or self.hint):
            # Most expressions have none of these.
            return
        if len(self.places) == 1:
            for sink in self.sinks:
                if not sink.closed:
                    sink.near.append(self.places[0])
                    sink.closed = True
            for sink in self.carried:
                sink.use(self.places[0])
        elif self.places:
            # Different endpoints, but of the same API.
            first, second = self.places
            same = RequestTarget(first.dialect, None, sure=True) if first.dialect == second.dialect else None
            for sink in self.sinks:
                sink.closed, sink.hint = True, sink.hint or same
        else:
            if self.hint is not None:
                for sink in (*self.sinks, *self.carried):
                    sink.hint = sink.hint or self.hint
            if self.sinks:
                outer.sinks += [sink for sink in self.sinks if not sink.closed]
            if self.carried:
                outer.carried += self.carried[:50]
        if self.parameters:
            outer.parameters += self.parameters[:20]
        for place in self.places:
            outer.note(place)
        if self.hint is not None:
            outer.note(self.hint)

    def carry(self, value: Value) -> None:
        """Take in the sinks and targets of a name's value."""
        if value.parameter:
            self.parameters.append(value.parameter)
        if len(self.carried) < 200:
            self.carried += value.sinks
            for text in value.texts:
                self.carried += text.sinks
            for item in (value.items or ())[:20]:
                for text in item.texts:
                    self.carried += text.sinks
        for place in value.places:
            self.note(place)
        for text in value.texts:
            if text.place is not None:
                self.note(text.place)


class LocalCall(Record):
    """A call of a function of the file, with the values of its parameters by their names."""

    function: Function
    given: dict[str, Value]
    statement: tuple[int, int]
    scope: Scope
    places: Sequence[RequestTarget]
    caller: Function | None


class Environment:
    """The values of names: those of a block, and of the blocks around it.

    `function` is True for the outermost block of a function: names that are set more than once outside of it are not
    certain inside.
    """

    __slots__ = ("counts", "function", "names", "outer")

    def __init__(self, outer: Environment | None = None, function: bool = False) -> None:
        self.outer = outer
        self.function = function
        self.names: dict[str, Value] = {}
        self.counts: dict[str, int] = outer.counts if outer is not None and not function else {}

    def get(self, name: str) -> Value | None:
        """Return the value of a name; None if it is unknown."""
        layer: Environment | None = self
        crossed = False
        while layer is not None:
            value = layer.names.get(name)
            if value is not None:
                return uncertain(value) if crossed and layer.counts.get(name, 0) > 1 else value
            crossed = crossed or layer.function
            layer = layer.outer
        return None

    def set(self, name: str, value: Value, counted: bool = True) -> None:
        """Give a name another value."""
        self.names[name] = value
        if counted:
            self.counts[name] = self.counts.get(name, 0) + 1


def path_of(node: Node) -> str:
    """Return the name under which the environment knows a target: ``name``, ``this.name``, ``name.member``."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Unary) and node.sign in ("*", "&", "\\", "mut", "ref", "..."):
        return path_of(node.value)
    if isinstance(node, Member) and isinstance(node.owner, Name):
        owner = node.owner.name
        return f"this.{node.name}" if owner.lower() in THIS else f"{owner}.{node.name}"
    if isinstance(node, Index) and isinstance(node.owner, Name):
        key = key_of(node.key)
        return f"{node.owner.name}.{key}" if key else ""
    if isinstance(node, Literal) and len(node.chunks) == 1 and node.chunks[0].node is not None:
        # ``"$name"``
        return path_of(node.chunks[0].node)
    return ""


def flattened(values: Sequence[Value], spread: Sequence[bool]) -> tuple[list[Value], bool]:
    """Return the items of a list that some values are part of, and those in others that are `spread`; and whether there may be more."""
    items: list[Value] = []
    partial = False
    for value, inner in zip(values, spread, strict=True):
        known = value.items if inner else None
        items += [value] if known is None else known
        partial = partial or (known is not None and value.partial)
    return items, partial


def pair_of(mapping: Value, entries: Mapping[str, Value]) -> Value:
    """Return a key of a mapping with its value, which may be any of them."""
    pair = Value(mapping.start, mapping.start)
    key = Value(mapping.start, mapping.start, safe=all(map(is_word, entries)))
    value = merged(list(entries.values()))
    pair.safe = key.safe and is_harmless(value)
    pair.entries = dict.fromkeys(("key", "Key", "name", "Name"), key)
    pair.entries.update(dict.fromkeys(("value", "Value"), value))
    return pair


def columns_of(rows: Value, names: Sequence[str]) -> dict[str, Value]:
    """Return the values of names that take the parts of each row of a list: ``for id, name in [(1, "New"), (2, "Open")]``."""
    parts = [
        row.items or [value for name in names if (value := (row.entries or {}).get(name)) is not None]
        for row in rows.items or ()
    ]
    if len(names) < 2 or rows.partial or not parts or any(len(row) != len(names) for row in parts):
        return {}
    return {name: merged(column) for name, *column in zip(names, *parts, strict=True)}


def part_of_mapping(node: Node, name: str, mapping: Value | None) -> Value | None:
    """Return the list of the keys or of the values of a mapping; None if `name` is neither."""
    if mapping is None or not mapping.entries or name not in ("keys", "keyset", "arraykeys", "values", "arrayvalues"):
        return None
    found = Value(node.start, node.end, safe=mapping.safe)
    if "keys" in name:
        found.safe = all(map(is_word, mapping.entries))
    else:
        found.items = list(mapping.entries.values())
    return found


def member_of(value: Value) -> Value:
    """Return an unknown part of a value."""
    part = uncertain(value)
    part.origin = value.origin if value.origin == "rows" else ""
    return part


def uncertain(value: Value) -> Value:
    """Return a value of which only is known what does not depend on its text."""
    other = Value(value.start, value.end, safe=value.safe)
    other.origin, other.sinks, other.places, other.function = value.origin, [], value.places, value.function
    return other


def merged(values: Sequence[Value]) -> Value:
    """Return the value that is one of several, depending on the way through the program."""
    distinct = list({id(each): each for each in values}.values())
    if len(distinct) == 1:
        return distinct[0]
    first = distinct[0]
    found = Value(first.start, first.end, safe=all(map(is_harmless, distinct)))
    found.moment = any(each.moment for each in distinct)
    found.dated = all(each.dated for each in distinct)
    found.made = all(each.made for each in distinct)
    found.open = any(each.open or is_unknown(each) for each in distinct)
    found.kind = first.kind if all(each.kind == first.kind for each in distinct) else ""
    texts = list({id(text): text for each in distinct for text in each.texts}.values())
    extended = {base for text in texts for base in text.bases()}
    kept = [text for text in texts if text not in extended]
    if len(kept) < len(texts):
        for text in extended.intersection(texts):
            text.absorbed = True
        for text in kept:
            text.mixed += 1
    found.texts = kept[:MOST_TEXTS]
    inner = list({id(text): text for each in distinct for text in each.inner}.values())
    found.inner = inner[:MOST_TEXTS]
    if any(each.items is not None for each in distinct):
        items = list({id(item): item for each in distinct for item in each.items or ()}.values())
        found.items, found.partial = items[:100], True
    entries: dict[str, Value] = {}
    for each in distinct:
        for key, value in (each.entries or {}).items():
            entries[key] = merged([entries[key], value]) if key in entries else value
    found.entries = entries or None
    joined = [each for each in distinct if each.joint is not None]
    if len({each.joint for each in joined}) == 1 and not texts:
        found.joint, found.separator, found.parameter = joined[0].joint, joined[0].separator, joined[0].parameter
    found.origin = origin_of(distinct)
    found.function = next((each.function for each in distinct if each.function is not None), None)
    found.sinks = list({id(sink): sink for each in distinct for sink in each.sinks}.values())
    found.places = [place for each in distinct for place in each.places][:4]
    return found


def is_unknown(value: Value) -> bool:
    """Return whether neither the text of a value nor its parts are known."""
    return not (value.texts or value.inner or value.items is not None or value.entries)


def is_harmless(value: Value) -> bool:
    """Return whether a value is safe, or a text of the program itself that has neither quotes nor operators."""
    return value.safe or (
        bool(value.texts)
        and not value.open
        and all(
            segment.safe if segment.kind == "placeholder" else is_word(segment.text)
            for text in value.texts
            for segment in text.segments
        )
    )


def has_literal(values: Iterable[Value]) -> bool:
    """Return whether a part of a text comes from a literal of the program."""
    return any(each.literal >= 0 for value in values for text in value.texts for each in text.segments)


def is_word(text: str | None) -> bool:
    """Return whether a text fits between quotes, and is no part of a condition."""
    return text is not None and _WORD.fullmatch(text) is not None
