"""The value of a call of a known function: of the standard libraries, and of the builders of texts and lists."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.guards import guards_of, is_compiler
from cwql.lint.dataflow.knowledge import (
    APPENDS,
    BATCHES,
    CONCATS,
    CUTS,
    DEDENTS,
    ENCODER_OWNERS,
    ENCODERS,
    FORMATS,
    FORMATTED,
    JOINS,
    LIST_MAKERS,
    MAP_MAKERS,
    MAPS,
    MATCHES,
    MOMENTS,
    NUMBERS,
    OTHER_ENCODERS,
    OTHER_ESCAPERS,
    PICKS,
    PUSHES,
    QUOTES,
    REPLACES,
    SAME,
    STRIPS,
    TEXT_OWNERS,
    TRIMS,
    fold,
    is_escaper,
)
from cwql.lint.dataflow.list_functions import filter_call, is_safe_test, map_call, mapping_of, part_of_mapping
from cwql.lint.dataflow.operators import note_groups
from cwql.lint.dataflow.origins import OUTSIDE, guess
from cwql.lint.dataflow.text_functions import (
    concat_call,
    cut_call,
    date_format_call,
    dedent_call,
    format_call,
    format_value,
    join_call,
    join_values,
    replace_call,
    strip_call,
)
from cwql.lint.dataflow.texts import Builder, extended, opened
from cwql.lint.dataflow.type_names import is_safe_key, is_safe_type
from cwql.lint.dataflow.values import (
    MOST_TEXTS,
    Value,
    has_literal,
    is_harmless,
    is_word,
    member_of,
    merged,
    path_of,
    rest,
)
from cwql.lint.ir import Block, Call, Function, Literal, Member, Name, Node, Pattern, Unary, key_of
from cwql.lint.request_targets import parameter_of
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Argument

_SHORTENS = words(
    """lstrip trimstart ltrim removeprefix trimprefix rstrip trimend rtrim removesuffix trimsuffix trimright chomp chop
    slice substring substr left"""
)
"""Calls that take the separator before or after a text, if they have an argument."""

_PRINTS = words("fprintf fprint fprintln write writeln")
"""Functions that add to the text that is their first argument."""

_OPTIONS = words("methodoption classoption option optional requires routeparam")
"""Declarations of options of the command line and of parameters of requests in Ruby."""

_RULES = words(
    """integer numeric boolean bool date dateformat in uuid ulid digits digitsbetween alpha alphanum alphadash ip ipv4
    macaddress decimal enum afterorequal beforeorequal"""
)
"""Rules of Laravel that only values without quotes pass."""

_PAIRS = words("getenumerator items entries entryset iteritems")
"""Methods that return the keys of a mapping with their values."""

_FILTERS = frozenset(
    f"FILTER_{name}"
    for name in (
        "VALIDATE_INT",
        "VALIDATE_FLOAT",
        "VALIDATE_BOOL",
        "VALIDATE_BOOLEAN",
        "VALIDATE_IP",
        "SANITIZE_NUMBER_INT",
    )
)
"""Filters of PHP whose results have no quotes."""

_OUT = re.compile(r"\bout\s+(?:\w++\??\s+)?(\w++)\s*+\)")


def known_call(  # noqa: C901  # a case for each kind of function
    flow: Flow, node: Node, name: str, owner: Value | None, values: Sequence[Value], arguments: Sequence[Argument]
) -> Value | None:
    """Return the value of a call of a known function; None for any other."""
    folded = fold(name)
    callee = node.callee if isinstance(node, Call) else node
    owner_node = callee.owner if isinstance(callee, Member) else None
    owner_name = fold(owner_node.name) or owner_node.name if isinstance(owner_node, (Name, Member)) else ""
    is_module = owner is None or (not owner.texts and owner.items is None and owner_name in TEXT_OWNERS)
    if flow.traits.modules and isinstance(owner_node, Name):
        # ``Date.add(today, 7)``
        is_module = is_module or owner_node.name[:1].isupper()
    first = values[0] if values else None
    if owner is None and (folded in APPENDS or folded in PUSHES):
        # ``buildString { append("…") }``
        owner_node = Name(node.start, node.start, "this")
        owner = flow.env.names.get("this") or flow.env.get("this")
    if (
        (folded in ("escape", "encode", "quote", "uri") and owner_name in ENCODER_OWNERS)
        or folded in ENCODERS
        # ``Api.encode("name = 'x'")``, a function of another file
        or (folded == "encode" and len(values) == 1 and has_literal(values) and owner_name not in OTHER_ENCODERS)
    ):
        source = first if first is not None else owner
        if folded == "addingpercentencoding" and owner is not None:
            source = owner
        if source is None:
            return None
        value = Value(node.start, node.end)
        value.inner, value.origin = [*source.texts, *source.inner][:MOST_TEXTS], source.origin
        value.sinks, value.parameter = source.sinks, source.parameter
        if source.joint is not None:
            value.joint, value.items, value.partial = source.joint, source.items, True
        value.safe = (source.safe and not source.texts) or (
            bool(source.texts) and not source.open and all(is_word(text.plain) for text in source.texts)
        )
        return value
    if owner_name not in OTHER_ESCAPERS and (is_escaper(name) or (folded == "escape" and owner_name)):
        # Whether it escapes correctly cannot be decided here.
        return Value(node.start, node.end, safe=True)
    if (
        first is not None
        and isinstance(node, Call)
        and (first.plain is not None or first.pattern)
        and is_compiler(node)
    ):
        compiled = Value(node.start, node.end)
        compiled.pattern = first.pattern or first.plain or ""
        return compiled
    if folded == "toregex" and owner is not None and owner.plain is not None:
        compiled = Value(node.start, node.end)
        compiled.pattern = owner.plain
        return compiled
    if folded == "takeif" and owner is not None and arguments and isinstance(arguments[-1].value, Function):
        # ``text.takeIf { it.matches(SERIAL) }``
        test = arguments[-1].value.body
        only = test.statements[-1] if isinstance(test, Block) and test.statements else test
        found = owner.moved(node.start, node.end)
        found.safe = found.safe or (only is not None and "it" in guards_of(only, flow)[0])
        return found
    if folded == "tryparse" and isinstance(owner_node, Name) and isinstance(node, Call):
        return _try_parse(flow, node, owner_node.name)
    if folded in LIST_MAKERS and (
        owner_name in ("list", "set", "arrays", "immutablelist")
        or (owner is None and folded.endswith(("of", "notnull")) and folded != "of")
    ):
        made_list = Value(node.start, node.end, safe=all(value.safe for value in values))
        made_list.items = list(values)
        return made_list
    if (folded if owner is None else f"{owner_name}.{folded}") in MAP_MAKERS:
        return mapping_of(flow, node, values)
    if (
        folded in ("filter", "where", "takewhile")
        and owner is not None
        and any(is_safe_test(flow, each) for each in arguments)
    ):
        # Only digits and letters are left.
        return Value(node.start, node.end, safe=True)
    if folded in JOINS:
        return join_call(flow, node, owner, owner_node, is_module, values)
    if folded == "collect" and owner is not None and len(arguments) == 1 and isinstance(arguments[0].value, Call):
        # ``ids.stream().collect(Collectors.joining(","))``
        collector = arguments[0].value
        if isinstance(collector.callee, (Member, Name)) and fold(collector.callee.name) == "joining":
            given = [flow.evaluate(each.value) for each in collector.arguments if each.value is not None]
            return join_call(flow, node, owner, owner_node, False, given)
        return owner.moved(node.start, node.end)
    mapping = first if owner_name == "object" or folded.startswith("array") else owner
    part = part_of_mapping(node, folded, mapping)
    if part is not None:
        return part
    if folded == "newreplacer" and any(value.plain and QUOTES.fullmatch(value.plain) for value in values[::2]):
        # ``strings.NewReplacer("'", "")``
        replacer = Value(node.start, node.end)
        replacer.pattern = "'"
        return replacer
    if folded in _PAIRS and mapping is not None and mapping.entries:
        pairs = mapping.moved(node.start, node.end)
        pairs.pairs = True
        return pairs
    if folded == "get" and owner is not None and owner.entries and len(arguments) == 1:
        key = key_of(arguments[0].value)
        entry = owner.entries.get(key) if key else merged(list(owner.entries.values()))
        if entry is not None:
            return entry.moved(node.start, node.end)
    if (
        folded in ("format", "string")
        and owner is not None
        and owner_node is not None
        and values
        and not owner.texts
        and _is_formatter(flow, owner_node)
    ):
        return Value(node.start, node.end, safe=True)
    if folded in TRIMS and owner is not None and owner.made and owner.texts and owner_node is not None:
        # ``builder.Remove(builder.Length - 5, 5)``
        changed = opened(flow, node, owner)
        if path_of(owner_node):
            flow.env.set(path_of(owner_node), changed, counted=False)
        return changed
    if folded in FORMATS or (folded == "format" and owner is not None):
        made = format_call(flow, node, owner, is_module, owner_name, values, arguments)
        if made is not None:
            return made
    if folded in REPLACES:
        made = replace_call(flow, node, folded, owner, owner_name, values)
        if made is not None:
            return made
    if folded in CONCATS and (is_module or (owner is not None and owner.texts)):
        return concat_call(flow, node, owner if not is_module else None, values, spaced=folded == "sprintln")
    if folded == "filter" and owner is None and len(values) > 1:
        return filter_call(flow, node, values, arguments)
    if folded in MAPS and not (isinstance(node, Call) and node.made):
        return map_call(node, folded, owner, values, arguments)
    if isinstance(node, Call) and node.made and folded == "string" and first is not None and first.safe:
        # ``new string(characters)``
        return first.moved(node.start, node.end)
    if isinstance(node, Call) and folded == "stringjoiner" and first is not None:
        joiner = Value(node.start, node.end)
        # Brackets around the parts are as good as ``and`` between them.
        joiner.items, joiner.joint, joiner.separator = [], "and" if len(values) == 3 else first.plain, first
        return joiner
    if isinstance(node, Call) and (folded in ("stringbuilder", "stringbuffer") or (node.made and folded == "string")):
        return _builder(node, values)
    if isinstance(callee, Member) and folded == "new" and "builder" in owner_name:
        return _builder(node, values)
    made_name = owner_name if folded == "new" else folded if isinstance(node, Call) and node.made else ""
    if (folded == "make" and owner is None and values) or (made_name.startswith(("list", "arraylist")) and not values):
        # ``make([]string, 0)``, ``new List<string>()``
        empty = Value(node.start, node.end, safe=True)
        empty.items = []
        return empty
    if folded in ("append", "push", "unshift", "arraypush") and owner is None and len(values) > 1:
        # ``list = append(list, item)``, ``push @list, $item``
        path = path_of(arguments[0].value) if folded != "append" and arguments[0].value is not None else ""
        return flow.push(path, values[0], values[1:], node)
    if folded in _PRINTS and isinstance(node, Call) and len(values) > 1 and (values[0].made or values[0].texts):
        # ``fmt.Fprintf(&text, "…", value)``, ``write!(text, "…", value)``
        written = node.arguments[0].value
        target = written.value if isinstance(written, Unary) else written
        added = format_value(flow, node, values[1], values[2:]) or values[1]
        return _append(flow, node, "append", values[0], target, [added]) if target is not None else None
    if folded in APPENDS and owner is not None and owner_node is not None:
        made = _append(flow, node, folded, owner, owner_node, values)
        if made is not None:
            return made
    if folded.startswith("validate") and values and values[-1].entries and owner_node is not None:
        return _validated(flow, node, owner_node, values[-1].entries)
    if folded in ("input", "get", "query", "post") and owner_node is not None and arguments:
        checked = flow.env.get(f"{path_of(owner_node)}.{key_of(arguments[0].value)}")
        if checked is not None and checked.safe:
            return checked.moved(node.start, node.end)
    if folded == "in" and owner_name == "rule" and first is not None:
        # ``Rule::in(self::STATUSES)``
        return Value(node.start, node.end, safe=is_harmless(first))
    if folded in _OPTIONS and first is not None and len(arguments) > 1:
        _note_option(
            flow, node, values, arguments, "options" if "option" in folded and folded != "optional" else "params"
        )
    plain = first.plain if first is not None and owner_name == "yaml" and folded in ("load", "safeload") else None
    if plain is not None and "'" not in plain and '"' not in plain:
        # ``YAML.safe_load("board: 5")``
        return Value(node.start, node.end, safe=True)
    if folded == "mapjoin" and len(values) > 1:
        mapped = map_call(node, "map", None, values, arguments)
        return join_values(flow, node, mapped, values[1] if len(values) > 2 else None) if mapped is not None else None
    if folded == "tostring" and first is not None and owner_name in ("atom", "integer", "float", "date", "datetime"):
        # ``Integer.to_string(id)``
        return Value(node.start, node.end, safe=owner_name != "atom" or first.safe)
    dated = isinstance(node, Call) and node.made and folded == "date" and flow.traits.native_dates
    if (
        folded in MOMENTS
        or dated
        or (folded == "date" and owner is not None and not owner.texts and all(each.safe for each in values))
    ):
        value = Value(node.start, node.end, safe=True)
        value.moment = dated or folded in ("touniversaltime", "tolocaltime", "todate")
        value.dated = not value.moment
        return value
    if (
        folded.startswith("add")
        and folded[3:] in ("years", "months", "days", "hours", "minutes", "seconds")
        and owner is not None
    ):
        value = Value(node.start, node.end, safe=True)
        value.moment = flow.traits.native_dates
        return value
    if first is not None and first.plain == "hex" and folded in ("digest", "tostring", "encode"):
        return Value(node.start, node.end, safe=True)
    if folded == "formatted" and any(
        isinstance(argument.value, Member) and fold(argument.value.name).startswith("iso8601") for argument in arguments
    ):
        # ``date.formatted(.iso8601)``
        return Value(node.start, node.end, safe=True)
    if folded in FORMATTED or folded.startswith("tolocale"):
        made = date_format_call(flow, node, folded, owner, owner_name, values, arguments)
        if made is not None:
            return made
    if (
        folded in NUMBERS
        or (owner is None and folded in flow.traits.numbers)
        or (folded == "parse" and is_safe_type(owner_name, {}))
        or owner_name in ("math", "bigdecimal", "hex")
    ):
        return Value(node.start, node.end, safe=True)
    if folded in ("getordefault", "getvalueordefault", "getvalue", "getorelse") and owner is not None and owner.entries:
        return Value(node.start, node.end, safe=owner.safe and all(map(is_harmless, values[1:])))
    if folded in ("keyset", "keys") and owner_node is not None:
        found = Value(node.start, node.end, safe=is_safe_key(flow.types_of(owner_node), flow.module.aliases))
        if found.safe:
            return found
    if folded in ("filterinput", "filtervar") and any(
        isinstance(argument.value, Name) and argument.value.name in _FILTERS for argument in arguments
    ):
        return Value(node.start, node.end, safe=True)
    if (
        folded in ("set", "hashset", "arraylist", "map", "ordereddict", "dict")
        and first is not None
        and first.items is not None
    ):
        # ``new Set(["New", "Open"])``
        return first.moved(node.start, node.end)
    if folded in ("get", "pop", "getlist", "value", "getobject", "decode") and any(
        is_safe_type(_type_given(argument), flow.module.aliases) for argument in arguments
    ):
        # ``request.args.get("board", type=int)``, ``request.parameters.get("board", as: Int.self)``
        return Value(node.start, node.end, safe=True)
    if folded in ("get", "fetch", "getordefault"):
        # ``NAMES.fetch(key)``, ``Map.get(@names, key, "New")``
        at = 1 if owner_name in ("map", "keyword") else 0
        mapping = first if at else owner
        if mapping is not None and mapping.entries and not isinstance(arguments[at].value, Literal):
            others = (*mapping.entries.values(), *values[at + 1 :])
            return Value(node.start, node.end, safe=all(map(is_harmless, others)))
    if folded == "get" and owner is not None and arguments and not (owner.texts or owner.items or owner.safe):
        found = guess(member_of(owner), key_of(arguments[0].value), member=True)
        found.safe = found.safe and (len(values) < 2 or is_harmless(values[1]))
        return found
    if folded in STRIPS and owner is not None and owner.texts and not values:
        return strip_call(flow, node, folded, owner)
    shortened = first if is_module else owner
    if folded in _SHORTENS and arguments and shortened is not None and shortened.texts:
        return cut_call(flow, node, folded, shortened, arguments)
    if folded in DEDENTS:
        subject = owner if owner is not None and owner.texts else first
        if subject is not None and subject.texts:
            return dedent_call(flow, node, folded, subject)
    if folded in BATCHES and values:
        source = (
            owner
            if owner is not None and not is_module and owner_name not in ("itertools", "_", "lodash")
            else values[0]
        )
        batches = Value(node.start, node.end, safe=source.safe)
        batches.origin = source.origin
        return batches
    if folded == "cast" and owner is None and len(values) == 2:
        return values[1].moved(node.start, node.end)
    if folded in PICKS and any(value.items and all(map(is_harmless, value.items)) for value in values):
        return Value(node.start, node.end, safe=True)
    if folded in ("group", "groups") and owner is not None and owner.entries:
        # ``re.match(…).group(1)``
        number = (first.plain if first is not None else "0") if folded == "group" else "*"
        return owner.entries.get(number or "", Value(node.start, node.end)).moved(node.start, node.end)
    if folded == "astype" and arguments and isinstance(arguments[0].value, (Name, Literal)):
        # ``frame["id"].astype(int)``
        type = arguments[0].value.name if isinstance(arguments[0].value, Name) else key_of(arguments[0].value)
        return Value(node.start, node.end, safe=is_safe_type(type, {}))
    if folded in SAME and (owner is not None or len(values) == 1):
        source = owner if owner is not None and not is_module else first if len(values) == 1 else None
        if source is not None and (
            source.texts
            or source.items is not None
            or source.safe
            or source.origin in OUTSIDE
            or (source.origin and not (values and source is owner))
            or source.parameter
            or source.inner
            or source.sinks
        ):
            found = source.moved(node.start, node.end)
            if (
                folded in ("filter", "where", "select", "keepif", "get", "first", "last", "at", "values")
                and found.items is not None
            ):
                found.partial = True
                if folded in ("get", "first", "last", "at"):
                    found = Value(node.start, node.end, safe=found.safe)
                    found.origin = source.origin
            if (
                found.texts
                and values
                and owner is source
                and folded not in ("trim", "strip", "trimend", "trimstart", "tostring")
            ):
                return None
            return found
    subject = first if is_module else owner
    if subject is not None and folded in CUTS:
        names = {each.parameter for text in subject.texts for each in text.segments if each.kind == "placeholder"}
        parameter = names.pop() if len(names) == 1 else subject.parameter
        if subject.safe or subject.origin or parameter:
            # ``("0" + number).slice(-2)``: as safe as what the function is called with.
            part = Value(node.start, node.end, safe=subject.safe)
            part.origin, part.moment = subject.origin, subject.moment and not subject.texts
            part.parameter, part.partial = parameter, True
            return part
    if folded in MATCHES and isinstance(node, Call):
        compiled_pattern = owner.pattern if owner is not None else ""
        for each in (owner_node, *[argument.value for argument in node.arguments]):
            if each is None:
                continue
            if compiled_pattern or isinstance(each, Pattern) or (isinstance(each, Literal) and each is not owner_node):
                groups = note_groups(flow, each, compiled_pattern)
                if groups is not None:
                    found = Value(node.start, node.end)
                    found.entries = groups
                    found.pattern = compiled_pattern
                    if folded in ("findall", "scan", "findallstring"):
                        return Value(node.start, node.end, safe="*" in groups)
                    if folded == "finditer":
                        several = Value(node.start, node.end)
                        several.items = [found]
                        return several
                    if folded == "pregmatch" and len(arguments) > 2 and isinstance(arguments[2].value, Name):
                        flow.env.set(arguments[2].value.name, found)
                    return found
    return None


def _note_option(flow: Flow, node: Node, values: Sequence[Value], arguments: Sequence[Argument], owner: str) -> None:
    """Note the type of an option: ``method_option :board, type: :numeric``, ``optional :status, values: %w[New Open]``."""
    kinds = [each.value.name for each in arguments if each.name == "type" and isinstance(each.value, Name)]
    listed = [value for value, each in zip(values, arguments, strict=False) if each.name in ("enum", "values")]
    safe = any(kind in (":numeric", ":boolean") or is_safe_type(kind, {}) for kind in kinds)
    option = Value(node.start, node.end, safe=safe or any(map(is_harmless, listed)))
    (flow.members or flow.env).set(f"{owner}.{key_of(arguments[0].value)}", option)


def _validated(flow: Flow, node: Node, owner: Node, rules: Mapping[str, Value]) -> Value:
    """Return the fields of a request that it validates, each safe if its rules allow nothing else."""
    found = Value(node.start, node.end)
    found.entries = {}
    for key, rule in rules.items():
        parts = rule.items if rule.items is not None else [rule]
        names = [each for part in parts for each in (part.plain or "").split("|")]
        safe = any(part.safe and not part.texts for part in parts)
        safe = safe or any(fold(name.partition(":")[0]) in _RULES and is_word(name) for name in names)
        found.entries[key] = Value(node.start, node.end, safe=safe)
        flow.env.set(f"{path_of(owner)}.{key}", found.entries[key], counted=False)
    return found


def _try_parse(flow: Flow, node: Call, type: str) -> Value:
    """Give the variable of ``int.TryParse(text, out var number)`` a value that is safe if the type is."""
    match = _OUT.search(flow.source, node.start, node.end)
    if match is not None:
        value = Value(node.start, node.start, safe=is_safe_type(type, {}) or type.lower() == "enum")
        value.moment = type.lower().startswith("date")
        flow.env.set(match[1], value)
    return Value(node.start, node.end, safe=True)


def _type_given(argument: Argument) -> str:
    """Return the type that an argument names: ``type=int``, ``as: Int.self``, ``Integer.class``; empty if it names none."""
    value = argument.value
    if isinstance(value, Name) and argument.name == "type":
        return value.name
    named = value.owner if isinstance(value, Member) and value.name in ("self", "class") else None
    return named.name if isinstance(named, Name) else ""


def _is_formatter(flow: Flow, node: Node) -> bool:
    """Return whether a value formats dates or numbers: ``ISO8601DateFormatter()``, a name with the type ``DateTimeFormatter``."""
    if isinstance(node, Call):
        node = node.callee
    value = flow.env.get(path_of(node)) if isinstance(node, (Name, Member)) else None
    made = flow.source[value.start : min(value.end, value.start + 60)] if value is not None else ""
    names = [*flow.types_of(node), made, node.name if isinstance(node, (Name, Member)) else ""]
    lowered = [name.lower() for name in names]
    return any("format" in name and any(word in name for word in ("date", "time", "number")) for name in lowered)


def _builder(node: Node, values: Sequence[Value]) -> Value:
    found = values[0].moved(node.start, node.end) if values and values[0].texts else Value(node.start, node.end)
    found.made = True
    return found


def _append(  # noqa: C901  # a case for each kind of owner
    flow: Flow, node: Node, folded: str, owner: Value, owner_node: Node, values: Sequence[Value]
) -> Value | None:
    """Return a list or text with more at its end, which its name has from now on."""
    root = owner_node
    for _ in range(60):
        # ``builder.Append(a).Append(b)``
        if isinstance(root, Call) and isinstance(root.callee, Member) and fold(root.callee.name) in APPENDS:
            if root.callee.owner is None:
                break
            root = root.callee.owner
        else:
            break
    if isinstance(root, Call) and isinstance(root.callee, Name) and fold(root.callee.name) in APPENDS:
        root = Name(root.start, root.start, "this")
    path = path_of(root)
    if folded in PUSHES:
        flow.keep(path, values, node.start)
    if owner.items is not None and folded in PUSHES:
        return flow.push(path, owner, values, node)
    if owner.entries is not None or (len(values) != 1 and not (owner.texts or owner.made)):
        return None
    text = owner.texts or owner.made
    if not text and folded in PUSHES:
        if not path:
            return None
        key = path.rpartition(".")[2]
        parameter = parameter_of(key)
        if parameter is not None and values:
            # ``conditions.push("…")`` of a list that is made elsewhere.
            flow.sink(values[0], parameter, key, node.start, partial=True)
            return None
        if has_literal(values[:1]):
            for item in values[0].texts:
                item.ongoing = True
            pushed = flow.push(path, owner if owner.items is not None else None, values, node)
            pushed.made = folded not in ("push", "add", "unshift")
            return pushed
        return None
    if not text and folded not in ("append", "writestring", "pushstr", "write", "appendline"):
        return None
    if not values:
        return None
    if not text and not any(each.texts for each in values):
        return None
    if folded == "appendjoin":
        joined = join_call(flow, node, None, None, True, values)
        values = [joined if joined is not None else Value(node.start, node.end)]
    if folded == "appendformat":
        filled = format_value(flow, node, values[0], values[1:])
        values = [filled] if filled is not None else values[:1]
    if owner.texts:
        found = extended(flow, owner, values[0], node)
    else:
        builder = Builder(flow, node)
        if not owner.made:
            builder.add(rest(node.start))
        builder.append(values[0])
        found = builder.value() if builder.literal else Value(node.start, node.end, safe=values[0].safe)
    found.made = True
    if path:
        flow.env.set(path, found, counted=False)
    return found
