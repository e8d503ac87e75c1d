"""An open file: `Document` has its text, its conditions and its diagnostics, each computed when it is needed."""

from __future__ import annotations

from cwql.lint.examine import may_hold
from cwql.lint.fix import Document as Source
from cwql.lint.fix import RewriteError, fix_source
from cwql.lint.frontends import find_language
from cwql.lint.linter import ExtractedFile
from cwql.lsp.conditions import find_change, find_string, innermost, may_be_in_string, probe, shift
from cwql.lsp.positions import Positions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.job import LintJob
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.lsp.conditions import EmbeddedCondition


REJECTED_LIMIT = 4
"""How many strings that are no condition are remembered."""


class Document:
    """A version of a file. `job` says how it is linted; None if it is excluded.

    A text is read by the linter when its exact diagnostics are needed. Until then, the conditions of the version before are
    moved by the edit, which takes a tenth of the time. If the edit is inside one of them, this is right except for the few texts
    that the linter stops to recognize as conditions. An edit elsewhere may add a condition or change an endpoint, so its moved
    conditions serve only for the first diagnostics.
    """

    __slots__ = (
        "_diagnostics",
        "_draft",
        "_earlier",
        "_moved",
        "_positions",
        "_probed",
        "_quick",
        "_rejected",
        "_shifted",
        "baseline",
        "encoding",
        "job",
        "text",
        "version",
    )

    def __init__(
        self,
        text: str,
        job: LintJob | None,
        encoding: str,
        version: int = 0,
        *,
        earlier: Document | None = None,
        baseline: str | None = None,
    ) -> None:
        """`earlier` is the version before, `baseline` the file of problems that are not reported."""
        self.text = text
        self.baseline = baseline
        self.job = job
        self.encoding = encoding
        self.version = version
        self._draft: ExtractedFile | None = None
        self._moved: ExtractedFile | None = None
        # Those of an edit elsewhere.
        self._shifted: ExtractedFile | None = None
        # Conditions that only a probe finds.
        self._probed: Sequence[ConditionTemplate] = ()
        # The text before each string that is no condition, for the next word that is typed in it.
        self._rejected: tuple[str, ...] = () if earlier is None else earlier._rejected
        self._diagnostics: list[Diagnostic] | None = None
        self._quick: list[Diagnostic] | None = None
        self._positions: Positions | None = None
        self._earlier: Document | None = earlier
        if earlier is not None and not (earlier._draft or earlier._moved or earlier._shifted or earlier._probed):
            # The chain of versions must not grow while nobody looks at the conditions.
            self._earlier, earlier._earlier = earlier._earlier, None

    @property
    def positions(self) -> Positions:
        """Return the conversion between offsets and positions of the protocol."""
        if self._positions is None:
            self._positions = Positions(self.text, self.encoding)
        return self._positions

    @property
    def is_exact(self) -> bool:
        """Return whether the diagnostics are those of the linter."""
        return self._diagnostics is not None

    @property
    def is_moved(self) -> bool:
        """Return whether `quick_diagnostics` does not read the text."""
        self._move()
        return (self._draft or self._moved or self._shifted) is not None

    def diagnostics(self) -> list[Diagnostic]:
        """Return the problems that ``cwql lint`` reports for the text."""
        self._move()
        if self._diagnostics is None:
            draft = self._read()
            self._diagnostics = [] if draft is None else self._judge(draft)
        return self._diagnostics

    def quick_diagnostics(self) -> list[Diagnostic]:
        """Return the problems of the moved conditions if there are any, otherwise the exact ones."""
        self._move()
        moved = self._moved or self._shifted
        if self._draft is not None or self._diagnostics is not None or moved is None:
            return self.diagnostics()
        if self._quick is None:
            self._quick = self._judge(moved)
        return self._quick

    def adopt(self, diagnostics: list[Diagnostic]) -> None:
        """Use diagnostics that were computed elsewhere for the same text."""
        self._diagnostics = diagnostics

    def conditions(self) -> Sequence[ConditionTemplate]:
        """Return the conditions of the text."""
        self._move()
        draft = self._draft or self._moved or self._read()
        return [] if draft is None else draft.conditions()

    def condition_at(self, offset: int) -> EmbeddedCondition | None:
        """Return the innermost condition at an offset."""
        return innermost(self.conditions(), offset)

    def condition_for_typing(self, offset: int) -> EmbeddedCondition | None:
        """Return the condition at an offset, also if it is empty, or if the file is incomplete because it is being typed."""
        job = self.job
        if job is None:
            return None
        self._move()
        draft = self._draft or self._moved
        found = innermost((*self._probed, *(() if draft is None else draft.conditions())), offset)
        if found is not None or not may_be_in_string(self.text, offset):
            return found
        begin = find_string(self.text, offset)
        before = None if begin is None else self.text[:begin]
        if before is not None and before in self._rejected:
            return None
        self._probed = probe(self.text, offset, find_language(job.language).native, self._extract)
        found = innermost(self._probed, offset) or self.condition_at(offset)
        if found is None and before is not None:
            self._rejected = (before, *self._rejected[:REJECTED_LIMIT])
        return found

    def fixed(self, unsafe: bool = False) -> str | None:
        """Return the text after every fix that helps, as ``cwql lint --fix`` writes it; None if there is none."""
        if self.job is None:
            return None
        try:
            fixed = fix_source(Source("", self.text.encode()), self.job, unsafe)
        except (RewriteError, UnicodeError):
            return None
        return None if fixed is None else fixed.text

    def _read(self) -> ExtractedFile | None:
        """Return the conditions that the linter finds; None if the text has none."""
        job = self.job
        if self._draft is None and job is not None and may_hold(self.text.encode("utf-8", "surrogatepass")):
            self._draft = ExtractedFile(self.text, job)
        return self._draft

    def _judge(self, draft: ExtractedFile) -> list[Diagnostic]:
        """Return the problems that the baseline does not list."""
        job = self.job
        assert job is not None
        if self.baseline is None:
            return draft.judge()
        from cwql.lint.baseline import read_baseline
        from cwql.lint.discovery import Target
        from cwql.lint.examine import finish
        from cwql.lint.settings import ConfigurationError, Settings

        outcome = finish(draft)
        assert outcome is not None
        try:
            # Its entries are used up one by one, so it is read again.
            read_baseline(self.baseline).apply(Target(job.path, job.name, job.language, Settings()), outcome)
        except ConfigurationError:
            pass
        return outcome.findings

    def _extract(self, text: str) -> list[ConditionTemplate]:
        job = self.job
        assert job is not None
        return ExtractedFile(text, job).conditions()

    def _move(self) -> None:
        """Move the conditions of the version before by the change."""
        earlier, self._earlier = self._earlier, None
        if earlier is None or self._draft is not None:
            return
        earlier._move()
        if earlier.text == self.text:
            self._draft, self._moved, self._shifted = earlier._draft, earlier._moved, earlier._shifted
            self._probed = earlier._probed
            self._diagnostics, self._quick = earlier._diagnostics, earlier._quick
            return
        start, old_end, new_end = find_change(earlier.text, self.text)
        inserted = self.text[start:new_end]
        draft = earlier._draft or earlier._moved
        if draft is not None:
            self._moved = draft.moved(self.text, lambda found: shift(found, start, old_end, new_end, inserted))
        draft = draft or earlier._shifted
        if draft is not None and self._moved is None:
            self._shifted = draft.moved(
                self.text, lambda found: shift(found, start, old_end, new_end, inserted, elsewhere=True)
            )
        if earlier._probed:
            self._probed = shift(earlier._probed, start, old_end, new_end, inserted) or ()
