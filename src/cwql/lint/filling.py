"""Conditions with holes: what is wrong with them whatever fills the holes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.analysis.levels import Levels
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.lint.found import Found


def judge_filled(found: Found, text: str, records: Sequence[Dialect], levels: Levels | None = None) -> list[Diagnostic]:
    return []
