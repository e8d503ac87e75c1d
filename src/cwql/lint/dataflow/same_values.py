"""Functions whose results are numbers, or as safe as what they are called with. Most calls in a file are tested for them."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import NUMBERS
from cwql.lint.dataflow.origins import OUTSIDE
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.call_site import CallSite
    from cwql.lint.dataflow.values import Value

_ITEMS = words("get first last at")
"""Functions that return an item of a list."""

_MEMBERS = words("getname getnames getvalues")
"""Functions that return the members of an enum."""

_SELECTS = words("filter where keepif values")
"""Functions that return a part of a list."""

_PARTS = words("slice take takelast takewhile drop droplast dropfirst skip prefix suffix")
"""Functions that return a part of a list, if their owner or argument is one."""

_TRIMS = words("trim strip trimend trimstart tostring")
"""Functions that may have an argument and leave a condition as it is."""


def number(call: CallSite) -> Value | None:
    """Return the value of a function that returns a number, a date or an identifier, or fails."""
    safe = (
        call.name in NUMBERS
        or (call.owner is None and call.name in call.flow.traits.numbers)
        or (call.name == "parse" and is_safe_type(call.owner_name, {}))
        or call.owner_name in ("math", "bigdecimal", "hex")
        or (call.name in _MEMBERS if call.owner_name == "enum" else call.name in ("getenumnames", "getenumvalues"))
    )
    if not safe:
        return None
    value = call.value(safe=True)
    # ``LocalDate.now().minusDays(7)``
    moved = call.name.startswith(("plus", "minus")) and call.owner is not None and call.owner.dated
    value.dated = (moved or call.name in ("today", "utcnow", "now", "date")) and not call.flow.traits.native_dates
    return value


def keep(call: CallSite) -> Value | None:
    """Return the owner or the only argument of a function that changes neither its text nor its safety."""
    source = call.owner if not call.is_module else call.first if len(call.values) == 1 else None
    if source is None or not _is_known(source, guessed=not (call.values and source is call.owner)):
        return None
    if source.items is not None and call.name in _ITEMS:
        found = call.value(source.safe)
        found.origin = source.origin
        return found
    if source.texts and call.values and source is call.owner and call.name not in _TRIMS:
        return None
    found = call.same(source)
    found.partial = found.partial or (source.items is not None and call.name in _SELECTS)
    return found


def _is_known(value: Value, guessed: bool) -> bool:
    """Return whether anything is known of a value; `guessed` if an origin that only its name says counts."""
    return (
        bool(value.texts or value.safe or value.parameter or value.inner or value.sinks)
        or value.items is not None
        or value.origin in OUTSIDE
        or bool(value.origin and guessed)
    )


def cut(call: CallSite) -> Value | None:
    """Return a part of a text, or the text in another form, which is as safe as the text."""
    subject = call.subject
    if subject is None:
        return None
    names = {each.parameter for text in subject.texts for each in text.segments if each.kind == "placeholder"}
    parameter = names.pop() if len(names) == 1 else subject.parameter
    if not (subject.safe or subject.origin or parameter):
        return None
    if subject.items is not None and call.name in _PARTS:
        found = call.same(subject)
        found.partial = True
        return found
    # ``("0" + number).slice(-2)``: as safe as what the function is called with.
    part = call.value(subject.safe)
    part.origin, part.moment = subject.origin, subject.moment and not subject.texts
    part.dated = subject.dated
    part.parameter, part.partial = parameter, True
    return part
