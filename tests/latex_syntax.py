"""What TeX would stop at, found without TeX: braces and environments that do not match, two subscripts on one atom, and
commands that no package of ours declares."""

from __future__ import annotations

import re
from functools import cache

from pylatexenc import latex2text
from pylatexenc.latexwalker import LatexWalker, LatexWalkerParseError, get_default_latex_context_db

MATH = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\$(.+?)\$|\\\((.+?)\\\)", re.DOTALL)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
OURS = frozenset(
    {
        "operatorname", "lVert", "rVert", "lvert", "rvert", "left", "right", "mathbb", "mathbf", "mathcal", "mathrm",
        "text", "tfrac", "dfrac", "frac", "odot", "oslash", "otimes", "top", "quad", "qquad", "begin", "end", "sum",
        "prod", "det", "arg", "max", "min", "partial", "nabla", "cdot", "dots", "vdots", "ldots", "hat", "tilde", "bar",
        "sqrt", "Bigl", "Bigr",
    }
)  # fmt: skip
"""Of amsmath and amssymb, beside what the library knows."""


@cache
def known() -> frozenset[str]:
    """The names of all commands that need no declaration."""
    tables = (latex2text.get_default_latex_context_db(), get_default_latex_context_db())
    return OURS | {spec.macroname for table in tables for spec in table.iter_macro_specs()}


def faults(tex: str, declared: str = "") -> list[str]:
    """What is wrong with a text in LaTeX or Markdown; the commands of `declared` are known."""
    formulas = [next(filter(None, m.groups())) for m in MATH.finditer(tex)]
    own = set(re.findall(r"\\([A-Za-z]+)", declared))
    found = [
        f"\\{c} is not declared" for f in formulas for c in re.findall(r"\\([A-Za-z]+)", f) if c not in known() | own
    ]
    return [*found, *(fault for f in formulas for fault in (*_unbalanced(f), *_scripts(f)))]


def _unbalanced(formula: str) -> list[str]:
    """Braces, `\\left` and environments."""
    found = (
        [f"{formula}: \\left and \\right"]
        if len(re.findall(r"\\left\b", formula)) != len(re.findall(r"\\right\b", formula))
        else []
    )
    try:
        LatexWalker(rf"\({formula}\)", tolerant_parsing=False).get_latex_nodes()
    except LatexWalkerParseError as error:
        found.append(f"{formula}: {error}")
    return found


def _scripts(formula: str) -> list[str]:
    """Atoms with two subscripts or two superscripts."""
    stack: list[set[str]] = [set()]
    groups, argument = list[bool](), False
    for token in TOKEN.findall(formula):
        seen = stack[-1]
        if token.isspace():
            continue
        if token in "_^'":
            sign = "^" if token == "'" else token
            if sign in seen and not (token == "^" and "'" in seen):
                return [f"{formula}: a double script at {token}"]
            seen |= {sign, token} if token != "'" else {"'"}
            argument = token != "'"
            continue
        if token == "{":
            stack.append(set())
            groups.append(argument)
            argument = False
        elif token == "}":
            if not groups:
                return [f"{formula}: a brace too many"]
            stack.pop()
            if not groups.pop():
                stack[-1] = set()
        elif argument:
            argument = False
        else:
            stack[-1] = set()
    return []
