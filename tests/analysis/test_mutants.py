"""Planted mistakes: 600 good conditions are spoilt in one place, and the checker has to point there."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cwql import check
from cwql.language.dialects import Dialect, find_dialect
from cwql.schema.catalog import catalog
from cwql.schema.filtered_record import find_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo

MUTANTS = 600
SHARE = 0.97
"""How many of them have to be caught at the right place."""

ENDPOINTS = (
    ("manage", "/service/tickets"),
    ("manage", "/company/contacts"),
    ("manage", "/company/companies"),
    ("manage", "/time/entries"),
    ("manage", "/finance/agreements"),
    ("automate", "/Computers"),
    ("automate", "/Tickets"),
)
CHILDREN = {"/company/contacts": "communicationItems/value", "/company/companies": "types/id"}


class Term(NamedTuple):
    """One comparison in its parts."""

    path: str
    operator: str
    literal: str
    field: FieldInfo

    @property
    def text(self) -> str:
        return f"{self.path} {self.operator} {self.literal}"


class Good(NamedTuple):
    """A good condition: its terms, and its text, ``a and (b or c)`` if there are three."""

    dialect: Dialect
    endpoint: str
    terms: tuple[Term, ...]

    @property
    def text(self) -> str:
        return self.write([term.text for term in self.terms])

    def write(self, terms: list[str]) -> str:
        if len(terms) < 3:
            return " and ".join(terms)
        return f"{terms[0]} and ({' or '.join(terms[1:])})"


class Mutant(NamedTuple):
    """A mutated condition, and the position that a diagnostic must touch."""

    text: str
    start: int
    end: int


def walk(names: Dialect, record: RecordInfo, depth: int = 2) -> Iterator[tuple[str, FieldInfo]]:
    for field in record.fields():
        if field.note is not None or field.name in ("recordType", "_info", "customFields"):
            continue
        if field.kind == "reference" and depth > 1 and field.target is not None:
            inner = catalog(names.name).find_record(field.target)
            for name, below in walk(names, inner, 1) if inner is not None else ():
                yield f"{field.name}{names.separator}{name}", below
        elif field.kind in ("text", "integer", "number", "boolean", "datetime", "enum"):
            yield field.name, field


FIELDS: dict[tuple[str, str], list[tuple[str, FieldInfo]]] = {}


def fields(names: Dialect, endpoint: str) -> list[tuple[str, FieldInfo]]:
    known = FIELDS.get((names.name, endpoint))
    if known is None:
        book = catalog(names.name)
        record = find_record(book, book.endpoint(endpoint), names.parameters[0])
        assert record is not None
        known = FIELDS[(names.name, endpoint)] = list(walk(names, record))
    return known


def literal(rng: random.Random, names: Dialect, field: FieldInfo) -> tuple[str, str]:
    """Return an operator and a literal that fit a field."""
    quote = names.quotes[0]
    day = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    moment = rng.choice([day, f"{day}T{rng.randint(0, 23):02}:30:00Z"])
    if field.kind == "datetime" or field.dated:
        return rng.choice(["<", "<=", ">", ">="]), moment if names.bare_dates else f"[{moment}]"
    if field.kind in ("integer", "number"):
        return rng.choice(["=", "!=", "<", ">="]), str(rng.randint(1, 30000))
    if field.kind == "boolean":
        return rng.choice(["=", "!="]), rng.choice(names.booleans)
    if field.kind == "enum":
        return rng.choice(["=", "!="]), f"{quote}{rng.choice(field.enum)}{quote}"
    word = rng.choice(["vpn", "Ann", "Open", "mail"])
    operator = rng.choice(["=", "!=", "contains", "like"])
    return operator, f"{quote}{word}{'%' if operator == 'like' else ''}{quote}"


def make(rng: random.Random) -> Good:
    name, endpoint = rng.choice(ENDPOINTS)
    names = find_dialect(name)
    terms: list[Term] = []
    kinds = rng.sample(["text", "integer", "boolean", "datetime", "enum"], 5)
    for kind in kinds:
        fitting = [(path, field) for path, field in fields(names, endpoint) if field.kind == kind]
        if fitting and len(terms) < rng.choice([1, 2, 3, 3]):
            path, field = rng.choice(fitting)
            terms.append(Term(path, *literal(rng, names, field), field))
    return Good(names, endpoint, tuple(terms))


def spoil(good: Good, place: int, text: str, offset: int, length: int) -> Mutant:
    """Replace a term by a text; the mistake is at `offset` in it."""
    texts = [term.text for term in good.terms]
    mark = "\x00"
    texts[place] = mark
    written = good.write(texts)
    start = written.index(mark)
    return Mutant(written.replace(mark, text), start + offset, start + offset + length)


def pick(rng: random.Random, good: Good, *kinds: str) -> int | None:
    places = [place for place, term in enumerate(good.terms) if not kinds or term.field.kind in kinds]
    return rng.choice(places) if places else None


def misspell(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good)
    assert place is not None
    term = good.terms[place]
    segments = term.path.split(good.dialect.separator)
    index = rng.randrange(len(segments))
    word = segments[index]
    if len(word) < 4:
        return None
    at = rng.randrange(1, len(word) - 1)
    wrong = rng.choice(
        [word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :], word[:at] + "x" + word[at:]]
    )
    offset = sum(len(segment) + 1 for segment in segments[:index])
    segments[index] = wrong
    path = good.dialect.separator.join(segments)
    known = {name.lower() for name, _ in fields(good.dialect, good.endpoint)}
    if path.lower() in known or wrong.lower() == word.lower():
        return None
    return spoil(good, place, f"{path} {term.operator} {term.literal}", offset, len(wrong))


def replace_literal(good: Good, place: int, text: str) -> Mutant:
    term = good.terms[place]
    head = f"{term.path} {term.operator} "
    return spoil(good, place, head + text, len(head), len(text))


def wrong_member(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "enum")
    if place is None:
        return None
    term = good.terms[place]
    word = term.literal[1:-1]
    wrong = rng.choice([word[:-1] + word[-1] * 2 + "e", word[1:], "None such"])
    if wrong.lower() in {member.lower() for member in term.field.enum}:
        return None
    return replace_literal(good, place, term.literal[0] + wrong + term.literal[-1])


def wrong_type(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "integer", "boolean", "datetime", "enum")
    if place is None:
        return None
    quote = good.dialect.quotes[0]
    wrong = {
        "integer": [f"{quote}Help Desk{quote}", good.dialect.booleans[0]],
        "boolean": [f"{quote}maybe{quote}", "7"],
        "datetime": [f"{quote}yesterday{quote}", "20240101"],
        "enum": ["5", good.dialect.booleans[1]],
    }[good.terms[place].field.kind]
    return replace_literal(good, place, rng.choice(wrong))


def quoted(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "integer", "boolean", "datetime")
    if place is None:
        return None
    quote = rng.choice(good.dialect.quotes)
    return replace_literal(good, place, quote + good.terms[place].literal.strip("[]") + quote)


def bare_date(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "datetime")
    if place is None:
        return None
    bare = good.terms[place].literal.strip("[]")
    return replace_literal(good, place, f"[{bare}]" if good.dialect.bare_dates else bare)


def lost_quote(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "text", "enum")
    if place is None or good.terms[place].field.dated:
        return None
    term = good.terms[place]
    # The text after a lost quote becomes part of the value: the diagnostic may be anywhere from there on.
    mutant = replace_literal(good, place, rng.choice([term.literal[:-1], term.literal[1:]]))
    return mutant._replace(end=len(mutant.text))


def other_quote(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "text", "enum")
    if place is None or good.terms[place].field.dated:
        return None
    term = good.terms[place]
    mutant = replace_literal(good, place, term.literal[:-1] + good.dialect.quotes[1])
    return mutant._replace(end=len(mutant.text))


def no_quotes(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "text", "enum")
    if place is None or good.terms[place].field.dated:
        return None
    return replace_literal(good, place, good.terms[place].literal[1:-1])


def lost_bracket(rng: random.Random, good: Good) -> Mutant | None:
    text = good.text
    if "(" not in text:
        return None
    start, end = text.index("("), text.index(")")
    at = rng.choice([start, end])
    return Mutant(text[:at] + text[at + 1 :], start, end)


def no_parentheses(rng: random.Random, good: Good) -> Mutant | None:
    text = good.text
    if "(" not in text:
        return None
    return Mutant(text.replace("(", "").replace(")", ""), 0, len(text) - 2)


def wrong_parameter(rng: random.Random, good: Good) -> Mutant | None:
    child = CHILDREN.get(good.endpoint)
    if child is None:
        return None
    value = "5" if child.endswith("id") else '"x"'
    return Mutant(f"{child} = {value} and {good.text}", 0, len(child))


def custom_field(rng: random.Random, good: Good) -> Mutant | None:
    if good.endpoint not in CHILDREN and good.endpoint != "/service/tickets":
        return None
    return Mutant(f'customFields/value = "x" and {good.text}', 0, len("customFields/value"))


def bare_reference(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good)
    assert place is not None
    term = good.terms[place]
    head, _, _ = term.path.partition(good.dialect.separator)
    if head == term.path:
        return None
    return spoil(good, place, f"{head} {term.operator} {term.literal}", 0, len(head))


def wrong_operator(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "integer", "boolean", "enum")
    if place is None:
        return None
    term = good.terms[place]
    kind = term.field.kind
    operator = {"integer": "contains", "boolean": rng.choice(["<", "like"]), "enum": rng.choice([">", "like"])}[kind]
    return spoil(good, place, f"{term.path} {operator} {term.literal}", len(term.path) + 1, len(operator))


def odd_operator(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good)
    assert place is not None
    term = good.terms[place]
    if term.operator not in ("=", "!="):
        return None
    operator = {"=": rng.choice(["==", "eq", "is", "equals"]), "!=": rng.choice(["<>", "ne", "=!", "!=="])}[
        term.operator
    ]
    return spoil(good, place, f"{term.path} {operator} {term.literal}", len(term.path), len(operator) + 2)


def lost_part(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good)
    assert place is not None
    term = good.terms[place]
    text = rng.choice(
        [f"{term.path} {term.literal}", f"{term.path} {term.operator}", f"{term.operator} {term.literal}", term.path]
    )
    mutant = spoil(good, place, text, 0, len(text))
    return mutant._replace(end=min(mutant.end + 4, len(mutant.text)))


def sign_for_word(rng: random.Random, good: Good) -> Mutant | None:
    found = re.search(r" and | or ", good.text)
    if found is None:
        return None
    sign = rng.choice(["&&", "||", "&", ","])
    return Mutant(
        good.text[: found.start() + 1] + sign + good.text[found.end() - 1 :], found.start(), found.start() + 4
    )


def wrong_separator(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good)
    assert place is not None
    term = good.terms[place]
    if good.dialect.separator not in term.path:
        return None
    path = term.path.replace(good.dialect.separator, "." if good.dialect.separator == "/" else "/")
    return spoil(good, place, f"{path} {term.operator} {term.literal}", 0, len(path))


def second_value(rng: random.Random, good: Good) -> Mutant | None:
    # The first term is joined by `and` in every condition.
    place = 0 if len(good.terms) > 2 else pick(rng, good)
    assert place is not None
    if good.terms[place].operator != "=" or good.terms[place].field.kind not in ("integer", "enum"):
        return None
    term = good.terms[place]
    other = (
        "30001" if term.field.kind == "integer" else next((m for m in term.field.enum if m != term.literal[1:-1]), None)
    )
    if other is None:
        return None
    quote = term.literal[0] if term.field.kind == "enum" else ""
    text = good.text
    added = f" and {term.path} = {quote}{other}{quote}"
    return Mutant(text + added, len(text + " and "), len(text + added))


def too_large(rng: random.Random, good: Good) -> Mutant | None:
    place = pick(rng, good, "integer", "text")
    if place is None or good.terms[place].field.dated:
        return None
    field = good.terms[place].field
    if field.kind == "integer":
        return replace_literal(good, place, "99999999999999999999")
    if field.max_length is None:
        return None
    quote = good.dialect.quotes[0]
    return replace_literal(good, place, quote + "x" * (field.max_length + 1) + quote)


MISTAKES: tuple[Callable[[random.Random, Good], Mutant | None], ...] = (
    misspell, misspell, wrong_member, wrong_type, quoted, bare_date, lost_quote, other_quote, no_quotes, lost_bracket,
    no_parentheses, wrong_parameter, custom_field, bare_reference, wrong_operator, odd_operator, lost_part, sign_for_word,
    wrong_separator, second_value, second_value, second_value, too_large,
)  # fmt: skip


def test_mutants_are_caught_where_they_are_and_good_conditions_stay_silent() -> None:
    rng = random.Random(2016)
    made = 0
    missed: list[tuple[str, str, str, list[tuple[str, str]]]] = []
    kinds: Counter[str] = Counter()
    while made < MUTANTS:
        good = make(rng)
        assert check(good.text, dialect=good.dialect, endpoint=good.endpoint) == [], (good.endpoint, good.text)
        for mistake in rng.sample(MISTAKES, 4):
            mutant = mistake(rng, good)
            if mutant is None or made == MUTANTS:
                continue
            made += 1
            kinds[mistake.__name__] += 1
            found = check(mutant.text, dialect=good.dialect, endpoint=good.endpoint)
            # A diagnostic at the very end of a text (something is missing) touches the position without sharing a
            # character.
            if not any(
                f.span.start <= mutant.end and mutant.start <= f.span.end for f in found if f.severity != "info"
            ):
                reported = [(f.code, mutant.text[slice(*f.span)]) for f in found]
                missed.append((mistake.__name__, good.endpoint, mutant.text, reported))
    assert len(kinds) == len({mistake.__name__ for mistake in MISTAKES})
    assert min(kinds.values()) >= 5, kinds
    assert 1 - len(missed) / made >= SHARE, missed
