"""Lines whose sides could not be compared: known, different shapes are wrong, everything else is unsupported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.check.comparison.compare import Outcome, Unclear
from chainrule.check.comparison.firm import known_by_components
from chainrule.check.comparison.lines import EQUALITIES, Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import differentiated
from chainrule.check.records.report import Counterexample, Suggestion
from chainrule.check.suppositions.samplewise import samplewise
from chainrule.read.tree import Fenced, Product, Script
from chainrule.sheet.inference.candidates import candidates
from chainrule.sheet.inference.search import FAILURE, line_cost
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Val, describe
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import DEFAULT_ROLES
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

# So many lines must fail under every other reading of a name before its shape counts as known.
WITNESSES = 2


def undecided(lines: Lines, e: Equation, outcome: Outcome) -> Finding:
    """No decision: a shape mismatch between grounded sides is wrong, everything else is unsupported."""
    assert isinstance(outcome, Unclear)
    if outcome.code == "undefined-symbol":
        return assumed(outcome.code, outcome.message, needs=outcome.needs)
    if outcome.code == "shape-of-sides" and lines.world.einstein:
        message = "a whole tensor is equated with its components; " + outcome.message
        return Finding("unsupported", "untyped", message)
    variant = lines.usual(e)
    if outcome.code.startswith("shape") and (meant := samplewise(lines, e, variant)) is not None:
        return meant
    if outcome.code == "shape-of-sides":
        if grounded(lines, e) and e.position in variant.typed:
            _, lhs, rhs = variant.typed[e.position]
            turned = (len(lhs.dims) - len(rhs.dims)) % 2 == 0  # no transpose of vectors makes a number of a vector
            if _of_an_example(variant, lhs, rhs) or (turned and known_by_components(lines.world, e)):
                return Finding("unsupported", "untyped", outcome.message)
            if not (_loosely_written(e, variant, lhs, rhs) or _laid_out_otherwise(variant, lhs, rhs)):
                return _shape_refuted(e, variant, lhs, rhs, outcome)
        return Finding("unsupported", "untyped", outcome.message)
    code = "untyped" if outcome.code == "shape" else outcome.code
    return Finding("unsupported", code, outcome.message)


def _loosely_written(e: Equation, variant: Variant, lhs: Val, rhs: Val) -> bool:
    """`\\partial^2 L / \\partial w_i \\partial w_j = X^T X`: a matrix for its entries, where the entry is not known;
    `\\partial z / \\partial W = x^T` for a derivative with more than two axes: what it comes to in the chain rule."""
    frame = variant.typed[e.position][0]
    if lhs.derived and len(lhs.dims) > 2 >= len(rhs.dims):
        return True
    if not (lhs.scalar and len(frame.free) == len(rhs.dims) > 1):
        return False
    return any(not frame.world.defined(base) for base in differentiated(frame.world, e.lhs))


def _of_an_example(variant: Variant, lhs: Val, rhs: Val) -> bool:
    """A column of length 2 beside one of length m: the number may be that of an example given before."""
    dims = variant.universe.dims
    if lhs.kind != rhs.kind or len(lhs.dims) != len(rhs.dims):
        return False
    apart = [(a, b) for a, b in zip(lhs.dims, rhs.dims, strict=True) if dims.find(a) != dims.find(b)]
    return all(dims.shown(a).isdigit() != dims.shown(b).isdigit() for a, b in apart)


def _laid_out_otherwise(variant: Variant, lhs: Val, rhs: Val) -> bool:
    """Whether the sides are the derivative of a vector by a vector and a matrix of its transpose's shape: it may be
    laid out that way."""
    jacobian = lhs.jacobian or rhs.jacobian
    if jacobian is None or len(jacobian.above_dims) != 1 or len(lhs.dims) != 2 or len(rhs.dims) != 2:
        return False
    dims = variant.universe.dims
    return not any(dims.unlike(a, b) for a, b in zip(lhs.dims, reversed(rhs.dims), strict=True))


def _shape_refuted(e: Equation, variant: Variant, lhs: Val, rhs: Val, outcome: Unclear) -> Finding:
    """Two sides of known, different shapes."""
    dims = variant.universe.dims
    fix = None
    if lhs.scalar and rhs.kind == "column" and len(variant.typed[e.position][0].free) == 1:
        letter = next(iter(variant.typed[e.position][0].free))
        fix = Suggestion(
            f"\\left({e.text(e.rhs)}\\right)_{{{letter}}}", f"component {letter} of the right side",
            "the left side is one component, so the right side must be one too",
        )  # fmt: skip
    shapes = {"left side": describe(lhs, dims), "right side": describe(rhs, dims)}
    return Finding(
        "refuted",
        "shape",
        outcome.message,
        counterexample=Counterexample({}, shapes["left side"], shapes["right side"]),
        suggestion=fix,
    )


def grounded(lines: Lines, e: Equation, witnesses: bool = False) -> bool:
    """Whether the shapes of all names in a line are known: said, or (`witnesses`) held by what other lines need."""
    solved = {base for c in lines.world.imposed for base in c.unknowns}
    applied = set(_applied(lines, e))
    if witnesses and known_by_components(lines.world, e):
        return False
    for base in lines_of(lines.world, [e])[0].names - TRANSPOSE_WORDS:
        family = lines.world.family(base)
        if base in solved and family.declared_rank is None and "label" in family.slots.values():
            return False  # what solves a condition is no definition, and other labels may have one
        if base in lines.world.hidden:
            return False  # what it is defined by could not be read
        if base in lines.world.leaving_out and lines.world.dropped is None:
            return False  # an index may only be left out
        if {1, 2} <= family.sub_counts and family.declared_rank is None and not witnesses:
            return False  # x_1 beside x_{1,k}: a row, or the same entry where its step is not written
        if family.declared_rank is None and _by_steps_alone(lines, base):
            return False
        if lines.world.defined(base) or family.declared_rank is not None:
            continue
        if family.differentiated and not family.by and _is_number(lines, base):
            continue  # a loss is a number until something says that it is more
        if base in applied and not (base in lines.world.roles or base in DEFAULT_ROLES or is_function_word(base)):
            return False  # what nobody defines may make anything of what it is applied to
        if base in lines.world.glossary.bound or base in lines.world.size_names or not family.operand:
            continue
        if family.sub_counts and min(family.sub_counts) > 0 and not _is_more(lines, base):
            continue
        if not witnesses or _needed(lines, e, base) < WITNESSES:
            return False
    return True


def _by_steps_alone(lines: Lines, base: str) -> bool:
    """Whether nothing but a step from one value to the next says what a name is, `x_{k+1} = x_k - H g`, and numbers
    below it may count its entries as well: x_1 and x_2."""
    sites = lines.world.sites.get(base, ())
    steps = all(any(r.base == base and r.subs for r in references(s.body, lines.world)) for s in sites)
    return bool(sites) and steps and bool(lines.world.family(base).numbered)


def _applied(lines: Lines, e: Equation) -> Iterator[str]:
    """The names that a line applies to something: the chol of `chol(A)`."""
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        for f, after in pairwise(node.factors):
            fence = after.node.base if isinstance(after.node, Script) else after.node
            ref = reference(f.node, lines.world.glossary) if isinstance(fence, Fenced) and not after.op else None
            if ref is not None and isinstance(fence, Fenced) and fence.open == "(":
                yield ref.base


def _is_more(lines: Lines, base: str) -> bool:
    """Whether a name with an index is read as a vector: `\\lambda_1` for one of some vectors."""
    reading = lines.world.readings.get(base)
    return reading is not None and reading.axes > max(lines.world.family(base).sub_counts, default=0)


def _is_number(lines: Lines, base: str) -> bool:
    reading = lines.world.readings.get(base)
    return reading is None or reading.axes == 0


def _needed(lines: Lines, e: Equation, base: str) -> int:
    """How many other lines hold a name to its reading: the least that any other reading would break."""
    world, chosen = lines.world, lines.world.readings.get(base)
    options = [reading for reading, _ in candidates(world.family(base)) if reading != chosen]
    beside = [x for x in lines.equations if x.position != e.position and x.op in EQUALITIES]
    others = [x for x in lines_of(world, beside) if base in x.names]
    if chosen is None or not options:
        return 0

    def fitting(reading: Reading) -> set[int]:
        universe = Universe(replace(world, readings={**world.readings, base: reading}, derived={}), Config())
        return {x.equation.position for x in others if line_cost(universe, x) < FAILURE}

    now = fitting(chosen)
    return min(len(now - fitting(reading)) for reading in options)
