"""Name the classes and modules of schemas: short, unique in any letter case, and stable for a given document."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from cwql.schema.naming import KEYWORDS

if TYPE_CHECKING:
    from cwql_codegen.spec.model import Api, Content

_NOT_A_NAME = re.compile(r"\W+", re.ASCII)

_RESERVED = frozenset(
    ["Annotated", "Any", "False", "Field", "Literal", "None", "OPEN", "Record", "RecordInfo", "True", "UUID"]
)
"""Names that generated modules import, and keywords."""

_DEVICES = frozenset(["aux", "con", "nul", "prn", *(f"{it}{n}" for it in ("com", "lpt") for n in range(10))])
"""Names that no file can have on Windows."""

_UNRANKED = (2, 0, "")


def class_names(api: Api) -> dict[str, str]:
    """Return the class name of every schema.

    The class name is the last part of a dotted name (``LabTech.Models.Computer`` is `Computer`). If several schemas share it,
    the one that the shortest list path returns gets it, otherwise the one with the fewest dots. The others get as many further
    parts in front as necessary (`GroupConfigurationClient`). Generic .NET names keep their arguments
    (`KeyValuePair_String_String`).
    """
    ranks = _ranks(api)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in api.schemas:
        groups[_class_name(name, 1).lower()].append(name)
    names: dict[str, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for group in groups.values():
        group.sort(key=lambda name: (ranks.get(name, _UNRANKED), name.count("."), name))
        names[group[0]] = _class_name(group[0], 1)
        taken.add(names[group[0]].lower())
    for group in groups.values():
        for name in group[1:]:
            names[name] = _longer_class_name(name, taken, numbers)
            taken.add(names[name].lower())
    return {name: names[name] for name in api.schemas}


def module_name(class_name: str) -> str:
    """Return the module of a class: its name in lower case, because some file systems ignore letter case."""
    # A module with the name of its class would hide the class in the package.
    return f"{class_name}_" if class_name == class_name.lower() else file_name(class_name)


def file_name(name: str) -> str:
    """Return the name in lower case, with an underscore at the end if it is a keyword or no file may have it."""
    lowered = name.lower()
    stem = lowered.rstrip("_")
    return f"{lowered}_" if stem in KEYWORDS or stem in _DEVICES else lowered


def payload_record(content: Content | None) -> tuple[str, bool] | None:
    """Return the schema in a body or response, and whether it is a list of it. None for any other content."""
    if content is None or content.type is None:
        return None
    if content.type.ref is not None:
        return content.type.ref, False
    if content.type.kind == "array" and content.type.items is not None and content.type.items.ref is not None:
        return content.type.items.ref, True
    return None


def _ranks(api: Api) -> dict[str, tuple[int, int, str]]:
    """Return the ranks of records: listed ones first, then other returned ones, those with short paths first."""
    ranks: dict[str, tuple[int, int, str]] = {}
    for operation in api.operations:
        record = payload_record(operation.response)
        if record is None:
            continue
        name, is_list = record
        rank = (0 if is_list and operation.method == "GET" else 1, operation.path.count("/"), operation.path)
        if name not in ranks or rank < ranks[name]:
            ranks[name] = rank
    return ranks


def _class_name(name: str, parts: int) -> str:
    """Return a class name of the last parts of a dotted name."""
    if name.endswith("_"):
        # A generic type of .NET: Menu_Some.Where.Command_ is Menu<Command>.
        pieces = [piece for piece in name.split("_") if piece] or ["Schema"]
        name, arguments = pieces[0], [piece.rsplit(".", 1)[-1] for piece in pieces[1:]]
    else:
        arguments = []
    text = "_".join(["".join(_words(name)[-parts:]), *arguments])
    text = _NOT_A_NAME.sub("_", text).lstrip("_") or "Schema"
    text = text[0].upper() + text[1:] if not text[0].isdigit() else f"N{text}"
    return f"{text}_" if text in _RESERVED else text


def _words(name: str) -> list[str]:
    return [word for word in name.split(".") if word] or ["Schema"]


def _longer_class_name(name: str, taken: set[str], numbers: dict[str, int]) -> str:
    """Return a class name that is not taken, with a number if there are not enough parts. `numbers` has the next ones."""
    for parts in range(2, len(_words(name)) + 1):
        longer = _class_name(name, parts)
        if longer.lower() not in taken:
            return longer
    short = _class_name(name, 1)
    number = numbers.get(short.lower(), 2)
    while f"{short}{number}".lower() in taken:
        number += 1
    numbers[short.lower()] = number + 1
    return f"{short}{number}"
