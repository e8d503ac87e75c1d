"""Requests, output and tests of the commands of a shell: `request_of`, `output_of`, `test_of`, `label_of`."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import is_safe_pattern
from cwql.lint.ir import (
    Argument,
    Block,
    Branch,
    Call,
    Cast,
    Choice,
    Chunk,
    Index,
    Literal,
    Name,
    Node,
    Operation,
    Other,
    Unary,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence

_DATA = words("-d --data --data-urlencode --data-raw --data-binary --data-ascii --url-query -F --form")
_PAIR = re.compile(r"(\w+)(==?|:=)")
_PLAIN_PAIRS = words("http https xh httpie")
_CLIENTS = _PLAIN_PAIRS | words("curl wget")
_CURL_ONLY = words("--data-urlencode --url-query")
"""Options by which a function of the script is known to call curl."""

_ITEM = re.compile(r"(?:\w*conditions?|orderBy)==", re.IGNORECASE)
"""An argument by which it is known to call httpie."""

_CLEAN = re.compile(
    r"(?:tr\s+-(?:cd|dc|Cd|dC)\s++['\"]?(?:[\w.@: +,/-]|\\n|\[:(?:alnum|digit|alpha):\])*+['\"]?"
    r"|tr\s+-d\s+['\"\\]*['\"][^|]*|date\s.*\+.*|wc\s+-\w+.*|id\s+-u.*|expr\s.*"
    r"|sed\s+(?:-[Er]+\s+)?(?:-e\s+)?['\"]?s(?P<d>[/|#])\[\^[\w.@: -]*\][+*]?(?P=d)(?P=d)g?['\"]?"
    r"|sed\s+-n[Er]*\s+['\"]s(?P<e>[/|#])(?:(?!(?P=e))[^(])*\(\[[\w.: -]*\][^()]*\)(?:(?!(?P=e)).)*(?P=e)\\1(?P=e)p['\"][^|]*"
    r"|jq\s+(?:-\w+\s+)*'[\[(]?(?:map\()?[^'|]*\.id[\])]*"
    r"(?:\s*\|\s*(?:unique|sort|tostring|@csv|join\(\"[,; ]+\"\)))*'"
    r"|jq\s.*\.id(?:\s*//\s*\w+)?['\"]?[^.'\"]*)\s*\Z",
    re.DOTALL,
)
"""Commands that print numbers, dates or characters that are safe."""

_MATCHING = re.compile(r"grep\s+-\w*[oE]\w*\s+(?:-\w+\s+)*['\"]([^'\"]+)['\"]\s*\Z|awk\s+'\{\s*printf?\s+int\(")
_FORMAT = re.compile(r"date\s[^|\n]*?\+['\"]?([^'\"\s]*%[FY][^'\"]*+)")
_PASSES = words("head tail cut sort uniq")
"""Commands that print a part of their input."""

_ENCODES = re.compile(r"@uri\b|\bquote(?:_plus)?\(")
_REDIRECTED = re.compile(r"\s(?:<|\d?>)")
"""The start of an input that is no argument, or of a redirection: ``<<<"$1"``, or the file of an output."""

_GREP = re.compile(r"[ef]?grep\b")
_EMPTY = {"-z": "==", "-n": "!="}
_CONNECTIVES = {"&&": "&&", "||": "||", "-a": "&&", "-o": "||"}
_EQUAL = {"=": "==", "==": "==", "!=": "!="}
_NUMERIC = words("-eq -ne -lt -le -gt -ge")
_GLOB = re.compile(r"(?P<wide>\*?)\[[!^](?P<not>(?:\[:\w+:\]|[^\[\]])+)\](?P=wide)|(?P<kind>[?*+@])(?P<group>\(.*\))")
"""Patterns for a text with another character, and for repeated ones: ``*[!0-9]*``, ``+([0-9])``."""


def request_of(name: str, words: Sequence[Literal]) -> Node:
    """Return the call of a command. The data of a program that sends requests are parameters."""
    pairs = name in _PLAIN_PAIRS or any(_ITEM.match(head_of(each)) is not None for each in words[1:])
    if not pairs and name not in _CLIENTS and not any(each.value in _CURL_ONLY for each in words[1:]):
        return _call(words, [Argument(each) for each in words[1:]], name)
    arguments: list[Argument] = []
    data = False
    for word in words[1:]:
        plain = word.value
        if plain is not None and plain.startswith("-") and "=" not in plain:
            data = plain in _DATA
            continue
        text, value = head_of(word), word
        if text.startswith("--") and "=" in text:
            option, _, text = text.partition("=")
            value, data = cut(word, len(option) + 1), option in _DATA
        match = _PAIR.match(text)
        if match is not None and "/" not in match[1] and (data or pairs):
            arguments.append(Argument(cut(value, match.end()), match[1], value.start))
        else:
            arguments.append(Argument(value))
        data = False
    return _call(words, arguments, name)


def _call(words: Sequence[Literal], arguments: list[Argument], name: str) -> Call:
    return Call(words[0].start, words[-1].end, Name(words[0].start, words[0].end, name), arguments)


def head_of(word: Literal) -> str:
    """Return the plain text that a word begins with."""
    return word.chunks[0].text if word.chunks and word.chunks[0].kind == "same" else ""


def cut(word: Literal, length: int) -> Literal:
    """Return a word without its first characters, which are plain."""
    first = word.chunks[0]
    chunks = list(word.chunks[1:])
    if length < len(first.text):
        chunks.insert(0, Chunk("same", first.text[length:], first.start + length, first.end, first.quoting))
    return Literal(chunks[0].start if chunks else word.end, word.end, chunks)


def text_of(text: str, start: int, end: int) -> Literal:
    """Return a plain text of a script as a literal."""
    return Literal(start, end, [Chunk("same", text, start, end)])


# --- output --------------------------------------------------------------------------------------------------------


def encodes(source: str) -> bool:
    """Return whether commands encode a text for URLs."""
    return _ENCODES.search(source) is not None


def _encoded(commands: Sequence[Node], source: str, encoders: Container[str]) -> Node | None:
    """Return the text that commands encode: ``jq -rn --arg v "…" '$v|@uri'``, ``printf %s "…" | jq -sRr @uri``."""
    last = commands[-1] if commands else None
    if not isinstance(last, Call) or not isinstance(last.callee, Name):
        return None
    words = [each.value for each in last.arguments if isinstance(each.value, Literal)]
    if last.callee.name in encoders and words:
        return words[-1]
    if not encodes(source):
        return None
    named = [index for index, each in enumerate(words) if each.value in ("--arg", "-a")]
    if named and named[0] + 2 < len(words):
        return words[named[0] + 2]
    if len(commands) == 1:
        return words[-1] if words and "@uri" not in source else None
    printed = commands[0].arguments if isinstance(commands[0], Call) else ()
    return printed[-1].value if printed else None


def output_of(commands: Sequence[Node], text: str, start: int, end: int, encoders: Container[str] = ()) -> Node:
    """Return the value that commands print."""
    encoded = _encoded(commands, text[start:end], encoders)
    if encoded is not None:
        return Call(start, end, Name(start, start, "encodeuricomponent"), [Argument(encoded)])
    last, stop = _printing(commands, text, end)
    if isinstance(last, Call) and isinstance(last.callee, Name):
        source = _REDIRECTED.split(text[last.start : stop].strip(), 1)[0]
        match = _MATCHING.match(source)
        if _CLEAN.match(source) or (match is not None and (match[1] is None or is_safe_pattern(match[1]))):
            node = commands[0] if len(commands) == 1 else Block(start, end, commands)
            return _date(last, text) or Cast(start, end, "int", node)
    return commands[0] if len(commands) == 1 else Block(start, end, commands)


def _printing(commands: Sequence[Node], text: str, end: int) -> tuple[Node | None, int]:
    """Return the last command of a pipeline that decides which characters are printed, and where it ends."""
    for index in range(len(commands) - 1, -1, -1):
        each = commands[index]
        name = each.callee.name if isinstance(each, Call) and isinstance(each.callee, Name) else ""
        if name not in _PASSES or not index or text[commands[index - 1].end : each.start].strip() != "|":
            return each, end
        end = commands[index - 1].end
    return None, end


def _date(command: Node, text: str) -> Node | None:
    """Return a date that a command formats: ``date -d yesterday +%F``."""
    match = _FORMAT.match(text, command.start, command.end)
    if match is None:
        return None
    form = Chunk("same", match[1].replace("%F", "%Y-%m-%d"), command.start, command.start)
    callee = Name(command.start, command.start, "strftime")
    return Call(command.start, command.end, callee, [Argument(Literal(command.start, command.end, [form]))])


# --- tests ---------------------------------------------------------------------------------------------------------


def connect(found: list[Node], sign: str, nodes: Sequence[Node], text: str) -> None:
    """Add the nodes of a command to those before it, by the operator between them."""
    last = found[-1] if found and nodes else None
    second = nodes[0] if len(nodes) == 1 else None
    if last is None or sign not in ("&&", "||", "|"):
        found += nodes
    elif sign == "|":
        test = _searched(last, second, text)
        found[len(found) - 1 :] = [test] if test is not None else [last, *nodes]
    elif is_test(last) and second is not None and is_test(second):
        found[-1] = Operation(last.start, second.end, "other", sign, last, second)
    else:
        start, end, tested = last.start, nodes[-1].end, is_test(last)
        body = Block(nodes[0].start, end, nodes)
        # ``[ -n "$a" ] && b || c``: the first test of a statement ``if`` begins after its start.
        tests = last.tests if isinstance(last, Branch) else ()
        known = last if isinstance(last, Branch) and tests and tests[0] and tests[0].start == start else None
        if sign == "||" and known is not None and not known.complete:
            found[-1] = Branch(start, end, tests, [*known.bodies, body], True)
        elif sign == "||":
            tests = [Unary(last.end, last.end, "!", last)] if tested else []
            found[len(found) - tested :] = [Branch(start, end, tests, [body], False)]
        elif known is not None and isinstance(known.bodies[-1], Block):
            known.bodies[-1].statements = [*known.bodies[-1].statements, *nodes]
        elif tested:
            found[-1] = Branch(start, end, [last], [body], False)
        else:
            found += nodes


def negated(node: Node) -> Node:
    """Return a command after ``!``, if it is a test."""
    return Unary(node.start, node.end, "!", node) if is_test(node) else node


def is_test(node: Node) -> bool:
    """Return whether a command is a test."""
    return isinstance(node, (Operation, Unary))


def _searched(left: Node, right: Node | None, text: str) -> Node | None:
    """Return the test whether a text matches a pattern: ``echo "$1" | grep -qE '^[0-9]+$'``."""
    if not (isinstance(left, Call) and isinstance(right, Call) and left.arguments):
        return None
    printed, given = left.arguments[-1].value, [each.value for each in right.arguments]
    words = [each.value or "" for each in given if isinstance(each, Literal)]
    options = "".join([each for each in words if each.startswith("-")])
    patterns = [each for each in words if not each.startswith("-")]
    silent = "q" in options or "/dev/null" in patterns
    if not (text.startswith(("echo", "printf"), left.start) and _GREP.match(text, right.start)) or not patterns:
        return None
    if not silent or "v" in options or not isinstance(printed, Literal):
        return None
    pattern = f"^{patterns[0]}$" if "x" in options else patterns[0]
    return _operation(left.start, right.end, "=~", _subject(printed), pattern)


def test_of(words: Sequence[Literal]) -> Node:
    """Return the test between the brackets of ``[ … ]`` or ``[[ … ]]``, or after ``test``."""
    found: list[Node] = []
    part: list[Literal] = []
    sign = ""
    for word in words:
        connective = _CONNECTIVES.get(word.value or "", "")
        if connective and part:
            connect(found, sign, [_comparison(part)], "")
            sign, part = connective, []
        else:
            part.append(word)
    if part:
        connect(found, sign, [_comparison(part)], "")
    return found[-1] if found else Other(0, 0)


def _comparison(words: Sequence[Literal]) -> Node:
    start, end = words[0].start, words[-1].end
    texts = [each.value or "" for each in words]
    if texts[0] == "!" and len(words) > 1:
        return Unary(start, end, "!", _comparison(words[1:]))
    if len(words) == 1 or (len(words) == 2 and texts[0] in _EMPTY):
        return _operation(start, end, _EMPTY.get(texts[0], "!="), _subject(words[-1]), "")
    if len(words) == 3 and texts[1] in _NUMERIC:
        # Anything but a number is an error.
        number = Call(start, end, Name(start, start, "isnumeric"), [Argument(_subject(words[0]))])
        return Operation(start, end, "other", "-eq", number, words[2])
    if len(words) == 3 and texts[1] == "=~":
        return Operation(start, end, "other", "=~", _subject(words[0]), _subject(words[2]))
    if len(words) == 3 and texts[1] in _EQUAL:
        test = label_of(words[0], words[2])
        return test if texts[1] != "!=" else Unary(start, end, "!", test)
    return Unary(start, end, "test", Other(start, end, words))


def label_of(tested: Literal, word: Literal) -> Node:
    """Return the test whether a value is a word, or matches a pattern for the names of files."""
    start, end, text = tested.start, word.end, word.value
    subject = _subject(tested)
    match = _GLOB.fullmatch(text) if text is not None else None
    if text is None:
        return Operation(start, end, "other", "==", subject, _subject(word))
    if match is not None and match["kind"]:
        return _operation(start, end, "=~", subject, f"^{match['group']}{match['kind'].replace('@', '')}$")
    if match is not None and match["wide"]:
        return _operation(start, end, "!~", subject, f"^[{match['not']}]*$")
    if text.replace("\\", "").strip("*[]") in ("'", '"', "'\"", "\"'"):
        # ``[[ $name == *"'"* ]]``
        return _operation(start, end, "-like", subject, text.replace("\\", ""))
    if "*" in text or "?" in text or "[" in text:
        return Unary(start, end, "test", Other(start, end, [subject]))
    return _operation(start, end, "==", subject, text)


def _operation(start: int, end: int, sign: str, left: Node, right: str) -> Node:
    return Operation(start, end, "other", sign, left, text_of(right, end, end))


def _subject(word: Literal) -> Node:
    """Return the variable that a word consists of, or the word."""
    node = word.chunks[0].node if len(word.chunks) == 1 else None
    if isinstance(node, Choice) and not node.tests:
        # ``${1:-none}``
        node = node.options[0]
    return node if isinstance(node, (Name, Index)) else word
