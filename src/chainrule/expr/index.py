"""Names: dimensions (symbolic ranges), indices that run over them, and tensor symbols.

They are keys everywhere, so each knows its hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Dim:
    """A named range low .. low + size - 1 whose size is chosen only when numbers are needed.

    A fixed dimension has its digits as name: `Dim("3").fixed` is 3, `Dim("n").fixed` is None.
    """

    name: str
    low: int = 1
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.name, self.low)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def fixed(self) -> int | None:
        """The size, when the name is a number."""
        return int(self.name) if self.name.isascii() and self.name.isdigit() else None


@dataclass(frozen=True, slots=True, order=True)
class Index:
    """A named index that runs over a dimension."""

    name: str
    dim: Dim
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.name, self.dim)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A tensor symbol: its display name (TeX) and its axes are its identity. `kind` is "real" or "integer"."""

    name: str
    axes: tuple[Dim, ...] = ()
    kind: str = "real"
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.name, self.axes, self.kind)))

    def __hash__(self) -> int:
        return self._hash
