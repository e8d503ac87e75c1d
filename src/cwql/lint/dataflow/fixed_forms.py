"""Functions whose results have a fixed form without quotes: numbers, dates, identifiers, and texts that are made from these."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import DATE_FORMAT, NUMERIC_FORMAT, fold
from cwql.lint.dataflow.values import Value, path_of
from cwql.lint.ir import Call, Literal, Member, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.call_site import CallSite
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Node

_CLOCKS = re.compile(r"\b(?:moment|dayjs|DateTime|Carbon)\b")
"""Libraries of dates, whose values are formatted in a fixed form."""

_LAYOUTS = re.compile(r"RFC3339|DateOnly|DateTime")


def moment(call: CallSite) -> Value:
    """Return a date as text, or a date that is written in a fixed form when it becomes a text."""
    value = call.value(safe=True)
    value.moment = call.name in ("touniversaltime", "tolocaltime", "todate")
    value.dated = not value.moment
    return value


def make_date(call: CallSite) -> Value | None:
    """Return a date: ``new Date()`` of a language whose dates have a native form, ``now.date()``."""
    native = call.made and call.flow.traits.native_dates
    if not native and (call.owner is None or call.owner.texts or not all(each.safe for each in call.values)):
        return None
    value = call.value(safe=True)
    value.moment, value.dated = native, not native
    return value


def add_to_date(call: CallSite) -> Value | None:
    """Return a date that is moved: ``DateTime.Now.AddDays(-7)``."""
    if call.owner is None:
        return None
    value = call.value(safe=True)
    value.moment = call.flow.traits.native_dates
    value.dated = not value.moment
    return value


def print_number(call: CallSite) -> Value | None:
    """Return the text of a value of Elixir: ``Integer.to_string(id)``."""
    if call.first is None or call.owner_name not in ("atom", "integer", "float", "date", "datetime"):
        return None
    return call.value(call.owner_name != "atom" or call.first.safe)


def hex_digest(call: CallSite) -> Value | None:
    """Return bytes as hexadecimal digits: ``hash.digest("hex")``."""
    return call.value(safe=True) if call.first is not None and call.first.plain == "hex" else None


def load_plain(call: CallSite) -> Value | None:
    """Return the value of a document in the program that has no quotes: ``YAML.safe_load("board: 5")``."""
    plain = call.first.plain if call.first is not None and call.owner_name == "yaml" else None
    return call.value(safe=True) if plain is not None and "'" not in plain and '"' not in plain else None


def format_by_formatter(call: CallSite) -> Value | None:
    """Return the text of a formatter of dates or numbers: ``formatter.string(from: date)``."""
    owner = call.owner
    if owner is None or owner.texts or call.owner_node is None or not call.values:
        return None
    return call.value(safe=True) if _is_formatter(call.flow, call.owner_node) else None


def _is_formatter(flow: Flow, node: Node) -> bool:
    """Return whether a value formats dates or numbers: ``ISO8601DateFormatter()``, a name with the type ``DateTimeFormatter``."""
    if isinstance(node, Call):
        node = node.callee
    value = flow.env.get(path_of(node)) if isinstance(node, (Name, Member)) else None
    made = flow.source[value.start : min(value.end, value.start + 60)] if value is not None else ""
    names = [*flow.types_of(node), made, node.name if isinstance(node, (Name, Member)) else ""]
    lowered = [name.lower() for name in names]
    return any("format" in name and any(word in name for word in ("date", "time", "number")) for name in lowered)


def format_iso(call: CallSite) -> Value | None:
    """Return a date in the format of ISO 8601: ``date.formatted(.iso8601)``."""
    names = [fold(each.value.name) for each in call.arguments if isinstance(each.value, Member)]
    return call.value(safe=True) if any(name.startswith("iso8601") for name in names) else None


def format_date(call: CallSite) -> Value | None:
    """Return a date or a number in a format: ``strftime("%Y-%m-%d")``, ``date.ToString("yyyy-MM-dd")``."""
    pairs = zip(call.values, call.arguments, strict=False)
    literal = next((value.plain for value, argument in pairs if isinstance(argument.value, Literal)), None)
    if literal is None:
        return _format_by_default(call)
    if call.name == "format" and call.owner is None and len(call.values) < 2:
        return None
    if call.name == "tostring" and NUMERIC_FORMAT.match(literal) is None:
        return None
    if DATE_FORMAT.fullmatch(literal) is None:
        return None
    made = call.value(safe=True)
    standard = call.name == "tostring" and literal in ("o", "O", "s", "u")
    made.dated = (standard or "y" in literal.lower() or "2006" in literal) and "[" not in literal
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
    if call.name != "format":
        return None
    if call.flow.traits.layouts and values:
        # ``t.Format(time.RFC3339)``
        made = call.value(safe=True)
        made.dated = _LAYOUTS.search(call.flow.source, call.node.start, call.node.end) is not None
        return made
    if owner is None:
        return None
    if values:
        return call.value(owner.safe or "datetime" in call.owner_name or "formatter" in call.owner_name)
    if not isinstance(call.node, Call):
        return None
    # ``moment().format()``, ``dayjs().add(1, "day").format()``
    return call.value(owner.safe or _CLOCKS.search(call.flow.source, call.node.start, call.node.end) is not None)
