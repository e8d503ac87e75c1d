"""Releases of a product: ``2025.16`` is newer than ``2025.8``."""

from __future__ import annotations

from cwql.errors import UnknownNameError


def read_release(text: str) -> str:
    """Return a release as the specifications name it; ``v2025.16.12345``, as servers report it, is 2025.16.

    Raises UnknownNameError for a text that names no release.
    """
    parts = text.strip().lstrip("vV").split(".")[:2]
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise UnknownNameError(f"unknown release {text[:40]!r}: expected year and number, such as 2025.16")
    return ".".join(parts)


def is_newer(release: str, other: str) -> bool:
    """Return whether a release came after another one."""
    return _order(release) > _order(other)


def _order(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]
