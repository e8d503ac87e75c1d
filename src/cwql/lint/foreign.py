"""Texts of other languages that stand under the same keys, such as SQL: `is_foreign`."""

from __future__ import annotations

import re

from cwql.lint.found import HOLE

PATH = re.compile(r"\b[A-Za-z_]\w*/[A-Za-z]\w*[\w/]*(?:\s*[=!<>]|\s+(?:not\s+)?(?:like|contains|in)\b)", re.IGNORECASE)
"""What neither prose nor another language has."""

_SIGNS = re.compile(
    rf"<>|::|\$(?:\d|{HOLE})|=\s*(?:\?|:\w|%s)|\b[a-z]{{1,3}}\.\w+\s*[=!<>]|[a-z]_[a-z_]+\s*[=!<>]"
    r"|(?i:\b(?:ilike|is\s+(?:not\s+)?null|where|select|interval)\b)|\b[A-Z]{3,}\s*\(|(?:^|\()\s*[\"]\w+[\"]\s*[=<>!]",
)
"""What SQL has: placeholders, aliases of tables, names with underscores, functions."""


def is_foreign(text: str) -> bool:
    """Tell whether a text is of another language, such as SQL."""
    return _SIGNS.search(text) is not None and PATH.search(text) is None
