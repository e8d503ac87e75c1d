"""Functions whose results are numbers or dates, or as safe as their owner and arguments."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import (
    DATE_FORMAT,
    DOTNET_DATES,
    MOMENTS,
    NUMBERS,
    NUMERIC_FORMAT,
    fold,
    is_date_format,
)
from cwql.lint.dataflow.origins import OUTSIDE
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Value, path_of
from cwql.lint.ir import Call, Member, Name
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.known_functions import CallSite
    from cwql.lint.ir import Node

_CLOCKS = re.compile(r"\b(?:moment|dayjs|DateTime|Carbon)\b")
"""Libraries of dates, whose values are formatted in a fixed form."""

_LAYOUTS = re.compile(r"RFC3339|DateOnly|DateTime")

_DATES = re.compile(
    r"ISO_(?:(?:LOCAL|OFFSET|ZONED)_)?(?:DATE|INSTANT)|ISO8601DateFormatter|\(\s*+\"[^\"\[y]*+y[^\"\[]*+\""
)
"""Formatters of dates without brackets."""

_MEMBERS = words("getname getnames getvalues")
"""Functions that return the members of an enum."""

_SELECTS = words("filter where keepif values arrayfilter")
"""Functions that return a part of a list."""


def moment(call: CallSite) -> Value:
    """Return a date, or one as text."""
    value = call.value(safe=True)
    value.moment = call.name not in MOMENTS or call.name in ("touniversaltime", "tolocaltime", "todate")
    value.dated = not value.moment
    return value


def make_date(call: CallSite) -> Value | None:
    """Return a date: ``new Date()`` of a language whose dates have a native form, ``now.date()``."""
    native = call.made and call.flow.traits.native_dates
    if not native and (call.owner is None or call.owner.texts or not all(each.safe for each in call.values)):
        return None
    return moment(call)


def add_to_date(call: CallSite) -> Value | None:
    """Return a date that is moved: ``DateTime.Now.AddDays(-7)``, ``today.with(previous(MONDAY))``."""
    moved = call.owner is not None and (call.name != "with" or call.owner.moment)
    return moment(call) if moved else None


def print_number(call: CallSite) -> Value | None:
    """Return the text of a value of Elixir: ``Integer.to_string(id)``."""
    if (
        call.first is None
        or not call.is_module
        or call.owner_name not in ("atom", "integer", "float", "date", "datetime")
    ):
        return None
    return call.value(call.owner_name != "atom" or call.first.safe)


def hex_digest(call: CallSite) -> Value | None:
    """Return bytes as hexadecimal digits: ``hash.digest("hex")``."""
    return call.value(safe=True) if call.first is not None and call.first.plain == "hex" else None


def format_by_formatter(call: CallSite) -> Value | None:
    """Return the text of a formatter of dates or numbers: ``formatter.string(from: date)``."""
    owner = call.owner
    if owner is None or owner.texts or call.owner_node is None or not call.values:
        return None
    if not _is_formatter(call.flow, call.owner_node):
        return None
    made = call.value(safe=True)
    made.dated = _DATES.search(_source_of(call.flow, call.owner_node)) is not None
    return made


def _is_formatter(flow: Flow, node: Node) -> bool:
    """Return whether a value formats dates or numbers: ``ISO8601DateFormatter()``, a name with the type ``DateTimeFormatter``."""
    if isinstance(node, Call):
        node = node.callee
    names = [*flow.types_of(node), _source_of(flow, node), node.name if isinstance(node, (Name, Member)) else ""]
    lowered = [name.lower() for name in names]
    return any("format" in name and any(word in name for word in ("date", "time", "number")) for name in lowered)


def _source_of(flow: Flow, node: Node) -> str:
    """Return the source of an expression, or of the value that its name has."""
    value = flow.env.get(path_of(node)) if path_of(node) else None
    start, end = (node.start, node.end) if value is None else (value.start, value.end)
    return flow.source[start : min(end, start + 100)]


def format_iso(call: CallSite) -> Value | None:
    """Return a date in the format of ISO 8601: ``date.formatted(.iso8601)``."""
    names = [fold(each.value.name) for each in call.arguments if isinstance(each.value, Member)]
    return call.value(safe=True) if any(name.startswith("iso8601") for name in names) else None


def format_date(call: CallSite) -> Value | None:
    """Return a date or a number in a format: ``strftime("%Y-%m-%d")``, ``date.ToString("yyyy-MM-dd")``."""
    literal = next((value.plain for value in call.values if value.plain is not None), None)
    if literal is None:
        return _format_by_default(call)
    if call.name == "tostring" and NUMERIC_FORMAT.match(literal) is None:
        return None
    if DATE_FORMAT.fullmatch(literal) is None:
        return None
    made = call.value(safe=True)
    # ``date("c")`` of PHP
    made.dated = is_date_format(literal, DOTNET_DATES if call.name == "tostring" else "c")
    return made


def _format_by_default(call: CallSite) -> Value | None:
    """Return a date or a number in a format that is not in the call."""
    owner, values = call.owner, call.values
    if call.name == "tostring":
        if owner is not None and values:
            # ``ToString(CultureInfo.InvariantCulture)`` of a number
            return call.value(owner.safe and not owner.moment)
        subject = values[0] if values else owner
        return call.same(subject) if subject is not None else call.value()
    if call.flow.traits.layouts and values:
        # ``t.Format(time.RFC3339)``
        made = call.value(safe=True)
        made.dated = _LAYOUTS.search(call.flow.source, call.node.start, call.node.end) is not None
        return made
    if owner is None:
        return None
    # ``moment().format()``, ``dayjs().add(1, "day").format()``, ``date.format(formatter)``
    made = call.value(owner.safe or _CLOCKS.search(call.flow.source, call.node.start, call.node.end) is not None)
    formats = [each.value for each in call.arguments if each.value is not None]
    made.dated = any(_DATES.search(_source_of(call.flow, each)) is not None for each in formats)
    return made


def number(call: CallSite) -> Value | None:
    """Return the value of a function that returns a number, a date or an identifier, or fails."""
    safe = (
        call.name in NUMBERS
        or (call.owner is None and call.name in call.flow.traits.numbers)
        or (call.name == "parse" and (call.owner_name == "time" or is_safe_type(call.owner_name, {})))
        or call.owner_name in ("math", "bigdecimal", "hex")
        or (call.name in _MEMBERS if call.owner_name == "enum" else call.name in ("getenumnames", "getenumvalues"))
    )
    if not safe:
        return None
    if call.flow.traits.layouts:
        # ``_, err := strconv.Atoi(text)``: without an error, the text is a number.
        paths = {path_of(each.value) for each in call.arguments if each.value is not None}
        call.flow.tests[call.node.start, call.node.end] = set(), paths
    value = call.value(safe=True)
    # ``LocalDate.now().minusDays(7)``
    moved = call.name.startswith(("plus", "minus")) and call.owner is not None and call.owner.moment
    value.moment = (moved or call.name in ("today", "utcnow", "now", "date")) and not call.flow.traits.native_dates
    return value


def keep(call: CallSite) -> Value | None:
    """Return the owner or the only argument of a function that changes neither its text nor its safety."""
    source = call.owner if not call.is_module else call.first if len(call.values) == 1 else None
    if source is None or not _is_known(source, guessed=not (call.values and source is call.owner)):
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
        or bool(value.pattern)
        or bool(value.origin and guessed)
    )


def cut(call: CallSite) -> Value | None:
    """Return a part of a text, or the text in another form, which is as safe as the text."""
    subject = call.subject
    if subject is None:
        return None
    if call.name == "split" and call.first is not None and call.first.plain in ("'", '"'):
        # ``name.split('"').join("")``
        return call.value(safe=True)
    names = {each.parameter for text in subject.texts for each in text.segments if each.kind == "placeholder"}
    parameter = names.pop() if len(names) == 1 else subject.parameter
    if not (subject.safe or subject.origin or parameter):
        return None
    # ``("0" + number).slice(-2)``: as safe as what the function is called with.
    part = call.value(subject.safe)
    part.origin, part.moment = subject.origin, subject.moment and not subject.texts
    part.dated = subject.dated
    part.parameter, part.partial = parameter, True
    return part
