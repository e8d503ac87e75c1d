"""How a client proves who it is: `KeyPair` (Manage), `TokenSignIn` (Automate). Both give headers, as flows.

=============  ==============================  ================================================
contract       documented                      observed (release 25.0.5)
=============  ==============================  ================================================
sign in        POST /APICredentials            POST /APIToken
two-factor     TwoFactorCode                   TwoFactorPasscode
refresh        POST /APICredentials/Refresh    POST /APIToken/Refresh
its body       {"RefreshToken": …}             the token itself, as a bare JSON text
life           ExpiresIn (seconds)             ExpirationDate, AbsoluteExpirationDate (dates)
=============  ==============================  ================================================

The token is shared by all threads and tasks of a client: one of them renews it, the others wait for that one. A sign-in
that was refused is not tried again for a while, since accounts are locked after a few wrong passwords.
"""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from cwql.client.concurrency import SingleFlight
from cwql.client.credentials import Secret, header_fault, hide, require, reveal, text_fault
from cwql.client.effects import Work
from cwql.client.error_body import Refusal, read_refusal, redact_response
from cwql.client.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    ServerError,
    TwoFactorRequiredError,
    reply_error,
)
from cwql.client.http_types import Headers, Request, TransportFailure
from cwql.client.retry import server_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cwql.client.credentials import TokenStore
    from cwql.client.drivers import Clock
    from cwql.client.effects import Flow
    from cwql.client.http_types import Response

    Deliver: TypeAlias = Callable[[Request], Flow[Response]]
    """Sends a request as the client sends it: paced, tried again; without asking for authentication in turn."""


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
        # Only a valid token can be renewed.
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


logger = logging.getLogger("cwql.client")

MARGIN = 300.0
"""Seconds before its end at which a token is renewed; half its life if it lives for less than twice that."""

PATIENCE = 30.0
"""Seconds between attempts to renew a token that is still valid, if the server fails."""

DIGITS = 6
"""The length of a two-factor code."""

REFUSED_FOR = 60.0
"""Seconds in which a refused sign-in is not tried again."""


class Authentication(Protocol):
    """Give the headers that a call needs."""

    def headers(self, deliver: Deliver) -> Flow[Headers]:
        """Return the headers of a call, signing in if necessary."""
        ...

    def renew(self, deliver: Deliver, refused: Headers) -> Flow[bool]:
        """After a 401: get new credentials instead of those in `refused`. Return False if there are none to get."""
        ...

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the texts that must not be shown."""
        ...


class KeyPair:
    """Authenticate by the keys of an API member (HTTP Basic) and a client id, on every request."""

    __slots__ = ("_headers", "_secrets")

    def __init__(
        self,
        company: str,
        public_key: str | Secret | None,
        private_key: str | Secret | None,
        client_id: str | Secret | None = None,
    ) -> None:
        public_key, private_key, client_id = (hide(each) or Secret("") for each in (public_key, private_key, client_id))
        require({
            "company_id": text_fault(company) or _divides(company, "+:"),
            "public_key": text_fault(public_key) or _divides(public_key, ":"),
            "private_key": text_fault(private_key),
            "client_id": header_fault(client_id),
        })  # fmt: skip
        basic = _basic(company, public_key, private_key)
        self._headers = Headers({"authorization": f"Basic {basic.reveal()}", **_client_header("clientId", client_id)})
        self._secrets = (private_key, public_key, basic, client_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the texts that must not be shown."""
        return self._secrets

    def with_keys(self, company: str, public_key: Secret, private_key: Secret) -> KeyPair:
        """Return the same client id with other keys."""
        return KeyPair(company, public_key, private_key, self._secrets[3])

    def headers(self, deliver: Deliver) -> Flow[Headers]:
        """Return the headers of a call."""
        return self._headers
        yield  # type: ignore[unreachable]  # makes this a flow, of no steps

    def renew(self, deliver: Deliver, refused: Headers) -> Flow[bool]:
        """Return False, because keys do not change."""
        return False
        yield  # type: ignore[unreachable]


class TokenSignIn:
    """Authenticate by a token that the server returns for a user name and a password (and a two-factor code).

    `base_url` is the API's root without a slash at its end. `two_factor_code` is a code, or a function that returns a new
    one for each sign-in. `contract` is ``auto`` (the documented sign-in, or the observed one if the first answers 404;
    remembered) or the name of one. `token_store` keeps the token between processes.
    """

    def __init__(  # noqa: PLR0913 - the settings of a sign-in
        self,
        base_url: str,
        username: str,
        password: str | Secret,
        clock: Clock,
        *,
        two_factor_code: str | Secret | Callable[[], str] | None = None,
        client_id: str | Secret | None = None,
        contract: str = "auto",
        token_store: TokenStore | None = None,
    ) -> None:
        password, client_id = (hide(each) or Secret("") for each in (password, client_id))
        two_factor = two_factor_code if callable(two_factor_code) else hide(two_factor_code) or Secret("")
        require({
            "username": text_fault(username),
            # It is sent in a JSON text, which can contain any character.
            "password": text_fault(password, control=True),
            "two_factor_code": "" if callable(two_factor) else text_fault(two_factor),
            "client_id": header_fault(client_id),
        })  # fmt: skip
        if contract != "auto" and contract not in CONTRACTS:
            raise ValueError(f"contract is auto, {' or '.join(CONTRACTS)}: got {contract!r}")
        self.base_url = base_url
        self.username = username
        self.contract: str | None = None if contract == "auto" else contract
        self._password = password
        self._two_factor = two_factor
        self._client_id = client_id
        self._client_header = _client_header("ClientId", client_id)
        self._clock = clock
        self._store = token_store
        self._asked_store = token_store is None
        self._token: Token | None = None
        self._flight: SingleFlight[Token] = SingleFlight()
        self._refused: tuple[float, AuthenticationError] | None = None
        self._patient_until = 0.0

    def __repr__(self) -> str:
        # A traceback may show an object whose constructor was refused its arguments.
        known = self.__dict__
        return f"<{type(self).__name__} {known.get('username', '')!r} at {known.get('base_url', '')}>"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return the texts that must not be shown."""
        token = self._token
        code = self._two_factor
        found = [self._password, self._client_id, *([code] if isinstance(code, Secret) else [])]
        if token is not None:
            found += [token.access, token.refresh]
        return tuple(found)

    def headers(self, deliver: Deliver) -> Flow[Headers]:
        """Return the headers of a call, signing in or renewing the token if necessary.

        Raises AuthenticationError, TwoFactorRequiredError, and the errors of `deliver`.
        """
        token = self._token
        if token is None:
            token = yield from self._replace(deliver, None)
        elif self._due(token):
            try:
                token = yield from self._replace(deliver, token)
            except (APIConnectionError, TransportFailure, ServerError, RateLimitError) as error:
                # The old token is valid for some minutes, in which the server may recover.
                if self._clock.wall() >= token.ends:
                    raise
                self._patient_until = self._clock.wall() + PATIENCE
                logger.warning("the token could not be renewed yet: %s", type(error).__name__)
        return self._with_token(token)

    def renew(self, deliver: Deliver, refused: Headers) -> Flow[bool]:
        """After a 401: get a token instead of the one in `refused`, unless another call already did."""
        token = self._token
        if token is not None and self._with_token(token).get("authorization") == refused.get("authorization"):
            yield from self._replace(deliver, token, rejected=True)
        return True

    def _with_token(self, token: Token) -> Headers:
        return Headers({"authorization": f"Bearer {token.access.reveal()}", **self._client_header})

    def _due(self, token: Token) -> bool:
        now = self._clock.wall()
        return now >= token.ends or now >= max(token.ends - min(MARGIN, token.life / 2), self._patient_until)

    def _replace(self, deliver: Deliver, old: Token | None, rejected: bool = False) -> Flow[Token]:
        """Get another token than `old`, by a sign-in or by waiting for that of another call."""

        def done() -> Token | None:
            token = self._token
            return token if token is not old else None

        def work() -> Flow[Token]:
            token = yield from self._obtain(deliver, old, rejected)
            self._token = token
            return token

        return (yield from self._flight.share(done, work))

    def _obtain(self, deliver: Deliver, old: Token | None, rejected: bool) -> Flow[Token]:
        if not self._asked_store:
            self._asked_store = True
            kept = yield from self._load()
            if kept is not None and not self._due(kept):
                return kept
        token = (yield from self._refresh(deliver, old, rejected)) if old is not None else None
        if token is None:
            token = yield from self._sign_in(deliver)
        if self._store is not None:
            store, text = self._store, Secret(token.dump())
            yield Work(lambda: store.save(self._entry, text))
        return token

    def _load(self) -> Flow[Token | None]:
        store = self._store
        if store is None:
            return None
        text: Secret | None = yield Work(lambda: store.load(self._entry))
        token = Token.parse(text) if text is not None else None
        if token is not None and self.contract in (None, token.contract):
            self.contract = token.contract
            return token
        return None

    @property
    def _entry(self) -> str:
        return f"{self.username}@{self.base_url}"

    def _refresh(self, deliver: Deliver, old: Token, rejected: bool) -> Flow[Token | None]:
        """Exchange the old token for a new one; None if only a new sign-in helps."""
        contract = CONTRACTS[old.contract]
        request = contract.refresh(self.base_url, old, self._clock.wall(), rejected, self._client_header)
        if request is None:
            return None
        response = yield from deliver(request)
        if response.status_code >= 500 or response.status_code in (408, 429):
            raise self._error(response, request)
        # A token that the server no longer takes, or that can no longer be renewed, is no failure: sign in again.
        token = read_token(response, contract, self._clock.wall(), old) if response.status_code == 200 else None
        return token if token is not None and not header_fault(token.access) else None

    def _sign_in(self, deliver: Deliver) -> Flow[Token]:
        refused = self._refused
        if refused is not None and self._clock.wall() < refused[0]:
            raise copy(refused[1])
        code = self._two_factor
        digits = code if isinstance(code, Secret) else hide(code()) or Secret("")
        require({"the result of two_factor": text_fault(digits)})
        names = [self.contract] if self.contract is not None else list(CONTRACTS)
        for name in names:
            contract: Contract = CONTRACTS[name]
            request = contract.sign_in(self.base_url, self.username, self._password, digits, self._client_header)
            response = yield from deliver(request)
            if response.status_code in (404, 405) and name != names[-1]:
                continue
            token = (
                read_token(response, contract, self._clock.wall(), None) if response.status_code in (200, 201) else None
            )
            if token is not None:
                if header_fault(token.access):
                    raise self._unusable(response, request)
                self.contract, self._refused = name, None
                return token
            error = self._error(response, request)
            if isinstance(error, AuthenticationError):
                self._refused = (self._clock.wall() + REFUSED_FOR, error)
            raise error
        raise AssertionError("there is at least one contract")

    def _unusable(self, response: Response, request: Request) -> Exception:
        refusal = Refusal(response.status_code, message="the server sent a token that no header can carry")
        return reply_error(
            refusal, "automate", InvalidResponseError, request=request.bare(), title=f"POST {request.url}"
        )

    def _error(self, response: Response, request: Request) -> Exception:
        kind_of = response
        response = redact_response(replace(response, request=request.bare()), self.secrets)
        refusal = read_refusal(response.status_code, response.headers, response.content)
        error = reply_error(
            refusal,
            "automate",
            sign_in_error(kind_of, refusal),
            request=response.request,
            response=response,
            title=f"POST {request.url}",
        )
        if isinstance(error, NotFoundError):
            error.hint = "no sign-in there: check the server's name, and that it is an Automate server"
        if isinstance(error, TwoFactorRequiredError):
            error.hint = _two_factor_hint(self._two_factor)
        return error


def _two_factor_hint(code: Secret | Callable[[], str]) -> str:
    """Return the advice for a sign-in whose second factor is missing or refused."""
    if callable(code):
        return "the server refused the code that was made: check the key of the authenticator app, and the clock of this machine"
    if not code:
        return (
            "give the six digits as two_factor_code= (CONNECTWISE_AUTOMATE_2FA), or the secret of the authenticator app as totp_secret=, from which "
            "codes are made; an integrator account needs neither"
        )
    text = code.reveal().strip().replace(" ", "")
    if not text.isdigit() or len(text) != DIGITS:
        return f"the two-factor code has not {DIGITS} digits"
    return "the two-factor code is wrong or too old: a code is valid for about 30 seconds; the key of the authenticator app makes new ones"


def _client_header(name: str, client_id: Secret) -> Headers:
    return Headers({name: client_id.reveal()} if client_id else {})


def _basic(company: str, public_key: Secret, private_key: Secret) -> Secret:
    pair = f"{company}+{public_key.reveal()}:{private_key.reveal()}"
    return Secret(b64encode(pair.encode()).decode())


def _divides(text: str | Secret, signs: str) -> str:
    """Return an error message for a text that contains the separator of the credentials."""
    found = [sign for sign in signs if sign in reveal(text)]
    return f"holds {found[0]!r}, which divides the credentials" if found else ""
