"""Advice for errors of servers that has another cause than the status suggests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cwql.client.error_body import Refusal

__all__ = ["find_hint"]


class Hint(NamedTuple):
    """Advice for a status: if `said` matches the code or the message, and `at` the method and path of the call."""

    status: int
    advice: str
    said: str = ""
    at: str = ""


HINTS: dict[str, tuple[Hint, ...]] = {
    "manage": (
        Hint(
            403,
            "the API of the cloud is on another host, like api-na.myconnectwise.net: give it as site=",
            said=r"\bSSL is required",
        ),
        Hint(
            404,
            "a ticket of a project is under /project/tickets, or the id does not exist",
            at=r"/service/tickets/\d+(?:/|$)",
        ),
        Hint(
            404,
            "a ticket of a service board is under /service/tickets, or the id does not exist",
            at=r"/project/tickets/\d+(?:/|$)",
        ),
        Hint(
            404,
            "these are the choices of a question of a type; the answers of a configuration are its member questions",
            at=r"/types/\d+/questions(?:/\d+/values)?(?:/|$)",
        ),
        Hint(
            400,
            "the server is of another release: give release=, for example that of psa.ping().version",
            said=r"does not support the API version",
        ),
        Hint(
            400,
            "send whole seconds in UTC, like 2024-01-31T09:00:00Z",
            said=r"UnsupportedFormat|Unsupported format applied",
        ),
        Hint(
            400,
            "customFields and questions are replaced as a whole: read the record, change the entries, send the whole list",
            said=r"InvalidPatch|Invalid patch",
            at=r"^PATCH ",
        ),
        Hint(
            400, "the same callback exists: callbacks.list() returns it", said=r"ObjectExists", at=r"/system/callbacks"
        ),
        Hint(
            409, "the same callback exists: callbacks.list() returns it", said=r"ObjectExists", at=r"/system/callbacks"
        ),
    ),
    "automate": (
        Hint(
            401,
            "give client_id= (CONNECTWISE_AUTOMATE_CLIENT_ID): the server requires one",
            said=r"client[ _-]?id",
        ),
        Hint(
            403,
            "give client_id= (CONNECTWISE_AUTOMATE_CLIENT_ID): the server requires one",
            said=r"client[ _-]?id",
        ),
        Hint(
            400,
            "give client_id= (CONNECTWISE_AUTOMATE_CLIENT_ID): the server requires one",
            said=r"client[ _-]?id",
        ),
    ),
}
"""The advice of each product; the first that matches counts."""


def find_hint(product: str, refusal: Refusal, call: str) -> str:
    """Return the advice for an error, or an empty text; `call` is its method and path."""
    said = (
        f"{refusal.code} {refusal.message} {' '.join([f'{each.code} {each.message}' for each in refusal.fields[:5]])}"
    )
    for hint in HINTS.get(product, ()):
        if (
            hint.status == refusal.status
            and re.search(hint.said, said[:2000], re.IGNORECASE)
            and re.search(hint.at, call.partition("?")[0], re.IGNORECASE)
        ):
            return hint.advice
    return ""
