r"""Formulas between brackets alone, where a text on its way lost the backslashes of `\[..\]` and `\(..\)`.

What is copied out of a rendered chat or page through a Markdown engine keeps the signs behind the escapes: a display
stands between a line `[` and a line `]`, a formula within a sentence between parentheses, `(W \in \mathbb{R}^{2})`.

A bracket alone on its line opens nothing else in Markdown, so such a display is read wherever it stands, if TeX is in
it. Parentheses are prose as a rule; they are read only in a document that has such a display and no formula within a
line that kept its delimiters, and only if what is in them has a sign of mathematics and no two words in a row.
"""

from __future__ import annotations

import re

from chainrule.read.formulas import Formula, looks_like_tex, trimmed
from chainrule.read.tree import Span

_DISPLAY = re.compile(
    r"(?P<outer>\[[^\S\n]*\n(?P<rows>(?:(?![^\S\n]*[\[\]][^\S\n]*\n)[^\n]*\S[^\n]*\n)+?)[^\S\n]*\]"
    r"|\[[^\S\n](?P<row>[^\n]{1,1000}[^\S\n])\])[^\S\n]*(?=\n|\Z)"
)
_KEPT = re.compile(r"\\\(|\$")
_PARENTHESIS = re.compile(r"[()\n]")
_REACH = 300
_WRITTEN = re.compile(r"\\[A-Za-z]+(?:\s*\{[^{}]*\})?|[_^]\{[^{}]*\}")
_WORDS = re.compile(r"[^\W\d_]{2,}[,.;:]?\s+[^\W\d_]{2,}")
MESSAGE = r"the backslashes of \[ and \( are lost here; formulas are read between the brackets that are left"


def bare_display(text: str, start: int) -> Formula | None:
    r"""The display whose bracket stands at an offset, alone on its line or around all of it.

    >>> bare_display("[\n\\frac{a}{b} = 1\n]\n", 0).inner, bare_display("[a link]\n", 0)
    (Span(start=2, end=17), None)
    """
    found = _DISPLAY.match(text, start)
    if not found:
        return None
    inner = trimmed(text, *found.span("row" if found["row"] else "rows"))
    if not looks_like_tex(text[inner.start : inner.end]):
        return None
    return Formula(Span(*found.span("outer")), inner, True)


def lost_parentheses(text: str) -> bool:
    """Whether parentheses of a document may be formulas: it has a bare display, and no delimiter of inline formulas."""
    return not _KEPT.search(text) and any(
        bare_display(text, found.end() - 1) for found in re.finditer(r"^[^\S\n]*\[", text, re.M)
    )


def bare_inline(text: str, start: int) -> Formula | None:
    r"""The formula between the parentheses that open at an offset.

    >>> bare_inline("(w_1 = f(2)) or", 0).inner, bare_inline("(see below)", 0)
    (Span(start=1, end=11), None)
    """
    depth = 0
    for found in _PARENTHESIS.finditer(text, start, start + _REACH):
        if found.group() == "\n":
            return None
        depth += 1 if found.group() == "(" else -1
        if depth == 0:
            inner = trimmed(text, start + 1, found.start())
            inside = text[inner.start : inner.end]
            if not looks_like_tex(inside) or _WORDS.search(_WRITTEN.sub(" ", inside)):
                return None
            return Formula(Span(start, found.end()), inner, False)
    return None
