"""Run scripts on computers (Automate), by the contract of the server.

Servers of the documented contract have ``POST /Computers/{id}/Scripts/{scriptId}/Execute``; the vendor's specification
of 25.0.5 has only ``POST /Batch/ScriptExecute``, which also reports scripts that could not be started. The sign-in
decides which one is used.

Neither response names the run. Its result is the first entry in the history of the computer that is newer than every entry
of the script before the start; ids are compared, because the clocks and time zones of servers are not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cwql.client.effects import Sleep
from cwql.client.error_body import Complaint, Refusal
from cwql.client.errors import (
    APIStatusError,
    APITimeoutError,
    NotFoundError,
    PermissionDeniedError,
    ScriptNotStartedError,
    reply_error,
)
from cwql.client.http_types import Request
from cwql.client.send import CallResult, sign_in
from cwql.errors import InvalidIdError
from cwql.schema.path_id import path_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.client.effects import Flow
    from cwql.client.operations import Operations
    from cwql.client.options import Options
    from cwql_api.automate.models import ComputerScriptHistory

__all__ = ["StartedScript", "poll_script", "start_script", "wait_for_script"]

DOCUMENTED = "Computers_ExecuteScript"
OBSERVED = "BatchScripts_ExecuteScript"


HISTORY = "/Computers/{computerId}/ScriptHistory"


@dataclass(frozen=True, slots=True)
class StartedScript:
    """A script that was started: the ids, the server's response, and the newest entry of its history before the start.

    `newest` is an error if the history cannot be read. `options` are those of the call that started it.
    """

    computer_id: int | str
    script_id: int
    response: Any
    newest: int | APIStatusError
    options: Options


def start_script(
    core: Operations,
    computer: int | str,
    script: int | str,
    parameters: Mapping[str, object] | None,
    given: Mapping[str, Any],
) -> Flow[StartedScript]:
    """Run a script on a computer.

    Not repeated after a failure in which it may have started, unless the policy of retries allows it. Raises
    ScriptNotStartedError, and the errors of every call.
    """
    options = replace(core.options("call", given), params=())
    number = _number("script", script)
    newest = yield from _newest(core, computer, number, options)
    response = yield from _start(core, computer, number, dict(parameters or {}), given)
    return StartedScript(computer, number, response, newest, options)


def _start(
    core: Operations, computer: int | str, script: int, parameters: Mapping[str, object], given: Mapping[str, Any]
) -> Flow[Any]:
    line = core.line
    # Signing in negotiates the contract, unless it is given.
    yield from sign_in(line, Request("POST", f"{line.base_url}/Batch/ScriptExecute"))
    if getattr(line.authentication, "contract", None) != "observed":
        answer = yield from core.call(DOCUMENTED, (computer, script), {"Parameters": parameters}, given)
        return answer.value
    body = {
        "EntityType": "Computer",
        "EntityIds": [_number("computer", computer)],
        "ScriptId": script,
        "Parameters": [{"Key": str(name), "Value": str(value)} for name, value in parameters.items()],
    }
    answer = yield from core.call(OBSERVED, (), body, given)
    if getattr(answer.value, "ContainsUnsuccessfulResults", None) is True:
        raise _refused(answer, f"POST /Batch/ScriptExecute (script {script})")
    return answer.value


def _newest(core: Operations, computer: int | str, script: int, options: Options) -> Flow[int | APIStatusError]:
    """Return the id of the newest entry of a script in the history, 0 if there is none."""
    endpoint, path = core.catalog.endpoint(HISTORY), _history_path(core, computer)
    try:
        found = yield from core.first(
            endpoint, path, f"ScriptId = {script}", replace(options, parts={"order_by": "Id desc"})
        )
    except (PermissionDeniedError, NotFoundError) as error:
        # The right to run scripts does not include that to read their history.
        return error
    return getattr(found, "Id", None) or 0


def poll_script(core: Operations, run: StartedScript) -> Flow[ComputerScriptHistory | None]:
    """Return the entry of a run in the history, None while it runs. Raises the errors of every call."""
    if isinstance(run.newest, APIStatusError):
        raise run.newest
    listing = core.listing(
        core.catalog.endpoint(HISTORY),
        _history_path(core, run.computer_id),
        f"ScriptId = {run.script_id} and Id > {run.newest}",
        replace(run.options, parts={"order_by": "Id asc"}),
    )
    while (page := (yield from listing.next())) is not None:
        entry: ComputerScriptHistory
        for entry in page:
            if str(entry.Status).lower() != "running":
                listing.close()
                return entry
    return None


def wait_for_script(
    core: Operations, run: StartedScript, timeout: float, poll_interval: float
) -> Flow[ComputerScriptHistory]:
    """Poll until a run has ended, and return its entry in the history.

    Raises APITimeoutError if it has not ended after `timeout` seconds, and the errors of every call.
    """
    if not poll_interval > 0:
        raise ValueError(f"poll_interval is in seconds, above 0: got {poll_interval!r}")
    clock = core.line.clock
    end = clock.now() + timeout
    while (entry := (yield from poll_script(core, run))) is None:
        left = end - clock.now()
        if left <= 0:
            message = f"script {run.script_id} has not ended on computer {run.computer_id} after {timeout:g} s"
            raise APITimeoutError(message, hint="it may end later: call wait() again")
        yield Sleep(min(poll_interval, left))
    return entry


def _history_path(core: Operations, computer: int | str) -> str:
    key = quote(path_id(computer, "the id of a computer"), safe="")
    return core.catalog.endpoint(HISTORY).path.replace("{computerId}", key)


def _number(what: str, id: int | str) -> int:
    text = path_id(id, f"the id of a {what}")
    if not text.isascii() or not text.isdigit():
        raise InvalidIdError(f"cannot use {text[:40]!r} as the id of a {what}: expected an int")
    return int(text)


def _refused(answer: CallResult, call: str) -> APIStatusError:
    complaints = []
    for result in getattr(answer.value, "ScriptResults", None) or ():
        said = getattr(getattr(result, "ResultDetails", None), "Message", None) or "not begun"
        complaints.append(Complaint(f"computer {getattr(result, 'EntityId', '?')}", said))
    refusal = Refusal(answer.response.status_code, "", "the script was not begun", tuple(complaints))
    response = replace(answer.response, request=None)
    attempts = answer.attempts
    return reply_error(refusal, "automate", ScriptNotStartedError, attempts=attempts, response=response, title=call)
