"""The record that the paths of a parameter start at."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Parameter
    from cwql.schema.catalog import Catalog
    from cwql.schema.endpoint import Endpoint
    from cwql.schema.record import RecordInfo


def find_record(catalog: Catalog, endpoint: Endpoint | None, parameter: Parameter) -> RecordInfo | None:
    """Return the record at which the paths of a parameter start: its own, else the one that the endpoint lists.

    ``…/count`` and ``…/search`` take the conditions of the list they belong to.
    """
    if parameter.record is not None:
        return catalog.find_record(parameter.record)
    if endpoint is None:
        return None
    head, _, tail = endpoint.key.rpartition("/")
    if tail in ("count", "search") and not endpoint.listed:
        endpoint = catalog.find_endpoint(head) or endpoint
    return None if endpoint.record is None else catalog.find_record(endpoint.record)
