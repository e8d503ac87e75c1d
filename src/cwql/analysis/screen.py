"""Fast path: skip rules that cannot report on a condition.

Rules cost more than parsing, and most conditions are clean. The result for a field, an operator and a type of value is
computed once and cached, so that a clean comparison costs one table lookup and, for texts and numbers, one test of the
value. The screen may pass a clean text to the rules; it must never skip a text that a rule reports (a property test
compares the two).
"""

from __future__ import annotations

import re

from cwql.language.nodes import Comparison, Junction
from cwql.language.operators import (
    CONTAINS,
    EQ,
    IN,
    LIKE,
    NE,
    NOT_CONTAINS,
    NOT_IN,
    NOT_LIKE,
    OPERATORS,
)
from cwql.value import Value
from cwql_grammar.unscreened import CODES as UNSCREENED_RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeAlias

    from cwql.analysis.dispatch import Entry
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Tree
    from cwql.language.operators import Operator
    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

    Test: TypeAlias = Callable[[Any], bool]
    Verdict: TypeAlias = tuple[str, Test | None, bool]

LENGTH = 600
"""A text of so many characters fits into a URL whatever they are."""

CACHE_LIMIT = 4096

LISTS = frozenset((("Ticket", "resources"), ("ProjectTicket", "resources")))
"""Texts that contain a list of names (CW417)."""

UNSCREENED = ("/extrafields", "system/audittrail", "system/audittrail/count")
"""Endings of endpoints that a rule reports whatever the condition is (CW223, CW224)."""

_KINDS = {
    "str": "text",
    "int": "number",
    "Decimal": "number",
    "bool": "boolean",
    "NoneType": "null",
    "date": "time",
    "datetime": "time",
}

# Text without wildcards, quotes, escapes or parts of URLs, and without blanks at either end.
# They are compiled when a verdict needs one, because most texts need at most one of them.
_PLAIN = r"[A-Za-z0-9_@>(](?:[A-Za-z0-9_@>(). ,:/?!-]*[A-Za-z0-9_@>().?!])?"
_WORD = r"(?i:(?!(?:true|false|null|yes|no)$)[A-Za-z_](?:[A-Za-z0-9_@>(). ,:/?!-]*[A-Za-z0-9_@>().?!])?)"
_PATTERN = r"[%*]?[A-Za-z0-9@>(.](?:[A-Za-z0-9@>(). ,:/?!-]*[A-Za-z0-9@>(). -])?[%*]"

_EQUALITY = (EQ, NE)
_MEMBERSHIP = (IN, NOT_IN)
_NULLABLE = frozenset(("text", "integer", "number", "datetime", "date", "reference", "enum"))
_LARGEST = {"int32": 2**31 - 1, "int64": 2**53, "double": 2**53}


class View(Value):
    """The work for the rules: `doubtful` comparisons, each for itself, and `reasons` to inspect the whole text.

    ``shared``: comparisons of one field that may contradict each other; ``chain``: values that could be a list;
    ``wide``: no term narrows the list; ``long``: the text may not fit into a URL.
    """

    doubtful: tuple[Comparison, ...]
    reasons: frozenset[str]

    @property
    def is_clean(self) -> bool:
        """Return whether running every rule would find nothing."""
        return not self.doubtful and not self.reasons


CLEAN = View((), frozenset())


def examine(text: str, tree: Tree, dialect: Dialect, asked: str | None, parameter: Parameter) -> View | None:
    """Return the work for the rules; None if it is unknown, so that they inspect everything."""
    screen = find_screen(dialect, asked, parameter)
    return None if screen is None else screen.examine(tree, _is_long(text, dialect.url_limit))


def examine_parts(
    comparisons: Iterable[Comparison], dialect: Dialect, asked: str | None, parameter: Parameter
) -> View | None:
    """Return the doubtful comparisons of a text with errors, whose meaning as a whole is unknown; None if all of them may be."""
    screen = find_screen(dialect, asked, parameter) if parameter.shape == "condition" else None
    return None if screen is None else View(screen.find_doubtful(comparisons), frozenset())


def _is_long(text: str, limit: int) -> bool:
    """Return whether the text does not fit into a URL."""
    if len(text) <= LENGTH and text.isascii():
        return False
    from cwql.rules.url_length import measure_url

    return measure_url(text) > limit


class Screen:
    """Classify the comparisons of one parameter of one endpoint."""

    __slots__ = ("_apart", "_catalog", "_dialect", "_elsewhere", "_parameter", "_record", "_verdicts")

    def __init__(
        self, dialect: Dialect, catalog: Catalog | None, record: RecordInfo | None, parameter: Parameter
    ) -> None:
        self._dialect = dialect
        self._catalog = catalog
        self._record = record
        self._parameter = parameter
        self._apart = frozenset([other.record for other in dialect.parameters])
        self._elsewhere = not parameter.collections and any(other.collections for other in dialect.parameters)
        self._verdicts: dict[tuple[tuple[str, ...], str, type], Verdict | None] = {}

    def passes(self, text: str, tree: Tree) -> bool:
        """Return whether running every rule over a text, which was parsed into the tree, would find nothing."""
        view = self.examine(tree, _is_long(text, self._dialect.url_limit))
        return view is CLEAN or view.is_clean

    def examine(self, tree: Tree, long: bool) -> View:
        """Look at every comparison: whether it is plainly right, shares its field with another, or narrows the list."""
        verdicts = self._verdicts
        seen: set[str] = set()
        doubtful: list[Comparison] = []
        narrow = shared = False
        waiting: list[object] = [tree]
        while waiting:
            node = waiting.pop()
            if type(node) is not Comparison:
                if isinstance(node, Junction):
                    waiting += node.items
                continue
            value = node.value
            key = (node.path.segments, node.operator.name, type(value))
            try:
                verdict = verdicts[key]
            except KeyError:
                verdict = self._judge(key)
            if verdict is None:
                doubtful.append(node)
                name = "/".join(node.path.segments).lower()
            else:
                name, test, narrows = verdict
                if test is not None and not test(value):
                    doubtful.append(node)
                narrow = narrow or narrows or value is True
            shared = shared or name in seen
            seen.add(name)
        if not doubtful and narrow and not shared and not long:
            return CLEAN
        reasons = [name for name, holds in (("wide", not narrow), ("long", long)) if holds]
        if shared:
            from cwql.analysis.sharing import find_reasons

            reasons += find_reasons(tree)
        return View(tuple(doubtful), frozenset(reasons))

    def find_doubtful(self, comparisons: Iterable[Comparison]) -> tuple[Comparison, ...]:
        """Return the comparisons that are not plainly right, each for itself."""
        doubtful = []
        for comparison in comparisons:
            value = comparison.value
            key = (comparison.path.segments, comparison.operator.name, type(value))
            verdict = self._verdicts[key] if key in self._verdicts else self._judge(key)
            if verdict is None or (verdict[1] is not None and not verdict[1](value)):
                doubtful.append(comparison)
        return tuple(doubtful)

    def _judge(self, key: tuple[tuple[str, ...], str, type]) -> Verdict | None:
        verdicts = self._verdicts
        if len(verdicts) >= CACHE_LIMIT:
            verdicts.clear()
        segments, operator, kind = key
        verdict = verdicts[key] = self._weigh(segments, OPERATORS[operator], kind)
        return verdict

    def _weigh(self, segments: tuple[str, ...], operator: Operator, kind: type) -> Verdict | None:
        if operator not in self._dialect.operators or _is_inspected(operator, kind):
            return None
        name = "/".join(segments).lower()
        if self._record is None or self._catalog is None:
            found = _weigh_blindly(operator, kind)
            return None if found is None else (name, found, kind is not bool)
        from cwql.schema.record import Resolved

        resolved = self._catalog.resolve(self._record.name, segments)
        if not isinstance(resolved, Resolved) or any(field.kind in ("map", "any") for field in resolved.fields):
            return None
        child = resolved.child
        if self._elsewhere if child is not None else self._parameter.collections:
            return None
        if child is not None and resolved.fields[child].target in self._apart:
            return None
        field = resolved.field
        for note in (field.note, resolved.fields[0].note):
            # A name that two vocabularies share is an alias of itself.
            if note is not None and note.kind not in ("filterable", "child") and note.target != note.name:
                return None
        if name == "recordtype" or resolved.field.origin == "reported":
            return None
        if any(self._catalog.is_later(field) for field in resolved.fields):
            return None
        if (resolved.field.owner, resolved.field.name) in LISTS and operator.family in ("equality", "membership"):
            return None
        test = _weigh(field, operator, kind, self._dialect.names_complete)
        return None if test is None else (name, test[0], field.kind != "boolean")


def _is_inspected(operator: Operator, kind: type) -> bool:
    """Return whether a rule that the screen does not know inspects such comparisons."""
    if not UNSCREENED_RULES:
        return False
    values = frozenset(("text", "number", "boolean", "null", "time") if kind is tuple else (_KINDS.get(kind.__name__),))
    return any(
        entry.scope == "comparison" and entry.applies(frozenset(entry.fields), operator.family, values)
        for entry in _find_unscreened()
    )


def _find_unscreened() -> list[Entry]:
    from cwql.analysis.dispatch import ENTRIES

    return [entry for entry in ENTRIES if entry.code in UNSCREENED_RULES]


def _inspect_wholes() -> bool:
    """Return whether a rule that the screen does not know inspects the text as a whole."""
    return any(entry.scope == "condition" for entry in _find_unscreened())


def find_screen(dialect: Dialect, asked: str | None, parameter: Parameter) -> Screen | None:
    """Return the screen of an endpoint's parameter; None if only the rules can decide."""
    catalog: Catalog | None = None
    if asked is not None:
        from cwql.schema.catalog import catalog as find_catalog

        catalog = find_catalog(dialect.name)
    key = (dialect.name, catalog, asked, parameter.name)
    try:
        return _SCREENS[key]
    except KeyError:
        pass
    if len(_SCREENS) >= CACHE_LIMIT:
        _SCREENS.clear()
    screen: Screen | None = None
    # A parameter with a record of its own has a vocabulary that rules look into.
    if parameter.record is None and not (UNSCREENED_RULES and _inspect_wholes()):
        if catalog is None or asked is None:
            screen = Screen(dialect, None, None, parameter)
        else:
            from cwql.schema.filtered_record import find_record

            endpoint = catalog.find_endpoint(asked)
            record = find_record(catalog, endpoint, parameter)
            # A condition has nothing to filter in a single record.
            if (
                record is not None
                and endpoint is not None
                and not endpoint.key.endswith(("/{}", *UNSCREENED))
                and endpoint.key not in catalog.later_endpoints
            ):
                screen = Screen(dialect, catalog, record, parameter)
    _SCREENS[key] = screen
    return screen


_SCREENS: dict[tuple[str, Catalog | None, str | None, str], Screen | None] = {}


def _weigh_blindly(operator: Operator, kind: type) -> Test | None:
    """Classify by the form of the value alone."""
    if kind is str and (operator in _EQUALITY or operator in (CONTAINS, NOT_CONTAINS)):
        return _matches(_WORD)
    if kind is str and operator in (LIKE, NOT_LIKE):
        return _matches(_PATTERN)
    if kind is int and operator.family in ("equality", "order"):
        return lambda value: 0 < value < 2**31 - 1
    if kind is tuple and operator in _MEMBERSHIP:
        return _are_distinct_numbers(2**31 - 1)
    if kind is bool and operator in _EQUALITY:
        return _always
    if kind.__name__ in ("date", "datetime") and operator.family == "order":
        return _always
    return None


def _weigh(field: FieldInfo, operator: Operator, kind: type, complete: bool) -> tuple[Test | None] | None:
    """Return the test that a value of this type must pass (None for any), in a tuple; None if rules must decide."""
    if kind is type(None):
        fits = operator in _EQUALITY and field.kind in _NULLABLE and not field.required and field.note is None
        return (None,) if fits else None
    match field.kind:
        case "text":
            if field.dated:
                return (None,) if kind.__name__ in ("date", "datetime") and operator.family == "order" else None
            # If a specification is not complete, ids may be typed as text: live clients write Client.Id = 5.
            if kind is int and not complete and field.name.lower().endswith("id"):
                test = _weigh_number(operator, kind, 2**31)
            else:
                test = _weigh_text(operator, kind, field.max_length or 10**9)
        case "integer" | "number":
            test = _weigh_number(operator, kind, _LARGEST[field.format or "double"], field.kind == "number")
        case "boolean":
            return (None,) if kind is bool and operator in _EQUALITY else None
        case "datetime" | "date":
            return (None,) if kind.__name__ in ("date", "datetime") and operator.family == "order" else None
        case "enum":
            test = _weigh_enum(operator, kind, frozenset(field.enum))
        case _:
            return None
    return None if test is None else (test,)


def _weigh_text(operator: Operator, kind: type, limit: int) -> Test | None:
    if kind is str:
        if operator in _EQUALITY or operator in (CONTAINS, NOT_CONTAINS):
            return _matches(_PLAIN, limit)
        if operator in (LIKE, NOT_LIKE):
            return _matches(_PATTERN, limit)
    if kind is tuple and operator in _MEMBERSHIP:
        fits = _matches(_PLAIN, limit)
        return lambda value: _are_distinct(value) and all(type(item) is str and fits(item) for item in value)
    return None


def _weigh_number(operator: Operator, kind: type, largest: int, fractions: bool = False) -> Test | None:
    if (kind is int or (fractions and kind.__name__ == "Decimal")) and operator.family in ("equality", "order"):
        return lambda value: 0 < value < largest
    if kind is tuple and operator in _MEMBERSHIP:
        return _are_distinct_numbers(largest)
    return None


def _weigh_enum(operator: Operator, kind: type, members: frozenset[str]) -> Test | None:
    if kind is str and operator in _EQUALITY:
        return members.__contains__
    if kind is tuple and operator in _MEMBERSHIP:
        return lambda value: _are_distinct(value) and members.issuperset(value) and len(value) < len(members)
    return None


def _matches(pattern: str, limit: int = 10**9) -> Test:
    match = re.compile(pattern).fullmatch
    return lambda value: len(value) <= limit and match(value) is not None


def _are_distinct(values: tuple[object, ...]) -> bool:
    return 0 < len(values) == len({str(value).lower() for value in values})


def _are_distinct_numbers(largest: int) -> Test:
    return lambda values: (
        0 < len(values) == len(set(values)) and all(type(value) is int and 0 < value < largest for value in values)
    )


def _always(value: object) -> bool:
    return True
