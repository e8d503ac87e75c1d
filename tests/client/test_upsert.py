"""Records that are created or changed, and requests that change several records, against the sandbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cwql import automate
from cwql.client.errors import APIError, BadRequestError, InvalidResponseError, NotFoundError, RequestBodyError
from cwql.manage import AsyncClient, Client
from cwql.manage.fields import Company, Ticket
from cwql.manage.models import Company as CompanyRecord
from cwql.sandbox import Sandbox

BODY: dict[str, Any] = {"identifier": "Newco", "name": "New Company", "types": [{"id": 1}], "site": {"name": "Main"}}


@pytest.fixture
def box() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


class Recorder(httpx.BaseTransport):
    """Record the methods of the requests to a sandbox, and the bodies of PATCH."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box.transport()
        self.methods: list[str] = []
        self.patches: list[Any] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.methods.append(request.method)
        if request.method == "PATCH":
            self.patches.append(json.loads(request.content))
        response: httpx.Response = self._box.handle_request(request)
        return response


@pytest.fixture
def recorder(box: Sandbox) -> Recorder:
    return Recorder(box)


@pytest.fixture
def psa(box: Sandbox, recorder: Recorder) -> Iterator[Client]:
    with Client.from_env(environ=box.environment, transport=recorder) as psa:
        yield psa


# --- upsert --------------------------------------------------------------------------------------------------------------


def test_a_record_is_created_then_changed_then_left_alone(psa: Client, recorder: Recorder) -> None:
    made = psa.company.companies.upsert(BODY, by="identifier")
    assert (made.name, recorder.methods) == ("New Company", ["GET", "POST"])
    recorder.methods.clear()
    changed = psa.company.companies.upsert({**BODY, "name": "Renamed"}, by=Company.identifier)
    assert (changed.id, changed.name, recorder.methods) == (made.id, "Renamed", ["GET", "PATCH"])
    # The types of a company were not read as they were sent, so they are sent again; its name and its identifier are not.
    assert {"op": "replace", "path": "name", "value": "Renamed"} in recorder.patches[0]
    assert "identifier" not in [change["path"] for change in recorder.patches[0]]


def test_a_reference_with_further_members_is_no_change(psa: Client, recorder: Recorder) -> None:
    ticket = psa.service.tickets.first("closedFlag = false")
    assert ticket is not None
    assert ticket.company is not None
    assert ticket.board is not None
    body = {"id": ticket.id, "summary": ticket.summary, "company": {"id": ticket.company.id}}
    recorder.methods.clear()
    found = psa.service.tickets.upsert(body, by=["id", "company/id"])
    assert (found.id, recorder.methods) == (ticket.id, ["GET"])
    found = psa.service.tickets.upsert({**body, "summary": "Other"}, by=[Ticket.id, Ticket.company.id])
    assert (found.summary, recorder.methods) == ("Other", ["GET", "GET", "PATCH"])
    assert recorder.patches == [[{"op": "replace", "path": "summary", "value": "Other"}]]


def test_a_model_is_a_body(psa: Client) -> None:
    first = psa.company.companies.first()
    assert first is not None
    record = CompanyRecord(identifier=first.identifier, name="By model")
    assert psa.company.companies.upsert(record, by="identifier").id == first.id


@pytest.mark.parametrize(
    ("body", "by", "error", "said"),
    [
        ({"name": "x"}, "identifier", RequestBodyError, "identifier: expected a single value"),
        ({"identifier": ""}, "identifier", RequestBodyError, "got nothing"),
        ({"identifier": "x", "types": [{"id": 1}]}, "types", RequestBodyError, "types: expected a single value"),
        ({"identifier": "x"}, "", ValueError, "got none"),
        ({"status": {"id": 1}}, "status/id", APIError, "several records of /company/companies have this status/id"),
        ([BODY], "identifier", TypeError, "expected a record or a mapping of its members"),
    ],
)
def test_upserts_that_are_refused(psa: Client, recorder: Recorder, body: Any, by: str, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        psa.company.companies.upsert(body, by=by)
    assert set(recorder.methods) <= {"GET"}


def test_a_dry_run_of_an_upsert_shows_both_requests(psa: Client) -> None:
    dry = psa.dry_run()
    dry.company.companies.upsert(BODY, by="identifier")
    assert [request.method for request in dry.plan] == ["GET", "POST"]


def test_an_upsert_in_a_task_and_on_automate(box: Sandbox) -> None:
    async def main() -> None:
        async with AsyncClient.from_env(environ=box.environment, transport=box.transport()) as psa:
            made = await psa.company.companies.upsert(BODY, by="identifier")
            again = await psa.company.companies.upsert({**BODY, "name": "Renamed"}, by="identifier")
            assert (again.id, again.name) == (made.id, "Renamed")

    asyncio.run(main())
    with automate.Client.from_env(environ=box.environment, transport=box.transport()) as rmm:
        folder = rmm.scriptFolders.first()
        assert folder is not None
        changed = rmm.scriptFolders.upsert({"Id": folder.Id, "Name": "Renamed"}, by="Id")
        assert (changed.Id, changed.Name) == (folder.Id, "Renamed")


# --- several records with one request ------------------------------------------------------------------------------------


def configuration(name: str, company: int = 2, **members: object) -> dict[str, object]:
    return {"name": name, "type": {"id": 1}, "company": {"id": company}, **members}


def test_each_record_of_a_bulk_request_has_its_outcome(psa: Client) -> None:
    bulk = psa.company.configurations.bulk
    good, bad = configuration("a"), configuration("b", company=9999)
    made, refused = bulk.create([good, bad])
    assert made.item is good
    assert made.result().name == "a"
    assert refused.item is bad
    assert isinstance(refused.error, BadRequestError)
    assert "company 9999 not found" in str(refused.error)
    changed, missing = bulk.replace([configuration("c", id=made.result().id), configuration("d", id=777_777)])
    assert (changed.result().id, changed.result().name) == (made.result().id, "c")
    assert isinstance(missing.error, NotFoundError)


def test_several_records_are_deleted_by_their_ids(psa: Client, recorder: Recorder) -> None:
    order = psa.procurement.purchaseorders.first()
    assert order is not None
    items = psa.procurement.purchaseorders(order.id).lineitems
    ids = [item.id for item in items.all()]
    *deleted, missing = items.bulk.delete([*ids, 99_999])
    assert [outcome.item for outcome in deleted if outcome.ok] == ids
    assert isinstance(missing.error, NotFoundError)
    assert items.count() == 0
    # A path that deletes everything does not take a list.
    recorder.methods.clear()
    with pytest.raises(TypeError, match="type list as an id"):
        psa.sales.opportunities(5).forecast.delete([1])  # type: ignore[arg-type]
    assert recorder.methods == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"payload": [{"success": True, "originalIndex": 1, "data": {"id": 7}}]}, [None, 7]),
        ([{"statusCode": 201, "data": {"id": 7}}, {"data": {"id": 8}}], [7, 8]),
        ({"payload": [{"success": False}, {"statusCode": 409, "error": {"message": "x"}}, 5]}, [None, None]),
    ],
)
def test_results_of_other_forms(answer: Any, expected: list[int | None]) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(207, json=answer))
    with Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na", transport=transport) as psa:
        outcomes = psa.company.configurations.bulk.create([configuration("a"), configuration("b")])
    assert [outcome.value and outcome.value.id for outcome in outcomes] == expected
    assert [outcome.ok for outcome in outcomes] == [id is not None for id in expected]


def test_a_response_without_results_is_an_error() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(207, json={"ok": True}))
    with Client(company_id="a", public_key="b", private_key="c", client_id="d", site="na", transport=transport) as psa:
        with pytest.raises(InvalidResponseError, match="list of results"):
            psa.company.configurations.bulk.create([configuration("a")])
        assert psa.dry_run().company.configurations.bulk.create([configuration("a")]) == []
