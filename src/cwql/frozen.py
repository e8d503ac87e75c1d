"""The base of every value class: slotted, immutable, compared by its fields.

`dataclasses` would do, but importing it costs a fifth of the start-up budget of ``cwql check`` (it brings `inspect`).
A subclass names its compared fields in ``__match_args__`` and sets them once, in ``__init__``, through `assign`.
Slots that are not in ``__match_args__`` (spans, caches) ride along: they count neither in equality nor in the hash.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self

assign = object.__setattr__
"""Set a slot of a value that is still under construction: ``assign(self, "name", value)``."""


def setter(owner: type, name: str) -> Callable[[object, object], None]:
    """Return a function that sets one slot, as `assign` does with a search by name, for classes made by the thousand."""
    found: Callable[[object, object], None] = owner.__dict__[name].__set__
    return found


class Frozen:
    """Compare, hash, print, copy and pickle by the fields named in ``__match_args__``."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def _key(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def _state(self) -> tuple[object, ...]:
        """Return the arguments that build an equal value again, those that ride along included."""
        return self._key()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Frozen) or type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self._key()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one instead of setting {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be deleted")

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), self._state()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
