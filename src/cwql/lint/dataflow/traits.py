"""Properties of a language that the data flow needs besides the tree."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence
    from dataclasses import KW_ONLY

    from cwql.lint.request_targets import RequestTarget


class Traits(Value):
    """The facts about a language that its trees do not show."""

    name: str
    _: KW_ONLY
    place_of: Callable[[Sequence[str], str], RequestTarget | None] | None = None
    """Return the target that a chain of names calls, with the source of the program."""
    words: tuple[re.Pattern[str], ...] = ()
    """Words that name a target, in small letters, without a path or a mention of ConnectWise."""
    verbs: frozenset[str] = frozenset()
    """Methods whose first argument is a condition, if their chain of names gives an endpoint."""
    numbers: frozenset[str] = frozenset()
    """Further functions that return a number or a date."""
    bare: bool = False
    """Whether a call needs no brackets."""
    fields: bool = False
    """Whether a method names the members of its class without an owner."""
    receivers: bool = False
    """Whether methods are declared outside of their types."""
    modules: bool = False
    """Whether functions take what they change as their first argument, after the name of a module."""
    shared: bool = False
    """Whether functions set the variables of the program."""
    implicit: bool = False
    """Whether the last expression of a function is its result."""
    arguments: bool = False
    """Whether a number or capitals that the program does not set name an argument or a variable of the environment."""
    pairs: bool = False
    """Whether a loop over a mapping gives keys with their values."""
    indexes: bool = False
    """Whether a loop with two names gives positions with items, or keys with values."""
    native_dates: bool = False
    """Whether a date that is put into a text is written in the user's culture."""
    layouts: bool = False
    """Whether ``format(…)`` always formats a date."""
    braces: bool = False
    """Whether every format has places such as ``{0}``."""
    templates: bool = False
    """Whether libraries fill places such as ``{name}`` in a URL."""
    delimited: bool = False
    """Whether a pattern has delimiters in its string."""
    starts: bool = False
    """Whether ``match`` begins at the start of a text."""
    libraries: tuple[str, ...] = ()
    """How the names of files end whose functions other files call, if they call those of no other file."""
    exports: bool = False
    """Whether other files call only the functions that a file exports."""
    sections: bool = False
    """Whether a line ``private`` makes the methods after it private."""
