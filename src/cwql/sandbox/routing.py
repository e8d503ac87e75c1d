"""Which operation a path and a method name, and which records it is about: `find_route`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql.sandbox.messages import Refusal
from cwql.sandbox.products import SERVERS, Server
from cwql.schema.catalog import Catalog, catalog

if TYPE_CHECKING:
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.operation import Operation


@dataclass(frozen=True, slots=True)
class Step:
    """Hold a placeholder of a path: the record that GET gives for the path up to there (or that path), and its value."""

    record: str
    value: str


@dataclass(frozen=True, slots=True)
class Route:
    """Hold what a request is about: the operation, and the placeholders of its path."""

    server: Server
    catalog: Catalog
    endpoint: Endpoint
    operation: Operation
    steps: tuple[Step, ...]

    @property
    def is_item(self) -> bool:
        """Tell whether the path ends in a placeholder."""
        return self.endpoint.path.rstrip("/").endswith("}")

    @property
    def last(self) -> str:
        """Return the last segment of the path, in small letters."""
        return self.endpoint.key.rsplit("/", 1)[-1]

    def sibling(self, drop: int = 1) -> Endpoint | None:
        """Return the endpoint whose path has that many segments less, or None."""
        return self.catalog.find_endpoint("/" + "/".join(self.endpoint.key.split("/")[:-drop]))


def find_server(path: str) -> tuple[Server, str] | None:
    """Return the server that a path belongs to, and the rest of the path; None for neither."""
    folded = path.lower()
    for server in SERVERS:
        for root in server.roots:
            place = folded.find(f"{root}/")
            # Company-specific code bases stand in front of Manage's root.
            if place >= 0 and path[:place].count("/") <= 1:
                return server, path[place + len(root) :]
    return None


def find_route(server: Server, method: str, path: str) -> Route:
    """Return the route of a request. Raises Refusal: 404 for an unknown path, 405 for a method that it does not take."""
    known = catalog(server.product)
    endpoint = known.find_endpoint(path)
    if endpoint is None:
        raise Refusal(404, "NotFound", f"No resource {path.split('?')[0][:200]} was found.")
    operation = known.operation_at(endpoint, method)
    if operation is None:
        allowed = ", ".join(endpoint.methods)
        raise Refusal(405, "MethodNotAllowed", f"This resource takes {allowed}.", headers={"allow": allowed})
    return Route(server, known, endpoint, operation, _steps(known, endpoint, path))


def _steps(known: Catalog, endpoint: Endpoint, path: str) -> tuple[Step, ...]:
    keys = endpoint.key.split("/")
    values = [part for part in path.strip("/").split("/") if part][-len(keys) :]
    steps = []
    for place, key in enumerate(keys):
        if key == "{}" and place < len(values):
            above = "/".join(keys[: place + 1])
            owner = known.find_endpoint(f"/{above}")
            steps.append(Step(owner.record if owner is not None and owner.record else above, values[place]))
    return tuple(steps)
