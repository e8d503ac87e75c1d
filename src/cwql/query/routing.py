"""`Router` distributes the terms of one condition over the query parameters of its dialect.

A parameter that filters another record type (``customFieldConditions``) takes the terms whose paths lead through a
collection of such records, and its paths start there. The parameter for collections (``childConditions``) takes the terms
that lead through any other collection. In a dialect with neither, all terms remain in the main condition. Only the items of
the outermost ``and`` can be moved, because a server joins its parameters by ``and``.
"""

from __future__ import annotations

from operator import is_

from cwql.language.nodes import And, Comparison, Junction, Or, Path, comparisons, conjunction
from cwql.schema.catalog import catalog
from cwql.schema.filtered_record import find_record
from cwql.schema.record import Resolved
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Expr


class RoutedTerms(Value):
    """The terms of a condition that go to one parameter, and the `text` that their spans refer to.

    The text is the whole condition with path prefixes that the parameter does not take replaced by blanks, so that offsets
    stay the same. It is None if the terms have no such text and must be printed.
    """

    parameter: Parameter
    tree: Expr
    text: str | None


class Router:
    """Route the conditions of one endpoint; without an endpoint, every term remains in the main condition."""

    __slots__ = ("_catalog", "_dialect", "_record")

    def __init__(self, dialect: Dialect, endpoint: str | None) -> None:
        self._dialect = dialect
        self._catalog = self._record = None
        if endpoint is not None:
            names = catalog(dialect.name)
            self._catalog = names
            self._record = find_record(names, names.find_endpoint(endpoint), dialect.parameters[0])

    def find_parameter(self, path: Path) -> tuple[Parameter, int]:
        """Return the parameter that takes a path, and how many leading segments are dropped there."""
        main = self._dialect.parameters[0]
        if self._catalog is None or self._record is None:
            return main, 0
        fields = self._catalog.resolve(self._record.name, path.segments).fields
        index = next((index for index, field in enumerate(fields) if field.child), None)
        # A rule reports a comparison with the collection itself.
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
        """Return whether a path is known to have a single value: it does not lead through a collection."""
        if self._catalog is None or self._record is None:
            return len(path.segments) == 1
        found = self._catalog.resolve(self._record.name, path.segments)
        if not isinstance(found, Resolved):
            return len(path.segments) == 1
        return all(field.kind != "collection" for field in found.fields)

    def divide(self, tree: Expr, text: str, main: Parameter) -> tuple[list[RoutedTerms], list[Diagnostic]]:
        """Return the terms for each parameter, in the order of the parameters, or errors for items that cannot be routed."""
        if main is not self._dialect.parameters[0]:
            # Terms given for another parameter remain there; only a superfluous prefix is removed.
            return [self._strip_prefix(main, tree, text)], []
        items = tree.items if isinstance(tree, And) else (tree,)
        parts: dict[str, list[Expr]] = {}
        refusals: list[Diagnostic] = []
        for item in items:
            places = {self.find_parameter(comparison.path)[0].name for comparison in comparisons(item)}
            if len(places) > 1 and isinstance(item, Or):
                refusals.append(self._refuse(item))
            else:
                parts.setdefault(next(iter(places), main.name), []).append(item)
        if refusals:
            return [], refusals
        if set(parts) == {main.name}:
            return [RoutedTerms(main, tree, text)], []
        known = {parameter.name: parameter for parameter in self._dialect.parameters}
        return [self._strip_prefix(known[name], conjunction(parts[name]), text) for name in known if name in parts], []

    def _strip_prefix(self, parameter: Parameter, tree: Expr, text: str) -> RoutedTerms:
        """Remove the path prefix that leads to the parameter's record."""
        if parameter.record is None:
            return RoutedTerms(parameter, tree, text)
        characters: list[str] | None = list(text)

        def strip(expr: Expr) -> Expr:
            nonlocal characters
            if isinstance(expr, Junction):
                items = tuple([strip(item) for item in expr.items])
                return expr if all(map(is_, items, expr.items)) else type(expr)(items)
            count = self.find_parameter(expr.path)[1] if isinstance(expr, Comparison) else 0
            if not isinstance(expr, Comparison) or not count:
                return expr
            span, length = expr.span, sum([len(step) + 1 for step in expr.path.segments[:count]])
            path = Path(expr.path.segments[count:])
            if span is None or text[span.start + length - 1 : span.start + length] not in ("/", "."):
                characters = None
                return Comparison(path, expr.operator, expr.value)
            if characters is not None:
                characters[span.start : span.start + length] = " " * length
            return Comparison(path, expr.operator, expr.value, Span(span.start + length, span.end))

        stripped = strip(tree)
        return RoutedTerms(parameter, stripped, None if characters is None else "".join(characters))

    def _refuse(self, item: Or) -> Diagnostic:
        """Return why an item of the outermost ``and`` cannot be routed, at the first comparison for another parameter."""
        from cwql.rules.portability.routing import SPLIT_GROUP, SPLIT_OR

        leaves = list(comparisons(item))
        places = [self.find_parameter(leaf.path)[0].name for leaf in leaves]
        index = next(index for index, name in enumerate(places) if name != places[0])
        span = leaves[index].span or item.span or Span(0, 0)
        separator = self._dialect.separator
        first, other = (separator.join(leaf.path.segments) for leaf in (leaves[0], leaves[index]))
        message = f"{other} belongs in {places[index]}, {first} in {places[0]}"
        split = [len({self.find_parameter(leaf.path)[0].name for leaf in comparisons(part)}) > 1 for part in item.items]
        if not any(split):
            return SPLIT_OR.at(
                span,
                f"{message}: a server joins its parameters by `and`, so an `or` between them cannot be sent",
                hint="send two requests, one for each side of the `or`, and merge the records by id",
            )
        shared = _shared(item)
        hint = "send one request for each side of the `or`, and merge the records by id"
        if shared is not None:
            name = separator.join(shared.path.segments)
            hint = f"both sides contain the same term about {name}: move it out of the `or`: (… or …) and {name} {shared.operator.name} …"
        return SPLIT_GROUP.at(span, f"{message}: terms inside one `or` cannot go to different parameters", hint=hint)


def _shared(item: Or) -> Comparison | None:
    """Return a comparison that every alternative contains, so that it can be moved out of the `or`."""
    first, *others = [part.items if isinstance(part, And) else (part,) for part in item.items]
    for candidate in first:
        if isinstance(candidate, Comparison) and all(candidate in other for other in others):
            return candidate
    return None
