"""Automate's tokens: `Token`, and the two sign-in contracts, each a row of paths and member names.

=============  ==============================  ================================================
contract       documented                      observed (release 25.0.5)
=============  ==============================  ================================================
sign in        POST /APICredentials            POST /APIToken
two-factor     TwoFactorCode                   TwoFactorPasscode
refresh        POST /APICredentials/Refresh    POST /APIToken/Refresh
its body       {"RefreshToken": …}             the token itself, as a bare JSON text
life           ExpiresIn (seconds)             ExpirationDate, AbsoluteExpirationDate (dates)
=============  ==============================  ================================================
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from cwql.client.auth.secret import Secret
from cwql.client.credentials import header_fault
from cwql.client.errors import (
    APIStatusError,
    AuthenticationError,
    InvalidResponseError,
    TwoFactorRequiredError,
)
from cwql.client.http_types import Headers, Request
from cwql.client.retry import server_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql.client.error_body import Refusal
    from cwql.client.http_types import Response

DEFAULT_LIFE = 3600.0
"""Default lifetime of a token in seconds if the server names none; observed servers give about an hour."""

TOKEN_LIMIT = 1 << 20
"""How many bytes the response to a sign-in may have; parsed, it takes many times as much memory."""

_TWO_FACTOR = ("two factor", "two-factor", "twofactor", "2fa", "passcode", "mfa")


@dataclass(frozen=True, slots=True)
class Token:
    """A token. `ends` and `renewable_until` are in seconds since 1970, `life` in seconds; `refresh` may be empty."""

    access: Secret
    ends: float
    life: float
    contract: str
    refresh: Secret
    renewable_until: float | None = None

    def dump(self) -> str:
        """Return the token as text, for a store that keeps secrets."""
        values = (
            self.access.reveal(),
            self.ends,
            self.life,
            self.contract,
            self.refresh.reveal(),
            self.renewable_until,
        )
        return json.dumps(values)

    @classmethod
    def parse(cls, text: Secret) -> Token | None:
        """Return the token that `dump` wrote; None for any other text."""
        try:
            access, ends, life, contract, refresh, until = json.loads(text.reveal())
            token = cls(Secret(str(access)), float(ends), float(life), str(contract), Secret(str(refresh)))
            if token.contract not in CONTRACTS or not access or header_fault(token.access):
                return None
            return cls(token.access, token.ends, token.life, token.contract, token.refresh, until and float(until))
        except (ValueError, TypeError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Contract:
    """Describe one way to sign in."""

    name: Literal["documented", "observed"]
    path: str
    code_member: str
    bare: bool

    def sign_in(
        self, base_url: str, username: str, password: Secret, code: Secret, headers: Mapping[str, str]
    ) -> Request:
        """Return the request that signs in."""
        body = {"Username": username, "Password": password.reveal()}
        if code:
            body[self.code_member] = code.reveal()
        return self._post(f"{base_url}{self.path}", body, headers)

    def refresh(
        self, base_url: str, token: Token, wall: float, rejected: bool, headers: Mapping[str, str]
    ) -> Request | None:
        """Return the request that renews a token, or None if this one cannot be renewed."""
        if token.renewable_until is not None and wall >= token.renewable_until:
            return None
        if not self.bare:
            if not token.refresh:
                return None
            return self._post(f"{base_url}{self.path}/Refresh", {"RefreshToken": token.refresh.reveal()}, headers)
        # A token renews itself only while it is good.
        if rejected or wall >= token.ends:
            return None
        bearer = {"authorization": f"Bearer {token.access.reveal()}", **headers}
        return self._post(f"{base_url}{self.path}/Refresh", token.access.reveal(), bearer)

    def _post(self, url: str, body: object, headers: Mapping[str, str]) -> Request:
        plain = {"content-type": "application/json", "accept": "application/json", **headers}
        # Signing in twice does no harm, so it may be tried again after any failure.
        return Request("POST", url, (), Headers(plain), json.dumps(body).encode(), repeatable=True, label="sign in")


CONTRACTS: dict[str, Contract] = {
    "documented": Contract("documented", "/APICredentials", "TwoFactorCode", bare=False),
    "observed": Contract("observed", "/APIToken", "TwoFactorPasscode", bare=True),
}
"""Every contract by name, in the order in which they are tried."""


def read_token(response: Response, contract: Contract, wall: float, old: Token | None) -> Token | None:
    """Return the token of a response, or None. The members of both contracts are understood."""
    members = _members(response)
    access = members.get("accesstoken")
    if not isinstance(access, str) or not access.strip():
        return None
    now = server_time(response.headers, wall)
    seconds = _number(members.get("expiresin"))
    end = _moment(members.get("expirationdate"))
    life = DEFAULT_LIFE
    if seconds is not None and 0 < seconds < 1e9:
        life = seconds
    elif end is not None and end > now:
        # Against the server's own clock: ours may be wrong.
        life = end - now
    refresh = members.get("refreshtoken")
    kept = old.refresh if old is not None else Secret("")
    absolute = _moment(members.get("absoluteexpirationdate"))
    return Token(
        Secret(access.strip()),
        wall + life,
        life,
        contract.name,
        Secret(refresh) if isinstance(refresh, str) and refresh else kept,
        wall + (absolute - now) if absolute is not None and absolute > now else None,
    )


def sign_in_error(response: Response, refusal: Refusal) -> type[APIStatusError] | None:
    """Return the kind of error for a response to a sign-in without a token; None if its status decides."""
    members = _members(response)
    said = f"{refusal.code} {refusal.message}".lower()
    wanted = members.get("istwofactorrequired") is True or members.get("isinternaltwofactorrequired") is True
    if wanted or (response.status_code in (400, 401, 403) and any(word in said for word in _TWO_FACTOR)):
        return TwoFactorRequiredError
    if response.status_code in (200, 201):
        return AuthenticationError if members else InvalidResponseError
    return AuthenticationError if response.status_code in (400, 403) else None


def _members(response: Response) -> dict[str, object]:
    if len(response.content) > TOKEN_LIMIT:
        return {}
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _moment(text: object) -> float | None:
    """Return an ISO date in seconds since 1970; one without a zone is UTC."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
