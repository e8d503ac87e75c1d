"""Records as tables (extra ``tables``): `connect` executes SQL over the lists of both products, `pull` keeps copies of them.

`to_scan` of a list returns a `Scan`: rows, Arrow data, or a data frame. Everything is imported on first use; without the extra, all but
`Scan.rows` and `Scan.count` raise an error that names it. All of this is a preview and may still change.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cwql.errors import CwqlError

if TYPE_CHECKING:
    from cwql.tables.database import Database, Result, connect
    from cwql.tables.dlt_resources import dlt_source
    from cwql.tables.mirror import PulledTable, PullResult, PullSettings, pull
    from cwql.tables.query import SQLError
    from cwql.tables.scan import AsyncScan, Scan

__all__ = [
    "AsyncScan",
    "Database",
    "PullResult",
    "PullSettings",
    "PulledTable",
    "Result",
    "SQLError",
    "Scan",
    "connect",
    "dlt_source",
    "pull",
]

_HOMES = {
    "AsyncScan": "cwql.tables.scan",
    "Database": "cwql.tables.database",
    "PullResult": "cwql.tables.mirror",
    "PullSettings": "cwql.tables.mirror",
    "PulledTable": "cwql.tables.mirror",
    "Result": "cwql.tables.database",
    "SQLError": "cwql.tables.query",
    "Scan": "cwql.tables.scan",
    "connect": "cwql.tables.database",
    "dlt_source": "cwql.tables.dlt_resources",
    "pull": "cwql.tables.mirror",
}


def require_extra() -> None:
    """Raise CwqlError for a library of Arrow data that is not installed; it names the extra."""
    for library in ("msgspec", "pyarrow"):
        if find_spec(library) is None:
            raise CwqlError(f'tables need {library}: pip install "cwql[tables]"')


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if home != "cwql.tables.scan":
        require_extra()
    try:
        value = getattr(import_module(home), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "dlt":
            raise CwqlError("dlt_source needs dlt: pip install dlt") from None
        if missing not in ("duckdb", "sqlglot"):
            raise
        raise CwqlError(f'SQL needs {error.name}: pip install "cwql[tables]"') from None
    globals()[name] = value
    return value
