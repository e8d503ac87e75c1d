"""The targets that chains of names give: ``psa.service.tickets.list``."""

from __future__ import annotations

from cwql.lint.ir import Call, Index, Member, Name, Node, Unary
from cwql.lint.request_targets import SECTIONS, place_of_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.request_targets import RequestTarget


def chain_of(node: Node) -> list[str]:
    """Return the names of a chain, ``{}`` for each call or index in it; at most the last twelve."""
    names: list[str] = []
    current: Node | None = node
    while current is not None and len(names) < 12:
        if isinstance(current, Member):
            names.append(current.name)
            current = current.owner
        elif isinstance(current, Call):
            names.append("{}")
            current = current.callee
        elif isinstance(current, Index):
            names.append("{}")
            current = current.owner
        elif isinstance(current, Unary):
            current = current.value
        else:
            if isinstance(current, Name):
                names.append(current.name)
            break
    names.reverse()
    return names


def place_of_chain(flow: Flow, names: Sequence[str]) -> RequestTarget | None:
    """Return the target that a chain of names calls."""
    key = tuple(names)
    if key not in flow.chains:
        # Some languages search the whole source for a chain: without the cache, that takes a sixth of the time.
        flow.chains[key] = _place_of_chain(flow, names)
    return flow.chains[key]


def _place_of_chain(flow: Flow, names: Sequence[str]) -> RequestTarget | None:
    if flow.traits.place_of is not None:
        place = flow.traits.place_of(names, flow.source)
        if place is not None:
            return place
    for index in range(1, len(names) - 1):
        if names[index].lower() in SECTIONS and names[index + 1] != "{}":
            return place_of_attributes(names[index : index + 6])
    return None


def note_chain(flow: Flow, node: Node) -> RequestTarget | None:
    """Note and return the target that a chain of names gives: ``psa.service.tickets``."""
    place = place_of_chain(flow, chain_of(node))
    if place is not None:
        flow.sure = True
        flow.note(place)
    return place
