"""Lists as a data source of Spark, read by workers of a local cluster: ``make test-spark``."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cwql import manage
from cwql.sandbox import Sandbox
from tests.tables.conftest import FAST

pytest.importorskip("pyspark")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    from cwql.tables.spark import register

    # Workers are started by this path.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    built = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = built.config("spark.sql.session.timeZone", "UTC").config("spark.driver.memory", "1g").getOrCreate()
    register(session)
    session.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    yield session
    session.stop()


@pytest.fixture
def reader(session: Any, server: Sandbox) -> Any:
    return session.read.format("cwql").option("environment", json.dumps(dict(server.environment)))


def test_records_of_all_partitions(reader: Any, psa: manage.Client) -> None:
    frame = reader.option("partitions", "3").load("/service/tickets")
    rows = {row["id"]: row for row in frame.collect()}
    expected = list(psa.service.tickets.to_scan().rows())
    assert set(rows) == {each["id"] for each in expected}
    assert frame.count() == len(expected)
    for each in expected:
        row = rows[each["id"]]
        assert row["summary"] == each["summary"]
        assert (row["company"] and row["company"]["name"]) == each["company/name"]
        assert (row["customFields"] or {}) == (each["customFields"] or {})
        assert row["severity"] == each["severity"]


def test_partitions_are_ranges_of_ids(reader: Any) -> None:
    frame = reader.option("partitions", "4").option("fields", "id,summary").load("/service/tickets")
    parts = frame.rdd.glom().map(lambda rows: [row["id"] for row in rows]).collect()
    assert len(parts) == 4
    assert all(parts)
    assert all(max(first) < min(second) for first, second in pairwise(parts))


@pytest.mark.parametrize(
    ("filtered", "condition"),
    [
        ("closedFlag = false", "closedFlag = false"),
        ("id > 20 and company.name = 'Globex Health'", "id > 20 and company/name = 'Globex Health'"),
        ("id in (3, 4, 5) and summary is not null", "id in (3, 4, 5)"),
        ("owner.identifier != 'jdoe'", None),
        ("summary like '%Email%'", None),
    ],
)
def test_filters(reader: Any, server: Sandbox, psa: manage.Client, filtered: str, condition: str | None) -> None:
    frame = reader.load("/service/tickets")
    found = sorted(row["id"] for row in frame.where(filtered).select("id").collect())
    if condition is not None:
        assert found == [each.id for each in psa.service.tickets.list(condition)]
    sent = reader.option("pushdown", "true").load("/service/tickets")
    assert sorted(row["id"] for row in sent.where(filtered).select("id").collect()) == found
    # A frame that is used again has none of the filters of the first time.
    whole = {row["id"] for row in frame.collect()}
    assert set(found) < whole
    assert len(whole) == psa.service.tickets.count()


def test_filters_are_sent(server: Sandbox) -> None:
    from pyspark.sql.datasource import EqualTo, GreaterThan, Not, StringContains

    from cwql.tables.spark import CwqlDataSource

    environment = json.dumps(dict(server.environment))
    source = CwqlDataSource({"path": "/service/tickets", "environment": environment, "pushdown": "true"})
    reader = source.reader(source.schema())
    filters = [
        GreaterThan(("id",), 100),
        Not(EqualTo(("closedFlag",), True)),
        StringContains(("summary",), "mail"),
    ]
    assert list(reader.pushFilters(filters)) == filters
    ids = [
        identity for part in reader.partitions() for batch in reader.read(part) for identity in batch["id"].to_pylist()
    ]
    with manage.Client.from_env(environ=server.environment, **FAST) as psa:
        assert ids == [
            each.id for each in psa.service.tickets.list("id > 100 and closedFlag != true and summary contains 'mail'")
        ]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """The URL of a new Redis server, and a connection to it."""
    client = pytest.importorskip("redis")
    pytest.importorskip("limits")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        connection = client.Redis.from_url(url, retry=client.retry.Retry(client.backoff.ConstantBackoff(0.1), 100))
        connection.ping()
        yield url, connection
        connection.close()
    finally:
        process.terminate()
        process.wait(10)


def test_workers_share_the_limit_of_a_redis_server(
    reader: Any, server: Sandbox, psa: manage.Client, redis: tuple[str, Any]
) -> None:
    url, connection = redis
    before = len(server.requests)
    shared = reader.option("redis", url).option("redisKey", "member").option("requestsPerMinute", "900")
    frame = shared.option("partitions", "4").load("/service/tickets")
    assert frame.rdd.getNumPartitions() == 4
    assert frame.count() == psa.service.tickets.count()
    # The last request is that of the count above.
    sent = len(server.requests) - before - 1
    assert sent >= 6, "the ends of the list and four ranges"
    (key,) = connection.keys("*member*")
    assert b"/900/" in key
    assert connection.llen(key) == sent


def test_list_of_automate(reader: Any) -> None:
    frame = reader.load("/Computers")
    assert frame.rdd.getNumPartitions() == 1
    assert frame.count() > 0
