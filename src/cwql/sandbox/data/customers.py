"""The customers of the service provider, their sites and people: drawn once, shown by both systems."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cwql.sandbox.data.rng import dice
from cwql.sandbox.data.vocab import (
    CITIES,
    COMPANY_BACKS,
    COMPANY_FRONTS,
    COMPANY_NAMES,
    FIRST_NAMES,
    JOB_TITLES,
    LAST_NAMES,
    STREETS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Person(NamedTuple):
    """Hold a contact."""

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


class Site(NamedTuple):
    """Hold a place of a customer."""

    id: int
    name: str
    street: str
    city: str
    state: str
    zip: str
    phone: str


class Customer(NamedTuple):
    """Hold a customer with its places and people."""

    id: int
    name: str
    identifier: str
    domain: str
    sites: tuple[Site, ...]
    people: tuple[Person, ...]


def customers(seed: int, count: int) -> Iterator[Customer]:
    """Draw the customers. The numbers of sites and people run on from one customer to the next."""
    site = person = 1
    for number in range(1, count + 1):
        chance = dice(seed, "customer", number)
        name = company_name(number)
        identifier = re.sub(r"[^A-Za-z0-9]", "", name)[:20] or f"Company{number}"
        domain = f"{identifier.lower()}.example"
        sites: list[Site] = []
        for place in range(1 + (number % 3 == 1)):
            city, state, zip, area = CITIES[(number + place) % len(CITIES)]
            title = "Main" if not place else f"{city} Branch"
            street = f"{chance.randint(1, 980)} {chance.choice(STREETS)}"
            sites.append(Site(site, title, street, city, state, zip, f"{area}555{chance.randint(100, 199):04}"))
            site += 1
        people: list[Person] = []
        for _ in range(chance.randint(2, 6)):
            first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
            at = chance.choice(sites)
            mailbox = re.sub(r"[^a-z]", "", f"{first}{last}".lower())
            people.append(
                Person(person, first, last, chance.choice(JOB_TITLES), f"{mailbox}@{domain}", at.phone, at.id)
            )
            person += 1
        yield Customer(number, name, identifier, domain, tuple(sites), tuple(people))


def company_name(number: int) -> str:
    """Return the name of a customer: no two share one."""
    place = number - 1
    if place < len(COMPANY_NAMES):
        return COMPANY_NAMES[place]
    round, front = divmod(place - len(COMPANY_NAMES), len(COMPANY_FRONTS))
    round, back = divmod(round, len(COMPANY_BACKS))
    # Stepping the second word by the first one keeps neighbours apart.
    name = f"{COMPANY_FRONTS[front]} {COMPANY_BACKS[(back + 7 * front) % len(COMPANY_BACKS)]}"
    return f"{name} {round + 1}" if round else name
