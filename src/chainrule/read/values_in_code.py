r"""Values in code: a fence without a language whose lines give names their values and do nothing else.

    x₁ = 30
    η (learning rate) = 0.01

Such lines are formulas that an author set in code for its typeface. A line with words beside its name is let be.
"""

from __future__ import annotations

import re

from chainrule.read.tree import Span

_NUMBER = r"[-+−]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
_TICKS = re.compile(r"^[^\S\n]*(?:```|~~~)", re.M)
_VALUE = re.compile(
    rf"[^\S\n]*(?P<value>[^\W\d_](?:_\w|_\{{\w+\}}|[₀-₉]+)?[^\S\n]*(?P<words>\([^()\n]*\)[^\S\n]*)?=[^\S\n]*{_NUMBER})"
    r"[^\S\n]*(?:\n|\Z)"
)


def values_in_code(text: str, start: int, end: int) -> list[Span]:
    """The lines of a fence without a language that gives names their values and does nothing else: `x₁ = 3`."""
    lines: list[Span] = []
    while start < end:
        line = _VALUE.match(text, start, end)
        if line is None and text[start:end].partition("\n")[0].strip():
            return []
        if line is not None and line["words"] is None:
            lines.append(Span(*line.span("value")))
        start = line.end() if line is not None else text.find("\n", start, end) + 1 or end
    return lines


def in_code(text: str, place: int) -> bool:
    """Whether a place of a text lies in a fence."""
    return len(_TICKS.findall(text, 0, place)) % 2 == 1
