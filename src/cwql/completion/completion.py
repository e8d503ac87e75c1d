"""One candidate: `Completion`."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from cwql.source import Span

    CompletionKind: TypeAlias = Literal[
        "field", "reference", "collection", "operator", "keyword", "value", "member", "date", "endpoint", "parameter"
    ]


class Completion(Value):
    """A text that can be inserted, and the `span` that it replaces.

    `label` is the name to show, `detail` a few words about it (its type), `documentation` a sentence or more. A
    ``reference`` and a ``collection`` have their own fields.
    """

    label: str
    kind: CompletionKind
    text: str
    span: Span
    detail: str = ""
    documentation: str = ""
