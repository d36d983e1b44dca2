"""One object for equal things: tables that hold what is in use, and forget the rest.

A key may name the parts of an object by their `id`: as long as the object lives its parts do, and nothing else has
their id; when it is dead its entry says so, whatever has got their id since. So a key keeps nothing alive. Entries of
the dead are swept when there are as many as of the living.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
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
        self.held: dict[Hashable, ref[T]] = {}
        """What is under each key, dead or alive."""
        self._most = FEW

    def known(self, key: Hashable) -> T | None:
        """The object under the key."""
        held = self.held.get(key)
        return None if held is None else held()

    def put(self, key: Hashable, made: T) -> T:
        """The living object under the key, which is from now on the one just made where there was none."""
        mine, table = ref(made), self.held
        held = table.setdefault(key, mine)  # one step: no other thread comes between
        if held is mine:
            if len(table) > self._most:
                self._sweep()
            return made
        with LOCK:
            found = table.get(key, held)()
            if found is None:
                table[key], found = mine, made
        return found

    def _sweep(self) -> None:
        """Forget the dead."""
        with LOCK:
            for key in [key for key, held in list(self.held.items()) if held() is None]:
                del self.held[key]
            self._most = 2 * len(self.held) + FEW

    def __len__(self) -> int:
        """How many of its objects are alive."""
        return sum(held() is not None for held in list(self.held.values()))
