"""Which ids were seen before: agrees with a set for all kinds of ids, and takes little memory."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest

from cwql.client.response_checks import ARRAY_LIMIT, SeenIds


def draw(dice: random.Random) -> list[Any]:
    """Return ids of one style."""
    count = dice.choice([0, 1, 10, 1000, 20_000])
    start = dice.choice([0, 1, 65_000, 1 << 31, (1 << 63) - 70_000])
    span = dice.choice([1, count, 2 * count, 1 << 17, 1 << 40]) + 1
    ids: list[Any] = [min(start + dice.randrange(span), (1 << 70)) for _ in range(count)]
    style = dice.randrange(5)
    if style == 1:
        return [str(number) for number in ids]
    if style == 2:
        return sorted(ids)
    if style == 3:
        return [dice.choice([number, str(number), f"0{number}", f"{number}.0", f"{{{number}}}"]) for number in ids]
    if style == 4:
        return [dice.choice([number, -number, number << 40]) for number in ids]
    return ids


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_a_set(seed: int) -> None:
    seen, known = SeenIds(), set[tuple[type, Any]]()
    for identity in draw(random.Random(seed)):
        assert seen.add(identity) is ((type(identity), identity) not in known)
        known.add((type(identity), identity))


@pytest.mark.parametrize("order", [list, reversed, sorted], ids=["rising", "falling", "sorted"])
@pytest.mark.parametrize("count", [ARRAY_LIMIT - 1, ARRAY_LIMIT, ARRAY_LIMIT + 1, 65_536, 65_537])
def test_blocks_change_their_form_without_losing_an_id(count: int, order: Any) -> None:
    seen = SeenIds()
    assert all(seen.add(number) for number in order(range(count)))
    assert not any(seen.add(number) for number in range(count))
    assert seen.add(count)


@pytest.mark.parametrize(
    ("ids", "megabytes"),
    [(range(1, 1_000_001), 0.5), (range(0, 31_000_000, 31), 8.0), (map(str, range(1_000_000)), 0.5)],
    ids=["dense", "spread", "text"],
)
def test_a_million_ids_take_little_memory(ids: Any, megabytes: float) -> None:
    seen = SeenIds()
    for identity in ids:
        seen.add(identity)
    # A trace of every allocation would take 9 s for each case; these are all objects that grow.
    blocks = [*seen._numbers.values(), *seen._texts.values()]
    assert not seen._others
    size = sum(map(sys.getsizeof, [seen._numbers, seen._texts, *seen._numbers, *seen._texts, *blocks]))
    assert size < megabytes * (1 << 20)
