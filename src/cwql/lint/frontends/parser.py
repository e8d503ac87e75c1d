"""Parse the tokens of a language with braces: one expression parser and one statement parser, fed by class attributes.

A subclass per language sets the tables, and overrides a method if its grammar differs in kind. The parser accepts more
than the language does and never fails: brackets are paired first, so an unknown construct is skipped up to its bracket.
"""

from __future__ import annotations

from cwql.lint.frontends.tokens import Token
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Branch,
    Call,
    Cast,
    Choice,
    Chunk,
    Class,
    Function,
    Index,
    Items,
    Jump,
    Literal,
    Loop,
    Member,
    Module,
    Name,
    Node,
    Number,
    Operation,
    Other,
    Pairs,
    Parameter,
    Pattern,
    Unary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEPTH = 70
"""Deepest nesting of brackets and blocks that is parsed."""

CLOSERS = {"(": ")", "[": "]", "{": "}", "$(": ")", "@(": ")", "@{": "}", "%{": "}", "#{": "}", "#(": ")"}
_OPENERS = frozenset(CLOSERS)
_ENDS = frozenset((")", "]", "}"))

POWERS = {
    **dict.fromkeys(("||", "or", "??", "?:"), 4),
    **dict.fromkeys(("&&", "and", "andalso", "orelse"), 5),
    **dict.fromkeys(("==", "!=", "===", "!==", "<", ">", "<=", ">=", "=~", "!~", "<=>", "<>"), 7),
    **dict.fromkeys(("in", "is", "instanceof", "like", "eq", "ne", "lt", "gt"), 7),
    **dict.fromkeys(("|", "^"), 8),
    **dict.fromkeys(("&", "<<", "..", "...", "..<", "..="), 9),
    **dict.fromkeys(("+", "-"), 10),
    **dict.fromkeys(("*", "/", "%", "**"), 11),
}
"""How tightly the operators bind that most languages share."""

UNARY = frozenset(("-", "+", "!", "~", "&", "*", "++", "--", "...", "..", "@", "?", "#", "\\", "<-"))
_PASSING = frozenset(("ref", "out", "in", "this", "params"))
_PREFIX = 12
_CHOICE = 3
_ASSIGN = 1


class Parser:
    """Parse the tokens of one source; `module` returns its tree."""

    joins = frozenset(("+",))
    links = frozenset((".", "?."))
    pairs = frozenset((":",))
    named = frozenset((":",))
    assigns: Mapping[str, bool] = {"=": False, "+=": True}
    adds: Mapping[str, bool] = {}
    powers: Mapping[str, int] = POWERS
    fallbacks = frozenset(("||", "??", "?:"))
    guards = frozenset(("&&",))
    percents = frozenset[str]()
    lambdas = frozenset(("=>",))
    lines = False
    folds = False
    continues = frozenset(
        (".", "?.", "?", ":", "&&", "||", "??", "+", "*", "|", "==", "===", "!=", "!==", "=>", "=", "|>", "->", "&.")
    )
    typed = ""
    casts = ""
    literals = ""
    adjacent = False
    asserts = False
    headers = True
    trailing = False
    methods = False
    commands = False
    equality = False
    shorthand = ""
    braced_specs = False
    sigils = "$@"
    conditionals = frozenset(("if", "elseif", "elif", "unless"))
    elses = frozenset(("else",))
    elseifs = frozenset(("elseif", "elif"))
    loops = frozenset(("for", "foreach", "while", "until", "loop"))
    switches = frozenset(("switch", "match", "when"))
    cases = frozenset(("case", "default"))
    tries = frozenset(("try", "do", "begin"))
    handlers = frozenset(("catch", "rescue", "except", "finally", "ensure"))
    returns = frozenset(("return",))
    jumps = frozenset(("throw", "raise", "break", "continue", "exit", "die", "goto", "next", "last", "panic"))
    functions = frozenset(("function", "func", "fn", "fun", "sub", "def"))
    classes = frozenset(("class", "struct", "record", "object", "trait", "impl", "extension", "namespace", "module"))
    shapes = frozenset(("interface", "enum", "type", "protocol"))
    declares = frozenset(("const", "let", "var", "val", "my", "our", "local", "dim"))
    modifiers = frozenset(
        (
            *(
                "public",
                "private",
                "protected",
                "internal",
                "static",
                "readonly",
                "final",
                "override",
                "async",
                "export",
            ),
            *(
                "abstract",
                "sealed",
                "virtual",
                "extern",
                "unsafe",
                "partial",
                "declare",
                "mut",
                "pub",
                "open",
                "lateinit",
            ),
            *(
                "suspend",
                "inline",
                "volatile",
                "transient",
                "synchronized",
                "required",
                "default",
                "global",
                "fileprivate",
            ),
        )
    )
    unaries = frozenset(("await", "typeof", "void", "delete", "not", "yield", "ref", "out", "in", "move", "box"))
    ended = frozenset(("as", "satisfies", "if", "unless", "do", "then", "of", "in", "where", "else", "end"))

    def __init__(self, tokens: Sequence[Token], text: str, depth: int = 0) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0
        self.depth = depth
        self.inside = 0
        self.bare = False
        self.in_class = False
        self.types: dict[str, set[str]] = {}
        self.aliases: dict[str, str] = {}
        end = tokens[-1].end if tokens else 0
        self._end = Token("sign", "", end, end, True)
        self.size = len(tokens)
        self.partner = _pair(tokens)

    # --- tokens ----------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        """Return a token, counted from the current one; an empty one after the last."""
        index = self.at + ahead
        return self.tokens[index] if 0 <= index < self.size else self._end

    def word(self, ahead: int = 0) -> str:
        """Return the text of a token, folded if the language does not distinguish letter case; empty for a string."""
        token = self.peek(ahead)
        return token.text.lower() if self.folds and token.kind != "sign" else token.text

    def closing(self, index: int) -> int:
        """Return the index of the bracket that closes the one at an index; that of the end if none does."""
        return self.partner.get(index, self.size)

    def name_of(self, text: str) -> str:
        """Return a name as the language compares it, without its sigil."""
        name = text.lstrip(self.sigils)
        return name.lower() if self.folds else name

    def starts_line(self) -> bool:
        """Return whether the current token begins a line that ends the expression before it."""
        return self.lines and self.inside == 0 and self.peek().fresh and self.word() not in self.continues

    def last_end(self) -> int:
        """Return where the token before the current one ends."""
        return self.tokens[self.at - 1].end if 0 < self.at <= self.size else self._end.end

    # --- the whole -------------------------------------------------------------------------------------------------

    def module(self) -> Module:
        """Return the tree of the source."""
        body = self.block_until(self.size)
        return Module(body, self.types, self.aliases)

    def block_until(self, stop: int, in_class: bool = False) -> Block:
        """Parse statements up to the token at an index."""
        start = self.peek().start
        outer, self.in_class = self.in_class, in_class
        inside, self.inside = self.inside, 0
        bare, self.bare = self.bare, False
        found: list[Node] = []
        while self.at < min(stop, self.size):
            before = self.at
            node = self.statement(stop)
            if node is not None:
                found.append(node)
            if self.at <= before:
                self.at = before + 1
        self.at = min(stop, self.size)
        self.inside, self.bare, self.in_class = inside, bare, outer
        return Block(start, self.peek().start, found)

    def block(self) -> Node:
        """Parse a block in braces, or a single statement in the place of one."""
        if self.word() == "{":
            closing = self.closing(self.at)
            self.at += 1
            body = self.block_until(closing)
            self.at = min(closing + 1, self.size)
            return body
        start = self.peek().start
        node = self.statement(self.size) if self.word() not in _ENDS and self.at < self.size else None
        return Block(start, self.last_end(), [node] if node is not None else [])

    # --- statements ------------------------------------------------------------------------------------------------

    def statement(self, stop: int) -> Node | None:
        """Parse one statement; None for one without effect, such as a lone semicolon."""
        if self.depth > DEPTH:
            return self._skip()
        self.depth += 1
        node = self._statement(stop)
        self.depth -= 1
        return node

    def _statement(self, stop: int) -> Node | None:
        token = self.peek()
        if token.kind == "sign":
            if token.text == "{":
                return self.block()
            if token.text in (";", ",") or token.text in _ENDS:
                self.at += 1
                return None
        word = self.word()
        if token.kind == "name" and self.is_keyword():
            node = self.keyword(word, stop)
            if node is not None:
                return node
        return self.simple(stop)

    def is_keyword(self) -> bool:
        """Return whether the word at hand is used as a keyword, and is not the name of a member, a key or a variable."""
        before, behind = self.word(-1), self.word(1)
        return (before not in self.links and behind not in (":", "=", ",", ")", ".", "=>")) or self.word() in self.elses

    def keyword(self, word: str, stop: int) -> Node | None:
        """Parse the statement that a keyword begins; None if the word is none."""
        start = self.peek().start
        if word in self.conditionals:
            return self.conditional()
        if word in self.elses or word in self.elseifs:
            self.at += 1
            return self.block()
        if word in self.loops:
            return self.loop()
        if word in self.switches:
            return self.switch()
        if word in self.handlers:
            return self.handler()
        if word in self.tries and self.word(1) == "{":
            return self.attempt(word)
        if word in self.returns or word in self.jumps:
            self.at += 1
            value = None
            if not self.peek().fresh and self.word() not in (";", "}", ""):
                value = self.simple(stop)
            return Jump(start, self.last_end(), value, word in self.returns)
        if word in self.functions:
            return self.function()
        if word in self.classes:
            return self.class_()
        if word in self.shapes:
            return self.shape()
        if word in self.declares:
            return self.declaration()
        return None

    def conditional(self) -> Node:
        """Parse ``if`` with all its branches."""
        start = self.peek().start
        tests: list[Node | None] = []
        bodies: list[Node] = []
        complete = False
        while True:
            self.at += 1
            tests.append(self.header())
            bodies.append(self.block())
            at = self.at
            while self.word() == ";" and self.word(1) in (*self.elses, *self.elseifs):
                self.at += 1
            word = self.word()
            if word in self.elseifs:
                continue
            if word in self.elses:
                if self.word(1) in self.conditionals and self.word(1) not in self.elseifs:
                    self.at += 1
                    continue
                self.at += 1
                bodies.append(self.block())
                complete = True
            elif self.at > at:
                self.at = at
            break
        return Branch(start, self.last_end(), tests, bodies, complete)

    def header(self) -> Node | None:
        """Parse the test of a statement: in brackets, or up to the brace of its body."""
        if self.word() == "(" and self.headers:
            closing = self.closing(self.at)
            self.at += 1
            found = self.listed(closing)
            self.at = min(closing + 1, self.size)
            return found[0] if len(found) == 1 else Other(self.peek().start, self.peek().start, found)
        bare, self.bare = self.bare, True
        found = []
        for _ in range(20):
            if self.word() in ("{", "") or self.word() in _ENDS:
                break
            node = self.expression()
            if node is None:
                break
            found.append(node)
            if self.word() == ";":
                self.at += 1
        self.bare = bare
        while self.at < self.size and self.word() not in ("{", ";", "}"):
            self.at = self.closing(self.at) + 1 if self.word() in _OPENERS else self.at + 1
        return found[0] if len(found) == 1 else Other(self.peek().start, self.peek().start, found)

    def loop(self) -> Node:
        """Parse a loop of any form."""
        start = self.peek().start
        self.at += 1
        if self.word() in ("await", "each") or (self.word() == "my" and self.peek(1).kind == "variable"):
            self.at += 1
        begin = self.at
        if self.word() == "(" and self.headers:
            end = self.closing(self.at)
            begin, after = self.at + 1, end + 1
        else:
            end = self.at
            while end < self.size and self.tokens[end].text not in ("{", "}"):
                end = self.closing(end) + 1 if self.tokens[end].text in _OPENERS else end + 1
            after = end
        if begin < end and self.tokens[begin].text == "(" and self.closing(begin) == end - 1:
            begin, end = begin + 1, end - 1
        names, over, head = self.loop_head(begin, min(end, self.size))
        self.at = min(after, self.size)
        body = self.block()
        return Loop(start, self.last_end(), names, over, body, head)

    def loop_head(self, begin: int, end: int) -> tuple[list[str], Node | None, list[Node]]:
        """Parse the head of a loop between two indices: the names, what they iterate over, and other parts."""
        split, sign = -1, ""
        index = begin
        while index < end:
            text = self.tokens[index].text.lower()
            if self.tokens[index].kind != "string" and text in ("of", "in", "as", "range", ":", "<-"):
                split, sign = index, text
                if text != ":" or self.typed == "before":
                    break
            index = self.closing(index) + 1 if text in _OPENERS else index + 1
        bare, self.bare = self.bare, True
        try:
            if split >= 0 and (sign != ":" or self.typed == "before"):
                first, last = (split + 1, end) if sign != "as" else (begin, split)
                if first < end and self.tokens[first].text == "range":
                    first += 1
                names = (begin, split) if sign != "as" else (split + 1, end)
                words = [
                    self.name_of(token.text)
                    for token in self.tokens[names[0] : names[1]]
                    if token.kind in ("name", "variable") and token.text not in self.declares
                ]
                self.at = first
                over = self.expression() if first < last else None
                return words[-4:], over, []
            self.at = begin
            head: list[Node] = []
            while self.at < end:
                before = self.at
                node = self.statement(end)
                if node is not None:
                    head.append(node)
                if self.at <= before:
                    self.at += 1
            return [], None, head
        finally:
            self.bare = bare

    def switch(self) -> Node | None:
        """Parse a statement with cases."""
        start, begin = self.peek().start, self.at
        self.at += 1
        test = self.header() if self.word() != "{" else None
        if self.word() != "{":
            self.at = begin
            return None
        closing = self.closing(self.at)
        self.at += 1
        bodies, complete = self.switch_body(closing)
        self.at = min(closing + 1, self.size)
        return Branch(start, self.last_end(), [test], bodies, complete)

    def switch_body(self, closing: int) -> tuple[list[Node], bool]:
        """Parse the cases of a switch up to its closing brace."""
        bodies: list[Node] = []
        complete = False
        while self.at < min(closing, self.size):
            before = self.at
            word = self.word()
            if word in self.cases:
                self.at += 1
                complete = complete or word in ("default", "else")
                self._skip_pattern(closing)
            elif word in ("else", "_") and self.word(1) in ("->", "=>"):
                self.at += 2
                complete = True
            else:
                self._skip_pattern(closing)
            bodies.append(self._case(closing))
            if self.at <= before:
                self.at = before + 1
        return bodies, complete

    def _skip_pattern(self, closing: int) -> None:
        """Pass over the pattern of a case, with its colon or arrow."""
        for _ in range(60):
            word = self.word()
            if self.at >= closing or word in (";", "{"):
                return
            self.at = self.closing(self.at) + 1 if word in _OPENERS else self.at + 1
            if word in (":", "=>", "->"):
                return

    def _case(self, closing: int) -> Node:
        """Parse the statements of a case up to the next one."""
        start = self.peek().start
        arrow = self.word(-1) in ("=>", "->")
        found: list[Node] = []
        while self.at < min(closing, self.size):
            before = self.at
            if self.word() in self.cases and self.word(1) not in ("(", "="):
                break
            if arrow:
                node = self.block() if self.word() == "{" else self.expression()
                if self.word() in (",", ";"):
                    self.at += 1
                if node is not None:
                    found.append(node)
                break
            node = self.statement(closing)
            if node is not None:
                found.append(node)
            if self.at <= before:
                self.at = before + 1
        return Block(start, self.last_end(), found)

    def attempt(self, word: str) -> Node:
        """Parse ``try`` with its handlers; the handlers are branches that may run."""
        start = self.peek().start
        self.at += 1
        parts: list[Node] = [self.block()]
        if word == "do" and self.word() in ("while", "until"):
            body = parts[0]
            self.at += 1
            test = self.header()
            return Loop(start, self.last_end(), [], None, body, [test] if test is not None else [])
        while self.word() in self.handlers:
            parts.append(self.handler())
        return Block(start, self.last_end(), parts)

    def handler(self) -> Node:
        """Parse ``catch`` and its kin."""
        start = self.peek().start
        always = self.word() in ("finally", "ensure")
        self.at += 1
        while self.at < self.size and self.word() not in ("{", ";", "}"):
            self.at = self.closing(self.at) + 1 if self.word() in _OPENERS else self.at + 1
        body = self.block()
        return body if always else Branch(start, self.last_end(), [], [body], False)

    # --- functions and classes -------------------------------------------------------------------------------------

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function that a keyword begins."""
        start = self.peek().start
        self.at += 1
        if self.word() == "*":
            self.at += 1
        if self.word() == "(" and self.tokens[self.closing(self.at) + 1 : self.closing(self.at) + 2] and not inline:
            after = self.closing(self.at) + 1
            # ``func (receiver) name(…)``
            if after < self.size and self.tokens[after].kind == "name" and self.tokens[after + 1 : after + 2]:
                self.parameters()
        name = ""
        while self.peek().kind in ("name", "variable") and self.word() != "(":
            name = self.name_of(self.peek().text)
            self.at += 1
            if self.word() in self.links or self.word() in ("::", ":"):
                self.at += 1
        if self.word() == "<":
            self.at = self._angles(self.at)
            self.at = max(self.at, 0)
        parameters = self.parameters() if self.word() == "(" else []
        body = self.body()
        return Function(start, self.last_end(), name, parameters, body, inline or not name)

    def body(self) -> Node | None:
        """Parse the body of a function, after its return type: a block, or an expression after an arrow or ``=``."""
        for _ in range(40):
            word = self.word()
            if word == "{":
                return self.block()
            if word in ("=>", "=") and (word == "=>" or self.trailing):
                self.at += 1
                return self.block() if self.word() == "{" else self.expression()
            if word in (";", "}", ")", "") or (self.peek().fresh and self.lines and word not in ("->", ":", "where")):
                return None
            if word in ("=", ","):
                return None
            self.at = self.closing(self.at) + 1 if word in _OPENERS else self.at + 1
        return None

    def parameters(self) -> list[Parameter]:
        """Parse the parameters in the brackets at hand."""
        closing = self.closing(self.at)
        found: list[Parameter] = []
        self.at += 1
        begin = index = self.at
        untyped: list[str] = []
        while index <= closing:
            text = self.tokens[index].text if index < min(closing, self.size) else ","
            if text == "," or index >= self.size:
                if index > begin:
                    self._parameter(begin, min(index, self.size), found, untyped)
                begin = index + 1
            if index >= min(closing, self.size):
                break
            if text == "<" and self.typed in ("before", "colon"):
                index = max(self._angles(index), index + 1)
                continue
            index = self.closing(index) + 1 if text in _OPENERS else index + 1
        self.at = min(closing + 1, self.size)
        return found

    def _parameter(self, begin: int, end: int, found: list[Parameter], untyped: list[str]) -> None:
        tokens = self.tokens[begin:end]
        words = [token.text for token in tokens]
        equals = next((n for n, word in enumerate(words) if word == "=" and tokens[n].kind == "sign"), len(words))
        named, type = "", ""
        if self.typed == "colon":
            colon = next((n for n, word in enumerate(words[:equals]) if word == ":"), -1)
            opener = next((n for n, word in enumerate(words[:equals]) if word in ("{", "[", "(")), -1)
            if opener >= 0 and (colon < 0 or opener < colon):
                # ``{ a, b }: Type``
                close = self.closing(begin + opener)
                inside = self.tokens[begin + opener : min(close, end)]
                found += [Parameter(self.name_of(token.text)) for token in inside if token.kind == "name"]
                if colon >= 0 and words[colon + 1 : colon + 2] == ["{"]:
                    self.members(begin + colon + 1)
                return
            head = tokens[: colon if colon >= 0 else equals]
            names = [token.text for token in head if token.kind in ("name", "variable")]
            named = names[-1] if names else ""
            type = self.join_words(begin + colon + 1, begin + equals) if colon >= 0 else ""
        else:
            places = [n for n, token in enumerate(tokens[:equals]) if token.kind in ("name", "variable")]
            if places and self.typed == "behind":
                named = words[places[0]]
                type = self.join_words(begin + 1, begin + equals)
                self._share_type(type, self.name_of(named), found, untyped)
            elif places:
                named = words[places[-1]]
                start = 0
                while start < places[-1] and (words[start] in self.modifiers or words[start] in _PASSING):
                    start += 1
                if words[0] == "[":
                    start = max(start, self.closing(begin) - begin + 1)
                type = self.join_words(begin + start, begin + places[-1]) if self.typed == "before" else ""
        if named:
            name = self.name_of(named)
            if type:
                self.note_type(name, type)
            found.append(Parameter(name, type))

    def _share_type(self, type: str, name: str, found: Sequence[Parameter], untyped: list[str]) -> None:
        """Give the parameters before one with a type that type: ``a, b int``."""
        if not type:
            untyped.append(name)
            return
        for known in found:
            if known.name in untyped:
                known.type = type
                self.note_type(known.name, type)
        untyped.clear()

    def join_words(self, begin: int, end: int) -> str:
        """Return the source of the tokens between two indices: a type."""
        if begin >= end or begin >= self.size:
            return ""
        return self.text[self.tokens[begin].start : self.tokens[min(end, self.size) - 1].end]

    def note_type(self, name: str, type: str) -> None:
        """Remember a type that a name is declared with."""
        if len(type) < 200:
            self.types.setdefault(name, set()).add(type)

    def class_(self) -> Node | None:
        """Parse a class, or anything else whose block has members."""
        start, begin = self.peek().start, self.at
        self.at += 1
        name = self.name_of(self.peek().text) if self.peek().kind == "name" else ""
        for _ in range(60):
            word = self.word()
            if word == "{":
                break
            if word in (";", "}", ")", "=") or self.at >= self.size:
                self.at = begin if word == "=" else self.at
                return Other(start, self.last_end()) if word != "=" else None
            if word == "(" and name:
                self.parameters()
                continue
            self.at = self.closing(self.at) + 1 if word in _OPENERS else self.at + 1
        if self.word() != "{":
            self.at = begin + 1
            return Other(start, self.last_end())
        closing = self.closing(self.at)
        self.at += 1
        body = self.block_until(closing, in_class=True)
        self.at = min(closing + 1, self.size)
        return Class(start, self.last_end(), name, body)

    def shape(self) -> Node | None:
        """Parse an interface, an enum or the alias of a type: only the types in it count."""
        start, begin = self.peek().start, self.at
        kind = self.word()
        if self.peek(1).kind != "name":
            return None
        name = self.name_of(self.peek(1).text)
        self.at += 2
        if self.word() == "<":
            self.at = self._angles(self.at)
        if kind == "enum":
            self.aliases[name] = "enum"
        if kind == "type" and self.word() == "=":
            self.at += 1
            first = self.at
            self.at = self.type_end(self.at)
            self.aliases[name] = self.join_words(first, self.at)
            if first < self.size and self.tokens[first].text == "{":
                self.members(first)
            return Other(start, self.last_end())
        for _ in range(40):
            if self.word() in ("{", ";", "") or self.at >= self.size:
                break
            self.at += 1
        if self.word() == "{":
            closing = self.closing(self.at)
            self.members(self.at)
            self.at = min(closing + 1, self.size)
            return Other(start, self.last_end())
        self.at = max(self.at, begin + 1)
        return Other(start, self.last_end())

    def members(self, opener: int) -> None:
        """Note the types of the members in braces: ``name?: type``, ``name type`` in Go."""
        closing = min(self.closing(opener), self.size)
        index = opener + 1
        while index < closing:
            token = self.tokens[index]
            after = index + 1
            if token.kind == "name" and self.typed == "colon":
                if after < closing and self.tokens[after].text == "?":
                    after += 1
                if after < closing and self.tokens[after].text == ":":
                    end = self.type_end(after + 1)
                    self.note_type(self.name_of(token.text), self.join_words(after + 1, end))
                    index = max(end, after + 1)
                    continue
            elif token.kind == "name" and token.fresh and self.typed == "behind" and after < closing:
                following = self.tokens[after]
                if following.kind == "name" and not following.fresh:
                    self.note_type(self.name_of(token.text), following.text)
            index = self.closing(index) + 1 if token.text in _OPENERS and token.text != "{" else index + 1

    def type_end(self, index: int) -> int:
        """Return the index after the type that begins at an index."""
        ready = True
        first = index
        while index < self.size:
            token = self.tokens[index]
            text = token.text
            if token.fresh and index > first and not ready and text not in ("|", "&"):
                break
            if token.kind in ("name", "variable", "string", "number"):
                if not ready and text not in ("is", "extends"):
                    break
                ready = text in ("keyof", "readonly", "typeof", "unique", "infer", "mut", "dyn", "impl", "is", "const")
                index += 1
            elif text == "<":
                following = self._angles(index)
                if following <= index:
                    break
                index, ready = following, False
            elif text in ("[", "(") or (text == "{" and ready):
                if text == "(" and not ready:
                    break
                index, ready = self.closing(index) + 1, text == "[" and self.typed == "behind"
            elif text in ("|", "&", ".", "=>", "->", "*", "::"):
                index, ready = index + 1, True
            elif text in ("?", "!"):
                index += 1
            else:
                break
        return min(index, self.size)

    def _angles(self, index: int) -> int:
        """Return the index after the ``<…>`` at an index; the same index if it is a comparison."""
        depth, start = 0, index
        while index < self.size and index < start + 80:
            token = self.tokens[index]
            text = token.text
            if text == "<":
                depth += 1
            elif text == ">":
                depth -= 1
                if depth == 0:
                    return index + 1
            elif text in _OPENERS:
                index = self.closing(index) + 1
                continue
            elif token.kind not in ("name", "string", "number") and text not in (
                ",",
                ".",
                "?",
                "|",
                "&",
                ":",
                ";",
                "=",
                "::",
                "'",
                "=>",
                "*",
            ):
                return start
            index += 1
        return start

    # --- declarations and simple statements ------------------------------------------------------------------------

    def declaration(self) -> Node | None:
        """Parse ``const name: Type = value`` and its kin, with several names."""
        start = self.peek().start
        while self.word() in self.declares or self.word() in self.modifiers or self.word() == "mut":
            self.at += 1
        if self.word() == "(" and self.typed == "behind":
            closing = self.closing(self.at)
            self.at += 1
            found: list[Node] = []
            while self.at < min(closing, self.size):
                before = self.at
                found += self._declared()
                if self.at <= before:
                    self.at = before + 1
            self.at = min(closing + 1, self.size)
            return Block(start, self.last_end(), found)
        found = self._declared()
        if len(found) == 1:
            return found[0]
        return Block(start, self.last_end(), found) if found else Other(start, self.last_end())

    def _declared(self) -> list[Node]:
        found: list[Node] = []
        while True:
            start = self.peek().start
            target = self.target()
            if target is None:
                return found
            type = ""
            if self.typed == "colon" and self.word() in (":", "?", "!"):
                while self.word() in (":", "?", "!"):
                    self.at += 1
                first = self.at
                self.at = max(self.type_end(first), first)
                type = self.join_words(first, self.at)
            elif self.typed == "behind" and self.word() not in ("=", ",", ")", "") and not self.peek().fresh:
                first = self.at
                self.at = self.type_end(first)
                type = self.join_words(first, self.at)
            if type and isinstance(target, Name):
                self.note_type(target.name, type)
            value = None
            if self.word() in ("=", ":="):
                self.at += 1
                value = self.expression(_ASSIGN)
            found.append(Assign(start, self.last_end(), target, value, type=type, declared=True))
            if self.word() != ",":
                return found
            self.at += 1

    def target(self) -> Node | None:
        """Parse the target of a declaration: a name, or names in brackets."""
        token = self.peek()
        if token.kind in ("name", "variable"):
            self.at += 1
            return Name(token.start, token.end, self.name_of(token.text))
        if token.text in ("{", "[", "("):
            closing = min(self.closing(self.at), self.size)
            names: list[Node] = []
            while self.at < closing:
                self.at += 1
                inner = self.peek()
                if self.at < closing and inner.kind in ("name", "variable"):
                    names.append(Name(inner.start, inner.end, self.name_of(inner.text)))
            self.at = min(closing + 1, self.size)
            return Items(token.start, self.last_end(), names)
        return None

    def simple(self, stop: int) -> Node | None:
        """Parse a statement that is an expression, a declaration with a type, or a method."""
        start, begin = self.peek().start, self.at
        while self.peek().kind == "name" and self.word() in self.modifiers and self.peek(1).kind != "sign":
            self.at += 1
            word = self.word()
            if self.is_keyword():
                node = self.keyword(word, stop)
                if node is not None:
                    return node
        if self.typed == "before":
            named = self._typed_name()
            if named >= 0:
                return self._typed(named, start)
        if self.methods and self.peek().kind == "name" and self.word(1) in ("(", "<"):
            method = self._method()
            if method is not None:
                return method
        if (
            self.in_class
            and self.typed == "colon"
            and self.peek().kind == "name"
            and (self.word(1) == ":" or (self.word(1) in ("?", "!") and self.word(2) == ":"))
        ):
            # A member of a class: ``name: Type = value``.
            first = self.at + (2 if self.word(1) == ":" else 3)
            end = self.type_end(first)
            if end > first and (end >= self.size or self.tokens[end].text in ("=", ";", "}") or self.tokens[end].fresh):
                target = Name(self.peek().start, self.peek().end, self.name_of(self.peek().text))
                type = self.join_words(first, end)
                self.note_type(target.name, type)
                self.at = end
                value = None
                if self.word() == "=":
                    self.at += 1
                    value = self.expression(_ASSIGN)
                return Assign(start, self.last_end(), target, value, type=type, declared=True)
        node = self.expression()
        if node is None:
            self.at = max(self.at, begin)
            return None
        if self.word() == "," and self.lines and self.at < stop:
            node = self._several(node, start)
        return node

    def _several(self, first: Node, start: int) -> Node:
        """Parse the rest of ``a, b = c`` after its first target."""
        found = [first]
        while self.word() == "," and len(found) < 20:
            self.at += 1
            node = self.expression()
            if node is None:
                break
            found.append(node)
        last = found[-1]
        if isinstance(last, Assign):
            targets = [*found[:-1], last.target]
            return Assign(start, self.last_end(), Items(start, last.target.end, targets), last.value)
        return Other(start, self.last_end(), found)

    def _typed_name(self) -> int:
        """Return the index of the name that is declared with a type before it; -1 if none is."""
        index = self.at
        token = self.peek()
        if token.text == "?" and self.sigils.startswith("$"):
            index += 1
            token = self.peek(1)
        if token.kind != "name" or token.text in ("new", "return", "await", "throw", "else", "in", "is", "as", "case"):
            return -1
        index += 1
        for _ in range(20):
            text = self.tokens[index].text if index < self.size else ""
            if text in (".", "::") and index + 1 < self.size and self.tokens[index + 1].kind == "name":
                index += 2
            elif text == "<":
                after = self._angles(index)
                if after <= index:
                    return -1
                index = after
            elif text == "[" and self.closing(index) <= index + 2:
                index = self.closing(index) + 1
            elif text in ("?", "*", "&") or text == "[":
                if text == "[":
                    return -1
                index += 1
            else:
                break
        if index >= self.size or index == self.at or self.tokens[index].kind not in ("name", "variable"):
            return -1
        if self.tokens[index].fresh and self.lines:
            return -1
        follower = self.tokens[index + 1] if index + 1 < self.size else self._end
        if (
            follower.text in ("=", ";", ",", "(", "{", "=>", ":", ")", "")
            and follower.kind == "sign"
            and self.tokens[index].text not in ("in", "as", "is", "instanceof", "and", "or")
        ):
            return index
        return -1

    def _typed(self, named: int, start: int) -> Node | None:
        """Parse a declaration whose name is at an index, after its type: a variable, a property or a method."""
        type = self.join_words(self.at, named)
        token = self.tokens[named]
        name = self.name_of(token.text)
        self.at = named + 1
        word = self.word()
        if word == "(":
            closing = self.closing(self.at)
            after = self.tokens[closing + 1].text if closing + 1 < self.size else ""
            if after in ("{", "=>", "throws", "where", ":", "const") or self.word(-2) == ">" or after == ";":
                if after == ";" and self.tokens[named - 1].text == "new":
                    self.at = named
                    return self.expression()
                parameters = self.parameters()
                return Function(start, self.last_end(), name, parameters, self.body(), False)
            self.at = named
            return self.expression()
        self.note_type(name, type)
        target = Name(token.start, token.end, name)
        if word == "{":
            # A property with its accessors.
            self.block()
        elif word == "=>":
            self.at += 1
            return Assign(start, self.last_end(), target, self.expression(), type=type, declared=True)
        found: list[Node] = []
        while True:
            value = None
            if self.word() == "=":
                self.at += 1
                value = self.expression(_ASSIGN)
            found.append(Assign(start, self.last_end(), target, value, type=type, declared=True))
            if self.word() != "," or self.peek(1).kind not in ("name", "variable") or self.inside:
                break
            self.at += 1
            target = Name(self.peek().start, self.peek().end, self.name_of(self.peek().text))
            self.at += 1
        return found[0] if len(found) == 1 else Block(start, self.last_end(), found)

    def _method(self) -> Node | None:
        """Parse ``name(…) {``; None if that is a call."""
        start = self.peek().start
        opener = self.at + 1
        if self.tokens[opener].text == "<":
            opener = self._angles(opener)
            if opener >= self.size or self.tokens[opener].text != "(":
                return None
        after = self.closing(opener) + 1
        if after < self.size and self.tokens[after].text == ":" and self.typed == "colon":
            after = self.type_end(after + 1)
        if after >= self.size or self.tokens[after].text != "{" or (self.tokens[after].fresh and self.lines):
            return None
        if self.word() in self.conditionals or self.word() in self.loops or self.word() in self.switches:
            return None
        name = self.name_of(self.peek().text)
        self.at = opener
        parameters = self.parameters()
        self.at = after
        return Function(start, self.last_end(), name, parameters, self.block(), False)

    # --- expressions -----------------------------------------------------------------------------------------------

    def expression(self, power: int = 0) -> Node | None:
        """Parse an expression whose operators bind tighter than `power`; None if there is none."""
        if self.depth > DEPTH:
            return self._skip()
        self.depth += 1
        left = self.prefix()
        if left is not None:
            left = self.infix(left, power)
        self.depth -= 1
        return left

    def _skip(self) -> Node | None:
        """Pass over one token, with its bracket."""
        token = self.peek()
        if token.text in _ENDS or self.at >= self.size:
            return None
        self.at = min(self.closing(self.at) + 1 if token.text in _OPENERS else self.at + 1, self.size)
        return Other(token.start, self.last_end())

    def infix(self, left: Node, power: int) -> Node:
        """Parse the operators after an operand."""
        while self.at < self.size:
            if self.starts_line():
                return left
            after = self.postfix(left)
            if after is not None:
                left = after
                continue
            token = self.peek()
            word = self.word()
            if token.kind in ("string", "number", "variable", "regex"):
                return left
            adding = self.assigns.get(word, self.adds.get(word))
            if self.equality and (self.bare or self.inside) and word == "=":
                adding = None
            if adding is not None and token.kind != "name":
                if power > _ASSIGN or isinstance(left, (Literal, Number)):
                    return left
                self.at += 1
                value = self.expression(_ASSIGN - 1 if adding is False else _ASSIGN)
                left = self.assign(left, value, adding)
                continue
            if word == "?" and word not in self.powers:
                if power >= _CHOICE:
                    return left
                left = self._ternary(left)
                continue
            binding = self.powers.get(word, 0)
            if token.kind == "name" and word not in self.powers:
                special = self.worded(left, word, power)
                if special is None:
                    return left
                left = special
                continue
            if binding <= power:
                return left
            left = self.binary(left, word, binding)
        return left

    def worded(self, left: Node, word: str, power: int) -> Node | None:
        """Parse an operator that is a word: ``as Type``."""
        if word in ("as", "satisfies"):
            self.at += 1
            while self.word() in ("?", "!"):
                self.at += 1
            first = self.at
            if self.word() == "const":
                self.at += 1
                return left
            self.at = max(self.type_end(first), first + 1)
            return Cast(left.start, self.last_end(), self.join_words(first, self.at), left)
        return None

    def assign(self, target: Node, value: Node | None, adding: bool) -> Node:
        """Return the node of an assignment."""
        return Assign(target.start, self.last_end(), target, value, adding)

    def _ternary(self, test: Node) -> Node:
        """Parse ``test ? a : b``, with further ones after the colon."""
        tests: list[Node] = []
        options: list[Node] = []
        start = test.start
        while self.word() == "?":
            tests.append(test)
            self.at += 1
            inside, self.inside = self.inside, self.inside + 1
            first = self.expression(_ASSIGN) if self.word() != ":" else None
            self.inside = inside
            if first is not None:
                options.append(first)
            if self.word() != ":":
                return Choice(start, self.last_end(), options, tests)
            self.at += 1
            other = self.expression(_CHOICE)
            if other is None:
                return Choice(start, self.last_end(), options, tests)
            test = other
        options.append(test)
        return Choice(start, self.last_end(), options, tests)

    def binary(self, left: Node, word: str, binding: int) -> Node:
        """Parse the right side of an operator."""
        self.at += 1
        right = self.expression(binding)
        if right is None:
            return Other(left.start, self.last_end(), [left])
        if word in self.fallbacks:
            return Choice(left.start, self.last_end(), [left, right])
        if word in self.guards:
            return Choice(left.start, self.last_end(), [right], [left])
        kind = "join" if word in self.joins else "percent" if word in self.percents else "other"
        return Operation(left.start, self.last_end(), kind, word, left, right)

    def postfix(self, left: Node) -> Node | None:
        """Parse what follows an operand without an operator: a member, a call, an index; None if nothing does."""
        token = self.peek()
        word = token.text
        if word in self.links and token.kind == "sign":
            return self.member(left)
        if word == "(" and not (self.lines and token.fresh and not self.inside):
            return self.call(left) if not isinstance(left, (Literal, Number)) else None
        if word == "[" and not (self.lines and token.fresh):
            return self.index(left)
        if word == "<" and isinstance(left, (Name, Member)):
            after = self._angles(self.at)
            if after > self.at and after < self.size and self.tokens[after].text == "(":
                self.at = after
                return self.call(left)
        if word == "{" and self.literals and not self.bare and self.is_literal(left):
            return self.literal_of(left)
        if self.asserts and word == "!" and not token.fresh and self.last_end() == token.start:
            self.at += 1
            return left
        if word in ("++", "--") and not token.fresh:
            self.at += 1
            return Other(left.start, self.last_end(), [left])
        if (
            self.trailing
            and word == "{"
            and not self.bare
            and isinstance(left, (Call, Name, Member))
            and not token.fresh
        ):
            return self._with_block(left)
        return None

    def member(self, left: Node) -> Node:
        """Parse ``.name`` after a value."""
        self.at += 1
        token = self.peek()
        if token.kind in ("name", "variable") or token.kind == "number":
            self.at += 1
            return Member(left.start, token.end, left, self.name_of(token.text))
        if token.text in ("(", "[", "{"):
            # ``?.(…)``, ``?.[…]``
            return left
        return Other(left.start, self.last_end(), [left])

    def call(self, callee: Node, made: bool = False) -> Node:
        """Parse the arguments of a call."""
        arguments = self.arguments()
        return Call(callee.start, self.last_end(), callee, arguments, made=made)

    def arguments(self) -> list[Argument]:
        """Parse the arguments in the brackets at hand."""
        closing = self.closing(self.at)
        self.at += 1
        found: list[Argument] = []
        inside, self.inside = self.inside, self.inside + 1
        bare, self.bare = self.bare, False
        while self.at < min(closing, self.size):
            before = self.at
            argument = self.argument()
            if argument is not None:
                found.append(argument)
            self._to_comma(closing, found)
            if self.at <= before:
                self.at = before + 1
        self.inside, self.bare = inside, bare
        self.at = min(closing + 1, self.size)
        return found

    def _to_comma(self, closing: int, found: list[Argument]) -> None:
        """Go to the next item: what is left of the current one is only searched."""
        while self.at < min(closing, self.size):
            word = self.word()
            if word in (",", ";"):
                self.at += 1
                return
            before = self.at
            node = self.expression()
            if node is not None and found and found[-1].value is not None:
                last = found[-1]
                value = last.value
                if value is not None:
                    last.value = Other(value.start, node.end, [value, node])
            if self.at <= before:
                self.at = min(self.closing(self.at) + 1 if word in _OPENERS else self.at + 1, self.size)

    def argument(self) -> Argument | None:
        """Parse one argument: a value, ``name: value`` or ``...value``."""
        token = self.peek()
        if token.text in ("...", "**", "*", "..") and token.kind == "sign":
            self.at += 1
            return Argument(self.expression(), spread=True)
        if token.kind == "name" and self.peek(1).kind == "sign" and self.word(1) in self.named:
            name, at = self.name_of(token.text), token.start
            self.at += 2
            if self.word() in (",", ")", "]", "}") and self.shorthand == "colon":
                return Argument(Name(token.start, token.end, name), name, at)
            return Argument(self.expression(), name, at)
        value = self.expression()
        if (
            value is not None
            and self.word() in self.pairs
            and self.peek().kind == "sign"
            and not isinstance(value, Choice)
        ):
            # ``"key" => value`` among the arguments.
            self.at += 1
            return Argument(self.expression(), key=value, at=value.start)
        return Argument(value) if value is not None else None

    def index(self, left: Node) -> Node:
        """Parse ``[key]`` after a value."""
        closing = self.closing(self.at)
        self.at += 1
        found = self.listed(closing)
        self.at = min(closing + 1, self.size)
        key = found[0] if len(found) == 1 else Other(left.end, self.last_end(), found) if found else None
        return Index(left.start, self.last_end(), left, key)

    def listed(self, closing: int) -> list[Node]:
        """Parse expressions up to a bracket, separated by commas."""
        found: list[Node] = []
        inside, self.inside = self.inside, self.inside + 1
        bare, self.bare = self.bare, False
        while self.at < min(closing, self.size):
            before = self.at
            word = self.word()
            if word in (",", ";"):
                self.at += 1
                continue
            if word in ("...", "*", "..") and self.peek().kind == "sign":
                self.at += 1
            node = self.expression()
            if node is not None:
                found.append(node)
            if self.at <= before:
                self.at = min(self.closing(self.at) + 1 if word in _OPENERS else self.at + 1, self.size)
        self.inside, self.bare = inside, bare
        return found

    # --- operands --------------------------------------------------------------------------------------------------

    def prefix(self) -> Node | None:
        """Parse an operand with the operators before it."""
        token = self.peek()
        if token.kind == "string":
            return self.string()
        if token.kind == "number":
            self.at += 1
            return Number(token.start, token.end, token.text)
        if token.kind == "regex":
            self.at += 1
            return Pattern(token.start, token.end, token.text.strip("/"))
        if token.kind in ("name", "variable"):
            return self.named_operand()
        if token.kind == "option":
            return self._skip()
        return self.bracket()

    def string(self) -> Node:
        """Parse a string literal, and those next to it if the language joins them."""
        node: Node = self.literal(self.peek())
        self.at += 1
        while self.adjacent and self.peek().kind == "string" and not self.starts_line():
            right = self.literal(self.peek())
            self.at += 1
            node = Operation(node.start, right.end, "join", "", node, right)
        return node

    def literal(self, token: Token) -> Literal:
        """Return the node of a string token."""
        chunks: list[Chunk] = []
        for part in token.parts or ():
            node, spec = None, ""
            if part.kind == "hole" and part.tokens:
                node, spec = self.placeholder(part.tokens, part.end)
            chunks.append(Chunk(part.kind, part.text, part.start, part.end, part.quoting, node, part.expression, spec))
        return Literal(token.start, token.end, chunks, token.whole)

    def placeholder(self, tokens: Sequence[Token], end: int) -> tuple[Node | None, str]:
        """Return the code in a placeholder of a string, and its format."""
        spec = ""
        if self.braced_specs:
            inner = type(self)(tokens, self.text, self.depth + 1)
            level = 0
            for index, token in enumerate(tokens):
                level += (token.text in _OPENERS) - (token.text in _ENDS)
                if token.text == ":" and token.kind == "sign" and level == 0 and index:
                    questions = sum(each.text == "?" for each in tokens[:index])
                    if questions == 0:
                        spec = self.text[token.end : end].rstrip("}")
                        tokens = tokens[:index]
                    break
        inner = type(self)(tokens, self.text, self.depth + 1)
        inner.inside = 1
        return inner.inner(), spec

    def inner(self) -> Node | None:
        """Parse the code in a placeholder."""
        node = self.expression()
        if node is not None and self.at < self.size:
            rest = [node]
            while self.at < self.size:
                before = self.at
                more = self.expression()
                if more is not None:
                    rest.append(more)
                if self.at <= before:
                    self.at = before + 1
            return Other(node.start, self._end.end, rest)
        return node

    def named_operand(self) -> Node | None:
        """Parse an operand that a name begins."""
        token = self.peek()
        word = self.word()
        if token.kind == "name" and self.word(-1) not in self.links:
            if word in self.unaries and self.word(1) not in ("=", ")", ",", ";", ":", "=>"):
                self.at += 1
                value = self.expression(_PREFIX)
                return (
                    Unary(token.start, self.last_end(), word, value)
                    if value is not None
                    else Name(token.start, token.end, word)
                )
            if word == "new":
                return self.made()
            if word in self.functions and (
                self.word(1) == "(" or self.peek(1).kind == "name" or self.word(1) in ("*", "|", "&")
            ):
                return self.function(inline=True)
            if word == "async" and (
                self.word(1) in self.functions or self.word(1) == "(" or self.word(2) in self.lambdas
            ):
                self.at += 1
                return self.prefix()
            if (word in self.jumps and self.word(1) not in ("(", "=", ".", ",", ")")) or (
                word in self.returns and self.word(1) != ":"
            ):
                self.at += 1
                value = None if self.peek().fresh else self.expression()
                return Jump(token.start, self.last_end(), value, word in self.returns)
            if (word in self.conditionals or word in self.switches) and self.word(1) not in (":", "=", ",", ")", "."):
                at = self.at
                node = self.conditional() if word in self.conditionals else self.switch()
                if node is not None:
                    return node
                self.at = at
        if self.word(1) in self.lambdas and self.peek(1).kind == "sign":
            self.at += 2
            name = self.name_of(token.text)
            body = self.lambda_body()
            return Function(token.start, self.last_end(), "", [Parameter(name)], body, True)
        self.at += 1
        return Name(token.start, token.end, self.name_of(token.text))

    def made(self) -> Node | None:
        """Parse ``new Type(…) { … }``."""
        token = self.peek()
        self.at += 1
        if self.word() == "{":
            return self.mapping()
        first = self.at
        if self.word() in ("(", "["):
            callee: Node = Name(token.start, token.end, "")
        else:
            self.at = first + 1
            callee = (
                Name(self.tokens[first].start, self.last_end(), self.name_of(self.tokens[first].text))
                if first < self.size
                else Name(token.start, token.end, "")
            )
            while self.word() in (".", "\\", "::") and self.peek(1).kind == "name":
                self.at += 2
                callee = Name(callee.start, self.last_end(), self.name_of(self.tokens[self.at - 1].text))
            if self.word() == "<":
                self.at = self._angles(self.at)
        if self.word() == "[":
            # ``new[] { … }``, ``new int[] { … }``
            self.at = min(self.closing(self.at) + 1, self.size)
            if self.word() == "{":
                return self.items(self.at)
            return Other(token.start, self.last_end())
        arguments = self.arguments() if self.word() == "(" else []
        node: Node = Call(token.start, self.last_end(), callee, arguments, made=True)
        if self.word() == "{" and self.literals == "new":
            node = self.literal_of(node)
        return node

    def is_literal(self, left: Node) -> bool:
        """Return whether the braces after a value are those of a literal."""
        return self.literals == "type" and isinstance(left, (Name, Member, Index, Cast))

    def literal_of(self, left: Node) -> Node:
        """Parse the literal in braces after a type or an instantiation."""
        node = self.mapping()
        arguments = [*(left.arguments if isinstance(left, Call) else ()), Argument(node)]
        callee = left.callee if isinstance(left, Call) else left
        return Call(left.start, self.last_end(), callee, arguments, made=True)

    def bracket(self) -> Node | None:
        """Parse an operand that a sign begins."""
        token = self.peek()
        word = token.text
        if word == "(":
            return self.parenthesis()
        if word == "[":
            return self.items(self.at)
        if word == "{":
            return self.braces()
        if word in UNARY:
            self.at += 1
            value = self.expression(_PREFIX)
            if value is None:
                return Other(token.start, token.end)
            return Unary(token.start, value.end, word, value)
        if word in _ENDS or word in (",", ";", ""):
            return None
        return None

    def braces(self) -> Node:
        """Parse braces in the place of an operand: a mapping, unless the language has blocks there."""
        return self.mapping()

    def parenthesis(self) -> Node | None:
        """Parse ``( … )`` in the place of an operand: a group, a tuple, a cast or the parameters of a function."""
        token, opener = self.peek(), self.at
        closing = self.closing(opener)
        after = self.tokens[closing + 1].text if closing + 1 < self.size else ""
        arrow = closing + 1
        if after == ":" and self.typed == "colon" and "=>" in self.lambdas:
            arrow = self.type_end(closing + 2)
        if arrow < self.size and self.tokens[arrow].text in self.lambdas:
            parameters = self.parameters()
            self.at = arrow + 1
            body = self.lambda_body()
            return Function(token.start, self.last_end(), "", parameters, body, True)
        if self.casts == "round" and closing in (opener + 2, opener + 3) and self.tokens[opener + 1].kind == "name":
            follower = self.tokens[closing + 1] if closing + 1 < self.size else self._end
            if follower.kind in ("name", "variable", "string", "number") or (
                follower.text in ("(", "[") and self.tokens[opener + 1].text in self.cast_types
            ):
                type = self.join_words(opener + 1, closing)
                self.at = closing + 1
                value = self.expression(_PREFIX)
                return (
                    Cast(token.start, self.last_end(), type, value)
                    if value is not None
                    else Other(token.start, self.last_end())
                )
        self.at += 1
        found = self.listed(closing)
        self.at = min(closing + 1, self.size)
        if len(found) == 1:
            return found[0]
        return Items(token.start, self.last_end(), found)

    cast_types = frozenset(
        (
            "int",
            "integer",
            "long",
            "float",
            "double",
            "bool",
            "boolean",
            "string",
            "decimal",
            "short",
            "byte",
            "array",
            "object",
        )
    )

    def lambda_body(self) -> Node | None:
        """Parse the body after an arrow."""
        if self.word() == "{":
            return self.block()
        return self.expression(_ASSIGN - 1)

    def items(self, opener: int) -> Node:
        """Parse a list, or a mapping in square brackets."""
        token = self.peek()
        entries = self.entries()
        if any(entry.key is not None or entry.name for entry in entries):
            return Pairs(token.start, self.last_end(), entries)
        return Items(token.start, self.last_end(), [entry.value for entry in entries if entry.value is not None])

    def mapping(self) -> Node:
        """Parse a mapping in braces."""
        token = self.peek()
        entries = self.entries()
        if (
            self.literals
            and entries
            and not any(entry.name or entry.key is not None or entry.spread for entry in entries)
        ):
            return Items(token.start, self.last_end(), [entry.value for entry in entries if entry.value is not None])
        return Pairs(token.start, self.last_end(), entries)

    def entries(self) -> list[Argument]:
        """Parse the entries in the brackets at hand."""
        closing = self.closing(self.at)
        self.at += 1
        found: list[Argument] = []
        inside, self.inside = self.inside, self.inside + 1
        bare, self.bare = self.bare, False
        while self.at < min(closing, self.size):
            before = self.at
            entry = self.entry()
            if entry is not None:
                found.append(entry)
            self._to_comma(closing, found)
            if self.at <= before:
                self.at = before + 1
        self.inside, self.bare = inside, bare
        self.at = min(closing + 1, self.size)
        return found

    def entry(self) -> Argument | None:
        """Parse one entry of a mapping or list."""
        token = self.peek()
        if token.text in ("...", "**", "..") and token.kind == "sign":
            self.at += 1
            return Argument(self.expression(), spread=True)
        if token.kind == "name" and self.word() in ("get", "set", "async", "static") and self.peek(1).kind == "name":
            self.at += 1
            token = self.peek()
        if token.kind in ("name", "variable") and self.peek(1).kind == "sign":
            behind = self.word(1)
            if behind in self.pairs or (behind in self.assigns and not self.assigns[behind] and self.literals):
                name, at = self.name_of(token.text), token.start
                self.at += 2
                if self.word() in (",", "}", ")") and self.shorthand == "colon":
                    return Argument(Name(token.start, token.end, name), name, at)
                return Argument(self.expression(_ASSIGN), name, at)
            if behind == "(" and self.shorthand == "braces":
                method = self._method()
                if method is not None:
                    return Argument(method, self.name_of(token.text), token.start)
            if behind in (",", "}") and self.shorthand == "braces" and token.kind == "name":
                self.at += 1
                name = self.name_of(token.text)
                return Argument(Name(token.start, token.end, name), name, token.start)
        value = self.expression(_ASSIGN + 1)
        if value is None:
            return None
        word = self.word()
        if (word in self.pairs or word in self.assigns) and self.peek().kind == "sign":
            self.at += 1
            if isinstance(value, Items) and len(value.items) == 1:
                # ``["key"] = value``, ``[key]: value``
                value = value.items[0]
            if isinstance(value, Name):
                return Argument(
                    self.expression(_ASSIGN), value.name if value.name.startswith(":") else "", value.start, key=value
                )
            return Argument(self.expression(_ASSIGN), key=value, at=value.start)
        return Argument(value)

    def _with_block(self, left: Node) -> Node:
        """Parse a block after a call as its last argument."""
        block = self.lambda_block()
        if isinstance(left, Call):
            return Call(left.start, self.last_end(), left.callee, [*left.arguments, Argument(block)], made=left.made)
        return Call(left.start, self.last_end(), left, [Argument(block)])

    def lambda_block(self) -> Node:
        """Parse ``{ name -> … }`` or ``{ name in … }``."""
        token, opener = self.peek(), self.at
        closing = min(self.closing(opener), self.size)
        parameters: list[Parameter] = []
        index = opener + 1
        while index < min(closing, opener + 16):
            inner = self.tokens[index]
            if inner.text in ("->", "in") and inner.kind in ("sign", "name"):
                parameters = [
                    Parameter(self.name_of(each.text))
                    for each in self.tokens[opener + 1 : index]
                    if each.kind == "name"
                ]
                opener = index
                break
            if inner.kind != "name" and inner.text not in (",", ":", "(", ")", "_"):
                break
            index += 1
        self.at = opener + 1
        body = self.block_until(closing)
        self.at = min(closing + 1, self.size)
        return Function(token.start, self.last_end(), "", parameters, body, True)


def _pair(tokens: Sequence[Token]) -> dict[int, int]:
    """Return the index of the bracket that closes each opening one."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        if token.text in CLOSERS:
            opened.append(index)
        elif token.text in _ENDS:
            for back in range(len(opened) - 1, max(len(opened) - 6, -1), -1):
                if CLOSERS[tokens[opened[back]].text] == token.text:
                    partner[opened[back]] = index
                    del opened[back:]
                    break
    return partner
