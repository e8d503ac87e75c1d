"""How a language says what advice and messages need to say: `Phrases`."""

from __future__ import annotations

from cwql.frozen import Frozen, assign


class Phrases(Frozen):
    """Hold code of a language with ``%s`` for a value, ``%q`` for a quote and ``%d`` for two of them; None for what is not known.

    `cast` makes a number of a value, or fails; `moment` makes the text of a moment; `holds` asks whether a value holds a quote, and
    `doubles` doubles its quotes. `hole` is how a value is put into a text. `escapes` tells that a double quote in a text can only be
    written with a backslash, since single quotes hold none.
    """

    __slots__ = ("cast", "doubles", "escapes", "holds", "hole", "moment")
    __match_args__ = ("cast", "moment", "holds", "doubles", "hole", "escapes")
    cast: str | None
    moment: str | None
    holds: str | None
    doubles: str | None
    hole: str
    escapes: bool

    def __init__(
        self,
        cast: str | None = None,
        moment: str | None = None,
        holds: str | None = None,
        doubles: str | None = None,
        hole: str = "%s",
        escapes: bool = False,
    ) -> None:
        assign(self, "cast", cast)
        assign(self, "moment", moment)
        assign(self, "holds", holds)
        assign(self, "doubles", doubles)
        assign(self, "hole", hole)
        assign(self, "escapes", escapes)

    def quote(self, text: str) -> str:
        """Return a text of quotes as a literal."""
        if '"' not in text:
            return f'"{text}"'
        return '"' + text.replace('"', '\\"') + '"' if self.escapes else f"'{text}'"


UNKNOWN = Phrases()
"""For languages that are not programmed in."""
