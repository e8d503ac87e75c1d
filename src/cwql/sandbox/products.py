"""What sets the two servers apart, as data: `Server`, one record each for Manage and Automate, and how each says no.

``documented`` is what the reference documents describe, ``observed`` what real servers were seen to do. Where nothing is observed
the documented form is used, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cwql.sandbox.messages import Refusal, Reply, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

Contract = Literal["documented", "observed"]
CONTRACTS: tuple[Contract, ...] = ("documented", "observed")


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """Describe one product's server.

    `roots` are what stands before the paths of its catalog, `base` what stands before those of its OpenAPI document. `conditions` maps each query parameter that holds a condition to how
    it is read: ``plain``, ``child`` or ``custom``. `page_sizes` are the sizes of a page that is not asked for otherwise, by
    contract. `tokens` tells whether callers sign in first, `links` whether pages name the next one. `unknown_name` makes the
    refusal for an unknown name in a condition, `say_no` the reply for a refusal.
    """

    product: str
    roots: tuple[str, ...]
    base: str
    conditions: dict[str, str]
    field_lists: tuple[str, ...]
    excluding: tuple[str, ...]
    page_sizes: dict[str, int]
    everything: bool
    tokens: bool
    links: bool
    through_children: bool
    strict_enums: bool
    unknown_name: Refuse
    say_no: SayNo


def _manage_unknown(name: str) -> Refusal:
    return Refusal(400, "ApiFindCondition", f"{name} is not a recognized name.")


def _automate_unknown(name: str) -> Refusal:
    return Refusal(400, "BadRequest", f"Invalid field {name} in condition parameter", details=("condition", name))


def _manage_no(refusal: Refusal, contract: str) -> Reply:
    if refusal.status == 429 and contract == "observed":
        body: dict[str, object] = {"error": "ConnectWiseAPI", "message": refusal.message}
    else:
        body = {"code": refusal.code, "message": refusal.message}
        if refusal.errors:
            body["errors"] = [{"code": c, "message": m, "field": f} for c, m, f in refusal.errors]
    return reply_json(body, refusal.status, refusal.headers)


def _automate_no(refusal: Refusal, contract: str) -> Reply:
    if contract == "observed":
        body: dict[str, object] = {"Message": refusal.message}
        if refusal.errors:
            body["ModelState"] = {field: [message] for _, message, field in refusal.errors}
    else:
        error: dict[str, object] = {"code": refusal.code, "message": refusal.message}
        details = refusal.details or ((refusal.errors[0][2], refusal.errors[0][1]) if refusal.errors else None)
        if details:
            error["details"] = {"field": details[0], "value": details[1]}
        body = {"error": error}
    return reply_json(body, refusal.status, refusal.headers)


if TYPE_CHECKING:
    Refuse: TypeAlias = Callable[[str], Refusal]
    SayNo: TypeAlias = Callable[[Refusal, str], Reply]

MANAGE = Server(
    product="manage",
    roots=("/v4_6_release/apis/3.0", "/apis/3.0"),
    base="/v4_6_release/apis/3.0",
    conditions={"conditions": "plain", "childConditions": "child", "customFieldConditions": "custom"},
    field_lists=("fields",),
    excluding=(),
    page_sizes={"documented": 25, "observed": 25},
    everything=False,
    tokens=False,
    links=True,
    # Members of collections get 400 in `conditions` and are what `childConditions` is for.
    through_children=False,
    strict_enums=True,
    unknown_name=_manage_unknown,
    say_no=_manage_no,
)
AUTOMATE = Server(
    product="automate",
    roots=("/cwa/api/v1", "/cwa"),
    base="/cwa",
    conditions={"condition": "plain"},
    field_lists=("includeFields", "includedFields"),
    excluding=("excludeFields", "excludedFields"),
    page_sizes={"documented": 50, "observed": 30},
    # A page size of -1 asks for everything.
    everything=True,
    tokens=True,
    links=False,
    through_children=True,
    strict_enums=False,
    unknown_name=_automate_unknown,
    say_no=_automate_no,
)
SERVERS = (MANAGE, AUTOMATE)
