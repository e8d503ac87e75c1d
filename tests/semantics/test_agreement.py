"""Law 6: the Python predicate and SQLite give the same verdict on every (condition, record)."""

from __future__ import annotations

import random

import pytest

from cwql.language.dialects import DIALECTS
from cwql.semantics.predicate import predicate
from tests.semantics.worlds import World, make_condition, make_document

SHARDS, BATCHES, DOCUMENTS, CONDITIONS = 8, 16, 40, 25
assert SHARDS * BATCHES * DOCUMENTS * CONDITIONS >= 100_000


@pytest.mark.parametrize("shard", range(SHARDS))
def test_python_and_sqlite_agree(shard: int) -> None:
    rng = random.Random(shard)
    found = 0
    for _ in range(BATCHES):
        documents = [make_document(rng) for _ in range(DOCUMENTS)]
        world = World(documents)
        for _ in range(CONDITIONS):
            dialect = rng.choice(DIALECTS)
            condition = make_condition(rng, dialect)
            judge = predicate(condition, dialect)
            expected = {place for place, document in enumerate(documents) if judge(document)}
            got = world.find(condition, dialect)
            assert got == expected, (condition, dialect, [documents[place] for place in got ^ expected][:1])
            found += len(got)
    # Neither nothing nor everything.
    assert 0.1 < found / (BATCHES * DOCUMENTS * CONDITIONS) < 0.9
