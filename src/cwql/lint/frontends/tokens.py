"""The words of a source: `Token`."""

from __future__ import annotations

from cwql.lint.ir import Chunk
from cwql.lint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Kind: TypeAlias = Literal["name", "variable", "option", "number", "string", "regex", "sign"]


class Token(Record):
    """A word of a source. `fresh` is True if it begins a line; `text` of a string is empty: `parts` has it."""

    kind: Kind
    text: str
    start: int
    end: int
    fresh: bool = False
    parts: list[Chunk] | None = None
    whole: bool = True

    @property
    def value(self) -> str | None:
        """Return the text of a string without placeholders; None for anything else."""
        if self.kind != "string" or self.parts is None or any(part.kind == "placeholder" for part in self.parts):
            return None
        return "".join([part.text for part in self.parts])


def dedent(parts: list[Chunk], indent: int) -> list[Chunk]:
    """Return the parts of a text of lines without the blanks, at most `indent`, that each line begins with."""
    if indent == 0:
        return parts
    cut: list[Chunk] = []
    fresh = True
    for part in parts:
        if part.kind != "same":
            cut.append(part)
            fresh = False
            continue
        at = 0
        for line in part.text.splitlines(keepends=True):
            drop = 0
            while fresh and drop < indent and line[drop : drop + 1] in (" ", "\t"):
                drop += 1
            if drop < len(line):
                start = part.start + at + drop
                cut.append(Chunk("same", line[drop:], start, start + len(line) - drop, part.quoting))
            at += len(line)
            fresh = line.endswith(("\n", "\r"))
    return cut
