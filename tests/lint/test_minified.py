"""Bundles: one that mentions ConnectWise is passed over with a note, any other without one."""

from __future__ import annotations

import pytest

from cwql.lint.linter import lint_text

BUNDLE = "var a=" + "(function(e,t){var n=e(1);return n.conditions});" * 2000


@pytest.mark.parametrize(
    ("text", "codes"),
    [(BUNDLE, []), (BUNDLE + "// connectwise", ["CW692"]), (BUNDLE.replace(";", ";\n") + "// connectwise", [])],
)
def test_a_minified_file_is_passed_over(text: str, codes: list[str]) -> None:
    assert [each.code for each in lint_text(text, filename="app.js").diagnostics] == codes
