"""The types of an accessor's asynchronous verbs.

The generated stubs combine them, so that each accessor has the verbs that its path takes, and no others. The resource
of the asynchronous client has all of them.
"""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, overload

if TYPE_CHECKING:
    from os import PathLike
    from typing import Self

    from cwql.language.builder import Field
    from cwql.language.nodes import Expr, FieldList, Order, OrderBy
    from cwql.schema.handles import Handle
    from cwql.schema.scans import AsyncScan
    from cwql.schema.verbs import Explained, Whole

    Condition: TypeAlias = Expr | str
    Sorting: TypeAlias = OrderBy | Order | str | Iterable[Order | str]
    Selection: TypeAlias = FieldList | str | Iterable[Field | Handle | str]

R = TypeVar("R")
M = TypeVar("M", covariant=True)
I = TypeVar("I", covariant=True)  # noqa: E741 - the record of one item
B = TypeVar("B", contravariant=True)
K = TypeVar("K", contravariant=True)


class Place(Protocol):
    """Lead to other paths. In a dry run results are empty, and `plan` has the requests that would have been sent."""

    def dry_run(self) -> Self: ...

    @property
    def plan(self) -> builtins.list[Explained]: ...


class Counts(Place, Protocol):
    """Count records."""

    async def count(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        **options: Any,
    ) -> int: ...


class Lists(Counts, Protocol[R]):
    """List records, preview the request for that, and count them.

    A count uses the endpoint's own if it has one, otherwise the total of its pages.
    """

    def list(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        page_size: int | None = None,
        **options: Any,
    ) -> AsyncIterator[R]: ...

    def pages(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        page_size: int | None = None,
        **options: Any,
    ) -> AsyncIterator[builtins.list[R]]: ...

    async def first(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        **options: Any,
    ) -> R | None: ...

    async def all(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        page_size: int | None = None,
        **options: Any,
    ) -> builtins.list[R]: ...

    def to_scan(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        page_size: int | None = None,
        **options: Any,
    ) -> AsyncScan: ...

    def explain(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        page_size: int | None = None,
        **options: Any,
    ) -> Explained: ...


class Reads(Place, Protocol[M]):
    """Read the record or list at the path; `explain` shows the request."""

    def explain(self, *, fields: Selection | None = None, **options: Any) -> Explained: ...

    async def get(self, *, fields: Selection | None = None, **options: Any) -> M: ...


class Downloads(Place, Protocol):
    """Read a file: its bytes, or with `to=` (a path, or an open binary file) its size, once it is there."""

    def explain(self, **options: Any) -> Explained: ...

    @overload
    async def get(self, *, to: None = None, **options: Any) -> bytes: ...

    @overload
    async def get(self, *, to: str | PathLike[str] | IO[bytes], **options: Any) -> int: ...


class Gets(Place, Protocol[M, K]):
    """Read one record by its id."""

    async def get(self, id: K, *, fields: Selection | None = None, **options: Any) -> M: ...


class ReadsOrGets(Place, Protocol[M, I, K]):
    """Read the record or list at the path, or one record by its id."""

    def explain(self, *, fields: Selection | None = None, **options: Any) -> Explained: ...

    @overload
    async def get(self, *, fields: Selection | None = None, **options: Any) -> M: ...

    @overload
    async def get(self, id: K, *, fields: Selection | None = None, **options: Any) -> I: ...


class Creates(Place, Protocol[B, M]):
    """Post a body: create a record, or set off an action."""

    async def create(self, body: B | Mapping[str, Any] | None = None, **options: Any) -> M: ...


class Replaces(Place, Protocol[B, M]):
    """Replace the record at the path."""

    async def replace(self, body: B | Mapping[str, Any], **options: Any) -> M: ...


class ReplacesById(Place, Protocol[B, M, K]):
    """Replace one record."""

    async def replace(self, id: K, body: B | Mapping[str, Any], **options: Any) -> M: ...


class Patches(Place, Protocol[M]):
    """Change members of the record at the path."""

    async def patch(self, changes: Any, **options: Any) -> M: ...


class PatchesById(Place, Protocol[M, K]):
    """Change members of one record."""

    async def patch(self, id: K, changes: Any, **options: Any) -> M: ...


class Deletes(Place, Protocol):
    """Delete the record at the path."""

    async def delete(self, **options: Any) -> None: ...


class DeletesById(Place, Protocol[K]):
    """Delete one record."""

    async def delete(self, id: K, **options: Any) -> None: ...
