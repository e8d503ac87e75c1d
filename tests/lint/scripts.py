"""The results of an extractor in short form: text with ``{expression}`` for placeholders, parameter, target."""

from __future__ import annotations

from cwql.lint.frontends import find_language, load
from cwql.lint.places import Context
from cwql.lint.templates.model import Found
from cwql.source import Source


def find(language: str, text: str) -> list[Found]:
    """Return the conditions of a file that mentions ConnectWise, and check the position of every piece."""
    known = find_language(language)
    source = Source(text, f"connectwise{known.suffixes[0]}")
    items = load(known).extract(source, Context(source))
    found = [item for item in items if isinstance(item, Found)]
    for item in found:
        assert 0 <= item.span.start < item.span.end <= len(text)
        for piece in item.pieces:
            assert 0 <= piece.start <= piece.end <= len(text)
            if piece.kind == "same":
                assert text[piece.start : piece.end] == piece.text
            else:
                assert piece.kind == "hole" or piece.start < piece.end
    return found


def shape(found: Found) -> str:
    """Return a text with its placeholders: ``<name>``, ``<!name>`` if it is safe, ``<name:, >`` if it is a joined list."""
    shown = ""
    for piece in found.pieces:
        if piece.kind == "hole":
            joint = f":{piece.joint}" if piece.joint is not None else ""
            shown += f"<{'!' if piece.safe else ''}{piece.expression}{joint}>"
        else:
            shown += piece.text
    return shown


def tell(language: str, text: str) -> list[str]:
    """Return each found text as ``parameter place text``, in the order of the file."""
    found = sorted(find(language, text), key=lambda item: (item.pieces[0].start, item.parameter))
    return [
        f"{item.parameter} {item.place.endpoint or item.place.dialect or 'anywhere'}: {shape(item)}" for item in found
    ]
