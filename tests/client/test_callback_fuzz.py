"""A small run of ``python -m scripts.fuzz.callbacks``, and a receiver that accepts too much."""

from __future__ import annotations

import re

import pytest

from cwql import Secret
from cwql.client import webhook
from scripts.fuzz import callbacks


def test_nothing_forged_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert callbacks.main(["--count", "5000", "--seed", "1"]) == 0
    printed = capsys.readouterr().out
    assert "5,000 addresses and 500 callbacks" in printed
    assert "callback: genuine: 1" in printed
    assert "ACCEPTED" not in printed


WEAK = {
    "any path": (webhook, "_PATH", re.compile(r"/.*")),
    "any company": (webhook, "same_company", lambda found, company_id: True),
    "any signature": (webhook, "signature_matches", lambda key, body, signature: True),
    "any text as a key": (webhook, "_read_key", lambda content: Secret(content.decode())),
}


@pytest.mark.parametrize("weakness", WEAK)
def test_weak_receiver_is_found(
    weakness: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(*WEAK[weakness])
    if weakness == "any text as a key":
        # The path keeps public texts from being keys, so both have to be weak.
        monkeypatch.setattr(*WEAK["any path"])
    assert callbacks.main(["--count", "1500", "--seed", "1"]) == 1
    printed = capsys.readouterr().out
    assert "FORGED ACCEPTED" in printed or "GENUINE REFUSED" in printed
    assert re.search(r"again: --seed \d+ --count 1", printed)
