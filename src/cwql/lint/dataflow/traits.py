"""What the data flow has to know of a language besides its tree."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from cwql.lint.places import Place


class Traits:
    """The facts about a language that its trees do not show.

    `place_of` gives the target that a chain of names calls, `records` whether a command returns records. `bare` is True
    if a call needs no brackets, `native_dates` if a date that is put into a text is written in the user's culture;
    `last_is_result` if the last value of a function is its result. `braces` is True if every format has places such as
    ``{0}``, `delimited` if a pattern has delimiters in its string, `layouts` if ``format(…)`` always formats a date. `word`
    matches, in small letters, what names a target without a path or a mention of ConnectWise.
    `numbers` are further functions that return a number or a date; `ids` is True if the member ``id`` of anything that does
    not look like input is a number.
    """

    __slots__ = (
        "bare",
        "braces",
        "delimited",
        "ids",
        "last_is_result",
        "layouts",
        "name",
        "native_dates",
        "numbers",
        "place_of",
        "records",
        "word",
    )

    def __init__(
        self,
        name: str,
        *,
        place_of: Callable[[Sequence[str], str], Place | None] | None = None,
        records: Callable[[str], bool] | None = None,
        bare: bool = False,
        native_dates: bool = False,
        last_is_result: bool = False,
        braces: bool = False,
        delimited: bool = False,
        layouts: bool = False,
        word: re.Pattern[str] | None = None,
        numbers: frozenset[str] = frozenset(),
        ids: bool = False,
    ) -> None:
        self.name = name
        self.place_of = place_of
        self.records = records
        self.bare = bare
        self.native_dates = native_dates
        self.last_is_result = last_is_result
        self.braces = braces
        self.delimited = delimited
        self.layouts = layouts
        self.word = word
        self.numbers = numbers
        self.ids = ids
