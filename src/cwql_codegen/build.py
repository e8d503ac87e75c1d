"""Everything that is generated, put together: grammar tables and API packages, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from cwql_codegen.spec import correction, openapi, overlay
from cwql_codegen.spec.document import SpecError
from cwql_codegen.spec.model import Api
from cwql_codegen.spec.overlay import Overlay, Product

PRODUCTS: tuple[Product, ...] = get_args(Product)
OWNED = ("cwql_api", "cwql_grammar")
"""The folders under ``generated/``; nothing else lies there."""


def find_specs() -> Path:
    """Return the folder of the specs: beside the sources in a checkout, inside the package in a wheel."""
    inside = Path(__file__).parent / "specs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "specs"


def find_overlays() -> Path:
    """Return the folder of the overlays: beside the sources in a checkout, inside the package in a wheel."""
    inside = Path(__file__).parent / "overlays"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "specs" / "overlays"


def find_output() -> Path:
    """Return the folder that `python -m cwql_codegen` writes in a checkout."""
    return Path(__file__).parents[2] / "generated"


def shipped(product: Product) -> Api:
    """Read the document of one product that this version is made from. Raises SpecError."""
    folder = find_specs() / product
    found = sorted(folder.glob("*.openapi.json"))
    if len(found) != 1:
        raise SpecError(str(folder), "", f"expected one document *.openapi.json, got {len(found)}")
    return openapi.read(found[0], product)


def package(api: Api, entries: Overlay) -> dict[str, str]:
    """Generate the code of one product from its API as it was read; paths are relative to ``generated/``."""
    # The libraries behind the generators are slow to import and are not needed to compare two documents.
    from cwql_codegen.api import generate

    return generate(correction.apply(api, entries), entries)


def verify(files: Mapping[str, str]) -> None:
    """Raise UnsafeCodeError if importing one of the files of a package would run anything but definitions."""
    from cwql_codegen.api import verify as verify_files

    verify_files(files)


def assemble() -> dict[str, str]:
    """Generate every file under ``generated/``, by path relative to it, in order of the paths."""
    from cwql_codegen.grammar import generate

    files = dict(generate())
    for product in PRODUCTS:
        merge(files, package(shipped(product), overlay.load(find_overlays(), product)))
    return dict(sorted(files.items()))


def merge(files: dict[str, str], more: Mapping[str, str]) -> None:
    """Add files to files. Raises ValueError when two generators claim one path with different texts."""
    for name, text in more.items():
        if files.setdefault(name, text) != text:
            raise ValueError(f"two generators write {name}, and differently")
