"""Checks that responses belong to their requests: the requested id, and no page or record twice (`Repetition`, `SeenIds`)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cwql.client.error_body import Refusal
from cwql.client.errors import InvalidResponseError, PaginationError, WrongRecordError, reply_error
from cwql.schema.catalog import catalog
from cwql_api.runtime import Record

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from cwql.client.errors import APIStatusError
    from cwql.client.send import CallResult
    from cwql.schema.catalog import Catalog
    from cwql.schema.operation import Operation

__all__ = ["EQUAL_PAGES", "REPEATED", "Repetition", "SeenIds", "check_record", "mismatch_error"]


_METHODS = frozenset(("GET", "PATCH", "PUT"))


def check_record(product: str, operation: Operation, path: str, answer: CallResult) -> None:
    """Raise WrongRecordError for another record than the one at a path, InvalidResponseError for none, or for an error as a success.

    Only numbers are compared, because names and GUIDs have more than one spelling. A record without an id, because the
    response does not select it, passes, and so does an empty response to a change.
    """
    value = answer.value
    if isinstance(value, Record) and _is_error(value):
        message = "the response is an error instead of a record, in spite of its status"
        raise _error(InvalidResponseError, message, product, operation, path, answer)
    name = _id_name(catalog(product), operation) if operation.method in _METHODS else None
    if name is None:
        return
    if value is None and operation.method == "GET":
        raise _error(InvalidResponseError, "the response has no record", product, operation, path, answer)
    wanted, found = _number(unquote(path.rpartition("/")[2])), _number(getattr(value, name, None))
    if isinstance(value, Record) and wanted is not None and found is not None and wanted != found:
        message = f"the response has the record with the {name} {found}, not {wanted}"
        error = _error(WrongRecordError, message, product, operation, path, answer)
        error.hint = "the response belongs to another request: look for a proxy or cache between you and the server"
        raise error


def _is_error(value: Record) -> bool:
    """Return whether all members of a record are unknown, and are those of an error."""
    extra = value.model_extra or {}
    return {"code", "message"} <= extra.keys() and value.model_fields_set <= extra.keys()


def _error(
    kind: type[InvalidResponseError], message: str, product: str, operation: Operation, path: str, answer: CallResult
) -> APIStatusError:
    refusal = Refusal(answer.response.status_code, "", message)
    title, response, attempts = f"{operation.method} {path}", answer.response, answer.attempts
    return reply_error(refusal, product, kind, attempts=attempts, response=response, title=title)


def mismatch_error(product: str, answer: CallResult, title: str) -> APIStatusError:
    """Return the error for a response with values of unexpected types, if the call wants one."""
    count = len(answer.mismatches)
    message = f"{count} value{'' if count == 1 else 's'} of an unexpected type: {answer.mismatches[0]}"
    refusal = Refusal(answer.response.status_code, "", message)
    response, attempts = answer.response, answer.attempts
    return reply_error(refusal, product, InvalidResponseError, attempts=attempts, response=response, title=title)


def _id_name(known: Catalog, operation: Operation) -> str | None:
    """Return the member that has the id at the end of an operation's path, None if there is none or it is not certain."""
    last = operation.path.rpartition("/")[2]
    response = operation.reply
    if last[:1] != "{" or last[-1:] != "}" or response is None or response.listed or response.record is None:
        return None
    record = known.find_record(response.record)
    if record is None:
        return None
    placeholder = last[1:-1].lower()
    # `/Alerts/{alertId}` gives an Alert with an AlertId, `/Computers/{computerId}` a Computer with an Id.
    field = record.find(placeholder)
    if (field is None or field.origin != "spec") and (
        placeholder == "entityid" or record.name.lower().endswith(placeholder.removesuffix("id"))
    ):
        field = record.find("id")
    # Names that only conditions understand are not in responses.
    return field.name if field is not None and field.origin == "spec" else None


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 else None


BLOCK_BITS = 16
ARRAY_LIMIT = 4096
"""The maximum number of ids in an array; for more, the bitmap of 8 KB is smaller."""

_LOW = (1 << BLOCK_BITS) - 1
_LARGEST = (1 << 63) - 1


class SeenIds:
    """Remember ids. Whole numbers are cheap, also as text; any other id costs as much as in a set.

    Pagination by id does not need this, because its ids rise. By page number any record may come again, so all ids are
    remembered: in blocks of 65,536, each a sorted array of 16-bit numbers while it has few and a bitmap when it has many
    (the idea of Roaring bitmaps). A million ids take 0.2 MB if they are consecutive and about 7 MB if they are spread
    over 31 bits; a set of Python takes 60 MB and more.
    """

    __slots__ = ("_numbers", "_others", "_texts")

    def __init__(self) -> None:
        self._numbers: dict[int, array[int] | bytearray] = {}
        self._texts: dict[int, array[int] | bytearray] = {}
        self._others: set[Hashable] = set()

    def add(self, identity: Hashable) -> bool:
        """Remember an id. Returns whether it is new."""
        if type(identity) is int and 0 <= identity <= _LARGEST:
            return _add(self._numbers, identity)
        if type(identity) is str and _is_number(identity):
            return _add(self._texts, int(identity))
        if identity in self._others:
            return False
        self._others.add(identity)
        return True


def _is_number(text: str) -> bool:
    # "007" and "7" are different ids.
    return len(text) <= 18 and text.isascii() and text.isdigit() and (text[0] != "0" or text == "0")


def _add(blocks: dict[int, array[int] | bytearray], number: int) -> bool:
    high, low = number >> BLOCK_BITS, number & _LOW
    block = blocks.get(high)
    if block is None:
        blocks[high] = array("H", (low,))
        return True
    if isinstance(block, bytearray):
        place, bit = low >> 3, 1 << (low & 7)
        if block[place] & bit:
            return False
        block[place] |= bit
        return True
    if low > block[-1]:
        # The usual case: ids rise.
        block.append(low)
    else:
        place = bisect_left(block, low)
        if block[place] == low:
            return False
        block.insert(place, low)
    if len(block) > ARRAY_LIMIT:
        bitmap = bytearray(1 << (BLOCK_BITS - 3))
        for known in block:
            bitmap[known >> 3] |= 1 << (known & 7)
        blocks[high] = bitmap
    return True


EQUAL_PAGES = 100
"""How many pages without ids may be equal to earlier ones, if that can be chance."""

REPEATED = "the server, or a cache on the way to it, repeats pages"
"""The cause of repeated pages, for messages."""


class Repetition:
    """Recognize records and pages that came before. `key` names the records' id, None if they have none.

    Records without an id cannot be distinguished, only whole pages can. `distinct` is False if such pages may be equal
    by chance, for example because few fields are selected; then only very many equal pages are an error.
    """

    __slots__ = ("_digests", "_equal", "_ids", "_key", "_tolerated")

    def __init__(self, key: str | None, distinct: bool = True) -> None:
        self._key = key
        self._ids = SeenIds()
        self._digests: set[bytes] = set()
        self._equal = 0
        self._tolerated = 0 if distinct else EQUAL_PAGES

    def remember(self, ids: Sequence[int]) -> None:
        """Take note of records that came before."""
        for identity in ids:
            self._ids.add(identity)

    def drop(self, answer: CallResult, number: int) -> list[Any]:
        """Return the records of a page that are new. Raises PaginationError for an earlier page, if no new id is in it."""
        records: list[Any] = answer.value or []
        ids = [self._id_of(record) for record in records]
        add = self._ids.add
        fresh = [record for record, identity in zip(records, ids, strict=True) if identity is None or add(identity)]
        if fresh and all(self._id_of(record) is None for record in fresh):
            self._compare(answer, number)
        return fresh

    def _id_of(self, record: Any) -> Hashable | None:
        identity = getattr(record, self._key, None) if self._key is not None else None
        # Other types are mismatches, and may be lists.
        return identity if isinstance(identity, (int, str)) else None

    def _compare(self, answer: CallResult, number: int) -> None:
        content = answer.response.content or repr(answer.value).encode()
        digest = blake2b(content, digest_size=16).digest()
        if digest not in self._digests:
            self._digests.add(digest)
            return
        self._equal += 1
        if self._equal > self._tolerated:
            raise PaginationError(f"is the same as an earlier one: {REPEATED}", number)
