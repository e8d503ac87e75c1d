"""Authentication: `BasicAuth` for Manage (credentials and a client id), `TokenAuth` for Automate (sign-in, expiry, two factors)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cwql.sandbox.messages import HTTPProblem, Request, Response, json_response, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

TOKENS_LIMIT = 10_000
"""How many tokens are valid at a time; the oldest ones end first."""

MEMBER_KEY_LIFE = 24 * 3600.0
"""How many seconds the keys of a member are accepted (impersonation)."""

_REFRESH_LIFE = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials that the sandbox accepts. They are no secret, because it only listens on this machine.

    With a `two_factor_code`, Automate asks its users for it.
    """

    company: str = "sandbox"
    public_key: str = "sandbox-public"
    private_key: str = "sandbox-private"
    client_id: str = "00000000-0000-4000-8000-000000000000"
    username: str = "integrator"
    password: str = "sandbox-password"
    two_factor_code: str | None = None


class BasicAuth:
    """Check Manage's credentials: ``Authorization: Basic base64({company}+{public}:{private})`` and the header ``clientId``."""

    def __init__(self, credentials: Credentials, clock: Callable[[], float], seed: int) -> None:
        self._company = credentials.company
        self._clock = clock
        self._seed = seed
        self._issued = 0
        own = f"{credentials.company}+{credentials.public_key}:{credentials.private_key}"
        self._members = {own: (credentials.username, math.inf)}
        """The member of each accepted pair of keys, and when the keys expire."""

    def issue(self, member: str) -> dict[str, str]:
        """Return keys that act as a member: a public key, a private key, and the time when they expire."""
        self._issued += 1
        keys = [
            hashlib.sha256(f"{kind} {self._issued} {self._seed}".encode()).hexdigest()[:16]
            for kind in ("public", "private")
        ]
        expiry = self._clock() + MEMBER_KEY_LIFE
        self._members[f"{self._company}+{keys[0]}:{keys[1]}"] = (member, expiry)
        while len(self._members) > TOKENS_LIMIT:
            del self._members[list(self._members)[1]]
        return {"publicKey": keys[0], "privateKey": keys[1], "expiration": format_moment(expiry)}

    def check(self, request: Request) -> str:
        """Return the identifier of the member whose keys are sent; any client id is accepted.

        Raises HTTPProblem (401) if the keys are wrong or expired, or the client id is missing.
        """
        scheme, _, coded = request.header("authorization").partition(" ")
        try:
            sent = base64.b64decode(coded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            sent = ""
        member, expiry = self._members.get(sent, ("", 0.0)) if scheme.lower() == "basic" else ("", 0.0)
        if expiry <= self._clock():
            message = "The credentials are not valid: check company id, public key and private key."
            raise HTTPProblem(401, "Unauthorized", message, documented=("InvalidCredentials", message))
        if not request.header("clientid").strip():
            raise HTTPProblem(401, "MissingClientId", "The clientId header is missing.")
        return member


class TokenAuth:
    """Issue Automate's tokens and check them.

    The reference document signs in at ``/APICredentials`` and renews with a refresh token. Real servers were seen to sign in at
    ``/APIToken`` and to renew with the token itself, a bare JSON string. `clock` returns the time in seconds since 1970.
    """

    def __init__(
        self, credentials: Credentials, life: float, contract: str, clock: Callable[[], float], seed: int
    ) -> None:
        self._seed = seed
        self._credentials = credentials
        self._life = life
        self._contract = contract
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._observed: set[str] = set()
        """The tokens that were issued at the observed path."""
        self._refresh_tokens: dict[str, float] = {}
        self.issued = 0
        """How many tokens were issued, renewals included."""

    def contract_of(self, request: Request, path: str) -> str:
        """Return the contract of a caller: that of the path at which its token was issued."""
        path = path.strip("/").lower()
        if request.method == "POST" and path.startswith(("apitoken", "apicredentials")):
            return "observed" if path.startswith("apitoken") else "documented"
        return (
            "observed" if request.header("authorization").partition(" ")[2].strip() in self._observed else "documented"
        )

    def check(self, request: Request) -> None:
        """Raise HTTPProblem (401) if the token is missing, unknown or expired."""
        scheme, _, token = request.header("authorization").partition(" ")
        with self._lock:
            expiry = self._tokens.get(token.strip())
        if scheme.lower() != "bearer" or expiry is None or expiry <= self._clock():
            raise HTTPProblem(401, "Unauthorized", "Token expired or invalid. Re-authenticate.")
        if self._contract == "observed" and not request.header("clientid").strip():
            raise HTTPProblem(401, "Unauthorized", "The ClientId header is missing.")

    def expire(self) -> None:
        """Make all tokens expire now."""
        with self._lock:
            self._tokens.clear()

    def handle(self, request: Request, path: str) -> Response | None:
        """Handle a request to sign in or to renew a token; return None for any other path."""
        path = path.strip("/").lower()
        if request.method != "POST" or path not in (
            "apicredentials",
            "apicredentials/refresh",
            "apitoken",
            "apitoken/refresh",
        ):
            return None
        if path.startswith("apicredentials") and self._contract == "observed":
            raise HTTPProblem(404, "NotFound", "No HTTP resource was found that matches the request URI.")
        body = parse_json(request.body)
        if path == "apicredentials":
            return self._sign_in(_members(body), "twofactorcode", documented=True)
        if path == "apitoken":
            return self._sign_in(_members(body), "twofactorpasscode", documented=False)
        if path == "apicredentials/refresh":
            return self._renew(_members(body).get("refreshtoken"), self._refresh_tokens, documented=True)
        return self._renew(body, self._tokens, documented=False)

    def _sign_in(self, members: dict[str, Any], factor: str, *, documented: bool) -> Response:
        expected = self._credentials
        if members.get("username") != expected.username or members.get("password") != expected.password:
            raise HTTPProblem(401, "Unauthorized", "The username or password is not valid.")
        if expected.two_factor_code is not None and members.get(factor) != expected.two_factor_code:
            if members.get(factor):
                raise _refuse_code(str(members[factor]))
            if documented:
                raise HTTPProblem(401, "TwoFactorRequired", "A two-factor code is required.")
            # Real servers were seen to respond with status 200 and an empty token.
            return json_response({"AccessToken": "", "TokenType": "Bearer", "IsTwoFactorRequired": True})
        return self._issue(documented)

    def _renew(self, token: object, valid: dict[str, float], *, documented: bool) -> Response:
        with self._lock:
            expiry = valid.pop(token, 0.0) if isinstance(token, str) else 0.0
        if expiry <= self._clock():
            raise HTTPProblem(401, "Unauthorized", "The token cannot be renewed. Re-authenticate.")
        return self._issue(documented)

    def _issue(self, documented: bool) -> Response:
        now = self._clock()
        with self._lock:
            self.issued += 1
            token, refresh = (
                hashlib.sha256(f"{kind} {self.issued} {self._seed}".encode()).hexdigest()
                for kind in ("token", "refresh")
            )
            self._tokens[token] = now + self._life
            if documented:
                self._refresh_tokens[refresh] = now + _REFRESH_LIFE
            else:
                self._observed.add(token)
            for expiries in (self._tokens, self._refresh_tokens):
                _drop_old(expiries, now)
            self._observed &= self._tokens.keys()
        if documented:
            return json_response({
                "AccessToken": token,
                "TokenType": "Bearer",
                "ExpiresIn": int(self._life),
                "RefreshToken": refresh,
                "UserID": 1,
                "Username": self._credentials.username,
            })  # fmt: skip
        return json_response({
            "AccessToken": token,
            "TokenType": "Bearer",
            "ExpirationDate": format_moment(now + self._life),
            "AbsoluteExpirationDate": format_moment(now + self._life + 24 * 3600),
            "UserId": "1",
            "InternalUserName": self._credentials.username,
            "IsTwoFactorRequired": False,
            "IsInternalTwoFactorRequired": False,
        })  # fmt: skip


def _refuse_code(code: str) -> HTTPProblem:
    if not (code.isascii() and code.isdigit()):
        return HTTPProblem(401, "TwoFactorMalformed", "The two-factor code is not a number.")
    return HTTPProblem(401, "TwoFactorInvalid", "The two-factor code is not valid, or has expired.")


def format_moment(seconds: float) -> str:
    """Return a time as the APIs write it, in whole seconds."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _drop_old(expiries: dict[str, float], now: float) -> None:
    """Remove tokens that have expired, and the oldest ones if there are too many. Tokens are in the order of their expiry."""
    old: list[str] = []
    for token, expiry in expiries.items():
        if expiry > now and len(expiries) - len(old) <= TOKENS_LIMIT:
            break
        old.append(token)
    for token in old:
        del expiries[token]


def _members(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise HTTPProblem(400, "BadRequest", "The request body is not a JSON object.")
    return {name.lower(): value for name, value in body.items()}
