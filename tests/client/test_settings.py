"""Where settings come from: every variable of the reference documents, and which source counts first."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from cwql import automate, manage
from cwql.client.settings import VARIABLES, read_settings
from cwql.errors import ConfigError

# As the reference documents write them.
MANAGE = {
    "CONNECTWISE_COMPANY_ID": "your-company-id",
    "CONNECTWISE_PUBLIC_KEY": "your-public-key",
    "CONNECTWISE_PRIVATE_KEY": "your-private-key",
    "CONNECTWISE_CLIENT_ID": "your-client-id",
    "CONNECTWISE_SITE": "api-na.myconnectwise.net",
}
INTEGRATOR = {
    "CONNECTWISE_AUTOMATE_SERVER": "automate.example.com",
    "CONNECTWISE_AUTOMATE_USERNAME": "integrator-username",
    "CONNECTWISE_AUTOMATE_PASSWORD": "integrator-password",
}
USER = {
    "CONNECTWISE_AUTOMATE_SERVER": "automate.example.com",
    "CONNECTWISE_AUTOMATE_USER": "username",
    "CONNECTWISE_AUTOMATE_PASS": "password",
    "CONNECTWISE_AUTOMATE_2FA": "123456",
}


def seen_by(transport: list[httpx.Request]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        transport.append(request)
        if request.url.path.lower().endswith("/apicredentials"):
            return httpx.Response(200, json={"AccessToken": "token", "ExpiresIn": 14400})
        return httpx.Response(200, json={})

    return httpx.MockTransport(answer)


def test_manage_s_variables_reach_the_wire() -> None:
    sent: list[httpx.Request] = []
    with manage.Client.from_env(environ=MANAGE, transport=seen_by(sent)) as psa:
        psa.ping()
    (request,) = sent
    assert str(request.url) == "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/system/info"
    given = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert given == "your-company-id+your-public-key:your-private-key"
    assert request.headers["clientid"] == "your-client-id"


@pytest.mark.parametrize(
    ("environ", "body"),
    [
        (INTEGRATOR, {"Username": "integrator-username", "Password": "integrator-password"}),
        (USER, {"Username": "username", "Password": "password", "TwoFactorCode": "123456"}),
    ],
)
def test_automate_s_variables_reach_the_wire(environ: Mapping[str, str], body: dict[str, str]) -> None:
    sent: list[httpx.Request] = []
    with automate.Client.from_env(environ=environ, transport=seen_by(sent), contract="documented") as rmm:
        rmm.computers.get(1)
    signing_in, asking = sent
    assert str(signing_in.url) == "https://automate.example.com/cwa/api/v1/APICredentials"
    assert httpx.Response(200, content=signing_in.content).json() == body
    assert asking.headers["authorization"] == "Bearer token"


def test_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**MANAGE, **INTEGRATOR}.items():
        monkeypatch.setenv(name, value)
    assert "api-na" in repr(manage.Client.from_env())
    assert "automate.example.com" in repr(automate.Client.from_env())
    assert "api-na" in repr(manage.AsyncClient.from_env())
    assert "automate.example.com" in repr(automate.AsyncClient.from_env())


def test_every_documented_variable_is_known() -> None:
    known = {variable for table in VARIABLES.values() for variables in table.values() for variable in variables}
    assert {*MANAGE, *INTEGRATOR, *USER} <= known


PROFILES = """
[manage.default]
company_id = "file-company"
site = "eu"
timeout = 5
[manage.staging]
site = "api-staging.connectwisedev.com"
requests_per_minute = 1000
[automate.default]
server = "file.example.com"
username = "file-user"
password = "file-password"
"""


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        ({}, {}, {"company_id": "file-company", "site": "eu"}),
        ({}, {"CONNECTWISE_SITE": "na"}, {"company_id": "file-company", "site": "na"}),
        ({"site": "au"}, {"CONNECTWISE_SITE": "na"}, {"site": "au"}),
        ({"site": None}, {"CONNECTWISE_SITE": ""}, {"site": "eu"}),
        (
            {},
            {"CWQL_PROFILE": "staging", "CONNECTWISE_COMPANY_ID": "c"},
            {"requests_per_minute": 1000, "company_id": "c"},
        ),
    ],
)
def test_arguments_first_then_the_environment_then_the_profile(
    tmp_path: Path, arguments: dict[str, Any], environ: dict[str, str], expected: dict[str, Any]
) -> None:
    file = tmp_path / "cwql.toml"
    file.write_text(PROFILES)
    keys = {"public_key": "p", "private_key": "k", "client_id": "c"}
    found = read_settings("manage", {**keys, **arguments}, {"CWQL_PROFILES_FILE": str(file), **environ})
    assert {name: found[name] for name in expected} == expected


def test_a_profile_makes_both_clients(tmp_path: Path) -> None:
    file = tmp_path / "cwql.toml"
    file.write_text(PROFILES)
    assert "file.example.com" in repr(automate.Client.from_env(environ={}, profiles_file=file))
    environ = {**MANAGE, "CONNECTWISE_SITE": ""}
    assert "connectwisedev" in repr(manage.AsyncClient.from_env(environ=environ, profiles_file=file, profile="staging"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[manage.default]\nsite = ", "is not TOML"),
        ('[manage.default]\npasword = "s3cret"', "unknown setting 'pasword'"),
        ('[manage.other]\nsite = "s3cret"', r"no \[manage.default\]; there is other"),
    ],
)
def test_faults_of_a_file_show_no_value(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "cwql.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        manage.Client.from_env(environ=MANAGE, profiles_file=file)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        manage.Client.from_env(environ=MANAGE, profiles_file=tmp_path / "none.toml")
