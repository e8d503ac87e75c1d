"""How a language puts its words together: `Habits`."""

from __future__ import annotations

from cwql.frozen import Frozen, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from typing import Literal


class Habits(Frozen):
    """How a language joins its words; every difference between languages is a field of this record.

    Signs: `joins` are the operators that join texts, `sets` those that assign a name and `adds` those that append to
    one; `pairs` separate the key and value of a literal, `passes` the name and value of an argument if that is another
    sign, `links` a value and the name of a member.

    Statements and names: `lines` is True if a line break ends a statement, `folds` if letter case does not count in
    names. `names` are the kinds of words that can be assigned. `typed` is the position of the type of a name:
    ``before`` it, ``behind`` it, after a ``colon``, in ``brackets`` before it. `defaults` is True if ``name = value``
    in round brackets is an argument or a default. `shorthand` is how a key alone represents the name that has its
    value: before a ``colon``, in ``braces``.

    Braces: `methods` is True if round brackets before a block make a function, without a word for it; `worded` if
    functions are words with an `end`, recognized by their indentation. `literals` is the type that makes the braces
    after it a literal: one after ``new``, any ``type``.

    Calls and values: `calls` is how a call may be written: with ``brackets``, also ``bare``, as a ``cmdlet`` whose
    options end at blanks. `commas` is True if commas alone make a list. `casts` are the brackets around a type before a
    value that convert it. `asserts` is True if a ``!`` may follow a value, `adjacent` if texts next to each other are
    one.

    Formats: `fills` is the operator that formats a text, `formatter` the owner of the call ``format`` that does, in
    small letters and empty for none (None if there is no such call). `braces` is True if its fields are ``{0}``,
    otherwise they are ``%s``. `separator` is the position of the separator of a join: ``first`` or ``last`` in a call,
    or in that of the list's ``method``.

    Values that need no quotes: `number_types` have such values, `number_calls` are the last names, in small letters, of
    calls that return one, `layouts` of those that format a date by a named layout. `encoders` return a text, encoded
    for URLs or unchanged. `records` is the pattern of the names of calls that return records with a number as their
    ``id``.
    """

    __slots__ = (
        "adds",
        "adjacent",
        "asserts",
        "braces",
        "calls",
        "casts",
        "commas",
        "defaults",
        "encoders",
        "fills",
        "folds",
        "formatter",
        "joins",
        "layouts",
        "lines",
        "links",
        "literals",
        "methods",
        "names",
        "number_calls",
        "number_types",
        "pairs",
        "passes",
        "records",
        "separator",
        "sets",
        "shorthand",
        "typed",
        "worded",
    )
    __match_args__ = (
        "joins",
        "sets",
        "adds",
        "pairs",
        "passes",
        "links",
        "lines",
        "folds",
        "names",
        "typed",
        "defaults",
        "shorthand",
        "methods",
        "worded",
        "calls",
        "literals",
        "commas",
        "casts",
        "asserts",
        "adjacent",
        "fills",
        "formatter",
        "braces",
        "separator",
        "number_types",
        "number_calls",
        "layouts",
        "encoders",
        "records",
    )
    joins: tuple[str, ...]
    sets: tuple[str, ...]
    adds: tuple[str, ...]
    pairs: tuple[str, ...]
    passes: tuple[str, ...]
    links: tuple[str, ...]
    lines: bool
    folds: bool
    names: tuple[str, ...]
    typed: Literal["", "before", "behind", "colon", "brackets"]
    defaults: bool
    shorthand: Literal["", "colon", "braces"]
    methods: bool
    worded: bool
    calls: Literal["brackets", "bare", "cmdlet"]
    literals: Literal["", "new", "type"]
    commas: bool
    casts: Literal["", "round", "square"]
    asserts: bool
    adjacent: bool
    fills: Literal["", "-f", "%"]
    formatter: str | None
    braces: bool
    separator: Literal["first", "last", "method"]
    number_types: frozenset[str]
    number_calls: frozenset[str]
    layouts: frozenset[str]
    encoders: frozenset[str]
    records: re.Pattern[str] | None

    def __init__(
        self,
        *,
        joins: Iterable[str] = ("+",),
        sets: Iterable[str] = ("=",),
        adds: Iterable[str] = ("+=",),
        pairs: Iterable[str] = (":",),
        passes: Iterable[str] = (),
        links: Iterable[str] = (".", "?."),
        lines: bool = False,
        folds: bool = False,
        names: Iterable[str] = ("name",),
        typed: Literal["", "before", "behind", "colon", "brackets"] = "",
        defaults: bool = True,
        shorthand: Literal["", "colon", "braces"] = "",
        methods: bool = True,
        worded: bool = False,
        calls: Literal["brackets", "bare", "cmdlet"] = "brackets",
        literals: Literal["", "new", "type"] = "",
        commas: bool = False,
        casts: Literal["", "round", "square"] = "",
        asserts: bool = False,
        adjacent: bool = False,
        fills: Literal["", "-f", "%"] = "",
        formatter: str | None = None,
        braces: bool = False,
        separator: Literal["first", "last", "method"] = "first",
        number_types: Iterable[str] = (),
        number_calls: Iterable[str] = (),
        layouts: Iterable[str] = (),
        encoders: Iterable[str] = (),
        records: re.Pattern[str] | None = None,
    ) -> None:
        assign(self, "joins", tuple(joins))
        assign(self, "sets", tuple(sets))
        assign(self, "adds", tuple(adds))
        assign(self, "pairs", tuple(pairs))
        assign(self, "passes", tuple(passes))
        assign(self, "links", tuple(links))
        assign(self, "lines", lines)
        assign(self, "folds", folds)
        assign(self, "names", tuple(names))
        assign(self, "typed", typed)
        assign(self, "defaults", defaults)
        assign(self, "shorthand", shorthand)
        assign(self, "methods", methods)
        assign(self, "worded", worded)
        assign(self, "calls", calls)
        assign(self, "literals", literals)
        assign(self, "commas", commas)
        assign(self, "casts", casts)
        assign(self, "asserts", asserts)
        assign(self, "adjacent", adjacent)
        assign(self, "fills", fills)
        assign(self, "formatter", formatter)
        assign(self, "braces", braces)
        assign(self, "separator", separator)
        assign(self, "number_types", frozenset(number_types))
        assign(self, "number_calls", frozenset(number_calls))
        assign(self, "layouts", frozenset(layouts))
        assign(self, "encoders", frozenset(encoders))
        assign(self, "records", records)
