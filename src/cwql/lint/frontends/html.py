"""Conditions in web pages and components: their scripts, the C# of Razor, and the URLs in the text around them."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import Fence, UnreadableSource, find_language, load
from cwql.lint.frontends.segments import keep_only, open_placeholders
from cwql.lint.frontends.text import TextForm, find_in_lines
from cwql.lint.templates.model import ConditionTemplate
from cwql.source import Source
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context

_SCRIPT = re.compile(
    r"""<!--.*?(?:-->|\Z)|<script\b(?P<attributes>(?:[^>"']|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+)"""
    r"""(?:(?<=/)>|>(?P<code>.*?)(?=</script\b|\Z)|\Z)""",
    re.DOTALL | re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"""(?<![\w-])(?:type|lang|language)\s*+=\s*+["']?+"""
    r"""(?!(?:(?:text|application)/)?+(?:x-)?+(?:javascript|ecmascript|typescript|babel|module|[jt]sx?)\b)\w""",
    re.IGNORECASE,
)
"""The attribute of a script that is data, a template, or in another language."""

_FRONT_MATTER = re.compile(r"\s*+---[^\n]*+\n(?P<code>.*?)^---", re.DOTALL | re.MULTILINE)
_RAZOR = re.compile(r"@(?:code|functions)?+\s*+\{")
_BRACE = re.compile(
    r"""\$?@\$?"(?:[^"]|"")*+"|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)'|//[^\n]*+|/\*.*?\*/|[{}]""", re.DOTALL
)

_SERVER = re.compile(
    r"(?P<statement>\{%.*?(?:%\}|\Z)|<%(?![=-]).*?(?:%>|\Z)|<\?(?!=|xml).*?(?:\?>|\Z))"
    r"|\{\{(?:[^{}]++|\{[^{}]*+\})*+\}\}|\{!!.*?(?:!!\}|\Z)|<%.*?(?:%>|\Z)|<\?=.*?(?:\?>|\Z)",
    re.DOTALL,
)
_RAZOR_VALUE = re.compile(
    r"(?P<statement>@\*.*?(?:\*@|\Z))|(?<![\w@/])@(?:[A-Za-z_][\w.]*+|(?=\())(?:\((?:[^()\n]|\([^()\n]*+\))*+\))?+",
    re.DOTALL,
)
"""Code that a server runs before it sends the page: a statement, or a value, which is a name to the script around it."""

_SIGN = "\N{CYRILLIC LETTER MULTIOCULAR O}"
"""A letter that pages do not use. The names that replace values of a server consist of it."""

_NAME = re.compile(rf"_{_SIGN}++")
_FORM = TextForm("html", guessed=True, markup=True)


def find_fences(source: Source) -> list[Fence]:
    """Return the scripts of a page and the code in its other languages, in order."""
    text, name = source.text, source.name.lower()
    found: list[Fence] = []
    if name.endswith(".astro") and (front := _FRONT_MATTER.match(text)) is not None:
        found.append(_fence(*front.span("code"), "typescript"))
    at = 0
    while name.endswith((".cshtml", ".razor")) and (opening := _RAZOR.search(text, at)) is not None:
        at = _end_of_block(text, opening.end())
        found.append(_fence(opening.end(), at, "csharp"))
    found += [
        _fence(*match.span("code"), "javascript")
        for match in _SCRIPT.finditer(_hide(text, name))
        if match["code"] and _FOREIGN.search(match["attributes"]) is None
    ]
    return sorted(found, key=lambda script: script.start)


def _fence(start: int, end: int, language: str) -> Fence:
    return Fence(start, start, end, end, find_language(language))


def _end_of_block(text: str, at: int) -> int:
    """Return the position of the brace that closes a block of C#."""
    depth = 1
    for match in _BRACE.finditer(text, at):
        depth += (match[0] == "{") - (match[0] == "}")
        if not depth:
            return match.start()
    return len(text)


def _hide(text: str, name: str) -> str:
    """Return a text of the same length with blanks for the statements of a server, and names for its values."""

    def cover(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0]) if match["statement"] else "_" + _SIGN * (len(match[0]) - 1)

    text = _SERVER.sub(cover, text)
    return _RAZOR_VALUE.sub(cover, text) if name.endswith((".cshtml", ".razor")) else text


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of the scripts and of the text around them."""
    scripts, outside = find_fences(source), 0
    for script in scripts:
        yield from find_in_lines(source.text, outside, script.start, context, _FORM)
        outside = max(outside, script.after)
    yield from find_in_lines(source.text, outside, len(source.text), context, _FORM)
    yield from find_in_scripts(source, context, scripts)


def find_in_scripts(
    source: Source, context: Context, scripts: Sequence[Fence]
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of scripts: those in one language are a program, with blanks for the text around them."""
    text = source.text
    for language in dict.fromkeys(script.language for script in scripts if script.language is not None):
        spans = [(script.start, script.after) for script in scripts if script.language is language]
        shown = _hide(text, source.name.lower()) if language is find_language("javascript") else text
        inner = Source(keep_only(shown, spans), source.name)
        try:
            for item in load(language).extract(inner, context.within(None, inner)):
                yield item if _SIGN not in shown or not isinstance(item, ConditionTemplate) else _show(item, text)
        except UnreadableSource:
            for start, end in spans:
                yield from find_in_lines(text, start, end, context, _FORM)


def _show(found: ConditionTemplate, text: str) -> ConditionTemplate:
    """Return a condition with the values of a server as placeholders, which are taken for safe: a server can write any text."""
    segments = [
        replace(each, expression=text[each.start : each.end], safe=True) if _SIGN in each.expression else each
        for each in open_placeholders(found.segments, _NAME)
    ]
    return replace(found, segments=segments)
