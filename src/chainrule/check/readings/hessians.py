r"""`H = \begin{pmatrix} 2 & 0 \\ 0 & 8 \end{pmatrix}` behind "the Hessian is": a claim about the one function it is of.

The name stands for what is printed all the same. Where the printed matrix is the Hessian at some point that the words
leave out, nothing is said against it. "The gradient is $g = A x - b$" and "the Jacobian is $J = A$" are verified where
they are those of the one function with one argument, and are names for something else where not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Factor, Fenced, Fraction, Matrix, Name, Node, Number, Product, Script
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
SLOPE_WORD = re.compile(r"\b(?:gradient|derivative|jacobian|hessian)\b", re.IGNORECASE)
SLOPE = re.compile(
    r"\b(?:the|its|whose|a)\s+(?:\w+\s+)?(?P<what>gradient|derivative|jacobian|hessian)(?:\s+(?:matrix|vector))?"
    r"(?:\s+of\s+(?:the\s+function\s+)?⟦\d+⟧)?\s+(?:(?:then|simply|just|thus|therefore)\s+)?(?:is|equals|becomes|reads)"
    r"(?:\s+(?:then|simply|just|thus|therefore|given\s+by|the\s+\w+))*\s*:?\s*\Z",
    re.IGNORECASE,
)
"""Words right before a formula that call it a derivative."""
FORMULA = re.compile(r"\$([^$]+)\$|\\\((.+?)\\\)")
PLAIN = re.compile(r"\s*\\?[A-Za-z]+\s*(?:\([^()]*\))?\s*")


def hessian(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a matrix that is printed as the Hessian; None where it may be of another function or point."""
    ref = reference(e.lhs, judge.world.glossary)
    named = ref is not None and ref.bare and ref.base.split()[-1] in HESSIAN_LETTERS
    words = f"{e.lead} {e.cue}"
    if not named or e.link or not isinstance(e.rhs, Matrix) or not HESSIAN.search(words) or QUALIFIED.search(words):
        return None
    function = _only_function(judge, e, len(e.rhs.rows)) if len(e.rhs.rows) > 1 else None
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


def said_slope(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a formula that the words right before it call a gradient, a Jacobian or a Hessian."""
    ref, said = reference(e.lhs, judge.world.glossary), SLOPE.search(e.cue or e.lead)
    if said is None or ref is None or not ref.bare or e.link or QUALIFIED.search(said[0]):
        return None
    base = _only_function(judge, e, 1)
    if base is None or not _is_of_a_function(e, SLOPE_WORD):
        return None
    line = replace(e, lhs=_slope_of(judge, e.lhs, base, said["what"].lower()))
    found = judge.with_line(line).claim(line)
    return replace(found, suggestion=None) if found.verdict == "verified" else None


def _slope_of(judge: Judge, at: Node, base: str, what: str) -> Node:
    """The derivative of a function by its argument, as the words name it."""
    site = judge.world.functions[base][0]
    assert site.params is not None
    if what.startswith("hess"):
        return _hessian_of(at, base)
    call = (Factor("", Name(at.span, base)), Factor("", Fenced(at.span, "(", site.params[0], ")")))
    if what.startswith("jacob"):
        partial = Factor("", Name(at.span, "partial"))
        by = Product(at.span, (partial, Factor("", site.params[0])))
        return Fraction(at.span, Product(at.span, (partial, *call)), by)
    nabla = Script(at.span, Name(at.span, "nabla"), sub=site.params[0])
    return Product(at.span, (Factor("", nabla), *call))


def _is_of_a_function(e: Equation, words_for: re.Pattern[str] = HESSIAN) -> bool:
    """Whether all formulas between the word and the matrix are names of functions: not the Hessian of `-f`."""
    before = e.document.text[: e.span.start]
    words = list(words_for.finditer(before))
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
    return next(iter(found)) if len(found) == 1 else None


def _hessian_of(at: Node, base: str) -> Node:
    nabla = Script(at.span, Name(at.span, "nabla"), sup=Number(at.span, "2"))
    return Product(at.span, (Factor("", nabla), Factor("", Name(at.span, base))))
