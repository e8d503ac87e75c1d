"""Class names for schemas: short, unique in any letter case, and stable for a given document."""

from __future__ import annotations

import re
from collections import defaultdict

from cwql.schema.naming import KEYWORDS
from cwql_codegen.spec.model import Api, Content

_NOT_A_NAME = re.compile(r"\W+", re.ASCII)

_RESERVED = frozenset(["Annotated", "Any", "False", "Field", "Literal", "None", "OPEN", "Record", "True", "UUID"])
"""Names that generated modules use themselves, and those that Python keeps."""

_DEVICES = frozenset(["aux", "con", "nul", "prn", *(f"{it}{n}" for it in ("com", "lpt") for n in range(10))])
"""Names that no file of Windows can have."""


def class_names(api: Api) -> dict[str, str]:
    """Map every schema name of the document to its class name.

    A dotted name is cut to its last part (``LabTech.Models.Computer`` is `Computer`). Where several share it, the one that
    the shortest list path returns keeps it, else the one with the fewest dots; the others take as many parts in front as
    tell them apart (`GroupConfigurationClient`). Generic .NET names keep their arguments (`KeyValuePair_String_String`).
    """
    rank = _ranks(api)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in api.schemas:
        groups[_short(name, 1).lower()].append(name)
    names: dict[str, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for group in groups.values():
        group.sort(key=lambda name: (rank.get(name, _UNRANKED), name.count("."), name))
        names[group[0]] = _short(group[0], 1)
        taken.add(names[group[0]].lower())
    for group in groups.values():
        for name in group[1:]:
            names[name] = _longer(name, taken, numbers)
            taken.add(names[name].lower())
    return {name: names[name] for name in api.schemas}


def module_name(class_name: str) -> str:
    """Return the module that holds a class: its name in small letters, so that no file system merges two."""
    lowered = class_name.lower()
    stem = lowered.rstrip("_")
    # A module of the same name as its class would hide it in the package.
    return f"{lowered}_" if stem in KEYWORDS or stem in _DEVICES or lowered == class_name else lowered


_UNRANKED = (2, 0, "")


def _ranks(api: Api) -> dict[str, tuple[int, int, str]]:
    """Rank records by how directly the API gives them: listed first, then returned at all; short paths first."""
    ranks: dict[str, tuple[int, int, str]] = {}
    for operation in api.operations:
        found = record_of(operation.reply)
        if found is None:
            continue
        name, listed = found
        rank = (0 if listed and operation.method == "GET" else 1, operation.path.count("/"), operation.path)
        if name not in ranks or rank < ranks[name]:
            ranks[name] = rank
    return ranks


def record_of(content: Content | None) -> tuple[str, bool] | None:
    """Return the schema that a body or reply carries, and whether it is a list of it; None for anything else."""
    if content is None or content.type is None:
        return None
    if content.type.ref is not None:
        return content.type.ref, False
    if content.type.kind == "array" and content.type.items is not None and content.type.items.ref is not None:
        return content.type.items.ref, True
    return None


def _short(name: str, parts: int) -> str:
    if name.endswith("_"):
        # A generic type of .NET: Menu_Some.Where.Command_ stands for Menu<Command>.
        pieces = [piece for piece in name.split("_") if piece] or ["Schema"]
        name, arguments = pieces[0], [piece.rsplit(".", 1)[-1] for piece in pieces[1:]]
    else:
        arguments = []
    kept = _words(name)[-parts:]
    text = "_".join(["".join(kept), *arguments])
    text = _NOT_A_NAME.sub("_", text).lstrip("_") or "Schema"
    text = text[0].upper() + text[1:] if not text[0].isdigit() else f"N{text}"
    return f"{text}_" if text in _RESERVED else text


def _words(name: str) -> list[str]:
    return [word for word in name.split(".") if word] or ["Schema"]


def _longer(name: str, taken: set[str], numbers: dict[str, int]) -> str:
    for parts in range(2, len(_words(name)) + 1):
        longer = _short(name, parts)
        if longer.lower() not in taken:
            return longer
    short = _short(name, 1)
    number = numbers.get(short.lower(), 2)
    while f"{short}{number}".lower() in taken:
        number += 1
    numbers[short.lower()] = number + 1
    return f"{short}{number}"
