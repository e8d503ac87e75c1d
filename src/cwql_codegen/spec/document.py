"""A JSON document with its places: every value knows where it stands, so that every complaint can name the place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote


class SpecError(Exception):
    """Says what is wrong in a document, where (a JSON pointer) and what to do about it."""

    def __init__(self, source: str, pointer: str, problem: str, hint: str = "") -> None:
        self.source = source
        self.pointer = pointer
        self.problem = problem
        self.hint = hint
        place = f"{source}: at {pointer}" if pointer else source
        super().__init__(f"{place}: {problem}" + (f"\n  {hint}" if hint else ""))


class Node:
    """A value inside a document. `pointer` is a URI fragment (RFC 6901): ``#/paths/~1company/get``."""

    __slots__ = ("_root", "_value", "pointer", "source")

    def __init__(self, value: Any, source: str, pointer: str = "#", root: Any = None) -> None:
        self._value = value
        self._root = value if root is None else root
        self.source = source
        self.pointer = pointer

    def __contains__(self, key: str) -> bool:
        return isinstance(self._value, Mapping) and key in self._value

    def error(self, problem: str, hint: str = "") -> SpecError:
        """Make the error for this place; the caller raises it."""
        return SpecError(self.source, self.pointer, problem, hint)

    def child(self, key: str | int) -> Node:
        """Step to a member that is known to be there."""
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self._value[key], self.source, f"{self.pointer}/{step}", self._root)

    def get(self, key: str) -> Node | None:
        """Step to a member, or return None where it is missing."""
        return self.child(key) if key in self.mapping() else None

    def need(self, key: str, hint: str = "") -> Node:
        """Step to a member. Raises SpecError where it is missing."""
        if key not in self.mapping():
            raise self.error(f"member {key!r} is missing", hint)
        return self.child(key)

    def mapping(self) -> Mapping[str, Any]:
        """Return the value as an object. Raises SpecError when it is anything else."""
        if not isinstance(self._value, Mapping):
            raise self.error(f"expected an object, got {_named(self._value)}")
        return self._value

    def members(self) -> Iterator[tuple[str, Node]]:
        """Walk over the members of an object, in document order."""
        for key in self.mapping():
            yield str(key), self.child(key)

    def elements(self) -> Iterator[Node]:
        """Walk over the elements of an array. Raises SpecError when the value is not an array."""
        if not isinstance(self._value, list):
            raise self.error(f"expected an array, got {_named(self._value)}")
        for position in range(len(self._value)):
            yield self.child(position)

    def text(self) -> str:
        """Return the value as a string. Raises SpecError when it is anything else."""
        if not isinstance(self._value, str):
            raise self.error(f"expected a string, got {_named(self._value)}")
        return self._value

    def number(self) -> int:
        """Return the value as an integer. Raises SpecError when it is anything else."""
        if not isinstance(self._value, int) or isinstance(self._value, bool):
            raise self.error(f"expected an integer, got {_named(self._value)}")
        return self._value

    def flag(self, key: str) -> bool:
        """Return a boolean member, false where it is missing."""
        value = self.mapping().get(key, False)
        if not isinstance(value, bool):
            raise self.child(key).error(f"expected true or false, got {_named(value)}")
        return value

    def raw(self) -> Any:
        """Return the bare value."""
        return self._value

    def resolved(self) -> Node:
        """Follow `$ref` members to the value they stand for. Raises SpecError for what is not in this document."""
        node, seen = self, {self.pointer}
        while isinstance(node._value, Mapping) and "$ref" in node._value:
            place = node.child("$ref")
            target = place.text()
            if not target.startswith("#/"):
                raise place.error(
                    f"reference to another document: {target!r}", "bundle the document into one file first"
                )
            found = Node(self._root, self.source)
            for step in target[2:].split("/"):
                key = unquote(step).replace("~1", "/").replace("~0", "~")
                if key in found:
                    found = found.child(key)
                elif isinstance(found._value, list) and key.isdecimal() and int(key) < len(found._value):
                    found = found.child(int(key))
                else:
                    raise place.error(f"reference to nothing: {target!r}")
            if found.pointer in seen:
                raise place.error(f"reference to itself: {target!r}")
            seen.add(found.pointer)
            node = found
        return node


def load(path: Path) -> Node:
    """Read a JSON file. Raises SpecError for a file that is missing or is not a JSON object."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SpecError(str(path), "", f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SpecError(str(path), "", f"not UTF-8 at byte {error.start}") from error
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        hint = "a YAML document has to be converted to JSON first" if path.suffix in {".yaml", ".yml"} else ""
        raise SpecError(
            str(path), f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}", hint
        ) from error
    except RecursionError as error:
        raise SpecError(str(path), "", "nested too deeply to be an API document") from error
    node = Node(value, str(path))
    node.mapping()
    return node


def _named(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the string {value[:40]!r}"
        case int() | float():
            return f"the number {value}"
        case list():
            return "an array"
        case _:
            return "an object"
