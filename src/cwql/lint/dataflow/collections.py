"""Functions of lists and mappings: those that make one, and that select or read what it contains."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import DIGITS, MOMENTS, NUMBERS, fold, is_safe_pattern, last_name
from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.text_functions import join, join_values
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Value, is_harmless, is_word, member_of, merged, part_of_mapping
from cwql.lint.ir import (
    Block,
    Call,
    Choice,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Operation,
    Other,
    Pattern,
    Unary,
    key_of,
)
from cwql.lint.request_targets import parameter_of
from cwql.lint.words import words
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.known_functions import CallSite
    from cwql.lint.ir import Argument

_LISTS = words("list lists set stream arrays immutablelist immutablearray immutablehashset immutablesortedset")
"""Classes with functions that make a list of their arguments."""


def is_safe_test(argument: Argument, negated: bool = False) -> bool:
    """Return whether a test selects characters that are safe: ``{ it.isDigit() }``, ``char.IsLetterOrDigit``.

    A `negated` one selects those that are not: ``c => !char.IsDigit(c)``.
    """
    test: Node | None = argument.value
    if isinstance(test, Function):
        test = test.body
        if isinstance(test, Block) and len(test.statements) == 1:
            test = test.statements[0]
    if negated:
        test = test.value if isinstance(test, Unary) and test.sign in ("!", "not") else None
    return _keeps_safe(test)


def _keeps_safe(test: Node | None) -> bool:
    """Return whether only characters that are safe pass a test."""
    if isinstance(test, Choice):
        if test.tests:
            return any(_keeps_safe(each) for each in (*test.tests, *test.options))
        return all(_keeps_safe(each) for each in test.options)
    if isinstance(test, Operation) and test.sign == "in" and isinstance(test.right, Literal):
        # ``c in "0123456789abcdef:"``
        signs = test.right.value or ""
        return bool(signs) and not ("'" in signs or '"' in signs)
    if isinstance(test, Operation) and test.sign in ("==", "!=", ">="):
        # ``$0 != "'"``: a quote is left out, as all signs before ``0`` are by ``c >= '0'``.
        right = test.right.value if isinstance(test.right, Literal) else None
        if test.sign == ">=":
            return right is not None and len(right) == 1 and right.isalnum()
        return is_word(right) if test.sign == "==" else right in ("'", '"')
    if isinstance(test, Unary) and test.sign == "\\":
        # ``\.isNumber``
        return _keeps_safe(test.value)
    if isinstance(test, Call):
        owner = test.callee.owner if isinstance(test.callee, Member) else None
        for pattern in (owner, *[argument.value for argument in test.arguments]):
            if isinstance(pattern, Pattern):
                # ``/[A-Z]/i.test(character)``
                return is_safe_pattern(pattern.text.rpartition("/")[0] or pattern.text)
        test = test.callee
    if isinstance(test, Other) and test.children:
        # ``AddressOf Char.IsLetterOrDigit``
        return _keeps_safe(test.children[-1])
    return isinstance(test, (Name, Member)) and fold(test.name) in DIGITS


def list_conditions(call: CallSite) -> Value | None:
    """Return the conditions that a function of another file connects: ``allOf("id > 5", state && `name='${state}'`)``."""
    parts = [value.items if value.items is not None else [value] for value in call.values]
    listed = call.value()
    listed.items = [part for each in parts for part in each if part.texts]
    return listed if listed.items else None


def group_items(call: CallSite) -> Value | None:
    """Return groups of the items of a list: ``rows.GroupBy(row => row.Board.Id)``, whose `Key` is the result of the function."""
    key = next((each for each in call.values if each.function is not None), None)
    if key is None:
        return None
    return call.value(key.safe)


def make_list(call: CallSite) -> Value | None:
    """Return the list of the arguments: ``listOf("New", "Open")``, ``List.of(…)``."""
    if call.owner_name not in _LISTS and (call.owner is not None or call.name in ("of", "aslist", "create")):
        return None
    # ``ImmutableHashSet.Create(StringComparer.Ordinal, "New", "Open")``
    compared = call.name == "create" and bool(call.values) and not is_harmless(call.values[0])
    found = call.value(all(value.safe for value in call.values[compared:]))
    found.items = list(call.values[compared:])
    return found


def make_empty_list(call: CallSite) -> Value | None:
    """Return a list that starts empty: ``make([]string, 0)``, ``new List<string>()``, ``ArrayList.new``."""
    if call.name == "make":
        if call.owner is not None or not call.values:
            return None
    elif call.values or not (call.owner_name.startswith(("list", "array")) if call.name == "new" else call.made):
        return None
    found = call.value(safe=True)
    found.items = []
    return found


def make_range(call: CallSite) -> Value | None:
    """Return a list of numbers or letters: ``range("A", "F")``."""
    ends = call.values if call.owner is None else ()
    return call.value(safe=True) if ends and all(each.safe or (each.plain or "").isalnum() for each in ends) else None


def copy_list(call: CallSite) -> Value | None:
    """Return the list or mapping that a call takes: ``new Set(["New", "Open"])``, ``test.each(["New", "Open"])(…)``.

    A new object may also take a comparer or a size: ``new HashSet<string>(StringComparer.Ordinal) { "New", "Open" }``.
    """
    lists = [value for value in call.values if value.items is not None]
    others = [each for each in call.values if each.function or (each.texts and not (each.plain or "").isdigit())]
    alone = len(lists) == 1 and not others
    return call.same(lists[0]) if alone and (call.made or call.name == "new" or len(call.values) == 1) else None


def batch(call: CallSite) -> Value | None:
    """Return a list of parts of a list: ``batched(ids, 50)``, ``ids.each_slice(50)``."""
    if not call.values:
        return None
    owned = call.owner is not None and not call.is_module and call.owner_name not in ("itertools", "_", "lodash")
    source = call.owner if owned and call.owner is not None else call.values[0]
    batches = call.value(source.safe)
    batches.origin = source.origin
    return batches


def collect(call: CallSite) -> Value | None:
    """Return the items of a stream, or their text: ``ids.stream().collect(Collectors.joining(","))``."""
    collector = call.arguments[0].value if len(call.arguments) == 1 else None
    if call.owner is None or not isinstance(collector, Call):
        return None
    if last_name(collector) == "joining":
        given = [call.flow.evaluate(each.value) for each in collector.arguments if each.value is not None]
        return join(replace(call, is_module=False, values=given))
    return call.same(call.owner)


def join_mapped(call: CallSite) -> Value | None:
    """Return the text of the results of a function: ``Enum.map_join(names, ", ", &quote/1)``."""
    return join_values(call.flow, call.node, _mapped(call, None), call.values[1] if len(call.values) > 2 else None)


def map_items(call: CallSite) -> Value | None:
    """Return a list whose items a function makes; ``collect($list)`` of Laravel is the list."""
    if call.name == "collect" and call.owner is None and len(call.values) == 1:
        return call.same(call.values[0])
    return None if call.made else _mapped(call, call.owner)


def _mapped(call: CallSite, owner: Value | None) -> Value:
    safe = False
    for argument in call.arguments:
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
        mapped = owner if word not in ("str", "text.from") else next((each for each in call.values if each.safe), owner)
        keeps = word in ("str", "text.from", "tostring", "init", "description") and mapped is not None and mapped.safe
        safe = safe or keeps or word in NUMBERS or word in MOMENTS
    made = next((each for each in call.values if each.function is not None), None)
    safe = safe or (made is not None and made.safe)
    if not safe and call.name in ("collect", "select", "foreach") and owner is not None and not call.values:
        return call.same(owner)
    found = call.value(safe)
    found.origin, found.parameter = (made.origin, made.parameter) if made is not None else ("", "")
    if made is not None and made.items:
        # ``names.map((name) => `"${name}"`)``: every item has that text.
        found.items, found.partial = made.items, True
    return found


def make_mapping(call: CallSite) -> Value | None:
    """Return the mapping of pairs, or of keys and values in turn: ``mapOf("a" to b)``, ``Map.of("a", b)``."""
    if (call.owner_name not in ("map", "immutablemap")) if call.name in ("of", "ofentries") else call.owner is not None:
        return None
    values = call.values
    pairs = [value.items for value in values if value.items is not None and len(value.items) == 2]
    if len(pairs) < len(values):
        pairs = [list(values[index : index + 2]) for index in range(0, len(values) - 1, 2)]
    found = call.value(bool(pairs) and all(is_harmless(value) for _, value in pairs))
    found.entries = {key.plain or f"'{index}": value for index, (key, value) in enumerate(pairs)}
    for key, value in pairs if len(values) > len(pairs) else ():
        parameter = parameter_of(key.plain) if key.plain else None
        if parameter is not None:
            call.flow.sink(value, parameter, key.plain or "", key.start)
    found.sinks = [sink for value in values for sink in value.sinks]
    return found


def name_values(call: CallSite) -> Value | None:
    """Return the mapping of names with their values: ``compact('conditions')``."""
    if call.owner is not None or not call.values:
        return None
    values = [each for key in call.values for each in (key, call.flow.env.get(key.plain or "") or call.value())]
    return make_mapping(replace(call, values=values))


def select_parts(call: CallSite) -> Value | None:
    """Return the keys or the values of a mapping: ``names.keys()``, ``Object.values(NAMES)``, ``array_keys($names)``."""
    return part_of_mapping(call.node, call.name, _mapping(call))


def select_pairs(call: CallSite) -> Value | None:
    """Return the pairs of keys and values of a mapping: ``names.items()``, ``Object.entries(NAMES)``."""
    mapping = _mapping(call)
    if mapping is None or not mapping.entries:
        return None
    pairs = call.same(mapping)
    pairs.pairs = True
    return pairs


def _mapping(call: CallSite) -> Value | None:
    return call.first if call.owner_name == "object" or call.name.startswith("array") else call.owner


def get_entry(call: CallSite) -> Value | None:
    """Return an entry of a mapping by its key, or any of them, or the default that the call gives: ``NAMES.get(key, "New")``."""
    at = 1 if call.owner_name in ("map", "keyword") and call.is_module else 0
    mapping = call.first if at else call.owner
    if mapping is None or not mapping.entries or len(call.arguments) <= at:
        return None
    key = key_of(call.arguments[at].value)
    known = [mapping.entries.get(key)] if key else list(mapping.entries.values())
    # ``NAMES.fetch(key) { raise }``
    given = [each for each in call.values[at + 1 :] if each.function is None]
    found = [each for each in (*known, *given) if each is not None]
    return call.same(merged(found)) if found else None


def find_item(call: CallSite) -> Value | None:
    """Return an item of a list of the program: ``TABS.find((tab) => tab.key === key)``."""
    owner = call.owner
    if owner is None or not owner.items:
        return None
    return call.same(merged(owner.items)) if not owner.partial else call.value(safe=True) if owner.safe else None


def get_member(call: CallSite) -> Value | None:
    """Return a member of a value of which no member is known: ``row.get("name")``."""
    at = 1 if call.owner_name in ("map", "keyword") and call.is_module else 0
    owner = call.first if at else call.owner
    if owner is None or len(call.arguments) <= at or owner.texts or owner.items or owner.safe:
        return None
    key = key_of(call.arguments[at].value)
    found = guess(member_of(owner), key, member=True)
    found.safe = found.safe or call.flow.is_safe_name(f"[{key}]")
    found.safe = found.safe and all(map(is_harmless, call.values[at + 1 :][:1]))
    if not found.origin and parameter_of(key) == "conditions" and call.flow.joins_terms:
        # The conditions of a query, whose terms the program joins by ``and``.
        found.joint = "and"
    return found
