"""The differences between the condition languages, as data: `Dialect`, `SyntaxForm`, `Parameter`."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import KW_ONLY
    from typing import Literal, TypeAlias

    from cwql.language.operators import Operator

    DialectName: TypeAlias = Literal["manage", "automate"]
    AnyDialect: TypeAlias = "DialectName | Dialect"
    Shape: TypeAlias = Literal["condition", "order_by", "field_list"]


class SyntaxForm(Value):
    """The form in which a dialect writes an operator or a literal, with the evidence for it.

    `evidence` consists of the marks D (reference document), V (vendor text), L (responses in a public server log), P (several
    independent clients), 1 (one client). Only `canonical` forms are printed; the others are parsed.
    """

    spelling: str
    evidence: str
    example: str
    canonical: bool = True

    @property
    def documented(self) -> bool:
        """Return whether the project's reference documents describe the form."""
        return "D" in self.evidence

    @property
    def observed(self) -> bool:
        """Return whether vendor text, a server log or a client shows the form."""
        return any(mark in self.evidence for mark in "VLP1")


class Parameter(Value):
    """A query parameter and the shape of its text.

    Its paths start at the record of the endpoint, unless `record` names another one. A parameter with `collections` filters
    the records inside a record; if a dialect has one, its other parameters do not.
    """

    name: str
    shape: Shape
    record: str | None = None
    collections: bool = False


class Dialect(Value, eq=False):
    """One condition language. Code never asks for a dialect by name: all differences are in this record.

    Attributes:
        operators: the operators that can be printed, with their forms.
        lenient_operators: other spellings of operators that are parsed, with the name of the mistake to report.
        refused_spellings: mistakes of `lenient_operators` that a server of the product is known to refuse: they are errors.
        literals: the forms of literals, by the names of `cwql.language.literals.LITERAL_FORMS`.
        wildcards: characters that match any number of characters in a ``like`` pattern.
        single: characters that match exactly one.
        foreign_wildcards: characters that are wildcards in the other dialect only.
        pattern_syntax: characters with another meaning in a pattern.
        quotes: in the order of preference.
        booleans: the spellings of true and false.
        prefix_not: the form of ``not (…)``; it is always parsed, and printed on request if it is documented.
        bare_dates: whether dates are written without brackets.
        naive_is_utc: whether times without a zone are UTC; otherwise they are kept without a zone.
        names_complete: whether servers follow their specification. Names that are not in it are errors then; otherwise they are
            warnings, because live clients are known to use more names.
        url_limit: the number of characters that a whole URL may have.
    """

    name: DialectName
    _: KW_ONLY
    title: str
    separator: str
    quotes: tuple[str, str]
    wildcards: str
    single: str
    foreign_wildcards: str
    pattern_syntax: str
    booleans: tuple[str, str]
    prefix_not: SyntaxForm
    bare_dates: bool
    naive_is_utc: bool
    names_complete: bool
    operators: Mapping[Operator, SyntaxForm]
    lenient_operators: Mapping[str, tuple[Operator, str]]
    literals: Mapping[str, SyntaxForm]
    parameters: tuple[Parameter, ...]
    url_limit: int = 2000
    refused_spellings: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"find_dialect({self.name!r})"
