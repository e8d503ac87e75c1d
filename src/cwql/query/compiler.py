"""`compile`: parse, check, route, optionally simplify, and print the parameters of a list request."""

from __future__ import annotations

from cwql.analysis.checker import PAGINATION, build_context, check, resolve_dialect
from cwql.analysis.rule_config import apply_severities, read_rules
from cwql.diagnostics import in_order
from cwql.errors import ConditionError, ExpressionError, UnknownNameError
from cwql.language.dialects import find_parameter
from cwql.language.nodes import And, Constant, Junction, OwnedPath, comparisons, conjunction, disjunction, paths
from cwql.language.parsing import parse, parse_with_recovery
from cwql.language.printer import emit
from cwql.language.simplify import simplify_fields
from cwql.query.compiled import PAGE_SIZE, Compiled, CompiledParameter
from cwql.query.query import CONDITIONS, Query, to_condition, to_fields, to_order
from cwql.query.routing import RoutedTerms, Router
from cwql.source import Span, overlap
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.analysis.checker import Pagination
    from cwql.analysis.rule_config import RuleConfig, Rules
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import AnyDialect, Dialect, Parameter
    from cwql.language.nodes import Expr, Path, Tree

_LIST_PARAMETERS = {
    "order_by": ("orderBy",),
    "fields": ("fields", "includeFields"),
    "expand": ("expand",),
    "exclude_fields": ("excludeFields",),
}
"""The query parameters that a list part of a query may be sent in; a dialect has at most one of them."""


def compile(  # noqa: PLR0913 - the options of a check, by keyword
    query: str | Tree | Query,
    *,
    dialect: AnyDialect | None = None,
    endpoint: str | None = None,
    parameter: str | None = None,
    simplify: bool = False,
    rules: Rules | None = None,
    pagination: Pagination = "auto",
    release: str | None = None,
) -> Compiled:
    """Parse, check and print a condition or a whole `Query`.

    Takes a text, a tree (from the builder, typed handles or a template) or a query. `endpoint` is the list to filter; without
    it, names and types are not checked and nothing is routed. With it, terms about child collections and custom fields are
    moved from the main condition to the parameters that take them. `parameter` selects another parameter than the dialect's
    main condition. `simplify` shortens the condition if its meaning allows it; constants (an empty ``in_([])``) are always
    folded. `dialect`, `rules`, `pagination` and `release` are those of `cwql.check`.

    Problems, including terms that cannot be routed, are reported in ``.diagnostics``. Raises `UnknownNameError` for an unknown
    dialect or parameter, and `ExpressionError` for a value of another type.

        >>> cwql.compile('status/name = "New"', endpoint="/service/tickets").params
        {'conditions': 'status/name = "New"'}
    """
    language = resolve_dialect(dialect, endpoint)
    if pagination not in PAGINATION:
        raise UnknownNameError(f"unknown pagination {pagination!r}: expected one of {', '.join(PAGINATION)}")
    compilation = _Compilation(language, endpoint, simplify, read_rules(rules), pagination, release)
    if isinstance(query, Query):
        if parameter is not None:
            raise ExpressionError("a Query already names its parameters: remove parameter=")
        return compilation.compile_query(query)
    target = find_parameter(language, parameter)
    if target.shape == "condition":
        value = to_condition(target.name, query)
        blank = isinstance(value, str) and not value.strip()
        return compilation.compile_conditions({} if blank else {target.name: (value,)}, target.name)
    part = compilation.compile_list(target, to_order(query) if target.shape == "order_by" else to_fields(query))
    return Compiled(parameter=target.name, parts=(part,), expr=part.tree)


class _SourceTerms:
    """Routed terms with the source text that they come from.

    `is_whole` is True if they are the whole condition, `is_first` if they are its first routed part.
    """

    __slots__ = ("is_first", "is_whole", "routed", "source")

    def __init__(self, routed: RoutedTerms, source: str, is_whole: bool, is_first: bool) -> None:
        self.routed = routed
        self.source = source
        self.is_whole = is_whole
        self.is_first = is_first


class _Compilation:
    """One call of `compile`."""

    def __init__(
        self,
        dialect: Dialect,
        endpoint: str | None,
        simplify: bool,
        rules: RuleConfig | None,
        pagination: Pagination,
        release: str | None,
    ) -> None:
        self._dialect = dialect
        self._endpoint = endpoint
        self._simplify = simplify
        self._rules = rules
        self._pagination: Pagination = pagination
        self._release = release
        self._router = Router(dialect, endpoint)

    def compile_query(self, query: Query) -> Compiled:
        """Compile every part of a query."""
        parts = query.parts
        unsupported: list[CompiledParameter] = []
        conditions: dict[str, tuple[Expr | str, ...]] = {}
        for name in CONDITIONS:
            if name in parts:
                target = self._find_condition_parameter(name)
                if target is None:
                    unsupported.append(self._refuse(name, parts[name][0]))
                else:
                    conditions[target.name] = conditions.get(target.name, ()) + parts[name]
        compiled = self.compile_conditions(conditions, self._dialect.parameters[0].name)
        lists: list[CompiledParameter] = []
        for name, candidates in _LIST_PARAMETERS.items():
            if name in parts:
                target = next((it for known in candidates for it in self._dialect.parameters if it.name == known), None)
                value = parts[name]
                lists.append(self._refuse(name, value) if target is None else self.compile_list(target, value))
        order = [parameter.name for parameter in self._dialect.parameters]
        lists.sort(key=lambda part: order.index(part.parameter) if part.parameter in order else len(order))
        all_parts = (*compiled.parts, *lists, *unsupported)
        return Compiled(
            parameter=compiled.parameter,
            parts=all_parts,
            expr=compiled.expr,
            matches_nothing=compiled.matches_nothing,
            page_size=parts.get("page_size"),
        )

    def _find_condition_parameter(self, name: str) -> Parameter | None:
        """Return the query parameter for one of the conditions of a query, or None if the dialect has none."""
        parameters = self._dialect.parameters
        if name == "custom_field_conditions":
            return next((it for it in parameters if it.record is not None), None)
        if name == "child_conditions":
            return next((it for it in parameters if it.collections), None)
        return parameters[0]

    def _refuse(self, name: str, value: str | Tree) -> CompiledParameter:
        """Return a part with the error that the dialect has no parameter for it."""
        from cwql.rules.portability.routing import NO_SUCH_PARAMETER

        text = value if isinstance(value, str) else self._print_or_sketch(value)[0]
        title = self._dialect.title
        known = ", ".join([parameter.name for parameter in self._dialect.parameters])
        diagnostic = NO_SUCH_PARAMETER.at(
            Span(0, len(text)), f"{title} has no parameter for {name}", hint=f"it has {known} and {PAGE_SIZE}"
        )
        return CompiledParameter(name, None, None, tuple(self._apply_severities([diagnostic])), text)

    # Conditions

    def compile_conditions(self, conditions: dict[str, tuple[Expr | str, ...]], main: str) -> Compiled:
        """Compile the conditions given for each parameter; `main` is the parameter that `Compiled.text` refers to."""
        expr: Expr | None = None
        finished: list[CompiledParameter] = []
        routed: dict[str, list[_SourceTerms]] = {}
        matches_nothing = False
        for name, values in conditions.items():
            parameter = find_parameter(self._dialect, name)
            tree = self._join(values)
            if name == main:
                expr = tree
            if isinstance(tree, Constant):
                matches_nothing = matches_nothing or not tree.value
                continue
            source, parsed, problems = self._parse(values, tree, parameter)
            if parsed is None:
                finished.append(CompiledParameter(name, None, None, tuple(problems), source))
                continue
            foreign = self._check_owners(tree, parsed, source, parameter)
            if foreign:
                text, unprintable = self._print(parsed)
                problems = self._check(source, parameter)
                finished.append(CompiledParameter(name, text, parsed, _merge(foreign, problems, unprintable), source))
                continue
            parts, refusals = self._router.divide(parsed, source, parameter)
            if refusals:
                finished.append(self._refuse_routing(parameter, parsed, refusals, source))
            for number, part in enumerate(parts):
                # Diagnostics of parsing belong to the whole text, so they are reported once, with its first part.
                terms = _SourceTerms(part, source, part.tree is parsed, number == 0)
                routed.setdefault(part.parameter.name, []).append(terms)
        finished += [self._finish_routed(find_parameter(self._dialect, name), terms) for name, terms in routed.items()]
        order = [parameter.name for parameter in self._dialect.parameters]
        finished.sort(key=lambda part: order.index(part.parameter))
        matches_nothing = matches_nothing or any(
            isinstance(part.tree, Constant) and not part.tree.value for part in finished
        )
        if self._simplify and len(finished) == 1 and finished[0].parameter == main and finished[0].tree is not None:
            expr = finished[0].tree  # type: ignore[assignment]
        return Compiled(parameter=main, parts=tuple(finished), expr=expr, matches_nothing=matches_nothing)

    def _refuse_routing(
        self, parameter: Parameter, tree: Expr, refusals: list[Diagnostic], source: str
    ) -> CompiledParameter:
        from cwql.rules.names.parameters import MISPLACED_COLLECTION, MISPLACED_CUSTOM_FIELD

        # The refusals already say which parameter each comparison belongs to.
        placement = (MISPLACED_COLLECTION.code, MISPLACED_CUSTOM_FIELD.code)
        problems = [diagnostic for diagnostic in self._check(source, parameter) if diagnostic.code not in placement]
        text, unprintable = self._print(tree)
        diagnostics = in_order([*problems, *self._apply_severities(refusals), *unprintable])
        return CompiledParameter(parameter.name, text, tree, tuple(diagnostics), source)

    def _join(self, values: tuple[Expr | str, ...]) -> Expr | None:
        """Return the conditions joined by `and`, with constants folded; None if one of them cannot be parsed."""
        trees: list[Expr] = []
        for value in values:
            if isinstance(value, str):
                try:
                    trees.append(parse(value, dialect=self._dialect))
                except ConditionError:
                    return None
            else:
                trees.append(value)
        return fold(conjunction(trees))

    def _parse(
        self, values: tuple[Expr | str, ...], tree: Expr | None, parameter: Parameter
    ) -> tuple[str, Expr | None, list[Diagnostic]]:
        """Return the text that spans refer to, its tree with spans, and the errors if there is no such tree."""
        if len(values) == 1 and isinstance(values[0], str):
            return values[0], tree, ([] if tree is not None else self._check(values[0], parameter))
        if tree is None:
            for value in values:
                if isinstance(value, str) and self._join((value,)) is None:
                    return value, None, self._check(value, parameter)
        assert tree is not None
        text, refusals = self._print_or_sketch(tree)
        return text, (None if refusals else parse(text, dialect=self._dialect)), self._apply_severities(refusals)

    def _finish_routed(self, parameter: Parameter, parts: list[_SourceTerms]) -> CompiledParameter:
        """Check and print the terms that were routed to one parameter."""
        part = parts[0]
        text, tree = part.routed.text, part.routed.tree
        if len(parts) > 1 or text is None:
            return self._finish_tree(parameter, conjunction([other.routed.tree for other in parts]))
        if part.is_whole:
            return self._finish(parameter, tree, self._check(text, parameter), part.source)
        # Imported here because most conditions stay in one parameter, and the rules are expensive to import.
        from cwql.analysis.dispatch import consult

        context = build_context(
            text,
            tree,
            self._dialect,
            self._endpoint,
            parameter,
            forward_only=self._pagination == "forward-only",
            release=self._release,
        )
        diagnostics = self._apply_severities(consult(context, self._rules))
        if part.is_first:
            diagnostics += self._parse_diagnostics(part.source, parameter)
        return self._finish(parameter, tree, diagnostics, part.source)

    def _finish_tree(self, parameter: Parameter, tree: Expr) -> CompiledParameter:
        """Check and print a tree that no single source text contains; its printed form becomes the source."""
        text, refusals = self._print_or_sketch(tree)
        if refusals:
            return CompiledParameter(parameter.name, None, None, tuple(self._apply_severities(refusals)), text)
        return self._finish(parameter, parse(text, dialect=self._dialect), self._check(text, parameter), text)

    def _finish(
        self, parameter: Parameter, tree: Expr, diagnostics: list[Diagnostic], source: str
    ) -> CompiledParameter:
        """Print a checked tree, simplified on request."""
        if self._simplify:
            main = parameter is self._dialect.parameters[0]
            tree = simplify_fields(tree, self._router.is_single if main else _is_never_single, membership=main)
        if isinstance(tree, Constant):
            return CompiledParameter(parameter.name, "", tree, tuple(diagnostics), source)
        text, unprintable = self._print(tree)
        if any(diagnostic.severity == "error" for diagnostic in diagnostics):
            unprintable = []
        return CompiledParameter(parameter.name, text, tree, tuple(in_order([*diagnostics, *unprintable])), source)

    # Lists

    def compile_list(self, parameter: Parameter, value: str | Tree) -> CompiledParameter:
        """Check and print a sort order or a list of fields."""
        if not isinstance(value, str):
            source, refusals = self._print_or_sketch(value)
            if refusals:
                return CompiledParameter(parameter.name, None, None, tuple(self._apply_severities(refusals)), source)
        else:
            source = value
        if not source.strip():
            return CompiledParameter(parameter.name, "", None, (), source)
        diagnostics = self._check(source, parameter)
        try:
            tree = parse(source, dialect=self._dialect, parameter=parameter.name)
        except ConditionError:
            return CompiledParameter(parameter.name, None, None, tuple(diagnostics), source)
        foreign = self._check_owners(value, tree, source, parameter)
        if foreign:
            diagnostics = list(_merge(foreign, diagnostics, []))
        return CompiledParameter(parameter.name, emit(tree, dialect=self._dialect), tree, tuple(diagnostics), source)

    # Diagnostics

    def _check(self, text: str, parameter: Parameter) -> list[Diagnostic]:
        return check(
            text,
            dialect=self._dialect,
            endpoint=self._endpoint,
            parameter=parameter.name,
            rules=self._rules,
            pagination=self._pagination,
            release=self._release,
        )

    def _parse_diagnostics(self, text: str, parameter: Parameter) -> list[Diagnostic]:
        """Return the diagnostics of parsing a text, without those of rules that inspect its tree."""
        return self._apply_severities(parse_with_recovery(text, self._dialect, parameter.shape).diagnostics)

    def _apply_severities(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        return apply_severities(diagnostics, self._rules)

    def _check_owners(self, tree: str | Tree | None, parsed: Tree, text: str, parameter: Parameter) -> list[Diagnostic]:
        """Return the errors for typed fields of other records than the endpoint lists."""
        if self._endpoint is None or tree is None or isinstance(tree, str):
            return []
        if not any(isinstance(path, OwnedPath) for path in paths(tree)):
            return []
        # Imported here because most queries are texts, or have the handles of their own record.
        from cwql.query.owners import check_owners

        return self._apply_severities(check_owners(tree, parsed, text, self._dialect, self._endpoint, parameter))

    def _print_or_sketch(self, tree: Tree) -> tuple[str, list[Diagnostic]]:
        """Return the printed text of a tree, or an approximation of it with the errors that prevent printing."""
        try:
            return emit(tree, dialect=self._dialect), []
        except ConditionError as refusal:
            return refusal.text, refusal.diagnostics

    def _print(self, tree: Expr) -> tuple[str | None, list[Diagnostic]]:
        """Return the text of a parsed tree, or None and the errors at the comparisons that cannot be printed."""
        text, refusals = self._print_or_sketch(tree)
        if not refusals:
            return text, []
        found: list[Diagnostic] = []
        for comparison in comparisons(tree):
            for it in self._print_or_sketch(comparison)[1]:
                span = comparison.span or Span(0, 0)
                found.append(replace(it, span=span, fixes=()))
        return None, self._apply_severities(found or refusals)


def _merge(
    foreign: list[Diagnostic], problems: list[Diagnostic], unprintable: list[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Return all diagnostics, without those about names that belong to another record, or that compare terms with these."""
    from cwql.rules.traits import find_codes

    spans = [diagnostic.span for diagnostic in foreign]
    terms = find_codes("terms")
    kept = [
        each
        for each in problems
        if each.code not in terms and (each.code >= "CW300" or not any(overlap(each.span, span) for span in spans))
    ]
    return tuple(in_order([*foreign, *kept, *unprintable]))


def fold(expr: Expr) -> Expr:
    """Return the condition with constants folded; a condition that a constant decides becomes that constant."""
    if not isinstance(expr, Junction):
        return expr
    is_and = isinstance(expr, And)
    kept: list[Expr] = []
    for item in expr.items:
        folded = fold(item)
        if not isinstance(folded, Constant):
            kept.append(folded)
        elif folded.value is not is_and:
            return folded
    if len(kept) == len(expr.items) and all(new is old for new, old in zip(kept, expr.items, strict=True)):
        return expr
    return conjunction(kept) if is_and else disjunction(kept)


def _is_never_single(path: Path) -> bool:
    # The other parameters filter records inside a record, of which there may be several.
    return False


# Users know it as a name of `cwql`.
compile.__module__ = "cwql"
