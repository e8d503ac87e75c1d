"""Tests that a program makes before it uses a value: `guards_of`, `empty_names_of`, `passing`, `matches_safe`."""

from __future__ import annotations

from cwql.lint.dataflow.collections import is_safe_test
from cwql.lint.dataflow.knowledge import (
    DIGITS,
    IMPLICIT,
    MATCHES,
    QUOTES,
    is_anchored,
    is_safe_pattern,
    last_name,
    owner_of,
)
from cwql.lint.dataflow.membership import (
    EQUAL,
    MEMBERSHIP,
    included,
    is_allow_list,
    names_of,
    parts_of,
    subject_of,
    value_of,
)
from cwql.lint.dataflow.operators import is_compiler
from cwql.lint.dataflow.type_names import is_text_type
from cwql.lint.dataflow.values import Value, is_word, path_of
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Cast,
    Choice,
    Function,
    Items,
    Literal,
    Member,
    Name,
    Node,
    Operation,
    Other,
    Pattern,
    Unary,
    is_nothing,
    key_of,
    listed,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from cwql.lint.dataflow.flow import Flow

    Guards: TypeAlias = tuple[set[str], set[str]]

_MATCHES = words("test fullmatch match pregmatch matchstring ismatch matches")
_CONTAINS_ANY = words("containsany strpbrk indexofany")
_CONTAINS = words("contains includes include strcontains containsrune indexof index strpos mbstrpos instr")
_POSITIONS = {
    ("<", "0"): "==",
    ("-lt", "0"): "==",
    (">=", "0"): "!=",
    ("-ge", "0"): "!=",
    (">", "-1"): "!=",
    ("-gt", "-1"): "!=",
}
"""Comparisons of the position that a search returns, as those with ``-1``, which means that nothing was found."""

_MEMBERSHIP = words("in -in -cin -contains -ccontains !in -notin -cnotin -notcontains -cnotcontains") | {"not in"}
_AND = frozenset(("&&", "and", "andalso", "-and"))
_EMPTY = words("isnullorempty isnullorwhitespace isempty empty isblank isnull blank nil")
_PRESENT = words("isnotempty isnotblank any present hastext haslength some")
_LENGTHS = words("length len strlen size count")
_ALL = words("all allsatisfy every allmatch")
_CHARACTERS = words("chars characters tochararray runes bytes toseq")
_ANY = words("any some anymatch")
_CONVERSIONS = words("int integer float number double uuid guid tointornull tolongornull todoubleornull")
"""Functions whose result is nothing unless a text is a number or an identifier."""
_TESTS = (
    words("isinstance isa kindof range wholematch firstmatch search")
    | (_MATCHES | _CONTAINS_ANY | _CONTAINS | MEMBERSHIP)
    | (DIGITS | _CONVERSIONS | _ALL | _ANY | {"isnan", "filtervar"})
)
"""The calls that `_checked`, `included` and `_without_quote` know."""
_KEEPS = words("bool boolean isset exists defined")
_NOT = frozenset(("!", "not", "-not"))

_TYPE_TESTS = words("is isnot !is instanceof -is -isnot")
_UNEQUAL = frozenset(("!=", "!==", "<>", "is not", "isnot", "!is", "-isnot", "-ne", "-cne", "ne"))


def guards_of(test: Node, flow: Flow) -> Guards:
    """Return the names that are safe if a test is true, and those that are if it is false."""
    if isinstance(test, Unary) and test.sign in _NOT:
        yes, no = guards_of(test.value, flow)
        return no, yes
    if isinstance(test, Cast):
        # ``(bool) preg_match($pattern, $name)``
        return guards_of(test.value, flow)
    if isinstance(test, Unary) and test.sign in ("test", "@", "await"):
        # Brackets of PowerShell, and a command of a shell
        return guards_of(test.value, flow)
    if isinstance(test, Operation):
        return _guards_of_operation(test, flow)
    if isinstance(test, Choice) and len(test.options) == len(test.tests) == 1:
        # ``a && b``: the value of `b`, if `a` is true.
        return _both(_empty_or_safe(test.tests[0], flow), _empty_or_safe(test.options[0], flow))
    if isinstance(test, Choice) and len(test.options) == 2 and not test.tests:
        return _either(_empty_or_safe(test.options[0], flow), _empty_or_safe(test.options[1], flow))
    if isinstance(test, Other) and test.children and all(isinstance(each, Assign) for each in test.children[:-1]):
        # ``if kind := query.Get("kind"); slices.Contains(kinds, kind) {``
        yes, no = guards_of(test.children[-1], flow)
        return yes, no.difference(*[names_of(each.target) for each in test.children[:-1] if isinstance(each, Assign)])
    if isinstance(test, Call):
        name = last_name(test)
        if name in _KEEPS and len(test.arguments) == 1 and test.arguments[0].value is not None:
            return guards_of(test.arguments[0].value, flow)
        yes, no = _tested(test, flow)
        if name not in _TESTS and not (test.arguments and isinstance(test.arguments[-1].value, Function)):
            # Most calls that are returned are no tests.
            return yes, no
        listed, missing = included(test, flow)
        return yes | _checked(test, flow) | listed, no | _without_quote(test, flow) | missing
    return _tested(flow.env.get(test.name) if isinstance(test, Name) else test, flow)


def _tested(call: Node | Value | None, flow: Flow) -> Guards:
    """Return the guards of a call of a function of the file, of ``NAMES[name]``, or of a result of them: ``if err := check(name); err != nil {``."""
    known = flow.tests.get((call.start, call.end)) if call is not None else None
    return known or (set(), set())


def passing(flow: Flow, function: Node | None, items: Value) -> Value | None:
    """Return the items of a list that pass a test, if only safe ones do, or only those with safe members; otherwise None.

    ``tags.filter(tag => /^[A-Z]+$/.test(tag))``, ``$rows | Where-Object { $_.Tag -match '^[A-Z]+$' }``
    """
    if items.safe:
        return None
    if isinstance(function, Member) and last_name(function) in _MATCHES:
        # ``WORD::matches``
        at = function.start
        function = Function(at, at, "", [], Call(at, at, function, [Argument(Name(at, at, "it"))]), True)
    if not isinstance(function, Function):
        return None
    passed, names = _passed(function, flow, True)
    found = items.moved(items.start, items.end)
    if not passed.isdisjoint(names):
        found.safe = True
        return found
    checked = [path.partition(".")[2] for path in passed if path.partition(".")[0] in names]
    if not checked or items.items is not None:
        return None
    row = Value(items.start, items.start)
    row.origin, row.entries = items.origin, {name: Value(items.start, items.start, safe=True) for name in checked}
    found.items = [row]
    return found


def _passed(function: Function, flow: Flow, passes: bool) -> tuple[set[str], Sequence[str]]:
    """Return the names that are safe for an item that passes a test, or fails it, and the names of the item."""
    test = function.body
    if isinstance(test, Block) and test.statements:
        test = test.statements[-1]
    names = [each.name for each in function.parameters[:1]] or IMPLICIT
    return guards_of(test, flow)[0 if passes else 1] if test is not None else set(), names


def _guards_of_operation(test: Operation, flow: Flow) -> Guards:
    """Return the guards of a comparison, a search or a connective."""
    sign = test.sign.lower()
    left, right = test.left, test.right
    if sign in _AND:
        return _both(_empty_or_safe(left, flow), _empty_or_safe(right, flow))
    if sign in ("||", "or", "orelse", "-or"):
        return _either(_empty_or_safe(left, flow), _empty_or_safe(right, flow))
    sign = _POSITIONS.get((sign, flow.source[right.start : right.end]), sign)
    negated = sign.lstrip("-c").startswith(("not", "!"))
    if sign in ("in", "not in", "-match", "-notmatch", "-like", "-notlike"):
        # ``"'" in name``, ``$name -match "'"``
        searched, quote = (right, left) if sign.endswith("in") else (left, right)
        if _is_quote(quote):
            return (names_of(searched), set()) if negated else (set(), names_of(searched))
        if sign.endswith("in") and _lists_quote(right):
            # ``c not in "'()"``, ``c not in ("'", "[")``
            return (names_of(left), set()) if negated else (set(), names_of(left))
    found: set[str] = set()
    if sign in _MEMBERSHIP:
        # ``name in ALLOWED``, ``$allowed -contains $name``
        item, items = (right, left) if sign.endswith("contains") else (left, right)
        found = names_of(item) if is_allow_list(items, flow) else found
    elif sign in MATCHES:
        found = names_of(left) if matches_safe(right, True, flow) else found
    elif sign in EQUAL or sign in _UNEQUAL:
        found, no = guards_of(left, flow)
        if sign in _TYPE_TESTS and isinstance(right, (Name, Member)):
            # ``value is Int``, and a constant: ``state is Status.New``
            constant = isinstance(right, Member) and not is_text_type(right.name)
            found = (
                names_of(left.value if isinstance(left, Unary) else left)
                if constant or flow.is_safe(right.name)
                else found
            )
        elif isinstance(left, Unary) and left.sign == "typeof" and key_of(right) in ("number", "boolean"):
            found = names_of(left.value)
        elif path_of(left) and isinstance(right, Literal) and is_word(right.value):
            # ``status == "Open"``: then it is a word of the program.
            found = names_of(left)
        nothing = is_nothing(right) or sign != test.sign.lower()
        return (found, no) if (sign in EQUAL) != nothing else (no, found)
    return (set(), found) if negated else (found, set())


def _empty_or_safe(test: Node, flow: Flow) -> Guards:
    """Return the guards of a test, and the names that are empty: ``name is None or name in NAMES``."""
    safe, empty = guards_of(test, flow), empty_names_of(test)
    return safe[0] | empty[0], safe[1] | empty[1]


def empty_names_of(test: Node) -> Guards:
    """Return the names whose text is empty if a test is true, and those whose text is empty if it is false.

    A value that does not exist counts as empty.
    """
    if isinstance(test, Unary) and test.sign in (*_NOT, "test"):
        yes, no = empty_names_of(test.value)
        return (no, yes) if test.sign in _NOT else (yes, no)
    if isinstance(test, Operation):
        nothing = (isinstance(test.right, Literal) and not test.right.value) or _is_zero(test.right)
        names = names_of(_measured(test.left)) if nothing else set[str]()
        sign = test.sign.lower()
        return names if sign in EQUAL else set(), names if sign in _UNEQUAL or sign in (">", "-gt") else set()
    if isinstance(test, (Name, Member)) and last_name(test) not in _EMPTY | _PRESENT:
        return set(), names_of(_measured(test))
    if isinstance(test, (Call, Member)):
        word, owner, values = parts_of(test) if isinstance(test, Call) else (last_name(test), test.owner, [])
        # ``buildString { if (isNotEmpty()) append(", ") … }``
        tested = next((path for value in values if (path := path_of(value))), path_of(owner) if owner else "this")
        if tested:
            return {tested} if word in _EMPTY else set(), {tested} if word in _PRESENT else set()
    return set(), set()


def _is_zero(node: Node) -> bool:
    """Return whether a value is nothing or zero: what an index is not if something was found, ``-1``, is neither."""
    return is_nothing(node) and not isinstance(node, Unary)


def _measured(node: Node) -> Node:
    """Return the text whose length an expression is: ``name.length``, ``len(name)``."""
    if last_name(node) not in _LENGTHS:
        return node
    values = parts_of(node)[2] if isinstance(node, Call) else []
    return values[0] if values else owner_of(node) or node


def _without_quote(test: Call, flow: Flow) -> set[str]:
    """Return the name that contains no quote if a call is false: ``name.Contains("'")``, ``strings.Contains(name, "'")``."""
    name, owner, values = parts_of(test)
    if name in _ANY and (each := _checked_each(test, flow, False)):
        return each
    if name in _ANY and owner is not None and any(is_safe_test(each, negated=True) for each in test.arguments):
        # ``text.Any(c => !char.IsLetter(c))``
        return names_of(owner)
    if name in _ANY and (text := _searched_signs(values)) is not None:
        return names_of(text)
    last = values[-1] if values else None
    if name == "isnan" and last is not None:
        # ``isNaN(Number(text))``; ``Number.isNaN`` is false for all texts.
        return guards_of(last, flow)[0] or (names_of(last) if owner is None else set())
    if owner is not None and isinstance(last, Function) and _tests_quote(last.body):
        # ``name.chars().any(|c| c == '"')``, ``[...name].some((c) => c === "'")``
        return names_of(_whole(owner))
    if name in _CONTAINS_ANY and _lists_quote(_whole(last) if last is not None else None):
        # ``strings.ContainsAny(name, "'\"")``, ``name.IndexOfAny(new[] { '\'', '"' })``
        return names_of(values[0] if len(values) == 2 else owner)
    if name in _MATCHES or name == "search":
        # ``UNSAFE.test(name)``, ``QUOTES.search(name)``
        operands = [each for each in (owner, *values) if each is not None]
        tested = [each for each in operands if QUOTES.fullmatch(_text_of(each, flow) or "") is None]
        return names_of(*tested) if len(tested) < len(operands) else set()
    if name in _CONTAINS and _is_quote(last):
        return names_of(values[0] if len(values) == 2 else owner)
    return set()


def _searched_signs(values: Sequence[Node]) -> Node | None:
    r"""Return the text in which each of some signs is searched, one of which is a quote: ``any(sign in text for sign in "'\"")``."""
    mapped = values[0] if values else None
    if not isinstance(mapped, Call) or not isinstance(mapped.callee, Member) or not mapped.arguments:
        return None
    function = mapped.arguments[0].value
    test = function.body if isinstance(function, Function) else None
    return (
        test.right if isinstance(test, Operation) and test.sign == "in" and _lists_quote(mapped.callee.owner) else None
    )


def _tests_quote(node: Node | None) -> bool:
    """Return whether a test compares a character with a quote."""
    if isinstance(node, Block) and len(node.statements) == 1:
        node = node.statements[0]
    if isinstance(node, Choice):
        return any(map(_tests_quote, (*node.tests, *node.options)))
    if isinstance(node, Operation) and node.sign in ("||", "or"):
        return _tests_quote(node.left) or _tests_quote(node.right)
    return isinstance(node, Operation) and node.sign in EQUAL and (_is_quote(node.left) or _is_quote(node.right))


def _is_quote(node: Node | None) -> bool:
    """Return whether a text is a quote, also between wildcards or as a class of a pattern."""
    text = node.value if isinstance(node, Literal) else None
    return text is not None and text.strip("*[]") in ("'", '"', "'\"", "\"'")


def _lists_quote(node: Node | None) -> bool:
    """Return whether a text or list consists of signs, one of which is a quote: a character is compared with them."""
    if isinstance(node, Items):
        return any(map(_is_quote, node.items))
    text = (node.value if isinstance(node, Literal) else None) or ""
    return ("'" in text or '"' in text) and not any(map(str.isalnum, text))


def _both(left: Guards, right: Guards) -> Guards:
    """Return the names that are safe if two tests are true, and those that are if one of them is false."""
    return left[0] | right[0], left[1] & right[1]


def _either(left: Guards, right: Guards) -> Guards:
    """Return the names that are safe if one of two tests is true, and those that are if both are false."""
    return left[0] & right[0], left[1] | right[1]


def _checked(test: Call, flow: Flow) -> set[str]:
    """Return the name that is safe if a call is true: ``name.isalnum()``, ``PATTERN.fullmatch(name)``, ``isinstance(name, int)``."""
    name, owner, values = parts_of(test)
    if name == "matches" and isinstance(owner, Call) and not values:
        # ``PATTERN.matcher(text).matches()``
        name, owner, values = "fullmatch", *parts_of(owner)[1:]
    values = list(map(subject_of, values))
    paths = [path for path in map(path_of, values) if path]
    if name in ("isinstance", "isa", "kindof") and values:
        types = values[-1].items if isinstance(values[-1], Items) else values[-1:]
        if all(isinstance(each, (Name, Member)) and (each.name == "date" or flow.is_safe(each.name)) for each in types):
            return set(paths[:1]) if len(values) > 1 and paths else names_of(owner)
    if name in _ALL and (each := _checked_each(test, flow, True)):
        return each
    if name in _ALL and owner is None and values and isinstance(values[0], Call):
        # ``all(c.isalnum() for c in name)``
        test, owner = values[0], owner_of(values[0])
    if name in _ALL and owner is not None and any(is_safe_test(each) for each in test.arguments):
        # ``name.all { it.isLetterOrDigit() }``
        return names_of(_whole(owner))
    if name in ("range", "wholematch", "firstmatch") and values and matches_safe(values[0], name != "wholematch", flow):
        # ``name.range(of: "^[A-Z]+$", options: .regularExpression) != nil``
        return names_of(owner)
    if name == "filtervar" and flow.evaluate(test).safe:
        # ``filter_var($id, FILTER_VALIDATE_INT) !== false``
        return set(paths[:1])
    if name in DIGITS or name in _CONVERSIONS:
        return set(paths[:1]) if values else names_of(owner)
    if name in _MATCHES:
        whole = name not in ("fullmatch", "matches")
        begins = name == "match" and flow.traits.starts
        if owner is not None and matches_safe(owner, whole, flow, begins) and paths:
            return set(paths[:1])
        # Not the pattern itself: ``preg_match(self::SKU, $text)``.
        tested = [value for value in values if not matches_safe(value, whole, flow, begins)]
        if len(tested) < len(values):
            return names_of(*tested[:1]) or names_of(owner)
    return set()


def _checked_each(test: Call, flow: Flow, passes: bool) -> set[str]:
    """Return the names in a list that is tested as a whole: ``all(each.isdigit() for each in (company, days))``."""
    _, owner, values = parts_of(test)
    if owner is None and values and isinstance(values[0], Call):
        test, owner = values[0], owner_of(values[0])
    function = test.arguments[-1].value if owner is not None and test.arguments else None
    if not isinstance(function, Function):
        return set()
    checked, names = _passed(function, flow, passes)
    return set() if checked.isdisjoint(names) else names_of(*listed(owner))


def _whole(node: Node) -> Node:
    """Return the text whose characters an expression is: ``[...text]``, ``text.chars()``."""
    if isinstance(node, Items) and len(node.items) == 1:
        return node.items[0]
    owner = owner_of(node)
    return owner if owner is not None and last_name(node) in _CHARACTERS else node


def matches_safe(node: Node, whole: bool, flow: Flow, begins: bool = False) -> bool:
    """Return whether a node is a pattern that only safe texts match; `whole` if it has to be anchored, at its end only if it `begins` there."""
    text = _text_of(node, flow)
    return text is not None and is_safe_pattern(text) and (not whole or is_anchored(f"^{text}" if begins else text))


def _text_of(node: Node, flow: Flow) -> str | None:
    """Return the text of a pattern without its delimiters; None if a node is not known to be one."""
    if isinstance(node, Call) and node.arguments and is_compiler(node):
        # ``re.compile("…").fullmatch(text)``
        node = node.arguments[0].value or node
    if isinstance(node, Pattern):
        text: str | None = node.text
    elif isinstance(node, Literal):
        text = node.value
    else:
        # ``SKU = re.compile("…")``, ``const sku = /…/``
        value = flow.evaluate(node) if isinstance(node, Call) and not node.arguments else value_of(node, flow)
        text = None if value is None else value.pattern or value.plain
    if text is None:
        return None
    head, slash, flags = text.rpartition("/")
    if slash and (not isinstance(node, Literal) or text.startswith("/")) and (not flags or flags.isalpha()):
        text = head.removeprefix("/")
    return text
