"""Records as tables: Arrow data and data frames of a list (extra ``tables``).

Nothing of it is imported before it is used. Without the extra, the import raises an error that names it.
"""

from __future__ import annotations

from cwql.errors import CwqlError

try:
    import msgspec  # noqa: F401
    import pyarrow as pa  # noqa: F401
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("msgspec", "pyarrow"):
        raise
    raise CwqlError(f'tables need {error.name}: pip install "cwql[tables]"') from None
