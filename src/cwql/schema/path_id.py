"""Ids in the paths of URLs: `path_id` refuses ids that would lead to another path."""

from __future__ import annotations

from cwql.errors import InvalidIdError

__all__ = ["path_id"]

LONGEST = 1000
"""Characters of an id; servers refuse longer URLs."""

_HEX = frozenset("0123456789abcdefABCDEF")


def path_id(value: object, role: str) -> str:
    """Return the text of an id, before it is percent-encoded. `role` describes the id in messages.

    An int or a str is expected; None is never accepted. ``.``, ``..``, an empty text, slashes, blanks, control
    characters and percent-encoded text are refused, because clients, proxies and servers remove dot segments and decode
    paths in different ways, and ``DELETE /service/tickets/.`` deletes at ``/service/tickets``. Raises InvalidIdError.

    >>> path_id(5, "an id of /service/tickets"), path_id("jdoe", "an id of /system/members")
    ('5', 'jdoe')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) < 1 << 63:
            return int.__repr__(value)
        raise InvalidIdError(f"cannot use an int of {value.bit_length()} bits as {role}")
    if not isinstance(value, str):
        given = "None" if value is None else f"a value of type {type(value).__name__}"
        many = isinstance(value, (list, tuple, set, frozenset, range))
        hint = "; all(field.in_([...])) reads several records" if many else ""
        raise InvalidIdError(f"cannot use {given} as {role}: expected an int or a str{hint}")
    # An enum member that is a str as well counts as its value.
    text = str.__str__(value)
    problem = _problem(text)
    if not problem and not text.isascii():
        from unicodedata import normalize

        # Some servers take full-width forms for the plain signs.
        problem = _problem(normalize("NFKC", text))
    if problem:
        shown = repr(text if len(text) <= 40 else f"{text[:39]}…")
        raise InvalidIdError(f"cannot use {shown} as {role}: {problem}")
    return text


def _problem(text: str) -> str:
    if not text:
        return "it is empty"
    if len(text) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if not text.strip("."):
        return "it consists of dots, which stand for another path"
    for char in text:
        if char in "/\\":
            return "it contains a slash or backslash"
        if char.isspace() or not char.isprintable():
            return "it contains a blank or a control character"
    start = text.find("%")
    while start >= 0:
        digits = (
            text[start + 2 : start + 6] if text[start + 1 : start + 2] in ("u", "U") else text[start + 1 : start + 3]
        )
        if len(digits) in (2, 4) and _HEX.issuperset(digits):
            return "it is percent-encoded: pass it as it is, it is encoded for the URL here"
        start = text.find("%", start + 1)
    return ""
