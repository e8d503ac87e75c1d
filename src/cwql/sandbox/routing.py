"""Routing: which operation a path and a method name, and which records the path is about (`find_route`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql.sandbox.messages import HTTPProblem
from cwql.sandbox.products import PRODUCTS, Product
from cwql.schema.catalog import Catalog, catalog

if TYPE_CHECKING:
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.operation import Operation


@dataclass(frozen=True, slots=True)
class PathParam:
    """A placeholder of a path: the record that GET returns for the path up to there (or that path), and its value."""

    record: str
    value: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the identifier of the member, and the contract that the response follows."""

    member: str
    contract: str


@dataclass(frozen=True, slots=True)
class Route:
    """The operation of a request, the placeholders of its path, and the caller: its contract and its member's identifier."""

    product: Product
    catalog: Catalog
    endpoint: Endpoint
    operation: Operation
    params: tuple[PathParam, ...]
    caller: Caller

    @property
    def is_item(self) -> bool:
        """Return whether the path ends in a placeholder."""
        return self.endpoint.path.rstrip("/").endswith("}")

    @property
    def last_segment(self) -> str:
        """Return the last segment of the path, in small letters."""
        return self.endpoint.key.rsplit("/", 1)[-1]

    @property
    def parent_endpoint(self) -> Endpoint | None:
        """Return the endpoint whose path lacks the last segment, or None."""
        return self.catalog.find_endpoint("/" + "/".join(self.endpoint.key.split("/")[:-1]))


def find_product(path: str) -> tuple[Product, str] | None:
    """Return the product that a path belongs to and the rest of the path, or None if it belongs to neither."""
    folded = path.lower()
    for product in PRODUCTS:
        for root in product.roots:
            start = folded.find(f"{root}/")
            # Manage's root may follow a code base of the company's own.
            if start >= 0 and path[:start].count("/") <= 1:
                return product, path[start + len(root) :]
    return None


def find_route(product: Product, method: str, path: str, caller: Caller) -> Route:
    """Return the route of a request. Raises HTTPProblem: 404 for an unknown path, 405 for a method that it does not take."""
    known = catalog(product.name)
    endpoint = known.find_endpoint(path)
    if endpoint is None:
        raise HTTPProblem(404, "NotFound", f"No resource {path.split('?')[0][:200]} was found.")
    operation = known.operation_at(endpoint, method)
    if operation is None:
        allowed = ", ".join(endpoint.methods)
        raise HTTPProblem(405, "MethodNotAllowed", f"This resource takes {allowed}.", headers={"allow": allowed})
    return Route(product, known, endpoint, operation, _find_params(known, endpoint, path), caller)


def _find_params(known: Catalog, endpoint: Endpoint, path: str) -> tuple[PathParam, ...]:
    keys = endpoint.key.split("/")
    values = [part for part in path.strip("/").split("/") if part][-len(keys) :]
    params = []
    for index, key in enumerate(keys):
        if key == "{}" and index < len(values):
            above = "/".join(keys[: index + 1])
            owner = known.find_endpoint(f"/{above}")
            params.append(PathParam(owner.record if owner is not None and owner.record else above, values[index]))
    return tuple(params)
