r"""Formulas that words call a derivative, `H = \begin{pmatrix} 2 & 0 \\ 0 & 8 \end{pmatrix}` behind "the Hessian is":
claims about the function that they are of.

The name stands for what is written all the same. The function is the one that the words name, else the last one before
the line. Where another may be meant, or where printed numbers are those of some point that the words leave out, nothing
is said against a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Factor, Fenced, Fraction, Matrix, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.definitions.maps import HESSIAN_LETTERS
from chainrule.sheet.definitions.redefine import behind
from chainrule.sheet.records.sites import Called
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.syntax.spelling import look
from chainrule.sheet.words.called_slopes import OF_A_FUNCTION, QUALIFIED
from chainrule.sheet.words.wording import HESSIAN

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

FORMULA = re.compile(r"\$([^$]+)\$|\\\((.+?)\\\)")
ENDED = re.compile(
    r"(?:[\s$.,;:&}]|\\[\])!,;: ]|\\q?quad|\\end\{\w+\*?\}|<!--(?:(?!-->).)*-->)*(?:\Z|\n|(?<=[.;:])|[A-Z#*>-]"
    r"|and\b)"
)
ABSORBED = re.compile(
    r"\b(?:factors?|constants?|absorb\w*|drop\w*|ignor\w*|omit\w*|neglect\w*|scal\w+|proportional|up to)\b", re.I
)
"""Words around a formula that leave out a factor of it."""
LOSSES = frozenset({"loss", "cost", "objective", "error", "risk", "criterion"})
PLAIN = re.compile(r"\s*\\?[A-Za-z]+\s*(?:\([^()]*\))?\s*")


@dataclass(frozen=True)
class Meant:
    """What is differentiated by what, all its arguments if by nothing; whether no other function can be meant."""

    function: Node
    by: Node | None
    certain: bool


def said_slope(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a formula that the words right before it call a gradient, a Jacobian or a Hessian."""
    ref, called = reference(e.lhs, judge.world.glossary), _called(judge, e)
    if called is None or ref is None or not ref.bare or e.link:
        return None
    meant = _meant(judge, e, called)
    if meant is None:
        return None
    line = replace(e, lhs=_slope_of(called.what, meant))
    trial = judge.with_line(line)
    found = trial.claim(line)
    judge.said[e.position] = line
    if found.verdict == "verified":
        return replace(found, suggestion=None)
    slip = found.suggestion is not None and found.code not in ("shape", "transposed")
    printed = called.what == "hessian" and isinstance(e.rhs, Matrix)
    wrong = found.verdict == "refuted" and meant.certain and (slip or printed) and _ends_its_sentence(e)
    return found if wrong and not _somewhere(trial, line) else None


def _called(judge: Judge, e: Equation) -> Called | None:
    """What words call a formula; any that speak of the Hessian call a matrix under its letter one."""
    called = judge.world.called.get(e.position)
    if called is not None:
        return called
    ref = reference(e.lhs, judge.world.glossary)
    named = ref is not None and ref.bare and ref.base.split()[-1] in HESSIAN_LETTERS and isinstance(e.rhs, Matrix)
    words = f"{e.lead} {e.cue}"
    if not named or not HESSIAN.search(words) or QUALIFIED.search(words) or not _is_of_a_function(e):
        return None
    return Called("hessian", None, None, ())


def _meant(judge: Judge, e: Equation, called: Called) -> Meant | None:
    """The function that a formula is called the derivative of, as the words or the lines before say it."""
    before = [x for x in judge.equations if x.position < e.position and not x.link and x.op in ("=", ":=")]
    if called.of is not None:
        of = reference(_callee(called.of.first if isinstance(called.of, Relation) else called.of), judge.world.glossary)
        named = ((x, reference(_callee(x.lhs), judge.world.glossary)) for x in reversed(before))
        same = (x for x, r in named if of is not None and r is not None and r.key == of.key)
        return next((_whole(x, called, True) for x in same), None)
    applied = [x for x in before if _word_of(x) in called.nouns]
    if applied:
        return _whole(applied[-1], called, len(applied) == 1)
    if not OF_A_FUNCTION.issuperset(called.nouns):
        return None
    variable = reference(called.by, judge.world.glossary) if called.by is not None else None
    rows = len(e.rhs.rows) if isinstance(e.rhs, Matrix) and called.what == "hessian" else 1
    functions = [
        x for x in _functions(judge, before) if variable is None or variable.base in behind(judge.world, x.rhs)
    ]
    functions = [x for x in functions if len(_arguments(x.lhs)) in (1, rows) or variable is not None]
    here = [x for x in functions if x.scope.section == e.scope.section] or functions
    if LOSSES & set(called.nouns):
        here = [x for x in here if _is_loss(judge, x)] or here
    if here or variable is not None:
        return _whole(here[-1], called, len(here) == 1) if here else None
    by_entries = (m for x in reversed(before) if (m := _by_entries(judge, x, e)) is not None)
    return next(by_entries, None) or _by_its_gradient(judge, e, rows)


def _by_entries(judge: Judge, x: Equation, e: Equation) -> Meant | None:
    r"""What is differentiated by what, entry by entry, `\frac{\partial y_i}{\partial x_j} = ...`, in the section of a
    formula."""
    parts = derivative_of(x.lhs) if x.scope.section == e.scope.section else None
    refs = [reference(p, judge.world.glossary) for p in parts or ()]
    if parts is None or not all(r is not None and len(r.subs) == 1 and letter_of(r.subs[0]) for r in refs):
        return None
    bases = [p.base for p in parts if isinstance(p, Script)]
    return Meant(bases[0], bases[1], False) if len(bases) == 2 else None


def _by_its_gradient(judge: Judge, e: Equation, count: int) -> Meant | None:
    """The one function of so many arguments that only its gradient tells."""
    functions = (s for found in judge.world.functions.values() for s in found)
    bases = {s.base for s in functions if len(s.params or ()) == count and s.position < e.position}
    return Meant(Name(e.lhs.span, next(iter(bases))), None, True) if len(bases) == 1 else None


def _whole(x: Equation, called: Called, certain: bool) -> Meant | None:
    """What an equation defines by its one argument or by what words say; by all its arguments, if there are several."""
    several = len(_arguments(x.lhs)) > 1 and called.by is None
    by = called.by or next((found[0] for side in (x.lhs, x.rhs) if len(found := _arguments(side)) == 1), None)
    if several and called.what != "jacobian":
        return Meant(_callee(x.lhs), None, certain)
    return None if by is None or several else Meant(x.lhs, by, certain)


def _functions(judge: Judge, equations: list[Equation]) -> Iterator[Equation]:
    """The equations that define a function, or a loss."""
    positions = {s.position for found in judge.world.functions.values() for s in found if s.assumed is None}
    yield from (x for x in equations if x.position in positions or (_is_loss(judge, x) and not _arguments(x.lhs)))


def _is_loss(judge: Judge, e: Equation) -> bool:
    """Whether an equation gives a name that looks like that of a loss, with its arguments or without."""
    ref = reference(_callee(e.lhs), judge.world.glossary)
    return ref is not None and ref.bare and look(ref.base) == "loss"


def _callee(node: Node) -> Node:
    """The f of `f(x)`."""
    call = node.factors if isinstance(node, Product) else ()
    return call[0].node if len(call) == 2 and isinstance(call[1].node, Fenced) and not call[1].op else node


def _arguments(node: Node) -> tuple[Node, ...]:
    """The x and y of `f(x, y)`."""
    return arguments(node.factors[1].node) if isinstance(node, Product) and _callee(node) is not node else ()


def _word_of(e: Equation) -> str:
    """The word of the function that an equation applies to an argument, `p = softmax(a)`."""
    name = _callee(e.rhs)
    return name.text if name is not e.rhs and isinstance(name, Name) and is_function_word(name.text) else ""


def _slope_of(what: str, meant: Meant) -> Node:
    """The derivative of a function, as words name it."""
    at = meant.function.span
    if what == "jacobian" and meant.by is not None:
        partial = Factor("", Name(at, "partial"))
        below = Product(at, (partial, Factor("", meant.by)))
        return Fraction(at, Product(at, (partial, Factor("", meant.function))), below)
    nabla = Script(at, Name(at, "nabla"), sub=meant.by, sup=Number(at, "2") if what == "hessian" else None)
    of = meant.function.factors if isinstance(meant.function, Product) else (Factor("", meant.function),)
    return Product(at, (Factor("", nabla), *of))


def _is_of_a_function(e: Equation) -> bool:
    """Whether all formulas between the word and a formula are names of functions: not the Hessian of `-f`."""
    before = e.document.text[: e.span.start]
    words = list(HESSIAN.finditer(before))
    behind_it = before[words[-1].end() :] if words else ""
    return all(PLAIN.fullmatch(a or b) for a, b in FORMULA.findall(behind_it))


def _ends_its_sentence(e: Equation) -> bool:
    """Whether no words behind a formula say more of it, "if x is positive", and none around it leave out a factor."""
    around = re.sub(r"<!--.*?-->", "", e.document.text[max(e.span.start - 200, 0) : e.span.end + 300])
    return ENDED.match(e.document.text, e.span.end) is not None and ABSORBED.search(around) is None


def _somewhere(trial: Judge, line: Equation) -> bool:
    """Whether a line prints numbers for what has another value at every point: they are those of one of them."""
    if any(reference(n, trial.world.glossary) is not None for n in walk(line.rhs)):
        return False
    outcome = trial.outcome(line, trial.usual(line))
    return not isinstance(outcome, Different) or bool(outcome.left_symbols)
