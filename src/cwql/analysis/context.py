"""What a rule looks at: the text, its tree, the parameter it is meant for, and the records behind the endpoint."""

from __future__ import annotations

from cwql.analysis.places import Place, locate, split_path
from cwql.language.nodes import Comparison, FieldList, OrderBy, comparisons
from cwql.schema.record import Resolved, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Path
    from cwql.language.parser import Tree
    from cwql.schema.catalog import Catalog
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.record import RecordInfo


class Context:
    """Hold one text that was read without errors, and answer questions about its names.

    `endpoint`, `record` and `catalog` are None where no endpoint was given (or it is unknown): then only what needs no
    schema is judged. `forward_only` tells that the pages are asked for in the forward-only mode of Manage.
    """

    __slots__ = (
        "_places",
        "_resolutions",
        "catalog",
        "comparisons",
        "dialect",
        "endpoint",
        "forward_only",
        "parameter",
        "record",
        "text",
        "tree",
    )

    def __init__(
        self,
        text: str,
        tree: Tree,
        dialect: Dialect,
        parameter: Parameter,
        catalog: Catalog | None = None,
        endpoint: Endpoint | None = None,
        forward_only: bool = False,
    ) -> None:
        self.text = text
        self.tree = tree
        self.dialect = dialect
        self.parameter = parameter
        self.catalog = catalog
        self.endpoint = endpoint
        self.forward_only = forward_only
        self.record: RecordInfo | None = None
        if catalog is not None and endpoint is not None and endpoint.record is not None:
            self.record = catalog.find_record(endpoint.record)
        conditional = not isinstance(tree, (OrderBy, FieldList))
        self.comparisons: tuple[Comparison, ...] = tuple(comparisons(tree)) if conditional else ()  # type: ignore[arg-type]
        self._places: dict[tuple[int, int], Place] = {}
        self._resolutions: dict[tuple[str, ...], Resolved | Unresolved] = {}

    def resolve(self, path: Path) -> Resolved | Unresolved | None:
        """Follow a path from the endpoint's record; None where the record is not known."""
        if self.catalog is None or self.record is None:
            return None
        found = self._resolutions.get(path.segments)
        if found is None:
            found = self._resolutions[path.segments] = self.catalog.resolve(self.record.name, path.segments)
        return found

    def place(self, comparison: Comparison) -> Place:
        """Return where the parts of a comparison stand."""
        span = comparison.span
        assert span is not None
        key = (span.start, span.end)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = locate(self.text, comparison, self.dialect)
        return found

    @property
    def paths(self) -> list[tuple[Path, Span, tuple[Span, ...]]]:
        """Return every path of the text with its span and those of its segments, whatever the shape of the text."""
        if isinstance(self.tree, OrderBy):
            return [self._written(term.path, term.start) for term in self.tree.terms]
        if isinstance(self.tree, FieldList):
            return [self._written(path, start) for path, start in zip(self.tree.paths, self.tree.starts, strict=True)]
        return [(c.path, place.path, place.segments) for c in self.comparisons for place in [self.place(c)]]

    def _written(self, path: Path, start: int) -> tuple[Path, Span, tuple[Span, ...]]:
        written = self.dialect.separator.join(path.segments)
        return path, Span(start, start + len(written)), split_path(written, start)
