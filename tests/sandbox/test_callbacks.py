"""Callbacks are sent for the changes that they are about, signed with a key that can be fetched, to this machine only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from cwql.sandbox import Sandbox
from cwql.sandbox.callbacks import find_callbacks
from cwql.sandbox.messages import RecordEvent
from cwql.sandbox.store.store import Store
from tests.sandbox.api_client import ApiClient


class Receiver(HTTPServer):
    """Collect the requests: (path, headers, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Collector)
        self.calls: list[tuple[str, dict[str, str], bytes]] = []


class Collector(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert isinstance(self.server, Receiver)
        self.server.calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_changes_are_delivered(receiver: Receiver) -> None:
    with Sandbox() as sandbox, ApiClient(sandbox) as api:
        url = f"http://127.0.0.1:{receiver.server_port}/hook?id="
        body = {"url": url, "objectId": 0, "type": "ticket", "level": "owner", "description": "Ticket updates webhook"}
        assert api.manage("POST", "/system/callbacks", json=body).status_code == 201
        ticket = api.manage("POST", "/service/tickets", json={"summary": "x", "company": {"id": 2}}).json()
        sandbox.wait()
        path = f"/service/tickets/{ticket['id']}"
        api.manage("PATCH", path, json=[{"op": "replace", "path": "summary", "value": "y"}])
        sandbox.wait()
        api.manage("DELETE", path)
        api.manage("PATCH", "/company/companies/1", json=[{"op": "replace", "path": "city", "value": "y"}])
        sandbox.wait()
        bodies = [json.loads(call[2]) for call in receiver.calls]
        assert [(b["Action"], b["ID"], b["Type"]) for b in bodies] == [
            (action, ticket["id"], "ticket") for action in ("added", "updated", "deleted")
        ]
        assert json.loads(bodies[1]["Entity"])["summary"] == "y"
        key = httpx.get(bodies[0]["Metadata"]["key_url"]).json()["signing_key"]
    for path, headers, raw in receiver.calls:
        assert path == f"/hook?id={ticket['id']}&action={json.loads(raw)['Action']}"
        digest = hmac.new(hashlib.sha256(key.encode()).digest(), raw, hashlib.sha256).digest()
        assert headers["x-content-signature"] == base64.b64encode(digest).decode()
    assert [status for _, status in sandbox.deliveries] == [204, 204, 204]


def test_callbacks_are_sent_to_loopback_only() -> None:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        for url in (
            "https://example.com/hook",
            "http://192.0.2.1/hook",
            "file:///etc/passwd",
            "http://127.0.0.1:1/closed",
        ):
            body = {"url": url, "objectId": 0, "type": "company", "level": "owner"}
            assert api.manage("POST", "/system/callbacks", json=body).status_code == 201
        api.manage("PATCH", "/company/companies/1", json=[{"op": "replace", "path": "city", "value": "y"}])
        sandbox.wait()
        assert [status for _, status in sandbox.deliveries] == [None] * 4
    sandbox.close()


EVENT = {"id": 7, "board": {"id": 2}, "company": {"id": 3}, "status": {"id": 5}, "types": [{"id": 4}], "owner": "x"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"type": "ticket", "level": "owner", "objectId": 0}, True),
        ({"type": "Ticket", "level": "Owner", "objectId": 99}, True),
        ({"type": "ticket", "level": "board", "objectId": 2}, True),
        ({"type": "ticket", "level": "Board", "objectId": 3}, False),
        ({"type": "ticket", "level": "company", "objectId": 3}, True),
        ({"type": "ticket", "level": "ticket", "objectId": 7}, True),
        ({"type": "ticket", "level": "ticket", "objectId": 8}, False),
        ({"type": "ticket", "level": "status", "objectId": 1}, False),
        ({"type": "ticket", "level": "ticket", "objectId": 0}, True),
        ({"type": "ticket", "level": "type", "objectId": 4}, True),
        ({"type": "ticket", "level": "statusId", "objectId": 5}, True),
        ({"type": "ticket", "level": "owner", "objectId": 0, "inactiveFlag": True}, False),
        ({"type": "company", "level": "owner", "objectId": 0}, False),
        ({"type": "time", "level": "owner", "objectId": 0}, False),
    ],
)
def test_level_selects_the_records_of_a_callback(entry: dict[str, object], expected: bool) -> None:
    store = Store()
    store.add("manage", "CallbackEntry", [{"url": "http://127.0.0.1/", **entry}])
    event = RecordEvent("manage", "Ticket", 7, "updated", json.dumps(EVENT))
    assert bool(list(find_callbacks(store, event, "http://127.0.0.1", "acme"))) is expected
    assert list(find_callbacks(store, replace(event, product="automate"), "http://127.0.0.1", "acme")) == []
    store.close()


def test_time_entries_have_a_callback_type_of_their_own() -> None:
    store = Store()
    store.add(
        "manage", "CallbackEntry", [{"url": "http://127.0.0.1/", "type": "time", "level": "owner", "objectId": 0}]
    )
    event = RecordEvent("manage", "TimeEntry", 1, "added", "")
    ((url, body),) = find_callbacks(store, event, "http://127.0.0.1:5", "acme")
    assert url == "http://127.0.0.1/1&action=added"
    assert {name: json.loads(body)[name] for name in ("Type", "Action", "ID", "CompanyId")} == {
        "Type": "time",
        "Action": "added",
        "ID": 1,
        "CompanyId": "acme",
    }
    store.close()


def test_callbacks_for_one_object(receiver: Receiver) -> None:
    sandbox = Sandbox()
    with ApiClient(sandbox) as api:
        body = {
            "url": f"http://localhost:{receiver.server_port}/",
            "objectId": 2,
            "type": "company",
            "level": "company",
        }
        api.manage("POST", "/system/callbacks", json=body)
        for key in (1, 2):
            api.manage("PATCH", f"/company/companies/{key}", json=[{"op": "replace", "path": "city", "value": "y"}])
        sandbox.wait()
    assert [json.loads(call[2])["ID"] for call in receiver.calls] == [2]
    sandbox.close()
