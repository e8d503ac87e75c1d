"""Functions that make builders of texts and lists, and that add to them."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import APPENDS, PUSHES, last_name, owner_of
from cwql.lint.dataflow.text_functions import format_value, join, line_of
from cwql.lint.dataflow.texts import empty, extended, opened
from cwql.lint.dataflow.values import Value, has_literal, path_of
from cwql.lint.ir import Call, Name, Number
from cwql.lint.request_targets import parameter_of
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.dataflow.known_functions import CallSite
    from cwql.lint.ir import Node


def make_builder(call: CallSite) -> Value | None:
    """Return a builder with the text of its first argument: ``new StringBuilder("…")``, ``String::Builder.new``."""
    if call.made and call.name == "string" and call.first is not None and call.first.safe:
        # ``new string(characters)``
        return call.same(call.first)
    if call.name == "new":
        if call.owner_node is None or not call.owner_name.startswith("string"):
            return None
    elif not (call.made or (call.name != "string" and isinstance(call.node, Call))):
        return None
    if call.first is not None and not isinstance(call.arguments[0].value, Number):
        found = call.same(call.first) if call.first.texts else call.value()
    else:
        # ``new StringBuilder(256)``
        found = empty(call.flow, call.node.start)
    found.made = True
    return found


def make_joiner(call: CallSite) -> Value | None:
    """Return an object that joins texts: ``new StringJoiner(" and ")``."""
    if call.first is None or not isinstance(call.node, Call):
        return None
    joiner = call.value(safe=True)
    # Brackets around the parts are as good as ``and`` between them.
    joiner.items, joiner.joint = [], "and" if len(call.values) == 3 else call.first.plain
    joiner.separator = call.first
    return joiner


def trim(call: CallSite) -> Value | None:
    """Return the text of a builder that is cut: ``builder.Remove(builder.Length - 5, 5)``."""
    owner = call.owner
    if owner is None or not (owner.made and owner.texts) or call.owner_node is None:
        return None
    changed = opened(call.flow, call.node, owner)
    if call.name in ("clear", "reset"):
        changed = empty(call.flow, call.node.start)
        changed.made = True
    path = path_of(call.owner_node)
    if path:
        call.flow.env.set(path, changed, counted=False)
    return changed


def append_to_list(call: CallSite) -> Value | None:
    """Return the list that is the first argument, with more items: ``append(list, item)``, ``push @list, $item``."""
    if call.owner is not None or len(call.values) < 2:
        return None
    # The result of ``append`` is another list.
    target = call.arguments[0].value if call.name != "append" else None
    return call.flow.push(path_of(target) if target is not None else "", call.values[0], call.values[1:], call.node)


def print_to_builder(call: CallSite) -> Value | None:
    """Return the text that is the first argument, with more: ``fmt.Fprintf(&text, "…", value)``, ``write!(text, "…")``."""
    if not isinstance(call.node, Call) or len(call.values) < 2 or not (call.values[0].made or call.values[0].texts):
        return None
    target = call.arguments[0].value
    added = format_value(call.flow, call.node, call.values[1], call.values[2:]) or call.values[1]
    return _append(call, "append", call.values[0], target, [added]) if target is not None else None


def append_to_owner(call: CallSite) -> Value | None:
    """Return the owner, a text or a list, with more at its end: ``builder.Append("…")``, ``list.add(item)``."""
    if call.owner is None or call.owner_node is None:
        return None
    return _append(call, call.name, call.owner, call.owner_node, call.values)


def _append(call: CallSite, name: str, owner: Value, owner_node: Node, values: Sequence[Value]) -> Value | None:
    """Return a list or text with more at its end, which its name has from now on."""
    flow, node = call.flow, call.node
    path = path_of(_root(owner_node))
    if name in PUSHES:
        flow.keep(path, values, node.start)
        if owner.items is not None:
            return flow.push(path, owner, values, node)
    if len(values) > 1 and name.startswith("append") and values[1].texts and not values[0].texts:
        # ``builder.AppendFormat(CultureInfo.InvariantCulture, "…", name)``
        values = values[1:]
    text = owner.texts or owner.made
    if owner.entries is not None or (len(values) != 1 and not text):
        return None
    if not text and name in PUSHES:
        return _push_to_unknown(call, name, path, values[0])
    if not values:
        return None
    if not text and (name not in ("append", "writestring", "pushstr", "write", "appendline") or not values[0].texts):
        return None
    if name == "appendjoin":
        joined = join(replace(call, owner=None, is_module=True, values=values))
        values = [joined if joined is not None else call.value()]
    if name == "appendformat":
        filled = format_value(flow, node, values[0], values[1:])
        values = [filled] if filled is not None else values[:1]
    if call.name.endswith(("line", "ln")):
        values = [line_of(flow, node, values[0])]
    found = extended(flow, owner, values[0], node)
    found.made = True
    if path:
        flow.env.set(path, found, counted=False)
    return found


def _push_to_unknown(call: CallSite, name: str, path: str, added: Value) -> Value | None:
    """Return a list whose only known items are those that are added to it here."""
    if not path:
        return None
    key = path.rpartition(".")[2]
    parameter = parameter_of(key)
    if parameter is not None:
        # ``conditions.push("…")`` of a list that is made elsewhere.
        call.flow.sink(added, parameter, key, call.node.start, partial=True)
        return None
    if not has_literal([added]):
        return None
    for item in added.texts:
        item.ongoing = True
    pushed = call.flow.push(path, None, [added], call.node)
    pushed.made = name not in ("push", "add", "unshift")
    return pushed


def _root(node: Node) -> Node:
    """Return the builder of a chain of calls: ``builder.Append(a).Append(b)``."""
    for _ in range(60):
        if not isinstance(node, Call) or last_name(node) not in APPENDS:
            break
        if isinstance(node.callee, Name):
            return Name(node.start, node.start, "this")
        node = owner_of(node) or node
    return node
