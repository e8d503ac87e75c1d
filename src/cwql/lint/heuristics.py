"""Texts under the same keys that are not conditions of these APIs, such as prose and SQL: `is_foreign`, `keep_certain`."""

from __future__ import annotations

from cwql.language.operators import TEXT_WORD
from cwql.lint import lazy_patterns as re
from cwql.lint.templates.model import PLACEHOLDER
from cwql.rules.traits import find_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic

# These patterns begin where a word begins and read it once, so that a long word takes linear time.
_COMPARED_WORD = re.compile(r"(?<![\w/])([\w/]++)(?=\s*+[=!<>]|\s++(?:not\s++)?(?:like|contains|in)\b)", re.IGNORECASE)
_STEP = re.compile(r"\b[A-Za-z_]\w*+/[A-Za-z]")

_SIGNS = re.compile(
    rf"<>|::|\$(?:\d|{PLACEHOLDER})|=\s*(?:\?|:\w|%s)|\b[a-z]{{1,3}}\.\w+\s*[=!<>]"
    r"|(?<![a-z_])(?=_*+[a-z]++_[a-z_])[a-z_]++\s*+[=!<>]"
    r"|(?i:\b(?:ilike|is\s+(?:not\s+)?null|where|select|interval)\b)|\b[A-Z]{3,}\s*\(|(?:^|\()\s*[\"]\w+[\"]\s*[=<>!]"
)
"""Tokens of SQL: placeholders, table aliases, names with underscores, functions."""

_CODE = re.compile(r"&&|\|\||==")
"""Tokens of other programs' rules, which conditions contain only by mistake."""

_NAME = re.compile(r"\b(?=[A-Za-z]+?[a-z][A-Z])\w++(?=\s*(?:[=!<>]|(?i:not\s+)?(?i:like|contains|in)\b))")
"""A camel-case name as in the API, in a comparison."""

_WELL_KNOWN = {
    "manage": ("Ticket", "Company", "Contact", "Project", "TimeEntry", "Agreement", "Member", "Invoice", "CatalogItem"),
    "automate": ("Computer", "Client", "Location", "Contact"),
}
"""Records whose fields distinguish the API's conditions from other texts."""

_COMPARED = re.compile(r"[=<>]|\b(?:like|contains|in)\b", re.IGNORECASE)
_OF_PROSE = find_codes("prose")


_QUERY_STRING = re.compile(r"\s*(?:\?|&?[A-Za-z_]\w*=[^&\"']*&[A-Za-z_]\w*=)")

_LIKE_A_CONDITION = re.compile(
    rf"[=<>]|\b(?:{TEXT_WORD}|has|is|eq|ne|gt|lt|ge|le|between)\s*[\"'(\[{PLACEHOLDER}]"
    rf"|\bin\s*\(|\bis\s+(?:not\s+)?null|\b[a-z]\w+/[a-z]\w+\s|\w\s+[\"']\w|{PLACEHOLDER}\W{{0,3}}(?:and|or)\b|\b(?:and|or)\W{{0,3}}{PLACEHOLDER}",
    re.IGNORECASE,
)
"""Every condition contains this; terms, weather and labels do not."""


_OPEN_END = re.compile(r"(?:[=<>(,]|\b(?:and|or|not|in|contains|like))\Z", re.IGNORECASE)
_OPEN_ENDS = ("=", "<", ">", "(", ",", "and", "or", "not", "in", "contains", "like")
_BRACKETS = re.compile(r"[\"'()]")
_END = 12
"""Characters at the end of a text that `_OPEN_END` needs: its longest word and the character before it."""


def has_open_end(text: str) -> bool:
    """Return whether a text ends with an operator, an opening bracket or a comma."""
    end = text.rstrip()[-_END:]
    return end.lower().endswith(_OPEN_ENDS) and _OPEN_END.search(end) is not None


def is_like_condition(text: str) -> bool:
    """Return whether a text has a sign that every condition contains."""
    return _LIKE_A_CONDITION.search(text) is not None


def is_query_string(text: str) -> bool:
    """Return whether a text is a whole query string, in a variable that is called like one of its parameters."""
    return _QUERY_STRING.match(text) is not None


_SQL = re.compile(r"[=<>]\s*(?:\?|\$\d+|:[a-z]\w*)\s*(?:\Z|\)|\b(?:and|or)\b)", re.IGNORECASE)


def has_sql_parameters(text: str) -> bool:
    """Return whether a text compares with parameters of SQL: ``id = ?``, ``id = $1``, ``id = :id``."""
    return _SQL.search(text) is not None


def ends_in_the_middle(text: str) -> bool:
    """Return whether a condition in the query of a URL ends inside of a string, a list or a comparison."""
    if has_open_end(text):
        return True
    quote = ""
    level = 0
    for sign in _BRACKETS.findall(text, max(text.rfind("onditions="), 0)):
        if sign in "\"'":
            quote = sign if not quote else "" if quote == sign else quote
        elif not quote:
            level += 1 if sign == "(" else -1
    return bool(quote) or level > 0


def is_foreign(text: str) -> bool:
    """Return whether a text is in another language, such as SQL."""
    return _SIGNS.search(text) is not None and not _compares_path(text)


def keep_certain(text: str, reported: list[Diagnostic], dialect: str | None) -> list[Diagnostic]:
    """Return the diagnostics of a certain condition in a file that has only a word about ConnectWise.

    Prose, SQL and other programs' rules occur under the same keys and must not be reported, so an error requires a
    path or a field of the API.
    """
    if _compares_path(text):
        return reported
    if not _COMPARED.search(text) or any(finding.code in _OF_PROSE for finding in reported) or is_foreign(text):
        return []
    code = _CODE.search(text) is not None
    if not (code or any(finding.severity == "error" for finding in reported)) or _names_field(dialect, text):
        return reported
    return [] if code else [finding for finding in reported if finding.severity != "error"]


def _compares_path(text: str) -> bool:
    """Return whether a text compares a path such as ``status/name``, which neither prose nor another language does."""
    return any(_STEP.search(word[1]) for word in _COMPARED_WORD.finditer(text))


def _names_field(dialect: str | None, text: str) -> bool:
    """Return whether a text compares a well-known field of the API."""
    from cwql.schema.catalog import catalog
    from cwql.schema.record import Resolved

    names = _NAME.findall(text)
    return any(
        isinstance(catalog(product).resolve(record, (name,)), Resolved)
        for name in names
        for product, records in _WELL_KNOWN.items()
        if dialect in (None, product)
        for record in records
    )
