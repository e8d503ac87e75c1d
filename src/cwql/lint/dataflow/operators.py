"""The value of an operation: of two operands, of one, or of a conversion."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import COMPILERS, MATCHES, last_name, owner_of, safe_groups
from cwql.lint.dataflow.texts import concatenate, is_list, opened, sum_of
from cwql.lint.dataflow.values import Value, has_literal, is_harmless, member_of, path_of
from cwql.lint.ir import Call, Cast, Jump, Literal, Member, Name, Operation, Pattern, Unary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Node

_COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">=", "-eq", "-ne", "in", "not in", "is", "is not"))

_GROUPS = re.compile(r"(?<!\\)\((?!\?)")


def evaluate_operation(flow: Flow, node: Operation) -> Value:
    """Return the value of an operation with two operands."""
    if node.kind == "join":
        return concatenate(flow, node)
    sign = node.sign.lower()
    left, right = flow.evaluate(node.left), flow.evaluate(node.right)
    if node.kind == "percent" or sign in ("-f", "-join", "-replace", "-creplace", "-ireplace"):
        from cwql.lint.dataflow.text_functions import format_value, join_values, percent_value, replaced

        parts = right.items if right.items is not None else [right]
        if sign == "-join":
            return join_values(flow, node, left, right)
        if sign.endswith("replace"):
            pattern, new = [*parts[:2], None, None][:2]
            return replaced(flow, node, left, pattern, new)
        made = percent_value(flow, node, left, right) if sign != "-f" else format_value(flow, node, left, parts)
        return made if made is not None else Value(node.start, node.end, safe=left.safe and right.safe)
    if sign in ("++", "|") and (is_list(left) or is_list(right)):
        return sum_of(node, [left, right])
    groups = note_groups(flow, node.right) if sign in MATCHES else None
    if sign == "<<" or (sign == "or" and isinstance(node.right, Jump)):
        return left
    if sign == "-=":
        note_length(flow, node.left)
    value = Value(node.start, node.end)
    if groups and sign == "=~":
        # ``my ($number) = $text =~ /^T(\d+)$/`` of Perl
        value.items = [group for name, group in groups.items() if name.isdigit() and name != "0"]
    if (
        sign in ("-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "-eq", "-ne", "-lt", "-gt", "+")
        or sign[:2] == ".."
    ):
        value.safe = (left.safe and right.safe) or sign in _COMPARISONS
        if sign[:2] == "..":
            # ``"A".."Z"``
            value.safe = all(each.safe or (each.plain or "").isalnum() for each in (left, right))
        if sign in ("*", "/", "%"):
            # In some languages ``text * 3`` repeats a text.
            value.safe = not has_literal((left, right)) or (sign == "*" and is_harmless(left) and is_harmless(right))
        if flow.traits.native_dates:
            value.moment = left.moment or right.moment
            value.safe = (value.safe and not value.moment) or sign in ("==", "!=", "-eq", "-ne")
        else:
            value.moment = sign in ("+", "-") and left.moment and not right.moment
    if sign in ("-split", "-as", "-and", "-or"):
        value.safe = left.safe
    return value


def evaluate_unary(flow: Flow, node: Unary) -> Value:
    """Return the value of an operation with one operand."""
    value = flow.evaluate(node.value)
    sign = node.sign.lower()
    if sign == "-join":
        from cwql.lint.dataflow.text_functions import join_values

        return join_values(flow, node, value, None)
    if sign in ("await", "&", "*", "ref", "out", "move", "mut", "...", "yield", "box", ",", "raw", "@", "\\"):
        moved = value.moved(node.start, node.end)
        if sign == "await" and isinstance(node.value, Name):
            # The response of a request
            moved.places, moved.sinks = (), []
        return moved
    if sign in ("+", "-", "!", "not", "-not", "~"):
        return Value(node.start, node.end, safe=sign != "-" or value.safe)
    return Value(node.start, node.end)


def evaluate_cast(flow: Flow, node: Cast) -> Value:
    """Return the value of a conversion."""
    value = flow.evaluate(node.value)
    if flow.is_safe(node.type):
        return flow.declare(Value(node.start, node.end), node.type)
    return value.moved(node.start, node.end)


def note_length(flow: Flow, target: Node) -> None:
    """Note that a builder gets another length: ``builder.Length -= 5``."""
    owner = target.owner if isinstance(target, Member) and target.name.lower() == "length" else None
    known = flow.current(owner) if owner is not None else None
    if owner is not None and known is not None and known.made:
        flow.env.set(path_of(owner), opened(flow, target, known), counted=False)


def note_groups(flow: Flow, pattern: Node, compiled: str = "") -> dict[str, Value] | None:
    """Remember which groups of a pattern that was matched are safe, and return them."""
    text = pattern.text if isinstance(pattern, Pattern) else pattern.value if isinstance(pattern, Literal) else None
    if compiled:
        text = compiled
    elif isinstance(pattern, Name):
        known = flow.env.get(pattern.name)
        text = known.pattern or known.plain if known is not None else None
    if text is None:
        return None
    value = Value(pattern.start, pattern.start)
    value.origin = "rows"
    value.entries = {str(number + 1): member_of(value) for number in range(len(_GROUPS.findall(text[:1000])))}
    value.entries.update({name: Value(pattern.start, pattern.start, safe=True) for name in safe_groups(text)})
    flow.env.set("matches", value, counted=False)
    # In a shell, a number is an argument of the script; ``value`` is a member of the match.
    for name in value.entries.keys() - {"value"} if not flow.traits.arguments else ():
        flow.env.set(name, value.entries[name], counted=False)
    return value.entries


def is_compiler(node: Call) -> bool:
    """Return whether a call makes a pattern of its first argument."""
    name = last_name(node)
    return name in COMPILERS or (name == "new" and last_name(owner_of(node)) in ("regex", "regexp"))
