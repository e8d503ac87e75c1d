"""List the public API: every public name with its members and their signatures, and the keywords of clients and verbs.

``python -m scripts.surface`` writes it to tests/surface.txt. A line that is removed or changed breaks users, so it needs a new minor
version before 1.0 and a new major version after it. A line that is added needs an entry in the changelog.
"""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, is_typeddict

from cwql.schema.loader import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parents[1]
FILE = FOLDER / "tests" / "surface.txt"
GENERATED = FOLDER / "generated" / "cwql_api"
MODULES = ("cwql", "cwql.ast", "cwql.manage", "cwql.automate", "cwql.devices", "cwql.sandbox", "cwql.webhooks")
RESOURCES = ("cwql.client.sync_client", "cwql.client.async_client", "cwql.client.call_options")
"""The results and the options of clients; these modules are not public themselves."""


VERBS = ("verbs.pyi", "async_verbs.pyi")
"""The stubs of the verbs in the generated package of each product, which type checkers and editors read."""


def surface() -> str:
    """Return the list, one name per line."""
    lines = [line for module in (*MODULES, *RESOURCES) for line in _of_module(module)]
    for product in PRODUCTS:
        for name in VERBS:
            lines += _of_stub(GENERATED / product / name)
    return "\n".join(lines) + "\n"


def _of_stub(file: Path) -> Iterator[str]:
    """Yield the methods of the classes of a stub, with their signatures."""
    place = f"{file.parent.name}.{file.stem}"
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for member in node.body:
            if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)):
                member.args.args = [each for each in member.args.args if each.arg != "self"]
                member.args.posonlyargs = [each for each in member.args.posonlyargs if each.arg != "self"]
                result = ast.unparse(member.returns) if member.returns is not None else "None"
                word = "async " if isinstance(member, ast.AsyncFunctionDef) else ""
                yield f"{word}{place}.{node.name}.{member.name}({ast.unparse(member.args)}) -> {result}"


def public_names(module: ModuleType) -> list[str]:
    """Return the public names of a module."""
    return [*module.__all__, *getattr(module, "_NOT_IMPORTED_BY_STAR", ())]


def _of_module(name: str) -> Iterator[str]:
    module = import_module(name)
    for public in sorted(public_names(module)):
        value = getattr(module, public)
        if isinstance(value, ModuleType) or not callable(value):
            yield f"{name}.{public}"
            continue
        yield f"{name}.{public}{_signature(value)}"
        if is_typeddict(value):
            yield from [f"{name}.{public}[{keyword!r}]: {type_}" for keyword, type_ in _keywords(value)]
        elif inspect.isclass(value):
            for member in sorted(dir(value)):
                found = inspect.getattr_static(value, member)
                home = next((base for base in value.__mro__ if member in vars(base)), object)
                if not member.startswith("_") and home.__module__.startswith("cwql"):
                    yield f"{name}.{public}.{member}{_signature(getattr(value, member)) if _is_called(found) else ''}"


def _is_called(found: object) -> bool:
    return inspect.isfunction(found) or isinstance(found, (classmethod, staticmethod))


def _signature(value: object) -> str:
    """Return the parameters with their types and defaults, and the type of the result."""
    try:
        found = inspect.signature(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        # Exceptions that do not define a constructor.
        return ""
    kept = [parameter for name, parameter in found.parameters.items() if name not in ("self", "cls")]
    returns = inspect.Signature.empty if inspect.isclass(value) else found.return_annotation
    # Annotations are text, which is shown without quotes; defaults that are objects without a literal have an address.
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.Signature(kept, return_annotation=returns)))
    return re.sub(r"<[^<>]*?([\w.]+)(?: at 0x[0-9a-f]+)?>", r"<\1>", text)


def _keywords(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the keywords of a table of options, with their types."""
    for name, annotation in sorted(value.__annotations__.items()):
        yield name, str(getattr(annotation, "__forward_arg__", annotation))


if __name__ == "__main__":
    FILE.write_text(surface(), encoding="utf-8")
