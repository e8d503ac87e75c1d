"""The arguments of tools: `Parameter` declares one, and both its JSON schema and its validation follow from that."""

from __future__ import annotations

import json

from cwql.mcp.refusal import Refusal
from cwql.schema.suggest import suggest
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, TypeAlias

    Kind: TypeAlias = Literal["text", "integer", "boolean", "names", "id", "object"]

TEXT_LIMIT = 10_000
"""Characters of a text. Longer conditions do not fit into a URL, except lists of ids."""

NAMES_LIMIT = 100
"""Entries of a list of names."""

OBJECT_LIMIT = 100_000
"""Characters of the JSON text of an object."""

_SCHEMAS: dict[str, dict[str, object]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "names": {"type": "array", "items": {"type": "string"}},
    # Some programs support no union of types. A number is accepted as well.
    "id": {"type": "string"},
    "object": {"type": "object"},
}


class Parameter(Value):
    """One argument of a tool: its name, its kind, and the limits of its values.

    `limit` is the number of characters of a text, or the largest value of an integer. `choices` are the only texts that are
    accepted. `about` describes what the name does not say.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    limit: int = TEXT_LIMIT
    choices: tuple[str, ...] = ()
    about: str = ""

    def schema(self) -> dict[str, object]:
        """Return the JSON schema of the values."""
        schema = dict(_SCHEMAS[self.kind])
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.kind == "integer":
            schema |= {"minimum": 1, "maximum": self.limit}
        if self.about:
            schema["description"] = self.about
        return schema

    def read(self, value: object) -> object:
        """Return a value of the right type. Raises Refusal."""
        problem = self._find_problem(value)
        if problem:
            raise Refusal("invalid-argument", f"{self.name}: {problem}", argument=self.name)
        return value

    def _find_problem(self, value: object) -> str:
        if self.kind == "integer":
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= self.limit:
                return f"expected an integer from 1 to {self.limit}, got {_show(value)}"
        elif self.kind == "boolean":
            if not isinstance(value, bool):
                return f"expected true or false, got {_show(value)}"
        elif self.kind == "id":
            if isinstance(value, bool) or not isinstance(value, (int, str)):
                return f"expected an id, got {_show(value)}"
        elif self.kind == "object":
            return _find_object_problem(value)
        elif self.kind == "names":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                return f'expected a list of names such as ["id", "summary"], got {_show(value)}'
            if len(value) > NAMES_LIMIT or sum(map(len, value)) > TEXT_LIMIT:
                return f"expected at most {NAMES_LIMIT} names"
        elif not isinstance(value, str):
            return f"expected a text, got {_show(value)}"
        elif len(value) > self.limit:
            return f"expected at most {self.limit:,} characters, got {len(value):,}"
        elif self.choices and value not in self.choices:
            return f"expected one of {', '.join(self.choices)}, got {_show(value)}"
        return ""


def read_arguments(parameters: Sequence[Parameter], given: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments of a call by name; those that were not given are missing. Raises Refusal."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            close = suggest(name, known)
            hint = f"did you mean {' or '.join(close)}?" if close else f"the arguments are {', '.join(known)}"
            raise Refusal("invalid-argument", f"unknown argument {_show(name)}", argument=name[:40], hint=hint)
    found = {name: known[name].read(value) for name, value in given.items() if value is not None}
    for parameter in parameters:
        if parameter.required and parameter.name not in found:
            raise Refusal("invalid-argument", f"{parameter.name} is missing", argument=parameter.name)
    return found


def input_schema(parameters: Sequence[Parameter]) -> dict[str, object]:
    """Return the JSON schema of the arguments of a tool."""
    schema: dict[str, object] = {
        "type": "object",
        "properties": {parameter.name: parameter.schema() for parameter in parameters},
    }
    required = [parameter.name for parameter in parameters if parameter.required]
    if required:
        schema["required"] = required
    return schema


def _find_object_problem(value: object) -> str:
    if not isinstance(value, dict):
        return f"expected an object, got {_show(value)}"
    try:
        size = len(json.dumps(value, allow_nan=False))
    except RecursionError:
        return "expected an object that is nested less deeply"
    except ValueError:
        return "expected an object of JSON values"
    return f"expected at most {OBJECT_LIMIT:,} characters, got {size:,}" if size > OBJECT_LIMIT else ""


def _show(value: object) -> str:
    """Return a short description of a value, without its content if it is long."""
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)[:40]
    if isinstance(value, str) and len(value) <= 40:
        return repr(value)
    return f"a value of type {type(value).__name__}"
