"""Functions of regular expressions, and of tests that keep or drop a text."""

from __future__ import annotations

from cwql.lint.dataflow.collections import is_safe_test
from cwql.lint.dataflow.guards import passing
from cwql.lint.dataflow.operators import is_compiler, note_groups
from cwql.lint.dataflow.values import is_harmless
from cwql.lint.ir import Call, Function, Literal, Name, Pattern
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.known_functions import CallSite
    from cwql.lint.dataflow.values import Value


def compile_pattern(call: CallSite) -> Value | None:
    """Return a regular expression: ``re.compile("…")``, ``"…".toRegex()``."""
    source = call.owner if call.name == "toregex" and call.owner is not None else call.first
    if source is None or not (isinstance(call.node, Call) and is_compiler(call.node)):
        return None
    if source.plain is None and not source.pattern:
        return None
    compiled = call.value()
    compiled.pattern = source.pattern or source.plain or ""
    return compiled


def make_lazy(call: CallSite) -> Value | None:
    """Return a pattern that is compiled when it is used: ``Lazy::new(|| Regex::new("…").unwrap())``, ``lazy { Regex("…") }``."""
    made = call.values[-1] if call.values else None
    if made is None or made.function is None or not made.pattern:
        return None
    compiled = call.value()
    compiled.pattern = made.pattern
    return compiled


def run_regex(call: CallSite) -> Value | None:
    """Return the groups of ``Regex.run(~r/…/, text)`` of Elixir."""
    return match_pattern(call) if call.owner_name == "regex" else None


def keep_if(call: CallSite) -> Value | None:
    """Return a text that passes a test: ``text.takeIf { it.matches(SERIAL) }``."""
    function = call.arguments[-1].value if call.arguments else None
    return call.same(passing(call.flow, function, call.owner) or call.owner) if call.owner is not None else None


def filter_items(call: CallSite) -> Value | None:
    """Return the items of a list that a function selects: ``filter(str.isdigit, text)``, ``text.Where(char.IsDigit)``."""
    tests = list(call.arguments)
    items = call.owner
    if items is None or (call.is_module and len(call.values) == 2):
        if call.name not in ("filter", "arrayfilter") or len(call.values) < 2:
            return None
        # ``filter(test, list)``, ``Enum.filter(list, test)``
        last = isinstance(tests[1].value, Function)
        items, tests = call.values[not last], tests[last : last + 1]
    for each in tests:
        found = passing(call.flow, each.value, items)
        if found is not None:
            return call.same(found)
    if any(is_safe_test(each) for each in tests):
        # Only digits and letters are left.
        return call.value(safe=True)
    known = bool(items.items) and not items.partial and all(map(is_harmless, items.items or ()))
    if call.owner is not None and not known:
        return None
    found = call.same(items)
    found.partial, found.safe = True, found.safe or known
    return found


def split_items(call: CallSite) -> Value | None:
    """Return the items of a list that pass a test, and the others: ``val (valid, invalid) = names.partition { it.matches(SKU) }``."""
    passed = filter_items(replace(call, name="filter"))
    others = call.values[0] if call.is_module and call.values else call.owner
    if passed is None or others is None:
        return None
    found = call.value()
    found.items = [passed, others]
    return found


def match_pattern(call: CallSite) -> Value | None:
    """Return the groups of a match, each safe if its part of the pattern is."""
    compiled = call.owner.pattern if call.owner is not None else ""
    for each in (call.owner_node, *[argument.value for argument in call.arguments]):
        if each is None or not (
            compiled or isinstance(each, Pattern) or (isinstance(each, Literal) and each is not call.owner_node)
        ):
            continue
        groups = note_groups(call.flow, each, compiled)
        if groups is None:
            continue
        if call.name in ("findall", "scan", "findallstring"):
            # ``mac.scan(/../)``
            return call.value(
                "*" in groups or any(each.safe and not each.texts for each in (call.owner, *call.values) if each)
            )
        found = call.value()
        found.entries, found.pattern = groups, compiled
        if call.name == "finditer":
            several = call.value()
            several.items = [found]
            return several
        if call.name == "pregmatch" and len(call.arguments) > 2 and isinstance(call.arguments[2].value, Name):
            call.flow.env.set(call.arguments[2].value.name, found)
        return found
    return None


def get_group(call: CallSite) -> Value | None:
    """Return a group of a match: ``re.match(…).group(1)``."""
    if call.owner is None or not call.owner.entries:
        return None
    number = (call.first.plain if call.first is not None else "0") if call.name == "group" else "*"
    return call.same(call.owner.entries.get(number or "", call.value()))
