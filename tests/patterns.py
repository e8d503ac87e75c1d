"""Regular expressions of the package, and inputs that show whether their time grows faster than the text.

`find_patterns` reads the syntax trees of a package and returns every pattern with the way it is applied. `find_slow_input`
runs one over texts pumped from its own parts and returns the first whose time grows faster than its length.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

# The parser of `re` itself; it has no public name.
from re import _constants, _parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any, NamedTuple

MODES = {"match": "match", "fullmatch": "fullmatch"}
"""How a method applies a pattern; every other method scans the text."""

METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "scanner")

SIZES = (25_600, 102_400)
"""Sizes that are compared with a quarter of them."""

GROWTH = 8.0
"""How many times longer four times the text may take. Linear time is 4, quadratic time is 16."""

FLOOR = 0.005
"""Seconds of CPU time that are not measured well enough to be compared."""

_LADDER = (12, 16, 20, 24, 28, 32, 40, 64, 128, 512, 2048, 8192)
_SLOW = 0.02
"""Seconds for one of these sizes after which it is compared with a quarter of it, and a longer one is not tried."""

_HOPELESS = 0.3
"""Seconds for one of these sizes that need no comparison."""

_QUICK = 0.0015
"""Seconds for the last of these sizes that no quadratic search can do."""

_PROPORTIONAL = 4.3
"""How many times longer the last of these sizes takes than a quarter of it at most, if the longest text is proportional too."""

_ROUNDS = 3


class Pattern(NamedTuple):
    """A pattern in the source code; `pattern` is None if it depends on values of run time."""

    place: str
    pattern: re.Pattern[Any] | None
    modes: frozenset[str]
    function: str


def find_patterns(package: str, root: Path) -> list[Pattern]:
    """Return every pattern that the modules below `root`, which is the folder of `package`, give to `re`."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(root.rglob("*.py"))}
    uses = {path: _find_uses(tree) for path, tree in trees.items()}
    found: list[Pattern] = []
    for path, tree in trees.items():
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join([package, *[part for part in parts if part != "__init__"]])
        calls = [(node, function) for node, function in _walk(tree) if _method(node) is not None]
        if not calls:
            continue
        module = importlib.import_module(name)
        homes = {id(node.value): node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)}
        for call, function in calls:
            method = _method(call)
            home = homes.get(id(call))
            modes = (
                frozenset({MODES.get(str(method), "scan")})
                if method != "compile"
                else _modes(home, uses[path], uses.values())
            )
            place = f"{path.relative_to(root.parent).as_posix()}:{call.lineno}"
            found.append(Pattern(place, _evaluate(call, module, str(method)), modes, function))
    return found


def _walk(tree: ast.AST, function: str = "") -> Iterator[tuple[Any, str]]:
    for child in ast.iter_child_nodes(tree):
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield child, inside
        yield from _walk(child, inside)


def _method(node: Any) -> str | None:
    """Return the function of `re` that a node calls with a pattern."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    owner = node.func.value
    known = isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in ("compile", *METHODS)
    return node.func.attr if known else None


def _find_uses(tree: ast.Module) -> dict[str, set[str]]:
    """Return, for the names of a module, how patterns of that name are applied; "scan" for any other use of a name."""
    uses: dict[str, set[str]] = {}
    owners = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            uses.setdefault(_name(node.value), set()).add(MODES.get(node.attr, "scan"))
            owners.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in owners:
            uses.setdefault(_name(node), set()).add("scan")
    return uses


def _name(node: ast.AST) -> str:
    return getattr(node, "id", None) or getattr(node, "attr", None) or ""


def _modes(home: Any, own: dict[str, set[str]], others: Iterable[dict[str, set[str]]]) -> frozenset[str]:
    """Return how a pattern is applied; one with a private name is looked for in its own module only."""
    targets = home.targets if isinstance(home, ast.Assign) else [home.target] if home is not None else []
    modes: set[str] = set()
    for name in map(_name, targets):
        for uses in [own] if name.startswith("_") else others:
            modes |= uses.get(name, set()) if name else {"scan"}
    return frozenset(modes or {"scan"})


def _evaluate(call: ast.Call, module: object, method: str) -> re.Pattern[Any] | None:
    at = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)
    flags = call.args[at : at + 1]
    flags += [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    values = []
    for node in (call.args[0], *flags):
        try:
            values.append(eval(compile(ast.Expression(node), "<pattern>", "eval"), {"re": re, **vars(module)}))
        except NameError:
            return None
    if isinstance(values[0], re.Pattern):
        return values[0]
    return re.compile(values[0], *values[1:])


def find_slow_input(pattern: re.Pattern[Any], mode: str) -> str | None:
    """Return a description of an input whose time grows faster than its length, None if there is none."""
    apply = _apply(pattern, mode)
    for prefix, pump, suffix in find_pumps(pattern):
        make = _maker(pattern, prefix, pump, suffix)
        if _grows(apply, make):
            return f"{prefix!r} + {pump!r} * n + {suffix!r}"
    return None


def _apply(pattern: re.Pattern[Any], mode: str) -> Callable[[Any], object]:
    if mode == "match":
        return pattern.match
    if mode == "fullmatch":
        return pattern.fullmatch

    def scan(text: Any) -> None:
        for _ in pattern.finditer(text):
            pass

    return scan


def _maker(pattern: re.Pattern[Any], prefix: str, pump: str, suffix: str) -> Callable[[int], Any]:
    def make(size: int) -> Any:
        text = prefix + pump * (max(0, size - len(prefix) - len(suffix)) // len(pump)) + suffix
        return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text

    return make


def _grows(apply: Callable[[Any], object], make: Callable[[int], Any]) -> bool:
    taken = 0.0
    for size in _LADDER:
        taken = _seconds(apply, make(size), _SLOW if size < _LADDER[-1] else _QUICK)
        if taken > _HOPELESS:
            return True
        if taken > _SLOW:
            return _grows_between(apply, make, size // 4, size)
    if taken <= _QUICK or taken < _PROPORTIONAL * _seconds(apply, make(_LADDER[-1] // 4), 0.0):
        return False
    return any(_grows_between(apply, make, size // 4, size) for size in SIZES)


def _grows_between(apply: Callable[[Any], object], make: Callable[[int], Any], short: int, long: int) -> bool:
    """Return whether a text takes out of proportion longer than a short one, every time that it is measured."""
    for _ in range(_ROUNDS):
        if _seconds(apply, make(long), FLOOR) <= max(FLOOR, GROWTH * _seconds(apply, make(short), 0.0)):
            return False
    return True


def _seconds(apply: Callable[[Any], object], text: Any, enough: float) -> float:
    """Return the least CPU time of several runs; the first run that takes `enough` or less is taken as it is."""
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.thread_time()
        apply(text)
        best = min(best, time.thread_time() - began)
        if best <= enough or best > _HOPELESS:
            break
    return best


def find_pumps(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Return texts in three parts (before, repeated, after), made from the parts of a pattern and from usual characters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    letters: dict[str, None] = {}
    _letters(tree, letters)
    pumps: dict[str, None] = {}
    prefixes: dict[str, None] = {"": None}
    _repeats(tree, "", prefixes, pumps)
    parts = list(dict.fromkeys([*[*pumps][:12], *[*letters][:8]]))
    before = [*prefixes][:6]
    made = [(prefix, pump, tail) for prefix in before for pump in parts for tail in ("", "\x00")]
    return list(dict.fromkeys([*made, *[("", pump, tail) for pump in _USUAL_PUMPS for tail in ("", "\x00", "!\n")]]))


_USUAL_PUMPS = (*"a1 <\"'/\\(.@?\n\t", "a ", "a.", "<a", "ab", "[a", "a=")


def _letters(tree: Any, found: dict[str, None]) -> None:
    for operator, value in tree:
        if operator is _constants.LITERAL:
            found[chr(value)] = None
        elif operator in (_constants.IN, _constants.ANY, _constants.NOT_LITERAL):
            found.update(dict.fromkeys(_members(operator, value)))
        for inner in _inner(operator, value):
            _letters(inner, found)


def _inner(operator: Any, value: Any) -> list[Any]:
    """Return the subpatterns of a node."""
    if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
        return [value[2]]
    if operator is _constants.SUBPATTERN:
        return [value[3]]
    if operator is _constants.BRANCH:
        return list(value[1])
    if operator is _constants.ATOMIC_GROUP:
        return [value]
    if operator in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    if operator is _constants.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return []


_USUAL = "a1Z_ -./:<>\"'\\()[]{}=,;@#?\n\té"


def _members(operator: Any, value: Any) -> list[str]:
    """Return up to three characters that a class matches."""
    if operator is _constants.ANY:
        return ["a"]
    if operator is _constants.NOT_LITERAL:
        return [sign for sign in _USUAL if ord(sign) != value][:2]
    source = _parser.SubPattern(_parser.State(), [(operator, value)])
    code = re._compiler.compile(source)  # type: ignore[attr-defined]
    first = [chr(item[0] if kind is _constants.RANGE else item) for kind, item in value if kind in _RANGES]
    return [sign for sign in dict.fromkeys([*first, *_USUAL]) if code.fullmatch(sign)][:3]


_RANGES = (_constants.RANGE, _constants.LITERAL)


def _sample(tree: Any, once: bool = True) -> str:
    """Return a text that a pattern is likely to match; `once` runs optional parts once, otherwise they are left out."""
    text = ""
    for operator, value in tree:
        if operator is _constants.LITERAL:
            text += chr(value)
        elif operator in (_constants.IN, _constants.ANY, _constants.NOT_LITERAL):
            text += (_members(operator, value) or [""])[0]
        elif operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            text += _sample(value[2], once) * max(value[0], 1 if once else 0)
        elif operator in (_constants.SUBPATTERN, _constants.ATOMIC_GROUP):
            text += _sample(_inner(operator, value)[0], once)
        elif operator is _constants.BRANCH:
            text += _sample(value[1][0], once)
    return text


def _repeats(tree: Any, before: str, prefixes: dict[str, None], pumps: dict[str, None]) -> None:
    """Collect, for every repetition, what leads up to it and what it repeats."""
    for at, (operator, value) in enumerate(tree):
        lead = before + _sample(tree[:at])
        for inner in _inner(operator, value):
            if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and value[1] > 16:
                prefixes[lead] = None
                prefixes[before + _sample(tree[:at], once=False)] = None
                for pump in (_sample(inner), _sample(inner, once=False), lead):
                    if pump:
                        pumps[pump] = None
            _repeats(inner, lead, prefixes, pumps)
