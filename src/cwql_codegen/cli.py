"""The command line of the generator.

``python -m cwql_codegen``                           write generated/
``python -m cwql_codegen --check``                   fail if generated/ is out of date
``python -m cwql_codegen manage --spec FILE ...``    compare a vendor document, and generate a package from it
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cwql_codegen import build, output, sync_code
from cwql_codegen.definitions import UnsafeCodeError
from cwql_codegen.spec import openapi, overlay_parser
from cwql_codegen.spec.compare import Comparison, compare
from cwql_codegen.spec.document import SpecError, load
from cwql_codegen.spec.overlay_apply import apply_overlay
from cwql_codegen.spec.overlay_check import find_stale_entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql_codegen.spec.model import Api, Product
    from cwql_codegen.spec.overlay import Overlay

CLEAN, DRIFT, FAILURE = 0, 1, 2
"""Exit statuses."""

_MIN_SHARED_OPERATIONS = 0.5
"""The share of operations that a document has in common with the shipped one if it describes the same product."""

_MAX_LISTED = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 clean, 1 drift, 2 usage or failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names of a document may have characters that the terminal's encoding lacks.
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        if options.product is not None:
            return _generate_from(options)
        if not options.out.is_dir():
            print(f"error: {options.out} does not exist; this command needs a checkout", file=sys.stderr)
            return FAILURE
        return _check(options.out) if options.check else _write(options.out)
    except (SpecError, UnsafeCodeError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("cwql"):
            raise
        print(f"error: {error.name} is not installed; run: pip install 'cwql[codegen]'", file=sys.stderr)
    return FAILURE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cwql_codegen", description="Generate code from grammar/ and specs/."
    )
    parser.set_defaults(product=None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if generated/ is out of date")
    parser.add_argument("--out", type=Path, default=build.find_output(), help=argparse.SUPPRESS)
    products = parser.add_subparsers(metavar="PRODUCT")
    for product in build.PRODUCTS:
        command = products.add_parser(
            product,
            help=f"a package for another release of {product.title()}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=f"examples:\n  python -m cwql_codegen {product} --spec openapi.json\n"
            f"  python -m cwql_codegen {product} --spec openapi.json --out my-{product}",
        )
        command.set_defaults(product=product)
        command.add_argument("--spec", type=Path, required=True, help="OpenAPI 3.0 or Swagger 2.0 document, JSON")
        command.add_argument("--version", help="the release, such as 2026.4 (default: the version of the document)")
        command.add_argument("--out", type=Path, help="folder to write the package to (default: only report)")
    return parser


def _write(folder: Path) -> int:
    _write_sync()
    drift = output.write(folder, build.generate_all(), build.OWNED_FOLDERS)
    written = len(drift.missing) + len(drift.changed)
    print(
        f"{folder.name}/: {written} written, {len(drift.stale)} removed" if drift else f"{folder.name}/ is up to date"
    )
    return CLEAN


def _write_sync() -> None:
    """Write the synchronous half of the clients."""
    source = build.find_source()
    drift = output.write(source, sync_code.generate_all(source), ())
    if drift:
        print(f"{source.name}/: {len(drift.missing) + len(drift.changed)} written")


def _check(folder: Path) -> int:
    source = build.find_source()
    halves = sync_code.generate_all(source)
    stale = output.find_drift(source, halves, ())
    if stale:
        for line in output.describe(source, halves, stale):
            print(line)
        print(f"{source.name}/ is out of date; run `make generate`")
        return DRIFT
    files = build.generate_all()
    drift = output.find_drift(folder, files, build.OWNED_FOLDERS)
    if not drift:
        return CLEAN
    for line in output.describe(folder, files, drift):
        print(line)
    print(f"{folder.name}/ is out of date; run `make generate`")
    return DRIFT


def _generate_from(options: argparse.Namespace) -> int:
    """Compare a document of the vendor with the shipped one, and write a package if a folder is given."""
    product: Product = options.product
    overlay = overlay_parser.load(build.find_overlays(), product)
    document = load(options.spec)
    old = build.read_shipped(product)
    new = openapi.read(document, product, options.version)
    # Additions of the overlay are in neither document.
    corrections = replace(overlay, schema=(), operation=(), later_property=(), enum_member=())
    comparison = compare(apply_overlay(old, corrections), apply_overlay(new, corrections))
    _check_product(document.source, old, new, comparison)
    # Without --out the report is the result. With it, a summary shows whether the document is the right one.
    for line in comparison.lines(None if options.out is None else _MAX_LISTED):
        print(line)
    for line in _newly_stale_entries(old, new, overlay):
        print(line)
    if options.out is not None:
        files = build.generate_package(new, overlay)
        build.verify_package(files)
        output.write(options.out, files, [f"cwql_api/{product}"])
        print(f"{options.out}: {len(files)} files; set CWQL_{product.upper()}_SCHEMA={options.out} to use them")
    return CLEAN


def _check_product(source: str, old: Api, new: Api, comparison: Comparison) -> None:
    """Raise SpecError if the document describes another product."""
    added = set(comparison.operations.added)
    shared = len(new.operations) - len(added)
    if shared < _MIN_SHARED_OPERATIONS * max(len(new.operations), 1):
        first = next((it.path for it in new.operations if f"{it.method} {it.path}" in added), "none")
        raise SpecError(
            source,
            "#/paths",
            f"not a document of {old.product.title()}: it shares {shared} of its {len(new.operations)} operations",
            f"expected paths such as {old.operations[0].path}, got {first}",
        )


def _newly_stale_entries(old: Api, new: Api, overlay: Overlay) -> list[str]:
    """Return a line for each overlay entry that applies to the shipped release, but not to the new one."""
    known = {it.entry for it in find_stale_entries(old, overlay)}
    stale = [it.entry for it in find_stale_entries(new, overlay)]
    return [f"no longer applies: {entry}" for entry in stale if entry not in known]
