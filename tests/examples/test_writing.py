"""Programs that write: the records that they change in the sandbox, and those that they do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cwql import UnknownNameError
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox
from cwql.sandbox.messages import Request, Response
from tests.examples.conftest import Program

WAITING = (Ticket.status.name == "Waiting on Client") & (Ticket.closedFlag == False)  # noqa: E712


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=3) as running:
        yield running


def test_stale_tickets(
    program: Program, psa: Client, sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = program("close_stale_tickets")
    # Three waiting tickets, one of them on a board without the status.
    some: list[int] = []
    for board, status in ((1, 15), (2, 25), (4, 45)):
        body = {"summary": f"wait {board}", "company": {"id": 1}, "board": {"id": board}, "status": {"id": status}}
        made = psa.service.tickets.create(body)
        assert made.id is not None
        some.append(made.id)
    psa.service.boards(4).statuses.delete(47)
    waiting = psa.service.tickets.count(WAITING)

    def run(*words: str) -> str:
        # With a negative number of days, new tickets are stale too.
        module.main(["--days", "-1", *words])
        return capsys.readouterr().out

    dry = run()
    assert psa.service.tickets.count(WAITING) == waiting
    assert f"#{some[0]} wait 1\n    Help Desk: Waiting on Client -> Completed\n" in dry
    assert "nothing was written" in dry
    assert f"#{some[2]} wait 4\n    FAILED: none of the statuses of 4 is called 'Completed'" in dry

    requests: list[str] = []
    handle = sandbox._handler.handle

    def watch(request: Request) -> Response:
        requests.append(request.method)
        return handle(request)

    monkeypatch.setattr(sandbox._handler, "handle", watch)
    applied = run("--apply")
    failed = applied.count("FAILED")
    assert f"closed {waiting - failed} of {waiting} tickets, {failed} failed" in applied
    assert requests.count("PATCH") == waiting - failed > 0
    left = psa.service.tickets.all(WAITING)
    assert some[2] in [ticket.id for ticket in left]
    assert len(left) == failed
    for id in some[:2]:
        ticket = psa.service.tickets.get(id)
        assert ticket.closedFlag
        assert ticket.status is not None
        assert ticket.status.name == "Completed"
    requests.clear()
    assert f"closed 0 of {failed} tickets, {failed} failed" in run("--apply")
    assert "PATCH" not in requests


def test_ticket_that_changed_in_the_meantime_is_skipped(program: Program, psa: Client) -> None:
    module = program("close_stale_tickets")
    made = psa.service.tickets.create(
        {"summary": "answered", "company": {"id": 1}, "board": {"id": 1}, "status": {"id": 15}}
    )
    assert made.id is not None
    (found,) = [it for it in module.find_stale(psa, "Waiting on Client", -1) if it.id == made.id]
    psa.service.tickets.patch(made.id, [Ticket.status.set(11)])
    assert module.close(psa, psa, found, "Completed") == "skipped: changed in the meantime"


def test_ticket_from_names(program: Program, psa: Client, capsys: pytest.CaptureFixture[str]) -> None:
    module = program("lookup_reference")
    words = ["--company", "AcmeIndustries", "--board", "help desk", "--priority", "priority 2 - HIGH"]
    before = psa.service.tickets.count()
    assert module.main(["Printer on fire", *words, "--dry-run"]) == 0
    assert 'body: {"summary":"Printer on fire"' in capsys.readouterr().out
    assert psa.service.tickets.count() == before
    assert module.main(["Printer on fire", *words]) == 0
    assert "created #" in capsys.readouterr().out
    made = psa.service.tickets.first(Ticket.summary == "Printer on fire")
    assert made is not None
    assert made.board is not None
    assert made.priority is not None
    assert (made.board.name, made.priority.id) == ("Help Desk", 2)


def test_invalid_ticket(program: Program, psa: Client, capsys: pytest.CaptureFixture[str]) -> None:
    module = program("lookup_reference")
    before = psa.service.tickets.count()
    assert module.main(["x" * 101, "--company", "AcmeIndustries"]) == 2
    assert "summary: expected at most 100 characters" in capsys.readouterr().err
    with pytest.raises(UnknownNameError, match="did you mean 'Help Desk'"):
        module.main(["x", "--company", "AcmeIndustries", "--board", "Helpdesk"])
    with pytest.raises(UnknownNameError, match="no company 'Nobody'"):
        module.main(["x", "--company", "Nobody"])
    assert psa.service.tickets.count() == before
