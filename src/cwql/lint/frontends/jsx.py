"""Elements of JSX, ``<Tickets conditions="id = 1">…</Tickets>``, as the tokens of a call with named arguments: `read_element`."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends.syntax import Form, Token
from cwql.lint.templates.model import QuoteStyle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.frontends.scanner import Scanner

_ELEMENT = re.compile(
    r"<(?P<tag>(?:[A-Za-z_$][\w$.:-]*+)?)(?:\s++[A-Za-z_$][\w$:-]*+)*+\s*+(?P<sign>/?>|=\s*+[\"'{]|\{\s*+\.\.\.)"
)
_OPENED = re.compile(r"<(?!/)((?:[A-Za-z_$][\w$.:-]*+)?)")
_CLOSED = re.compile(r"</([\w$.:-]*+)\s*+>")
_ATTRIBUTE = re.compile(r"([A-Za-z_$][\w$:-]*+)\s*+=\s*+(?=[\"'{])")
_CHILD = re.compile(r"[<{]")
_TEXTS = {sign: Form(sign, None, QuoteStyle({}, sign), lines=True) for sign in "\"'"}
"""Strings of attributes."""


def _is_element(scanner: Scanner, start: int, limit: int) -> bool:
    """Return whether an element begins at `start`: it has attributes with values, or is closed; types in brackets are neither."""
    head = _ELEMENT.match(scanner.text, start, limit)
    if head is None or head["sign"] != ">":
        return head is not None
    if scanner.closed is None:
        scanner.closed = {match[1]: match.start() for match in _CLOSED.finditer(scanner.text)}
    return scanner.closed.get(head["tag"], -1) > start


def read_element(scanner: Scanner, found: list[Token], at: int, limit: int, fresh: bool) -> int:
    """Read the element at `at` as a call, ``Tag(name: value, child)``; return its end, which is `at` if there is none."""
    if not _is_element(scanner, at, limit):
        return at
    text = scanner.text
    level = 0
    while at < limit:
        opened = _OPENED.match(text, at, limit)
        if opened is not None:
            found += Token("name", opened[1], at + 1, opened.end(), fresh), Token("sign", "(", at, opened.end())
            at = _attributes(scanner, found, opened.end(), limit)
            level += 1
        elif text[at] == "{":
            at = _contained(scanner, found, at, limit)
        if text.startswith(("</", "/>"), at):
            at = (text.find(">", at, limit) + 1) or limit
            found.append(Token("sign", ")", at, at))
            level -= 1
            if level == 0:
                break
            found.append(Token("sign", ",", at, at))
        # The text up to the next child is no code.
        child = _CHILD.search(text, at, limit)
        at = child.start() if child is not None else limit
    return at


def _attributes(scanner: Scanner, found: list[Token], at: int, limit: int) -> int:
    """Read the attributes of an element as named arguments; return where its tag ends."""
    text = scanner.text
    while at < limit and not text.startswith("/>", at):
        sign = text[at]
        if sign == ">":
            return at + 1
        name = _ATTRIBUTE.match(text, at, limit)
        if name is not None:
            found += Token("name", name[1], at, name.end(1)), Token("sign", ":", at, name.end())
            at = name.end()
        elif sign == "{":
            at = _contained(scanner, found, at, limit)
        elif sign in "\"'":
            found += scanner.read(_TEXTS[sign], at, at + 1, limit), Token("sign", ",", at, at)
            at = found[-2].end
        else:
            at += 1
    return at


def _contained(scanner: Scanner, found: list[Token], at: int, limit: int) -> int:
    """Read the code in braces as an argument; return its end."""
    tokens, at = scanner.code(at + 1, limit, "}")
    found += *tokens, Token("sign", ",", at, at)
    return at + 1
