"""Lists as a data source of Spark: ``spark.read.format("cwql")``, after `register`. Needs pyspark 4.1.

Each partition is a range of ids, which a worker reads with a separate client. Filters that Spark offers become conditions on request;
Spark evaluates them again.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import datasource as spark
from pyspark.sql.pandas.types import from_arrow_schema

from cwql.client.compiled_query import to_query
from cwql.errors import CwqlError
from cwql.language.nodes import Comparison, FieldList, Order, OrderBy, Path, conjunction
from cwql.language.operators import GT, LE
from cwql.schema.catalog import locate
from cwql.semantics.column_predicate import UNKNOWN, AllOf, ColumnTest
from cwql.semantics.weaken import weaken
from cwql.tables.arrow import without_dictionaries
from cwql.tables.fetch import resource_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cwql.semantics.column_predicate import Predicate, Relation
    from cwql.tables.columns import Shape
    from cwql.tables.scan import Scan

__all__ = ["CwqlDataSource", "register"]

PARTITIONS = 4

_RELATIONS: dict[type[Any], Relation] = {
    spark.EqualTo: "=",
    spark.GreaterThan: ">",
    spark.GreaterThanOrEqual: ">=",
    spark.LessThan: "<",
    spark.LessThanOrEqual: "<=",
    spark.In: "in",
    spark.IsNull: "null",
    spark.IsNotNull: "not null",
    spark.StringContains: "has text",
    spark.StringStartsWith: "has text",
    spark.StringEndsWith: "has text",
}


_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "enum": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def register(session: Any) -> None:
    """Register the format ``cwql`` with a Spark session."""
    session.dataSource.register(CwqlDataSource)


class CwqlDataSource(spark.DataSource):  # type: ignore[misc]  # pyspark is not installed for type checks
    """A list: ``spark.read.format("cwql").option("where", "closedFlag = false").load("/service/tickets")``.

    Options: ``where`` is a condition, ``fields`` names of fields, ``partitions`` how many ranges of ids there are at most. Credentials
    are read from the environment of the workers, or from ``environment``, a JSON object of its variables (Spark changes the letter case
    of the names of options, but not of their values). ``pushdown`` true sends filters, for a frame that is used once.
    ``requestsPerMinute`` is the rate limit of each partition, or, with ``redis``, the URL of a Redis server, that of all workers together;
    ``redisKey`` is the name of the limit there.
    """

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return "cwql"

    def schema(self) -> Any:
        """Return the columns, from the specification."""
        with _List(self.options) as listed:
            return from_arrow_schema(listed.schema, prefer_timestamp_ntz=False)

    def reader(self, schema: Any) -> spark.DataSourceReader:
        """Return the reader of the list."""
        return _Reader(dict(self.options))


class _Range(spark.InputPartition):  # type: ignore[misc]  # as above
    """The ids above `low` up to `high`; None is no bound."""

    def __init__(self, low: int | None, high: int | None) -> None:
        super().__init__((low, high))
        self.low = low
        self.high = high


class _Reader(spark.DataSourceReader):  # type: ignore[misc]  # as above
    """Read ranges of ids of one list."""

    def __init__(self, options: dict[str, str]) -> None:
        self._options = options
        self._predicate: Predicate = AllOf(())

    def pushFilters(self, filters: list[spark.Filter]) -> Iterable[spark.Filter]:  # noqa: N802  # Spark's name
        """Take note of the filters if the option ``pushdown`` is true. All of them are evaluated again by Spark.

        Spark 4.3 uses the reader of an earlier query again for a query without filters about the same frame, which would have the
        filters of the earlier one. So this is correct only for frames that are used once.
        """
        if self._options.get("pushdown", "").lower() != "true":
            return filters
        with _List(self._options) as listed:
            self._predicate = AllOf(tuple([_predicate(each, listed.scan.shape) for each in filters]))
        return filters

    def partitions(self) -> Sequence[spark.InputPartition]:
        """Return ranges of ids of about the same width."""
        with _List(self._options, self._predicate) as listed:
            if listed.never:
                return []
            bounds = listed.bounds(max(1, int(self._options.get("partitions", PARTITIONS))))
        return [_Range(low, high) for low, high in zip([None, *bounds], [*bounds, None], strict=True)]

    def read(self, partition: spark.InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the records of a range of ids."""
        assert isinstance(partition, _Range)
        with _List(self._options, self._predicate) as listed:
            yield from listed.batches(partition.low, partition.high)


class _List:
    """The list of a data source, with a client that is open in a ``with`` block."""

    def __init__(self, options: Any, predicate: Predicate | None = None) -> None:
        self._stack = ExitStack()
        path = options.get("path", "")
        if not path:
            raise CwqlError('no list given: load("/service/tickets")')
        product, endpoint = locate(path)
        environment = {**os.environ, **json.loads(options.get("environment", "{}"))}
        clients = import_module(f"cwql.{product}")
        settings: dict[str, Any] = {}
        # Spark changes the names of options to small letters.
        rate = int(options["requestsperminute"]) if "requestsperminute" in options else None
        if "redis" in options:
            from cwql import RedisRateLimiter

            limits: dict[str, Any] = {} if rate is None else {"requests_per_minute": rate}
            settings["rate_limiter"] = RedisRateLimiter(options["redis"], key=options.get("rediskey", "cwql"), **limits)
        elif rate is not None:
            settings["requests_per_minute"] = rate
        self._client = self._stack.enter_context(clients.Client.from_env(environ=environment, **settings))
        self._resource = resource_at(self._client, path)
        self._parts: dict[str, Any] = {"fields": options["fields"]} if "fields" in options else {}
        self._query = to_query(options.get("where"), {})
        self.scan: Scan = self._resource.to_scan(self._query, **self._parts)
        self.never = False
        record = endpoint.record or ""
        if predicate is not None:
            (found, *rest) = weaken(product, record, predicate)
            self.never = found.never
            if found.where is not None and not rest and not found.never and found.child is found.custom is None:
                self._query = self._query & found.where
        self._key = next((name for name, _ in self.scan.shape.members if name.lower() == "id"), "id")
        # Ids that are text, as those of Automate, cannot be divided into ranges.
        self._divisible = _kind(self.scan.shape, (self._key,)) == "integer"

    def __enter__(self) -> _List:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def schema(self) -> pa.Schema:
        """Return the columns."""
        return pa.schema([(field.name, without_dictionaries(field.type)) for field in self.scan.schema])

    def bounds(self, parts: int) -> list[int]:
        """Return the ids that divide the list into parts."""
        if parts == 1 or not self._divisible:
            return []
        first, last = (self._end(descending) for descending in (False, True))
        if first is None or last is None:
            return []
        width = max(1, -(-(last - first + 1) // parts))
        return list(range(first + width - 1, last, width))

    def _end(self, descending: bool) -> int | None:
        path = Path((self._key,))
        order = OrderBy((Order(path, descending=descending),))
        found = self._resource.to_scan(self._query, fields=FieldList((path,)), order_by=order, limit=1).to_arrow()
        identity: int | None = found.column(self._key)[0].as_py() if found.num_rows else None
        return identity

    def batches(self, low: int | None, high: int | None) -> Iterator[pa.RecordBatch]:
        """Yield the records with ids above `low` up to `high`."""
        bounds = [(GT, low), (LE, high)]
        terms = [Comparison(Path((self._key,)), operator, bound) for operator, bound in bounds if bound is not None]
        query = self._query & conjunction(terms) if terms else self._query
        schema = self.schema
        for batch in self._resource.to_scan(query, **self._parts).to_arrow_batch_reader():
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()


def _predicate(given: spark.Filter, shape: Shape) -> Predicate:
    """Return a predicate that is true for every record that passes a filter."""
    if isinstance(given, spark.Not):
        inner = _predicate(given.child, shape)
        if isinstance(inner, ColumnTest) and inner.relation == "in":
            return ColumnTest(inner.path, "not in", inner.value)
        return (
            ColumnTest(inner.path, "!=", inner.value)
            if isinstance(inner, ColumnTest) and inner.relation == "="
            else UNKNOWN
        )
    relation = _RELATIONS.get(type(given))
    path: tuple[str, ...] = getattr(given, "attribute", ())
    kind = _kind(shape, path)
    if relation is None or kind is None:
        return UNKNOWN
    if relation in ("null", "not null"):
        return ColumnTest(path, relation)
    value = getattr(given, "value", None)
    if relation == "in" and isinstance(value, (list, tuple)):
        return ColumnTest(path, "in", tuple(value)) if all(_fits(kind, each) for each in value) else UNKNOWN
    if not _fits(kind, value) or (kind == "enum" and relation != "="):
        return UNKNOWN
    test = ColumnTest(path, relation, value)
    return AllOf((test, UNKNOWN)) if relation == "has text" else test


def _kind(shape: Shape, path: tuple[str, ...]) -> str | None:
    found = shape.at(path)
    return found.kind if found is not None else None


def _fits(kind: str, value: object) -> bool:
    types = _TYPES.get(kind, ())
    return isinstance(value, types) and isinstance(value, bool) == (kind == "boolean")
