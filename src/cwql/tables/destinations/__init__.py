"""Where a mirror is stored: `open_destination` returns a `Destination` for a URL.

``duckdb:FILE`` keeps nested columns, ``parquet:FOLDER`` too, with a file for each table; ``sqlite:FILE`` and ``postgresql://…`` have a
column for each member of a reference (``company_id``), and lists and maps as JSON.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from cwql.errors import CwqlError
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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
        """Return the state of a text; a new one for None."""
        return cls(**json.loads(text)) if text else cls()


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
    destination: Destination = module.open_store(url if kind.startswith("postgres") else place)
    return destination
