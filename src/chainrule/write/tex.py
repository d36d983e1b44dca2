"""TeX of a statement for pages that typeset mathematics."""

from __future__ import annotations

import re

from chainrule.check.records.report import Statement

_ALIGNED = re.compile(r"(?<!\\)&|\\\\")
_ACTIVE = re.compile(r"\$|\\(href|url|require|include|class|style|cssId|data|html[A-Za-z]*)\b")


def display(tex: str) -> str:
    """The TeX on one line; alignment marks get the environment they need.

    >>> print(display("x &= 1"))
    \\begin{aligned}x &= 1\\end{aligned}
    """
    flat = " ".join(tex.split())
    return rf"\begin{{aligned}}{flat}\end{{aligned}}" if _ALIGNED.search(flat) else flat


def typesets(s: Statement) -> bool:
    """Whether a page may typeset a statement: not if it was not read, leaves mathematics, or makes links and styles."""
    return s.verdict != "unsupported" and inert(s.tex)


def inert(tex: str) -> bool:
    """Whether TeX does nothing but typeset mathematics."""
    return not _ACTIVE.search(tex)
