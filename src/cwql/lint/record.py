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
    from typing import Any, Literal, TypeVar, dataclass_transform

    T = TypeVar("T")
else:
    from cwql.value import dataclass_transform


def later(default: T, *, init: Literal[False] = False) -> T:
    """Declare a field that is no argument, with a constant or an empty list or dict, which is another one in each record."""
    return _Later(repr(default))  # type: ignore[return-value]  # until the class is created


class _Later:
    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        self.source = source


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

            def initialize(self: object, *args: object, **kwargs: object) -> None:
                # Compiled for the first record: a run creates records of half of the classes that it imports.
                type.__setattr__(cls, "__init__", _compile_initializer(*declared))
                cls.__init__(self, *args, **kwargs)  # type: ignore[misc]

            type.__setattr__(cls, "__init__", initialize)
        return cls


def _compile_initializer(fields: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., None]:
    arguments = [name for name in fields if not isinstance(defaults.get(name), _Later)]
    lines = [f"def __init__(self, {', '.join(arguments)}):"]
    for name in fields:
        default = defaults.get(name)
        lines.append(f" self.{name} = {default.source if isinstance(default, _Later) else name}")
    scope: dict[str, Any] = {}
    exec("\n".join(lines), scope)  # noqa: S102  # names of fields only, as in dataclasses
    initializer: Callable[..., None] = scope["__init__"]
    initializer.__defaults__ = tuple([defaults[name] for name in arguments if name in defaults])
    return initializer


class Record(metaclass=RecordMeta):
    """Base of every record."""
