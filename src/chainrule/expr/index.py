"""Names: dimensions (symbolic ranges), indices that run over them, and tensor symbols.

They are keys everywhere: equal names are the same object, so that they are compared and hashed by identity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar

from chainrule.expr.interning import Table

BOUND = "\N{BULLET}"
"""What the names of bound indices begin with: `•1`, `•2`, .."""


class _Name:
    """Named by its fields, ordered by them in turn, and never changed."""

    __slots__ = ("__weakref__",)
    __match_args__: tuple[str, ...] = ()
    name: str
    _puts: ClassVar[tuple[Callable[[Any, Any], None], ...]]

    def __init_subclass__(cls) -> None:
        cls._puts = tuple(getattr(cls, name).__set__ for name in cls.__slots__)

    @property
    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("names are immutable")

    def __lt__(self, other: Self) -> bool:
        a, b = self.name, other.name
        return a < b if a != b else self._fields < other._fields

    def __repr__(self) -> str:
        said = (f"{name}={item!r}" for name, item in zip(self.__match_args__, self._fields, strict=True))
        return f"{type(self).__name__}({', '.join(said)})"

    def __reduce__(self) -> Any:
        return type(self), self._fields

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


N = TypeVar("N", bound=_Name)


def _created(cls: type[N], *values: Any) -> N:
    """A name with these fields."""
    self = object.__new__(cls)
    for put, item in zip(cls._puts, values, strict=True):
        put(self, item)
    return self


class Dim(_Name):
    """A named range low .. low + size - 1 whose size is chosen only when numbers are needed.

    A fixed dimension has its digits as name: `Dim("3").fixed` is 3, `Dim("n").fixed` is None.
    """

    __slots__ = __match_args__ = ("name", "low")
    name: str
    low: int

    def __new__(cls, name: str, low: int = 1) -> Self:
        key = (name, low)
        return _DIMS.known(key) or _DIMS.put(key, _created(cls, name, low))  # type: ignore[return-value]

    @property
    def fixed(self) -> int | None:
        """The size, when the name is a number."""
        return int(self.name) if self.name.isascii() and self.name.isdigit() else None


class Index(_Name):
    """A named index that runs over a dimension."""

    __slots__ = ("name", "dim", "number")  # noqa: RUF023 (the order in which they are given)
    __match_args__ = ("name", "dim")
    name: str
    dim: Dim
    number: int
    """k of a bound index `•k`, else 0."""

    def __new__(cls, name: str, dim: Dim) -> Self:
        key = (name, id(dim))
        return _INDICES.known(key) or _INDICES.put(key, _created(cls, name, dim, _number(name)))  # type: ignore[return-value]


def _number(name: str) -> int:
    """k of `•k`, else 0."""
    digits = name[1:] if name[:1] == BOUND else ""
    return int(digits) if digits.isascii() and digits.isdigit() and digits[0] != "0" else 0


class Symbol(_Name):
    """A tensor symbol: its display name (TeX) and its axes are its identity. `kind` is "real" or "integer"."""

    __slots__ = __match_args__ = ("name", "axes", "kind")
    name: str
    axes: tuple[Dim, ...]
    kind: str

    def __new__(cls, name: str, axes: tuple[Dim, ...] = (), kind: str = "real") -> Self:
        key = (name, kind, *map(id, axes))
        return _SYMBOLS.known(key) or _SYMBOLS.put(key, _created(cls, name, axes, kind))  # type: ignore[return-value]


_DIMS: Table[Dim] = Table()
_INDICES: Table[Index] = Table()
_SYMBOLS: Table[Symbol] = Table()
