"""An open file: `Document` has its text, its conditions and its diagnostics, each computed when it is needed."""

from __future__ import annotations

from cwql.lint.examination import may_hold
from cwql.lint.file import read_text
from cwql.lint.frontends import find_language
from cwql.lint.rewrite import Document as Source
from cwql.lint.rewrite import RewriteError, find_cure
from cwql.lsp.conditions import find_change, innermost, may_be_in_string, probe, shift
from cwql.lsp.positions import Positions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.examination import Order
    from cwql.lint.file import Draft
    from cwql.lint.found import Found
    from cwql.lsp.conditions import EmbeddedCondition


class Document:
    """A version of a file. `order` says how it is linted; None if it is excluded."""

    __slots__ = (
        "_conditions",
        "_diagnostics",
        "_draft",
        "_earlier",
        "_positions",
        "_probed",
        "encoding",
        "order",
        "text",
        "version",
    )

    def __init__(
        self, text: str, order: Order | None, encoding: str, version: int = 0, earlier: Document | None = None
    ) -> None:
        """`earlier` is the version before: its conditions are reused if the change is inside one of them."""
        self.text = text
        self.order = order
        self.encoding = encoding
        self.version = version
        self._earlier = earlier
        if earlier is not None:
            # The chain of versions must not grow while nobody looks at the conditions.
            if earlier._conditions is None and earlier._probed is None:
                self._earlier = earlier._earlier
            earlier._earlier = None
        # A condition that only a probe finds. The next keystroke moves it.
        self._probed: Sequence[Found] | None = None
        self._draft: Draft | None = None
        self._conditions: Sequence[Found] | None = None
        self._diagnostics: list[Diagnostic] | None = None
        self._positions: Positions | None = None

    @property
    def positions(self) -> Positions:
        """Return the conversion between offsets and positions of the protocol."""
        if self._positions is None:
            self._positions = Positions(self.text, self.encoding)
        return self._positions

    def diagnostics(self) -> list[Diagnostic]:
        """Return the problems that ``cwql lint`` reports for the text."""
        if self._diagnostics is None:
            order = self.order
            if order is None or not self._may_have_conditions():
                self._diagnostics = []
            else:
                draft = self._read()
                self._diagnostics = draft.judge(order.levels, order.codes)
                # From now on exactly those that the linter finds.
                self._move()
                self._conditions = draft.conditions()
        return self._diagnostics

    def adopt(self, diagnostics: list[Diagnostic]) -> None:
        """Use diagnostics that were computed elsewhere for the same text."""
        self._diagnostics = diagnostics

    def conditions(self) -> Sequence[Found]:
        """Return the conditions of the text."""
        self._move()
        if self._conditions is None:
            may_have = self.order is not None and self._may_have_conditions()
            self._conditions = self._read().conditions() if may_have else []
        return self._conditions

    def condition_at(self, offset: int) -> EmbeddedCondition | None:
        """Return the innermost condition at an offset."""
        return innermost(self.conditions(), offset)

    def condition_for_typing(self, offset: int) -> EmbeddedCondition | None:
        """Return the condition at an offset, also if it is empty, or if the file is incomplete because it is being typed."""
        order = self.order
        if order is None:
            return None
        self._move()
        found = innermost((*(self._probed or ()), *(self._conditions or ())), offset)
        if found is not None or not may_be_in_string(self.text, offset):
            return found
        found = self.condition_at(offset)
        if found is not None:
            return found
        self._probed = probe(self.text, offset, find_language(order.language).native, self._extract)
        return innermost(self._probed, offset)

    def fixed(self, unsafe: bool = False) -> str | None:
        """Return the text after every fix that helps, as ``cwql lint --fix`` writes it; None if there is none."""
        if self.order is None:
            return None
        try:
            cure = find_cure(Source("", self.text.encode()), self.order, unsafe)
        except (RewriteError, UnicodeError):
            return None
        return None if cure is None else cure.text

    def _may_have_conditions(self) -> bool:
        return may_hold(self.text.encode("utf-8", "surrogatepass"))

    def _read(self) -> Draft:
        if self._draft is None:
            order = self.order
            assert order is not None
            self._draft = read_text(self.text, order.name, order.language, default=order.place)
        return self._draft

    def _extract(self, text: str) -> list[Found]:
        order = self.order
        assert order is not None
        return read_text(text, order.name, order.language, default=order.place).conditions()

    def _move(self) -> None:
        """Move the conditions of the version before by the change, if it is an edit inside one of them."""
        earlier, self._earlier = self._earlier, None
        if earlier is None:
            return
        start, old_end, new_end = find_change(earlier.text, self.text)
        inserted = self.text[start:new_end]
        if earlier._conditions is not None and self._conditions is None:
            self._conditions = shift(earlier._conditions, start, old_end, new_end, inserted)
        if earlier._probed:
            self._probed = shift(earlier._probed, start, old_end, new_end, inserted)
