"""Write the documentation of members, which editors show: name in the API, type, length, members of enums, first release."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql_codegen.spec.model import Api, Schema, Type

_IDENTIFYING = ("id", "identifier", "name")
"""Members, in lower case, by which a condition names a record."""


class Descriptions:
    """The descriptions of the members of an API."""

    def __init__(self, api: Api, names: Mapping[str, str]) -> None:
        self._api = api
        self._names = names

    def of_value(self, schema: Schema | None, wire: str, value: Type) -> str:
        """Return the description of a member of a record."""
        return self._describe(schema, wire, value, "a record, {0}", "a list of {0}")

    def of_field(self, schema: Schema | None, wire: str, value: Type) -> str:
        """Return the description of a field handle: how to compare a reference or a list is part of it."""
        return self._describe(
            schema, wire, value, "a reference; {1}", "a list of {0}; compare one of its fields, or use any()"
        )

    def _describe(self, schema: Schema | None, wire: str, value: Type, reference: str, records: str) -> str:
        text = f"{wire}: {self._type(value, reference, records)}"
        if schema is None:
            return text
        if any(member.name == wire and member.required for member in schema.properties):
            text += ", required"
        since = next((release for name, release in schema.since if name == wire), None)
        return text if since is None else f"{text}, since {since}"

    def _type(self, value: Type, reference: str, records: str) -> str:
        target = self._api.schemas.get(value.ref or "")
        members = target.enum if target is not None else value.enum
        if members:
            return " | ".join(members)
        if target is not None:
            return reference.format(self._names[target.name], self._comparisons(target))
        if value.kind == "array":
            items = value.items
            record = self._api.schemas.get(items.ref or "") if items is not None else None
            if record is not None and not record.enum:
                return records.format(self._names[record.name])
            return "a list" if items is None else f"a list of {self._type(items, reference, records)}"
        if value.kind in ("any", "object", "ref"):
            return "a mapping" if value.values is not None else "any value"
        length = f", at most {value.max_length} characters" if value.max_length is not None else ""
        return f"{value.format or value.kind}{length}"

    @staticmethod
    def _comparisons(target: Schema) -> str:
        fields = [it.name for it in target.properties if it.name.lower() in _IDENTIFYING]
        listed = " or ".join(filter(None, (", ".join(fields[:-1]), fields[-1] if fields else "fields")))
        return f"compare its {listed}, or it with None"
