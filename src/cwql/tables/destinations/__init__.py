"""Where a mirror is stored: `open_destination` returns a `Destination` for a URL.

``duckdb:FILE`` keeps nested columns, ``parquet:FOLDER`` too, with a file for each table; ``sqlite:FILE`` and ``postgresql://…`` have a
column for each member of a reference (``company_id``), and lists and maps as JSON.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from cwql.errors import CwqlError
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Self

    import pyarrow as pa

__all__ = ["Counts", "Destination", "State", "TableName", "open_destination"]

KINDS = {
    "duckdb": "cwql.tables.destinations.duckdb",
    "sqlite": "cwql.tables.destinations.sqlite",
    "parquet": "cwql.tables.destinations.parquet",
    "postgresql": "cwql.tables.destinations.postgresql",
    "postgres": "cwql.tables.destinations.postgresql",
}


class TableName(Value):
    """The name of a table: the first segment of the path, and the others."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


_UNREADABLE = "the state of a table cannot be read: another program or a newer version wrote it"


class State(Value):
    """What a table of a mirror contains. It is stored in the same transaction as the records.

    `columns` identifies the columns. Until `complete`, `after` is the last id that was read. `watermark` is the change up to which all
    changes are known, as ISO text; `swept` is when deletions were looked for.
    """

    columns: str = ""
    complete: bool = False
    after: int = 0
    watermark: str = ""
    swept: str = ""

    def to_json(self) -> str:
        """Return the state as text."""
        return json.dumps({name: getattr(self, name) for name in self.__match_args__})

    @classmethod
    def from_json(cls, text: str | None) -> Self:
        """Return the state of a text; a new one for None. Raises CwqlError for the text of another program, or of a newer version."""
        if not text:
            return cls()
        try:
            state = cls(**json.loads(text))
            moments = [datetime.fromisoformat(each) for each in (state.watermark, state.swept) if each]
        except (ValueError, TypeError, RecursionError) as error:
            raise CwqlError(_UNREADABLE) from error
        if any(each.tzinfo is None for each in moments) or type(state.after) is not int:
            raise CwqlError(_UNREADABLE)
        return state


class Counts(Value):
    """How many records a write inserted, replaced and deleted."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0


class Destination(Protocol):
    """A store of tables, each with its state."""

    def state(self, name: TableName) -> State:
        """Return the state of a table; a new one if there is no table."""
        ...

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        """Create a table, or add the columns that it lacks, and return their names. `key` is the column of the id."""
        ...

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        """Insert or replace records, delete others, and store the state, all or nothing."""
        ...

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        """Return each id with the time and the author of the record's last change."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...


_POSTGRESQL = "the PostgreSQL database"

_SUFFIXES = {"duckdb": "duckdb", "db": "sqlite", "sqlite": "sqlite", "sqlite3": "sqlite", "parquet": "parquet"}
"""The kind of a store that a file name without a kind suggests."""


def open_destination(url: str) -> Destination:
    """Open the store of a URL. Raises CwqlError for an unknown kind, and without the package that it needs."""
    kind, colon, place = url.partition(":")
    if not colon or kind not in KINDS or not place:
        suffix = url.rpartition(".")[2].lower()
        likely = _SUFFIXES.get(suffix) if not colon else None
        hint = f"; did you mean {likely}:{url}?" if likely else ""
        raise CwqlError(
            f"unknown destination {url!r}: expected duckdb:FILE, sqlite:FILE, parquet:FOLDER or postgresql://USER@HOST/DATABASE{hint}"
        )
    try:
        module = import_module(KINDS[kind])
    except ModuleNotFoundError as error:
        extra = "postgresql" if kind.startswith("postgres") else "tables"
        raise CwqlError(f'a copy in {kind} needs {error.name}: pip install "cwql[{extra}]"') from None
    if kind.startswith("postgres"):
        title = _POSTGRESQL
    else:
        title = url
        require_file(place, is_folder=kind == "parquet")
    with _own_errors(title, module.ERRORS):
        return _Checked(module.open_store(url if kind.startswith("postgres") else place), title, module.ERRORS)


def require_file(path: str | os.PathLike[str], is_folder: bool = False) -> None:
    """Raise CwqlError for a path that is something else than a file, or a folder: opening a pipe or a device may never end."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        # It is created, or that fails with the reason.
        return
    except ValueError as error:
        # DuckDB would cut the name at a NUL.
        raise CwqlError(f"cannot open {os.fspath(path)!r}: {error}") from None
    if not (stat.S_ISDIR(mode) if is_folder else stat.S_ISREG(mode)):
        raise CwqlError(f"cannot open {os.fspath(path)}: expected a {'folder' if is_folder else 'regular file'}")


@contextmanager
def _own_errors(title: str, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    try:
        yield
    except kinds as error:
        # The message of a driver of databases may contain the password.
        reason = type(error).__name__ if title == _POSTGRESQL else str(error).partition("\n")[0]
        raise CwqlError(f"cannot use {title}: {reason}") from None


class _Checked:
    """A destination whose own errors, such as a locked or a damaged file, are raised as CwqlError."""

    def __init__(self, inner: Destination, title: str, kinds: tuple[type[Exception], ...]) -> None:
        self._inner = inner
        self._title = title
        self._kinds = kinds

    def state(self, name: TableName) -> State:
        with _own_errors(self._title, self._kinds):
            return self._inner.state(name)

    def prepare(self, name: TableName, schema: pa.Schema, key: str) -> list[str]:
        with _own_errors(self._title, self._kinds):
            return self._inner.prepare(name, schema, key)

    def write(self, name: TableName, records: pa.Table | None, deleted: Collection[int | str], state: State) -> Counts:
        with _own_errors(self._title, self._kinds):
            return self._inner.write(name, records, deleted, state)

    def versions(self, name: TableName) -> Mapping[int | str, tuple[str, str]]:
        with _own_errors(self._title, self._kinds):
            return self._inner.versions(name)

    def close(self) -> None:
        self._inner.close()
