"""The results of an extractor in short form: text with ``{expression}`` for placeholders, parameter, target."""

from __future__ import annotations

from cwql.lint.frontends import find_language, load
from cwql.lint.request_targets import Context
from cwql.lint.templates.model import ConditionTemplate
from cwql.source import Source


def find(language: str, text: str) -> list[ConditionTemplate]:
    """Return the conditions of a file that mentions ConnectWise, and check the position of every segment."""
    known = find_language(language)
    source = Source(text, f"connectwise{known.suffixes[0]}")
    items = load(known).extract(source, Context(source))
    found = [item for item in items if isinstance(item, ConditionTemplate)]
    for item in found:
        assert 0 <= item.span.start < item.span.end <= len(text)
        for segment in item.segments:
            assert 0 <= segment.start <= segment.end <= len(text)
            if segment.kind == "same":
                assert text[segment.start : segment.end] == segment.text
            else:
                assert segment.kind == "placeholder" or segment.start < segment.end
    return found


def shape(found: ConditionTemplate) -> str:
    """Return a text with its placeholders: ``<name>``, ``<!name>`` if it is safe, ``<name:, >`` if it is a joined list."""
    shown = ""
    for segment in found.segments:
        if segment.kind == "placeholder":
            joint = f":{segment.joint}" if segment.joint is not None else ""
            shown += f"<{'!' if segment.safe else ''}{segment.expression}{joint}>"
        else:
            shown += segment.text
    return shown


def describe(language: str, text: str) -> list[str]:
    """Return each found text as ``parameter place text``, in the order of the file."""
    found = sorted(find(language, text), key=lambda item: (item.segments[0].start, item.parameter))
    return [
        f"{item.parameter} {item.place.endpoint or item.place.dialect or 'anywhere'}: {shape(item)}" for item in found
    ]
