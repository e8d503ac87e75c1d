"""A few programs with mistyped conditions; ``python -m scripts.fuzz.lint_fixes`` fixes many."""

from __future__ import annotations

from scripts.fuzz.lint_fixes import main


def test_fixed_programs_parse_as_before() -> None:
    assert main(["--count", "60", "--seed", "9000"]) == 0
