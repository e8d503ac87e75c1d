"""Hostile requests: ``python -m tests.fuzz_sandbox`` asks a sandbox on loopback what its own OpenAPI documents allow, and what they do not.

Schemathesis reads each document from the server, and makes requests for every operation: half of them as the schema says, half
as it does not. Whatever is asked, no answer is a 500, and every refusal is one that the APIs know. A failure is printed with
what makes it again: ``python -m tests.fuzz_sandbox --product manage --only "POST /service/tickets" --seed 12``.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import InvalidArgument, Unsatisfiable
from requests.structures import CaseInsensitiveDict
from schemathesis.generation import GenerationMode

from cwql.sandbox import Sandbox
from tests.sandbox.asking import Asker

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCTS = ("manage", "automate")
# Large schemas are slow to draw from, and much of what is drawn is thrown away.
_UNCHECKED = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]

REFUSALS = {400, 401, 404, 405, 413}
"""What the sandbox may answer a request that it does not take."""


class Failure(NamedTuple):
    """Hold a request that was not answered as it should be."""

    operation: str
    request: str
    answer: str


class Result(NamedTuple):
    """Count the answers by status, and the requests that could not be written down at all; keep the failures."""

    operations: int
    statuses: Counter[int]
    unsendable: int
    failures: list[Failure]


def fuzz(
    box: Sandbox, product: str, *, examples: int, every: int = 1, seed: int = 0, only: str = "", seconds: float = 1e9
) -> Result:
    """Ask a sandbox that listens: so many examples for each operation, of which every so many-th is taken; stop after `seconds`."""
    root = box.manage_url if product == "manage" else box.automate_url
    schema = schemathesis.openapi.from_url(f"{root}/openapi.json")
    headers = sign_in(box, product)
    result = Result(0, Counter(), 0, [])
    ends = time.monotonic() + seconds
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found]
    chosen = [each for each in operations if only.lower() in each.label.lower()][seed % every :: every]
    with requests.Session() as session:
        for operation in chosen:
            if time.monotonic() > ends:
                break
            result = result._replace(operations=result.operations + 1)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for number, case in enumerate(draw(operation, mode, max(1, examples // 2), seed)):
                    if case.path_parameters and mode is GenerationMode.POSITIVE and number % 2 == 0:
                        # Ids that are drawn lead nowhere; records with low ones are there until one deletes them.
                        case.path_parameters = dict.fromkeys(case.path_parameters, number // 2 % 3 + 1)
                    result = judge(result, operation.label, send(case, session, headers))
    return result


def sign_in(box: Sandbox, product: str) -> dict[str, str]:
    """Return the headers of somebody who may ask."""
    with Asker(box) as asker:
        if product == "manage":
            return asker.basic
        return {"authorization": f"Bearer {asker.sign_in().json()['AccessToken']}", "clientId": "x"}


def draw(operation: Any, mode: GenerationMode, count: int, seed: int) -> Iterator[Any]:
    """Make cases; an operation without anything to make wrong has no negative ones."""
    cases: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=_UNCHECKED,
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        cases.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            collect()
        except (Unsatisfiable, InvalidArgument):
            pass
    return iter(cases)


def send(case: Any, session: requests.Session, headers: dict[str, str]) -> requests.Response | None:
    """Send a case; None for what is no HTTP request."""
    asked = case.as_transport_kwargs()
    # A negative case may leave out who asks, and would get no further than 401.
    asked["headers"] = CaseInsensitiveDict({**(asked.get("headers") or {}), **headers})
    try:
        return requests.Session.request(session, **asked, timeout=60, allow_redirects=False)
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError, ValueError):
        return None


def judge(result: Result, label: str, response: requests.Response | None) -> Result:
    """Add an answer to a result."""
    if response is None:
        return result._replace(unsendable=result.unsendable + 1)
    result.statuses[response.status_code] += 1
    wrong = response.status_code >= 400 and response.status_code not in REFUSALS
    if response.status_code in REFUSALS:
        try:
            wrong = not isinstance(json.loads(response.content), dict)
        except ValueError:
            wrong = response.status_code != 413
    if wrong:
        asked = response.request
        body = asked.body if isinstance(asked.body, (bytes, str)) else None
        text = f"{asked.method} {asked.url} {(body or '')[:500]!r}"
        result.failures.append(Failure(label, text, f"{response.status_code} {response.text[:300]}"))
    return result


def main(argv: list[str] | None = None) -> int:
    """Ask a sandbox of both products; return 1 where an answer was wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz_sandbox", description="Put hostile requests to a sandbox."
    )
    parser.add_argument("--product", choices=PRODUCTS, action="append", help="default: both")
    parser.add_argument("--examples", type=int, default=20, help="requests for each operation (default: 20)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the clock")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="operations whose name has this, as in 'POST /service/tickets'"
    )
    parser.add_argument("--minutes", type=float, default=30, help="stop after so many for each product (default: 30)")
    arguments = parser.parse_args(argv)
    wrong = 0
    for product in arguments.product or PRODUCTS:
        with Sandbox(seed=1) as box:
            result = fuzz(
                box, product, examples=arguments.examples, seed=arguments.seed, only=arguments.only,
                seconds=arguments.minutes * 60,
            )  # fmt: skip
        counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(result.statuses.items()))
        print(f"{product}, seed {arguments.seed}: {result.operations:,} operations; {counts}", flush=True)
        for failure in result.failures[:20]:
            print(f"\nFAILED {failure.operation}\n  asked    {failure.request}\n  answered {failure.answer}")
        wrong += len(result.failures)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
