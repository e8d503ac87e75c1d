"""Tests that a program makes before it uses a value: `guards_of`, `empty_names_of`, `passing`."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import DIGITS, IMPLICIT, QUOTES, fold, is_anchored, is_safe_pattern
from cwql.lint.dataflow.list_functions import is_safe_test
from cwql.lint.dataflow.operators import is_compiler
from cwql.lint.dataflow.type_names import is_safe_type
from cwql.lint.dataflow.values import Value, is_harmless, is_word, path_of
from cwql.lint.ir import (
    Block,
    Call,
    Choice,
    Function,
    Index,
    Items,
    Jump,
    Literal,
    Member,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Pairs,
    Pattern,
    Unary,
    is_nothing,
    key_of,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from cwql.lint.dataflow.flow import Flow

    Guards: TypeAlias = tuple[set[str], set[str]]

_MATCHES = words("test fullmatch match pregmatch matchstring ismatch matches")
_CONTAINS_ANY = words("containsany strpbrk indexofany")
_CONTAINS = words("contains includes include strcontains containsrune indexof")
_INCLUDES = words(
    """contains includes include has haskey containskey containsvalue member key inarray arraykeyexists hasownproperty
    hasown hasvalue containselement indexof"""
)
_INSIDE = frozenset(("in", "-in", "-cin", "-contains", "-ccontains"))
_OUTSIDE = frozenset(("not in", "!in", "-notin", "-cnotin", "-notcontains", "-cnotcontains"))
_EMPTY = words("isnullorempty isnullorwhitespace isempty empty isblank isnull blank nil")
_PRESENT = words("isnotempty isnotblank any present hastext haslength some")
_LENGTHS = words("len length size strlen count bytesize")
_ALL = words("all allsatisfy every allmatch")
_CHARACTERS = words("chars characters tochararray runes bytes toseq")
_ANY = words("any some anymatch")
_KEEPS = words("string str tostring trim strip")
_NOT = frozenset(("!", "not", "-not"))

_EQUAL = frozenset(("==", "===", "is", "-eq", "-ceq", "eq"))
_UNEQUAL = frozenset(("!=", "!==", "is not", "-ne", "-cne", "ne"))


def guards_of(test: Node, flow: Flow) -> tuple[set[str], set[str]]:
    """Return the names that are safe if a test is true, and those that are if it is false."""
    if isinstance(test, Unary) and test.sign in _NOT:
        yes, no = guards_of(test.value, flow)
        return no, yes
    if isinstance(test, Operation):
        return _guards_of_operation(test, flow)
    if isinstance(test, Choice) and len(test.options) == len(test.tests) == 1:
        # ``a && b``: the value of `b`, if `a` is true.
        return _both(guards_of(test.tests[0], flow), guards_of(test.options[0], flow))
    if isinstance(test, Choice) and len(test.options) == 2 and not test.tests:
        return _either(guards_of(test.options[0], flow), guards_of(test.options[1], flow))
    if isinstance(test, Other) and len(test.children) == 1:
        return guards_of(test.children[0], flow)
    if isinstance(test, Index) and test.key is not None and is_allow_list(test.owner, flow):
        # ``if (!NAMES[name])``
        return {path for path in (path_of(test.key),) if path}, set()
    if isinstance(test, Call):
        return _checked(test, flow) | _included(test, flow), _without_quote(test, flow)
    return set(), set()


def passing(flow: Flow, function: Node | None, items: Value) -> Value | None:
    """Return the items of a list that pass a test, if only safe ones do, or only those with safe members; otherwise None.

    ``tags.filter(tag => /^[A-Z]+$/.test(tag))``, ``$rows | Where-Object { $_.Tag -match '^[A-Z]+$' }``
    """
    if not isinstance(function, Function) or items.safe:
        return None
    test = function.body
    if isinstance(test, Block) and test.statements:
        test = test.statements[-1]
    if isinstance(test, Jump):
        test = test.value
    passed = guards_of(test, flow)[0] if test is not None else set()
    names = [each.name for each in function.parameters[:1]] or IMPLICIT
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


def _guards_of_operation(test: Operation, flow: Flow) -> Guards:
    """Return the guards of a comparison, a search or a connective."""
    sign = test.sign.lower()
    found = _quote_in(test, sign)
    if found is not None:
        return found
    member = _member_of(test, sign, flow)
    if member:
        return (set(), {member}) if sign in _OUTSIDE else ({member}, set())
    left = path_of(test.left)
    if sign in ("-match", "=~", "-cmatch") and left:
        return ({left}, set()) if _is_safe(test.right, True, flow) else (set(), set())
    if sign in ("-notmatch", "!~") and left:
        return (set(), {left}) if _is_safe(test.right, True, flow) else (set(), set())
    if sign in ("&&", "and", "-and"):
        return _both(guards_of(test.left, flow), guards_of(test.right, flow))
    if sign in ("||", "or", "-or"):
        return _either(guards_of(test.left, flow), guards_of(test.right, flow))
    if sign in _EQUAL or sign in _UNEQUAL:
        yes, no = guards_of(test.left, flow)
        if isinstance(test.left, Unary) and test.left.sign == "typeof" and key_of(test.right) in ("number", "boolean"):
            yes = {path_of(test.left.value)} - {""}
        if left and isinstance(test.right, Literal) and is_word(test.right.value):
            # ``status == "Open"``: then it is a word of the program.
            yes = {left}
        return (yes, no) if (sign in _EQUAL) != is_nothing(test.right) else (no, yes)
    return set(), set()


def empty_names_of(test: Node) -> tuple[set[str], set[str]]:
    """Return the names whose text is empty if a test is true, and those whose text is empty if it is false."""
    if isinstance(test, Name):
        return set(), {test.name}
    if isinstance(test, Unary) and test.sign in _NOT:
        yes, no = empty_names_of(test.value)
        return no, yes
    if isinstance(test, Other) and len(test.children) == 1:
        return empty_names_of(test.children[0])
    if isinstance(test, Operation):
        sign = test.sign.lower()
        if sign in ("&&", "and", "-and"):
            return _both(empty_names_of(test.left), empty_names_of(test.right))
        name = _measured(test.left)
        if isinstance(test.right, Literal) and not test.right.value and isinstance(test.left, Name):
            name = test.left.name
        elif not (name and isinstance(test.right, Number) and test.right.text == "0"):
            return set(), set()
        return (
            ({name}, set())
            if sign in _EQUAL
            else (set(), {name})
            if sign in (*_UNEQUAL, ">", "-gt")
            else (set(), set())
        )
    if isinstance(test, Call):
        callee = test.callee
        word = fold(callee.name) if isinstance(callee, (Member, Name)) else ""
        owner = callee.owner if isinstance(callee, Member) else None
        values = [argument.value for argument in test.arguments if isinstance(argument.value, Name)]
        tested = values[0] if values else owner
        if isinstance(tested, Name):
            if word in _EMPTY:
                return {tested.name}, set()
            if word in _PRESENT:
                return set(), {tested.name}
    return set(), set()


def _measured(node: Node) -> str:
    """Return the name whose length an expression is: ``len(name)``, ``name.length``, ``name.size()``."""
    measured: Node | None = None
    word = ""
    member = node.callee if isinstance(node, Call) else node
    if isinstance(member, Member):
        measured, word = member.owner, member.name
    elif isinstance(node, Call) and isinstance(member, Name) and node.arguments:
        measured, word = node.arguments[0].value, member.name
    return measured.name if isinstance(measured, Name) and fold(word) in _LENGTHS else ""


def _quote_in(test: Operation, sign: str) -> tuple[set[str], set[str]] | None:
    """Return the guards of an operation that searches a name for a quote: ``"'" in name``, ``$name -match "'"``."""
    searched, quote = test.left, test.right
    if sign in ("in", "not in"):
        searched, quote = quote, searched
    elif sign not in ("-match", "-notmatch", "-like", "-notlike"):
        return None
    name = path_of(searched)
    if not name or not _is_quote(quote):
        return None
    return ({name}, set()) if "not" in sign else (set(), {name})


def _without_quote(test: Call, flow: Flow) -> set[str]:
    """Return the name that contains no quote if a call is false: ``name.Contains("'")``, ``strings.Contains(name, "'")``."""
    callee = test.callee
    name = fold(callee.name) if isinstance(callee, (Member, Name)) else ""
    owner = callee.owner if isinstance(callee, Member) else None
    values = [argument.value for argument in test.arguments]
    if name in _ANY and owner is not None and any(is_safe_test(flow, each, negated=True) for each in test.arguments):
        # ``text.Any(c => !char.IsLetter(c))``
        return {path for path in (path_of(owner),) if path}
    if owner is not None and values and isinstance(values[-1], Function) and _tests_quote(values[-1].body):
        # ``name.chars().any(|c| c == '"')``
        searched = owner.callee.owner if isinstance(owner, Call) and isinstance(owner.callee, Member) else owner
        if isinstance(searched, Items) and len(searched.items) == 1:
            # ``[...name].some((c) => c === "'")``
            searched = searched.items[0]
        return {path for path in (path_of(searched),) if path} if searched is not None else set()
    quotes = values[-1].value if values and isinstance(values[-1], Literal) else None
    if name in _CONTAINS_ANY and quotes and ("'" in quotes or '"' in quotes):
        # ``strings.ContainsAny(name, "'\"")``
        return {path for path in (path_of(values[0]) if len(values) == 2 and values[0] is not None else "",) if path}
    if name in _MATCHES or name == "search":
        # ``UNSAFE.test(name)``, ``QUOTES.search(name)``
        operands = [each for each in (owner, *values) if each is not None]
        quoted = [QUOTES.fullmatch(_text_of(each, flow) or "") is not None for each in operands]
        tested = [path_of(each) for each, is_pattern in zip(operands, quoted, strict=True) if not is_pattern]
        return {path for path in tested if path} if any(quoted) else set()
    if name not in _CONTAINS or not values or not _is_quote(values[-1]):
        return set()
    searched = values[0] if len(values) == 2 else owner
    path = path_of(searched) if searched is not None else ""
    return {path} if path else set()


def _member_of(test: Operation, sign: str, flow: Flow) -> str:
    """Return the name that an operator searches in an allow list: ``name in ALLOWED``, ``$allowed -contains $name``."""
    if sign not in _INSIDE and sign not in _OUTSIDE:
        return ""
    item, items = (test.right, test.left) if sign.endswith("contains") else (test.left, test.right)
    return path_of(item) if is_allow_list(items, flow) else ""


def _included(test: Call, flow: Flow) -> set[str]:
    """Return the name that a call searches in an allow list: ``ALLOWED.includes(name)``, ``in_array($name, ALLOWED)``."""
    callee = test.callee
    if not isinstance(callee, (Member, Name)) or fold(callee.name) not in _INCLUDES:
        return set()
    values = [_subject(argument.value) for argument in test.arguments if argument.value is not None]
    owner = callee.owner if isinstance(callee, Member) else None
    if owner is not None and values and is_allow_list(owner, flow):
        path = path_of(values[0])
        return {path} if path else set()
    if len(values) > 1:
        for items, item in ((values[1], values[0]), (values[0], values[1])):
            if path_of(item) and is_allow_list(items, flow):
                return {path_of(item)}
    return set()


def is_allow_list(node: Node | None, flow: Flow, depth: int = 0) -> bool:
    """Return whether an expression is a list of words or numbers of the program itself, or a mapping with such keys."""
    if node is None or depth > 4:
        return False
    if isinstance(node, Items):
        return bool(node.items) and all(map(_is_plain, node.items))
    if isinstance(node, Pairs):
        keys = [entry.name or key_of(entry.key) for entry in node.entries]
        return bool(keys) and all(key and is_word(key) for key in keys)
    if isinstance(node, Literal):
        # ``%w[New Open]``, and the text that contains another one
        return is_word(node.value) if node.whole else all(is_word(chunk.text) for chunk in node.chunks)
    if isinstance(node, Call):
        values = [argument.value for argument in node.arguments if argument.value is not None]
        if len(values) == 1 and not _is_plain(values[0]):
            # ``new Set(["New"])``, ``Object.keys(NAMES)``
            return is_allow_list(values[0], flow, depth + 1)
        if values:
            name = fold(node.callee.name) if isinstance(node.callee, (Member, Name)) else ""
            return name.endswith("of") and all(map(_is_plain, values))
        return isinstance(node.callee, Member) and is_allow_list(node.callee.owner, flow, depth + 1)
    value = _value_of(node, flow)
    if value is None:
        return False
    if value.entries:
        return all(map(is_word, value.entries))
    if value.items is not None:
        return bool(value.items) and not value.partial and all(map(is_harmless, value.items))
    return is_harmless(value)


def _is_plain(node: Node) -> bool:
    """Return whether an item is a number, or a text of the program that has no quotes."""
    if isinstance(node, Name):
        # ``:low``
        return node.name.startswith(":")
    return isinstance(node, Number) or (isinstance(node, Literal) and node.whole and is_word(node.value))


def _tests_quote(node: Node | None) -> bool:
    """Return whether a test compares a character with a quote."""
    if isinstance(node, Block) and len(node.statements) == 1:
        node = node.statements[0]
    if isinstance(node, Choice):
        return any(map(_tests_quote, (*node.tests, *node.options)))
    if isinstance(node, Operation) and node.sign in ("||", "or"):
        return _tests_quote(node.left) or _tests_quote(node.right)
    return isinstance(node, Operation) and node.sign in _EQUAL and (_is_quote(node.left) or _is_quote(node.right))


def _is_quote(node: Node | None) -> bool:
    """Return whether a text is a quote, also between wildcards or as a class of a pattern."""
    text = node.value if isinstance(node, Literal) else None
    return text is not None and text.strip("*[]") in ("'", '"', "'\"", "\"'")


def _both(left: Guards, right: Guards) -> Guards:
    """Return the names that are safe if two tests are true, and those that are if one of them is false."""
    return left[0] | right[0], left[1] & right[1]


def _either(left: Guards, right: Guards) -> Guards:
    """Return the names that are safe if one of two tests is true, and those that are if both are false."""
    return left[0] & right[0], left[1] | right[1]


def _checked(test: Call, flow: Flow) -> set[str]:
    callee = test.callee
    name = fold(callee.name) if isinstance(callee, (Member, Name)) else ""
    owner = callee.owner if isinstance(callee, Member) else None
    owner_path = path_of(owner) if owner is not None else ""
    values = [argument.value for argument in test.arguments if argument.value is not None]
    if name == "matches" and isinstance(owner, Call) and not values and isinstance(owner.callee, Member):
        # ``PATTERN.matcher(text).matches()``
        values = [argument.value for argument in owner.arguments if argument.value is not None]
        name, owner = "fullmatch", owner.callee.owner
    values = list(map(_subject, values))
    paths = [path for path in map(path_of, values) if path]
    if name in ("isinstance", "isa", "kindof") and values:
        types = values[-1].items if isinstance(values[-1], Items) else values[-1:]
        if all(
            isinstance(each, (Name, Member)) and (each.name == "date" or is_safe_type(each.name, flow.module.aliases))
            for each in types
        ):
            return {paths[0] if len(values) > 1 and paths else owner_path} - {""}
    mapped = values[0] if name in _ALL and owner is None and values else None
    if isinstance(mapped, Call) and isinstance(mapped.callee, Member):
        # ``all(c.isalnum() for c in name)``
        test, owner = mapped, mapped.callee.owner
    if name in _ALL and owner is not None and any(is_safe_test(flow, each) for each in test.arguments):
        # ``name.all { it.isLetterOrDigit() }``
        return {path_of(_whole(owner))} - {""}
    if (
        name in ("range", "wholematch", "firstmatch")
        and owner_path
        and values
        and _is_safe(values[0], name != "wholematch", flow)
    ):
        # ``name.range(of: "^[A-Z]+$", options: .regularExpression) != nil``
        return {owner_path}
    if name in DIGITS:
        if owner_path and not values:
            return {owner_path}
        return set(paths[:1])
    if name in _MATCHES:
        whole = name not in ("fullmatch", "matches")
        begins = name == "match" and flow.traits.starts
        if owner is not None and _is_safe(owner, whole, flow, begins) and paths:
            return set(paths[:1])
        if any(_is_safe(value, whole, flow, begins) for value in values):
            # Not the pattern itself: ``preg_match(self::SKU, $text)``.
            tested = [path_of(value) for value in values if not _is_safe(value, whole, flow, begins)]
            if any(tested):
                return set(tested[:1])
            if owner_path:
                return {owner_path}
    return set()


def _subject(node: Node) -> Node:
    """Return the operand of a test: the name in ``name || ""``, ``String(name)``, ``name.trim()``."""
    if isinstance(node, Choice) and len(node.options) == 2 and not node.tests and isinstance(node.options[1], Literal):
        return node.options[0]
    if isinstance(node, Call) and isinstance(node.callee, (Name, Member)) and fold(node.callee.name) in _KEEPS:
        value = node.arguments[0].value if node.arguments else getattr(node.callee, "owner", None)
        return value or node
    return node


def _whole(node: Node) -> Node:
    """Return the text whose characters an expression is: ``[...text]``, ``text.chars()``."""
    if isinstance(node, Items) and len(node.items) == 1:
        return node.items[0]
    member = node.callee if isinstance(node, Call) else node
    if isinstance(member, Member) and member.owner is not None and fold(member.name) in _CHARACTERS:
        return member.owner
    return node


def _named(node: Node, flow: Flow) -> str | None:
    """Return the pattern that a name has: ``SKU = re.compile("…")``, ``const sku = /…/``."""
    value = flow.evaluate(node) if isinstance(node, Call) and not node.arguments else _value_of(node, flow)
    return None if value is None else value.pattern or value.plain


def _value_of(node: Node, flow: Flow) -> Value | None:
    """Return the value of a name, or of a member of a class of the file."""
    path = path_of(node)
    value = flow.env.get(path) if path else None
    if value is None and isinstance(node, Member) and isinstance(node.owner, Name) and node.owner.name in flow.classes:
        value = flow.classes[node.owner.name].get(f"this.{node.name}")
    return value


def _is_safe(node: Node, whole: bool, flow: Flow, begins: bool = False) -> bool:
    """Return whether a node is a pattern that only safe texts match; `whole` if it has to be anchored, at its end only if it `begins` there."""
    text = _text_of(node, flow)
    return text is not None and is_safe_pattern(text) and (not whole or is_anchored(f"^{text}" if begins else text))


def _text_of(node: Node, flow: Flow) -> str | None:
    """Return the text of a pattern without its delimiters; None if a node is not known to be one."""
    if isinstance(node, Call) and node.arguments and is_compiler(node):
        # ``re.compile("…").fullmatch(text)``
        node = node.arguments[0].value or node
    text = node.text if isinstance(node, Pattern) else node.value if isinstance(node, Literal) else _named(node, flow)
    if text is None:
        return None
    head, slash, flags = text.rpartition("/")
    if slash and (not isinstance(node, Literal) or text.startswith("/")) and (not flags or flags.isalpha()):
        text = head.removeprefix("/")
    return text
