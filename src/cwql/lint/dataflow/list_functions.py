"""The values of functions that select or make the items of a list."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import ALPHABETS, DIGITS, MAPS, MOMENTS, NUMBERS, fold, is_safe_pattern
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Value, is_harmless, is_word
from cwql.lint.ir import (
    Block,
    Call,
    Choice,
    Function,
    Items,
    Jump,
    Literal,
    Member,
    Name,
    Node,
    Operation,
    Other,
    Pattern,
    Unary,
)
from cwql.lint.request_targets import parameter_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Argument


def filter_call(flow: Flow, node: Node, values: Sequence[Value], arguments: Sequence[Argument]) -> Value:
    """Return the items of a list that a function selects: ``filter(str.isdigit, text)``."""
    found = values[1].moved(node.start, node.end)
    found.partial = True
    if is_safe_test(flow, arguments[0]):
        found.safe = True
    return found


def is_safe_test(flow: Flow, argument: Argument, negated: bool = False) -> bool:
    """Return whether a test selects characters that are safe: ``{ it.isDigit() }``, ``char.IsLetterOrDigit``.

    A `negated` one selects those that are not: ``c => !char.IsDigit(c)``.
    """
    test: Node | None = argument.value
    if isinstance(test, Function):
        test = test.body
        if isinstance(test, Block) and len(test.statements) == 1:
            test = test.statements[0]
        if isinstance(test, Jump):
            test = test.value
    if negated:
        test = test.value if isinstance(test, Unary) and test.sign in ("!", "not") else None
    return _keeps_safe(flow, test)


def _keeps_safe(flow: Flow, test: Node | None) -> bool:
    """Return whether only characters that are safe pass a test."""
    if isinstance(test, Choice):
        if test.tests:
            return any(_keeps_safe(flow, each) for each in (*test.tests, *test.options))
        return all(_keeps_safe(flow, each) for each in test.options)
    if isinstance(test, Operation):
        if test.sign in ("||", "or"):
            return _keeps_safe(flow, test.left) and _keeps_safe(flow, test.right)
        if test.sign in ("&&", "and"):
            return _keeps_safe(flow, test.left) or _keeps_safe(flow, test.right)
        if test.sign == "==":
            return isinstance(test.right, Literal) and is_word(test.right.value)
        if test.sign != "in":
            return False
        allowed = test.right
        if isinstance(allowed, Literal):
            return is_word(allowed.value)
        known = flow.env.get(allowed.name) if isinstance(allowed, Name) else None
        if known is not None:
            return is_harmless(known)
        return isinstance(allowed, (Name, Member)) and fold(allowed.name) in ALPHABETS
    if isinstance(test, Call):
        owner = test.callee.owner if isinstance(test.callee, Member) else None
        for pattern in (owner, *[argument.value for argument in test.arguments]):
            if isinstance(pattern, Pattern):
                # ``/[A-Z]/i.test(character)``
                return is_safe_pattern(pattern.text.rpartition("/")[0] or pattern.text)
        test = test.callee
    if isinstance(test, Other) and test.children:
        # ``AddressOf Char.IsLetterOrDigit``
        return _keeps_safe(flow, test.children[-1])
    return isinstance(test, (Name, Member)) and fold(test.name) in DIGITS


def list_after_function(flow: Flow, node: Call, name: str) -> Value | None:
    """Return the list of ``array_map(function, list)``, which comes after the function."""
    later = node.arguments[1].value if len(node.arguments) > 1 else None
    return flow.evaluate(later) if fold(name) in MAPS and isinstance(later, (Name, Member, Items)) else None


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


def mapping_of(flow: Flow, node: Node, values: Sequence[Value]) -> Value:
    """Return the mapping of pairs, or of keys and values in turn: ``mapOf("a" to b)``, ``Map.of("a", b)``."""
    pairs = [value.items for value in values if value.items is not None and len(value.items) == 2]
    if len(pairs) < len(values):
        pairs = [list(values[index : index + 2]) for index in range(0, len(values) - 1, 2)]
    found = Value(node.start, node.end, safe=bool(pairs) and all(is_harmless(value) for _, value in pairs))
    found.entries = {key.plain or f"'{index}": value for index, (key, value) in enumerate(pairs)}
    for key, value in pairs:
        parameter = parameter_of(key.plain) if key.plain else None
        if parameter is not None and len(pairs[0]) and len(values) > len(pairs):
            flow.sink(value, parameter, key.plain or "", key.start)
    found.sinks = [sink for value in values for sink in value.sinks]
    return found


def map_call(
    node: Node, folded: str, owner: Value | None, values: Sequence[Value], arguments: Sequence[Argument]
) -> Value | None:
    """Return a list whose items a function makes."""
    safe = False
    for argument in arguments:
        value = argument.value
        if isinstance(value, Unary):
            value = value.value
        word = ""
        if isinstance(value, (Name, Member)):
            word = value.name
        elif isinstance(value, Literal):
            word = value.value or ""
        word = fold(word.lstrip(":&"))
        owned = value.owner if isinstance(value, Member) else None
        if word == "tostring" and isinstance(owned, Name) and is_safe_type(owned.name, {}):
            # ``&Integer.to_string/1``
            word = "int"
        # ``map(str, ids)``, ``ids.map(String.init)``, ``ids.stream().map(Object::toString)``
        mapped = owner if word not in ("str", "text.from") else next((each for each in values if each.safe), owner)
        keeps = word in ("str", "text.from", "tostring", "init", "description") and mapped is not None and mapped.safe
        safe = safe or keeps or word in NUMBERS or word in MOMENTS
    made = next((each for each in values if each.function is not None), None)
    safe = safe or (made is not None and made.safe)
    if not safe and folded in ("collect", "select", "foreach") and owner is not None and not values:
        return owner.moved(node.start, node.end)
    found = Value(node.start, node.end, safe=safe)
    found.origin = made.origin if made is not None else ""
    if made is not None and made.items:
        # ``names.map((name) => `"${name}"`)``: every item has that text.
        found.items, found.partial = made.items, True
    if owner is not None and folded in ("select", "collect") and owner.safe and not values:
        found.safe = True
    return found
