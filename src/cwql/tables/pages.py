"""Bytes of a page to an Arrow batch, without models: `PageReader`.

A value of another type than the specification's becomes null and is described in ``_mismatches``; members that the specification
does not contain are JSON in ``_extra``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from cwql.client.parsing import MOST_RECORDS, NotReadable, replace_half_characters, strip
from cwql.tables.arrow import MISMATCH_TYPE, schema_of
from cwql.tables.codec import make_codec
from cwql.tables.columns import find_columns
from cwql.tables.rows import describe_mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cwql.client.parsing import SchemaMismatch
    from cwql.tables.codec import Codec

__all__ = ["PageReader", "Row", "batches_of", "page_reader"]

_records = msgspec.json.Decoder(list[msgspec.Raw])


class Row:
    """A row of a batch, as the pagination needs it: by its id, and by the columns that a list is sorted by."""

    __slots__ = ("_batch", "_identity", "_index")

    def __init__(self, batch: pa.RecordBatch, index: int, identity: int | str | None) -> None:
        self._batch = batch
        self._index = index
        self._identity = identity

    def __getattr__(self, name: str) -> Any:
        if name.lower() == "id":
            return self._identity
        place = self._batch.schema.get_field_index(name)
        if place < 0:
            raise AttributeError(name)
        return self._batch.column(place)[self._index].as_py()


@lru_cache(maxsize=64)
def page_reader(product: str, record: str, selected: tuple[tuple[str, ...], ...] | None = None) -> PageReader:
    """Return the reader of a record, or of some of its fields. Making one takes 5 ms, which a query may need for many lists."""
    return PageReader(product, record, selected)


class PageReader:
    """Read pages of one record, or of some of its fields. `schema` is the same for every page."""

    def __init__(self, product: str, record: str, selected: Iterable[Sequence[str]] | None = None) -> None:
        self.record = record
        self.shape = find_columns(product, record, selected)
        self.schema = schema_of(self.shape)
        self._codec: Codec = make_codec(self.shape)
        self._page = msgspec.json.Decoder(list[self._codec.type])  # type: ignore[name-defined]  # made at run time
        self._id = next((name for name, _ in self.shape.members if name.lower() == "id"), None)

    def read(self, body: bytes) -> tuple[list[Row], list[SchemaMismatch]]:
        """Return the rows of a page, and its odd values. Raises NotReadable for anything but a list."""
        batch, mismatches = self.batch(body)
        if self._id is None:
            ids: list[Any] = [None] * batch.num_rows
        else:
            ids = batch.column(batch.schema.get_field_index(self._id)).to_pylist()
        return [Row(batch, index, identity) for index, identity in enumerate(ids)], mismatches

    def batch(self, body: bytes) -> tuple[pa.RecordBatch, list[SchemaMismatch]]:
        """Return a page as a batch, and its odd values. Raises NotReadable for anything but a list."""
        odd: list[tuple[int, str, str]] = []
        extra: dict[int, dict[str, msgspec.Raw]] = {}

        def report(row: int, path: str, value: str) -> None:
            odd.append((row, path, value))

        try:
            records = self._page.decode(body)
        except (msgspec.MsgspecError, RecursionError):
            records = [None]
        if any(record is None for record in records):
            records = self._read_odd(body, extra, report)
        count = len(records)
        if count > MOST_RECORDS:
            raise NotReadable(f"a list of more than {MOST_RECORDS:,} records")
        if not count:
            return pa.RecordBatch.from_pylist([], self.schema), []
        columns = self._codec.columns(records, range(count), "", report)
        if self.shape.closed:
            columns.append(_extra_column(extra, count))
        columns.append(self._mismatch_column(odd, count))
        batch = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        return batch, self._mismatches(batch, odd)

    def _read_odd(self, body: bytes, extra: dict[int, dict[str, msgspec.Raw]], report: Any) -> list[Any]:
        """Decode record by record, and those that have an odd value or an unknown member by their members."""
        body = strip(body)
        if body == b"null":
            return []
        try:
            found = _decode_records(body)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise NotReadable(f"expected a list of {self.record}: {error}") from None
        records = []
        for row, raw in enumerate(found):
            unknown: dict[str, msgspec.Raw] = {}
            record = self._codec.read(raw, row, "", report, unknown)
            if record is None:
                if bytes(raw) == b"null":
                    report(row, "", "null")
                record = self._codec.empty
            records.append(record)
            if unknown:
                extra[row] = unknown
        return records

    def _mismatch_column(self, odd: list[tuple[int, str, str]], count: int) -> pa.Array:
        if not odd:
            return pa.nulls(count, MISMATCH_TYPE)
        by_row: list[list[dict[str, str]] | None] = [None] * count
        for row, path, value in odd:
            entry = {"schema": self.record, "member": path, "value": value}
            by_row[row] = [*(by_row[row] or ()), entry]
        return pa.array(by_row, MISMATCH_TYPE)

    def _mismatches(self, batch: pa.RecordBatch, odd: list[tuple[int, str, str]]) -> list[SchemaMismatch]:
        """Return the odd values as the client reports them."""
        place = batch.schema.get_field_index(self._id) if self._id is not None else -1
        found = []
        for row, path, value in odd:
            identity = batch.column(place)[row].as_py() if place >= 0 else None
            found.append(describe_mismatch(self.record, identity, path, value))
        return found


def _decode_records(body: bytes) -> list[msgspec.Raw]:
    try:
        return _records.decode(body)
    except msgspec.MsgspecError:
        return _records.decode(replace_half_characters(body))


def _extra_column(extra: dict[int, dict[str, msgspec.Raw]], count: int) -> pa.Array:
    if not extra:
        return pa.nulls(count, pa.string())
    texts = [msgspec.json.encode(extra[row]).decode() if row in extra else None for row in range(count)]
    return pa.array(texts, pa.string())


def batches_of(rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a page as batches: the batch that they were read from, or the parts of it that remain."""
    for batch, group in groupby(rows, lambda row: row._batch):
        places = [row._index for row in group]
        first, last = places[0], places[-1]
        if last - first + 1 == len(places):
            yield batch.slice(first, len(places)) if len(places) < batch.num_rows else batch
        else:
            yield batch.take(pa.array(places))
