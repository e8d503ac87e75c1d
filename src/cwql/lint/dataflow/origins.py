"""The origin of a value that is not safe, and what its name says about it if the origin is unknown.

A value is *safe* if neither a quote nor an operator can be in it. It is from *outside* if any text can be in it: a parameter,
user input, a row of a file. Of any other value only the name is known.
"""

from __future__ import annotations

from functools import lru_cache

from cwql.lint import lazy_patterns as re
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal as Only
    from typing import TypeAlias

    from cwql.lint.dataflow.values import Value

    Origin: TypeAlias = Only["", "number", "code", "given", "rows"]

OUTSIDE = ("given", "rows")
"""Origins of values that can be any text: one whose members are unknown, and one whose members are such texts, too."""

_IDS = words("id ids recid guid guids uuid")
_NUMBERS = words(
    """number numbers num nums no count counts year years month months day days week weeks hour hours minute minutes
    second seconds page pages size limit offset index position total amount quantity qty pk min max threshold int
    integer digits epoch bool boolean since from to start end begin date dates time times datetime today now
    yesterday tomorrow stamp timestamp cutoff ago until before after deadline utc iso moment midnight updated
    created modified entered expires lastrun lastsync checkpoint watermark monday sunday"""
)
"""Last words of the names of numbers, dates and times."""

_CODES = words(
    """status statuses state states type types kind priority priorities severity severities mode level order sort flag label
    letter char operator op direction impact urgency role option enum enabled active closed macaddress ipaddress"""
)
"""Last words of the names of codes that a program itself chooses from a few, and of addresses that have no quotes."""

_TEXTS = words(
    """name names identifier identifiers serial serials email emails mail address summary title description subject
    note notes comment text term terms keyword keywords search query phrase word words input phone city street
    domain host hostname login username serialnumber phonenumber partnumber modelnumber accountnumber ponumber
    assettag assignedto mailto mailfrom sendto sentfrom"""
)
"""Last words of the names of free texts, and pairs of words that end like the name of a number."""

_INPUTS = words(
    """args argv arguments event form input params payload query req request ctx searchparams _get _post _request
    _cookie environ env"""
)
"""Names of untrusted input, unless the program gives them a value."""

_INPUT_MEMBERS = words("argv arguments environ env searchparams queryparams querystring form json")

_SOURCES = words(
    """parseargs minimist input prompt readhost readline readlines gets getline readall readalllines readalltext
    readtoend rawinput getenv getenvironmentvariable environ importcsv convertfromcsv getcontent dictreader
    csvreader readcsv fgetcsv fgets fscanf filegetcontents readfile readfilesync parsecsv readtext promptstring
    getparameter getquery getqueryparams getparsedbody promptbox getvalue getvalues getdisplayvalue flag.string
    csv.foreach csv.read parseknownargs file.read io.read file open opentext fopen newstreamreader streamreader
    this.option this.argument this.ask flags.getstring getvalueforoption getvalueforargument opts formvalue postform
    c.param c.queryparam ctx.param ctx.queryparam url.query urlparam mux.vars pathvalue system.getproperty nextline"""
)
"""Calls that read input, files or the environment."""

_READERS = words(
    """load loads safeload parse decode jsondecode convertfromjson newscanner newreader bufferedreader reader scanner
    text"""
)
"""Calls that return the content of their argument."""

_WORDS = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+")
_LAST = re.compile(r"([A-Za-z_]\w*)\W*+\Z")
_MEMBER_VALUE = re.compile(r"(?<=\w)(?:->|\.)value\Z", re.IGNORECASE)
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*+_[A-Z0-9_]++|[A-Z]{4,}+")
_OWNERS = tuple(
    words("""ticket board company client member contact user site parent computer location agreement project
    vm""")
)
"""How a word begins that ends with ``id``: ``ticketid``."""


@lru_cache(4096)
def says(text: str) -> Only["", "id", "number", "code", "text"]:
    """Return what the last name in an expression says about its value.

    >>> says("ticket.boardId"), says("daysAgo(30)"), says("PRIORITY_LABELS.first"), says("$row.Name")
    ('id', 'number', '', 'text')
    """
    # The value of an enum: ``$status->value``.
    text = text[:200].rstrip()
    if text[-5:].lower() == "value":
        text = _MEMBER_VALUE.sub("", text)
    if text.endswith(")") and "(" in text[1:]:
        text = text[: text.index("(", 1)]
    match = _LAST.search(text)
    if match is None:
        return ""
    name = match[1]
    parts = [part.lower() for part in _WORDS.findall(name)]
    last = parts[-1] if parts else ""
    stem = last.removesuffix("s")
    if stem.endswith("id") and stem[:-2].endswith(_OWNERS):
        last = "id"
    pair = "".join(parts[-2:])
    if pair in _TEXTS:
        return "text"
    if last in _IDS:
        return "id"
    if last in _NUMBERS or pair in _NUMBERS:
        return "number"
    if last in _CODES or pair in _CODES or (name.isupper() and _CONSTANT.fullmatch(name) is not None):
        return "code"
    return "text" if last in _TEXTS or last.endswith("name") else ""


def guess(value: Value, name: str, member: bool = False) -> Value:
    """Return a value of which nothing is known with the origin that its name says: an id is safe if it is a `member` of something."""
    if not (value.safe or value.origin or value.texts or value.inner or value.items or value.entries):
        said = says(name)
        value.origin = "given" if said == "text" else "number" if said == "id" else said
        value.safe = said == "id" and member
    return value


def origin_of(values: Iterable[Value]) -> Origin:
    """Return the origin of a value that is one of several, or made of them."""
    origins: set[Origin] = {value.origin for value in values if not value.safe and (value.origin or not value.texts)}
    for origin in ("given", "rows"):
        if origin in origins:
            return origin
    return origins.pop() if len(origins) == 1 else ""


@lru_cache(4096)
def is_input(name: str, member: bool = False) -> bool:
    """Return whether a name that the program does not set, or a member, is that of input."""
    name = name.lower().lstrip("$")
    return name.startswith("env:") or name in (_INPUT_MEMBERS if member else _INPUTS)


def is_reader(folded: str) -> bool:
    """Return whether a call returns the content of its first argument."""
    return folded in _READERS


@lru_cache(4096)
def is_source(name: str, owner: str) -> bool:
    """Return whether a call returns input, by its name and the last name of its owner."""
    name, owner = [each.replace("_", "").replace("-", "").lower() for each in (name, owner)]
    return name in _SOURCES or f"{owner}.{name}" in _SOURCES
