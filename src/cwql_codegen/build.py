"""Generate everything as texts in memory: grammar tables, the index of rules, and the packages of both APIs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from cwql_codegen.spec import openapi, overlay_parser
from cwql_codegen.spec.document import SpecError
from cwql_codegen.spec.model import Api, Product
from cwql_codegen.spec.overlay_apply import apply_overlay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql_codegen.spec.overlay import Overlay

PRODUCTS: tuple[Product, ...] = get_args(Product)
OWNED_FOLDERS = ("cwql_api", "cwql_grammar")
"""The folders below ``generated/``. They contain only generated files."""


def find_specs() -> Path:
    """Return the folder of the specs: inside the package in a wheel, otherwise in the checkout."""
    packaged = Path(__file__).parent / "specs"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "specs"


def find_overlays() -> Path:
    """Return the folder of the overlays: inside the package in a wheel, otherwise in the checkout."""
    packaged = Path(__file__).parent / "overlays"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "specs" / "overlays"


def find_output() -> Path:
    """Return the folder that `python -m cwql_codegen` writes to in a checkout."""
    return Path(__file__).parents[2] / "generated"


def find_source() -> Path:
    """Return ``src/`` of a checkout, which contains the clients."""
    return Path(__file__).parents[1]


def read_shipped(product: Product) -> Api:
    """Read the document of the release that this version of cwql supports.

    Raises:
        SpecError: The document is invalid, or there is not exactly one.
    """
    folder = find_specs() / product
    documents = sorted(folder.glob("*.openapi.json"))
    if len(documents) != 1:
        raise SpecError(str(folder), "", f"expected one document *.openapi.json, got {len(documents)}")
    return openapi.read(documents[0], product)


def generate_package(api: Api, overlay: Overlay) -> dict[str, str]:
    """Generate the package of one API: text by path relative to ``generated/``.

    Args:
        api: The API as it was read, without the overlay.
        overlay: The overlay of its product.
    """
    # The model generator is slow to import, and comparing two documents does not need it.
    from cwql_codegen.api import generate

    return generate(apply_overlay(api, overlay), overlay)


def verify_package(files: Mapping[str, str]) -> None:
    """Check that importing the files of a package runs only definitions.

    Raises:
        UnsafeCodeError: A file would do anything else.
    """
    from cwql_codegen.api import verify

    verify(files)


def generate_all() -> dict[str, str]:
    """Generate every file of ``generated/``: text by relative path, sorted by path."""
    from cwql_codegen import grammar, rule_index

    files = grammar.generate() | rule_index.generate()
    for product in PRODUCTS:
        overlay = overlay_parser.load(find_overlays(), product)
        merge_files(files, generate_package(read_shipped(product), overlay))
    return dict(sorted(files.items()))


def merge_files(files: dict[str, str], more: Mapping[str, str]) -> None:
    """Add files to `files`.

    Raises:
        ValueError: Two generators write the same path with different texts.
    """
    for path, text in more.items():
        if files.setdefault(path, text) != text:
            raise ValueError(f"two generators write different texts to {path}")
