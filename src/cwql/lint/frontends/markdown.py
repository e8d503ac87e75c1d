"""Conditions in Markdown: code by its language, and URLs in the text around it."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import BY_FENCE, TEXT, Fence, Language, UnreadableSource
from cwql.lint.frontends.embedded import Embedded
from cwql.lint.frontends.text import TextForm, find_in_lines
from cwql.lint.templates.model import TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_INDENT = r"(?:[ \t]|>[ ]?)*(?:[-*+][ ]+|\d+[.)][ ]+)?"
_OPENING = re.compile(rf"(?P<indent>{_INDENT})(?P<fence>`{{3,}}|~{{3,}})[ \t]*\{{?(?P<language>[\w+#.-]*)")
_INDENTED = re.compile(
    rf"(?=[ \t]+\S)(?:(?!{_INDENT}(?:```|~~~))(?:[ ]{{4}}|[ ]{{0,3}}\t)[^\n]*+(?:\n|\Z)|[ \t\r]*+\n)++"
)
_BEGINNING = re.compile(
    r"[ \t]++(?:[#$\[{@]|<#|PS\b[^>\n]{0,200}>|[A-Z]:\\|[A-Z][a-z]++-[A-Z]\w|\w++=|curl\s|(?i:param|function [\w-]++|foreach|if|try)\s*+[({])"
)
"""How indented code begins: in lists, other text is indented as well."""

_CMDLET = re.compile(r"(?m)^[^#\n]{0,200}\b(?:Get|Invoke|New|Set|Find|Update)-[A-Z]\w{1,80}+[^\n]{0,200}\s-[A-Za-z]")
_CURL = re.compile(r"(?m)^[ \t]*+(?:\$[ \t]++)?curl\s")
_OBJECT = re.compile(r"\s*+[\[{]\s*+[\"\[{]")
_PROMPTS = {
    "powershell": re.compile(r"[ \t]{0,20}+(?:PS\b|[A-Z]:\\)[^>\"'\n]{0,200}>|[ \t]{0,20}+>>"),
    "python": re.compile(r"[ \t]{0,20}+(?:>>>|\.\.\.)(?: |(?=\n))"),
}
"""The prompts of interpreters before each line of code, by the language."""

_FORM = TextForm("markdown")

WORDS = ("ondition", "ONDITION", "cwql", "order", "ields")
"""Every code that an extractor can report something about contains this."""


def _read_opening(text: str, opening: re.Match[str], body: int) -> Fence:
    """Return the fenced block that begins with an opening fence."""
    end, after = len(text), body
    closing = opening["fence"]
    while after < len(text):
        low, after = after, text.find("\n", after) + 1 or len(text)
        line = text[low:after].strip(" \t>\r\n")
        if line.startswith(closing) and not line.strip(closing[0]):
            end = low
            break
    name = opening["language"].lower()
    language = BY_FENCE.get(name) if name else guess_language(text[body:end])
    return Fence(opening.start(), body, end, after, language, len(opening["indent"].expandtabs(4)))


def find_fences(source: Source) -> Iterator[Fence]:
    """Yield the fenced blocks of a text, and the indented ones that are clearly code."""
    text, at, blank = source.text, 0, True
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        opening = _OPENING.match(text, at, end)
        block = _INDENTED.match(text, at) if blank else None
        if opening is not None:
            fence = _read_opening(text, opening, end)
            yield fence
            end = fence.after
        elif block is not None:
            end = block.end()
            language = guess_language(block[0]) if _BEGINNING.match(block[0]) is not None else None
            if language is not None:
                yield Fence(at, at, end, end, language, len(block[0]) - len(block[0].lstrip()))
        blank = opening is not None or block is not None or not text[at:end].strip()
        at = end


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of the fenced code and of the text around it."""
    text = source.text
    outside = 0
    for fence in find_fences(source):
        yield from find_in_lines(text, outside, fence.start, context, _FORM)
        yield from _read_fence(source, context, fence)
        outside = fence.after
    yield from find_in_lines(text, outside, len(text), context, _FORM)


def _read_fence(source: Source, context: Context, fence: Fence) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the results for a fence."""
    language, start, end = fence.language, fence.body, fence.end
    marked = context.marked(fence.start, fence.start)
    if language is None or language is TEXT or language.prose:
        yield from find_in_lines(source.text, start, end, context.within(marked), _FORM)
        return
    if not any(word in source.text[start:end] for word in WORDS):
        return
    try:
        block = cut_block(source.text, start, end, fence.margin, language)
        yield from Embedded(block).extract(language, context.within(marked))
    except UnreadableSource:
        # Documentation omits the parts that it is not about.
        yield from find_in_lines(source.text, start, end, context, _FORM)


def guess_language(code: str) -> Language | None:
    """Return the language of code without a name: JSON, or PowerShell if it calls cmdlets, as platyPS writes it."""
    if _OBJECT.match(code) is not None:
        return BY_FENCE["json"]
    if _CMDLET.search(code) is not None:
        return BY_FENCE["powershell"]
    return BY_FENCE["shell"] if _CURL.search(code) is not None else None


def cut_block(text: str, start: int, end: int, margin: int, language: Language) -> list[TemplateSegment]:
    """Return the lines of the code in ``text[start:end]`` without their indentation by a margin and their prompts.

    In a session of Python, the lines without a prompt are output.
    """
    prompt = _PROMPTS.get(language.name)
    session = language.native and text.startswith(">>> ", start + margin)
    lines: list[TemplateSegment] = []
    while start < end:
        stop = min(text.find("\n", start) + 1 or end, end)
        line = text[start:stop]
        skipped = min(len(line) - len(line.lstrip(" \t>")), margin)
        prompted = prompt.match(line, skipped) if prompt is not None else None
        if prompted is not None:
            skipped = prompted.end()
        elif session:
            skipped = len(line.rstrip("\n"))
        lines.append(TemplateSegment(line[skipped:], start + skipped, stop))
        start = stop
    return lines
