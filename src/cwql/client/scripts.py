"""Run scripts on computers (Automate), by the contract of the server.

Servers of the documented contract have ``POST /Computers/{id}/Scripts/{scriptId}/Execute``; the vendor's specification
of 25.0.5 has only ``POST /Batch/ScriptExecute``, which also reports scripts that could not be started. The sign-in
decides which one is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cwql.client.error_body import Complaint, Refusal
from cwql.client.errors import APIStatusError, ScriptNotStartedError, reply_error
from cwql.client.http_types import Request
from cwql.client.send import CallResult, sign_in
from cwql.errors import InvalidIdError
from cwql.schema.path_id import path_id

if TYPE_CHECKING:
    from cwql.client.effects import Flow
    from cwql.client.operations import Operations

__all__ = ["run_script"]

DOCUMENTED = "Computers_ExecuteScript"
OBSERVED = "BatchScripts_ExecuteScript"


def run_script(
    core: Operations,
    computer: int | str,
    script: int | str,
    parameters: Mapping[str, object] | None,
    options: Mapping[str, Any],
) -> Flow[Any]:
    """Run a script on a computer and return the server's result.

    Not repeated after a failure in which it may have started, unless the policy of retries allows it. Raises
    ScriptNotStartedError, and the errors of every call.
    """
    line = core.line
    # Signing in negotiates the contract, unless it is given.
    yield from sign_in(line, Request("POST", f"{line.base_url}/Batch/ScriptExecute"))
    given = dict(parameters or {})
    if getattr(line.authentication, "contract", None) != "observed":
        answer = yield from core.call(DOCUMENTED, (computer, script), {"Parameters": given}, options)
        return answer.value
    body = {
        "EntityType": "Computer",
        "EntityIds": [_number("computer", computer)],
        "ScriptId": _number("script", script),
        "Parameters": [{"Key": str(name), "Value": str(value)} for name, value in given.items()],
    }
    answer = yield from core.call(OBSERVED, (), body, options)
    if getattr(answer.value, "ContainsUnsuccessfulResults", None) is True:
        raise _refused(answer, f"POST /Batch/ScriptExecute (script {script})")
    return answer.value


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
