"""Put ``cwql: ignore[...]`` comments where findings are: `annotate`.

Where a comment may stand is not guessed. Several places are tried (the end of the condition's last line, of its first line, a line of its
own above), and one is taken only if the text, read again, holds the same conditions and fewer findings; Python must also parse to
the same tree. A language without comments (JSON), and a place where none can stand, is said.
"""

from __future__ import annotations

import re

from cwql.lint.extractors import find_language
from cwql.lint.rewrite import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.examination import Order
    from cwql.lint.found import Found

SUFFIXES: dict[str, tuple[str, str]] = {
    **dict.fromkeys((".sh", ".bash", ".zsh", ".env", ".cfg"), ("# ", "")),
    **dict.fromkeys((".html", ".xml"), ("<!-- ", " -->")),
    **dict.fromkeys((".java", ".kt", ".jsonc"), ("// ", "")),
    ".ini": ("; ", ""),
    ".vb": ("' ", ""),
    ".rst": (".. ", ""),
    ".bat": ("rem ", ""),
    ".cmd": ("rem ", ""),
}
"""How files with that ending write a comment, whatever their language counts as."""

OWN = frozenset(("CW690", "CW691", "CW692", "CW693", "CW694"))
"""Rules about comments and files: no comment keeps them back here."""

_LISTED = re.compile(r"cwql:\s*ignore\[(?P<rules>[^\]\n]*)\]")


class Annotation:
    """Hold the text with comments, how many findings they keep back, and those for which there is no place."""

    __slots__ = ("count", "left", "text")

    def __init__(self, text: str, count: int, left: list[Diagnostic]) -> None:
        self.text = text
        self.count = count
        self.left = left


def comment_of(order: Order) -> tuple[str, str] | None:
    """Return how comments begin and end in a file; None where there are none."""
    suffix = f".{order.name.rpartition('.')[2].lower()}"
    return SUFFIXES.get(suffix) or find_language(order.language).comment


def annotate(text: str, order: Order) -> Annotation:
    """Return the text with a comment for every finding that one can keep back."""
    state = State(text, order)
    before = len(state.findings)
    signs = comment_of(order)
    if signs is None:
        return Annotation(text, 0, [finding for finding in state.findings if finding.code not in OWN])
    hopeless: list[Diagnostic] = []
    given_up: set[tuple[str, str]] = set()
    while True:
        todo = next((f for f in state.findings if f.code not in OWN and _key(f, state) not in given_up), None)
        if todo is None:
            break
        found = _found_around(todo, state.seen)
        names = _names_at(todo, found, state)
        for candidate in _candidates(state.text, todo, found, names, signs):
            after = State(candidate, order)
            if _is_sound(state, after, order.language):
                state = after
                break
        else:
            given_up.add(_key(todo, state))
            hopeless.append(todo)
    return Annotation(state.text, before - len(state.findings), hopeless)


def _key(finding: Diagnostic, state: State) -> tuple[str, str]:
    at = state.text.rfind("\n", 0, finding.span.start) + 1
    end = state.text.find("\n", finding.span.start)
    return finding.code, state.text[at : end if end >= 0 else len(state.text)]


def _found_around(finding: Diagnostic, seen: list[Found]) -> Found | None:
    around = [f for f in seen if f.span.start <= finding.span.start and finding.span.end <= f.span.end]
    return min(around, key=lambda found: len(found.span)) if around else None


def _names_at(finding: Diagnostic, found: Found | None, state: State) -> list[str]:
    """Return the names of the rules that speak of the same condition."""
    span = finding.span if found is None else found.span
    inside = [f for f in state.findings if span.start <= f.span.start <= span.end and f.code not in OWN]
    return list(dict.fromkeys(f.name for f in (finding, *inside)))


def _candidates(
    text: str, finding: Diagnostic, found: Found | None, names: list[str], signs: tuple[str, str]
) -> Iterator[str]:
    start, end = finding.span if found is None else found.span
    comment = f"{signs[0]}cwql: ignore[{', '.join(names)}]{signs[1]}"
    lines = list(dict.fromkeys((_end_of_line(text, max(start, end - 1)), _end_of_line(text, start))))
    for at in lines:
        first = text.rfind("\n", 0, at) + 1
        listed = _LISTED.search(text, first, at)
        if listed is not None:
            known = [word.strip() for word in listed["rules"].split(",") if word.strip()]
            merged = ", ".join(dict.fromkeys((*known, *names)))
            yield f"{text[: listed.start('rules')]}{merged}{text[listed.end('rules') :]}"
        if not text[first:at].rstrip().endswith(("\\", "`")):
            # Behind a sign that continues the line, a comment would end the statement.
            yield f"{text[:at]}  {comment}{text[at:]}"
    first = text.rfind("\n", 0, start) + 1
    indent = text[first : len(text) - len(text[first:].lstrip(" \t"))]
    line_end = "\r\n" if "\r\n" in text else "\n"
    yield f"{text[:first]}{indent}{comment}{line_end}{text[first:]}"


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" and end > at else end


def _is_sound(before: State, after: State, language: str) -> bool:
    """Tell whether the comment keeps something back and changes nothing else."""
    if len(after.findings) >= len(before.findings) or [f.text for f in after.seen] != [f.text for f in before.seen]:
        return False
    if {f.code for f in after.findings} - {f.code for f in before.findings}:
        return False
    return not find_language(language).native or _tree(before.text) == _tree(after.text)


def _tree(text: str) -> str | None:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
