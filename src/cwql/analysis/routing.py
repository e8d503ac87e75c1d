"""Which parameter a comparison belongs to: `Router` divides one condition over the parameters of its dialect.

A parameter with a record of its own (``customFieldConditions``) takes what leads through a collection of such records, and
its paths start there; the one for collections (``childConditions``) takes what leads through any other. A dialect that has
neither keeps everything where it is. Only the items of the outermost ``and`` can part: parameters are joined by ``and``.
"""

from __future__ import annotations

from operator import is_

from cwql.analysis.records import find_record
from cwql.frozen import Frozen, assign
from cwql.language.nodes import And, Comparison, Junction, Or, Path, comparisons, conjunction
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Expr


class Routed(Frozen):
    """Hold the part of a condition that goes to one parameter, and the `text` that its spans count in.

    The text is the whole one in which blanks stand for what the parameter's paths do without, so that a place in it is the
    place in the whole text; None where the part has no such text and has to be printed.
    """

    __slots__ = ("parameter", "text", "tree")
    __match_args__ = ("parameter", "tree", "text")
    parameter: Parameter
    tree: Expr
    text: str | None

    def __init__(self, parameter: Parameter, tree: Expr, text: str | None) -> None:
        assign(self, "parameter", parameter)
        assign(self, "tree", tree)
        assign(self, "text", text)


class Router:
    """Divide conditions on the records of one endpoint; without one, nothing is known of names and all stays in place."""

    __slots__ = ("_catalog", "_dialect", "_record")

    def __init__(self, dialect: Dialect, endpoint: str | None) -> None:
        self._dialect = dialect
        self._catalog = self._record = None
        if endpoint is not None:
            names = catalog(dialect.name)
            self._catalog = names
            self._record = find_record(names, names.find_endpoint(endpoint), dialect.parameters[0])

    def place(self, path: Path) -> tuple[Parameter, int]:
        """Return the parameter of a path, and how many of its segments that parameter's paths do without."""
        main = self._dialect.parameters[0]
        if self._catalog is None or self._record is None:
            return main, 0
        fields = self._catalog.resolve(self._record.name, path.segments).fields
        index = next((index for index, field in enumerate(fields) if field.child), None)
        # A collection itself is nothing to compare: the rules say so where it stands.
        if index is None or index + 1 == len(path.segments):
            return main, 0
        for parameter in self._dialect.parameters:
            if parameter.record is not None and parameter.record == fields[index].target:
                return parameter, index + 1
        for parameter in self._dialect.parameters:
            if parameter.collections:
                return parameter, 0
        return main, 0

    def is_single(self, path: Path) -> bool:
        """Tell whether a path is known to end at one value of the record: it leads through no collection."""
        if self._catalog is None or self._record is None:
            return len(path.segments) == 1
        found = self._catalog.resolve(self._record.name, path.segments)
        if not isinstance(found, Resolved):
            return len(path.segments) == 1
        return all(field.kind != "collection" for field in found.fields)

    def divide(self, tree: Expr, text: str, main: Parameter) -> tuple[list[Routed], list[Diagnostic]]:
        """Return the parts of a condition, in the order of the parameters; findings instead where one item cannot part."""
        if main is not self._dialect.parameters[0]:
            # What was written for another parameter stays there, but for a prefix too many.
            return [self._cut(main, tree, text)], []
        items = tree.items if isinstance(tree, And) else (tree,)
        parts: dict[str, list[Expr]] = {}
        findings: list[Diagnostic] = []
        for item in items:
            places = {self.place(comparison.path)[0].name for comparison in comparisons(item)}
            if len(places) > 1 and isinstance(item, Or):
                findings.append(self._explain(item))
            else:
                parts.setdefault(next(iter(places), main.name), []).append(item)
        if findings:
            return [], findings
        if set(parts) == {main.name}:
            return [Routed(main, tree, text)], []
        known = {parameter.name: parameter for parameter in self._dialect.parameters}
        return [self._cut(known[name], conjunction(parts[name]), text) for name in known if name in parts], []

    def _cut(self, parameter: Parameter, tree: Expr, text: str) -> Routed:
        """Take the prefix that leads to the parameter's record off the paths of a part."""
        if parameter.record is None:
            return Routed(parameter, tree, text)
        pieces: list[str] | None = list(text)

        def cut(expr: Expr) -> Expr:
            nonlocal pieces
            if isinstance(expr, Junction):
                items = tuple([cut(item) for item in expr.items])
                return expr if all(map(is_, items, expr.items)) else type(expr)(items)
            count = self.place(expr.path)[1] if isinstance(expr, Comparison) else 0
            if not isinstance(expr, Comparison) or not count:
                return expr
            span, length = expr.span, sum([len(step) + 1 for step in expr.path.segments[:count]])
            path = Path(expr.path.segments[count:])
            if span is None or text[span.start + length - 1 : span.start + length] not in ("/", "."):
                pieces = None
                return Comparison(path, expr.operator, expr.value)
            if pieces is not None:
                pieces[span.start : span.start + length] = " " * length
            return Comparison(path, expr.operator, expr.value, Span(span.start + length, span.end))

        cut_tree = cut(tree)
        return Routed(parameter, cut_tree, None if pieces is None else "".join(pieces))

    def _explain(self, item: Or) -> Diagnostic:
        """Say why an item of the outermost ``and`` cannot part, at the first comparison that belongs elsewhere."""
        from cwql.analysis.rules.routing import SPLIT_GROUP, SPLIT_OR

        leaves = list(comparisons(item))
        places = [self.place(leaf.path)[0].name for leaf in leaves]
        index = next(index for index, name in enumerate(places) if name != places[0])
        span = leaves[index].span or item.span or Span(0, 0)
        separator = self._dialect.separator
        first, other = (separator.join(leaf.path.segments) for leaf in (leaves[0], leaves[index]))
        message = f"{other} belongs in {places[index]}, {first} in {places[0]}"
        split = [len({self.place(leaf.path)[0].name for leaf in comparisons(part)}) > 1 for part in item.items]
        if not any(split):
            return SPLIT_OR.at(
                span,
                f"{message}: a server joins its parameters by `and`, so an `or` between them cannot be asked",
                hint="ask twice, once for each side of the `or`, and join the records by id",
            )
        shared = _shared(item)
        hint = "ask once for each side of the `or`, and join the records by id"
        if shared is not None:
            name = separator.join(shared.path.segments)
            hint = f"both sides say the same of {name}: write it once, outside: (… or …) and {name} {shared.operator.name} …"
        return SPLIT_GROUP.at(span, f"{message}: inside an `or` they cannot be sent apart", hint=hint)


def _shared(item: Or) -> Comparison | None:
    """Return a comparison that every alternative asks for, so that it can stand outside."""
    first, *others = [part.items if isinstance(part, And) else (part,) for part in item.items]
    for candidate in first:
        if isinstance(candidate, Comparison) and all(candidate in other for other in others):
            return candidate
    return None
