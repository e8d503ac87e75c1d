"""The values of names and members, and the texts that are sent as parameters: the state of one pass over a module."""

from __future__ import annotations

from functools import cached_property

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import guess, is_input, origin_of
from cwql.lint.dataflow.type_names import bare_type, is_date_type, is_safe_type, is_text_type
from cwql.lint.dataflow.values import (
    Environment,
    Frame,
    LocalCall,
    Scope,
    Sink,
    Text,
    Value,
    is_harmless,
    is_term,
    member_of,
    path_of,
    uncertain,
)
from cwql.lint.ir import Assign, Call, Function, Index, Items, Member, Name, Node, Unary, key_of
from cwql.lint.request_targets import parameter_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cwql.lint.dataflow.traits import Traits
    from cwql.lint.ir import Module, Parameter
    from cwql.lint.request_targets import Context, RequestTarget

_JOINS_TERMS = re.compile(
    r"(?i)\b(?:join\w*+|joined|implode|combine)\s*+\(\s*+(?:[\w.]++\s*+[:=,]\s*+)?[\"'] and [\"']|[\"'] and [\"']\.join\("
)
_SQL = re.compile(r"(?i)\bselect\s[^\n]{0,200}?\sfrom\s")

CONSTRUCTORS = words("constructor __construct initialize __init__ init new")


class Bindings:
    """The values that a program has given to names so far, and its `texts` and `sinks`."""

    def __init__(self, context: Context, source: str, module: Module, traits: Traits) -> None:
        self.context = context
        self.source = source
        self.module = module
        self.traits = traits
        self.env = Environment(None, function=True)
        self.scope = Scope(None, is_function=True)
        self.frames: list[Frame] = [Frame()]
        self.statement = (0, 0)
        self.texts: list[Text] = []
        self.sinks: list[Sink] = []
        self.waiting: list[tuple[Function, Environment, Scope, bool]] = []
        self.returned: list[Value] = []
        self.last: Value | None = None
        """The value of the statement that was run last."""
        self.results: dict[int, Value] = {}
        self.running: set[int] = set()
        self.captured: dict[int, tuple[Environment, Scope]] = {}
        self.checked: set[str] = set()
        """Members that a test has found to be safe."""
        self.passed: dict[int, tuple[set[str], set[str], set[str]]] = {}
        """The parameters that are safe if a function returns, if it returns a true value, and if it returns a false one."""
        self.tests: dict[tuple[int, int], tuple[set[str], set[str]]] = {}
        """The names that are safe if a call is true, and if it is false, by its position."""
        self.calls: list[LocalCall] = []
        self.preset: list[LocalCall] = []
        """The defaults of parameters, as calls that give them."""
        self.takers: dict[str, dict[int, Function]] = {}
        """The functions that have a parameter, by its name."""
        self.parametric: dict[int, list[tuple[str, Sink]]] = {}
        self.defaults: list[tuple[int, str, Sink]] = []
        self.targets: dict[tuple[int, str], RequestTarget] = {}
        """The target of the call that a function passes a parameter to."""
        self.owner: Function | None = None
        self.enclosing: dict[int, Function] = {}
        """The function that a function is written in."""
        self.members: Environment | None = None
        self.classes: dict[str, Environment] = {}
        self.extensions: dict[str, Function] = {}
        """Methods that are declared outside of their type."""
        self.overloaded: set[str] = set()
        self.depth = 0
        self.looping = 0
        self.sure = context.sure
        self.marks: list[int] | None = None
        self.marked: set[str] = set()
        self.silent: list[tuple[Function, Environment, Scope]] = []
        self.ends: dict[int, int] = {}
        self.chains: dict[tuple[str, ...], RequestTarget | None] = {}
        self.safe_types: dict[str, bool] = {}
        self.unknown_names: dict[str, Value] = {}
        self.budget = 20_000 + 2 * len(source)

    def is_safe_name(self, name: str, member: bool = False) -> bool:
        """Return whether every type that a name is declared with has values that need no quotes; those of members only for a `member`."""
        types = self.module.types
        known = (types.get(f".{name}") if member else None) or types.get(name)
        return known is not None and all(map(self.is_safe, known))

    def parameter(self, parameter: Parameter, at: int) -> Value:
        """Return the value of a parameter: any text unless its type says something else."""
        safe = self.is_safe(parameter.type) if parameter.type else self.is_safe_name(parameter.name)
        value = Value(at, at, safe)
        if is_input(parameter.name):
            value.origin = "rows"
        elif not parameter.type or is_text_type(self.module.aliases.get(parameter.type, parameter.type)):
            value.origin = "given"
        # ``level: TicketPriority``, an enum of another file
        return value if value.origin else guess(guess(value, parameter.type), parameter.name)

    def is_safe(self, type: str) -> bool:
        """Return whether the values of a type need no quotes."""
        known = self.safe_types.get(type)
        if known is None:
            known = self.safe_types[type] = is_safe_type(type, self.module.aliases)
        return known

    def declare(self, value: Value, type: str) -> Value:
        """Note that a value has a type that needs no quotes, which may be that of a date."""
        value.safe, value.moment = True, is_date_type(type)
        return value

    def types_of(self, node: Node | None) -> Collection[str]:
        """Return the types that a name or member is declared with: that of a parameter, or all in the file."""
        if isinstance(node, Name) and self.owner is not None:
            for parameter in self.owner.parameters:
                if parameter.name == node.name and parameter.type:
                    return (parameter.type,)
        return self.module.types.get(node.name, ()) if isinstance(node, (Name, Member)) else ()

    def owner_of(self, parameter: str) -> Function | None:
        """Return the innermost function around the current expression that has a parameter."""
        owner = self.owner if parameter else None
        while owner is not None and all(each.name != parameter for each in owner.parameters):
            owner = self.enclosing.get(id(owner))
        return owner

    def is_enum(self, node: Node | None) -> bool:
        """Return whether a name is declared with an enum of the file, whose members the program itself writes."""
        types = self.types_of(node)
        return bool(types) and all(self.module.aliases.get(bare_type(each)) == "enum" for each in types)

    def class_of(self, node: Node | None) -> str:
        """Return the class of the file that a name is or is declared with; empty if there is none."""
        if not self.classes:
            return ""
        if isinstance(node, Name) and node.name in self.classes:
            return node.name
        types = set(map(bare_type, self.types_of(node)))
        return next(iter(types)) if len(types) == 1 and types <= self.classes.keys() else ""

    def take_last(self) -> Value | None:
        """Return the value of the statement that was run last, and forget it."""
        value, self.last = self.last, None
        return value

    # --- assignments -----------------------------------------------------------------------------------------------

    def current(self, target: Node) -> Value | None:
        """Return the value that a target has, without the effects of a use."""
        path = path_of(target)
        known = self.env.get(path) if path else None
        if known is None and isinstance(target, Index):
            owner = self.current(target.owner)
            known = (owner.entries or {}).get(key_of(target.key)) if owner is not None else None
        return known

    def is_begun(self, owner: Node | None) -> bool:
        """Return whether an object is a request that is being built: another call of a chain, or a name with parameters or a target."""
        while isinstance(owner, Member):
            # ``request.URL.Query()``
            owner = owner.owner
        known = self.current(owner) if owner is not None else None
        return isinstance(owner, Call) or (known is not None and bool(known.places or known.sinks))

    def bind(self, target: Node, value: Value, node: Node) -> None:
        """Give a target a value, and note a parameter of that name."""
        if isinstance(target, Unary) and target.sign == "*":
            # ``*conditions += "…"`` of a pointer.
            target = target.value
        if isinstance(target, Items):
            self._unpack(target, value, node)
            return
        listed = self.current(target.owner) if isinstance(target, Index) and not path_of(target) else None
        if isinstance(target, Index) and (target.key is None or (listed is not None and listed.items is not None)):
            # ``$list[] = item``, ``list[index] = item``
            path = path_of(target.owner)
            self.push(path, listed, [value], target)
            self.keep(path, [value], node.start)
            return
        path = path_of(target)
        if isinstance(target, Index) and not path:
            self._mix(target.owner, value)
        if value.places or any(text.place is not None for text in value.texts):
            self.scope.assigned = True
        if path.isupper():
            for made in value.sinks:
                made.kept = True
        if path:
            member = self._member_of(path, node)
            self.env.set(path, value)
            for checked in self.checked:
                if checked.startswith(f"{path}.") and self.env.get(checked) is not None:
                    # A member of another object.
                    self.env.set(checked, guess(Value(node.start, node.start), checked), counted=False)
            name = path.removeprefix("this.")
            if self.members is self.env and "." not in name:
                self.env.set(name if name != path else f"this.{name}", value)
            if member:
                self.env.set(member, value, counted=member == path)
                self.set_member(member, value)
        self._bind_parameter(target, value, node)

    def _member_of(self, path: str, node: Node) -> str:
        """Return the path of the member that a method sets, also without its owner: a name that only the class declares; empty for others."""
        if self.members in (None, self.env) or path[:5] == "this.":
            return path if self.members is not self.env and self.members is not None else ""
        local = not self.traits.fields or "." in path or (isinstance(node, Assign) and node.declared)
        member, layer = f"this.{path}", self.env
        while not local and layer is not self.members:
            local = layer.outer is None or (path in layer.names and member not in layer.names)
            layer = layer.outer or layer
        return member if not local and member in layer.names else ""

    def _unpack(self, target: Items, value: Value, node: Node) -> None:
        """Give each name of a list of targets its part of a value."""
        known = value.items if not value.partial and len(value.items or ()) == len(target.items) else None
        entries = value.entries or {}
        # ``_, number = *text.match(/^A(\d+)$/)``: the groups of a pattern, if all of them are safe
        group = entries.get("0") if "*" in entries else None
        for index, each in enumerate(target.items):
            if isinstance(each, Name):
                member = entries.get(each.name) or group
                part = member if member is not None else guess(member_of(value), each.name)
                if member is None and not part.safe and is_input(each.name, member=True):
                    # ``const { searchParams } = new URL(request.url)``
                    part.origin = "rows"
                part.safe = part.safe or self.is_safe_name(each.name)
                self.env.set(each.name, known[index] if known else part)
            elif isinstance(each, Member):
                self.bind(each, known[index] if known else member_of(value), node)

    def _mix(self, owner: Node, value: Value) -> None:
        """Add a value to a mapping under an unknown key: its entries are no longer those that the program lists."""
        known = self.current(owner)
        if known is not None:
            mixed = known.moved(known.start, known.end)
            mixed.entries, mixed.safe = None, known.safe and is_harmless(value)
            self.env.set(path_of(owner), mixed, counted=False)

    def _bind_parameter(self, target: Node, value: Value, node: Node) -> None:
        """Note a parameter that a target has the name of."""
        key = (
            target.name
            if isinstance(target, (Name, Member))
            else key_of(target.key)
            if isinstance(target, Index)
            else ""
        )
        parameter = parameter_of(key)
        if parameter is None and self.context.markers and self.context.marked(node.start, node.end) is not None:
            # A comment says what the text is.
            parameter = key = "conditions"
        owner = target.owner if isinstance(target, (Member, Index)) else None
        if parameter is None:
            known = self.current(owner) if owner is not None else None
            if known is not None and value.sinks:
                # ``components.queryItems = […]`` belongs to the URL that the components were made from.
                for place in known.places[:1]:
                    for sent in value.sinks:
                        sent.use(place)
            return
        passed = not isinstance(target, Name)
        sink = self.sink(value, parameter, key, target.start, assigned=True, passed=passed)
        if sink is not None:
            sink.kept = not isinstance(target, Index) and (passed or key.isupper() or self.members is self.env)
        if owner is not None and sink is not None:
            # ``request.params["conditions"] = "…"``
            outer = self.current(owner.owner) if isinstance(owner, Member) and owner.owner is not None else None
            self.attach(owner, sink)
            known = outer if outer is not None else self.current(owner)
            for place in known.places if known is not None else ():
                sink.use(place)

    def is_constructor(self, function: Function) -> bool:
        """Return whether a function makes the objects of its class: ``__init__``, or one with the name of the class."""
        return function.name in CONSTRUCTORS or self.classes.get(function.name) is self.members is not None

    def set_member(self, path: str, value: Value) -> None:
        """Note the value of a member that a method sets: it counts if no other method sets another one."""
        members = self.members
        if members is None:
            return
        known = members.names.get(path)
        made = self.owner is not None and self.is_constructor(self.owner)
        # A method sets what the class only declares.
        bare = known is not None and not known.texts and known.items is None
        first = known is None or (bare and members.counts.get(path) == 1)
        if first and (value.texts or value.items is not None):
            self._set_field(members, path, value, counted=False)
        elif first and made and value.safe:
            self._set_field(members, path, uncertain(value))
        elif known is not None and known is not value:
            other = uncertain(value)
            other.safe = value.safe and (known.safe or bool(known.texts) or known.items is not None)
            self._set_field(members, path, other)

    def _set_field(self, members: Environment, path: str, value: Value, counted: bool = True) -> None:
        """Set a member, also under its name alone if the class declares it so."""
        name = path.removeprefix("this.")
        for each in (path, name) if name in members.names else (path,):
            members.set(each, value, counted)

    def attach(self, owner: Node, *sinks: Sink) -> None:
        """Let sinks travel with the value of a container."""
        path = path_of(owner)
        if not path:
            return
        value = self.env.get(path)
        if value is None:
            value = Value(owner.start, owner.end)
            self.env.set(path, value, counted=False)
        for sink in sinks:
            if sink not in value.sinks:
                value.sinks.append(sink)

    def push(self, path: str, old: Value | None, added: Sequence[Value], node: Node) -> Value:
        """Return a list with more items, and remember it as the value of a name."""
        value = Value(
            node.start, node.end, safe=all(map(is_harmless, added)) and (old is None or old.safe or old.items == [])
        )
        known = old.items if old is not None else None
        value.items = [*(known or []), *added][:100]
        value.partial = old is None or old.items is None or old.partial or self.looping > 0
        value.origin = origin_of([*added, old] if old is not None else added)
        if old is not None:
            value.sinks, value.places = old.sinks, old.places
            value.joint, value.separator = old.joint, old.separator
        made = self.members.names.get(path) if self.members not in (None, self.env) else None
        if made is not None and made.items is not None:
            # A list of the object, which another method may send.
            made.items[:] = [*made.items, *added][:100]
            made.partial, made.safe = True, made.safe and value.safe
        if path:
            self.env.set(path, value, counted=False)
            key = path.rpartition(".")[2]
            parameter = parameter_of(key)
            if parameter is not None and parameter.lower().endswith("conditions"):
                for each in added:
                    self.sink(each, parameter, key, node.start, partial=True, assigned=True)
        return value

    def keep(self, path: str, added: Sequence[Value], at: int) -> None:
        """Note parts of a condition that a method adds to a list of its class, which another method joins and sends."""
        key = path.rpartition(".")[2]
        members = self.members
        if members is None or members is self.env or not self.joins_terms:
            return
        if all(env.names.keys().isdisjoint((key, f"this.{key}")) for env in self.classes.values()):
            # No class has it, also none that this class extends.
            return
        for each in added:
            sink = self.sink(each, "conditions", key, at, partial=True, assigned=True)
            if sink is not None:
                sink.member = True

    @cached_property
    def joins_terms(self) -> bool:
        """Return whether the program joins texts by ``and``, and has no SQL that they may be a part of."""
        return _JOINS_TERMS.search(self.source) is not None and _SQL.search(self.source) is None

    # --- sinks and targets -----------------------------------------------------------------------------------------

    def note(self, place: RequestTarget) -> None:
        """Note a target that the current expression names."""
        self.frames[-1].note(place)
        if place.endpoint is None:
            return
        self.scope.note(place)

    def sink(  # noqa: PLR0913  # the options of a sink, by name only
        self,
        value: Value,
        parameter: str,
        key: str,
        at: int,
        *,
        partial: bool = False,
        assigned: bool = False,
        option: bool = False,
        passed: bool = True,
    ) -> Sink | None:
        """Note that a value is sent as a parameter; None if nothing is known of its text.

        A parameter of the function that is only `assigned`, not `passed`, is not sent yet.
        """
        if self.traits.templates and (value.plain or "")[:1] == "{":
            # ``queryParam("conditions", "{conditions}").build(conditions)``
            value = self.env.get((value.plain or "")[1:-1]) or value
        texts: list[Text] = [*value.texts, *value.inner]
        conditions = parameter.lower().endswith("conditions")
        if not texts and value.items is not None and parameter != "orderBy":
            texts = [text for item in value.items for text in item.texts]
            partial = conditions
        # ``" and ".join(terms)`` of a parameter
        joined = conditions and (value.joint or "").strip().lower() in ("and", "or")
        owner = self.owner_of(value.parameter) if not texts and (joined or not value.partial) else None
        if owner is not None and (passed or not assigned):
            sink = self._sink([], parameter, key, at, partial=partial or joined, assigned=assigned, option=option)
            self.parametric.setdefault(id(owner), []).append((value.parameter, sink))
            return sink
        if not texts:
            return None
        for text in texts if conditions and (passed or not assigned) else ():
            self._pass_terms(text, parameter, key, at)
        return self._sink(texts, parameter, key, at, partial=partial, assigned=assigned, option=option)

    def _pass_terms(self, text: Text, parameter: str, key: str, at: int) -> None:
        """Note the parameters of functions that are whole terms of a condition: ``f"closedFlag = false and {condition}"``."""
        for index, segment in enumerate(text.segments):
            owner = self.owner_of(segment.parameter) if not segment.safe else None
            if owner is not None and is_term(text.segments, index):
                sink = self._sink([], parameter, key, at, partial=True, assigned=False, option=False)
                self.parametric.setdefault(id(owner), []).append((segment.parameter, sink))

    def _sink(  # noqa: PLR0913  # the options of a sink, by name only
        self, texts: list[Text], parameter: str, key: str, at: int, *, partial: bool, assigned: bool, option: bool
    ) -> Sink:
        sink = Sink(
            texts, parameter, key, at, self.statement, self.scope, partial=partial, assigned=assigned, option=option
        )
        self.sinks.append(sink)
        self.frames[-1].sinks.append(sink)
        for text in texts:
            if assigned:
                text.sinks.append(sink)
            else:
                text.sent = 1 + (text.base.sent if text.base is not None else 0)
        return sink

    def make(self, text: Text) -> Text:
        """Remember a text, which may turn out to be a URL."""
        self.texts.append(text)
        return text
