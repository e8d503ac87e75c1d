"""Template strings of Python 3.14 in `cond`. ``make test-python-3.14`` runs these tests where no such Python is installed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from cwql.errors import CwqlError
from cwql.language.builder import F
from cwql.language.printer import emit
from cwql.language.template import cond

pytestmark = pytest.mark.skipif(sys.version_info < (3, 14), reason="template strings are new in Python 3.14")


def template(source: str, **values: Any) -> Any:
    """Evaluate a template string; its syntax is an error in older versions."""
    return eval(f"t{source!r}", values)


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("status/name = {name}", {"name": "New"}, "status/name = 'New'"),
        ("company/name = {name}", {"name": "O'Brien"}, 'company/name = "O\'Brien"'),
        ("id in {ids}", {"ids": [1, 2]}, "id in (1, 2)"),
        ("closedFlag = {flag} and id > {low}", {"flag": False, "low": 5}, "closedFlag = False and id > 5"),
        ("lastUpdated > {since}", {"since": datetime(2026, 1, 5, tzinfo=UTC)}, "lastUpdated > [2026-01-05T00:00:00Z]"),
        ("{rest} and id = 1", {"rest": F("name") == "x"}, "name = 'x' and id = 1"),
        ("summary contains {word}", {"word": "50% off { }"}, "summary contains '50% off { }'"),
    ],
)
def test_values_become_part_of_the_tree(source: str, values: dict[str, Any], expected: str) -> None:
    built = cond(template(source, **values))
    assert emit(built).lower().replace('"', "'") == expected.lower().replace('"', "'")


@pytest.mark.parametrize(
    "value", ["x' or id > 0 or name = 'x", 'x" or id > 0', "1) or (1 = 1", "] or [", "New and id = 1"]
)
def test_a_value_never_changes_the_structure(value: str) -> None:
    built = cond(template("name = {value} and id = 1", value=value))
    assert built == ((F("name") == value) & (F("id") == 1))


@pytest.mark.parametrize("source", ["name = '{value}'", "na{value} = 1", "name = {value!r}", "id = {value:>5}"])
def test_placeholders_that_would_be_text_are_refused(source: str) -> None:
    with pytest.raises(CwqlError):
        cond(template(source, value="x"))
