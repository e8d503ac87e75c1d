"""The clients against the sandbox over loopback, with faults, paging and tokens: no record is lost or duplicated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from cwql.automate import AsyncClient as AsyncAutomate
from cwql.automate import Client as Automate
from cwql.client.errors import APIConnectionError, APIError, AuthenticationError, RateLimitError, ServerError
from cwql.client.retry import RetryPolicy
from cwql.manage import AsyncClient, Client
from cwql.sandbox import Sandbox
from tests.client.fault_server import FastClock

KINDS: dict[str, dict[str, Any]] = {
    "manage": {"sync": Client, "async": AsyncClient},
    "automate": {"sync": Automate, "async": AsyncAutomate},
}
PLACES = {"manage": ("service/tickets", "id", 40), "automate": ("computers", "Id", 9)}
TEMPORARY = ("429:1:2", "500:1:2", "502:1:1", "503:1:2", "504:1:1", "reset:1:2", "truncated:1:2", "gzip:1:1")
SHARES = ("429:0.3", "503:0.3", "reset:0.2", "truncated:0.2")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def calm(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.faults.clear()


def pull(sandbox: Sandbox, product: str, mode: str, where: str | None = None, **options: Any) -> list[Any]:
    """Return the ids of a list that is read in pages, without waiting."""
    path, key, size = PLACES[product]
    given = {
        "environ": sandbox.environment, "requests_per_minute": 1e6, "burst": 100_000, "clock": FastClock(),
        "retry": RetryPolicy(max_retries=11, deadline=None), **options,
    }  # fmt: skip
    client_of = KINDS[product][mode]

    def place(client: Any) -> Any:
        for name in path.split("/"):
            client = getattr(client, name)
        return client

    async def tasks() -> list[Any]:
        async with client_of.from_env(**given) as client:
            return [getattr(record, key) async for record in place(client).list(where, page_size=size)]

    if mode == "async":
        return asyncio.run(tasks())
    with client_of.from_env(**given) as client:
        return [getattr(record, key) for record in place(client).list(where, page_size=size)]


def expected(sandbox: Sandbox, product: str) -> list[Any]:
    path, key, _ = PLACES[product]
    record = "Ticket" if "tickets" in path else "Computer"
    return [row.document[key] for row in sandbox._store.find(product, record)]


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("product", list(KINDS))
@pytest.mark.parametrize("fault", [*TEMPORARY, *SHARES])
def test_list_is_complete_despite_faults(sandbox: Sandbox, fault: str, product: str, mode: str) -> None:
    whole = expected(sandbox, product)
    assert len(whole) > 3 * PLACES[product][2]
    served = sandbox._handler.requests
    sandbox.faults.add(fault)
    assert pull(sandbox, product, mode) == whole
    pages = -(-len(whole) // PLACES[product][2])
    # A share of a few requests may be none.
    assert sandbox._handler.requests - served > pages - (fault in SHARES)


@pytest.mark.parametrize("product", list(KINDS))
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", RateLimitError),
        ("503", ServerError),
        ("reset", APIConnectionError),
        ("401", AuthenticationError),
        ("404", APIError),
    ],
)
def test_permanent_fault_raises_its_error(sandbox: Sandbox, fault: str, kind: type[APIError], product: str) -> None:
    sandbox.faults.add(fault)
    with pytest.raises(kind):
        pull(sandbox, product, "sync", retry=RetryPolicy(max_retries=2))


@pytest.mark.parametrize("contract", ["documented", "observed"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_expired_token_is_renewed_inside_a_list(contract: Any, mode: str) -> None:
    with Sandbox(contract=contract, faults=["expired:0.4"], seed=2) as sandbox:
        assert pull(sandbox, "automate", mode) == expected(sandbox, "automate")
        assert sandbox._handler.token_auth.issued > 1


@pytest.mark.parametrize("contract", ["documented", "observed"])
def test_second_factor(contract: Any) -> None:
    with Sandbox(contract=contract, two_factor_code="246810") as sandbox:
        assert pull(sandbox, "automate", "sync") == expected(sandbox, "automate")
        wrong = {**sandbox.environment, "CONNECTWISE_AUTOMATE_2FA": "000000"}
        with pytest.raises(AuthenticationError):
            pull(sandbox, "automate", "sync", environ=wrong)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_records_added_and_removed_between_pages(mode: str) -> None:
    with Sandbox(faults=["churn"], seed=4) as sandbox:
        before = set(expected(sandbox, "manage"))
        found = pull(sandbox, "manage", mode)
        after = set(expected(sandbox, "manage"))
        assert len(found) == len(set(found))
        assert before != after
        # Records that existed all the time are in the list.
        assert before & after <= set(found)


def test_rate_limit_of_the_server_is_respected() -> None:
    clock = FastClock()
    with Sandbox(requests_per_minute=3, clock=clock.wall) as sandbox:
        assert pull(sandbox, "manage", "sync", clock=clock) == expected(sandbox, "manage")
        assert max(clock.waits) > 1


@pytest.mark.parametrize(
    ("product", "name", "said"),
    [
        ("manage", "CONNECTWISE_PRIVATE_KEY", "check company id, public key and private key"),
        ("manage", "CONNECTWISE_PUBLIC_KEY", "check company id, public key and private key"),
        ("automate", "CONNECTWISE_AUTOMATE_PASSWORD", "The username or password is not valid"),
    ],
)
def test_wrong_credentials_are_not_in_messages(sandbox: Sandbox, product: str, name: str, said: str) -> None:
    client_of = KINDS[product]["sync"]
    wrong = {**sandbox.environment, name: "something-wrong"}
    with client_of.from_env(environ=wrong) as client, pytest.raises(AuthenticationError) as caught:
        client.ping()
    assert said in str(caught.value)
    assert "***" not in str(caught.value)
