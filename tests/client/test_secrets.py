"""No secret shows: 25 canaries are put wherever a secret can be, and everything that can be read of it is searched."""

from __future__ import annotations

import asyncio
import base64
import copy
import html
import json
import logging
import pickle
import pprint
import re
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import pytest

from cwql import automate, manage
from cwql.client.auth import KeyPair, Token, TokenSignIn
from cwql.client.credentials import Secret
from cwql.client.drivers import SystemClock
from cwql.client.errors import APIError, SecretError
from cwql.client.http_types import Headers, Request, Response
from cwql.client.redaction import redact
from cwql.client.retry import RetryPolicy
from cwql.client.webhook import sign
from cwql.errors import ConfigError
from cwql.webhooks import CallbackReceiver

NAMES = (
    "manage-private-key", "manage-public-key", "manage-client-id", "manage-basic", "automate-password", "two-factor-code",
    "two-factor-key", "access-token", "refresh-token", "renewed-token", "automate-client-id", "stored-token", "header-api-key",
    "header-authorization", "header-cookie", "reply-cookie", "redis-password", "signing-key", "profile-key", "variable-key",
    "variable-password", "url-password", "wrong-private-key", "pickled-secret", "formatted-secret",
)  # fmt: skip

CANARIES = {name: f"Kanari{number:02d}/{name}+={'x' * 6}" for number, name in enumerate(NAMES)}
CANARIES["two-factor-code"] = "73910482"
CANARIES["two-factor-key"] = base64.b32encode(b"Kanari-of-authenticator").decode()
CANARIES["manage-basic"] = base64.b64encode(
    f"acme+{CANARIES['manage-public-key']}:{CANARIES['manage-private-key']}".encode()
).decode()


def escape_all(text: str) -> str:
    """Escape every character as JSON may."""
    units = text.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent-small": lambda text: re.sub("%..", lambda found: found.group().lower(), quote(text, safe="")),
    "percent-all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "plus": quote_plus,
    "json": lambda text: json.dumps(text)[1:-1],
    "unicode": escape_all,
    "unicode-capital": lambda text: escape_all(text).upper().replace("\\U", "\\u"),
    "html": lambda text: html.escape(text).replace("+", "&#43;").replace("=", "&#x3D;"),
    "hex": lambda text: text.encode().hex(),
    "hex-capital": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64-second": lambda text: base64.b64encode(f"u{text}:x".encode()).decode(),
    "base64-third": lambda text: base64.b64encode(f"us{text}".encode()).decode(),
    "base64-url": lambda text: base64.urlsafe_b64encode(f"\xff\xfe{text}".encode()).decode(),
    "base64-percent": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}
"""The forms in which servers and proxies repeat a request."""


class Echo(BaseHTTPRequestHandler):
    """A server that repeats the request in its error pages, as badly behaved ones do."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        received: list[str] = self.server.received  # type: ignore[attr-defined]
        received.append(f"{self.path}\n{self.headers}\n{body.decode()}")
        if "/callbackkey/" in self.path:
            return self.reply(200, {"signing_key": CANARIES["signing-key"]})
        if "/APICredentials" in self.path:
            asked = json.loads(body)
            if asked.get("Password") == CANARIES["automate-password"] or "RefreshToken" in asked:
                first = "Password" in asked
                token = CANARIES["access-token" if first else "renewed-token"]
                answer = {"AccessToken": token, "RefreshToken": CANARIES["refresh-token"], "ExpiresIn": 14400}
                return self.reply(200, answer)
        if "echo" in self.path:
            return self.repeat_in_headers()
        status = 401 if "401" in self.path else 200 if "html" in self.path else 400
        form = dict(parse_qsl(urlsplit(self.path).query)).get("form", "plain")
        values = [*self.headers.values(), *[part for value in self.headers.values() for part in value.split()]]
        values += [text for text in json.loads(body).values() if isinstance(text, str)] if body[:1] == b"{" else []
        said = f"denied: {' | '.join(map(FORMS[form], values))}"
        # Long lists of the request's texts, in as many complaints as needed, because a message is cut after some
        # hundred characters.
        errors = [{"field": "x", "message": FORMS[form](value), "code": FORMS[form](value)[:60]} for value in values]
        answer = {"code": "Denied", "message": said, "errors": errors}
        if status == 200:
            return self.reply(200, None, f"<html><title>{said}</title>".encode())
        return self.reply(status, answer)

    def repeat_in_headers(self) -> None:
        # Messages show the beginning of an address only.
        sent = f"{self.headers['clientId']}/{self.headers['X-Api-Key']}"
        address = f"https://login.example.com/{sent}"
        if "redirect" in self.path:
            self.send_response(302)
            self.send_header("Location", f"https://login.example.com:99999/{sent}" if "port" in self.path else address)
        else:
            self.send_response(200)
            self.send_header("Link", f'<{address}>; rel="next"')
            if "encoding" in self.path:
                self.send_header("Content-Encoding", sent[:200])
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def reply(self, status: int, answer: Any, content: bytes | None = None) -> None:
        data = content if content is not None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Set-Cookie", f"session={CANARIES['reply-cookie']}")
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PATCH(self) -> None:
        self.answer()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Spill(logging.Handler):
    """Collect every text in which a secret could show."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts += [record.getMessage(), repr(record.args), logging.Formatter().format(record)]

    def look(self, thing: object, inside: bool = True) -> None:
        """Read a thing in every way there is; of an error also, with `inside`, the variables of every frame."""
        self.texts += [repr(thing), str(thing), f"{thing}", f"{thing!s:>9}", pprint.pformat(thing)]
        self.texts += [repr(getattr(thing, "__dict__", "")), repr(getattr(thing, "args", ""))]
        for act in (pickle.dumps, copy.copy, copy.deepcopy):
            try:
                made = act(thing)
            except Exception as refused:
                self.texts.append(repr(refused))
            else:
                self.texts.append(made.decode("latin-1") if isinstance(made, bytes) else repr(made))
        if isinstance(thing, BaseException):
            self.texts += traceback.format_exception(thing)
            if not inside:
                return
            received = traceback.TracebackException.from_exception(thing, capture_locals=True, lookup_lines=False)
            # Frames of this file contain the canaries by name.
            received.stack = traceback.StackSummary.from_list(
                [frame for frame in received.stack if frame.filename != __file__]
            )
            self.texts += list(received.format())

    def provoke(self, act: Callable[[], object], inside: bool = True) -> None:
        """Make a call fail and look at the error.

        Not `inside` a constructor that refuses its arguments, because its frame contains them, as its caller's does.
        """
        try:
            self.look(act())
        except Exception as error:
            self.look(error, inside)


@pytest.fixture(scope="module")
def spilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str]]:
    """Use every canary; return the texts that appeared, and the requests that the server saw."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.received = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    spill = Spill()
    # httpcore's own trace writes down every header of a reply; it shows none of a request.
    logging.getLogger("httpcore").setLevel(logging.INFO)
    root = logging.getLogger()
    level = root.level
    root.addHandler(spill)
    root.setLevel(logging.DEBUG)
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        use_manage(spill, address)
        use_automate(spill, address)
        use_the_rest(spill, address, tmp_path_factory.mktemp("profiles"))
    finally:
        logging.getLogger("httpcore").setLevel(logging.NOTSET)
        root.removeHandler(spill)
        root.setLevel(level)
        server.shutdown()
        thread.join()
        server.server_close()
    return spill.texts, server.received  # type: ignore[attr-defined]


QUICK: dict[str, Any] = {
    "retry": RetryPolicy(max_retries=1, backoff_factor=0.01),
    "requests_per_minute": 60_000,
    "burst": 1000,
}


def use_manage(spill: Spill, address: str) -> None:
    keys: Any = {
        "company_id": "acme",
        "public_key": CANARIES["manage-public-key"],
        "private_key": CANARIES["manage-private-key"],
        "client_id": CANARIES["manage-client-id"],
    }
    extra = {
        "X-Api-Key": CANARIES["header-api-key"],
        "Cookie": CANARIES["header-cookie"],
        "Proxy-Authorization": CANARIES["header-authorization"],
    }
    base = f"{address}/v4_6_release/apis/3.0"
    psa: Any = manage.Client(**keys, base_url=base, headers=extra, **QUICK)
    gone = manage.Client(**keys, base_url="http://127.0.0.1:1/x/apis/3.0", headers=extra, **QUICK)
    for thing in (
        psa,
        psa._core,
        psa._core.line,
        psa._core.line.authentication,
        psa._core.line.headers,
        psa.reference,
    ):
        spill.look(thing)
    spill.provoke(lambda: psa.service.boards.get(1))
    spill.provoke(lambda: psa.request("GET", "/service/boards/1"))
    spill.provoke(lambda: list(psa.service.boards.list("name = 'x'")))
    spill.provoke(lambda: psa.service.boards.get(401))
    spill.provoke(lambda: psa.service.boards("html").get())
    spill.provoke(lambda: psa.service.boards.create({"name": "x", "location": {"id": 1}, "department": {"id": 1}}))
    spill.provoke(lambda: psa.service.boards.patch(1, {"name": "x"}))
    # The frames that parse an address have it in their variables, as httpx has all headers; the error has not.
    for place in ("redirect", "redirect-port", "encoding"):
        spill.provoke(lambda place=place: psa.service.boards(f"echo-{place}").get(), False)  # type: ignore[misc]
        spill.provoke(lambda place=place: psa.service.boards.all(params={"echo": place}), False)  # type: ignore[misc]
    spill.provoke(lambda: psa.service.boards.all(params={"echo": "link"}), False)
    for form in FORMS:
        more = {"form": form}
        spill.provoke(lambda more=more: psa.service.boards.get(1, params=more))  # type: ignore[misc]
        spill.provoke(lambda more=more: psa.service.boards.patch(1, {"name": "x"}, params=more))  # type: ignore[misc]
    spill.provoke(lambda: psa.service.boards.preview("name = 'x'"))
    spill.provoke(lambda: psa.dry_run().service.boards.get(1))
    spill.provoke(lambda: gone.service.boards.get(1))
    wrong: Any = keys | {"private_key": f"{CANARIES['wrong-private-key']}\n"}
    spill.provoke(lambda: manage.Client(**wrong), False)
    spill.provoke(lambda: manage.Client(**keys, base_url=f"https://jdoe:{CANARIES['url-password']}@example.com"), False)
    spill.provoke(lambda: manage.Client(**keys, site=f"https://{CANARIES['url-password']}@example.com"), False)
    psa.close()
    gone.close()

    async def tasks() -> None:
        async with manage.AsyncClient(**keys, base_url=base, headers=extra, **QUICK) as client:
            spill.look(client)
            for call in (client.service.boards.get(1), client.service.boards.get(401)):
                try:
                    await call
                except APIError as error:
                    spill.look(error)

    asyncio.run(tasks())


def use_automate(spill: Spill, address: str) -> None:
    password, client_id = CANARIES["automate-password"], CANARIES["automate-client-id"]
    clock = Later()
    client = automate.Client(
        server=address,
        username="jdoe",
        password=password,
        two_factor_code=CANARIES["two-factor-code"],
        client_id=client_id,
        clock=clock,
        **QUICK,
    )
    spill.look(client)
    spill.provoke(lambda: client.clients.get(1))
    auth = client._core.line.authentication
    spill.look(auth)
    assert isinstance(auth, TokenSignIn)
    spill.look(auth._token)
    clock.ahead = 14_200.0
    spill.provoke(lambda: client.clients.get(1))
    spill.look(auth._token)
    client.close()
    wrong = automate.Client(
        server=address,
        username="jdoe",
        password=CANARIES["variable-password"],
        totp_secret=CANARIES["two-factor-key"],
        client_id=client_id,
        **QUICK,
    )
    spill.look(wrong)
    spill.provoke(lambda: wrong.clients.get(1))
    wrong.close()
    kept = Token(Secret(CANARIES["stored-token"]), 4e9, 3600.0, "documented", Secret(""))
    store = Store(Secret(kept.dump()))
    stored = automate.Client(server=address, username="jdoe", password="x", token_store=store, **QUICK)
    spill.provoke(lambda: stored.clients.get(1))
    spill.look(stored._core.line.authentication)
    spill.look(kept)
    spill.look(store.text)
    stored.close()


def use_the_rest(spill: Spill, address: str, folder: Path) -> None:
    profile = folder / "cwql.toml"
    profile.write_text(f'[manage.default]\ncompany_id = "acme"\nprivate_key = "{CANARIES["profile-key"]}"\n')
    broken = folder / "broken.toml"
    broken.write_text(f'[manage.default]\nprivate_key = "{CANARIES["profile-key"]}\n')
    unknown = folder / "unknown.toml"
    unknown.write_text(f'[manage.default]\nprivat_key = "{CANARIES["profile-key"]}"\n')
    variables = {
        "CONNECTWISE_PRIVATE_KEY": CANARIES["variable-key"],
        "CONNECTWISE_AUTOMATE_PASSWORD": CANARIES["variable-password"],
    }
    for file in (profile, broken, unknown):
        spill.provoke(lambda file=file: manage.Client.from_env(profiles_file=file, environ={}), False)  # type: ignore[misc]
    spill.provoke(lambda: manage.Client.from_env(environ=variables), False)
    spill.provoke(lambda: automate.Client.from_env(environ=variables), False)
    spill.look(KeyPair("acme", CANARIES["manage-public-key"], CANARIES["manage-private-key"]))
    for name in ("pickled-secret", "formatted-secret"):
        secret = Secret(CANARIES[name])
        spill.look(secret)
        spill.look({"key": secret, "list": [secret]})
        spill.texts += [f"{secret:>40}", "%s" % secret, "{}".format(secret), json.dumps(str(secret))]  # noqa: UP031, UP032
    request = Request(
        "GET", "https://example.com/x", (), Headers({"Authorization": CANARIES["header-authorization"]}), b""
    )
    spill.look(request)
    spill.look(request.headers)
    spill.look(Response(200, Headers({"Set-Cookie": CANARIES["reply-cookie"]}), b"[]"))
    receiver = CallbackReceiver(company_id="acme", site=address)
    key_url = f"{address}/v2025_1//system/callbackkey/index.rails?companyName=acme&id=5"
    body = json.dumps({"CompanyId": "acme", "Metadata": {"key_url": key_url}}).encode()
    event = receiver.unwrap(body, {"x-content-signature": sign(CANARIES["signing-key"], body)})
    assert event.id is None
    spill.look(receiver)
    spill.look(receiver._keys)
    spill.provoke(lambda: receiver.unwrap(body + b" ", {"x-content-signature": sign(CANARIES["signing-key"], body)}))
    receiver.close()
    try:
        from cwql.client.redis_limit import RedisRateLimiter

        bucket = RedisRateLimiter(f"redis://:{quote(CANARIES['redis-password'], safe='')}@127.0.0.1:1/0", key="acme")
        spill.look(bucket)
        spill.provoke(bucket._ask)
    except ImportError:
        pass


class Later(SystemClock):
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def wall(self) -> float:
        return super().wall() + self.ahead


class Store:
    """A store for one token."""

    def __init__(self, text: Secret) -> None:
        self.text = text

    def load(self, entry: str) -> Secret | None:
        return self.text

    def save(self, entry: str, text: Secret) -> None:
        self.text = text


@pytest.mark.parametrize("name", NAMES)
def test_canary_does_not_show(spilt: tuple[list[str], list[str]], name: str) -> None:
    texts, _ = spilt
    canary = CANARIES[name]
    for form in {repr(canary)[1:-1], quote(canary), *codes(canary), *[make(canary) for make in FORMS.values()]}:
        assert [text[:300] for text in texts if form in text] == []


def codes(text: str) -> set[str]:
    """Return the base64 form of the middle of a text, wherever it begins in a longer one."""
    return {base64.b64encode(b"\0" * at + text.encode()).decode()[4:-4] for at in range(3)}


@pytest.mark.parametrize(
    "name",
    [
        "manage-basic",
        "manage-client-id",
        "automate-password",
        "two-factor-code",
        "access-token",
        "refresh-token",
        "renewed-token",
        "automate-client-id",
        "stored-token",
        "header-api-key",
        "header-cookie",
        "header-authorization",
    ],
)
def test_canary_was_really_used(spilt: tuple[list[str], list[str]], name: str) -> None:
    assert any(CANARIES[name] in text for text in spilt[1])


def test_there_are_25() -> None:
    assert len(set(CANARIES.values())) == len(NAMES) == 25
    assert len(set(NAMES)) == 25


def test_secret() -> None:
    secret = Secret("geheim-1")
    assert secret.reveal() == "geheim-1"
    assert Secret(secret) == secret
    assert secret != Secret("other")
    assert secret != "geheim-1"
    assert len({secret, Secret("geheim-1")}) == 1
    assert bool(secret)
    assert not Secret("")
    lost = pickle.loads(pickle.dumps(secret))
    with pytest.raises(SecretError, match="because it was pickled"):
        lost.reveal()
    assert copy.deepcopy(secret).reveal() == "geheim-1"


def test_redact() -> None:
    secrets = [Secret("a+b/c=d e"), Secret("a+b/c"), Secret("xy"), Secret("")]
    assert (
        redact("1 a+b/c=d e 2 a+b/c 3 a%2Bb%2Fc%3Dd%20e 4 a%2Bb%2Fc%3Dd+e 5 xy", secrets)
        == "1 *** 2 *** 3 *** 4 *** 5 xy"
    )
    assert redact(json.dumps({"k": 'quo"te-é'}), [Secret('quo"te-é')]) == '{"k": "***"}'


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", ["hunter22", 'p+"/=\\ä€😀', "a b&c<d>'e'", "%41%2B&amp;", "AAAAAAAA", "ÿÿÿÿÿÿ"])
def test_redacted_forms(form: str, secret: str) -> None:
    text = FORMS[form](secret)
    assert redact(f"password={text}&user=jdoe", [Secret("other-secret"), Secret(secret)]) == "password=***&user=jdoe"
    assert redact(f"<{text}> <{text}>", [Secret(secret)]) == "<***> <***>"


def test_redaction_leaves_the_rest_as_it_is() -> None:
    text = 'é %41 \\u0042 &amp; 😀 "x" \ud800 AAAA= QUJD'
    assert redact(text, [Secret("hunter22"), Secret("abc"), Secret("")]) == text
    assert redact(f"%41hunter22%42 {text}", [Secret("hunter22")]) == f"%41***%42 {text}"


def test_redaction_of_a_whole_page() -> None:
    secrets = [Secret(f"hunter{number:02}") for number in range(20)]
    page = "%41\\u0042&#67;aHVudGVy" * 12_000
    assert redact(page, secrets) == page
    assert redact(f"{page}{FORMS['base64']('hunter07')}", secrets).endswith("***")


def test_missing_settings_show_no_value() -> None:
    with pytest.raises(ConfigError) as caught:
        manage.Client.from_env(environ={"CONNECTWISE_PRIVATE_KEY": "v3ry-secret"})
    assert "v3ry-secret" not in str(caught.value)
    assert "company" in str(caught.value)
