"""The page about the behavior of the sandbox, from `cwql.sandbox.behaviors`."""

from __future__ import annotations

from cwql.sandbox.behaviors import BEHAVIORS, EVIDENCE
from scripts.docs.pages.markdown import page, table

INTRODUCTION = """The sandbox does what servers were seen to do. This page lists the behaviors, and the evidence for each. If nothing is known, the
sandbox accepts what it can store: those lines have the evidence *none*, so a test that passes there proves nothing about a real server.
Every test run sends the example requests of this table to a sandbox."""


def pages() -> dict[str, str]:
    """Return the page of the behaviors."""
    parts = [
        "# Behavior of the sandbox",
        INTRODUCTION,
        table(("Evidence", "Meaning"), [(f"*{name}*", meaning) for name, meaning in EVIDENCE.items()]),
    ]
    for topic in dict.fromkeys(each.topic for each in BEHAVIORS):
        rows = [
            (each.text, f"*{each.evidence}*{f': {each.source}' if each.source else ''}")
            for each in BEHAVIORS
            if each.topic == topic
        ]
        parts += [f"## {topic}", table(("Behavior", "Evidence"), rows)]
    return {"reference/sandbox-behavior.md": page(*parts)}
