"""Parse the TOML of a settings file, with a bound on the time and memory that it may take.

`tomllib` needs time and memory quadratic in the number of parts of a dotted key, and a stack frame for each level of nesting. Both are
counted before it sees the text, in a skeleton of the text without strings and comments. The skeleton also shows where the tables of
cwql are in a file of several tools.
"""

from __future__ import annotations

from itertools import pairwise

from cwql.lint import lazy_patterns as re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 250_000
"""Bytes. `tomllib` parses about 2 MB a second, and a file of that size takes up to 100 MB of memory."""

DEEPEST = 16
"""Levels of nesting, and parts of a dotted key."""

# Strings and comments. No part of them is read twice, whatever the text: every repetition is possessive.
_OPAQUE = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{0,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{0,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_BRACKET = re.compile(r"(?P<header>^[ \t]*+\[)|[\[\]{}]", re.MULTILINE)
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STRING = r"""(?:"[^"\\\n]*+"|'[^'\n]*+')"""
_PLAIN = re.compile(
    rf"\s*+(?:\[(?P<header>\w[\w.-]*+)\]|(?P<key>[\w-]++|\"[^\"\\\n]*+\")[ \t]*+=[ \t]*+"
    rf"(?P<value>true|false|[1-9][0-9]{{0,8}}|{_STRING}|\[\s*+(?:{_STRING}\s*+(?:,\s*+{_STRING}\s*+)*+,?\s*+)?\]))?"
    rf"[ \t]*+(?:\n|\Z)\s*+",
    re.ASCII,
)
"""A header or an assignment as most settings have it, without comments."""

_ITEM = re.compile(_STRING)


def parse_toml(data: bytes, tool: str | None = None) -> dict[str, Any]:
    """Return the table of a TOML file, or only the table of a tool in it (which may be empty), without errors in other tables.

    Raises ValueError for a file that is too large, too deep, or not TOML in UTF-8.
    """
    if len(data) > LARGEST:
        raise ValueError(f"larger than {LARGEST / 1e6:g} MB")
    try:
        # Not the encoding utf-8-sig, which is a module to import.
        text = data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error}") from None
    skeleton = _OPAQUE.sub(_blank, text)
    headers = _find_headers(skeleton)
    if _LONG_KEY.search(skeleton) is not None:
        raise ValueError(f"a key of more than {DEEPEST} parts, separated by dots")
    if tool is not None:
        text = _cut(text, skeleton, headers, tool)
    # TOML forbids control characters in comments too.
    if _CONTROL.search(text) is None:
        plain = _read_plain(_OPAQUE.sub(lambda match: "" if match[0][0] == "#" else match[0], text))
        if plain is not None:
            return plain
    # Importing it takes longer than reading a small file.
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: a number of more than 4,300 digits is a ValueError.
        raise ValueError(f"not TOML: {error}") from None


def _blank(match: re.Match[str]) -> str:
    """Return a replacement of the same length for a comment or a string; one that is not closed is like an open bracket."""
    written = match[0]
    quotes = written[:3]
    if quotes in ('"""', "'''") and (len(written) < 6 or not written.endswith(quotes)):
        return "[" + "x" * (len(written) - 1)
    return (" " if written[0] == "#" else "x") * len(written)


def _find_headers(skeleton: str) -> list[int]:
    """Return where the lines with headers of tables begin; none if a bracket is not closed, because any header may be in it."""
    headers: list[int] = []
    depth = 0
    for match in _BRACKET.finditer(skeleton):
        if match["header"] is not None and not depth:
            headers.append(match.start())
        # `tomllib` reports a closing bracket too many.
        depth = depth + 1 if match[0][-1] in "[{" else max(depth - 1, 0)
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
    return [] if depth else headers


def _cut(text: str, skeleton: str, headers: list[int], tool: str) -> str:
    """Return the text with empty lines in place of the tables of other tools."""
    bounds = [*headers, len(text)]
    parts = [text[: bounds[0]]]
    for start, end in pairwise(bounds):
        name = text[start : skeleton.find("]", start)].strip("[ \t")
        keys = [key.strip(" \t\"'") for key in name.split(".")]
        # The table `tool` itself may have the settings of several tools, and an escape may be any character.
        own = keys[0] == "tool" and tool in keys[1:2] if len(keys) > 1 else keys == ["tool"]
        parts.append(text[start:end] if own or "\\" in name else "\n" * text.count("\n", start, end))
    return "".join(parts)


def _read_plain(text: str) -> dict[str, Any] | None:
    """Return the table of a text that has only headers and assignments of words, strings and lists of strings.

    None for anything else, which `tomllib` has to parse or to refuse.
    """
    root: dict[str, Any] = {}
    table = root
    declared: set[str] = set()
    at = 0
    while at < len(text):
        match = _PLAIN.match(text, at)
        if match is None:
            return None
        at = match.end()
        header, key, value = match.groups()
        if header is not None:
            if header in declared:
                return None
            declared.add(header)
            table = root
            for part in header.split("."):
                table = table.setdefault(part, {})
                if not part or not isinstance(table, dict):
                    return None
        elif key is not None:
            key = key.strip('"')
            if key in table:
                return None
            if value[0] == "[":
                table[key] = [item[1:-1] for item in _ITEM.findall(value)]
            elif value[0] in "\"'":
                table[key] = value[1:-1]
            else:
                table[key] = value == "true" if value in ("true", "false") else int(value)
    return root
