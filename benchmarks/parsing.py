"""Parse the same twenty filters with several parsers, each in its own syntax, without caching."""

from __future__ import annotations

import sys
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

import cwql
from benchmarks import filters, handwritten
from benchmarks.table import Row, find_ratio, measure
from cwql.language.dialects.manage import MANAGE

if TYPE_CHECKING:
    from collections.abc import Callable

PEERS = ("odata-query", "luqum", "sqlglot")


def odata_query() -> Callable[[str], object]:
    """Return the parser of odata-query."""
    grammar = import_module("odata_query.grammar")
    lexer, parser = grammar.ODataLexer(), grammar.ODataParser()
    return lambda text: parser.parse(lexer.tokenize(text))


def luqum() -> Callable[[str], object]:
    """Return the parser of luqum; its tree has fields and ranges."""
    luqum = import_module("luqum.parser")
    parse, lexer = luqum.parser.parse, luqum.lexer
    return lambda text: parse(text, lexer=lexer)


def sqlglot() -> Callable[[str], object]:
    """Return the parser of sqlglot, which must not be the compiled build."""
    parse: Callable[[str], object] = import_module("sqlglot").Dialect.get_or_raise(None).parse
    parse("a = 1")
    compiled = [
        name
        for name, module in sys.modules.items()
        if name.startswith("sqlglot") and not str(module.__file__).endswith(".py")
    ]
    if compiled:
        raise RuntimeError(f"expected pure Python, but these modules are compiled: {', '.join(compiled)}")
    return parse


def lark() -> Callable[[str], object]:
    """Return Lark with the grammar of Manage, which creates nodes of cwql."""
    from tests.oracle import Oracle

    return Oracle(MANAGE).read


def run(quick: bool) -> list[Row]:
    """Measure every parser with its texts."""
    texts: dict[str, tuple[str, ...]] = {
        "ours": filters.MANAGE,
        "odata-query": filters.ODATA,
        "luqum": filters.LUCENE,
        "sqlglot": filters.SQL,
        "lark": filters.MANAGE,
        "handwritten": filters.MANAGE,
    }
    parsers: dict[str, Callable[[str], object]] = {
        "ours": cwql.parse,
        "odata-query": odata_query(),
        "luqum": luqum(),
        "sqlglot": sqlglot(),
        "lark": lark(),
        "handwritten": handwritten.parse,
    }
    _compare_trees(parsers)
    repeats = 4 if quick else 20
    # Fast parsers parse the texts more often, so that a round is long compared with the resolution of the clock.
    times = {"ours": 8, "handwritten": 8, "lark": 3}

    def bind(name: str) -> Callable[[], object]:
        parse, own, count = parsers[name], texts[name], times.get(name, 1)

        def read_all() -> None:
            for _ in range(count):
                for text in own:
                    parse(text)

        return read_all

    measured = measure({name: bind(name) for name in parsers}, repeats)
    seconds = {name: [value / times.get(name, 1) for value in values] for name, values in measured.items()}
    pace = {name: len(filters.FILTERS) / median(values) for name, values in seconds.items()}
    fastest = max(PEERS, key=pace.__getitem__)
    rows = [
        Row(
            f"parsing: {peer}{', the fastest peer' * (peer == fastest)}",
            pace["ours"],
            pace[peer],
            "texts/s",
            find_ratio(seconds[peer], seconds["ours"]),
            at_least=5 if peer == fastest else 1,
        )
        for peer in PEERS
    ]
    speed = find_ratio(seconds["lark"], seconds["ours"])
    rows.append(Row("parsing: Lark, LALR, inline", pace["ours"], pace["lark"], "texts/s", speed, at_least=2.8))
    share = find_ratio(seconds["ours"], seconds["handwritten"])
    rows.append(
        Row("parsing: written by hand", pace["ours"], pace["handwritten"], "texts/s", share, at_most=2.4, aim=1.5)
    )
    return rows


def _compare_trees(parsers: dict[str, Callable[[str], Any]]) -> None:
    """Assert that the three parsers for Manage return the same trees."""
    for text in filters.MANAGE:
        tree = parsers["ours"](text)
        if not tree == parsers["lark"](text) == parsers["handwritten"](text):
            raise RuntimeError(f"the parsers disagree about {text!r}")
