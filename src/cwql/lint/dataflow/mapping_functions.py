"""Functions that make mappings, and that return parts of them."""

from __future__ import annotations

from cwql.lint.dataflow.origins import guess
from cwql.lint.dataflow.type_names import is_safe_key
from cwql.lint.dataflow.values import Value, is_harmless, member_of, merged, part_of_mapping
from cwql.lint.ir import Literal, key_of
from cwql.lint.request_targets import parameter_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.call_site import CallSite


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


def select_parts(call: CallSite) -> Value | None:
    """Return the keys or the values of a mapping: ``names.keys()``, ``Object.values(NAMES)``, ``array_keys($names)``."""
    part = part_of_mapping(call.node, call.name, _mapping(call))
    if part is not None or call.name not in ("keys", "keyset") or call.owner_node is None:
        return part
    types = call.flow.types_of(call.owner_node)
    return call.value(safe=True) if is_safe_key(types, call.flow.module.aliases) else None


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
    """Return an entry of a mapping by its key, or any of them: ``NAMES.get(key)``, ``Map.get(@names, key)``."""
    at = 1 if call.owner_name in ("map", "keyword") and call.is_module else 0
    mapping = call.first if at else call.owner
    if mapping is None or not mapping.entries or len(call.arguments) != at + 1:
        return None
    key = key_of(call.arguments[at].value)
    entry = mapping.entries.get(key) if key else merged(list(mapping.entries.values()))
    return call.same(entry) if entry is not None else None


def get_entry_or_default(call: CallSite) -> Value | None:
    """Return an entry or the default value that the call gives: ``names.getOrDefault(key, "New")``."""
    if call.owner is None or not call.owner.entries:
        return None
    return call.value(call.owner.safe and all(map(is_harmless, call.values[1:])))


def get_any_entry(call: CallSite) -> Value | None:
    """Return one of the entries of a mapping, whose key is not known: ``NAMES.fetch(key)``, ``Map.get(@names, key)``."""
    at = 1 if call.owner_name in ("map", "keyword") else 0
    mapping = call.first if at else call.owner
    if mapping is None or not mapping.entries or len(call.arguments) <= at:
        return None
    if isinstance(call.arguments[at].value, Literal):
        return None
    return call.value(all(map(is_harmless, (*mapping.entries.values(), *call.values[at + 1 :]))))


def get_member(call: CallSite) -> Value | None:
    """Return a member of a value of which no member is known: ``row.get("name")``."""
    owner = call.owner
    if owner is None or not call.arguments or owner.texts or owner.items or owner.safe:
        return None
    found = guess(member_of(owner), key_of(call.arguments[0].value), member=True)
    found.safe = found.safe or call.flow.is_safe_name(f"[{key_of(call.arguments[0].value)}]")
    found.safe = found.safe and (len(call.values) < 2 or is_harmless(call.values[1]))
    return found
