"""Parse functions, classes and declarations."""

from __future__ import annotations

from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.frontends.parameters import PATTERNS, Parameters
from cwql.lint.frontends.tables import ASSIGN
from cwql.lint.ir import (
    Argument,
    Assign,
    Block,
    Branch,
    Call,
    Choice,
    Class,
    Function,
    Index,
    Items,
    Jump,
    Loop,
    Name,
    Node,
    Other,
    Pattern,
    Unary,
    key_of,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_CHOSEN = words(
    """isin isenum isint isnumber isnumberstring isnumeric isboolean isbooleanstring isdate isdatestring isiso8601 isuuid
    isulid ismongoid isalpha isalphanumeric isip ismacaddress isdecimal alloweddeniedvalues allowedvalues"""
)
"""Annotations of members whose values need no quotes."""

_INPUTS = words("bindproperty fromquery fromform fromroute supplyparameterfromquery requestparam queryparam")
"""Annotations of members that a request gives their values."""

_REQUESTS = words("get getexchange getmapping httpexchange generatedregex")
"""Annotations of methods whose bodies are generated from them."""

_NO_TYPES = words("new return await throw else in is as case assert")
"""Words that a declaration does not begin with."""

EXAMPLES = words("inlinedata memberdata testcase testcasesource datarow valuesource csvsource methodsource enumsource")
"""Annotations of tests that the arguments of a method are taken from."""


def _annotations(before: Sequence[Node]) -> Iterator[tuple[Call, str]]:
    """Yield the annotations at the end of the nodes before a declaration, with their names in small letters, the last one first.

    Each of a chain in brackets counts: ``[Theory] [InlineData("New")]``. Those without arguments are passed over.
    """
    for last in reversed(before):
        node = last
        nodes: list[Node] = []
        while isinstance(node, Index) and node.key is not None:
            nodes.append(node.key)
            node = node.owner
        for outer in (*nodes, node):
            each = outer.value if isinstance(outer, Unary) else outer
            # ``[Required, RegularExpression("^[A-Z]+$")]``
            group = each.items if isinstance(each, Items) and each.items else [each]
            for one in group:
                if isinstance(one, Call):
                    yield one, one.callee.name.lower() if isinstance(one.callee, Name) else ""
            if not isinstance(group[0], (Call, Name)) or (each is node and isinstance(each, Name)):
                return


def returned(body: Node | None) -> Node | None:
    """Return the value of a body that only returns one; None for any other body."""
    if isinstance(body, Block) and len(body.statements) == 1:
        body = body.statements[0]
        if isinstance(body, Jump) and body.returns:
            return body.value
    return None if isinstance(body, (Assign, Block, Branch, Jump, Loop)) else body


class Declarations(Parameters):
    """Parse statements that give names a value or a type."""

    extending = False
    """Whether the methods at hand are declared outside of their type, as a whole."""

    def function(self, inline: bool = False) -> Node | None:
        """Parse a function that a keyword begins."""
        start = self.peek().start
        # ``init?(name: String)``
        name = "init" if self.word() == "init" else ""
        self.at += 2 if self.word(1) in ("*", "?", "!") else 1
        after = self.closing(self.at) + 1 if self.word() == "(" and not (inline or name) else self.size
        if self.tokens[after + 1 : after + 2] and self.tokens[after].kind == "name":
            # ``func (receiver) name(…)``
            self.parameters()
        extends = self.extending and not name
        while self.peek().kind in ("name", "variable") or self.word() == "<":
            if self.word() != "<":
                name = self.name_of(self.peek().text)
                self.at += 1
            elif self._angles(self.at) > self.at:
                # ``fun <T> List<T>.toCondition()``
                self.at = self._angles(self.at)
            else:
                break
            if self.word() in self.links or self.word() in ("::", ":"):
                extends = extends or self.typed == "colon"
                self.at += 1
        if self.word() == "[" and name:
            # ``func send[T any](…)``
            self.at = self.closing(self.at) + 1
        parameters = self.parameters() if self.word() == "(" else []
        returns, body = self._result(), self.body()
        made = Function(start, self.last_end(), name, parameters, body, inline or not name, returns)
        made.extends = extends
        return made

    def annotate(self, method: Function, before: Sequence[Node]) -> None:
        """Note what the annotations before a method say of it.

        A method without a body may be generated from one: ``@GET("service/tickets") tickets(@Query("conditions") filter: String)``
        calls it with the parameters. Those of a test are constants: ``[InlineData("New")]``.
        """
        for each, name in _annotations(before[-4:]):
            if name in EXAMPLES:
                for parameter in method.parameters:
                    parameter.type = "enum"
            elif name in _REQUESTS and method.body is None:
                at = method.start
                given = [Argument(Name(at, at, one.name), one.key or one.name, at) for one in method.parameters]
                method.body = Call(at, at, each.callee, [*each.arguments, *given])

    def restrict(self, name: str, before: Sequence[Node], node: Node) -> None:
        """Note what the annotations before a member say of it.

        It is safe after ``@IsIn(["New", "Open"])``; after ``[BindProperty(SupportsGet = true)]``, a request gives it a text.
        """
        for each, word in _annotations(before[-8:]):
            if word in _INPUTS and isinstance(node, Assign) and node.value is not None:
                node.value = Other(node.value.start, node.value.end, [node.value])
            first = each.arguments[0].value if each.arguments else None
            first = first.value if isinstance(first, Assign) else first
            pattern = first.text if isinstance(first, Pattern) else key_of(first)
            whole = word in PATTERNS and (word != "matches" or is_anchored(pattern))
            if word in _CHOSEN or (whole and is_safe_pattern(pattern)):
                self.types[name] = {"enum"}

    def _result(self) -> str:
        """Return the type between the parameters of a function and its body."""
        first = self.at + (self.word() in (":", "->"))
        if first == self.at and (self.typed != "after" or self.word() == "{" or self.peek().fresh):
            return ""
        if self.word() == "(":
            # ``(int, error)`` of Go
            first, end = self.at + 1, self.type_end(self.at + 1)
            after = self.closing(self.at) + 1
        else:
            end = after = self.type_end(first)
        if after < self.size and self.tokens[after].text in ("{", "=>", "="):
            self.at = after
        return self.join_words(first, end)

    def body(self) -> Node | None:
        """Parse the body of a function, after its return type: a block, or an expression after an arrow or ``=``."""
        lists = False
        for _ in range(40):
            word = self.word()
            if word == "{":
                return self.block()
            # ``throws IOException, InterruptedException``, ``where T : class, new()``
            lists = lists or word in ("throws", "where")
            if word in ("=>", "=") and (word == "=>" or self.trailing):
                self.at += 1
                return self.block() if self.word() == "{" else self.expression()
            if word in (";", "}", ")", "") or (self.peek().fresh and self.lines and word not in ("->", ":", "where")):
                return None
            if word == "=" or (word == "," and not lists):
                return None
            self.step()
        return None

    def class_(self) -> Node | None:
        """Parse a class, or anything else whose block has members."""
        start, begin = self.peek().start, self.at
        self.at += 1
        name = self.name_of(self.peek().text) if self.peek().kind == "name" else ""
        if self.words[begin] == "enum":
            self.aliases[name] = "enum"
        while (word := self.word()) != "{":
            if word in (";", "}", ")", "=") or self.at >= self.size:
                self.at = begin if word == "=" else self.at
                return Other(start, self.last_end()) if word != "=" else None
            if self.lines and self.peek().fresh and self.at > begin + 1 and self._begins_member(word):
                # ``data class Board(val id: Int)``, which has no block
                return Other(start, self.last_end())
            if word == "(" and name:
                self.parameters()
                continue
            self.step()
        return Class(start, self.last_end(), name, self.class_body())

    def class_body(self) -> Block:
        """Parse the members in the braces at hand."""
        closing = self.enter()
        body = self.block_until(closing, in_class=True)
        self.leave(closing)
        return body

    def _begins_member(self, word: str) -> bool:
        """Return whether a word at the start of a line begins another declaration."""
        begins = word in self.classes or word in self.functions or word in self.shapes or word in self.declares
        return begins or word in self.modifiers or word == "data" or (word == "@" and self.word(-1) == ")")

    def shape(self) -> Node | None:
        """Parse an interface, an enum, a struct or the alias of a type: only the types in it count."""
        start, kind = self.peek().start, self.word()
        # ``enum class`` of Kotlin
        self.at += kind == "enum" and self.word(1) in ("class", "struct")
        if self.peek(1).kind != "name":
            return None
        name = self.name_of(self.peek(1).text)
        self.at += 2
        if self.word() == "<":
            self.at = self._angles(self.at)
        if kind == "type":
            self.at += self.word() == "="
            first, self.at = self.at, self.type_end(self.at + (self.word() == "="))
            self.aliases[name] = self.join_words(first, self.at)
            if self.words[first] == "{":
                self.members(first)
        else:
            self.aliases.update({name: "enum"} if kind == "enum" else {})
            while self.at < self.size and self.word() not in ("{", ";"):
                if self.word() == "(" and kind == "enum":
                    # ``enum class Board(val title: String)``: the program itself writes the titles.
                    types, self.types = self.types, {}
                    members = self.parameters()
                    self.types = types
                    for each in members:
                        self.note_type(each.name, "enum")
                else:
                    self.at += 1
        if self.word() != "{":
            return Other(start, self.last_end())
        closing = min(self.closing(self.at), self.size)
        self.members(self.at)
        # An enum may have methods after its constants. In PowerShell, which declares no types in that way, it has none.
        end = self.find(self.at + 1, closing, ";") if kind == "enum" and self.typed else closing
        if end < closing - 1:
            self.at = end + 1
            body = self.block_until(closing, in_class=True)
            self.leave(closing)
            return Class(start, self.last_end(), name, body)
        self.leave(closing)
        return Other(start, self.last_end())

    def declaration(self) -> Node | None:
        """Parse ``const name: Type = value`` and its kin, with several names."""
        start = self.peek().start
        self.at += 1
        while self.word() in self.declares or (
            self.word() in self.modifiers and (self.peek(1).kind == "name" or self.word(1) == "(")
        ):
            self.at += 1
        if self.word() == "(" and self.typed == "after":
            closing = self.enter()
            found: list[Node] = []
            for _ in self.upto(closing):
                found += self._declared()
            self.leave(closing)
            return Block(start, self.last_end(), found)
        return self._declaration(start)

    def _declaration(self, start: int, given: str = "") -> Node:
        found = self._declared(given)
        if len(found) == 1:
            return found[0]
        return Block(start, self.last_end(), found) if found else Other(start, self.last_end())

    def _declared(self, given: str = "") -> list[Node]:
        """Parse the names of a declaration, with values and types; `given` is a type before them."""
        found: list[Node] = []
        while True:
            start = self.peek().start
            target, defaults = self.target()
            if target is None:
                return found
            type, value = self.declared_type()
            type = type or given
            if type and isinstance(target, Name):
                self.note_type(target.name, type)
            if self.word() in ("=", ":=", "=>"):
                self.at += 1
                first = self.at
                value = self.expression(ASSIGN)
                self.note_value(target, value, first)
            found += [Assign(start, self.last_end(), target, value, type=type, declared=True), *defaults]
            if self.word() != "," or self.inside:
                return found
            self.at += 1

    def note_value(self, target: Node, value: Node | None, first: int) -> None:
        """Note the types that the value of a declaration shows; it begins at the token at index `first`."""

    def declared_type(self) -> tuple[str, Node | None]:
        """Parse the type of a declaration after its name; return it, and the value that it gives in some languages."""
        first = self.at
        if self.typed == "colon" and self.word() in (":", "?", "!"):
            while self.word() in (":", "?", "!"):
                self.at += 1
            first = self.at
            self.at = max(self.type_end(first), first)
        elif self.typed == "after" and self.word() not in ("=", ",", ")", "") and not self.peek().fresh:
            self.at = self.type_end(first)
        return self.join_words(first, self.at), None

    def target(self) -> tuple[Node | None, list[Node]]:
        """Parse the target of a declaration: a name, or names in brackets with the assignments of their defaults."""
        token = self.peek()
        if token.kind in ("name", "variable"):
            self.at += 1
            return Name(token.start, token.end, self.name_of(token.text)), []
        if token.text not in ("{", "[", "("):
            return None, []
        names = self.unpacked()
        defaults: list[Node] = []
        for name, value in names:
            if value is not None:
                place = Name(name.start, name.start, name.name)
                either = Choice(name.start, value.end, [name, value])
                defaults.append(Assign(name.start, value.end, place, either, declared=True))
        return Items(token.start, self.last_end(), [name for name, _ in names]), defaults

    def simple(self, stop: int) -> Node | None:
        """Parse a statement that is an expression, a declaration with a type, or a method."""
        start = self.peek().start
        openers = ("<", "(", "*") if self.in_class else ("<",) if self.typed == "before" else ()
        while self.word() in self.modifiers and (self.peek(1).kind != "sign" or self.word(1) in openers):
            self.at += 1
            word = self.word()
            if self.is_keyword():
                node = self.keyword(word, stop)
                if node is not None:
                    return node
        if self.word() == "*" and self.in_class:
            # ``async *pages() {``
            self.at += 1
        if self.typed == "before":
            if self.word() == "<":
                # ``private <T> List<T> send(…)``
                self.at = self._angles(self.at)
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
            return self._declaration(start)
        node = self.expression()
        if node is None:
            return None
        if self.word() == "," and self.lines and self.at < stop:
            node = self._several(node, start)
        return node

    def _several(self, first: Node, start: int) -> Node:
        """Parse the rest of ``a, b = c, d`` after its first target."""
        found = [first]
        while self.word() == "," and not isinstance(found[-1], Assign):
            self.at += 1
            node = self.expression()
            if node is None:
                break
            found.append(node)
        last = found[-1]
        if len(found) == 1 or not isinstance(last, Assign):
            return Other(start, self.last_end(), found)
        targets = Items(start, last.target.end, [*found[:-1], last.target])
        return Assign(start, self.last_end(), targets, self._values(last.value))

    def _values(self, first: Node | None) -> Node | None:
        """Parse the values after the first one, which several targets take."""
        found = [first] if first is not None else []
        while self.word() == ",":
            self.at += 1
            node = self.expression(ASSIGN)
            if node is None:
                break
            found.append(node)
        return first if len(found) < 2 else Items(found[0].start, self.last_end(), found)

    def _typed_name(self) -> int:
        """Return the index of the name that is declared with a type before it; -1 if none is."""
        nullable = self.word() == "?" and self.sigils == "$"
        first = self.peek(nullable)
        # ``(string, int)[] names``
        tuple = first.text == "(" and self.lambdas
        if not tuple and (first.kind != "name" or first.text in _NO_TYPES):
            return -1
        index = self.type_end(self.at + nullable)
        kinds = ("variable",) if self.sigils == "$" else ("name", "variable")
        if index >= self.size or self.tokens[index].kind not in kinds:
            return -1
        while self.in_class and self.words[index + 1] == "." and self.words[index + 2].isidentifier():
            # ``Task IJob.Run(…)``
            index += 2
        follower = self.tokens[index + 1] if index + 1 < self.size else self._end
        if follower.text == "<":
            # ``Task<T> Send<T>(…)``
            follower = self.tokens[min(self._angles(index + 1), self.size - 1)]
            return index if follower.text == "(" else -1
        ends = follower.kind == "sign" and follower.text in ("=", ";", ",", "(", "{", "=>", ":", ")", "")
        return index if ends and self.tokens[index].text not in ("as", "is", "instanceof", "and", "or") else -1

    def _typed(self, named: int, start: int) -> Node | None:
        """Parse a declaration whose name is at an index, after its type: a variable, a property or a method."""
        type = self.join_words(self.at, named)
        member = self.in_class or self.peek().start > start
        token = self.tokens[named]
        name = self.name_of(token.text)
        self.at = named + 1
        if self.word() == "<":
            self.at = self._angles(self.at)
        word = self.word()
        if word == "(":
            after = self.words[self.closing(self.at) + 1]
            if (
                after in ("{", "=>", "throws", "where", ":", "const", "default")
                or self.tokens[named - 1].text == ">"
                or (after == ";" and member)
            ):
                extends = self.word(1) == "this"
                parameters = self.parameters()
                body = self.body()
                made = Function(start, self.last_end(), name, parameters, body, False, type)
                made.extends = extends
                return made
            self.at = named
            return self.expression()
        self.note_type(name, type)
        target = Name(token.start, token.end, name)
        if word != "{":
            self.at = named
            return self._declaration(start, type)
        found = self.accessors(target, type)
        if self.word() == "=" or not found:
            value = self.default()
            found.append(Assign(start, self.last_end(), target, value, type=type, declared=True))
        return Block(start, self.last_end(), found)

    def accessors(self, name: Name, type: str = "") -> list[Node]:
        """Parse ``{ get { … } set => … }``: functions, and an assignment if the property always has the same value."""
        closing = self.enter()
        found: list[Node] = []
        for _ in self.upto(closing):
            word, start = self.word(), self.peek().start
            if self.word(1) in ("{", "=>", "("):
                self.at += 1
                parameters = self.parameters() if self.word() == "(" else []
                found += self.accessor(word, name, Function(start, start, "", parameters, self.body()), type)
        self.leave(closing)
        return found

    def accessor(self, word: str, name: Name, made: Function, type: str = "") -> list[Node]:
        """Return an accessor; if it returns a value and does nothing else, that is the value of the property."""
        made.end = self.last_end()
        value = returned(made.body) if word == "get" else None
        if value is None:
            return [made]
        return [Assign(made.start, made.end, Name(name.start, name.start, name.name), value, type=type, declared=True)]

    def _method(self) -> Node | None:
        """Parse ``name(…) {``; None if that is a call."""
        start = self.peek().start
        opener = self.at + 1
        if self.tokens[opener].text == "<":
            opener = self._angles(opener)
            if self.words[opener] != "(":
                return None
        after = self.closing(opener) + 1
        if self.words[after] == ":" and self.typed == "colon":
            after = self.type_end(after + 1)
        braced = self.words[after] == "{" and not (self.tokens[after].fresh and self.lines)
        if not (braced or self.in_class):
            return None
        name = self.name_of(self.peek().text)
        self.at = opener
        parameters = self.parameters()
        self.at = after
        body = self.body()
        return Function(start, self.last_end(), name, parameters, body, False)
