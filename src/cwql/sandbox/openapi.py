"""The OpenAPI documents that the sandbox answers by, with its own address in them: `read_document`."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cwql.sandbox.messages import Refusal
from cwql.sandbox.store.table import dump

if TYPE_CHECKING:
    from cwql.sandbox.products import Server

PLACE = "/openapi.json"
"""Where a server's document is read, below the root of its API; no credentials are asked for."""


@lru_cache(maxsize=4)
def read_document(server: Server, origin: str) -> str:
    """Return the JSON text of a server's document. Raises Refusal (404) where this installation has none."""
    for folder in _folders():
        for file in sorted(folder.glob(f"{server.product}/*.openapi.json")):
            document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            document["servers"] = [{"url": f"{origin}{server.base}"}]
            return dump(document)
    raise Refusal(404, "NotFound", "This installation has no OpenAPI documents.")


def _folders() -> list[Path]:
    # The documents lie with the generator, which is not imported for them: in the wheel inside it, in a checkout beside the sources.
    found = find_spec("cwql_codegen")
    if found is None or found.origin is None:
        return []
    home = Path(found.origin).parent
    return [home / "specs", home.parents[1] / "specs"]
