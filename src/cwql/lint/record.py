"""Mutable classes with slots, for nodes and tokens that are created by the thousand: `Record`.

::

    class Name(Node):
        name: str
        fresh: bool = False

    Name(3, 7, "text", fresh=True)

Unlike `cwql.value.Value`, a record can be changed, is compared by identity, and has an initializer as fast as one that is
written by hand. A module that declares fields needs ``from __future__ import annotations``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar, Literal, Self, TypeVar, dataclass_transform

    T = TypeVar("T")
else:
    from cwql.value import dataclass_transform

FEW = 30
"""So many records take less time field by field than the compilation of an initializer."""


def later(default: T, *, init: Literal[False] = False) -> T:
    """Declare a field that is no argument, with a constant or an empty list or dict, which is another one in each record."""
    return _Later(default)  # type: ignore[return-value]  # until the class is created


class _Later:
    __slots__ = ("default",)

    def __init__(self, default: object) -> None:
        self.default = default


@dataclass_transform(eq_default=False, field_specifiers=(later,))
class RecordMeta(type):
    """Turn the annotations of a class body into slots and an initializer: the fields of the base come first."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> RecordMeta:
        """Create a class from the fields of its base and its own."""
        own = namespace.get("__annotations__", ())
        namespace.setdefault("__slots__", tuple(own))
        defaults: dict[str, Any] = {each: namespace.pop(each) for each in own if each in namespace}
        fields, known = getattr(bases[0], "__declared__", ((), {})) if bases else ((), {})
        namespace["__declared__"] = declared = ((*fields, *own), {**known, **defaults})
        cls = super().__new__(mcs, name, bases, namespace)
        if "__init__" not in namespace:
            type.__setattr__(cls, "__init__", _make_initializer(cls, *declared))
        return cls


def _make_initializer(cls: type, fields: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., None]:
    """Return an initializer that compiles a faster one in its place once that pays."""
    left = FEW
    later = {name: default.default for name, default in defaults.items() if isinstance(default, _Later)}
    arguments = [name for name in fields if name not in later]
    given = tuple([defaults[name] for name in arguments if name in defaults])
    setters = [getattr(cls, name).__set__ for name in (*arguments, *later)]

    def initialize(self: object, *args: object, **kwargs: object) -> None:
        nonlocal left
        left -= 1
        missing = len(arguments) - len(args)
        if left and not kwargs and 0 <= missing <= len(given):
            begun = [each.copy() if isinstance(each, (list, dict)) else each for each in later.values()]
            values = (*args, *given[len(given) - missing :], *begun)
            for set_field, value in zip(setters, values, strict=True):
                set_field(self, value)
            return
        lines = [f"def __init__(self, {', '.join(arguments)}):"]
        lines += [f" self.{name} = {repr(later[name]) if name in later else name}" for name in fields]
        scope: dict[str, Any] = {}
        exec("\n".join(lines), scope)  # noqa: S102  # names of fields only, as in dataclasses
        scope["__init__"].__defaults__ = given
        type.__setattr__(cls, "__init__", scope["__init__"])
        cls.__init__(self, *args, **kwargs)  # type: ignore[misc]

    return initialize


class Record(metaclass=RecordMeta):
    """Base of every record."""

    if TYPE_CHECKING:
        __declared__: ClassVar[tuple[tuple[str, ...], dict[str, Any]]]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join([f'{name}={getattr(self, name)!r}' for name in self.__declared__[0]])})"
        )

    def __replace__(self, **changes: object) -> Self:
        copy = object.__new__(type(self))
        for name in self.__declared__[0]:
            setattr(copy, name, changes[name] if name in changes else getattr(self, name))
        return copy
