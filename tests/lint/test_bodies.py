"""Bodies of searches that a program writes as a text of JSON."""

from __future__ import annotations

import pytest

from cwql.lint.fix import Document, fix_source
from cwql.lint.job import LintJob
from cwql.lint.linter import lint_text
from cwql.lint.request_targets import NOWHERE

PATH = "/v4_6_release/apis/3.0/service/tickets/search"

BODIES = [
    ("a.py", f"""requests.post(host + "{PATH}", data='{{"conditions": "%s"}}')"""),
    ("a.py", f"""body = '{{"orderBy": "id desc", "conditions": "%s"}}'\nrequests.post(host + "{PATH}", data=body)"""),
    ("a.cs", f"""var r = http.PostAsync("{PATH}", new StringContent("{{\\"conditions\\": \\"%s\\"}}"));"""),
    ("a.ps1", f"""Invoke-RestMethod "$Site{PATH}" -Method Post -Body @"\n{{ "conditions": "%s" }}\n"@"""),
    ("a.sh", f"""curl -X POST "$site{PATH}" -d '{{"conditions": "%s"}}'"""),
    ("a.sh", f"""url="$site{PATH}"\ncurl -X POST "$url" -d @- <<JSON\n{{"conditions": "%s"}}\nJSON"""),
]


def lint(filename: str, body: str, condition: str) -> list[tuple[str, str]]:
    text = f"# connectwise\n{body % condition}\n" if filename != "a.cs" else f"// connectwise\n{body % condition}\n"
    return [
        (each.code, text[each.span.start : each.span.end]) for each in lint_text(text, filename=filename).diagnostics
    ]


@pytest.mark.parametrize(("filename", "body"), BODIES)
def test_body_of_a_search_is_checked(filename: str, body: str) -> None:
    assert lint(filename, body, "closedFlg = false and id > 5") == [("CW203", "closedFlg")]
    assert lint(filename, body, "closedFlag = false and id > 5") == []


def test_value_in_a_body_is_a_placeholder() -> None:
    body = f"""curl -X POST "$site{PATH}" -d "{{\\"conditions\\": \\"%s\\"}}\""""
    assert lint("a.sh", body, "summary contains '$1'") == [("CW601", "$1")]


def test_quotes_in_a_body_are_escaped() -> None:
    body = f"""curl -X POST "$site{PATH}" -d '{{"conditions": "%s"}}'"""
    assert lint("a.sh", body, 'summary contains \\"a\\" and idd > 5') == [("CW203", "idd")]


def test_other_texts_with_such_words_are_no_bodies() -> None:
    assert lint("a.py", f"""requests.post("{PATH}", data='conditions: "%s"')""", "closedFlg = false") == []


def test_fix_keeps_the_spelling_of_a_body() -> None:
    text = f"""# connectwise\nrequests.post("{PATH}", data='{{"conditions": "summary == \\\\"a\\\\" and id > 5"}}')\n"""
    found = fix_source(Document("", text.encode()), LintJob("a.py", "a.py", "python", NOWHERE))
    assert found is not None
    assert found.text == text.replace("==", "=")
