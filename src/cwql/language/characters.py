"""Characters that need care, as patterns. They are strings, because most texts are ASCII and never need them compiled."""

from __future__ import annotations

INVISIBLE = (
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0]"
)
"""Characters that look like a blank or like nothing."""

BLANK = "[\u00a0\u2000-\u2003\u2007\u2009\u202f\u205f\u3000]"
"""Invisible characters that look like a blank."""

SURROGATE = "[\ud800-\udfff]"
"""Halves of surrogate pairs, which cannot be encoded as UTF-8."""

UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\ud800-\udfff]"
"""Characters that neither language can write: control characters (C0, DEL, C1) and halves of surrogate pairs."""
