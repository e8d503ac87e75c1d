"""Plans of writes: what `plan` showed is what `apply` sends, once."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from secrets import token_urlsafe

from cwql.mcp.refusal import Refusal
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.mcp.targets import Target

OPEN = 32
"""How many plans are remembered; the oldest are forgotten."""

SECONDS = 600.0
"""How long a plan can be applied."""


class Plan(Value):
    """One write. `body` is JSON text, so that nothing can change it; `preview` is the request that was shown."""

    target: Target
    action: str
    id: int | str | None
    body: str
    preview: tuple[str, str, str]
    made_at: float

    @property
    def content(self) -> object:
        """Return the body as data."""
        return json.loads(self.body)


class Plans:
    """The plans of a session that can be applied."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._plans: OrderedDict[str, Plan] = OrderedDict()
        self._now = now

    def now(self) -> float:
        """Return the time, in seconds."""
        return self._now()

    def add(self, plan: Plan) -> str:
        """Return the name of a plan."""
        name = token_urlsafe(16)
        self._plans[name] = plan
        while len(self._plans) > OPEN:
            self._plans.popitem(last=False)
        return name

    def take(self, name: str) -> Plan:
        """Return a plan and forget it, so that it is applied once at most. Raises Refusal if there is none."""
        plan = self._plans.pop(name, None)
        if plan is None or self._now() - plan.made_at > SECONDS:
            raise Refusal(
                "plan",
                "unknown, expired or applied plan",
                argument="plan",
                hint="read the record to see whether it was applied, then plan again",
            )
        return plan
