"""Write the stub of a package with a module for each record: one module for each letter imports them.

A language server looks for the file of every import of a module that it reads. With one import for each letter it looks for 26
files instead of 842, and then for those of one letter.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cwql_codegen.api.naming import module_name
from cwql_codegen.api.python_source import header

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql_codegen.spec.model import Api


def write_stub_index(api: Api, names: Iterable[str]) -> dict[str, str]:
    """Return the stubs that import names from their own modules: text by path inside of the package."""
    letters: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        letters[f"_{name[0].lower()}"].append(name)
    # Type checkers take `import A as A` for a public name of the module.
    files = {
        f"{letter}.pyi": header(api) + "".join(f"from .{module_name(it)} import {it} as {it}\n" for it in members)
        for letter, members in letters.items()
    }
    lines = [
        f"from .{letter} import {', '.join(f'{it} as {it}' for it in members)}\n"
        for letter, members in sorted(letters.items())
    ]
    return files | {"__init__.pyi": header(api) + "".join(lines)}
