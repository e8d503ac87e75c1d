"""Pickles that were stored before still load: conditions, queries, diagnostics and errors, as the page on stability promises.

A change that breaks one needs to read the old form too. `python -m tests.api.test_stored_pickles` adds the pickles of new examples
and leaves the stored ones as they are.
"""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cwql
from cwql import F, Query
from cwql.automate.fields import Computer
from cwql.client.error_body import Refusal
from cwql.manage.fields import Ticket

# cwql: ignore-file[CW107, CW112, CW120, CW203]  the mistakes are meant
STORED = Path(__file__).with_name("pickles.json")


def _refusal() -> cwql.ConditionError:
    with pytest.raises(cwql.ConditionError) as caught:
        cwql.parse("sumary = 'x' and id ==")
    return caught.value


EXAMPLES: dict[str, Callable[[], Any]] = {
    "condition of typed fields": lambda: (Ticket.priority.id <= 2) & ~Ticket.status.name.in_(["New", "Closed"]),
    "condition of Automate": lambda: Computer.Client.Name == "O'Brien",
    "condition of plain fields": lambda: (F("a/b") == None) | F("c").contains("50%"),  # noqa: E711
    "condition of a text": lambda: cwql.parse("lastUpdated > [2026-01-31T00:00:00Z] and not (a = 1.50 or b in (1, 2))"),
    "sort order": Ticket.id.desc,
    "query": lambda: Query(Ticket.id > 5, order_by=Ticket.id.desc(), fields=[Ticket.id, Ticket.summary]),
    "diagnostics": lambda: cwql.check("sumary = 'x' and id == 5", endpoint="/service/tickets"),
    "refused condition": _refusal,
    "response with status 404": lambda: cwql.NotFoundError(Refusal(404, "NotFound", "no such ticket")),
    "rules": lambda: cwql.RuleConfig(severity={"CW112": "off"}),
}


def _stored() -> dict[str, str]:
    found: dict[str, str] = json.loads(STORED.read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_stored_pickle_loads_as_the_same_value(name: str) -> None:
    loaded, expected = pickle.loads(base64.b64decode(_stored()[name])), EXAMPLES[name]()
    assert type(loaded) is type(expected)
    if isinstance(expected, Exception):
        assert str(loaded) == str(expected)
        assert vars(loaded).keys() == vars(expected).keys()
    else:
        assert loaded == expected


def test_every_stored_pickle_has_an_example() -> None:
    assert _stored().keys() == EXAMPLES.keys()


if __name__ == "__main__":
    known = _stored() if STORED.exists() else {}
    for name, make in EXAMPLES.items():
        known.setdefault(name, base64.b64encode(pickle.dumps(make(), 4)).decode())
    STORED.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
