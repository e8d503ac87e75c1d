"""Names that are newer than the release of the server."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

import cwql
from cwql import check
from cwql.cli import main
from cwql.errors import UnknownNameError
from cwql.lint.configuration import find_settings
from cwql.lint.settings import ConfigurationError, Settings
from cwql.manage import Client
from cwql.schema.catalog import catalog
from cwql.schema.releases import is_newer, read_release

DIFFS = Path(__file__).parents[3] / "shared" / "facts" / "manage-version-diffs.json"
ACTIVITIES = "/sales/activities"


@pytest.mark.parametrize(
    ("text", "endpoint", "release", "severity"),
    [
        ("closeFlag = false and id > 5", ACTIVITIES, None, "info"),
        ("closeFlag = false and id > 5", ACTIVITIES, "2025.16", "warning"),
        ("closeFlag = false and id > 5", ACTIVITIES, "2026.4", None),
        ("closeFlag = false and id > 5", ACTIVITIES, "v2026.4.105271", None),
        ("margin > 5 and id > 5", "/procurement/products", None, None),
        ("margin > 5 and id > 5", "/procurement/products", "2022.1", "warning"),
        ("margin > 5 and id > 5", "/procurement/products", "2025.8", None),
        ("id > 5", "/procurement/rmaActions/5/usages", None, "info"),
        ("id > 5", "/procurement/rmaActions/5/usages", "2025.8", "warning"),
        ("id > 5", "/service/tickets", "2022.1", None),
    ],
)
def test_newer_names_are_reported_for_older_servers(
    text: str, endpoint: str, release: str | None, severity: str | None
) -> None:
    found = [
        each for each in check(text, dialect="manage", endpoint=endpoint, release=release) if each.name == "newer-name"
    ]
    assert [each.severity for each in found] == ([] if severity is None else [severity])
    assert all("exists since release" in each.message for each in found)


@pytest.mark.skipif(not DIFFS.is_file(), reason="the facts are not at hand")
def test_every_difference_to_the_next_release_is_in_the_catalog() -> None:
    diff = json.loads(DIFFS.read_text(encoding="utf-8"))["2025.16->2026.4"]
    names = catalog("manage")
    for record, added in diff["properties_added"].items():
        for name in added:
            field = names.record(record).find(name)
            assert field is not None, f"{record}.{name}"
            assert names.field_since(field) == "2026.4"
    for operation in diff["operations_added_without_count_and_info"]:
        method, _, path = operation.partition(" ")
        endpoint = names.endpoint(path)
        assert names.operation_at(endpoint, method) is not None
        assert names.endpoint_since(endpoint) == "2026.4"


@pytest.mark.parametrize(
    ("release", "other", "newer"),
    [("2025.16", "2025.8", True), ("2025.8", "2025.16", False), ("2026.4", "2026.4", False)],
)
def test_releases_are_compared_by_their_numbers(release: str, other: str, newer: bool) -> None:
    assert is_newer(release, other) == newer


@pytest.mark.parametrize("text", ["", "latest", "2025", "2025.x", "2025.", "99999.1"])
def test_texts_that_name_no_release_are_refused(text: str) -> None:
    with pytest.raises(UnknownNameError, match=r"expected year and number, such as 2025\.16"):
        read_release(text)
    with pytest.raises(UnknownNameError):
        check("id > 5", release=text)


def test_compile_knows_the_release() -> None:
    compiled = cwql.compile("closeFlag = false and id > 5", endpoint=ACTIVITIES, release="2025.1")
    assert [found.severity for found in compiled.diagnostics] == ["warning"]


def test_a_client_asks_for_its_release_and_warns_of_newer_names(caplog: pytest.LogCaptureFixture) -> None:
    accepted: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        accepted.append(request.headers["accept"])
        return httpx.Response(200, json=[])

    keys: Any = {"company_id": "a", "public_key": "b", "private_key": "c", "client_id": "d", "site": "na"}
    with (
        caplog.at_level(logging.WARNING, logger="cwql"),
        Client(**keys, release="v2025.1.100", transport=httpx.MockTransport(respond)) as psa,
    ):
        assert psa.sales.activities.all("closeFlag = false and id > 5") == []
    assert accepted == ["application/vnd.connectwise.com+json; version=2025.1"]
    assert "`closeFlag` exists since release 2026.4" in caplog.text


def test_the_release_is_read_from_the_environment() -> None:
    names = ("COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY", "CLIENT_ID")
    environ = {f"CONNECTWISE_{name}": "x" for name in names} | {"CONNECTWISE_SITE": "na", "CONNECTWISE_RELEASE": "soon"}
    with pytest.raises(UnknownNameError, match="unknown release 'soon'"):
        Client.from_env(environ=environ)


OLDER = 'get("/sales/activities", conditions="closeFlag = false and id > 5")  # ConnectWise\n'
FILLED = 'get("/sales/activities", conditions=f"closeFlag = false and id > {number:d}")  # ConnectWise\n'


@pytest.mark.parametrize("source", [OLDER, FILLED])
@pytest.mark.parametrize(("release", "severities"), [(None, ["info"]), ("2025.1", ["warning"]), ("2026.4", [])])
def test_source_files(source: str, release: str | None, severities: list[str]) -> None:
    result = cwql.lint_text(source, filename="report.py", release=release)
    assert [each.severity for each in result.diagnostics if each.name == "newer-name"] == severities


@pytest.mark.parametrize(("words", "said"), [([], "2025.1"), (["--release", "v2022.1.5"], "2022.1")])
def test_lint_has_the_release_of_the_settings_or_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    (tmp_path / "cwql.toml").write_text('[lint]\nrelease = "2025.1"\n', encoding="utf-8")
    (tmp_path / "report.py").write_text(OLDER, encoding="utf-8")
    main(["lint", "--no-cache", *words, str(tmp_path)])
    assert f"which is newer than {said}" in capsys.readouterr().out


def test_a_release_in_the_settings_is_checked(tmp_path: Path) -> None:
    (tmp_path / "cwql.toml").write_text('[lint]\nrelease = "new"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"cwql.toml:2: release: unknown release 'new'"):
        find_settings(str(tmp_path), Settings())


def test_fix_reports_newer_names_that_remain(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["fix", "-e", ACTIVITIES, "closeFlag == false and id > 5"]
    assert main([*words, "--release", "2025.1"]) == 1
    assert "newer than 2025.1" in capsys.readouterr().err
    assert main([*words, "--release", "2026.4"]) == 0
