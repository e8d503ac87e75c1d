"""A JSON document whose values know their places, so that every error can name one. Size and effort are bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cwql_codegen.spec.text_rules import NAME_LIMIT, find_problem, printable

MAX_BYTES = 32 * 2**20
"""The largest document. Those of the vendor have 5 to 10 MB."""

MAX_VALUES = 2_000_000
"""The most values in a document: parsed, they need some 100 bytes each. Those of the vendor have about 220,000."""

MAX_STEPS = 1_500_000
"""The most values that reading visits: references can make few values many. Those of the vendor need about 320,000."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class SpecError(Exception):
    """An error in a document: the place (a JSON pointer, or a line), the problem, and a hint if there is one."""

    def __init__(self, source: str, pointer: str, problem: str, hint: str = "") -> None:
        self.source = source
        self.pointer = pointer
        self.problem = problem
        self.hint = hint
        at = "at " if pointer.startswith("#") else ""
        place = f"{printable(source)}: {at}{printable(pointer)}" if pointer else printable(source)
        super().__init__(f"{place}: {printable(problem)}" + (f"\n  {printable(hint)}" if hint else ""))


class _Document:
    """The root of a document, and how many of its values were visited."""

    __slots__ = ("root", "steps")

    def __init__(self, root: Any) -> None:
        self.root = root
        self.steps = 0


class Node:
    """A value inside a document. `pointer` is a URI fragment (RFC 6901): ``#/paths/~1company/get``."""

    __slots__ = ("_document", "_value", "pointer", "source")

    def __init__(self, value: Any, source: str, pointer: str = "#", document: _Document | None = None) -> None:
        self._value = value
        self._document = _Document(value) if document is None else document
        self.source = source
        self.pointer = pointer

    def __contains__(self, key: str) -> bool:
        return isinstance(self._value, Mapping) and key in self._value

    def error(self, problem: str, hint: str = "") -> SpecError:
        """Make the error for this place; the caller raises it."""
        return SpecError(self.source, self.pointer, problem, hint)

    def child(self, key: str | int) -> Node:
        """Step to a member that is known to be there."""
        self.charge(1)
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self._value[key], self.source, f"{self.pointer}/{step}", self._document)

    def charge(self, steps: int) -> None:
        """Count work that this value causes. Raises SpecError above `MAX_STEPS`."""
        self._document.steps += steps
        if self._document.steps > MAX_STEPS:
            raise self.error(
                f"reading the document takes more than {MAX_STEPS:,} steps",
                "its references repeat large parts; no ConnectWise document comes near this",
            )

    def check(self, text: str, forbidden: str = "", limit: int = NAME_LIMIT, subject: str = "name") -> str:
        """Return a text of this place if it can be part of generated code. Raises SpecError otherwise."""
        self.charge(len(text) // 16)
        if (problem := find_problem(text, forbidden, limit)) is not None:
            raise self.error(f"{subject} {text[:40]!r} {problem}")
        return text

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
            found = Node(self._document.root, self.source, document=self._document)
            for step in target[2:].split("/"):
                key = unquote(step).replace("~1", "/").replace("~0", "~")
                if key in found:
                    found = found.child(key)
                elif isinstance(found._value, list) and _INDEX.fullmatch(key) and int(key) < len(found._value):
                    found = found.child(int(key))
                else:
                    raise place.error(f"reference to nothing: {target!r}")
            if found.pointer in seen:
                raise place.error(f"reference to itself: {target!r}")
            seen.add(found.pointer)
            node = found
        return node


def load(path: Path) -> Node:
    """Read a JSON file. Raises SpecError for a file that is missing, too large or not a JSON object."""
    source = str(path)
    try:
        with path.open("rb") as file:
            # A device or a pipe has no size to ask for.
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(source, "", f"cannot be read: {error.strerror or error}") from error
    if len(raw) > MAX_BYTES:
        raise SpecError(source, "", f"larger than {MAX_BYTES // 2**20} MB, the most that is read")
    if sum(map(raw.count, (b"{", b"[", b","))) > MAX_VALUES:
        raise SpecError(source, "", f"more than {MAX_VALUES:,} values, the most that are read")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(source, "", f"not UTF-8 at byte {error.start}") from error
    del raw
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        hint = "a YAML document has to be converted to JSON first" if path.suffix in {".yaml", ".yml"} else ""
        raise SpecError(source, f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}", hint) from error
    except RecursionError as error:
        raise SpecError(source, "", "nested too deeply to be an API document") from error
    except ValueError as error:
        # Python converts no number of more than 4,300 digits.
        raise SpecError(source, "", f"not JSON: {error}") from error
    node = Node(value, source)
    node.mapping()
    return node


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


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
