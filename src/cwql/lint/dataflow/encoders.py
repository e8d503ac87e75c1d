"""Functions that encode a text for a URL, or escape it for a condition."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import ENCODER_OWNERS, ENCODERS, OTHER_ENCODERS, OTHER_ESCAPERS
from cwql.lint.dataflow.values import MOST_TEXTS, Value, has_literal, is_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.known_functions import CallSite


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
    r"""Return an object that removes quotes: ``strings.NewReplacer("'", "")``, ``str.maketrans("", "", "'\"")``."""
    removed = "".join(key for value in call.values[::2] for key in value.entries or [value.plain or ""])
    if not any(quote in removed for quote in "'\"`"):
        return None
    replacer = call.value()
    replacer.pattern = "'"
    return replacer
