"""The API pages: the names in `__all__` of each public module, with signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

from scripts.docs.pages.markdown import code, fence, first_sentence, page, prose, table

MODULES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "cwql": (
        "Python: conditions",
        ("cwql",),
        "Build, parse, check and print conditions. Importing the package is fast, because each name is loaded on first use.",
    ),
    "clients": (
        "Python: clients",
        ("cwql.manage", "cwql.automate", "cwql.client.sync_resource"),
        (
            "`cwql.manage` and `cwql.automate` contain the clients; the options, errors and values that both share are names of "
            "[`cwql`](api-cwql.md). An `AsyncClient` has the same methods, to be awaited. `fields` and `models` have a name for every record of the API, which editors complete."
        ),
    ),
    "sandbox": (
        "Python: sandbox",
        ("cwql.sandbox",),
        "A local server for both products. See [testing](../guides/testing.md).",
    ),
    "webhooks": (
        "Python: webhooks",
        ("cwql.webhooks",),
        "Receive callbacks of Manage, and verify that they are genuine. See [webhooks](../guides/webhooks.md).",
    ),
    "devices": ("Python: devices", ("cwql.devices",), "Match devices of the two systems."),
}
"""By page: the title, the modules whose names it shows, and the introduction."""


def pages() -> dict[str, str]:
    """Return a page for each public module, or for a few that belong together."""
    found = {}
    for name, (title, modules, line) in MODULES.items():
        parts = [f"# {title}", line]
        for module in modules:
            if len(modules) == 1:
                parts += _module(module, "##")
            else:
                parts += [f"## {module}", *_module(module, "###")]
        found[f"reference/api-{name}.md"] = page(*parts)
    return found


def _module(name: str, level: str) -> list[str]:
    module = import_module(name)
    parts = []
    for public in module.__all__:
        value = getattr(module, public)
        if not (inspect.ismodule(value) or public == "__version__" or _is_error(value)):
            # Resources are not imported: they are attributes of a client.
            title = public if name.endswith("_resource") else f"{name}.{public}"
            parts += [f"{level} {title}", *_entry(public, value)]
    return parts


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def _entry(public: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [table(("Entry", "Meaning"), [(code(str(key)), str(text)) for key, text in value.items()])]
    if isinstance(value, tuple):
        return [", ".join([code(str(item)) for item in value]) + "."]
    shown = _signature(public, value)
    parts = [fence(shown) if shown else "", prose(_doc(value))]
    rows = _members(value) if isinstance(value, type) else []
    return [*filter(None, parts), *([table(("Member", "Description"), rows)] if rows else [])]


def _doc(value: Any) -> str:
    """Return a docstring, unless it is the signature that dataclasses use by default."""
    found = inspect.getdoc(value) or ""
    return "" if found.startswith(f"{getattr(value, '__name__', '')}(") else found


def _signature(name: str, value: Any) -> str:
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    kept = [it for key, it in found.parameters.items() if key not in ("self", "cls")]
    returns = inspect.Signature.empty if isinstance(value, type) else found.return_annotation
    text = f"{name}{inspect.Signature(kept, return_annotation=returns)}"
    # Annotations are strings, so they are quoted; a default that is a function is shown by its name.
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)
    text = re.sub(r"<(?:built-in function|function|built-in method|bound method) ([\w.]+)[^>]*>", r"\1", text)
    return _wrap(re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>", "…", text))


def _wrap(text: str) -> str:
    """Put each parameter on a line of its own if one line would be too long."""
    if len(text) <= 100:
        return text
    head, rest = text.split("(", 1)
    depth, start, parts = 0, 0, []
    for at, sign in enumerate(rest):
        if sign in "([{":
            depth += 1
        elif sign in ")]}" and depth:
            depth -= 1
        elif sign == ")" and not depth:
            parts.append(rest[start:at])
            return f"{head}(\n" + "".join([f"    {part.strip()},\n" for part in parts]) + f"){rest[at + 1 :]}"
        elif sign == "," and not depth:
            parts.append(rest[start:at])
            start = at + 1
    return text


def _members(kind: type) -> list[tuple[str, str]]:
    rows = []
    seen: set[str] = set()
    for home in kind.__mro__:
        if not home.__module__.startswith("cwql"):
            continue
        for name, raw in vars(home).items():
            if name in seen or (name.startswith("_") and name != "__getitem__"):
                continue
            seen.add(name)
            member = raw.__func__ if isinstance(raw, (classmethod, staticmethod)) else raw
            if isinstance(member, property):
                rows.append((code(name), first_sentence(inspect.getdoc(member) or "")))
            elif inspect.isfunction(member) and inspect.getdoc(member):
                rows.append((code(f"{name}({_names(member)})"), first_sentence(inspect.getdoc(member) or "")))
    return rows


def _names(function: Any) -> str:
    stars: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return ", ".join(
        [
            stars.get(it.kind, "") + key
            for key, it in inspect.signature(function).parameters.items()
            if key not in ("self", "cls")
        ]
    )
