"""Find the functions that cannot matter, so that they are neither tokenized nor parsed: `find_silent_functions`.

Tokens and the parser take most of the time of a file, and most functions of a large program name neither a parameter nor
a target. A function is recognized by its layout: a header, deeper lines, and a closing line with the indentation of the
header. A function with any other layout is parsed.
"""

from __future__ import annotations

from bisect import bisect_left

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.flow import MEMBER
from cwql.lint.dataflow.values import THIS
from cwql.lint.record import Record
from cwql.lint.words import split_words, word_table
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql.lint.request_targets import Context

_PARAMETERS = r"\([^()]{0,400}+(?:\([^()]{0,200}+\)[^()]{0,400}+){0,6}\)"
_KEYWORD = (
    r"(?:[a-z]++(?:\([a-z ]+\))?[ \t]++){0,4}?(?:function|filter|func|fun|fn|sub|defp?)\b[ \t]*+\*?"
    r"(?:\([^()\n]{0,100}+\)[ \t]*+)?(?P<name>[A-Za-z_$][\w$.:]*+(?:-\w++)*+[?!]?)[ \t]*+"
)
_METHOD = (
    r"(?<=[ \t])(?!(?:if|for|foreach|while|switch|catch|with|using|lock|fixed|synchronized|return|throw|new|await|else|do|try"
    r"|case|function|elseif|unless|until|match|when|select)\b)"
    r"(?:[\w<>\[\],.?]++[ \t]++){0,6}?(?P<method>(?!(?:if|for|while|switch|catch|new|return|function)\b)[A-Za-z_$#][\w$]*+)[ \t]*+"
)
_TYPES = r"(?:<[^<>\n]{0,100}+>)?"
_BRACE = r"[^\n{};=()]{0,200}+(?:\r?\n(?P=indent))?\{[ \t]*+\r?(?=\n)"
_PARAM = r"(?:\n(?P<margin>[ \t]*+)(?:\[\w+\([^()\n]*+\)\][ \t]*+)*+\r?)++(?i:param)\b"
_PARAM_BLOCK = (
    rf"(?:{_PARAM}(?:[^\n(]*+{_PARAMETERS}[ \t]*+\r?(?=\n)"
    r"|[^\n]*+(?:\n(?:(?P=margin)[ \t][^\n]*+|[ \t]*+\r?(?=\n)))*+\n(?P=margin)\)[ \t\r]*+(?=\n))"
    rf"|(?!{_PARAM.replace('?P<margin>', '?:')}))"
)
"""``param(…)`` at the beginning of a body, whose types count in the whole program; nothing if a body has none."""


def _function(header: str, closer: str) -> str:
    """Return the pattern of a function, up to the line break before its closing line.

    One pattern for all of its lines takes a tenth of the time of a search for the end of each header.
    """
    return (
        rf"\n(?P<indent>[ \t]*+){header}"
        r"(?P<body>(?:\n(?:(?P=indent)[ \t][^\n]*+|[ \t]*+\r?(?=\n)))++)"
        rf"(?=\n(?P=indent){closer}(?P<last>[;,)]?[ \t]*+\r?(?=\n))?)"
    )


BRACES = re.compile(_function(rf"{_KEYWORD}{_TYPES}(?:{_PARAMETERS})?{_BRACE}", r"\}"))
"""A function that begins with a keyword."""

COMMANDS = re.compile(_function(rf"{_KEYWORD}{_TYPES}(?:{_PARAMETERS})?{_BRACE}{_PARAM_BLOCK}", r"\}"))
"""A function that begins with a keyword, whose parameters may be declared in its body."""

METHODS = re.compile(_function(rf"(?:{_KEYWORD}|{_METHOD}){_TYPES}{_PARAMETERS}{_BRACE}", r"\}"))
"""A function with or without a keyword."""

WORDS = re.compile(_function(rf"{_KEYWORD}(?:{_PARAMETERS})?[ \t]*+(?:do[ \t]*+)?\r?(?=\n)", r"end(?![\w?!.])"))
"""A function that the word ``end`` closes."""

BASIC = re.compile(
    _function(
        r"(?i:(?:(?:async|friend|overloads|overridable|overrides|partial|private|protected|public|shadows|shared|static)[ \t]++){0,5}+"
        r"(?:function|sub)[ \t]++(?P<name>[a-z_]\w*+))(?:[^\n()]|\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\))*+(?<!_)(?=\n)",
        r"(?i:end[ \t]++(?:function|sub))\b",
    )
)
"""A function of Visual Basic."""

SHELL = re.compile(
    _function(r"(?:function[ \t]++)?(?P<name>[A-Za-z_][\w-]*+)[ \t]*+(?:\([ \t]*+\)[ \t]*+)?\{[ \t]*+\r?(?=\n)", r"\}")
)
"""A function of a shell script."""

_NAME_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789_"
_DEFINED = re.compile(
    r"(?:function|filter|func|fun|fn|sub|defp?)\b[ \t]*+\*?(?:\([^()\n]{0,100}+\)[ \t]*+)?([a-z_$][\w$-]*+)"
)
"""The name of a function after a keyword."""
_METHOD_PARAMETERS = re.compile(
    r"\([^()\n]{0,200}+\)(?=[^\n;(){}]{0,60}+(?:\{|=>|\r?\n[ \t]*+(?:\{|=>|:|where\b|throws\b)))"
)
"""The parameters of a method. A call at the end of a line has none: most lines of some languages end with one."""
_METHOD_NAME = re.compile(r"(?:>[^<>\n]{0,60}+<)?[ \t]*+([\w$]*+(?<=[a-z_$]))")
"""The name before parameters, in a text that is read backwards. A pattern for both takes ten times as long."""

_NO_NAMES = frozenset(
    ("catch", "elseif", "for", "foreach", "function", "if", "lock", "param", "return", "switch", "unless", "until")
) | {"using", "when", "while", "with"}
_SLASHES = re.compile(r"^[ \t]*+(?://|\*[ \t/]|/\*)[^\n]*+", re.MULTILINE)
_HASHES = re.compile(r"^[ \t]*+#[^\n]*+", re.MULTILINE)
_APOSTROPHES = re.compile(r"^[ \t]*+'[^\n]*+", re.MULTILINE)
_PAIRED = (("{", "{", "}"), ("*", "/*", "*/"), ("#", "<#", "#>"), ("@", '@"', '"@'), ("@", "@'", "'@"))
"""Signs that pair in a complete function, each pair after one of its signs, which is found faster."""

_EVEN = ("`", '"""', "'''")
_DOLLAR_NAMES = re.compile(r"\$\w++")
_COLON_NAMES = re.compile(r"(?<![\w$])[\w$]++(?=[ \t]*+\??[ \t]*+:)")
_FIRST_NAMES = re.compile(r"[(,][ \t\n]*+(\w++)")
_AS_NAMES = re.compile(r"(?<![\w$])[\w$]++(?=[ \t]++as\b)")
_LAST_NAMES = re.compile(r"(?<![\w$])[\w$]++(?=[ \t\n]*+[,)=])")
_IN_WORDS = word_table("_$-")


class Layout(Value):
    """How the functions of a language look: the pattern of one, that of the comments, and those of the names with types.

    `named` is None if its functions declare no types.
    """

    function: re.Pattern[str]
    comment: re.Pattern[str]
    named: re.Pattern[str] | None


LAYOUTS = {
    "braces": Layout(BRACES, _SLASHES, _FIRST_NAMES),
    "methods": Layout(METHODS, _SLASHES, _LAST_NAMES),
    "commands": Layout(COMMANDS, _SLASHES, _DOLLAR_NAMES),
    "words": Layout(WORDS, _HASHES, None),
    "basic": Layout(BASIC, _APOSTROPHES, _AS_NAMES),
    "shell": Layout(SHELL, _HASHES, None),
}
"""The layouts by the name that a `Grammar` has for them."""


_CHECKS = ("=~", "[!", "[^", "grep -", "-eq", "exit")
"""Tests of arguments in functions of a shell, and ends of the script."""


class _Candidate(Record):
    """A function without marks: it is skipped unless the rest of the program uses it.

    `start` and `end` are the line breaks around it, `low` and `high` those around its body; `end` is -1 if its last line
    goes on.
    """

    start: int
    low: int
    high: int
    end: int
    name: str


def find_silent_functions(
    text: str, context: Context, words: tuple[re.Pattern[str], ...], functions: str
) -> dict[int, int]:
    """Return line breaks, each with the later one at which to go on: the function between them is skipped.

    `functions` is the name of one of the `LAYOUTS`. A function is skipped if it contains no mark (see `Context.marks`) and
    sets no member, if the rest of the program does not name it, and if it names no function of the rest: then
    `Flow.is_silent` is True for it, and nothing calls it. Its header is not skipped if it gives a type to a name of the rest.
    """
    folded = context.folded
    layout = LAYOUTS[functions]
    found = [*layout.function.finditer(text)] if len(folded) == len(text) else []
    if not _is_much([match.span() for match in found], folded):
        return {}
    spans = [match.span("body") for match in found]
    used = _words("\n".join([folded[low:high] for low, high in spans]))
    context.vocabulary = " ".join(used | _words(_without(folded, spans)))
    # In a file about Automate, single names are targets.
    if context.automate:
        return {}
    candidates = list(_candidates(text, context, words, layout, found))
    spans = [(each.start, each.high) for each in candidates]
    if not _is_much(spans, folded):
        return {}
    rest = layout.comment.sub("", _without(folded, spans))
    names = _words(rest)
    if functions == "shell":
        unused = _unset(candidates, context, rest)
    else:
        unused = _unused(candidates, folded, names, rest, used)
    skipped: dict[int, int] = {}
    begin = end = -2
    for each in unused:
        if each.end < 0 or _types_any(folded[each.start + 1 : each.low], names, layout):
            skipped[each.low] = each.high
        elif each.start - end == 1:
            # A blank line is between most functions: a token for each of them takes 2 % of the time of a file.
            skipped[begin] = end = each.end
        else:
            begin, end = each.start, each.end
            skipped[begin] = end
    return skipped


def _unset(candidates: list[_Candidate], context: Context, rest: str) -> list[_Candidate]:
    """Return the functions of a shell script that set no variable of the rest of it, and check no argument.

    Every variable is global, and no result of a function is followed.
    """
    folded = context.folded
    setters: dict[str, list[_Candidate]] = {}
    for each in candidates:
        for name in _assigned(folded[each.low : each.high]):
            setters.setdefault(name, []).append(each)
    checks = sorted([at for sign in _CHECKS for at in context.find_all(sign)])
    used = {each for each in candidates if bisect_left(checks, each.low) < bisect_left(checks, each.high)}
    waiting = [rest, *[folded[each.low : each.high] for each in used]]
    while waiting:
        for name in _words(waiting.pop().replace("$", " ")) & setters.keys():
            for each in setters.pop(name):
                if each not in used:
                    used.add(each)
                    waiting.append(folded[each.low : each.high])
    return [each for each in candidates if each not in used]


def _assigned(body: str) -> set[str]:
    """Return the variables that a function of a shell script sets: ``name=``, ``name+=``. A pattern takes three times as long."""
    found: set[str] = set()
    for part in body.split("=")[:-1]:
        before = part.removesuffix("+")
        head = before.rstrip(_NAME_SIGNS)
        name = before[len(head) :]
        if name and not name[0].isdigit() and not head.endswith("$"):
            found.add(name)
    return found


def _candidates(
    text: str, context: Context, words: tuple[re.Pattern[str], ...], layout: Layout, found: Iterable[re.Match[str]]
) -> Iterator[_Candidate]:
    """Yield the outermost of the functions that were `found`, or are written in them, that contain no mark and set no member."""
    paired = [(first, last) for sign, first, last in _PAIRED if sign in text and first in text]
    even = [sign for sign in _EVEN if sign in text]
    members = [at for word in THIS for at in context.find_all(word) if MEMBER.match(context.folded, at) is not None]
    marks = [*sorted([*context.marks(words), *members]), len(text)]
    waiting = [iter(found)]
    while waiting:
        match = next(waiting[-1], None)
        if match is None:
            waiting.pop()
            continue
        start, high = match.span()
        low = match.start("body")
        name = match["name"] or match["method"]
        if marks[bisect_left(marks, start)] >= high and name.isascii() and _is_balanced(text, low, high, paired, even):
            yield _Candidate(start, low, high, match.end("last"), _last_part(name.lower()))
        else:
            waiting.append(layout.function.finditer(text, low, high))


def _is_balanced(text: str, low: int, high: int, paired: Iterable[tuple[str, str]], even: Iterable[str]) -> bool:
    """Return whether a body ends in the same state of texts, comments and braces as it begins."""
    body = text[low:high]
    for first, last in paired:
        if body.count(first) != body.count(last):
            return False
    return not even or not any(body.count(sign) % 2 for sign in even)


def _last_part(name: str) -> str:
    """Return the last part of a qualified name, without the sign at its end."""
    return name.rstrip("?!").replace(":", ".").rpartition(".")[2]


def _without(folded: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the text without some spans."""
    kept: list[str] = []
    done = 0
    for start, end in spans:
        kept.append(folded[done:start])
        done = end
    return "\n".join([*kept, folded[done:]])


def _is_much(spans: Iterable[tuple[int, int]], text: str) -> bool:
    """Return whether functions are so much of a text that skipping them takes less time than finding out that it is right."""
    return sum([end - start for start, end in spans]) * 4 > len(text)


def _types_any(header: str, names: set[str], layout: Layout) -> bool:
    """Return whether a header gives a type to one of the names of the rest of a program."""
    if layout.named is None:
        return False
    if not header.isascii():
        return True
    if "$" in header:
        found = _DOLLAR_NAMES.findall(header)
    else:
        parameters = header[header.find("(") :]
        # ``a: int`` in TypeScript, ``int a`` in C#, ``a int`` in Go.
        found = (_COLON_NAMES if ":" in parameters else layout.named).findall(parameters)
    return not names.isdisjoint(found)


def _unused(candidates: list[_Candidate], folded: str, names: set[str], rest: str, used: set[str]) -> list[_Candidate]:
    """Return the functions that the rest of a program does not name, and that name no function of the rest.

    `used` are the words of all functions. Those of the functions that are kept are added to `names`.
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
            waiting += [_words(folded[each.low : each.high]) for each in unused.pop(name)]
        left = [each for same in unused.values() for each in same]
        if waiting or not _is_much([(each.start, each.high) for each in left], folded):
            continue
        if defined is None:
            defined = _defined(rest)
            if defined.isdisjoint(used) or defined.isdisjoint(
                _words("\n".join([folded[each.low : each.high] for each in left]))
            ):
                return left
            for name, same in [*unused.items()]:
                words = [_words(folded[each.low : each.high]) for each in same]
                if any(not defined.isdisjoint(each) for each in words):
                    del unused[name]
                    waiting += words
    return [each for same in unused.values() for each in same] if defined is not None else []


def _defined(rest: str) -> set[str]:
    """Return the names of the functions and methods of a program."""
    backwards, size = rest[::-1], len(rest)
    methods = [_METHOD_NAME.match(backwards, size - match.start()) for match in _METHOD_PARAMETERS.finditer(rest)]
    found = [*_DEFINED.findall(rest), *[method[1][::-1] for method in methods if method is not None]]
    return split_words(" ".join(found), _IN_WORDS) - _NO_NAMES


def _words(text: str) -> set[str]:
    """Return the words of a text, and the parts of those with a hyphen, which is an operator in most languages."""
    found = split_words(text, _IN_WORDS)
    for word in [word for word in found if "-" in word]:
        found.add(word.strip("-"))
        found.update(word.split("-"))
    return found
