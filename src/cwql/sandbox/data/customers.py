"""The customers of the service provider, their sites and people, who are the same in both systems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwql.sandbox.data.rng import make_rng
from cwql.sandbox.data.vocab import (
    CITIES,
    COMPANY_NAMES,
    COMPANY_PREFIXES,
    COMPANY_SECTORS,
    FIRST_NAMES,
    JOB_TITLES,
    LAST_NAMES,
    STREETS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Person:
    """A contact."""

    id: int
    first: str
    last: str
    title: str | None
    email: str
    phone: str
    site: int

    @property
    def name(self) -> str:
        """Return the full name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Site:
    """A site of a customer."""

    id: int
    name: str
    street: str
    city: str
    state: str
    zip: str
    phone: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with its sites and people."""

    id: int
    name: str
    identifier: str
    domain: str
    sites: tuple[Site, ...]
    people: tuple[Person, ...]


def customers(seed: int, count: int) -> Iterator[Customer]:
    """Yield the customers. Sites and people are numbered across all customers."""
    site = person = 1
    for number in range(1, count + 1):
        rng = make_rng(seed, "customer", number)
        name = company_name(number)
        identifier = re.sub(r"[^A-Za-z0-9]", "", name)[:20] or f"Company{number}"
        domain = f"{identifier.lower()}.example"
        sites: list[Site] = []
        for index in range(1 + (number % 3 == 1)):
            city, state, zip, area = CITIES[(number + index) % len(CITIES)]
            title = "Main" if not index else f"{city} Branch"
            street = f"{rng.randint(1, 980)} {rng.choice(STREETS)}"
            sites.append(Site(site, title, street, city, state, zip, f"{area}555{rng.randint(100, 199):04}"))
            site += 1
        people: list[Person] = []
        for _ in range(rng.randint(2, 6)):
            first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
            at = rng.choice(sites)
            mailbox = re.sub(r"[^a-z]", "", f"{first}{last}".lower())
            people.append(Person(person, first, last, rng.choice(JOB_TITLES), f"{mailbox}@{domain}", at.phone, at.id))
            person += 1
        yield Customer(number, name, identifier, domain, tuple(sites), tuple(people))


def company_name(number: int) -> str:
    """Return the name of a customer, which no other one has."""
    index = number - 1
    if index < len(COMPANY_NAMES):
        return COMPANY_NAMES[index]
    round, front = divmod(index - len(COMPANY_NAMES), len(COMPANY_PREFIXES))
    round, back = divmod(round, len(COMPANY_SECTORS))
    # The first word moves the second one, so that neighbors differ in both.
    name = f"{COMPANY_PREFIXES[front]} {COMPANY_SECTORS[(back + 7 * front) % len(COMPANY_SECTORS)]}"
    return f"{name} {round + 1}" if round else name
