"""The records of the tables of a query: `Fetcher` sends the requests of a plan."""

# The functions of pyarrow.compute are made at run time.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from cwql.language.nodes import Constant, FieldList, OrderBy, Path, conjunction
from cwql.schema.naming import accessor
from cwql.semantics.column_predicate import AllOf, AnyOf, ColumnTest
from cwql.semantics.weaken import Weakened, weaken
from cwql.tables.query import PARENT, SQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cwql.client.preview import RequestPreview
    from cwql.language.nodes import Expr
    from cwql.schema.endpoint import Endpoint
    from cwql.semantics.column_predicate import Predicate
    from cwql.tables.counted import Classes
    from cwql.tables.plan import Fields, Link, ScanPlan
    from cwql.tables.query import TableScan
    from cwql.tables.scan import Scan

__all__ = ["Fetcher", "is_counted", "pages_of", "resource_at"]

LINK_LIMIT = 500
"""How many values of another table become a list in a condition. More would be many requests, so their range is sent."""

PARENT_LIMIT = 1000
"""How many parents a table of their lists may have: each is a separate request."""

PAGE = 1000
"""How many records a page of a list has."""

COUNTS = 2
"""How many counts are sent rather than to read a page."""

_HOLE = re.compile(r"\{\w*\}")


def pages_of(records: int) -> int:
    """Return how many pages a list has."""
    return max(1, -(-records // PAGE))


def is_counted(classes: Classes, records: int) -> bool:
    """Return whether counting the classes of a list of so many records is cheaper than to read it."""
    return len(classes.parts) < COUNTS * pages_of(records)


def resource_at(client: Any, path: str) -> Any:
    """Return the resource of a path with ids: ``/service/boards/1/statuses``."""
    resource: Any = client
    for segment in path.strip("/").split("/"):
        resource = resource(int(segment)) if segment.isdecimal() else getattr(resource, accessor(segment.lower()))
    return resource


def _conditions(part: Weakened) -> dict[str, Any]:
    """Return the conditions on child records and custom fields. Only Manage has parameters for them."""
    found = {"child_conditions": part.child, "custom_field_conditions": part.custom}
    return {name: condition for name, condition in found.items() if condition is not None}


class Fetcher:
    """Read tables in the order of their links. `select` executes a query over some of them.

    `parallel` is how many pages are requested at the same time, for tables that are read to the end.
    """

    def __init__(
        self,
        clients: Mapping[str, Any],
        select: Callable[[str, Mapping[str, pa.Table]], pa.Table],
        parallel: int = 1,
    ) -> None:
        self._clients = clients
        self._select = select
        self._parallel = parallel
        self._tables: dict[TableScan, pa.Table] = {}

    def fetch(self, plans: list[ScanPlan], passes: Callable[[ScanPlan, pa.Table], int]) -> dict[str, pa.Table]:
        """Return the table of each plan by the name that the query has for it.

        `passes` returns how many rows of a table fulfil the rest of its predicate.
        """
        waiting = list(plans)
        while waiting:
            ready = [plan for plan in waiting if all(link.other in self._tables for link in plan.links)] or waiting[:1]
            for plan in ready:
                self._tables[plan.scan] = self._table(plan, passes)
                waiting.remove(plan)
        return {plan.scan.name: self._tables[plan.scan] for plan in plans}

    def scans(self, plan: ScanPlan, part: Weakened) -> Scan:
        """Return the scan of one part of a plan, without links."""
        return self._scan(plan, plan.scan.path, part, plan.fields[0])

    def preview(self, plan: ScanPlan, part: Weakened, fields: Fields) -> RequestPreview:
        """Return the first request of one part of a plan, without links."""
        resource = resource_at(self._clients[plan.scan.product], plan.scan.path)
        options = _options(plan)
        selected = _field_list(fields, plan.scan.endpoint)
        found: RequestPreview = resource.preview(part.where, fields=selected, **_conditions(part), **options)
        return found

    def count(self, plan: ScanPlan, part: Weakened) -> int:
        """Return how many records the server has for one part of a plan."""
        if part.never:
            return 0
        resource = resource_at(self._clients[plan.scan.product], plan.scan.path)
        return int(resource.count(part.where, **_conditions(part), on_invalid="ignore"))

    # --- one table -------------------------------------------------------------------------------------------------

    def _table(self, plan: ScanPlan, passes: Callable[[ScanPlan, pa.Table], int]) -> pa.Table:
        if plan.counts:
            return pa.table({"n": pa.nulls(self.count(plan, plan.parts[0]))})
        if plan.scan.parent is not None:
            return self._lists(plan)
        if plan.classes is not None:
            counted = self._counted(plan, plan.classes)
            if counted is not None:
                return counted
        limits = self._linked(plan)
        if limits is None:
            return self._first_table(plan)
        if plan.until is not None:
            found = self._first_rows(plan, passes)
            if found is not None:
                return found
        tables = []
        for part, fields in zip(plan.parts, plan.fields, strict=True):
            where = conjunction([*([part.where] if part.where is not None else []), *limits])
            limited = Weakened(where if limits or part.where is not None else None, part.child, part.custom, part.exact)
            scan = self._scan(plan, plan.scan.path, limited, fields)
            tables.append(self._empty(scan) if part.never else scan.to_arrow())
        return tables[0] if len(tables) == 1 else _without_repetitions(tables)

    def _counted(self, plan: ScanPlan, classes: Classes) -> pa.Table | None:
        """Return a table with as many records of each class as the server has, or None if reading the list needs fewer requests."""
        (part,) = plan.parts
        total = self.count(plan, part)
        if not is_counted(classes, total):
            return None
        counts = [self.count(plan, each) for each in classes.parts]
        rest = total - sum(counts)
        if rest < 0:
            # Records have changed between the requests.
            return None
        schema = self.scans(plan, part).schema
        records = []
        for value in classes.values:
            record = value
            for name in reversed(classes.path):
                record = {name: record}
            records.append(record)
        places = [place for place, count in enumerate([*counts, rest]) for _ in range(count)]
        return pa.Table.from_pylist(records, schema).take(pa.array(places, pa.int64()))

    def _first_table(self, plan: ScanPlan) -> pa.Table:
        """Return the empty table of a plan that no record can match."""
        return self._empty(self.scans(plan, Weakened(None, None, None, True)))

    def _empty(self, scan: Scan) -> pa.Table:
        return scan.schema.empty_table()

    def _linked(self, plan: ScanPlan) -> list[Expr] | None:
        """Return the conditions of the links, or None if another table has no value."""
        limits: list[Expr] = []
        for link in plan.links:
            values = self._values(link)
            if not values and link.otherwise is None:
                return None
            test: Predicate = ColumnTest(link.path, "in", tuple(values)) if values else AnyOf(())
            if len(values) > LINK_LIMIT:
                test = AllOf((ColumnTest(link.path, ">=", values[0]), ColumnTest(link.path, "<=", values[-1])))
            if link.otherwise is not None:
                test = AnyOf((link.otherwise, test))
            (part, *rest) = weaken(plan.scan.product, plan.scan.record, test)
            if not rest and part.where is not None:
                limits.append(part.where)
        return limits

    def _values(self, link: Link) -> list[Any]:
        column: Any
        if link.select:
            column = self._select(link.select, {link.other.name: self._tables[link.other]}).column("v")
        else:
            column = self._tables[link.other].column(link.other_path[0])
            for name in link.other_path[1:]:
                column = pc.struct_field(column, name)
        return sorted(set(column.drop_null().to_pylist()))

    def _first_rows(self, plan: ScanPlan, passes: Callable[[ScanPlan, pa.Table], int]) -> pa.Table | None:
        """Return the first records of an order, as many as the query needs, or None if all have to be read."""
        (part,) = plan.parts
        needed = plan.until or 0
        if part.never:
            return self._first_table(plan)
        if plan.needs_not_null is not None:
            terms = [plan.needs_not_null] if part.where is None else [part.where, plan.needs_not_null]
            part = Weakened(conjunction(terms), part.child, part.custom, part.exact)
        limit = needed if plan.exact else None
        scan = self._scan(plan, plan.scan.path, part, plan.fields[0], limit)
        batches: list[pa.RecordBatch] = []
        found = 0
        for batch in scan.to_arrow_batch_reader():
            batches.append(batch)
            found += batch.num_rows if plan.exact else passes(plan, pa.Table.from_batches([batch]))
            if found >= needed:
                return pa.Table.from_batches(batches, scan.schema)
        if plan.needs_not_null is not None:
            # Records without a value come last, and they are needed as well.
            return None
        return pa.Table.from_batches(batches, scan.schema)

    def _lists(self, plan: ScanPlan) -> pa.Table:
        """Return the lists of many parents as one table, with the id of the parent."""
        scan = plan.scan
        parents = self._parent_ids(plan)
        (part, *rest) = plan.parts
        if rest:
            part = Weakened(None, None, None, False)
        tables = []
        for parent in parents:
            one = self._scan(plan, _HOLE.sub(str(parent), scan.endpoint.path, count=1), part, plan.fields[0])
            table = self._empty(one) if part.never else one.to_arrow()
            tables.append(table.append_column(PARENT, pa.array([parent] * table.num_rows, pa.int64())))
        if not tables:
            one = self._scan(plan, _HOLE.sub("1", scan.endpoint.path, count=1), part, plan.fields[0])
            return self._empty(one).append_column(PARENT, pa.array([], pa.int64()))
        return pa.concat_tables(tables)

    def _parent_ids(self, plan: ScanPlan) -> list[int]:
        assert plan.scan.parent is not None
        known: set[int] | None = None
        for link in plan.links:
            if link.path == (PARENT,):
                values = set(self._values(link))
                known = values if known is None else known & values
        for test in plan.parents.items if isinstance(plan.parents, AllOf) else ():
            if isinstance(test, ColumnTest) and test.relation in ("=", "in"):
                given = test.value if isinstance(test.value, tuple) else (test.value,)
                values = {value for value in given if isinstance(value, int)}
                known = values if known is None else known & values
        name = plan.scan.parent.key.replace("/", ".")
        if known is None:
            raise SQLError(
                f"{plan.scan.product} has no list of all records of {plan.scan.path}, only one for each of {name}: "
                f"join it with {plan.scan.product}.{name} on {PARENT}, or compare {PARENT} with ids"
            )
        if len(known) > PARENT_LIMIT:
            raise SQLError(
                f"{plan.scan.path} would be requested for {len(known):,} records of {name}: at most {PARENT_LIMIT:,}"
            )
        return sorted(known)

    def _scan(self, plan: ScanPlan, path: str, part: Weakened, fields: Fields, limit: int | None = None) -> Scan:
        options = _options(plan)
        if limit is not None:
            options["limit"] = limit
        if plan.until is None:
            options["parallel"] = self._parallel
        # The conditions were derived from the query, so remarks about them are of no use to its author.
        scan: Scan = resource_at(self._clients[plan.scan.product], path).to_scan(
            part.where if not isinstance(part.where, Constant) else None,
            **_conditions(part),
            fields=_field_list(fields, plan.scan.endpoint),
            **options,
            on_invalid="ignore",
        )
        return scan


def _options(plan: ScanPlan) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if plan.until is not None:
        options["page_size"] = plan.page_size
        if plan.order_by and not _is_by_id(plan):
            options["order_by"] = OrderBy(plan.order_by)
    return options


def _is_by_id(plan: ScanPlan) -> bool:
    """Return whether the order is that of a list anyway."""
    order = plan.order_by[0]
    return order.path.segments[-1].lower() == "id" and not order.descending and len(order.path.segments) == 1


def _field_list(fields: Fields, endpoint: Endpoint) -> FieldList | None:
    names = {name.lower().rpartition(".")[2] for name in endpoint.parameters}
    if fields is None or not names & {"fields", "includefields", "includedfields"}:
        return None
    return FieldList(tuple([Path(path) for path in fields or (("id",),)]))


def _without_repetitions(tables: list[pa.Table]) -> pa.Table:
    """Return the records of several lists, each once, as it is in the first of them. Columns that a list lacks are null."""
    table = pa.concat_tables(tables, promote_options="default")
    name = next((each for each in table.column_names if each.lower() == "id"), None)
    if name is None:
        return table
    seen: set[Any] = set()
    keep = []
    for place, identity in enumerate(table.column(name).to_pylist()):
        if identity is None or identity not in seen:
            seen.add(identity)
            keep.append(place)
    return table.take(pa.array(keep, pa.int64()))
