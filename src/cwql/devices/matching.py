"""Pair the records of both systems: `match`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from cwql.devices.identity import KEYS, DeviceKeys, keys_of_computer, keys_of_configuration, read
from cwql.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql.devices.identity import Key

C = TypeVar("C")
K = TypeVar("K")

ConflictKind: TypeAlias = Literal["shared", "ambiguous", "split", "overruled", "disagreement"]

CONFLICTS: dict[ConflictKind, str] = {
    "shared": "the value is on several devices of one system, so it identifies none of them",
    "ambiguous": "a device has several values, and they lead to different devices",
    "split": "the key leads to a device that a stronger key has paired otherwise",
    "overruled": "the key agrees, but a stronger one disagrees: not paired",
    "disagreement": "paired by a stronger key, though this one differs",
}
"""Every kind of conflict, with its meaning."""

# A device keeps its BIOS GUID and its serial number; it may have several MAC addresses, and be renamed.
_OVERRULING: tuple[Key, ...] = ("guid", "serial")


class Conflict(Value, Generic[C, K]):
    """A contradiction: its `kind`, the `key` and `value`, and the devices concerned.

    ``shared``: the value is on several devices of one system, so it identifies none of them. ``ambiguous``: a device has several
    values, and they lead to different devices. ``split``: the key leads to a device that a stronger key has paired otherwise.
    ``overruled``: the key agrees, but a stronger one disagrees, so the devices are not paired. ``disagreement``: the devices are
    paired by a stronger key, though this one differs.
    For ``overruled`` and ``disagreement``, `value` is the configuration's and `other` the computer's, of the key that differs.
    """

    kind: ConflictKind
    key: Key
    value: str
    other: str | None
    configurations: tuple[C, ...]
    computers: tuple[K, ...]

    def __str__(self) -> str:
        names = [f"configuration {_title(each, 'id', 'name')}" for each in self.configurations]
        names += [f"computer {_title(each, 'Id', 'ComputerName')}" for each in self.computers]
        value = repr(self.value) if self.other is None else f"{self.value!r} against {self.other!r}"
        return f"{self.kind} {self.key} {value}: {', '.join(names)}; {CONFLICTS[self.kind]}"


class Pair(Value, Generic[C, K]):
    """Two records of a device, the `key` and normalised `value` that paired them, and the `conflicts` of the pair."""

    configuration: C
    computer: K
    key: Key
    value: str
    conflicts: tuple[Conflict[C, K], ...] = ()


class MatchResult(Value, Generic[C, K]):
    """The pairs, all conflicts (including those of the pairs), and the unmatched records of each side."""

    pairs: tuple[Pair[C, K], ...]
    conflicts: tuple[Conflict[C, K], ...]
    unmatched_configurations: tuple[C, ...]
    unmatched_computers: tuple[K, ...]


def match(configurations: Iterable[C], computers: Iterable[K], *, chassis: Iterable[Any] = ()) -> MatchResult[C, K]:
    """Pair Manage configurations with Automate computers, in time linear in their number.

    `chassis` are the records of ``/Computers/Chassis``: Automate keeps a computer's BIOS GUID there, and a serial number for
    computers that show none. Records need only the members that identify them (`id`, `name`, `mobileGuid`, `serialNumber`,
    `macAddress`, `company/name`; `Id`, `ComputerName`, `SerialNumber`, `MACAddress`, `Client/Name`). Order does not count.
    """
    left, right = list(configurations), list(computers)
    shells = {str(read(each, "ComputerId")): each for each in chassis}
    sides = ([keys_of_configuration(each) for each in left], [keys_of_computer(each, shells) for each in right])
    return _Matcher(left, right, sides).match()


class _Matcher(Generic[C, K]):
    """Work through the keys, on places in the two lists."""

    def __init__(self, left: list[C], right: list[K], sides: tuple[list[DeviceKeys], list[DeviceKeys]]) -> None:
        self._left = left
        self._right = right
        self._keys = sides
        self._index = {key: _index(key, sides) for key in KEYS}
        # Place on the left -> place on the right, key, value; and the way back.
        self._pairs: dict[int, tuple[int, Key, str]] = {}
        self._back: dict[int, int] = {}
        self._conflicts: list[Conflict[C, K]] = []
        self._of_pairs: dict[int, list[Conflict[C, K]]] = {}

    def match(self) -> MatchResult[C, K]:
        for key in KEYS:
            self._apply(key, list(self._edges(key)))
        for at in self._pairs:
            self._compare(at)
        pairs = tuple(
            Pair(self._left[at], self._right[to], key, value, tuple(self._of_pairs.get(at, ())))
            for at, (to, key, value) in sorted(self._pairs.items())
        )
        return MatchResult(
            pairs,
            tuple(self._conflicts),
            tuple(each for at, each in enumerate(self._left) if at not in self._pairs),
            tuple(each for at, each in enumerate(self._right) if at not in self._back),
        )

    def _edges(self, key: Key) -> Iterator[tuple[int, int, str]]:
        """Yield the positions that a key pairs, if they are still unpaired."""
        for value, (left, right) in self._index[key].items():
            if len(left) > 1 or len(right) > 1:
                self._note("shared", key, value, None, left, right)
                continue
            if not left or not right:
                continue
            at, to = left[0], right[0]
            if at in self._pairs or to in self._back:
                if self._back.get(to) != at:
                    self._note("split", key, value, None, left, right)
                continue
            against = self._contradiction(key, at, to)
            if against is None:
                yield at, to, value
            else:
                self._note("overruled", *against, left, right)

    def _apply(self, key: Key, edges: list[tuple[int, int, str]]) -> None:
        partners: tuple[dict[int, set[int]], dict[int, set[int]]] = ({}, {})
        for at, to, _ in edges:
            partners[0].setdefault(at, set()).add(to)
            partners[1].setdefault(to, set()).add(at)
        for at, to, value in edges:
            if len(partners[0][at]) > 1 or len(partners[1][to]) > 1:
                self._note("ambiguous", key, value, None, [at], [to])
            elif at not in self._pairs:
                self._pairs[at] = (to, key, value)
                self._back[to] = at

    def _contradiction(self, key: Key, at: int, to: int) -> tuple[Key, str, str] | None:
        for stronger in _OVERRULING[: KEYS.index(key)]:
            mine, theirs = self._usable(stronger, 0, at), self._usable(stronger, 1, to)
            if mine and theirs and mine.isdisjoint(theirs):
                return stronger, min(mine), min(theirs)
        return None

    def _compare(self, at: int) -> None:
        """Note the weaker keys that differ within a pair."""
        to, key, _ = self._pairs[at]
        for weaker in KEYS[KEYS.index(key) + 1 :]:
            mine, theirs = self._usable(weaker, 0, at), self._usable(weaker, 1, to)
            if mine and theirs and mine.isdisjoint(theirs):
                self._note("disagreement", weaker, min(mine), min(theirs), [at], [to])

    def _usable(self, key: Key, side: int, place: int) -> set[str]:
        """Return the values of a device's key that no other device of its side has."""
        index = self._index[key]
        return {value for value in self._keys[side][place][key] if len(index[value][side]) == 1}

    def _note(
        self, kind: ConflictKind, key: Key, value: str, other: str | None, left: list[int], right: list[int]
    ) -> None:
        conflict = Conflict(
            kind, key, value, other, tuple(self._left[at] for at in left), tuple(self._right[to] for to in right)
        )
        self._conflicts.append(conflict)
        if kind == "disagreement":
            self._of_pairs.setdefault(left[0], []).append(conflict)


def _index(key: Key, sides: tuple[list[DeviceKeys], list[DeviceKeys]]) -> dict[str, tuple[list[int], list[int]]]:
    found: dict[str, tuple[list[int], list[int]]] = {}
    for side, devices in enumerate(sides):
        for place, keys in enumerate(devices):
            for value in keys[key]:
                found.setdefault(value, ([], []))[side].append(place)
    return found


def _title(record: Any, id: str, name: str) -> str:
    return f"{read(record, id)} ({read(record, name)})"
