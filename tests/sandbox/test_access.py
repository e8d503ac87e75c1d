"""Credentials, tokens, rate limits, and the addresses that the sandbox listens on."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys

import pytest

from cwql.errors import CwqlError, UnknownNameError
from cwql.sandbox import Sandbox
from tests.sandbox.api_client import ApiClient


class Clock:
    """A clock whose time the test sets."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"authorization": ""}, "Unauthorized"),
        ({"authorization": "Basic !!"}, "Unauthorized"),
        ({"authorization": basic("sandbox+sandbox-public:wrong")}, "Unauthorized"),
        ({"authorization": basic("\xff")}, "Unauthorized"),
        ({"authorization": "Bearer x"}, "Unauthorized"),
        ({"clientId": ""}, "MissingClientId"),
    ],
)
def test_manage_keys(api: ApiClient, headers: dict[str, str], code: str) -> None:
    response = api.manage("GET", "/system/info", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, code)


def test_company_info_needs_no_keys(api: ApiClient) -> None:
    assert api.http.get(f"{api.sandbox.url}/login/companyinfo/Sandbox").json()["Codebase"] == "v4_6_release/"
    unknown = api.http.get(f"{api.sandbox.url}/login/companyinfo/other")
    assert (unknown.status_code, unknown.text) == (200, "null")


def test_expired_token_is_refused_and_renewed() -> None:
    clock = Clock()
    sandbox = Sandbox(size="empty", token_lifetime=3600, clock=clock)
    with ApiClient(sandbox) as api:
        first = api.sign_in().json()
        assert first["ExpiresIn"] == 3600
        headers = {"authorization": f"Bearer {first['AccessToken']}"}
        assert api.http.get(f"{sandbox.automate_url}/Clients", headers=headers).status_code == 200
        clock.now += 3601
        expired = api.http.get(f"{sandbox.automate_url}/Clients", headers=headers)
        assert (expired.status_code, expired.json()["error"]["code"]) == (401, "Unauthorized")
        renewal = {"RefreshToken": first["RefreshToken"]}
        renewed = api.http.post(f"{sandbox.automate_url}/APICredentials/Refresh", json=renewal).json()
        headers = {"authorization": f"Bearer {renewed['AccessToken']}"}
        assert api.http.get(f"{sandbox.automate_url}/Clients", headers=headers).status_code == 200
        assert api.http.post(f"{sandbox.automate_url}/APICredentials/Refresh", json=renewal).status_code == 401
        assert sandbox._handler.token_auth.issued == 2
    sandbox.close()


def test_observed_token_is_renewed_with_itself() -> None:
    clock = Clock()
    sandbox = Sandbox(size="empty", contract="observed", token_lifetime=3600, clock=clock)
    with ApiClient(sandbox) as api:
        first = api.sign_in("APIToken").json()
        assert first["ExpirationDate"] == "2023-11-14T23:13:20Z"
        assert first["UserId"] == "1"
        renewed = api.http.post(f"{sandbox.automate_url}/APIToken/Refresh", json=first["AccessToken"])
        assert renewed.json()["AccessToken"] != first["AccessToken"]
        assert api.http.post(f"{sandbox.automate_url}/APIToken/Refresh", json="nonsense").status_code == 401
    sandbox.close()


def test_two_factors() -> None:
    sandbox = Sandbox(size="empty", two_factor_code="123456")
    with ApiClient(sandbox) as api:
        assert api.sign_in().status_code == 401
        assert api.sign_in(TwoFactorCode="123456").json()["AccessToken"]
        lacking = api.sign_in("APIToken")
        assert (lacking.status_code, lacking.json()["AccessToken"]) == (200, "")
        assert lacking.json()["IsTwoFactorRequired"] is True
        assert api.sign_in("APIToken", TwoFactorPasscode="123456").json()["AccessToken"]
        assert api.sign_in("APIToken", TwoFactorPasscode="000000").status_code == 401
    sandbox.close()


def test_wrong_password(api: ApiClient) -> None:
    body = {"Username": "integrator", "Password": "wrong"}
    assert api.http.post(f"{api.sandbox.automate_url}/APICredentials", json=body).status_code == 401
    assert api.http.post(f"{api.sandbox.automate_url}/APICredentials", json=[1]).status_code == 400


def test_rate_limit() -> None:
    clock = Clock()
    sandbox = Sandbox(size="empty", requests_per_minute=60, clock=clock)
    with ApiClient(sandbox) as api:
        replies = [api.manage("GET", "/system/info") for _ in range(61)]
        assert [response.status_code for response in replies] == [200] * 60 + [429]
        assert replies[0].headers["x-ratelimit-limit"] == "60"
        assert replies[0].headers["x-ratelimit-remaining"] == "59"
        assert replies[-1].headers["retry-after"] == "1"
        assert replies[-1].headers["x-ratelimit-reset"] == "1"
        message = "Rate limit exceeded. Try again in 1 seconds."
        assert replies[-1].json() == {"error": "ConnectWiseAPI", "message": message}
        clock.now += 1
        assert api.manage("GET", "/system/info").status_code == 200
    sandbox.close()


def test_observed_body_of_a_429() -> None:
    sandbox = Sandbox(size="empty", contract="observed", faults=["429"])
    with ApiClient(sandbox) as api:
        response = api.manage("GET", "/system/info")
        assert set(response.json()) == {"error", "message"}
    sandbox.close()


def test_requests_for_other_hosts_are_not_forwarded(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would forward these: the request line and the Host header name another server."""
    place = ("127.0.0.1", int(api.sandbox.url.rpartition(":")[2]))
    path = "/v4_6_release/apis/3.0/system/info"
    asked = (
        (f"GET http://manage.example.com{path}", 404),
        (f"GET {path}", 401),
        ("CONNECT manage.example.com:443", 404),
    )
    connections = [socket.create_connection(place, timeout=10) for _ in asked]
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it opened a connection"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("it resolved a name"))
    for connection, (request, status) in zip(connections, asked, strict=True):
        with connection:
            connection.sendall(f"{request} HTTP/1.1\r\nHost: manage.example.com\r\n\r\n".encode())
            assert int(connection.recv(65_536).split()[1]) == status, request


def test_host_beyond_loopback_is_refused() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "example.com", "::"):
        sandbox = Sandbox(size="empty", host=host)
        with pytest.raises(CwqlError, match="does not listen"):
            sandbox.start()
        sandbox.close()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="size"):
        Sandbox(size="huge")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="contract"):
        Sandbox(contract="other")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="fault"):
        Sandbox(size="empty", faults=["nope"])


def test_missing_extra_is_named() -> None:
    script = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from cwql.sandbox import Sandbox\n"
        "sandbox = Sandbox(size='empty')\n"
        "assert 'starlette' not in sys.modules\n"
        "try:\n    sandbox.start()\nexcept Exception as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 'pip install "cwql[sandbox]"' in done.stdout


def test_file_keeps_its_records(tmp_path: object) -> None:
    db = f"{tmp_path}/box.db"
    for expected in (1, 2):
        sandbox = Sandbox(path=db)
        with ApiClient(sandbox) as api:
            api.manage(
                "POST", "/company/companies", json={"identifier": f"x{expected}", "name": "kept", "site": {"id": 1}}
            )
            assert api.get("/company/companies/count", conditions="name = 'kept'") == {"count": expected}
        sandbox.close()
