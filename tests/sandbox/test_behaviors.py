"""The examples of the table of behaviors: each request gets the status and the text that the page promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cwql.sandbox import Sandbox
from cwql.sandbox.behaviors import BEHAVIORS, EVIDENCE, Behavior, Example
from tests.sandbox.api_client import ApiClient

EXAMPLES = [(behavior, example) for behavior in BEHAVIORS for example in behavior.examples]


@pytest.fixture(scope="module")
def own() -> Iterator[ApiClient]:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        yield api
    sandbox.close()


@pytest.mark.parametrize(("behavior", "example"), EXAMPLES, ids=[f"{b.topic}-{e.path}" for b, e in EXAMPLES])
def test_example_gets_the_promised_response(own: ApiClient, behavior: Behavior, example: Example) -> None:
    method, path, body, status, text, product = example
    send = own.manage if product == "manage" else own.automate
    response = send(method, path, **({} if body is None else {"json": body}))
    shown = f"{response.headers} {response.text}"
    assert (response.status_code, text in shown) == (status, True), (behavior.text, shown)


def test_every_behavior_names_its_evidence() -> None:
    for behavior in BEHAVIORS:
        assert behavior.evidence in EVIDENCE
        assert behavior.source or behavior.evidence == "none", behavior.text
        assert re.fullmatch(r"[A-Z`].*\.", behavior.text), behavior.text
    assert len({behavior.text for behavior in BEHAVIORS}) == len(BEHAVIORS)
