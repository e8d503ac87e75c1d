"""Names that resemble a mistyped one: the "did you mean" of every message. Loaded on the failure path only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 80


def suggest(name: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """Return up to `limit` candidates similar to `name`, the nearest first.

    Letter case is ignored. An edit is an inserted, deleted, changed or swapped letter; up to a third of the name may be
    edited. A name that is a prefix or a part of a candidate is similar too, if it has at least three letters.
    """
    wanted = name[:_LONGEST].lower()
    bound = max(1, len(wanted) // 3) if wanted else 0
    found: list[tuple[int, int, str]] = []
    for candidate in dict.fromkeys(candidates):
        text = candidate.lower()
        distance = edit_distance(wanted, text, bound)
        if distance is not None:
            found.append((distance, abs(len(text) - len(wanted)), candidate))
        elif len(wanted) >= 3 and wanted in text:
            found.append((bound + (1 if text.startswith(wanted) else 2), len(text) - len(wanted), candidate))
    found.sort()
    return [candidate for _, _, candidate in found[:limit]]


def edit_distance(left: str, right: str, bound: int) -> int | None:
    """Count the edits between two texts (the Damerau-Levenshtein distance, adjacent swaps only); None beyond `bound`."""
    if abs(len(left) - len(right)) > bound:
        return None
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > bound:
            return None
    return row[-1] if row[-1] <= bound else None
