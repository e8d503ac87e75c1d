"""Problem reports of users of the APIs, and what the clients do about each: a number is a row of the collection."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from cwql import F
from cwql.client.errors import (
    APIConnectionError,
    APIStatusError,
    NotFoundError,
    RequestBodyError,
    TwoFactorRequiredError,
)
from cwql.client.http_types import Headers, Request, Response
from cwql.client.limit import AdaptiveRate, RateLimit, RateLimiter
from cwql.client.origin import site_url
from cwql.client.patch import diff, patch_body
from cwql.client.request_body import encode_body
from cwql.client.retry import RetryPolicy
from cwql.client.transport import default_library
from cwql.errors import ConfigError
from cwql.manage import AsyncClient, Client
from cwql.manage.fields import Ticket as TicketField
from cwql.manage.models import Ticket
from cwql.schema.catalog import catalog

from .server import Says, serve
from .simulation import Simulation

KEYS: dict[str, Any] = {"company_id": "acme", "public_key": "pub", "private_key": "priv", "client_id": "cid"}
NOW = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
TICKET = {"summary": "x", "company": {"id": 1}}


def encode(operation: str, body: Any, product: str = "manage", call: str = "POST /x") -> Any:
    return json.loads(encode_body(product, catalog(product).operation(operation).body, body, call))


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(RequestBodyError) as caught:
        work()
    return str(caught.value)


def client(answer: Callable[[httpx.Request], httpx.Response], site: str = "na", **settings: Any) -> Client:
    transport = httpx.MockTransport(answer)
    return Client(**KEYS, site=site, transport=transport, retry=RetryPolicy(max_retries=0), **settings)


# --- 70, 72: times in bodies ---------------------------------------------------------------------------------------------


def entry(start: object) -> dict[str, object]:
    return {"chargeToId": 1, "chargeToType": "ServiceTicket", "timeStart": start}


def test_72_times_are_sent_in_whole_seconds() -> None:
    assert encode("postTimeEntries", entry(NOW))["timeStart"] == "2026-01-05T08:00:00Z"
    east = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert encode("postTimeEntries", entry(east))["timeStart"] == "2026-01-05T08:00:00Z"
    changes = [TicketField.requiredDate.set(NOW)]
    assert patch_body("manage", "Ticket", changes)[0]["value"] == "2026-01-05T08:00:00Z"
    before = Ticket.model_validate({"id": 1, "requiredDate": None})
    after = before.model_copy(update={"requiredDate": NOW})
    changed = patch_body("manage", "Ticket", diff(before, after))
    assert changed == [{"op": "replace", "path": "requiredDate", "value": "2026-01-05T08:00:00Z"}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-05T08:00:00.123Z", "a time in UTC with whole seconds: 2026-01-05T08:00:00Z"),
        ("2026-01-05T08:00:00-05:00", "a time in UTC with whole seconds: 2026-01-05T13:00:00Z"),
        ("2026-01-05T08:00:00", "a time with a zone: 2026-01-05T08:00:00Z if it is in UTC"),
        ("2026-01-05 08:00", "a time with a zone: 2026-01-05T08:00:00Z if it is in UTC"),
        ("2026-01-05", "a time with a zone: 2026-01-05T00:00:00Z if it is in UTC"),
        (date(2026, 1, 5), "a time with a zone: 2026-01-05T00:00:00Z if it is in UTC"),
        ("tomorrow", "a time, like 2024-01-31T09:00:00Z"),
        (5, "a time, like 2024-01-31T09:00:00Z"),
    ],
)
def test_70_texts_of_times_that_servers_refuse(value: object, expected: str) -> None:
    said = f"timeStart: expected {expected}"
    assert said in refusal(lambda: encode("postTimeEntries", entry(value)))
    assert said in refusal(lambda: patch_body("manage", "TimeEntry", {"timeStart": value}))
    assert encode("postTimeEntries", entry("2026-01-05T08:00:00Z"))["timeStart"] == "2026-01-05T08:00:00Z"


def test_a_fraction_of_a_second_stays_where_servers_take_it() -> None:
    from cwql.client.request_body import plain

    assert plain(NOW, "automate") == "2026-01-05T08:00:00.123Z"


# --- 73, S16: the site ---------------------------------------------------------------------------------------------------

CLOUD = "https://api-na.myconnectwise.net"


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("na", CLOUD),
        ("api-na", CLOUD),
        ("https://na.myconnectwise.net", CLOUD),
        ("http://na.myconnectwise.net", CLOUD),
        ("https://NA.myconnectwise.net/", CLOUD),
        ("https://na.myconnectwise.net/v2025_1/ConnectWise.aspx?locale=en_US&routeTo=ServiceFV", CLOUD),
        ("na.myconnectwise.net/v4_6_release", CLOUD),
        ("https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails", CLOUD),
        ("https://api-na.myconnectwise.net/v4_6_release/apis/3.0/", f"{CLOUD}/v4_6_release/apis/3.0"),
        ("staging", "https://api-staging.connectwisedev.com"),
        ("https://staging.connectwisedev.com/v2026_1", "https://api-staging.connectwisedev.com"),
        ("https://psa.example.com/v4_6_release/connectwise.aspx", "https://psa.example.com"),
        ("psa.example.com:8443", "https://psa.example.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("cwserver", "https://cwserver"),
    ],
)
def test_73_the_site_as_a_browser_shows_it(site: str, url: str) -> None:
    assert site_url(site) == url
    base = url if url.endswith("/apis/3.0") else f"{url}/v4_6_release/apis/3.0"
    with Client(**KEYS, site=site) as psa:
        assert repr(psa).endswith(f" {base}>")


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("naa", "'naa' is no known region: did you mean na"),
        ("us", "'us' is no known region: did you mean"),
        ("https://example.com/manage", "base_url="),
        (None, "site missing: give site= or set CONNECTWISE_SITE, a region (na, eu, au)"),
        ("", "site missing"),
        ("  ", "site is empty"),
    ],
)
def test_s16_no_region_is_assumed(site: str | None, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(**KEYS, site=site)
    assert said in str(caught.value)


def test_s16_the_environment_names_the_site() -> None:
    names = ("COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY", "CLIENT_ID")
    environ = {f"CONNECTWISE_{name}": "x" for name in names}
    with pytest.raises(ConfigError, match=r"site \(CONNECTWISE_SITE\)"):
        Client.from_env(environ=environ)
    assert "api-eu" in repr(Client.from_env(environ={**environ, "CONNECTWISE_SITE": "eu"}))
    assert "example.com" in repr(Client.from_env(environ=environ, base_url="https://example.com/x/apis/3.0"))


# --- 62, 73, 80, 90, 67, 55: advice for answers of servers ---------------------------------------------------------------

PING = ("GET", "/system/info")


@pytest.mark.parametrize(
    ("status", "body", "call", "hint"),
    [
        (403, "SSL is required", lambda psa: psa.ping(), "is on another host"),
        (403, {"code": "Forbidden"}, lambda psa: psa.ping(), "security role"),
        (404, {}, lambda psa: psa.ping(), "check site=, codebase= and company_id="),
        (404, {}, lambda psa: psa.service.tickets.get(5), "is under /project/tickets"),
        (404, {}, lambda psa: psa.service.tickets(5).notes.all(), "is under /project/tickets"),
        (404, {}, lambda psa: psa.project.tickets.get(5), "is under /service/tickets"),
        (404, {}, lambda psa: psa.service.tickets.count("id = 5"), "try ping()"),
        (
            404,
            {},
            lambda psa: psa.company.configurations.types(1).questions(2).values.all(),
            "the answers of a configuration are its member questions",
        ),
        (
            400,
            {"code": "ConnectWiseApi", "message": "The HTTP resource … does not support the API version '2025.16'."},
            lambda psa: psa.ping(),
            "release='auto'",
        ),
        (
            409,
            {"code": "ObjectExists", "message": "exists"},
            lambda psa: psa.callbacks.create("https://example.com/?id=", "project"),
            "the same callback exists",
        ),
    ],
)
def test_hints_name_the_usual_cause(status: int, body: Any, call: Callable[[Client], object], hint: str) -> None:
    with client(lambda request: httpx.Response(status, json=body)) as psa, pytest.raises(APIStatusError) as caught:
        call(psa)
    assert hint in str(caught.value.hint)


def test_55_automate_without_a_client_id() -> None:
    from cwql import automate

    answers = httpx.MockTransport(lambda request: httpx.Response(403, json={"Message": "Missing ClientId header"}))
    rmm = automate.Client(
        server="rmm.example.com", username="user", password="pw", transport=answers, retry=RetryPolicy(max_retries=0)
    )
    with rmm, pytest.raises(APIStatusError) as caught:
        rmm.ping()
    assert "give client_id=" in str(caught.value.hint)


# --- 69: conditions that match nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("on_invalid", ["raise", "warn"])
def test_69_a_condition_that_matches_nothing_is_reported(on_invalid: str, caplog: pytest.LogCaptureFixture) -> None:
    with client(lambda request: httpx.Response(200, json=[]), on_invalid=on_invalid) as psa:
        assert psa.service.tickets.all("recordType = 'ProjectTicket'") == []
    assert [(record.levelname, record.message[:5]) for record in caplog.records] == [("WARNING", "CW413")]


def test_warnings_are_printed_without_any_setup() -> None:
    # A handler of the library's own would keep them from the last resort of `logging`.
    assert logging.getLogger("cwql").handlers == []


# --- 60, 61, 68, 75, 89: members of bodies -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "body", "said"),
    [
        ("postServiceTicketsByParentIdNotes", {"text": "x"}, "at least one of detailDescriptionFlag"),  # 60
        ("postProjectTicketsByParentIdNotes", {"text": "x", "resolutionFlag": False}, "at least one of"),
        ("postCompanyContacts", {"lastName": "Kim"}, "firstName: expected a value"),  # 68
        ("postCompanyContacts", {"firstName": ""}, "firstName: expected a value"),
        ("postServiceTicketsByParentIdConfigurations", {}, "id or deviceIdentifier: expected a value"),  # 75
        (
            "postServiceTickets",
            {**TICKET, "company": {}},
            "company: expected id or identifier or name, got an empty",
        ),  # 89
        (
            "postCompanyCompaniesByParentIdTypeAssociations",
            {"company": {"id": 1}, "type": {"type": {"id": 2}}},
            "type: expected id or name, got an object without them",
        ),
    ],
)
def test_bodies_that_servers_refuse(operation: str, body: Any, said: str) -> None:
    assert said in refusal(lambda: encode(operation, body))


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("postServiceTicketsByParentIdNotes", {"text": "x", "internalAnalysisFlag": True}),
        ("postCompanyContacts", {"firstName": "Kim"}),
        ("postServiceTicketsByParentIdConfigurations", {"deviceIdentifier": "x"}),
        ("postServiceTickets", {**TICKET, "company": {"identifier": "Acme"}, "board": {"name": "Help Desk"}}),
    ],
)
def test_bodies_that_servers_take(operation: str, body: Any) -> None:
    assert encode(operation, body) == body


def test_61_members_that_no_specification_has_are_named(caplog: pytest.LogCaptureFixture) -> None:
    body = {**TICKET, "enteredBy": "jdoe"}
    assert encode("postServiceTickets", body, call="POST /service/tickets") == body
    assert patch_body("manage", "Ticket", {"enteredBy": "jdoe"}, "PATCH /service/tickets/5")
    said = (
        "Ticket has no 'enteredBy' in the specification of 2025.16; a server that does not have it either answers 400"
    )
    assert caplog.messages == [f"POST /service/tickets: {said}", f"PATCH /service/tickets/5: {said}"]
    caplog.clear()
    # A record that was read may be of a newer server.
    encode("postServiceTickets", Ticket.model_validate(body))
    assert caplog.messages == []


# --- 63, 64, 90: changes -------------------------------------------------------------------------------------------------

WHOLE = {"id": 1, "caption": "Root Cause", "type": "Text", "value": "DNS"}
ANSWER = {"answerId": 3, "questionId": 7, "question": "Rack", "answer": "B2"}


@pytest.mark.parametrize(
    ("record", "changes", "said"),
    [
        ("Ticket", {"customFields": [{"id": 1, "value": "DNS"}]}, "a server replaces the whole list: read the record"),
        ("Ticket", {"customFields/0/value": "DNS"}, "got a path into the list"),
        ("Ticket", {"op": "replace", "path": "customFields/0/value", "value": "DNS"}, "got a path into the list"),
        ("Configuration", {"questions": [{"questionId": 7, "answer": "B2"}]}, "a server replaces the whole list"),
        ("Configuration", {"questions/questionId=7": "B2"}, "got a path into the list"),
        ("Ticket", {"source.name": "Phone"}, "source.name: expected source/name, got a path with a dot"),
        ("Ticket", {"op": "update", "path": "summary", "value": "x"}, "op: expected one of replace, remove, add"),
        ("Ticket", [{"op": "test", "path": "/summary", "value": "x"}], "got 'test'"),
    ],
)
def test_changes_that_servers_misunderstand(record: str, changes: Any, said: str) -> None:
    assert said in refusal(lambda: patch_body("manage", record, changes))


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        ("Ticket", {"customFields": [WHOLE]}),
        ("Ticket", {"customFields": []}),
        ("Configuration", {"questions": [ANSWER]}),
        ("Ticket", {"op": "Replace", "path": "/summary", "value": "x"}),
    ],
)
def test_changes_that_servers_take(record: str, changes: Any) -> None:
    assert patch_body("manage", record, changes)[0]["op"] == "replace"


# --- 65, 66, 78: callbacks -----------------------------------------------------------------------------------------------

HOOK = "https://hooks.example.com/manage?recordId="


@pytest.mark.parametrize(
    ("url", "type", "level", "object_id", "said"),
    [
        ("https://hooks.example.com/manage", "ticket", "owner", 0, "like /manage?recordId=, because Manage appends"),
        ("https://hooks.example.com/manage?a=1&b", "ticket", "owner", 0, "like /manage?a=1&b&recordId="),
        (HOOK, "contact", "board", 1, "level: expected a level of contact: owner, type, territory, company, contact"),
        (HOOK, "time", "board", 1, "level: expected a level of time: owner, company, time"),
        (HOOK, "ticket", "board", 0, "object_id: expected the id of a board (0 is for the level owner), got 0"),
        (HOOK, "oportunity", "owner", 0, "type: expected 'opportunity'"),
    ],
)
def test_callbacks_that_servers_refuse_or_call_in_vain(
    url: str, type: str, level: str, object_id: int, said: str
) -> None:
    with client(lambda request: pytest.fail("sent")) as psa:
        assert said in refusal(lambda: psa.callbacks.create(url, type, level=level, object_id=object_id))


@pytest.mark.parametrize(
    ("type", "level", "object_id", "sent"),
    [
        ("opportunity", "statusId", 1, "statusId"),  # 78
        ("Opportunity", "statusid", 1, "statusId"),
        ("ticket", "Board", 1, "board"),
        ("ticket", "owner", 0, "owner"),
        ("zzznewkind", "anything", 0, "anything"),
    ],
)
def test_callbacks_that_servers_take(type: str, level: str, object_id: int, sent: str) -> None:
    bodies: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(201, json={"id": 1})

    with client(answer) as psa:
        psa.callbacks.create("https://hooks.example.com/manage/", type, level=level, object_id=object_id)
    assert (bodies[0]["type"], bodies[0]["level"]) == (type.lower(), sent)


# --- S30: no retry for what cannot get better ----------------------------------------------------------------------------


class NoHost(httpx.BaseTransport):
    """Fail as a resolver does that knows no such name."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        try:
            raise socket.gaierror(self.code, "Name or service not known")
        except socket.gaierror as error:
            raise httpx.ConnectError(str(error), request=request) from error


@pytest.mark.parametrize(
    ("code", "attempts", "said"),
    [(socket.EAI_NONAME, 1, "no host has that name"), (socket.EAI_AGAIN, 3, "the server cannot be reached")],
)
def test_s30_an_unknown_host_is_not_asked_again(code: int, attempts: int, said: str) -> None:
    transport = NoHost(code)
    psa = Client(**KEYS, site="na", transport=transport, retry=RetryPolicy(max_retries=2, backoff_factor=0.001))
    with psa, pytest.raises(APIConnectionError, match=said) as caught:
        psa.ping()
    assert (transport.asked, caught.value.attempts) == (attempts, attempts)


def test_s35_a_server_without_tls_is_told_apart_from_one_that_is_not_trusted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            connection = listener.accept()[0]
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with Client(**KEYS, site=f"https://127.0.0.1:{port}") as psa, pytest.raises(APIConnectionError) as caught:
            psa.ping()
        thread.join(10)
    assert "does not speak TLS" in str(caught.value)
    assert "http://" in str(caught.value.hint)
    assert caught.value.attempts == 1


# --- 77, S14: the rate ---------------------------------------------------------------------------------------------------


class Rates:
    """Send requests over a rate limit in simulated time, and read the logged rates."""

    def __init__(self, answers: Callable[[int], Response]) -> None:
        self.simulation = Simulation(lambda request: answers(len(self.simulation.sent)))
        self.limit = RateLimit(self.simulation, RateLimiter(clock=self.simulation), adaptive=AdaptiveRate())

    def send(self, times: int) -> float:
        """Send requests one after the other, and return the seconds that it took."""
        began = self.simulation.now()
        for _ in range(times):
            self.simulation.finish(self.limit.send(Request("GET", "https://api-na.myconnectwise.net/x")))
        return self.simulation.now() - began

    @property
    def rate(self) -> float:
        bucket = self.limit.bucket
        assert isinstance(bucket, RateLimiter)
        return bucket.requests_per_minute


def test_77_the_rate_rises_to_that_of_the_vendors_guide() -> None:
    rates = Rates(lambda number: Response(200, Headers(), b"[]"))
    assert rates.rate == 60
    assert rates.send(60) == 0  # the burst
    assert rates.rate == pytest.approx(202.5)
    assert rates.send(15) < 5
    rates.send(300)
    assert rates.rate == 1000
    # A minute at full speed sends about a thousand.
    assert rates.send(1000) == pytest.approx(60, rel=0.1)


def test_77_a_refusal_halves_the_rate_which_then_rises_slowly() -> None:
    rates = Rates(lambda number: Response(429 if number == 200 else 200, Headers(), b"[]"))
    rates.send(199)
    before = rates.rate
    rates.send(1)
    assert rates.rate == before / 2
    rates.send(20)
    assert rates.rate == pytest.approx(before / 2 * 1.1)


def test_77_the_header_of_a_server_counts() -> None:
    rates = Rates(lambda number: Response(200, Headers({"x-ratelimit-limit": "90"}), b"[]"))
    rates.send(100)
    assert rates.rate == 90


def test_77_a_rate_that_was_chosen_stays() -> None:
    with client(lambda request: httpx.Response(200, json={"id": 1}), requests_per_minute=5000, burst=10) as psa:
        for _ in range(60):
            psa.service.boards.get(1)
        assert psa._core.line.limit.bucket.requests_per_minute == 5000  # type: ignore[attr-defined]


def test_s14_waiting_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cwql.client")
    rates = Rates(lambda number: Response(200, Headers(), b"[]"))
    rates.send(62)
    assert "the rate is 90 requests a minute from now on" in caplog.messages
    assert caplog.messages[-1] == "the rate limit lets the next request through in 0.3 s"


# --- 84: the codebase changes with an upgrade ----------------------------------------------------------------------------


class Upgraded:
    """Answer under one codebase, and with a page of HTML under every other path."""

    def __init__(self) -> None:
        self.codebase = "v2025_1"
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.startswith("/login/companyinfo/"):
            self.asked += 1
            return httpx.Response(200, json={"Codebase": f"{self.codebase}/", "IsCloud": True})
        if not path.startswith(f"/{self.codebase}/"):
            return httpx.Response(404, html="<html><title>Not found</title></html>")
        if path.endswith("/boards/9"):
            return httpx.Response(404, json={"code": "NotFound", "message": "Board 9 not found"})
        return httpx.Response(200 if request.method == "GET" else 201, json={"id": 1})


def test_84_the_codebase_is_asked_for_again_after_an_upgrade() -> None:
    server = Upgraded()
    with client(server, codebase="auto") as psa:
        assert psa.service.boards.get(1).id == 1
        server.codebase = "v2026_1"
        assert psa.service.boards.create({"name": "x", "location": {"id": 1}, "department": {"id": 1}}).id == 1
        assert server.asked == 2
        with pytest.raises(NotFoundError, match="Board 9"):
            psa.service.boards.get(9)
        assert server.asked == 2


def test_84_a_path_that_no_codebase_has_stays_an_error() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        if "companyinfo" in request.url.path:
            return httpx.Response(200, json={"Codebase": "v2025_1/"})
        return httpx.Response(404, html="<html></html>")

    with client(answer, codebase="auto") as psa, pytest.raises(NotFoundError):
        psa.service.boards.get(1)
    # The codebase is the same, so the request is not repeated.
    assert [name for name in asked if name == "1"] == ["1"]


# --- S29: the second factor ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (None, "CONNECTWISE_AUTOMATE_2FA"),
        ("654321", "is wrong or too old"),
        ("12345", "has not 6 digits"),
        ("JBSWY3DPEHPK3PXP", "check the key of the authenticator app, and the clock"),
        (lambda: "000000", "the server refused the code that was made"),
    ],
)
def test_s29_each_mistake_of_a_second_factor_has_its_advice(code: Any, hint: str) -> None:
    from cwql import automate

    body = {"AccessToken": "", "IsTwoFactorRequired": True}
    answers = httpx.MockTransport(lambda request: httpx.Response(200, json=body))
    given: dict[str, Any] = {"totp_secret" if code == "JBSWY3DPEHPK3PXP" else "two_factor_code": code}
    rmm = automate.Client(server="rmm.example.com", username="user", password="pw", transport=answers, **given)
    with rmm, pytest.raises(TwoFactorRequiredError) as caught:
        rmm.ping()
    assert hint in str(caught.value.hint)
    assert "654321" not in str(caught.value)


# --- Logs ----------------------------------------------------------------------------------------------------------------

SECRET = "Anna Secret"
"""The name of a customer in a condition and in the headers of a response."""


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_logs_of_http_libraries_show_no_customer(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    link = {"Link": f'<https://127.0.0.1/x?conditions={SECRET}>; rel="first"', "X-Total": SECRET}
    with serve(lambda request: Says([{"id": 1}], headers=link)) as server:
        if mode == "sync":
            with Client(**KEYS, site=server.url) as psa:
                psa.company.contacts.all(f"lastName = '{SECRET}'")
        else:

            async def main() -> None:
                async with AsyncClient(**KEYS, site=server.url) as psa:
                    await psa.company.contacts.all(f"lastName = '{SECRET}'")

            asyncio.run(main())
        assert "Secret" in server.seen[0].query["conditions"]
        names = {record.name for record in caplog.records}
        library = default_library().__name__
        assert {"cwql.client", library, f"{library.replace('httpx', 'httpcore')}.http11"} <= names
        assert "Anna" not in caplog.text
        assert "/company/contacts" in caplog.text
        # Requests of others are logged as ever.
        caplog.clear()
        default_library().get(server.url, params={"conditions": SECRET})
        assert "Anna" in caplog.text


@pytest.mark.parametrize(("level", "lines"), [("debug", True), ("DEBUG", True), ("warning", False), ("", False)])
def test_cwql_log_prints_what_happens(level: str, lines: bool) -> None:
    program = """
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox
with Sandbox() as box, Client.from_env(environ=box.environment, transport=box.transport()) as psa:
    psa.service.boards.get(1)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "CWQL_LOG": level},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ("DEBUG cwql.client: GET /service/boards/1: 200" in done.stderr) == lines


def test_cwql_log_names_its_levels(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("CWQL_LOG", "loud")
    Client(**KEYS, site="na").close()
    assert "CWQL_LOG=loud: expected debug, info, warning" in caplog.text


# --- S22: members that hold times ----------------------------------------------------------------------------------------


def test_s22_times_of_a_ticket_are_times() -> None:
    text = "2026-01-05T08:00:00Z"
    names = ("closedDate", "dateResolved", "dateResplan", "dateResponded", "escalationStartDateUTC")
    ticket = Ticket.model_validate(dict.fromkeys(names, text))
    for name in names:
        assert getattr(ticket, name) == NOW.replace(microsecond=0)
        assert getattr(TicketField, name).value_in(ticket) == NOW.replace(microsecond=0)
    assert (TicketField.closedDate > NOW) == (F("closedDate") > NOW)
    said = refusal(lambda: patch_body("manage", "Ticket", {"closedDate": "2026-01-05"}))
    assert "closedDate: expected a time with a zone" in said


def test_s22_the_times_of_info_are_times() -> None:
    info = {"lastUpdated": "2026-01-05T08:00:00Z", "updatedBy": "x", "notes_href": "https://x"}
    ticket = Ticket.model_validate({"_info": info})
    assert ticket.info_ is not None
    assert (ticket.info_.lastUpdated, ticket.info_.notes_href) == (NOW.replace(microsecond=0), "https://x")
    assert ticket.to_dict()["_info"] == info
    assert TicketField.info_.value_in(ticket) == {**info, "lastUpdated": NOW.replace(microsecond=0)}
    assert TicketField.info_.lastUpdated.value_in(ticket) == NOW.replace(microsecond=0)
    assert TicketField.info_.updatedBy.value_in(ticket) == "x"


# --- 82, 83: columns of reports, acting as a member ----------------------------------------------------------------------


def test_82_a_report_takes_columns() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"column_definitions": [], "row_values": []})

    with client(answer) as psa:
        psa.system.reports("Service").get(params={"columns": "id, summary"})
    assert seen[0].url.params["columns"] == "id, summary"


def member_keys(request: httpx.Request) -> httpx.Response:
    """Give keys for the member jdoe, and say who asks."""
    user = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    if request.url.path.endswith("/system/members/jdoe/tokens"):
        return httpx.Response(201, json={"publicKey": "member-public", "privateKey": "member-private"})
    if request.url.path.endswith("/tokens"):
        return httpx.Response(201, json={})
    return httpx.Response(200, json={"id": 1, "name": f"{user} {request.headers['clientid']}"})


def test_83_a_client_acts_as_a_member() -> None:
    with client(member_keys) as psa:
        assert psa.as_member("jdoe").service.boards.get(1).name == "acme+member-public:member-private cid"
        assert psa.service.boards.get(1).name == "acme+pub:priv cid"
        with pytest.raises(ConfigError, match="gives no keys for this member"):
            psa.as_member("nobody")


def test_83_an_asynchronous_client_acts_as_a_member() -> None:
    async def main() -> None:
        async with AsyncClient(**KEYS, site="na", transport=httpx.MockTransport(member_keys)) as psa:
            acting = await psa.as_member("jdoe")
            assert (await acting.service.boards.get(1)).name == "acme+member-public:member-private cid"

    asyncio.run(main())


def test_90_one_answer_is_changed_by_sending_all() -> None:
    other = {"answerId": 4, "questionId": 8, "question": "Port", "answer": 5}
    sent: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            sent.append(json.loads(request.content))
        return httpx.Response(200, json={"id": 11, "name": "SW1", "questions": [ANSWER, other]})

    with client(answer) as psa:
        before = psa.company.configurations.get(11)
        after = before.model_copy(deep=True)
        assert after.questions is not None
        after.questions[0].answer = "C3"
        psa.company.configurations.patch(11, diff(before, after))
    assert sent == [[{"op": "replace", "path": "questions", "value": [{**ANSWER, "answer": "C3"}, other]}]]


# --- Creating a record only once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("exists", [False, True])
def test_a_record_is_created_unless_another_matches(exists: bool) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        if request.method == "GET":
            assert request.url.params["conditions"] == 'externalXRef = "A-1"'
            return httpx.Response(200, json=[{"id": 4, "summary": "old"}] if exists else [])
        return httpx.Response(201, json={"id": 5, "summary": "new"})

    with client(answer) as psa:
        made = psa.service.tickets.create(TICKET, unless=TicketField.externalXRef == "A-1")
        assert (made.id, sent) == ((4, ["GET"]) if exists else (5, ["GET", "POST"]))
        with pytest.raises(TypeError, match="unless"):
            psa.service.tickets.patch(5, {"summary": "x"}, unless="id = 1")  # type: ignore[call-arg]
