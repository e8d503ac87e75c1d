"""`Target`: an endpoint as a tool is given it, with the ids in its path."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.mcp.refusal import Refusal, unknown
from cwql.schema.catalog import catalog, locate
from cwql.schema.naming import accessor
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.client.async_client import AsyncResource
    from cwql.language.dialects.base import DialectName
    from cwql.schema.accessor import Root
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.record import RecordInfo

PATH_LIMIT = 300
"""Characters of a path with its ids."""

_REFUSED = "?#%\\:"


class Target(Value):
    """An endpoint of a product. `path` is as it was given, with ids or placeholders; `title` has placeholders only."""

    product: DialectName
    endpoint: Endpoint
    title: str
    path: str

    @property
    def record(self) -> RecordInfo | None:
        """Return the record that the endpoint returns, or None."""
        return catalog(self.product).find_record(self.endpoint.record) if self.endpoint.record else None

    def resource(self, client: Root) -> AsyncResource:
        """Return the client's resource. Raises Refusal if the path has a placeholder in place of an id."""
        found: object = client
        for key, segment in _pair(self.endpoint, self.path):
            if key != "{}":
                found = getattr(found, accessor(key))
            elif segment[:1] == "{":
                raise Refusal(
                    "invalid-argument",
                    f"{self.title}: expected an id in place of {segment}",
                    argument="endpoint",
                    hint="write the path with the id, such as /service/boards/5/statuses",
                )
            else:
                found = found(segment)  # type: ignore[operator]  # every accessor steps to a record by its id
        return found  # type: ignore[return-value]  # the path has at least one segment


def read_target(text: str) -> Target:
    """Return the endpoint that a path names. Only a plain path is accepted: no host, no query, no dot segments.

    Raises Refusal.
    """
    shown = text if len(text) <= 60 else f"{text[:59]}…"
    steps = text.strip().strip("/").split("/")
    if (
        len(text) > PATH_LIMIT
        or any(sign in text for sign in _REFUSED)
        or not text.isprintable()
        or not all(step.strip(". ") for step in steps)
    ):
        raise Refusal(
            "unknown-endpoint",
            f"{shown!r} is not a path of the API",
            argument="endpoint",
            hint="write a path such as /service/tickets; find_endpoint searches for one",
        )
    try:
        product, endpoint = locate(text.strip())
    except UnknownNameError as error:
        refusal = unknown(error, "endpoint", "unknown-endpoint")
        refusal.hint = refusal.hint or "find_endpoint searches by words"
        raise refusal from None
    return Target(product, endpoint, catalog(product).title(endpoint), "/".join(steps))


def _pair(endpoint: Endpoint, path: str) -> list[tuple[str, str]]:
    """Return the segments of an endpoint's key with those of the path; a root that precedes them is dropped."""
    keys = endpoint.key.split("/")
    return list(zip(keys, path.split("/")[-len(keys) :], strict=True))
