"""The OpenAPI documents of the two APIs, with the address of the sandbox in them: `read_document`."""

from __future__ import annotations

import json
import tomllib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cwql.sandbox.messages import HTTPProblem
from cwql.sandbox.store.table import dump

if TYPE_CHECKING:
    from cwql.sandbox.products import Product

DOCUMENT_PATH = "/openapi.json"
"""The path of a product's document, below the root of its API; it needs no credentials."""


@lru_cache(maxsize=4)
def read_document(product: Product, origin: str) -> str:
    """Return the JSON text of a product's document. Raises HTTPProblem (404) if this installation has none."""
    for folder, overlays in _folders():
        for file in sorted(folder.glob(f"{product.name}/*.openapi.json")):
            document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            _correct_types(document, overlays, product.name)
            document["servers"] = [{"url": f"{origin}{product.openapi_root}"}]
            return dump(document)
    raise HTTPProblem(404, "NotFound", "This installation has no OpenAPI documents.")


def _correct_types(document: dict[str, Any], overlays: Path, product: str) -> None:
    """Give properties the types that the overlays of the specifications name."""
    schemas = document["components"]["schemas"]
    for file in sorted(overlays.glob("*.toml")):
        overlay = tomllib.loads(file.read_text(encoding="utf-8"))
        for entry in overlay.get("property_type", ()) if overlay.get("product") == product else ():
            kind, _, form = entry["type"].partition(":")
            type_ = {} if kind == "any" else {"type": kind, "format": form} if form else {"type": kind}
            for properties in [schemas.get(name, {}).get("properties", {}) for name in entry["schemas"]]:
                properties.update({name: type_ for name in entry["names"] if name in properties})


def _folders() -> list[tuple[Path, Path]]:
    """Return the places of the documents and of the overlays."""
    # The documents are part of the generator, which is not imported for them: in a wheel inside the package, in a checkout two
    # folders above it.
    found = find_spec("cwql_codegen")
    if found is None or found.origin is None:
        return []
    home = Path(found.origin).parent
    specs = home.parents[1] / "specs"
    return [(home / "specs", home / "overlays"), (specs, specs / "overlays")]
