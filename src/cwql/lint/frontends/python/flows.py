"""The text of a name: assigned once, on several branches, or built step by step."""

from __future__ import annotations

import ast
import re

from cwql.lint.frontends.python.reach import MOST as MOST_STEPS
from cwql.lint.frontends.python.reach import reaching
from cwql.lint.frontends.python.texts import MOST, Text
from cwql.lint.frontends.segments import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.python.texts import Reader
    from cwql.lint.frontends.python.tree import Binding, Scope
    from cwql.lint.templates.model import TemplateSegment

_CONNECTED = re.compile(r"\s*(?:and|or)\b(?!\s*\Z)", re.IGNORECASE)


def texts_of_name(reader: Reader, node: ast.expr, scope: Scope) -> list[Text] | None:
    """Return the texts that a name may have at its use.

    None for an expression that is not a name, or a name that is assigned once. A text that is appended on some
    branches only (``if board: conditions += …``) is evaluated separately after the beginning, and only if it is
    certainly a whole part: it begins with ``and`` or ``or``. If nothing is certain, the name has no text.
    """
    if not isinstance(node, ast.Name):
        return None
    found = scope.find(node.id)
    if (
        found is None
        or len(found[1]) < 2
        or (node.id in reader.module.shared and not reader.module.is_settled(node.id))
    ):
        return None
    home, bindings = found
    if len(bindings) > MOST_STEPS:
        return []
    if home is scope:
        bindings = _reaching(reader, bindings, node)
        if len(bindings) == 1:
            return None
    starts = [binding for binding in bindings if binding.way == "assign" and not _names(binding.value, node.id)]
    steps = [
        binding
        for binding in bindings
        if binding.way == "augment" or (binding not in starts and binding.way == "assign")
    ]
    other = len(starts) + len(steps) < len(bindings)
    if not steps:
        return [text for start in starts for text in reader.read_binding(home, start)][:MOST]
    if len(starts) == 1 and not other and _in_a_row(reader, [starts[0], *steps]):
        return _all_steps(reader, home, starts[0], steps, node)
    return _each_step(reader, home, starts, steps, node)


def _reaching(reader: Reader, bindings: list[Binding], node: ast.Name) -> list[Binding]:
    """Return the bindings that the use of a name may see, from one on that does not build on an earlier one if there is any."""
    parents = reader.module.parents
    from_start = reaching(bindings, node, parents, lambda binding: not _names(binding.value, node.id))
    if not any(binding.way == "assign" and not _names(binding.value, node.id) for binding in from_start):
        last = reaching(bindings, node, parents)
        if len(last) == 1:
            return last
    return [binding for binding in from_start if getattr(binding.node, "lineno", 0) <= node.lineno]


def _names(value: ast.expr | None, name: str) -> bool:
    """Return whether an expression reads a name: ``conditions = conditions + …``."""
    return value is not None and any(isinstance(child, ast.Name) and child.id == name for child in ast.walk(value))


def _in_a_row(reader: Reader, bindings: list[Binding]) -> bool:
    """Return whether all are in one block, so that each runs if the first does."""
    parents = reader.module.parents
    above = parents.get(bindings[0].node)
    if above is None or any(parents.get(binding.node) is not above for binding in bindings):
        return False
    for field in ("body", "orelse", "finalbody"):
        block = getattr(above, field, None)
        if isinstance(block, list) and bindings[0].node in block:
            return all(binding.node in block for binding in bindings)
    return False


def _all_steps(reader: Reader, home: Scope, start: Binding, steps: list[Binding], use: ast.Name) -> list[Text]:
    texts = _beginning(reader, home, start)
    for step in steps:
        added = [_after(reader, text, step, home, use) for text in texts]
        texts = [text for some in added for text in some][:MOST]
    return texts


def _each_step(reader: Reader, home: Scope, starts: list[Binding], steps: list[Binding], use: ast.Name) -> list[Text]:
    beginnings = [text for start in starts for text in _beginning(reader, home, start)]
    whole = [text for text in beginnings if text_of(text.pieces).strip()]
    if len(whole) < len(beginnings):
        # It may be empty when something is added.
        return []
    if len(whole) != 1:
        # It is unknown which of them the text is appended to.
        return whole if all(_is_whole(reader, step, home) for step in steps) else []
    base = whole[0]
    texts: list[Text] = []
    for step in steps:
        for text in _after(reader, base, step, home, use):
            if not _is_whole(reader, step, home):
                return []
            texts.append(text)
    # The beginning is evaluated anyway, with a placeholder after it.
    return (texts or whole)[:MOST]


def _beginning(reader: Reader, home: Scope, start: Binding) -> list[Text]:
    texts = reader.read_binding(home, start)
    return texts or ([Text((reader.hole(start.value, home),))] if start.value is not None else [])


def _is_whole(reader: Reader, step: Binding, home: Scope) -> bool:
    """Return whether the appended text is a whole part: `` and board/id = 5``."""
    if step.way != "augment" or step.value is None:
        return False
    added = [text_of(text.pieces) for text in reader.read(step.value, home)]
    return bool(added) and all(
        _CONNECTED.match(text) is not None and text.count("(") == text.count(")") for text in added
    )


def _after(reader: Reader, text: Text, step: Binding, home: Scope, use: ast.Name) -> list[Text]:
    """Return the texts of a name after a step, given its `text` before it."""
    value = step.value
    if value is None:
        return []
    added = reader.read(value, home) or [Text((reader.hole(value, home),))]
    if step.way == "augment":
        return [Text((*text.pieces, *more.pieces), (*text.choices, *more.choices)) for more in added]
    texts: list[Text] = []
    for more in added:
        pieces: list[TemplateSegment] = []
        for piece in more.pieces:
            filling = reader.fillings.get((piece.start, piece.end))
            if (
                piece.kind == "placeholder"
                and filling is not None
                and isinstance(filling[0], ast.Name)
                and filling[0].id == use.id
            ):
                pieces += text.pieces
            else:
                pieces.append(piece)
        texts.append(Text(pieces, (*text.choices, *more.choices)))
    return texts
