"""The clients' fault matrix, paging and tokens against the sandbox over loopback: nothing lost, nothing doubled."""

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
from cwql.sandbox import Credentials, Sandbox
from tests.client.fault_server import FastClock

KINDS: dict[str, dict[str, Any]] = {
    "manage": {"sync": Client, "async": AsyncClient},
    "automate": {"sync": Automate, "async": AsyncAutomate},
}
PLACES = {"manage": ("service/tickets", "id", 40), "automate": ("computers", "Id", 9)}
CURED = ("429:1:2", "500:1:2", "502:1:1", "503:1:2", "504:1:1", "reset:1:2", "truncated:1:2", "gzip:1:1")
SHARES = ("429:0.3", "503:0.3", "reset:0.2", "truncated:0.2")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def calm(box: Sandbox) -> Iterator[None]:
    yield
    box.faults.clear()


def pull(box: Sandbox, product: str, mode: str, where: str | None = None, **options: Any) -> list[Any]:
    """Return the ids of a list that is pulled in pages, with waits that pass at once."""
    path, key, size = PLACES[product]
    given = {
        "environ": box.environment, "per_minute": 1e6, "burst": 100_000, "clock": FastClock(),
        "retry": RetryPolicy(attempts=12, deadline=None), **options,
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


def expected(box: Sandbox, product: str) -> list[Any]:
    path, key, _ = PLACES[product]
    record = "Ticket" if "tickets" in path else "Computer"
    return [row.document[key] for row in box.store.find(product, record)]


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("product", list(KINDS))
@pytest.mark.parametrize("fault", [*CURED, *SHARES])
def test_a_list_comes_whole_through_faults(box: Sandbox, fault: str, product: str, mode: str) -> None:
    whole = expected(box, product)
    assert len(whole) > 3 * PLACES[product][2]
    served = box.handler.served
    box.faults.add(fault)
    assert pull(box, product, mode) == whole
    pages = -(-len(whole) // PLACES[product][2])
    # A share of requests may be none of a few.
    assert box.handler.served - served > pages - (fault in SHARES)


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
def test_faults_that_do_not_end_are_named(box: Sandbox, fault: str, kind: type[APIError], product: str) -> None:
    box.faults.add(fault)
    with pytest.raises(kind):
        pull(box, product, "sync", retry=RetryPolicy(attempts=3))


@pytest.mark.parametrize("contract", ["documented", "observed"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_tokens_that_expire_are_renewed_in_the_middle_of_a_list(contract: Any, mode: str) -> None:
    with Sandbox(contract=contract, faults=["expired:0.4"], seed=2) as box:
        assert pull(box, "automate", mode) == expected(box, "automate")
        assert box.handler.tokens.signings > 1


@pytest.mark.parametrize("contract", ["documented", "observed"])
def test_a_second_factor(contract: Any) -> None:
    with Sandbox(contract=contract, credentials=Credentials(two_factor_code="246810")) as box:
        assert pull(box, "automate", "sync") == expected(box, "automate")
        wrong = {**box.environment, "CONNECTWISE_AUTOMATE_2FA": "000000"}
        with pytest.raises(AuthenticationError):
            pull(box, "automate", "sync", environ=wrong)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_records_that_come_and_go_between_pages(mode: str) -> None:
    with Sandbox(faults=["churn"], seed=4) as box:
        before = set(expected(box, "manage"))
        found = pull(box, "manage", mode)
        after = set(expected(box, "manage"))
        assert len(found) == len(set(found))
        assert before != after
        # What was there all the time is in the list.
        assert before & after <= set(found)


def test_the_rate_that_a_server_grants_is_kept() -> None:
    clock = FastClock()
    with Sandbox(rate=3, clock=clock.wall) as box:
        assert pull(box, "manage", "sync", clock=clock) == expected(box, "manage")
        assert max(clock.waits) > 1


@pytest.mark.parametrize(
    ("product", "name", "said"),
    [
        ("manage", "CONNECTWISE_PRIVATE_KEY", "check company id, public key and private key"),
        ("manage", "CONNECTWISE_PUBLIC_KEY", "check company id, public key and private key"),
        ("automate", "CONNECTWISE_AUTOMATE_PASSWORD", "The username or password is not valid"),
    ],
)
def test_the_sandbox_s_own_keys_are_no_words_of_its_messages(box: Sandbox, product: str, name: str, said: str) -> None:
    client_of = KINDS[product]["sync"]
    wrong = {**box.environment, name: "something-wrong"}
    with client_of.from_env(environ=wrong) as client, pytest.raises(AuthenticationError) as caught:
        client.ping()
    assert said in str(caught.value)
    assert "***" not in str(caught.value)
