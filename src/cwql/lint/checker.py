"""Check the conditions of a file: `ConditionChecker`."""

from __future__ import annotations

from functools import lru_cache, partial

from cwql.analysis.checker import check, find_test
from cwql.diagnostics import with_target
from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS, find_dialect, find_parameter
from cwql.lint.request_targets import parameter_of
from cwql.lint.templates.model import PLACEHOLDER
from cwql.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from cwql.analysis.checker import Test
    from cwql.analysis.rule_config import RuleConfig
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.lint.templates.sampling import FilteredFields

    Target: TypeAlias = tuple[str | None, str | None, str]
    """A dialect, an endpoint and a parameter."""

_EXAMPLE = "_example"
"""The end of a value that a generator of documentation makes up: ``order_by: 'order_by_example'``."""


class ConditionChecker:
    """Check the conditions of one file; the work that depends on the target is done once per target.

    `rules` sets severities; `source` is the text of the file.
    """

    def __init__(self, rules: RuleConfig | None = None, release: str | None = None, source: str = "") -> None:
        self._source = source
        self._rules = rules
        self._release = release
        self._tests: dict[Target, Test] = {}
        self._fields: dict[Target, list[FilteredFields]] = {}
        self._clean: set[tuple[Target, str]] = set()
        """Texts without diagnostics: a program sorts by the same few fields again and again."""

    def judge(self, found: ConditionTemplate, text: str | None = None) -> list[Diagnostic]:
        """Return the diagnostics of a condition, with positions in the file.

        `text` is that of the condition, if it is at hand. If it is uncertain that the condition goes to ConnectWise,
        nothing is reported. If the dialect is unknown, only problems in every dialect are reported; if the endpoint
        is unknown, only those that need no endpoint.
        """
        place = found.place
        if not place.sure:
            return []
        parameter = found.parameter
        if text is None:
            text = found.text
        key = place.dialect, place.endpoint, parameter
        test = self._tests.get(key)
        if test is None:
            test = self._tests[key] = self._find_test(*key)
        if PLACEHOLDER not in text and (test(text) or (key, text) in self._clean):
            return []
        records = _records(place.dialect, parameter)
        if not records:
            return []
        if PLACEHOLDER in text:
            findings = self._judge_placeholders(found, text, records, key)
            return with_target(findings, place.dialect, place.endpoint, parameter)
        reported = _common([self._check(found, record, text) for record in records])
        if not reported or (text.endswith(_EXAMPLE) and parameter_of(text[: -len(_EXAMPLE)]) == parameter):
            self._clean.add((key, text))
            return []
        if found.partial:
            from cwql.rules.traits import find_codes

            # The other items of a joined list are unknown.
            whole = find_codes("whole")
            reported = [finding for finding in reported if finding.code not in whole]
            if not reported:
                return []
        findings = _placed(found, _certain(found, text, reported))
        return with_target(findings, place.dialect, place.endpoint, parameter)

    def _check(self, found: ConditionTemplate, record: Dialect, text: str) -> list[Diagnostic]:
        """Return the diagnostics of a text without placeholders in the place of a condition."""
        return check(
            text,
            dialect=record,
            endpoint=found.place.endpoint,
            parameter=found.parameter,
            rules=self._rules,
            release=self._release,
        )

    def _judge_placeholders(
        self, found: ConditionTemplate, text: str, records: Sequence[Dialect], target: Target
    ) -> list[Diagnostic]:
        # One statement, because each import takes 0.7 of the 40 us for a condition.
        from cwql.lint.interpolation import judge_placeholders

        if text.count(PLACEHOLDER) != len([each for each in found.segments if each.kind == "placeholder"]):
            # The text itself contains the character that represents a placeholder.
            return []
        checks = [partial(self._check, found, record) for record in records]
        if find_parameter(records[0], found.parameter).shape != "condition":
            from cwql.lint.templates.check import judge_list

            return _placed(found, _common([judge_list(text, each) for each in checks]))
        fields = self._fields.get(target)
        if fields is None:
            from cwql.lint.templates.sampling import FilteredFields

            fields = self._fields[target] = [
                FilteredFields(record, found.place.endpoint, find_parameter(record, found.parameter))
                for record in records
            ]
        reported, weighed = judge_placeholders(found, text, fields, checks, self._tests[target], self._source)
        if found.place.loose and weighed:
            from cwql.lint.heuristics import is_foreign

            weighed = [] if is_foreign(text) else weighed
        return _placed(found, (*_certain(found, text, _common(reported)), *weighed))

    def _find_test(self, dialect: str | None, endpoint: str | None, name: str) -> Test:
        records = _records(dialect, name)
        if len(records) != 1:
            return lambda _: False
        return find_test(records[0], endpoint, name, rules=self._rules, release=self._release)


def _placed(found: ConditionTemplate, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics of a condition with their positions in the file."""
    located = tuple(diagnostics)
    if not located:
        return []
    from cwql.lint.templates.source_map import SourceMap

    layout = SourceMap(found.segments)
    return [_translated(found, layout.finding(finding)) for finding in located]


def _translated(found: ConditionTemplate, finding: Diagnostic) -> Diagnostic:
    """Return a diagnostic whose hint is for the language of its program."""
    if finding.hint is None or "cwql.cond(" not in finding.hint:
        return finding
    from cwql.lint.hints import translate

    dialect = None if found.place.dialect is None else find_dialect(found.place.dialect)
    return replace(finding, hint=translate(finding.hint, found.language, dialect))


def _common(reported: Sequence[list[Diagnostic]]) -> list[Diagnostic]:
    """Return the diagnostics of the first list that all other lists contain too: the same rule at the same position."""
    first = reported[0]
    if not first:
        return first
    for other in reported[1:]:
        known = {(finding.code, finding.span) for finding in other}
        first = [finding for finding in first if (finding.code, finding.span) in known]
    return first


def _certain(found: ConditionTemplate, text: str, reported: list[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics that are certain; all of them if more than a word in the file mentions ConnectWise."""
    if not found.place.loose or not reported:
        return reported
    from cwql.lint.heuristics import keep_certain

    return keep_certain(text, reported, found.place.dialect)


@lru_cache(64)
def _records(dialect: str | None, name: str) -> tuple[Dialect, ...]:
    """Return the dialects that a condition may be in, given its parameter."""
    records = []
    for record in DIALECTS if dialect is None else (find_dialect(dialect),):
        try:
            find_parameter(record, name)
        except UnknownNameError:
            continue
        records.append(record)
    return tuple(records)
