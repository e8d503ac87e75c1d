"""Compare what conditions mean with a second evaluator: ``python -m scripts.fuzz.semantics --count 200000 --seed 1``.

Random records are stored in a sandbox. Random conditions about them (plain ones, child conditions, custom fields) are evaluated by
`scripts.fuzz.evaluator`, by `cwql.predicate` and by the sandbox through its in-process transport, and once more after `simplify`, `fix`
and `translate`: all have to find the same records. A pair is a condition, or the conditions of one request, and a record. A failure
is printed with the options that make it again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import cwql
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, Expr, Path, conjunction, disjunction
from cwql.language.operators import MEMBERSHIP, OPERATORS
from cwql.language.simplify import simplify_fields
from cwql.sandbox import Sandbox
from scripts.fuzz.evaluator import matches
from tests.sandbox.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Scalar

RECORDS, CONDITIONS = 40, 25
BLOCK = RECORDS * CONDITIONS
"""How many pairs one seed makes in a world."""

TEXTS = (
    "", " ", "x", "X", "y", "xy", "XY ", "axb", "New", "NEW", "new york", "Straße", "STRASSE", "İx", "ı", "ﬁ", "é", "e\u0301", "日本",
    "😀", "\U0010ffff", "a%b", "a_b", "a*b", "a?b", "[x]", "[", "]", "a\\b", "100%", "1", "01", "-1.5", "1.50", "+2", "1e3", "true", "False",
    "2024-01-02", "2024-01-02T12:00:00Z", "2024-01-02T13:00:00+01:00", "2024-01-02 12:00", "2024-01-02T12:00:00.500Z", "2024-1-2",
    "20240102", "2024-W01-2", "2024-01-02T12", "2024-13-01", "2023-02-29", "0001-01-01", "9999-12-31T23:59:59Z", "O'Brien", 'say "x"', "A-1", "a-z",
    "b", "cd", "b-c", "-", "-x", "f", "^", "a-",
)  # fmt: skip
NUMBERS = (
    0,
    1,
    2,
    -1,
    3,
    10,
    2**53,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**70,
    0.1,
    0.5,
    1.5,
    -1.5,
    1.0,
    1e15,
    1e300,
    123456.789,
)
LITERALS: tuple[Scalar, ...] = (
    *TEXTS, 0, 1, 2, -1, 3, 10, 2**53, 2**53 + 1, 2**63, -(2**63), 2**70, Decimal("0.1"), Decimal("0.10000000000000001"), Decimal("1.5"),
    Decimal("-1.50"), Decimal("1.0"), Decimal("9007199254740993.5"), True, False, None, date(2024, 1, 2), date(2024, 1, 3), date(1, 1, 1),
    datetime(2024, 1, 2, 12, tzinfo=UTC), datetime(2024, 1, 2, 12, 0, 0, 500_000, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC),
    datetime(2024, 1, 2, 14, tzinfo=timezone(timedelta(hours=2))),
)  # fmt: skip
PATTERNS = (
    "%", "x%", "%x", "%x%", "X_", "_", "*", "x*y", "*x*", "%a%b%", "a%%b", "[a-f]%", "[^x]%", "%[[]%", "[x]", "[", "[]", "a[-]b", "[a-]", "[^]",
    "%\\%", "a\\%b", "a\\_b", "new%", "%STRASSE", "%ß%", "??", "[z-a]", "[^z-a]", "[a-z]-[a-z]", "[a-ce]%", "%[^a-c]", "[b-]", "[-x]%", "[a-b-]", "[^-]", "%]", "n*k", "%\U0010ffff", "%e_d", "%[x-z]",
)  # fmt: skip


class World(NamedTuple):
    """A kind of record of a product, and the paths that conditions ask for."""

    product: str
    record: str
    endpoint: str
    fields: tuple[str, ...]
    """Paths to values of the record itself."""

    lists: tuple[str, ...]
    """Paths to lists of plain values."""

    children: dict[str, tuple[str, ...]]
    """Paths to values of records inside a record, by the collection."""

    key: str = "id"
    has_custom_fields: bool = False


WORLDS = (
    World(
        "manage", "Contact", "/company/contacts",
        ("id", "firstName", "lastName", "company/name", "company/id", "portalSecurityLevel", "marriedFlag", "anniversary", "_info/lastUpdated"),
        ("integratorTags",),
        {
            "communicationItems": ("value", "extension", "id", "defaultFlag", "type/name", "type/id"),
            "types": ("id", "name"),
        },
        has_custom_fields=True,
    ),
    World(
        "manage", "Ticket", "/service/tickets",
        ("id", "summary", "board/id", "board/name", "status/name", "company/identifier", "closedFlag", "budgetHours", "_info/dateEntered"),
        ("integratorTags",),
        {"notes": ("id", "text", "internalFlag")},
        has_custom_fields=True,
    ),
    World(
        "automate", "Computer", "/Computers",
        ("Id", "ComputerName", "Client/Id", "Client/Name", "Status", "IsRebootNeeded", "RemoteAgentLastContact", "TotalMemory"),
        ("OpenPortsTCP", "DomainNameServers"),
        {"LoggedInUsers": ("LoggedInUserName", "ConsoleId"), "Groups": ("Id", "Name")},
        key="Id",
    ),
)  # fmt: skip
NOTES = "notes"
"""A collection that tickets do not show: notes are separate records."""

CAPTIONS = ("Asset", "Tier", "Site_Code")
CUSTOM_FIELDS = ("caption", "value", "Value", "id", "numberOfDecimals", *CAPTIONS, "asset", "Unknown")


class Block(NamedTuple):
    """The conditions and records that one process takes at a time."""

    world: int
    seed: int
    conditions: int


class Failure(NamedTuple):
    """A pair on which two evaluators differ."""

    block: Block
    evaluator: str
    condition: str
    reason: str


# Records and conditions.


def make_value(rng: random.Random) -> object:
    """Return a value of a member."""
    kind = rng.random()
    if kind < 0.5:
        return make_text(rng) if rng.random() < 0.3 else rng.choice(TEXTS)
    return rng.choice(NUMBERS) if kind < 0.75 else rng.choice((True, False, None))


def make_text(rng: random.Random) -> str:
    """Return a short text of few characters, so that patterns of the same ones often match."""
    return "".join(rng.choices("abcd-^]", k=rng.randint(1, 3)))


def make_pattern(rng: random.Random) -> str:
    """Return a pattern for such texts, mostly of one piece in brackets."""
    inside = "".join(rng.choices(("a-d", "b-d", "d-a", "^", "-", "a", "c"), k=rng.randint(0, 3)))
    pieces = [f"[{inside}]", *rng.choices(("%", "_", "*", "a", "c", "-", "[", "]"), k=rng.randint(0, 3))]
    rng.shuffle(pieces)
    return "".join(pieces)


def make_members(rng: random.Random, paths: Iterable[str], share: float = 0.9) -> dict[str, Any]:
    """Return a document with values at most of the paths."""
    document: dict[str, Any] = {}
    for path in paths:
        if rng.random() < share:
            first, slash, rest = path.partition("/")
            inner = document.setdefault(first, {}) if slash else document
            inner[rest or first] = make_value(rng)
    return document


def make_record(rng: random.Random, world: World) -> dict[str, Any]:
    """Return a document without a key; members and collections are often missing, null or empty."""
    document = make_members(rng, [path for path in world.fields if path != world.key])
    for name, value in document.items():
        if isinstance(value, dict) and rng.random() < 0.05:
            # A reference that is null, or that is no object.
            document[name] = rng.choice((None, 5, "x"))
    for path in world.lists:
        if rng.random() < 0.7:
            document[path] = [make_value(rng) for _ in range(rng.randint(0, 3))]
    for name, paths in world.children.items():
        if name != NOTES and rng.random() < 0.8:
            children = [make_members(rng, paths, 0.8) for _ in range(rng.randint(0, 3))]
            document[name] = children if rng.random() < 0.9 else None
    if world.has_custom_fields and rng.random() < 0.8:
        document["customFields"] = [make_custom_field(rng, number) for number in range(rng.randint(0, 3))]
    return document


def make_custom_field(rng: random.Random, number: int) -> dict[str, Any]:
    """Return a custom field; captions meet, and differ by letter case."""
    caption = rng.choice((*CAPTIONS, CAPTIONS[0].lower(), None))
    return {"id": number, "caption": caption, "value": make_value(rng), "numberOfDecimals": rng.choice((0, 2))}


def make_condition(rng: random.Random, paths: Sequence[str], record: Dialect, depth: int = 2) -> Expr:
    """Return a condition whose values are often those of records."""
    if depth and rng.random() < 0.6:
        join = rng.choice((conjunction, disjunction))
        return join([make_condition(rng, paths, record, depth - 1) for _ in range(rng.randint(2, 3))])
    path = rng.choice(paths)
    if rng.random() < 0.1:
        path = path.upper() if rng.random() < 0.5 else path.lower()
    operator = rng.choice(list(OPERATORS.values()))
    where = Path(tuple(path.split("/")))
    if operator in MEMBERSHIP:
        return Comparison(where, operator, tuple(rng.choices(LITERALS, k=rng.randint(1, 4))))
    if operator in (OPERATORS["="], OPERATORS["!="]) and rng.random() < 0.3:
        return Comparison(where, operator, None)
    if operator.family == "text" and rng.random() < 0.8:
        if "like" in operator.name:
            return Comparison(where, operator, make_pattern(rng) if rng.random() < 0.5 else rng.choice(PATTERNS))
        return Comparison(where, operator, rng.choice(TEXTS))
    return Comparison(where, operator, rng.choice(LITERALS))


# Evaluators.


class Evaluators:
    """A sandbox with the records of one block, and the evaluators that are compared on them.

    Each returns the places of the records that match all conditions of a request, given by parameter.
    """

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.dialect = find_dialect(world.product)
        self.box = Sandbox(size="empty")
        self.api = ApiClient(self.box)
        self.records = [make_record(rng, world) for _ in range(RECORDS)]
        keys = self.box._store.add(world.product, world.record, self.records)
        if NOTES in world.children:
            self._add_notes(keys, rng)

    def _add_notes(self, keys: list[int], rng: random.Random) -> None:
        for key, record in zip(keys, self.records, strict=True):
            notes = [make_members(rng, self.world.children[NOTES][1:], 0.8) for _ in range(rng.randint(0, 2))]
            self.box._store.add("manage", "ServiceNote", notes, parent=(self.world.record, key))
            record[NOTES] = notes

    def close(self) -> None:
        """Close the sandbox."""
        self.api.http.close()
        self.box.close()

    def expect(self, parts: dict[str, Expr]) -> set[int]:
        """Ask the evaluator that is independent of the package."""
        return self.pick(
            lambda record: all(
                matches(tree, record, self.dialect, custom=name == "customFieldConditions")
                for name, tree in parts.items()
            )
        )

    def find_by_predicate(self, parts: dict[str, Expr]) -> set[int]:
        """Ask `cwql.predicate`."""
        predicates = [cwql.predicate(tree, dialect=self.dialect, parameter=name) for name, tree in parts.items()]
        return self.pick(lambda record: all(matching(record) for matching in predicates))

    def pick(self, is_match: Callable[[dict[str, Any]], bool]) -> set[int]:
        """Return the places of the records for which a function is true."""
        return {place for place, record in enumerate(self.records) if is_match(record)}

    def find_by_request(self, parts: dict[str, Expr]) -> set[int] | None:
        """Ask the sandbox; return None if a condition has no text."""
        try:
            texts = {name: cwql.emit(tree, dialect=self.dialect) for name, tree in parts.items()}
        except cwql.ConditionError:
            return None
        world = self.world
        if world.product == "manage":
            parameters = {**texts, "pageSize": "1000", "fields": world.key}
            response = self.api.manage("GET", world.endpoint, params=parameters)
        else:
            parameters = {**texts, "pageSize": "-1", "includeFields": world.key}
            response = self.api.automate("GET", world.endpoint, params=parameters)
        assert response.status_code == 200, f"{response.status_code} {response.text}"
        places = {str(record[world.key]): place for place, record in enumerate(self.records)}
        return {places[str(row[world.key])] for row in response.json()}

    def rewrite(self, tree: Expr, *, custom: bool) -> Iterator[tuple[str, Expr, Dialect]]:
        """Yield the condition after each rewriting that promises to keep its meaning."""
        # Records may have two custom fields with one caption, and a list has many values.
        lists = {path.lower() for path in self.world.lists}
        yield (
            "simplify",
            simplify_fields(tree, lambda path: not custom and str(path).lower() not in lists),
            self.dialect,
        )
        try:
            text = cwql.emit(tree, dialect=self.dialect)
        except cwql.ConditionError:
            return
        parameter = "customFieldConditions" if custom else None
        yield (
            "fix",
            cwql.parse(cwql.fix(text, dialect=self.dialect, parameter=parameter).text, dialect=self.dialect),
            self.dialect,
        )
        target = find_dialect("automate" if self.dialect.name == "manage" else "manage")
        translated = cwql.translate(tree, source=self.dialect, target=target, timezone="UTC")
        if translated.text is not None and all(each.severity == "info" for each in translated.diagnostics):
            yield "translate", cwql.parse(translated.text, dialect=target), target


def make_parts(world: World, rng: random.Random, record: Dialect) -> dict[str, Expr]:
    """Return conditions for one request, by parameter."""
    inner = [f"{name}/{path}" for name, paths in world.children.items() for path in paths]
    plain = [*world.fields, *world.lists]
    if world.product != "manage":
        return {"condition": make_condition(rng, [*plain, *inner, *inner], record)}
    makers = {
        "conditions": lambda: make_condition(rng, plain, record),
        "childConditions": lambda: make_condition(rng, inner, record),
        "customFieldConditions": lambda: make_condition(rng, CUSTOM_FIELDS, record),
    }
    names = [name for name in makers if rng.random() < 0.4] or [rng.choice(list(makers))]
    return {name: makers[name]() for name in names}


def run(block: Block) -> tuple[Counter[str], list[Failure]]:
    """Evaluate the conditions of a block; return the numbers of pairs, and the first failure."""
    rng = random.Random(f"{block.world} {block.seed}")
    evaluators = Evaluators(WORLDS[block.world], rng)
    counts: Counter[str] = Counter()
    try:
        for _ in range(block.conditions):
            parts = make_parts(evaluators.world, rng, evaluators.dialect)
            failure = compare(block, evaluators, parts, counts)
            if failure is not None:
                return counts, [failure]
    finally:
        evaluators.close()
    return counts, []


def compare(block: Block, evaluators: Evaluators, parts: dict[str, Expr], counts: Counter[str]) -> Failure | None:
    """Compare the evaluators on the conditions of one request."""
    name = "evaluator"
    try:
        expected = evaluators.expect(parts)
        counts["pairs"] += RECORDS
        counts["matches"] += len(expected)
        for name, find in (("predicate", evaluators.find_by_predicate), ("sandbox", evaluators.find_by_request)):
            found = find(parts)
            if found is not None:
                counts[name] += RECORDS
                for part in parts:
                    counts[f"{name}, {part}"] += RECORDS
                expect_same(evaluators.records, expected, found)
        for part, tree in parts.items():
            custom = part == "customFieldConditions"
            expected = evaluators.expect({part: tree})
            for name, after, target in evaluators.rewrite(tree, custom=custom):
                counts[name] += RECORDS
                found = evaluators.pick(lambda record: matches(after, record, target, custom=custom))  # noqa: B023
                expect_same(evaluators.records, expected, found)
    except Exception as error:
        return Failure(block, name, repr(parts), f"{type(error).__name__}: {error}")
    return None


def expect_same(records: Sequence[object], expected: set[int], found: set[int]) -> None:
    """Raise AssertionError with the first record on which two evaluators differ."""
    for place in sorted(expected ^ found):
        verdict = "not found, though it matches" if place in expected else "found, though it does not match"
        raise AssertionError(f"{verdict}: {records[place]!r}")


def plan(count: int, seed: int) -> Iterator[Block]:
    """Yield the blocks of a run: seeds count up, worlds take turns."""
    while count > 0:
        for world in range(len(WORLDS)):
            if count > 0:
                yield Block(world, seed, min(CONDITIONS, -(-count // RECORDS)))
            count -= BLOCK
        seed += 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line and return 1 if two evaluators differ."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz.semantics", description="Compare evaluators.")
    parser.add_argument(
        "--count", type=int, default=200_000, help="pairs of a condition and a record (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    parser.add_argument("--world", type=int, choices=range(len(WORLDS)), help="only one kind of record (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    arguments = parser.parse_args(argv)
    blocks = list(plan(arguments.count, arguments.seed))
    if arguments.world is not None:
        blocks = [block._replace(world=arguments.world) for block in blocks]
    counts: Counter[str] = Counter()
    failures: list[Failure] = []
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for numbers, found in pool.imap_unordered(run, blocks):
            counts += numbers
            failures += found
            for failure in found:
                block = failure.block
                print(
                    f"\nFAILED {failure.evaluator}: --world {block.world} --seed {block.seed} --count {BLOCK}"
                    f"\n  condition  {failure.condition}\n  reason     {failure.reason}",
                    flush=True,
                )
            if len(failures) >= 10:
                print("ten blocks failed: giving up")
                pool.terminate()
                break
    print(f"{counts['pairs']:,} pairs in {time.monotonic() - started:,.0f} s, {len(failures)} failures")
    for name, count in sorted(counts.items()):
        if name != "pairs":
            print(f"  {name:36}{count:12,}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
