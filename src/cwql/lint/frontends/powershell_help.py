"""Commands in the comment-based help of PowerShell scripts: `find_examples`."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re

_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)
_EXAMPLE = re.compile(
    r"^[ \t]*\.EXAMPLE\b[^\n]*\n(.*?)(?=^[ \t]*\.[A-Z]+\b|#>|\Z)", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_PROMPT = re.compile(r"^[ \t]*(?:PS[^>\n]*|C:[^>\n]*)>", re.MULTILINE)
_CMDLET = re.compile(r"\w-\w")
_PARAMETER = re.compile(r"\s-\w{0,40}cond", re.IGNORECASE)


def find_examples(text: str) -> str | None:
    """Return a text with nothing but the commands in the examples of its help, at their positions; None without any."""
    if "<#" not in text or ".example" not in text.lower():
        return None
    kept: list[tuple[int, int]] = []
    for comment in _BLOCK_COMMENT.finditer(text):
        for example in _EXAMPLE.finditer(text, comment.start(), comment.end()):
            at = example.start(1)
            while at < example.end(1):
                end = text.find("\n", at, example.end(1))
                end = end if end >= 0 else example.end(1)
                prompt = _PROMPT.match(text, at, end)
                begin = prompt.end() if prompt is not None else at
                cmdlet = _CMDLET.search(text, begin, end)
                if cmdlet is not None and _PARAMETER.search(text, cmdlet.end(), end) is not None:
                    kept.append((begin, end))
                at = end + 1
    if not kept:
        return None
    shown: list[str] = []
    at = 0
    for begin, end in kept:
        shown.append(re.sub(r"[^\n]", " ", text[at:begin]) + text[begin:end])
        at = end
    return "".join(shown)
