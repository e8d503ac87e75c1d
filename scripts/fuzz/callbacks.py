"""Forge callbacks: ``python -m scripts.fuzz.callbacks --count 1000000 --seed 1``.

`count` addresses of signing keys, and a tenth as many callbacks, chosen and random ones. The promises:

* an address is accepted only if two other parsers of URLs (urllib's and httpx's) read it as the key of the receiver's own company on
  one of its hosts, and the request that is made for it is read the same way;
* a callback is accepted only if its body and its signature are a genuine pair. The attacker knows what every host serves to
  everybody, has a signing key of a company on the same cloud, and has seen genuine callbacks;
* nothing but errors of `cwql` is raised.

Genuine addresses and callbacks are mixed in, and have to be accepted. Each input has its own seed: a failure is printed with
``--seed SEED --count 1``, which runs it again.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from cwql.client.errors import APIError, UntrustedURLError
from cwql.client.http_types import Headers, Response, TransportFailure
from cwql.client.webhook import KeyLocation
from cwql.webhooks import CallbackReceiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from cwql.client.http_types import Request

COMPANY = "acme"
OTHER_COMPANY = "evil"
HOSTS = ("na.myconnectwise.net", "api-na.myconnectwise.net", "keys.example.com")
CONTROL_EVERY = 500
"""How many forged inputs there are for each genuine one."""

_KEY = "the-signing-key-of-acme"
_OTHER_KEY = "the-signing-key-of-evil"
_KEY_ID = "89966c04-9889-46ad-8d5e-421103aca922"
_OTHER_ID = "11111111-2222-3333-4444-555555555555"
_PATH = "/v2025_1//system/callbackkey/index.rails"
_URL = f"https://{HOSTS[0]}{_PATH}?companyName={COMPANY}&id={_KEY_ID}"
_OTHER_URL = _URL.replace(COMPANY, OTHER_COMPANY).replace(_KEY_ID, _OTHER_ID)
_PUBLIC = (
    "User-agent: *\nDisallow: /search\n",
    '"7.1.0"',
    "{}",
    "<html>sign in</html>",
    "",
    '{"signing_key": ""}',
    "null",
)
"""Texts that everybody can read on the hosts of the cloud."""

_HOST_FORMS = (
    "evil.com", "eu.myconnectwise.net", "myconnectwise.net", "www.connectwise.com", "na.myconnectwise.net.evil.com",
    "na.myconnectwise.net.", ".na.myconnectwise.net", "x.na.myconnectwise.net", "xna.myconnectwise.net", "na-myconnectwise.net",
    "na.myconnectwise.net%2eevil.com", "na.myconnectwise.net\\.evil.com", "na.myconnectwise.net@evil.com", "127.0.0.1", "localhost",
    "[::1]", "2130706433", "na.myconnectwise.net:80", "na.myconnectwise.net:8443", "na.myconnectwise.net:0", "na.myconnectwise.net:",
    "n\u0430.myconnectwise.net", "na\u3002myconnectwise\u3002net", "na.myconnectwi\u017fe.net", "\uff4ea.myconnectwise.net",
    "na.myconnectwise.net:443", "NA.MyConnectWise.NET", *HOSTS,
)  # fmt: skip
_USERS = ("", "", "", "", "x@", "x:y@", "@", "na.myconnectwise.net@", "na.myconnectwise.net%2f@", "https://x@")
_SCHEMES = (
    "https",
    "https",
    "https",
    "https",
    "HTTPS",
    "http",
    "ftp",
    "file",
    "javascript",
    "https:https",
    "\uff48ttps",
    "",
    "blob:https",
)
_CODEBASES = (
    "v2025_1",
    "v4_6_release",
    "V2025_1",
    "..",
    ".",
    "",
    "v2025_1/..",
    "v2025_1%2f..",
    "x" * 100,
    "a/b",
    "v\n",
    "v2025_1;x",
    "%76",
)
_ENDS = (
    "/system/callbackkey/index.rails", "/system/callbackkey/index.rails", "system/callbackkey/index.rails", "/system/callbackkey/index.rails/",
    "/SYSTEM/callbackkey/index.rails", "/system/callbackkey/index_rails", "/system/callbackkey/../index.rails", "/robots.txt",
    "/system/callbackkey/index.rails/../../../robots.txt", "/system%2fcallbackkey%2findex.rails", "/system/callbackkey/index.rails;x",
    "/apis/3.0/system/info", "", "/system/callbackkey//index.rails", "/system/callbackkey/index.rails%00", "/system/./callbackkey/index.rails",
)  # fmt: skip
_QUERIES = (
    f"companyName={COMPANY}&id={_KEY_ID}", f"companyName={COMPANY}&id={_KEY_ID}", f"companyName={OTHER_COMPANY}&id={_OTHER_ID}",
    f"companyName={OTHER_COMPANY}&companyName={COMPANY}&id={_OTHER_ID}", f"companyName={COMPANY}&companyName={OTHER_COMPANY}&id={_OTHER_ID}",
    f"companyName={COMPANY}&id={_OTHER_ID}&companyname={OTHER_COMPANY}", f"companyName={COMPANY}%26companyName={OTHER_COMPANY}&id={_OTHER_ID}",
    f"companyName={COMPANY};companyName={OTHER_COMPANY}&id={_OTHER_ID}", f"companyName[]={OTHER_COMPANY}&id={_OTHER_ID}",
    f"companyName=&id={_KEY_ID}", f"id={_KEY_ID}", f"companyName={COMPANY}", "", f"companyName={COMPANY}&id=", f"companyName={COMPANY}&id=../x",
    f"companyName=%61cme&id={_KEY_ID}", f"companyName=acm\u0435&id={_KEY_ID}", f"companyName={COMPANY}%00&id={_KEY_ID}",
    f"companyName={COMPANY}+&id={_KEY_ID}", f"COMPANYNAME=ACME&ID={_KEY_ID}", f"companyName={COMPANY}&id={_KEY_ID}&x=1",
    f"companyName={COMPANY}&id={_KEY_ID}#x", f"companyName={COMPANY}&id={'9' * 100}", f"companyName={COMPANY}&id={_KEY_ID}&id={_OTHER_ID}",
)  # fmt: skip
_REASONS = (
    "does not match", "CompanyId", "base64", "x-content-signature", "JSON object with", "JSON", "characters", "plain id", "of company",
    "whose path", "names a signing key at", "names no signing key", "no plain http", "no possible port", "bytes",
)  # fmt: skip
"""Parts of the messages with which callbacks are refused."""

_SIGNS = "abz09./\\:@?#&=%;,+-_~!$'\"()[]{}<>|^` \t\r\n\x00\x7f\u00e9\u0430\u3002\uff0f\u202e\U0001f600"


def main(arguments: list[str] | None = None) -> int:
    """Run the inputs and print a report. Return 1 if one of them broke a promise."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz.callbacks")
    parser.add_argument("--count", type=int, default=1_000_000, help="addresses; a tenth as many callbacks")
    parser.add_argument("--seed", type=int, default=1, help="the first seed; each input has its own")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    addresses, callbacks = options.count, max(1, options.count // 10)
    results = Counter[str]()
    failures: list[str] = []
    forged = CallbackCheck()
    checks: tuple[tuple[str, int, AddressCheck | CallbackCheck], ...] = (
        ("address", addresses, AddressCheck()),
        ("callback", callbacks, forged),
    )
    for name, count, subject in checks:
        for seed in range(options.seed, options.seed + count):
            verdict = subject.check(random.Random(seed), seed % CONTROL_EVERY == 0)
            results[f"{name}: {verdict}"] += 1
            if verdict not in ("refused", "genuine"):
                failures.append(f"{name} {subject.shown!r}: {verdict}; again: --seed {seed} --count 1")
    print(f"{addresses:,} addresses and {callbacks:,} callbacks in {time.monotonic() - began:.0f} s")
    for result, number in sorted(results.items()):
        print(f"  {result}: {number:,}")
    for reason, number in forged.reasons.most_common():
        print(f"  callback refused, {reason}: {number:,}")
    for failure in failures[:20]:
        print(failure)
    return 1 if failures else 0


class AddressCheck:
    """Try one address, as `KeyLocation` reads it and as two other parsers do."""

    def __init__(self) -> None:
        self.shown = ""
        self._location = KeyLocation(COMPANY, "na", ["keys.example.com"])

    def check(self, chance: random.Random, control: bool) -> str:
        """Return the verdict on an address made from a seed, or on a genuine one."""
        url = self.shown = _URL if control else make_address(chance)
        try:
            request = self._location.check(url)
        except UntrustedURLError:
            return "GENUINE REFUSED" if control else "refused"
        except Exception as error:
            return f"RAISED {type(error).__name__}"
        return "genuine" if is_genuine(url) and is_genuine(request.target) else "FORGED ACCEPTED"


def is_genuine(url: str) -> bool:
    """Return whether two parsers of URLs find the key of the company, at one of its hosts, in an address."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in ' #\\@"<>'):
        return False
    try:
        parts, other = urlsplit(url), httpx.URL(url)
        port = parts.port
    except (ValueError, httpx.InvalidURL):
        return False
    hosts = {parts.hostname, other.host}
    if len(hosts) != 1 or not hosts <= set(HOSTS) or port not in (None, 443) or other.port not in (None, 443):
        return False
    if (parts.scheme, other.scheme, parts.username, other.userinfo) != ("https", "https", None, b""):
        return False
    steps = [step for step in parts.path.lower().split("/") if step]
    if steps[1:] != ["system", "callbackkey", "index.rails"] or steps[0] in (".", "..") or "%" in parts.path:
        return False
    found = sorted((name.lower(), value) for name, value in parse_qsl(parts.query, keep_blank_values=True))
    return [name for name, _ in found] == ["companyname", "id"] and found[0][1].lower() == COMPANY


def make_address(chance: random.Random) -> str:
    """Return an address that somebody may want a key to be read from."""
    kind = chance.random()
    if kind < 0.5:
        url = (
            f"{chance.choice(_SCHEMES)}://{chance.choice(_USERS)}{chance.choice(_HOST_FORMS)}/{chance.choice(_CODEBASES)}/"
            f"{chance.choice(_ENDS)}?{chance.choice(_QUERIES)}"
        )
        return _mutate(chance, url, chance.choice((0, 0, 0, 1, 2)))
    if kind < 0.9:
        return _mutate(chance, chance.choice((_URL, _OTHER_URL)), chance.randint(1, 4))
    if kind < 0.97:
        return "".join(chance.choices(_SIGNS, k=chance.randrange(80)))
    pump = chance.choice(("a", "/", "//", "?", "@", ".", "%2e", "https://", _URL))
    return f"{chance.choice(('', 'https://', _URL))}{pump * chance.choice((50, 3_000, 20_000))}"


def _mutate(chance: random.Random, text: str, times: int) -> str:
    for _ in range(times):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice((0, 1, 1, 2, 5)))
        middle = text[at:end]
        change: Callable[[str], str] = chance.choice(_CHANGES)
        text = text[:at] + change(middle) + chance.choice(("", "", chance.choice(_SIGNS))) + text[end:]
    return text


_CHANGES: tuple[Callable[[str], str], ...] = (
    lambda text: "",
    lambda text: text * 2,
    lambda text: text[::-1],
    lambda text: text.swapcase(),
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "replace")),
    lambda text: f"{text}/../",
    lambda text: f"{text}@evil.com/",
    lambda text: f"{text}?{_QUERIES[2]}&",
)


class World:
    """The hosts of the cloud: keys at their addresses, and public texts everywhere else."""

    def __init__(self) -> None:
        self.text = ""
        self.reads = 0

    def send(self, request: Request) -> Response:
        """Answer a request as the host would."""
        self.reads += 1
        query = {name.lower(): value for name, value in request.parameters}
        owned = (query.get("companyname", "").lower(), query.get("id", ""))
        key = {(COMPANY, _KEY_ID): _KEY, (OTHER_COMPANY, _OTHER_ID): _OTHER_KEY}.get(owned)
        content = (json.dumps({"signing_key": key}) if key is not None else self.text).encode()
        if request.sink is None:
            raise TransportFailure("protocol", True)
        request.sink.begin(200, Headers())
        request.sink.write(content)
        return Response(200, Headers(), b"", request.target)


class CallbackCheck:
    """Try one callback: a body with a signature that the attacker can make."""

    def __init__(self) -> None:
        self.shown = ""
        self.reasons = Counter[str]()
        self._world = World()
        self._receiver = self._make()

    def _make(self) -> CallbackReceiver:
        return CallbackReceiver(company_id=COMPANY, site="na", key_hosts=["keys.example.com"], http_client=self._world)

    def check(self, chance: random.Random, control: bool) -> str:
        """Return the verdict on a callback made from a seed, or on a genuine one."""
        if control or chance.random() < 0.05:
            # A receiver whose cache is empty.
            self._receiver = self._make()
        genuine = _body(chance, _URL)
        body, signature = (genuine, sign(_KEY, genuine)) if control else self._forge(chance, genuine)
        self.shown = f"{body[:2000]!r} {signature[:200]!r}"
        try:
            self._receiver.unwrap(body, {"X-Content-Signature": signature})
        except APIError as error:
            reason = next((reason for reason in _REASONS if reason in str(error)), "another reason")
            self.reasons[f"{type(error).__name__} ({reason})"] += 1
            return "GENUINE REFUSED" if control else "refused"
        except Exception as error:
            return f"RAISED {type(error).__name__}"
        return "genuine" if hmac.compare_digest(signature.strip(), sign(_KEY, body)) and control else "FORGED ACCEPTED"

    def _forge(self, chance: random.Random, genuine: bytes) -> tuple[bytes, str]:
        """Return a body and a signature that are no genuine pair."""
        self._world.text = text = chance.choice(_PUBLIC)
        kind = chance.randrange(6)
        if kind == 0:
            # A genuine callback that is changed, with its own signature.
            body = _change_bytes(chance, genuine)
            return (body, sign(_KEY, genuine)) if body != genuine else (body, sign(_OTHER_KEY, body))
        if kind == 1:
            # A genuine body with a signature that is guessed or changed.
            right = sign(_KEY, genuine)
            signature = chance.choice(
                (
                    "", right[:-1], right.swapcase(), base64.b64encode(chance.randbytes(32)).decode(), right.replace("=", ""),
                    base64.b64decode(right).hex(), f"sha256={right}", f"{right}, {right}", right[::-1], "=" * 44, "A" * 43 + "=",
                )
            )  # fmt: skip
            return genuine, signature if signature != right else ""
        url = chance.choice((_OTHER_URL, _URL, make_address(chance), make_address(chance)))
        body = _body(chance, url, company=chance.choice((*[COMPANY] * 12, OTHER_COMPANY, "", "ACME ", None, ["acme"])))
        if kind == 2:
            # Two members of one name, of which one reader takes the first and another the last.
            twin = json.dumps({"CompanyId": OTHER_COMPANY, "Metadata": {"key_url": _OTHER_URL}})[1:-1].encode()
            body = b"{" + twin + b", " + body[1:] if chance.random() < 0.5 else body[:-1] + b", " + twin + b"}"
        key = chance.choice(
            (_OTHER_KEY, _OTHER_KEY, text, text.strip(), text.strip('"'), "", "null", COMPANY, _KEY_ID, url[:200])
        )
        return body, sign(key, body)


def _body(chance: random.Random, url: str, company: object = COMPANY) -> bytes:
    data = {
        "Action": chance.choice(("added", "updated", "deleted")),
        "CallbackObjectRecId": chance.randrange(99_999),
        "CompanyId": company,
        "Entity": json.dumps({"id": 1, "summary": "x" * chance.randrange(200)}),
        "FromUrl": HOSTS[0],
        "ID": chance.randrange(99_999),
        "MemberId": "jdoe",
        "MessageId": f"{chance.getrandbits(128):032x}",
        "Metadata": {"key_url": url},
        "Type": "ticket",
    }
    return json.dumps(data).encode()


def _change_bytes(chance: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.choice((0, 1, 1, 4))] = chance.choice(
            (b"", b" ", b"0", b"\xff", b'"', b"}", b"[" * 2_000, chance.randbytes(2))
        )
    return bytes(changed)


def sign(key: str, body: bytes) -> str:
    """Sign a body as the vendor's guide describes it, written independently of the library."""
    digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    return base64.b64encode(hmac.digest(digest, body, "sha256")).decode()


if __name__ == "__main__":
    sys.exit(main())
