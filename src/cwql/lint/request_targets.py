"""The target of a condition: dialect and endpoint, read from the nearest URL, call or comment.

Nothing is guessed: a target is used only if something names it. A text with an unknown target is checked as far as that
is possible, and a file that does not mention ConnectWise is skipped.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from cwql.language.dialects import DIALECTS
from cwql.lint import lazy_patterns as re
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.source import Source


class RequestTarget(Value):
    """The known target of a condition.

    `dialect` is its name, `endpoint` a path of the catalog (``/service/tickets``). `sure` is True if something near the
    condition mentions ConnectWise, so that it should be checked; `loose` is True if that is only a word somewhere in
    the file.
    """

    dialect: str | None = None
    endpoint: str | None = None
    sure: bool = False
    loose: bool = False

    @property
    def is_complete(self) -> bool:
        """Return whether both dialect and endpoint are known."""
        return self.sure and self.dialect is not None and self.endpoint is not None

    def over(self, other: RequestTarget | None) -> RequestTarget:
        """Return this target, completed by `other` if `other` does not contradict it."""
        if other is None:
            return self
        if self.dialect is not None and other.dialect is not None and self.dialect != other.dialect:
            return self
        if self.endpoint is None and other.is_complete and not other.loose:
            return other
        return RequestTarget(self.dialect or other.dialect, self.endpoint or other.endpoint, self.sure or other.sure)


NOWHERE = RequestTarget()
"""An unknown target."""

PARAMETERS: dict[str, str] = {
    "conditions": "conditions", "condition": "conditions", "childconditions": "childConditions",
    "childcondition": "childConditions", "customfieldconditions": "customFieldConditions",
    "customfieldcondition": "customFieldConditions", "orderby": "orderBy", "fields": "fields",
    "includefields": "includeFields", "excludefields": "excludeFields",
}  # fmt: skip
"""Folded names of query parameters, with the API's spelling; ``conditions`` is the main condition of both dialects."""

_NAMES = [parameter.name for record in DIALECTS for parameter in record.parameters]
_SPEAKING: dict[str, str] = {
    parameter.name: record.name
    for record in DIALECTS
    for parameter in record.parameters
    if _NAMES.count(parameter.name) == 1 and parameter.name != "condition"
}
"""Parameters of one dialect only, with its name; ``condition`` is not listed, because wrappers of every API use that
name.
"""

_ROOTS: dict[str, tuple[str, ...]] = {"automate": ("cwa/api/v1",), "manage": ("v4_6_release", "/apis/3.0")}
"""Parts of URLs of one dialect's API only; shorter than the roots of its catalog, because parts of those are
interpolated.
"""

EVIDENCE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("wise", re.compile(r"connect[-_. ]?wise")),
    ("v4_6_release", re.compile(r"v4_6_release")),
    ("cw", re.compile(r"cw(?:a/api/v1(?<![a-z0-9]cwa/api/v1)|[ma][a-z](?<![a-z0-9]cw..)|ql)")),
    ("cw", re.compile(r"cw(?<![a-z]cw)[-_]?(?:m|a|manage|automate|psa|api)(?![a-z])")),
    ("tech", re.compile(r"lab[-_]?tech")),
    ("automate.", re.compile(r"automate\.(?:computers|clients|locations)\b")),
)
"""Words of a file that mentions ConnectWise, in lower case, each with a part of it.

Each pattern begins with plain text, and its part is searched for first: one pattern of all words takes ten times as long.
"""

_AUTOMATE = re.compile(
    r"connect[-_. ]?wise[-_. ]?automate|cwa/api/|hostedrmm|lab-?tech|-(?:cwa|automate)[a-z]|automate\.(?:computers|clients|locations)\b"
)
_AUTOMATE_PARTS = ("automate", "cwa", "hostedrmm", "labtech", "lab-tech")
"""Words of a file that mentions Automate, in lower case, and texts of which each of them contains one."""

SECTIONS = (
    *("company", "configurations", "expense", "finance", "marketing", "procurement", "project", "sales", "schedule"),
    *("service", "system", "time"),
)
"""The first parts of all paths of Manage."""

_STEP = re.compile(r"(?:/|\W{0,2}\.|->|::)([a-z]\w*)")
"""The first part of a path of Manage or of a chain of names, and the rest with the second part, in lower case."""

_INTERPOLATION = re.compile(
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|#\{[^{}]*\}|\$\([^()]*(?:\([^()]*\)[^()]*)*\)|\{[^{}]*\}|\$[A-Za-z_][\w.:]*|%[sd]|(?<=/):[a-z]\w*|<<\w+>>|\ufffc"
)
_PROXY = re.compile(
    rf"(?:\w++://[^/]*+|\{{\}})*+(?:/[\w-]++)??/(?:connect-?wise|cwm?)(?:-?(?:manage|psa|api|proxy))?+(?:/(?:manage|api|v\d))?+(?=/(?:{'|'.join(SECTIONS)})/)",
    re.IGNORECASE,
)
"""The beginning of a URL of a proxy that passes the rest of the path on to Manage: ``/api/connectwise``."""

_MARKS = ("condition", "orderby", "order_by", "order-by", "fields", "cwql", "v4_6_release", "/apis/3.0", "cwa/api")
_SEPARATORS = re.compile(r"[^\w$-]+")
_BEGINNINGS = tuple(
    [re.compile(quote + r"(?=[a-z])[\w/]++ (?:[=<>!]|(?:like|contains|in) ['\"(])") for quote in "\"'`"]
)
"""The first comparison of a text, by its quote. One pattern for all quotes takes three times as long."""

COMMENTS = ("#", "//", "--", "/*", "*", "<!", ";", "'")
"""How comment lines begin in the supported languages."""


def parameter_of(key: str) -> str | None:
    """Return the query parameter that a key, keyword or option names, in the API's spelling; None for any other.

    Letter case, ``_``, ``-`` and ``$`` do not count: ``child_conditions``, ``-ChildConditions``, ``ORDER_BY``.
    """
    # Most keys are too short or too long to be one, and would take the place of others in the cache.
    return _parameter_of(key) if 5 < len(key) < 30 else None


@lru_cache(1024)
def _parameter_of(key: str) -> str | None:
    return PARAMETERS.get(key.replace("_", "").replace("-", "").replace("$", "").lower())


@lru_cache(1024)
def dialect_of(key: str) -> str | None:
    """Return the dialect that the spelling of a key speaks for: ``conditions`` is Manage's, ``condition`` may be both."""
    parameter = parameter_of(key)
    return _SPEAKING.get(key.lower().strip("-$_") if parameter == "conditions" else parameter or "")


def place_of_url(text: str) -> RequestTarget | None:
    """Return the target that a URL or path names; None for any other text.

    ``https://…/v4_6_release/apis/3.0/service/tickets?…``, ``/service/tickets/${id}/notes`` and ``service/tickets`` are
    understood, whatever the language's interpolation. A root without a known endpoint still gives the dialect.
    """
    path = text.strip().split("?", 1)[0]
    # A file uses the same few URLs again and again.
    return _place_of_path(path) if len(path) <= 300 else _place_of_path.__wrapped__(path)


@lru_cache(1024)
def _place_of_path(text: str) -> RequestTarget | None:
    from cwql.schema.catalog import catalog
    from cwql.schema.loader import PRODUCTS

    path = _INTERPOLATION.sub("{}", text)
    if not path or len(path) > 2000 or any(sign in path for sign in " \t\n<>|"):
        return None
    folded = path.lower()
    rooted = next((name for name, roots in _ROOTS.items() if any(root in folded for root in roots)), None)
    named = rooted is None and ("cw" in folded or "wise" in folded)
    proxy = _PROXY.match(path) if named else None
    if proxy is not None:
        path = path[proxy.end() :]
    elif "://" in path:
        # A host or an interpolated base precedes the path.
        path = path.split("://", 1)[1].partition("/")[2]
    while path.startswith("{}"):
        # `{base}/service/tickets`
        path = path[2:]
    for product in PRODUCTS:
        if rooted in (None, product):
            endpoint = catalog(product).find_endpoint(path) if path.strip("/") else None
            if endpoint is not None:
                parent, _, last = endpoint.key.rpartition("/")
                if last in ("count", "search"):
                    # They take the conditions of the list above them.
                    endpoint = catalog(product).find_endpoint(parent) or endpoint
                return RequestTarget(product, catalog(product).title(endpoint), sure=True)
    return RequestTarget(rooted, None, sure=True) if rooted else None


def place_of_attributes(names: Sequence[str], dialect: str | None = None) -> RequestTarget | None:
    """Return the place that a chain of attributes names: ``client.service.tickets.list`` as its names, ``{}`` for each id.

    A single name (``computers``) counts only for the dialect that is known otherwise.
    """
    shortest = 1 if dialect is not None else 2
    return _place_of_names(tuple(names), dialect, shortest) if len(names) >= shortest else None


@lru_cache(1024)
def _place_of_names(names: tuple[str, ...], dialect: str | None, shortest: int) -> RequestTarget | None:
    from cwql.schema.catalog import catalog
    from cwql.schema.loader import PRODUCTS

    steps = [name.replace("_", "").lower() for name in names]
    for product in PRODUCTS:
        if dialect not in (None, product):
            continue
        known = catalog(product)
        for length in range(len(steps), shortest - 1, -1):
            for start in range(len(steps) - length + 1):
                key = "/".join(steps[start : start + length])
                endpoint = known.find_endpoint(key) if known.is_listed(key) else None
                if endpoint is not None:
                    return RequestTarget(product, known.title(endpoint), sure=True)
    return None


@lru_cache(1)
def _heads() -> frozenset[str]:
    """Return the second parts of all paths of Manage."""
    from cwql.schema.catalog import catalog

    return frozenset([key.split("/")[1] for key in catalog("manage").listed_keys() if "/" in key])


def find_all(word: str, folded: str) -> Iterator[int]:
    """Yield the positions of a word. One pattern for several words takes four times as long."""
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + len(word))


def speaks(text: str) -> bool:
    """Return whether a text mentions ConnectWise."""
    return _speaks(text.lower())


def _speaks(folded: str) -> bool:
    if "connectwise" in folded:
        return True
    return any(part in folded and word.search(folded) is not None for part, word in EVIDENCE)


class Context:
    """Facts about a file that are known before it is parsed.

    They are whether it mentions ConnectWise, its marker comments, and the default target. A marker is a comment
    ``cwql: manage /service/tickets``, at the end of a code line or on the line above it; with ``file`` after
    ``cwql:`` it applies to the whole file. `names_us` is True if ConnectWise is mentioned at all; if not, many words
    need not be searched for.
    """

    MARKER = re.compile(
        rf"cwql:\s*(?P<file>file\s+)?(?P<dialect>{'|'.join([record.name for record in DIALECTS])})\b"
        r"[ \t]*(?P<endpoint>/?[A-Za-z][\w/{}.-]*)?"
    )

    def __init__(self, source: Source, default: RequestTarget = NOWHERE, outer: Context | None = None) -> None:
        self.source = source
        self._outer = outer
        self._marks: dict[object, list[int]] = {}
        self.vocabulary = ""
        """The words of the file, each once, if something has split it: a search in them takes a tenth of the time."""
        self._stated: RequestTarget | None = None
        self.markers: dict[int, RequestTarget] = {}
        self.names_us: bool
        if outer is not None and outer.source is source:
            # A part of the same text: all is known of it but its place.
            self.names_us, self.markers, self._stated = outer.names_us, outer.markers, outer._stated
        else:
            self.names_us = "cwql" in source.text
            if self.names_us and "cwql:" in source.text:
                self._find_markers()
        self.default = default if self._stated is None else self._stated.over(default)

    def _find_markers(self) -> None:
        for match in self.MARKER.finditer(self.source.text):
            place = RequestTarget(match["dialect"], match["endpoint"], sure=True)
            if match["file"]:
                self._stated = place
            else:
                self.markers[self.source.position(match.start())[0]] = place

    @cached_property
    def folded(self) -> str:
        """Return the text of the file in lower case."""
        outer = self._outer
        return outer.folded if outer is not None and outer.source is self.source else self.source.text.lower()

    @cached_property
    def sure(self) -> bool:
        """Return whether the file or its name mentions ConnectWise."""
        outer = self._outer
        if outer is not None and (outer.sure or outer.source is self.source):
            return outer.sure
        return _speaks(self.folded) or speaks(self.source.name)

    def has(self, word: str) -> bool:
        """Return whether the text has a word in any letter case, or another text that contains one."""
        return next(self.find_all(word), -1) >= 0

    def find_all(self, word: str) -> Iterator[int]:
        """Return the positions of a word in the text in lower case, or of another text that contains one."""
        known = not self.vocabulary or max(_SEPARATORS.split(word), key=len) in self.vocabulary
        return find_all(word, self.folded) if known else iter(())

    def _paths(self) -> Iterator[int]:
        """Yield the positions of possible paths of Manage, and of chains of names."""
        for section in SECTIONS:
            for at in self.find_all(section):
                match = _STEP.match(self.folded, at + len(section))
                if match is not None and match[1].replace("_", "") in _heads():
                    yield at

    def can_name_endpoint(self, words: tuple[re.Pattern[str], ...] = ()) -> bool:
        """Return whether anything in the file can name the target of a condition: if not, it need not be parsed.

        `words` match other names of one in this language. The first two parts of a path are looked for, because the first
        ones (``system``, ``time``) are everywhere.
        """
        if self.sure or self.markers or self.default != NOWHERE:
            return True
        folded = self.folded
        return any(word.search(folded) is not None for word in words) or any(True for _ in self._paths())

    def marks(self, words: tuple[re.Pattern[str], ...] = ()) -> list[int]:
        """Return where the file names a parameter or a target, or a text begins like a condition, in order; `words` are those of `can_name_endpoint`."""
        if words not in self._marks:
            folded = self.folded
            found = [at for mark in _MARKS for at in self.find_all(mark)]
            found += [match.start() for word in words for match in word.finditer(folded)]
            found += self._paths()
            found += [match.start() for begin in _BEGINNINGS for match in begin.finditer(folded)]
            self._marks[words] = sorted(found)
        return self._marks[words]

    @cached_property
    def automate(self) -> bool:
        """Return whether the file mentions Automate by name or by URLs."""
        outer = self._outer
        if outer is not None and (outer.automate or outer.source is self.source):
            return outer.automate
        # The pattern takes a hundred times as long as the search for its parts.
        return any(map(self.has, _AUTOMATE_PARTS)) and _AUTOMATE.search(self.folded) is not None

    def within(self, place: RequestTarget | None, source: Source | None = None) -> Context:
        """Return the context of a part of the file at a position; `source` is its text if that differs from the file's."""
        return Context(source or self.source, self.default if place is None else place.over(self.default), self)

    def marked(self, start: int, end: int) -> RequestTarget | None:
        """Return the place of the marker on a line of the stretch, or on the comment lines right above it."""
        if not self.markers:
            return None
        first, last = self.source.position(start)[0], self.source.position(end)[0]
        for line in range(first, last + 1):
            if line in self.markers:
                return self.markers[line]
        line = first - 1
        while line > 0 and self.source.line(line).lstrip().startswith(COMMENTS):
            if line in self.markers:
                return self.markers[line]
            line -= 1
        return None

    def settle(self, start: int, end: int, key: str, *near: RequestTarget | None) -> RequestTarget:
        """Return the target of a condition that is passed as `key` in the statement ``start:end``.

        `near` are the targets in the code around it, the nearest first. A marker takes precedence over all of them, the
        default of the settings comes last; a target that contradicts a nearer one is ignored.
        """
        spoken = dialect_of(key)
        marked = self.marked(start, end)
        place = marked or (RequestTarget(spoken) if spoken else NOWHERE)
        by_key = spoken is not None and marked is None and parameter_of(key) == "conditions"
        for candidate in (*near, self.default):
            if by_key and candidate is not None and candidate.endpoint and candidate.dialect not in (None, spoken):
                # A list called `conditions` next to a path of Automate: the path is better evidence than the name, and
                # neither is certain.
                return RequestTarget(None, None, candidate.sure)
            place = place.over(candidate)
            if place.is_complete:
                break
        if place.sure and not place.loose:
            return place
        if by_key and self.sure and not place.sure and self.automate:
            return RequestTarget(None, None, sure=True, loose=True)
        named = place.sure or parameter_of(key) not in ("conditions", "orderBy", "fields")
        return RequestTarget(place.dialect, place.endpoint, place.sure or self.sure, loose=self.sure and not named)
