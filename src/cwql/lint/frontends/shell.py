"""Conditions in shell scripts: ``curl -G --data-urlencode``, httpie, variables, here-documents."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.emit import find_flow
from cwql.lint.dataflow.flow import SHORT
from cwql.lint.dataflow.knowledge import EXITS
from cwql.lint.dataflow.origins import says
from cwql.lint.dataflow.traits import Traits
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.shell_commands import (
    connect,
    cut,
    encodes,
    head_of,
    is_test,
    label_of,
    negated,
    request_of,
    test_of,
    text_of,
)
from cwql.lint.frontends.shell_words import ARITHMETIC, DEEPEST, Words
from cwql.lint.ir import (
    Assign,
    Block,
    Branch,
    Call,
    Cast,
    Choice,
    Function,
    Items,
    Jump,
    Literal,
    Loop,
    Module,
    Name,
    Node,
    Other,
    Parameter,
    Unary,
)
from cwql.lint.words import words as words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source

_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(\+?=)")
_LIST = re.compile(r"[A-Za-z_]\w*\+?=")
_ENTRY = re.compile(r"\[['\"]?([^\[\]'\"$]*+)['\"]?\]=")
_FUNCTION = re.compile(r"(\(\s*+\)\s*+)?\{(?=\s)")
_REDIRECTED = re.compile(r"[<>]++(?:&[\d-]++|\|)?|&>>?")
_PROMPTED = re.compile(r"-[a-z]*p")
_PRINTED = re.compile(r"['\"](\.[^'\"\n@]*+)(?:@[ct]sv\s*+)?['\"]\s*+\|\s*+while\s++(?:IFS=\S*+\s++)?\Z")
"""The filter of `jq` whose output a loop reads: ``jq -r '.[] | [.id, .name] | @tsv' | while IFS=$'\\t' read -r id name``."""
_FOR = re.compile(r"[ \t]++(?P<name>[A-Za-z_]\w*+)(?P<in>\s++in\b)?")
_IN = re.compile(r"\s++in\b")
_QUOTED = r"'[^'\n]*+'|\"[^\"\n]*+\"|\\."
_LABELS = re.compile(rf"(?:\s|#[^\n]*+\n)*+(?!esac\b)\(?((?:{_QUOTED}|[?*+@!]\([^()\n]*+\)|[^()'\"\\;\n])++)\)")
_LABEL = re.compile(rf"(?:{_QUOTED}|[?*+@!]\([^()\n]*+\)|[^|'\"\\])++")
_LAST = re.compile(r"(?:\s|#[^\n]*+\n)*+esac\b")
_OPERAND = re.compile(rf"&&|\|\||(?:{_QUOTED}|[^\s'\"\\])++")
"""An operator between two tests, or the right side of a comparison."""

_PARTS = re.compile(r"\"([^\"\n]*+)\"|'([^'\n]*+)'")
"""A part of a word between quotes."""

_COMPARES = words_of("=~ = == !=")
_STARTS = words_of("if case for select while until")
_RESERVED = _STARTS | words_of("then elif else fi do done esac ! [[")
_DECLARES = words_of("local declare typeset integer")
_PREFIXES = _DECLARES | words_of("export readonly sudo time $ exec command")
_JUMPS = words_of("return break continue")
_MOST_OPTIONS = 40
_NAMES = re.compile(r"[*?\[~{]")
_RANGE = re.compile(r"[\w.-]*\{[\w.,-]*\}[\w.-]*")
LIMIT = 200_000
"""Longest script that is read word by word, in characters."""


class Reader(Words):
    """Parse the commands and statements of a script."""

    ended = ""
    """The reserved word that ended the last commands."""

    def __init__(self, text: str, skipped: Mapping[int, int] | None = None) -> None:
        """`skipped` are line breaks between commands, each with a later one at which to go on."""
        super().__init__(text)
        self.skipped = skipped or {}
        self.exits: set[str] = set()
        self.tests: set[str] = set()
        self.locals: list[Node] = []
        self.outer_depth = 0

    def commands(self, close: str = "", stops: Container[str] = ()) -> list[Node]:  # noqa: C901  # a case for each kind of sign
        """Return the commands up to the end, to a sign, or to one of the reserved words."""
        text = self.text
        found: list[Node] = []
        words: list[Literal] = []
        joint, ended, denies = "", "", False
        self.depth += 1
        while self.at < self.size:
            sign = text[self.at]
            if close and sign == close:
                break
            if (sign in " \t\r\\#" and self.skip_blank()) or (sign == "<" and self.note_document()):
                pass
            elif sign == "(" and words and words[-1].end == self.at and _LIST.fullmatch(words[-1].value or ""):
                found += self._list(words.pop())
            elif sign in "({" and (body := self._body(words)):
                found.append(self._function(words.pop(), body))
                words.clear()
            elif sign in "({" and not words and (nodes := self._group(sign)) is not None:
                connect(found, joint, nodes, text)
                joint = ""
            elif sign in "<>&" and (redirected := _REDIRECTED.match(text, self.at)) is not None:
                if words and words[-1].end == self.at and (words[-1].value or "").isdigit():
                    words.pop()
                self.at = redirected.end()
            elif sign in "&|;()}\n":
                if sign == ";" and ";;" in stops and text.startswith((";;", ";&"), self.at):
                    break
                begin = self.at
                operator = text[begin : begin + 2] if text.startswith(("&&", "||"), begin) else sign
                self.at += len(operator)
                nodes = self._command(words)
                words = []
                connect(found, joint, nodes, text)
                if denies and found and operator != "|":
                    found[-1], denies = negated(found[-1]), False
                if nodes or sign != "\n":
                    joint = operator
                if sign == "\n":
                    found += self.documents()
                    self.at = self.skipped.get(begin, self.at)
            elif (word := self.word(close if close != "}" else "")) is not None:
                plain = word.value if not words else None
                if plain not in _RESERVED:
                    words.append(word)
                elif plain in stops:
                    ended = plain
                    break
                elif plain == "!":
                    denies = not denies
                elif plain == "[[" or (plain in _STARTS and self.depth < DEEPEST):
                    connect(found, joint, self._statement(plain, word.start, close), text)
                    joint = ""
        connect(found, joint, self._command(words), text)
        if denies and found:
            found[-1] = negated(found[-1])
        self.depth -= 1
        self.ended = ended
        return found

    # --- statements ------------------------------------------------------------------------------------------------

    def _statement(self, word: str, start: int, close: str) -> list[Node]:
        """Parse the statement that a reserved word begins."""
        if word == "[[":
            return [test_of(self._bracketed())]
        if word == "if":
            return self._if(start, close)
        return self._case(start, close) if word == "case" else self._loop(word, start, close)

    def _part(self, close: str, *stops: str) -> Block:
        """Parse the commands up to one of the words that end a part of a statement."""
        start, found = self.at, self.commands(close, stops)
        return Block(start, self.at, found)

    def _if(self, start: int, close: str) -> list[Node]:
        """Parse ``if … then … elif … else … fi``. Commands before a test are returned before the branch."""
        before: list[Node] = []
        tests: list[Node | None] = []
        bodies: list[Node] = []
        word = "if"
        while word in ("if", "elif"):
            head = self.commands(close, ("then",))
            before += head[:-1]
            tests += head[-1:] or [None]
            bodies.append(self._part(close, "elif", "else", "fi"))
            word = self.ended
        if word == "else":
            bodies.append(self._part(close, "fi"))
        return [*before, Branch(start, self.at, tests, bodies, word == "else")]

    def _case(self, start: int, close: str) -> list[Node]:
        """Parse ``case … in … esac``."""
        self.at = min(self.at + 1, self.size)
        word = self.word()
        opened = _IN.match(self.text, self.at)
        if word is None or opened is None:
            return [word] if word is not None else []
        self.at = opened.end()
        tests: list[Node | None] = []
        bodies: list[Node] = []
        complete = False
        while (labels := _LABELS.match(self.text, self.at)) is not None:
            self.at = labels.end()
            test: list[Node] = []
            for each in _LABEL.finditer(labels[1]):
                label = _PARTS.sub(r"\1\2", each[0].strip())
                complete = complete or label == "*"
                connect(test, "||", [label_of(word, text_of(label, labels.start(1), labels.end(1)))], "")
            tests.append(test[0] if test and not complete else None)
            bodies.append(self._part(close, "esac", ";;"))
            if self.ended or not self.text.startswith(";", self.at):
                break
            self.at += 2 + self.text.startswith(";;&", self.at)
        else:
            last = _LAST.match(self.text, self.at)
            self.at = last.end() if last is not None else self.at
        return [Branch(start, self.at, tests, bodies, complete)]

    def _loop(self, word: str, start: int, close: str) -> list[Node]:
        """Parse a loop."""
        head: list[Node] = []
        names: list[str] = []
        over: Node | None = None
        if word in ("for", "select"):
            match = _FOR.match(self.text, self.at)
            if match is not None:
                self.at = match.end()
                options = [_option(each) for each in self.words_until(";\n")] if match["in"] else []
                names, over = [match["name"]], Items(start, self.at, options or [Name(self.at, self.at, "@")])
            self.commands(close, ("do",))
        else:
            head = self.commands(close, ("do",))
        if self.ended != "do":
            return head
        body = self._part(close, "done")
        found: list[Node] = [Loop(start, self.at, names, over, body, head)]
        if head and negated(head[-1]) is not head[-1] and "break" not in self.text[body.start : self.at]:
            # The test is false after the loop.
            at = self.at
            test = head[-1] if word == "while" else negated(head[-1])
            found.append(Branch(at, at, [test], [Block(at, at, [Jump(at, at)])], False))
        return found

    def _bracketed(self) -> list[Literal]:
        """Return the words up to ``]]``, among them the operators between tests."""
        found: list[Literal] = []
        while self.at < self.size:
            last = found[-1].value if found else "&&"
            match = _OPERAND.match(self.text, self.at)
            if self.skip_blank():
                continue
            if self.text[self.at] == "\n":
                if last not in ("&&", "||"):
                    break
                self.at += 1
            elif match is not None and self.text[self.at] != "$" and (last in _COMPARES or match[0] in ("&&", "||")):
                self.at = match.end()
                plain = _PARTS.sub(r"\1\2", match[0])
                found.append(text_of(plain, match.start(), self.at))
            elif (word := self.word()) is not None:
                if word.value == "]]":
                    break
                found.append(word)
        return found

    def _group(self, sign: str) -> list[Node] | None:
        """Parse the commands in brackets; None if the sign at hand begins no group."""
        start = self.at
        match = ARITHMETIC.match(self.text, start) if sign == "(" else None
        if match is not None:
            self.at = match.end()
            return [Unary(start, self.at, "test", Other(start, self.at))]
        if self.depth >= DEEPEST or (sign == "{" and not self.text[start + 1 : start + 2].isspace()):
            return None
        self.at += 1
        found = self.commands(")" if sign == "(" else "}")
        self.at = min(self.at + 1, self.size)
        return found

    def _body(self, words: Sequence[Literal]) -> int:
        """Return where the body of a function begins whose header is at hand: ``name() {``, ``function name {``; 0 for anything else."""
        named = len(words) == 1 or (len(words) == 2 and words[0].value == "function")
        match = _FUNCTION.match(self.text, self.at) if named and words[-1].value and self.depth < DEEPEST else None
        return match.end() if match is not None and (match[1] or len(words) == 2) else 0

    def _function(self, head: Literal, at: int) -> Node:
        """Parse the body of a function, whose arguments are ``$1`` to ``$9``."""
        self.at = at
        saved = self.function, self.locals, self.outer_depth
        self.function, self.locals, self.outer_depth = head.value or "", [], self.depth + 1
        parameters = [Parameter(f"{self.function}:{number}") for number in range(1, 10)]
        body = self.commands("}")
        if any(_exits(each) for each in body):
            self.exits.add(self.function)
        elif (body and is_test(body[-1])) or "return 1" in self.text[at : self.at]:
            self.tests.add(self.function)
        source = self.text[at : self.at].strip("; \t\r\n")
        if "$*" in source:
            # ``curl "$url?$*"``: all arguments after those that ``shift`` takes away
            parameters[source.count("shift") :] = [Parameter(f"{self.function}:*", rest=True)]
        if (len(body) == 1 or not re.search("[;\n]", source)) and encodes(source):
            # ``printf %s "$1" | jq -sRr @uri``
            self.encoders.add(self.function)
        block = Block(at, self.at, [*self.locals, *body])
        self.at = min(self.at + 1, self.size)
        self.function, self.locals, self.outer_depth = saved
        return Function(head.start, self.at, head.value or "", parameters, block)

    # --- commands --------------------------------------------------------------------------------------------------

    def _list(self, head: Literal) -> list[Node]:
        """Return the assignment of a list, ``name=(a b)`` or ``name=([key]=a)``, and that of its keys: to one of them each."""
        start = self.at
        self.at += 1
        name, added, _ = (head.value or "").rstrip("=").partition("+")
        items: list[Node] = []
        keys: list[Node] = []
        for word in self.words_until(")"):
            match = _ENTRY.match(head_of(word))
            if match is None:
                items.append(word)
                continue
            items.append(cut(word, match.end()))
            keys.append(text_of(match[1], word.start + match.start(1), word.start + match.end(1)))
        self.at = min(self.at + 1, self.size)
        made: list[Node] = []
        for target, values in ((name, items), (f"!{name}", keys)):
            if values:
                options = [Name(head.start, head.start, target), *values] if added else values
                made.append(
                    Assign(start, self.at, Name(head.start, head.end, target), _one_of(start, self.at, options))
                )
        return made

    def _command(self, words: Sequence[Literal]) -> list[Node]:
        """Return the nodes of one command: its assignments, and the command itself."""
        found: list[Node] = []
        declares = integer = False
        for index, word in enumerate(words):
            head, plain = head_of(word), word.value
            match = _ASSIGNED.match(head) if word.chunks and word.chunks[0].start == word.start else None
            if match is not None:
                value: Node = cut(word, match.end())
                if integer:
                    value = Cast(value.start, value.end, "int", value)
                target = Name(word.start, word.start + match.end(1), match[1])
                found.append(Assign(word.start, word.end, target, value, match[2] == "+=", declared=declares))
                if declares and self.depth > self.outer_depth:
                    self.locals.append(Assign(word.start, word.start, target, None, declared=True))
            elif plain in _PREFIXES or (declares and plain is not None and plain.startswith("-")):
                declares = declares or plain in _DECLARES
                integer = integer or plain == "integer" or (declares and plain.startswith("-") and "i" in plain)
            else:
                return [*found, *self._called((word.value or "").rpartition("/")[2], words[index:])]
        return found

    def _called(self, name: str, words: Sequence[Literal]) -> list[Node]:
        """Return the nodes of a command without the assignments before it."""
        start, end = words[0].start, words[-1].end
        if name == "read":
            # ``read -r name``: a line of another program, or of the user if there is a prompt
            plain = [each.value for each in words[1:] if each.value is not None]
            typed = Call(start, start, Name(start, start, "input"), ())
            value = typed if any(map(_PROMPTED.match, plain)) else Other(start, start)
            names, ids = [each for each in plain if each.isidentifier()], self._ids(start)
            safe = Cast(start, start, "int", Other(start, start))
            return [
                Assign(start, end, Name(start, start, each), safe if index in ids else value)
                for index, each in enumerate(names)
            ]
        if name in _JUMPS:
            # Any number but 0 is a test that failed.
            failed = len(words) > 1 and (words[1].value or "0").strip("0").isdigit()
            return [Jump(start, end, Name(start, start, "false") if failed else None, name == "return")]
        if name in ("[", "test"):
            stop = next((at for at, each in enumerate(words) if each.value == "]"), len(words))
            operands = words[1:stop]
            return [test_of(operands)] if operands else []
        called = request_of(name, words)
        if name in self.tests:
            return [Unary(start, end, "test", called)]
        return [called, Jump(end, end)] if name in self.exits else [called]

    def _ids(self, at: int) -> list[int]:
        """Return which columns that `jq` prints for the loop whose test is at a position are ids."""
        printed = _PRINTED.search(self.text, max(at - 400, 0), at)
        columns = printed[1].rstrip(" |").rpartition("|")[2].strip(" []").split(",") if printed is not None else []
        return [index for index, each in enumerate(columns) if says(each.strip()) == "id"]


def _exits(node: Node) -> bool:
    return isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.name in EXITS


def _one_of(start: int, end: int, options: Sequence[Node]) -> Node:
    """Return a value that is one of several: of many, only whether all of them are words of the script."""
    if len(options) > _MOST_OPTIONS:
        plain = all(isinstance(each, Literal) and is_word(each.value) for each in options)
        return Cast(start, end, "int", Other(start, end)) if plain else Other(start, end)
    return options[0] if len(options) == 1 else Choice(start, end, options)


def _option(word: Literal) -> Node:
    """Return a word after ``in``: the names of files may be any text, and ``{1..5}`` are several words."""
    if word.value is None or not _NAMES.search(word.value):
        return word
    several = Other(word.start, word.end)
    return Cast(word.start, word.end, "int", several) if _RANGE.fullmatch(word.value) else several


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a script."""
    if not context.can_name_endpoint():
        return
    text = source.text
    skipped: dict[int, int] = {}
    if len(text) >= SHORT:
        from cwql.lint.frontends.skipping import find_silent_functions

        skipped = find_silent_functions(text, context, (), "shell")
    statements = Reader(text[:LIMIT], skipped).commands()
    module = Module(Block(0, len(text), statements), {}, {})
    yield from find_flow(context, text, module, Traits("shell", arguments=True, shared=True), "shell")
