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


@pytest.mark.parametrize("parameters", ["(req, res)", "ctx", "async (request, reply)"])
@pytest.mark.parametrize("text", ["status_id = ? AND deleted_at IS NULL", "a.kind ILIKE 'a%'"])
def test_the_handler_of_a_route_is_no_request(parameters: str, text: str) -> None:
    code = f'router.get("/service/tickets", {parameters} => db.find({{ table: "t", conditions: "{text}" }}));\n'
    assert lint_text(code, filename="routes.js").diagnostics == ()


def test_a_test_for_null_is_no_sign_of_sql_in_a_request() -> None:
    code = "api.get('/service/tickets', { conditions: 'closedDate is null and sumary = 1' });\n"
    assert [each.code for each in lint_text(code, filename="closed.js").diagnostics] == ["CW117", "CW203"]
