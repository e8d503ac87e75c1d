"""First guesses of somebody who knows httpx, openai-python, stripe or SQLAlchemy: each works, or the error names the right form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import cwql
from cwql.automate.fields import Computer
from cwql.manage.fields import Ticket
from cwql.manage.models import Company, CompanyReference
from cwql.manage.models import Contact as ManageContact
from cwql.sandbox import Sandbox

KEYS: dict[str, Any] = {"company_id": "a", "public_key": "b", "private_key": "c", "client_id": "d", "site": "na"}
_MANAGE: Any = partial(cwql.manage.Client, **KEYS)


@pytest.fixture(scope="module")
def sandbox() -> Any:
    with Sandbox() as running:
        yield running


def client(sandbox: Sandbox, product: str = "manage", **options: Any) -> Any:
    module = getattr(cwql, product)
    return module.Client.from_env(environ=sandbox.environment, requests_per_minute=1e6, burst=100_000, **options)


WORKS: dict[str, Callable[[Any, Any], object]] = {
    "a list and its first record": lambda psa, rmm: next(iter(psa.service.tickets.list(limit=1))).id,
    "where by name": lambda psa, rmm: psa.service.tickets.all(where="id = 1"),
    "pages with a total": lambda psa, rmm: next(psa.service.tickets.pages(page_size=5)).total,
    "pages of an iterator": lambda psa, rmm: next(psa.service.tickets.list(page_size=5).pages()).number,
    "the response of a page": lambda psa, rmm: next(psa.service.tickets.pages()).response.status_code,
    "a retry count": lambda psa, rmm: psa.service.tickets.get(1, max_retries=0).id,
    "an httpx timeout": lambda psa, rmm: psa.service.tickets.get(1, timeout=__import__("httpx").Timeout(5.0)).id,
    "further parameters": lambda psa, rmm: psa.service.tickets.get(1, params={"odd": True}).id,
    "other defaults": lambda psa, rmm: psa.with_options(max_retries=0).service.tickets.get(1).id,
    "a raw request": lambda psa, rmm: psa.request("GET", "/service/tickets/1").json()["id"],
    "a record as a mapping": lambda psa, rmm: psa.service.tickets.get(1).to_dict()["id"],
    "a record as JSON": lambda psa, rmm: psa.service.tickets.get(1).to_json(indent=2),
    "custom fields": lambda psa, rmm: psa.service.tickets.get(1).custom_fields["Root Cause"] or "none",
    "a record as an id": lambda psa, rmm: psa.service.tickets.patch(psa.service.tickets.get(1), {"summary": "x"}).id,
    "several calls at once": lambda psa, rmm: psa.run_concurrently(psa.service.tickets.get, [1, 2])[1].result().id,
    "an operation by its id": lambda psa, rmm: psa.call_operation("getServiceTicketsById", 1).id,
    "an id by name": lambda psa, rmm: psa.reference.boards.id_of(psa.service.boards.first().name),
    "several statuses": lambda psa, rmm: psa.service.tickets.count(Ticket.status.name.in_(["New", "Closed"])),
    "joined conditions": lambda psa, rmm: psa.service.tickets.all(cwql.all_of(Ticket.id > 0, Ticket.id < 3)),
    "one of several": lambda psa, rmm: psa.service.tickets.all(cwql.any_of(Ticket.id == 1, Ticket.id == 2)),
    "what would be sent": lambda psa, rmm: psa.service.tickets.preview("id = 1").params,
    "Automate": lambda psa, rmm: rmm.computers.list(Computer.Id == "1", fields=["Id"], ids=[1]).pages(),
    "the address": lambda psa, rmm: psa.base_url,
    "open": lambda psa, rmm: not psa.is_closed,
}


@pytest.mark.parametrize("guess", WORKS)
def test_guess_works(sandbox: Sandbox, guess: str) -> None:
    with client(sandbox) as psa, client(sandbox, "automate") as rmm:
        assert WORKS[guess](psa, rmm)


REFUSED: dict[str, tuple[Callable[[Any, Any], object], type[Exception], str]] = {
    "conditions=": (lambda psa, rmm: psa.service.tickets.list(conditions="id = 1"), TypeError, "write where="),
    "conditions= on Automate": (lambda psa, rmm: rmm.computers.list(condition="Id = 1"), TypeError, "write where="),
    "filter=": (lambda psa, rmm: psa.service.tickets.list(filter="id = 1"), TypeError, "write where="),
    "orderBy=": (lambda psa, rmm: psa.service.tickets.list(orderBy="id"), TypeError, "write order_by="),
    "sort=": (lambda psa, rmm: psa.service.tickets.list(sort="id"), TypeError, "write order_by="),
    "page=": (lambda psa, rmm: psa.service.tickets.list(page=2), TypeError, r"use pages\(\) or limit="),
    "pageSize=": (lambda psa, rmm: psa.service.tickets.list(pageSize=2), TypeError, "write page_size="),
    "per_page=": (lambda psa, rmm: psa.service.tickets.list(per_page=2), TypeError, "write page_size="),
    "columns=": (lambda psa, rmm: psa.service.tickets.list(columns="id"), TypeError, "write fields="),
    "include_fields=": (lambda psa, rmm: rmm.computers.list(include_fields="Id"), TypeError, "write fields="),
    "childConditions=": (
        lambda psa, rmm: psa.company.contacts.list(childConditions="x = 1"),
        TypeError,
        "write child_conditions=",
    ),
    "child_conditions= on Automate": (
        lambda psa, rmm: rmm.computers.list(child_conditions="Id = 1"),
        TypeError,
        "only the lists of manage have it",
    ),
    "concurrency=": (lambda psa, rmm: psa.service.tickets.list(concurrency=4), TypeError, "write parallel="),
    "limt=": (lambda psa, rmm: psa.service.tickets.list(limt=3), TypeError, "did you mean limit"),
    "limit as text": (lambda psa, rmm: psa.service.tickets.list(limit="3"), ValueError, "limit is a number from 1"),
    "limit=0": (lambda psa, rmm: psa.service.tickets.list(limit=0), ValueError, "limit is a number from 1"),
    "count(limit=)": (lambda psa, rmm: psa.service.tickets.count(limit=3), TypeError, "an option of other verbs"),
    "get(parallel=)": (lambda psa, rmm: psa.service.tickets.get(1, parallel=2), TypeError, "this one has .*fields"),
    "max_attempts=": (lambda psa, rmm: psa.service.tickets.get(1, max_attempts=2), TypeError, "write max_retries="),
    "a company as the id of a ticket": (
        lambda psa, rmm: psa.service.tickets.delete(Company(id=5)),
        cwql.InvalidIdError,
        "a Company is no record of /service/tickets, which has Ticket",
    ),
    "a reference to a company as the id of a ticket": (
        lambda psa, rmm: psa.service.tickets.delete(CompanyReference(id=5)),
        cwql.InvalidIdError,
        "a CompanyReference is no record of /service/tickets",
    ),
    "a record of the other product": (
        lambda psa, rmm: rmm.contacts.get(ManageContact(id=5)),
        cwql.InvalidIdError,
        "a Contact is no record of /contacts",
    ),
    "delete(file=)": (lambda psa, rmm: psa.service.tickets.delete(3, file="x"), TypeError, "unknown argument 'file'"),
    "params with a condition": (
        lambda psa, rmm: psa.service.tickets.list(params={"conditions": "id = 1"}),
        TypeError,
        "use where=",
    ),
    "retry=3": (lambda psa, rmm: psa.service.tickets.get(1, retry=3), TypeError, "write max_retries=3"),
    "timeout=None": (lambda psa, rmm: psa.service.tickets.get(1, timeout=None), TypeError, "always a timeout"),
    "get(None)": (lambda psa, rmm: psa.service.tickets.get(None), TypeError, "cannot use None"),
    "delete(None)": (lambda psa, rmm: psa.service.tickets.delete(None), TypeError, "cannot use None"),
    "delete(None) below a record": (
        lambda psa, rmm: psa.procurement.purchaseorders(5).lineitems.delete(None),
        TypeError,
        "cannot use None",
    ),
    "get(id=)": (lambda psa, rmm: psa.service.tickets.get(id=1), TypeError, "by position"),
    "patch with keywords": (
        lambda psa, rmm: psa.service.tickets.patch(1, summary="x"),
        TypeError,
        r"patch\(5, \{'summary': ...\}\)",
    ),
    "create with keywords": (
        lambda psa, rmm: psa.service.tickets.create(summary="x"),
        TypeError,
        r"members of a body go into one mapping",
    ),
    "update": (lambda psa, rmm: psa.service.tickets.update(1, {}), AttributeError, "did you mean 'patch'"),
    "filter()": (lambda psa, rmm: psa.service.tickets.filter("id = 1"), AttributeError, "did you mean 'list'"),
    "a record by index": (lambda psa, rmm: psa.service.tickets.list()[0], TypeError, r"use first\(\) or all\(\)"),
    "the length of a list": (lambda psa, rmm: len(psa.service.tickets.list()), TypeError, r"use count\(\)"),
    "the truth of a list": (lambda psa, rmm: bool(psa.service.tickets.list()), TypeError, r"use first\(\)"),
    "a name in a table": (lambda psa, rmm: "x" in psa.reference.boards, TypeError, r"id_of\(name\)"),
    "a table in a loop": (lambda psa, rmm: list(psa.reference.boards), TypeError, r"iterate over names\(\)"),
    "request to another server": (
        lambda psa, rmm: psa.request("GET", "https://example.com/x"),
        cwql.UntrustedURLError,
        "not an address of",
    ),
    "a positional secret": (lambda psa, rmm: cwql.manage.Client("a", "b"), TypeError, "positional"),  # type: ignore[call-arg]
    "company=": (lambda psa, rmm: cwql.manage.Client(company="a"), TypeError, "did you mean company_id"),  # type: ignore[call-arg]
    "two_factor=": (
        lambda psa, rmm: cwql.automate.Client(two_factor="1"),  # type: ignore[call-arg]
        TypeError,
        "did you mean two_factor_code",
    ),
    "rate_limit=": (
        lambda psa, rmm: _MANAGE(rate_limit=60),
        TypeError,
        "did you mean requests_per_minute",
    ),
    "verify=False": (lambda psa, rmm: _MANAGE(verify=False), cwql.ConfigError, "always verified"),
    "max_retries of the client": (
        lambda psa, rmm: _MANAGE(max_retries=-1),
        ValueError,
        "max_retries is a number from 0",
    ),
    "a limiter as a URL": (
        lambda psa, rmm: _MANAGE(rate_limiter="redis://x"),
        TypeError,
        "cwql.RedisRateLimiter",
    ),
    "RateLimiter(60)": (lambda psa, rmm: cwql.RateLimiter(60), TypeError, "positional"),  # type: ignore[call-arg]
    "RetryPolicy(attempts=)": (lambda psa, rmm: cwql.RetryPolicy(attempts=3), TypeError, "attempts"),  # type: ignore[call-arg]
    "Client(compny=)": (lambda psa, rmm: cwql.manage.Client(compny="a"), TypeError, "did you mean company_id"),  # type: ignore[call-arg]
    "from_env(config=)": (
        lambda psa, rmm: cwql.manage.Client.from_env(config="x", environ={}),  # type: ignore[call-arg]
        TypeError,
        "unknown argument 'config'",
    ),
    "with_options(rate_limiter=)": (
        lambda psa, rmm: psa.with_options(rate_limiter=None),
        TypeError,
        r"limits are shared, .*Client.from_env\(rate_limiter=...\)",
    ),
    "with_options(verify=)": (
        lambda psa, rmm: psa.with_options(verify=True),
        TypeError,
        r"belongs to the connections, .*Client.from_env\(verify=...\)",
    ),
    "with_options(nosuch=)": (
        lambda psa, rmm: psa.with_options(nosuch=1),
        TypeError,
        "expected deadline, event_hooks, headers",
    ),
    "call()": (lambda psa, rmm: psa.call("GET", "/x"), AttributeError, "did you mean 'call_operation'"),
    "raw": (lambda psa, rmm: psa.raw, AttributeError, r"request\(method, path\)"),
    "items before the function": (
        lambda psa, rmm: psa.run_concurrently([1], lambda item: item),
        TypeError,
        "takes the function first",
    ),
    "a path without a verb": (
        lambda psa, rmm: psa.service.tickets.search(),
        TypeError,
        r"/service/tickets/search is a path: call one of its verbs \(create\(\)\)",
    ),
    "from cwql import Client": (lambda psa, rmm: cwql.Client, AttributeError, "from cwql.manage import Client"),  # type: ignore[attr-defined]
    "an error with another name": (
        lambda psa, rmm: cwql.NotFound,  # type: ignore[attr-defined]
        AttributeError,
        "did you mean 'NotFoundError'",
    ),
}


@pytest.mark.parametrize("guess", REFUSED)
def test_guess_names_the_right_form(sandbox: Sandbox, guess: str) -> None:
    act, kind, message = REFUSED[guess]
    with client(sandbox) as psa, client(sandbox, "automate") as rmm:
        dry, other = psa.dry_run(), rmm.dry_run()
        with pytest.raises(kind, match=message):
            act(dry, other)
        assert not dry.plan
        assert not other.plan


def test_errors_have_the_members_of_the_field(sandbox: Sandbox) -> None:
    with client(sandbox) as psa, pytest.raises(cwql.NotFoundError) as caught:
        psa.service.tickets.get(999_999)
    error = caught.value
    assert isinstance(error, cwql.APIStatusError)
    assert error.status_code == 404
    assert error.response is not None
    assert error.response.status_code == 404
    assert isinstance(error.body, dict)
    assert error.request is not None
    assert error.request.method == "GET"
    assert error.request.url.endswith("/service/tickets/999999")
    assert error.retry_after is None
    assert not error.request.headers


def test_the_environment_is_read_without_arguments(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    with cwql.manage.Client() as psa:
        assert psa.base_url.startswith(sandbox.url)
    assert psa.is_closed


def test_a_record_and_a_reference_are_ids_of_their_own_path(sandbox: Sandbox) -> None:
    with client(sandbox) as psa, client(sandbox, "automate") as rmm:
        ticket = psa.service.tickets.get(5)
        assert psa.service.tickets.get(ticket).id == 5
        assert psa.company.companies.get(ticket.company).id == ticket.company.id
        board = psa.service.boards.first()
        assert psa.service.boards.get(board).id == board.id
        status = psa.service.boards(board.id).statuses.first()
        assert psa.service.boards(board.id).statuses.get(status).id == status.id
        computer = rmm.Computers.first()
        assert rmm.Computers.get(computer).Id == computer.Id


def test_names_are_not_found_by_index_on_asynchronous_clients(sandbox: Sandbox) -> None:
    async def main() -> int:
        async with cwql.manage.AsyncClient.from_env(environ=sandbox.environment) as psa:
            with pytest.raises(TypeError, match=r"write await boards.id_of\('Help Desk'\)"):
                psa.reference.boards["Help Desk"]
            return int(await psa.reference.boards.id_of("Help Desk"))

    assert asyncio.run(main()) == 1


def test_asynchronous_clients_are_closed_as_those_of_httpx(sandbox: Sandbox) -> None:
    async def main() -> int:
        psa = cwql.manage.AsyncClient.from_env(environ=sandbox.environment)
        try:
            return (await psa.service.tickets.get(1)).id
        finally:
            await psa.aclose()

    assert asyncio.run(main()) == 1
