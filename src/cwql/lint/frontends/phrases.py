"""The code fragments of a language for hints and messages: `Phrases`."""

from __future__ import annotations

from cwql.value import Value


class Phrases(Value):
    """Code of a language with ``%s`` for a value, ``%q`` for a quote and ``%d`` for two of them; None if unknown.

    `cast` converts a value to a number, or fails; `moment` formats a moment; `holds` tests whether a value contains a
    quote, and `doubles` doubles its quotes. `placeholder` is how a value is put into a text, and `subexpression` how one is
    that is more than a variable, if that is different. `escapes` is True if a double
    quote in a text can only be written with a backslash, because single quotes cannot contain one.
    """

    cast: str | None = None
    moment: str | None = None
    holds: str | None = None
    doubles: str | None = None
    placeholder: str = "%s"
    subexpression: str | None = None
    escapes: bool = False

    def quote(self, text: str) -> str:
        """Return a text of quotes as a literal."""
        if '"' not in text:
            return f'"{text}"'
        return '"' + text.replace('"', '\\"') + '"' if self.escapes else f"'{text}'"


UNKNOWN = Phrases()
"""For languages that are not programmed in."""
