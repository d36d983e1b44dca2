"""Derivatives as written: `\\frac{\\partial L}{\\partial W}`, operators and how far they reach, ∇ and Hessians."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeGuard

from chainrule.calculus import derivative as differentiate
from chainrule.calculus import resolve
from chainrule.expr import (
    Component,
    Const,
    Definitions,
    Expr,
    Index,
    Piecewise,
    Symbol,
    const,
    derivative,
    piecewise,
    substitute,
    value,
)
from chainrule.read.tree import Fenced, Fraction, Missing, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.arrays.pooled import pooled
from chainrule.sheet.arrays.tensors import axis_subs, instance_of, updating
from chainrule.sheet.arrays.terms_of_totals import of_its_terms
from chainrule.sheet.meaning.derivatives.at_estimates import point_of_estimate
from chainrule.sheet.meaning.derivatives.by_expression import bare, by_change, by_term, by_written, is_exponential
from chainrule.sheet.meaning.derivatives.by_inverse import by_inverse, inverted
from chainrule.sheet.meaning.derivatives.put_for import put_for
from chainrule.sheet.meaning.operations.arithmetic import quotient
from chainrule.sheet.meaning.operations.kronecker import by_vec
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.shapes import Jacobian, Untyped, Val
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import Above, above, below
from chainrule.sheet.syntax.long_columns import vectorised
from chainrule.sheet.syntax.names import Ref, node_key, reference
from chainrule.sheet.syntax.names import walk as walk_nodes

MOST_ORDER = 6


def fraction(frame: Frame, node: Fraction) -> Val:
    parts = taken_apart(node)
    if parts is None:
        return quotient(frame, node)
    top, variables = parts
    if top.body is None:
        raise Untyped("a derivative operator with nothing after it", "untyped")
    return derived(frame, top.body, variables)


def taken_apart(node: Fraction) -> tuple[Above, list[Node]] | None:
    """A fraction as a derivative, if it is one."""
    top, bottom = above(node.numerator), below(node.denominator)
    if top is None or bottom is None or top.sign != bottom[0]:
        return None
    if top.order > MOST_ORDER:
        raise Untyped(f"a derivative of order {top.order} (at most {MOST_ORDER})", "too-large")
    variables = bottom[1]
    if top.order > 1 and len(variables) < top.order:
        variables = [v for x in variables for v in _repeated(x, top.order, len(variables) == 1)]
    if len(variables) != top.order and top.order > 1:
        raise Untyped(f"a derivative of order {top.order} by {len(variables)} variables", "untyped")
    return top, variables


def operator(node: Node) -> list[Node] | None:
    """The variables of `\\frac{\\partial}{\\partial x}` standing before what it acts on."""
    if not isinstance(node, Fraction):
        return None
    parts = taken_apart(node)
    return parts[1] if parts is not None and parts[0].body is None else None


def _repeated(node: Node, order: int, alone: bool) -> list[Node]:
    """`x^2` below a derivative is x, twice; a variable that stands `alone` without a power is meant each time."""
    times = int(node.sup.text) if isinstance(node, Script) and _is_count(node.sup) else 1
    if not isinstance(node, Script) or times > order or (alone and times != order):
        return [node] * (order if alone else 1)
    if times == 1:
        return [node]
    plain = node.base if node.sub is None and not node.primes else replace(node, sup=None)
    return [plain] * times


def _is_count(node: Node | None) -> TypeGuard[Number]:
    return isinstance(node, Number) and node.text.isdecimal()


# -------------------------------------------------------------------------------------------------- the derivative


def derived(frame: Frame, body: Node, variables: list[Node]) -> Val:
    """d body / d variables, laid out."""
    if len(variables) > MOST_ORDER:
        raise Untyped(f"a derivative of order {len(variables)} (at most {MOST_ORDER})", "too-large")
    if (point := point_of_estimate(frame, body, variables)) is not None:
        general, at = point
        return put_for(frame, derived(frame, general, variables), frame.value(variables[0]), frame.value(at))
    whole = vectorised(variables[0]) if len(variables) == 1 else None
    if whole is not None:
        slopes = derived(frame, body, [whole[0]]).jacobian
        if slopes is None:
            raise Untyped("a derivative by a long column", "shape")
        return by_vec(frame, slopes, whole[1])
    inverse = inverted(frame, bare(variables[0])) if len(variables) == 1 else None
    if inverse is not None:
        return by_inverse(frame, derived(frame, body, [inverse[0]]).jacobian, inverse[1])
    above_ref = reference(_unwrapped(body), frame.world.glossary)
    val = pooled(frame, above_ref, frame.value(body))
    instance = _instance(frame, above_ref)
    for n, variable in enumerate(_marked(frame, v, above_ref) for v in variables):
        below_ref = reference(_unwrapped(variable), frame.world.glossary)
        inner = at_its_step(frame, body, below_ref)
        by = inner.value(variable)
        if above_ref is None and val.kind == "matrix" and by.scalar:
            frame.universe.odd.add(frame.owner)
        compound = isinstance(bare(variable), Product) or is_exponential(bare(variable))
        below_instance = _instance(inner, below_ref)
        if n == 0 and instance is not None:
            _note_unknown(frame, instance, below_instance)
        whole_above = instance if n == 0 and above_ref is not None and _whole(above_ref, frame) else None
        whole_below = below_instance if below_ref is not None and _whole(below_ref, frame) else None
        if len(variables) == 1 and (below_ref is None or compound):
            written = by_written(frame, body, variable)
            if written is not None:
                return written
        between = _between(frame, instance, body, below_instance)
        val = partial(frame, val, by, whole_above, whole_below, between)
    return val


def _between(frame: Frame, instance: Instance | None, body: Node, variable: Instance | None) -> bool:
    """Whether what is differentiated stands between other quantities, so that its derivative may hold some fixed: it or
    a name in its formula is a variable too, or it is a function of what depends on the variable."""
    world = frame.world
    if instance is not None:
        return world.family(instance.base).by > 0 or _of_what_depends(world, instance.base)
    inside = {r.base for n in walk_nodes(body) if (r := reference(n, world.glossary)) is not None}
    inside -= {variable.base} if variable is not None else set()
    return any(base in world.sites and world.family(base).by > 0 for base in inside)


def _of_what_depends(world: World, base: str) -> bool:
    """Whether an argument of a function has a definition of its own, `f(x, y)` beside `y = wx`: then a derivative of f
    by another argument may hold it fixed."""
    params = [p for site in world.functions.get(base, ()) for p in site.params or ()]
    return len(params) > 1 and any((r := reference(p, world.glossary)) and r.base in world.sites for p in params)


def at_its_step(frame: Frame, body: Node, variable: Ref | None) -> Frame:
    """The frame in which a shared weight is that of one step, where the line is read so.

    In a sum over the steps it is the step of what is differentiated; outside of the sum all steps count.
    """
    step = frame.universe.config.step
    if step is None or variable is None or variable.base not in step.weights:
        return frame
    if not step.summed:
        return frame.child(step=frame.universe.letter(step.letter))
    carried = any(isinstance(n, Name) and n.text == step.letter for n in walk_nodes(body))
    return frame.child(step=frame.labels.get(step.letter)) if carried else frame


def _marked(frame: Frame, variable: Node, top: Ref | None) -> Node:
    """The variable with the layer mark it is spared: the one it has in what is differentiated, or that of the line,
    where the line has one only."""
    ref = reference(variable, frame.world.glossary)
    if ref is None or not ref.bare or not frame.world.family(ref.base).marked:
        return variable
    if not frame.world.family(ref.base).spared:
        return variable
    within = [] if top is None else _marks_within(frame, top, ref.base)
    if len(within) == 1:
        return Script(variable.span, variable, None, Fenced(variable.span, "(", within[0], ")"))
    if ref.base not in frame.world.glossary.labelled:
        return variable
    marks = frame.world.marks(int(frame.owner[1:])) if frame.owner[:1] == "@" else []
    if len(marks) != 1:
        raise Untyped("a name without its layer; which one is meant is not written", "ambiguous")
    return Script(variable.span, variable, None, marks[0])


def _marks_within(frame: Frame, top: Ref, base: str) -> list[Node]:
    """The layer marks of a name in the definition of what is differentiated, written with the same letter there."""
    found: dict[object, Node] = {}
    for site in frame.world.sites.get(top.base, ()):
        if [node_key(x) for x in site.ref.labels] == [node_key(x) for x in top.labels] and top.labels:
            refs = (reference(n, frame.world.glossary) for n in walk_nodes(site.body))
            found |= {node_key(x): x for r in refs if r is not None and r.base == base for x in r.labels}
    return list(found.values())


def _unwrapped(node: Node) -> Node:
    while isinstance(node, Fenced) and node.open in "([":
        node = node.body
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced):
        return node.factors[0].node
    return node


def _whole(ref: Ref, frame: Frame) -> bool:
    return not axis_subs(frame, ref) and not ref.postfix


def _instance(frame: Frame, ref: Ref | None) -> Instance | None:
    """Which tensor a reference is a part of."""
    if ref is None or any(p.op != "pow" for p in ref.postfix):
        return None
    base = frame.world.aliases.get(ref.base, ref.base)
    if ref.postfix:
        if not frame.world.defined(f"{base}^2"):
            return None
        base = f"{base}^2"
    family = frame.world.family(base)
    labels = [frame.label(s) for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
    labels += [frame.label(x) for x in ref.labels]
    if frame.outcome is not None and base in frame.world.random:
        raise Untyped("a derivative by what is random, inside of an expectation", "operator")
    primes = ref.primes + (frame.shift if frame.shift and updating(frame.world, base) else 0)
    reading = frame.world.readings.get(base)
    sampled = bool(axis_subs(frame, ref)) and reading is not None and reading.split
    return instance_of(frame, base, labels, primes, sampled)


def _note_unknown(frame: Frame, instance: Instance, below_instance: Instance | None) -> None:
    """A name that is differentiated but never defined depends on what it is differentiated by."""
    if instance.base in frame.world.independent:
        return
    if below_instance is None or below_instance == instance:
        return
    if frame.world.defined(instance.base):
        term = of_its_terms(frame.universe, instance, below_instance)
        if term is None:
            return
        instance = term
    frame.universe.numerators.setdefault((instance, frame.epoch), set()).add(below_instance)


def partial(
    frame: Frame, val: Val, by: Val, above_key: object | None, below_key: object | None, explicit_above: bool = False
) -> Val:
    """The derivative of every entry of val by every entry of `by`."""
    first = val.jacobian if val.derived else None
    a, top = (val.dims, val.at) if first is None else (first.above_dims + first.below_dims, first.full)
    n = len(a)
    take = _taker(frame, explicit_above)
    if a or by.dims:
        frame.universe.laid_out.add(frame.owner)
    if explicit_above:
        frame.universe.between.add(frame.owner)

    def full(*terms: Expr) -> Expr:
        body = top(*terms[:n])
        return take(body, _of_its_whole(frame, body, by.at(*terms[n:])))

    def sample() -> tuple[Expr, Expr, Expr]:
        """What is differentiated, the variable, and the derivative, at indices of their own."""
        places = [value(Index(f"·d{k}", frame.dims.dim(d))) for k, d in enumerate((*a, *by.dims))]
        body = top(*places[:n])
        return body, _of_its_whole(frame, body, by.at(*places[n:])), full(*places)

    frame.universe.taken.setdefault(frame.owner, []).append(sample)
    joint = Jacobian(above_key, below_key, a, by.dims, full, by.kind == "row")
    return joint.laid_out(frame.world.layout)


def _of_its_whole(frame: Frame, body: Expr, variable: Expr) -> Expr:
    """An entry of a variable; that of a row or column with a name is an entry of its matrix: what depends on the matrix
    depends on it. What has a name that only an equation gives, `v = W_{:,1}`, in its own formula, `v^T W v`, is
    differentiated by that."""
    definitions = frame.universe.definitions
    instance = frame.universe.instances.get(variable.symbol) if isinstance(variable, Component) else None
    if instance is None or not isinstance(variable, Component):
        return variable
    own, told = definitions.get(variable.symbol), instance.base in frame.world.slices
    if own is None or not (told or instance.base in frame.world.slices_by_formula):
        return variable
    by_name = any(s == variable.symbol or definitions.depends(s, variable.symbol) for s in body.symbols)
    return variable if by_name and not told else own.at(*variable.indices)


def _taker(frame: Frame, explicit: bool) -> Callable[[Expr, Expr], Expr]:
    """How one derivative is taken; `explicit`: of the formula of a name, or the one written, all other names fixed."""
    universe = frame.universe

    def take(body: Expr, variable: Expr) -> Expr:
        if isinstance(variable, Piecewise):  # a list of names, or a component that some terms of a sum have only
            rest = const(0) if isinstance(variable.otherwise, Const) else take(body, variable.otherwise)
            return piecewise([(holds, take(body, part)) for holds, part in variable.cases], rest)
        if isinstance(variable, Component):
            direct = (explicit and frame.choices.explicit) or _is_direct(frame, body, variable)
            own = universe.definitions.get(body.symbol) if isinstance(body, Component) else None
            if direct and isinstance(body, Component) and own is not None:
                return _written_out(own.at(*body.indices), variable, _own_steps(universe, body, variable))
            if direct and not isinstance(body, Component):
                return differentiate(body, variable, Definitions())
            if (change := by_change(body, variable, universe.definitions)) is not None:
                return change
            fixed = _held(universe, variable.symbol)
            return derivative(body, variable) if fixed is None else _written_out(body, variable, fixed)
        return by_term(body, variable, universe.definitions)

    return take


def _is_direct(frame: Frame, body: Expr, variable: Component) -> bool:
    """Whether it is said of two names that the derivative of one by the other is that of its own formula."""
    instances = frame.universe.instances
    above = instances.get(body.symbol) if isinstance(body, Component) and frame.world.direct else None
    below_it = instances.get(variable.symbol)
    return above is not None and below_it is not None and (above.base, below_it.base) in frame.world.direct


def _written_out(body: Expr, variable: Component, definitions: Definitions) -> Expr:
    """A derivative under definitions of its own, with the derivatives of inner names written out."""
    result = resolve(differentiate(body, variable, definitions), definitions)
    while inner := [s for s in result.symbols if s in definitions and s.kind.startswith("derivative")]:
        result = substitute(result, {s: definitions[s].at for s in inner})
    return result


def _own_steps(universe: Universe, body: Component, variable: Component) -> Definitions:
    """What is followed where every other name is held fixed: a name at its other steps, `c_{t-1}` from c_t to c_0."""
    instances = universe.instances
    base = {i.base for s in (body.symbol, variable.symbol) if (i := instances.get(s)) is not None}
    found = universe.definitions.items() if len(base) == 1 else ()
    return Definitions(d for s, d in found if s in instances and instances[s].base in base)


def _held(universe: Universe, variable: Symbol) -> Definitions | None:
    """The definitions without those of the other states at the step of a variable, where these are held fixed."""
    held, own = universe.config.held, universe.instances.get(variable)
    if held is None or own is None or own.base not in held.states or own.labels != held.labels:
        return None
    others = {
        s for s, x in universe.instances.items() if x.base in held.states - {own.base} and x.labels == held.labels
    }
    return Definitions(d for s, d in universe.definitions.items() if s not in others)


# -------------------------------------------------------------------------------------------------- ∇


def gradient(frame: Frame, named: list[Node], order: int, body: Node) -> Val:
    """∇ body: shaped like the variable; ∇² is the Hessian."""
    if isinstance(body, Missing):
        raise Untyped("∇ with nothing after it", "untyped")
    variable = named[0] if named else _implied_variable(frame, body)
    if variable is None:
        raise Untyped("∇ without a variable, and the document does not say which", "ambiguous")
    return derived(frame, body, [variable] * order)


def _implied_variable(frame: Frame, body: Node) -> Node | None:
    """The variable of ∇ when it is not written: the argument of the function, the only parameter of the document."""
    core: Node = body
    while isinstance(core, (Sum, Product, Fenced)):
        if isinstance(core, Sum):
            core = core.terms[0].node
        elif isinstance(core, Fenced):
            core = core.body
        else:
            call = _call_argument(frame, core)
            if call is not None:
                return call
            core = core.factors[-1].node
    ref = reference(core, frame.world.glossary)
    if ref is not None:
        site = frame.world.function(ref.base, frame.position)
        if site is not None and site.params:
            return _main_argument(frame, site.params)
    return frame.world.parameter


def _main_argument(frame: Frame, params: tuple[Node, ...]) -> Node | None:
    """The argument a gradient is taken by: the only one, or the only one the document differentiates by."""
    if len(params) == 1:
        return params[0]
    refs = [(p, reference(p, frame.world.glossary)) for p in params]
    by = [p for p, r in refs if r is not None and frame.world.family(r.base).by]
    default = reference(frame.world.parameter, frame.world.glossary) if frame.world.parameter is not None else None
    same = [p for p, r in refs if r is not None and default is not None and r.base == default.base]
    return (same or by)[0] if len(same or by) == 1 else None


def _call_argument(frame: Frame, node: Product) -> Node | None:
    first, second = node.factors[0].node, node.factors[1].node
    if isinstance(second, Fenced) and reference(second.body, frame.world.glossary) is not None:
        ref = reference(first, frame.world.glossary)
        if ref is not None and frame.world.family(ref.base).called:
            return second.body
    return None


MEANINGS[Fraction] = fraction
