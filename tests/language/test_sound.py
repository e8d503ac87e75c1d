"""Recovery that skips sound comparisons gives the tree and the diagnostics of recovery that parses every token."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from cwql.language.dialects import DIALECTS, MANAGE, Dialect
from cwql.language.nodes import walk
from cwql.language.parsing import sound
from cwql.language.parsing.parser import try_parse_fast
from cwql.language.parsing.recovery import recover
from tests.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

INSERTED = ['"', "'", "(", ")", "[", "{", "&", ",", "\\", "%", "$", "é", " and ", " or ", "not ", "==", "&&", "}", "--"]


def spoil(rng: random.Random, text: str) -> str:
    """Delete, insert or repeat a part of a text."""
    at, end = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
    words = text.split(" ")
    word = rng.choice(words)
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice(INSERTED) + text[at:],
            text[:at] + text[end:],
            text.replace(" = ", " == ", 1),
            text.replace(word, "", 1),
            text.replace(word, f"{word} {word}", 1),
        ]
    )


def mistaken(record: Dialect, seed: int, count: int) -> Iterator[str]:
    rng = random.Random(seed)
    texts = [text for text in Texts(record, seed).stream(count) if try_parse_fast(text, record) is not None]
    for _ in range(count):
        yield spoil(rng, " and ".join(rng.choices(texts, k=4)))


def read(text: str, record: Dialect) -> tuple[object, ...]:
    tree, diagnostics, _ = recover(text, record, well_formed=try_parse_fast(text, record) is not None)
    spans = [] if tree is None else [node.span for node in walk(tree)]  # type: ignore[arg-type]
    return tree, spans, diagnostics


@pytest.mark.parametrize("record", DIALECTS, ids=lambda record: record.name)
def test_skipping_changes_nothing(record: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*mistaken(record, 5, 250)]
    quick = [read(text, record) for text in texts]
    monkeypatch.setattr("cwql.language.parsing.recovery.find_sound", lambda *_, **__: {})
    assert [read(text, record) for text in texts] == quick


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id = 1 and id = 2 and && id = 3 and id = 4 and id = 5", ["id = 1", "id = 4"]),
        ("id == 1 and id = 2", ["id = 2"]),
        ("id = 1 and name = 'a' and name = O'Brien' and id = 2 and id = 3", ["id = 1"]),
        ("id = 1 and name = '%s' and id = 3 and id = 4 or", ["id = 1", "id = 3"]),
    ],
)
def test_comparisons_next_to_a_mistake_are_not_skipped(text: str, found: list[str]) -> None:
    skipped = sound.find_sound(text, MANAGE, well_formed=try_parse_fast(text, MANAGE) is not None)
    assert [text[item.start : item.end] for item in skipped.values()] == found
