"""Send generated requests to a sandbox on loopback: ``python -m scripts.fuzz.sandbox --count 20000 --seed 1``.

Schemathesis reads the OpenAPI document of each product from the server and makes requests for every operation: half of them as the
schema says, half as it does not. No response may be a 500, and every refusal has to be one that the APIs know. A failure is printed
with the options that make it again: ``--product manage --only "POST /service/tickets" --seed 12``.
"""

from __future__ import annotations

import argparse
import json
import sys
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
from tests.sandbox.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRODUCTS = ("manage", "automate")
EXAMPLES = 20
"""How many requests are made for one operation."""

# Large schemas are slow to draw from, and much of the data is thrown away.
_UNCHECKED = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]

REFUSALS = {400, 401, 404, 405, 413, 415}
"""The statuses with which the sandbox may refuse a request."""


class Failure(NamedTuple):
    """A request whose response was wrong."""

    operation: str
    request: str
    response: str


class Result(NamedTuple):
    """The responses by status, the requests that HTTP cannot express, and the failures."""

    operations: int
    statuses: Counter[int]
    unsendable: int
    failures: list[Failure]

    @property
    def requests(self) -> int:
        """Return how many requests were made."""
        return self.statuses.total() + self.unsendable


def fuzz(
    box: Sandbox, product: str, *, count: int, examples: int = EXAMPLES, every: int = 1, seed: int = 0, only: str = ""
) -> Result:
    """Send at most `count` requests to a sandbox that listens: `examples` for each operation, or for every n-th one."""
    root = box.manage_url if product == "manage" else box.automate_url
    schema = schemathesis.openapi.from_url(f"{root}/openapi.json")
    headers = sign_in(box, product)
    result = Result(0, Counter(), 0, [])
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found]
    chosen = [each for each in operations if only.lower() in each.label.lower()][seed % every :: every]
    # A run that is too short for all operations takes others with another seed.
    start = seed * max(1, count // examples) % max(1, len(chosen))
    with requests.Session() as session:
        for operation in chosen[start:] + chosen[:start]:
            if result.requests >= count:
                break
            result = result._replace(operations=result.operations + 1)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for number, case in enumerate(draw(operation, mode, max(1, examples // 2), seed)):
                    if case.path_parameters and mode is GenerationMode.POSITIVE and number % 2 == 0:
                        # Generated ids rarely exist; records with low ids do until a request deletes them.
                        case.path_parameters = dict.fromkeys(case.path_parameters, number // 2 % 3 + 1)
                    result = judge(result, operation.label, send(case, session, headers))
    return result


def sign_in(box: Sandbox, product: str) -> dict[str, str]:
    """Return the headers of a caller that is let in."""
    with ApiClient(box) as api:
        if product == "manage":
            return api.basic
        return {"authorization": f"Bearer {api.sign_in().json()['AccessToken']}", "clientId": "x"}


def draw(operation: Any, mode: GenerationMode, count: int, seed: int) -> Iterator[Any]:
    """Make cases; an operation in which nothing can be made wrong has no negative ones."""
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
    """Send a case and return the response, or None if the case is no HTTP request."""
    options = case.as_transport_kwargs()
    # A negative case may leave out the credentials, and would get no further than 401.
    options["headers"] = CaseInsensitiveDict({**(options.get("headers") or {}), **headers})
    try:
        return requests.Session.request(session, **options, timeout=60, allow_redirects=False)
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError, ValueError):
        return None


def judge(result: Result, label: str, response: requests.Response | None) -> Result:
    """Add a response to a result."""
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
        request = response.request
        body = request.body if isinstance(request.body, (bytes, str)) else None
        text = f"{request.method} {request.url} {(body or '')[:500]!r}"
        result.failures.append(Failure(label, text, f"{response.status_code} {response.text[:300]}"))
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line and return 1 if a response was wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz.sandbox", description="Send generated requests to a sandbox."
    )
    parser.add_argument("--count", type=int, default=20_000, help="requests to each product (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--product", choices=PRODUCTS, action="append", help="default: both")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="operations whose name contains this, as in 'POST /service/tickets'"
    )
    arguments = parser.parse_args(argv)
    wrong = 0
    for product in arguments.product or PRODUCTS:
        with Sandbox(seed=1) as box:
            result = fuzz(box, product, count=arguments.count, seed=arguments.seed, only=arguments.only)
        counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(result.statuses.items()))
        print(f"{product}: {result.requests:,} requests to {result.operations:,} operations; {counts}", flush=True)
        for failure in result.failures[:20]:
            print(
                f"\nFAILED --product {product} --only {failure.operation!r} --seed {arguments.seed}"
                f"\n  request   {failure.request}\n  response  {failure.response}"
            )
        wrong += len(result.failures)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
