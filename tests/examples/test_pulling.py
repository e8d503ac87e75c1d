"""Incremental pull: the second pull returns only changed tickets, and no change is lost between two pulls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cwql.manage import Client
from cwql.manage.fields import Ticket
from tests.examples.conftest import Program


@pytest.fixture
def pull(program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    module = program("pull_updated_tickets")
    return lambda *words: _pull(module, tmp_path / "state.json", capsys, *words)


def _pull(module: Any, state: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert module.main(["--state", str(state), "--since", "2025-01-01", *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_second_pull_returns_changed_tickets_only(pull: Any, psa: Client) -> None:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    first = pull()
    assert len(first) == psa.service.tickets.count(Ticket.lastUpdated >= since) > 10
    assert pull() == []
    psa.service.tickets.patch(1, [Ticket.summary.set("first change")])
    assert [(ticket["id"], ticket["summary"]) for ticket in pull()] == [(1, "first change")]
    assert pull() == []
    # Within the same second `lastUpdated` can be equal, so the content decides.
    psa.service.tickets.patch(1, [Ticket.summary.set("second change")])
    psa.service.tickets.patch(2, [Ticket.summary.set("another")])
    assert [ticket["summary"] for ticket in pull()] == ["second change", "another"]
    assert pull() == []


def test_change_that_becomes_visible_late_is_pulled(pull: Any, psa: Client, tmp_path: Path) -> None:
    psa.service.tickets.patch(3, [Ticket.summary.set("now")])
    pull()
    state = json.loads((tmp_path / "state.json").read_text())
    age = datetime.now(UTC) - datetime.fromisoformat(state["since"])
    assert timedelta(minutes=4.9) < age < timedelta(minutes=6)
    assert "3" in state["seen"]
    # As if the change of the third ticket had not been visible.
    del state["seen"]["3"]
    (tmp_path / "state.json").write_text(json.dumps(state))
    assert [ticket["id"] for ticket in pull()] == [3]


def test_failed_pull_does_not_change_the_state(pull: Any, tmp_path: Path, psa: Client, sandbox: Any) -> None:
    pull()
    before = (tmp_path / "state.json").read_bytes()
    psa.service.tickets.patch(4, [Ticket.summary.set("while the server fails")])
    sandbox.faults.add("400:1:1")
    with pytest.raises(Exception, match="400"):
        pull()
    assert (tmp_path / "state.json").read_bytes() == before
    assert [ticket["id"] for ticket in pull()] == [4]
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
