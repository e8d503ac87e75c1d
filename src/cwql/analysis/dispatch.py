"""Which rules have to look at a text: a table by field, operator and types of values, filled from the index of rules.

Each comparison costs one lookup in the table, and one test of the value for each rule that may report it. If no rule is left, the text is
correct, and neither the rules nor their messages were imported. The table may ask a rule in vain; it must never skip one that
reports (a property test compares with all rules, asked one by one).
"""

from __future__ import annotations

from cwql.language.nodes import Comparison, FieldList, Junction, OrderBy
from cwql.language.operators import OPERATORS
from cwql_grammar.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cwql.analysis.rule_config import RuleConfig
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Tree
    from cwql.rules.applicability import Test
    from cwql.rules.context import Context
    from cwql.schema.catalog import Catalog
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

    Work: TypeAlias = "dict[Entry, list[Comparison] | None]"
    """The rules that have to look, each with its comparisons; None for the whole text."""
    Candidates: TypeAlias = tuple[tuple["Entry", "Test | None"], ...]
    Kind: TypeAlias = "type | frozenset[type] | None"
    Key: TypeAlias = tuple[tuple[str, ...], str | None, Kind]

CACHE_LIMIT = 4096

SHORT = 600
"""A text of so many characters fits into a URL whatever they are."""

KINDS = {
    "str": "text",
    "int": "number",
    "Decimal": "number",
    "bool": "boolean",
    "NoneType": "null",
    "date": "time",
    "datetime": "time",
}
"""The kinds of values by their types."""


class Entry:
    """A rule in the index, as `cwql.diagnostics.Rule` declares it."""

    __slots__ = (
        "code",
        "endpoints",
        "fields",
        "module",
        "names",
        "needs",
        "needs_whole_text",
        "operators",
        "parameters",
        "scope",
        "strict",
        "values",
        "when",
    )

    def __init__(  # noqa: PLR0913  # a row of the index
        self,
        module: str,
        code: str,
        strict: bool,
        scope: str,
        parameters: tuple[str, ...],
        endpoints: tuple[str, ...],
        fields: tuple[str, ...],
        names: tuple[str, ...],
        operators: tuple[str, ...],
        values: tuple[str, ...],
        when: str | None,
        needs: str | None,
        needs_whole_text: bool,
    ) -> None:
        self.module = module
        self.code = code
        self.strict = strict
        self.scope = scope
        self.parameters = parameters
        self.endpoints = endpoints
        self.fields = fields
        self.names = names
        self.operators = operators
        self.values = values
        self.when = when
        self.needs = needs
        self.needs_whole_text = needs_whole_text or scope == "condition"

    @property
    def is_about_paths(self) -> bool:
        """Return whether the rule can report on a path without an operator and a value."""
        return not self.operators and not self.values and self.when is None


class RuleTable:
    """The rules for the texts of one parameter of one endpoint.

    `release` is that of the server, if it is known; `optional` includes the opt-in rules, and `forward_only` those about a
    request for forward-only pages.
    """

    __slots__ = (
        "_alone",
        "_always",
        "_apart",
        "_candidates",
        "_dialect",
        "_elsewhere",
        "_long",
        "_needs",
        "_release",
        "_terms",
        "_verdicts",
        "catalog",
        "endpoint",
        "record",
    )

    def __init__(  # noqa: PLR0913  # the target of the texts
        self,
        dialect: Dialect,
        asked: str | None,
        parameter: Parameter,
        catalog: Catalog | None,
        release: str | None,
        optional: bool,
        forward_only: bool,
    ) -> None:
        self.catalog = catalog
        self.endpoint: Endpoint | None = None if catalog is None or asked is None else catalog.find_endpoint(asked)
        self.record: RecordInfo | None = None
        if catalog is not None:
            from cwql.schema.filtered_record import find_record

            self.record = find_record(catalog, self.endpoint, parameter)
        self._dialect = dialect
        self._release = release
        self._apart = frozenset([other.record for other in dialect.parameters])
        self._elsewhere = not parameter.collections and any(other.collections for other in dialect.parameters)
        kind = _find_parameter_kind(parameter)
        places = [] if asked is None or catalog is None else self._find_places(catalog)
        entries = [
            entry
            for row in RULES
            if (not row[4] or kind in row[4]) and (optional or not row[2]) and (self.record is not None or not row[6])
            for entry in (Entry(*row),)
        ]
        self._always: list[Entry] = [
            entry
            for entry in entries
            if (entry.endpoints and _matches(entry.endpoints, places))
            or (entry.scope != "comparison" and entry.needs is None and not entry.endpoints)
            or (entry.needs == "forward-only" and forward_only)
        ]
        self._terms = [entry for entry in entries if entry.scope == "comparison"]
        self._needs = [entry for entry in entries if entry.needs not in (None, "alone", "long", "forward-only")]
        self._long = [entry for entry in entries if entry.needs == "long"]
        self._alone = [*self._terms, *[entry for entry in entries if entry.needs == "alone"]]
        self._verdicts: dict[Key, tuple[str, Candidates]] = {}
        self._candidates: dict[Key, tuple[str, Candidates]] = {}

    def _find_places(self, catalog: Catalog) -> list[str]:
        endpoint = self.endpoint
        if endpoint is None:
            return ["unknown"]
        if self._release is None:
            later = endpoint.key in catalog.later_endpoints
        else:
            from cwql.schema.releases import is_newer

            since = catalog.endpoint_since(endpoint)
            later = since is not None and is_newer(since, self._release)
        return [endpoint.key, "later"] if later else [endpoint.key]

    def passes(self, text: str, tree: Tree) -> bool:
        """Return whether no rule has to look at a text, which was parsed into the tree."""
        return not self.find_work(text, tree)

    def find_work(self, text: str, tree: Tree) -> Work:
        """Return the rules that have to look at a text without mistakes of spelling, which was parsed into the tree."""
        if isinstance(tree, (OrderBy, FieldList)):
            paths = [term.path for term in tree.terms] if isinstance(tree, OrderBy) else tree.paths
            return self._finish([entry for path in paths for entry, _ in self._look_up((path.segments, None, None))[1]])
        alone = type(tree) is Comparison
        verdicts = self._candidates if alone else self._verdicts
        work: Work = {}
        seen: set[str] = set()
        shared = False
        waiting: list[object] = [tree]
        while waiting:
            node = waiting.pop()
            if type(node) is not Comparison:
                if isinstance(node, Junction):
                    waiting += node.items
                continue
            value = node.value
            kind: Kind = type(value)
            if kind is tuple:
                kind = frozenset(map(type, value))  # type: ignore[arg-type]
            key = (node.path.segments, node.operator.name, kind)
            try:
                name, candidates = verdicts[key]
            except KeyError:
                name, candidates = self._look_up(key, alone)
            for entry, test in candidates:
                if test is None or test(value):
                    work.setdefault(entry, []).append(node)  # type: ignore[union-attr]
            shared = shared or name in seen
            seen.add(name)
        if shared:
            self._add_groups(work, tree)
        if len(text) > SHORT or not text.isascii():
            self._add_long(work, text)
        if self._always or work:
            for comparisons in work.values():
                if comparisons is not None:
                    comparisons.reverse()
            work.update(dict.fromkeys(self._always))
        return work

    def _add_groups(self, work: Work, tree: Tree) -> None:
        from cwql.rules.logic.groups import find_reasons

        reasons = find_reasons(tree)
        if reasons:
            work.update(dict.fromkeys([entry for entry in self._needs if entry.needs in reasons]))

    def _add_long(self, work: Work, text: str) -> None:
        from cwql.rules.url_length import measure_url

        if measure_url(text) > self._dialect.url_limit:
            work.update(dict.fromkeys(self._long))

    def find_work_in(self, context: Context) -> Work:
        """Return the rules that have to look at a text with mistakes of spelling, or with errors.

        The connection of the comparisons of a text with errors is unknown, and some of them have only a path.
        """
        if context.parameter.shape != "condition":
            return self.find_work(context.text, context.tree)
        work: Work = {}
        whole = {id(comparison) for comparison in context.comparisons}
        alone = type(context.tree) is Comparison
        for node in context.written:
            value = node.value
            kind: Kind = frozenset(map(type, value)) if isinstance(value, tuple) else type(value)
            known = id(node) in whole
            key = (node.path.segments, node.operator.name, kind) if known else (node.path.segments, None, None)
            for entry, test in self._look_up(key, alone)[1]:
                if test is None or test(value):
                    work.setdefault(entry, []).append(node)  # type: ignore[union-attr]
        work.update(dict.fromkeys(self._always))
        if context.partial:
            return {entry: nodes for entry, nodes in work.items() if not entry.needs_whole_text}
        if len({"/".join(node.path.segments).lower() for node in context.written}) < len(context.written):
            self._add_groups(work, context.tree)
        self._add_long(work, context.text)
        return work

    def _finish(self, entries: list[Entry]) -> Work:
        return dict.fromkeys([*entries, *self._always])

    def _look_up(self, key: Key, alone: bool = False) -> tuple[str, Candidates]:
        verdicts = self._candidates if alone else self._verdicts
        found = verdicts.get(key)
        if found is None:
            if len(verdicts) >= CACHE_LIMIT:
                verdicts.clear()
            found = verdicts[key] = self._find_candidates(key, self._alone if alone else self._terms)
        return found

    def _find_candidates(self, key: Key, entries: list[Entry]) -> tuple[str, Candidates]:
        segments, operator_name, kind = key
        facets, field = self._find_facets(segments)
        last = segments[-1].lower()
        found: list[tuple[Entry, Test | None]] = []
        fitting = [
            entry
            for entry in entries
            if (not entry.fields or not facets.isdisjoint(entry.fields)) and (not entry.names or last in entry.names)
        ]
        if operator_name is None:
            found = [(entry, None) for entry in fitting if entry.is_about_paths]
        else:
            operator = OPERATORS[operator_name]
            types = kind if isinstance(kind, frozenset) else (kind,)
            kinds = frozenset([KINDS[each.__name__] for each in types if each is not None])
            for entry in fitting:
                if entry.operators and operator.family not in entry.operators and operator_name not in entry.operators:
                    continue
                if entry.values and kinds.isdisjoint(entry.values):
                    continue
                if entry.when is None:
                    found.append((entry, None))
                    continue
                from cwql.rules import applicability

                test = getattr(applicability, entry.when)(applicability.Term(field, operator, kinds, self._dialect))
                if test is True:
                    found.append((entry, None))
                elif test:
                    if isinstance(kind, frozenset) and entry.values:
                        test = _test_each(test, None if kinds.issubset(entry.values) else entry.values)
                    found.append((entry, test))
        return "/".join(segments).lower(), tuple(found)

    def _find_facets(self, segments: tuple[str, ...]) -> tuple[set[str], FieldInfo | None]:
        """Return the facets of a path that rules declare as `fields`, and the field that its values are compared with."""
        if self.record is None or self.catalog is None:
            return set(), None
        from cwql.rules.applicability import find_compared_field
        from cwql.schema.record import Resolved

        found = self.catalog.resolve(self.record.name, segments)
        fields, note = found.fields, found.note
        facets: set[str] = set()
        for step in fields:
            if step.child:
                facets.add("custom_field" if step.target in self._apart else "child")
            if step.kind in ("map", "collection"):
                facets.add("map" if step.kind == "map" else "through_collection")
            if self._is_later(step):
                facets.add("later")
        if not self._elsewhere:
            facets.discard("child")
        if note is not None and (
            note.kind != "alias"
            or note.target is None
            or note.target.replace(".", "/").lower() != "/".join(segments).lower()
        ):
            facets.add(note.kind)
        if not isinstance(found, Resolved):
            return facets | {"unresolved"}, None
        field = found.field
        if field.origin == "reported":
            facets.add("reported")
        if found.child is None:
            facets.add("no_child")
        return facets | {"resolved", field.kind, field.items or field.kind}, find_compared_field(found)

    def _is_later(self, field: FieldInfo) -> bool:
        assert self.catalog is not None
        if self._release is None:
            return self.catalog.is_later(field)
        from cwql.schema.releases import is_newer

        since = self.catalog.field_since(field)
        return since is not None and is_newer(since, self._release)


def _find_parameter_kind(parameter: Parameter) -> str:
    if parameter.shape != "condition":
        return "order" if parameter.shape == "order_by" else "fields"
    if parameter.record is not None:
        return "custom_field"
    return "child_condition" if parameter.collections else "condition"


def _matches(patterns: tuple[str, ...], places: list[str]) -> bool:
    return any(
        place.endswith(pattern[1:]) if pattern[0] == "*" else place == pattern
        for place in places
        for pattern in patterns
    )


def _test_each(test: Test, kinds: tuple[str, ...] | None) -> Test:
    """Return a test of a list that is passed if one of its values, or of those of some kinds, passes the test."""
    if kinds is None:
        return lambda values: any(map(test, values))
    return lambda values: any(KINDS[type(value).__name__] in kinds and test(value) for value in values)


_TABLES: dict[tuple[object, ...], RuleTable] = {}


def find_table(
    dialect: Dialect,
    asked: str | None,
    parameter: Parameter,
    release: str | None = None,
    *,
    optional: bool = False,
    forward_only: bool = False,
) -> RuleTable:
    """Return the table for a parameter of an endpoint."""
    catalog: Catalog | None = None
    if asked is not None or parameter.record is not None:
        from cwql.schema.catalog import catalog as find_catalog

        catalog = find_catalog(dialect.name)
    key = (dialect.name, catalog, asked, parameter.name, release, optional, forward_only)
    table = _TABLES.get(key)
    if table is None:
        if len(_TABLES) >= CACHE_LIMIT:
            _TABLES.clear()
        table = _TABLES[key] = RuleTable(dialect, asked, parameter, catalog, release, optional, forward_only)
    return table


def consult(context: Context, rules: RuleConfig | None = None) -> Iterator[Diagnostic]:
    """Yield the diagnostics of the rules that `rules` enables, for a text in which the parser may have found mistakes."""
    from cwql.analysis.rule_config import enables_more

    table = find_table(
        context.dialect,
        context.asked,
        context.parameter,
        context.release,
        optional=enables_more(rules),
        forward_only=context.forward_only,
    )
    return run_rules(context, table.find_work_in(context), rules)


def run_rules(context: Context, work: Work, rules: RuleConfig | None = None) -> Iterator[Diagnostic]:
    """Yield the diagnostics of these rules, except for those that `rules` turns off."""
    from cwql.analysis.rule_config import is_enabled
    from cwql.rules.registry import find_check

    limited: dict[tuple[int, ...], Context] = {}
    for entry, comparisons in work.items():
        if rules is not None and not is_enabled(entry.code, entry.strict, rules):
            continue
        part = context
        if comparisons is not None and entry.scope != "condition" and len(comparisons) < len(context.written):
            key = tuple(map(id, comparisons))
            part = limited.get(key) or limited.setdefault(key, context.limit(comparisons))
        yield from find_check(entry.code, entry.module)(part)
