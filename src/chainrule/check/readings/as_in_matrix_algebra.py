r"""Verified lines of differentials that hold because a letter of matrices or of columns is read as something less.

`dy = x \, dW + W \, dx` is right for a number x, and `df = A^T r \, dx` is right where A is a vector. Numbers cost
nothing where all other lines hold for them too, as most rules do. Where the other lines fit as well with capitals as
matrices and small letters as columns, the line is judged so: the order of a product shows only there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import has_derivative
from chainrule.check.conditions import given
from chainrule.check.diagnosis.diagnose import suggest
from chainrule.check.diagnosis.edits.order import order, transposes
from chainrule.check.diagnosis.edits.table import RULES
from chainrule.check.records.finding import Finding, is_laid_out_oddly
from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Product, Script, Sum
from chainrule.sheet.derivatives.degrees import is_derivative
from chainrule.sheet.derivatives.differentials import has_signs
from chainrule.sheet.inference.candidates import candidates
from chainrule.sheet.inference.search import as_in_matrix_algebra, line_cost
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import Line, lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric, is_one
from chainrule.sheet.syntax.names import Ref, reference
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS
from chainrule.sheet.syntax.spelling import COUNTS, spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

ORDERS = tuple(rule for rule in RULES if rule.edits in (transposes, order))
RANKS = ("number", "vector", "matrix")


def in_matrix_algebra(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line once its names are the matrices and columns, or rows, that their letters suggest. A line of
    differentials that is wrong for them is wrong; of any other nobody knows whether it was meant for numbers."""
    world = judge.world
    if found.verdict != "verified" or not (has_signs(e) or (has_derivative(e) and not is_numeric(e.rhs))):
        return found
    mine = lines_of(world, [e])[0].names
    lines = lines_of(world, [x for x in judge.equations if x.chain != e.chain and not has_signs(x)])
    others = [x for x in lines if not x.names.isdisjoint(mine)]
    for row in (False, True):
        elsewhere = frozenset[str]().union(*(x.names for x in others))
        more = _suggested(world, mine | elsewhere, row)
        if not has_signs(e):  # a number that stands on this line only, or a Greek letter, is not told by the others
            more = {base: reading for base, reading in more.items() if base in elsewhere and _is_latin(base)}
        direct = [b for b in sorted(_factors(world, e.lhs) | _factors(world, e.rhs)) if b in more]
        if not direct or not others or not {1, 2} <= {r.axes for r in (world.readings | more).values()}:
            return found  # nothing is turned where no matrix stands beside a column
        other = replace(world, readings=world.readings | more, derived={})
        trial = replace(judge, world=other, variants={}, equations=[for_matrices(x, other) for x in judge.equations])
        trial.conditions = given.over(trial, judge.conditions)
        costs = ((x.equation, _cost(world, x)) for x in others)
        against = (y for x, cost in costs if _cost(other, lines_of(other, [y := for_matrices(x, other)])[0]) > cost)
        if all(_bears_no_numbers_out(trial, x) for x in against):
            return _turned(trial, for_matrices(e, other)) or _unlike(world, more, direct[0])
    return found


def _factors(world: World, node: Node) -> set[str]:
    """The names that are factors or terms of a side: none that is a subscript, a divisor or under a root, as the d of
    `K / \\sqrt{d}`."""
    ref = reference(node, world.glossary)
    if ref is not None:
        return {ref.base}
    match node:
        case Product(factors=factors):
            parts = [f.node for f in factors if f.op != "/"]
        case Sum(terms=terms):
            parts = [t.node for t in terms]
        case Fraction(numerator=numerator, denominator=denominator):
            parts = [numerator, denominator] if is_derivative(node) else [numerator]
        case Fenced(body=body) | Script(base=body):
            parts = [body]
        case _:
            parts = []
    return {base for part in parts for base in _factors(world, part)}


def _turned(trial: Judge, e: Equation) -> Finding | None:
    """The verdict on a line for matrices and columns, if it is one."""
    again = trial.claim(e)
    if _holds(trial, again, e):
        return again
    return again if again.verdict == "refuted" and again.suggestion is not None and has_signs(e) else None


def _holds(trial: Judge, found: Finding, e: Equation) -> bool:
    """Whether a line holds for matrices and columns: a gradient by a matrix in the usual layout, and nothing entry by
    entry."""
    if any(note.code == "entrywise" for note in found.notes):
        return False
    of_matrices = all(x.kind == "matrix" for x in trial.usual(e).typed.get(e.position, ())[1:])
    return found.verdict == "verified" and (has_signs(e) or not (is_laid_out_oddly(found) and of_matrices))


def for_matrices(e: Equation, world: World) -> Equation:
    r"""A line with what is written loosely for matrices, as one writes for numbers: a 1 that is added to a product of
    them is I, and a slope between two of them, `A \, f'(z) B`, a diagonal matrix."""
    if world.defines(e.position) or has_signs(e) or not world.family("I").identity:
        return e

    def choose(node: Node) -> Node | None:
        match node:
            case Sum(terms=terms) if any(_has_matrix(t.node, world) for t in terms):
                return _with_identity(node, choose) if any(is_one(t.node) for t in terms) else None
            case Product(factors=(a, b, c, d)) if _is_slope(b, c) and _has_matrix(a.node, world) and not d.op:
                return replace(node, factors=(a, Factor("", _diagonal(b, c)), d))
        return None

    lhs, rhs = rebuilt(e.lhs, choose), rebuilt(e.rhs, choose)
    return e if lhs is e.lhs and rhs is e.rhs else replace(e, lhs=lhs, rhs=rhs)


def _with_identity(node: Sum, choose: Callable[[Node], Node | None]) -> Sum:
    terms = (replace(t, node=rebuilt(t.node, choose)) for t in node.terms)
    return replace(node, terms=tuple(replace(t, node=Name(t.node.span, "I")) if is_one(t.node) else t for t in terms))


def _diagonal(name: Factor, arguments: Factor) -> Product:
    """`\\operatorname{diag}(f'(z))`."""
    span = name.node.span
    call = Product(span, (replace(name, op=""), arguments))
    return Product(span, (Factor("", Name(span, "diag")), Factor("", Fenced(span, "(", call, ")"))))


def _is_slope(name: Factor, arguments: Factor) -> bool:
    """`f'(z)` without a sign before it."""
    primed = isinstance(name.node, Script) and name.node.primes > 0 and not name.op
    return primed and isinstance(arguments.node, Fenced) and not arguments.op


def _has_matrix(node: Node, world: World) -> bool:
    """Whether a matrix is a factor of a term, or a derivative that may be one."""
    factors = [f.node for f in node.factors] if isinstance(node, Product) else [node]
    refs = [r for f in factors if (r := reference(f, world.glossary)) is not None]
    slope = any(is_derivative(f) for f in factors)
    return slope or any(_is_whole_matrix(r, world) for r in refs)


def _is_whole_matrix(ref: Ref, world: World) -> bool:
    reading, family = world.readings.get(ref.base), world.family(ref.base)
    entries = any(family.slot(n) == "axis" for n in range(len(ref.subs)))
    return reading is not None and reading.axes == 2 and not entries


def _unlike(world: World, more: dict[str, Reading], base: str) -> Finding:
    what = (RANKS[r.axes] for r in (world.readings[base], more[base]))
    text = "right if {} is a {}, and as a {} it fits the other lines".format(spelled_out(base), *what)
    return Finding("unsupported", "ambiguous", text)


def _bears_no_numbers_out(trial: Judge, e: Equation) -> bool:
    """Whether a line is a claim that holds for matrices in another layout, or would but for a transpose or the order of
    a product: it may be as wrong as the line in question."""
    if trial.world.defines(e.position) or has_signs(e):
        return False
    return _holds(trial, trial.claim(e), e) or suggest(trial, trial.budget, e, trial.usual(e), rules=ORDERS) is not None


def _suggested(world: World, names: frozenset[str], row: bool) -> dict[str, Reading]:
    """What the letters suggest of names that nothing is said of, where they are read as less: not of what is
    differentiated, as numbers are."""
    bound = world.size_names | world.glossary.bound
    bound |= {base for base in names if world.family(base).differentiated or base in TRANSPOSE_WORDS}
    usual = {
        base: as_in_matrix_algebra(base, candidates(world.family(base)), row, looks="upper" * _is_no_count(world, base))
        for base in names & world.readings.keys()
        if world.family(base).declared_rank is None and not world.defined(base) and base not in bound
    }
    return {base: reading for base, reading in usual.items() if reading.axes > world.readings[base].axes}


def _is_latin(base: str) -> bool:
    letter = base.rpartition(" ")[2]
    return len(letter) == 1 and letter.isalpha()


def _is_no_count(world: World, base: str) -> bool:
    """Whether a letter of counts is differentiated by, as no count is."""
    return base in COUNTS and world.family(base).by > 0


def _cost(world: World, line: Line) -> float:
    universe = Universe(world, Config())
    return line_cost(universe, line) + bool(universe.squared)
