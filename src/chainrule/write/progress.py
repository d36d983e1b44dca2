"""A progress bar on the error stream, for people who wait: only on a terminal, and only after a second of work."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from chainrule.write.source import clip, plain

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0


class Bar:
    """`with Bar() as bar: work(progress=bar)`, where work calls `bar(path, done, total)`."""

    def __init__(self, enabled: bool | None = None) -> None:
        self.enabled = sys.stderr.isatty() if enabled is None else enabled
        self._began = time.monotonic()
        self._progress: Progress | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._progress:
            self._progress.stop()

    def __call__(self, path: str, done: int, total: int) -> None:
        if not self.enabled or time.monotonic() - self._began < PATIENCE:
            return
        progress = self._progress or self._start()
        progress.update(progress.task_ids[0], description=clip(plain(path), 40), completed=done, total=total)

    def _start(self) -> Progress:
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._progress.add_task("", total=None)
        self._progress.start()
        return self._progress
