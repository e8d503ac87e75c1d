"""Conditions in JavaScript and TypeScript: object keys, template literals, URLSearchParams, the calls of connectwise-rest."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.traits import Traits
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends.cmdlets import path_of_noun
from cwql.lint.frontends.jsx import read_element
from cwql.lint.frontends.parser import Parser
from cwql.lint.frontends.program import Grammar
from cwql.lint.frontends.syntax import BACKSLASH, Form, Syntax
from cwql.lint.ir import Call, Items, Literal, Member, Name, Pairs
from cwql.lint.request_targets import RequestTarget, place_of_attributes
from cwql.lint.templates.model import QuoteStyle
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.ir import Argument, Node

_BREAKS = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_FORMS = {
    '"': Form('"', BACKSLASH, QuoteStyle({**_BREAKS, '"': '\\"'})),
    "'": Form("'", BACKSLASH, QuoteStyle({**_BREAKS, "'": "\\'"})),
    "`": Form("`", BACKSLASH, QuoteStyle({"\\": "\\\\", "`": "\\`", "$": "\\$"}), ("${",), lines=True),
}

_SYNTAX = Syntax(
    r"(?P<string>[\"'`])|(?P<name>#?[A-Za-z_$][\w$]*)",
    r"//|\A#!",
    {"/*": "*/"},
    _FORMS,
    regexes=True,
    element=read_element,
)


_SCHEMAS = words("z zod yup Joi v Type t")
_STATES = words("React . useState useRef useSyncedState")


class JavaScript(Parser):
    """The grammar of JavaScript and TypeScript."""

    lines = True
    typed = "colon"
    lambdas = frozenset(("=>",))
    shorthand = "braces"
    sigils = ""
    methods = True
    declares = words("const let var")
    modifiers = words(
        """public private protected static readonly override async export abstract declare default accessor"""
    )
    patterns = False
    functions = frozenset(("function",))
    classes = words("class namespace module")
    shapes = words("interface enum type")
    unaries = words("await typeof void delete yield")
    handlers = words("catch finally")

    def is_keyword(self) -> bool:
        """Return whether a word is a keyword: ``type`` and ``module`` are also names."""
        if self.word() in ("type", "namespace", "module", "interface", "enum", "let") and self.peek(1).kind != "name":
            return self.word() == "let" and self.word(1) in ("{", "[")
        return super().is_keyword()

    def note_value(self, target: Node, value: Node | None, first: int) -> None:
        """Note the type of ``const [kind, setKind] = useState<Kind>(…)``, and the values of ``[…] as const``."""
        if isinstance(target, Items) and target.items and isinstance(value, Call):
            while self.tokens[first].text != "<" and first + 1 < self.size and self.tokens[first].text in _STATES:
                first += 1
            named = target.items[0]
            after = self._angles(first) if self.tokens[first].text == "<" else first
            if after > first and isinstance(named, Name):
                self.note_type(named.name, self.join_words(first + 1, after - 1))
        elif isinstance(target, Name) and isinstance(value, Call) and self._is_schema(value):
            self.aliases[target.name] = self.text[value.start : value.end]
        elif isinstance(target, Name) and isinstance(value, (Items, Pairs)):
            parts = value.items if isinstance(value, Items) else [entry.value for entry in value.entries]
            fixed = self.text[value.end : self.last_end()].split() == ["as", "const"]
            if fixed and all(isinstance(part, Literal) and is_word(part.value) for part in parts):
                self.aliases[f"typeof {target.name}"] = "enum"

    def entry(self) -> Argument | None:
        """Parse an entry; a schema gives its key a type."""
        entry = super().entry()
        if entry is not None and entry.name and entry.value is not None and self._is_schema(entry.value):
            self.note_type(entry.name, self.text[entry.value.start : entry.value.end][:199])
        return entry

    def _is_schema(self, value: Node) -> bool:
        """Return whether a value is a schema of a library, or made from one of the file."""
        while isinstance(value, (Call, Member)) and (inner := value.callee if isinstance(value, Call) else value.owner):
            value = inner
        name = value.name if isinstance(value, Name) else ""
        return name in _SCHEMAS or self.aliases.get(name, "").partition(".")[0] in _SCHEMAS


_GETTER = re.compile(r"get[A-Z]\w{3,80}")
_OPERATIONS = (
    re.compile(r"get(?:company|expense|finance|marketing|procurement|project|sales|schedule|service|system|time)[a-z]"),
    re.compile(r"api\.[a-z]"),
)
_LISTERS = words("list listAll getAll find search iterate paginate count")
_AUTOMATE = re.compile(r"connect[-_ ]?wise[-_ ]?automate|cw[-_]?automate|cwa/api/", re.IGNORECASE)


def _place_of(names: Sequence[str], text: str) -> RequestTarget | None:
    """Return the place that a method of connectwise-rest names: its methods are called like the operations of the API."""
    if names and names[-1] == "{}":
        names = names[:-1]
    if len(names) < 2:
        return None
    if names[-1] in _LISTERS and _AUTOMATE.search(text) is not None:
        # `client.computers.list(…)` of the clients that there are for Automate.
        place = place_of_attributes([names[-2]], "automate")
        return place if len(names) < 3 or place_of_attributes(names[-3:-1]) is None else None
    word, owner = names[-1], names[-2]
    if _GETTER.fullmatch(word) is None:
        return None
    # A module of the older connectwise-rest: ``cw.ServiceDeskAPI.Tickets.getTickets``.
    path = path_of_noun(owner, "manage") if len(names) > 2 and names[-3].lower().endswith("api") else None
    if path is not None:
        return RequestTarget("manage", path, sure=True) if not word.endswith("ById") else None
    from cwql.schema.catalog import catalog

    if owner.endswith("API"):
        automate = catalog("automate")
        operation = automate.find_operation(f"{owner[:-3]}_G{word[1:]}")
        endpoint = automate.find_endpoint(operation.path) if operation is not None else None
        if endpoint is not None:
            return RequestTarget("automate", automate.title(endpoint), sure=True)
    manage = catalog("manage")
    operation = manage.find_operation(word)
    endpoint = manage.find_endpoint(operation.path.removesuffix("/count")) if operation is not None else None
    return RequestTarget("manage", manage.title(endpoint), sure=True) if endpoint is not None else None


GRAMMAR = Grammar(
    _SYNTAX,
    JavaScript,
    Traits("javascript", place_of=_place_of, words=_OPERATIONS, native_dates=True, exports=True),
    functions="methods",
)

extract = GRAMMAR.extract
