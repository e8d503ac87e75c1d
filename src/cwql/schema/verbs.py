"""The types of an accessor's synchronous verbs.

The generated stubs combine them, so that each accessor has the verbs that its path takes, and no others. The resource
of the synchronous client has all of them.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, overload

if TYPE_CHECKING:
    from os import PathLike
    from typing import Self

    from cwql.diagnostics import Diagnostic
    from cwql.language.builder import Field
    from cwql.language.nodes import Expr, FieldList, Order, OrderBy
    from cwql.schema.handles import Handle
    from cwql.schema.scans import Scan

    Condition: TypeAlias = Expr | str
    Sorting: TypeAlias = OrderBy | Order | str | Iterable[Order | str]
    Selection: TypeAlias = FieldList | str | Iterable[Field | Handle | str]

R = TypeVar("R")
M = TypeVar("M", covariant=True)
I = TypeVar("I", covariant=True)  # noqa: E741 - the record of one item
B = TypeVar("B", contravariant=True)
K = TypeVar("K", contravariant=True)


class Whole(Protocol):
    """Any query: all parameters of a list request, as in `cwql.Query`."""

    @property
    def parts(self) -> dict[str, Any]: ...


class Explained(Protocol):
    """One request: the members of `cwql.client.preview.Explanation`. `str()` returns it as text."""

    @property
    def method(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> str: ...

    @property
    def length(self) -> int: ...

    @property
    def limit(self) -> int: ...

    @property
    def paging(self) -> str: ...

    @property
    def way(self) -> str: ...

    @property
    def parts(self) -> int: ...

    @property
    def findings(self) -> tuple[Diagnostic, ...]: ...


class Place(Protocol):
    """Lead to other paths. In a dry run results are empty, and `plan` has the requests that would have been sent."""

    def dry_run(self) -> Self: ...

    @property
    def plan(self) -> builtins.list[Explained]: ...


class Counts(Place, Protocol):
    """Count records."""

    def count(
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
    ) -> Iterator[R]: ...

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
    ) -> Iterator[builtins.list[R]]: ...

    def first(
        self,
        where: Condition | Whole | None = None,
        *,
        child: Condition | None = None,
        custom: Condition | None = None,
        order_by: Sorting | None = None,
        fields: Selection | None = None,
        **options: Any,
    ) -> R | None: ...

    def all(
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
    ) -> Scan: ...

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

    def get(self, *, fields: Selection | None = None, **options: Any) -> M: ...


class Downloads(Place, Protocol):
    """Read a file: its bytes, or with `to=` (a path, or an open binary file) its size, once it is there."""

    def explain(self, **options: Any) -> Explained: ...

    @overload
    def get(self, *, to: None = None, **options: Any) -> bytes: ...

    @overload
    def get(self, *, to: str | PathLike[str] | IO[bytes], **options: Any) -> int: ...


class Gets(Place, Protocol[M, K]):
    """Read one record by its id."""

    def get(self, id: K, *, fields: Selection | None = None, **options: Any) -> M: ...


class ReadsOrGets(Place, Protocol[M, I, K]):
    """Read the record or list at the path, or one record by its id."""

    def explain(self, *, fields: Selection | None = None, **options: Any) -> Explained: ...

    @overload
    def get(self, *, fields: Selection | None = None, **options: Any) -> M: ...

    @overload
    def get(self, id: K, *, fields: Selection | None = None, **options: Any) -> I: ...


class Creates(Place, Protocol[B, M]):
    """Post a body: create a record, or set off an action."""

    def create(self, body: B | Mapping[str, Any] | None = None, **options: Any) -> M: ...


class Replaces(Place, Protocol[B, M]):
    """Replace the record at the path."""

    def replace(self, body: B | Mapping[str, Any], **options: Any) -> M: ...


class ReplacesById(Place, Protocol[B, M, K]):
    """Replace one record."""

    def replace(self, id: K, body: B | Mapping[str, Any], **options: Any) -> M: ...


class Patches(Place, Protocol[M]):
    """Change members of the record at the path."""

    def patch(self, changes: Any, **options: Any) -> M: ...


class PatchesById(Place, Protocol[M, K]):
    """Change members of one record."""

    def patch(self, id: K, changes: Any, **options: Any) -> M: ...


class Deletes(Place, Protocol):
    """Delete the record at the path."""

    def delete(self, **options: Any) -> None: ...


class DeletesById(Place, Protocol[K]):
    """Delete one record."""

    def delete(self, id: K, **options: Any) -> None: ...
