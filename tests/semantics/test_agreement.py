"""Law 6: the Python predicate, SQLite and an independent evaluator agree on every condition and record."""

from __future__ import annotations

import random

import pytest

from cwql.language.dialects import DIALECTS
from cwql.semantics.predicate import predicate
from scripts.fuzz.evaluator import matches
from tests.semantics.documents import DocumentTable, make_condition, make_document

SHARDS, BATCHES, DOCUMENTS, CONDITIONS = 8, 16, 40, 25
assert SHARDS * BATCHES * DOCUMENTS * CONDITIONS >= 100_000


@pytest.mark.parametrize("shard", range(SHARDS))
def test_python_and_sqlite_agree(shard: int) -> None:
    rng = random.Random(shard)
    found = 0
    for batch in range(BATCHES):
        documents = [make_document(rng) for _ in range(DOCUMENTS)]
        table = DocumentTable(documents)
        for _ in range(CONDITIONS):
            dialect = rng.choice(DIALECTS)
            condition = make_condition(rng, dialect)
            is_match = predicate(condition, dialect=dialect)
            expected = {index for index, document in enumerate(documents) if is_match(document)}
            got = table.find(condition, dialect)
            assert got == expected, (condition, dialect, [documents[index] for index in got ^ expected][:1])
            if batch < 2:
                # It is slow, so it sees an eighth of the conditions; `python -m scripts.fuzz.semantics` asks it more often.
                third = {index for index, document in enumerate(documents) if matches(condition, document, dialect)}
                assert third == expected, (condition, dialect, [documents[index] for index in third ^ expected][:1])
            found += len(got)
    # Neither nothing nor everything.
    assert 0.1 < found / (BATCHES * DOCUMENTS * CONDITIONS) < 0.9
