"""`Session`: what the calls of one run of the server share: clients, budget, counts, open lists and plans."""

from __future__ import annotations

from collections import OrderedDict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cwql.client.credentials import hide_environment
from cwql.client.limit import RateLimiter
from cwql.client.settings import read_settings
from cwql.errors import ConfigError
from cwql.mcp.cursors import Cursors
from cwql.mcp.plans import Plans
from cwql.mcp.policy import Budget, Policy
from cwql.mcp.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.client.effects import Flow
    from cwql.client.limit import Bucket

REFERENCE_TTL = 300.0
"""Seconds for which names of boards, statuses, members and others are remembered."""

COUNTS = 1_000
"""How many counts are remembered."""

DEADLINE = 60.0
"""Seconds that one call of a server may take, with all its retries."""


class CountedBucket:
    """A bucket that takes each request from the budget of the session as well, retries and sign-ins included."""

    def __init__(self, bucket: Bucket, budget: Budget) -> None:
        self._bucket = bucket
        self._budget = budget

    def _take(self) -> Flow[None]:
        """Wait until one request may go. Raises Refusal if the budget is used up."""
        self._budget.take("requests")
        yield from self._bucket._take()

    def _hold(self, seconds: float) -> None:
        """Admit nothing for a while."""
        self._bucket._hold(seconds)

    def _adjust(self, per_minute: float | None, remaining: int | None) -> None:
        """Adopt the server's limit."""
        self._bucket._adjust(per_minute, remaining)


class Session:
    """The state of one run of the server.

    Keys come from `environ` or a profile of the file that it names (`cwql.client.settings`), never from a call. `settings` are
    further arguments of the clients.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        profile: str | None = None,
        profiles_file: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self.budget = Budget(self.policy.requests, self.policy.records)
        self.cursors = Cursors()
        self.plans = Plans()
        self._counts: OrderedDict[object, int] = OrderedDict()
        # Hidden, so that nothing that shows this object shows a key.
        self._environ = hide_environment(environ)
        self._profile = profile
        self._profiles_file = profiles_file
        self._settings = dict(settings or {})
        self._clients: dict[str, Any] = {}
        self._blocking: dict[str, Any] = {}

    def client(self, product: str) -> Any:
        """Return the asynchronous client of a product, made at its first use. Raises Refusal without settings for it."""
        client = self._clients.get(product)
        if client is None:
            client = self._clients[product] = self._open(product, "AsyncClient")
        return client

    def blocking_client(self, product: str) -> Any:
        """Return the client of a product for other threads, made at its first use. Raises Refusal without settings for it."""
        client = self._blocking.get(product)
        if client is None:
            client = self._blocking[product] = self._open(product, "Client")
        return client

    def _open(self, product: str, kind: str) -> Any:
        from cwql.client.retry import RetryPolicy

        try:
            found = read_settings(product, {}, self._environ, self._profile, self._profiles_file)
        except ConfigError as error:
            # The message names variables and profiles, never their values.
            raise Refusal(
                "settings", str(error), hint="whoever runs the server sets them in its environment, or a profile"
            ) from None
        found |= self._settings
        limiter = RateLimiter(requests_per_minute=found.pop("requests_per_minute", 60.0), burst=found.pop("burst", 60))
        module = import_module(f"cwql.{product}")
        return getattr(module, kind)(
            **found,
            rate_limiter=CountedBucket(limiter, self.budget),
            reference_ttl=REFERENCE_TTL,
            retry=RetryPolicy(max_retries=2, deadline=DEADLINE),
        )

    def remember_count(self, key: object, count: int) -> None:
        """Remember how many records a query has."""
        self._counts[key] = count
        self._counts.move_to_end(key)
        if len(self._counts) > COUNTS:
            self._counts.popitem(last=False)

    def find_count(self, key: object) -> int | None:
        """Return how many records a query had when it was counted, or None."""
        return self._counts.get(key)

    async def close(self) -> None:
        """Close open lists and connections."""
        await self.cursors.close()
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()
        for client in self._blocking.values():
            client.close()
        self._blocking.clear()
