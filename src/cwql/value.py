"""Immutable value classes: a class declares its fields, everything else is derived from them.

::

    class Span(Value):
        start: int
        end: int = 0

    Span(3, end=5) == Span(3, 5)        # also hash, repr, `match`, pickle, and `replace`

`dataclasses` does the same, but its import alone takes longer than ``cwql check`` may, because it brings `inspect`. Type
checkers treat the classes as frozen dataclasses. A module that declares fields needs ``from __future__ import annotations``:
annotations are read as text, so no type has to exist at run time.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, ClassVar, NoReturn, Protocol, Self, TypeVar, dataclass_transform, overload

    T = TypeVar("T")
    V = TypeVar("V", bound="Value")

    class Replaceable(Protocol):
        """A value, or anything else that can be copied with some fields changed."""

        def __replace__(self, **changes: object) -> Self:
            """Return a copy with some fields changed."""
            ...

    R = TypeVar("R", bound=Replaceable)
else:

    def dataclass_transform(**_):
        """Return a decorator without effect: only type checkers need the real one."""
        return lambda cls: cls


_REQUIRED: Any = object()

if TYPE_CHECKING:

    @overload
    def field(*, compare: bool = True, kw_only: bool = False) -> Any: ...
    @overload
    def field(*, default: T, compare: bool = True, kw_only: bool = False) -> T: ...


def field(*, default: Any = _REQUIRED, compare: bool = True, kw_only: bool = False) -> Any:
    """Declare a field with options.

    A field without `compare` (a position in a text, a cache) is left out of equality, hash and repr. A field with `kw_only`
    has to be passed by name; so have all fields after ``_: KW_ONLY``, as in dataclasses.
    """
    return _Field(default, compare, kw_only)


class _Field:
    __slots__ = ("compare", "default", "kw_only")

    def __init__(self, default: object, compare: bool, kw_only: bool) -> None:
        self.default = default
        self.compare = compare
        self.kw_only = kw_only


assign = object.__setattr__
"""Set a field of a value that is still under construction: in its ``__init__`` or ``__post_init__``."""


def slot_setter(owner: type, name: str) -> Callable[[object, object], None]:
    """Return a function that sets one field without a search by name, for values that are made by the thousand."""
    setter: Callable[[object, object], None] = owner.__dict__[name].__set__
    return setter


@dataclass_transform(eq_default=True, frozen_default=True, field_specifiers=(field,))
class ValueMeta(type):
    """Turn the annotations of a class body into slots and an initializer.

    ``class Operator(Value, eq=False)`` compares by identity: for the entries of a registry, each of which exists once.
    """

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, eq: bool = True, **options: Any
    ) -> ValueMeta:
        """Create a class from the fields of its bases and its own."""
        inherited: dict[str, _Field] = {}
        for base in reversed(bases):
            inherited |= getattr(base, "__declared__", {})
        own = _take_fields(namespace)
        declared = inherited | own
        positional = tuple([each for each in declared if not declared[each].kw_only])
        fields = (*positional, *[each for each in declared if declared[each].kw_only])
        namespace["__slots__"] = tuple([each for each in own if each not in inherited])
        namespace["__match_args__"] = positional
        namespace["__fields__"] = fields
        namespace["__compared__"] = tuple([each for each in fields if declared[each].compare])
        namespace["__declared__"] = declared
        if not eq:
            namespace |= {"__eq__": object.__eq__, "__hash__": object.__hash__}
        cls = super().__new__(mcs, name, bases, namespace, **options)
        if "__init__" not in namespace and (own or "__post_init__" in namespace):
            type.__setattr__(cls, "__init__", _make_init(cls, fields, len(positional), declared))
        return cls

    @property
    def __signature__(cls) -> object:
        """Return the signature of a derived initializer, for `inspect` and documentation tools."""
        if not hasattr(cls.__init__, "is_derived"):  # type: ignore[misc]
            raise AttributeError("__signature__")
        from inspect import Parameter, Signature

        annotations: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            annotations |= vars(base).get("__annotations__", {})
        parameters = []
        for name in getattr(cls, "__fields__", ()):
            declared = getattr(cls, "__declared__", {})[name]
            kind = Parameter.KEYWORD_ONLY if declared.kw_only else Parameter.POSITIONAL_OR_KEYWORD
            default = Parameter.empty if declared.default is _REQUIRED else declared.default
            parameters.append(Parameter(name, kind, default=default, annotation=annotations[name]))
        return Signature(parameters)


def _take_fields(namespace: dict[str, Any]) -> dict[str, _Field]:
    """Return the fields that a class body declares, and remove their defaults from it: the slots take their names."""
    declared: dict[str, _Field] = {}
    kw_only = False
    for name, annotation in namespace.get("__annotations__", {}).items():
        if annotation == "KW_ONLY":
            kw_only = True
        elif not annotation.startswith("ClassVar"):
            value = namespace.pop(name, _REQUIRED)
            options = value if isinstance(value, _Field) else _Field(value, True, False)
            options.kw_only = options.kw_only or kw_only
            declared[name] = options
    return declared


def _make_init(
    cls: type, fields: Sequence[str], positional: int, declared: Mapping[str, _Field]
) -> Callable[..., None]:
    """Return the initializer of a class.

    It loops over the fields. Code compiled for each class would run twice as fast, but compiling it takes as long as making a
    hundred values, and most classes have fewer in a whole run of ``cwql check``.
    """
    setters = [getattr(cls, name).__set__ for name in fields]
    defaults = tuple([declared[name].default for name in fields])
    required = max([at for at, default in enumerate(defaults, 1) if default is _REQUIRED], default=0)
    complete = len(fields) if positional == len(fields) else -1
    finish = getattr(cls, "__post_init__", None)

    def initialize(self: object, *args: object, **kwargs: object) -> None:
        if kwargs or len(args) != complete:
            args = bind(args, kwargs)
        for set_field, value in zip(setters, args):  # noqa: B905 - as many, see above; `strict` costs a third
            set_field(self, value)
        if finish is not None:
            finish(self)

    def bind(args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[object, ...]:
        given = len(args)
        if not kwargs and required <= given <= positional:
            return args + defaults[given:]
        if given > positional:
            raise TypeError(f"{cls.__name__}() takes {positional} positional arguments, but {given} were given")
        values = list(args)
        for name, default in zip(fields[given:], defaults[given:], strict=True):
            value = kwargs.pop(name, default)
            if value is _REQUIRED:
                raise TypeError(f"{cls.__name__}() needs the argument {name!r}")
            values.append(value)
        for name in kwargs:
            fault = "several values for the" if name in fields else "an unexpected"
            raise TypeError(f"{cls.__name__}() got {fault} argument {name!r}")
        return tuple(values)

    initialize.is_derived = True  # type: ignore[attr-defined]
    return initialize


class Value(metaclass=ValueMeta):
    """Base of every value class: immutable, equal if the type and all compared fields are equal."""

    __fields__: ClassVar[tuple[str, ...]]
    """Every field in the order of ``__init__``; those that are passed by name come last."""
    __compared__: ClassVar[tuple[str, ...]]
    """The fields that count in equality and hash."""

    def _key(self) -> tuple[object, ...]:
        """Return the values that equality and hash compare."""
        return tuple([getattr(self, name) for name in self.__compared__])

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Value) or type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), *self._key()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join([f'{name}={getattr(self, name)!r}' for name in self.__compared__])})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one instead of setting {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be deleted")

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), *[getattr(self, name) for name in self.__fields__])

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __replace__(self, **changes: object) -> Self:
        return type(self)(**{name: getattr(self, name) for name in self.__fields__} | changes)


def replace(value: R, /, **changes: object) -> R:
    """Return a copy of a value with some fields changed, as `copy.replace` does from Python 3.13 on."""
    return value.__replace__(**changes)


def _restore(cls: type[V], *values: object) -> V:
    """Return a value as it was pickled. Its fields were checked when it was made."""
    value = object.__new__(cls)
    for name, item in zip(cls.__fields__, values, strict=True):
        assign(value, name, item)
    return value


def unknown_attribute(owner: object, name: str, other_names: Mapping[str, str]) -> AttributeError:
    """Return the error for an attribute that a class does not have; `other_names` has the form for names of other libraries."""
    advice = f"; write {other_names[name]}" if name in other_names else ""
    return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}{advice}")
