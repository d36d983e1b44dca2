r"""What preambles commonly define: the macros of a document that lost its own.

A fragment of a LaTeX document often comes without its preamble. A control word that neither it nor TeX defines then
means what almost every preamble means by it. In the notation of many papers `\vx` is a vector, `\mA` a matrix,
`\evx` and `\emA` their elements, `\rvx` a random vector.

>>> COMMON_MACROS["vx"].body, COMMON_MACROS["mX"].body, COMMON_MACROS["thetav"].body
('\\mathbf{x}', '\\mathbf{X}', '\\mathbf{\\theta }')
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from chainrule.read.document import Macro
from chainrule.read.symbols import COMMANDS, GREEK

_SMALL: Final = (*ascii_lowercase, *(g for g in sorted(GREEK) if g[0].islower()))
_CAPITAL: Final = (*ascii_uppercase, *(g for g in sorted(GREEK) if g[0].isupper()))
_LETTERS: Final = (*_SMALL, *_CAPITAL)
_BOLD: Final = r"\mathbf{%s}"

_MARKS: Final = (
    (("b", "bm", "bf"), _LETTERS, _BOLD),
    (("v", "vec"), _SMALL, _BOLD),
    (("m", "mat"), _CAPITAL, _BOLD),
)
r"""Marks of a typeface before a letter or after a Greek one (`\bx`, `\thetab`), which letters, what they stand for."""
_PREFIXES: Final = (("rv", _SMALL, _BOLD), ("rm", _CAPITAL, _BOLD), ("ev", _SMALL, "%s"), ("em", _CAPITAL, "%s"))
"""Marks that stand before a letter only."""
_ACCENTS: Final = ("hat", "tilde", "bar")
r"""Accents in words before or after a letter: `\xhat`, `\barx`, `\betahat`; an h before a Greek letter is a hat."""


def _letter_macros() -> Iterator[tuple[str, str]]:
    for marks, letters, body in _MARKS:
        for x in letters:
            for mark in marks:
                yield mark + x, body % _tex(x)
                if len(x) > 1:  # whether `\xv` wears a mark, `lost` decides by its fellows
                    yield x + mark, body % _tex(x)
    for mark, letters, body in _PREFIXES:
        yield from ((mark + x, body % _tex(x)) for x in letters)
    for x in _LETTERS:
        for accent in _ACCENTS:
            yield from ((word, rf"\{accent}{{{_tex(x)}}}") for word in (x + accent, accent + x))
        if len(x) > 1:
            yield "h" + x, rf"\hat{{{_tex(x)}}}"


def _tex(letter: str) -> str:
    return letter if len(letter) == 1 else f"\\{letter} "


_PLAIN: Final = {
    **dict.fromkeys(("R", "RR", "Reals", "reals"), r"\mathbb{R}"),
    **dict.fromkeys(("E", "EE"), r"\mathbb{E}"),
    **dict.fromkeys(("T", "transpose"), r"\top "),
    **dict.fromkeys(("one", "ones", "vone", "bone"), r"\mathbf{1}"),
    **dict.fromkeys(("zero", "zeros", "vzero", "bzero"), r"\mathbf{0}"),
    **dict.fromkeys(("Eq", "eq", "equals"), "="),
    **dict.fromkeys(("defeq", "eqdef", "defn"), ":="),
    "N": r"\mathbb{N}",
    **dict.fromkeys(("dotproduct", "dotprod"), r"\cdot "),
    "half": r"\frac{1}{2}",
    "eps": r"\epsilon ",
    "given": r"\mid ",
    "grad": r"\nabla ",
    "eye": "I",
}
_WITH_ARGUMENTS: Final = {
    **dict.fromkeys(("norm", "Norm"), (1, r"\left\Vert #1\right\Vert ")),
    **dict.fromkeys(("inner", "ip"), (2, r"\left\langle #1,#2\right\rangle ")),
    **dict.fromkeys(("vect", "vct", "bvec", "matr", "mtx"), (1, r"\mathbf{#1}")),
    **dict.fromkeys(
        ("pd", "pdv", "pder", "pderiv", "pdiff", "parder", "partialderiv"), (2, r"\frac{\partial #1}{\partial #2}")
    ),
    "abs": (1, r"\left|#1\right|"),
    "set": (1, r"\left\{#1\right\}"),
    "dv": (2, r"\frac{d #1}{d #2}"),
    "indicator": (1, r"\mathbb{1}[#1]"),
}

COMMON_MACROS: Final[dict[str, Macro]] = {
    name: Macro(name, arity, body)
    for name, (arity, body) in {
        **{name: (0, body) for name, body in (*_letter_macros(), *_PLAIN.items())},
        **_WITH_ARGUMENTS,
    }.items()
    if name not in COMMANDS and name not in ("lb", "rb")  # these open and close brackets
}
"""Macros whose meaning is the same in almost every preamble."""
