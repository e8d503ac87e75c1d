"""How a language puts its words together: `Habits`."""

from __future__ import annotations

from cwql.frozen import Frozen, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Habits(Frozen):
    """Describe how a language puts its words together.

    `joins` are the operators that join texts, `sets` those that set a name and `adds` those that append to one; `pairs` stand
    between the key and value of a literal, `links` between a value and the name of a member. `lines` tells that a line break ends a
    statement, `folds` that letter case does not count in names. `number_types` are the types whose values need no quotes,
    `number_calls` the last names, in small letters, of calls that return such a value, `encoders` those that encode for URLs.
    `typed` says where the type of a name is written: ``before`` it, ``behind`` it, behind a ``colon``, in ``brackets`` before it.
    """

    __slots__ = (
        "adds",
        "encoders",
        "folds",
        "joins",
        "language",
        "lines",
        "links",
        "number_calls",
        "number_types",
        "pairs",
        "sets",
        "typed",
    )
    __match_args__ = (
        "adds",
        "encoders",
        "folds",
        "joins",
        "language",
        "lines",
        "links",
        "number_calls",
        "number_types",
        "pairs",
        "sets",
        "typed",
    )
    language: str
    joins: tuple[str, ...]
    sets: tuple[str, ...]
    adds: tuple[str, ...]
    pairs: tuple[str, ...]
    lines: bool
    folds: bool
    links: tuple[str, ...]
    number_types: frozenset[str]
    number_calls: frozenset[str]
    encoders: frozenset[str]
    typed: str

    def __init__(
        self,
        language: str,
        *,
        joins: Iterable[str] = ("+",),
        sets: Iterable[str] = ("=",),
        adds: Iterable[str] = ("+=",),
        pairs: Iterable[str] = (":",),
        lines: bool = False,
        folds: bool = False,
        links: Iterable[str] = (".", "?."),
        number_types: Iterable[str] = (),
        number_calls: Iterable[str] = (),
        encoders: Iterable[str] = (),
        typed: str = "",
    ) -> None:
        assign(self, "language", language)
        assign(self, "joins", tuple(joins))
        assign(self, "sets", tuple(sets))
        assign(self, "adds", tuple(adds))
        assign(self, "pairs", tuple(pairs))
        assign(self, "lines", lines)
        assign(self, "folds", folds)
        assign(self, "links", tuple(links))
        assign(self, "number_types", frozenset(number_types))
        assign(self, "number_calls", frozenset(number_calls))
        assign(self, "encoders", frozenset(encoders))
        assign(self, "typed", typed)
