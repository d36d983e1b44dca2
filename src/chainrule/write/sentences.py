"""The short sentences that several views share: counts and evidence in words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from chainrule.check.records.report import VERDICTS, DocumentReport, Evidence, Statement
from chainrule.write.values import DIGITS

PLURALS = {"definition": "definitions"}

WIDTH = 80
"""The characters of a line in a terminal."""


def summary(statements: Sequence[Statement]) -> str:
    """How many statements have each verdict.

    >>> summary([])
    'no statements'
    """
    if not statements:
        return "no statements"
    counts = ((v, sum(s.verdict == v for s in statements)) for v in VERDICTS)
    parts = [f"{n} {v if n == 1 else PLURALS.get(v, v)}" for v, n in counts if n]
    return f"{count(len(statements), 'statement')}: {', '.join(parts)}"


def total(documents: Sequence[DocumentReport]) -> str:
    """The summary of several documents."""
    return f"{count(len(documents), 'document')}, {summary([s for d in documents for s in d.statements])}"


def digits_of(found: Evidence | None) -> int:
    """How many digits a reader needs to see: all of them where printed digits are judged."""
    return 12 if found and found.method == "digits" else DIGITS


def evidence(found: Evidence) -> str:
    """What a verdict rests on.

    >>> evidence(Evidence("sampled", points=12, sizes={"n": 3, "d": 2}))
    '12 points, n=3, d=2'
    """
    words: list[str] = [found.method] if found.method != "sampled" else []
    words += [count(found.points, "point")] if found.points is not None else []
    words += [f"{name}={size}" for name, size in found.sizes.items()]
    return ", ".join(words) or found.method


def count(number: int, noun: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wrapped(words: str, first: str, others: str = "") -> str:
    """Words in lines of a terminal, the first behind some others.

    >>> wrapped("not " * 30, "note: ").count(chr(10))
    1
    """
    return fill(
        words, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )
