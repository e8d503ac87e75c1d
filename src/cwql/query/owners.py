"""Fields that belong to another record than the list has: ``Company.id`` in a query of tickets.

Names alone do not show it: tickets have an ``id`` too, and the request would return other records than meant. Typed handles know the
record that they start at (`cwql.language.nodes.OwnedPath`).
"""

from __future__ import annotations

from cwql.language.nodes import FieldList, OrderBy, OwnedPath, comparisons, paths
from cwql.rules.portability.routing import OTHER_RECORD
from cwql.schema.filtered_record import find_record
from cwql.schema.record import Resolved
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.nodes import Tree
    from cwql.schema.catalog import Catalog
    from cwql.schema.record import RecordInfo


def check_owners(
    tree: Tree, parsed: Tree | None, text: str, dialect: Dialect, asked: str, parameter: Parameter
) -> Iterator[Diagnostic]:
    """Yield an error for every field of another record; `parsed` is the tree of the printed `text`."""
    written_paths = paths(tree)
    if not any(isinstance(path, OwnedPath) for path in written_paths):
        return
    from cwql.schema.catalog import catalog

    names = catalog(dialect.name)
    endpoint = names.find_endpoint(asked)
    listed = find_record(names, endpoint, dialect.parameters[0])
    record = find_record(names, endpoint, parameter)
    if endpoint is None or listed is None or record is None:
        return
    # The printed text has the paths of the tree, in its order.
    starts: list[int | None] = [] if parsed is None else [*_starts(parsed)]
    if len(starts) != len(written_paths):
        starts = [None] * len(written_paths)
    foreign: dict[tuple[tuple[str, ...], str, str], int | None] = {}
    for path, start in zip(written_paths, starts, strict=True):
        if isinstance(path, OwnedPath) and not (
            catalog(path.product) is names and any(names.is_related(path.owner, it.name) for it in (listed, record))
        ):
            foreign.setdefault((path.segments, path.owner, path.product), start)
    verb = "lists" if endpoint.listed or parameter.shape == "condition" else "returns"
    for (segments, owner, product), start in foreign.items():
        written = dialect.separator.join(segments)
        span = Span(0, len(text)) if start is None else Span(start, start + len(written))
        field = f"{owner}.{'.'.join(segments)}"
        if catalog(product) is names:
            right = _find_path(names, record, owner, segments)
            hint = f"write {record.name}.{'.'.join(right)} ({dialect.separator.join(right)})" if right else None
            message = f"{field} is a field of {owner}"
        else:
            hint = f"use the fields of {record.name} in cwql.{dialect.name}.fields"
            message = f"{field} is a field of {product.title()}"
        yield OTHER_RECORD.at(
            span,
            f"{message}, but {asked} {verb} {listed.wire.rpartition('.')[2]}",
            hint=hint or f"use the fields of {record.name}",
        )


def _starts(tree: Tree) -> list[int]:
    if isinstance(tree, OrderBy):
        return [term.start for term in tree.terms]
    if isinstance(tree, FieldList):
        return list(tree.starts)
    return [0 if comparison.span is None else comparison.span.start for comparison in comparisons(tree)]


def _find_path(names: Catalog, record: RecordInfo, owner: str, segments: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the path that leads from a record to the field of another one, through a reference to it."""
    wanted = owner.lower()
    found: list[tuple[bool, tuple[str, ...]]] = []
    for field in record.fields():
        target = (field.target or "").lower().removesuffix("reference")
        if field.kind != "reference" or not target or target != wanted:
            continue
        path = (field.name, *segments)
        resolved = names.resolve(record.name, path)
        if isinstance(resolved, Resolved) and (resolved.note is None or resolved.note.kind != "alias"):
            # `company` before `billToCompany`.
            found.append((field.name.lower() != wanted, path))
    return min(found)[1] if found else None
