"""One object for equal things: tables that hold what is in use and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import ref

T = TypeVar("T")
LOCK = threading.RLock()


class _Held(ref[T]):
    """A weak reference that knows the key it stands under."""

    __slots__ = ("key",)
    key: Hashable


class Table(Generic[T]):
    """From keys to the objects in use. Two objects are the same exactly if they are equal, so that what is made of them
    is compared and hashed by identity."""

    def __init__(self) -> None:
        self._held = held = dict[Hashable, _Held[T]]()

        def forget(gone: _Held[T], lock: threading.RLock = LOCK) -> None:
            """The object is gone; another one may stand under its key by now."""
            with lock:
                if held.get(gone.key) is gone:
                    del held[gone.key]

        self._forget = forget

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
                held = self._held[key] = _Held(found, self._forget)
                held.key = key
            return found
