"""Formats for later use: ``URL = "…/service/tickets?conditions=board/id={}"``, filled in code that is not visible."""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.entries import open_placeholders
from cwql.lint.frontends.python.texts import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.python.tree import Module

_PLACEHOLDER = re.compile(r"\{[\w.\[\]]*(?:![rsa])?(?::[^{}]*)?\}|%(?:\(\w+\))?(?:s|d(?![0-9A-Fa-f]))")


def open_formats(module: Module, literal: ast.Constant, texts: list[Text]) -> list[Text]:
    """Return the texts of a literal, with a placeholder for each field that is filled later."""
    if not any(sign in piece.text for text in texts for piece in text.pieces for sign in "{%"):
        return texts
    if not _is_kept(module, literal):
        return texts
    return [Text(open_placeholders(text.pieces, _PLACEHOLDER, safe=True), text.choices, text.node) for text in texts]


def _is_kept(module: Module, literal: ast.Constant) -> bool:
    """Return whether a literal is stored for later, so that a format in it may be filled elsewhere."""
    parents = module.parents
    above = parents.get(literal)
    while isinstance(above, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
        above = parents.get(above)
    match above:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            # Other modules may import a name in capitals.
            return name.isupper() or name in module.filled
        case ast.Assign(targets=[ast.Attribute()]) | ast.AnnAssign() | ast.Return() | ast.arguments():
            return True
        case _:
            return False
