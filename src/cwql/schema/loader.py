"""Lazy loader for the generated API packages.

`CWQL_MANAGE_SCHEMA` and `CWQL_AUTOMATE_SCHEMA`, or `use_api_dir`, replace the shipped version of a product by a directory that
``python -m cwql_codegen PRODUCT --spec FILE --out DIR`` wrote.
"""

from __future__ import annotations

import os
import sys

from cwql.errors import UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from cwql.language.dialects.base import DialectName

PRODUCTS: tuple[DialectName, ...] = ("manage", "automate")
"""Every API that there is generated code of, by the name of its dialect."""

_directories: dict[str, str] = {}


def load(product: str, part: str) -> ModuleType:
    """Import a module of the generated API: ``load("manage", "catalog")``.

    Raises UnknownNameError for an unknown product, FileNotFoundError if a setting names a directory without an API.
    """
    name = f"{root(product)}.{part}"
    # `sys.modules` may contain a module that another thread is still importing; `__import__` waits for it.
    __import__(name)
    return sys.modules[name]


def root(product: str) -> str:
    """Return the name of the package of a product's API."""
    if product not in PRODUCTS:
        raise UnknownNameError(f"unknown product {product!r}: expected one of {', '.join(map(repr, PRODUCTS))}")
    directory = _directories.get(product) or os.environ.get(f"CWQL_{product.upper()}_SCHEMA")
    return f"cwql_api.{product}" if not directory else _mount(product, directory)


def use_api_dir(product: str, directory: str | os.PathLike[str] | None) -> None:
    """Use the API in `directory` from now on; None returns to the environment's, or the shipped one."""
    root(product)
    if directory is None:
        _directories.pop(product, None)
    else:
        _mount(product, os.fspath(directory))
        _directories[product] = os.fspath(directory)


def _mount(product: str, directory: str) -> str:
    """Make a directory importable as a separate package and return its name."""
    folder = _folder(product, directory)
    name = f"cwql_api_{product}_" + "".join([char if char.isalnum() else f"_{ord(char):x}_" for char in folder])
    if name not in sys.modules:
        from importlib.util import module_from_spec, spec_from_file_location

        spec = spec_from_file_location(name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
        if spec is None or spec.loader is None:
            raise FileNotFoundError(f"{folder} cannot be imported")
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return name


def _folder(product: str, directory: str) -> str:
    for tail in ("", product, os.path.join("cwql_api", product)):
        folder = os.path.abspath(os.path.join(directory, tail))
        if os.path.isfile(os.path.join(folder, "catalog.py")):
            return folder
    raise FileNotFoundError(
        f"no {product} API in {directory!r}: expected what `python -m cwql_codegen {product} --spec FILE --out DIR` writes there"
    )
