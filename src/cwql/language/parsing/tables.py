"""Loading of the tables that `cwql_codegen` makes from ``grammar/``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Tables(Protocol):
        """A module of `cwql_grammar`; see `cwql_codegen.grammar` for the contents."""

        TERMINALS: tuple[tuple[str, str], ...]
        IGNORE: str
        RULES: tuple[tuple[str, int], ...]
        STATES: tuple[dict[str, int], ...]
        START: int
        END: int

    class ConditionTables(Tables, Protocol):
        """The tables of a dialect, with patterns for the fast path."""

        PREDICATE: str
        ITEM: str


def load_tables(language: str) -> Tables:
    """Return the tables of a language: the name of a dialect, ``order_by`` or ``field_list``."""
    # Not importlib.import_module: nothing else on the way to a parsed condition needs importlib.
    tables: Tables = __import__(f"cwql_grammar.{language}", fromlist=["STATES"])
    return tables


def load_condition_tables(dialect: str) -> ConditionTables:
    """Return the tables of a dialect."""
    tables: ConditionTables = __import__(f"cwql_grammar.{dialect}", fromlist=["STATES"])
    return tables
