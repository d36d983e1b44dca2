"""A loss that a sheet defines, as a problem: through the sheet's own quantities, in its own names."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace

from chainrule.calculus import contract, resolve
from chainrule.calculus.recognised import quotients
from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.writing import base_of, uses, written
from chainrule.derive.build import Problem
from chainrule.derive.logarithms import in_sums
from chainrule.derive.names import python_name, told_apart
from chainrule.derive.operations import VALUES_WITH_NAMES
from chainrule.derive.shapes import LETTERS
from chainrule.expr import (
    Apply,
    Component,
    Definition,
    Definitions,
    Dim,
    Expr,
    IndexValue,
    Indicator,
    Mul,
    Power,
    Reduce,
    Symbol,
    mul,
    rebuilt,
    walk,
)
from chainrule.expr.dims import Renaming
from chainrule.read.tree import Node, Script
from chainrule.sheet.records.shapes import Untyped, describe
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe

VALUES = VALUES_WITH_NAMES | {"exp", "sqrt"}
BEHIND = 10**7
"""Positions of asked lines begin here."""


def question(e: Equation, node: Node, position: int) -> Equation:
    """`q = q`, where the scope of an equation stands but behind all lines."""
    return replace(
        e, position=position, lhs=node, rhs=node, op="=", chain=-BEHIND - position, link=0, cue="", conditions=(),
        source="formula", spelled=None, display=True,
    )  # fmt: skip


def problem_of(variant: Variant, loss: Equation) -> Problem:
    """The right side of a line as a loss with the quantities behind it. Raises `Untyped` when it is no scalar."""
    if loss.position in variant.failed:
        raise variant.failed[loss.position]
    universe, definitions = variant.universe, variant.universe.definitions
    _, _, val = variant.typed[loss.position]
    top, axes = term_of(variant, val)
    if axes or top.free:
        loose = ", ".join(sorted(i.name for i in top.free.difference(axes)))
        each = f" for every {loose}" if loose else ""
        raise Untyped(f"it is {describe(val, universe.dims)}{each}, and a scalar is needed", "shape")
    if isinstance(top, Component) and top.symbol not in definitions:
        why = unread(variant, top.symbol)
        found = iter([why] if why is not None else variant.failed.values())
        raise next(found, Untyped("nothing says what it is", "undefined-symbol"))
    order = definitions.ordered(sorted(top.symbols, key=lambda s: _first_use(universe, s)))
    made = [s for s in order if s in definitions and definitions[s].body.symbols]
    names = {s: name_of(universe, s) for s in order} | functions_of(universe)
    given = sorted((s for s in order if s not in made), key=lambda s: _first_use(universe, s))
    inputs = dict(zip(told_apart(python_name(names[s]) for s in given), given, strict=True))
    return assembled(top, inputs, bodies_of(made, definitions), names)


def unread(variant: Variant, symbol: Symbol) -> Untyped | None:
    """Why the formula of a quantity could not be read, where it has one."""
    instance = variant.universe.instances.get(symbol)
    hidden = None if instance is None else variant.universe.world.hidden.get(instance.base)
    return variant.settled.broken.get(symbol) if hidden is None else hidden.why


def bodies_of(made: Iterable[Symbol], definitions: Definitions) -> list[Definition]:
    """What quantities are, derivatives carried out."""
    return [replace(definitions[s], body=contract(resolve(definitions[s].body, definitions))) for s in made]


def assembled(
    top: Expr, inputs: Mapping[str, Symbol], made: Iterable[Definition], names: Mapping[Symbol, str]
) -> Problem:
    """A loss with its inputs and what lies between, each before what uses it; a loss that is itself the value of a
    function keeps its name."""
    table, top = Definitions(replace(d, body=known(d.body)) for d in made), known(in_sums(top))
    if isinstance(top, Component) and not top.indices and top.symbol in table and not is_value(table[top.symbol].body):
        top = table[top.symbol].body
    reached = set(table.ordered(sorted(top.symbols)))
    named = [s for s in table if s in reached]
    values = {s for s in named if is_value(table[s].body)}
    ranges = _ranges([top, *(table[s].body for s in named)])
    return Problem(top, dict(inputs), table, named, values, dict(names), ranges=ranges)


def _ranges(terms: Iterable[Expr]) -> dict[Symbol, list[Dim]]:
    """The axes that labels are places of."""
    found: dict[Symbol, list[Dim]] = {}
    for node in walk(*terms):
        if isinstance(node, Component):
            places = list(zip(node.indices, node.symbol.axes, strict=True))
        elif isinstance(node, Indicator):
            places = [(a, b.index.dim) for a, b in ((node.a, node.b), (node.b, node.a)) if isinstance(b, IndexValue)]
        else:
            continue
        for term, dim in places:
            if isinstance(term, Component) and term.symbol.kind == "integer":
                found.setdefault(term.symbol, []).append(dim)
    return found


def _first_use(universe: Universe, symbol: Symbol) -> tuple[int, int, Symbol]:
    """Where a symbol stands first."""
    instance = universe.instances.get(symbol)
    places = [(e.position, node.span.start) for e, node, _ in uses(universe, instance.base)] if instance else []
    return (*min(places, default=(BEHIND, 0)), symbol)


def with_letters(problem: Problem, known: Callable[[Dim], str | None], taken: Container[str]) -> Problem:
    """The problem with letters for the sizes that nobody named, in the order in which its inputs stand."""
    letters = iter([x for x in LETTERS if x not in taken])
    terms = [problem.loss, *(d.body for d in problem.definitions.values())]
    dims = [d for s in (*problem.inputs.values(), *problem.named) for d in s.axes]
    bound = {i.dim for t in terms for n in walk(t) for scope, _ in n.scopes for i in scope}
    found: dict[Dim, Dim] = {}
    for dim in (*dims, *sorted(bound)):
        if dim not in found:
            found[dim] = Dim(known(dim) or next(letters), dim.low)
    to = Renaming(found)
    table = Definitions(
        Definition(to.symbol(d.symbol), tuple(map(to.index, d.indices)), to.term(d.body))
        for d in problem.definitions.values()
    )
    return replace(
        problem, loss=to.term(problem.loss), inputs={n: to.symbol(s) for n, s in problem.inputs.items()},
        ranges={to.symbol(s): [found.get(d, d) for d in dims] for s, dims in problem.ranges.items()},
        definitions=table, named=[to.symbol(s) for s in problem.named], values={to.symbol(s) for s in problem.values},
        names={to.symbol(s): n for s, n in problem.names.items()},
    )  # fmt: skip


def cut(problem: Problem, target: Symbol) -> Problem:
    """The problem with a quantity of its own as an input: what lies behind it is not looked at."""
    if target not in problem.named:
        return problem
    table = Definitions(d for d in problem.definitions.values() if d.symbol != target)
    named = [s for s in problem.named if s != target]
    inputs = problem.inputs | {python_name(problem.names[target]): target}
    return replace(problem, definitions=table, named=named, inputs=inputs, values=problem.values - {target})


def name_of(universe: Universe, symbol: Symbol) -> str:
    """A symbol in the TeX of the sheet, without the letters of its axes."""
    instance = universe.instances.get(symbol)
    if instance is None:
        return symbol.name
    if instance.labels:
        return written(universe, replace(instance, sampled=False))
    places = list(uses(universe, instance.base))
    inner = {id(node.base) for _, node, _ in places if isinstance(node, Script)}
    found = [(e.document.source(node.span), ref) for e, node, ref in places if id(node) not in inner]
    plain = [(text, ref) for text, ref in found if not (ref.subs or ref.labels or ref.postfix)]
    bare = [text for text, ref in plain if ref.primes == instance.primes]
    indexed = [text for text, ref in found if not symbol.axes and ref.subs and not (ref.primes or ref.postfix)]
    return next(iter([*bare, *indexed]), None) or base_of(universe, instance.base) + "'" * instance.primes


def functions_of(universe: Universe) -> dict[Symbol, str]:
    """The functions that nobody defines, in the TeX of the sheet."""
    return {Symbol(name): written(universe, instance) for name, instance in universe.called.items()}


def is_value(body: Expr) -> bool:
    """Whether a quantity is the value of a function whose derivative is written through it; so is a softmax."""
    if isinstance(body, Apply):
        return body.name in VALUES
    factors = body.factors if isinstance(body, Mul) else ()
    sums = (f.base for f in factors if isinstance(f, Power) and isinstance(f.base, Reduce))
    raised = any(isinstance(f, Apply) and f.name == "exp" for f in factors)
    return raised and any(s.op == "sum" and isinstance(s.body, Apply) and s.body.name == "exp" for s in sums)


def known(body: Expr) -> Expr:
    """`1 / (1 + e^{-z})` and `e^z / (1 + e^z)` as sigmoid(z), wherever they stand: products first, as the numerator
    tells which of the two it is."""
    products = rebuilt(body, lambda _, new: _quotient(new) if isinstance(new, Mul) else new)
    return rebuilt(products, lambda _, new: _quotient(new) if isinstance(new, Power) else new)


def _quotient(body: Expr) -> Expr:
    factors = list(body.factors) if isinstance(body, Mul) else [body]
    found = quotients(factors)
    return body if found == factors else mul(*found)
