"""What the data flow has to know of a language besides its tree."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence
    from dataclasses import KW_ONLY

    from cwql.lint.request_targets import RequestTarget


class Traits(Value):
    """The facts about a language that its trees do not show.

    `place_of` gives the target that a chain of names calls. `bare` is True
    if a call needs no brackets, `native_dates` if a date that is put into a text is written in the user's culture;
    `braces` is True if every format has places such as ``{0}``, `delimited` if a pattern has delimiters in its string,
    `layouts` if ``format(…)`` always formats a date. `words` match, in small letters, what names a target without a path
    or a mention of ConnectWise. `numbers` are further functions that return a number or a date; `receivers` is True if methods are declared outside
    of their types, `pairs` if a loop over a mapping gives keys with their values, `shared` if functions set the variables of the program, `implicit` if the last expression of a function is
    its result. `verbs` are methods whose first argument is a condition, if their chain of names gives an endpoint.
    `templates` is True if libraries fill places such as ``{name}`` in a URL, `arguments` if a number or capitals
    that the program does not set name an argument or a variable of the environment. `libraries` are the endings of the names of
    files whose functions other files call, if other files call those of no other file; `exports` is True if other files call only
    the functions that a file exports. `modules` is True if functions take what they change first, after the name of a
    module; `indexes` if a loop with two names gives positions with items; `starts` if ``match`` begins at the start of a text, `sections` if the
    line ``private`` makes the methods after it private.
    """

    name: str
    _: KW_ONLY
    place_of: Callable[[Sequence[str], str], RequestTarget | None] | None = None
    bare: bool = False
    native_dates: bool = False
    braces: bool = False
    delimited: bool = False
    layouts: bool = False
    words: tuple[re.Pattern[str], ...] = ()
    numbers: frozenset[str] = frozenset()
    receivers: bool = False
    shared: bool = False
    pairs: bool = False
    verbs: frozenset[str] = frozenset()
    templates: bool = False
    arguments: bool = False
    implicit: bool = False
    libraries: tuple[str, ...] = ()
    exports: bool = False
    modules: bool = False
    indexes: bool = False
    starts: bool = False
    sections: bool = False
