"""Functions that check a value, convert it to a type, or choose it from a list of the program."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import fold
from cwql.lint.dataflow.type_names import is_date_type, is_safe_type
from cwql.lint.dataflow.values import Value, is_harmless, merged, path_of
from cwql.lint.declared_rules import has_rule
from cwql.lint.ir import Call, Cast, Member, Name, key_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.known_functions import CallSite
    from cwql.lint.ir import Argument

_FILTERS = words(
    """FILTER_VALIDATE_INT FILTER_VALIDATE_FLOAT FILTER_VALIDATE_BOOL FILTER_VALIDATE_BOOLEAN FILTER_VALIDATE_IP
    FILTER_SANITIZE_NUMBER_INT"""
)
"""Filters of PHP whose results have no quotes."""

_OUT = re.compile(r"\bout\s+(?:\w++\??\s+)?(\w++)\s*+\)")


def try_parse(call: CallSite) -> Value | None:
    """Give the variable of ``int.TryParse(text, out var number)`` a value that is safe if the type is."""
    if not isinstance(call.owner_node, Name):
        return None
    type = call.owner_node.name
    if name := _variable_of(call):
        value = Value(call.node.start, call.node.start, safe=is_safe_type(type, {}) or type.lower() == "enum")
        value.moment = is_date_type(type)
        call.flow.env.set(name, value)
    return call.value(safe=True)


def try_get(call: CallSite) -> Value | None:
    """Give the variable of ``NAMES.TryGetValue(key, out var name)`` the value of an entry."""
    name = _variable_of(call)
    if not name or call.owner is None or not call.owner.entries:
        return None
    call.flow.env.set(name, merged(list(call.owner.entries.values())))
    return call.value(safe=True)


def _variable_of(call: CallSite) -> str:
    """Return the variable that a call sets: ``out var number``, ``[ref]$id``; VB.NET has no word for it."""
    target = call.arguments[-1].value if call.arguments else None
    if isinstance(target, Name):
        return target.name
    if isinstance(target, Cast) and target.type.lower() == "ref" and isinstance(target.value, Name):
        return target.value.name
    match = _OUT.search(call.flow.source, call.node.start, call.node.end) if isinstance(call.node, Call) else None
    return "" if match is None else match[1]


def note_rules(call: CallSite) -> None:
    """Note a field of a form that the program restricts: ``$this->form_validation->set_rules("tag", "Tag", "alpha_dash")``."""
    if len(call.values) > 2 and has_rule(call.values[2].plain or ""):
        call.flow.env.set(f"this.input.{key_of(call.arguments[0].value)}", call.value(safe=True), counted=False)


def read_field(call: CallSite) -> Value | None:
    """Return a field that is safe because it was validated, or because the call converts it to a type.

    ``request.args.get("board", type=int)``, ``request.parameters.get("board", as: Int.self)``
    """
    if call.owner_node is not None and call.arguments:
        checked = call.flow.env.get(f"{path_of(call.owner_node)}.{key_of(call.arguments[0].value)}")
        if checked is not None and checked.safe:
            return call.same(checked)
    types = filter(None, map(_type_in, call.arguments))
    return call.value(safe=True) if any(map(call.flow.is_safe, types)) else None


def _type_in(argument: Argument) -> str:
    """Return the type that an argument names: ``type=int``, ``as: Int.self``, ``Integer.class``; empty if it names none."""
    value = argument.value
    if isinstance(value, Name) and argument.name == "type":
        return value.name
    named = value.owner if isinstance(value, Member) and value.name in ("self", "class") else None
    return named.name if isinstance(named, Name) else ""


def filter_value(call: CallSite) -> Value | None:
    """Return a value that passes a filter of PHP: ``filter_input(INPUT_GET, "board", FILTER_VALIDATE_INT)``."""
    names = [each.value.name for each in call.arguments if isinstance(each.value, Name)]
    return None if _FILTERS.isdisjoint(names) else call.value(safe=True)


def note_choices(call: CallSite) -> None:
    """Note the item that a user selects in a list of a form, which the program fills: ``box.Items.AddRange(…)``."""
    items = call.owner_node
    box = path_of(items.owner) if isinstance(items, Member) and items.owner and fold(items.name) == "items" else ""
    if box:
        names = call.flow.members or call.flow.env
        for member in ("SelectedItem", "selecteditem"):
            known = names.get(f"{box}.{member}")
            chosen = call.value(all(map(is_harmless, call.values)) and (known is None or known.safe))
            names.set(f"{box}.{member}", chosen, counted=False)


def pick(call: CallSite) -> Value | None:
    """Return an item of a list of the program: ``st.selectbox("Board", BOARDS)``."""
    listed = any(value.items and all(map(is_harmless, value.items)) for value in call.values)
    return call.value(safe=True) if listed else None


def select_characters(call: CallSite) -> Value | None:
    """Return the text that has only some characters, or none of them: ``Text.Select(name, {"A".."Z"})``."""
    if len(call.values) != 2:
        return None
    characters = call.values[1].items or call.values[1:]
    if call.name == "text.select":
        return call.value(all(map(is_harmless, characters)))
    return call.value(any(sign in (each.plain or "") for each in characters for sign in "'\""))


def cast(call: CallSite) -> Value | None:
    """Return the value that ``cast(int, value)`` of Python returns as it is."""
    return call.same(call.values[1]) if call.owner is None and len(call.values) == 2 else None
