"""What `ranges` says about two comparisons is true for every value of the field, however a server treats what is not documented."""

from itertools import combinations

from cwql.language.nodes import Comparison, Path
from cwql.language.operators import CONTAINS, LIKE, MEMBERSHIP, NOT_CONTAINS, NOT_LIKE, OPERATORS
from cwql.language.ranges import excludes, implies
from tests.generators import MEETING_VALUES
from tests.language.test_simplify import MODELS, passes

PATH = Path(("a",))
ELEMENTS = (*MEETING_VALUES, 0, 4, "z")
READINGS = [model for model in MODELS if not model.negation_means_none]


def comparisons() -> list[Comparison]:
    plain = [op for op in OPERATORS.values() if op.family in ("equality", "order")]
    found = [Comparison(PATH, operator, value) for operator in plain for value in MEETING_VALUES]
    found += [
        Comparison(PATH, op, value) for op in (CONTAINS, NOT_CONTAINS, LIKE, NOT_LIKE) for value in ("x", "", None)
    ]
    lists = list(combinations((1, 2, "x", "y", "", None, True, MEETING_VALUES[17], MEETING_VALUES[19]), 2))
    return found + [
        Comparison(PATH, operator, values) for operator in MEMBERSHIP for values in [*lists, (1,), (None,), (1, 2, 3)]
    ]


def extent(comparison: Comparison) -> int:
    """Return the cases in which the comparison is true, one bit for each value and interpretation."""
    bits = 0
    for model in READINGS:
        for element in ELEMENTS:
            bits = bits << 1 | passes(element, comparison.operator, comparison.value, model)
    return bits


def test_claims_hold() -> None:
    pool = [(comparison, extent(comparison)) for comparison in comparisons()]
    implied = excluded = 0
    for p, where_p in pool:
        for q, where_q in pool:
            if implies(p, q):
                implied += 1
                assert not where_p & ~where_q, (p, q)
            if excludes(p, q):
                excluded += 1
                assert not where_p & where_q, (p, q)
    assert implied > 1_000
    assert excluded > 1_000
