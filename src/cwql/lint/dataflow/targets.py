"""The targets that chains of names and paths give, and the conditions that are passed after paths."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import has_word
from cwql.lint.dataflow.texts import target_of
from cwql.lint.ir import Call, Index, Member, Name, Node, Unary
from cwql.lint.request_targets import SECTIONS, parameter_of, place_of_attributes
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.values import Sink, Value
    from cwql.lint.request_targets import RequestTarget


_OTHERS = words(
    """log print echo debug trace warn error assert expect equal mock should test match replace split concat join
    format write throw exception describe"""
)
"""Parts of the names of functions that send nothing."""

_CUSTOM = re.compile(r"(?<![\w/])(?:caption|value)\s*+(?:[=!<>]|like\b|contains\b)", re.IGNORECASE)
"""A comparison of a custom field."""

ENDPOINTS = words("endpoint path url uri resource route requesturi relativepath")

_COMPARISON = re.compile(
    r"\s*+\(*+\s*+(?!(?:child|customfield)?conditions?=|\w*RecID\b)[A-Za-z_][\w/.]*+\s*+(?:[=!<>]=?|(?:not\s+)?(?:like|contains|in|between)\b)\s*+[\"'\[(\w\ufffc]",
    re.IGNORECASE,
)
"""How a condition begins; columns such as ``SRServiceRecID`` are those of the old SOAP interface."""


def chain_of(node: Node) -> list[str]:
    """Return the names of a chain, ``{}`` for each call or index in it; at most the last twelve."""
    if isinstance(node, Member) and isinstance(node.owner, Name):
        # Most chains have two names.
        return [node.owner.name, node.name]
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


def sent_after(flow: Flow, path: Value, value: Value) -> Sink | None:
    """Note that a value is sent as a condition if it is one and comes after a path; None if it is something else."""
    if len(path.texts) != 1 or "?" in path.texts[0].shown:
        return None
    return sent_to(flow, path.texts[0].place, value)


def sent_to(flow: Flow, place: RequestTarget | None, value: Value) -> Sink | None:
    """Note that a value is sent to an endpoint if it is a condition; None if it is something else."""
    texts = value.texts
    if not texts and value.joint is not None:
        texts = [text for item in value.items or () for text in item.texts]
    # A parameter of that name counts as a condition because its callers pass one.
    passed = not texts and parameter_of(value.parameter) == "conditions"
    if place is None or place.endpoint is None or not (texts or passed):
        return None
    if not all(_COMPARISON.match(text.shown) for text in texts):
        return None
    # ``api.GetTickets(ctx, "value != null")``: what the method sends is named in another file.
    custom = any(_CUSTOM.search(text.shown) is not None for text in texts)
    parameter = "customFieldConditions" if custom else "conditions"
    sink = flow.sink(value, parameter, parameter, value.start)
    if sink is not None:
        sink.near, sink.closed = [place], True
    return sink


def note_positional(flow: Flow, node: Call, name: str, values: Sequence[Value]) -> None:
    """Note a condition that a call gets after a path: ``client.list("/service/tickets", "closedFlag = false")``."""
    given = [each for each in node.arguments if each.value is not None]
    unnamed = [value for argument, value in zip(given, values, strict=False) if not argument.name]
    names = [each.plain if each.plain is not None and each.plain.isidentifier() else "{}" for each in unnamed[:5]]
    later = unnamed[2:]
    if flow.sure and names and names[0] not in ("{}", *SECTIONS) and flow.members is not None:
        # ``self.fetch("tickets", params)`` in a class with ``API = "service"``
        sections = [each.plain for each in flow.members.names.values() if each.plain in SECTIONS]
        names, later = [*filter(None, sections[:1]), names[0]], unnamed[1:]
    if flow.sure and len(names) > 1 and names[0] in SECTIONS:
        # ``client.list("service", "tickets", conditions = "closedFlag = false")``
        place = place_of_attributes(names)
        if place is not None:
            flow.note(place)
            for value in later:
                sent_to(flow, place, value)
    for path, value in pairwise(unnamed):
        if path.texts and (_sends_nothing(name) or sent_after(flow, path, value) is not None):
            return


_QUERY = re.compile(r"\s*+\??(?:\w++=[^&\s]*+&)*?(?:child|customField)?conditions?=", re.IGNORECASE)


def place_queries(places: Sequence[RequestTarget], values: Sequence[Value]) -> None:
    """Note that a call sends the queries among its arguments to the only endpoint that it names: ``-Endpoint tickets -Query "conditions=…"``."""
    if len(places) == 1:
        for text in [text for value in values for text in value.texts]:
            if text.place is None and _QUERY.match(text.shown) is not None:
                text.place = places[0]


EXPANDERS = words("build buildandexpand expand uri getforobject getforentity exchange")
"""Calls of Spring that put their last arguments into the places of a URL in order."""

_PLACE = re.compile(r"(?:\"(\w{6,24})\"\s*+,\s*+\"|[?&](\w{6,24})=)?\{(\w{1,40})\}")


def note_expanded(flow: Flow, node: Call, values: Sequence[Value]) -> None:
    """Note the parameters that a call puts into a URL: ``queryParam("conditions", "{c}").build(filter)``, ``uri("…?conditions={c}", filter)``."""
    places = list(_PLACE.finditer(flow.source, node.start, values[-1].start))
    for match, value in zip(places[::-1], values[::-1], strict=False):
        parameter = parameter_of(match[1] or match[2] or "")
        if parameter is not None:
            flow.sink(value, parameter, match[1] or match[2], match.start())


@lru_cache(4096)
def _sends_nothing(name: str) -> bool:
    return has_word(name, _OTHERS) or name.lower().endswith("info") or name.lower() == "it"


def note_word(flow: Flow, text: str) -> None:
    """Note the target of a path that is passed by name: ``-Endpoint "computers"``."""
    if 2 < len(text) < 100:
        place = target_of(flow, text)
        if place is not None:
            flow.note(place)
