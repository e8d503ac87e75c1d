"""Bytes of a page to an Arrow batch, compared with models and with pyarrow's reader of JSON; pages in parallel from a slow server."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.json as pj

from benchmarks.client import read_requests, serving
from benchmarks.opening import open_client
from benchmarks.table import Row, find_ratio, measure
from cwql import manage
from cwql.client.parsing import read_page
from cwql.sandbox import Sandbox
from cwql.tables.pages import PageReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.tables.columns import Shape

ROUNDS, QUICK = 15, 5


def run(quick: bool) -> Sequence[Row]:
    """Measure one page of 1,000 tickets: as it should be, and with an odd value and an unknown member in every record."""
    records = _page()
    clean = json.dumps(records, separators=(",", ":")).encode()
    odd = json.dumps(
        [{**record, "budgetHours": "2,5", "mood": 1} for record in records], separators=(",", ":")
    ).encode()
    reader = PageReader("manage", "Ticket")
    lines = b"\n".join(msgspec.json.decode(clean, type=list[msgspec.Raw]))
    options = pj.ParseOptions(explicit_schema=_plain_schema(reader.schema), unexpected_field_behavior="ignore")
    settings = pj.ReadOptions(use_threads=False, block_size=1 << 26)
    times = measure(
        {
            "arrow": lambda: reader.batch(clean),
            "odd": lambda: reader.batch(odd),
            "models": lambda: read_page("manage", "Ticket", clean),
            "members": lambda: _read_members(read_page("manage", "Ticket", clean)[0], reader.shape),
            "pyarrow": lambda: pj.read_json(io.BytesIO(lines), settings, options),
        },
        QUICK if quick else ROUNDS,
    )
    middle = {name: median(values) * 1000 for name, values in times.items()}
    arrow, models, pyarrow = middle["arrow"], middle["models"], middle["pyarrow"]
    return [
        Row(
            "page to Arrow vs pyarrow.json",
            arrow,
            pyarrow,
            "ms",
            find_ratio(times["arrow"], times["pyarrow"]),
            at_most=1.5,
        ),
        # Nested records of models are made when they are read first, and a table has all of them.
        Row(
            "page to Arrow vs models, all members read",
            arrow,
            middle["members"],
            "ms",
            find_ratio(times["members"], times["arrow"]),
            at_least=4,
        ),
        Row(
            "page to Arrow vs models, no member read",
            arrow,
            models,
            "ms",
            find_ratio(times["models"], times["arrow"]),
            at_least=1.5,
        ),
        Row(
            "pyarrow.json vs models, no member read",
            pyarrow,
            models,
            "ms",
            find_ratio(times["models"], times["pyarrow"]),
        ),
        Row(
            "page of odd records vs expected ones",
            middle["odd"],
            arrow,
            "ms",
            find_ratio(times["odd"], times["arrow"]),
            at_most=4,
        ),
        _parallel(40 if quick else 100),
        _memory(200_000 if quick else 1_000_000),
    ]


def _read_members(models: Sequence[Any], shape: Shape) -> None:
    """Read the members of models that are columns of a table, column by column."""
    for name, member in shape.members:
        values = [getattr(model, "info_" if name == "_info" else name) for model in models]
        if member.kind == "record" and name != "_info":
            _read_members([value for value in values if value is not None], member)


_READ = """
import resource
from benchmarks.opening import open_client
with open_client({port}) as client:
    scan = client.service.tickets.to_scan(fields=["id", "summary", "closedFlag"])
    count = sum(batch.num_rows for batch in scan.to_arrow_batch_reader())
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _memory(records: int) -> Row:
    """Compare the peak memory of processes that read few and many records as batches."""
    few = records // 20
    peaks = []
    for count in (records, few):
        with serving(count, "small") as port:
            command = [sys.executable, "-c", _READ.format(port=port)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        read, peak = output.split()
        assert int(read) == count
        peaks.append(int(peak) / 1024)
    return Row(
        f"peak memory, {records:,} records as batches vs {few:,}",
        peaks[0],
        peaks[1],
        "MB",
        peaks[0] / peaks[1],
        at_most=1.1,
    )


def _parallel(pages: int) -> Row:
    """Compare pages in parallel with one after the other, from a server that takes 300 ms for each. This is time, not CPU time."""
    size, seconds = 250, []
    with serving(pages * size, "small", 0.3) as port, open_client(port) as client:
        for parallel in (8, 1):
            read_requests(port)
            start = time.perf_counter()
            table = client.service.tickets.to_scan(
                fields=["id", "summary", "closedFlag"], page_size=size, parallel=parallel
            ).to_arrow()
            seconds.append(time.perf_counter() - start)
            assert table["id"].to_pylist() == list(range(1, pages * size + 1))
            assert read_requests(port)[0] <= pages + 2
    together, alone = seconds
    return Row(
        f"{pages} pages of 300 ms, parallel=8 vs one after the other",
        together,
        alone,
        "s",
        alone / together,
        at_least=6,
    )


def _page() -> list[dict[str, Any]]:
    sandbox = Sandbox(size="medium")
    fast: dict[str, Any] = {"requests_per_minute": 1e6, "burst": 1_000_000, "transport": sandbox.transport()}
    with manage.Client.from_env(environ=sandbox.environment, **fast) as psa:
        content = psa.request("GET", "/service/tickets", params={"pageSize": 1000}).content
    sandbox.close()
    found: list[dict[str, Any]] = json.loads(content)
    return found


def _plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema without what pyarrow's reader cannot read: dictionaries and maps."""
    own = ("_extra", "_mismatches")
    return pa.schema(
        [
            (field.name, _plain(field.type))
            for field in schema
            if field.name not in own and not pa.types.is_map(field.type)
        ]
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return pa.string()
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain(field.type)) for field in kind])
    return pa.list_(_plain(kind.value_type)) if pa.types.is_list(kind) else kind
