"""What callers choose is not kept for ever: totals, callers, tokens, statements, texts and uploads are bounded."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from cwql.sandbox import Sandbox
from cwql.sandbox.messages import Request
from cwql.sandbox.store.counts import ENTRIES, SIZE_LIMIT, CountCache, is_cacheable
from tests.sandbox.api_client import ApiClient

SEARCH = "/v4_6_release/apis/3.0/service/tickets/search"
PADDING = "x" * 3_000


@pytest.fixture
def small() -> Iterator[Sandbox]:
    """Return a sandbox with two tickets."""
    sandbox = Sandbox(size="empty", requests_per_minute=1_000_000)
    sandbox._store.add("manage", "Ticket", [{"summary": "a"}, {"summary": "b"}])
    yield sandbox
    sandbox.close()


def search(sandbox: Sandbox, condition: str, authorization: str) -> int:
    headers = {"authorization": authorization, "clientid": "x"}
    body = json.dumps({"conditions": condition}).encode()
    return sandbox._handle(Request("POST", SEARCH, (), headers, body)).status


def measure_growth(act: Callable[[int], object], count: int) -> int:
    """Return by how many bytes memory grows in the second half of so many calls."""
    tracemalloc.start()
    try:
        for number in range(count // 2):
            act(number)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(count // 2, count):
            act(number)
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", ["summary = '{}'", "summary in ('{}', 'a')"])
def test_conditions_are_not_kept(small: Sandbox, form: str) -> None:
    allowed = ApiClient(small).basic["authorization"]

    def ask(number: int) -> None:
        assert search(small, form.format(f"{number}{PADDING}"), allowed) == 200

    # Each text alone would be 3 KB.
    assert measure_growth(ask, 2 * ENTRIES + 800) < 400 * 3_000 / 4


def test_callers_are_not_kept(small: Sandbox) -> None:
    def ask(number: int) -> None:
        assert search(small, "id = 1", f"Basic {number}{PADDING}") == 401

    assert measure_growth(ask, 3_000) < 1_500 * 3_000 / 4


def test_tokens_are_not_kept_after_they_expire() -> None:
    now = 0.0
    sandbox = Sandbox(size="empty", token_lifetime=60, clock=lambda: now)
    with ApiClient(sandbox) as api:

        def sign_in(number: int) -> None:
            nonlocal now
            now += 86_400
            assert api.sign_in().status_code == 200

        assert measure_growth(sign_in, 2_000) < 1_000 * 64
    sandbox.close()


def test_oldest_token_ends_first_if_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwql.sandbox.auth.TOKENS_LIMIT", 3)
    sandbox = Sandbox(size="empty")
    with ApiClient(sandbox) as api:
        tokens = [api.sign_in().json()["AccessToken"] for _ in range(5)]
        statuses = [
            api.http.get(f"{sandbox.automate_url}/Clients", headers={"authorization": f"Bearer {token}"}).status_code
            for token in tokens
        ]
    assert statuses == [401, 401, 200, 200, 200]
    sandbox.close()


def test_caller_that_asks_most_is_still_limited_among_many() -> None:
    sandbox = Sandbox(size="empty", requests_per_minute=60, clock=lambda: 1.0)
    allowed = ApiClient(sandbox).basic["authorization"]
    statuses = []
    for number in range(100):
        search(sandbox, "id = 1", f"Basic {number}")
        statuses.append(search(sandbox, "id = 1", allowed))
    assert statuses == [200] * 60 + [429] * 40
    sandbox.close()


def test_bytes_of_a_deleted_document_are_not_kept(small: Sandbox) -> None:
    with ApiClient(small) as api:

        def upload(number: int) -> None:
            form = {"recordType": "Ticket", "recordId": "1"}
            made = api.manage("POST", "/system/documents", data=form, files={"file": ("x.bin", b"x" * 50_000)})
            assert made.status_code == 201
            assert api.manage("DELETE", f"/system/documents/{made.json()['id']}").status_code == 204

        assert measure_growth(upload, 60) < 30 * 50_000 / 4


def test_latest_deliveries_are_kept(monkeypatch: pytest.MonkeyPatch, small: Sandbox) -> None:
    monkeypatch.setattr("cwql.sandbox.server.DELIVERIES_LIMIT", 2)
    entries = [{"url": f"https://example.com/{number}", "type": "ticket", "objectId": 0} for number in range(3)]
    small._store.add("manage", "CallbackEntry", entries)
    with ApiClient(small) as api:
        patch = [{"op": "replace", "path": "summary", "value": "c"}]
        assert api.manage("PATCH", "/service/tickets/1", json=patch).status_code == 200
    small.wait()
    assert small.deliveries == [(f"https://example.com/{number}1&action=updated", None) for number in (1, 2)]


def test_count_cache_drops_what_was_used_least() -> None:
    cache = CountCache()
    for number in range(ENTRIES):
        cache.put(number, number)
    assert cache.get(0) == 0
    cache.put("new", 5)
    assert len(cache) == ENTRIES
    assert (cache.get(0), cache.get(1), cache.get("new")) == (0, None, 5)


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("a" * SIZE_LIMIT, (), True),
        ("a" * SIZE_LIMIT, (1,), False),
        ("a", ("b" * SIZE_LIMIT,), False),
        ("a", ("b" * (SIZE_LIMIT - 1),), True),
        ("a", (1.5,) * SIZE_LIMIT, False),
    ],
)
def test_long_condition_is_not_cached(condition: str, values: tuple[object, ...], expected: bool) -> None:
    assert is_cacheable(condition, values) is expected


def test_count_follows_writes(small: Sandbox) -> None:
    count = small._store.count
    assert (count("manage", "Ticket"), count("manage", "Ticket")) == (2, 2)
    small._store.add("manage", "Ticket", [{"summary": "c"}])
    assert count("manage", "Ticket") == 3
    small._store.delete("manage", "Ticket", 1)
    assert count("manage", "Ticket") == 2
    assert count("manage", "Company") == 0
