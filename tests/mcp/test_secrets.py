"""No key is in a result of a tool, in a log, or in what the process writes: canaries are searched for everywhere."""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from cwql.mcp.policy import Policy
from cwql.mcp.tools import TOOLS
from cwql.sandbox import Sandbox
from cwql.sandbox.auth import Credentials
from tests.mcp.assistant import connect
from tests.mcp.test_serving import Process
from tests.mcp.test_wrong_calls import CALLS, GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIALS = Credentials(
    company="canarycompany",
    public_key="Canary01PublicKey",
    private_key="Canary02PrivateKey",
    client_id="ca11a2b0-0000-4000-8000-0000000ca11a",
    username="canaryuser",
    password="Canary03Password",
)
SECRETS = (CREDENTIALS.public_key, CREDENTIALS.private_key, CREDENTIALS.client_id, CREDENTIALS.password)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running._credentials = CREDENTIALS
        running.reset()
        yield running


def forms() -> list[str]:
    basic = f"{CREDENTIALS.company}+{CREDENTIALS.public_key}:{CREDENTIALS.private_key}"
    return [*SECRETS, base64.b64encode(basic.encode()).decode()]


def search(text: str) -> None:
    for secret in forms():
        assert secret not in text


def test_no_key_is_in_results_or_logs(guarded: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with connect(guarded, Policy(allow_write=True)) as assistant:
        texts = [assistant.call(tool.name, **GOOD[tool.name]).model_dump_json() for tool in TOOLS]
        texts += [assistant.call(name, **arguments).model_dump_json() for name, arguments in CALLS[::7]]
        for arguments in (
            {"action": "create", "body": {"summary": "x", "company": {"id": 1}}},
            {"action": "delete", "id": 3},
        ):
            found = assistant.call("plan", endpoint="/service/tickets", **arguments)
            texts.append(found.model_dump_json())
            texts.append(assistant.call("apply", plan=found.structured_content["plan"]).model_dump_json())
        texts.append(assistant.call("query", endpoint="/Computers", where="Id = 5").model_dump_json())
        texts.append(assistant.call("get", endpoint="/system/info").model_dump_json())
        texts.append(repr(vars(assistant.session)))
        search("\n".join(texts))
    assert caplog.text
    search(caplog.text)
    assert "Bearer " not in caplog.text


def test_no_key_is_shown_when_the_server_refuses_it(guarded: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = Credentials(company="canarycompany")
    with Sandbox() as other:
        other._credentials = wrong
        other.reset()
        environment = {**guarded.environment, "CONNECTWISE_SITE": other.url, "CONNECTWISE_AUTOMATE_SERVER": other.url}
        import anyio

        from cwql.mcp.refusal import Refusal
        from cwql.mcp.session import Session
        from cwql.mcp.tools import call

        async def ask() -> list[str]:
            session = Session(environ=environment)
            found = []
            for endpoint in ("/service/tickets", "/Computers"):
                with pytest.raises(Refusal) as caught:
                    await call(session, "count", {"endpoint": endpoint, "where": "id = 5"})
                found.append(json.dumps(caught.value.as_dict()))
            await session.close()
            return found

        texts = anyio.run(ask)
    assert "401" in texts[0]
    search("\n".join(texts))
    search(caplog.text)


def test_no_key_is_written_by_the_process(guarded: Sandbox) -> None:
    server = Process(guarded.environment, "--allow-write")
    written: list[Any] = [server.start(), server.send("tools/list"), server.send("resources/list")]
    written += [server.send("tools/call", name=tool.name, arguments=GOOD[tool.name]) for tool in TOOLS]
    status, errors = server.stop()
    search(json.dumps(written))
    search(errors)
    assert status == 0


def test_no_condition_is_logged(sandbox: Sandbox) -> None:
    server = Process(sandbox.environment)
    server.start()
    arguments = {"endpoint": "/service/tickets", "where": "contactName = 'Anna Canary'"}
    server.send("tools/call", name="count", arguments=arguments)
    server.send("tools/call", name="query", arguments={**arguments, "order_by": "nope"})
    status, errors = server.stop()
    assert (status, errors) == (0, "")
