"""How types are written in the packed tables; `cwql.schema.field` reads them.

A code is a letter and its argument: ``s`` text (``s50`` at most 50 characters), ``i`` and ``l`` integers of 32 and 64 bits,
``n`` number, ``b`` boolean, ``t`` date-time, ``d`` date, ``u`` UUID, ``y`` bytes, ``a`` anything, ``m`` map and the code of its
values, ``r`` and a record, ``e`` and the place of an enum in `ENUMS`, ``*`` array and the code of its items. In front,
``!`` marks a required and ``?`` a nullable one.
"""

from __future__ import annotations

from collections.abc import Mapping

from cwql_codegen.api.text import pack
from cwql_codegen.spec.model import Api, Type

_TEXTS = {"date-time": "t", "date": "d", "uuid": "u", "byte": "y", "binary": "y"}


class Packer:
    """Write types as codes, and collect the enums they use."""

    def __init__(self, api: Api, names: Mapping[str, str]) -> None:
        self._api = api
        self._names = names
        self._enums: dict[tuple[str, ...], int] = {}

    @property
    def enums(self) -> list[str]:
        """Return every enum met so far, members joined by commas, in order of their first use."""
        return [pack(members, ",") for members in self._enums]

    def code(self, value: Type | None, required: bool = False) -> str:
        """Return the code of a type; a missing one can be anything."""
        if value is None:
            return "a"
        marks = ("!" if required else "") + ("?" if value.nullable else "")
        return marks + self._bare(value)

    def _bare(self, value: Type) -> str:
        if value.kind == "ref" and value.ref is not None:
            target = self._api.schemas.get(value.ref)
            if target is None:
                return "a"
            return self._enum(target.enum) if target.enum else f"r{self._names[value.ref]}"
        if value.enum:
            return self._enum(value.enum)
        match value.kind:
            case "string":
                code = _TEXTS.get(value.format or "", "s")
                return f"s{value.max_length}" if code == "s" and value.max_length else code
            case "integer":
                return "l" if value.format == "int64" else "i"
            case "number":
                return "n"
            case "boolean":
                return "b"
            case "array":
                return f"*{self._bare(value.items) if value.items is not None else 'a'}"
            case "object" if value.values is not None:
                return f"m{self._bare(value.values)}"
            case _:
                return "a"

    def _enum(self, members: tuple[str, ...]) -> str:
        return f"e{self._enums.setdefault(members, len(self._enums))}"
