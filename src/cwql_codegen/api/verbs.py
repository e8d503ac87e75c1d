"""Write the stubs of the verbs: `verbs.pyi` and `async_verbs.pyi`, for each product.

The stubs of the accessors combine these classes, so that each path has the verbs that it takes and no others. The products
differ in the keywords of their lists, and the asynchronous form is made from the synchronous one.
"""

from __future__ import annotations

import re

_VERBS = '''"""The verbs of accessors, as type checkers see them. At run time there is one class with all of them."""

import builtins as _b
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import IO, Any, Generic, TypeVar, overload

from typing_extensions import Self, Unpack

from cwql.client.batch import Outcome
from cwql.client.call_options import CallOptions, {p}CountOptions, {p}FirstOptions, {p}GetOptions, {p}ListOptions, UploadOptions
from cwql.client.pagination import Page
from cwql.client.preview import RequestPreview
from cwql.client.sync_client import RecordIterator
from cwql.language.nodes import Condition
from cwql.query.query import Names, Query
from cwql.schema.field_update import Change
from cwql.schema.scans import Scan
from cwql_api.runtime import Record

R = TypeVar("R")
M = TypeVar("M", covariant=True)
I = TypeVar("I", covariant=True)
B = TypeVar("B", contravariant=True)
K = TypeVar("K", contravariant=True)

class Place:
    """A part of the API."""

    def dry_run(self) -> Self:
        """Return the same resource with verbs that send nothing: results are empty, and `plan` has the requests."""

    @property
    def plan(self) -> _b.list[RequestPreview]:
        """The requests that a dry run would have sent so far."""

class Counts(Place, Generic[R]):
    """Records that can be counted."""

    async def count(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}CountOptions]) -> int:
        """Return the number of records that match."""

class Lists(Counts[R], Generic[R]):
    """Records that can be listed."""

    def list(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}ListOptions[R]]) -> RecordIterator[R]:
        """Return an iterator over all records that match; pages are requested as they are needed."""

    def pages(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}ListOptions[R]]) -> Iterator[Page[R]]:
        """Return an iterator over pages, each a list of records with its response and its total."""

    async def first(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}FirstOptions[R]]) -> R | None:
        """Return the first record that matches, or None."""

    async def all(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}ListOptions[R]]) -> _b.list[R]:
        """Return all records that match."""

    def to_scan(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}ListOptions[R]]) -> Scan:
        """Return the list as rows, Arrow data or a data frame; nothing is sent until one of them is used."""

    def preview(self, where: Condition[R] | str | Query[R] | None = None, **options: Unpack[{p}ListOptions[R]]) -> RequestPreview:
        """Return the request of `list` with the same arguments; nothing is sent."""

class Reads(Place, Generic[M]):
    """A record, or another result, at the path itself."""

    def preview(self, **options: Unpack[{p}GetOptions[M]]) -> RequestPreview:
        """Return the request of `get` with the same arguments; nothing is sent."""

    async def get(self, **options: Unpack[{p}GetOptions[M]]) -> M:
        """Return what is at the path."""

class Downloads(Place):
    """A file."""

    def preview(self, **options: Unpack[CallOptions]) -> RequestPreview:
        """Return the request of `get`; nothing is sent."""

    @overload
    async def get(self, *, to: None = None, **options: Unpack[CallOptions]) -> bytes:
        """Return the content; with `to` (a path, or an open binary file) write it there, and return its size."""

    @overload
    async def get(self, *, to: str | PathLike[str] | IO[bytes], **options: Unpack[CallOptions]) -> int: ...

class Gets(Place, Generic[M, K]):
    """Records that are read by their id."""

    async def get(self, id: K, /, **options: Unpack[{p}GetOptions[M]]) -> M:
        """Return the record with an id."""

class ReadsOrGets(Place, Generic[M, I, K]):
    """A result at the path itself, and records that are read by their id."""

    def preview(self, **options: Unpack[{p}GetOptions[M | I]]) -> RequestPreview:
        """Return the request of `get`; nothing is sent."""

    @overload
    async def get(self, **options: Unpack[{p}GetOptions[M]]) -> M:
        """Return what is at the path, or the record with an id."""

    @overload
    async def get(self, id: K, /, **options: Unpack[{p}GetOptions[I]]) -> I: ...

class Creates(Place, Generic[B, M]):
    """Records that can be created, or an action."""

    async def create(self, body: B | Mapping[str, Any] | None = None, /, **options: Unpack[UploadOptions[M]]) -> M:
        """Post a body, and return the created record or the result of the action."""

class Upserts(Creates[B, M], Generic[B, M]):
    """Records that can be listed, created and changed."""

    async def upsert(
        self,
        body: B | Mapping[str, Any],
        /,
        *,
        by: Names[B],
        **options: Unpack[CallOptions],
    ) -> M:
        """Change the record that equals the body in the fields `by`, or create it if there is none, and return it."""

class BulkCreates(Place, Generic[R]):
    """Records that are created with one request."""

    async def create(
        self, records: Iterable[R | Mapping[str, Any]], /, **options: Unpack[CallOptions]
    ) -> _b.list[Outcome[R | Mapping[str, Any], R]]:
        """Create several records, and return each with its result or its error."""

class BulkReplaces(Place, Generic[R]):
    """Records that are replaced with one request."""

    async def replace(
        self, records: Iterable[R | Mapping[str, Any]], /, **options: Unpack[CallOptions]
    ) -> _b.list[Outcome[R | Mapping[str, Any], R]]:
        """Replace several records, which contain their ids, and return each with its result or its error."""

class BulkDeletes(Place):
    """Records that are deleted with one request."""

    async def delete(self, ids: Iterable[int], /, **options: Unpack[CallOptions]) -> _b.list[Outcome[int, None]]:
        """Delete several records, and return each id with None or its error."""

class Replaces(Place, Generic[B, M]):
    """A record that can be replaced."""

    async def replace(self, body: B | Mapping[str, Any], /, **options: Unpack[CallOptions]) -> M:
        """Replace the record at the path, and return it."""

class ReplacesById(Place, Generic[B, M, K]):
    """Records that can be replaced."""

    async def replace(self, id: K | M, body: B | Mapping[str, Any], /, **options: Unpack[CallOptions]) -> M:  # type: ignore[misc]
        """Replace a record, given by its id or as it was read, and return it."""

class Patches(Place, Generic[M]):
    """A record that can be changed."""

    async def patch(
        self, changes: Change | Iterable[Change | Mapping[str, Any]] | Mapping[str, Any] | Record, /, **options: Unpack[CallOptions]
    ) -> M:
        """Change members of the record at the path, and return it."""

class PatchesById(Place, Generic[M, K]):
    """Records that can be changed."""

    async def patch(
        self,
        id: K | M,  # type: ignore[misc]
        changes: Change | Iterable[Change | Mapping[str, Any]] | Mapping[str, Any] | Record,
        /,
        **options: Unpack[CallOptions],
    ) -> M:
        """Change members of a record, given by its id or as it was read, and return it."""

class Deletes(Place):
    """A record that can be deleted."""

    async def delete(self, **options: Unpack[CallOptions]) -> None:
        """Delete the record at the path."""

class DeletesById(Place, Generic[K]):
    """Records that can be deleted."""

    async def delete(self, id: K | Record, /, **options: Unpack[CallOptions]) -> None:
        """Delete a record, given by its id or as it was read."""
'''

_ASYNC = {
    "RecordIterator": "AsyncRecordIterator",
    "Iterator": "AsyncIterator",
    "Scan": "AsyncScan",
    "sync_client": "async_client",
}


def write_verbs(product: str) -> dict[str, str]:
    """Return both stubs of a product: text by path inside of its package."""
    text = _VERBS.replace("{p}", product.title())
    names = re.compile(rf"\b({'|'.join(_ASYNC)})\b")
    return {
        "verbs.pyi": text.replace("async def ", "def "),
        "async_verbs.pyi": names.sub(lambda found: _ASYNC[found.group()], text),
    }
