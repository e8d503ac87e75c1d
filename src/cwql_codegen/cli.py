"""The command line of the generator.

``python -m cwql_codegen``                           write generated/
``python -m cwql_codegen --check``                   fail when generated/ is not what would be written
``python -m cwql_codegen manage --spec FILE ...``    a package from a document of the vendor's
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cwql_codegen import assembly, output
from cwql_codegen.definitions import UnsafeCodeError
from cwql_codegen.spec import correction, openapi, overlay
from cwql_codegen.spec.compare import Comparison, compare
from cwql_codegen.spec.document import SpecError, load
from cwql_codegen.spec.model import Api
from cwql_codegen.spec.overlay import Overlay, Product

CLEAN, FINDINGS, FAILURE = 0, 1, 2
_LEAST_KNOWN = 0.5
_SHOWN = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 clean, 1 drift, 2 usage or failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names of a document may have characters that the terminal's encoding lacks.
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        if options.product is not None:
            return _vendor(options)
        if not options.out.is_dir():
            print(f"error: {options.out} is not there: this works in a checkout only", file=sys.stderr)
            return FAILURE
        return _check(options.out) if options.check else _write(options.out)
    except (SpecError, UnsafeCodeError) as error:
        print(f"error: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("cwql"):
            raise
        print(f"error: {error.name} is not installed: pip install 'cwql[codegen]'", file=sys.stderr)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
    return FAILURE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cwql_codegen", description="Generate code from grammar/ and specs/."
    )
    parser.set_defaults(product=None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when generated/ is out of date")
    parser.add_argument("--out", type=Path, default=assembly.find_output(), help=argparse.SUPPRESS)
    products = parser.add_subparsers(metavar="PRODUCT")
    for product in assembly.PRODUCTS:
        command = products.add_parser(
            product,
            help=f"a package for another release of {product.title()}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=f"examples:\n  python -m cwql_codegen {product} --spec openapi.json\n"
            f"  python -m cwql_codegen {product} --spec openapi.json --out my-{product}",
        )
        command.set_defaults(product=product)
        command.add_argument("--spec", type=Path, required=True, help="OpenAPI 3.0 or Swagger 2.0 document, JSON")
        command.add_argument("--version", help="the release, such as 2026.4 (default: what the document says)")
        command.add_argument("--out", type=Path, help="folder to write the package to (default: report only)")
    return parser


def _write(folder: Path) -> int:
    drift = output.write(folder, assembly.assemble(), assembly.OWNED)
    written = len(drift.missing) + len(drift.changed)
    print(
        f"{folder.name}/: {written} written, {len(drift.stale)} removed" if drift else f"{folder.name}/ is up to date"
    )
    return CLEAN


def _check(folder: Path) -> int:
    files = assembly.assemble()
    drift = output.find_drift(folder, files, assembly.OWNED)
    if not drift:
        return CLEAN
    for line in output.explain(folder, files, drift):
        print(line)
    print(f"{folder.name}/ is not what grammar/ and specs/ give: run `make generate`")
    return FINDINGS


def _vendor(options: argparse.Namespace) -> int:
    product: Product = options.product
    entries = overlay.load(assembly.find_overlays(), product)
    document = load(options.spec)
    old = assembly.shipped(product)
    new = openapi.read(document, product, options.version)
    mended = replace(entries, schema=(), operation=())
    comparison = compare(correction.apply(old, mended), correction.apply(new, mended))
    _recognise(document.source, old, new, comparison)
    # Who writes a package wants to know whether it is the right one; without --out the report is what is wanted.
    for line in comparison.lines(None if options.out is None else _SHOWN):
        print(line)
    for line in _outdated(old, new, entries):
        print(line)
    if options.out is not None:
        files = assembly.package(new, entries)
        assembly.verify(files)
        output.write(options.out, files, [f"cwql_api/{product}"])
        print(f"{options.out}: {len(files)} files; CWQL_{product.upper()}_API={options.out} makes cwql use them")
    return CLEAN


def _recognise(source: str, old: Api, new: Api, comparison: Comparison) -> None:
    """Refuse a document of another product. Raises SpecError."""
    known = len(new.operations) - len(comparison.operations.added)
    if known < _LEAST_KNOWN * max(len(new.operations), 1):
        added = set(comparison.operations.added)
        first = next((it.path for it in new.operations if f"{it.method} {it.path}" in added), "none at all")
        raise SpecError(
            source,
            "#/paths",
            f"not a document of {old.product.title()}: it shares {known} of its {len(new.operations)} operations",
            f"expected paths such as {old.operations[0].path}, got {first}",
        )


def _outdated(old: Api, new: Api, entries: Overlay) -> list[str]:
    """Name the overlay entries that fit the shipped release, but not the new one."""
    fitting = {ground.entry for ground in correction.stale(old, entries)}
    gone = [ground.entry for ground in correction.stale(new, entries) if ground.entry not in fitting]
    return [f"no longer fits: {entry}" for entry in gone]
