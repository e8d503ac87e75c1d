"""Find the bodies of functions that cannot matter, so that they are neither tokenized nor parsed: `find_silent_bodies`.

Tokens and the parser take most of the time of a file, and most functions of a large program name neither a parameter nor
a target. A function is recognized by its layout: a header, deeper lines, and a closing line with the indentation of the
header. A function with any other layout is parsed.
"""

from __future__ import annotations

from bisect import bisect_left

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.flow import MEMBER
from cwql.lint.dataflow.values import THIS
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cwql.lint.dataflow.traits import Traits
    from cwql.lint.request_targets import Context

_PARAMETERS = r"\([^()]{0,400}+(?:\([^()]{0,200}+\)[^()]{0,400}+){0,6}\)"
_KEYWORD = (
    r"^(?P<indent>[ \t]*+)(?:[a-z]+(?:\([a-z ]+\))?[ \t]++){0,4}?(?:function|filter|func|fun|fn|sub|defp?)\b[ \t]*+\*?"
    r"(?:\([^()\n]{0,100}+\)[ \t]*+)?(?P<name>[A-Za-z_$][\w$.:]*+(?:-\w++)*+[?!]?)[ \t]*+"
)
_METHOD = (
    r"^(?P<indent>[ \t]++)(?!(?:if|for|foreach|while|switch|catch|with|using|lock|fixed|synchronized|return|throw|new|await|else|do|try"
    r"|case|function|elseif|unless|until|match|when|select)\b)"
    r"(?:[\w<>\[\],.?]++[ \t]++){0,6}?(?P<name>(?!(?:if|for|while|switch|catch|new|return|function)\b)[A-Za-z_$#][\w$]*+)[ \t]*+"
)
_BRACE = r"[^\n{};=()]{0,200}+(?:\r?\n(?P=indent))?\{[ \t]*+\r?(?=\n)"

BRACES = re.compile(rf"{_KEYWORD}(?:<[^<>\n]{{0,100}}+>)?(?:{_PARAMETERS})?{_BRACE}", re.MULTILINE)
"""The header of a function that begins with a keyword, up to the end of the line of its opening brace."""

METHODS = re.compile(
    rf"{_METHOD}(?:<[^<>\n]{{0,100}}+>)?{_PARAMETERS}{_BRACE}|{_KEYWORD.replace('indent', 'margin').replace('name', 'named')}"
    rf"(?:<[^<>\n]{{0,100}}+>)?{_PARAMETERS}{_BRACE.replace('indent', 'margin')}",
    re.MULTILINE,
)
"""The same, if methods of the language have no keyword."""

WORDS = re.compile(rf"{_KEYWORD}(?:{_PARAMETERS})?[ \t]*+(?:do[ \t]*+)?\r?(?=\n)", re.MULTILINE)
"""The header of a function that the word ``end`` closes."""

_PARAM_BLOCK = re.compile(r"\s*+(?:\[\w+\([^()\n]*+\)\]\s*+)*+(?i:param)\b")
_INDENT = re.compile(r"[ \t]*+")
_ONE_LINE = re.compile(rf"[^\n(]*+{_PARAMETERS}[ \t]*+\r?(?=\n)")
_WORD = re.compile(r"[a-z_$][\w$]*+(?:-\w++)*+")
_DEFINED = re.compile(
    r"\b(?:function|filter|func|fun|fn|sub|defp?)\b[ \t]*+\*?(?:\([^()\n]{0,100}+\)[ \t]*+)?([a-z_$][\w$-]*+)"
    r"|(?<![\w$])([a-z_$][\w$]*+)[ \t]*+(?:<[^<>\n]{0,60}+>)?\([^()\n]{0,200}+\)(?=[^\n;(){}]{0,60}+(?:\{|=>|\r?\n))"
)
_NO_NAMES = frozenset(
    ("catch", "elseif", "for", "foreach", "function", "if", "lock", "param", "return", "switch", "unless", "until")
) | {"using", "when", "while", "with"}
_COMMENT = {
    "}": re.compile(r"^[ \t]*+(?://|\*[ \t/]|/\*)[^\n]*+", re.MULTILINE),
    "end": re.compile(r"^[ \t]*+#[^\n]*+", re.MULTILINE),
}
_PAIRED = (("{", "}"), ("/*", "*/"), ("<#", "#>"), ('@"', '"@'), ("@'", "'@"))
_EVEN = ("`", '"""', "'''")
_LAST = re.compile(r"[}\w]++[;,)]?[ \t]*+\r?(?=\n)")
_DOLLAR_NAMES = re.compile(r"\$\w++")
_COLON_NAMES = re.compile(r"(?<![\w$])[\w$]++(?=[ \t]*+\??[ \t]*+:)")
_FIRST_NAMES = re.compile(r"[(,][ \t\n]*+(\w++)")
_LAST_NAMES = re.compile(r"(?<![\w$])[\w$]++(?=[ \t\n]*+[,)=])")


class Layout(Value):
    """How the functions of a language look: the pattern of a header, and the word or sign that closes a body.

    `parameters` is True if the parameters may be declared in the body.
    """

    header: re.Pattern[str]
    closer: str
    parameters: bool = False


LAYOUTS = {
    "braces": Layout(BRACES, "}"),
    "methods": Layout(METHODS, "}"),
    "commands": Layout(BRACES, "}", True),
    "words": Layout(WORDS, "end"),
}
"""The layouts by the name that a `Grammar` has for them."""


class _Candidate:
    """A function without marks: it is skipped unless the rest of the program uses it.

    `start` and `end` are the line breaks around it, `low` and `high` those around its body.
    """

    __slots__ = ("end", "high", "low", "name", "start")

    def __init__(self, start: int, low: int, high: int, end: int, name: str) -> None:
        self.start = start
        self.low = low
        self.high = high
        self.end = end
        self.name = name


def find_silent_functions(text: str, context: Context, traits: Traits, functions: str) -> dict[int, int]:
    """Return line breaks, each with the later one at which to go on: the function between them is skipped.

    `functions` is the name of one of the `LAYOUTS`. A function is skipped if it contains no mark (see `Context.marks`) and
    sets no member, if the rest of the program does not name it, and if it names no function of the rest: then
    `Flow.is_silent` is True for it, and nothing calls it. Its header is not skipped if it gives a type to a name of the rest.
    """
    if context.automate:
        # In a file about Automate, single names are targets.
        return {}
    folded = text.lower()
    if len(folded) != len(text):
        return {}
    layout = LAYOUTS[functions]
    candidates = list(_candidates(text, folded, context.marks(traits.word), layout))
    if not _is_much([candidates], folded):
        return {}
    rest = _COMMENT[layout.closer].sub("", _without(folded, candidates))
    names = _parts(_WORD.findall(rest))
    skipped: dict[int, int] = {}
    for each in _unused(candidates, folded, names, rest):
        header = folded[each.start + 1 : each.low]
        if each.start >= 0 and each.end >= 0 and (layout.closer == "end" or names.isdisjoint(_typed(header, layout))):
            skipped[each.start] = each.end
        else:
            skipped[each.low] = each.high
    return skipped


def _candidates(text: str, folded: str, marks: list[int], layout: Layout) -> Iterator[_Candidate]:
    """Yield the outermost functions that contain no mark and set no member."""
    owners = [word for word in THIS if word in folded]
    paired = [pair for pair in _PAIRED if pair[0] in text or pair[1] in text]
    even = [sign for sign in _EVEN if sign in text]
    done = 0
    for match in layout.header.finditer(text):
        start = match.start()
        if start < done:
            continue
        span = _body(text, match, layout)
        if span is None:
            continue
        low, high = span
        at = bisect_left(marks, start)
        if at < len(marks) and marks[at] < high:
            continue
        if any(text.count(first, low, high) != text.count(last, low, high) for first, last in paired):
            continue
        if any(text.count(sign, low, high) % 2 for sign in even):
            continue
        if any(folded.find(word, low, high) >= 0 for word in owners) and MEMBER.search(folded, start, high) is not None:
            continue
        done = high
        name = match["name"] if match["name"] is not None else match["named"]
        last = _LAST.match(text, high + 1 + len(match[0]) - len(match[0].lstrip(" \t")))
        yield _Candidate(start - 1, low, high, last.end() if last is not None else -1, _last_part(name.lower()))


def _last_part(name: str) -> str:
    """Return the last part of a qualified name, without the sign at its end."""
    return name.rstrip("?!").replace(":", ".").rpartition(".")[2]


def _without(folded: str, candidates: list[_Candidate]) -> str:
    """Return the text without the functions."""
    kept: list[str] = []
    done = 0
    for each in candidates:
        kept.append(folded[done : max(each.start, 0)])
        done = each.high
    return "\n".join([*kept, folded[done:]])


def _is_much(groups: Iterable[list[_Candidate]], text: str) -> bool:
    """Return whether functions are so much of a text that skipping them takes less time than finding out that it is right."""
    return sum([each.high - each.start for group in groups for each in group]) * 4 > len(text)


def _typed(header: str, layout: Layout) -> list[str]:
    """Return the names in a header that may have a type there."""
    if "$" in header or layout.parameters:
        return _DOLLAR_NAMES.findall(header)
    parameters = header[header.find("(") :]
    if ":" in parameters:
        return _COLON_NAMES.findall(parameters)
    # ``int a`` in C# and Java, ``a int`` in Go.
    return (_LAST_NAMES if layout.header is METHODS else _FIRST_NAMES).findall(parameters)


def _unused(candidates: list[_Candidate], folded: str, names: set[str], rest: str) -> list[_Candidate]:
    """Return the functions that the rest of a program does not name, and that name no function of the rest.

    The words of the others are added to `names`.
    """
    unused: dict[str, list[_Candidate]] = {}
    waiting: list[set[str]] = [names]
    for each in candidates:
        unused.setdefault(each.name, []).append(each)
    defined: set[str] | None = None
    while waiting:
        found = waiting.pop()
        names |= found
        for name in found & unused.keys():
            waiting += [_parts(_WORD.findall(folded, each.low, each.high)) for each in unused.pop(name)]
        if waiting or not _is_much(unused.values(), folded):
            continue
        if defined is None:
            defined = {name for pair in _DEFINED.findall(rest) for name in pair if name} - _NO_NAMES
            silent = "\n".join([folded[each.low : each.high] for same in unused.values() for each in same])
            if defined.isdisjoint(_WORD.findall(silent)):
                break
            for name, same in [*unused.items()]:
                words = [_WORD.findall(folded, each.low, each.high) for each in same]
                if any(not defined.isdisjoint(each) for each in words):
                    del unused[name]
                    waiting += [_parts(each) for each in words]
    return [each for same in unused.values() for each in same] if defined is not None else []


def _parts(words: Sequence[str]) -> set[str]:
    """Return words, and the parts of those with a hyphen, which is an operator in most languages."""
    found = set(words)
    for word in words:
        if "-" in word:
            found.update(word.split("-"))
    return found


def _body(text: str, header: re.Match[str], layout: Layout) -> tuple[int, int] | None:
    """Return the positions of the line breaks around the body of a function; None if its layout is another one."""
    indent = header["indent"] if header["indent"] is not None else header["margin"]
    low = header.end()
    if layout.parameters and _PARAM_BLOCK.match(text, low) is not None:
        moved = _after_parameters(text, low)
        if moved is None:
            return None
        low = moved
    closer = f"\n{indent}{layout.closer}"
    high = text.find(closer, low)
    if high < 0:
        return None
    after = text[high + len(closer) : high + len(closer) + 1]
    if layout.closer.isalpha() and (after.isalnum() or after in ("_", "?", "!", ".")):
        return None
    if high == low or _shallower(indent).search(text, low, high) is not None:
        return None
    return low, high


def _after_parameters(text: str, low: int) -> int | None:
    """Return the position of the line break after ``param(…)``, whose types count in the whole program."""
    opened = _PARAM_BLOCK.match(text, low)
    assert opened is not None
    line = text.rfind("\n", low, opened.end()) + 1
    short = _ONE_LINE.match(text, opened.end())
    if short is not None:
        return short.end()
    start = _INDENT.match(text, line)
    assert start is not None
    indent = start[0]
    closer = f"\n{indent})"
    closing = text.find(closer, opened.end())
    end = text.find("\n", closing + len(closer)) if closing >= 0 else -1
    if end < 0 or text[closing + len(closer) : end].strip() or _shallower(indent).search(text, opened.end(), closing):
        return None
    return end


_SHALLOWER: dict[str, re.Pattern[str]] = {}


def _shallower(indent: str) -> re.Pattern[str]:
    """Return a pattern that matches the break before a line that is not deeper than an indentation."""
    known = _SHALLOWER.get(indent)
    if known is None:
        if len(_SHALLOWER) > 100:
            _SHALLOWER.clear()
        known = _SHALLOWER[indent] = re.compile(rf"\n(?!{indent}[ \t]|[ \t]*+\r?(?:\n|\Z))")
    return known
