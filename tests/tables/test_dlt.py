"""Lists as a source of dlt, loaded into DuckDB: first run, changes, deletions, and an interrupted run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cwql import manage
from cwql.errors import UnknownNameError
from cwql.sandbox import Sandbox
from cwql.tables import PullSettings
from tests.tables.conftest import FAST
from tests.tables.recorder import Recorder

dlt = pytest.importorskip("dlt")
PipelineStepFailed = pytest.importorskip("dlt.pipeline.exceptions").PipelineStepFailed
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dlt")
LISTS = ["/service/tickets", "/company/companies"]


@pytest.fixture
def own() -> Iterator[manage.Client]:
    with Sandbox() as sandbox, manage.Client.from_env(environ=sandbox.environment, **FAST) as client:
        yield client


@pytest.fixture
def pipeline(tmp_path: Path) -> Any:
    destination = dlt.destinations.duckdb(str(tmp_path / "mirror.duckdb"))
    return dlt.pipeline("psa", str(tmp_path / "state"), destination=destination, dataset_name="psa")


def load(pipeline: Any, client: manage.Client, **settings: Any) -> None:
    from cwql.tables import dlt_source

    pipeline.run(dlt_source(client, LISTS, PullSettings(page_size=40, **settings))).raise_on_failed_jobs()


def rows(pipeline: Any, columns: str = "id, summary, company__name") -> dict[int, tuple[Any, ...]]:
    with pipeline.sql_client() as client:
        return {row[0]: row[1:] for row in client.execute_sql(f"SELECT {columns} FROM service_tickets")}


def expected(client: manage.Client) -> dict[int, tuple[Any, ...]]:
    return {row["id"]: (row["summary"], row["company/name"]) for row in client.service.tickets.to_scan().rows()}


@pytest.mark.slow
def test_first_run_changes_and_deletions(own: manage.Client, pipeline: Any) -> None:
    load(pipeline, own)
    assert rows(pipeline) == expected(own)
    assert len(rows(pipeline, "id, _info__last_updated, custom_fields")) == 150
    own.service.tickets.patch(5, {"summary": "changed"})
    own.service.tickets.delete(6)
    new = own.service.tickets.create({"summary": "new", "board": {"id": 1}, "company": {"id": 1}})
    recorder = Recorder.on(own)
    load(pipeline, own)
    assert sum("/service/tickets" in target for target in recorder.targets) == 1
    assert rows(pipeline)[5][0] == "changed"
    assert rows(pipeline)[new.id or 0][0] == "new"
    assert 6 in rows(pipeline), "deletions are found by a sweep"
    load(pipeline, own, sweep=True)
    assert rows(pipeline) == expected(own)
    assert 6 not in rows(pipeline)


@pytest.mark.slow
def test_failed_run_changes_nothing_and_is_repeated(own: manage.Client, pipeline: Any) -> None:
    class Broken(Exception):
        pass

    class Failing(Recorder):
        def send(self, request: Any) -> Any:
            if len(self.targets) >= 3:
                raise Broken
            return super().send(request)

    broken = Failing.on(own)
    with pytest.raises(PipelineStepFailed):
        load(pipeline, own)
    own._transport = broken.inner
    load(pipeline, own)
    assert rows(pipeline) == expected(own)


def test_unknown_lists_are_refused(own: manage.Client) -> None:
    from cwql.tables import dlt_source

    with pytest.raises(UnknownNameError, match="tickts"):
        dlt_source(own, ["/service/tickts"])
