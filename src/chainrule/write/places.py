"""Where a statement is, in the words of other programs: relative URIs and the line hashes of code scanning."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePath
from urllib.parse import quote

HASHED = 100
END_OF_FILE = 65535


def relative(path: str, root: Path | None = None) -> str:
    """A path below the working directory as a relative path with forward slashes; others stay as they are."""
    pure = PurePath(path)
    base = root or Path.cwd()
    if pure.is_absolute() and pure.is_relative_to(base):
        pure = pure.relative_to(base)
    return pure.as_posix()


def uri(path: str, root: Path | None = None) -> str:
    """The URI reference of a path: relative where it can be, percent-encoded, never with a backslash.

    >>> uri("my notes/a#1.md")
    'my%20notes/a%231.md'
    """
    place = relative(path, root)
    if PurePath(place).is_absolute():
        return PurePath(place).as_uri()
    return quote(place, safe="/-._~()", errors="surrogateescape")


def line_hashes(text: str) -> list[str]:
    r"""The hash of every line as code scanning computes it, which follows a line when others are put above it.

    The 100 characters $c_0, c_1, \dots$ (UTF-16 units, blanks and tabs left out) from the start of a line give
    $\sum_k c_k 37^{99-k} \bmod 2^{64}$ in hexadecimal, then a colon and how often this value has occurred so far.
    """
    units, starts = _units(text)
    seen: Counter[str] = Counter()
    hashes = []
    for start in starts:
        value = 0
        for unit in units[start : start + HASHED]:
            value = value * 37 + unit
        key = format(value % 2**64, "x")
        seen[key] += 1
        hashes.append(f"{key}:{seen[key]}")
    return hashes


def _units(text: str) -> tuple[list[int], list[int]]:
    """The characters that are hashed, padded at the end, and the index at which each line begins among them."""
    data = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    packed = data.encode("utf-16-le", "surrogatepass")
    units = [packed[i] | packed[i + 1] << 8 for i in range(0, len(packed), 2)]
    starts = [0, *(i + 1 for i, unit in enumerate(units) if unit == ord("\n"))]
    return [*units, END_OF_FILE, *[0] * HASHED], starts
