"""The calls on the page about assistants have the results that the page shows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from cwql.mcp.tools import TOOLS
from scripts.constraints import ROOT

if TYPE_CHECKING:
    from tests.mcp.assistant import Assistant

PAGE = (ROOT / "docs" / "guides" / "agents.md").read_text(encoding="utf-8")
BLOCKS = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]
CALLS = [(BLOCKS[at], BLOCKS[at + 1]) for at, block in enumerate(BLOCKS) if set(block) == {"name", "arguments"}]


@pytest.mark.parametrize(("call", "result"), CALLS)
def test_results_are_those_of_the_server(
    assistant: Assistant, call: dict[str, object], result: dict[str, object]
) -> None:
    found = assistant.call(str(call["name"]), **call["arguments"]).structured_content  # type: ignore[arg-type]
    if "cursor" in result:
        assert len(found["cursor"]) == len(str(result["cursor"]))
        found["cursor"] = result["cursor"]
    assert found == result


def test_page_has_calls_and_names_every_tool() -> None:
    assert len(CALLS) >= 2
    for tool in TOOLS:
        assert f"`{tool.name}`" in PAGE
