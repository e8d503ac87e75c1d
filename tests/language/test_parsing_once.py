"""The parser gives no text to its fast path twice, and splits none into tokens twice, whichever mistake it has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import cwql
from cwql.language.parsing import lexer, parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXTS = {
    "clean": "id = 1",
    "lenient": "id == 1 and a <> 2",
    "broken": "id = 1 and and (b = 2",
    "percent-encoded": "id%3D1",
}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """Count the texts that each of the two is given."""
    counts: Counter[tuple[str, str]] = Counter()
    parse, tokenize = parser.FastParser.parse, lexer.tokenize

    def count_parse(self: parser.FastParser, text: str, *args: Any) -> object:
        counts["fast path", text] += 1
        return parse(self, text, *args)

    def count_tokens(text: str, *args: Any, **kwargs: Any) -> Iterator[lexer.Token]:
        counts["tokens", text] += 1
        return tokenize(text, *args, **kwargs)

    monkeypatch.setattr(parser.FastParser, "parse", count_parse)
    monkeypatch.setattr("cwql.language.parsing.state.tokenize", count_tokens)
    return counts


def to_automate(text: str) -> object:
    return cwql.translate(text, source="manage", target="automate")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("work", [cwql.check, cwql.fix, to_automate], ids=["check", "fix", "translate"])
def test_each_text_is_parsed_once(work: Callable[[str], object], text: str, counted: Counter[tuple[str, str]]) -> None:
    work(text)
    assert counted["fast path", text] == 1
    # A fix of the whole text is tried before it is offered as safe, and `fix` checks what it returns.
    assert max(counted.values()) <= (2 if text == TEXTS["percent-encoded"] else 1), counted


def test_parse_splits_only_malformed_texts_into_tokens(counted: Counter[tuple[str, str]]) -> None:
    for text in TEXTS.values():
        try:
            cwql.parse(text)
        except cwql.ConditionError:
            pass
    assert {text for kind, text in counted if kind == "tokens"} == {TEXTS["broken"]}
    assert set(counted.values()) == {1}
