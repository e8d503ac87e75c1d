"""Bodies, forms and options that are refused before anything is sent."""

from __future__ import annotations

import errno
import json
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from cwql import manage
from cwql.client.batch import batch
from cwql.client.errors import APIError, LocalFileError, RequestBodyError
from cwql.client.http_types import Headers
from cwql.client.options import read_options
from cwql.client.parsing import read_record
from cwql.client.request_body import check_body, encode_body, plain
from cwql.client.streamed_body import FileSink, Multipart
from cwql.manage.models import Ticket
from cwql.schema.catalog import catalog

from .server import Says, serve


class Level(Enum):
    HIGH = "High"


class Word(str, Enum):  # noqa: UP042 - many programs have such enums
    HIGH = "High"


def encode(body: Any, operation: str = "postServiceTickets", check: bool = True) -> Any:
    found = catalog("manage").operation(operation)
    return json.loads(encode_body("manage", found.body, body, "POST /x", check))


def test_values_are_said_as_json_can() -> None:
    moment = datetime(2024, 1, 31, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    assert plain({"a": moment, "b": date(2024, 1, 31), "c": Decimal("1.5"), "d": Decimal(2), "e": Level.HIGH}) == {
        "a": "2024-01-31T09:00:00Z",
        "b": "2024-01-31",
        "c": 1.5,
        "d": 2,
        "e": "High",
    }
    assert plain([UUID(int=1), b"ab", (1, 2)]) == ["00000000-0000-0000-0000-000000000001", "YWI=", [1, 2]]
    assert plain(datetime(2024, 1, 1, microsecond=5000, tzinfo=UTC), "automate") == "2024-01-01T00:00:00.005Z"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), datetime(2024, 1, 1), object(), 1j])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        plain({"a": value})
    with pytest.raises(RequestBodyError):
        encode({"summary": value, "company": {"id": 1}})


def test_nesting_without_end_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["a"] = loop
    with pytest.raises(RequestBodyError, match="levels"):
        encode(loop)


def test_a_record_that_was_read_can_be_written_as_it_came() -> None:
    body = {"id": 1, "summary": "a", "company": {"id": 4, "_info": {"x": "y"}}, "_info": {"z": "1"}, "extra": [1]}
    record, _ = read_record("manage", "Ticket", json.dumps(body).encode())
    assert encode(record) == body
    odd, _ = read_record("manage", "Ticket", b'{"id": 1, "summary": 5, "company": {"id": 4}}', keep=True)
    with pytest.raises(RequestBodyError, match="summary: expected text"):
        encode(odd)
    assert encode(odd, check=False)["summary"] == 5
    assert encode(Ticket(summary="a", company={"id": 4})) == {"summary": "a", "company": {"id": 4}}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"sumary": "x", "company": {"id": 1}}, "sumary: expected summary"),
        ({"summary": "x", "company": {"id": 1 << 31}}, "company/id: expected an integer of 32 bits"),
        ({"summary": "x", "company": {"id": True}}, "company/id: expected an integer"),
        ({"summary": "x", "company": {"id": 1}, "customFields": {"id": 1}}, "customFields: expected a list"),
        ({"summary": "x", "company": {"id": 1}, "mobileGuid": "no"}, "mobileGuid: expected a UUID"),
        ({"summary": "x", "company": {"id": 1}, "requiredDate": "soon"}, "requiredDate: expected a time"),
        ([1], "expected an object"),
    ],
)
def test_faults_name_the_member(body: Any, said: str) -> None:
    with pytest.raises(RequestBodyError) as caught:
        encode(body)
    assert said in str(caught.value)


DATE, NUMBER, FLAG = "a date, like 2024-01-31", "a number", "true or false"


@pytest.mark.parametrize(
    ("product", "place", "value", "problem"),
    [
        ("manage", "RmaTag/shippingDate", "2024-01-31", ""),
        ("manage", "RmaTag/shippingDate", "2024-01-31T00:00:00Z", ""),
        ("manage", "RmaTag/shippingDate", 20240131, f"expected {DATE}, got 20240131"),
        ("manage", "RmaTag/shippingDate", "31.1.2024", f"expected {DATE}, got '31.1.2024'"),
        ("manage", "RmaTag/shippingDate", [], f"expected {DATE}, got a list"),
        ("manage", "Company/annualRevenue", 1.5, ""),
        ("manage", "Company/annualRevenue", 2, ""),
        ("manage", "Company/annualRevenue", True, f"expected {NUMBER}, got true"),
        ("manage", "Company/annualRevenue", "1.5", f"expected {NUMBER}, got '1.5'"),
        ("manage", "Company/annualRevenue", {}, f"expected {NUMBER}, got an object"),
        ("manage", "Ticket/closedFlag", False, ""),
        ("manage", "Ticket/closedFlag", 0, f"expected {FLAG}, got 0"),
        ("manage", "Ticket/duration", True, "expected an integer, got true"),
        ("manage", "Ticket/duration", -(1 << 31) - 1, "expected an integer of 32 bits, got -2147483649"),
        ("manage", "Ticket/summary", "a" * 100, ""),
        ("manage", "Ticket/summary", "a" * 101, "expected at most 100 characters, got a text of 101 characters"),
        ("manage", "Ticket/impact", "Lo", "expected 'Low' or another of Low, Medium, High, got 'Lo'"),
        ("manage", "Ticket/impact", 1, "expected one of Low, Medium, High, got 1"),
        ("automate", "RemoteAgentTemplate/TrayIcon", "AAEC", ""),
        ("automate", "RemoteAgentTemplate/TrayIcon", 5, "expected bytes, got 5"),
    ],
)
def test_scalar_is_checked_by_the_kind_of_its_field(product: str, place: str, value: object, problem: str) -> None:
    record, _, member = place.partition("/")
    field = catalog(product).record(record).find(member)
    assert field is not None
    assert (
        ", ".join([f"expected {fault.expected}, got {fault.got}" for fault in check_body(product, field, value)])
        == problem
    )


def test_a_form_is_the_same_for_every_attempt(tmp_path: Path) -> None:
    path = tmp_path / 'a "b".txt'
    path.write_bytes(b"content")
    handle = BytesIO(b"xxcontent")
    handle.seek(2)
    for file in (path, b"content", handle):
        form = Multipart({"title": "T", "flag": True, "none": None}, ('a "b".txt', file))
        first, second = b"".join(form.chunks()), b"".join(form.chunks())
        assert first == second
        assert len(first) == form.length()
        assert first.count(b"content\r\n") == 1
        assert b'filename="a %22b%22.txt"' in first
        assert b"true" in first
        assert b"none" not in first
    with pytest.raises(APIError, match="upload"):
        Multipart({}, 5)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pdf"
    with pytest.raises(LocalFileError) as caught:
        Multipart({}, missing)
    assert str(caught.value) == f"{missing}: No such file or directory"
    assert isinstance(caught.value, OSError)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, str(missing))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(LocalFileError):
        Multipart({}, tmp_path)
    target = tmp_path / "no" / "file"
    with pytest.raises(LocalFileError) as refused:
        FileSink(target).begin(200, Headers())
    assert str(refused.value) == f"{target}: No such file or directory"


def test_a_missing_file_stands_beside_its_item(tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_bytes(b"x")
    sizes = batch(["there.txt", "missing.txt"], lambda name: Multipart({}, tmp_path / name).length())
    assert [outcome.ok for outcome in sizes] == [True, False]
    assert isinstance(sizes[1].error, LocalFileError)


def test_a_download_that_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    sink = FileSink(target)
    sink.begin(200, Headers())
    sink.write(b"ne")
    sink.begin(200, Headers())
    sink.write(b"new")
    assert target.read_bytes() == b"old"
    sink.finish()
    assert target.read_bytes() == b"new"
    again = FileSink(target)
    again.begin(200, Headers())
    again.write(b"half")
    again.abandon()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    buffer = BytesIO()
    memory = FileSink(buffer)
    memory.begin(200, Headers())
    memory.write(b"first")
    memory.begin(200, Headers())
    memory.write(b"2nd")
    memory.finish()
    assert buffer.getvalue() == b"2nd"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"limit": 0}, ValueError, "limit is a number from 1"),
        ({"limit": "3"}, ValueError, "limit is a number from 1"),
        ({"page_size": 0}, ValueError, "page_size is a number from 1 to 1000"),
        ({"page_size": 5000}, ValueError, "page_size is a number from 1 to 1000"),
        ({"parallel": True}, ValueError, "parallel is a number from 1"),
        ({"pagination": "backwards"}, ValueError, "pagination is auto, keyset, forward-only, page-number"),
        ({"timeout": 0}, ValueError, "timeout is in seconds, above 0"),
        ({"timeout": "5"}, TypeError, "timeout is a number of seconds or an httpx.Timeout"),
        ({"retry": 3}, TypeError, "for a number of retries write max_retries=3"),
        ({"max_retries": -1}, ValueError, "max_retries is a number from 0"),
        ({"on_progress": 5}, TypeError, "on_progress is a function"),
        ({"on_invalid": "of"}, ValueError, "on_invalid is one of raise, warn, ignore"),
        ({"on_mismatch": "drop"}, ValueError, "on_mismatch is one of null, keep, raise"),
        ({"params": "x=1"}, TypeError, "params is a mapping of query parameters"),
        ({"params": {"conditions": "id = 1"}}, TypeError, "use where="),
        ({"params": {"pageSize": 1}}, TypeError, "use page_size="),
        ({"headers": {"Authorization": "x"}}, ValueError, "cannot be given in headers="),
        ({"headers": {"x": "a\r\nb"}}, ValueError, "control character"),
        ({"limt": 3}, TypeError, "did you mean limit"),
        ({"conditions": "id = 1"}, TypeError, "write where="),
        ({"childConditions": "id = 1"}, TypeError, "write child_conditions="),
        ({"orderBy": "id"}, TypeError, "write order_by="),
        ({"page": 2}, TypeError, "use pages\\(\\) or limit="),
        ({"pageSize": 2}, TypeError, "write page_size="),
        ({"sort": "id"}, TypeError, "write order_by="),
        ({"concurrency": 4}, TypeError, "write parallel="),
        ({"validate": False}, TypeError, "write on_invalid="),
        ({"retry_unsafe": True}, TypeError, "retry_non_idempotent=True"),
        ({"includeNotes": True}, TypeError, r"params=\{'includeNotes'"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_options("manage", "list", options)


@pytest.mark.parametrize(
    ("product", "verb", "name"),
    [
        ("manage", "count", "limit"),
        ("manage", "call", "parallel"),
        ("manage", "call", "file"),
        ("manage", "first", "limit"),
        ("manage", "list", "expand"),
        ("automate", "list", "child_conditions"),
        ("automate", "list", "custom_field_conditions"),
    ],
)
def test_options_that_a_verb_does_not_have_are_refused(product: str, verb: str, name: str) -> None:
    with pytest.raises(TypeError, match=f"unknown argument '{name}'"):
        read_options(product, verb, {name: 1})


def test_further_query_parameters_are_sent_as_they_are() -> None:
    given = {"includeNotes": True, "ids_of": [1, 2], "level": Level.HIGH, "text": "a,b", "bytes": b"ab"}
    found = read_options("manage", "list", {"params": {**given, "day": date(2024, 1, 31), "word": Word.HIGH}})
    assert found.params == (
        ("includeNotes", "true"),
        ("ids_of", "1,2"),
        ("level", "High"),
        ("text", "a,b"),
        ("bytes", "YWI="),
        ("day", "2024-01-31"),
        ("word", "High"),
    )


def test_members_of_a_body_are_no_arguments() -> None:
    with pytest.raises(TypeError, match=r"members of a body go into one mapping, \{'summary': ...\}"):
        read_options("manage", "upload", {"summary": "x"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("\ud800", r"the lone surrogate U\+D800", id="text"),
        pytest.param({"a\udfff": 1}, r"U\+DFFF", id="name"),
        pytest.param([10**5000], "thousands of digits", id="number"),
    ],
)
def test_value_that_json_cannot_contain_is_refused_before_anything_is_sent(value: object, message: str) -> None:
    with serve(lambda _: Says({})) as server:
        psa = manage.Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url)
        with psa:
            calls: list[Callable[[], object]] = [
                lambda: psa.service.tickets.create({"summary": value}, on_invalid="ignore"),
                lambda: psa.service.tickets.patch(5, {"summary": value}, on_invalid="ignore"),
                lambda: psa.request("POST", "/service/tickets", json={"summary": value}),
            ]
            for call in calls:
                with pytest.raises(ValueError, match=message) as caught:
                    call()
                assert not isinstance(caught.value, UnicodeError)
        assert server.seen == []


def test_parameters_and_paths_that_cannot_be_sent_are_refused() -> None:
    with serve(lambda _: Says({})) as server:
        psa = manage.Client(company_id="acme", public_key="pub", private_key="priv", client_id="cid", site=server.url)
        with psa:
            refused: tuple[dict[str, str | list[str]], ...] = ({"a": "\ud800"}, {"a": ["b", "\ud800"]})
            for params in refused:
                with pytest.raises(
                    ValueError, match=r"expected the text of a parameter, got the lone surrogate U\+D800"
                ):
                    psa.request("GET", "/service/tickets", params=params)
            with pytest.raises(RequestBodyError, match="expected the members of a record"):
                psa.service.tickets.upsert({"summary": float("nan")}, by="summary")
            with pytest.raises(TypeError, match="expected a path or a URL, got int"):
                psa.request("GET", cast("Any", 5))
        assert server.seen == []
