"""Conditions in PowerShell: ``Get-CWMTicket -Condition "…"``, splatted hashtables, here-strings, ``Invoke-RestMethod``."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.dataflow.traits import Traits
from cwql.lint.frontends.cmdlets import WORD, place_of_command
from cwql.lint.frontends.powershell_declarations import Declarations
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.segments import keep_only
from cwql.lint.frontends.syntax import BACKTICK, Form, Syntax, Token
from cwql.lint.frontends.tables import PREFIX
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Branch,
    Call,
    Cast,
    Chunk,
    Function,
    Index,
    Items,
    Literal,
    Loop,
    Member,
    Name,
    Node,
    Operation,
    Other,
    Pairs,
    Unary,
)
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words
from cwql.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.scanner import Scanner
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate


_PLACEHOLDERS = ("$(", "${", "$")
_FORMS = {
    '"': Form('"', BACKTICK, QuoteStyle({'"': '`"', "$": "`$", "`": "``"}), _PLACEHOLDERS, lines=True, doubled=True),
    "'": Form("'", None, QuoteStyle({"'": "''"}), lines=True, doubled=True),
}
# The end of a here-string is found first: the text is read up to there.
_HERE_DOUBLE = Form("", BACKTICK, QuoteStyle({"$": "`$", "`": "``"}, "\n"), _PLACEHOLDERS, lines=True)
_HERE_SINGLE = Form("", None, QuoteStyle({}, "\n"), lines=True)
_HERE_END = {'"': re.compile(r'\r?\n"@'), "'": re.compile(r"\r?\n'@")}


def _open_here_string(scanner: Scanner, match: re.Match[str], limit: int) -> Token:
    """Return the token of a here-string."""
    opener, at = match[0], match.end()
    closing = _HERE_END[opener[1]].search(scanner.text, at - 1, limit)
    form = _HERE_DOUBLE if opener[1] == '"' else _HERE_SINGLE
    return scanner.read_until(form, match.start(), at, closing, limit)


_SYNTAX = Syntax(
    r"(?P<string>@\"[^\S\n]*\n|@'[^\S\n]*\n|\"|')"
    r"|(?P<variable>[$@](?:\w+:)?[A-Za-z_]\w*|\$[$?^_]|\$\{[^{}\n]*\})"
    r"|(?P<option>(?<![\w)\]])-[A-Za-z]\w*|-(?:join|f|replace|split|eq|ne|like|notlike|match|contains|in|and|or|is|as)\b)"
    r"|(?P<name>[A-Za-z_]\w*(?:-\w+)*)|(?P<mark>[$@]\(|@\{)",
    r"(?<![\w$])#(?!>)",
    {"<#": "#>"},
    _FORMS,
    _open_here_string,
    name=re.compile(r"(?:(?i:script|global|local|private|using|env|variable):)?[A-Za-z_]\w*|_\b"),
    continued="`",
)

_OPERATORS = {
    "??": 3,
    **dict.fromkeys(("-and", "-or", "-xor"), 4),
    **dict.fromkeys(
        ("-eq", "-ne", "-gt", "-lt", "-ge", "-le", "-like", "-notlike", "-match", "-notmatch", "-in", "-notin"), 6
    ),
    **dict.fromkeys(
        ("-ceq", "-cne", "-ieq", "-ine", "-cmatch", "-imatch", "-cnotmatch", "-clike", "-contains", "-notcontains"), 6
    ),
    **dict.fromkeys(("-is", "-isnot", "-as", "-band", "-bor", "-bxor", "-split", "-csplit", "-isplit", "-join"), 6),
    **dict.fromkeys(("-replace", "-creplace", "-ireplace"), 6),
    **dict.fromkeys(("+", "-"), 8),
    **dict.fromkeys(("*", "/", "%"), 9),
    "-f": 10,
    "..": 11,
    ",": 12,
}
"""How tight each operator binds."""

_UNARY = frozenset(("-not", "!", "-", "+", "-join", "-split", "-bnot", "++", "--", ","))

_COMMAND_ENDS = frozenset((")", "}", ";", "|", "&&", "||"))
_BRACKETS = frozenset(("(", "$(", "@(", "@{", "{"))
_STOPS = _COMMAND_ENDS | {"]"}


class PowerShell(Declarations):
    """The grammar of PowerShell: commands with options, pipes, and expressions."""

    pairs = frozenset(("=",))
    lines = True
    folds = True
    continues = frozenset[str]()
    powers: Mapping[str, int] = _OPERATORS
    assigns: Mapping[str, bool] = {}
    tries = words("try do begin process end clean dynamicparam")
    handlers = words("catch finally")
    functions = words("function filter workflow")
    classes = frozenset(("class",))
    shapes = frozenset(("enum",))
    jumps = words("throw break continue exit")
    declares = frozenset[str]()
    modifiers = words("hidden static")
    switched: Sequence[str] = ()
    """The options of the switch at hand."""

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins."""
        if word == "param" and self.word(1) == "(":
            return self.param()
        if word == "foreach" and self.peek(1).kind == "option" and self.word(2) == "(":
            # ``foreach -parallel ($item in $items) { … }``
            self.at += 1
        return super().keyword(word, stop)

    def header(self) -> Node | None:
        """Parse the test of a statement, which may be a pipeline."""
        if self.word() != "(":
            return super().header()
        closing = self.enter()
        body = self.block_until(closing)
        self.leave(closing)
        return body.statements[0] if len(body.statements) == 1 else body

    def iterated(self) -> Node | None:
        """Parse the iterable of a loop: also the output of commands."""
        return self.value()

    def switch(self) -> Node | None:
        """Parse ``switch (…) { value { … } }``."""
        begin = self.at
        while self.peek(1).kind == "option":
            self.at += 1
        outer, self.switched = self.switched, self.words[begin + 1 : self.at + 1]
        node = super().switch() if self.word(1) == "(" else None
        self.at = self.at if node is not None else begin
        self.switched = outer
        return node

    def case(self, test: Node | None, closing: int) -> Node:
        """Parse the label and the block of a case: in the block, the value of a test is that of the label."""
        label, options = None, self.switched
        if self.word() != "{":
            label = self.operand()
        elif self.word(-1) != "default":
            self.step()
        while self.at < closing and self.word() != "{":
            self.step()
        body = self.block()
        at, text = body.start, label.value if isinstance(label, Literal) else None
        if text and label is not None and "-regex" in options:
            # ``switch -Regex ($serial) { '^[A-Z]+$' { "$_" } '^T(\d+)' { "$($Matches[1])" } }``
            statements = [*body.statements] if isinstance(body, Block) else [body]
            statements.insert(0, Operation(at, at, "other", "-match", Other(at, at), label))
            if is_anchored(text) and is_safe_pattern(text):
                statements.insert(0, Assign(at, at, Name(at, at, "_"), Cast(at, at, "enum", Other(at, at))))
            body = Block(at, body.end, statements)
        if isinstance(test, Name) and isinstance(label, Literal) and text and not options:
            # Fixes must not change the label.
            value = Literal(label.start, label.end, [Chunk("same", text, label.start, label.end)])
            subject = Name(label.start, label.start, test.name)
            body = Block(at, body.end, [Assign(label.start, label.end, subject, value), body])
        return body

    # --- statements ------------------------------------------------------------------------------------------------

    def simple(self, stop: int) -> Node | None:
        """Parse a pipeline, or an assignment of one."""
        start = self.peek().start
        if self.word() == "&" or (self.word() == "." and self.peek(1).kind in ("variable", "string")):
            return self.pipe(start)
        while self.peek().kind == "name" and self.word() in self.modifiers:
            self.at += 1
        begin = self.at
        if self.word() == "[":
            # A method of a class: ``[type[]] Name([type]$a) { … }``.
            self.at = self.closing(self.at) + 1
            if self.word() == "param" and self.word(1) == "(":
                # ``[CmdletBinding()] param(…)`` on one line.
                return self.param()
        adjacent = self.at > begin or self.peek(1).start == self.peek().end
        method = self._method() if self.peek().kind == "name" and self.word(1) == "(" and adjacent else None
        if method is None:
            self.at = begin
        return method or self.pipe(start)

    def pipe(self, start: int) -> Node | None:
        """Parse commands and expressions that are joined by ``|``."""
        node = self.element(None)
        if node is None:
            return None
        if self.word() in ("=", "+=", "-=", "??=", "*=") and self.peek().kind == "sign" and not self.peek().fresh:
            adding = self.word() == "+="
            plain = self.word() in ("=", "??=", "+=")
            self.at += 1
            value = self.value()
            target = node
            type = ""
            while isinstance(target, Cast):
                type, target = type or target.type, target.value
            if type and isinstance(target, Name):
                self.note_type(target.name, type)
            if not plain:
                return Other(start, self.last_end(), [value] if value is not None else [])
            if type and value is not None:
                value = Cast(value.start, value.end, type, value)
            return Assign(start, self.last_end(), target, value, adding, type=type)
        return self.piped(node)

    def piped(self, node: Node) -> Node:
        """Parse the commands that a value is piped to."""
        while self.word() == "|" and self.at < self.size:
            self.at += 1
            following = self.element(node)
            if following is None:
                return node
            node = following
        while self.word() in ("&&", "||") and not self.peek().fresh:
            self.at += 1
            other = self.element(None)
            node = Other(node.start, self.last_end(), [node, other] if other is not None else [node])
        return node

    def value(self) -> Node | None:
        """Parse the right side of an assignment: a pipeline, another assignment or a statement with a value."""
        if self.peek().kind == "name" and (
            (self.word() in ("if", "switch", "foreach", "try", "for", "while", "do") and self.word(1) in ("(", "{"))
            or (self.word() == "switch" and self.peek(1).kind == "option")
        ):
            return self.statement(self.size)
        return self.pipe(self.peek().start)

    def element(self, piped: Node | None) -> Node | None:
        """Parse one command or expression."""
        token = self.peek()
        word = token.text
        if token.kind == "name" and self.word(1) != "::":
            return self.command(piped)
        if word in ("&", ".") and token.kind == "sign":
            self.at += 1
            if self.peek().kind == "variable" and self.word(1) == "\\":
                # `& $PSScriptRoot\script.ps1`
                return self.command(piped)
            callee = self.operand()
            if callee is None:
                return None
            name = callee.value if isinstance(callee, Literal) else None
            if name is not None:
                callee = Name(callee.start, callee.end, name.lower())
            return self.options(callee, piped)
        if word in ("%", "?") and token.kind == "sign" and piped is not None:
            self.at += 1
            return self.options(Name(token.start, token.end, word), piped)
        return self.expression()

    def command(self, piped: Node | None) -> Node:
        """Parse a command by its name."""
        token = self.peek()
        self.at += 1
        # `.\script.ps1`, `module\name`
        while self.peek().start == self.last_end() and self.word() in ("\\", "/", ".") and not self.peek().fresh:
            self.at += 1
            if self.peek().kind == "name" and self.peek().start == self.last_end():
                token = self.peek()
                self.at += 1
        return self.options(Name(token.start, token.end, token.text.lower()), piped)

    def options(self, callee: Node, piped: Node | None) -> Node:
        """Parse the options and arguments of a command, up to its end."""
        found: list[Argument] = []
        start = piped.start if piped is not None else callee.start
        for _ in self.upto(self.size):
            token = self.peek()
            word = self.word()
            if token.fresh or (token.kind == "sign" and word in _COMMAND_ENDS):
                break
            if token.kind == "option":
                self.at += 1
                if self.word() == ":" and self.peek().start == self.last_end():
                    self.at += 1
                follower = self.peek()
                alone = follower.kind == "option" or follower.fresh or self.word() in _COMMAND_ENDS
                value = None if alone else self.listed_operand()
                found.append(Argument(value, token.text.lstrip("-"), token.start))
            elif token.kind == "variable" and token.text.startswith("@"):
                self.at += 1
                found.append(Argument(Name(token.start, token.end, self.name_of(token.text)), spread=True))
            else:
                value = self.listed_operand()
                if value is not None:
                    found.append(Argument(value))
        return Call(start, self.last_end(), callee, found, command=True, piped=piped)

    def listed_operand(self) -> Node | None:
        """Parse an argument of a command: one operand, or several with commas."""
        first = self.operand()
        if first is None or self.word() != "," or self.peek().fresh:
            return first
        return self._list(first, self.operand)

    def _list(self, first: Node, parse: Callable[[], Node | None]) -> Items:
        """Parse the rest of a list with commas after its first item."""
        items = [first]
        while self.word() == ",":
            self.at += 1
            node = parse()
            if node is None:
                break
            items.append(node)
        return Items(first.start, self.last_end(), items)

    def operand(self) -> Node | None:
        """Parse one operand of a command."""
        token = self.peek()
        if token.kind == "name" or (token.text in ("%", "+") and self.peek(1).start == token.end):
            # A bare word is a text: ``-UFormat %Y-%m-%d``.
            self.at += 1
            while (
                self.at < self.size
                and self.peek().start == self.last_end()
                and self.word() not in _COMMAND_ENDS
                and self.word() not in (",", "(", "{")
            ):
                self.at += 1
            end = self.last_end()
            return Literal(token.start, end, [Chunk("same", self.text[token.start : end], token.start, end)], True)
        left = self.prefix()
        while left is not None:
            if self.peek().fresh or self.peek().start != self.last_end():
                break
            after = self.postfix(left)
            if after is None:
                break
            left = after
        return left

    # --- expressions -----------------------------------------------------------------------------------------------

    def infix(self, left: Node, power: int) -> Node:
        """Parse the operators after an operand, and the commas of a list."""
        left = super().infix(left, power)
        if self.word() != "," or power >= PREFIX or self.argued:
            return left
        return self.infix(self._list(left, lambda: self.expression(PREFIX)), power)

    def postfix(self, left: Node) -> Node | None:
        """Parse a member, a call or an index right after a value."""
        return super().postfix(left) if self.peek().start == self.last_end() else None

    def member(self, left: Node) -> Node:
        """Parse a member, whose name may be a string; ``$names.$key`` is an index."""
        token = self.peek(1)
        if token.kind not in ("name", "variable", "number", "string"):
            return super().member(left)
        self.at += 2
        if token.kind == "variable":
            return Index(left.start, token.end, left, Name(token.start, token.end, self.name_of(token.text)))
        return Member(left.start, token.end, left, (token.value or token.text).lower())

    def arguments(self) -> list[Argument]:
        """Parse the arguments of a method: commas separate them."""
        argued, self.argued = self.argued, True
        found = super().arguments()
        self.argued = argued
        return found

    def prefix(self) -> Node | None:
        """Parse an operand with the operators before it."""
        argued, self.argued = self.argued, self.argued and self.word() not in _BRACKETS
        node = super().prefix()
        self.argued = argued
        return node

    def string(self) -> Node:
        """Parse a string: the one after it is another argument."""
        self.at += 1
        return self.literal(self.peek(-1))

    def named_operand(self) -> Node | None:
        """Parse a variable, or the name of a command."""
        token = self.peek()
        self.at += 1
        return Name(
            token.start, token.end, self.name_of(token.text) if token.kind == "variable" else token.text.lower()
        )

    def bracket(self) -> Node | None:
        """Parse an operand that a sign or an operator begins."""
        token, word = self.peek(), self.word()
        if word in _UNARY:
            self.at += 1
            value = self.expression(PREFIX if word in ("-", "+", "!", ",") else PREFIX - 1)
            if value is None:
                return Other(token.start, self.last_end())
            return Items(token.start, value.end, [value]) if word == "," else Unary(token.start, value.end, word, value)
        if word in ("(", "$(", "@("):
            return self.group(word)
        if word == "@{":
            return self.hashtable()
        return super().bracket() if word in ("{", "[") else None

    def name_of(self, text: str) -> str:
        """Return a variable without its scope: ``$script:name``."""
        return text.lower().strip("{}").lstrip("$@").strip("{}").rpartition(":")[2]

    def group(self, word: str) -> Node:
        """Parse statements in brackets, whose values are a list or one value."""
        token = self.peek()
        closing = self.enter()
        body = self.block_until(closing)
        self.leave(closing)
        end = self.last_end()
        found = list(body.statements)
        if word == "@(":
            if len(found) == 1 and isinstance(found[0], Items):
                return found[0]
            if all(not isinstance(each, (Block, Branch, Loop, Assign)) for each in found):
                if len(found) == 1 and isinstance(found[0], (Call, Name, Member)):
                    return Unary(token.start, end, "@", found[0])
                return Items(token.start, end, found)
            return body
        if len(found) == 1:
            # The brackets are a part of a placeholder.
            several = isinstance(found[0], (Call, Name, Member, Items))
            return Unary(token.start, end, "@", found[0]) if several else found[0]
        return body

    def hashtable(self) -> Node:
        """Parse ``@{ key = value; … }``."""
        token = self.peek()
        closing = self.enter()
        found: list[Argument] = []
        inside, self.inside = self.inside, 0
        for _ in self.upto(closing):
            key = self.peek()
            if key.kind in ("name", "string", "number", "variable") and self.word(1) == "=":
                self.at += 2
                name = key.text.lower() if key.kind != "string" else ""
                literal = self.literal(key) if key.kind == "string" else None
                value = self.value()
                found.append(Argument(value, name, key.start, key=literal))
            elif key.text not in (";", ","):
                node = self.pipe(key.start)
                if isinstance(node, Assign):
                    # ``[Level]::High = 'Priority 1'``
                    found.append(Argument(node.value, at=key.start, key=node.target))
                elif node is not None:
                    found.append(Argument(node))
            self.at += self.word() in (";", ",")
        self.inside = inside
        self.leave(closing)
        return Pairs(token.start, self.last_end(), found)

    def braces(self) -> Node:
        """Parse ``{ … }`` in the place of a value."""
        token = self.peek()
        closing = self.enter()
        saved, self.declared = self.declared, ()
        body = self.block_until(closing)
        parameters, self.declared = self.declared, saved
        self.leave(closing)
        return Function(token.start, self.last_end(), "", parameters, body, True)

    def items(self) -> Node:
        """Parse ``[type]value``, ``[type]::Method(…)`` or ``[type]``."""
        token, closing = self.peek(), min(self.closing(self.at), self.size)
        type = self.join_words(self.at + 1, closing)
        self.leave(closing)
        if self.word() == "::":
            return Name(token.start, self.last_end(), type.rpartition(".")[2].lower())
        if (self.peek().fresh and self.peek().kind != "variable") or self.word() in _STOPS or self.at >= self.size:
            return Name(token.start, self.last_end(), type.lower())
        value = self.operand() if self.peek().kind != "name" else self.prefix()
        if value is None:
            return Other(token.start, self.last_end())
        return Cast(token.start, value.end, type, value)

    def inner(self) -> Node | None:
        """Parse the statements in ``$( … )``, or the name in ``${ … }``."""
        if self.tokens and self.text.startswith("${", self.tokens[0].start - 2):
            token = self.tokens[0]
            return Name(token.start, self._end.end, self.name_of(self.text[token.start : self._end.end]))
        body = self.block_until(self.size)
        return body.statements[0] if len(body.statements) == 1 else body


GRAMMAR = Grammar(
    _SYNTAX,
    PowerShell,
    Traits(
        "powershell", place_of=place_of_command, native_dates=True, words=(WORD,), implicit=True, libraries=(".psm1",)
    ),
    functions="commands",
)


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a script, and those of the examples in its help."""
    yield from GRAMMAR.extract(source, context)
    help_text = find_examples(source.text)
    if help_text is not None:
        yield from GRAMMAR.extract(Source(help_text, source.name), context)


_BLOCK_COMMENT = re.compile(r"<#.*?(?:#>|\Z)", re.DOTALL)
_EXAMPLE = re.compile(
    r"^[ \t]*\.EXAMPLE\b[^\n]*\n(.*?)(?=^[ \t]*\.[A-Z]+\b|#>|\Z)", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_COMMAND = re.compile(
    r"^(?:[ \t]*(?:PS[^>\n]*|C:[^>\n]*)>)?(?=[^\n]*?\w-\w)(?P<code>(?=[^\n]*?(?:\s-\w{0,40}cond|\W\w{0,11}conditions?\s*+=))[^\n]*+)",
    re.MULTILINE | re.IGNORECASE,
)
"""A command with a condition, after the prompt."""


def find_examples(text: str) -> str | None:
    """Return a text with nothing but the commands in the examples of its help, at their positions; None without any."""
    if "<#" not in text or ".example" not in text.lower():
        return None
    kept = [
        command.span("code")
        for comment in _BLOCK_COMMENT.finditer(text)
        for example in _EXAMPLE.finditer(text, comment.start(), comment.end())
        for command in _COMMAND.finditer(text, *example.span(1))
    ]
    return keep_only(text, kept) if kept else None
