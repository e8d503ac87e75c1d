"""Encode types for the packed tables; `cwql.schema.field` decodes them.

A code is a letter and its argument: ``s`` text (``s50`` at most 50 characters), ``i`` and ``l`` integers of 32 and 64 bits,
``n`` number, ``b`` boolean, ``t`` date-time, ``d`` date, ``u`` UUID, ``y`` bytes, ``a`` anything, ``m`` map and the code of its
values, ``r`` and a record, ``e`` and the index of an enum in `ENUMS`, ``*`` array and the code of its items. A prefix ``!``
marks a required value, and ``?`` a nullable one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql_codegen.api.python_source import join_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cwql_codegen.spec.model import Api, Type

_TEXTS = {"date-time": "t", "date": "d", "uuid": "u", "byte": "y", "binary": "y"}
_PLAIN = {"number": "n", "boolean": "b"}


class TypeEncoder:
    """Encodes types, and collects the enums that they use."""

    def __init__(self, api: Api, names: Mapping[str, str]) -> None:
        self._api = api
        self._names = names
        self._enums: dict[tuple[str, ...], int] = {}

    @property
    def enums(self) -> list[str]:
        """Every enum that was encoded so far, members joined by commas, in the order of their first use."""
        return [join_entries(members, ",") for members in self._enums]

    def encode(self, value: Type | None, required: bool = False) -> str:
        """Return the code of a type. If it is None, any value is allowed."""
        if value is None:
            return "a"
        prefix = ("!" if required else "") + ("?" if value.nullable else "")
        return prefix + self._encode_type(value)

    def _encode_type(self, value: Type) -> str:
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is None:
                return "a"
            return self._encode_enum(target.enum) if target.enum else f"r{self._names[value.ref]}"
        if value.enum:
            return self._encode_enum(value.enum)
        match value.kind:
            case "string":
                code = _TEXTS.get(value.format or "", "s")
                return f"s{value.max_length}" if code == "s" and value.max_length else code
            case "integer":
                return "l" if value.format == "int64" else "i"
            case "array":
                return f"*{self._encode_type(value.items) if value.items is not None else 'a'}"
            case "object" if value.values is not None:
                return f"m{self._encode_type(value.values)}"
            case _:
                return _PLAIN.get(value.kind, "a")

    def _encode_enum(self, members: tuple[str, ...]) -> str:
        return f"e{self._enums.setdefault(members, len(self._enums))}"
