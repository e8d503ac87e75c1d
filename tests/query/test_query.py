"""Queries: immutable, refined step by step, and refused if they cannot mean anything."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import cwql
from cwql import ExpressionError, F, Query
from cwql.language.nodes import FieldList, OrderBy, Path
from cwql.manage.fields import Ticket

OPEN = Ticket.closedFlag == False  # noqa: E712
BASE = Query(OPEN, order_by=Ticket.id, page_size=50)


def sent(query: Query) -> dict[str, Any]:
    return cwql.compile(query, endpoint="/service/tickets").params


def test_a_query_is_refined_and_never_changes() -> None:
    narrow = BASE.where(Ticket.id > 5).order_by(Ticket.id.desc(), "summary").fields(Ticket.id, "summary").page_size(10)
    assert sent(narrow) == {
        "conditions": "closedFlag = false and id > 5",
        "orderBy": "id desc, summary asc",
        "fields": "id,summary",
        "pageSize": 10,
    }
    assert sent(BASE) == {"conditions": "closedFlag = false", "orderBy": "id asc", "pageSize": 50}
    assert sent(narrow.fields().order_by().page_size(None)) == {"conditions": "closedFlag = false and id > 5"}
    with pytest.raises(AttributeError, match="immutable"):
        BASE.parts_ = 5


def test_texts_and_trees_are_joined() -> None:
    assert sent(BASE & "id > 5 or id < 3")["conditions"] == "closedFlag = false and (id > 5 or id < 3)"
    assert sent(BASE & "" & " ") == sent(BASE)
    assert sent(Query("id==5").where("summary = 'a'"))["conditions"] == 'id = 5 and summary = "a"'
    custom = Query().custom_field_conditions('caption = "a"').custom_field_conditions("value = 1")
    assert sent(custom) == {"customFieldConditions": 'caption = "a" and value = 1'}
    assert sent(Query().child_conditions("customFields/id = 1"))


def test_two_queries_are_joined_and_the_second_wins() -> None:
    joined = BASE & Query(Ticket.id > 5, page_size=7, fields="id")
    assert sent(joined) == {
        "conditions": "closedFlag = false and id > 5",
        "orderBy": "id asc",
        "fields": "id",
        "pageSize": 7,
    }
    assert BASE & Query() == BASE == Query() & BASE


def test_what_an_automate_query_asks_for() -> None:
    query = Query().expand("Client").fields("Id", "ComputerName").exclude_fields("Location").order_by("Id")
    assert cwql.compile(query, dialect="automate", endpoint="/computers").params == {
        "orderBy": "Id asc",
        "expand": "Client",
        "includeFields": "Id,ComputerName",
        "excludeFields": "Location",
    }
    assert query.expand().fields().exclude_fields().order_by() == Query()


def test_lists_become_trees() -> None:
    query = Query(
        order_by=(Ticket.id.desc(), OrderBy((F("summary").asc(),))), fields=(Path(("id",)), Ticket.board.name)
    )
    assert query.parts["order_by"] == OrderBy((Ticket.id.desc(), Ticket.summary.asc()))
    assert query.parts["fields"] == FieldList((Path(("id",)), Path(("board", "name"))))
    assert Query(order_by=[], fields=()) == Query(order_by="id", fields="id").order_by([]).fields([]) == Query()
    assert Query(order_by="id desc").parts == {"order_by": "id desc"}


def test_queries_can_be_kept_and_compared() -> None:
    query = Query("id = 5", order_by=Ticket.id.desc(), page_size=5)
    assert pickle.loads(pickle.dumps(query)) == copy.deepcopy(query) == query
    assert hash(query) == hash(Query("id = 5", order_by=[Ticket.id.desc()], page_size=5))
    assert query != BASE
    assert repr(Query("id = 5", page_size=5)) == "Query(where='id = 5', page_size=5)"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (lambda: Query(Ticket.id), r"Ticket\.id is not a condition for where: compare it"),  # type: ignore[arg-type]
        (lambda: Query(5), "cannot use 5 as where: expected a text or a condition"),  # type: ignore[arg-type]
        (lambda: Query(child_conditions=["types/id = 1"]), "as child_conditions"),  # type: ignore[arg-type]
        (lambda: Query(order_by=5), r"cannot sort by 5: write Ticket\.id\.asc\(\)"),  # type: ignore[arg-type]
        (lambda: Query(order_by=Ticket.id == 5), "cannot sort by"),  # type: ignore[arg-type]
        (lambda: Query(order_by=["id upwards"]), "write 'id' or 'id desc'"),
        (lambda: Query(fields=[5]), r"cannot select 5: write Ticket\.summary"),  # type: ignore[list-item]
        (lambda: Query(fields=Ticket.id == 5), "cannot select"),  # type: ignore[arg-type]
        (lambda: Query(page_size=0), "page_size is 0: expected an integer of at least 1"),
        (lambda: Query(limit=0), "limit is 0: expected an integer of at least 1"),
        (lambda: Query(page_size=True), "page_size is True"),
        (lambda: Query(page_size="50"), "page_size is '50'"),  # type: ignore[arg-type]
        (lambda: Query("id = 5") and Query("id = 6"), "add conditions with &"),  # type: ignore[unreachable]
        (lambda: BASE & 5, "cannot use 5 as where"),  # type: ignore[operator]
    ],
)
def test_what_can_mean_nothing_is_refused_at_once(line: Callable[[], object], says: str) -> None:
    with pytest.raises(ExpressionError, match=says):
        line()


def test_references_and_collections_are_selected_although_they_cannot_be_sorted_by() -> None:
    assert sent(Query(fields=[Ticket.board, Ticket.customFields, Ticket.board.name]))["fields"] == (
        "board,customFields,board/name"
    )
