"""Trees, values and records for property tests: hypothesis strategies, and seeded generators for volume."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from cwql.language.dialects import Dialect
from cwql.language.names import RESERVED
from cwql.language.nodes import Comparison, Expr, FieldList, Order, OrderBy, Path, conjunction, disjunction
from cwql.language.operators import MEMBERSHIP, Operator

if TYPE_CHECKING:
    from cwql.language.nodes import Scalar

HOSTILE_PIECES = (
    '"', "'", '""', "''", "\\", "\\\\", '\\"', "\\'", "%", "*", "_", "[", "]", "[[]", "[a-f]", "(", ")", ",", ";", "--", "/*", "*/", "#",
    "&", "%22", "%27", "+", "{", "}", "{0}", "{{", " or ", " and ", " not ", "null", "1=1", "or id > 0", '" or "1"="1', "' or '1'='1",
    "\x00", "\n", "\r\n", "\t", "\x1b[31m", "\x7f", "\x85", "\x9f", "\ud800", "\udfff", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b",
    "\ufeff", "\u00a0", "\u3000", "“", "”", "’", "é", "e\u0301", "ß", "İ", "日本", "😀", "👩‍👩‍👧", "\U0010ffff", "\uffff", "a", "Z", "0", " ",
    "2024-01-01", "[2024-01-01]", "true", "=", "!=", "<", "conditions=", "a" * 40,
)  # fmt: skip

NUMBER_LIMIT = 10**60
"""Limit of numbers with at most 64 characters, including sign and fraction."""


def hostile_strings(count: int, seed: int = 1) -> Iterator[str]:
    """Yield strings of characters that are hard to quote; every thousandth has 64 KB."""
    rng = random.Random(seed)
    yield from HOSTILE_PIECES[:count]
    for number in range(len(HOSTILE_PIECES), count):
        text = "".join(rng.choices(HOSTILE_PIECES, k=rng.randint(2, 6)))
        if rng.random() < 0.5:
            # Half of them can be printed: one kind of quote, no control characters.
            text = text.replace(rng.choice("'\""), "").translate(_CLEAN)
        yield (text * 70_000)[:65_536] if number % 1000 == 0 else text


_CLEAN = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDFFF])


# Strategies

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
paths = (
    st.lists(names, min_size=1, max_size=3)
    .filter(lambda segments: len(segments) > 1 or segments[0].lower() not in RESERVED)
    .map(lambda segments: Path(tuple(segments)))
)
plain_strings = (
    st.tuples(
        st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\"'"), max_size=12),
        st.sampled_from(["", '"', "'"]),
        st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\"'"), max_size=6),
    )
    .map("".join)
    .filter(lambda text: (len(text) - len(text.rstrip("\\"))) % 2 == 0)
)
"""Strings that both languages can represent."""

integers = st.integers(-NUMBER_LIMIT, NUMBER_LIMIT)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**30), max_value=10**30)
moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))
naive_moments = st.datetimes()


def scalars(dialect: Dialect) -> st.SearchStrategy[Scalar]:
    """Values with a literal form in the dialect."""
    kinds: list[st.SearchStrategy[Scalar]] = [
        plain_strings, integers, decimals, st.booleans(), st.none(), st.dates(), moments,
    ]  # fmt: skip
    if not dialect.naive_is_utc:
        kinds.append(naive_moments)
    return st.one_of(kinds)


def comparisons(dialect: Dialect) -> st.SearchStrategy[Comparison]:
    """Comparisons with operators of the dialect."""
    values = scalars(dialect)
    lists = st.lists(values, min_size=1, max_size=4).map(tuple)

    def build(operator: Operator) -> st.SearchStrategy[Comparison]:
        return st.builds(Comparison, paths, st.just(operator), lists if operator in MEMBERSHIP else values)

    return st.sampled_from(list(dialect.operators)).flatmap(build)


def trees(dialect: Dialect) -> st.SearchStrategy[Expr]:
    """Conditions that the dialect can represent."""
    leaves: st.SearchStrategy[Expr] = comparisons(dialect)
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            lambda join, items: join(items),
            st.sampled_from([conjunction, disjunction]),
            st.lists(inner, min_size=2, max_size=3),
        ),
        max_leaves=8,
    )


orders = st.lists(
    st.builds(Order, paths.filter(lambda path: path.segments[-1].lower()[:3] not in ("asc", "des")), st.booleans()), min_size=1, max_size=4
).map(lambda terms: OrderBy(tuple(terms)))  # fmt: skip
field_lists = st.lists(paths, min_size=1, max_size=5).map(lambda items: FieldList(tuple(items)))


# Conditions and records with few different values, so that comparisons often match.

_DAY = date(2024, 1, 2)
_NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
MEETING_VALUES: tuple[Scalar, ...] = (
    1, 2, 3, -1, Decimal("1.0"), Decimal("1.5"), Decimal(2), "x", "X", "y", "x ", "", " ", "xy", "1", True, False, None,
    _DAY, _DAY + timedelta(days=1), _NOON, _NOON + timedelta(milliseconds=500), _NOON + timedelta(days=1), datetime(2024, 1, 2, 0, tzinfo=UTC),
)  # fmt: skip
MEETING_PATHS = (Path(("a",)), Path(("A",)), Path(("b",)), Path(("t", "x")))
"""`t/x` is in a collection: records have a list for it."""


def meeting_trees(rng: random.Random, operators: list[Operator], depth: int = 3) -> Expr:
    """Generate a condition with few fields and values."""
    if depth == 0 or rng.random() < 0.35:
        path = rng.choice(MEETING_PATHS[:2] if rng.random() < 0.5 else MEETING_PATHS)
        operator = rng.choice(operators)
        pool = rng.choice([MEETING_VALUES, (1, 2, 3), ("x", "y", "xy"), MEETING_VALUES[-6:]])
        if operator in MEMBERSHIP:
            return Comparison(path, operator, tuple(rng.choices(pool, k=rng.randint(1, 3))))
        return Comparison(path, operator, rng.choice(pool))
    join = rng.choice([conjunction, disjunction])
    return join([meeting_trees(rng, operators, depth - 1) for _ in range(rng.randint(2, 4))])


def meeting_record(rng: random.Random) -> dict[tuple[str, ...], object]:
    """Generate a record: lower-case paths with a value, or with a list of values in a collection."""
    return {
        ("a",): rng.choice((*MEETING_VALUES, 0, 4, "z")),
        ("b",): rng.choice(MEETING_VALUES),
        ("t", "x"): rng.choices(MEETING_VALUES, k=rng.randint(0, 3)),
    }
