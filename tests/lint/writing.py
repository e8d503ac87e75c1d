"""Builders: `write` makes a `ConditionTemplate`, `job_of` the job of a file.

``«name»`` is a placeholder, ``«name!»`` a safe one, ``«ids;joint»`` a joined list.
"""

from __future__ import annotations

import re
from typing import Any

from cwql.lint.frontends import language_or_text
from cwql.lint.job import LintJob
from cwql.lint.request_targets import NOWHERE, RequestTarget
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, QuoteStyle, TemplateSegment
from cwql.source import Span

QUOTING = QuoteStyle({'"': '\\"', "\\": "\\\\"}, "\n")
_HOLE = re.compile(r"«([^«»!;]+)(!?)(?:;([^«»]*))?»")


def job_of(name: str, **fields: Any) -> LintJob:
    """Return how a file of that name is linted without settings."""
    return LintJob(name, name, language_or_text(name).name, NOWHERE, **fields)


def write(  # noqa: PLR0913  # one argument for each property
    text: str,
    endpoint: str | None = "/service/tickets",
    *,
    dialect: str | None = "manage",
    parameter: str = "conditions",
    language: str = "python",
    quoting: QuoteStyle | None = QUOTING,
    origin: str = "given",
) -> ConditionTemplate:
    """Return the text as a condition in a file with the same text."""
    pieces: list[TemplateSegment] = []
    at = 0
    for match in _HOLE.finditer(text):
        if match.start() > at:
            pieces.append(TemplateSegment(text[at : match.start()], at, match.start(), "same", 0, quoting))
        pieces.append(
            TemplateSegment(
                PLACEHOLDER,
                match.start(),
                match.end(),
                "placeholder",
                0,
                quoting,
                match[1],
                bool(match[2]),
                match[3],
                origin=origin,
            )
        )
        at = match.end()
    if at < len(text) or not pieces:
        pieces.append(TemplateSegment(text[at:], at, len(text), "same", 0, quoting))
    return ConditionTemplate(
        pieces, parameter, RequestTarget(dialect, endpoint, sure=True), Span(0, len(text)), language
    )
