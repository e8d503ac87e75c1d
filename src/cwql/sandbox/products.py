"""The differences between the two servers, as data: a `Product` record for Manage and for Automate, and their error bodies.

``documented`` is the behaviour of the reference documents, ``observed`` that of real servers. If nothing was observed, the
documented form is used, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cwql.sandbox.messages import HTTPProblem, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    ProblemFactory: TypeAlias = Callable[[str], HTTPProblem]
    ProblemWriter: TypeAlias = Callable[[HTTPProblem, str], Response]

Contract = Literal["auto", "documented", "observed"]
CONTRACTS: tuple[Contract, ...] = ("auto", "documented", "observed")
"""``auto`` responds like ``observed`` on Manage and takes the names of the reference documents in conditions; on Automate each token has the
contract of the path at which it was issued."""


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """The server of one product.

    `roots` are the prefixes of the paths of its catalog, `openapi_root` is the prefix of the paths of its OpenAPI document.
    `conditions` maps each query parameter that contains a condition to its kind: ``plain``, ``child`` or ``custom``. `page_sizes`
    are the default sizes of a page, by contract. `unknown_name` makes the problem of an unknown name in a condition, and
    `write_problem` the response for a problem.
    """

    name: str
    roots: tuple[str, ...]
    openapi_root: str
    conditions: dict[str, str]
    field_lists: tuple[str, ...]
    excluded_lists: tuple[str, ...]
    page_sizes: dict[str, int]
    allows_all: bool
    """A page size of -1 asks for all records, and `ids` for some of them."""

    uses_tokens: bool
    has_links: bool
    """Responses link to the next page, which may start after a key."""

    filters_children: bool
    """Plain conditions may be about the children of a collection."""

    strict_enums: bool
    completes_records: bool
    """References are resolved, new records get default members, and members without a value are left out."""

    refuses_media_types: bool
    """Bodies that are declared as anything but JSON are refused."""

    unknown_name: ProblemFactory
    write_problem: ProblemWriter


def _manage_unknown_name(name: str) -> HTTPProblem:
    return HTTPProblem(400, "ApiFindCondition", f"{name} is not a recognized name.")


def _automate_unknown_name(name: str) -> HTTPProblem:
    return HTTPProblem(400, "BadRequest", f"Invalid field {name} in condition parameter", details=("condition", name))


def _write_manage_problem(problem: HTTPProblem, contract: str) -> Response:
    if contract == "documented":
        code, message = problem.documented or (problem.code, problem.message)
        body: dict[str, object] = {"code": code, "message": message}
        if problem.problems:
            body["errors"] = [
                {"code": each.documented_code, "message": each.documented_message, "field": each.field}
                for each in problem.problems
            ]
        return json_response(body, problem.status, problem.headers)
    if problem.status == 429:
        return json_response({"error": "ConnectWiseAPI", "message": problem.message}, 429, problem.headers)
    body = {"code": problem.code, "message": problem.message}
    if problem.problems:
        body["errors"] = [
            {"code": each.code, "message": each.message, "resource": problem.resource, "field": each.field}
            for each in problem.problems
        ]
    elif problem.has_null_errors:
        body["errors"] = None
    return json_response(body, problem.status, problem.headers)


def _write_automate_problem(problem: HTTPProblem, contract: str) -> Response:
    # Nothing was recorded of Automate's sentences, so they are those of the reference document.
    message = problem.documented[1] if problem.documented is not None else problem.message
    first = problem.problems[0] if problem.problems else None
    if contract == "observed":
        body: dict[str, object] = {"Message": message}
        if first is not None:
            body["ModelState"] = {each.field: [each.documented_message] for each in problem.problems}
    else:
        code = problem.code if problem.status == 404 else (problem.documented or (problem.code,))[0]
        error: dict[str, object] = {"code": code, "message": message}
        details = problem.details or (None if first is None else (first.field, first.documented_message))
        if details:
            error["details"] = {"field": details[0], "value": details[1]}
        body = {"error": error}
    return json_response(body, problem.status, problem.headers)


MANAGE = Product(
    name="manage",
    roots=("/v4_6_release/apis/3.0", "/apis/3.0"),
    openapi_root="/v4_6_release/apis/3.0",
    conditions={"conditions": "plain", "childConditions": "child", "customFieldConditions": "custom"},
    field_lists=("fields",),
    excluded_lists=(),
    page_sizes={"auto": 25, "documented": 25, "observed": 25},
    allows_all=False,
    uses_tokens=False,
    has_links=True,
    # Members of collections get 400 in `conditions`; `childConditions` is for them.
    filters_children=False,
    strict_enums=True,
    completes_records=True,
    refuses_media_types=True,
    unknown_name=_manage_unknown_name,
    write_problem=_write_manage_problem,
)
AUTOMATE = Product(
    name="automate",
    roots=("/cwa/api/v1", "/cwa"),
    openapi_root="/cwa",
    conditions={"condition": "plain"},
    field_lists=("includeFields", "includedFields"),
    excluded_lists=("excludeFields", "excludedFields"),
    page_sizes={"documented": 50, "observed": 30},
    allows_all=True,
    uses_tokens=True,
    has_links=False,
    filters_children=True,
    strict_enums=False,
    # Its records contain each other, and nothing was recorded.
    completes_records=False,
    refuses_media_types=False,
    unknown_name=_automate_unknown_name,
    write_problem=_write_automate_problem,
)
PRODUCTS = (MANAGE, AUTOMATE)
