"""Ids that stay in their place in a path, and those that would lead elsewhere."""

from __future__ import annotations

import enum
import itertools
from urllib.parse import quote, urlsplit

import httpx
import pytest

from cwql.errors import CwqlError, InvalidIdError
from cwql.schema.path_id import path_id

ROLE = "an id of /service/tickets"


class Colour(enum.StrEnum):
    """An enum of texts."""

    RED = "red"


class Word(str, enum.Enum):  # noqa: UP042 - its str() is not its value
    """An enum of texts in the old form."""

    RED = "red"


class Number(enum.IntEnum):
    """An enum of numbers."""

    ONE = 1


@pytest.mark.parametrize(
    ("id", "text"),
    [
        (5, "5"),
        (0, "0"),
        (-1, "-1"),
        (2**62, "4611686018427387904"),
        ("jdoe", "jdoe"),
        ("j.doe@example.com", "j.doe@example.com"),
        ("a..b", "a..b"),
        (".a", ".a"),
        ("100%", "100%"),
        ("50%off", "50%off"),
        ("%", "%"),
        ("x%2", "x%2"),
        ("Müller", "Müller"),
        ("会社", "会社"),
        ("a?b#c;d&e", "a?b#c;d&e"),
        ("{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}"),
        (Colour.RED, "red"),
        (Word.RED, "red"),
        (Number.ONE, "1"),
    ],
)
def test_id_is_its_text(id: object, text: str) -> None:
    found = path_id(id, ROLE)
    assert found == text
    assert type(found) is str
    path = urlsplit(str(httpx.URL(f"https://example.com/service/tickets/{quote(found, safe='')}/notes"))).path
    assert path.count("/") == 4
    assert path.startswith("/service/tickets/")
    assert path.endswith("/notes")


DOTS = ["", ".", "..", "...", "․", "‥", "…", "．", "．．"]
SLASHES = ["/", "\\", "a/b", "../x", "..\\x", "a/../b", "／", "＼", "5/notes"]
BLANKS = [
    " ",
    "5 ",
    " 5",
    "a b",
    "\t",
    "5\n",
    "\r\n",
    "\0",
    "5\0",
    "\x1b[m",
    "\x7f",
    "\u00a0",
    "\u2028",
    "\u200b",
    "\ufeff",
    "\ud800",
]
ENCODED = [f"%{ord(char):02{case}}" for char, case in itertools.product("./\\ \0\n%A", "xX")] + [
    "%2e%2e", ".%2E", "%2e.", "..%2f", "%252e", "%25252F", "%u002e", "%U002F", "a%20b", "5%00", "%c0%af", "％2e",
]  # fmt: skip


@pytest.mark.parametrize("id", [*DOTS, *SLASHES, *BLANKS, *ENCODED], ids=ascii)
def test_id_that_leads_elsewhere_is_refused(id: str) -> None:
    with pytest.raises(InvalidIdError, match=r"cannot use .* as an id of /service/tickets: ") as caught:
        path_id(id, ROLE)
    assert isinstance(caught.value, CwqlError)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("id", [None, True, False, 1.5, b"5", [5], {"id": 5}, object(), (), 2**63, -(2**70)])
def test_value_that_is_no_id_is_refused_without_being_shown(id: object) -> None:
    with pytest.raises(InvalidIdError, match="cannot use ") as caught:
        path_id(id, ROLE)
    assert len(str(caught.value)) < 140


def test_number_of_many_digits_is_refused() -> None:
    with pytest.raises(InvalidIdError, match="an int of 16610 bits"):
        path_id(10**5000, ROLE)


def test_long_id_is_refused_and_shortened_in_the_message() -> None:
    assert path_id("x" * 1000, ROLE) == "x" * 1000
    with pytest.raises(InvalidIdError, match="more than 1000 characters") as caught:
        path_id("x" * 100_000, ROLE)
    assert len(str(caught.value)) < 150
