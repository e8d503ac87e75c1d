"""Names whose values a declaration of the file restricts: `DeclaredRules`.

Schemas, forms, routes and options look alike in hundreds of libraries: a name, and after it a type, a list of choices or a pattern.
They are searched as text, and only in order to report less.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

_NAME = re.compile(r"[A-Za-z_]\w*+(?:-[A-Za-z]\w*+)*+")
_TEXT = re.compile(r"'((?:[^'\\\n]|\\{1,2}[dw])*+)'|\"((?:[^\"\\\n]|\\{1,2}[dw])*+)\"")
_END = re.compile(
    r"'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"|`[^`]*+`|/(?:[^/\\\n ]|\\.)++/|([(\[{])|([)\]}])|([,;\n])"
)

_KEY = re.compile(r"[\"'`]?+(?:[?!](?!=))?+[ \t]*+(=>|:=|:|=)(?![:=~])")
_ARGUMENT = re.compile(r"(?:[ =]\[?+<?+\w[\w-]*+(?:\.\.\.)?+>?+\]?+(?=[\"'`]))?+[\"'`]?+[ \t]*+,")
"""Also after the place of a value: ``"--board <id>", parseInt``, ``"--days N", Integer``."""
_METHOD = re.compile(r"[\"'`]?+\)++\s*+(?=\.|->\w)")
_BLOCK = re.compile(r"[\"'`][ \t]*+(?=\{)")
_TAG = re.compile(r"[ \t]++\*?+\w[\w.]*+[ \t]++`[^`\n]*?\b(?:validate|binding):\"([^\"\n]*+)\"")
"""The tag of a field of a struct: ``Serial string `validate:"max=40,alphanum"` ``."""
_OBJECT = re.compile(r"\{[^{}]*+\}")
_TEXT_BEFORE = re.compile(r"(?<!\w)(?:string|charsequence)\]?\s*+[$]?+\Z", re.IGNORECASE)
_ANY_TEXT = re.compile(r"\s*+(?:&(?:'\w++ )?)?str(?:ing)?\b", re.IGNORECASE)
_MEMBER = re.compile(r"[\s\w.$?!&@:\[\]'\">-]*+(?:(?<=get|ost)\(|(?<=nput|uery|aram)\((?:\w++, ?+)?+)?+['\"\w:]*+\)?+")
"""A member of an object: ``form.board.data``, ``query["board"]``, ``$request->input('board')``, ``chi.URLParam(r, "board")``."""

_MORE = re.compile(r"\s*+(?:\.|->|\|)")

_WORD = (
    r"(?:is|as|to|parse|optional|nullable|positive|con|native)?+_?+(?:int(?:eger)?+|number|numeric|uuid|guid|enum|literal|bool(?:ean)?+"
    r"|decimal|float|[iu](?:8|16|32|64)|ulid|picklist|ip_?address)"
)
_OF = r"(?:field|type|property|validator|string|param|schema)"
_TYPE = re.compile(rf"(?<![\w$-]){_WORD}_?+{_OF}?+(?!\w| (?!do\b)[a-z])", re.IGNORECASE)
"""A type or a rule whose values need no quotes, and no word of a sentence."""

_MADE = re.compile(rf"(?<=[.:]){_WORD}{_OF}?+[(\[]|(?<![\w$-]){_WORD}{_OF}[(\[]", re.IGNORECASE)
"""Such a type after ``=``, where ``int(…)`` converts a value: ``fields.Integer(…)``, ``IntegerField(…)``."""

_CHOICES = re.compile(
    r"(?<!\w)choices\s*+=|(?<!\w)(?:choices?|choice_?field|is_?one_?of|one_?of|is_?in|included_in|inclusion|allowed_?values|any_?of|valid_?values|in_?list|enum"
    r"|(?:accept_?only_?)?from_?among|add_?choices"
    r"|rule::in|values:)\??(?:\s*+[:=])?+\s*+[(\[{%]|\.(?:is)?(?:date|date_?time|iso8601|ip|uuid|valid|alpha|hex)\w{0,8}+\(|(?<!\w)fields\.date|(?<!\w)callback=\w|\.refine\(|\.transform\([^;\n]{0,80}?\breplace",
    re.IGNORECASE,
)
"""A list of values, or a check of dates or characters, or by a function of the program."""

_OPTION = re.compile(r"(?m)^[ ]*+(?:type: ?+(?:choice|number|boolean)\b|(?:values|options|enum):)")
"""The type or the choices of an input of a workflow, in YAML."""

_RULE = re.compile(
    r"int(?:eger)?+|number|numeric|uuid|guid|bool(?:ean)?+|date(?:-?time)?+|ipv[46]|ip|ulid|alpha(?:_?num(?:eric)?+|_dash)?+|enum|choice|allowedValues"
    r"|decimal|float|digits(?::\d++)?+|(?:\\{1,2}[dw]|\[[\w-]++\])(?:[+*]|\{[\d,]++\})|in:.++|in_list\[.++|oneof=.++|date_format:.++"
)
"""A text that is a rule itself: ``"type": "integer"``, ``required|in:New,Open``; a pattern only if it is no argument after ``=``."""

_PATTERN = re.compile(
    r"(?:match|regex|pattern|like|format|with|compile)[\w.:]*+\W{0,6}?(?:\w++\()?+(?:/((?:[^/\n\\]|\\.)++)/|(?:qr[/{]|[@r]?+[\"'`])(\\?+[\^A][^\n\"'`]{1,200}?(?:\$|\\[zZ]))[/}\"'`])",
    re.IGNORECASE,
)
"""A pattern, after a word for one."""

_BEFORE = re.compile(r"<(?:int|uuid|float|date)(?:\([^()]{0,40}\))?+:\Z")
_AFTER = re.compile(
    r":(?:int|long|guid|uuid|bool|datetime|decimal|alpha|\\{1,2}d|\[[\w-]++\]|regex\()|[<({>](?:\\{1,2}d|\[[\w-]++\])"
)
r"""Parts of routes: ``<int:id>``, ``{id:int}``, ``{id<\d+>}``, ``:id(\d+)``, ``:id{[0-9]+}``, ``(?P<id>\d+)``."""

_COMMON = words(
    "self this item args arguments argv row request req query options opts params input body ctx context event json form name text"
)
"""Folded names that many different values have."""

_SAME = words("str string value strings none null data")
"""Folded names that say nothing about the value before them."""

_LONGEST = 500
"""Characters of a declaration that are searched."""

_MOST = 50
"""Places of a name that are searched."""

_BUDGET = 5_000
"""Places of all names that are searched."""


class DeclaredRules:
    """The names of a file that its declarations restrict."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, bool] = {}
        self._budget = _BUDGET
        self._places: dict[str, list[tuple[int, int]]] = {}

    def restrict(self, expression: str) -> bool:
        """Return whether a declaration allows only values without quotes for the last name in an expression.

        >>> rules = DeclaredRules('{"companyId": {"type": "integer"}, "summary": {"type": "string"}}')
        >>> rules.restrict("query.company_id"), rules.restrict("query.summary")
        (True, False)
        """
        name = _last_name(expression)
        if not name:
            return False
        if name not in self._known:
            if not self._places:
                spelled: dict[str, list[tuple[int, int]]] = {}
                for match in _NAME.finditer(self._text):
                    spelled.setdefault(match[0], []).append(match.span())
                for word, spans in spelled.items():
                    # The name of a constant is not that of the values that are compared with it.
                    if not word.isupper() or word == "ID":
                        self._places.setdefault(_fold(word), []).extend(spans)
            places = sorted(self._places.get(name, ()))[: min(_MOST, self._budget)]
            self._budget -= len(places)
            self._known[name] = False
            found = {self._in_route(*place) or self._kind(*place) for place in places}
            ruled = "rule" in found or ("same" in found and "given" not in found)
            self._known[name] = "strict" in found or (ruled and "text" not in found)
        return self._known[name]

    def _in_route(self, start: int, end: int) -> Literal["", "strict"]:
        text = self._text
        after = text[start - 1 : start] in ("{", ":", "<") and _AFTER.match(text, end) is not None
        return "strict" if after or _BEFORE.search(text, max(0, start - 50), start) is not None else ""

    def _is_option(self, start: int, end: int) -> bool:
        """Return whether the lines of an item in YAML give a name a type or choices: ``- name: status``, ``status:``."""
        text = self._text
        head = text[text.rfind("\n", 0, start) + 1 : start]
        named = head.endswith("name: ")
        if not (named or (head.isspace() and text.startswith(":\n", end))):
            return False
        margin = " " * (len(head) - 6 if named else len(head) + 1)
        lines = text[end : end + _LONGEST].split("\n")[1:]
        return _OPTION.search("\n".join(takewhile(lambda line: line.startswith(margin), lines))) is not None

    def _kind(self, start: int, end: int) -> Literal["", "strict", "rule", "text", "same", "given"]:
        """Return whether a declaration restricts the name at a place by a rule, which is ``strict`` if it counts whatever its type; ``text`` if that allows any text.

        A name that is given a value is the ``same`` as a restricted one, or is ``given`` anything else. A type alone is no rule: it is
        that of a member of some object, and the data flow knows those of parameters and variables.
        """
        text = self._text
        tag = _TAG.match(text, end)
        if tag is not None:
            return "strict" if has_rule(tag[1].replace(",", "|")) else ""
        if self._is_option(start, end):
            return "rule"
        if _TEXT_BEFORE.search(text, max(0, start - 20), start) is not None:
            return "text"
        quoted = text[start - 1 : start] in ("'", '"', "`", ":", "-")
        key = _KEY.match(text, end)
        method = _METHOD.match(text, end)
        first = key or method
        if first is None and quoted:
            first = _ARGUMENT.match(text, end) or _BLOCK.match(text, end)
        short = end - start < 3
        if first is None or end - start < 2 or (short and key is None and not quoted) or text[start - 1 : start] == "/":
            # Also the path of a field: ``company/id = ``
            return ""
        rest = text[first.end() : self._end_of(first.end(), text[first.end() - 1] == ",")]
        assigned = key is not None and key[1] in ("=", ":=")
        if key is not None and not assigned and _ANY_TEXT.fullmatch(rest) is not None:
            # Most annotations; the other patterns take 2 ms to compile.
            return "text"
        bare = _TEXT.sub('""', rest)
        # A validator is that of one object, and the options of a handler are its parameters, also if their type allows any text.
        rule: Literal["rule", "strict"] = "strict" if method is not None or "FromAmong(" in rest else "rule"
        # The types of the members of an object are not its own.
        if (_MADE if assigned else _TYPE).search(_OBJECT.sub("", bare)) is not None:
            return rule if key is None or "(" in bare or '""' in bare else ""
        texts = [match[1] or match[2] or "" for match in _TEXT.finditer(rest)]
        patterns = [match[1] or match[2] for match in _PATTERN.finditer(rest)]
        rules = [each for each in texts if has_rule(each) and not (assigned and each[0] in "\\[")]
        if any(each[0] in "\\[" for each in rules):
            # The pattern of a part of a route
            return "strict"
        if (
            _CHOICES.search(bare) is not None
            or rules
            or any(is_anchored(pattern) and is_safe_pattern(pattern) for pattern in patterns)
        ):
            return rule
        if assigned:
            return "same" if _MEMBER.fullmatch(rest) is not None and self.restrict(rest) else "given"
        return "text" if key is not None and _ANY_TEXT.match(rest) is not None else ""

    def _end_of(self, at: int, listed: bool) -> int:
        """Return the end of a declaration: that of its line or item, unless brackets go on; of all arguments if it is `listed` among them."""
        text = self._text
        depth, end = 0, min(len(text), at + _LONGEST)
        for match in _END.finditer(text, at, end):
            depth += (match[1] is not None) - (match[2] is not None)
            if depth < 0 and listed and _MORE.match(text, match.end()) is not None:
                # ``new Option<string>("--status", "Status").FromAmong(…)``
                depth = 0
            if depth < 0 or (depth == 0 and match[3] == "," and not listed) or (depth == 0 and match[3] == ";"):
                return match.start()
            if depth == 0 and match[3] == "\n" and _MORE.match(text, match.end()) is None:
                return match.start()
        return end


@lru_cache(4)
def find_rules(source: str) -> DeclaredRules:
    """Return the rules in the text of a file."""
    return DeclaredRules(source)


def has_rule(text: str) -> bool:
    """Return whether only values without quotes pass the rules in a text: ``required|alpha_dash``."""
    return any(map(_RULE.fullmatch, text.split("|")))


def _last_name(expression: str) -> str:
    """Return the folded last name in an expression that is no function; empty if many values have that name."""
    found = ""
    for match in _NAME.finditer(expression[:_LONGEST]):
        name = _fold(match[0])
        if name not in _SAME and not expression.startswith("(", match.end()):
            found = name
    return "" if found in _COMMON else found


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
