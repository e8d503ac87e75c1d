"""Who is let in, how often, and over which addresses."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys

import pytest

from cwql.errors import CwqlError, UnknownNameError
from cwql.sandbox import Credentials, Sandbox
from tests.sandbox.asking import Asker


class Clock:
    """A clock that is moved by hand."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"authorization": ""}, "InvalidCredentials"),
        ({"authorization": "Basic !!"}, "InvalidCredentials"),
        ({"authorization": basic("sandbox+sandbox-public:wrong")}, "InvalidCredentials"),
        ({"authorization": basic("\xff")}, "InvalidCredentials"),
        ({"authorization": "Bearer x"}, "InvalidCredentials"),
        ({"clientId": ""}, "MissingClientId"),
    ],
)
def test_manage_keys(ask: Asker, headers: dict[str, str], code: str) -> None:
    reply = ask.manage("GET", "/system/info", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (401, code)


def test_company_info_needs_no_keys(ask: Asker) -> None:
    assert ask.http.get(f"{ask.box.url}/login/companyinfo/Sandbox").json()["Codebase"] == "v4_6_release/"
    assert ask.http.get(f"{ask.box.url}/login/companyinfo/other").status_code == 404


def test_tokens_end_and_are_renewed() -> None:
    clock = Clock()
    box = Sandbox(empty=True, token_life=3600, clock=clock)
    with Asker(box) as asker:
        first = asker.sign_in().json()
        assert first["ExpiresIn"] == 3600
        headers = {"authorization": f"Bearer {first['AccessToken']}"}
        assert asker.http.get(f"{box.automate_url}/Clients", headers=headers).status_code == 200
        clock.now += 3601
        expired = asker.http.get(f"{box.automate_url}/Clients", headers=headers)
        assert (expired.status_code, expired.json()["error"]["code"]) == (401, "Unauthorized")
        renewal = {"RefreshToken": first["RefreshToken"]}
        renewed = asker.http.post(f"{box.automate_url}/APICredentials/Refresh", json=renewal).json()
        headers = {"authorization": f"Bearer {renewed['AccessToken']}"}
        assert asker.http.get(f"{box.automate_url}/Clients", headers=headers).status_code == 200
        assert asker.http.post(f"{box.automate_url}/APICredentials/Refresh", json=renewal).status_code == 401
        assert box.handler.tokens.signings == 2
    box.close()


def test_observed_tokens_are_renewed_with_themselves() -> None:
    clock = Clock()
    box = Sandbox(empty=True, contract="observed", token_life=3600, clock=clock)
    with Asker(box) as asker:
        first = asker.sign_in("APIToken").json()
        assert first["ExpirationDate"] == "2023-11-14T23:13:20Z"
        assert first["UserId"] == "1"
        renewed = asker.http.post(f"{box.automate_url}/APIToken/Refresh", json=first["AccessToken"])
        assert renewed.json()["AccessToken"] != first["AccessToken"]
        assert asker.http.post(f"{box.automate_url}/APIToken/Refresh", json="nonsense").status_code == 401
    box.close()


def test_two_factors() -> None:
    box = Sandbox(empty=True, credentials=Credentials(two_factor_code="123456"))
    with Asker(box) as asker:
        assert asker.sign_in().status_code == 401
        assert asker.sign_in(TwoFactorCode="123456").json()["AccessToken"]
        lacking = asker.sign_in("APIToken")
        assert (lacking.status_code, lacking.json()["AccessToken"]) == (200, "")
        assert lacking.json()["IsTwoFactorRequired"] is True
        assert asker.sign_in("APIToken", TwoFactorPasscode="123456").json()["AccessToken"]
        assert asker.sign_in("APIToken", TwoFactorPasscode="000000").status_code == 401
    box.close()


def test_wrong_password(ask: Asker) -> None:
    body = {"Username": "integrator", "Password": "wrong"}
    assert ask.http.post(f"{ask.box.automate_url}/APICredentials", json=body).status_code == 401
    assert ask.http.post(f"{ask.box.automate_url}/APICredentials", json=[1]).status_code == 400


def test_rate_limit() -> None:
    clock = Clock()
    box = Sandbox(empty=True, rate=60, clock=clock)
    with Asker(box) as asker:
        replies = [asker.manage("GET", "/system/info") for _ in range(61)]
        assert [reply.status_code for reply in replies] == [200] * 60 + [429]
        assert replies[0].headers["x-ratelimit-limit"] == "60"
        assert replies[0].headers["x-ratelimit-remaining"] == "59"
        assert replies[-1].headers["retry-after"] == "1"
        assert replies[-1].json() == {
            "code": "RateLimitExceeded",
            "message": "Rate limit exceeded. Try again in 1 seconds.",
        }
        clock.now += 1
        assert asker.manage("GET", "/system/info").status_code == 200
    box.close()


def test_the_observed_form_of_too_many() -> None:
    box = Sandbox(empty=True, contract="observed", faults=["429"])
    with Asker(box) as asker:
        reply = asker.manage("GET", "/system/info")
        assert set(reply.json()) == {"error", "message"}
    box.close()


def test_it_answers_for_itself_whatever_host_is_named(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would pass these on: the request line and the Host header name another server."""
    place = ("127.0.0.1", int(box.url.rpartition(":")[2]))
    path = "/v4_6_release/apis/3.0/system/info"
    asked = (
        (f"GET http://manage.example.com{path}", 404),
        (f"GET {path}", 401),
        ("CONNECT manage.example.com:443", 404),
    )
    connections = [socket.create_connection(place, timeout=10) for _ in asked]
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it called somebody"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("it looked a name up"))
    for connection, (request, status) in zip(connections, asked, strict=True):
        with connection:
            connection.sendall(f"{request} HTTP/1.1\r\nHost: manage.example.com\r\n\r\n".encode())
            assert int(connection.recv(65_536).split()[1]) == status, request


def test_only_this_machine() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "example.com", "::"):
        box = Sandbox(empty=True, host=host)
        with pytest.raises(CwqlError, match="does not listen"):
            box.start()
        box.close()


def test_names_that_are_none() -> None:
    with pytest.raises(UnknownNameError, match="size"):
        Sandbox(size="huge")
    with pytest.raises(UnknownNameError, match="contract"):
        Sandbox(contract="other")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="fault"):
        Sandbox(empty=True, faults=["nope"])


def test_the_extra_is_named_where_it_is_missing() -> None:
    script = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from cwql.sandbox import Sandbox\n"
        "box = Sandbox(empty=True)\n"
        "assert 'starlette' not in sys.modules\n"
        "try:\n    box.start()\nexcept Exception as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 'pip install "cwql[sandbox]"' in done.stdout


def test_a_file_keeps_its_records(tmp_path: object) -> None:
    db = f"{tmp_path}/box.db"
    for expected in (1, 2):
        box = Sandbox(db=db)
        with Asker(box) as asker:
            asker.manage("POST", "/company/companies", json={"identifier": "x", "name": "kept", "site": {"id": 1}})
            assert asker.get("/company/companies/count", conditions="name = 'kept'") == {"count": expected}
        box.close()
