"""Source trees for the tests: written from a dict of paths and contents."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cwql.cli.lint import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

URL = "https://na.myconnectwise.net/v4_6_release/apis/3.0"


def python_call(condition: str, endpoint: str = "/service/tickets") -> str:
    """Return a line of Python that sends a condition."""
    return f'requests.get("{URL}{endpoint}", params={{"conditions": {condition!r}}})\n'


WRONG = python_call("id == 5")
"""One warning (CW112) that --fix fixes."""

MISSPELT = python_call("sumary contains 'vpn'")
"""One error (CW203) that only --unsafe-fixes fixes."""

RIGHT = python_call("id = 5")


def plant(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, and return the folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def options(**given: Any) -> SimpleNamespace:
    """Return the options of a call, those that are not given as the command line has them."""
    return SimpleNamespace(**{**DEFAULTS, **given})
