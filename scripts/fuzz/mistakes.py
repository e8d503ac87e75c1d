"""Check the advice for mistyped conditions: ``python -m scripts.fuzz.mistakes --count 2000 --seed 1``.

A clean condition about a real field of every type gets one mistake that people make: a bare or misspelled word, quotes that are
wrong or missing, another form of a number or a date, a mistyped name or operator. Applying the first fix of the first diagnostic that
has one should lead to a condition without errors and warnings. Exits with 1 if fewer than `GOAL` of the mistakes are fixed, if a safe
fix leaves a text with an error that it did not have, or if a mistake is not reported.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cwql import check, fix
from cwql.diagnostics import apply_edits
from cwql.language.dialects import Dialect, find_dialect
from cwql.schema.catalog import catalog
from cwql.schema.filtered_record import find_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects.base import DialectName
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

GOAL = 0.85
"""The share of mistakes whose first fix has to lead to a clean condition."""

ENDPOINTS = (
    ("manage", "/service/tickets"),
    ("manage", "/project/tickets"),
    ("manage", "/company/companies"),
    ("manage", "/company/contacts"),
    ("manage", "/company/configurations"),
    ("manage", "/finance/agreements"),
    ("manage", "/procurement/products"),
    ("manage", "/sales/opportunities"),
    ("manage", "/schedule/entries"),
    ("manage", "/time/entries"),
    ("manage", "/system/members"),
    ("automate", "/Computers"),
    ("automate", "/Tickets"),
)
KINDS = ("text", "integer", "number", "boolean", "datetime", "date", "enum", "reference")
WORDS = ("New", "Waiting", "vpn", "Printer", "Acme", "Help Desk", "In Progress", "Second Floor")


class Term(NamedTuple):
    """A comparison that is right, in its parts."""

    dialect: Dialect
    path: str
    operator: str
    literal: str
    field: FieldInfo

    def write(self, path: str | None = None, operator: str | None = None, literal: str | None = None) -> str:
        """Return the text, with some parts replaced."""
        return " ".join((path or self.path, operator or self.operator, literal or self.literal))


class Mistake(NamedTuple):
    """A condition with a mistake."""

    kind: str
    dialect: DialectName
    endpoint: str
    text: str


class Outcome(NamedTuple):
    """What the checker made of a mistake: one of fixed, unfixed, wrong or unseen, and the text after the first fix."""

    mistake: Mistake
    verdict: str
    fixed: str
    broken: tuple[str, ...]
    """Errors that a safe fix brought into the text."""


def replace_letter(rng: random.Random, word: str) -> str:
    """Return a word with two letters swapped, one left out, or one doubled."""
    at = rng.randrange(1, len(word) - 1) if len(word) > 2 else 0
    return rng.choice(
        [word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]]
    )  # fmt: skip


def misspell_boolean(rng: random.Random, term: Term) -> str:
    """Misspell true or false."""
    return term.write(literal=replace_letter(rng, rng.choice(term.dialect.booleans)))


def quote_literal(rng: random.Random, term: Term) -> str:
    """Put a number, a boolean or a date between quotes."""
    quote = rng.choice(term.dialect.quotes)
    return term.write(literal=f"{quote}{term.literal.strip('[]')}{quote}")


def answer(rng: random.Random, term: Term) -> str:
    """Write a boolean in another way."""
    return term.write(literal=rng.choice(["yes", "no", "on", "off", "1", "0", "$true", "$false"]))


def bare_word(rng: random.Random, term: Term) -> str:
    """Leave the quotes out."""
    return term.write(operator="=", literal=rng.choice(WORDS))


def group_digits(rng: random.Random, term: Term) -> str:
    """Write a number in another form."""
    return term.write(literal=rng.choice(["1,500", "1e3", "0x10", "+5", "$20", "1_000", "5."]))


def spell_number(rng: random.Random, term: Term) -> str:
    """Write a word for a number."""
    return term.write(literal=rng.choice(["high", "five", "acme", "New"]))


def name_for_id(rng: random.Random, term: Term) -> str:
    """Compare an id with a name."""
    quote = rng.choice(term.dialect.quotes)
    return term.write(literal=rng.choice(["Acme", f"{quote}Acme{quote}", "High"]))


def other_date(rng: random.Random, term: Term) -> str:
    """Write a date in another form."""
    year, month, day = rng.randint(2019, 2026), rng.randint(1, 12), rng.randint(13, 28)
    forms = [f"{year}-{month:02}-{day}", f"{month}/{day}/{year}", f"{year}/{month:02}/{day}", f"[{year}-{month % 9 + 1}-{day}]",
             f"[ {year}-{month:02}-{day} ]", f"[{year}-{month:02}-{day}", f"'{year}-{month:02}-{day}'",
             f"[{month:02}/{day}/{year}]"]  # fmt: skip
    return term.write(literal=rng.choice(forms))


def moment(rng: random.Random, term: Term) -> str:
    """Write a word for a moment."""
    return term.write(literal=rng.choice(["today", "yesterday", "tomorrow", "tomorow", "now()", "last week"]))


def bare_member(rng: random.Random, term: Term) -> str:
    """Leave the quotes of an enum member out."""
    return term.write(literal=term.literal[1:-1])


def misspell_member(rng: random.Random, term: Term) -> str:
    """Misspell an enum member, without quotes."""
    return term.write(literal=replace_letter(rng, term.literal[1:-1]))


def misspell_quoted_member(rng: random.Random, term: Term) -> str:
    """Misspell an enum member."""
    quote = term.literal[0]
    return term.write(literal=f"{quote}{replace_letter(rng, term.literal[1:-1])}{quote}")


def smart_quotes(rng: random.Random, term: Term) -> str:
    """Use typographic quotes."""
    return term.write(literal=f"“{term.literal[1:-1]}”")


def lost_quote(rng: random.Random, term: Term) -> str:
    """Leave one of the quotes out."""
    return term.write(literal=rng.choice([term.literal[:-1], term.literal[1:]]))


def misspell_name(rng: random.Random, term: Term) -> str:
    """Misspell a segment of the path."""
    segments = term.path.split(term.dialect.separator)
    at = rng.randrange(len(segments))
    segments[at] = replace_letter(rng, segments[at])
    return term.write(path=term.dialect.separator.join(segments))


def other_separator(rng: random.Random, term: Term) -> str:
    """Use the separator of the other product."""
    return term.write(path=term.path.replace(term.dialect.separator, "." if term.dialect.separator == "/" else "/"))


def other_sign(rng: random.Random, term: Term) -> str:
    """Use an operator of another language."""
    signs = {"=": ["==", "is", "eq", "equals", ":", "==="], "!=": ["<>", "=!", "ne", "!=="], "<": ["lt", "is <"], ">": ["gt"],
             "<=": ["=<", "le"], ">=": ["=>", "ge"], "contains": ["contain", "includes"], "like": ["ilike"]}  # fmt: skip
    return term.write(operator=rng.choice(signs[term.operator]))


def whole_reference(rng: random.Random, term: Term) -> str:
    """Compare a reference as a whole."""
    return term.write()


MISTAKES: dict[str, tuple[Callable[[random.Random, Term], str], ...]] = {
    "text": (bare_word, smart_quotes, lost_quote),
    "integer": (quote_literal, group_digits, spell_number),
    "id": (quote_literal, name_for_id),
    "number": (quote_literal, group_digits),
    "boolean": (misspell_boolean, misspell_boolean, quote_literal, answer),
    "datetime": (other_date, other_date, other_date, moment),
    "date": (other_date, moment),
    "enum": (bare_member, misspell_member, misspell_quoted_member, smart_quotes),
    "reference": (whole_reference,),
}
ANY = (misspell_name, other_separator, other_sign)
"""Mistakes of every comparison."""


class Mistakes:
    """Make conditions with one mistake each; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._fields: dict[tuple[str, str], list[tuple[str, FieldInfo]]] = {}

    def stream(self, count: int) -> Iterator[Mistake]:
        """Yield `count` conditions."""
        rng = self._random
        while count:
            name, endpoint = rng.choice(ENDPOINTS)
            term = self._term(name, endpoint, rng.choice(KINDS))
            if term is None:
                continue
            kind = term.field.kind
            if kind == "integer" and term.path.lower().endswith(f"{term.dialect.separator}id"):
                kind = "id"  # type: ignore[assignment]
            mistake = rng.choice(MISTAKES[kind] if rng.random() < 0.7 or kind == "reference" else ANY)
            text = mistake(rng, term)
            if text == term.write() and kind != "reference":
                continue
            other = self._term(name, endpoint, rng.choice(("text", "integer")))
            if other is not None and other.path != term.path and rng.random() < 0.5:
                text = rng.choice([f"{text} and {other.write()}", f"{other.write()} and {text}"])
            elif not _has_problems(check("id > 5", dialect=find_dialect(name), endpoint=endpoint)):
                text = f"id > 5 and {text}"
            if not _has_problems(check(text, dialect=find_dialect(name), endpoint=endpoint)) and (
                mistake in ANY or term.dialect.bare_dates
            ):
                # Another name of the record, or a form of a date that Automate accepts.
                continue
            yield Mistake(f"{kind}: {mistake.__name__}", find_dialect(name).name, endpoint, text)
            count -= 1

    def _term(self, name: str, endpoint: str, kind: str) -> Term | None:
        rng, dialect = self._random, find_dialect(name)
        fields = [(path, field) for path, field in self._find_fields(name, endpoint) if field.kind == kind]
        if not fields:
            return None
        path, field = rng.choice(fields)
        operator, literal = _write_literal(rng, dialect, field)
        term = Term(dialect, path, operator, literal, field)
        if kind != "reference" and _has_problems(check(term.write(), dialect=find_dialect(name), endpoint=endpoint)):
            return None
        return term

    def _find_fields(self, name: str, endpoint: str) -> list[tuple[str, FieldInfo]]:
        known = self._fields.get((name, endpoint))
        if known is None:
            names, dialect = catalog(name), find_dialect(name)
            record = find_record(names, names.endpoint(endpoint), dialect.parameters[0])
            assert record is not None
            known = self._fields[(name, endpoint)] = list(_walk(name, dialect.separator, record, 2))
        return known


def _walk(name: str, separator: str, record: RecordInfo, depth: int) -> Iterator[tuple[str, FieldInfo]]:
    for field in record.fields():
        if field.note is not None or field.name in ("recordType", "_info", "customFields"):
            continue
        if field.kind == "reference" and field.target is not None:
            inner = catalog(name).find_record(field.target)
            if inner is None or inner.open:
                continue
            if any(inner.find(known) is not None for known in ("name", "identifier")):
                yield field.name, field
            for path, below in _walk(name, separator, inner, depth - 1) if depth > 1 else ():
                yield f"{field.name}{separator}{path}", below
        elif field.kind in KINDS and not (field.kind == "enum" and not field.enum):
            yield field.name, field


def _write_literal(rng: random.Random, dialect: Dialect, field: FieldInfo) -> tuple[str, str]:
    """Return an operator and a literal that fit a field."""
    quote = dialect.quotes[0]
    if field.kind in ("datetime", "date") or field.dated:
        day = f"{rng.randint(2019, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return rng.choice(["<", "<=", ">", ">="]), day if dialect.bare_dates else f"[{day}]"
    if field.kind in ("integer", "number"):
        return rng.choice(["=", "!=", "<", ">="]), str(rng.randint(1, 30000))
    if field.kind == "boolean":
        return rng.choice(["=", "!="]), rng.choice(dialect.booleans)
    if field.kind == "enum":
        return rng.choice(["=", "!="]), f"{quote}{rng.choice(field.enum)}{quote}"
    return rng.choice(["=", "!=", "contains"]), f"{quote}{rng.choice(WORDS)}{quote}"


def _has_problems(diagnostics: Sequence[Diagnostic]) -> bool:
    return any(diagnostic.severity != "info" for diagnostic in diagnostics)


def _errors(diagnostics: Sequence[Diagnostic]) -> Counter[str]:
    return Counter([diagnostic.code for diagnostic in diagnostics if diagnostic.severity == "error"])


def judge(mistake: Mistake) -> Outcome:
    """Apply the first fix and every safe fix of a mistake."""
    target: dict[str, Any] = {"dialect": mistake.dialect, "endpoint": mistake.endpoint}
    found = check(mistake.text, **target)
    before = _errors(found)
    broken: list[str] = []
    for diagnostic in found:
        for offered in diagnostic.fixes:
            if offered.is_safe:
                after = apply_edits(mistake.text, offered.edits)
                new = _errors(check(after, **target)) - before
                broken += [f"{diagnostic.code} {offered.title!r} leads to {code}: {after}" for code in new]
    fixed = fix(mistake.text, **target).text
    broken += [f"fix() leads to {code}: {fixed}" for code in _errors(check(fixed, **target)) - before]
    if not _has_problems(found):
        return Outcome(mistake, "unseen", mistake.text, tuple(broken))
    first = next(
        (offered for diagnostic in found for offered in diagnostic.fixes if diagnostic.severity != "info"), None
    )
    if first is None:
        return Outcome(mistake, "unfixed", mistake.text, tuple(broken))
    after = apply_edits(mistake.text, first.edits)
    verdict = "wrong" if _has_problems(check(after, **target)) else "fixed"
    return Outcome(mistake, verdict, after, tuple(broken))


def run(count: int, seed: int) -> list[Outcome]:
    """Judge `count` mistakes."""
    return [judge(mistake) for mistake in Mistakes(seed).stream(count)]


def main(argv: Sequence[str] | None = None) -> int:
    """Judge the mistakes, print the shares by kind, and return 1 if the advice is not good enough."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz.mistakes", description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", metavar="KIND", help="print the mistakes of a kind that were not fixed")
    arguments = parser.parse_args(argv)
    outcomes = run(arguments.count, arguments.seed)
    kinds = Counter([(outcome.mistake.kind, outcome.verdict) for outcome in outcomes])
    for kind in sorted({kind for kind, _ in kinds}):
        shares = [f"{verdict} {kinds[kind, verdict]:4}" for verdict in ("fixed", "unfixed", "wrong", "unseen")]
        print(f"{kind:36} {'  '.join(shares)}")
    for outcome in outcomes:
        if arguments.show and arguments.show in outcome.mistake.kind and outcome.verdict != "fixed":
            print(f"{outcome.verdict}: {outcome.mistake.text}  ->  {outcome.fixed}")
        for line in outcome.broken:
            print(f"a safe fix adds an error: {outcome.mistake.text}: {line}")
    fixed = sum([outcome.verdict == "fixed" for outcome in outcomes]) / max(len(outcomes), 1)
    broken = sum([bool(outcome.broken) for outcome in outcomes])
    print(
        f"{len(outcomes):,} mistakes (seed {arguments.seed}): {fixed:.1%} fixed by the first fix, {broken} with an unsafe safe fix"
    )
    return 1 if broken or fixed < GOAL else 0


if __name__ == "__main__":
    sys.exit(main())
