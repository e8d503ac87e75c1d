"""First guesses of somebody who knows httpx, openai, stripe, SQLAlchemy or ruff, one a line, as they were first typed.

A line ends with ``# CHECKERS | -`` if it works, or ``# CHECKERS | EXCEPTION: part of its message``, which names the right form: see
`planted.py`. Every line is run by itself below the names. Checked by tests/api/test_planted.py.
"""
# ruff: noqa: B015, B018, B905, E402, E711, E712, F401, I001, PLR2004, S101, SIM201
# fmt: off

from datetime import UTC, datetime
from typing import Any

import cwql
import cwql.automate
import cwql.manage
from cwql import F, Query
from cwql.automate.fields import Computer
from cwql.manage.fields import Company, Contact, Ticket
from cwql.sandbox import Sandbox

box = Sandbox(seed=1)
psa = box.manage()
rmm = box.automate()
tickets = psa.service.tickets
KEYS: dict[str, Any] = {"company_id": "a", "public_key": "b", "private_key": "c", "client_id": "d", "site": "na"}

# --- planted

# httpx
assert psa.request("GET", "/service/tickets/1").status_code == 200  # none | -
assert psa.request("GET", "/service/tickets/1").raise_for_status().json()["id"] == 1  # none | -
assert psa.request("GET", "/service/tickets", params={"pageSize": 2}).headers["Content-Type"]  # none | -
assert psa.request("GET", "/service/tickets/1").elapsed.total_seconds() >= 0  # none | -
assert "summary" in psa.request("GET", "/service/tickets/1").text  # none | -
assert psa.request("GET", "/service/tickets/1").is_success  # none | -
psa.get("/service/tickets/1")  # both | AttributeError: request
psa.post("/service/tickets", json={})  # both | AttributeError: request
psa.request("GET", "/service/tickets", json={}, cookies={"a": "b"})  # both | TypeError: cookies
cwql.manage.Client(auth=("a", "b"))  # both | TypeError: public_key
cwql.HTTPStatusError  # both | AttributeError: APIStatusError
cwql.TimeoutException  # both | AttributeError: APITimeoutError

# openai
assert psa.with_options(timeout=5).service.tickets.get(1).id == 1  # none | -
tickets.retrieve(1)  # both | AttributeError: get
tickets.list(limit=2).data  # both | AttributeError: all
tickets.with_raw_response.get(1)  # both | AttributeError: request
assert tickets.get(1).model_dump()["id"] == 1  # none | -
tickets.get(1, extra_headers={"X-A": "b"})  # both | TypeError: headers
tickets.get(1, extra_query={"a": "b"})  # both | TypeError: params
cwql.manage.Client(api_key="x")  # both | TypeError: public_key
cwql.InternalServerError  # both | AttributeError: ServerError
cwql.UnprocessableEntityError  # both | AttributeError: BadRequestError
psa.copy(max_retries=1)  # both | AttributeError: with_options
assert tickets.create({"summary": "x", "company": {"id": 2}}).summary == "x"  # none | -

# stripe
tickets.modify(1, {"summary": "x"})  # both | AttributeError: patch
tickets.list(limit=2).auto_paging_iter()  # both | AttributeError: iterate
tickets.list(expand=["company"])  # both | TypeError: expand
tickets.list(starting_after=5)  # both | TypeError: cursor
tickets.search("vpn")  # both | AttributeError: list
tickets.get(1)["summary"]  # both | TypeError: summary
tickets.get(1).save()  # both | AttributeError: patch
tickets.get(1).refresh()  # both | AttributeError: get

# SQLAlchemy
Ticket.summary.ilike("%vpn%")  # both | AttributeError: like
Ticket.id.notin_([1, 2])  # both | AttributeError: not_in
Ticket.id.is_not(None)  # both | AttributeError: is_not_null
assert str(Ticket.summary.is_(None)) == "summary = null"  # none | -
cwql.and_(Ticket.id > 1, Ticket.id < 5)  # both | AttributeError: all_of
cwql.or_(Ticket.id > 1, Ticket.id < 5)  # both | AttributeError: any_of
cwql.not_(Ticket.id == 1)  # both | AttributeError: ~
cwql.desc(Ticket.id)  # both | AttributeError: desc()
tickets.list(limit=2).filter(Ticket.id == 1)  # both | AttributeError: list(
tickets.list(Ticket.id == 1, Ticket.id < 5)  # both | TypeError: &
tickets.where(Ticket.id == 1)  # both | AttributeError: list
cwql.select(Ticket)  # both | AttributeError: Query
Query(Ticket.id == 1).filter(Ticket.id < 3)  # both | AttributeError: where
assert tickets.all(Query(Ticket.id < 9).order_by(Ticket.id.desc()).limit(2))  # none | -
-Ticket.id  # both | TypeError: desc()
tickets.list(order_by="-id")  # none | ConditionError: id desc
assert tickets.first(order_by=Ticket.id)  # none | -
tickets.one(Ticket.id == 1)  # both | AttributeError: first
tickets.exists(Ticket.id == 1)  # both | AttributeError: count
tickets[1]  # both | TypeError: get(1)
len(tickets)  # both | TypeError: count()
list(tickets)  # both | TypeError: list()

# ruff
cwql.check("idd = 1", endpoint="/service/tickets", select=["CW203"])  # both | TypeError: rules
cwql.lint("x = 1")  # both | AttributeError: lint_text
assert cwql.fix("id == 1", endpoint="/service/tickets").text == "id = 1"  # none | -
cwql.fix("id == 1").fixed  # both | AttributeError: text
assert cwql.check("idd = 1", endpoint="/service/tickets")[0].code == "CW203"  # none | -
cwql.check("idd = 1", endpoint="/service/tickets")[0].rule  # both | AttributeError: code
