"""What sets one condition language apart from the other, as data: `Dialect`, `Form`, `Parameter`."""

from __future__ import annotations

from cwql.frozen import Frozen, assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, TypeAlias

    from cwql.language.operators import Operator

    DialectName: TypeAlias = Literal["manage", "automate"]
    Shape: TypeAlias = Literal["condition", "order_by", "field_list"]


class Form(Frozen):
    """Say how a dialect writes an operator or a literal, and how well that is known.

    `evidence` uses the marks D (reference document), V (vendor text), L (answers in a public server log), P (several
    independent clients), 1 (one client). `canonical` forms are printed; the others are only read.
    """

    __slots__ = ("canonical", "evidence", "example", "spelling")
    __match_args__ = ("spelling", "evidence", "example", "canonical")
    spelling: str
    evidence: str
    example: str
    canonical: bool

    def __init__(self, spelling: str, evidence: str, example: str, canonical: bool = True) -> None:
        assign(self, "spelling", spelling)
        assign(self, "evidence", evidence)
        assign(self, "example", example)
        assign(self, "canonical", canonical)

    @property
    def documented(self) -> bool:
        """Tell whether the project's reference documents describe the form."""
        return "D" in self.evidence

    @property
    def observed(self) -> bool:
        """Tell whether vendor text, a server log or a live client shows the form."""
        return any(mark in self.evidence for mark in "VLP1")


class Parameter(Frozen):
    """Name a query parameter and the shape of its text.

    Its paths start at the record that the endpoint lists; `record` names another one where they do not. `collections` says
    that the parameter filters the records inside a record, and that a dialect which has one does not do so elsewhere.
    """

    __slots__ = ("collections", "name", "record", "shape")
    __match_args__ = ("name", "shape", "record", "collections")
    name: str
    shape: Shape
    record: str | None
    collections: bool

    def __init__(self, name: str, shape: Shape, record: str | None = None, collections: bool = False) -> None:
        assign(self, "name", name)
        assign(self, "shape", shape)
        assign(self, "record", record)
        assign(self, "collections", collections)


class Dialect(Frozen):
    """Describe one condition language completely; everything that differs between dialects is asked of this record.

    `operators` maps each operator that the dialect can print to its form; `slips` maps other spellings that are read
    (with a finding) to their operator; `literals` holds the forms of literals by kind. `wildcards` are the characters
    that stand for any run of characters in a ``like`` pattern, `single` those that stand for one, `pattern_syntax` those
    that mean something else there. `quotes` are in the order in which they are tried, `booleans` spell true and false.
    `prefix_not` is the form of ``not (…)``, which is read everywhere and printed on request where a document has it.
    `url_limit` counts characters of a whole URL. `names_complete` tells that servers keep to their specification: what it does
    not show is an error, where live clients are known to use more than it shows a warning.
    """

    __slots__ = (
        "bare_dates",
        "booleans",
        "foreign_wildcards",
        "literals",
        "naive_is_utc",
        "name",
        "names_complete",
        "operators",
        "parameters",
        "pattern_syntax",
        "prefix_not",
        "quotes",
        "separator",
        "single",
        "slips",
        "title",
        "url_limit",
        "wildcards",
    )
    __match_args__ = ("name",)
    name: DialectName
    title: str
    separator: str
    quotes: tuple[str, str]
    wildcards: str
    single: str
    foreign_wildcards: str
    pattern_syntax: str
    booleans: tuple[str, str]
    prefix_not: Form
    bare_dates: bool
    naive_is_utc: bool
    names_complete: bool
    operators: Mapping[Operator, Form]
    slips: Mapping[str, tuple[Operator, str]]
    literals: Mapping[str, Form]
    parameters: tuple[Parameter, ...]
    url_limit: int

    def __init__(
        self,
        name: DialectName,
        *,
        title: str,
        separator: str,
        quotes: tuple[str, str],
        wildcards: str,
        single: str,
        foreign_wildcards: str,
        pattern_syntax: str,
        booleans: tuple[str, str],
        prefix_not: Form,
        bare_dates: bool,
        naive_is_utc: bool,
        names_complete: bool,
        operators: Mapping[Operator, Form],
        slips: Mapping[str, tuple[Operator, str]],
        literals: Mapping[str, Form],
        parameters: tuple[Parameter, ...],
        url_limit: int = 2000,
    ) -> None:
        assign(self, "name", name)
        assign(self, "title", title)
        assign(self, "separator", separator)
        assign(self, "quotes", quotes)
        assign(self, "wildcards", wildcards)
        assign(self, "single", single)
        assign(self, "foreign_wildcards", foreign_wildcards)
        assign(self, "pattern_syntax", pattern_syntax)
        assign(self, "booleans", booleans)
        assign(self, "prefix_not", prefix_not)
        assign(self, "bare_dates", bare_dates)
        assign(self, "naive_is_utc", naive_is_utc)
        assign(self, "names_complete", names_complete)
        assign(self, "operators", operators)
        assign(self, "slips", slips)
        assign(self, "literals", literals)
        assign(self, "parameters", parameters)
        assign(self, "url_limit", url_limit)

    def __repr__(self) -> str:
        return f"dialect({self.name!r})"

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]
        from cwql.language.dialects import dialect

        return dialect, (self.name,)
