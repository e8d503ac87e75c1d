"""Conditions in batch files of Windows: ``curl -G … --data-urlencode "conditions=…"``, variables of ``set`` and ``for``."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.emit import find_flow
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.shell_commands import request_of
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Cast,
    Choice,
    Chunk,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Number,
    Other,
)
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_QUOTED = QuoteStyle({}, '"%!\n\r')
_LINE = re.compile(r"(?:[^\n^]|\^\r?\n|\^)++")
"""A line, and the lines that continue it."""

_VARIABLE = re.compile(
    r"%%(?:~[a-z]{0,9}?)?(?P<letter>[A-Za-z])(?![\w%])|%%(?P<code>(?!2[356Bb])[2-7][0-9A-Fa-f])?|%~?(?P<number>[0-9*])(?![0-9A-Fa-f])"
    r"|%(?![0-9A-Fa-f]{2}%)(?P<name>[A-Za-z_]\w*+)(?::(?P<change>[^%\n]*+))?%"
    r"|!(?P<late>[A-Za-z_]\w*+)(?::(?P<changed>[^!\n]*+))?!"
)
_QUOTE = re.compile(r'"(?:[^"\\\n]|\\.)*+"?')
_PLAIN = re.compile(r"[^\s\"&|()<>^]+|\^(?:\r?\n)?.?")
_SET = re.compile(
    r"set\s++(?:/(?P<kind>[apAP])\s++)?(?P<quote>\"?)(?P<name>[A-Za-z_]\w*+)\s*+=(?P<value>(?:(?!\"?\)\s*+else\b)[^\n&|])*+)",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"for\s++(?:/(?P<kind>[a-z])\s++(?:\"[^\"\n]*+\"\s++)?)?%%(?P<letter>[a-z])\s++in\s*+"
    r"\((?P<items>[^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+)\)",
    re.IGNORECASE,
)
_TESTED = re.compile(
    r"echo[\s.(]++[%!](?P<name>\w++)[%!]\s*+\|\s*+findstr\s++(?:/\S++\s++)*+\"(?P<pattern>[^\"\n]++)\"", re.IGNORECASE
)
_NUMBERS = frozenset(("ERRORLEVEL", "RANDOM", "NUMBER_OF_PROCESSORS"))
"""Variables that are numbers."""

_DATE = re.compile(r"yyyy|%Y|localdatetime", re.IGNORECASE)


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a batch file."""
    if not context.can_name_endpoint():
        return
    text = source.text
    statements: list[Node] = []
    known: set[str] = set()
    level = 0
    for line in _LINE.finditer(text):
        level -= line[0].lstrip().startswith(")")
        statements += _statements(text, line.start(), line.end(), known, level > 0)
        level += line[0].rstrip().endswith("(")
    module = Module(Block(0, len(text), statements), {}, {})
    yield from find_flow(context, text, module, Traits("batch", arguments=True), "batch")


def _statements(text: str, start: int, end: int, known: set[str], inside: bool) -> Iterator[Node]:
    """Yield the assignments and the commands of a line, which may be `inside` of brackets; earlier lines set the `known` variables."""
    for match in _FOR.finditer(text, start, end):
        low, high = match.span("items")
        if text[low : low + 1] in ("'", "`"):
            # ``for /f %%i in ('curl …')``
            yield from _statements(text, low + 1, high - 1, known, inside)
        yield from _loop(text, match)
    for match in _SET.finditer(text, start, end):
        name = match["name"].upper()
        low, high = match.span("value")
        value: Node = _value(text, low, high, match["quote"])
        if match["kind"]:
            value = Cast(low, high, "int", value) if match["kind"] in "aA" else _input(low, high)
        target = Name(match.start("name"), match.end("name"), name)
        if name in known and (inside or text[start : match.start()].strip(" \t@")):
            # After a condition, or in brackets.
            value = Choice(low, high, [target, value])
        known.add(name)
        yield Assign(match.start(), high, target, value)
    for words in _commands(text, start, end):
        names = [(word.value or "").lower().removesuffix(".exe") for word in words]
        if "curl" in names:
            yield request_of("curl", words[names.index("curl") :])
        elif "set" not in names:
            head = words[0]
            yield Call(head.start, words[-1].end, Name(head.start, head.end, names[0]), [*map(Argument, words)])
    test = _TESTED.search(text, start, end)
    if test is not None and is_anchored(test["pattern"]) and is_safe_pattern(test["pattern"]):
        tested = Name(end, end, test["name"].upper())
        yield Assign(end, end, tested, Cast(end, end, "int", tested))


def _loop(text: str, match: re.Match[str]) -> Iterator[Node]:
    """Yield the assignment of the variable of a loop; the words of a line of a file go to the letters that follow it, too."""
    low, high = match.span("items")
    kind = (match["kind"] or "").lower()
    letter = match["letter"]
    words = [word for words in _commands(text, low, high) for word in words]
    value: Node
    if kind == "l" or (kind == "f" and _DATE.search(match["items"])):
        value = Cast(low, high, "int", Other(low, high))
    elif kind or not words or any("*" in (word.value or "*") for word in words):
        value = _input(low, high)
    else:
        value = Choice(low, high, words) if len(words) > 1 else words[0]
    for following in range(4 if kind == "f" else 1):
        at = match.start("letter")
        yield Assign(match.start(), match.end(), Name(at, at + 1, f"%%{chr(ord(letter) + following)}"), value)


def _input(start: int, end: int) -> Node:
    """Return a value that a person or a file gives."""
    return Call(start, end, Name(start, end, "input"), [])


def _value(text: str, start: int, end: int, quote: str) -> Literal:
    """Return the value of ``set``, which ends at the last quote or at the end of the line."""
    if quote:
        closing = text.rfind('"', start, end)
        end = closing if closing >= 0 else end
    while end > start and (text[end - 1].isspace() or (text[end - 1] == ")" and "(" not in text[start:end])):
        end -= 1
    return Literal(start, end, list(_chunks(text, start, end)))


def _commands(text: str, start: int, end: int) -> list[list[Literal]]:
    """Return the words of each command of a line."""
    commands: list[list[Literal]] = [[]]
    at = start
    while at < end:
        chunks: list[Chunk] = []
        begin = at
        while at < end:
            match = _QUOTE.match(text, at, end) or _PLAIN.match(text, at, end)
            if match is None:
                break
            at = match.end()
            if text[match.start()] == '"':
                chunks += _chunks(text, match.start() + 1, at - text.endswith('"', match.start() + 1, at))
            elif text[match.start()] != "^":
                chunks += _chunks(text, match.start(), at)
        if at > begin:
            commands[-1].append(Literal(begin, at, chunks))
        elif text[at] in "&|()<>":
            commands.append([])
        at += at == begin
    return [words for words in commands if words]


def _chunks(text: str, start: int, end: int) -> Iterator[Chunk]:
    """Yield the parts of a text with the variables in it."""
    at = start
    for match in _VARIABLE.finditer(text, start, end):
        if at < match.start():
            yield Chunk("same", text[at : match.start()], at, match.start(), _QUOTED)
        low, at = match.span()
        if match[0].startswith("%%") and not match["letter"]:
            url = match["code"] and "?" in text[start:low]
            at = at if url else low + 2
            yield Chunk("escape", chr(int(match["code"], 16)) if url else "%", low, at, _QUOTED)
            continue
        name = match["name"] or match["late"] or match["number"]
        node: Node = Name(low, at, name.upper() if name else f"%%{match['letter']}")
        if name and name.upper() in _NUMBERS:
            node = Number(low, at, name)
        change = match["change"] or match["changed"] or ""
        if change:
            # ``%NAME:'=%``, ``%NAME:~0,8%``
            parts = ["", ""] if change.startswith("~") else change.partition("=")[::2]
            arguments = [Argument(Literal(low, low, [Chunk("same", part, low, low)])) for part in parts]
            node = Call(low, at, Member(low, at, node, "left" if change.startswith("~") else "replaceall"), arguments)
        yield Chunk("placeholder", "", low, at, _QUOTED, node, match[0])
    if at < end:
        yield Chunk("same", text[at:end], at, end, _QUOTED)
