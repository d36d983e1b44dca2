"""One object for equal things: tables that hold what is in use, and forget the rest.

A key is made of the parts of an object, which live as long as it does; when it dies its entry goes, and with it the
key. So a table keeps nothing alive, and is never larger than what is in use.
"""

from __future__ import annotations

import threading
from _weakref import _remove_dead_weakref  # type: ignore[attr-defined]
from collections.abc import Hashable
from typing import Any, Generic, TypeVar
from weakref import ref

T = TypeVar("T")
LOCK = threading.RLock()


class Held(ref):  # type: ignore[type-arg]
    """What a table holds of an object: a weak reference that knows its key."""

    __slots__ = ("key",)
    key: Hashable


class Table(Generic[T]):
    """From keys to the objects in use. Two objects are the same exactly if they are equal, so that what is made of them
    is compared and hashed by identity."""

    def __init__(self) -> None:
        held: dict[Hashable, Any] = {}
        self.held = held
        """What is under each key; dead only for the moment until its entry goes."""

        def forget(dead: Held, remove: Any = _remove_dead_weakref) -> None:
            remove(held, dead.key)  # in one step, and only if no other object is under the key by now

        self._forget = forget

    def put(self, key: Hashable, made: T) -> T:
        """The living object under the key, which is from now on the one just made where there was none."""
        mine = Held(made, self._forget)
        mine.key = key
        held = self.held.setdefault(key, mine)  # one step: no other thread comes between
        if held is mine:
            return made
        with LOCK:
            found: T | None = self.held.get(key, held)()
            if found is None:
                self.held[key], found = mine, made
        return found

    def __len__(self) -> int:
        """How many of its objects are alive."""
        return sum(held() is not None for held in list(self.held.values()))
