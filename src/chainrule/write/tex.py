"""TeX of a statement for pages that typeset mathematics."""

from __future__ import annotations

import re

from chainrule.check.records.report import Statement
from chainrule.derive.names import GREEK_LETTERS

_ALIGNED = re.compile(r"(?<!\\)&|\\\\")
_ACCENTED = re.compile(r"\\mathrm\{([^{}]*[^\x00-\x7f][^{}]*)\}")
_ACTIVE = re.compile(r"\$|\\(href|url|require|include|class|style|cssId|data|html[A-Za-z]*)\b")


def display(tex: str) -> str:
    """The TeX on one line; alignment marks get the environment they need.

    >>> print(display("x &= 1"))
    \\begin{aligned}x &= 1\\end{aligned}
    """
    flat = " ".join(tex.split())
    return rf"\begin{{aligned}}{flat}\end{{aligned}}" if _ALIGNED.search(flat) else flat


def in_print(tex: str) -> str:
    r"""TeX for LaTeX itself, whose blackboard bold has no digits and prints another sign for `\mathbb{1}`: a bold 1.
    Letters with accents are unknown to its mathematics.

    >>> print(in_print(r"\mathbb{1}[x > 0] \mathrm{größe}"))
    \mathbf{1}[x > 0] \text{größe}
    """
    return _ACCENTED.sub(r"\\text{\1}", tex.replace(r"\mathbb{1}", r"\mathbf{1}"))


_IN_WORDS = {c: f"\\{c}" for c in "_#%&${}"} | {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


def in_words(text: str) -> str:
    r"""A sentence for LaTeX, with the signs that mean something to it, and Greek letters as formulas.

    >>> print(in_words("s_out is a vector, θ a scalar"))
    s\_out is a vector, $\theta$ a scalar
    """
    written = _IN_WORDS | {letter: rf"$\{name}$" for letter, name in GREEK_LETTERS.items()}
    return "".join([written.get(c, c) for c in text])


def typesets(s: Statement) -> bool:
    """Whether a page may typeset a statement: not if it was not read, leaves mathematics, or makes links and styles."""
    return s.verdict != "unsupported" and inert(s.tex)


def inert(tex: str) -> bool:
    """Whether TeX does nothing but typeset mathematics."""
    return not _ACTIVE.search(tex)
