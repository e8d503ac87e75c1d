"""Completions of the protocol: endpoints, fields and enum members for prompts, records and rules for resources."""

from __future__ import annotations

from cwql.errors import UnknownNameError
from cwql.language.dialects import find_dialect
from cwql.mcp.refusal import Refusal
from cwql.mcp.targets import read_target
from cwql.schema.catalog import catalog
from cwql.schema.field_paths import find_field_paths
from cwql.schema.loader import PRODUCTS
from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cwql.mcp.policy import Policy

MOST = 100
"""Values of one answer, as the protocol allows."""


def complete_argument(policy: Policy, name: str, typed: str, given: Mapping[str, str]) -> tuple[list[str], int]:
    """Return the values of an argument that begin with the typed text, at most `MOST`, and the number of all.

    `given` are the arguments that are known already.
    """
    found = sorted({value for value in _values(policy, name, typed, given) if value.lower().startswith(typed.lower())})
    return found[:MOST], len(found)


def _values(policy: Policy, name: str, typed: str, given: Mapping[str, str]) -> Iterable[str]:
    if name == "endpoint":
        return [
            title
            for product in PRODUCTS
            for endpoint in catalog(product).endpoints()
            if endpoint.listed and policy.allows_endpoint(title := catalog(product).title(endpoint))
        ]
    if name == "product":
        return PRODUCTS
    if name == "record":
        products = [given["product"]] if given.get("product") in PRODUCTS else PRODUCTS
        return [record for product in products for record in catalog(product).records]
    if name == "code":
        from cwql.rules.registry import RULES

        return [rule.code for rule in RULES]
    if name in ("field", "value") and given.get("endpoint"):
        return _fields_or_members(policy, name, typed, given)
    return ()


def _fields_or_members(policy: Policy, name: str, typed: str, given: Mapping[str, str]) -> list[str]:
    try:
        target = read_target(given["endpoint"])
        policy.require_endpoint(target)
    except Refusal:
        return []
    record, known = target.record, catalog(target.product)
    if record is None:
        return []
    separator = find_dialect(target.product).separator
    if name == "field":
        stem = typed.replace(".", "/").rpartition("/")[0]
        try:
            found = find_field_paths(known, record, f"{stem}/" if stem else "")
        except UnknownNameError:
            return []
        return [separator.join(path) for path, _ in found if policy.allows_field(path)]
    resolved = known.resolve(record.name, given.get("field", "").replace(".", "/").split("/"))
    return list(resolved.field.enum) if isinstance(resolved, Resolved) else []
