"""The labelled set: realistic code, and its problems."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lint.labels import Snippet, read_all

SNIPPETS = read_all()


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: f"{snippet.language}: {snippet.title}")
def test_snippet(snippet: Snippet) -> None:
    assert sorted(place for place, _ in snippet.run()) == sorted(snippet.findings)


PAGES = {
    "javascript": ("page.html", "<p>It's</p>\n<script>\n%s\n</script>\n<p>It's</p>\n"),
    "typescript": ("page.vue", "<p>It's</p>\n<script lang='ts'>\n%s\n</script>\n"),
    "csharp": ("page.razor", "<p>It's</p>\n@code {\n%s\n}\n"),
}


@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if each.language in PAGES], ids=lambda each: each.title)
def test_a_script_of_a_page_has_the_problems_of_its_language(snippet: Snippet) -> None:
    file, page = PAGES[snippet.language]
    found = replace(snippet, language="html", source=page % snippet.source, file=file).run()
    expected = [(int(line) + 2, rest) for line, _, rest in (place.partition(":") for place, _ in snippet.run())]
    assert sorted(f"{line}:{rest}" for line, rest in expected) == sorted(place for place, _ in found)


def test_the_set_is_large_enough() -> None:
    assert len(SNIPPETS) >= 150
    assert len({(snippet.language, snippet.title) for snippet in SNIPPETS}) == len(SNIPPETS)
    clean = [snippet for snippet in SNIPPETS if not snippet.findings and not snippet.missed]
    assert len(clean) * 4 >= len(SNIPPETS)


def test_precision_of_errors_and_recall() -> None:
    wrong = [
        (snippet.title, place)
        for snippet in SNIPPETS
        for place, severity in snippet.run()
        if severity == "error" and place not in snippet.findings
    ]
    assert wrong == []
    expected = sum(len(snippet.findings) + len(snippet.missed) for snippet in SNIPPETS)
    reported = sum(len({*snippet.findings} & {place for place, _ in snippet.run()}) for snippet in SNIPPETS)
    assert reported >= 0.95 * expected
