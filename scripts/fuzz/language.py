"""Run generated texts through the language: ``python -m scripts.fuzz.language --count 1000000 --seed 1``.

Texts of both dialects are well-formed, mutated or hostile (`tests.texts`); every promise of `PROMISES` is checked on all of them, or
on a sample because some take a hundred times as long as others. A failure is printed with the options that make it again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import cwql
from cwql.language.dialects import DIALECTS, find_dialect
from cwql.language.nodes import And, Comparison, Constant, Expr, Or, Path
from cwql.language.operators import MEMBERSHIP, OPERATORS
from cwql.language.printer import lower
from cwql.language.simplify import simplify
from tests.generators import HOSTILE_PIECES
from tests.language.test_hostile import examine
from tests.language.test_oracle import compare
from tests.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect

BLOCK = 10_000
"""How many texts one seed makes."""

FIXED_LENGTH = 1_000
"""Texts up to this length are fixed completely by one call."""

ENDPOINTS = {
    "manage": (None, "/service/tickets", "/company/contacts", "/company/companies"),
    "automate": (None, "/Computers", "/Clients"),
}
"""The endpoints whose names and types are checked; None checks the language only."""


class Block(NamedTuple):
    """The texts that one process takes at a time."""

    dialect: str
    seed: int
    size: int


class Failure(NamedTuple):
    """The first text of a block that broke a promise."""

    block: Block
    promise: str
    text: str
    reason: str


class Outcome(NamedTuple):
    """How often each promise was checked in a block, and the failure that ended the block."""

    counts: Counter[str]
    failure: Failure | None


def expect_error(diagnostics: Iterable[Diagnostic]) -> None:
    """Make sure that a refusal has an error."""
    assert any(each.severity == "error" for each in diagnostics), "refused without an error"


class Case:
    """A text, the tree that it has if it can be parsed, and random choices that go with it."""

    def __init__(self, record: Dialect, text: str, rng: random.Random) -> None:
        self.dialect = record
        self.text = text
        self.rng = rng
        self.tree: Expr | None = None
        try:
            tree = cwql.parse(text, dialect=record)
        except cwql.ConditionError as error:
            expect_error(error.diagnostics)
        else:
            assert isinstance(tree, Expr)
            self.tree = tree

    @property
    def endpoint(self) -> str | None:
        """Return an endpoint, chosen for this case."""
        return self.rng.choice(ENDPOINTS[self.dialect.name])

    def emit(self, tree: Expr) -> str | None:
        """Return the text of a tree, or None if the dialect cannot carry it."""
        try:
            return cwql.emit(tree, dialect=self.dialect)
        except cwql.ConditionError as error:
            expect_error(error.diagnostics)
            return None


# The promises. Each raises AssertionError, or whatever the library raises although it should not.


def parse_gives_a_tree_or_diagnostics(case: Case) -> None:
    """Every text is parsed, or refused with diagnostics whose spans are inside the text."""
    examine(case.dialect, case.text, check=False)


def printing_reads_back(case: Case) -> None:
    """A printed tree reads back as itself, but for operators that the dialect lacks, and prints the same again."""
    if case.tree is None or (text := case.emit(case.tree)) is None:
        return
    again = cwql.parse(text, dialect=case.dialect)
    assert again == lower(case.tree, case.dialect), f"{text!r} reads back as another tree"
    assert cwql.emit(again, dialect=case.dialect) == text, f"{text!r} is printed in another way"


def format_is_idempotent(case: Case) -> None:
    """A formatted text has the same tree, and formatting it again changes nothing."""
    try:
        text = cwql.format(case.text, dialect=case.dialect)
    except cwql.ConditionError:
        return
    assert case.tree is not None, "a text that cannot be parsed was formatted"
    assert cwql.parse(text, dialect=case.dialect) == lower(case.tree, case.dialect), f"{text!r} says something else"
    assert cwql.format(text, dialect=case.dialect) == text, f"{text!r} is formatted in another way"


def simplify_is_idempotent(case: Case) -> None:
    """A simplified tree is not longer when it is printed, and cannot be simplified further."""
    if case.tree is None:
        return
    simple = simplify(case.tree)
    assert simplify(simple) == simple, f"{simple!r} is simplified further"
    before, after = case.emit(case.tree), case.emit(simple) if not isinstance(simple, Constant) else ""
    if before is not None:
        assert after is not None, f"{simple!r} cannot be printed"
        assert len(after) <= len(before), f"{after!r} is longer"


def check_never_raises(case: Case) -> None:
    """Checking gives diagnostics inside the text, and an error if the text cannot be parsed."""
    found = cwql.check(case.text, dialect=case.dialect, endpoint=case.endpoint)
    assert case.tree is not None or any(each.severity == "error" for each in found), (
        "refused, but checked without an error"
    )
    for each in found:
        spans = [each.span, *[edit.span for fix in each.fixes for edit in fix.edits]]
        assert all(0 <= span.start <= span.end <= len(case.text) for span in spans), f"{each} is outside the text"
        assert each.message, f"{each.code} has no message"


def fixing_helps(case: Case) -> None:
    """A fixed text has no more errors than before, and cannot be fixed further unless it is very long."""
    endpoint, unsafe = case.endpoint, case.rng.random() < 0.5
    fixed = cwql.fix(case.text, dialect=case.dialect, endpoint=endpoint, unsafe_fixes=unsafe).text
    before, after = (count_errors(text, case.dialect, endpoint) for text in (case.text, fixed))
    assert after <= before, f"{fixed!r} has {after} errors, {before} before"
    # `fix` stops after some rounds, which is too early for a text with thousands of mistakes.
    if len(case.text) <= FIXED_LENGTH:
        again = cwql.fix(fixed, dialect=case.dialect, endpoint=endpoint, unsafe_fixes=unsafe).text
        assert again == fixed, f"{fixed!r} is fixed further, to {again!r}"


def count_errors(text: str, record: Dialect, endpoint: str | None) -> int:
    """Return how many errors `check` reports."""
    return sum(each.severity == "error" for each in cwql.check(text, dialect=record, endpoint=endpoint))


def translation_can_be_parsed(case: Case) -> None:
    """A translation has a text that the other dialect parses and prints the same, or an error."""
    target = case.rng.choice([record for record in DIALECTS if record is not case.dialect])
    zone = case.rng.choice((None, "UTC", "Europe/Berlin"))
    result = cwql.translate(case.text, source=case.dialect, target=target, timezone=zone)
    failed = any(each.severity == "error" for each in result.diagnostics)
    assert failed == (result.text is None), "neither a text nor an error, or both"
    for each in result.diagnostics:
        assert 0 <= each.span.start <= each.span.end <= len(case.text), f"{each} is outside the text"
    if result.text is not None:
        assert case.tree is not None, "a text that cannot be parsed was translated"
        assert cwql.format(result.text, dialect=target) == result.text, f"{result.text!r} is no canonical text"


def compiled_parts_can_be_parsed(case: Case) -> None:
    """Every part of a compiled condition can be parsed, unless it has an error."""
    endpoint = case.endpoint
    compiled = cwql.compile(case.text, dialect=case.dialect, endpoint=endpoint, simplify=case.rng.random() < 0.5)
    if not compiled.ok:
        expect_error(compiled.diagnostics)
    if case.tree is None and case.text.strip():
        assert not compiled.ok, "a text that cannot be parsed was compiled"
    if compiled.ok:
        for name, text in compiled.params.items():
            cwql.parse(str(text), dialect=case.dialect, parameter=name)


def values_keep_their_place(case: Case) -> None:
    """A value in a template or in the builder is carried exactly, or refused with a typed error."""
    operator = case.rng.choice(list(case.dialect.operators))
    text = make_value(case)
    value = (text, f"{case.text}x") if operator in MEMBERSHIP else text
    left, right = Comparison(Path(("id",)), OPERATORS["="], 1), Comparison(Path(("z",)), OPERATORS["="], "x'")
    tree = And((left, Or((Comparison(Path(("a", "b")), operator, value), right))))
    printed = case.emit(tree)
    if printed is not None:
        assert cwql.parse(printed, dialect=case.dialect) == tree, f"{printed!r} carries another value"
    given = list(value) if isinstance(value, tuple) else value
    name = case.dialect.operators[operator].spelling
    try:
        made = cwql.cond(f"id = {{}} and (a/b {name} {{}} or z = {{}})", 1, given, "x'", dialect=case.dialect)
    except cwql.CwqlError:
        return
    assert made == tree, f"{made!r} carries another value"


def make_value(case: Case) -> str:
    """Return a hostile text, or the text of the case."""
    if case.rng.random() < 0.3:
        return case.text
    return "".join(case.rng.choices(HOSTILE_PIECES, k=case.rng.randint(1, 6)))


def template_is_read_or_refused(case: Case) -> None:
    """Any text may be a template: without placeholders it is the condition of the text, otherwise values are missing."""
    try:
        tree = cwql.cond(case.text, dialect=case.dialect)
    except cwql.CwqlError:
        return
    if "{" not in case.text and "}" not in case.text:
        assert case.tree == tree, "the template has another tree than the text"


def other_parameters_are_read_or_refused(case: Case) -> None:
    """Texts of `orderBy` and field lists, and texts that are meant for another parameter, are read or refused like conditions."""
    texts = Texts(case.dialect, case.rng.randrange(2**32))
    for parameter in case.dialect.parameters:
        for text in (case.text, texts.order_by(), texts.field_list()):
            examine(case.dialect, text, parameter.name)
            try:
                tree = cwql.parse(text, dialect=case.dialect, parameter=parameter.name)
                printed = cwql.emit(tree, dialect=case.dialect)
            except cwql.ConditionError:
                continue
            again = cwql.parse(printed, dialect=case.dialect, parameter=parameter.name)
            assert cwql.emit(again, dialect=case.dialect) == printed, f"{printed!r} is printed in another way"


def parser_agrees_with_lark(case: Case) -> None:
    """The parser and Lark accept the same texts, with the same trees and spans."""
    compare(case.dialect, case.text)


Promise: TypeAlias = "Callable[[Case], None]"
PROMISES: tuple[tuple[int, Promise], ...] = (
    (1, parse_gives_a_tree_or_diagnostics),
    (1, printing_reads_back),
    (2, format_is_idempotent),
    (2, simplify_is_idempotent),
    (2, translation_can_be_parsed),
    (3, values_keep_their_place),
    (5, template_is_read_or_refused),
    (5, check_never_raises),
    (20, fixing_helps),
    (20, compiled_parts_can_be_parsed),
    (50, other_parameters_are_read_or_refused),
    (50, parser_agrees_with_lark),
)
"""Every promise, and on every how many-th text it is checked."""


def run(block: Block) -> Outcome:
    """Check the promises on the texts of a block, up to the first failure."""
    record = find_dialect(block.dialect)
    texts = Texts(record, block.seed)
    rng = random.Random(block.seed)
    counts: Counter[str] = Counter()
    for number in range(block.size):
        text, name = texts.any(), "parse"
        try:
            case = Case(record, text, rng)
            counts["texts"] += 1
            counts["parsed"] += case.tree is not None
            for every, promise in PROMISES:
                if number % every == 0:
                    name = promise.__name__
                    promise(case)
                    counts[name] += 1
        except Exception as error:
            return Outcome(counts, Failure(block, name, text, f"{type(error).__name__}: {error}"))
    return Outcome(counts, None)


def plan(count: int, seed: int, names: Sequence[str]) -> Iterator[Block]:
    """Yield the blocks of a run: seeds count up, dialects take turns."""
    while count > 0:
        for name in names:
            if count > 0:
                yield Block(name, seed, min(BLOCK, count))
            count -= BLOCK
        seed += 1


def fuzz(count: int, seed: int, names: Sequence[str], jobs: int) -> tuple[Counter[str], list[Failure]]:
    """Run the blocks on so many processes; return how often each promise was checked, and the failures."""
    counts: Counter[str] = Counter()
    failures: list[Failure] = []
    started = reported = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for outcome in pool.imap_unordered(run, plan(count, seed, names)):
            counts += outcome.counts
            if outcome.failure is not None:
                failures.append(outcome.failure)
                report(outcome.failure)
            now = time.monotonic()
            if now - reported > 30:
                reported = now
                print(f"{counts['texts']:,} texts, {counts['texts'] / (now - started):,.0f} a second", flush=True)
            if len(failures) == 10:
                print("ten blocks failed: giving up")
                pool.terminate()
                break
    return counts, failures


def report(failure: Failure) -> None:
    """Print a failure with the options that make it again."""
    block = failure.block
    print(
        f"\nFAILED {failure.promise}: --dialect {block.dialect} --seed {block.seed} --count {block.size}"
        f"\n  text   {failure.text!r}\n  reason {failure.reason}",
        flush=True,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line and return 1 if a promise was broken."""
    names = [record.name for record in DIALECTS]
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz.language", description="Check promises on texts.")
    parser.add_argument("--count", type=int, default=1_000_000, help="how many texts (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    parser.add_argument("--dialect", choices=names, help="only one dialect (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    arguments = parser.parse_args(argv)
    chosen = [arguments.dialect] if arguments.dialect else names
    started = time.monotonic()
    counts, failures = fuzz(arguments.count, arguments.seed, chosen, arguments.jobs)
    print(f"{counts['texts']:,} texts in {time.monotonic() - started:,.0f} s, {len(failures)} failures")
    for name, count in counts.items():
        if name != "texts":
            print(f"  {name:40}{count:12,}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
