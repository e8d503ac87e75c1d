"""Both clients over real HTTP on loopback: every verb, long conditions, files, faults; each case synchronous and not."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

import cwql
from cwql import ConditionError, F
from cwql.client.errors import (
    APIConnectionError,
    APIError,
    NotFoundError,
    RequestBodyError,
    ServerError,
    UntrustedURLError,
    URLTooLongError,
)
from cwql.client.origin import site_url
from cwql.client.retry import RetryPolicy
from cwql.client.sync_client import RecordIterator
from cwql.errors import ConfigError, UnknownNameError
from cwql.manage import AsyncClient, Client
from cwql.manage.fields import Ticket

from .server import Says, Seen, Server, serve

ROOT = "/v4_6_release/apis/3.0"
TOTAL = 25


def answer(request: Seen) -> Says:
    """Answer like a small Manage server."""
    path = request.path.removeprefix(ROOT)
    if path == "/login/companyinfo/acme":
        return Says({"CompanyName": "Acme", "Codebase": "v4_6_release/", "IsCloud": True})
    if not request.headers.get("authorization", "").startswith("Basic "):
        return Says({"code": "Unauthorized", "message": "no"}, 401)
    if path == "/system/info":
        return Says({"version": "v2025.1", "isCloud": False})
    if path == "/service/tickets/count":
        return Says({"count": TOTAL})
    if path in ("/service/tickets", "/service/tickets/search") and (request.method == "GET" or "search" in path):
        return list_tickets(request, range(1, TOTAL + 1))
    if path == "/company/configurations":
        text = request.query.get("conditions", "")
        ids = [int(part) for part in text.partition("(")[2].rstrip(")").split(",")] if "in (" in text else range(1, 31)
        return list_tickets(request, ids)
    if path == "/system/documents" and request.method == "POST":
        return Says({"id": 9, "title": f"{len(request.body)}", "fileName": request.headers["content-type"][:19]}, 201)
    if path == "/system/documents/9/download":
        return Says(b"\x00\x01" * 100_000, headers={"Content-Type": "application/octet-stream"})
    if path == "/service/tickets/5" and request.method == "DELETE":
        return Says(b"", 204)
    if path == "/service/tickets/5":
        return Says({"id": 5, "summary": "five", "sent": json.loads(request.body or b"null")})
    if path == "/service/tickets" and request.method == "POST":
        return Says({"id": 77, **request.json()}, 201)
    if path in ("/service/tickets/5/notes", "/sales/activities"):
        return list_tickets(request, [3])
    return Says({"code": "NotFound", "message": "nothing there"}, 404)


def list_tickets(request: Seen, ids: Any) -> Says:
    size, after = int(request.query["pageSize"]), int(request.query.get("pageId", 0))
    if "page" in request.query:
        ids = sorted(ids)[(int(request.query["page"]) - 1) * size :]
    ids = [n for n in sorted(ids) if n > after]
    more = f', <{ROOT}/x?pageId={after}&page=2>; rel="next"' if len(ids) > size else ""
    return Says(
        [{"id": n, "summary": f"t{n}"} for n in ids[:size]], headers={"Link": f'<{ROOT}/x?page=1>; rel="first"{more}'}
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


class Both:
    """Run the same case with either client."""

    def __init__(self, kind: str, url: str) -> None:
        self._kind = kind
        self.settings: dict[str, Any] = {"requests_per_minute": 1e6, "burst": 100_000, "base_url": f"{url}{ROOT}"}

    def __call__(self, case: Callable[[Any], Any], **settings: Any) -> Any:
        arguments = {**self.settings, **settings}
        if self._kind == "sync":
            with Client(
                company_id="acme", public_key="pub", private_key="priv", client_id="cid", **arguments
            ) as client:
                made = case(client)
                return list(made) if hasattr(made, "__next__") else made

        async def run() -> Any:
            async with AsyncClient(
                company_id="acme", public_key="pub", private_key="priv", client_id="cid", **arguments
            ) as client:
                found = case(client)
                if hasattr(found, "__aiter__"):
                    return [item async for item in found]
                return await found

        return asyncio.run(run())

    def look(self, case: Callable[[Any], Any]) -> Any:
        """Run a case that waits for nothing with either."""
        found: list[Any] = []

        def show(client: Any) -> Any:
            found.append(case(client))
            return client.dry_run().service.tickets.get(1)

        self(show)
        return found[0]


@pytest.fixture(params=["sync", "async"])
def both(request: pytest.FixtureRequest, server: Server) -> Both:
    server.seen.clear()
    return Both(request.param, server.url)


def ids(records: Any) -> list[int]:
    return [record.id for record in records]


def test_lists_come_whole_and_by_the_fewest_requests(both: Both, server: Server) -> None:
    assert ids(both(lambda psa: psa.service.tickets.list(page_size=10))) == list(range(1, 26))
    assert len(server.seen) == 3
    assert [request.query for request in server.seen] == [
        {"page": "1", "pageSize": "10"},
        {"pageId": "10", "pageSize": "10"},
        {"pageId": "20", "pageSize": "10"},
    ]
    assert server.seen[0].headers["accept"] == "application/vnd.connectwise.com+json; version=2025.16"
    assert server.seen[0].headers["clientid"] == "cid"


def test_pages_first_all_count_and_limit(both: Both, server: Server) -> None:
    pages = list(both(lambda psa: psa.service.tickets.pages(page_size=10)))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert pages[0].response.status_code == 200
    assert both(lambda psa: psa.service.tickets.first()).id == 1
    assert ids(both(lambda psa: psa.service.tickets.all(limit=12, page_size=10))) == list(range(1, 13))
    assert both(lambda psa: psa.service.tickets.count("closedFlag = false")) == TOTAL
    assert server.seen[-1].query == {"conditions": "closedFlag = false"}


def test_typed_conditions_order_and_fields_go_out_as_text(both: Both, server: Server) -> None:
    query = (Ticket.status.name == "New") & ~Ticket.board.id.in_([1, 2])
    both(lambda psa: psa.service.tickets.all(query, order_by=Ticket.priority.id.asc(), fields=[Ticket.summary]))
    assert server.seen[0].query == {
        "conditions": 'status/name = "New" and board/id not in (1, 2)',
        "orderBy": "priority/id asc",
        "fields": "id,priority/id,summary",
        "page": "1",
        "pageSize": "1000",
    }


def test_an_error_stops_a_call_before_any_request(both: Both, server: Server) -> None:
    with pytest.raises(ConditionError, match="sumary"):
        both(lambda psa: psa.service.tickets.list("sumary = 'x'"))
    with pytest.raises(ConditionError):
        both(lambda psa: psa.service.tickets.list("id ="))
    assert server.seen == []
    both(lambda psa: psa.service.tickets.all("sumary = 'x'", on_invalid="ignore"))
    both(lambda psa: psa.service.tickets.all("sumary = 'x'"), on_invalid="warn")
    assert len(server.seen) == 2


@pytest.mark.parametrize("on_invalid", ["raise", "warn", "ignore"])
def test_a_contradiction_is_logged_in_every_mode(both: Both, on_invalid: Any, caplog: pytest.LogCaptureFixture) -> None:
    both(lambda psa: psa.service.tickets.all("id = 1 and id = 2", on_invalid=on_invalid))
    messages = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [message[:5] for message in messages] in (["CW401"], ["CW401", "CW401"])
    caplog.clear()
    both(lambda psa: psa.service.tickets.all("sumary = 1", on_invalid="ignore"))
    assert caplog.messages == []


def test_a_condition_that_never_holds_sends_nothing(both: Both, server: Server) -> None:
    assert both(lambda psa: psa.service.tickets.all(Ticket.id.in_([]))) == []
    assert both(lambda psa: psa.service.tickets.count(Ticket.id.in_([]))) == 0
    assert server.seen == []


def test_long_conditions_go_into_a_search_or_are_divided(both: Both, server: Server) -> None:
    wanted = F("id").in_(range(1, 1500))
    assert len(both(lambda psa: psa.service.tickets.all(wanted, fields="summary"))) == TOTAL
    assert server.paths() == [f"POST {ROOT}/service/tickets/search"]
    assert set(server.seen[0].json()) == {"conditions"}
    assert server.seen[0].query == {"fields": "id,summary", "page": "1", "pageSize": "1000"}
    server.seen.clear()
    mixed = [n for k in range(700) for n in (k + 1, 1400 - k)]
    found = ids(both(lambda psa: psa.company.configurations.all(F("id").in_(mixed), page_size=50)))
    assert found == sorted(set(mixed))
    assert all(len(request.path) + len(str(request.query)) < 2000 for request in server.seen)
    with pytest.raises(URLTooLongError, match="more than servers are known to take"):
        both(lambda psa: psa.company.configurations.list(F("name") == "x" * 3000))


def test_records_are_read_written_and_deleted(both: Both, server: Server) -> None:
    assert both(lambda psa: psa.service.tickets.get(5)).summary == "five"
    assert both(lambda psa: psa.service.tickets(5).get(fields="id,summary")).id == 5
    assert server.seen[-1].query == {"fields": "id,summary"}
    made = both(lambda psa: psa.service.tickets.create({"summary": "new", "company": {"id": 3}}))
    assert (made.id, made.company.id) == (77, 3)
    changed = both(lambda psa: psa.service.tickets.patch(5, {"summary": "x"}))
    assert changed.sent == [{"op": "replace", "path": "summary", "value": "x"}]
    replaced = both(lambda psa: psa.service.tickets(5).replace({"summary": "y", "company": {"id": 3}}))
    assert replaced.sent["summary"] == "y"
    assert both(lambda psa: psa.service.tickets.delete(5)) is None
    assert ids(both(lambda psa: psa.service.tickets(5).notes.list())) == [3]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"summary": "x" * 101, "company": {"id": 1}}, "at most 100 characters"),
        ({"company": {"id": 1}}, "summary: expected"),
        ({"summary": "x", "company": 5}, "company: expected an object"),
        ({"summary": "x", "company": {"id": 1}, "impact": "Hihg"}, "High"),
        ({"summary": "x", "company": {"id": 1}, "closedFlag": "no"}, "true or false"),
    ],
)
def test_a_body_that_would_be_refused_is_not_sent(both: Both, server: Server, body: dict[str, Any], fault: str) -> None:
    with pytest.raises(RequestBodyError, match=fault):
        both(lambda psa: psa.service.tickets.create(body))
    assert server.seen == []


def test_get_of_a_list_names_the_calls_that_read_it(both: Both, server: Server) -> None:
    with pytest.raises(TypeError, match=r"/service/tickets is a list: get\(id\) reads a record"):
        both(lambda psa: psa.service.tickets.get())
    assert server.seen == []


def test_names_of_other_libraries_are_corrected(both: Both, server: Server) -> None:
    ticket = both(lambda psa: psa.service.tickets.get(5))
    for name, other in (("closed_flag", "closedFlag"), ("_info", "info_")):
        with pytest.raises(AttributeError, match=f"'Ticket' object has no attribute '{name}'; write {other}$"):
            getattr(ticket, name)
    for name in ("no_such_member", "__something__", "_", "frob_"):
        with pytest.raises(AttributeError, match=f"'Ticket' object has no attribute '{name}'$"):
            getattr(ticket, name)
    with pytest.raises(AttributeError, match=r"did you mean closedFlag or closedDate or status\.name\?$"):
        _ = ticket.isClosed
    with pytest.raises(TypeError, match="a comparison is part of the condition, where='closedFlag = "):
        both(lambda psa: psa.service.tickets.list(closedFlag=False))


def test_iterator_has_no_all() -> None:
    with pytest.raises(AttributeError, match=r"write list\(iterator\), or all\(\) of the resource"):
        _ = RecordIterator[object](iter(())).all  # type: ignore[attr-defined]


def test_any_operation_can_be_called(both: Both, server: Server) -> None:
    assert both(lambda psa: psa.call_operation("getServiceTicketsById", 5)).id == 5
    assert both(lambda psa: psa.call_operation("getServiceTicketsById", 5, params={"odd": 1})).id == 5
    assert both(lambda psa: psa.ping()).version == "v2025.1"
    with pytest.raises(TypeError, match="needs a value for id"):
        both(lambda psa: psa.call_operation("getServiceTicketsById"))
    with pytest.raises(LookupError, match="did you mean"):
        both(lambda psa: psa.call_operation("getServiceTicketById", 5))
    with pytest.raises(TypeError, match="did you mean order"):
        both(lambda psa: psa.service.tickets.list(oder_by="id"))


def test_a_client_with_other_defaults_shares_the_connections(both: Both, server: Server) -> None:
    both(lambda psa: psa.with_options(headers={"x-mine": "1"}, max_retries=0).service.tickets.get(5))
    assert server.seen[-1].headers["x-mine"] == "1"

    def look(psa: Any) -> None:
        other = psa.with_options(max_retries=1, deadline=5, timeout=2.5, on_invalid="warn", on_mismatch="keep")
        assert type(other) is type(psa)
        assert other._transport is psa._transport
        line, core = other._core.line, other._core
        assert (line.retry.max_retries, line.retry.deadline, line.timeout) == (1, 5, 2.5)
        assert (core.on_invalid, core.on_mismatch, psa._core.on_invalid) == ("warn", "keep", "raise")
        with pytest.raises(TypeError, match="did you mean max_retries"):
            psa.with_options(max_retry=1)

    both.look(look)


def test_files_go_up_and_come_down(both: Both, server: Server, tmp_path: Path) -> None:
    source = tmp_path / "report.pdf"
    source.write_bytes(b"%PDF" * 50_000)
    form = {"recordType": "Ticket", "recordId": 5, "title": "Report"}
    for file in (source, source.read_bytes(), BytesIO(source.read_bytes())):

        def upload(psa: Any, file: Any = file) -> Any:
            return psa.system.documents.create(form, file=("report.pdf", file))

        made = both(upload)
        assert made.fileName == "multipart/form-data"
        sent = server.seen[-1]
        assert int(sent.headers["content-length"]) == len(sent.body) == int(made.title)
        assert b'name="file"; filename="report.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF' in sent.body
        assert b'name="recordId"\r\n\r\n5\r\n' in sent.body
    target = tmp_path / "down.bin"
    assert both(lambda psa: psa.system.documents(9).download.get(to=target)) == 200_000
    assert target.read_bytes() == b"\x00\x01" * 100_000
    assert both(lambda psa: psa.system.documents(9).download.get()) == target.read_bytes()
    with pytest.raises(NotFoundError):
        both(lambda psa: psa.system.documents(8).download.get(to=tmp_path / "none"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["down.bin", "report.pdf"]


def test_dry_runs_and_previews(both: Both, server: Server) -> None:
    server.seen.clear()
    with Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", **both.settings) as psa:
        dry = psa.dry_run()
        assert dry.service.tickets.all("id = 1") == []
        dry.service.tickets.create({"summary": "x", "company": {"id": 1}})
        shown = "\n".join(map(str, dry.plan))
        assert "conditions = id = 1" in shown
        assert '"summary":"x"' in shown
        plan = psa.service.tickets.preview(Ticket.id > 5, order_by="id desc")
        assert plan.pagination == "page-number"
        assert plan.params[0] == ("conditions", "id > 5")
        for text in (shown, str(plan), repr(plan), repr(psa)):
            assert "priv" not in text
            assert "Basic" not in text
        with pytest.raises(TypeError):
            pickle.dumps(psa)
    assert server.seen == []


def test_places_explain_themselves(both: Both, server: Server) -> None:
    server.seen.clear()

    def look(psa: Any) -> list[str]:
        tickets = psa.service.tickets
        plan = tickets.preview(Ticket.id > 5, order_by=Ticket.id.desc(), fields=[Ticket.summary], page_size=5)
        one = tickets(5).preview(fields="id,summary")
        assert (one.method, one.params) == ("GET", (("fields", "id,summary"),))
        with pytest.raises(ConditionError):
            tickets.preview("sumary = 'x'")
        assert tickets.preview(Ticket.id > 5).request_count == 1
        # A condition that is never true needs no request.
        assert tickets.preview(Ticket.id.in_([])).request_count == 0
        (finding,) = tickets.preview("sumary = 'x'", on_invalid="warn").diagnostics
        assert finding.name == "unknown-field"
        with pytest.raises(UnknownNameError, match=r"only leads on \(to boards, codes, "):
            psa.service.preview()
        with pytest.raises(UnknownNameError, match=r"only leads on \(to records by their ids, myaccount\(id\)\)"):
            psa.system.myAccount.preview()
        return [str(plan), str(one), str(psa.system.info.preview())]

    first, second, third = both.look(look)
    assert [line.split(": ")[0] for line in first.splitlines()] == [
        f"GET {server.url}{ROOT}/service/tickets",
        "  conditions = id > 5",
        "  orderBy = id desc",
        "  fields = id,summary",
        "  page = 1",
        "  pageSize = 5",
        "  accept",
        "  user-agent",
        "  length",
        "  pagination",
    ]
    assert second.startswith(f"GET {server.url}{ROOT}/service/tickets/5\n")
    assert third.startswith(f"GET {server.url}{ROOT}/system/info\n")
    assert server.seen == []


DRY: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "list": (lambda dry: dry.list("id = 5"), "GET", "/service/tickets"),
    "get": (lambda dry: dry.get(5), "GET", "/service/tickets/5"),
    "count": (lambda dry: dry.count("id = 5"), "GET", "/service/tickets/count"),
    "create": (lambda dry: dry.create({"summary": "x", "company": {"id": 1}}), "POST", "/service/tickets"),
    "replace": (lambda dry: dry.replace(5, {"summary": "x", "company": {"id": 1}}), "PUT", "/service/tickets/5"),
    "patch": (lambda dry: dry.patch(5, {"summary": "x"}), "PATCH", "/service/tickets/5"),
    "patch there": (lambda dry: dry(5).patch({"summary": "x"}), "PATCH", "/service/tickets/5"),
    "delete": (lambda dry: dry.delete(5), "DELETE", "/service/tickets/5"),
    "below": (
        lambda dry: dry(5).notes.create({"text": "x", "resolutionFlag": True}),
        "POST",
        "/service/tickets/5/notes",
    ),
}


@pytest.mark.parametrize("verb", DRY)
def test_every_verb_of_a_place_can_be_run_dry(both: Both, server: Server, verb: str) -> None:
    server.seen.clear()
    act, method, path = DRY[verb]
    shown: list[list[Any]] = []

    def work(psa: Any) -> Any:
        dry = psa.service.tickets.dry_run()
        assert psa.service.tickets.plan == []
        shown.append([lambda: dry.plan])
        return act(dry)

    answer = both(work)
    assert answer in (None, [], 0)
    for (plan,) in shown:
        (only,) = plan()
        assert (only.method, only.url) == (method, f"{server.url}{ROOT}{path}")
        if method in ("POST", "PUT", "PATCH"):
            assert '"x"' in only.body
        assert "priv" not in str(only)
    assert server.seen == []
    with pytest.raises(RequestBodyError):
        both(lambda psa: psa.service.tickets.dry_run().create({"summary": 5}))


def test_progress_counts_first(both: Both, server: Server) -> None:
    progress: list[tuple[int, int | None]] = []
    both(lambda psa: psa.service.tickets.all(page_size=10, on_progress=lambda *seen: progress.append(seen)))
    assert progress == [(10, 25), (20, 25), (25, 25)]
    assert server.paths()[0] == f"GET {ROOT}/service/tickets/count"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_release_is_learned_from_the_server(kind: str, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    both = Both(kind, server.url)
    seen = len(server.seen)
    # The server is of 2025.1, and the field of 2026.4.
    found = both(lambda psa: psa.sales.activities.list("closeFlag = false and id > 1", limit=3), release="auto")
    assert [activity.id for activity in found] == [3]
    first, *others = server.seen[seen:]
    assert first.path == f"{ROOT}/system/info"
    assert [each.headers["accept"] for each in others] == ["application/vnd.connectwise.com+json; version=2025.1"]
    assert [record.getMessage()[:5] for record in caplog.records if record.levelname == "WARNING"] == ["CW222"]


def test_the_release_is_asked_for_once(server: Server) -> None:
    settings: dict[str, Any] = {"base_url": f"{server.url}{ROOT}", "requests_per_minute": 1e6}
    with Client(company_id="acme", public_key="p", private_key="k", client_id="c", release="auto", **settings) as psa:
        seen = len(server.seen)
        checked = psa.service.tickets.list("id > 1", limit=1)
        assert len(psa._core.release._pending) == 1
        assert len(list(checked)) == 1
        # Conditions are checked again once.
        assert psa._core.release._pending == []
        psa.service.tickets.get(5)
        assert [each.path for each in server.seen[seen:]].count(f"{ROOT}/system/info") == 1


def test_a_server_that_hides_its_release_is_used_without(caplog: pytest.LogCaptureFixture) -> None:
    def hide(request: Seen) -> Says:
        return Says({"code": "Forbidden"}, 403) if request.path.endswith("/system/info") else answer(request)

    with serve(hide) as hiding:
        settings: dict[str, Any] = {"base_url": f"{hiding.url}{ROOT}", "release": "auto"}
        with Client(company_id="acme", public_key="p", private_key="k", client_id="c", **settings) as psa:
            assert psa.service.tickets.get(5).id == 5
    assert "the release of the server is unknown" in caplog.text


def test_automate_has_no_release_to_ask_for() -> None:
    with pytest.raises(ConfigError, match="Manage only"):
        cwql.automate.Client(server="https://localhost", username="u", password="p", release="auto")


def test_codebase_is_asked_for_once_without_credentials(server: Server) -> None:
    server.seen.clear()
    with Client(
        company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url, codebase="auto"
    ) as psa:
        assert psa.service.tickets.get(5).id == 5
        assert psa.ping().version == "v2025.1"
    assert server.paths() == [
        "GET /login/companyinfo/acme",
        f"GET {ROOT}/service/tickets/5",
        f"GET {ROOT}/system/info",
    ]
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("fault", ["reset", "inside", "truncated", "gzip", "html", "500", "503"])
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("times", [1, 2, 99])
def test_faults_lose_and_double_nothing(kind: str, fault: str, at: int, times: int) -> None:
    hits = 0

    def handler(request: Seen) -> Says:
        nonlocal hits
        page = 1 if "page" in request.query else int(request.query["pageId"]) // 10 + 1
        if page == at and hits < times:
            hits += 1
            if fault == "html":
                return Says(b"<html>gateway</html>", headers={"Content-Type": "text/html"})
            if fault.isdigit():
                return Says({"message": "no"}, int(fault))
            reply = answer(request)
            reply.fault = fault
            return reply
        return answer(request)

    with serve(handler) as running:
        both = Both(kind, running.url)
        found: list[Any] = []

        def case(psa: Any) -> Any:
            return psa.service.tickets.list(page_size=10) if kind == "async" else collect(psa)

        def collect(psa: Any) -> list[Any]:
            found.extend(psa.service.tickets.list(page_size=10))
            return found

        retry = RetryPolicy(backoff_factor=0.001, backoff_max=0.002)
        if times == 99:
            with pytest.raises(APIError):
                both(case, retry=retry)
            assert hits == retry.max_retries + 1
            assert ids(found) == (list(range(1, (at - 1) * 10 + 1)) if kind == "sync" else [])
        else:
            assert ids(both(case, retry=retry)) == list(range(1, 26))


def test_a_post_is_sent_once_whatever_happens(both: Both) -> None:
    seen: list[Seen] = []

    def handler(request: Seen) -> Says:
        seen.append(request)
        return Says({"message": "no"}, 500) if len(seen) % 2 else Says(None, fault="reset")

    with serve(handler) as running:
        for number, error in enumerate((ServerError, APIConnectionError), 1):
            with pytest.raises(error):
                both(
                    lambda psa: psa.service.tickets.create({"summary": "x", "company": {"id": 1}}),
                    base_url=f"{running.url}{ROOT}",
                )
            assert len(seen) == number


def test_nobody_listens(both: Both) -> None:
    with serve(answer) as gone:
        url = gone.url
    retry = RetryPolicy(max_retries=1, backoff_factor=0.001)
    with pytest.raises(APIConnectionError, match="refused") as caught:
        both(lambda psa: psa.ping(), base_url=f"{url}{ROOT}", retry=retry)
    assert not caught.value.request_sent
    assert caught.value.attempts == 1
    assert caught.value.request is not None
    assert (caught.value.request.method, caught.value.request.url) == ("GET", f"{url}{ROOT}/system/info")
    assert str(caught.value).startswith(
        f"GET /system/info at {url}: the connection was refused\n  hint: nothing listens"
    )


def test_clients_of_others_are_used_and_left_open(server: Server) -> None:
    with httpx.Client(auth=("not", "used"), headers={"x-theirs": "1"}) as theirs:
        with Client(
            company_id="acme",
            public_key="pub",
            private_key="priv",
            client_id="cid",
            base_url=f"{server.url}{ROOT}",
            http_client=theirs,
        ) as psa:
            assert psa.ping().version == "v2025.1"
        assert server.seen[-1].headers["x-theirs"] == "1"
        assert not theirs.is_closed
    closed = Client(
        company_id="acme", public_key="pub", private_key="priv", client_id="cid", base_url=f"{server.url}{ROOT}"
    )
    closed.close()
    with pytest.raises(APIError, match="closed"):
        closed.ping()


def test_logs_are_quiet_and_hold_no_secret(both: Both, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="cwql"):
        both(lambda psa: psa.service.tickets.get(5))
    assert "GET /service/tickets/5: 200" in caplog.text
    assert "priv" not in caplog.text
    assert "Basic" not in caplog.text


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("na", "https://api-na.myconnectwise.net"),
        ("EU", "https://api-eu.myconnectwise.net"),
        ("au.myconnectwise.net", "https://api-au.myconnectwise.net"),
        ("api-na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        ("api-staging.connectwisedev.com", "https://api-staging.connectwisedev.com"),
        ("https://psa.example.com/", "https://psa.example.com"),
    ],
)
def test_sites(site: str, url: str) -> None:
    assert site_url(site) == url
    assert (
        repr(Client(company_id="a", public_key="b", private_key="c", client_id="d", site=site))
        == f"<cwql.manage.Client {url}{ROOT}>"
    )


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda psa: psa.service.tickets.replace({"id": 5}), "one of its records does, by its id: replace(id, body)"),
        (lambda psa: psa.service.tickets.delete(), "one of its records does, by its id: delete(id)"),
        (lambda psa: psa.system.info.delete(), "/system/info takes no DELETE, only GET"),
    ],
)
def test_a_verb_that_lacks_its_id(call: Any, cure: str) -> None:
    with (
        Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na") as psa,
        pytest.raises(APIError) as caught,
    ):
        call(psa)
    assert str(caught.value).endswith(cure)


def test_arguments_by_name_show_the_call() -> None:
    with Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na") as psa:
        patch: Any = psa.service.tickets.patch
        calls: list[Callable[[], Any]] = [
            lambda: patch(5),
            lambda: patch(id=1, changes={}),
            lambda: patch(1, summary="x"),
        ]
        for wrong in calls:
            with pytest.raises(TypeError, match=r"patch takes \(id, changes\).* by position: patch\(5, \{'summary'"):
                wrong()


def test_what_cannot_work_is_refused_at_once() -> None:
    with pytest.raises(UntrustedURLError, match="unencrypted: write https://"):
        Client(company_id="a", public_key="b", private_key="c", client_id="d", site="http://psa.example.com")
    with pytest.raises(UntrustedURLError, match=r"no plain http\(s\) URL: expected one like https://"):
        Client(company_id="a", public_key="b", private_key="c", client_id="d", site="not a host")
    with pytest.raises(ConfigError, match=r"client_id \(CONNECTWISE_CLIENT_ID\)"):
        Client(company_id="a", public_key="b", private_key="c")
    with pytest.raises(TypeError, match="unknown argument 'compny_id'; did you mean company_id"):
        Client(compny_id="a")  # type: ignore[call-arg]
    with pytest.raises(ConfigError, match="verified"):
        Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na", verify=False)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout"):
        Client(company_id="a", public_key="b", private_key="c", client_id="d", timeout=0)
    with pytest.raises(TypeError, match="there is always a timeout"):
        Client(company_id="a", public_key="b", private_key="c", client_id="d", timeout=None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="codebase"):
        Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na", codebase="../x")


def test_settings_come_from_arguments_environment_and_profile(tmp_path: Path) -> None:
    environ = {
        "CONNECTWISE_COMPANY_ID": "acme",
        "CONNECTWISE_PUBLIC_KEY": "pub",
        "CONNECTWISE_PRIVATE_KEY": "very-private",
        "CONNECTWISE_CLIENT_ID": "cid",
        "CONNECTWISE_SITE": "api-eu.myconnectwise.net",
    }
    assert "api-eu" in repr(Client.from_env(environ=environ))
    assert "api-au" in repr(Client.from_env(environ=environ, site="au"))
    file = tmp_path / "cwql.toml"
    file.write_text('[manage.default]\nsite = "na"\ncodebase = "v2025_1"\n[manage.eu]\nsite = "eu"\n')
    environ.pop("CONNECTWISE_SITE")
    assert repr(Client.from_env(environ=environ, profiles_file=file)).endswith(
        "api-na.myconnectwise.net/v2025_1/apis/3.0>"
    )
    assert "api-eu" in repr(Client.from_env(environ={**environ, "CWQL_PROFILES_FILE": str(file)}, profile="eu"))
    with pytest.raises(ConfigError, match=r"no \[manage.us\]"):
        Client.from_env(environ=environ, profiles_file=file, profile="us")
    with pytest.raises(ConfigError, match="CONNECTWISE_PUBLIC_KEY"):
        Client.from_env(environ={})
    file.write_text('[manage.default]\nprivate_key = "very-private')
    with pytest.raises(ConfigError, match="is not TOML") as caught:
        Client.from_env(environ=environ, profiles_file=file)
    assert "very-private" not in str(caught.value)
