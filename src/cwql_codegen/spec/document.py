"""A JSON document whose values know their places, so that every error can name one. Size and effort are limited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cwql_codegen.spec.text_rules import NAME_LIMIT, find_problem, printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 32 * 2**20
"""The maximal size of a document. Documents of the vendor have 5 to 10 MB."""

MAX_VALUES = 2_000_000
"""The maximal number of values in a document. Each needs about 100 bytes of memory. Manage has about 220,000."""

MAX_STEPS = 1_500_000
"""The maximal number of values that are visited, because references can repeat a value many times. Manage needs 320,000."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class SpecError(Exception):
    """An error in a document: its place (a JSON pointer or a line), the problem, and a hint if there is one."""

    def __init__(self, source: str, pointer: str, problem: str, hint: str = "") -> None:
        self.source = source
        self.pointer = pointer
        self.problem = problem
        self.hint = hint
        at = "at " if pointer.startswith("#") else ""
        place = f"{printable(source)}: {at}{printable(pointer)}" if pointer else printable(source)
        super().__init__(f"{place}: {printable(problem)}" + (f"\n  {printable(hint)}" if hint else ""))


class _Document:
    """The root value of a document, and the number of values that were visited."""

    __slots__ = ("root", "steps")

    def __init__(self, root: Any) -> None:
        self.root = root
        self.steps = 0


class Node:
    """A value of a document. `pointer` is its place as a URI fragment (RFC 6901): ``#/paths/~1company/get``."""

    __slots__ = ("_document", "pointer", "source", "value")

    def __init__(self, value: Any, source: str, pointer: str = "#", document: _Document | None = None) -> None:
        self.value = value
        self.source = source
        self.pointer = pointer
        self._document = _Document(value) if document is None else document

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def error(self, problem: str, hint: str = "") -> SpecError:
        """Return an error for this place."""
        return SpecError(self.source, self.pointer, problem, hint)

    def count_steps(self, steps: int) -> None:
        """Add to the number of visited values. Raises SpecError if it exceeds `MAX_STEPS`."""
        self._document.steps += steps
        if self._document.steps > MAX_STEPS:
            raise self.error(
                f"reading the document takes more than {MAX_STEPS:,} steps",
                "its references repeat large parts; documents of ConnectWise need less than a fourth of that",
            )

    def check_text(self, text: str, subject: str, *, forbidden: str = "", limit: int = NAME_LIMIT) -> str:
        """Return the text if it can be part of generated code. Raises SpecError otherwise.

        Args:
            text: A text of this place: the value, or its key.
            subject: The kind of text, for the message.
            forbidden: Characters that separate entries in the table that the text is written to.
            limit: The maximal length.
        """
        self.count_steps(len(text) // 16)
        if (problem := find_problem(text, forbidden, limit)) is not None:
            raise self.error(f"{subject} {text[:40]!r} {problem}")
        return text

    def check_release(self) -> str:
        """Return the value as the name of a release, such as ``2025.16``. Raises SpecError if it is anything else."""
        text = self.string()
        if re.fullmatch(r"[0-9]{4}\.[0-9]{1,3}", text) is None:
            raise self.error(f"expected a release such as 2025.16, got {text[:40]!r}")
        return text

    def child(self, key: str | int) -> Node:
        """Return a member or element that exists."""
        self.count_steps(1)
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self.value[key], self.source, f"{self.pointer}/{step}", self._document)

    def get(self, key: str) -> Node | None:
        """Return a member of an object, or None if it is missing."""
        return self.child(key) if key in self.object() else None

    def require(self, key: str) -> Node:
        """Return a member of an object. Raises SpecError if it is missing."""
        if key not in self.object():
            raise self.error(f"member {key!r} is missing")
        return self.child(key)

    def object(self) -> Mapping[str, Any]:
        """Return the value as an object. Raises SpecError if it is anything else."""
        if not isinstance(self.value, Mapping):
            raise self.error(f"expected an object, got {_describe(self.value)}")
        return self.value

    def members(self) -> Iterator[tuple[str, Node]]:
        """Yield the members of an object, in the order of the document."""
        for key in self.object():
            yield key, self.child(key)

    def elements(self) -> Iterator[Node]:
        """Yield the elements of an array. Raises SpecError if the value is anything else."""
        if not isinstance(self.value, list):
            raise self.error(f"expected an array, got {_describe(self.value)}")
        for position in range(len(self.value)):
            yield self.child(position)

    def string(self) -> str:
        """Return the value as a string. Raises SpecError if it is anything else."""
        if not isinstance(self.value, str):
            raise self.error(f"expected a string, got {_describe(self.value)}")
        return self.value

    def integer(self) -> int:
        """Return the value as an integer. Raises SpecError if it is anything else."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.error(f"expected an integer, got {_describe(self.value)}")
        return self.value

    def flag(self, key: str) -> bool:
        """Return a boolean member, or False if it is missing."""
        value = self.object().get(key, False)
        if not isinstance(value, bool):
            raise self.child(key).error(f"expected true or false, got {_describe(value)}")
        return value

    def resolve(self) -> Node:
        """Follow ``$ref`` and return its target. Raises SpecError if that is not in this document."""
        node, seen = self, {self.pointer}
        while isinstance(node.value, Mapping) and "$ref" in node.value:
            place = node.child("$ref")
            node = self._target(place, place.string())
            if node.pointer in seen:
                raise place.error(f"reference to itself: {place.value!r}")
            seen.add(node.pointer)
        return node

    def _target(self, place: Node, reference: str) -> Node:
        if not reference.startswith("#/"):
            hint = "bundle the document into one file first"
            raise place.error(f"reference to another document: {reference!r}", hint)
        node = Node(self._document.root, self.source, document=self._document)
        for step in reference[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if key in node:
                node = node.child(key)
            elif isinstance(node.value, list) and _INDEX.fullmatch(key) and int(key) < len(node.value):
                node = node.child(int(key))
            else:
                raise place.error(f"reference to nothing: {reference!r}")
        return node


def load(path: Path) -> Node:
    """Read a JSON file. Raises SpecError if it is missing, too large, or not a JSON object."""
    source = str(path)
    try:
        with path.open("rb") as file:
            # A device or a pipe has no size that could be checked first.
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(source, "", f"cannot be read: {error.strerror or error}") from error
    if len(raw) > MAX_BYTES:
        raise SpecError(source, "", f"larger than {MAX_BYTES // 2**20} MB, which is the limit")
    # Each value follows one of these characters.
    if sum(map(raw.count, (b"{", b"[", b","))) > MAX_VALUES:
        raise SpecError(source, "", f"more than {MAX_VALUES:,} values, which is the limit")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(source, "", f"not UTF-8 at byte {error.start}") from error
    del raw
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        hint = "convert a YAML document to JSON first" if path.suffix in {".yaml", ".yml"} else ""
        raise SpecError(source, f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}", hint) from error
    except RecursionError as error:
        raise SpecError(source, "", "nested too deeply to be an API document") from error
    except ValueError as error:
        # Python does not convert numbers of more than 4,300 digits.
        raise SpecError(source, "", f"not JSON: {error}") from error
    node = Node(value, source)
    node.object()
    return node


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


def _describe(value: object) -> str:
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
