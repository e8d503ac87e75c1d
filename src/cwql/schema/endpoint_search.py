"""The search of endpoints by words: of their paths, and of the names of their records."""

from __future__ import annotations

import re

from cwql.schema.catalog import catalog
from cwql.schema.loader import PRODUCTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.schema.endpoint import Endpoint

    Found: TypeAlias = tuple[str, str, Endpoint]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORDS = 12
_SHORTEST = 3

_SYNONYMS = {
    "agent": "computer",
    "asset": "configuration",
    "case": "ticket",
    "customer": "company",
    "device": "configuration computer",
    "employee": "member",
    "endpoint": "computer",
    "incident": "ticket",
    "machine": "computer",
    "patching": "patch",
    "pc": "computer",
    "people": "contact",
    "person": "contact",
    "queue": "board",
    "server": "computer",
    "staff": "member",
    "technician": "member",
    "timesheet": "time sheet",
    "user": "member contact",
    "workstation": "computer",
}
"""Words of users that no path contains, and the words of the APIs for them."""


def search_endpoints(words: str, allows: Callable[[str], bool], limit: int) -> list[Found]:
    """Return the endpoints that fit words best, the best first: product, path, endpoint.

    Lists are preferred to single records, and short paths to long ones. An endpoint that fits none of the words is not
    returned.
    """
    wanted = [_stem(word.lower()) for word in _WORD.findall(words)][:_WORDS]
    product_words = [word for word in wanted if word in PRODUCTS]
    wanted = [word for word in wanted if word not in PRODUCTS]
    merged: list[tuple[float, str, str, Endpoint]] = []
    for product in PRODUCTS:
        known = catalog(product)
        ranked: list[tuple[float, str, Endpoint]] = []
        for endpoint in known.endpoints():
            title = known.title(endpoint)
            if endpoint.key.endswith(("/count", "/search")) or not allows(title):
                continue
            score = _score(wanted, title, endpoint)
            if score > 0:
                ranked.append((-score - (1 if product in product_words else 0), title, endpoint))
        ranked.sort(key=lambda entry: (entry[0], len(entry[1]), entry[1]))
        # Both products have many paths for some words: the best of each come first.
        merged += [
            (rank + 0.25 * place, title, product, endpoint) for place, (rank, title, endpoint) in enumerate(ranked)
        ]
    merged.sort(key=lambda entry: entry[:3])
    return [(product, title, endpoint) for _, title, product, endpoint in merged[:limit]]


def _score(wanted: list[str], title: str, endpoint: Endpoint) -> float:
    steps = [step for step in title.strip("/").split("/") if step[:1] != "{"]
    parts = [{_stem(word.lower()) for word in (step, *_WORD.findall(step))} for step in steps]
    record = {_stem(word.lower()) for word in _WORD.findall(endpoint.record or "")}
    score = 0.0
    last = len(parts) - 1
    for word in wanted:
        best = 0.0
        for option, weight in [(word, 1.0), *[(other, 0.8) for other in _SYNONYMS.get(word, "").split()]]:
            for index, names in enumerate(parts):
                if option in names:
                    best = max(best, weight * (3.0 if index == last else 1.5))
                elif len(option) >= _SHORTEST and any(name.startswith(option) for name in names):
                    best = max(best, weight * (1.5 if index == last else 0.7))
            if option in record:
                best = max(best, weight * 2.0)
        score += best
    if score:
        score += 0.5 if endpoint.listed else 0.0
        # The lists that the APIs search in most detail are those that are read most.
        score += 0.6 if endpoint.search else 0.0
        # Deep paths are parts of other records. The first segment of many paths is only an area, so two are not deep.
        score -= 0.25 * max(0, len(parts) - 2) + 0.2 * title.count("{")
    return score


def _stem(word: str) -> str:
    """Return a word without the ending of its plural."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "uses", "ches")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3 else word
