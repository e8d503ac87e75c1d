"""The tour shows at least twenty mistakes. `test_pages` runs its blocks."""

from __future__ import annotations

import re

from scripts.docs.blocks import COMMAND, DOCS, blocks

TOUR = (DOCS / "tour.md").read_text(encoding="utf-8")


def test_tour_shows_twenty_mistakes_and_each_is_reported() -> None:
    sessions = [block.body for block in blocks(TOUR) if block.language == "console"]
    commands = [command for body in sessions for _, command in COMMAND.findall(body)]
    assert len({command for command in commands if command.startswith("cwql check")}) >= 20
    assert all(re.search(r"\bCW[0-9]{3}\b", body) for body in sessions)
