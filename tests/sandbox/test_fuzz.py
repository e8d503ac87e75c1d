"""A small run of ``python -m scripts.fuzz.sandbox``: generated requests over HTTP."""

from __future__ import annotations

import pytest

from cwql.sandbox import Sandbox

fuzzing = pytest.importorskip("scripts.fuzz.sandbox", exc_type=ModuleNotFoundError)


@pytest.mark.parametrize(("product", "every"), [("manage", 60), ("automate", 6)])
def test_no_request_is_an_internal_error(product: str, every: int) -> None:
    with Sandbox() as sandbox:
        result = fuzzing.fuzz(sandbox, product, count=2_500, examples=4, every=every, seed=11)
    assert result.failures == []
    assert result.operations > 30
    assert result.statuses.total() > 100
    assert {200, 400, 404} <= set(result.statuses)
