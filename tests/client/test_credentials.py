"""Credentials and headers that cannot be sent are refused, and nothing that is raised shows them: no text, no frame."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from cwql import (
    AuthenticationError,
    ConfigError,
    CwqlError,
    HeaderError,
    InvalidResponseError,
    Secret,
    automate,
    manage,
)
from cwql.client.auth import KeyPair, Token, TokenSignIn
from cwql.client.credentials import header_fault, read_headers, text_fault
from cwql.client.drivers import SystemClock
from cwql.client.retry import RetryPolicy

CANARY = "Kanari-4711-secret"
"""Part of every secret of this file."""

PRODUCTS: list[tuple[str, Any]] = [
    ("manage", manage.Client),
    ("manage", manage.AsyncClient),
    ("automate", automate.Client),
    ("automate", automate.AsyncClient),
]
GOOD: dict[str, dict[str, Any]] = {
    "manage": {
        "company_id": "acme",
        "public_key": f"{CANARY}-public",
        "private_key": f"{CANARY}-private",
        "client_id": f"{CANARY}-client",
        "site": "na",
    },
    "automate": {
        "server": "automate.example.com",
        "username": "jdoe",
        "password": f"{CANARY}-password",
        "totp_secret": base64.b32encode(CANARY.encode()).decode(),
        "client_id": f"{CANARY}-client",
    },
}
VARIABLES = {
    "manage": {
        "company_id": "CONNECTWISE_COMPANY_ID",
        "public_key": "CONNECTWISE_PUBLIC_KEY",
        "private_key": "CONNECTWISE_PRIVATE_KEY",
        "client_id": "CONNECTWISE_CLIENT_ID",
        "site": "CONNECTWISE_SITE",
    },
    "automate": {
        "server": "CONNECTWISE_AUTOMATE_SERVER",
        "username": "CONNECTWISE_AUTOMATE_USERNAME",
        "password": "CONNECTWISE_AUTOMATE_PASSWORD",
        "totp_secret": "CONNECTWISE_AUTOMATE_TOTP_SECRET",
        "client_id": "CONNECTWISE_AUTOMATE_CLIENT_ID",
    },
}
FORMS = {
    CANARY,
    base64.b32encode(CANARY.encode()).decode().rstrip("="),
    base64.b64encode(CANARY.encode()).decode().rstrip("="),
    CANARY.encode().hex(),
}


def make_directly(kind: Any, product: str, given: dict[str, Any], folder: Path) -> object:
    return kind(**given)


def make_from_arguments(kind: Any, product: str, given: dict[str, Any], folder: Path) -> object:
    return kind.from_env(environ={}, **given)


def make_from_mapping(kind: Any, product: str, given: dict[str, Any], folder: Path) -> object:
    environ, more = divide(product, given)
    return kind.from_env(environ=environ, **more)


def make_from_environment(kind: Any, product: str, given: dict[str, Any], folder: Path) -> object:
    environ, more = divide(product, given)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("CONNECTWISE_", "CWQL_")):
                patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        return kind.from_env(**more)


def make_from_profile(kind: Any, product: str, given: dict[str, Any], folder: Path) -> object:
    file = folder / "profiles.toml"
    environ, more = divide(product, given)
    names = {variable: name for name, variable in VARIABLES[product].items()}
    lines = [f"{names[variable]} = {json.dumps(value)}" for variable, value in environ.items()]
    file.write_text("\n".join([f"[{product}.default]", *lines, ""]), "utf-8")
    return kind.from_env(profiles_file=file, environ={}, **more)


def divide(product: str, given: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the environment variables, and the arguments that have none."""
    known = VARIABLES[product]
    texts = {name: value for name, value in given.items() if name in known and isinstance(value, str)}
    return {known[name]: value for name, value in texts.items()}, {
        name: value for name, value in given.items() if name not in texts
    }


WAYS: list[Callable[[Any, str, dict[str, Any], Path], object]] = [
    make_directly,
    make_from_arguments,
    make_from_mapping,
    make_from_environment,
    make_from_profile,
]


def texts_of(error: BaseException) -> Iterator[str]:
    """Yield every text of an error and of its causes and contexts, shown or not."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        yield from (str(each), repr(each), repr(each.args), repr(vars(each)))
        waiting += [each.__cause__, each.__context__]


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Yield the frames of an error and of its causes and contexts, without those of this file."""
    each: BaseException | None = error
    while each is not None:
        trace = each.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename != __file__:
                yield trace.tb_frame
            trace = trace.tb_next
        each = each.__cause__ or each.__context__


def strings_in(thing: object, depth: int = 6) -> Iterator[str]:
    """Yield the texts that a printer of variables may find in an object: its own, and those of its members."""
    if isinstance(thing, (str, bytes)):
        yield thing if isinstance(thing, str) else thing.decode("latin-1")
        return
    yield repr(thing)
    if depth == 0 or isinstance(thing, type) or callable(thing):
        return
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from strings_in(key, depth - 1)
            yield from strings_in(value, depth - 1)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        for value in thing:
            yield from strings_in(value, depth - 1)
    elif type(thing).__module__.startswith("cwql"):
        # Of an httpx client or a lock nothing is known; of our own objects every member is looked at.
        yield from strings_in(getattr(thing, "__dict__", {}), depth - 1)


def assert_hidden(error: BaseException, depth: int = 6) -> None:
    """Look at the variables of the frames too; with a `depth` of 0 only at their own representation."""
    for text in texts_of(error):
        assert not [form for form in FORMS if form in text], text
    for frame in frames_of(error):
        for name, value in frame.f_locals.items():
            for text in strings_in(value, depth):
                assert not [form for form in FORMS if form in text], f"{name} of {frame.f_code.co_qualname}"


# Faults in a constructor's arguments apart from its secrets: (arguments, sources that cannot give them).
WRONG: dict[str, list[dict[str, Any]]] = {
    "manage": [
        {"company_id": ""},
        {"company_id": "ac+me"},
        {"company_id": "ac:me"},
        {"company_id": "ac\nme"},
        {"company_id": "ac\ud800me"},
        {"company_id": 5},
        {"public_key": f"{CANARY}:"},
        {"public_key": f"{CANARY}\r"},
        {"private_key": ""},
        {"private_key": f"{CANARY}\n"},
        {"private_key": f"{CANARY}\x00"},
        {"private_key": f"{CANARY}\ud800"},
        {"private_key": CANARY.encode()},
        {"private_key": [CANARY]},
        {"client_id": f"{CANARY}\u20ac"},
        {"client_id": f"{CANARY}é"},
        {"client_id": f"{CANARY} "},
        {"client_id": f" {CANARY}"},
        {"client_id": f"{CANARY}\n"},
        {"client_id": f"{CANARY}\r\nX: y"},
        {"client_id": CANARY.encode()},
        {"site": "http://psa.example.com"},
        {"site": "psa example com"},
        {"site": f"https://jdoe:{CANARY}@psa.example.com"},
        {"base_url": f"https://jdoe:{CANARY}@psa.example.com/x"},
        {"base_url": f"{CANARY}@psa.example.com/x"},
        {"codebase": "v/../x"},
        {"codebase": "v\n"},
    ],
    "automate": [
        {"server": ""},
        {"server": "http://automate.example.com"},
        {"server": f"https://jdoe:{CANARY}@automate.example.com"},
        {"username": "jdoe\n"},
        {"username": "jdoe\udc80"},
        {"username": 5},
        {"password": ""},
        {"password": f"{CANARY}\ud800"},
        {"password": CANARY.encode()},
        {"totp_secret": f"{CANARY}-not-base32!"},
        {"totp_secret": f"{CANARY}\ud800"},
        {"totp_secret": CANARY.encode()},
        {"client_id": f"{CANARY}\u20ac"},
        {"client_id": f"{CANARY}\t"},
        {"contract": "unknown"},
    ],
}
for _wrong in WRONG.values():
    _wrong += [
        {"timeout": 0.0},
        {"timeout": "x"},
        {"on_invalid": "loud"},
        {"verify": False},
        {"verify": "x"},
        {"requests_per_minute": 0.0},
        {"privat_key": CANARY},
        {"pasword": CANARY.encode()},
        {"headers": {"X-Api-Key": f"{CANARY}é"}},
        {"headers": {"X-Custom": f"{CANARY}\r\nX: y"}},
        {"headers": {f"{CANARY}\n": "x"}},
        {"headers": {"Authorization": f"Basic {CANARY}"}},
        {"headers": {"CLIENTID": CANARY}},
        {"headers": [CANARY]},
        {"headers": {"X": CANARY.encode()}},
        {"headers": {"X-Api-Key": CANARY}, "timeout": -1.0},
    ]


def expected(wrong: dict[str, Any]) -> type[Exception]:
    """Return the kind of error for an argument: of ours for credentials, addresses and headers, Python's for a wrong value."""
    others = {"privat_key", "pasword", "timeout", "on_invalid", "requests_per_minute", "verify", "contract"}
    return Exception if others & {*wrong} else CwqlError


@pytest.mark.parametrize("make", WAYS, ids=[way.__name__ for way in WAYS])
@pytest.mark.parametrize(
    ("product", "kind"), PRODUCTS, ids=[f"{kind.__module__}.{kind.__name__}" for _, kind in PRODUCTS]
)
def test_construction_that_fails_shows_no_secret(make: Any, product: str, kind: Any, tmp_path: Path) -> None:
    for wrong in WRONG[product]:
        given = {**GOOD[product], **wrong}
        if make in (make_from_environment, make_from_profile) and any(
            isinstance(value, str) and any(char in value for char in "\0\ud800\udc80") for value in wrong.values()
        ):
            # No variable and no TOML file can contain it.
            continue
        with pytest.raises(expected(wrong)) as caught:
            make(kind, product, given, tmp_path)
        assert_hidden(caught.value)


PROFILES = {
    "unknown name": ('[manage.default]\nprivat_key = "{canary}"\n', {}),
    "not TOML": ('[manage.default]\nprivate_key = "{canary}\n', {}),
    "other profile": ('[manage.other]\nprivate_key = "{canary}"\n', {"profile": "staging"}),
    "no table": ('manage = "{canary}"\n', {}),
    "table of texts": ('[manage]\ndefault = "{canary}"\n', {}),
    "deep": ('private_key = "{canary}"\nx = ' + "[" * 5000, {}),
    "long": ('private_key = "{canary}"\n' + "#" * 70_000, {}),
    "missing": ('[manage.default]\nprivate_key = "{canary}"\n', {}),
}


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("kind", [manage.Client, manage.AsyncClient])
def test_profile_that_is_refused_shows_no_secret(name: str, kind: Any, tmp_path: Path) -> None:
    text, options = PROFILES[name]
    file = tmp_path / "profiles.toml"
    file.write_text(text.replace("{canary}", CANARY), "utf-8")
    with pytest.raises(ConfigError) as caught:
        kind.from_env(profiles_file=file, environ={"CONNECTWISE_PUBLIC_KEY": CANARY}, **options)
    assert_hidden(caught.value)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "fifo", "."])
def test_profile_must_be_a_regular_file(path: str, tmp_path: Path) -> None:
    if path == "fifo":
        os.mkfifo(tmp_path / "fifo")
        path = str(tmp_path / "fifo")
    with pytest.raises(ConfigError, match="is not a regular file"):
        manage.Client.from_env(profiles_file=path, environ={})


@pytest.mark.parametrize("make", WAYS, ids=[way.__name__ for way in WAYS])
@pytest.mark.parametrize(
    ("product", "kind"), PRODUCTS, ids=[f"{kind.__module__}.{kind.__name__}" for _, kind in PRODUCTS]
)
def test_good_credentials_are_accepted(make: Any, product: str, kind: Any, tmp_path: Path) -> None:
    client: Any = make(kind, product, GOOD[product], tmp_path)
    assert CANARY not in repr(client)
    assert any(secret.reveal() == f"{CANARY}-client" for secret in client._core.line.authentication.secrets)


def test_keys_that_are_not_ascii_are_sent_as_utf8() -> None:
    keys = KeyPair("ac\u00e9", "p\u20ac", Secret("k\u20ac"))
    assert base64.b64decode(keys._headers["authorization"].removeprefix("Basic ")).decode() == "acé+p€:k€"


def test_keys_as_secrets() -> None:
    given: dict[str, Any] = {
        name: Secret(value) if "key" in name or "client" in name else value for name, value in GOOD["manage"].items()
    }
    with manage.Client(**given) as psa:
        assert psa._core.line.authentication.secrets[0] == Secret(f"{CANARY}-private")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("plain", ""),
        ("a b", ""),
        ("", ""),
        (Secret("plain"), ""),
        ("\x7f", "control"),
        ("a\tb", "control"),
        ("a\u0085", "ASCII"),
        ("\ud800", "ASCII"),
        (" a", "blank"),
        (b"a", "bytes"),
        (None, "NoneType"),
        (5, "int"),
    ],
)
def test_header_values(text: object, word: str) -> None:
    assert (word in header_fault(text)) if word else header_fault(text) == ""


def test_texts_for_a_json_body() -> None:
    assert text_fault("pä\tss", control=True) == ""
    assert "control" in text_fault("pä\tss")
    assert "surrogate" in text_fault("\udc80", control=True)


class Recorder(BaseHTTPRequestHandler):
    """Answer sign-ins with the server's `token` and all other requests with one record; record the requests."""

    def answer(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server.requests.append((f"{self.command} {self.path}", dict(self.headers.items()), body))
        found = server.token if "APICredentials" in self.path else {"id": 1, "Id": "1"}
        content = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    running.requests = []
    running.token = {"AccessToken": "token", "ExpiresIn": 3600}
    running.url = f"http://127.0.0.1:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


QUICK: dict[str, Any] = {
    "retry": RetryPolicy(max_retries=0),
    "timeout": 5.0,
    "requests_per_minute": 60_000,
    "burst": 1000,
}


def attempt(mode: str, product: str, given: dict[str, Any], act: Callable[[Any], Any]) -> object:
    """Make a client, use it, and return the result or the error."""
    kinds = {"manage": (manage.Client, manage.AsyncClient), "automate": (automate.Client, automate.AsyncClient)}

    async def tasks() -> object:
        made: Any = kinds[product][1]
        async with made(**given, **QUICK) as client:
            try:
                found = act(client)
                return [each async for each in found] if hasattr(found, "__aiter__") else await found
            except Exception as error:
                return error

    if mode == "async":
        return asyncio.run(tasks())
    plain: Any = kinds[product][0]
    with plain(**given, **QUICK) as client:
        try:
            found = act(client)
            return list(found) if hasattr(found, "__next__") else found
        except Exception as error:
            return error


def manage_keys(server: Any) -> dict[str, Any]:
    return {**GOOD["manage"], "site": server.url}


def automate_keys(server: Any, **more: Any) -> dict[str, Any]:
    return {**GOOD["automate"], "server": server.url, "two_factor_code": None, **more}


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize(
    "token", [f"{CANARY}\u20ac", f"{CANARY}\r\nX: y", f"{CANARY}\x00", f"{CANARY}\ud800", f"{CANARY}é"]
)
def test_token_that_no_header_can_carry(server: Any, mode: str, token: str) -> None:
    server.token = {"AccessToken": token, "ExpiresIn": 3600, "RefreshToken": f"{CANARY}-refresh"}
    error = attempt(mode, "automate", automate_keys(server), lambda client: client.computers.get(1))
    assert isinstance(error, InvalidResponseError)
    assert "token that no header can carry" in str(error)
    assert_hidden(error, 0)
    assert [line for line, _, _ in server.requests] == ["POST /cwa/api/v1/APICredentials"]


class Store:
    """A store for one token."""

    def __init__(self, text: str) -> None:
        self.text = Secret(text)

    def load(self, entry: str) -> Secret | None:
        return self.text

    def save(self, entry: str, text: Secret) -> None:
        self.text = text


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_stored_token_that_no_header_can_carry_is_replaced(server: Any, mode: str) -> None:
    kept = Token(Secret(f"{CANARY}\u20ac"), 4e9, 3600.0, "documented", Secret(""))
    store = Store(kept.dump())
    found = attempt(mode, "automate", automate_keys(server, token_store=store), lambda client: client.computers.get(1))
    assert not isinstance(found, Exception)
    assert [line for line, _, _ in server.requests] == [
        "POST /cwa/api/v1/APICredentials",
        "GET /cwa/api/v1/Computers/1",
    ]
    assert server.requests[1][1]["authorization"] == "Bearer token"


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("code", [f"{CANARY}\ud800", f"{CANARY}\n", CANARY.encode(), 5])
def test_two_factor_function_that_returns_no_code(server: Any, mode: str, code: Any) -> None:
    given = automate_keys(server, two_factor_code=lambda: code, totp_secret=None)
    error = attempt(mode, "automate", given, lambda client: client.computers.get(1))
    assert isinstance(error, HeaderError)
    for text in texts_of(error):
        assert CANARY not in text
    assert server.requests == []


OWN = [
    "Authorization",
    "authorization",
    "AUTHORIZATION",
    "clientId",
    "ClientId",
    "CLIENTID",
    "clientid",
    "Host",
    "content-length",
    "Transfer-Encoding",
]
UNSENDABLE: list[Any] = [
    {"X-Api-Key": f"{CANARY}\u20ac"},
    {"X-Api-Key": f"{CANARY}\n"},
    {"X-Api-Key": f"{CANARY} "},
    {"X-Api-Key": f"{CANARY}\ud800"},
    {"X-Api-Key": CANARY.encode()},
    {"X-Api-Key": None},
    {f"{CANARY}\u20ac": "x"},
    {f"{CANARY}: x\r\nY": "x"},
    {"": CANARY},
    {5: CANARY},
    [CANARY],
    CANARY,
    5,
    *[{name: CANARY} for name in OWN],
]
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "get": lambda psa, headers: psa.service.boards.get(1, headers=headers),
    "list": lambda psa, headers: psa.service.boards.list(headers=headers),
    "first": lambda psa, headers: psa.service.boards.first(headers=headers),
    "count": lambda psa, headers: psa.service.boards.count(headers=headers),
    "create": lambda psa, headers: psa.service.boards.create({"name": "x", "location": {"id": 1}, "department": {"id": 1}}, headers=headers),
    "patch": lambda psa, headers: psa.service.boards.patch(1, {"name": "x"}, headers=headers),
    "delete": lambda psa, headers: psa.service.boards.delete(1, headers=headers),
    "call": lambda psa, headers: psa.call_operation("getServiceBoardsById", 1, headers=headers),
    "ping": lambda psa, headers: psa.ping(headers=headers),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("verb", CALLS)
def test_headers_of_a_call_that_are_refused(server: Any, mode: str, verb: str) -> None:
    for headers in UNSENDABLE:
        error = attempt(mode, "manage", manage_keys(server), lambda psa, headers=headers: CALLS[verb](psa, headers))  # type: ignore[misc]
        assert isinstance(error, HeaderError), headers
        for text in texts_of(error):
            assert CANARY not in text
    assert server.requests == []


@pytest.mark.parametrize("name", OWN)
def test_message_says_where_a_header_comes_from(name: str) -> None:
    with pytest.raises(HeaderError, match=f"{name} cannot be given in headers=: .* comes from"):
        read_headers({name: "x"})


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_headers_of_one_s_own_are_sent(server: Any, mode: str) -> None:
    given = {**manage_keys(server), "headers": {"X-Trace": "1", "X-Api-Key": Secret("k")}}
    found = attempt(
        mode,
        "manage",
        given,
        lambda psa: psa.service.boards.get(1, headers={"X-Trace": "2", "X-More": "ä".encode().hex()}),
    )
    assert not isinstance(found, Exception)
    ((_, headers, _),) = server.requests
    assert (headers["x-trace"], headers["x-more"], headers["x-api-key"]) == ("2", "c3a4", "k")
    assert headers["clientid"] == f"{CANARY}-client"
    assert headers["authorization"].startswith("Basic ")


def test_settings_show_no_header() -> None:
    from cwql.client.client import Settings

    assert CANARY not in repr(Settings(headers={"X-Anything": CANARY}))


def test_a_refused_sign_in_shows_no_secret(server: Any) -> None:
    server.token = {"AccessToken": "", "message": f"no: {CANARY}-password"}
    error = attempt("sync", "automate", automate_keys(server), lambda client: client.computers.get(1))
    assert isinstance(error, AuthenticationError)
    assert_hidden(error, 0)


def test_authentication_shows_no_secret() -> None:
    signing = TokenSignIn("https://x/api", "jdoe", CANARY, SystemClock(), client_id=CANARY, two_factor_code=CANARY)
    for thing in (signing, KeyPair("acme", CANARY, CANARY, CANARY)):
        assert CANARY not in repr(thing)
