"""The picture in the README shows the current output of the commands."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from scripts.docs.picture import COMMANDS, PICTURE, draw, record


def test_picture_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(record()), "run make pages"


def test_picture_shows_every_command_and_its_diagnostic() -> None:
    root = ET.fromstring(PICTURE.read_text(encoding="utf-8"))
    rows = ["".join(row.itertext()) for row in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [row[2:] for row in rows if row.startswith("$ ")] == list(COMMANDS)
    assert len({code for row in rows for code in re.findall(r"CW\d{3}", row)}) >= 3
    assert all(len(row) <= 104 for row in rows), "a line is wider than the picture"
