r"""TeX as one line for a terminal: `\frac{\partial L}{\partial W} = \delta x^T` reads `∂L/∂W = δ xᵀ`.

For the eye only: the record always has the TeX of the author. Groups are rewritten from the inside out, row by row of
a table; what no row knows stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from chainrule.read.symbols import COMBINING, SUBSCRIPTS, SUPERSCRIPTS

_By = str | Callable[[re.Match[str]], str]

LIMIT = 4000  # characters: longer TeX is shown as it is
ROUNDS = 60  # as deep as the grammar reads

_LETTERS = """alpha α  beta β  gamma γ  delta δ  epsilon ϵ  varepsilon ε  zeta ζ  eta η  theta θ  vartheta ϑ  iota ι
    kappa κ  lambda λ  mu μ  nu ν  xi ξ  pi π  rho ρ  sigma σ  tau τ  upsilon υ  phi ϕ  varphi φ  chi χ  psi ψ  omega ω
    Gamma Γ  Delta Δ  Theta Θ  Lambda Λ  Xi Ξ  Pi Π  Sigma Σ  Upsilon Υ  Phi Φ  Psi Ψ  Omega Ω  ell ℓ  hbar ℏ"""
_SIGNS = """partial ∂  nabla ∇  sum ∑  prod ∏  int ∫  infty ∞  cdot ·  times ×  circ ∘  odot ⊙  otimes ⊗  pm ±  mp ∓
    leq ≤  le ≤  geq ≥  ge ≥  neq ≠  ne ≠  approx ≈  sim ∼  propto ∝  equiv ≡  in ∈  notin ∉  subset ⊂  to →
    rightarrow →  mapsto ↦  Rightarrow ⇒  implies ⇒  iff ⇔  forall ∀  exists ∃  dots …  ldots …  cdots …  vdots …
    top T  intercal T  mid |  vert |  lvert |  rvert |  Vert ‖  lVert ‖  rVert ‖  langle ⟨  rangle ⟩  ast *  star ⋆
    prime ′  oslash ⊘"""
_PAIRS = (_LETTERS + " " + _SIGNS).split()
WORDS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_FUNCTIONS = "sin|cos|tan|sinh|cosh|tanh|arcsin|arccos|arctan|exp|log|ln|max|min|argmax|argmin|det|dim|ker|lim|sup|inf"
_BLACKBOARD = dict(zip("RNZQCE1P", "ℝℕℤℚℂ𝔼𝟙ℙ", strict=True))
_RAISED = {plain: sign for sign, plain in SUPERSCRIPTS.items()}
_LOWERED = {plain: sign for sign, plain in SUBSCRIPTS.items()}
_ACCENTS = {name: mark for mark, name in COMBINING.items()} | {"widehat": "\u0302", "overline": "\u0305"}
_OPEN, _CLOSE, _UP, _DOWN, _BREAK = "\x01\x02\x03\x04\x05"  # what no row may take for structure any more
_MEANT = str.maketrans({_OPEN: "{", _CLOSE: "}", _UP: "^", _DOWN: "_", _BREAK: " "})

_LOOSE_ABOVE = rf"[-+=,±]|\b(?:{_FUNCTIONS})\s+[^(\s]"
_LOOSE_BELOW = r"[-+=,±/·×∘⊙\s]"
_SEVERAL = r"[^\s]\s*[^\s]"
_CLOSED = re.compile(r"\([^()]*\)|‖[^‖]*‖\s*[²³]?|√\([^()]*\)|√\w")
_BOLD = {"0": "𝟎", "1": "𝟏"}
"""Vectors of zeros and ones."""
_AFTER_FUNCTION = re.compile(rf"\b(?:{_FUNCTIONS})$")
_ARGUMENT = r"\s*(?:\{([^{}]*)\}|([^\s{}\\^_]))"
_BODY = r"((?:(?!\\begin|\\end).)*)"


def readable(tex: str) -> str:
    r"""TeX as a person would type it into a message.

    >>> print(readable(r"\frac{\partial L}{\partial W} = V^T (o - t)"))
    ∂L/∂W = Vᵀ (o - t)
    >>> print(readable(r"p_i = \frac{e^{z_i}}{\sum_{j=1}^{k} e^{z_j}}"))
    pᵢ = e^zᵢ/(∑_(j=1)ᵏ e^zⱼ)
    """
    if len(tex) > LIMIT:
        return tex
    text = tex.replace("\\\\", _BREAK).replace(r"\{", _OPEN).replace(r"\}", _CLOSE)
    for pattern, by in _ONCE:
        text = pattern.sub(by, text)
    for _ in range(ROUNDS):
        before = text
        for pattern, by in _INSIDE_OUT:
            text = pattern.sub(by, text)
        if text == before:
            break
    for pattern, by in _TIDY:
        text = pattern.sub(by, text)
    return unicodedata.normalize("NFC", " ".join(text.translate(_MEANT).split()))


def _first(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")


def _word(match: re.Match[str]) -> str:
    return WORDS.get(match[1], match[0])


def _matrix(match: re.Match[str]) -> str:
    rows = (re.sub(r"\s*&\s*", "  ", row.strip()) for row in match[2].split(_BREAK))
    return f"[{'; '.join(row for row in rows if row)}]"


def _cases(match: re.Match[str]) -> str:
    rows = (re.sub(r"[\s,]*&\s*", " if ", row.strip()) for row in match[1].split(_BREAK))
    return f"{_OPEN}{'; '.join(row for row in rows if row)}{_CLOSE}"


def _fraction(match: re.Match[str]) -> str:
    above = match[1] if match[1] is not None else match[2]
    below = match[3] if match[3] is not None else match[4]
    quotient = f"{_grouped(above, _LOOSE_ABOVE)}/{_grouped(below, _LOOSE_BELOW)}"
    before = match.string[: match.start()].rstrip()
    if before.endswith(("^", "_")):
        return f"{{{quotient}}}"
    close = _scripted(match) or before.endswith("/") or _AFTER_FUNCTION.search(before)
    return f" ({quotient})" if close else f" {quotient} "


def _group(match: re.Match[str]) -> str:
    """Braces that only hold together: parentheses where a script follows."""
    return _grouped(match[1], _SEVERAL) if _scripted(match) else match[1]


def _root(match: re.Match[str]) -> str:
    root = f"√{_grouped(_first(match), _SEVERAL)}"
    return f"({root})" if _scripted(match) else f"{root} "


def _scripted(match: re.Match[str]) -> bool:
    return match.string[match.end() :].lstrip().startswith(("^", "_"))


def _grouped(part: str, loose: str) -> str:
    """A part in parentheses where it would fall apart without them."""
    part = part.strip()
    closed = _CLOSED.fullmatch(part)
    return part if closed or not re.search(loose, part) else f"({part})"


def _script(sign: str, small: dict[str, str]) -> Callable[[re.Match[str]], str]:
    def write(match: re.Match[str]) -> str:
        part = _first(match).strip()
        if part and len(part.strip("()")) <= 2 and all(c in small for c in part):
            return "".join(small[c] for c in part)
        if re.fullmatch(r"\([^()]*\)|\[[^\[\]]*\]", part):
            return f"{sign}{part}"
        if not re.fullmatch(r"\w+|['′*]+", part):
            return f"{sign}({part})"
        return f"{sign}{part} " if re.match(r"\w", match.string[match.end() :]) else f"{sign}{part}"

    return write


def _accent(match: re.Match[str]) -> str:
    part = match[2] if match[2] is not None else match[3]
    return part + _ACCENTS[match[1]] if len(part) == 1 else f"{match[1]}({part})"


def _blackboard(match: re.Match[str]) -> str:
    return _BLACKBOARD.get(_first(match), _first(match))


def _rows(*rows: tuple[str, _By]) -> tuple[tuple[re.Pattern[str], _By], ...]:
    return tuple((re.compile(pattern, re.S), by) for pattern, by in rows)


_ONCE = _rows(
    (r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nonumber|notag)(?![A-Za-z])\.?", ""),
    (r"\\(?:[,;:! ]|quad|qquad|enspace|thinspace)(?![A-Za-z])|~", " "),
    (r"\\\|", "‖"),
    (r"\\(?:mathbf|boldsymbol|bm)\s*(?:\{([01])\}|([01]))", lambda m: _BOLD[_first(m)]),
    (r"\\arg\s*\\(max|min)(?![A-Za-z])", r"arg\1 "),
    (rf"\\({_FUNCTIONS})(?![A-Za-z])", r" \1 "),
    (r"\\(?:partial|nabla|Delta)(?![A-Za-z])\s*(?=[A-Za-z\\{])", lambda m: WORDS[m[0].strip()[1:]]),
    (r"\\([A-Za-z]+)", _word),
)
_INSIDE_OUT = _rows(
    (rf"\\begin\s*\{{((?:[pbBvV]|small)?matrix)\}}{_BODY}\\end\s*\{{\1\}}", _matrix),
    (rf"\\begin\s*\{{[dr]?cases\}}{_BODY}\\end\s*\{{[dr]?cases\}}", _cases),
    (rf"\\mathbb{_ARGUMENT}", _blackboard),
    (
        rf"\\(?:math(?:rm|bf|it|sf|cal|scr|frak)|text(?:rm|bf|it)?|operatorname\*?|boldsymbol|bm|mbox){_ARGUMENT}",
        _first,
    ),
    (rf"\\({'|'.join(_ACCENTS)}){_ARGUMENT}", _accent),
    (rf"\\sqrt{_ARGUMENT}", _root),
    (rf"\\[dtc]?frac{_ARGUMENT}{_ARGUMENT}", _fraction),
    (rf"(?<![}}\s])\s*\^{_ARGUMENT}", _script(_UP, _RAISED)),
    (rf"(?<![}}\s])\s*_{_ARGUMENT}", _script(_DOWN, _LOWERED)),
    (r"(?<![A-Za-z\]\\}^_])\{([^{}\\]*)\}", _group),
)
_TIDY = _rows(
    (r"(?<!\\)&", " "),
    (r"\s+", " "),
    (r" if (?=otherwise|else|if )", " "),
    (r"(?<=[(\[]) | (?=[)\],;])", ""),
    (r"‖ ?([^‖]*?) ?‖", r"‖\1‖"),
    (r"\|\s+(det\b)", r"|\1"),
    (r"(^|[(\[,=] ?|if )- (?=\S)", r"\1-"),
    (r"\b(" + _FUNCTIONS + r") \(", r"\1("),
)
