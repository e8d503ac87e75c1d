"""The pieces that made pages are put together from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARK = "<!-- Made by `python -m tests.docs`: do not edit. -->"
"""The first line of every made page."""

_LITERAL = re.compile(r"::\n\n((?:(?: {4}.*)?\n)+)")


def page(*parts: str) -> str:
    """Return a page of paragraphs."""
    return "\n\n".join([MARK, *[part for part in parts if part]]) + "\n"


def fence(text: str, language: str = "text") -> str:
    """Enclose a text; control characters are shown as escapes."""
    from cwql.render.cells import make_visible

    lines = "\n".join(make_visible(line) for line in text.split("\n"))
    return f"```{language}\n{lines}\n```"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; bars inside cells are escaped."""
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def code(text: str) -> str:
    """Return a text in backquotes; nothing for nothing."""
    if not text:
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def prose(docstring: str) -> str:
    """Return a docstring as Markdown: literal blocks become fences, double backquotes single ones."""
    text = _LITERAL.sub(_fenced, f"{docstring.strip()}\n")
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    text = "".join([part if part.startswith("```") else _plain(part) for part in parts])
    return re.sub(r"^```\n{3,}", "```\n\n", text, flags=re.MULTILINE).strip()


def first_sentence(docstring: str) -> str:
    """Return the first sentence of a docstring, on one line."""
    paragraph = " ".join(prose(docstring).partition("\n\n")[0].split())
    found = re.match(r".*?[.](?= |$)(?<!e\.g\.)", paragraph)
    return found[0] if found else paragraph


def _plain(text: str) -> str:
    # An indented paragraph is code in Markdown anyway; a fence says so.
    text = re.sub(r"(?:(?<=\n\n)|^)((?: {4}.*\n|\n(?= {4}))+)", lambda it: _fence_code(it[1]), text)
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join([part if part.startswith("```") else part.replace("``", "`") for part in parts])


def _fenced(match: re.Match[str]) -> str:
    # After a text the colon stays; a paragraph that is nothing but the sign goes.
    sign = "" if match.string[: match.start()].endswith("\n\n") else ":\n\n"
    return f"{sign}{_fence_code(match[1])}"


def _fence_code(text: str) -> str:
    lines = [line[4:] for line in text.strip("\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "```text\n" + "\n".join(lines) + "\n```\n\n"
