"""Run through a program: statements in order, branches apart, each function once."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.bindings import Bindings
from cwql.lint.dataflow.knowledge import ends
from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.type_names import is_date_type
from cwql.lint.dataflow.values import Environment, Frame, LocalCall, Scope, Value, columns_of, merged, pair_of, path_of
from cwql.lint.ir import (
    Assign,
    Block,
    Branch,
    Choice,
    Class,
    Function,
    Items,
    Jump,
    Literal,
    Loop,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Unary,
    is_nothing,
    is_something,
    listed,
)
from cwql.lint.request_targets import parameter_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar, TypeAlias

    Handler: TypeAlias = Callable[..., Value]
    Members: TypeAlias = tuple[Environment, list[tuple[Function, Environment, Scope, bool]], Scope]
    """The names of a class, its methods and its block."""


_MODULES = {
    "expressions": "Literal Number Pattern Name Member Index Items Pairs Other Sent Assign",
    "calls": "Call",
    "operators": "Operation Unary Cast",
    "inline": "Function Choice Branch Loop Block Jump Class",
}
"""The modules with a function ``evaluate_…`` for each kind of node."""


class _Handlers(dict[type[Node], "Handler"]):
    """Import the function for a kind of node when the first one is evaluated: many scripts have only a few kinds."""

    def __missing__(self, kind: type[Node]) -> Handler:
        name = kind.__name__
        module = next(module for module, names in _MODULES.items() if name in names.split())
        path = f"cwql.lint.dataflow.{module}"
        handler: Handler = getattr(__import__(path, fromlist=[name]), f"evaluate_{name.lower()}")
        self[kind] = handler
        return handler


HANDLERS = _Handlers()
"""Each takes the flow and a node."""


DEPTH = 70
"""Deepest nesting of nodes that is followed."""

_AUTOMATE = ("automate", "labtech", "lab-tech", "lab_tech", "cwa/api", "-cwm", "-cwa")

_NAMES = re.compile(r"[a-z_$][\w$]*(?:-\w+)*")
MEMBER = re.compile(
    r"\b(?:this|self|static|me|cls|parent)\b(?:\.|->|::)\$?\w+\s*(?:\[[^\[\]\n]{0,200}\]\s*)?(?:[^\w\s(=]{0,2}=(?![=>~])|[.:-]\S)"
)
SHORT = 5_000
"""A shorter program is evaluated as a whole: that takes less time than the search for names."""


def _branch_of(node: Node) -> Branch | None:
    """Return a statement that ends the program if a test fails, as a branch: ``preg_match($p, $text) or die();``, ``!ok && exit()``."""
    if isinstance(node, Choice) and len(node.options) + len(node.tests) == 2:
        left, right = [*node.tests, *node.options]
        denies = not node.tests
    elif isinstance(node, Operation) and node.sign in ("or", "and", "||"):
        left, right, denies = node.left, node.right, node.sign != "and"
    else:
        return None
    if not ends(right):
        return None
    test = Unary(left.start, left.end, "not", left) if denies else left
    return Branch(node.start, node.end, [test], [Block(right.start, right.end, [right])], False)


def _is_checked(name: str, ways: Sequence[Environment]) -> bool:
    """Return whether a name has a safe value on all ways through a branch."""
    return all((value := way.get(name)) is not None and value.safe for way in ways)


class Flow(Bindings):
    """One pass over a module; `texts` and `sinks` are its results."""

    @cached_property
    def automate(self) -> bool:
        """Return whether the file mentions Automate, or uses a module whose parameter is called ``-Condition``."""
        name = self.context.source.name.lower()
        return any(self.context.has(word) or word in name for word in _AUTOMATE)

    # --- the whole -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Evaluate the module, then its functions."""
        self.block(self.module.body)
        self.finish_functions()
        for function, env, scope in self.silent:
            # It has no condition itself, but may give one to a function that sends it.
            if self._names_marked(function):
                self.call_body(function, env, scope)

    def _names_marked(self, function: Function) -> bool:
        """Return whether a function names one that has a condition."""
        if len(self.marked) < 4:
            text = self.source[function.start : function.end].lower()
            return any(name in text for name in self.marked)
        return not self.marked.isdisjoint(_NAMES.findall(self.context.folded, function.start, function.end))

    def finish_functions(self) -> None:
        """Evaluate the functions that wait for the code around them to be done."""
        waiting, self.waiting = self.waiting, []
        for function, env, scope, _ in sorted(waiting, key=lambda each: not each[3]):
            # One that was called is asked, too, because it may send texts of silent ones.
            silent = self.is_silent(function)
            if id(function) in self.results:
                continue
            if silent:
                self.silent.append((function, env, scope))
            else:
                self.call_body(function, env, scope)

    def is_silent(self, function: Function) -> bool:
        """Return whether a function that is not called names neither a parameter nor a target, and sets no member.

        Most functions of a program that calls ConnectWise have nothing to do with it, and evaluating them takes as long as
        parsing them.
        """
        if function.silent is not None:
            if not function.silent:
                self.marked.add(function.name.lower())
            return function.silent
        if len(self.source) < SHORT:
            return False
        if self.marks is None:
            # In a file about Automate, single names are targets.
            self.marks = [] if self.context.automate else self.context.marks(self.traits.words)
        if self.context.automate or len(self.context.folded) != len(self.source):
            return False
        at = bisect_left(self.marks, function.start)
        if at < len(self.marks) and self.marks[at] < function.end:
            self.marked.add(function.name.lower())
            return False
        if MEMBER.search(self.context.folded, function.start, function.end) is None:
            return True
        # The texts of its callers may be sent by another method.
        self.marked.add(function.name.lower())
        return False

    def call_body(self, function: Function, env: Environment, scope: Scope) -> Value:
        """Evaluate a function with unknown arguments, and return its result."""
        key = id(function)
        if key in self.results:
            return self.results[key]
        if function.convert is not None:
            function.body, function.convert = function.convert(), None
        if key in self.running or self.depth > DEPTH or function.body is None:
            return Value(function.start, function.start)
        self.running.add(key)
        saved = self.env, self.scope, self.returned, self.statement, self.owner, self.looping, self.waiting, self.frames
        self.env = Environment(env, function=True)
        self.scope = Scope(scope, is_function=True)
        self.returned, self.owner, self.looping, self.waiting, self.frames = [], function, 0, [], [Frame()]
        self.depth += 1
        for parameter in function.parameters:
            value = self.parameter(parameter, function.start)
            if isinstance(parameter.default, Number) and parameter.default.text in ("True", "False"):
                value.safe = True
            value.parameter = parameter.name
            self.takers.setdefault(parameter.name, {})[key] = function
            value.kind = next((each for each in (parameter.type, parameter.type.lower()) if each in self.classes), "")
            value.moment = is_date_type(parameter.type)
            self.env.set(parameter.name, value)
        for name in ("this", "self") if function.extends else ():
            # ``fun String.encoded() = URLEncoder.encode(this)``
            value = Value(function.start, function.start)
            value.parameter = "this"
            self.env.set(name, value)
        body = function.body
        self.take_last()
        if isinstance(body, Block):
            implicit = self.traits.implicit or self.traits.shared
            if self.block(body):
                self.note_end(body.statements[-1] if implicit and body.statements else None)
            last = self.take_last()
            if last is not None and self.traits.implicit:
                self.returned.append(last)
        else:
            self.open_statement(body)
            self.returned.append(self.evaluate(body))
            self.note_end(body)
            self.close_statement()
        self.finish_functions()
        if self.traits.shared and isinstance(body, Block):
            own = {
                each.target.name
                for each in body.statements
                if isinstance(each, Assign) and each.declared and isinstance(each.target, Name)
            }
            for name, value in self.env.names.items():
                if name not in own and not value.parameter:
                    env.set(name, value)
        result = merged(self.returned[:8]) if self.returned else Value(function.start, function.start)
        self.depth -= 1
        self.env, self.scope, self.returned, self.statement, self.owner, self.looping, self.waiting, self.frames = saved
        self.running.discard(key)
        self.results[key] = result
        return result

    # --- statements ------------------------------------------------------------------------------------------------

    def open_statement(self, node: Node) -> None:
        """Begin a statement: the targets in it are evidence for the sinks in it."""
        self.statement = node.start, max(node.end, node.start)
        self.frames.append(Frame())

    def close_statement(self) -> None:
        """End a statement."""
        frame = self.frames.pop()
        if frame.sinks or frame.carried:
            frame.close(Frame())

    def block(self, block: Block) -> bool:
        """Evaluate statements in order; return whether the code after them runs."""
        alive = True
        classes: list[Members] = []
        for node in block.statements:
            if isinstance(node, Class):
                # Its methods may use classes that are declared after it.
                classes.append(self.class_(node))
                continue
            if classes and not isinstance(node, Other):
                self.finish_classes(classes)
            if not self.run_statement(node):
                alive = False
        self.finish_classes(classes)
        return alive

    def run_statement(self, node: Node) -> bool:
        """Evaluate one statement; return whether the code after it runs."""
        if self.depth > DEPTH or self.budget < 0:
            return True
        self.depth += 1
        alive = self.STATEMENTS.get(type(node), Flow.expression)(self, node)
        self.depth -= 1
        return alive

    def expression(self, node: Node) -> bool:
        """Evaluate an expression whose value is not used, or is the result of the code around it."""
        self.open_statement(node)
        self.last = self.evaluate(node)
        self.close_statement()
        return not ends(node)

    def alternative(self, node: Node) -> bool:
        """Evaluate an operation, which may be a test: ``valid($id) or die "id"``."""
        branch = _branch_of(node)
        return self.branch(branch) if branch is not None else self.expression(node)

    def note_end(self, result: Node | None) -> None:
        """Note which parameters of the current function are safe where it returns: it refused other values, or its result is a test."""
        owner = self.owner
        if owner is None or not owner.parameters:
            return
        names = {each.name for each in owner.parameters if self.env.counts.get(each.name) == 1}
        if not names:
            return
        safe = {name for name in names if (value := self.env.get(name)) is not None and value.safe}
        yes, no = set[str](), set[str]()
        if result is not None:
            from cwql.lint.dataflow.guards import guards_of

            yes, no = guards_of(result, self)
        known = self.passed.get(id(owner), (names, names, names))
        true = names if is_nothing(result) else safe | yes
        false = names if is_something(result) else safe | no
        self.passed[id(owner)] = safe & known[0], true & known[1], false & known[2]

    def return_(self, node: Jump) -> None:
        """Evaluate the value that a statement returns, if it does."""
        if node.value is not None:
            value = self.evaluate(node.value)
            if node.returns and not is_nothing(node.value):
                self.returned.append(value)
        if node.returns:
            self.note_end(node.value)

    def jump(self, node: Jump) -> bool:
        """Evaluate ``return``, ``throw`` or ``break``."""
        self.open_statement(node)
        self.return_(node)
        self.close_statement()
        return not node.returns and node.value is None and not self._throws(node)

    def _continues(self, body: Node) -> bool:
        """Return whether a body ends with ``continue``, after which the rest of the loop does not run."""
        last = body.statements[-1] if isinstance(body, Block) and body.statements else body
        return isinstance(last, Jump) and self.source.startswith(("continue", "next"), last.start)

    def _throws(self, node: Jump) -> bool:
        word = self.source[node.start : node.start + 8].lower()
        return not word.startswith(("break", "continue", "next", "last", "goto"))

    def inner_block(self, node: Node, branch: Node | None = None) -> bool:
        """Evaluate a block inside another: its own scope, but no other way through the program."""
        saved, self.scope = self.scope, Scope(self.scope, branch=branch)
        alive = self.block(node if isinstance(node, Block) else Block(node.start, node.end, [node]))
        self.scope = saved
        return alive

    def define(self, node: Function) -> bool:
        """Note a function, to be evaluated when the code around it is done, or when it is called."""
        if node.inline:
            return self.expression(node)
        value = Value(node.start, node.start)
        value.function = node
        if node.name:
            known = self.env.names.get(node.name)
            if known is not None and known.function is not None:
                self.overloaded.add(node.name)
            self.env.set(node.name, value, counted=False)
            if self.members is not None:
                self.env.set(f"this.{node.name}", value, counted=False)
            if node.extends:
                self.extensions[node.name] = node
        self.evaluate_defaults(node)
        self.captured[id(node)] = self.env, self.scope
        self.waiting.append((node, self.env, self.scope, self.is_constructor(node)))
        return True

    def evaluate_defaults(self, node: Function) -> None:
        """Evaluate the values that parameters have if no argument is given."""
        for parameter in node.parameters:
            if parameter.default is not None:
                self.open_statement(parameter.default)
                value = self.evaluate(parameter.default)
                key = parameter_of(parameter.name)
                if key is not None:
                    sink = self.sink(value, key, parameter.name, parameter.at, assigned=True)
                    if sink is not None:
                        sink.kept = True
                        self.defaults.append((id(node), parameter.name, sink))
                elif value.texts:
                    self.preset.append(LocalCall(node, {parameter.name: value}, self.statement, self.scope, [], None))
                self.close_statement()

    def class_(self, node: Class) -> Members:
        """Evaluate the members of a class, and return what its methods need."""
        saved = self.env, self.members, self.waiting, self.scope
        self.env = Environment(self.env, function=True)
        self.members, self.waiting, self.scope = self.env, [], Scope(self.scope, is_function=True)
        self.classes[node.name] = self.env
        self.block(node.body)
        found = self.env, self.waiting, self.scope
        self.env, self.members, self.waiting, self.scope = saved
        return found

    def finish_classes(self, classes: list[Members]) -> None:
        """Evaluate the methods of classes, the constructors first."""
        saved = self.env, self.members, self.waiting, self.scope
        for env, waiting, scope in classes:
            self.env, self.members, self.waiting, self.scope = env, env, waiting, scope
            self.finish_functions()
        self.env, self.members, self.waiting, self.scope = saved
        classes.clear()

    def branch(self, node: Branch) -> bool:
        """Evaluate each body by itself, and join their environments."""
        ways: list[Environment] = []
        lasts: list[Value] = []
        outer = self.env
        dead_names: set[str] = set()
        dead_empty: set[str] = set()
        denied: set[str] = set()
        earlier: set[str] = set()
        nothing: set[str] = set()
        for index, body in enumerate(node.bodies):
            test = node.tests[index] if index < len(node.tests) else None
            yes: set[str] = set()
            no: set[str] = set()
            emptied: set[str] = set()
            filled: set[str] = set()
            if test is not None:
                from cwql.lint.dataflow.guards import empty_names_of, guards_of

                self.open_statement(test)
                self.evaluate(test)
                yes, no = guards_of(test, self)
                emptied, filled = empty_names_of(test)
                self.close_statement()
            self.env = Environment(outer)
            # The tests before a body were false.
            for name in yes | denied:
                self.trust(name)
            for name in filled | earlier:
                self._fill(name)
            denied |= no
            earlier |= emptied
            nothing |= filled
            self.take_last()
            alive = self.inner_block(body, node)
            last = self.take_last()
            if alive:
                ways.append(self.env)
                if last is not None:
                    lasts.append(last)
            if not alive or self._continues(body):
                dead_names |= no
                dead_empty |= emptied
            self.env = outer
        if not node.complete or not ways:
            self.env = Environment(outer)
            # ``if (name) { check(name) }``: otherwise it is empty.
            for name in denied | {name for name in nothing if _is_checked(name, ways)}:
                if outer.get(name) is not None:
                    self.trust(name)
            ways.append(self.env)
            self.env = outer
        alive = bool(ways) and not (node.complete and len(ways) == 1 and not ways[0].names and not node.bodies)
        self.join(outer, ways)
        for name in dead_names:
            self.trust(name)
        for name in dead_empty:
            self._fill(name)
        self.last = merged(lasts) if lasts else None
        return alive

    def choose(self, node: Choice) -> list[Value]:
        """Return the values of the options of an expression with a test, each with the facts that the test gives about its names."""
        if len(node.tests) != 1 or len(node.options) != 2:
            return [self.evaluate(option) for option in node.options]
        from cwql.lint.dataflow.guards import empty_names_of, guards_of

        outer = self.env
        values: list[Value] = []
        for option, safe, filled in zip(
            node.options, guards_of(node.tests[0], self), reversed(empty_names_of(node.tests[0])), strict=True
        ):
            if safe or filled:
                self.env = Environment(outer)
                for name in safe:
                    self.trust(name)
                for name in filled:
                    self._fill(name)
            values.append(self.evaluate(option))
            self.env = outer
        return values

    def trust(self, name: str) -> None:
        """Note that a name has a value that was checked."""
        value = self.env.get(name)
        checked = Value(0, 0, safe=True) if value is None or value.parameter else value.moved(value.start, value.end)
        checked.safe = True
        self.env.set(name, checked, counted=False)
        if "." in name:
            self.checked.add(name)

    def _fill(self, name: str) -> None:
        """Note that the text of a name is not empty, such as that of an earlier item of a loop."""
        value = self.env.get(name)
        if value is None or not any(text.plain == "" for text in value.texts):
            return
        filled = value.moved(value.start, value.end)
        filled.texts = [text for text in value.texts if text.plain != ""]
        # Its other values are checked where they are assigned.
        filled.safe = value.safe or not (filled.texts or value.open)
        self.env.set(name, filled, counted=False)

    def join(self, outer: Environment, ways: Sequence[Environment]) -> None:
        """Give each name the values that it may have after one of several ways."""
        changed = list({name: None for way in ways for name in way.names})
        for name in changed:
            values = [value for way in ways if (value := way.get(name)) is not None]
            if values and (len(values) == len(ways) or name not in self.checked):
                outer.set(name, merged(values), counted=False)

    def loop(self, node: Loop) -> bool:
        """Evaluate a body once, as one that may run never or often."""
        for head in node.head:
            self.run_statement(head)
        over = None
        if node.over is not None:
            self.open_statement(node)
            self.statement = node.start, node.over.end
            over = self.evaluate(node.over)
            self.close_statement()
        outer = self.env
        self.env = Environment(outer)
        if over is not None and over.entries and (self.traits.pairs or (self.traits.indexes and len(node.names) > 1)):
            over = over.moved(over.start, over.end)
            over.pairs = True
        columns = columns_of(over, node.names) if over is not None and not self.traits.indexes else {}
        for index, name in enumerate(node.names):
            item = columns.get(name) or self.item_of(over, name)
            if over is not None and over.pairs and len(node.names) > 1 and item is not None:
                item = (item.entries or {}).get("value" if index else "key", item)
            item = Value(node.start, node.start, safe=self.is_safe_name(name)) if item is None else item
            self.env.set(name, guess(item, name))
        self.looping += 1
        self.inner_block(node.body)
        self.looping -= 1
        way, self.env = self.env, outer
        checked = self.checked_in(node.over, node.names, way, node.body.start)
        for name in node.names if not self.traits.shared else ():
            way.names.pop(name, None)
        self.join(outer, [way, Environment(outer)])
        self.trust_all(checked)
        return True

    def checked_in(self, over: Node | None, names: Sequence[str], way: Environment, begin: int) -> list[Node]:
        """Return the items of a list that a loop has checked, one after the other: ``for value in (company, days)``."""
        # Not a name that gets another value in the loop, which begins here.
        begin = max(begin, over.end) if over is not None else 0
        checked = {name for name, value in way.names.items() if name in names and value.safe and value.start <= begin}
        rows = [item.items if isinstance(item, Items) else [item] for item in (listed(over) if checked else ())]
        return [part for row in rows for part, name in zip(row[::-1], names[::-1], strict=False) if name in checked]

    def trust_all(self, nodes: Sequence[Node]) -> None:
        """Trust the names among the items of a list."""
        for node in nodes:
            inner = node.chunks[0].node if isinstance(node, Literal) and len(node.chunks) == 1 else node
            for path in map(path_of, inner.options if isinstance(inner, Choice) else [node]):
                if path:
                    self.trust(path)

    def item_of(self, over: Value | None, name: str = "") -> Value | None:
        """Return the value of the name that takes the items of a value; None if nothing is known."""
        if over is None:
            return None
        if over.items and not over.partial:
            return merged(over.items)
        if over.pairs and over.entries:
            return pair_of(over, over.entries)
        # A list that starts empty may be filled with anything later.
        value = Value(over.start, over.start, safe=(over.safe and over.items != []) or self.is_safe_name(name))
        value.origin, value.parameter = over.origin, over.parameter
        return value

    STATEMENTS: ClassVar[dict[type[Node], Callable[..., bool]]] = {
        Block: inner_block, Branch: branch, Loop: loop, Class: inner_block, Function: define, Jump: jump,
        Operation: alternative, Choice: alternative,
    }  # fmt: skip
    """Each returns whether the code after it runs. Other nodes are expressions."""

    # --- expressions ---------------------------------------------------------------------------------------------------

    def evaluate(self, node: Node) -> Value:
        """Return the value of an expression."""
        self.budget -= 1
        if self.depth > DEPTH or self.budget < 0:
            return Value(node.start, node.end)
        depth = self.depth
        self.depth = depth + 1
        value = HANDLERS[type(node)](self, node)
        self.depth = depth
        return value

    def evaluate_in(self, frame: Frame, node: Node) -> Value:
        """Return the value of an expression; the targets that it names and its sinks go to a frame."""
        self.frames.append(frame)
        value = self.evaluate(node)
        self.frames.pop()
        return value
