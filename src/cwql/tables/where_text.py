"""The terms of WHERE and ON clauses as places in the text: `find_terms`.

A term that the server has evaluated exactly is replaced by TRUE, so that its columns need not be requested. The text is not
generated from the tree for that, because DuckDB shall execute what was written.
"""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import TokenError
from sqlglot.tokens import TokenType

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokens import Token

__all__ = ["find_terms", "freeze_now"]

_ENDS = frozenset(
    getattr(TokenType, name)
    for name in (
        "GROUP_BY",
        "ORDER_BY",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "QUALIFY",
        "WINDOW",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "SEMICOLON",
        "WHERE",
        "JOIN",
        "LEFT",
        "RIGHT",
        "FULL",
        "INNER",
        "CROSS",
        "NATURAL",
        "SEMI",
        "ANTI",
        "ASOF",
        "ON",
    )
    if hasattr(TokenType, name)
)

_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)

_NOW = frozenset(("now", "get_current_timestamp", "transaction_timestamp"))


def _tokens(sql: str) -> list[Token]:
    return list(DuckDB().tokenize(sql))


def find_terms(sql: str, terms: list[exp.Expression]) -> list[tuple[int, int]] | None:
    """Return the place of each term of one WHERE or ON clause, or None if they cannot be found."""
    positions = [_first_position(term) for term in terms]
    if None in positions:
        return None
    found = [
        pieces
        for pieces in _clauses(_tokens(sql))
        if len(pieces) == len(terms)
        and all(
            position is not None and start <= position < end
            for (start, end), position in zip(pieces, positions, strict=True)
        )
    ]
    # A term is also inside the clauses around its own, which begin before.
    return max(found) if found else None


def _first_position(term: exp.Expression) -> int | None:
    found = [each.meta["start"] for each in term.walk() if "start" in each.meta]
    return min(found) if found else None


def _clauses(tokens: list[Token]) -> list[list[tuple[int, int]]]:
    """Return the places of the terms of each clause."""
    clauses = []
    for place, token in enumerate(tokens):
        if token.token_type in (TokenType.WHERE, TokenType.ON):
            clauses.append(_pieces(tokens[place + 1 :]))
    return clauses


def _pieces(tokens: list[Token]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    current: list[Token] = []
    depth = cases = betweens = 0
    for token in tokens:
        kind = token.token_type
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
            if depth < 0:
                break
        elif kind in _ENDS and not depth:
            break
        elif kind == TokenType.CASE:
            cases += 1
        elif kind == TokenType.END and cases:
            cases -= 1
        elif kind == TokenType.BETWEEN and not depth and not cases:
            betweens += 1
        elif kind == TokenType.AND and not depth and not cases:
            if betweens:
                betweens -= 1
            else:
                pieces.append((current[0].start, current[-1].end + 1) if current else (0, 0))
                current = []
                continue
        current.append(token)
    pieces.append((current[0].start, current[-1].end + 1) if current else (0, 0))
    return pieces


def freeze_now(sql: str, moment: str) -> str:
    """Return the text with the current time as a literal, so that the server and DuckDB use the same."""
    try:
        tokens = _tokens(sql)
    except TokenError:
        # The parser reports the error with its place.
        return sql
    text = sql
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        name = token.text.lower()
        called = [each.token_type for each in tokens[place + 1 : place + 3]] == [TokenType.L_PAREN, TokenType.R_PAREN]
        if token.token_type == TokenType.STRING or token.token_type == TokenType.IDENTIFIER:
            continue
        end = tokens[place + 2].end if called else token.end
        if (name in _NOW and called) or name == "current_timestamp":
            text = f"{text[: token.start]}TIMESTAMPTZ '{moment}'{text[end + 1 :]}"
        elif (name == "today" and called) or name == "current_date":
            text = f"{text[: token.start]}CAST(TIMESTAMPTZ '{moment}' AS DATE){text[end + 1 :]}"
    return text
