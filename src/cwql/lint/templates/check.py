"""Problems of a condition with placeholders that occur whatever the values are.

What the checker reports for the best sample values applies to all values, except for a few rules about content. Rules
that compare terms with each other run a second time, with another comparison in place of every comparison that has a
placeholder.
"""

from __future__ import annotations

from cwql.lint.frontends import find_language
from cwql.lint.templates.model import PLACEHOLDER
from cwql.lint.templates.scan import outline_list
from cwql.lint.templates.substitution import Rendered, Stretches, Substitution
from cwql.rules.traits import find_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.analysis.checker import Test
    from cwql.diagnostics import Diagnostic
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.lint.templates.sampling import SampleGenerator
    from cwql.lint.templates.scan import Outline

    Check: TypeAlias = Callable[[str], list[Diagnostic]]

TERMS = find_codes("terms")
ABSENCE = find_codes("absence")
PARENTHESES = find_codes("parentheses")
CONNECTIVES = find_codes("connectives")
CONTENT = find_codes("content")
TYPES = find_codes("types")

_GOT = ", got a number"
"""How a message describes a value of unknown kind."""


def judge_filled(found: ConditionTemplate, filler: SampleGenerator, check: Check, test: Test) -> list[Diagnostic]:
    """Return the diagnostics of a condition that apply to all values of its placeholders, with positions in its text.

    `check` returns those of a text without placeholders. `test` is that of `find_test` for its target; it may be False for
    every text.
    """
    outline = filler.outline
    filled = filler.fill()
    if test(filled.text):
        return []
    reported = check(filled.text)
    if not reported:
        return []
    if not outline.certain and any(finding.code < "CW200" and finding.severity == "error" for finding in reported):
        return []
    roles = {part.role for part in outline.parts}
    dropped: frozenset[str] = frozenset()
    if not roles <= {"text", "date", "value", "items", "literal"}:
        dropped |= ABSENCE
    if dropped or filler.text.strip()[-1] == PLACEHOLDER:
        dropped |= PARENTHESES
    if roles & {"rest", "tail", "connective", "unknown"}:
        dropped |= TERMS | CONNECTIVES
    elif any(finding.code in TERMS for finding in reported):
        other = filler.without()
        held = {(finding.code, other.span(finding.span)) for finding in check(other.text)}
        reported = [each for each in reported if each.code not in TERMS or (each.code, filled.span(each.span)) in held]
    shown = _show(found, filled)
    placeholders = Stretches([(part.start, part.end) for part in outline.parts])
    unjudged = Stretches(sorted({*_find_unjudged(outline)}))
    parts = [part for part in outline.parts if part.role in ("value", "items", "list", "literal")]
    made = Stretches(sorted({outline.comparisons[part.comparison] for part in parts}))
    kept = []
    for finding in reported:
        span = filled.span(finding.span)
        if finding.code in dropped or (finding.code in CONTENT and placeholders.touch(span)):
            continue
        if finding.code in TYPES and made.touch(span):
            # The kind of the other items may be that of the filling.
            continue
        # A diagnostic whose span is larger than a part that cannot be checked is about the rest.
        if not all(
            span.start <= start and end <= span.end and len(span) > end - start
            for _, start, end in unjudged.touched(span)
        ):
            continue
        words = [(each.text, shown[each]) for each in dict.fromkeys(filled.touched(finding)) if each in shown]
        if finding.name != "quoted-boolean":
            # These words are common in messages: only this rule means the value.
            words = [(text, name) for text, name in words if text.lower() not in ("true", "false")]
        severity = finding.severity
        if _GOT in finding.message and made.touch(span):
            # Of all values null alone would be right.
            words.append((_GOT, ""))
            severity = "warning" if severity == "error" else severity
        kept.append(filled.finding(finding, words, severity))
    return kept


def _find_unjudged(outline: Outline) -> list[tuple[int, int]]:
    """Return spans that cannot be checked: comparisons without a field or an operator, except for their paths."""
    found = []
    for part in outline.parts:
        start, end = outline.comparisons[part.comparison]
        if part.role in ("field", "condition") or (part.role == "operator" and not part.path):
            found.append((start, end))
        elif part.role in ("operator", "tail") or (part.role == "unknown" and part.path):
            found.append((start + len(part.path), end))
        elif part.role in ("rest", "connective", "unknown"):
            found.append((part.start, part.end))
    return found


def _show(found: ConditionTemplate, filled: Rendered) -> dict[Substitution, str]:
    """Return what messages show for each sample value: the placeholder in the syntax of the language."""
    placeholders = (segment for segment in found.segments if segment.kind == "placeholder")
    shown: dict[Substitution, str] = {}
    at = 0
    text = found.text
    for filling in filled.fillings:
        for _ in range(text.count(PLACEHOLDER, at, filling.start)):
            next(placeholders)
        name = text[filling.start : filling.end]
        for _ in range(name.count(PLACEHOLDER)):
            name = name.replace(PLACEHOLDER, show_placeholder(next(placeholders).expression, found.language), 1)
        at = filling.end
        if len(filling.text) > 3:
            shown[filling] = name
    return shown


def show_placeholder(expression: str, language: str) -> str:
    """Return how a message shows a placeholder."""
    if not expression or len(expression) > 40 or "\n" in expression:
        return "…"
    if expression[0] == "{" and expression[-1] == "}":
        # ``${{ parameters.company }}``, which the server of a pipeline fills
        return expression if expression[1] == "{" else f"${{{expression}}}"
    phrases = find_language(language).phrases
    form = phrases.placeholder
    if phrases.subexpression is not None and not expression.lstrip("$@").replace(":", "").isidentifier():
        form = phrases.subexpression
    return form.replace("%s", expression)


def judge_list(text: str, check: Check) -> list[Diagnostic]:
    """Return the diagnostics of a list of fields or a sort order, except for items with placeholders."""
    fillings = [Substitution(start, end, "asc" if direction else "id") for start, end, direction in outline_list(text)]
    filled = Rendered(text, fillings)
    reported = check(filled.text)
    placeholders = Stretches([(each.start, each.end) for each in fillings])
    return [filled.finding(finding) for finding in reported if not placeholders.touch(filled.span(finding.span))]
