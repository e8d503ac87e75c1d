"""From what was asked to what is sent: read, check, route, simplify on request, print: `compile`."""

from __future__ import annotations

from cwql.analysis.checker import build_context, check
from cwql.analysis.compiled import PAGE_SIZE, Compiled, Part
from cwql.analysis.query import CONDITIONS, Query, to_condition, to_fields, to_order
from cwql.analysis.routing import Routed, Router
from cwql.diagnostics import in_order
from cwql.errors import ConditionError, ExpressionError
from cwql.language.dialects import dialect as find_dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.emitter import emit
from cwql.language.nodes import And, Constant, Junction, comparisons, conjunction, disjunction
from cwql.language.parser import parse
from cwql.language.simplify import simplify as shorten
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.analysis.levels import Levels
    from cwql.analysis.query import Condition
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Expr, Path
    from cwql.language.parser import Tree

_NAMES = {
    "order_by": ("orderBy",),
    "fields": ("fields", "includeFields"),
    "include": ("includeFields", "fields"),
    "expand": ("expand",),
    "exclude": ("excludeFields",),
}
"""The parameters that say what a part of a query asks for; a dialect has one of them, or none."""


def compile(
    what: str | Tree | Query,
    dialect: str | Dialect = "manage",
    endpoint: str | None = None,
    *,
    parameter: str | None = None,
    simplify: bool = False,
    levels: Levels | None = None,
    forward_only: bool = False,
) -> Compiled:
    """Read, check and print a condition, or a whole `Query`.

    Takes a text, a tree (of the builder, of typed handles, of a template) or a query. `endpoint` is the list that is filtered:
    without one, names and types are not judged and nothing is routed. With one, what the main condition says of child
    collections and custom fields goes to their parameters. `parameter` names another one than the dialect's condition
    parameter. `simplify` says the same in fewer words where that can be done; constants (an empty ``in_([])``) are folded
    away always. `levels` and `forward_only` are those of `cwql.check`.

    What is wrong is told in ``.diagnostics``, also what cannot be routed, and why. Raises `UnknownNameError` for an unknown
    dialect or parameter, and `ExpressionError` for a value that is none of the above.
    """
    record = find_dialect(dialect)
    job = _Job(record, endpoint, simplify, levels, forward_only)
    if isinstance(what, Query):
        if parameter is not None:
            raise ExpressionError("a Query says itself what goes to which parameter: pass no parameter=")
        return job.run(what)
    place = find_parameter(record, parameter)
    if place.shape == "condition":
        value = to_condition(place.name, what)
        blank = isinstance(value, str) and not value.strip()
        return job.run_conditions({} if blank else {place.name: (value,)}, place.name)
    part = job.settle_list(place, to_order(what) if place.shape == "order_by" else to_fields(what))
    return Compiled(place.name, (part,), part.tree)


class _Piece:
    """Hold a part of a condition, the text it comes from, whether it is all of it, and whether it is the first part of it."""

    __slots__ = ("first", "routed", "source", "whole")

    def __init__(self, routed: Routed, source: str, whole: bool, first: bool) -> None:
        self.routed = routed
        self.source = source
        self.whole = whole
        self.first = first


class _Job:
    """Compile for one endpoint."""

    def __init__(
        self, dialect: Dialect, endpoint: str | None, simplify: bool, levels: Levels | None, forward_only: bool
    ) -> None:
        self._dialect = dialect
        self._endpoint = endpoint
        self._simplify = simplify
        self._levels = levels
        self._forward_only = forward_only
        self._router = Router(dialect, endpoint)

    def run(self, query: Query) -> Compiled:
        parts = query.parts
        missing: list[Part] = []
        conditions: dict[str, tuple[Condition, ...]] = {}
        for name in CONDITIONS:
            if name in parts:
                place = self._find(name)
                if place is None:
                    missing.append(self._refuse(name, parts[name][0]))
                else:
                    conditions[place.name] = conditions.get(place.name, ()) + parts[name]
        made = self.run_conditions(conditions, self._dialect.parameters[0].name)
        lists: list[Part] = []
        for name, names in _NAMES.items():
            if name in parts:
                place = next((it for known in names for it in self._dialect.parameters if it.name == known), None)
                lists.append(self._refuse(name, parts[name]) if place is None else self.settle_list(place, parts[name]))
        order = [parameter.name for parameter in self._dialect.parameters]
        lists.sort(key=lambda part: order.index(part.parameter) if part.parameter in order else len(order))
        everything = (*made.parts, *lists, *missing)
        return Compiled(made.parameter, everything, made.expr, made.never, parts.get("page_size"))

    def _find(self, name: str) -> Parameter | None:
        """Return the parameter that one of the conditions of a query is meant for."""
        parameters = self._dialect.parameters
        if name == "custom":
            return next((it for it in parameters if it.record is not None), None)
        if name == "child":
            # Where no parameter is for collections, the main condition leads through them.
            return next((it for it in parameters if it.collections), parameters[0])
        return parameters[0]

    def _refuse(self, name: str, value: Condition | Tree) -> Part:
        from cwql.analysis.rules.routing import NO_SUCH_PARAMETER

        text = value if isinstance(value, str) else self._sketch(value)[0]
        title = self._dialect.title
        known = ", ".join([parameter.name for parameter in self._dialect.parameters])
        finding = NO_SUCH_PARAMETER.at(
            Span(0, len(text)), f"{title} has no parameter for {name}", hint=f"it has {known} and {PAGE_SIZE}"
        )
        return Part(name, None, None, self._apply([finding]), text)

    # Conditions

    def run_conditions(self, conditions: dict[str, tuple[Condition, ...]], asked: str) -> Compiled:
        """Compile the conditions that are meant for each parameter; `asked` is the parameter that `Compiled.text` is about."""
        expr: Expr | None = None
        settled: list[Part] = []
        routed: dict[str, list[_Piece]] = {}
        never = False
        for name, values in conditions.items():
            place = find_parameter(self._dialect, name)
            tree = self._join(values)
            if name == asked:
                expr = tree
            if isinstance(tree, Constant):
                never = never or not tree.value
                continue
            source, read, found = self._read(values, tree, place)
            if read is None:
                settled.append(Part(name, None, None, found, source))
                continue
            parts, refusals = self._router.divide(read, source, place)
            if refusals:
                settled.append(self._refuse_routing(place, read, refusals, source))
            for number, part in enumerate(parts):
                # The slips of a text are told once, with its first part.
                routed.setdefault(part.parameter.name, []).append(_Piece(part, source, part.tree is read, number == 0))
        settled += [self._settle(find_parameter(self._dialect, name), pieces) for name, pieces in routed.items()]
        order = [parameter.name for parameter in self._dialect.parameters]
        settled.sort(key=lambda part: order.index(part.parameter))
        never = never or any(isinstance(part.tree, Constant) and not part.tree.value for part in settled)
        if self._simplify and len(settled) == 1 and settled[0].parameter == asked and settled[0].tree is not None:
            expr = settled[0].tree  # type: ignore[assignment]
        return Compiled(asked, settled, expr, never)

    def _refuse_routing(self, place: Parameter, tree: Expr, refusals: list[Diagnostic], source: str) -> Part:
        from cwql.analysis.rules import misplaced_collection, misplaced_custom_field

        # Where a comparison belongs is what the refusals are about.
        placement = (misplaced_collection.RULE.code, misplaced_custom_field.RULE.code)
        found = [finding for finding in self._check(source, place) if finding.code not in placement]
        text, unprintable = self._print(tree)
        return Part(place.name, text, tree, in_order([*found, *self._apply(refusals), *unprintable]), source)

    def _join(self, values: tuple[Condition, ...]) -> Expr | None:
        """Return the conditions joined, constants folded; None where one of them cannot be read."""
        trees: list[Expr] = []
        for value in values:
            if isinstance(value, str):
                try:
                    trees.append(parse(value, self._dialect))
                except ConditionError:
                    return None
            else:
                trees.append(value)
        return fold(conjunction(trees))

    def _read(
        self, values: tuple[Condition, ...], tree: Expr | None, place: Parameter
    ) -> tuple[str, Expr | None, list[Diagnostic]]:
        """Return the text that findings point into, its tree with spans, and what keeps it from having one."""
        if len(values) == 1 and isinstance(values[0], str):
            return values[0], tree, ([] if tree is not None else self._check(values[0], place))
        if tree is None:
            for value in values:
                if isinstance(value, str) and self._join((value,)) is None:
                    return value, None, self._check(value, place)
        assert tree is not None
        text, findings = self._sketch(tree)
        return text, (None if findings else parse(text, self._dialect)), self._apply(findings)

    def _settle(self, place: Parameter, pieces: list[_Piece]) -> Part:
        """Check and print what goes to one parameter."""
        piece = pieces[0]
        text, tree = piece.routed.text, piece.routed.tree
        if len(pieces) > 1 or text is None:
            return self._settle_text(place, conjunction([other.routed.tree for other in pieces]))
        if piece.whole:
            return self._finish(place, tree, self._check(text, place), piece.source)
        # A clean condition that stays where it is needs no rules: they are imported when there may be something to say.
        from cwql.analysis.rules import consult

        context = build_context(text, tree, self._dialect, self._endpoint, place, forward_only=self._forward_only)
        findings = self._apply(consult(context, self._levels))
        if piece.first:
            findings += self._slips(piece.source, place)
        return self._finish(place, tree, findings, piece.source)

    def _settle_text(self, place: Parameter, tree: Expr) -> Part:
        """Check and print a part that stands in no text of its own: what was printed is its text."""
        text, refusals = self._sketch(tree)
        if refusals:
            return Part(place.name, None, None, self._apply(refusals), text)
        return self._finish(place, parse(text, self._dialect), self._check(text, place), text)

    def _finish(self, place: Parameter, tree: Expr, findings: list[Diagnostic], source: str) -> Part:
        """Print a part that was checked, simplified on request."""
        if self._simplify:
            main = place is self._dialect.parameters[0]
            tree = shorten(tree, membership=main, single=self._router.is_single if main else _is_never_single)
        if isinstance(tree, Constant):
            return Part(place.name, "", tree, findings, source)
        text, unprintable = self._print(tree)
        if any(finding.severity == "error" for finding in findings):
            unprintable = []
        return Part(place.name, text, tree, in_order([*findings, *unprintable]), source)

    # Lists

    def settle_list(self, place: Parameter, value: str | Tree) -> Part:
        """Check and print a sort order or a list of fields."""
        if not isinstance(value, str):
            source, refusals = self._sketch(value)
            if refusals:
                return Part(place.name, None, None, self._apply(refusals), source)
        else:
            source = value
        if not source.strip():
            return Part(place.name, "", None, (), source)
        findings = self._check(source, place)
        try:
            tree = parse(source, self._dialect, place.name)
        except ConditionError:
            return Part(place.name, None, None, findings, source)
        return Part(place.name, emit(tree, self._dialect), tree, findings, source)

    # Findings

    def _check(self, text: str, place: Parameter) -> list[Diagnostic]:
        return check(
            text, self._dialect, self._endpoint, place.name, levels=self._levels, forward_only=self._forward_only
        )

    def _slips(self, text: str, place: Parameter) -> list[Diagnostic]:
        """Return what reading a text found: all that does not come from a rule that looks at its tree."""
        from cwql.language.recovery import diagnose

        return self._apply(diagnose(text, self._dialect, place.shape)[1])

    def _apply(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        return list(findings) if self._levels is None else self._levels.apply(findings)

    def _sketch(self, tree: Tree) -> tuple[str, list[Diagnostic]]:
        """Return the text of a tree; where it has none, a sketch of it and the findings in that."""
        try:
            return emit(tree, self._dialect), []
        except ConditionError as refusal:
            return refusal.text, refusal.diagnostics

    def _print(self, tree: Expr) -> tuple[str | None, list[Diagnostic]]:
        """Return the text of a tree that was read; where it has none, findings at the comparisons that have none."""
        text, refusals = self._sketch(tree)
        if not refusals:
            return text, []
        found: list[Diagnostic] = []
        for comparison in comparisons(tree):
            for it in self._sketch(comparison)[1]:
                span = comparison.span or Span(0, 0)
                found.append(type(it)(it.code, it.name, it.severity, it.message, span, it.hint, (), it.notes))
        return None, self._apply(found or refusals)


def fold(expr: Expr) -> Expr:
    """Return the condition without constants inside; one that a constant decides is that constant."""
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
    # The other parameters look into the records inside a record, of which there may be many.
    return False
