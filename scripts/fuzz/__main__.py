"""Run the parts of the fuzzer: ``python -m scripts.fuzz [PART…] [--count N] [--seed N]``.

Each part runs in a separate process, so a crash of one does not end the others. Exits with 1 if a part found a failure; the part
prints how to run the failing input again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = {
    "language": "texts and trees: parse, emit, format, simplify, translate, check, fix, compile, cond, other parameters",
    "mistakes": "mistyped conditions about real fields: where the first fix leads, and what safe fixes leave",
    "semantics": "conditions and records: an independent evaluator against predicate and the sandbox",
    "sandbox": "requests made from the OpenAPI documents of the sandbox, valid and invalid",
    "tables": "queries in SQL, with and without what is sent to the server",
    "frames": "lazy frames of polars, with and without what is sent to the server",
    "agents": "calls of the tools of the server for agents, with a hidden field and small budgets",
    "mirror": "writes, faults and kills, after which a mirror equals the server",
    "callbacks": "signing key URLs, signatures and bodies of callbacks",
    "client_faults": "a server that cuts, delays, repeats and misreports its responses",
    "interrupts": "calls that are interrupted or cancelled at random moments",
    "codegen": "hostile OpenAPI documents for the generator",
    "lint_configuration": "hostile settings, ignore files, baselines and caches for the linter",
    "lint_trees": "hostile source trees for the linter, with --fix",
    "lint_oracle": "programs whose strings, calls and assignments tree-sitter finds as well",
    "lint_fixes": "programs with mistyped conditions: what --fix leaves of them",
    "server_edits": "random edits in documents of the language server",
}
"""Every part, with a line about its inputs. Each is a module of this package whose command line takes --count and --seed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named parts, by default all of them, and return 1 if one of them failed."""
    listed = "\n".join(f"  {name:20}{about}" for name, about in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m scripts.fuzz",
        description="Run generated inputs and look for a broken promise.",
        epilog=f"parts:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all of them")
    parser.add_argument("--count", type=int, help="how many inputs of each part (default: the part's own)")
    parser.add_argument("--seed", type=int, help="the first seed (default: the part's own)")
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.parts if name not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; expected one of {', '.join(PARTS)}")
    options = []
    for name in ("count", "seed"):
        value = getattr(arguments, name)
        if value is not None:
            options += [f"--{name}", str(value)]
    failed = []
    for name in arguments.parts or PARTS:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        status = subprocess.run([sys.executable, "-m", f"scripts.fuzz.{name}", *options], check=False).returncode
        print(f"== {name}: {'passed' if status == 0 else 'FAILED'} in {time.monotonic() - start:,.0f} s", flush=True)
        if status != 0:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
