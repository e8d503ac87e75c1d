"""The coverage report groups files by package and knows the total."""

from __future__ import annotations

import pytest

from scripts.coverage_report import missing_lines, package_of, percent_of, report


def entry(covered: int, missing: list[int]) -> dict[str, object]:
    return {
        "summary": {"covered_lines": covered, "num_statements": covered + len(missing)},
        "missing_lines": missing,
    }


FILES = {
    "src/cwql/lint/a.py": entry(8, [3, 4]),
    "src/cwql/lint/frontends/b.py": entry(10, []),
    "src/cwql/source.py": entry(1, [7, 8, 9]),
    "src/cwql_codegen/cli.py": entry(4, []),
}


def test_files_are_summed_by_package() -> None:
    text, percent = report(FILES)
    assert [line.split() for line in text.splitlines()[1:]] == [
        ["cwql", "4", "25.00", "%"],
        ["cwql.lint", "20", "90.00", "%"],
        ["cwql_codegen", "4", "100.00", "%"],
        ["total", "28", "82.14", "%"],
    ]
    assert percent == pytest.approx(100 * 23 / 28)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("src/cwql/lint/frontends/go.py", "cwql.lint"),
        ("src\\cwql\\lint\\run.py", "cwql.lint"),
        ("src/cwql/source.py", "cwql"),
        ("src/cwql_codegen/spec/model.py", "cwql_codegen.spec"),
    ],
)
def test_package_of_a_file(name: str, package: str) -> None:
    assert package_of(name) == package


def test_files_with_most_missing_lines_come_first() -> None:
    assert missing_lines(FILES) == ["src/cwql/source.py: 7, 8, 9", "src/cwql/lint/a.py: 3, 4"]


def test_nothing_to_cover_is_fully_covered() -> None:
    assert percent_of(0, 0) == 100
