"""Lists that are joined to one text: ``[…].join(' and ')``, ``strings.Join(list, sep)``, ``implode(sep, list)``, ``-join``."""

from __future__ import annotations

from cwql.lint.extractors.tokens import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from cwql.lint.extractors.expressions import Reader

    Parts: TypeAlias = list[Part]

_FAR = 400
"""How many words after the assignment of a list are searched for calls that may change it."""

_DEPTH = 4
"""How many names are followed, one to the next."""


def join_by_method(reader: Reader, at: int, link: int, end: int, depth: int) -> Parts:
    """Return the parts of ``list.join(sep)``: the list begins at `at`, the call at `link`, and ends before `end`."""
    script = reader.script
    arguments = reader.items(script.partner.get(end - 1, end - 1), depth) or []
    text = _text_of(arguments[0]) if len(arguments) == 1 else None
    items: list[Parts] | None = None
    if text is not None and script.closing(at) + 1 == link:
        items = reader.items(at, depth)
    elif text is not None and link == at + 1:
        items = find_list(reader, script.sign(at), at, depth)
    return weave(items, arguments[0]) if items else [reader.hole(at, end, joint=text)]


def join_by_call(reader: Reader, at: int, opener: int, end: int, depth: int) -> Parts:
    """Return the parts of ``join(list, sep)`` in Go, ``join(sep, list)`` in C# and PHP; `opener` is the bracket of the call."""
    arguments = reader.items(opener, depth) or []
    if len(arguments) != 2:
        return [reader.hole(at, end)]
    last = reader.habits.separator == "last"
    joint = arguments[1 if last else 0]
    text = _text_of(joint)
    start = opener + 1 if last else reader.item_end(opener + 1, end - 1) + 1
    start = _find_items(reader, start, end - 1) if text is not None else -1
    items = reader.items(start, depth) if start >= 0 else None
    return weave(items, joint) if items else [reader.hole(at, end, joint=text)]


def _find_items(reader: Reader, at: int, end: int) -> int:
    """Return the bracket of a list literal: ``["a"]``, ``[]string{"a"}``, ``new[] {"a"}``, ``array("a")``; -1 for any other value."""
    script = reader.script
    first = at
    while at < end:
        sign = script.sign(at)
        if sign == "{" or (sign == "[" and at == first and script.closing(at) > at + 1):
            return at
        if sign == "(":
            return at if script.sign(at - 1).lower() == "array" else -1
        at = script.closing(at) + 1 if sign == "[" else at + 1
    return -1


def join_by_operator(reader: Reader, parts: Parts, at: int, depth: int) -> tuple[Parts, int]:
    """Return the parts of PowerShell's ``'a', 'b' -join ' and '``, whose first item is `parts`, and its end."""
    script, tokens = reader.script, reader.tokens
    items = [parts]
    start = at
    while script.sign(at) == "," and len(items) < 100:
        term, end = reader.term(at + 1, depth)
        if end == at + 1:
            return parts, start
        items.append(term)
        at = end
    if at >= len(tokens) or tokens[at].kind != "option" or script.sign(at).lower() != "-join":
        return parts, start
    joint, end = reader.term(at + 1, depth)
    text = _text_of(joint)
    if len(items) == 1 and len(parts) == 1 and parts[0].tokens and len(parts[0].tokens) == 1:
        items = find_list(reader, parts[0].tokens[0].text, start - 1, depth) or items
    if text is not None and len(items) > 1 and any(part.kind != "hole" for item in items for part in item):
        return weave(items, joint), end
    begin = parts[0].start if parts else tokens[at].start
    stop = tokens[end - 1].end if 0 < end <= len(tokens) else begin
    return [Part("hole", "", begin, stop, None, None, script.text[begin:stop], False, text)], end


def find_list(reader: Reader, name: str, at: int, depth: int) -> list[Parts] | None:
    """Return the items of a list that is assigned to a name once and never appended to; None for any other."""
    while reader.outer is not None:
        reader, at = reader.outer, reader.where
    script, links = reader.script, reader.habits.links
    settings = script.find_settings(name, at)
    if not settings or len(settings) != 1 or settings[0].value < 0 or settings[0].sign != "=" or depth >= _DEPTH:
        return None
    first = settings[0]
    if script.sign(first.value) not in ("[", "@(") or (first.function == script.function[at] and first.at >= at):
        return None
    if script.sign(script.closing(first.value) + 1) in links or not script.encloses(first.block, at):
        return None
    folded = script.fold(name)
    for use in range(first.at + 1, min(at, first.at + _FAR)):
        token = script.tokens[use]
        if token.kind in ("name", "variable") and script.fold(token.text) == folded and script.sign(use + 1) in links:
            return None
    return reader.items(first.value, depth + 1)


def weave(items: list[Parts], joint: Parts) -> Parts:
    """Return the items with the separator between them; the separator occurs once in the source, so nothing in it may
    be edited.
    """
    woven: Parts = []
    for index, item in enumerate(items):
        if index:
            woven += [Part(part.kind, part.text, part.start, part.end, literal=part.literal) for part in joint]
        woven += item
    return woven


def _text_of(parts: Parts) -> str | None:
    """Return a text without placeholders; None for one that has some."""
    return "".join([part.text for part in parts]) if all(part.kind != "hole" for part in parts) else None
