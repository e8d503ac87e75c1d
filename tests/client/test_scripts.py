"""Running scripts by either contract, and batches of them; signing in and callbacks against the sandbox."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cwql import automate, manage
from cwql.client.drivers import SystemClock
from cwql.client.errors import (
    APIError,
    APITimeoutError,
    DuplicateCallbackError,
    PermissionDeniedError,
    ScriptNotStartedError,
    SignatureVerificationError,
)
from cwql.client.http_types import Request, Response
from cwql.sandbox import Sandbox


class Server:
    """An Automate server of one contract that runs scripts, except on computer 13."""

    def __init__(self, contract: str) -> None:
        self.contract = contract
        self.ran: list[tuple[str, Any]] = []
        self.lock = threading.Lock()

    def send(self, request: Request) -> Response:
        path = request.url.partition("/cwa/api/v1")[2]
        body: Any = json.loads(request.body) if isinstance(request.body, bytes) and request.body else None
        with self.lock:
            if path in ("/APICredentials", "/APIToken"):
                known = path == ("/APIToken" if self.contract == "observed" else "/APICredentials")
                return Response(200, content=b'{"AccessToken": "t", "ExpiresIn": 3600}') if known else Response(404)
            if path.endswith("/ScriptHistory"):
                return Response(403) if "/66/" in path else Response(200, content=b"[]")
            self.ran.append((path, body))
        if path == "/Batch/ScriptExecute":
            (computer,) = body["EntityIds"]
            result = {"EntityId": computer, "ResultDetails": {"Message": "agent is offline"}}
            answer = {"ScriptResults": [result], "ContainsUnsuccessfulResults": computer == 13}
            return Response(200, content=json.dumps(answer).encode())
        if "/13/" in path:
            return Response(409, content=b'{"error": {"code": "Conflict", "message": "agent is offline"}}')
        return Response(200, content=b'{"started": true}')

    def close(self) -> None:
        pass


class AsyncServer(Server):
    async def send(self, request: Request) -> Response:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        await asyncio.sleep(0)
        return super().send(request)


def client(server: Server, **options: Any) -> automate.Client:
    return automate.Client(server="automate.example.com", username="jdoe", password="pw", http_client=server, **options)


def test_documented_script() -> None:
    server = Server("documented")
    run = client(server).run_script(42, "7", {"Name": "x"})
    assert (run.computer_id, run.script_id, run.response) == (42, 7, {"started": True})
    assert server.ran == [("/Computers/42/Scripts/7/Execute", {"Parameters": {"Name": "x"}})]


def test_observed_script() -> None:
    server = Server("observed")
    answer = client(server).run_script("42", 7, {"Count": 5})
    assert answer.response.ContainsUnsuccessfulResults is False
    body = {"EntityType": "Computer", "EntityIds": [42], "ScriptId": 7, "Parameters": [{"Key": "Count", "Value": "5"}]}
    assert server.ran == [("/Batch/ScriptExecute", body)]


def test_a_script_runs_without_the_right_to_read_its_history() -> None:
    server = Server("documented")
    run = client(server).run_script(66, 7)
    assert [path for path, _ in server.ran] == ["/Computers/66/Scripts/7/Execute"]
    with pytest.raises(PermissionDeniedError):
        run.wait()


def test_observed_script_that_was_not_begun() -> None:
    with pytest.raises(ScriptNotStartedError, match="computer 13: agent is offline"):
        client(Server("observed")).run_script(13, 7)
    with pytest.raises(TypeError, match="expected an int"):
        client(Server("observed")).run_script("PC-1", 7)


@pytest.mark.parametrize("contract", ["documented", "observed"])
@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_batch_gives_each_result_or_error_beside_its_item(contract: str, mode: str) -> None:
    computers = list(range(1, 31))

    async def tasks() -> list[Any]:
        server = AsyncServer(contract)
        async with automate.AsyncClient(
            server="automate.example.com", username="jdoe", password="pw", http_client=server
        ) as asynchronous:
            found = await asynchronous.run_concurrently(
                lambda computer: asynchronous.run_script(computer, 7), computers
            )
        assert len(server.ran) == 30
        return list(found)

    def threads() -> list[Any]:
        server = Server(contract)
        synchronous = client(server)
        found = synchronous.run_concurrently(lambda computer: synchronous.run_script(computer, 7), computers)
        assert len(server.ran) == 30
        return list(found)

    outcomes = asyncio.run(tasks()) if mode == "async" else threads()
    assert [outcome.item for outcome in outcomes] == computers
    assert [outcome.item for outcome in outcomes if not outcome.ok] == [13]
    assert "agent is offline" in str(outcomes[12].error)


# --- results of scripts, against the sandbox -----------------------------------------------------------------------------


class Clock(SystemClock):
    """A clock for the client and the sandbox that advances only while a call sleeps."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["documented", "observed"])
def box(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(contract=request.param, clock=clock.now) as box:
        yield box


def test_the_result_of_a_script_is_waited_for(box: Sandbox, clock: Clock) -> None:
    with automate.Client.from_env(environ=box.environment, transport=box.transport(), clock=clock) as rmm:
        computer = rmm.computers.first("Status = 'Online'")
        script = rmm.scripts.first()
        assert computer is not None
        assert script is not None
        assert computer.Id is not None
        assert script.Id is not None
        run = rmm.run_script(computer.Id, script.Id)
        assert run.poll() is None
        result = run.wait(poll_interval=2)
        assert (result.State, result.ScriptId) == ("Success", int(script.Id))
        assert str(computer.ComputerName) in str(result.DiagnosticMessage)
        assert clock.slept == [2, 2]
        # The second run has a separate result, and the first one keeps its result.
        again = rmm.run_script(computer.Id, script.Id)
        assert again.poll() is None
        assert again.wait().Id != result.Id
        assert run.wait().Id == result.Id


def test_the_result_of_a_script_is_waited_for_in_a_task(box: Sandbox, clock: Clock) -> None:
    async def main() -> None:
        async with automate.AsyncClient.from_env(
            environ=box.environment, transport=box.transport(), clock=clock
        ) as rmm:
            outcomes = await rmm.run_concurrently(lambda computer: rmm.run_script(computer, 1), [1, 2, 99999])
            assert [outcome.ok for outcome in outcomes] == [True, True, False]
            for outcome in outcomes[:2]:
                result = await outcome.result().wait()
                assert (result.ComputerId, result.State) == (outcome.item, "Success")

    asyncio.run(main())


def test_a_script_that_does_not_end_in_time(box: Sandbox, clock: Clock) -> None:
    with automate.Client.from_env(environ=box.environment, transport=box.transport(), clock=clock) as rmm:
        run = rmm.run_script(1, 1)
        with pytest.raises(APITimeoutError, match="script 1 has not ended on computer 1 after 2 s") as caught:
            run.wait(2, poll_interval=1.5)
        assert clock.slept == [1.5, 0.5]
        assert "call wait() again" in str(caught.value)
        assert run.wait().State == "Success"
        with pytest.raises(ValueError, match="poll_interval"):
            run.wait(poll_interval=0)


def test_a_dry_run_starts_no_script() -> None:
    dry = client(Server("documented")).dry_run()
    assert dry.run_script(1, 2).response is None
    assert (dry.plan[-1].method, dry.plan[-1].url) == (
        "POST",
        "https://automate.example.com/cwa/api/v1/Computers/1/Scripts/2/Execute",
    )


# --- against the sandbox -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", ["documented", "observed"])
def test_tokens_of_the_sandbox(contract: Any) -> None:
    with Sandbox(contract=contract, size="empty") as box:
        with automate.Client.from_env(environ=box.environment) as client:
            assert client.clients.first() is None
            # The server forgets its tokens: one new sign-in, and on it goes.
            box.faults.add("expired:1:1")
            assert client.clients.first() is None
            authentication: Any = client._core.line.authentication
            assert authentication.contract == contract
        wrong = {**box.environment, "CONNECTWISE_AUTOMATE_PASSWORD": "wrong"}
        with automate.Client.from_env(environ=wrong) as client, pytest.raises(APIError) as caught:
            client.clients.first()
        assert "wrong" not in repr(caught.value)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[tuple[bytes, dict[str, str]]], threading.Event]]:
    """A web server of the user, which records its requests."""
    came: list[tuple[bytes, dict[str, str]]] = []
    arrived = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers.items())))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook/", came, arrived
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_callback_of_the_sandbox_from_end_to_end(listener: Any) -> None:
    url, came, arrived = listener
    with Sandbox(size="small") as box, manage.Client.from_env(environ=box.environment) as psa:
        entry = psa.callbacks.create(url, "ticket", description="tests")
        assert entry.id in [found.id for found in psa.callbacks.list()]
        ticket = psa.service.tickets.first()
        assert ticket is not None
        assert ticket.id is not None
        psa.service.tickets.patch(ticket.id, {"summary": "changed"})
        assert arrived.wait(10)
        receiver = psa.callbacks.receiver(replay_window=60.0)
        body, headers = came[0]
        event = receiver.unwrap(body, headers)
        assert (event.action, event.id, event.type) == ("updated", ticket.id, "ticket")
        assert event.entity["summary"] == "changed"
        with pytest.raises(SignatureVerificationError):
            receiver.unwrap(body.replace(b"changed", b"forged!"), headers)
        with pytest.raises(DuplicateCallbackError):
            receiver.unwrap(body, headers)
        receiver.close()
        psa.callbacks.delete(entry.id)
        assert entry.id not in [found.id for found in psa.callbacks.list()]


def test_custom_fields_and_reference_data_of_the_sandbox() -> None:
    with Sandbox(size="small") as box, manage.Client.from_env(environ=box.environment, reference_ttl=60.0) as psa:
        boards = psa.reference.boards.ids()
        assert boards
        name, id = next(iter(boards.items()))
        assert psa.reference.boards[name.upper()] == id
        statuses = psa.reference.statuses(name).ids()
        assert statuses
        ticket = psa.service.tickets.first(f"board/id = {id}")
        assert ticket is not None
