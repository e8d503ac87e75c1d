"""What a rule looks at: the text, its tree, the parameter it is meant for, and the records behind the endpoint."""

from __future__ import annotations

from cwql.analysis.places import locate, split_path
from cwql.analysis.records import find_record
from cwql.language.nodes import FieldList, OrderBy, comparisons
from cwql.schema.record import Resolved, Unresolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from cwql.analysis.places import Place
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Comparison, Path
    from cwql.language.parser import Tree
    from cwql.schema.catalog import Catalog
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo


class Context:
    """Hold one text that was read, and answer questions about its names.

    `comparisons` holds those that stand in the text whole, from left to right. `endpoint`, `record` and `catalog` are None
    where no endpoint was given (or it is unknown): then only what needs no schema is judged. `asked` is the endpoint as it
    was given. `forward_only` tells that the pages are asked for in the forward-only mode of Manage, `partial` that the text
    holds errors: its tree is what could be read in spite of them.
    """

    __slots__ = (
        "_places",
        "_resolutions",
        "asked",
        "catalog",
        "comparisons",
        "dialect",
        "endpoint",
        "forward_only",
        "parameter",
        "partial",
        "paths",
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
        *,
        asked: str | None = None,
        forward_only: bool = False,
        partial: bool = False,
    ) -> None:
        self.text = text
        self.tree = tree
        self.dialect = dialect
        self.parameter = parameter
        self.catalog = catalog
        self.endpoint = endpoint
        self.asked = asked
        self.forward_only = forward_only
        self.partial = partial
        self.record: RecordInfo | None = None if catalog is None else find_record(catalog, endpoint, parameter)
        self._places: dict[tuple[int, int], Place] = {}
        self._resolutions: dict[tuple[str, ...], Resolved | Unresolved] = {}
        self.paths: list[tuple[Path, Span, tuple[Span, ...]]]
        """Every path of the text with its span and those of its segments, whatever the shape of the text."""
        self.comparisons: tuple[Comparison, ...] = ()
        if isinstance(tree, OrderBy):
            self.paths = [self._written(term.path, term.start) for term in tree.terms]
        elif isinstance(tree, FieldList):
            self.paths = [self._written(path, start) for path, start in zip(tree.paths, tree.starts, strict=True)]
        else:
            self.paths = []
            self.comparisons = tuple([comparison for comparison in comparisons(tree) if self._stands(comparison)])

    def _stands(self, comparison: Comparison) -> bool:
        """Keep where the parts of a comparison stand; tell whether all of them do."""
        span = comparison.span
        place = None if span is None else locate(self.text, comparison, self.dialect)
        if place is None:
            return False
        self._places[(place.whole.start, place.whole.end)] = place
        self.paths.append((comparison.path, place.path, place.segments))
        return len(place.operator) > 0 and len(place.values) == len(comparison.values)

    @property
    def name_severity(self) -> Literal["error", "warning"]:
        """Return how grave a name is that neither specification nor overlay knows."""
        return "error" if self.dialect.names_complete else "warning"

    def place(self, comparison: Comparison) -> Place:
        """Return where the parts of one of the `comparisons` stand."""
        span = comparison.span
        assert span is not None
        return self._places[(span.start, span.end)]

    def resolve(self, path: Path) -> Resolved | Unresolved | None:
        """Follow a path from the record that the parameter filters; None where the record is not known."""
        if self.catalog is None or self.record is None:
            return None
        found = self._resolutions.get(path.segments)
        if found is None:
            found = self._resolutions[path.segments] = self.catalog.resolve(self.record.name, path.segments)
        return found

    def field(self, path: Path) -> FieldInfo | None:
        """Return the field that a path ends at, for rules about its values.

        None where the record or the name is not known, or where a rule about names has something to say instead: the path
        ends at a record, a collection of records or inside a map, or the overlay warns of the name.
        """
        found = self.resolve(path)
        if not isinstance(found, Resolved):
            return None
        field = found.field
        if any(step.kind == "map" for step in found.fields[:-1]):
            return None
        if field.kind == "reference" or field.child or (field.note is not None and field.note.kind == "unfilterable"):
            return None
        return field

    def _written(self, path: Path, start: int) -> tuple[Path, Span, tuple[Span, ...]]:
        written = self.dialect.separator.join(path.segments)
        return path, Span(start, start + len(written)), split_path(written, start)
