"""Functions of texts that every language has: formats, joins, replacements."""

from __future__ import annotations

import re

from cwql.lint.dataflow.flow import Flow
from cwql.lint.dataflow.formats import fill
from cwql.lint.dataflow.knowledge import ALL_BUT, QUOTES
from cwql.lint.dataflow.texts import Builder
from cwql.lint.dataflow.values import MOST_TEXTS, Segment, Value
from cwql.lint.ir import Node, Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FORM = re.compile(r"%[-+ #0'\d.$\[\]]*[sdiuvqfFeEgGxXobctTUp@]|%[<{]\w")
_BRACES = re.compile(r"\{\w*(?:[:,!][^{}]*)?\}")


def join_values(flow: Flow, node: Node, items: Value, joint: Value | None) -> Value:
    """Return the text of a list that is joined, or a placeholder that knows its separator."""
    text = joint.plain if joint is not None else ""
    source = flow.source[node.start : node.end]
    if joint is not None and text is None:
        text = None
    known = items.items
    whole = known is not None and not items.partial and text is not None
    if whole and known and any(each.literal >= 0 for item in known for one in item.texts for each in one.segments):
        builder = Builder(flow, node)
        for index, item in enumerate(known):
            if index and joint is not None and joint.texts:
                # The separator occurs once in the source, so nothing in it may be edited.
                for segment in joint.texts[0].segments:
                    builder.add(Segment(segment.kind, segment.text, segment.start, segment.end, None, segment.literal))
            builder.insert(item, item.start, item.end, flow.source[item.start : item.end])
        if joint is not None:
            for each in joint.texts:
                each.absorbed = True
        value = builder.value()
        value.sinks = [*value.sinks, *items.sinks]
        return value
    value = Value(node.start, node.end, safe=items.safe)
    value.joint, value.items, value.partial = text, items.items, True
    value.sinks, value.places = items.sinks, items.places
    if known is not None and text is not None:
        for item in known:
            for one in item.texts:
                one.ongoing = True
                if text.strip() == "":
                    one.absorbed = one.absorbed or False
    _ = source
    return value


def format_value(flow: Flow, node: Node, template: Value, values: Sequence[Value]) -> Value | None:
    """Return a text with values in its places: ``%s`` or ``{0}``; None if it has no places."""
    if not template.texts:
        return None
    found = Value(node.start, node.end)
    for text in template.texts[:MOST_TEXTS]:
        shown = "".join([each.text for each in text.segments])
        braces = (_BRACES.search(shown) is not None and _FORM.search(shown) is None) or flow.traits.braces
        if not braces and _FORM.search(shown) is None and "%%" not in shown and not values:
            return None
        if not braces and not values and "%" not in shown:
            return None
        builder = Builder(flow, node)
        fill(builder, text, list(values), braces, flow)
        text.absorbed = True
        made = builder.value()
        found.texts += made.texts
        found.sinks += made.sinks
    for value in values:
        found.sinks = [*found.sinks, *value.sinks]
    found.texts = found.texts[:MOST_TEXTS]
    return found


def replaced(
    flow: Flow,
    node: Node,
    subject: Value | None,
    pattern: Value | None,
    replacement: Value | None,
    pattern_node: Node | None = None,
) -> Value:
    """Return a text in which something is replaced."""
    patterns: list[str | None] = [pattern.plain] if pattern is not None and pattern.plain is not None else []
    if pattern is not None and pattern.items is not None:
        patterns = [item.plain for item in pattern.items]
    if isinstance(pattern_node, Pattern):
        patterns = [_bare(pattern_node.text)]
    if flow.traits.delimited and patterns and patterns[0] is not None and patterns[0][:1] in "/#~":
        patterns = [_bare(each or "") for each in patterns]
    value = Value(node.start, node.end)
    new = replacement.plain if replacement is not None else ""
    kept = (new is not None and not any(sign in new for sign in "\"'")) or replacement is None
    known = [each for each in patterns if each is not None]
    quotes = bool(known) and all(QUOTES.fullmatch(each) or each in ("\"'", "'\"") for each in known)
    others = bool(known) and any(ALL_BUT.fullmatch(each) for each in known) and new == ""
    value.safe = quotes or others or (subject is not None and subject.safe and kept)
    value.moment = False
    if subject is not None:
        value.sinks = subject.sinks
        if value.safe and subject.moment and flow.traits.native_dates:
            value.safe = quotes or others
        if subject.texts and not value.safe:
            # Encoding by hand, such as ``c.replace(/ /g, "%20")``: it is still the same condition.
            encodes = new is not None and re.fullmatch(r"\+|%[0-9A-Fa-f]{2}", new) is not None
            if encodes:
                value.inner = [*subject.texts, *subject.inner]
    return value


def _bare(pattern: str) -> str:
    """Return a pattern without its delimiters and flags: ``/\\D/g``."""
    match = re.fullmatch(r"([/#~])(.*)\1[a-z]*", pattern, re.DOTALL)
    return match[2] if match is not None else re.sub(r"/[a-z]*$", "", pattern)
