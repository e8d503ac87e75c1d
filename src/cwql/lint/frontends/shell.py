"""Conditions in shell scripts: ``curl -G --data-urlencode``, httpie, variables, here-documents."""

from __future__ import annotations

from bisect import bisect_left

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.emit import find_flow
from cwql.lint.dataflow.flow import SHORT
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.dataflow.traits import Traits
from cwql.lint.dataflow.values import is_word
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Call,
    Cast,
    Choice,
    Chunk,
    Function,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Other,
    Parameter,
)
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_DOUBLE = QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$", "`": "\\`"})
_SINGLE = QuoteStyle({}, "'")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(\+?=)")
_VARIABLE = re.compile(
    r"\$(?:(\d|[@*#?!-])|([A-Za-z_]\w*)|\{(?:\(([^(){}]*+)\))?([!#]?)([A-Za-z_]\w*+|\d++)([^{}]*+)\})"
)
_SUBSCRIPT = re.compile(r"\[[^\[\]]*+\]\Z")
_ITEMS = re.compile(r"\A\[[^\[\]]*+\](?=[/%#])")
"""The subscript of a list whose items are changed."""

_ENTRY = re.compile(r"\[['\"]?([^\[\]'\"$]*+)['\"]?\]=")
_ARITHMETIC = re.compile(r"\$\(\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)\)")
_HERE = re.compile(r"<<(-?)[ \t]*(['\"]?)([A-Za-z_]\w*)\2")
_DATA = frozenset(
    ("-d", "--data", "--data-urlencode", "--data-raw", "--data-binary", "--data-ascii", "--url-query", "-F", "--form")
)
_PAIR = re.compile(r"(\w+)(==?|:=)")
_CLIENTS = words("curl http https xh wget httpie")
_PLAIN_PAIRS = words("http https xh httpie")
_CURL_ONLY = words("--data-urlencode --url-query")
"""Options by which a function of the script is known to call curl."""

_FUNCTION = re.compile(r"(\(\s*+\)\s*+)?\{(?=\s)")
_DEEPEST = 40
"""Deepest nesting of functions and groups that is parsed."""

_DECLARES = words("local declare typeset integer")
_PREFIXES = _DECLARES | words("export readonly sudo then do else if while ! time $ elif until")
LIMIT = 200_000
"""Longest script that is read word by word, in characters."""


class Reader:
    """Split a script into words, and its words into commands."""

    def __init__(self, text: str, skipped: Mapping[int, int] | None = None) -> None:
        """`skipped` are line breaks between commands, each with a later one at which to go on."""
        self.text = text
        self.skipped = skipped or {}
        self.at = 0
        self.size = len(text)
        self.pending: list[tuple[str, bool, bool]] = []
        self.depth = 0
        self.function = ""
        self.tests = _tests(text)

    def commands(self, close: str = "") -> list[Node]:
        """Return the commands up to the end, or to a bracket."""
        found: list[Node] = []
        words: list[Literal] = []
        start = self.at
        self.depth += 1
        while self.at < self.size:
            sign = self.text[self.at]
            if close and sign == close:
                break
            if sign in " \t\r":
                self.at += 1
            elif sign == "\\" and self.text.startswith(("\\\n", "\\\r\n"), self.at):
                self.at = self.text.index("\n", self.at) + 1
            elif sign == "#" and (self.at == 0 or self.text[self.at - 1] in " \t\n;"):
                self.at = self._line_end()
            elif sign == "<" and (match := _HERE.match(self.text, self.at)) is not None:
                self.pending.append((match[3], match[1] == "-", bool(match[2])))
                self.at = match.end()
            elif sign == "(" and words and words[-1].end == self.at and _LIST.fullmatch(words[-1].value or ""):
                found += self._list(words.pop())
            elif sign in "({" and (body := self._body(words)):
                found.append(self._function(words[-1], body))
                words = []
            elif sign == "{" and self.text[self.at + 1 : self.at + 2].isspace() and self.depth < _DEEPEST:
                found += self._command(words)
                words = []
                self.at += 1
                found += self.commands("}")
                self.at += 1
            elif sign in "&|;()}\n":
                begin = self.at
                self.at += 2 if self.text.startswith(("&&", "||", ";;"), begin) else 1
                found += self._command(words)
                words = []
                if sign == "\n":
                    found += self._documents()
                    self.at = self.skipped.get(begin, self.at)
            elif sign in "<>":
                self.at += 1
            else:
                word = self.word(close.replace("}", ""))
                if word is not None:
                    words.append(word)
        found += self._command(words)
        self.depth -= 1
        return self._with_tests(start, found)

    def _with_tests(self, start: int, statements: Sequence[Node]) -> list[Node]:
        """Return statements, with a note after each test of a variable that it is safe from there on."""
        spans = [(each.start, each.end) for each in statements if isinstance(each, Function)]
        tests = [
            (at, self._variable(name))
            for at, name in self.tests[bisect_left(self.tests, (start, "")) : bisect_left(self.tests, (self.at, ""))]
            if not any(low < at < high for low, high in spans)
        ]
        found: list[Node] = []
        for each in statements:
            while tests and each.start >= tests[0][0]:
                at, name = tests.pop(0)
                found.append(Assign(at, at, Name(at, at, name), Cast(at, at, "int", Name(at, at, name))))
            found.append(each)
        return found

    def _variable(self, name: str) -> str:
        """Return the name of a variable, with that of the function whose argument it is."""
        return f"{self.function}:{name}" if self.function and name.isdigit() else name

    def _body(self, words: Sequence[Literal]) -> int:
        """Return where the body of a function begins whose header is at hand: ``name() {``, ``function name {``; 0 for anything else."""
        named = len(words) == 1 or (len(words) == 2 and words[0].value == "function")
        match = _FUNCTION.match(self.text, self.at) if named and words[-1].value and self.depth < _DEEPEST else None
        return match.end() if match is not None and (match[1] or len(words) == 2) else 0

    def _function(self, head: Literal, at: int) -> Node:
        """Parse the body of a function, whose arguments are ``$1`` to ``$9``."""
        self.at = at
        outer, self.function = self.function, head.value or ""
        parameters = [Parameter(f"{self.function}:{number}") for number in range(1, 10)]
        body = self.commands("}")
        self.at, self.function = min(self.at + 1, self.size), outer
        return Function(head.start, self.at, head.value or "", parameters, Block(at, self.at, body))

    def _list(self, head: Literal) -> list[Node]:
        """Return the assignment of a list, ``name=(a b)`` or ``name=([key]=a)``, and that of its keys: to one of them each."""
        start, found = self.at, list[Literal]()
        self.at += 1
        while self.at < self.size and self.text[self.at] != ")":
            if self.text[self.at] == "#" and self.text[self.at - 1].isspace():
                self.at = self._line_end()
            word = self.word(")") if not self.text[self.at : self.at + 1].isspace() else None
            if word is not None:
                found.append(word)
            elif self.text[self.at : self.at + 1].isspace():
                self.at += 1
        self.at = min(self.at + 1, self.size)
        name, _, _ = (head.value or "").rstrip("=").partition("+")
        items: list[Node] = []
        keys: list[Node] = []
        for word in found:
            first = word.chunks[0] if word.chunks else None
            match = _ENTRY.match(self.text, word.start, word.end) if first is not None else None
            if match is None or first is None or first.kind != "same" or len(first.text) < len(match[0]):
                items.append(word)
                continue
            items.append(_after(word, len(match[0])))
            keys.append(Literal(match.start(1), match.end(1), [Chunk("same", match[1], match.start(1), match.end(1))]))
        made: list[Node] = []
        for target, values in ((name, items), (f"!{name}", keys)):
            if values:
                options = [Name(head.start, head.start, target), *values] if "+" in (head.value or "") else values
                made.append(
                    Assign(start, self.at, Name(head.start, head.end, target), _one_of(start, self.at, options))
                )
        return made

    def _line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return end if end >= 0 else self.size

    def _documents(self) -> list[Node]:
        """Return the texts of the here-documents that begin with this line."""
        found: list[Node] = []
        pending, self.pending = self.pending, []
        for name, indented, raw in pending:
            start = self.at
            margin = r"[ \t]*" if indented else ""
            end = re.compile(rf"^{margin}{name}[ \t]*\r?$", re.MULTILINE).search(self.text, self.at)
            stop = end.start() if end is not None else self.size
            found.append(Literal(start, stop, self.chunks(start, stop, None if not raw else _SINGLE, raw)))
            self.at = end.end() if end is not None else self.size
        return found

    def word(self, close: str = "") -> Literal | None:
        """Return the word at hand: quoted and plain parts in a row."""
        text, start = self.text, self.at
        chunks: list[Chunk] = []
        while self.at < self.size:
            sign = text[self.at]
            if sign in " \t\r\n;|&<>()" or (close and sign == close):
                break
            if sign == "'":
                end = text.find("'", self.at + 1)
                end = end if end >= 0 else self.size
                if end > self.at + 1:
                    chunks.append(Chunk("same", text[self.at + 1 : end], self.at + 1, end, _SINGLE))
                self.at = min(end + 1, self.size)
            elif sign == '"':
                end = self._closing(self.at + 1)
                chunks += self.chunks(self.at + 1, end, _DOUBLE, False)
                self.at = min(end + 1, self.size)
            elif sign == "\\":
                if text.startswith("\n", self.at + 1):
                    break
                chunks.append(Chunk("escape", text[self.at + 1 : self.at + 2], self.at, min(self.at + 2, self.size)))
                self.at = min(self.at + 2, self.size)
            elif sign in "$`":
                chunks.append(self._placeholder(self.size, None))
            else:
                end = self.at + 1
                while end < self.size and text[end] not in " \t\r\n;|&<>()'\"\\$`" and text[end] != close:
                    end += 1
                chunks.append(Chunk("same", text[self.at : end], self.at, end))
                self.at = end
        if self.at == start:
            self.at += 1
            return None
        return Literal(start, self.at, chunks)

    def _closing(self, at: int) -> int:
        """Return where a string in double quotes ends."""
        level = 0
        while at < self.size:
            sign = self.text[at]
            if sign == "\\":
                at += 1
            elif self.text.startswith("$(", at):
                level += 1
            elif sign == ")" and level:
                level -= 1
            elif sign == '"' and not level:
                return at
            at += 1
        return self.size

    def chunks(self, start: int, end: int, quoting: QuoteStyle | None, raw: bool) -> list[Chunk]:
        """Return the chunks of a text in which variables count, unless it is `raw`."""
        found: list[Chunk] = []
        text, plain, saved = self.text, start, self.at
        self.at = start
        while self.at < end:
            sign = text[self.at]
            if raw or sign not in "\\$`" or (sign == "\\" and text[self.at + 1 : self.at + 2] not in '"\\$`'):
                self.at += 1
                continue
            if plain < self.at:
                found.append(Chunk("same", text[plain : self.at], plain, self.at, quoting))
            if sign == "\\":
                found.append(Chunk("escape", text[self.at + 1 : self.at + 2], self.at, min(self.at + 2, end), quoting))
                self.at = min(self.at + 2, end)
            else:
                found.append(self._placeholder(end, quoting))
            plain = self.at
        if plain < end:
            found.append(Chunk("same", text[plain:end], plain, end, quoting))
        self.at = saved
        return found

    def _placeholder(self, limit: int, quoting: QuoteStyle | None) -> Chunk:
        """Return the variable or command that is put in at this point."""
        text, start = self.text, self.at
        match = _VARIABLE.match(text, start, limit)
        if match is not None:
            self.at = match.end()
            name = self._variable(match[1] or match[2] or match[5])
            node: Node = Name(start, match.end(), name)
            rest = _ITEMS.sub("", match[6] or "")
            if match[3]:
                # ``${(j:, :)list}`` of zsh
                node = Other(start, match.end(), [node])
            elif match[4] == "#":
                node = Cast(start, match.end(), "int", node)
            elif match[4] == "!":
                # ``${!list[@]}`` are its keys; ``${!name}`` may be any variable.
                node = Name(start, match.end(), f"!{name}") if _SUBSCRIPT.match(rest) else Other(start, match.end())
            elif _SUBSCRIPT.match(rest) is not None or rest.lstrip(":")[:1] in ("-", "?"):
                # One of the items of a list is the value of its name; ``${2:-}`` is that of `2`.
                pass
            elif rest.startswith("/"):
                # ``${text// /%20}``
                parts = rest.strip("/").split("/")
                arguments = [
                    Argument(Literal(start, start, [Chunk("same", _unquoted(part), start, start)]))
                    for part in [*parts, ""][:2]
                ]
                node = Call(start, match.end(), Member(start, match.end(), node, "replaceall"), arguments)
            elif rest[:1] in ("%", "#"):
                # ``${list%,}``
                cut = "removesuffix" if rest[0] == "%" else "removeprefix"
                removed = Literal(start, start, [Chunk("same", _unquoted(rest.strip("%#")), start, start)])
                node = Call(start, match.end(), Member(start, match.end(), node, cut), [Argument(removed)])
            elif rest[:1] in ("^", ",") or rest[1:2].isdigit():
                # ``${name^^}``, ``${name:0:8}``
                node = Call(start, match.end(), Member(start, match.end(), node, "lower"), [])
            elif rest:
                node = Other(start, match.end(), [node])
            return Chunk("placeholder", "", start, match.end(), quoting, node, match[0])
        if text.startswith("$((", start) and (ended := _ARITHMETIC.match(text, start, limit)) is not None:
            self.at = ended.end()
            return Chunk(
                "placeholder",
                "",
                start,
                self.at,
                quoting,
                Cast(start, self.at, "int", Name(start, self.at, "")),
                ended[0],
            )
        if text.startswith("$(", start) and self.depth < 20:
            self.at = start + 2
            inner = self.commands(")")
            self.at = min(self.at + 1, limit)
            node = inner[0] if len(inner) == 1 else Block(start, self.at, inner)
            printing, stop = _printing(inner, text, self.at - 1)
            if printing is not None and _is_clean(printing, text[printing.start : stop]):
                node = _date(printing, text) or Cast(start, self.at, "int", node)
            return Chunk("placeholder", "", start, self.at, quoting, node, text[start : self.at])
        if text[start] == "`":
            end = text.find("`", start + 1, limit)
            self.at = end + 1 if end >= 0 else start + 1
            return Chunk("placeholder", "", start, self.at, quoting, None, text[start : self.at])
        self.at = start + 1
        return Chunk("same", text[start], start, start + 1, quoting)

    def _command(self, words: Sequence[Literal]) -> list[Node]:
        """Return the nodes of one command."""
        found: list[Node] = []
        index = 0
        declares = integer = False
        while index < len(words):
            word = words[index]
            head = word.chunks[0] if word.chunks else None
            plain = word.value
            match = (
                _ASSIGNED.match(head.text)
                if head is not None and head.kind == "same" and head.start == word.start
                else None
            )
            if match is not None and head is not None:
                value: Node = _after(word, match.end())
                if integer:
                    value = Cast(value.start, value.end, "int", value)
                target = Name(word.start, word.start + match.end(1), match[1])
                found.append(Assign(word.start, word.end, target, value, match[2] == "+=", declared=declares))
            elif plain in _PREFIXES or (declares and plain is not None and plain.startswith("-")):
                declares = declares or plain in _DECLARES
                integer = integer or plain == "integer" or (declares and plain.startswith("-") and "i" in plain)
            else:
                break
            index += 1
        rest = list(words[index:])
        if not rest:
            return found
        name = (rest[0].value or "").rpartition("/")[2]
        if name == "read":
            # ``read -r name``: a line of another program, or of the user if there is a prompt
            words = [each for each in rest[1:] if each.value is not None]
            prompted = any(_PROMPTED.match(each.value or "") for each in words)
            for each in words:
                if (each.value or "").isidentifier():
                    at, end = each.start, each.end
                    typed = Call(at, at, Name(at, at, "input"), ()) if prompted else Other(at, at)
                    found.append(Assign(at, end, Name(at, end, each.value or ""), typed))
            return found
        if name in ("for", "select") and len(rest) > 3 and rest[1].value and rest[2].value == "in":
            # ``for status in New Closed``: one of the words.
            options = [_option(each) for each in rest[3:]]
            target = Name(rest[1].start, rest[1].end, rest[1].value)
            found.append(Assign(rest[0].start, rest[-1].end, target, _one_of(rest[3].start, rest[-1].end, options)))
            return found
        if name in _CLIENTS or any(each.value in _CURL_ONLY for each in rest[1:]):
            found.append(request_of(name, rest))
        else:
            found.append(
                Call(
                    rest[0].start,
                    rest[-1].end,
                    Name(rest[0].start, rest[0].end, name),
                    [Argument(each) for each in rest[1:]],
                )
            )
        return found


_PROMPTED = re.compile(r"-[a-z]*p")
_LIST = re.compile(r"[A-Za-z_]\w*\+?=")
_CLASSES = (("[:alnum:]", "\\w"), ("[:alpha:]", "\\w"), ("[:digit:]", "\\d"), ("[:space:]", " "))
"""Classes of POSIX, and the same in a regular expression."""

_MOST_OPTIONS = 40
_GLOB = re.compile(r"[*?\[~{]")
_RANGE = re.compile(r"[\w.-]*\{[\w.,-]*\}[\w.-]*")


def _one_of(start: int, end: int, options: Sequence[Node]) -> Node:
    """Return a value that is one of several: of many, only whether all of them are words of the script."""
    if len(options) > _MOST_OPTIONS:
        plain = all(isinstance(each, Literal) and is_word(each.value) for each in options)
        return Cast(start, end, "int", Other(start, end)) if plain else Other(start, end)
    return options[0] if len(options) == 1 else Choice(start, end, options)


def _option(word: Literal) -> Node:
    """Return a word after ``in``: the names of files may be any text, and ``{1..5}`` are several words."""
    if word.value is None or not _GLOB.search(word.value):
        return word
    several = Other(word.start, word.end)
    return Cast(word.start, word.end, "int", several) if _RANGE.fullmatch(word.value) else several


def _unquoted(part: str) -> str:
    """Return a part of ``${name//pattern/text}`` without the quotes around it, and without backslashes before quotes."""
    if len(part) > 1 and part[0] == part[-1] and part[0] in "'\"":
        part = part[1:-1]
    return _regular(part.replace("[!", "[^")).replace("\\'", "'").replace('\\"', '"')


def _regular(pattern: str) -> str:
    """Return a pattern with the classes of POSIX as regular expressions of other languages spell them."""
    for name, meant in _CLASSES:
        pattern = pattern.replace(name, meant)
    return pattern


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


_PASSES = words("head tail cut sort uniq")
"""Commands that print a part of their input."""


def _printing(commands: Sequence[Node], text: str, end: int) -> tuple[Node | None, int]:
    """Return the last command of a pipeline that decides which characters are printed, and where it ends."""
    for index in range(len(commands) - 1, -1, -1):
        each = commands[index]
        name = each.callee.name if isinstance(each, Call) and isinstance(each.callee, Name) else ""
        if name not in _PASSES or not index or text[commands[index - 1].end : each.start].strip() != "|":
            return each, end
        end = commands[index - 1].end
    return None, end


def _is_clean(command: Node, source: str) -> bool:
    """Return whether the output of a command has neither quotes nor operators in it."""
    if not isinstance(command, Call) or not isinstance(command.callee, Name):
        return False
    source = source.strip()
    if _CLEAN.match(source) is not None:
        return True
    match = _MATCHING.match(source)
    return match is not None and (match[1] is None or is_safe_pattern(_regular(match[1])))


def _date(command: Node, text: str) -> Node | None:
    """Return a date that a command formats: ``date -d yesterday +%F``."""
    match = _FORMAT.match(text, command.start, command.end)
    if match is None:
        return None
    form = Chunk("same", match[1].replace("%F", "%Y-%m-%d"), command.start, command.start)
    callee = Name(command.start, command.start, "strftime")
    return Call(command.start, command.end, callee, [Argument(Literal(command.start, command.end, [form]))])


_FORMAT = re.compile(r"date\s[^|\n]*?\+['\"]?([^'\"\s]*%[FY][^'\"]*+)")
_TESTED = re.compile(
    r"\[\[\s+(?:!\s+)?['\"]?\$\{?(?P<a>\w+)\}?['\"]?\s+(?:=~\s+(?P<pattern>\S+)|[!=]=?\s+\+\(\[[\w:\[\]-]+\]\))\s+\]\]"
    r"|case\s+['\"]?\$\{?(?P<b>\w+)\}?['\"]?\s+in\s*+\(?[^()]{0,40}\*\[[!^](?P<set>(?:[\w.@: -]|\[:\w+:\])+)\]\*"
    r"|case\s+['\"]?\$\{?(?P<d>\w+)\}?['\"]?\s+in(?:\s++\(?(?:[\w.@:| -]|'[\w .@:-]++'|\"[\w .@:-]++\")++\)[^;()*]*+;;)++"
    r"\s*+\(?\*\)[^)]{0,200}?\b(?:exit|return|die|usage|continue)\b[^)]{0,100}?\besac\b"
    r"|\[\s+['\"]?\$\{?(?P<c>\w+)\}?['\"]?\s+-eq\s+['\"]?\$\{?(?P=c)\}?['\"]?\s+\]"
)
"""Tests that a script makes before it uses a variable: the lines after them are only reached with a safe value."""


def _tests(text: str) -> list[tuple[int, str]]:
    """Return the ends of the tests of variables, and the variables."""
    found: list[tuple[int, str]] = []
    for match in _TESTED.finditer(text):
        pattern = match["pattern"]
        if pattern is not None:
            pattern = pattern.strip("'\"")
            if not (is_anchored(pattern) and is_safe_pattern(pattern)):
                continue
        found.append((match.end(), match["a"] or match["b"] or match["c"] or match["d"]))
    return found


def _after(word: Literal, length: int) -> Literal:
    """Return a word without its first characters, which are plain."""
    first = word.chunks[0]
    chunks = list(word.chunks[1:])
    if length < len(first.text):
        chunks.insert(0, Chunk("same", first.text[length:], first.start + length, first.end, first.quoting))
    start = chunks[0].start if chunks else word.end
    return Literal(start, word.end, chunks)


def request_of(name: str, words: Sequence[Literal]) -> Node:
    """Return the call of a program that sends requests: its data are parameters."""
    arguments: list[Argument] = []
    data = False
    for word in words[1:]:
        plain = word.value
        if plain is not None and plain.startswith("-") and "=" not in plain:
            data = plain in _DATA
            continue
        head = word.chunks[0] if word.chunks else None
        text = head.text if head is not None and head.kind == "same" else ""
        if text.startswith("--") and "=" in text and head is not None:
            option, _, _ = text.partition("=")
            value, data = _after(word, len(option) + 1), option in _DATA
            text = value.chunks[0].text if value.chunks and value.chunks[0].kind == "same" else ""
        else:
            value = word
        match = _PAIR.match(text)
        if match is not None and "/" not in match[1] and (data or name in _PLAIN_PAIRS):
            arguments.append(Argument(_after(value, match.end()), match[1], value.start))
        else:
            arguments.append(Argument(value))
        data = False
    return Call(words[0].start, words[-1].end, Name(words[0].start, words[0].end, name), arguments)


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a script."""
    if not context.can_name_endpoint():
        return
    text = source.text
    skipped: dict[int, int] = {}
    if len(text) >= SHORT:
        from cwql.lint.frontends.skipping import find_silent_commands

        skipped = find_silent_commands(text, context)
    reader = Reader(text[:LIMIT], skipped)
    statements = reader.commands()
    module = Module(Block(0, len(text), statements), {}, {})
    yield from find_flow(context, text, module, Traits("shell", arguments=True, shared=True), "shell")
