r"""Equations in an array, `\begin{array}{rcl} a & = & b \\ ... \end{array}`: aligned rows, as people wrote them before
there were environments for them. A matrix has no entry that begins with a relation sign.
"""

from __future__ import annotations

from itertools import pairwise

from chainrule.read.tokens import Token

ARRAY, ALIGNED = "array", "aligned"
_OPEN, _CLOSE = frozenset(["open", "left", "{"]), frozenset(["close", "right", "}"])


def with_equations(tokens: list[Token]) -> list[Token]:
    """The tokens with such arrays, where no fence stands around them, as aligned rows."""
    renamed: set[int] = set()
    begins: list[int] = []
    fences = 0
    for i, token in enumerate(tokens):
        fences += (token.kind in _OPEN) - (token.kind in _CLOSE)
        if token.kind == "begin":
            begins.append(i)
        elif token.kind == "end" and begins:
            start = begins.pop()
            if not begins and not fences and token.text == ARRAY and _has_equations(tokens[start + 1 : i]):
                renamed |= {start, i}
    return [t._replace(text=ALIGNED) if i in renamed else t for i, t in enumerate(tokens)] if renamed else tokens


def _has_equations(tokens: list[Token]) -> bool:
    """Whether a cell of the outermost level begins with a relation sign."""
    depth = 0
    for before, token in pairwise(tokens):
        depth += (before.kind in {"begin", *_OPEN}) - (before.kind in {"end", *_CLOSE})
        if depth == 0 and before.kind == "&" and token.kind == "rel":
            return True
    return False
