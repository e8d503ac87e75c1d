"""Find the comparisons of a mistaken text that the fast path can parse, so that recovery parses only the rest token by token.

Most of a mistaken condition is correct. A comparison is left to recovery if it is next to a mistake, because the strategies look at
the tokens around one, and if it is after a quote that may open a string, because the two parsers could disagree about its end.
"""

from __future__ import annotations

import re

from cwql.language.parsing.actions import QUOTED_PLACEHOLDER
from cwql.language.parsing.parser import ComparisonReader, fast_parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Comparison

# A string with this may be an unclosed one, and contain another comparison.
_CONNECTIVE = re.compile(r"(?ai:\s(?:and|or)\s)")
_QUOTE = re.compile(r"[\"'`\u00b4]|[^\x00-\x7f]")


def find_sound(text: str, dialect: Dialect, *, well_formed: bool = False) -> dict[int, Comparison]:
    """Return the comparisons that recovery need not parse, by the position at which they start.

    In a `well_formed` text, only the spelling of the others is to be reported.
    """
    reader = ComparisonReader(fast_parser(dialect), text)
    sound: dict[int, Comparison] = {}
    # The last comparison, which is sound if the next one is correct too.
    last: Comparison | None = None
    expects_operand = True
    fault = -1
    end = 0
    for match in reader.matches():
        kind = match.lastgroup
        comparison: Comparison | None = None
        if reader.is_comparison(match):
            comparison = reader.read(match)
            fits = comparison is not None and (expects_operand or fault >= 0)
            expects_operand = False
        elif kind in ("AND", "OR"):
            fits = not expects_operand
            expects_operand = True
        else:
            fits = not expects_operand if kind == "RPAR" else expects_operand and kind in ("LPAR", "NOT")
        if comparison is not None and well_formed:
            sound[comparison.start] = comparison
        elif not fits:
            last = None
            fault = end if fault < 0 else fault
        elif comparison is not None and fault >= 0:
            if _QUOTE.search(text, fault, comparison.start):
                break
            fault = -1
        elif comparison is not None:
            if last is not None:
                sound[last.start] = last
            doubtful = _CONNECTIVE.search(text, *match.span()) or QUOTED_PLACEHOLDER.search(text, *match.span())
            last = None if doubtful else comparison
        end = match.end()
    return sound
