"""One object for equal things: tables that hold what is in use, and forget the rest.

A key may name the parts of an object by their `id`: as long as the object lives its parts do, and nothing else has
their id; when it is dead its entry says so, whatever has got their id since. So a key keeps nothing alive. Entries of
the dead are swept when there are as many as of the living.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import ref

T = TypeVar("T")
LOCK = threading.RLock()
FEW = 4096
"""Up to so many entries nothing is swept."""


class Table(Generic[T]):
    """From keys to the objects in use. Two objects are the same exactly if they are equal, so that what is made of them
    is compared and hashed by identity."""

    def __init__(self) -> None:
        self._held: dict[Hashable, ref[T]] = {}
        self._most = FEW

    def known(self, key: Hashable) -> T | None:
        """The object under the key."""
        held = self._held.get(key)
        return None if held is None else held()

    def made(self, key: Hashable, create: Callable[..., T], *values: object) -> T:
        """The object under the key, created from the values if there is none."""
        with LOCK:
            found = self.known(key)
            if found is None:
                found = create(*values)
                self._held[key] = ref(found)
                if len(self._held) > self._most:
                    self._sweep()
            return found

    def _sweep(self) -> None:
        """Forget the dead."""
        for key in [key for key, held in self._held.items() if held() is None]:
            del self._held[key]
        self._most = 2 * len(self._held) + FEW

    def __len__(self) -> int:
        """How many of its objects are alive."""
        return sum(held() is not None for held in self._held.values())
