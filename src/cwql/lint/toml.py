"""Parse the TOML of a settings file, with a bound on the time and memory that it may take.

`tomllib` needs time and memory quadratic in the number of parts of a dotted key, and a stack frame for each level of nesting. Both are
counted before it sees the text, in a skeleton of the text without strings and comments.
"""

from __future__ import annotations

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
    rb'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{0,5}'
    rb"|'''(?:[^']++|'{1,2}(?!'))*+'{0,5}"
    rb'|"(?:[^"\\\n]++|\\.)*+"?'
    rb"|'[^'\n]*+'?"
    rb"|#[^\n]*+",
    re.DOTALL,
)
_LONG_KEY = re.compile(rb"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){%d}" % DEEPEST)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def parse_toml(data: bytes) -> dict[str, Any]:
    """Return the table of a TOML file. Raises ValueError for one that is too large, too deep, or not TOML in UTF-8."""
    import tomllib

    if len(data) > LARGEST:
        raise ValueError(f"larger than {LARGEST / 1e6:g} MB")
    try:
        # Not the encoding utf-8-sig, which is a module to import.
        text = data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error}") from None
    skeleton = _OPAQUE.sub(lambda match: b"" if match[0].startswith(b"#") else b"x", text.encode())
    _check_depth(skeleton)
    found = _LONG_KEY.search(skeleton)
    if found is not None:
        raise ValueError(f"a key of more than {DEEPEST} parts, separated by dots")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: a number of more than 4,300 digits is a ValueError.
        raise ValueError(f"not TOML: {error}") from None


def _check_depth(skeleton: bytes) -> None:
    depth = 0
    for bracket in skeleton.translate(None, _NO_BRACKETS):
        # `tomllib` reports a closing bracket too many.
        depth = depth + 1 if bracket in b"[{" else max(depth - 1, 0)
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
