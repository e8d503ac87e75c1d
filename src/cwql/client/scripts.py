"""Running a script on a computer (Automate), in the way that the server knows.

Servers of the documented contract take ``POST /Computers/{id}/Scripts/{scriptId}/Execute``; the vendor's specification of
25.0.5 has only ``POST /Batch/ScriptExecute``, which also reports what could not be begun. Which one it is, the sign-in told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cwql.client.call import Answer, sign_in
from cwql.client.errors import ReplyError, reply_error
from cwql.client.flow import Request
from cwql.client.refusal import Complaint, Refusal
from cwql.errors import InvalidIdError
from cwql.schema.path_id import path_id

if TYPE_CHECKING:
    from cwql.client.core import Core
    from cwql.client.flow import Flow

__all__ = ["ScriptRefusedError", "run_script"]

DOCUMENTED = "Computers_ExecuteScript"
OBSERVED = "BatchScripts_ExecuteScript"


class ScriptRefusedError(ReplyError):
    """The server took the call, and says that the script was not begun."""


def run_script(
    core: Core, computer: int | str, script: int | str, parameters: Mapping[str, Any] | None, options: Mapping[str, Any]
) -> Flow[Any]:
    """Run a script on a computer and return what the server says (the whole reply for a client's `raw`).

    Not repeated after a failure in which it may have begun, unless `retry_unsafe` is given. Raises ScriptRefusedError, and what
    a call raises.
    """
    line = core.line
    # Signing in negotiates the contract, unless it is given.
    yield from sign_in(line, Request("POST", f"{line.base_url}/Batch/ScriptExecute"))
    given = dict(parameters or {})
    if getattr(line.authentication, "contract", None) != "observed":
        answer = yield from core.call(DOCUMENTED, (computer, script), {"Parameters": given}, options)
        return answer.reply if core.keep else answer.value
    body = {
        "EntityType": "Computer",
        "EntityIds": [_number("computer", computer)],
        "ScriptId": _number("script", script),
        "Parameters": [{"Key": str(name), "Value": str(value)} for name, value in given.items()],
    }
    answer = yield from core.call(OBSERVED, (), body, options)
    if getattr(answer.value, "ContainsUnsuccessfulResults", None) is True:
        raise _refused(answer, f"POST /Batch/ScriptExecute (script {script})")
    return answer.reply if core.keep else answer.value


def _number(what: str, id: int | str) -> int:
    text = path_id(id, f"the id of a {what}")
    if not text.isascii() or not text.isdigit():
        raise InvalidIdError(f"cannot use {text[:40]!r} as the id of a {what}: expected an int")
    return int(text)


def _refused(answer: Answer, call: str) -> ReplyError:
    complaints = []
    for result in getattr(answer.value, "ScriptResults", None) or ():
        said = getattr(getattr(result, "ResultDetails", None), "Message", None) or "not begun"
        complaints.append(Complaint(f"computer {getattr(result, 'EntityId', '?')}", said))
    refusal = Refusal(answer.reply.status, "", "the script was not begun", tuple(complaints))
    return reply_error(refusal, "automate", call, (), answer.attempts, ScriptRefusedError)
