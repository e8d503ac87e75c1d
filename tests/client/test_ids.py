"""Ids that would lead to another path are refused before anything is sent, and so is None; responses have the id that was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from cwql import automate, manage
from cwql.client.errors import APIError, InvalidResponseError, WrongRecordError
from cwql.errors import InvalidIdError, UnknownNameError

from .server import Says, Seen, Server, serve

BAD = ["", ".", "..", "a/b", "a\\b", "5 ", "a b", "\0", "5\n", "%2e%2e", "%2F", "5%00", None, True, 1.5, b"5"]


def answer(request: Seen) -> Says:
    if request.path.endswith(("/APICredentials", "/APIToken")):
        return Says({"AccessToken": "t", "ExpiresIn": 14400})
    last = request.path.rpartition("/")[2]
    return Says({"id": int(last)} if last.isdigit() else [])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer) as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def refused(request: pytest.FixtureRequest, server: Server) -> Any:
    """Return a function that makes a call with either client and expects InvalidIdError, with nothing sent."""
    kinds: Any = (
        (manage.Client, automate.Client) if request.param == "sync" else (manage.AsyncClient, automate.AsyncClient)
    )

    def check(call: Callable[[Any, Any], Any]) -> None:
        psa = kinds[0](company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url)
        rmm = kinds[1](server=server.url, username="jdoe", password="pw", contract="observed")
        server.seen.clear()

        async def awaited() -> None:
            with pytest.raises(InvalidIdError, match="cannot use"):
                await call(psa, rmm)
            await psa.aclose()
            await rmm.aclose()

        if request.param == "async":
            asyncio.run(awaited())
        else:
            with pytest.raises(InvalidIdError, match="cannot use"):
                call(psa, rmm)
            psa.close()
            rmm.close()
        assert [seen.path for seen in server.seen if "API" not in seen.path] == []

    return check


CALLS: list[Callable[[Any, Any, Any], Any]] = [
    lambda psa, rmm, value: psa.service.tickets.get(value),
    lambda psa, rmm, value: psa.service.tickets.get(value),
    lambda psa, rmm, value: psa.service.tickets.delete(value),
    lambda psa, rmm, value: psa.service.tickets.patch(value, {"summary": "x"}),
    lambda psa, rmm, value: psa.service.tickets.replace(value, {"summary": "x"}, on_invalid="ignore"),
    lambda psa, rmm, value: psa.service.tickets(value).get(),
    lambda psa, rmm, value: psa.service.tickets(value).delete(),
    lambda psa, rmm, value: psa.service.tickets(value).notes.create({"text": "x", "resolutionFlag": True}),
    lambda psa, rmm, value: psa.service.tickets(5).notes.delete(value),
    lambda psa, rmm, value: psa.service.tickets(5).notes(value).patch({"text": "x"}),
    # Without an id these would be all of them.
    lambda psa, rmm, value: psa.sales.opportunities(5).forecast.delete(value),
    lambda psa, rmm, value: psa.service.tickets(5).delete(value),
    lambda psa, rmm, value: psa.call_operation("getServiceTicketsById", value),
    lambda psa, rmm, value: psa.call_operation("getServiceTicketsById", value),
    lambda psa, rmm, value: psa.call_operation("deleteServiceTicketsByParentIdNotesById", 5, value),
    lambda psa, rmm, value: psa.call_operation("getSystemDocumentsByIdDownload", value, to="never-written"),
    lambda psa, rmm, value: psa.callbacks.delete(value),
    lambda psa, rmm, value: psa.service.tickets.dry_run().delete(value),
    lambda psa, rmm, value: rmm.computers.get(value),
    lambda psa, rmm, value: rmm.clients(value).documents.get(),
    lambda psa, rmm, value: rmm.call_operation("Clients_GetClient", value),
    lambda psa, rmm, value: rmm.run_script(value, 5),
    lambda psa, rmm, value: rmm.run_script(5, value),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_bad_id_is_refused_and_nothing_is_sent(refused: Any, call: Callable[[Any, Any, Any], Any]) -> None:
    for value in BAD:
        refused(partial(_call_with, call, value))


def _call_with(call: Callable[[Any, Any, Any], Any], value: object, psa: Any, rmm: Any) -> Any:
    return call(psa, rmm, value)


@pytest.mark.parametrize("call", [
    lambda psa, value: psa.service.tickets(value).notes.list(),
    lambda psa, value: psa.service.tickets(value).notes.pages(),
    lambda psa, value: psa.service.tickets(value).notes.preview(),
])  # fmt: skip
def test_bad_id_in_the_path_of_a_list_is_refused_at_once(server: Server, call: Callable[[Any, Any], Any]) -> None:
    for kind in (manage.Client, manage.AsyncClient):
        psa: Any = kind(company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url)
        for id in BAD:
            with pytest.raises(InvalidIdError):
                call(psa, id)


@pytest.mark.parametrize("call", [
    lambda psa, rmm: psa.service.tickets.delete("changelogs"),
    lambda psa, rmm: psa.company.configurations.delete("Bulk"),
    lambda psa, rmm: psa.company.configurations("bulk").delete(),
    lambda psa, rmm: psa.procurement.purchaseorders(5).lineitems.replace("bulk", {}, on_invalid="ignore"),
    lambda psa, rmm: psa.service.tickets.get("count"),
    lambda psa, rmm: psa.service.tickets("search").notes.create({"text": "x", "resolutionFlag": True}),
    lambda psa, rmm: psa.call_operation("deleteCompanyConfigurationsById", "bulk"),
    lambda psa, rmm: psa.call_operation("deleteServiceTicketsById", "changeLogs"),
    lambda psa, rmm: rmm.scriptFolders.get("hierarchy"),
    lambda psa, rmm: rmm.call_operation("Users_GetUser", "Folders"),
])  # fmt: skip
def test_id_that_names_another_path_is_refused(refused: Any, call: Callable[[Any, Any], Any]) -> None:
    refused(call)


def test_bad_parent_of_reference_data_is_refused(server: Server) -> None:
    with manage.Client(
        company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url
    ) as psa:
        server.seen.clear()
        for parent in (1.5, True):
            with pytest.raises(InvalidIdError):
                psa.reference.statuses(parent)["New"]  # type: ignore[arg-type]
    assert server.seen == []


@pytest.mark.parametrize("company", ["..", "a/b", "a b", "%2e"])
def test_company_that_is_no_id_is_refused(server: Server, company: str) -> None:
    with pytest.raises(InvalidIdError, match="the company id"):
        manage.Client(
            company_id=company, public_key="pub", private_key="priv", client_id="cid", site=server.url, codebase="auto"
        )


def test_path_without_records_says_so(server: Server) -> None:
    with manage.Client(
        company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url
    ) as psa:
        place: Any = psa.service.tickets
        with pytest.raises(UnknownNameError, match="no records that are reached by id"):
            place(5).get(6)
        with pytest.raises(APIError, match="one of its records does, by its id"):
            place.delete()


# --- responses ------------------------------------------------------------------------------------------------------------


def wrong(request: Seen) -> Says:
    """Answer as a proxy that mixes up two responses."""
    if request.path.endswith("/APICredentials"):
        return Says({"AccessToken": "t", "ExpiresIn": 14400})
    if "Alerts" in request.path:
        return Says({"AlertId": 8})
    if "/cwa/" in request.path:
        return Says({"Id": "8"})
    if "fields" in request.query:
        return Says({"summary": "no id"})
    if request.path.endswith("/odd"):
        return Says({"id": 8, "identifier": "even"})
    return Says({"id": 8, "identifier": "jdoe"})


@pytest.fixture(scope="module")
def mixed_up() -> Iterator[Server]:
    with serve(wrong) as running:
        yield running


def both(url: str) -> tuple[Any, Any]:
    return manage.Client(
        company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=url
    ), automate.Client(server=url, username="jdoe", password="pw")


WRONG: list[tuple[Callable[[Any, Any], Any], str]] = [
    (lambda psa, rmm: psa.service.tickets.get(7), "GET /service/tickets/7: 200: the response has the record with the id 8, not 7"),
    (lambda psa, rmm: psa.service.tickets(7).get(), "id 8, not 7"),
    (lambda psa, rmm: psa.service.tickets(8).notes.get(7), "id 8, not 7"),
    (lambda psa, rmm: psa.service.tickets.patch(7, {"summary": "x"}), "PATCH /service/tickets/7: .* id 8, not 7"),
    (lambda psa, rmm: psa.service.tickets.replace(7, {"summary": "x"}, on_invalid="ignore"), "PUT .* id 8, not 7"),
    (lambda psa, rmm: psa.call_operation("getServiceTicketsById", 7), "id 8, not 7"),
    (lambda psa, rmm: rmm.clients.get(7), "Id 8, not 7"),
    (lambda psa, rmm: rmm.computers.get("7"), "Id 8, not 7"),
    (lambda psa, rmm: rmm.alerts.get(7), "AlertId 8, not 7"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_record_of_another_id_is_an_error(mixed_up: Server, call: Callable[[Any, Any], Any], message: str) -> None:
    psa, rmm = both(mixed_up.url)
    mixed_up.seen.clear()
    with psa, rmm, pytest.raises(WrongRecordError, match=message) as caught:
        call(psa, rmm)
    assert isinstance(caught.value, InvalidResponseError)
    assert "proxy or cache" in str(caught.value)
    # A second attempt would be as wrong, and would repeat the write.
    assert len([seen for seen in mixed_up.seen if "APICredentials" not in seen.path]) == 1


REFUSAL = {"code": "InvalidObject", "message": "ticket object is invalid", "errors": []}
NEW = {"summary": "x", "board": {"id": 1}, "company": {"id": 1}}
ODD_SUCCESSES: list[tuple[object, Callable[[Any, Any], Any], str]] = [
    (None, lambda psa, rmm: psa.service.tickets.get(7), "has no record"),
    (None, lambda psa, rmm: rmm.computers.get(7), "has no record"),
    (b"", lambda psa, rmm: psa.service.tickets(8).notes.get(7), "has no record"),
    (REFUSAL, lambda psa, rmm: psa.service.tickets.get(7), "is an error"),
    (REFUSAL, lambda psa, rmm: psa.service.tickets.create(NEW), "is an error"),
    (REFUSAL, lambda psa, rmm: psa.service.tickets.patch(7, {"summary": "x"}), "is an error"),
    ({"code": "x", "message": "y", "trace": 1}, lambda psa, rmm: rmm.computers.get("7"), "is an error"),
    ({"count": -5}, lambda psa, rmm: psa.service.tickets.count(), "expected a list"),
]


@pytest.mark.parametrize(("body", "call", "message"), ODD_SUCCESSES)
def test_success_without_a_record_is_an_error(body: object, call: Callable[[Any, Any], Any], message: str) -> None:
    def answer(request: Seen) -> Says:
        return Says({"AccessToken": "t", "ExpiresIn": 14400}) if "APICredentials" in request.path else Says(body)

    with serve(answer) as server:
        psa, rmm = both(server.url)
        with psa, rmm, pytest.raises(InvalidResponseError, match=message):
            call(psa, rmm)


@pytest.mark.parametrize("body", [None, b""])
def test_empty_response_to_a_change_passes(body: object) -> None:
    with serve(lambda _: Says(body)) as server:
        psa, rmm = both(server.url)
        with psa, rmm:
            assert psa.service.tickets.patch(7, {"summary": "x"}) is None
            assert psa.service.tickets.create(NEW) is None
            assert psa.service.tickets.delete(7) is None


def test_response_that_cannot_be_compared_passes(mixed_up: Server) -> None:
    psa, rmm = both(mixed_up.url)
    with psa, rmm:
        assert psa.service.tickets.get(7, fields="summary").summary == "no id"
        assert psa.service.tickets.get(8).id == 8
        assert psa.service.tickets.get("0008").id == 8
        assert psa.system.members.get("odd").id == 8
        assert psa.request("GET", "/service/tickets/7").status_code == 200
        assert rmm.clients.get(8).Id == "8"
        # The id at the end of this path is the user's at the identity provider.
        assert psa.call_operation("getSystemSsoUsersByExternalId", 7).id == 8
