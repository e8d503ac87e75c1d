"""Formats for later use: ``URL = "…/service/tickets?conditions=board/id={}"``, filled in code that is not visible."""

from __future__ import annotations

import ast
import re

from cwql.lint.found import HOLE, Piece
from cwql.lint.frontends.python.pieces import substitute, text_of
from cwql.lint.frontends.python.texts import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cwql.lint.frontends.python.pieces import Cut
    from cwql.lint.frontends.python.tree import Module

_PLACEHOLDER = re.compile(r"\{[\w.\[\]]*(?:![rsa])?(?::[^{}]*)?\}|%(?:\(\w+\))?(?:s|d(?![0-9A-Fa-f]))")


def open_formats(module: Module, literal: ast.Constant, texts: list[Text]) -> list[Text]:
    """Return the texts of a literal, with a placeholder for each field that is filled later."""
    if not any(sign in piece.text for text in texts for piece in text.pieces for sign in "{%"):
        return texts
    if not _is_kept(module, literal):
        return texts
    return [Text(_open(text.pieces), text.choices, text.node) for text in texts]


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


def _open(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of a format with a placeholder for each field; its values are unknown."""
    cuts: list[Cut] = [
        (match.start(), match.end(), _filled(match[0])) for match in _PLACEHOLDER.finditer(text_of(pieces))
    ]
    return substitute(pieces, cuts)


def _filled(text: str) -> Callable[[int, int, Piece], Sequence[Piece]]:
    def make(start: int, end: int, piece: Piece) -> Sequence[Piece]:
        return (Piece(HOLE, start, end, "hole", piece.literal, piece.quoting, text, True),)

    return make
