"""Tests whether a value is in an allow list: a list of words of the program, or a mapping with such keys."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import ALPHABETS, IMPLICIT, MAPS, fold, last_name, owner_of
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Value, is_harmless, is_word, part_of_mapping, path_of
from cwql.lint.ir import (
    Block,
    Call,
    Cast,
    Choice,
    Function,
    Items,
    Literal,
    Member,
    Name,
    Node,
    Number,
    Operation,
    Unary,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow

EQUAL = frozenset(("==", "===", "=", "is", "instanceof", "-is", "-eq", "-ceq", "eq"))
"""Signs of comparisons for equality, and of tests of types."""

_INCLUDES = words(
    """contains includes include has haskey containskey containsvalue member key inarray arraykeyexists hasownproperty
    hasown hasvalue value containselement indexof index arraysearch in isdefined isvalidenum ismapkey matches list.contains"""
)
_ANY = words("any some anymatch exists find first firstordefault detect findindex contains grep whereobject")
_NONE = words("none nonematch")
_EQUALS = words("equals equalsignorecase eql iequals equalfold strequal casecmp")
MEMBERSHIP = _INCLUDES | _ANY | _NONE | _EQUALS
"""The functions that search an allow list, or compare a text with a word."""

_LISTS = words(
    "set list tuple frozenset sorted seq collect iter stream copied values arrayvalues aslist listof setof asenumerable"
)
"""Functions whose result has the items of their owner or argument, or the values of a mapping."""

_REPLACES = words("replace replaceall delete remove")
"""Functions that take other signs than quotes out of a text before it is tested."""

_KEYS = words("keys keyset arraykeys __members__ members")
_TEXTS = words(
    """tos tostring trim strip lower upper tolower toupper tolowercase touppercase lowercase uppercase lowercased uppercased
    tolowerinvariant toupperinvariant tolocalelowercase casefold downcase upcase strtolower strtoupper mbstrtolower asstr"""
)
"""Functions of a text whose result is a safe word only if the text is one."""


def names_of(*nodes: Node | None) -> set[str]:
    """Return the names under which the environment knows some nodes."""
    return {path for node in nodes if node is not None and (path := path_of(subject_of(node)))}


def subject_of(node: Node) -> Node:
    """Return the operand of a test: the name in ``name || ""``, ``name.to_s``, ``strtolower($name)``, ``name as Status``."""
    if isinstance(node, Cast) and not is_safe_type(node.type, {}):
        # Not ``(int) $id`` of PHP, which reads only the beginning of a text.
        return subject_of(node.value)
    if last_name(node) in _REPLACES and isinstance(node, Call) and owner_of(node) is not None:
        # ``text.replace("-", "").isalnum()``
        texts = [each.value.value if isinstance(each.value, Literal) else None for each in node.arguments]
        owner = owner_of(node)
        kept = all(text is not None and not ("'" in text or '"' in text) for text in texts)
        return subject_of(owner) if kept and owner is not None else node
    if last_name(node) in _TEXTS:
        arguments = node.arguments if isinstance(node, Call) else []
        found = arguments[0].value if len(arguments) == 1 else owner_of(node) if not arguments else None
        return node if found is None else found
    if isinstance(node, Choice) and len(node.options) == 2 and not node.tests and isinstance(node.options[1], Literal):
        return node.options[0]
    return node


def parts_of(call: Call) -> tuple[str, Node | None, list[Node]]:
    """Return the name of the function that is called, its owner and its arguments."""
    return last_name(call), owner_of(call), [each.value for each in call.arguments if each.value is not None]


def value_of(node: Node, flow: Flow) -> Value | None:
    """Return the value of a name."""
    path = path_of(node)
    return flow.env.get(path) if path else None


def included(test: Call, flow: Flow) -> tuple[set[str], set[str]]:
    """Return the names that are in an allow list if a call is true, and those that are if it is false.

    ``ALLOWED.includes(name)``, ``in_array($name, ALLOWED)``, ``ALLOWED.none { it == name }``, ``"New".equals(name)``
    """
    name, owner, values = parts_of(test)
    owner = owner or test.piped
    if name in _EQUALS:
        sides = _sides_of(test)
        return {
            path for each in sides if any(_is_plain(other, flow) for other in sides) for path in names_of(each)
        }, set()
    if name in _ANY or name in _NONE:
        found = names_of(_compared(owner, values, flow))
        if found:
            return (found, set()) if name in _ANY else (set(), found)
    return _searched(test, flow) if name in _INCLUDES else set(), set()


def _searched(test: Call, flow: Flow) -> set[str]:
    """Return the name that a call searches in an allow list."""
    name, owner, values = parts_of(test)
    if owner is not None and values:
        if is_allow_list(owner, flow):
            return names_of(values[0])
        if name == "in" and is_allow_list(values[0], flow):
            # ``name.in?(NAMES)``
            return names_of(owner)
    if name in ("isdefined", "isvalidenum") and len(values) == 2:
        # ``Enum.IsDefined(typeof(Status), name)``
        return names_of(values[1])
    if name == "matches":
        # ``matches!(name, "New" | "Open")``
        return (
            names_of(values[0])
            if len(values) == 2 and isinstance(values[1], Operation) and is_allow_list(values[1], flow)
            else set()
        )
    for items, item in ((values[1], values[0]), (values[0], values[1])) if len(values) > 1 else ():
        if path_of(subject_of(item)) and is_allow_list(items, flow):
            return names_of(item)
    return set()


def _compared(items: Node | None, values: list[Node], flow: Flow) -> Node | None:
    """Return what a function compares each item of an allow list with: ``NAMES.some((each) => each === name)``."""
    if len(values) == 1 and isinstance(values[0], Member) and last_name(values[0]) in _EQUALS:
        # ``NAMES.stream().anyMatch(name::equals)``
        return values[0].owner if is_allow_list(items, flow) else None
    function = next((each for each in values if isinstance(each, Function)), None)
    if function is not None and len(values) > 1:
        # ``any(NAMES, { … })``, ``grep { … } @names``
        items = next(each for each in values if each is not function)
    if function is None and values and isinstance(values[0], Call) and last_name(values[0]) in MAPS:
        # ``any(each == name for each in NAMES)``
        _, items, values = parts_of(values[0])
        function = next((each for each in values if isinstance(each, Function)), None)
    if function is None or not is_allow_list(items, flow):
        return None
    test = function.body
    if isinstance(test, Block) and len(test.statements) == 1:
        test = test.statements[0]
    items_of = {each.name for each in function.parameters[:1]} or set(IMPLICIT)
    sides = _sides_of(test)
    others = [each for each in sides if names_of(each).isdisjoint(items_of)]
    return others[0] if 0 < len(others) < len(sides) else None


def _sides_of(test: Node | None) -> list[Node]:
    """Return what a test compares: ``a == b``, ``a.equals(b)``, ``strings.EqualFold(a, b)``; nothing if it is another test."""
    if isinstance(test, Operation) and test.sign.lower() in EQUAL:
        return [test.left, test.right]
    if isinstance(test, Call) and last_name(test) in _EQUALS:
        _, owner, values = parts_of(test)
        return [each for each in (owner, *values) if each is not None]
    return []


def is_allow_list(node: Node | None, flow: Flow, depth: int = 0) -> bool:
    """Return whether an expression is a list of words or numbers of the program itself, or a mapping with such keys."""
    if node is None or depth > 4:
        return False
    if isinstance(node, Items) and node.items and all(_is_plain(each, flow, depth) for each in node.items):
        return True
    if isinstance(node, Operation) and node.sign == "|":
        # ``matches!(name, "New" | "Open")``
        return all(is_allow_list(each, flow, depth + 1) for each in (node.left, node.right))
    if isinstance(node, Literal):
        # ``%w[New Open]``, and the text that contains another one
        return is_word(node.value) if node.whole else all(is_word(chunk.text) for chunk in node.chunks)
    value = value_of(node, flow)
    if value is None and isinstance(node, (Call, Member)) and _is_made(node, flow, depth):
        return True
    if isinstance(node, Name) and flow.module.aliases.get(node.name) == "enum":
        # ``{each.value for each in Status}``
        return True
    if value is None and not path_of(node):
        # ``OPEN + CLOSED``, ``OPEN.concat(CLOSED)``
        made = flow.evaluate(node)
        value = made if made.entries or made.items is not None or isinstance(node, Operation) else None
    if value is None:
        # A constant of another file
        return isinstance(node, (Name, Member)) and (node.name.isupper() or fold(node.name) in ALPHABETS)
    if value.entries:
        return all(map(is_word, value.entries))
    if value.items is not None:
        return bool(value.items) and not value.partial and all(map(is_harmless, value.items))
    return is_harmless(value)


def _is_made(node: Call | Member, flow: Flow, depth: int) -> bool:
    """Return whether a function makes an allow list: ``Object.keys(NAMES)``, ``NAMES.values()``, ``set(NAMES)``."""
    word, values = last_name(node), parts_of(node)[2] if isinstance(node, Call) else []
    source = values[0] if values else owner_of(node)
    if source is None:
        return False
    if word in _KEYS:
        return is_allow_list(source, flow, depth + 1)
    if word in _LISTS:
        listed = part_of_mapping(node, "values", value_of(source, flow)) if "values" in word else None
        if listed is not None:
            return bool(listed.items) and all(map(is_harmless, listed.items or ()))
        return is_allow_list(source, flow, depth + 1)
    # ``NAMES.map((each) => each.toLowerCase())``
    mapped = word in MAPS and isinstance(node, Call) and is_allow_list(owner_of(node), flow, depth + 1)
    return mapped and all(isinstance(each, Function) and path_of(_result(each)) for each in values)


def _result(function: Function) -> Node:
    """Return the operand of the result of a function."""
    body = function.body
    if isinstance(body, Block) and len(body.statements) == 1:
        body = body.statements[0]
    return function if body is None else subject_of(body)


def _is_plain(node: Node, flow: Flow, depth: int = 0) -> bool:
    """Return whether an item is a number, a text of the program that has no quotes, or all items of an allow list."""
    if isinstance(node, Unary) and node.sign in ("*", "..."):
        return is_allow_list(node.value, flow, depth + 1)
    if isinstance(node, Name):
        # ``:low``
        return node.name.startswith(":")
    return isinstance(node, Number) or (isinstance(node, Literal) and node.whole and is_word(node.value))
