"""Volume: ``python -m tests.fuzz`` reads ten million generated texts and looks for a broken law.

Every text is read (law 4: nothing but a tree or findings); of a sample, the checker is asked too, the driver is compared with
Lark (law 5) and what was read is printed and read again (law 2). A failure is printed with what makes it again:
``python -m tests.fuzz --dialect manage --seed 12 --count 20000``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from functools import cache
from typing import NamedTuple

import cwql
from cwql.language.dialects import DIALECTS, dialect
from cwql.language.nodes import comparisons
from tests.language.test_hostile import examine
from tests.language.test_oracle import compare
from tests.texts import Texts

BLOCK = 20_000
"""How many texts one seed makes."""

ORACLE_EVERY = 50
CHECK_EVERY = 10
PRINT_EVERY = 5


class Block(NamedTuple):
    """Name the texts that one process takes at a time."""

    dialect: str
    seed: int
    size: int


class Failure(NamedTuple):
    """Hold the first text of a block that broke a law."""

    block: Block
    text: str
    reason: str


@cache
def find_shapes(name: str) -> dict[str, str]:
    """Return a parameter for every shape of text."""
    return {parameter.shape: parameter.name for parameter in dialect(name).parameters}


def print_again(text: str, name: str) -> None:
    """Law 2: printing is idempotent, and what is printed says the same."""
    try:
        tree = cwql.parse(text, name)
        printed = cwql.emit(tree, name)
    except cwql.ConditionError:
        # Not a condition, or a tree that the dialect refuses to print.
        return
    again = cwql.parse(printed, name)
    # An operator that the dialect lacks is printed as another one that means the same.
    if all(leaf.operator in dialect(name).operators for leaf in comparisons(tree)):
        assert again == tree, f"{printed!r} says something else"
    assert cwql.emit(again, name) == printed, f"{printed!r} is printed in another way"


def run(block: Block) -> Failure | None:
    """Put every text of a block to the laws; return the first failure."""
    record = dialect(block.dialect)
    shapes = find_shapes(block.dialect)
    texts = Texts(record, block.seed)
    text = ""
    try:
        for number in range(block.size):
            text = texts.any()
            examine(record, text, check=number % CHECK_EVERY == 0)
            if number % PRINT_EVERY == 0:
                print_again(text, block.dialect)
            if number % ORACLE_EVERY == 0:
                compare(record, text)
                text = texts.order_by()
                examine(record, text, shapes["order_by"])
                text = texts.field_list()
                examine(record, text, shapes["field_list"])
    except Exception as error:
        return Failure(block, text, f"{type(error).__name__}: {error}")
    return None


def plan(count: int, seed: int, names: list[str]) -> list[Block]:
    """Return the blocks of a run: seeds count up, dialects take turns."""
    blocks = []
    while count > 0:
        for name in names:
            blocks.append(Block(name, seed, min(BLOCK, max(count, 0))))
            count -= BLOCK
        seed += 1
    return [block for block in blocks if block.size]


def main(argv: list[str] | None = None) -> int:
    """Run the blocks on every processor; return 1 where a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Put generated texts to laws 2, 4 and 5.")
    parser.add_argument("--count", type=int, default=10_000_000, help="how many texts (default: ten million)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first seed (default: the clock)")
    parser.add_argument("--dialect", choices=[record.name for record in DIALECTS], help="one dialect (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    arguments = parser.parse_args(argv)
    names = [arguments.dialect] if arguments.dialect else [record.name for record in DIALECTS]
    blocks = plan(arguments.count, arguments.seed, names)
    print(f"{arguments.count:,} texts from seed {arguments.seed}, {arguments.jobs} processes", flush=True)
    done, failures = 0, 0
    started = told = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for block, failure in zip(blocks, pool.imap(run, blocks), strict=True):
            done += block.size
            if failure is not None:
                failures += 1
                again = f"--dialect {block.dialect} --seed {block.seed} --count {block.size}"
                print(f"\nFAILED {again}\n  text   {failure.text!r}\n  reason {failure.reason}", flush=True)
                if failures == 10:
                    print("ten blocks failed: giving up")
                    pool.terminate()
                    return 1
            pace = done / (time.monotonic() - started)
            if sys.stdout.isatty():
                print(f"\r{done:,} texts, {pace:,.0f} a second, {failures} failures ", end="", flush=True)
            elif time.monotonic() - told > 30:
                told = time.monotonic()
                print(f"{done:,} texts, {pace:,.0f} a second, {failures} failures", flush=True)
        pool.close()
        pool.join()
    print(f"\n{done:,} texts, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
