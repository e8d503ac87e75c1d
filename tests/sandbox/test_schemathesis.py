"""A sample of what ``make fuzz-sandbox`` asks: hostile requests made from the sandbox's own OpenAPI documents, over HTTP."""

from __future__ import annotations

import pytest

from cwql.sandbox import Sandbox

fuzzing = pytest.importorskip("tests.fuzz_sandbox", exc_type=ModuleNotFoundError)


@pytest.mark.parametrize(("product", "every"), [("manage", 60), ("automate", 6)])
def test_no_request_is_a_fault_of_the_server(product: str, every: int) -> None:
    with Sandbox() as box:
        result = fuzzing.fuzz(box, product, examples=4, every=every, seed=11)
    assert result.failures == []
    assert result.operations > 30
    assert result.statuses.total() > 100
    assert {200, 400, 404} <= set(result.statuses)
