"""Texts of SQL under the names of parameters: not reported if the endpoint is unknown."""

from __future__ import annotations

import pytest

from cwql.lint.linter import lint_text


@pytest.mark.parametrize("text", ["json_extract(document, '$.id') = ?", "kind = $1 AND id = $2", "name = :name"])
@pytest.mark.parametrize(
    ("name", "code"),
    [("a.py", 'condition = "{}"  # connectwise\n'), ("a.js", "// connectwise\nconst conditions = `{}`;\n")],
)
def test_sql_with_parameters_is_not_reported(name: str, code: str, text: str) -> None:
    assert lint_text(code.replace("{}", text), filename=name).diagnostics == ()
