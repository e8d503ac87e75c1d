"""Commands in the comment-based help of PowerShell scripts: `find_examples`."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.segments import keep_only

_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)
_EXAMPLE = re.compile(
    r"^[ \t]*\.EXAMPLE\b[^\n]*\n(.*?)(?=^[ \t]*\.[A-Z]+\b|#>|\Z)", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_COMMAND = re.compile(
    r"^(?:[ \t]*(?:PS[^>\n]*|C:[^>\n]*)>)?(?=[^\n]*?\w-\w)(?P<code>(?=[^\n]*?(?:\s-\w{0,40}cond|\W\w{0,11}conditions?\s*+=))[^\n]*+)",
    re.MULTILINE | re.IGNORECASE,
)
"""A command with a condition, after the prompt."""


def find_examples(text: str) -> str | None:
    """Return a text with nothing but the commands in the examples of its help, at their positions; None without any."""
    if "<#" not in text or ".example" not in text.lower():
        return None
    kept = [
        command.span("code")
        for comment in _BLOCK_COMMENT.finditer(text)
        for example in _EXAMPLE.finditer(text, comment.start(), comment.end())
        for command in _COMMAND.finditer(text, *example.span(1))
    ]
    return keep_only(text, kept) if kept else None
