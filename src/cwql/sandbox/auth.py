"""Who may ask: `Keys` for Manage (Basic credentials and a client id), `Tokens` for Automate (signing in, expiry, renewal, two factors)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cwql.sandbox.messages import Refusal, Reply, Request, read_json, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold what the sandbox lets in. They are no secret: it only listens on this machine.

    With a `two_factor_code` Automate asks its users for it.
    """

    company: str = "sandbox"
    public_key: str = "sandbox-public"
    private_key: str = "sandbox-private"
    client_id: str = "00000000-0000-4000-8000-000000000000"
    username: str = "integrator"
    password: str = "sandbox-password"
    two_factor_code: str | None = None


TOKENS = 10_000
"""How many tokens are valid at a time; the oldest ones end first."""


class Keys:
    """Check Manage's credentials: ``Authorization: Basic base64({company}+{public}:{private})`` and the header ``clientId``."""

    def __init__(self, credentials: Credentials) -> None:
        self._expected = f"{credentials.company}+{credentials.public_key}:{credentials.private_key}"

    def check(self, request: Request) -> None:
        """Raise Refusal (401) for wrong credentials or a missing client id; any client id will do."""
        scheme, _, coded = request.header("authorization").partition(" ")
        try:
            given = base64.b64decode(coded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            given = ""
        if scheme.lower() != "basic" or not hmac.compare_digest(given.encode(), self._expected.encode()):
            raise Refusal(
                401,
                "InvalidCredentials",
                "The credentials are not valid: check company id, public key and private key.",
            )
        if not request.header("clientid").strip():
            raise Refusal(401, "MissingClientId", "The clientId header is missing.")


class Tokens:
    """Give out Automate's tokens and check them.

    The reference document signs in at ``/APICredentials`` and renews with a refresh token; servers were observed to sign in at
    ``/APIToken`` and to renew with the token itself, a bare JSON string. `clock` gives the time in seconds since 1970.
    """

    def __init__(self, credentials: Credentials, life: float, contract: str, clock: Callable[[], float]) -> None:
        self._credentials = credentials
        self._life = life
        self._contract = contract
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._refresh: dict[str, float] = {}
        self._issued = 0
        self.signings = 0
        """How many tokens were given out, renewals included."""

    def check(self, request: Request) -> None:
        """Raise Refusal (401) for a missing, unknown or expired token."""
        scheme, _, token = request.header("authorization").partition(" ")
        with self._lock:
            expiry = self._tokens.get(token.strip())
        if scheme.lower() != "bearer" or expiry is None or expiry <= self._clock():
            raise Refusal(401, "Unauthorized", "Token expired or invalid. Re-authenticate.")
        if self._contract == "observed" and not request.header("clientid").strip():
            raise Refusal(401, "Unauthorized", "The ClientId header is missing.")

    def expire(self) -> None:
        """Let every token expire now."""
        with self._lock:
            self._tokens.clear()

    def answer(self, request: Request, place: str) -> Reply | None:
        """Answer a request to sign in or to renew a token; None for any other place."""
        place = place.strip("/").lower()
        if request.method != "POST" or place not in (
            "apicredentials",
            "apicredentials/refresh",
            "apitoken",
            "apitoken/refresh",
        ):
            return None
        if place.startswith("apicredentials") and self._contract == "observed":
            raise Refusal(404, "NotFound", "No HTTP resource was found that matches the request URI.")
        body = read_json(request.body)
        if place == "apicredentials":
            return self._sign_in(_members(body), "twofactorcode", documented=True)
        if place == "apitoken":
            return self._sign_in(_members(body), "twofactorpasscode", documented=False)
        if place == "apicredentials/refresh":
            return self._renew(_members(body).get("refreshtoken"), self._refresh, documented=True)
        return self._renew(body, self._tokens, documented=False)

    def _sign_in(self, members: dict[str, Any], factor: str, *, documented: bool) -> Reply:
        known = self._credentials
        if members.get("username") != known.username or members.get("password") != known.password:
            raise Refusal(401, "Unauthorized", "The username or password is not valid.")
        if known.two_factor_code is not None and members.get(factor) != known.two_factor_code:
            if documented or members.get(factor):
                raise Refusal(401, "TwoFactorRequired", "A valid two-factor code is required.")
            # Servers were observed to answer 200 with an empty token.
            return reply_json({"AccessToken": "", "TokenType": "Bearer", "IsTwoFactorRequired": True})
        return self._grant(documented)

    def _renew(self, token: object, valid: dict[str, float], *, documented: bool) -> Reply:
        with self._lock:
            expiry = valid.pop(token, 0.0) if isinstance(token, str) else 0.0
        if expiry <= self._clock():
            raise Refusal(401, "Unauthorized", "The token cannot be renewed. Re-authenticate.")
        return self._grant(documented)

    def _grant(self, documented: bool) -> Reply:
        now = self._clock()
        with self._lock:
            self._issued += 1
            self.signings += 1
            token, refresh = (
                hashlib.sha256(f"{kind} {self._issued} {id(self)}".encode()).hexdigest()
                for kind in ("token", "refresh")
            )
            self._tokens[token] = now + self._life
            if documented:
                self._refresh[refresh] = now + 24 * 3600
            for issued in (self._tokens, self._refresh):
                _drop_old(issued, now)
        if documented:
            return reply_json({
                "AccessToken": token,
                "TokenType": "Bearer",
                "ExpiresIn": int(self._life),
                "RefreshToken": refresh,
                "UserID": 1,
                "Username": self._credentials.username,
            })  # fmt: skip
        expiry = datetime.fromtimestamp(now, UTC) + timedelta(seconds=self._life)
        return reply_json({
            "AccessToken": token,
            "TokenType": "Bearer",
            "ExpirationDate": f"{expiry:%Y-%m-%dT%H:%M:%SZ}",
            "AbsoluteExpirationDate": f"{expiry + timedelta(hours=24):%Y-%m-%dT%H:%M:%SZ}",
            "UserId": "1",
            "InternalUserName": self._credentials.username,
            "IsTwoFactorRequired": False,
            "IsInternalTwoFactorRequired": False,
        })  # fmt: skip


def _drop_old(expiries: dict[str, float], now: float) -> None:
    """Remove tokens that have expired, and the oldest ones if there are too many. Tokens are in the order of their expiry."""
    old: list[str] = []
    for token, expiry in expiries.items():
        if expiry > now and len(expiries) - len(old) <= TOKENS:
            break
        old.append(token)
    for token in old:
        del expiries[token]


def _members(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal(400, "BadRequest", "The request body is not a JSON object.")
    return {name.lower(): value for name, value in body.items()}
