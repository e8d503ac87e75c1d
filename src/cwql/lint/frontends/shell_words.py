"""The words of a shell script: quoted and plain parts in a row, with variables and commands in them."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.shell_commands import output_of, text_of
from cwql.lint.ir import Argument, Call, Cast, Choice, Chunk, Index, Literal, Member, Name, Node, Number, Other
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DOUBLE = QuoteStyle({'"': '\\"', "\\": "\\\\", "$": "\\$", "`": "\\`"})
_SINGLE = QuoteStyle({}, "'")
_VARIABLE = re.compile(
    r"\$(?:(?P<sign>\d|[@*#?!-])|(?P<name>[A-Za-z_]\w*)"
    r"|\{(?:\((?P<flags>[^(){}]*+)\))?(?P<before>[!#]?)(?P<braced>[A-Za-z_]\w*+|\d++|@)"
    r"(?P<rest>(?:[^{}\\]|\\.)*+(?:\{(?:[^{}\\]|\\.)*+\}(?:[^{}\\]|\\.)*+)*+)\})"
)
_SUBSCRIPT = re.compile(r"\[([^\[\]]*+)\]\Z")
_ITEMS = re.compile(r"\A\[[^\[\]]*+\](?=[/%#])")
"""The subscript of a list whose items are changed."""

_CHANGES = {"/": "replaceall", "%": "removesuffix", "#": "removeprefix", "^": "lower", ",": "lower"}
ARITHMETIC = re.compile(r"\$?\(\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)\)")
_BLANK = re.compile(r"[ \t\r]++|\\\r?\n|(?<![^ \t\n;])#[^\n]*+")
_HERE = re.compile(r"<<(-?)[ \t]*(['\"]?)([A-Za-z_]\w*)\2")
DEEPEST = 40
"""Deepest nesting of functions, statements and groups that is parsed."""


class Words:
    """A position in a script, and the words from there on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.size = len(text)
        self.pending: list[tuple[str, bool, bool]] = []
        self.depth = 0
        self.function = ""
        self.encoders: set[str] = set()

    if TYPE_CHECKING:
        commands: Callable[[str], list[Node]]

    def skip_blank(self) -> bool:
        """Pass over a blank, a comment or the sign that joins two lines; return whether there was one."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match is not None else self.at
        return match is not None

    def words_until(self, ends: str) -> list[Literal]:
        """Return the words up to one of some signs, without comments."""
        found: list[Literal] = []
        while self.at < self.size and self.text[self.at] not in ends:
            if not self.skip_blank() and (word := self.word()) is not None:
                found.append(word)
        return found

    def word(self, close: str = "") -> Literal | None:
        """Return the word at hand: quoted and plain parts in a row; None if a sign that is no part of a word was passed over."""
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
                self.at += 1
                chunks += self._chunks(self.size, _DOUBLE, '"')
                self.at = min(self.at + 1, self.size)
            elif sign == "\\":
                if text.startswith("\n", self.at + 1):
                    break
                chunks.append(Chunk("escape", text[self.at + 1 : self.at + 2], self.at, min(self.at + 2, self.size)))
                self.at = min(self.at + 2, self.size)
            elif sign in "$`":
                chunks.append(self.placeholder(self.size, None))
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

    def _chunks(self, end: int, quoting: QuoteStyle | None, close: str = "") -> list[Chunk]:
        """Return the chunks of a text in which variables count, up to its end or to the sign that closes it."""
        found: list[Chunk] = []
        text, plain = self.text, self.at
        while True:
            sign = text[self.at] if self.at < end else close
            if sign not in ("\\", "$", "`", close) or (sign == "\\" and text[self.at + 1 : self.at + 2] not in '"\\$`'):
                self.at += 1
                continue
            if plain < self.at:
                found.append(Chunk("same", text[plain : self.at], plain, self.at, quoting))
            if sign == close:
                return found
            if sign == "\\":
                found.append(Chunk("escape", text[self.at + 1 : self.at + 2], self.at, min(self.at + 2, end), quoting))
                self.at = min(self.at + 2, end)
            else:
                found.append(self.placeholder(end, quoting))
            plain = self.at

    def note_document(self) -> bool:
        """Pass over the sign of a here-document, whose text begins with the next line; return whether there was one."""
        match = _HERE.match(self.text, self.at)
        if match is not None:
            self.pending.append((match[3], match[1] == "-", bool(match[2])))
            self.at = match.end()
        return match is not None

    def documents(self) -> list[Node]:
        """Return the texts of the here-documents that begin with this line."""
        found: list[Node] = []
        pending, self.pending = self.pending, []
        for name, indented, raw in pending:
            start = self.at
            margin = r"[ \t]*" if indented else ""
            end = re.compile(rf"^{margin}{name}[ \t]*\r?$", re.MULTILINE).search(self.text, self.at)
            stop = end.start() if end is not None else self.size
            if raw:
                found.append(text_of(self.text[start:stop], start, stop))
            else:
                found.append(Literal(start, stop, self._chunks(stop, None)))
            self.at = end.end() if end is not None else self.size
        return found

    # --- placeholders ----------------------------------------------------------------------------------------------

    def placeholder(self, limit: int, quoting: QuoteStyle | None) -> Chunk:
        """Return the variable or command that is put in at this point."""
        text, start = self.text, self.at
        node: Node | None
        match = _VARIABLE.match(text, start, limit)
        if match is not None:
            self.at = match.end()
            node = self._variable(match, quoting)
        elif text.startswith("$((", start) and (match := ARITHMETIC.match(text, start, limit)) is not None:
            self.at = match.end()
            node = Cast(start, self.at, "int", Name(start, self.at, ""))
        elif text.startswith(("$(", "`"), start) and self.depth < 20:
            self.at = start + (2 if text[start] == "$" else 1)
            inner = self.commands(")" if text[start] == "$" else "`")
            self.at = min(self.at + 1, limit)
            node = output_of(inner, text, start, self.at - 1, self.encoders)
        else:
            self.at = start + 1
            if not text.startswith("$(", start):
                return Chunk("same", text[start], start, start + 1, quoting)
            # Too deep to be parsed: the output is not known.
            node = None
        return Chunk("placeholder", "", start, self.at, quoting, node, text[start : self.at])

    def _variable(self, match: re.Match[str], quoting: QuoteStyle | None) -> Node:
        """Return the value of ``$name`` or ``${name…}``."""
        start, end = match.span()
        name = self.scoped(match["sign"] or match["name"] or match["braced"])
        node = Name(start, end, name)
        if not match["rest"] and not match["before"] and not match["flags"]:
            return node
        rest = _ITEMS.sub("", match["rest"])
        subscript = _SUBSCRIPT.match(rest)
        sign = rest.removeprefix(":")[:1]
        if match["before"] == "#":
            return Cast(start, end, "int", node)
        if match["before"] == "!":
            # ``${!list[@]}`` are its keys; ``${!name}`` may be any variable.
            return Name(start, end, f"!{name}") if subscript is not None else Other(start, end)
        if match["flags"]:
            # ``${(j:, :)list}`` of zsh
            return Other(start, end, [node])
        if subscript is not None:
            # One of the items of a list is the value of its name.
            matched = Index(start, end, Name(start, end, "matches"), Number(start, end, subscript[1]))
            return matched if name == "BASH_REMATCH" else node
        if sign == "?":
            return node
        if sign and sign in "-=+":
            return self._alternative(node, match.end("rest") - len(rest.removeprefix(":")) + 1, sign, quoting)
        if sign not in _CHANGES and not sign.isdigit():
            return Other(start, end, [node])
        # ``${text// /%20}``, ``${list%,}``, ``${name^^}``, ``${name:0:8}``
        parts = [*rest.strip("/").split("/"), ""][:2] if sign == "/" else [rest.strip("%#")] if sign in "%#" else []
        arguments = [Argument(text_of(_unquoted(each), start, start)) for each in parts]
        return Call(start, end, Member(start, end, node, _CHANGES.get(sign, "lower")), arguments)

    def _alternative(self, node: Node, at: int, sign: str, quoting: QuoteStyle | None) -> Node:
        """Return the value of ``${name:-text}`` or ``${name:+text}``, whose text begins at a position."""
        end = node.end - 1
        if self.text[at] == '"' and self.text[end - 1] == '"' and end > at + 1:
            at, end, quoting = at + 1, end - 1, _DOUBLE
        saved, self.at = self.at, at
        given = Literal(at, end, self._chunks(end, quoting))
        self.at = saved
        if sign == "+":
            return Choice(node.start, node.end, [given, Literal(end, end, [])], [node])
        return node if is_word(given.value or "") else Choice(node.start, node.end, [node, given])

    def scoped(self, name: str) -> str:
        """Return the name of a variable, with that of the function whose argument it is."""
        return f"{self.function}:{name}" if self.function and (name.isdigit() or name == "*") else name


def _unquoted(part: str) -> str:
    """Return a part of ``${name//pattern/text}`` without the quotes around it, and without backslashes before quotes."""
    if len(part) > 1 and part[0] == part[-1] and part[0] in "'\"":
        part = part[1:-1]
    return part.replace("[!", "[^").replace("\\'", "'").replace('\\"', '"')
