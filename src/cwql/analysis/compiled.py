"""What `cwql.compile` gives: `Compiled`, made of one `Part` for each parameter."""

from __future__ import annotations

from cwql.diagnostics import in_order
from cwql.errors import ConditionError, ExpressionError
from cwql.frozen import Frozen, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cwql.diagnostics import Diagnostic
    from cwql.language.parser import Tree

PAGE_SIZE = "pageSize"
"""What both APIs call the number of records on a page."""


class Part(Frozen):
    """Hold one parameter: its name, the `text` to send and its `tree`, both None where errors left none, and its findings.

    The text is empty where there is nothing to say: the tree is a constant then, or None. The spans of the findings count in `source`: the text as the user wrote it, or what was printed of a tree.
    """

    __slots__ = ("findings", "parameter", "source", "text", "tree")
    __match_args__ = ("parameter", "text", "tree", "findings", "source")
    parameter: str
    text: str | None
    tree: Tree | None
    findings: tuple[Diagnostic, ...]
    source: str

    def __init__(
        self, parameter: str, text: str | None, tree: Tree | None, findings: Iterable[Diagnostic], source: str
    ) -> None:
        assign(self, "parameter", parameter)
        assign(self, "text", text)
        assign(self, "tree", tree)
        assign(self, "findings", tuple(findings))
        assign(self, "source", source)

    @property
    def ok(self) -> bool:
        """Tell whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


class Compiled(Frozen):
    """Hold what `compile` made.

    `parts` are the parameters in the order of the dialect, `parameter` names the one that was compiled for, `expr` is its tree
    before it was divided (None where it cannot be read), `never` tells that no record can match, so that there is nothing to
    send, `page_size` is the query's.
    """

    __slots__ = ("expr", "never", "page_size", "parameter", "parts")
    __match_args__ = ("parameter", "parts", "expr", "never", "page_size")
    parameter: str
    parts: tuple[Part, ...]
    expr: Tree | None
    never: bool
    page_size: int | None

    def __init__(
        self,
        parameter: str,
        parts: Iterable[Part],
        expr: Tree | None = None,
        never: bool = False,
        page_size: int | None = None,
    ) -> None:
        assign(self, "parameter", parameter)
        assign(self, "parts", tuple(parts))
        assign(self, "expr", expr)
        assign(self, "never", never)
        assign(self, "page_size", page_size)

    def part(self, parameter: str) -> Part | None:
        """Return what goes to a parameter, or None."""
        return next((part for part in self.parts if part.parameter == parameter), None)

    @property
    def text(self) -> str | None:
        """Return what to send in the main condition; None where nothing is, or where errors left nothing."""
        part = self.part(self.parameter)
        return part.text or None if part is not None and not self.never else None

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Return every finding: text by text in the order of the parameters, within a text by place."""
        sources: dict[str, list[Diagnostic]] = {}
        for part in self.parts:
            sources.setdefault(part.source, []).extend(part.findings)
        return list(dict.fromkeys([finding for findings in sources.values() for finding in in_order(findings)]))

    @property
    def ok(self) -> bool:
        """Tell whether no finding is an error."""
        return all(part.ok for part in self.parts)

    def require(self) -> Compiled:
        """Return this, or raise `ConditionError` with the findings of the first part that has an error."""
        for part in self.parts:
            if not part.ok:
                raise ConditionError(part.findings, part.source)
        return self

    @property
    def parameters(self) -> dict[str, str | int]:
        """Return the query parameters to send.

        Sending less than was asked would fetch what was not asked for. So this raises `ConditionError` where a part could
        not be read or printed, and `ExpressionError` where `never` says that there is nothing to send.
        """
        if self.never:
            raise ExpressionError("this condition never holds, so nothing is to be sent: look at `never` first")
        found: dict[str, str | int] = {}
        for part in self.parts:
            if part.text is None:
                raise ConditionError(part.findings, part.source)
            if part.text:
                found[part.parameter] = part.text
        if self.page_size is not None:
            found[PAGE_SIZE] = self.page_size
        return found
