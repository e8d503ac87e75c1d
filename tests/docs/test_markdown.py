"""Building blocks of generated pages: docstrings become Markdown, and cells are escaped."""

from __future__ import annotations

import pytest

from scripts.docs.pages.markdown import code, fence, first_sentence, prose, table


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("Take ``x``; see `y`.", "Take `x`; see `y`."),
        ("Do it::\n\n    a ``b``\n\n    c\n\nThen go on.", "Do it:\n\n```text\na ``b``\n\nc\n```\n\nThen go on."),
        ("Title.\n\n::\n\n    tree\n    └── leaf", "Title.\n\n```text\ntree\n└── leaf\n```"),
        (
            "Work.\n\n    with x:\n        pass\n\nEnd ``now``.",
            "Work.\n\n```text\nwith x:\n    pass\n```\n\nEnd `now`.",
        ),
    ],
)
def test_docstrings_become_markdown(docstring: str, expected: str) -> None:
    assert prose(docstring) == expected


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("Return it. Raises X.", "Return it."),
        ("Return\nit, over\nlines. More.\n\nAnd more.", "Return it, over lines."),
        ("Open a.b with ``c.d`` inside", "Open a.b with `c.d` inside"),
    ],
)
def test_first_sentences(docstring: str, expected: str) -> None:
    assert first_sentence(docstring) == expected


def test_cells() -> None:
    assert table(("A", "B"), [("x | y", code("a | b"))]) == "| A | B |\n|---|---|\n| x \\| y | `a \\| b` |"
    assert [code(""), code("x"), code("a `b`")] == ["", "`x`", "`` a `b` ``"]
    assert fence("a\x07\tb", "python").splitlines() == ["```python", "a<U+0007>   b", "```"]
