"""Find the conditions in a script: after keys, options, names and calls that name a query parameter, and in URLs."""

from __future__ import annotations

import re
from bisect import bisect_left

from cwql.frozen import Frozen, assign
from cwql.language.operators import TEXT_WORD
from cwql.lint.extractors.expressions import Reader
from cwql.lint.extractors.scanner import Scanner
from cwql.lint.extractors.script import MANY, Script
from cwql.lint.extractors.surroundings import Surroundings
from cwql.lint.extractors.urls import find_in_url
from cwql.lint.foreign import is_foreign
from cwql.lint.found import HOLE, Found, Piece
from cwql.lint.places import parameter_of, place_of_url
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.extractors.habits import Habits
    from cwql.lint.extractors.surroundings import PlaceOf
    from cwql.lint.extractors.syntax import Syntax
    from cwql.lint.extractors.tokens import Part, Token
    from cwql.lint.places import Context, Place
    from cwql.source import Source

_QUERY = re.compile(r"conditions?=|orderby=|fields=", re.IGNORECASE)
_PARTED = re.compile(r"[?&]")
_OPEN_QUERY = re.compile(r"[?&]([A-Za-z_]{6,24})=\Z")
_TELLING = re.compile(
    rf"[=<>]|\b(?:{TEXT_WORD}|has|is|eq|ne|gt|lt|ge|le|between)\s*[\"'(\[{HOLE}]"
    rf"|\bin\s*\(|\bis\s+(?:not\s+)?null|\b[a-z]\w+/[a-z]\w+\s|\w\s+[\"']\w|{HOLE}\W{{0,3}}(?:and|or)\b|\b(?:and|or)\W{{0,3}}{HOLE}",
    re.IGNORECASE,
)
"""Every condition contains this; terms, weather and labels do not."""

_FRAGMENT = re.compile(r"\s*(?:and|or)\b|.*\b(?:and|or)\s*\Z", re.IGNORECASE | re.DOTALL)
_ADDED = re.compile(r"\s*(?:and|or)\b", re.IGNORECASE)
_CHOICES = frozenset(("?", "&&"))
_ENCODING = re.compile(r"encod|escap|quer|ur[il]", re.IGNORECASE)
_ADDERS = re.compile(r"add|set|append|param|query|with|put|push|insert|store|where", re.IGNORECASE)


class Tongue(Frozen):
    """The facts about a language that the search needs: its words, its traits, and its names of targets."""

    __slots__ = ("habits", "place_of", "syntax")
    __match_args__ = ("syntax", "habits", "place_of")
    syntax: Syntax
    habits: Habits
    place_of: PlaceOf | None

    def __init__(self, syntax: Syntax, habits: Habits, place_of: PlaceOf | None = None) -> None:
        assign(self, "syntax", syntax)
        assign(self, "habits", habits)
        assign(self, "place_of", place_of)


def find_passages(source: Source, context: Context, tongue: Tongue, language: str) -> Iterator[Found | Diagnostic]:
    """Yield the conditions of a source. Raises `UnreadableSource` if its strings are nested too deeply."""
    tokens = Scanner(source.text, tongue.syntax).tokens()
    script = Script(tokens, source.text, tongue.habits)
    yield from Finder(context, script, tongue, language).find()


def _is_key(token: Token) -> bool:
    """Return whether a word may name a parameter; a string may contain code that does."""
    return token.kind == "string" or (5 < len(token.text) < 30 and parameter_of(token.text.lstrip(":@")) is not None)


class Finder:
    """Search one script; that of a placeholder has the enclosing finder as `outer`, and the index of its string as
    `where`.

    `query` is the target of the URL whose query the placeholder builds: ``/service/tickets?${new URLSearchParams(…)}``.
    """

    __slots__ = ("around", "context", "found", "language", "query", "reader", "script", "tongue")

    def __init__(
        self,
        context: Context,
        script: Script,
        tongue: Tongue,
        language: str,
        outer: Finder | None = None,
        where: int = 0,
        query: Place | None = None,
    ) -> None:
        self.context = context
        self.script = script
        self.tongue = tongue
        self.language = language
        self.query = query
        self.reader: Reader = Reader(script, outer.reader if outer is not None else None, where)
        self.around: Surroundings = Surroundings(
            context, script, tongue.place_of, outer.around if outer is not None else None
        )
        self.found: dict[tuple[int, int, str], list[Found]] = {}

    def find(self) -> Iterator[Found | Diagnostic]:
        """Yield the conditions: each text once for each endpoint that it goes to."""
        urls = list(self._survey())
        for at, token in enumerate(self.script.tokens):
            if token.kind in ("name", "variable", "option", "string"):
                self._look(at, token)
            for part in token.parts or ():
                # `"company/id = $((Get-CWMCompany -Condition "…").id)"`
                if part.tokens is not None and any(_is_key(inner) for inner in part.tokens):
                    script = Script(part.tokens, self.script.text, self.script.habits)
                    query = self._query_at(token, part)
                    yield from Finder(self.context, script, self.tongue, self.language, self, at, query).find()
        yield from urls
        for same in self.found.values():
            placed = [found for found in same if found.place.endpoint is not None]
            seen: set[str | None] = set()
            for found in placed or same[:1]:
                if found.place.endpoint not in seen:
                    seen.add(found.place.endpoint)
                    yield found

    # --- places ----------------------------------------------------------------------------------------------------

    def _query_at(self, token: Token, hole: Part) -> Place | None:
        """Return the target of the URL whose query a placeholder builds; None for any other placeholder."""
        before = ""
        for part in token.parts or ():
            if part is hole:
                break
            before += HOLE if part.kind == "hole" else part.text
        return self.around.weigh(place_of_url(before), before) if before.endswith(("?", "&")) else None

    def _survey(self) -> Iterator[Found | Diagnostic]:
        """Note every place that something names, and yield the conditions of the URLs that are met."""
        script = self.script
        joins = self.tongue.habits.joins
        reader = Reader(script, self.reader.outer, self.reader.where, url=True)
        at, size = 0, len(script.tokens)
        while at < size:
            token = script.tokens[at]
            step = at + 1
            start = self._format(at) if token.kind == "string" else at
            if start < at:
                # `fmt.Sprintf("%s/service/tickets", base)` is one text.
                parts, end = reader.term(start, 0)
                if any(part.kind != "hole" for part in parts):
                    yield from self._read_url(at, end, parts, reader)
            elif token.kind == "string":
                if token.whole and not (
                    at and script.sign(at - 1) in joins and at > 1 and script.tokens[at - 2].kind == "string"
                ):
                    parts, end, _ = reader.joined(at)
                    if end > at and parts and (parts[0].kind != "hole" or len(parts) > 1):
                        yield from self._read_url(at, end, parts, reader)
                        step = max(step, min(end, size))
                        # A joined text is read once; the names in it still count.
                        for index in range(at, step):
                            if script.tokens[index].kind in ("name", "variable"):
                                self.around.note_word(index)
            elif token.kind in ("name", "variable"):
                self.around.note_word(at)
            at = step

    def _format(self, at: int) -> int:
        """Return the first word of the call that formats the string at `at`; the same index if none does."""
        script = self.script
        if script.sign(at - 1) != "(" or script.sign(at - 2).lower() not in ("sprintf", "format"):
            return at
        start = at - 2
        while (
            start > at - 12
            and script.sign(start - 1) in self.tongue.habits.links
            and script.tokens[start - 2].kind == "name"
        ):
            start -= 2
        return start

    def _read_url(self, at: int, end: int, parts: list[Part], reader: Reader) -> Iterator[Found | Diagnostic]:
        text = "".join([HOLE if part.kind == "hole" else part.text for part in parts])
        place = None
        if (
            ("/" in text and len(text) < 20_000 and _QUERY.search(text) is None)
            or "?" in text
            or (self.around.names_endpoint(at) and 2 < len(text) < 100)
        ):
            place = self.around.weigh(place_of_url(text), text)
        if place is not None:
            self.around.note(at, place)
        script = self.script
        if "?" in text and place is not None:
            self._note_queries(at, parts)
        query = _QUERY.search(text)
        if query is None:
            return
        if not _PARTED.search(text) and script.sign(at - 1) in ("(", ",") and script.sign(end) in (")", ","):
            # `log("conditions=%s", …)`: no part of a URL.
            return
        start, stop = script.tokens[script.begin[at]].start, script.tokens[min(end, len(script.tokens)) - 1].end
        pieces = self._pieces(self._choose(parts, at))
        yield from find_in_url(pieces, self.context, start, stop, self.language)
        tail = ""
        for part in parts:
            match = _OPEN_QUERY.search(tail) if part.kind == "hole" else None
            tail = (tail + part.text)[-40:] if part.kind != "hole" else HOLE
            if match is None or not part.tokens:
                continue
            # `?conditions=${encodeURIComponent(conditions)}`: the text is found at the assignment of the name.
            parameter = parameter_of(match[1])
            inner = Reader(Script(part.tokens, script.text, script.habits), self.reader, at)
            # `?conditions=$(ConvertTo-Query $condition)`
            command = self.tongue.habits.calls == "cmdlet" and part.tokens[0].kind == "name"
            read, _, complete = inner.joined(int(command and _ENCODING.search(part.tokens[0].text) is not None))
            if parameter is not None and complete:
                # Text after the query of a URL is not part of its path.
                self._add(
                    self._choose(read, at), parameter, match[1], at, [self.around.weigh(place_of_url(text), text)]
                )

    def _note_queries(self, at: int, parts: Sequence[Part]) -> None:
        """Note the names that make up the query of a URL (``/service/tickets?${params}``) as used in its statement."""
        before = ""
        for part in parts:
            if part.kind == "hole" and part.tokens and before in ("?", "&"):
                self.around.uses.setdefault(self.script.fold(part.tokens[0].text), []).append(at)
            before = part.text[-1:] if part.kind != "hole" else HOLE

    # --- keys ------------------------------------------------------------------------------------------------------

    def _look(self, at: int, token: Token) -> None:
        """If the token at `at` names a parameter, evaluate its value."""
        key = token.text if token.kind != "string" else self._short(token)
        if not 5 < len(key) < 30:
            return
        key = key.lstrip(":@")
        parameter = parameter_of(key)
        if parameter is None:
            return
        script, habits = self.script, self.tongue.habits
        if token.kind == "option":
            value = at + 2 if script.sign(at + 1) == ":" else at + 1
            self._read_argument(value, parameter, key, at)
            self._read_list(value, parameter, key, at)
            return
        value = self._value_of_text(at) if token.kind == "string" else self._value_of_name(at, token)
        if value < 0 or value >= len(script.tokens):
            return
        sets = script.sign(at + 1) in habits.sets and token.kind != "string"
        if sets and (self._goes_elsewhere(at, parameter) or self._grows(at, parameter, key)):
            return
        self._read_values(value, parameter, key, at)
        self._read_list(value, parameter, key, at)

    def _value_of_text(self, at: int) -> int:
        """Return the index of the value of the key in quotes at `at`; -1 if it is not a key."""
        script, habits = self.script, self.tongue.habits
        before, behind = script.sign(at - 1), script.sign(at + 1)
        if behind in habits.pairs or behind == "=>":
            return at + 2
        if behind == "]" and before == "[" and script.sign(at + 2) in (*habits.sets, *habits.pairs):
            return at + 3
        parent = script.parent[at]
        # An attribute of C# (`[Parameter("conditions", …)]`) adds nothing to a query.
        called = script.sign(parent) == "(" and before in ("(", ",") and script.sign(parent - 2) != "["
        added = called and _ADDERS.search(script.sign(parent - 1)) is not None
        if behind == "," and (added or (before == "{" and habits.literals)):
            return at + 2
        return -1

    def _value_of_name(self, at: int, token: Token) -> int:
        """Return the index of the value of the name at `at`; -1 if it has none."""
        script, habits = self.script, self.tongue.habits
        before, behind = script.sign(at - 1), script.sign(at + 1)
        if script.is_declared(at):
            return script.value_behind_type(at)
        if before == "[" and behind == "]" and token.text.startswith(":"):
            return at + 3 if script.sign(at + 2) in habits.sets else -1
        if behind in habits.passes and before in ("(", ","):
            return at + 2
        if behind in habits.pairs and token.kind == "name":
            shorthand = habits.shorthand == "colon" and script.sign(at + 2) in (",", ")")
            return at if shorthand else at + 2
        if behind in habits.sets or behind == "=>" or (behind == "=" and before not in ("<", ">")):
            return at + 2
        if habits.shorthand == "braces" and behind in (",", "}") and before in ("{", ","):
            return at if script.sign(script.parent[at]) == "{" else -1
        if self._pushes(at) or (behind == "[" and script.sign(at + 2) == "]" and script.sign(at + 3) in habits.sets):
            return at + 4
        if behind in habits.adds and (behind == "<<" or self._is_list(at)):
            return at + 2
        return -1

    def _short(self, token: Token) -> str:
        parts = token.parts
        if parts is None or len(parts) != 1 or parts[0].kind != "same" or not token.whole:
            return ""
        return parts[0].text

    def _pushes(self, at: int) -> bool:
        """Return whether ``conditions.push(…)`` or ``.Add(…)`` of one text begins at `at`."""
        script = self.script
        called = script.sign(at + 1) in self.tongue.habits.links and script.sign(at + 3) == "("
        return called and script.sign(at + 2).lower() in ("push", "add", "append", "unshift")

    def _is_list(self, at: int) -> bool:
        """Return whether a name is a list, so that ``+=`` adds an item to it and no text."""
        settings = self.script.find_settings(self.script.sign(at), at)
        return (
            bool(settings)
            and settings is not None
            and self.script.sign(settings[0].value) in ("@(", "[", "{")
            and settings[0].value >= 0
        )

    def _goes_elsewhere(self, at: int, parameter: str) -> bool:
        """Return whether a name is passed to another parameter than its own name suggests, and never to that one."""
        given: set[str] = set()
        script = self.script
        uses = self.around.uses.get(script.fold(script.sign(at)), [])
        first = bisect_left(uses, at + 1)
        for use in uses[first : first + MANY]:
            if script.function[use] != script.function[at]:
                continue
            key = use - 1
            if script.tokens[key].kind == "sign" and script.sign(key) in (*self.tongue.habits.pairs, "=>", "=", ":"):
                key -= 1
            token = script.tokens[key] if key >= 0 else None
            if token is not None and token.kind != "sign":
                other = parameter_of((self._short(token) if token.kind == "string" else token.text).lstrip(":@"))
                if other is not None:
                    given.add(other)
        return bool(given) and parameter not in given

    def _grows(self, at: int, parameter: str, key: str) -> bool:
        """Evaluate a name with everything appended to it; False if nothing is."""
        script = self.script
        settings = script.find_settings(script.sign(at), at) or []
        if (
            settings
            and settings[0].at == at
            and len(settings) > 1
            and all(setting.sign == "+=" for setting in settings[1:])
        ):
            last = settings[-1].at + 1
            parts = (
                self.reader.resolve(script.sign(at), last, 0) if script.function[last] == settings[0].function else None
            )
            if parts is not None:
                self._add(parts, parameter, key, at, self._near(at, parameter))
            return True
        return False

    def _read_argument(self, value: int, parameter: str, key: str, at: int) -> None:
        """Evaluate the value of an option: one operand, no operators."""
        script = self.script
        if value >= len(script.tokens) or script.tokens[value].fresh:
            return
        parts, end = self.reader.term(value, 0)
        if end > value:
            self._add(parts, parameter, key, at, self._near(at, parameter))

    def _read_list(self, value: int, parameter: str, key: str, at: int) -> None:
        """Read the items of a list that is filled step by step and joined to the condition at `value`, each by itself."""
        script, tokens = self.script, self.script.tokens
        if value >= len(tokens) or tokens[value].kind == "string" or not parameter.lower().endswith("conditions"):
            return
        parts: list[Part] = self.reader.joined(value)[0]
        if len(parts) == 1 and parts[0].joint is None and tokens[value].kind in self.tongue.habits.names:
            # `$condition = $items -join ' and '`
            settings = script.find_settings(script.sign(value), value) or []
            before = [setting.value for setting in settings if setting.sign == "=" and 0 <= setting.value < at]
            parts = self.reader.joined(before[-1])[0] if before else parts
        joint = parts[0].joint if len(parts) == 1 else None
        if joint is None or joint.strip().lower() not in ("and", "or"):
            return
        index = bisect_left(tokens, parts[0].start, key=lambda token: token.start)
        near: list[Place | None] | None = None
        while index < len(tokens) and tokens[index].end <= parts[0].end:
            if tokens[index].kind in self.tongue.habits.names and script.sign(index + 1) != "(":
                for item in self._find_added(index):
                    near = self._near(at, parameter) if near is None else near
                    self._add(item, parameter, key, at, near, partial=True)
            index += 1

    def _find_added(self, at: int) -> Iterator[list[Part]]:
        """Yield the items of the list that is named at `at`: those that it is set to, and those that are added to it."""
        script, habits = self.script, self.tongue.habits
        settings = script.find_settings(script.sign(at), at) or []
        for setting in settings:
            if setting.value >= 0 and setting.sign == "+=":
                yield self.reader.joined(setting.value)[0]
            elif setting.value >= 0 and script.sign(setting.value) in ("@(", "["):
                yield from self.reader.items(setting.value, 0) or []
        uses = self.around.uses.get(script.fold(script.sign(at)), [])
        last = bisect_left(uses, at)
        for use in uses[max(0, last - MANY) : last]:
            if script.function[use] != script.function[at]:
                continue
            if self._pushes(use):
                yield from self.reader.items(use + 3, 0) or []
            elif script.sign(use + 1) == "[" and script.sign(use + 2) == "]" and script.sign(use + 3) in habits.sets:
                yield self.reader.joined(use + 4)[0]

    def _read_values(self, value: int, parameter: str, key: str, at: int) -> None:
        script = self.script
        if script.sign(value) == "@(" and parameter.lower().endswith("conditions"):
            near = self._near(at, parameter)
            for parts in self.reader.items(value, 0) or []:
                self._add(parts, parameter, key, at, near, partial=True)
            return
        if self.tongue.habits.literals == "type" and script.sign(value) in ("{", "["):
            # `url.Values{"conditions": {"…"}}`, `[]string{"…"}`
            while script.sign(value) == "[" or script.sign(value) == "string":
                value = script.closing(value) + 1 if script.sign(value) == "[" else value + 1
            items = self.reader.items(value, 0) if script.sign(value) == "{" else None
            for parts in items or []:
                self._add(parts, parameter, key, at, self._near(at, parameter))
            return
        pushes = self._pushes(at) or (script.sign(at + 1) == "[" and script.sign(at + 2) == "]")
        partial = pushes or script.sign(at + 1) in self.tongue.habits.adds
        if self._read_choices(value, parameter, key, at, partial) or script.sign(value) != "[":
            return
        if parameter.lower().endswith("conditions"):
            # A list whose items are joined later, possibly filtered: `["…", id && `…`].filter(Boolean).join(" and ")`.
            start, closing = value + 1, script.closing(value)
            for _ in range(100):
                if start >= closing:
                    break
                self._read_choices(start, parameter, key, at, partial=True)
                start = self.reader.item_end(start, closing) + 1

    def _read_choices(self, value: int, parameter: str, key: str, at: int, partial: bool = False) -> bool:
        """Evaluate the possible texts of a value; False if none is known."""
        near: list[Place | None] | None = None
        for parts in self.reader.alternatives(value):
            if any(part.kind != "hole" for part in parts):
                near = self._near(at, parameter) if near is None else near
                self._add(self._choose(parts, at), parameter, key, at, near, partial)
        return near is not None

    def _choose(self, parts: list[Part], at: int) -> list[Part]:
        """Return the parts with the text that a choice adds to the condition: ``${id ? ` and company/id = ${id}` :
        ''}``.
        """
        chosen: list[Part] = []
        for part in parts:
            added: list[Part] = []
            tokens = part.tokens if part.kind == "hole" else None
            if tokens and any(token.kind == "string" for token in tokens) and any(t.text in _CHOICES for t in tokens):
                inner = Reader(Script(tokens, self.script.text, self.script.habits), self.reader, at)
                for texts in inner.alternatives(int(tokens[0].text == "(")):
                    text = "".join([HOLE if known.kind == "hole" else known.text for known in texts])
                    if _ADDED.match(text) and _TELLING.search(text):
                        added = texts
                        break
            chosen += added or [part]
        return chosen

    def _add(
        self,
        parts: list[Part],
        parameter: str,
        key: str,
        at: int,
        near: Sequence[Place | None],
        partial: bool = False,
    ) -> None:
        text = "".join([HOLE if part.kind == "hole" else part.text for part in parts])
        if not text.strip(HOLE + " \t\r\n"):
            return
        script = self.script
        named = script.tokens[at].kind == "option" and bool(near)
        conditions = parameter.lower().endswith("conditions")
        if conditions and not named and (_TELLING.search(text) is None or _FRAGMENT.match(text)):
            return
        if near and "/" not in text and conditions and is_foreign(text) and not self.around.near(at, wide=False):
            # SQL in a function that also calls ConnectWise.
            near = []
        start = script.tokens[script.begin[at]].start
        literals = [part.literal for part in parts if part.literal is not None]
        direct = [token for token in literals if token.start >= start] or literals
        if not direct:
            return
        low, high = min(token.start for token in direct), max(token.end for token in direct)
        place = self.context.settle(min(start, low), max(high, start), key, *near)
        if place.endpoint is None and not conditions:
            return
        if place.dialect is None and not self._is_ours(at, key):
            return
        pieces = self._pieces(parts)
        found = Found(pieces, parameter, place, Span(low, high), self.language, partial=partial)
        self.found.setdefault((pieces[0].start, pieces[-1].end, parameter), []).append(found)

    def _is_ours(self, at: int, key: str) -> bool:
        """Return whether a ``condition`` with an unknown target should be checked: many libraries have one."""
        if key.lower().lstrip("$").endswith("s"):
            return True
        return self.around.automate and self.script.tokens[at].kind != "option"

    def _near(self, at: int, parameter: str) -> list[Place | None]:
        # `fields` and `orderBy` are everyday words, and other cmdlets have conditions: only evidence nearby counts.
        wide = parameter.lower().endswith("conditions") and self.script.tokens[at].kind != "option"
        near = self.around.near(at, wide)
        return near if near or self.query is None else [self.query]

    def _pieces(self, parts: Sequence[Part]) -> list[Piece]:
        """Return the parts as pieces, their literals numbered."""
        numbers: dict[int, int] = {}
        pieces: list[Piece] = []
        for part in parts:
            mark = part.literal.start if part.literal is not None else -1 - part.start
            number = numbers.setdefault(mark, len(numbers))
            hole = part.kind == "hole"
            pieces.append(
                Piece(
                    HOLE if hole else part.text,
                    part.start,
                    part.end,
                    part.kind,
                    number,
                    part.quoting,
                    part.expression if hole else "",
                    part.safe,
                    part.joint,
                )
            )
        return pieces
