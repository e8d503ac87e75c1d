"""The input of a rule: the text, its tree, its parameter, and the records of the endpoint."""

from __future__ import annotations

from cwql.language.nodes import FieldList, OrderBy, comparisons
from cwql.rules.applicability import find_compared_field
from cwql.rules.places import locate, split_path
from cwql.schema.filtered_record import find_record
from cwql.schema.record import Resolved, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from typing import Literal, TypeAlias

    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Comparison, Path, Tree
    from cwql.language.parsing.lexer import Token
    from cwql.rules.places import Place
    from cwql.schema.catalog import Catalog
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

    Occurrence: TypeAlias = tuple[Path, Span, tuple[Span, ...]]


class Context:
    """A parsed text, and the resolution of the names in it.

    `comparisons` are those that the text contains completely, from left to right; `written` are those with a path in it. `endpoint`, `record` and `catalog`
    are None if no endpoint was given (or it is unknown); then only rules that need no schema run. `asked` is the
    endpoint as it was given, `release` that of the server, if it is known. `forward_only` is True for Manage's forward-only pagination, `partial` if the text has
    errors: its tree is then the part that could be parsed. `repaired` is False if the fast path parsed the text and nothing of its
    spelling is to be reported.
    """

    __slots__ = (
        "_paths",
        "_places",
        "_resolutions",
        "_starts",
        "_tokens",
        "asked",
        "catalog",
        "comparisons",
        "dialect",
        "endpoint",
        "forward_only",
        "parameter",
        "partial",
        "record",
        "release",
        "repaired",
        "text",
        "tree",
        "written",
    )

    def __init__(  # noqa: PLR0913  # one argument for each part of the input
        self,
        text: str,
        tree: Tree,
        dialect: Dialect,
        parameter: Parameter,
        catalog: Catalog | None = None,
        endpoint: Endpoint | None = None,
        *,
        asked: str | None = None,
        forward_only: bool = False,
        partial: bool = False,
        repaired: bool = True,
        sound: Container[int] = (),
        release: str | None = None,
    ) -> None:
        """Initialize the context.

        `repaired` is True if recovery made the tree: the text may lack parts of its comparisons, except of those at the positions `sound`.
        """
        self.text = text
        self.tree = tree
        self.dialect = dialect
        self.parameter = parameter
        self.catalog = catalog
        self.endpoint = endpoint
        self.asked = asked
        self.forward_only = forward_only
        self.partial = partial
        self.repaired = repaired
        self.release = release
        self.record: RecordInfo | None = None if catalog is None else find_record(catalog, endpoint, parameter)
        self._places: dict[tuple[int, int], Place] = {}
        self._resolutions: dict[tuple[str, ...], Resolved | Unresolved] = {}
        self._paths: list[Occurrence] | None = None
        self._tokens: list[Token] | None = None
        self._starts: dict[int, Comparison] | None = None
        self.written: tuple[Comparison, ...] = ()
        self.comparisons: tuple[Comparison, ...] = ()
        if not isinstance(tree, (OrderBy, FieldList)):
            self.comparisons = self.written = tuple(comparisons(tree))
            if repaired:
                self.written = tuple(
                    [item for item in self.written if item.start in sound or self._locate(item) is not None]
                )
                self.comparisons = tuple([item for item in self.written if item.start in sound or self._is_whole(item)])

    def limit(self, comparisons: Sequence[Comparison]) -> Context:
        """Return a context for these comparisons of `written` only, for rules that look at one at a time."""
        other = object.__new__(Context)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other.comparisons = other.written = tuple(comparisons)
        if len(self.written) > len(self.comparisons):
            whole = {id(item) for item in self.comparisons}
            other.comparisons = tuple([item for item in comparisons if id(item) in whole])
        other._paths = other._starts = None
        return other

    def _locate(self, comparison: Comparison) -> Place | None:
        span = comparison.span
        if span is None:
            return None
        key = (span.start, span.end)
        place = self._places.get(key)
        if place is None:
            place = locate(self.text, comparison, self.dialect, self._tokens)
            if place is not None:
                self._places[key] = place
        return place

    def _is_whole(self, comparison: Comparison) -> bool:
        place = self.place(comparison)
        if len(place.operator) == 0 or len(place.values) != len(comparison.values):
            return False
        quotes = self.dialect.quotes
        # A text without quotes that ends in a literal, as today-7 does, is not that literal.
        return all(
            literal[0] in quotes or not isinstance(value, str)
            for value, literal in zip(comparison.values, place.literals, strict=True)
        )

    def place(self, comparison: Comparison) -> Place:
        """Return the spans of the parts of one of the `comparisons`."""
        place = self._locate(comparison)
        assert place is not None, "a comparison of this text"
        return place

    def find_comparison(self, start: int) -> Comparison | None:
        """Return the comparison whose path starts there, one of the `comparisons`."""
        if self._starts is None:
            self._starts = {item.span.start: item for item in self.comparisons if item.span is not None}
        return self._starts.get(start)

    @property
    def tokens(self) -> list[Token]:
        """Return the tokens of the whole text."""
        if self._tokens is None:
            from cwql.language.parsing.lexer import tokenize

            self._tokens = list(tokenize(self.text, self.dialect.name))
        return self._tokens

    @property
    def paths(self) -> list[Occurrence]:
        """Return every path of the text with its span and those of its segments, whatever the shape of the text."""
        if self._paths is None:
            tree = self.tree
            if isinstance(tree, OrderBy):
                starts = [(term.path, term.start) for term in tree.terms]
            elif isinstance(tree, FieldList):
                starts = [*zip(tree.paths, tree.starts, strict=True)]
            else:
                starts = [(item.path, item.span.start) for item in self.written if item.span is not None]
            self._paths = [self._find(path, start) for path, start in starts]
        return self._paths

    def _find(self, path: Path, start: int) -> Occurrence:
        # A path of slashes is as long as one of dots.
        written = self.dialect.separator.join(path.segments)
        return path, Span(start, start + len(written)), split_path(written, start)

    def path_span(self, comparison: Comparison) -> Span:
        """Return the span of the path of any comparison of the tree, also of one that the text contains only in part."""
        assert comparison.span is not None
        start = comparison.span.start
        return Span(start, start + len(self.dialect.separator.join(comparison.path.segments)))

    @property
    def name_severity(self) -> Literal["error", "warning"]:
        """Return the severity for a name that neither specification nor overlay has.

        Servers refuse unknown names in conditions and sort orders; from a list of fields they leave them out.
        """
        return "error" if self.dialect.names_complete and self.parameter.shape != "field_list" else "warning"

    def resolve(self, path: Path) -> Resolved | Unresolved | None:
        """Resolve a path from the record that the parameter filters; None if the record is unknown."""
        if self.catalog is None or self.record is None:
            return None
        found = self._resolutions.get(path.segments)
        if found is None:
            found = self._resolutions[path.segments] = self.catalog.resolve(self.record.name, path.segments)
        return found

    def field(self, path: Path) -> FieldInfo | None:
        """Return the field that a path ends at, for rules about its values.

        None if the record or the name is unknown, or if a rule about names reports the path instead: it ends at a
        record, a collection of records or inside a map, or the overlay warns of the name.
        """
        found = self.resolve(path)
        return find_compared_field(found) if isinstance(found, Resolved) else None
