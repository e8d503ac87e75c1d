"""The check of the built site reports broken links and external resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.docs.check_site import find_problems, main

if TYPE_CHECKING:
    from pathlib import Path

GOOD = '<link rel="stylesheet" href="style.css"><h1 id="top">x</h1><a href="rules/#there">y</a><a href="https://example.com/">z</a>'


def test_problems_are_reported(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "style.css").write_text("")
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "rules" / "index.html").write_text(
        '<p id="there"><a href="../#top">up</a><img src="data:image/png;base64,">'
    )
    assert find_problems(tmp_path) == []
    assert main(str(tmp_path)) == 0
    (tmp_path / "rules" / "index.html").write_text(
        '<a href="../#nowhere">a</a><a href="../missing/">b</a><script src="https://example.com/x.js"></script><link rel="next" href="../">'
    )
    assert find_problems(tmp_path) == [
        "index.html: rules/#there is no anchor of that page",
        "rules/index.html: ../#nowhere is no anchor of that page",
        "rules/index.html: ../missing/ is no file of the site",
        "rules/index.html: fetches https://example.com/x.js",
    ]
    assert main(str(tmp_path)) == 1


def test_an_empty_site_is_a_problem(tmp_path: Path) -> None:
    assert main(str(tmp_path)) == 1
