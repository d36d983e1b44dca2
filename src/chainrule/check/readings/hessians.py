r"""`H = \begin{pmatrix} 2 & 0 \\ 0 & 8 \end{pmatrix}` behind "the Hessian is": a claim about the one function it is of.

The name stands for what is printed all the same. Where the printed matrix is the Hessian at some point that the words
leave out, nothing is said against it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Factor, Matrix, Name, Node, Number, Product, Script
from chainrule.sheet.definitions.sites import HESSIAN_LETTERS
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.words.wording import HESSIAN

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

QUALIFIED = re.compile(
    r"\b(?:approximat\w*|initial\w*|inverse\w*|diagonal\w*|regulari[sz]\w*|damp\w*|BFGS|quasi|positive definite|add\w*"
    r"|with respect to|scaled|negative|modified|updated?|instead|keep|begin|start)\b",
    re.IGNORECASE,
)
"""What says that a matrix is not the Hessian of the function itself."""
FORMULA = re.compile(r"\$([^$]+)\$|\\\((.+?)\\\)")
PLAIN = re.compile(r"\s*\\?[A-Za-z]+\s*(?:\([^()]*\))?\s*")


def hessian(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a matrix that is printed as the Hessian; None where it may be of another function or point."""
    ref = reference(e.lhs, judge.world.glossary)
    named = ref is not None and ref.bare and ref.base.split()[-1] in HESSIAN_LETTERS
    words = f"{e.lead} {e.cue}"
    if not named or e.link or not isinstance(e.rhs, Matrix) or not HESSIAN.search(words) or QUALIFIED.search(words):
        return None
    function = _only_function(judge, e, len(e.rhs.rows))
    if function is None or not _is_of_a_function(e):
        return None
    line = replace(e, lhs=_hessian_of(e.lhs, function))
    trial = judge.with_line(line)
    found = trial.claim(line)
    if found.verdict == "refuted":
        outcome = trial.outcome(line, trial.usual(line))
        somewhere = not isinstance(outcome, Different) or outcome.left_symbols
        return None if somewhere and not _has_names(judge, e.rhs) else found
    return found if found.verdict == "verified" else None


def _is_of_a_function(e: Equation) -> bool:
    """Whether all formulas between the word and the matrix are names of functions: not the Hessian of `-f`."""
    before = e.document.text[: e.span.start]
    words = list(HESSIAN.finditer(before))
    behind = before[words[-1].end() :] if words else ""
    return all(PLAIN.fullmatch(a or b) for a, b in FORMULA.findall(behind))


def _has_names(judge: Judge, matrix: Matrix) -> bool:
    """Whether the printed matrix has names in it: then it is the Hessian at any point."""
    cells = (cell for row in matrix.rows for cell in row)
    return any(reference(n, judge.world.glossary) is not None for cell in cells for n in walk(cell))


def _only_function(judge: Judge, e: Equation, count: int) -> str | None:
    """The one function of so many arguments that the section of a line defines; if it defines none, the document."""
    functions = [s for sites in judge.world.functions.values() for s in sites if s.ref.bare and s.params is not None]
    fitting = [s for s in functions if len(s.params or ()) == count]
    found = {s.base for s in fitting if s.section == (e.scope.part, e.scope.section)} or {s.base for s in fitting}
    return next(iter(found)) if len(found) == 1 and count > 1 else None


def _hessian_of(at: Node, base: str) -> Node:
    nabla = Script(at.span, Name(at.span, "nabla"), sup=Number(at.span, "2"))
    return Product(at.span, (Factor("", nabla), Factor("", Name(at.span, base))))
