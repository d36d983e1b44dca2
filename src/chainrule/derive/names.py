r"""Names in Python and in TeX: `W1` is W_{1}, `y_hat` is \hat{y}, `lam` is \lambda, and back."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Phi", "Psi", "Omega",
})  # fmt: skip
_SHORT = {"lam": "lambda", "lmbda": "lambda", "lambda_": "lambda", "eps": "epsilon"}
GREEK_LETTERS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
"""Letters of names in Python, as TeX spells them."""
_ACCENTS = frozenset({
    "hat", "tilde", "bar", "dot", "check", "vec", "widehat", "widetilde", "overline", "underline",
})  # fmt: skip
_STYLES = frozenset({
    "mathbf", "boldsymbol", "bm", "mathrm", "mathit", "mathsf", "mathtt", "mathcal", "mathbb", "mathfrak", "mathscr",
    "text", "textbf", "textrm", "operatorname", "left", "right", "bf", "rm", "cal", "it",
})  # fmt: skip
_SIGNS = {"'": "prime", "*": "star", "ast": "star", "star": "star"}


def tex_name(name: str) -> str:
    r"""TeX of a Python name.

    >>> tex_name("W1"), tex_name("lam"), tex_name("s_out"), tex_name("y_hat"), tex_name("θ")
    ('W_{1}', '\\lambda', 's_{out}', '\\hat{y}', '\\theta')
    """
    if len(name) == 1 and name.isascii():
        return name
    head, _, tail = name.rstrip("_").partition("_")
    digits = head.rstrip("0123456789")
    if digits and digits != head:
        head, tail = digits, head[len(digits) :] + tail
    head = _SHORT.get(head) or GREEK_LETTERS.get(head, head)
    written = rf"\{head}" if head in GREEK else head if len(head) == 1 else rf"\mathrm{{{head}}}"
    tail = "".join([rf"\{GREEK_LETTERS[c]} " if c in GREEK_LETTERS else c for c in tail]).rstrip()
    if tail == "hat":
        return rf"\hat{{{written}}}"
    return f"{written}_{{{tail.replace('_', ' ')}}}" if tail else written


def python_name(tex: str) -> str:
    r"""A Python name for a name in TeX; what is no name in TeX is a Python name already.

    >>> python_name(r"W_{1}"), python_name(r"\lambda"), python_name(r"\mathbf{s}_{\text{out}}"), python_name(r"\hat y")
    ('W1', 'lam', 's_out', 'y_hat')
    """
    if tex.isidentifier():
        tex = tex_name(tex)
    words = re.findall(r"[^\W\d_]+|\d+|'|\*", tex)
    core = [_SIGNS.get(w, w) for w in words if w not in _ACCENTS | _STYLES]
    first, *rest = [*core, *(w for w in words if w in _ACCENTS)] or ["x"]
    found = ("lam" if first == "lambda" else first) + "".join(w if w.isdigit() else f"_{w}" for w in rest)
    found = found if found[0].isalpha() else f"x{found}"
    return f"{found}_" if keyword.iskeyword(found) else found


def told_apart(names: Iterable[str]) -> list[str]:
    """The names with underscores behind those that an earlier one has already."""
    found: dict[str, None] = {}
    for name in names:
        while name in found:
            name += "_"
        found[name] = None
    return list(found)
