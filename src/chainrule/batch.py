"""Many sheets in one call: whatever goes wrong with one of them is told and stays with it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from chainrule.check.engine import check_document
from chainrule.check.records.options import Options
from chainrule.check.records.report import DocumentReport, Note, Report
from chainrule.read.document import Document
from chainrule.read.load import LIMIT, InputError, from_text, load, sheets_in

STDIN = "-"
STDIN_NAME = "<stdin>"
UNABLE = 2

T = TypeVar("T")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Failure:
    """A file that could not be read or checked, and why."""

    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: error [{self.code}]: {self.message}"


@dataclass(frozen=True)
class Outcome:
    """The documents in the order named, a failed one as a document that has problems only; and what failed."""

    documents: tuple[DocumentReport | Failure, ...]
    missing_context: tuple[Failure, ...] = ()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Everything that could not be done, context first."""
        return (*self.missing_context, *(d for d in self.documents if isinstance(d, Failure)))

    @property
    def report(self) -> Report:
        """All documents that were named."""
        return Report(tuple(_document(d) for d in self.documents))

    @property
    def checked(self) -> Report:
        """The documents that could be checked."""
        return Report(tuple(d for d in self.documents if isinstance(d, DocumentReport)))

    @property
    def exit_status(self) -> int:
        """1 when something is refuted, else 2 when something failed. Without a context that was asked for: 2."""
        if self.missing_context:
            return UNABLE
        return self.checked.exit_status or (UNABLE if self.failures else 0)


def run(
    sheets: Sequence[str],
    context: Sequence[str] = (),
    options: Options | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Check files, folders and standard input (`-`) one after the other, each with all context documents."""
    around = [_guarded(path, partial(read, path)) for path in dict.fromkeys(context)]
    known = [d for d in around if isinstance(d, Document)]
    missing = tuple(replace(f, code="missing-context") for f in around if isinstance(f, Failure))
    notes = tuple(Note(f.code, f"{f.path}: {f.message}; checked without it") for f in missing)
    job = _Job(known, notes, options or Options(), progress)
    return Outcome(tuple(job.check(path) for path in _expanded(sheets)), missing)


@dataclass(frozen=True)
class _Job:
    """What is the same for every sheet of a call."""

    context: Sequence[Document]
    notes: tuple[Note, ...]
    options: Options
    progress: Progress | None

    def check(self, path: str | Failure) -> DocumentReport | Failure:
        return path if isinstance(path, Failure) else _guarded(path, partial(self._checked, path))

    def _checked(self, path: str) -> DocumentReport:
        step = partial(self.progress, path) if self.progress else None
        found = check_document(read(path), self.context, self.options, step)
        return replace(found, problems=(*self.notes, *found.problems))


def _expanded(names: Sequence[str]) -> Iterator[str | Failure]:
    """Every sheet once, in the order named; a folder stands for the sheets in it."""
    seen: set[str] = set()
    for name in names:
        for path in _sheets(name):
            if isinstance(path, Failure) or path not in seen:
                yield path
            seen.add(str(path))


def _sheets(name: str) -> list[str | Failure]:
    if name == STDIN or not _is_folder(name):
        return [name]
    found = _guarded(name, partial(sheets_in, Path(name)))
    if isinstance(found, Failure):
        return [found]
    return [str(path) for path in found] or [Failure(name, "no-sheets", "there are no sheets in this folder")]


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # too long for a name, or a null character in it: reading it says so
        return False


def read(path: str) -> Document:
    """A file, or standard input for `-`."""
    if path != STDIN:
        return load(Path(path))
    try:
        return from_text(_standard_input().decode("utf-8-sig"), STDIN_NAME)
    except UnicodeDecodeError as error:
        raise InputError("not-utf8", f"standard input is not UTF-8 text (byte {error.start})") from error


def _standard_input() -> bytes:
    content = sys.stdin.buffer.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise InputError("too-large", f"standard input has more than the limit of {LIMIT} bytes; split the document")
    return content


def _guarded(path: str, work: Callable[[], T]) -> T | Failure:
    """Do the work for one file. A defect of ours is reported with its place and never stops the other files."""
    try:
        return work()
    except InputError as error:
        return Failure(_name(path), error.code, error.message.removeprefix(f"{path}: "))
    except OSError as error:  # such as a name that is too long
        return Failure(_name(path), "unreadable-file", f"the file cannot be read ({error.strerror})")
    except Exception as error:  # noqa: BLE001 (the one boundary between a defect in one document and all the others)
        return Failure(_name(path), "internal-error", _place(error))


def _place(error: Exception) -> str:
    """Where a defect is, for a report of it: no text of the document, no traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
    return f"this is a defect of chainrule, please report it: {type(error).__name__} at {where}"


def _name(path: str) -> str:
    return STDIN_NAME if path == STDIN else path


def _document(found: DocumentReport | Failure) -> DocumentReport:
    if isinstance(found, DocumentReport):
        return found
    return DocumentReport(found.path, (), (Note(found.code, found.message),))
