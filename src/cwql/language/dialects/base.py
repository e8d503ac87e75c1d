"""What sets one condition language apart from the other, as data: `Dialect`, `Form`, `Parameter`."""

from __future__ import annotations

from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import KW_ONLY
    from typing import Literal, TypeAlias

    from cwql.language.operators import Operator

    DialectName: TypeAlias = Literal["manage", "automate"]
    Shape: TypeAlias = Literal["condition", "order_by", "field_list"]


class Form(Value):
    """Say how a dialect writes an operator or a literal, and how well that is known.

    `evidence` uses the marks D (reference document), V (vendor text), L (answers in a public server log), P (several
    independent clients), 1 (one client). `canonical` forms are printed; the others are only read.
    """

    spelling: str
    evidence: str
    example: str
    canonical: bool = True

    @property
    def documented(self) -> bool:
        """Tell whether the project's reference documents describe the form."""
        return "D" in self.evidence

    @property
    def observed(self) -> bool:
        """Tell whether vendor text, a server log or a live client shows the form."""
        return any(mark in self.evidence for mark in "VLP1")


class Parameter(Value):
    """Name a query parameter and the shape of its text.

    Its paths start at the record that the endpoint lists; `record` names another one where they do not. `collections` says
    that the parameter filters the records inside a record, and that a dialect which has one does not do so elsewhere.
    """

    name: str
    shape: Shape
    record: str | None = None
    collections: bool = False


class Dialect(Value, eq=False):
    """Describe one condition language completely; everything that differs between dialects is asked of this record.

    `operators` maps each operator that the dialect can print to its form; `slips` maps other spellings that are read
    (with a finding) to their operator; `literals` holds the forms of literals by kind. `wildcards` are the characters
    that stand for any run of characters in a ``like`` pattern, `single` those that stand for one, `pattern_syntax` those
    that mean something else there. `quotes` are in the order in which they are tried, `booleans` spell true and false.
    `prefix_not` is the form of ``not (…)``, which is read everywhere and printed on request where a document has it.
    `url_limit` counts characters of a whole URL. `names_complete` tells that servers keep to their specification: what it does
    not show is an error, where live clients are known to use more than it shows a warning.
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
    prefix_not: Form
    bare_dates: bool
    naive_is_utc: bool
    names_complete: bool
    operators: Mapping[Operator, Form]
    slips: Mapping[str, tuple[Operator, str]]
    literals: Mapping[str, Form]
    parameters: tuple[Parameter, ...]
    url_limit: int = 2000

    def __repr__(self) -> str:
        return f"dialect({self.name!r})"

    def __reduce__(self) -> tuple[object, ...]:
        from cwql.language.dialects import dialect

        return dialect, (self.name,)
