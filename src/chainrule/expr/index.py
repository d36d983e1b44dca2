"""Names: dimensions (symbolic ranges), indices that run over them, and tensor symbols.

They are keys everywhere: equal names are the same object, so that they are compared and hashed by identity.
"""

from __future__ import annotations

from types import new_class
from typing import Any, ClassVar, Self

from chainrule.expr.interning import Table

BOUND = "\N{BULLET}"
"""What the names of bound indices begin with: `•1`, `•2`, .."""


class _Name:
    """Named by its fields, ordered by them in turn, and never changed."""

    __slots__ = ("__weakref__",)
    __match_args__: tuple[str, ...] = ()
    name: str
    draft: ClassVar[Any]
    """The same while a name is made, without the guard against changes, which costs as much as all the rest."""

    def __init_subclass__(cls, is_draft: bool = False) -> None:
        if not is_draft:
            body = {"__slots__": cls.__slots__, "__setattr__": object.__setattr__}
            cls.draft = new_class(cls.__name__, (_Name,), {"is_draft": True}, lambda own: own.update(body))

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


class Dim(_Name):
    """A named range low .. low + size - 1 whose size is chosen only when numbers are needed.

    A fixed dimension has its digits as name: `Dim("3").fixed` is 3, `Dim("n").fixed` is None.
    """

    __slots__ = __match_args__ = ("name", "low")
    name: str
    low: int

    def __new__(cls, name: str, low: int = 1) -> Self:
        key = name, low
        held = _DIMS.held.get(key)
        found = None if held is None else held()
        if found is None:
            made = _new(cls.draft)
            made.name, made.low, made.__class__ = name, low, cls
            found = _DIMS.put(key, made)
        return found  # type: ignore[return-value]

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
        key = name, dim
        held = _INDICES.held.get(key)
        found = None if held is None else held()
        if found is None:
            made = _new(cls.draft)
            made.name, made.dim, made.number, made.__class__ = name, dim, _number(name), cls
            found = _INDICES.put(key, made)
        return found  # type: ignore[return-value]


def _number(name: str) -> int:
    """k of `•k`, else 0."""
    if name[:1] != BOUND:
        return 0
    digits = name[1:]
    return int(digits) if digits.isascii() and digits.isdigit() and digits[0] != "0" else 0


class Symbol(_Name):
    """A tensor symbol: its display name (TeX) and its axes are its identity. `kind` is "real" or "integer"."""

    __slots__ = __match_args__ = ("name", "axes", "kind")
    name: str
    axes: tuple[Dim, ...]
    kind: str

    def __new__(cls, name: str, axes: tuple[Dim, ...] = (), kind: str = "real") -> Self:
        key = name, axes, kind
        held = _SYMBOLS.held.get(key)
        found = None if held is None else held()
        if found is None:
            made = _new(cls.draft)
            made.name, made.axes, made.kind, made.__class__ = name, axes, kind, cls
            found = _SYMBOLS.put(key, made)
        return found  # type: ignore[return-value]


def bound_at(number: int, dim: Dim) -> Index:
    """The bound index `•k` over a dimension."""
    key = f"{BOUND}{number}", dim
    held = _INDICES.held.get(key)
    found = None if held is None else held()
    if found is None:
        made = _new(Index.draft)
        made.name, made.dim, made.number, made.__class__ = key[0], dim, number, Index
        found = _INDICES.put(key, made)
    return found


_new: Any = object.__new__
_DIMS: Table[Dim] = Table()
_INDICES: Table[Index] = Table()
_SYMBOLS: Table[Symbol] = Table()
