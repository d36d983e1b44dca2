r"""Which equations are models of data and no definitions: those that make the loss of a document nothing at all.

`y = Xw + \epsilon` and `L = \|y - Xw\|^2` are about data that the model need not fit. Taken for a definition of y, the
model would make L what no w can change, and nobody differentiates that by w or squares a difference that is zero. So
where a derivative by a parameter, or a defined square, vanishes altogether, each definition that stands between is
tried as a model; one that keeps the line from vanishing is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import thread_time

import numpy as np

from chainrule.check.comparison.compare import POINTS
from chainrule.check.comparison.lines import EQUALITIES, Lines
from chainrule.check.comparison.points import dims_of, free_symbols
from chainrule.check.comparison.sizes import SIZES, sizes_for
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import differentiated
from chainrule.expr import ExprError, Index, evaluate
from chainrule.read.tree import Fenced, Node, Number, Script, Sum
from chainrule.sheet.conditions.imposed import differentiates, variables_of
from chainrule.sheet.definitions.redefine import behind
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.models import Models, Otherwise, errors, readings_of_model
from chainrule.sheet.syntax.literals import is_numeric, is_zero
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.solution_marks import MARKED
from chainrule.sheet.syntax.spelling import spelled_out

MOST_TRIED, SECONDS = 8, 2.0
"""How often, and for how much processor time, the names of a world are read anew to find models."""
NOTHING = 1e-9


def with_models(
    lines: Lines, otherwise: Otherwise, read: Callable[[Otherwise], Lines], asked: Sequence[Equation] = ()
) -> Otherwise:
    """The equations that are no definitions, with the models among them; `read` reads the world anew with some. The
    derivatives that are `asked` for count like those that lines speak of."""
    if asked:
        first, anew = lines, read
        lines = _asking(first, asked)
        return with_models(lines, otherwise, lambda other: _asking(anew(other), asked))
    found: dict[int, Equation | None] = {}
    tried, until = 0, thread_time() + SECONDS
    for e in lines.equations:
        if not (_by_parameter(lines.world, e) or _square(lines, e)) or _vanishes(lines, e) is not True:
            continue
        for model in list(_between(lines.world, e, lines.equations)):
            for reading in readings_of_model(lines.world, model):
                tried += 1
                if tried > MOST_TRIED or thread_time() > until:
                    return replace(otherwise, models=found) if found else otherwise
                trial = {**found, model.position: reading}
                if _vanishes(read(replace(otherwise, models={**trial, **_solutions(lines, e)})), e) is False:
                    found = trial
                    lines = read(replace(otherwise, models=found))
                    break
            if model.position in found:
                break
    return replace(otherwise, models=found) if found else otherwise


def _asking(lines: Lines, asked: Sequence[Equation]) -> Lines:
    return Lines(lines.world, [*lines.equations, *asked], lines.options, lines.deadline)


def of_data(world: World, e: Equation, found: Finding) -> Finding:
    """The verdict on a line; a slope of what a model says of the data may be that of the model or of the data."""
    names = [base for base in differentiated(world, e.lhs) if base in world.modelled]
    if not names or found.verdict not in ("verified", "refuted"):
        return found
    return assumed(
        "undefined-symbol", f"the document does not say whether {spelled_out(names[0])} is data or the model"
    )


def _by_parameter(world: World, e: Equation) -> bool:
    """Whether a line says what a derivative of a quantity that the document defines is."""
    derivative = e.op in EQUALITIES and not e.link and differentiates(e.lhs) and not is_zero(e.rhs)
    return derivative and all(world.defined(base) for base in differentiated(world, e.lhs))


def _square(lines: Lines, e: Equation) -> bool:
    """Whether a line defines a name by a square, a norm or products of them, and no line says that it is zero."""
    defines = any(s.position == e.position for s in _sites(lines.world))
    squares = any(_is_square(n) for n in walk(e.rhs))
    return defines and squares and not any(is_zero(x.rhs) for x in lines.chain(e))


def _is_square(node: Node) -> bool:
    squared = isinstance(node, Script) and isinstance(node.sup, Number) and node.sup.text == "2"
    return squared or (isinstance(node, Fenced) and node.open == "‖")


def _solutions(lines: Lines, e: Equation) -> Models:
    """The equations behind a derivative for what it is taken by: at what they give, it may well be zero."""
    variables = set(variables_of(lines.world, e.lhs))
    behind_it = (x for x in lines.equations if x.position > e.position and not x.link)
    refs = ((x, reference(x.lhs, lines.world.glossary)) for x in behind_it)
    return {x.position: None for x, ref in refs if ref is not None and ref.base in variables}


def _sites(world: World) -> Iterator[Site]:
    for table in (world.sites, world.functions):
        yield from (site for sites in table.values() for site in sites)


def _vanishes(lines: Lines, e: Equation) -> bool | None:
    """Whether what a line speaks of, the derivative on its left or what it defines its name by, is zero whatever the
    numbers are; None where that is not known."""
    try:
        variant = lines.usual(e)
        if e.position not in variant.typed:
            return None
        _, lhs, rhs = variant.typed[e.position]
        side, dims = lhs if differentiates(e.lhs) else rhs, variant.universe.dims
        axes = [Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(side.dims)]
        term, definitions = variant.comparer.terms(side, axes), variant.universe.definitions
        symbols = free_symbols([term], definitions)
        if symbols & set(variant.settled.broken):
            return None
        ordered = [*axes, *(i for i in sorted(term.free) if i not in axes)]
        found = []
        for n in range(len(SIZES)):  # of some sizes, what is inverted may be singular
            sizes = sizes_for(variant.universe, dims_of([term], definitions) | {i.dim for i in ordered}, n)
            numbers = evaluate(term, ordered, variant.comparer.model(symbols, sizes, "real", set(), POINTS))
            found.append(np.abs(numbers[np.isfinite(numbers)]))
    except (Untyped, ExprError, RecursionError, ValueError):
        return None
    seen = np.concatenate(found)
    return bool(seen.max() < NOTHING) if seen.size else None


def _between(world: World, e: Equation, equations: list[Equation]) -> Iterator[Equation]:
    """The equations that give a plain name its meaning by what a line differentiates by, where what the line speaks of
    compares that name with something, or rests on its error; names with a hat are predictions, and no data."""
    of_derivative = differentiates(e.lhs)
    formula = e.lhs if of_derivative else e.rhs
    rests, compared = behind(world, formula), _compared(world, formula)
    variables = set(variables_of(world, e.lhs)) if of_derivative else rests
    losses = differentiated(world, e.lhs) if of_derivative else set()
    sites = {s.position: s for s in _sites(world)}
    for x in equations:
        site = sites.get(x.position)
        named = reference(x.lhs, world.glossary) is not None and x.source == "formula" and x.own and not x.link
        if site is None or x.position == e.position or not named:
            continue
        predicted = site.base in world.functions or MARKED.fullmatch(site.base) is not None
        if predicted or site.base in losses or world.family(site.base).by or is_numeric(site.body):
            continue
        data = {site.base} & compared | {base for _, base in errors(world, x)}
        if variables & behind(world, site.body) and rests & data:
            yield x


def _compared(world: World, formula: Node) -> set[str]:
    """The names that are terms of a sum or difference in a formula or in the definitions behind it."""
    sites = [s for base in behind(world, formula) for t in (world.sites, world.functions) for s in t.get(base, ())]
    sums = (n for body in (formula, *(s.body for s in sites)) for n in walk(body) if isinstance(n, Sum))
    refs = (reference(term.node, world.glossary) for n in sums for term in n.terms)
    return {ref.base for ref in refs if ref is not None}
