"""Commands and scripts of Automate, from the request to the history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Iterator[ApiClient]:
    sandbox = Sandbox(clock=clock)
    with ApiClient(sandbox) as client:
        yield client
    sandbox.close()


def find_computer(api: ApiClient, status: str) -> dict[str, Any]:
    found: dict[str, Any] = api.automate("GET", "/Computers", params={"condition": f"Status = '{status}'"}).json()[0]
    return found


def test_command_is_queued_then_running_then_done(api: ApiClient, clock: Clock) -> None:
    computer = find_computer(api, "Online")
    path = f"/Computers/{computer['Id']}/CommandExecute"
    # As the vendor's PowerShell module sends it: numbers as text.
    body = {"ComputerId": computer["Id"], "Command": {"Id": 2}, "Parameters": ["cmd.exe!!! /c hostname"]}
    made = api.automate("POST", path, json=body).json()
    seen = []
    for seconds in (0, 1, 2):
        clock.now += seconds
        (row,) = api.automate("GET", path, params={"ids": str(made["Id"])}).json()
        seen.append(row["Status"])
    assert seen == ["New", "Executing", "Success"]
    assert row["Output"] == computer["ComputerName"]
    history = api.automate(
        "GET", f"/Computers/{computer['Id']}/CommandHistory", params={"condition": f"Id = {made['Id']}"}
    )
    (entry,) = history.json()
    assert (entry["Status"], entry["Output"], entry["CommandId"]) == ("Success", computer["ComputerName"], 2)
    assert entry["DateExecuted"] < entry["DateFinished"]


def test_command_for_an_offline_computer_stays_queued(api: ApiClient, clock: Clock) -> None:
    path = f"/Computers/{find_computer(api, 'Offline')['Id']}/CommandExecute"
    made = api.automate("POST", path, json={"Command": {"Id": "2"}, "Parameters": ["x"]}).json()
    clock.now += 3600
    assert [row["Status"] for row in api.automate("GET", path).json() if row["Id"] == made["Id"]] == ["New"]


def test_script_is_running_then_in_the_history(api: ApiClient, clock: Clock) -> None:
    made = api.automate("POST", "/Computers/1/Scripts/2/Execute", json={"Parameters": {"Force": 1}})
    assert made.status_code == 200
    key, name = made.json()["Id"], made.json()["Name"]

    def listed(kind: str) -> list[str]:
        rows = api.automate("GET", f"/Computers/1/{kind}").json()
        return [row["Status"] for row in rows if (row["Id"], row["Name"]) == (key, name)]

    assert (listed("RunningScripts"), listed("ScriptHistory")) == (["Running"], [])
    clock.now += 3
    assert (listed("RunningScripts"), listed("ScriptHistory")) == ([], ["Completed"])


@pytest.mark.parametrize("kind", ["Computer", 1, "1"])
def test_batch_reports_on_each_computer(api: ApiClient, kind: object) -> None:
    body = {"EntityType": kind, "EntityIds": ["1", 99999], "ScriptId": "3", "Parameters": []}
    answer = api.automate("POST", "/Batch/ScriptExecute", json=body).json()
    assert [each["EntityId"] for each in answer["ScriptResults"]] == [1, 99999]
    assert [each["ResultDetails"]["ResultStatus"] for each in answer["ScriptResults"]] == [0, 1]
    assert answer["ScriptResults"][1]["ResultDetails"]["Message"] == "Computer 99999 not found"
    assert answer["ContainsUnsuccessfulResults"] is True
    assert (
        len(api.automate("GET", "/Computers/1/RunningScripts", params={"condition": "Status = 'Running'"}).json()) >= 1
    )


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("/Computers/1/Scripts/999999/Execute", {}, 404, "Script 999999 not found"),
        ("/Computers/99999/Scripts/2/Execute", {}, 404, "Computer 99999 not found"),
        ("/Computers/1/Scripts/2/Execute", {"Parameters": {"Nope": 1}}, 400, "Script 2 has no parameter 'Nope'"),
        ("/Computers/1/CommandExecute", {"Command": {"Id": 77}}, 400, "Command 77 not found"),
        ("/Computers/1/CommandExecute", {}, 400, "Command without an id not found"),
        ("/Computers/99999/CommandExecute", {"Command": {"Id": 2}}, 404, "Computer 99999 not found"),
    ],
)
def test_unknown_names_are_refused(api: ApiClient, path: str, body: dict[str, Any], status: int, text: str) -> None:
    response = api.automate("POST", path, json=body)
    assert (response.status_code, response.json()["error"]["message"]) == (status, text)


@pytest.mark.parametrize("script", [999999, 2])
def test_batch_refuses_unknown_scripts_and_parameters(api: ApiClient, script: int) -> None:
    body = {"EntityIds": [1], "ScriptId": script, "Parameters": [{"Key": "Nope", "Value": "1"}]}
    answer = api.automate("POST", "/Batch/ScriptExecute", json=body).json()
    assert answer["ContainsUnsuccessfulResults"] is True
    assert api.automate("GET", "/Computers/1/RunningScripts", params={"condition": "Status = 'Running'"}).json() == []


def test_lists_below_a_computer_are_its_own(api: ApiClient) -> None:
    for kind in (
        "Bios",
        "Processors",
        "CommandHistory",
        "PatchingStats",
        "RunningScripts",
        "ScriptHistory",
        "Software",
    ):
        for computer in ("1", "2"):
            response = api.automate("GET", f"/Computers/{computer}/{kind}")
            if response.status_code == 404:
                continue
            rows = response.json() if isinstance(response.json(), list) else [response.json()]
            assert {str(row["ComputerId"]) for row in rows if "ComputerId" in row} <= {computer}, kind


def test_patching_stats_of_each_computer_agree_with_each_other(api: ApiClient) -> None:
    computers = [each["Id"] for each in api.automate("GET", "/Computers").json()]
    found = [api.automate("GET", f"/Computers/{computer}/PatchingStats").json() for computer in computers]
    assert [str(stats["ComputerId"]) for stats in found] == computers
    for stats in found:
        good = stats["InstalledPatchCount"] + stats["CompliantSoftwareCount"]
        bad = stats["MissingPatchCount"] + stats["FailedPatchCount"] + stats["NonCompliantSoftwareCount"]
        assert stats["OverallCompliance"] == round(100 * good / (good + bad), 2)
        assert stats["LastInstallWindow"] < stats["LastPatchInventory"] < stats["NextInstallWindow"]
    assert len({stats["OverallCompliance"] for stats in found}) > len(found) // 2
