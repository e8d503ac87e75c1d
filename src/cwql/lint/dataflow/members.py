"""The value of a member: ``owner.name``."""

from __future__ import annotations

from cwql.lint.dataflow.frame import Frame
from cwql.lint.dataflow.knowledge import ALPHABETS, LENGTHS, NUMBERS, fold
from cwql.lint.dataflow.known_functions import known_call
from cwql.lint.dataflow.local_functions import call_local
from cwql.lint.dataflow.origins import guess, is_input
from cwql.lint.dataflow.targets import note_chain
from cwql.lint.dataflow.type_names import is_date_type, is_safe_key
from cwql.lint.dataflow.values import THIS, Value, part_of_mapping, path_of
from cwql.lint.ir import Call, Member, Name
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Function

_KEPT = words("value data name groups group first last description sorted reversed")
"""Members that are as safe as their owner."""

_SESSION = words("user session auth tenant account authorizer identity claims principal")
"""Members of a request that the server itself sets, for those who have logged in."""


def evaluate_member(flow: Flow, node: Member) -> Value:
    """Return the value of a member of a value, of a class or of a mapping."""
    named = note_chain(flow, node)
    path = path_of(node)
    known = flow.env.get(path) if path else None
    if known is not None:
        if node.owner is not None and isinstance(node.owner, Name) and node.owner.name.lower() not in THIS:
            flow.evaluate(node.owner)
        flow.frames[-1].carry(known)
        return _get(flow, node, known.function) or known.moved(node.start, node.end)
    if isinstance(node.owner, Name) and node.owner.name in flow.classes:
        known = flow.classes[node.owner.name].get(f"this.{node.name}")
        if known is not None:
            return known.moved(node.start, node.end)
    if isinstance(node.owner, Name) and flow.module.aliases.get(node.owner.name) == "enum":
        return Value(node.start, node.end, safe=True)
    frame = Frame()
    owner = flow.evaluate_in(frame, node.owner) if node.owner is not None else Value(node.start, node.start)
    entry = (owner.entries or {}).get(node.name)
    if entry is not None:
        # Not the other entries: ``$query.Uri`` is sent without ``$query.Body``.
        flow.frames[-1].carry(entry)
        return entry.moved(node.start, node.end)
    frame.close(flow.frames[-1])
    member = flow.classes[owner.kind].get(f"this.{node.name}") if owner.kind else None
    result = _get(flow, node, member.function) if member is not None else None
    if result is not None:
        return result
    if node.name in ("Groups", "groups", "groupValues", "destructured") and owner.entries:
        # ``Regex.Match(…).Groups[1].Value``
        return owner.moved(node.start, node.end)
    name = fold(node.name)
    part = part_of_mapping(node, name, owner)
    if part is not None:
        return part
    value = Value(node.start, node.end)
    value.places, value.sinks = owner.places if named is None else [named], owner.sinks
    own = node.owner is None or (isinstance(node.owner, Name) and node.owner.name.lower() in THIS)
    outside = owner.origin == "rows" or is_input(node.name, member=not own)
    value.origin = "rows" if outside and name not in _SESSION else ""
    if (
        (name == "keys" and is_safe_key(flow.types_of(node.owner), flow.module.aliases))
        or name in LENGTHS
        or name in ALPHABETS
        or (flow.traits.bare and name in NUMBERS)
        or (owner.safe and (name in _KEPT or owner.items is not None or flow.is_enum(node.owner)))
    ):
        value.safe = True
    else:
        found = _get(flow, node, flow.extensions.get(node.name))
        if found is None and flow.traits.bare:
            found = known_call(flow, node, node.name, owner, [], ())
        if found is not None:
            return found
        value.safe = (
            flow.is_safe_name(node.name, member=True) if owner.items is None and not flow.traits.bare else False
        )
        value.moment = value.safe and all(map(is_date_type, flow.module.types.get(node.name, ())))
    return guess(value, flow.source[node.start : node.end], member=True)


def _get(flow: Flow, node: Member, getter: Function | None) -> Value | None:
    """Return the result of a function without parameters, which the use of a property calls."""
    if getter is None or getter.parameters:
        return None
    return call_local(flow, Call(node.start, node.end, node, []), getter, [])
