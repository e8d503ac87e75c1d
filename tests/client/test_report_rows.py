"""Each row of the collection of 91 public problem reports: what cwql does about it now, tried against the sandbox.

A row whose behavior needs more than one line has separate tests in `test_reports`; here it has its shortest form.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import polars as pl
import pytest

import cwql
from cwql import automate
from cwql.client.patch import patch_body
from cwql.client.request_body import encode_body
from cwql.errors import LiteralError, UnknownNameError
from cwql.manage import Client
from cwql.manage.fields import Ticket
from cwql.sandbox import Sandbox
from cwql.schema.catalog import catalog

# --- conditions ----------------------------------------------------------------------------------------------------------

CONDITIONS: list[tuple[int, str, str, str, str]] = [
    (1, "typeids = 1", "/company/companies", "conditions", "CW211"),
    (2, "closedDate > [ 2017-01-01T00:00:00Z ]", "/service/tickets", "conditions", "CW131"),
    (10, "id = 1&pageSize=5", "/service/tickets", "conditions", "CW1"),
    (11, "inactiveFlagTrue", "/company/companies", "conditions", "CW106"),
    (26, "lastUpdated > [2020-01-01T00:00:00]", "/service/tickets", "conditions", "CW132"),
    (37, "lastUpdated > [2020-01-01T00:00:00Z]", "/company/contacts", "conditions", ""),
    (39, "types/name = 'Client'", "/company/companies", "conditions", "CW206"),
    (41, "invoiceDate > [2020-01-01]", "/finance/invoices", "conditions", "CW211"),
    (42, "board/name = 'x'", "/service/boards", "conditions", "CW203"),
    (43, "noteType = 'x'", "/service/tickets/5/allNotes", "conditions", "CW211"),
    (44, "defaultFlag = true", "/company/companies/1/sites", "conditions", "CW203"),
    (46, "inactiveFlag = true", "/system/locations", "conditions", "CW203"),
    (47, "agreementStatus not like 'x%'", "/finance/agreements", "conditions", "CW410"),
    (50, "Status = 'Offline' and RemoteAgentLastContact < 2020-01-01", "/Computers", "condition", ""),
    (52, "summary like 'printer'", "/service/tickets", "conditions", "CW407"),
    (53, "closedFlag = false", "/service/tickets", "conditions", "CW412"),
    (57, "name = 'x'", "/company/contacts", "conditions", "CW211"),
    (69, "recordType = 'ProjectTicket'", "/service/tickets", "conditions", "CW413"),
    (71, "Value = 'x'", "/Clients/1/ExtraFields", "condition", "CW224"),
    (74, "configuration/id = 5", "/service/tickets", "conditions", "CW221"),
    (79, "resources = 'jdoe'", "/service/tickets", "conditions", "CW417"),
]


@pytest.mark.parametrize(("row", "text", "endpoint", "parameter", "code"), CONDITIONS)
def test_conditions(row: int, text: str, endpoint: str, parameter: str, code: str) -> None:
    found = [diagnostic.code for diagnostic in cwql.check(text, endpoint=endpoint, parameter=parameter)]
    assert any(each.startswith(code) for each in found) if code else not found, found


# --- bodies --------------------------------------------------------------------------------------------------------------

NEW = {"summary": "x", "company": {"id": 1}}
CONTACT = {"firstName": "Kim"}
BODIES: list[tuple[int, str, Any, str]] = [
    (23, "postServiceTickets", {"summary": "x", "company": 250}, "expected an object (CompanyReference)"),
    (34, "postServiceTickets", {**NEW, "customFields": "x"}, "customFields: expected a list"),
    (58, "postServiceTickets", {**NEW, "source": "Phone"}, "source: expected an object"),
    (60, "postServiceTicketsByParentIdNotes", {"text": "x"}, "at least one of"),
    (68, "postCompanyContacts", {"lastName": "Kim"}, "firstName: expected a value"),
    (70, "postTimeEntries", {"timeStart": "2026-01-05T08:00:00"}, "expected a time with a zone"),
    (75, "postServiceTicketsByParentIdConfigurations", {}, "id or deviceIdentifier"),
    (85, "postCompanyContacts", {**CONTACT, "type": {"id": 1}}, "expected types"),
    (86, "postCompanyContacts", {**CONTACT, "communicationItems": "x"}, "communicationItems: expected a list"),
    (89, "postServiceTickets", {"summary": "x", "company": {}}, "expected id or identifier or name"),
]


@pytest.mark.parametrize(("row", "operation", "body", "said"), BODIES)
def test_bodies(row: int, operation: str, body: Any, said: str) -> None:
    content = catalog("manage").operation(operation).body
    if not said:
        assert json.loads(encode_body("manage", content, body, "POST /x")) == body
        return
    with pytest.raises(cwql.RequestBodyError) as caught:
        encode_body("manage", content, body, "POST /x")
    assert said in str(caught.value)


CHANGES: list[tuple[int, str, Any, str]] = [
    (22, "Ticket", {"summary": "x"}, ""),
    (48, "Ticket", {"company/identifier": "Acme"}, ""),
    (63, "Ticket", {"customFields/0/value": "x"}, "a path into the list"),
    (64, "Ticket", {"op": "update", "path": "summary", "value": "x"}, "expected one of replace, remove, add"),
    (88, "Ticket", {"summary": "x", "severity": "High"}, ""),
    (90, "Configuration", {"questions/questionId=7": "B2"}, "a path into the list"),
]


@pytest.mark.parametrize(("row", "record", "changes", "said"), CHANGES)
def test_changes(row: int, record: str, changes: Any, said: str) -> None:
    if not said:
        operations = patch_body("manage", record, changes)
        assert len(operations) == len(changes)
        # A path into a reference becomes the whole reference.
        assert all("/" not in operation["path"] for operation in operations)
        return
    with pytest.raises(cwql.RequestBodyError) as caught:
        patch_body("manage", record, changes)
    assert said in str(caught.value)


# --- clients -------------------------------------------------------------------------------------------------------------


class Wire(httpx.BaseTransport):
    """Send to a sandbox and record the requests; `answer` replaces it."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box.transport()
        self.requests: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found: httpx.Response = self._box.handle_request(request) if self.answer is None else self.answer(request)
        return found

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


@pytest.fixture
def wire(box: Sandbox) -> Wire:
    return Wire(box)


Try: TypeAlias = Callable[[Any, Wire, Path], bool]
"""A trial of a row with the client of Manage: whether it ended as it should."""


def raises(error: type[Exception], said: str, call: Callable[[], object]) -> bool:
    with pytest.raises(error) as caught:
        call()
    return said.lower() in f"{caught.value} {getattr(caught.value, 'hint', '')}".lower()


def answers(wire: Wire, status: int, body: Any = None, **headers: str) -> None:
    """Let the server give an answer from now on."""
    wire.answer = lambda request: httpx.Response(status, json=body, headers=headers)


def with_answer(status: int, body: Any, call: Callable[[Any], object], error: type[Exception], said: str) -> Try:
    def trial(psa: Any, wire: Wire, folder: Path) -> bool:
        answers(wire, status, body)
        return raises(error, said, lambda: call(psa))

    return trial


def reads(body: Any, expected: Callable[[Any], bool]) -> Try:
    def trial(psa: Any, wire: Wire, folder: Path) -> bool:
        answers(wire, 200, body)
        return expected(psa.company.configurations.get(1))

    return trial


def upload(psa: Any, wire: Wire, folder: Path) -> bool:
    (folder / "x.txt").write_text("hello")
    made = psa.system.documents.create({"recordType": "Ticket", "recordId": 1}, file=folder / "x.txt")
    return psa.system.documents(made.id).download.get(to=folder / "y.txt") == 5 and raises(
        cwql.LocalFileError,
        "no such file",
        lambda: psa.system.documents.create({"recordType": "Ticket", "recordId": 1}, file=folder / "gone.txt"),
    )


def throttled(psa: Any, wire: Wire, folder: Path) -> bool:
    """Answer once as Cloudflare does, with a page of HTML."""
    left = [1]

    def answer(request: httpx.Request) -> httpx.Response:
        left[0] -= 1
        page = httpx.Response(429, text="<html>Too Many Requests</html>", headers={"retry-after": "0"})
        return page if left[0] >= 0 else httpx.Response(200, json={"id": 1, "name": "x"})

    wire.answer = answer
    return psa.service.boards.get(1).name == "x" and len(wire.requests) == 2


def codebase(psa: Any, wire: Wire, folder: Path) -> bool:
    paths = ["v2025_1", "v2026_1"]

    def answer(request: httpx.Request) -> httpx.Response:
        if "companyinfo" in request.url.path:
            return httpx.Response(200, json={"Codebase": f"{paths[0]}/"})
        found = request.url.path.startswith(f"/{paths[0]}/")
        return httpx.Response(200 if found else 404, json={"id": 1, "name": "x"} if found else None)

    wire.answer = answer
    with Client(**KEYS, site="na", codebase="auto", transport=wire) as moved:
        first = moved.service.boards.get(1).name
        paths.pop(0)
        return (first, moved.service.boards.get(1).name) == ("x", "x")


def as_member(psa: Any, wire: Wire, folder: Path) -> bool:
    acting = psa.as_member("jdoe")
    acting.service.boards.get(1)
    user = base64.b64decode(wire.last.headers["authorization"].removeprefix("Basic ")).decode()
    psa.service.boards.get(1)
    return user != base64.b64decode(wire.last.headers["authorization"].removeprefix("Basic ")).decode()


def parameters(psa: Any, wire: Wire, folder: Path) -> bool:
    names = {
        "conditions": "where",
        "orderBy": "order_by",
        "pageSize": "page_size",
        "childConditions": "child_conditions",
    }
    return all(
        raises(TypeError, wanted, lambda name=name: psa.service.tickets.list(**{name: "x"}))  # type: ignore[misc]
        for name, wanted in names.items()
    )


def kind_of_phone(psa: Any, wire: Wire) -> object:
    """Read a member of an enum that older specifications lack."""
    answers(wire, 200, {"id": 1, "identifier": "jdoe", "phoneIntegrationType": "TEL"})
    return psa.system.members.get(1).phoneIntegrationType


def api_version(psa: Any, wire: Wire, folder: Path) -> bool:
    answers(wire, 200, {"version": "v2024.1"})
    with Client(**KEYS, site="na", release="2024.1", transport=wire) as old:
        old.ping()
    return "version=2024.1" in wire.last.headers["accept"]


def report_columns(psa: Any, wire: Wire, folder: Path) -> bool:
    answers(wire, 200, {"column_definitions": [], "row_values": []})
    psa.system.reports("Service").get(params={"columns": "id"})
    return wire.last.url.params["columns"] == "id"


def ids(psa: Any, wire: Wire, folder: Path) -> bool:
    wrong: tuple[object, ...] = ("", None, " ", "a/b")
    return all(raises(cwql.InvalidIdError, "", partial(psa.service.tickets.get, key)) for key in wrong)


KEYS: dict[str, Any] = {"company_id": "a", "public_key": "b", "private_key": "c", "client_id": "d"}

HOOK = "https://hooks.example.com/manage?recordId="

TRIALS: dict[int, Try] = {
    3: lambda psa, wire, _: (
        len(psa.service.tickets.all("closedFlag = false", page_size=5))
        == psa.service.tickets.count("closedFlag = false")
        and all("conditions" in request.url.params for request in wire.requests)
    ),
    4: lambda psa, wire, _: len(psa.service.tickets.all()) == psa.service.tickets.count(),
    5: lambda psa, wire, _: raises(ValueError, "1 to 1000", lambda: psa.service.tickets.all(page_size=1001)),
    6: lambda psa, wire, _: len(next(psa.service.tickets.pages(page_size=60))) == 60,
    7: lambda psa, wire, _: (
        len({it.id for it in psa.service.tickets.list(page_size=20)}) == psa.service.tickets.count()
    ),
    8: lambda psa, wire, _: bool(psa.service.tickets.all(page_size=60)) and "pageId" in wire.last.url.params,
    9: lambda psa, wire, _: (
        psa.company.companies.all("name = 'AT&T + #1 100%'") == []
        and b"AT%26T%20%2B%20%231%20100%25" in wire.last.url.query
    ),
    12: lambda psa, wire, _: Client(**KEYS, site="na.myconnectwise.net").base_url.startswith("https://api-na."),
    13: lambda psa, wire, _: bool(psa.ping()) and wire.last.headers["accept"].startswith("application/vnd.connectwise"),
    14: lambda psa, wire, _: raises(
        cwql.ConfigError,
        "client_id",
        lambda: Client.from_env(environ={}, company_id="a", public_key="b", private_key="c"),
    ),
    15: lambda psa, wire, _: raises(
        cwql.RequestBodyError, "recordType", lambda: psa.system.documents.create({"recordTyp": "x"}, file=b"x")
    ),
    16: upload,
    17: upload,
    18: lambda psa, wire, _: raises(UnknownNameError, "", lambda: psa.companyTypeAssociations),
    19: lambda psa, wire, _: (
        psa.company.contacts(1).communications.all() is not None
        and wire.last.url.path.endswith("/company/contacts/1/communications")
    ),
    20: lambda psa, wire, _: len(catalog("manage").operation_ids()) > 2000,
    21: lambda psa, wire, _: raises(
        cwql.RequestBodyError, "", lambda: psa.service.tickets(1).attachChildren.create({"childTicketIds": "x"})
    ),
    24: lambda psa, wire, _: (
        psa.service.tickets.preview("id in (" + ",".join(map(str, range(1, 900))) + ")").method == "POST"
    ),
    25: lambda psa, wire, _: psa.company.companies.preview(cwql.F("id").in_(range(1, 1500))).request_count > 1,
    27: reads({"id": 1, "questions": [{"answer": 5}]}, lambda found: found.questions[0].answer == 5),
    28: reads({"id": 1, "customFields": [{"id": 1, "value": {"x": 1}}]}, lambda found: len(found.customFields) == 1),
    29: lambda psa, wire, _: kind_of_phone(psa, wire) == "TEL",
    30: reads({"id": 1}, lambda found: found.name is None and found.id == 1),
    31: throttled,
    32: lambda psa, wire, _: bool(psa.service.boards.get(1)) and wire.last.content == b"",
    33: lambda psa, wire, _: psa.company.contacts.count(child_conditions="communicationItems/value like '%@%'") > 0,
    35: lambda psa, wire, _: Client(**KEYS, site="psa.example.com").base_url.startswith("https://psa.example.com/"),
    36: lambda psa, wire, _: hasattr(psa.callbacks.receiver(), "verify_signature"),
    38: lambda psa, wire, _: bool(psa.service.boards.all("")) and "conditions" not in wire.last.url.params,
    40: lambda psa, wire, _: psa.procurement.catalog.first() is not None,
    45: lambda psa, wire, _: (
        "pageId" not in str(psa.system.auditTrail.preview(params={"type": "Ticket", "id": 1}).params)
    ),
    51: with_answer(401, {"code": "Unauthorized"}, lambda psa: psa.ping(), cwql.AuthenticationError, "client"),
    54: lambda psa, wire, _: len(next(psa.service.tickets.pages(page_size=5))) == 5 and len(wire.requests) == 1,
    56: lambda psa, wire, _: "Root Cause" in psa.service.tickets.get(1).custom_fields,
    59: with_answer(
        400,
        {"code": "InvalidObject", "message": "m", "errors": [{"field": "yearEstablished", "message": "out of range"}]},
        lambda psa: psa.company.companies.patch(1, {"name": "x"}),
        cwql.BadRequestError,
        "yearEstablished: out of range",
    ),
    61: lambda psa, wire, _: raises(
        cwql.BadRequestError,
        "enteredBy",
        lambda: psa.service.tickets.create({**NEW, "board": {"id": 1}, "enteredBy": "x"}),
    ),
    62: with_answer(
        404, {"code": "NotFound"}, lambda psa: psa.service.tickets.get(5), cwql.NotFoundError, "/project/tickets"
    ),
    65: lambda psa, wire, _: raises(
        cwql.RequestBodyError, "recordId", lambda: psa.callbacks.create("https://hooks.example.com/manage", "ticket")
    ),
    66: lambda psa, wire, _: raises(
        cwql.RequestBodyError, "level", lambda: psa.callbacks.create(HOOK, "contact", level="board", object_id=1)
    ),
    67: lambda psa, wire, _: (
        bool(psa.callbacks.create(HOOK, "company"))
        and raises(cwql.APIStatusError, "exists", lambda: psa.callbacks.create(HOOK, "company"))
    ),
    73: lambda psa, wire, _: (
        Client(**KEYS, site="https://na.myconnectwise.net/v2025_1/x.aspx").base_url
        == "https://api-na.myconnectwise.net/v4_6_release/apis/3.0"
    ),
    76: parameters,
    77: lambda psa, wire, _: psa._core.line.limit._adaptive is not None,
    78: lambda psa, wire, _: bool(psa.callbacks.create(HOOK, "opportunity", level="statusId", object_id=1)),
    80: api_version,
    81: lambda psa, wire, _: psa.request("GET", "/service/boards/1").json()["id"] == 1,
    82: report_columns,
    83: as_member,
    84: codebase,
    87: ids,
    91: lambda psa, wire, _: (
        psa.system.auditTrail.all(params={"type": "Ticket", "id": 1})
        != psa.system.auditTrail.all(params={"type": "Ticket", "id": 2})
    ),
}


@pytest.mark.parametrize("row", TRIALS)
def test_clients(row: int, box: Sandbox, wire: Wire, tmp_path: Path) -> None:
    with Client.from_env(environ=box.environment, transport=wire, retry=cwql.RetryPolicy(backoff_factor=0)) as psa:
        assert TRIALS[row](psa, wire, tmp_path)


# --- rows of Automate, and of values -------------------------------------------------------------------------------------


def test_row_49_fields_are_chosen(box: Sandbox) -> None:
    with automate.Client.from_env(environ=box.environment, transport=box.transport()) as rmm:
        computer = rmm.computers.first(fields=["Id", "ComputerName"])
        assert computer is not None
        assert computer.OperatingSystemName is None


def test_row_26_a_datetime_without_a_zone() -> None:
    with pytest.raises(LiteralError):
        _ = Ticket.requiredDate > datetime(2026, 1, 5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("path", ["service.tickets", "company.companies", "company.configurations", "company.contacts"])
def test_s8_s9_records_are_dumped_without_warnings(path: str) -> None:
    """Values of custom fields have several types in one list, so a frame of all members is made by a scan."""
    odd = Sandbox(odd_records=True)
    with Client.from_env(environ=odd.environment, transport=odd.transport()) as psa:
        resource = attrgetter(path)(psa)
        records = resource.all()
        assert all(record.model_dump()["id"] == record.id for record in records)
        frame = pl.DataFrame([record.model_dump(exclude={"customFields"}) for record in records])
        assert frame["id"].to_list() == [record.id for record in records]
        scanned = resource.to_scan().to_polars().collect()
        assert scanned["id"].to_list() == frame["id"].to_list()
        assert scanned["customFields"].len() == len(records)
    odd.close()


def test_a_response_has_its_id_its_time_and_the_requests_left() -> None:
    headers = {"x-request-id": "r-1", "x-ratelimit-remaining": "41"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=[{"id": 1}], headers=headers))
    with Client(**KEYS, site="na", transport=transport) as psa:
        response = next(psa.service.boards.pages()).response
        assert (response.request_id, response.requests_left) == ("r-1", 41)
        assert response.elapsed.total_seconds() > 0
        assert cwql.Response(200).requests_left is None


ELSEWHERE = {
    55: "test_reports: test_55_automate_without_a_client_id",
    72: "test_reports: test_72_times_are_sent_in_whole_seconds",
}
"""Rows whose only test is in another module."""


def test_every_row_has_a_trial() -> None:
    tried = {row for row, *_ in (*CONDITIONS, *BODIES, *CHANGES)} | TRIALS.keys() | ELSEWHERE.keys() | {49}
    assert tried == set(range(1, 92))
