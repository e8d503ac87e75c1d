"""A small run of random calls; ``python -m scripts.fuzz.agents`` makes many more."""

from __future__ import annotations

import pytest

from scripts.fuzz import agents


def test_random_calls_break_no_promise() -> None:
    counts = agents.run(range(1, 7))
    assert counts.total() == 600
    assert counts["answered"] > 100
    assert counts["hidden-field"] > 10


def test_shown_canary_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "read_paths", lambda names: ())
    with pytest.raises(agents.Failure, match="a hidden value is shown"):
        agents.run(range(1, 7))
