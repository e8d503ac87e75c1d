"""First guesses of somebody who knows httpx, openai, stripe, SQLAlchemy or ruff, one a line, as they were first typed.

A line ends with ``# CHECKERS | -`` if it works, or ``# CHECKERS | EXCEPTION: part of its message``, which names the right form: see
`planted.py`. Every line is run by itself below the names. Checked by tests/api/test_planted.py.
"""
# ruff: noqa: E712, B018, F401
# fmt: off

from datetime import UTC, datetime
from typing import Any

import cwql
import cwql.automate
import cwql.manage
import cwql.tables
from cwql import F, Query
from cwql.automate.fields import Computer
from cwql.manage.fields import Company, Contact, Ticket
from cwql.sandbox import Sandbox
from cwql.webhooks import CallbackReceiver

box = Sandbox(seed=1)
psa = box.manage()
rmm = box.automate()
tickets = psa.service.tickets
KEYS: dict[str, Any] = {"company_id": "a", "public_key": "b", "private_key": "c", "client_id": "d", "site": "na"}

# --- planted

# httpx
assert psa.request("GET", "/service/tickets/1").status_code == 200  # none | -
assert psa.request("GET", "/service/tickets/1").raise_for_status().json()["id"] == 1  # both | AttributeError: calls raise APIStatusError
assert psa.request("GET", "/service/tickets", params={"pageSize": 2}).headers["Content-Type"]  # none | -
assert "summary" in psa.request("GET", "/service/tickets/1").text  # none | -
assert psa.request("GET", "/service/tickets/1").is_success  # both | AttributeError: calls raise APIStatusError
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
tickets.list(limit=2).auto_paging_iter()  # both | AttributeError: write a loop over the iterator
tickets.list(expand=["company"])  # both | TypeError: expand
tickets.list(starting_after=5)  # both | TypeError: cursor
tickets.search("vpn")  # both | AttributeError: list
tickets.get(1)["summary"]  # both | TypeError: summary
tickets.get(1).save()  # both | AttributeError: patch
tickets.get(1).refresh()  # both | AttributeError: get

# SQLAlchemy
Ticket.summary.ilike("%vpn%")  # both | AttributeError: write like(
Ticket.id.notin_([1, 2])  # both | AttributeError: not_in
Ticket.id.is_not(None)  # both | AttributeError: write !=
assert str(Ticket.summary.is_(None)) == "summary = null"  # none | -
cwql.and_(Ticket.id > 1, Ticket.id < 5)  # both | AttributeError: all_of
cwql.or_(Ticket.id > 1, Ticket.id < 5)  # both | AttributeError: any_of
cwql.not_(Ticket.id == 1)  # both | AttributeError: ~
cwql.desc(Ticket.id)  # both | AttributeError: desc()
tickets.list(limit=2).filter(Ticket.id == 1)  # both | AttributeError: list(
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
assert cwql.fix("id == 1", endpoint="/service/tickets").text == "id = 1"  # none | -
cwql.fix("id == 1").fixed  # both | AttributeError: text
assert cwql.check("idd = 1", endpoint="/service/tickets")[0].code == "CW203"  # none | -
cwql.check("idd = 1", endpoint="/service/tickets")[0].rule  # both | AttributeError: code

assert psa.request("GET", "/service/tickets/1").elapsed.total_seconds() > 0  # none | -
tickets.list(Ticket.id == 1, Ticket.id < 5)  # both | TypeError: cwql.all_of(a, b)
cwql.check("idd = 1", endpoint="/service/tickets", select=["CW203"])  # both | TypeError: write rules=

# Twelve programs: connect, list, filter, change, errors, pages, check a text, tasks, Automate, retries, tests, command line.
cwql.manage.Client(**KEYS, max_retries=3).close()  # none | -
cwql.manage.Client.from_env(environ={})  # none | ConfigError: CONNECTWISE_COMPANY_ID
cwql.manage.Client(**KEYS, timeout=None)  # both | TypeError: always a timeout
tickets.list(conditions="closedFlag = false", orderBy="id desc")  # both | TypeError: write where=
tickets.list(sort="id")  # both | TypeError: write order_by=
Ticket.closed_flag == False  # both | AttributeError: closedFlag
Ticket.status.name.in_("New", "Open")  # both | ExpressionError: in_(['New', ...])
Ticket.summary.icontains("x")  # both | AttributeError: write contains()
assert str((Ticket.id > 5) & ~Ticket.closedFlag) == "id > 5 and closedFlag = false"  # none | -
use = tickets.list(Ticket.board == 5)  # both | ExpressionError: compare Ticket.board.id
Ticket.dateEntered > datetime(2026, 1, 1)  # none | LiteralError: give it one
tickets.update(1, summary="x")  # both | AttributeError: did you mean 'patch'
tickets.patch(1, summary="y")  # both | TypeError: patch(5, {'summary': ...})
tickets.patch(id=1, changes={"summary": "x"})  # both | TypeError: by position
assert tickets.patch(1, {"summary": "x"}).summary == "x"  # none | -
tickets.get(999_999)  # none | NotFoundError: 404
assert next(tickets.pages(page_size=5)).total  # none | -
next(tickets.pages()).records  # both | AttributeError: write the page itself
tickets.list(concurrency=4)  # both | TypeError: write parallel=
tickets.list(limit=0)  # none | ValueError: a number from 1
cwql.check("id = 1", "/service/tickets")  # both | TypeError: positional
assert cwql.check("idd = 1", endpoint="/service/tickets")[0].to_dict("idd = 1")["line"] == 1  # none | -
cwql.check("idd = 1", endpoint="/service/tickets")[0].line  # both | AttributeError: location(text).line
assert cwql.check("idd = 1", endpoint="/service/tickets", rules={"CW203": "off"}) == []  # none | -
cwql.manage.AsyncClient(**KEYS).close  # both | AttributeError: await client.aclose()
"x" in psa.reference.boards  # none | TypeError: id_of(name)
assert rmm.computers.all("Status = 'Offline'", fields=["Id"]) is not None  # none | -
rmm.computers.list(condition="Status = 'Offline'")  # both | TypeError: write where=
assert rmm.run_script(computer_id=5, script_id=1)  # none | -
cwql.RetryPolicy(max_retries=3)  # none | -
cwql.manage.Client(**KEYS, retry=3)  # both | TypeError: max_retries=3
cwql.manage.Client(**KEYS, rate_limit=1000)  # both | TypeError: requests_per_minute
cwql.RateLimiter(60)  # both | TypeError: positional
Sandbox().client()  # both | AttributeError: manage
assert box.requests is not None  # none | -

# A second round: httpx and requests, openai, stripe, SQLAlchemy, pyconnectwise, pytest-httpx and respx, polars and DuckDB.
assert psa.request("GET", "service/tickets/1").status_code == 200  # none | -
psa.request("GET", "/service/tickets/1").ok  # both | AttributeError: APIStatusError
cwql.manage.Client(**KEYS, proxy="http://127.0.0.1:9")  # both | TypeError: http_client
psa.headers["X-A"] = "b"  # both | AttributeError: headers=
cwql.exceptions.NotFoundError  # both | AttributeError: APIError
tickets.list(limit=2).get_next_page()  # both | AttributeError: pages()
tickets.get(1).dict()  # both | DeprecationWarning: model_dump
tickets.create([{"summary": "x"}, {"summary": "y"}])  # both | RequestBodyError: run_concurrently
tickets.get([1, 2])  # both | TypeError: in_(
Query(Ticket.id > 1).offset(10)  # both | AttributeError: pages(
Ticket.dateEntered > "2026-01-01"  # both | ExpressionError: datetime
tickets.get(1).closed_flag  # both | AttributeError: closedFlag
tickets.get(1).custom_fields["Root Caus"]  # none | UnknownCaptionError: did you mean 'Root Cause'
tickets.get(params={"conditions": "id = 1"})  # both | TypeError: list
box.get_requests()  # both | AttributeError: requests
box.add("/service/tickets", {"summary": "x"})  # both | TypeError: **
cwql.Webhook  # both | AttributeError: CallbackReceiver
CallbackReceiver(company_id="a", site="na").verify(b"{}", {})  # both | AttributeError: verify_signature
tickets.to_pandas()  # both | AttributeError: to_scan
cwql.tables.connect(manage=psa).execute("select 1")  # both | AttributeError: sql(

# The last line, because every request fails after it.
box.faults.add(500)  # none | -
