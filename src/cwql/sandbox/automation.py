"""Commands and scripts of Automate run on the clock: queued, running, then done, with an output and an entry in the history.

``POST /Computers/{id}/CommandExecute`` queues a command, which the same list then shows with its status; the vendor's client waits until it
is ``Success`` or ``Failed``. Scripts are started by ``POST /Batch/ScriptExecute`` or, in the reference document, by
``POST /Computers/{id}/Scripts/{scriptId}/Execute``. The states follow from the time at which a run was requested, so a test moves its clock
instead of waiting. Commands for computers that are offline stay queued.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cwql.sandbox.auth import format_moment
from cwql.sandbox.messages import HTTPProblem, json_response, parse_json
from cwql.sandbox.problems import not_found
from cwql.sandbox.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.sandbox.messages import Request, Response
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Row, Store

PRODUCT = "automate"
QUEUED_FOR = 1.0
"""How many seconds a run waits until it starts."""

RUNS_FOR = 2.0
"""How many seconds a run takes."""

QUEUED, RUNNING, DONE = "New", "Executing", "Success"
_COMMAND, _HISTORY = "CommandExecute", "CommandHistory"
_SCRIPT, _SCRIPT_HISTORY = "ComputerRunningScript", "ComputerScriptHistory"
_RECORDS = (_COMMAND, _HISTORY, _SCRIPT, _SCRIPT_HISTORY)


class Automation:
    """Start commands and scripts, and bring their records up to date. `clock` returns the time in seconds since 1970."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._starts: dict[str, Callable[[Route, Request], Response]] = {
            "computers/{}/commandexecute": self._queue_command,
            "computers/{}/scripts/{}/execute": self._execute_script,
            "batch/scriptexecute": self._execute_scripts,
        }

    def start(self, route: Route, request: Request) -> Response | None:
        """Start what a request asks for and respond; return None for any other request."""
        start = self._starts.get(route.endpoint.key.removeprefix("api/v1/")) if route.product.uses_tokens else None
        return None if start is None else start(route, request)

    def refresh(self, route: Route) -> None:
        """Bring the runs on a computer up to date, if a list of them is read."""
        if route.product.uses_tokens and route.endpoint.record in _RECORDS and route.params:
            computer = self._find_computer(route.params[0].value)
            if computer is not None:
                self._refresh_commands(computer)
                self._refresh_scripts(computer)

    def _find_computer(self, value: str) -> Row | None:
        return self._store.get(PRODUCT, "Computer", int(value)) if _is_key(value) else None

    def _require_computer(self, value: str) -> Row:
        computer = self._find_computer(value)
        if computer is None:
            raise not_found("Computer", value)
        return computer

    # Commands.

    def _queue_command(self, route: Route, request: Request) -> Response:
        computer = self._require_computer(route.params[0].value)
        body = validate(route.catalog, _COMMAND, parse_json(request.body))
        key = str((body.get("Command") or {}).get("Id") or "")
        command = self._store.get(PRODUCT, "Command", int(key)) if _is_key(key) else None
        if command is None:
            raise HTTPProblem(400, "BadRequest", f"Command {key[:100] or 'without an id'} not found")
        now, parent = format_moment(self._clock()), ("Computer", computer.key)
        parameters = body.get("Parameters") or []
        # Both records have the same key.
        number = max(self._store.next_key(PRODUCT, _COMMAND), self._store.next_key(PRODUCT, _HISTORY))
        reference = {name: command.document.get(name) for name in ("Id", "Name", "Description", "Level")}
        document = {
            "Id": number,
            "ComputerId": computer.key,
            "Command": reference,
            "Status": QUEUED,
            "Parameters": parameters,
            "Output": "",
            "Fastalk": bool(body.get("Fastalk")),
            "DateLastInventoried": now,
        }
        history = {
            "Id": number,
            "ComputerId": computer.key,
            "DateExecuted": now,
            "CommandId": command.key,
            "Command": reference["Name"],
            "Status": QUEUED,
            "Output": "",
            "Parameters": ",".join(map(str, parameters)),
            "User": route.caller.member,
            "DateFinished": None,
        }
        self._store.add(PRODUCT, _COMMAND, [document], parent)
        self._store.add(PRODUCT, _HISTORY, [history], parent)
        return json_response(document)

    def _refresh_commands(self, computer: Row) -> None:
        is_online = computer.document.get("Status") != "Offline"
        for row in self._store.find(PRODUCT, _HISTORY, ("Computer", computer.key)):
            history = row.document
            if history.get("Status") not in (QUEUED, RUNNING) or not is_online:
                continue
            began = _seconds(history["DateExecuted"])
            status = self._state(began)
            output = _output(history, computer) if status == DONE else ""
            finished = format_moment(began + QUEUED_FOR + RUNS_FOR) if status == DONE else None
            self._store.replace(
                PRODUCT, _HISTORY, row.key, {**history, "Status": status, "Output": output, "DateFinished": finished}
            )
            command = self._store.get(PRODUCT, _COMMAND, row.key)
            if command is not None:
                self._store.replace(
                    PRODUCT, _COMMAND, row.key, {**command.document, "Status": status, "Output": output}
                )

    def _state(self, began: float) -> str:
        age = self._clock() - began
        return QUEUED if age < QUEUED_FOR else RUNNING if age < QUEUED_FOR + RUNS_FOR else DONE

    # Scripts.

    def _execute_script(self, route: Route, request: Request) -> Response:
        computer = self._require_computer(route.params[0].value)
        script = self._find_script(route.params[1].value)
        if script is None:
            raise not_found("Script", route.params[1].value)
        body = validate(route.catalog, "ScriptExecution", parse_json(request.body) if request.body.strip() else {})
        parameters = body.get("Parameters")
        problem = _check_parameters(script, parameters if isinstance(parameters, dict) else {})
        if problem is not None:
            raise HTTPProblem(400, "BadRequest", problem, details=("Parameters", problem))
        return json_response(self._start_script(script, computer))

    def _execute_scripts(self, route: Route, request: Request) -> Response:
        body = validate(route.catalog, "ScheduleScriptBatchRequest", parse_json(request.body))
        key = str(body.get("ScriptId") or "")
        script = self._find_script(key)
        sent = {
            str(each.get("Key")): each.get("Value") for each in body.get("Parameters") or () if isinstance(each, dict)
        }
        is_computer = body.get("EntityType", "Computer") == "Computer"
        results = []
        for entity in body.get("EntityIds") or ():
            problem = f"Script {key[:100]} not found" if script is None else _check_parameters(script, sent)
            computer = self._find_computer(str(entity)) if is_computer else None
            if problem is None and is_computer and computer is None:
                problem = f"Computer {str(entity)[:100]} not found"
            if problem is None and script is not None and computer is not None:
                self._start_script(script, computer)
            failed = int(problem is not None)
            details = {"ResultStatus": failed, "ReasonCode": failed, "Message": problem or "Success"}
            results.append({"EntityId": entity, "ResultDetails": details})
        failed = any(each["ResultDetails"]["ResultStatus"] for each in results)
        return json_response({"ScriptResults": results, "ContainsUnsuccessfulResults": bool(failed)})

    def _find_script(self, value: str) -> Row | None:
        return self._store.get(PRODUCT, "Script", int(value)) if _is_key(value) else None

    def _start_script(self, script: Row, computer: Row) -> dict[str, Any]:
        number = max(self._store.next_key(PRODUCT, _SCRIPT), self._store.next_key(PRODUCT, _SCRIPT_HISTORY))
        document = {
            "Id": number,
            "ScriptId": script.key,
            "ComputerId": computer.key,
            "Name": script.document.get("Name"),
            "Status": "Running",
            "StartDate": format_moment(self._clock()),
        }
        self._store.add(PRODUCT, _SCRIPT, [document], ("Computer", computer.key))
        return document

    def _refresh_scripts(self, computer: Row) -> None:
        parent = ("Computer", computer.key)
        for row in self._store.find(PRODUCT, _SCRIPT, parent):
            running = row.document
            if running.get("Status") != "Running" or self._state(_seconds(running["StartDate"])) != DONE:
                continue
            self._store.delete(PRODUCT, _SCRIPT, row.key)
            history = {
                "Id": row.key,
                "ScriptId": running["ScriptId"],
                "ComputerId": computer.key,
                "Name": running["Name"],
                "User": "integrator",
                "Status": "Completed",
                "State": "Success",
                "HistoryDate": format_moment(_seconds(running["StartDate"]) + QUEUED_FOR + RUNS_FOR),
                "DiagnosticMessage": f"{running['Name']} finished on {computer.document.get('ComputerName')}.",
            }
            self._store.add(PRODUCT, _SCRIPT_HISTORY, [history], parent)


def _check_parameters(script: Row, sent: dict[str, Any]) -> str | None:
    """Return the fault in the parameters of a script, or None; a script that declares none takes any."""
    declared = {str(name).lower() for name in script.document.get("Parameters") or ()}
    unknown = [name for name in sent if declared and name.lower() not in declared]
    return f"Script {script.key} has no parameter {unknown[0][:60]!r}" if unknown else None


def _output(history: dict[str, Any], computer: Row) -> str:
    """Return the output of a finished command: the name of the computer for ``hostname``."""
    name = str(computer.document.get("ComputerName"))
    return name if "hostname" in str(history.get("Parameters")).lower() else f"OK: {history.get('Command')} on {name}"


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
