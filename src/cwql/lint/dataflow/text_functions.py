"""Functions of texts that every language has: formats, joins, replacements, and encoders for URLs and conditions."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.formats import BRACES, DOLLAR, PERCENT, count_places, fill
from cwql.lint.dataflow.knowledge import (
    ALL_BUT,
    ENCODER_OWNERS,
    ENCODERS,
    OTHER_ENCODERS,
    OTHER_ESCAPERS,
    QUOTES,
)
from cwql.lint.dataflow.texts import Builder, is_list, sum_of
from cwql.lint.dataflow.values import MOST_TEXTS, Segment, Text, Value, has_literal, is_word
from cwql.lint.ir import Literal, Node, Number, Pattern
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.known_functions import CallSite

_FORM = re.compile(r"%[-+ #0'\d.$\[\]]*[sdiuvqfFeEgGxXobctTUp@]|%[<{]\w")
_BLANKS = re.compile(r"[(\[]?(?:\\[srnRt]|\s)(?:\\[srnRt]|\s|[+*?|()\[\]]|\{\d,?\d?\})*+")
_MARK = re.compile(r"[{%$#<:@_\[]{0,3}+[A-Za-z]\w++[}%$#>:@\]]{0,3}+")
"""A mark in a template that a program replaces by a value: ``{day}``, ``%NAME%``."""

_BRACES = re.compile(r"\{\w*(?:[:,!][^{}]*)?\}")

_BEGINS = words("lstrip trimstart ltrim removeprefix trimprefix")
"""Functions that shorten a text at its beginning."""

_FORMATTERS = words("util string str fmt text messageformat kernel log")
"""Owners of functions that take a format as their first argument."""


def join_values(flow: Flow, node: Node, items: Value, joint: Value | None) -> Value:
    """Return the text of a list that is joined, or a placeholder that knows its separator."""
    text = joint.plain if joint is not None else ""
    # Values that one expression makes, in a loop or by a function: one of them is enough. Parameters do not depend on each other.
    known = items.items
    whole = (
        known is not None
        and text is not None
        and (not items.partial or text == "&" or (len(known) == 1 and text.strip() == ","))
    )
    if whole and known and has_literal(known):
        builder = Builder(flow, node)
        for index, item in enumerate(known):
            if index and joint is not None and joint.texts:
                # The separator occurs once in the source, so nothing in it may be edited.
                for segment in joint.texts[0].segments:
                    builder.add(Segment(segment.kind, segment.text, segment.start, segment.end, None, segment.literal))
            builder.append(item)
        value = builder.value()
        value.sinks = [*value.sinks, *items.sinks]
        return value
    value = Value(node.start, node.end, safe=items.safe)
    value.joint, value.items, value.partial, value.origin = text, items.items, True, items.origin
    value.separator, value.parameter = joint, items.parameter
    value.sinks, value.places = items.sinks, items.places
    if known is not None and text is not None:
        for item in known:
            for one in item.texts:
                one.ongoing = True
    return value


def format_value(
    flow: Flow, node: Node, template: Value, values: Sequence[Value], named: Mapping[str, Value] | None = None
) -> Value | None:
    """Return a text with values in its places: ``%s``, ``{0}`` or ``{name}``; None if it has no places."""
    if not template.texts:
        return None
    found = Value(node.start, node.end)
    texts: list[Text] = []
    safe = True
    for text in template.texts[:MOST_TEXTS]:
        shown = "".join([each.text for each in text.segments])
        braces = (
            _BRACES.search(shown) is not None and _FORM.search(_BRACES.sub("", shown)) is None
        ) or flow.traits.braces
        builder = Builder(flow, node)
        fill(builder, text, list(values), BRACES if braces else PERCENT, flow, named or {})
        text.absorbed = text.filled = True
        made = builder.value()
        texts += made.texts
        safe = safe and made.safe
        found.sinks += made.sinks
    for value in values:
        found.sinks = [*found.sinks, *value.sinks]
    found.texts = texts[:MOST_TEXTS]
    found.safe = safe and bool(texts)
    return found


def percent_value(flow: Flow, node: Node, template: Value, given: Value) -> Value | None:
    """Return a text with the value or the values after ``%`` in its places."""
    if given.entries is not None:
        return format_value(flow, node, template, [], given.entries)
    wanted = [count_places(text.shown) for text in template.texts]
    # A single value may be a tuple.
    values = given.items if given.items is not None else [given] * max([1, *wanted])
    return format_value(flow, node, template, values)


_SEPARATOR = re.compile(r"(?<!\s)\s*+(?:,|\b(?:and|or)\b)\s*+", re.IGNORECASE)


def shorten(call: CallSite) -> Value | None:
    """Return a text without the separator at its beginning or its end: ``list.TrimEnd(',')``, ``text.Substring(5)``."""
    subject = call.subject
    if not call.arguments or subject is None or not subject.texts:
        return None
    numbers = [each.value.text for each in call.arguments if isinstance(each.value, Number)]
    begins = call.name in _BEGINS or numbers[:1] not in ([], ["0"])
    found = call.same(subject)
    found.texts = [without_separator(call.flow, text, begins) for text in subject.texts]
    return found


def without_separator(flow: Flow, text: Text, begins: bool) -> Text:
    """Return a text without a comma or a connective at its beginning or its end."""
    segments = list(text.segments)
    at = 0 if begins else -1
    part = segments[at] if segments else None
    if part is None or part.kind != "same":
        return text
    separators = list(_SEPARATOR.finditer(part.text))
    match = separators[at] if separators else None
    if match is None or (match.start() > 0 if begins else match.end() < len(part.text)):
        return text
    segments[at] = part.cut(match.end(), len(part.text)) if begins else part.cut(0, match.start())
    return flow.make(text.changed(segments))


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
    elif pattern is not None and pattern.pattern:
        # ``const QUOTE = /"/g;``
        patterns = [_bare(pattern.pattern)]
    if flow.traits.delimited and patterns and patterns[0] is not None and patterns[0][:1] in "/#~":
        patterns = [_bare(each or "") for each in patterns]
    new = replacement.plain if replacement is not None else ""
    if replacement is not None and flow.source[replacement.start : replacement.end].lower() == "string.empty":
        new = ""
    if subject is not None and subject.texts and patterns:
        if _is_blank(patterns[0], new):
            # A condition of several lines: only the blanks between its words change.
            return subject.moved(node.start, node.end)
        if replacement is not None and _MARK.fullmatch(patterns[0] or ""):
            return _fill_mark(flow, node, subject, patterns[0] or "", replacement)
    value = Value(node.start, node.end)
    kept = (new is not None and not any(sign in new for sign in "\"'")) or replacement is None
    known = [each for each in patterns if each is not None]
    quotes = any(QUOTES.fullmatch(each) or each in ("\"'", "'\"") for each in known)
    others = new is not None and is_word(new) and any(ALL_BUT.fullmatch(each) for each in known)
    value.safe = quotes or others or (subject is not None and subject.safe and kept)
    value.moment = False
    if subject is not None:
        value.sinks, value.origin = subject.sinks, subject.origin
        if subject.texts and not value.safe:
            # Encoding by hand, such as ``c.replace(/ /g, "%20")``: it is still the same condition.
            encodes = new is not None and re.fullmatch(r"\+|%[0-9A-Fa-f]{2}", new) is not None
            if encodes:
                value.inner = [*subject.texts, *subject.inner]
    return value


def _fill_mark(flow: Flow, node: Node, subject: Value, mark: str, new: Value) -> Value:
    """Return texts with a value in the place of a mark: ``template.replace("{day}", day)``."""
    marked = [
        text for text in subject.texts if any(each.kind == "same" and mark in each.text for each in text.segments)
    ]
    value = subject.moved(node.start, node.end)
    filled: list[Text] = []
    for text in subject.texts:
        if text not in marked:
            filled.append(text)
            continue
        builder = Builder(flow, node)
        for segment in text.segments:
            at = 0
            cut = segment.text.find(mark) if segment.kind == "same" else -1
            while cut >= 0:
                builder.add(segment.cut(at, cut))
                start, at = segment.start + cut, cut + len(mark)
                written = flow.source[new.start : new.end]
                builder.insert(new, start, segment.start + at, written, segment.quoting, segment.literal)
                cut = segment.text.find(mark, at)
            builder.add(segment.cut(at, len(segment.text)) if at else segment)
        text.absorbed = True
        filled += builder.value().texts
    value.texts = filled
    return value


def _is_blank(pattern: str | None, new: str | None) -> bool:
    r"""Return whether a replacement changes only the blanks between words: ``\s+`` by a blank, ``\r?\n`` by nothing."""
    if pattern is None or new is None or new.strip() or _BLANKS.fullmatch(pattern) is None:
        return False
    return bool(new) or "\n" in pattern or "\\n" in pattern


def _bare(pattern: str) -> str:
    r"""Return a pattern without its delimiters and flags: ``/\D/g``."""
    match = re.fullmatch(r"([/#~])(.*)\1[a-z]*", pattern, re.DOTALL)
    return match[2] if match is not None else re.sub(r"/[a-z]*$", "", pattern)


_BRACKETS = words("prefix postfix")
"""Arguments of ``joinToString`` with the text around a list."""


def _constant(flow: Flow, text: str, at: int) -> Value:
    """Return a text that a function adds by itself."""
    value = Value(at, at)
    value.texts = [Text([Segment("same", text, at, at)], flow.statement)]
    return value


def line_of(flow: Flow, node: Node, value: Value) -> Value:
    """Return a text with the end of its line, which a function adds."""
    return (_concatenated(flow, node, [value, _constant(flow, "\n", node.end)]) or value) if value.texts else value


def join(call: CallSite) -> Value | None:
    """Return the value of a list that is joined."""
    flow, node, owner, values = call.flow, call.node, call.owner, call.values
    made = next((each for each in values if each.function is not None), None)
    if made is not None and owner is not None:
        # ``names.joinToString { "'$it'" }``
        owner = Value(owner.start, owner.end, safe=made.safe)
        owner.items, owner.partial = made.items, True
        values = [each for each in values if each is not made]
    named = {each.name: value for each, value in zip(call.arguments, call.values, strict=False) if each.name}
    if owner is not None and (named.keys() & _BRACKETS or (made is not None and not values)):
        # ``names.joinToString(prefix = "(", postfix = ")")``
        comma, empty = (_constant(flow, text, node.end) for text in (", ", ""))
        values = [named.get("separator", comma), named.get("prefix", empty), named.get("postfix", empty)]
        values = values if named.keys() & _BRACKETS else values[:1]
    if owner is not None and not call.is_module:
        if len(values) == 3 and all(each.plain is not None for each in values):
            # ``joinToString(", ", "(", ")")``
            return _concatenated(flow, node, [values[1], join_values(flow, node, owner, values[0]), values[2]])
        if (
            owner.plain is not None
            and owner.items is None
            and isinstance(call.owner_node, Literal)
            and len(values) == 1
        ):
            # ``", ".join(list)``
            return join_values(flow, node, values[0], owner)
        return join_values(flow, node, owner, values[0] if values else None)
    if len(values) < 2:
        return join_values(flow, node, values[0], None) if values else None
    first, second = values[0], values[1]
    if len(values) > 2 and first.plain is not None:
        # ``String.join(", ", a, b, c)``
        together = Value(node.start, node.end, safe=all(each.safe for each in values[1:]))
        # ``join " and ", @terms, "closedFlag = false"``
        together.items = [item for each in values[1:] for item in each.items or [each]]
        together.partial = any(each.partial for each in values[1:])
        return join_values(flow, node, together, first)
    if second.plain is not None and second.items is None and (first.plain is None or first.items is not None):
        return join_values(flow, node, first, second)
    return join_values(flow, node, second, first)


def translate(call: CallSite) -> Value | None:
    """Return a text in which a mapping replaces the quotes: ``strtr($name, ['"' => '', "'" => ''])``."""
    pairs = call.values[1].entries if len(call.values) == 2 else None
    if not pairs or pairs.keys().isdisjoint(("'", '"')) or not all(is_word(value.plain) for value in pairs.values()):
        return None
    return call.value(safe=True)


def resolve_url(call: CallSite) -> Value | None:
    """Return a URL that is relative to another one: ``urljoin(BASE, "tickets")``, ``new URL("tickets", base)``."""
    if len(call.values) != 2 or not (
        call.made or call.name == "urljoin" or (call.name, call.owner_name) == ("join", "uri")
    ):
        return None
    base, relative = call.values
    if "://" in _begin(relative) or (isinstance(call.arguments[0].value, Literal) and "://" not in _begin(base)):
        base, relative = relative, base
    if _begin(relative).startswith("/"):
        return call.same(relative)
    return _concatenated(call.flow, call.node, [base, relative]) if base.texts and relative.texts else None


def _begin(value: Value) -> str:
    return value.texts[0].shown[:200] if value.texts else ""


def fill_template(call: CallSite) -> Value | None:
    """Return the text of ``Template("name = '$name'").substitute(name=name)``, whose values are named or in a mapping."""
    if call.owner is None or not call.owner.texts:
        return None
    named: dict[str, Value] = {}
    for argument, value in zip(call.arguments, call.values, strict=False):
        named.update({argument.name: value} if argument.name else value.entries or {})
    builder = Builder(call.flow, call.node)
    for text in call.owner.texts[:1]:
        text.absorbed = True
        fill(builder, text, (), DOLLAR, call.flow, named)
    return builder.value()


def fill_format(call: CallSite) -> Value | None:
    """Return the value of a call that fills a format."""
    owner, values = call.owner, call.values
    if owner is not None and owner.texts and not call.is_module:
        pairs = list(zip([each for each in call.arguments if each.value is not None], values, strict=False))
        named: dict[str, Value] = {}
        ordered: list[Value] = []
        for argument, value in pairs:
            if argument.spread and value.items is None:
                # ``"{id}".format(**record)``
                named.update(value.entries or {"**": value})
            elif argument.name:
                named[argument.name] = value
            else:
                ordered += value.items or [] if argument.spread else [value]
        return format_value(call.flow, call.node, owner, ordered, named)
    if call.owner_name == "string" and len(values) > 1 and values[1].texts and not values[0].texts:
        # ``string.Format(CultureInfo.InvariantCulture, "…")``, ``String.format(Locale.ROOT, "…")``
        values = values[1:]
    if (
        not values
        or not values[0].texts
        or (owner is not None and not call.is_module and call.owner_name not in _FORMATTERS)
    ):
        return None
    listed = len(values) == 2 and not values[1].partial
    rest_values = values[1].items if listed and values[1].items is not None else values[1:]
    return format_value(call.flow, call.node, values[0], rest_values)


def concat(call: CallSite) -> Value | None:
    """Return the value of a call that joins its owner and its arguments."""
    parts, owner = list(call.values), call.owner
    if owner is not None and (owner.texts or owner.items is not None):
        # ``["name = '", name, "'"].concat()``, ``BASE.union(["Closed"])``
        parts = [owner, *parts] if parts else list(owner.items or [owner])
    elif not call.is_module and (not parts or parts[0].items is None):
        # Not ``Stream.concat(base, more)``
        return None
    return _concatenated(call.flow, call.node, parts)


def _concatenated(flow: Flow, node: Node, parts: Sequence[Value]) -> Value:
    """Return the value of parts in a row."""
    builder = Builder(flow, node)
    if any(each.texts for each in parts) and not is_list(parts[0]):
        for value in parts:
            builder.append(value)
    if not builder.literal:
        # No text of the parts is known.
        found = sum_of(node, parts)
        found.parameter = parts[0].parameter if len(parts) == 1 else ""
        return found
    return builder.value()


def replace_text(call: CallSite) -> Value | None:
    """Return the value of a replacement, which is safe if it takes away what is not."""
    owner, values, folded, owner_name = call.owner, call.values, call.name, call.owner_name
    nodes = [argument.value for argument in call.arguments if argument.value is not None]
    subject: Value | None = owner
    pattern: Value | None = values[0] if values else None
    pattern_node: Node | None = nodes[0] if nodes else None
    replacement: Value | None = values[1] if len(values) > 1 else None
    third = folded in ("strreplace", "pregreplace", "strireplace", "replacematches")
    if len(values) > 2 and (third or (folded == "sub" and owner_name in ("re", "regex"))):
        subject = values[2]
    elif folded == "remove" and owner_name == "stringutils" and len(values) == 2:
        subject, pattern, replacement = values[0], values[1], None
    elif (owner_name in ("regex", "strings", "string", "text", "stringutils") or folded == "text.replace") and len(
        values
    ) >= 3:
        # The pattern comes first in Elixir.
        at = int(owner_name == "regex" and call.flow.traits.modules)
        subject, pattern, replacement = values[at], values[1 - at], values[2]
        pattern_node = nodes[1 - at] if len(nodes) > 1 else None
    elif folded == "replace" and owner is not None and owner.pattern == "'" and len(values) == 1:
        # ``strings.NewReplacer("'", "").Replace(text)``
        return call.value(safe=True)
    elif owner is not None and owner.pattern and values:
        # ``QUOTE.Replace(text, "")``, ``QUOTE.sub("", text)``, ``QUOTE.matcher(text).replaceAll("")``
        given = values[::-1] if folded in ("sub", "gsub") else values
        subject, pattern, pattern_node = given[0] if len(given) > 1 else None, owner, None
        replacement = given[min(1, len(given) - 1)]
    elif folded in ("delete", "tr") and pattern is not None and pattern.plain:
        # A set of characters: ``name.delete("'\"")``, ``name.tr("^A-Za-z", "")``
        removed = any(sign in pattern.plain for sign in "'\"")
        return call.value(removed != pattern.plain.startswith("^"))
    return replaced(call.flow, call.node, subject, pattern, replacement, pattern_node)


def keep_interpolated(call: CallSite) -> Value | None:
    """Return the last argument of ``string.Create(culture, $"…")`` and ``FormattableString.Invariant($"…")``."""
    known = f"{call.owner_name}.{call.name}" in ("string.create", "formattablestring.invariant")
    return call.same(call.values[-1]) if known and call.values else None


def encode(call: CallSite) -> Value | None:
    """Return the value of a text that is encoded for a URL, which keeps the text that it was."""
    if not (
        call.name in ENCODERS
        or call.owner_name in ENCODER_OWNERS
        # ``Api.encode("name = 'x'")``, a function of another file
        or (
            call.name == "encode"
            and len(call.values) == 1
            and has_literal(call.values)
            and call.owner_name not in OTHER_ENCODERS
        )
    ):
        return None
    source = call.owner if call.first is None or (call.name == "addingpercentencoding" and call.owner) else call.first
    if source is None:
        return None
    value = call.value(
        (source.safe and not source.texts)
        or (bool(source.texts) and not source.open and all(is_word(text.plain) for text in source.texts))
    )
    value.inner, value.origin = [*source.texts, *source.inner][:MOST_TEXTS], source.origin
    value.sinks, value.parameter = source.sinks, source.parameter
    if source.joint is not None:
        value.joint, value.items, value.partial = source.joint, source.items, True
    return value


def escape(call: CallSite) -> Value | None:
    """Return a safe value: whether a function escapes correctly cannot be decided here."""
    return call.value(safe=True) if call.owner_name not in OTHER_ESCAPERS else None


def escape_by_owner(call: CallSite) -> Value | None:
    """Return the value of ``Conditions.escape(text)``, unlike ``escape(text)`` of JavaScript."""
    return escape(call) if call.owner_name else None


def make_replacer(call: CallSite) -> Value | None:
    r"""Return an object that removes quotes: ``strings.NewReplacer("'", "")``, ``str.maketrans("", "", "'\\"")``."""
    removed = "".join(key for value in call.values[::2] for key in value.entries or [value.plain or ""])
    if not any(quote in removed for quote in "'\"`"):
        return None
    replacer = call.value()
    replacer.pattern = "'"
    return replacer
