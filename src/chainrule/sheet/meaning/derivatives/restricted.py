"""The value of a formula at a point: `\\left. \\frac{dy}{dx} \\right|_{x = 3}`, also where y is defined elsewhere."""

from __future__ import annotations

from chainrule.calculus import resolve
from chainrule.expr import Component, Definitions, Expr, Symbol, substitute, value
from chainrule.read.tree import Comma, Fenced, Fraction, Link, Node, Number, Relation, Script
from chainrule.sheet.arrays import algebra
from chainrule.sheet.arrays.algebra import same_shape
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import Glossary, node_key, reference, walk
from chainrule.sheet.syntax.solution_marks import core


def point_of(node: Script, glossary: Glossary) -> tuple[Node, tuple[Relation, ...]] | None:
    """The formula and the equations under the bar of `f|_{x = 3, y = 1}`; None when the script is no such bar. Where a
    value of its only variable stands there alone, `\\frac{df}{dx}|_{\\hat x}`, that is the point."""
    bar = node.base
    if not isinstance(bar, Fenced) or (bar.open, bar.close) != ("", "|") or node.sup is not None:
        return None
    items = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
    point = tuple(i for i in items if isinstance(i, Relation) and len(i.links) == 1 and i.links[0].op == "=")
    if len(point) == len(items):
        return bar.body, point
    variable = None if node.sub is None or point else _variable_at(bar.body, node.sub, glossary)
    if variable is None or node.sub is None:
        return None
    return bar.body, (Relation(node.sub.span, variable, (Link("=", node.sub.span, node.sub),)),)


def _variable_at(body: Node, place: Node, glossary: Glossary) -> Node | None:
    r"""The variable of the derivatives in a formula, where a number or the same letter with marks is its value: not the
    h of `\frac{\partial L}{\partial w}|_h`, which stays as it is."""
    slopes = [below(n.denominator) for n in walk(body) if isinstance(n, Fraction) and above(n.numerator) is not None]
    variables = [v for found in slopes if found is not None for v in found[1]]
    variables += [v for n in walk(body) if (nabla := nabla_of(n)) is not None for v in nabla[0]]
    if not variables or len({node_key(v) for v in variables}) != 1:
        return None
    by, at = reference(variables[0], glossary), reference(place, glossary)
    same = by is not None and at is not None and by.bare and core(at.base) == core(by.base) and at.key != by.key
    return variables[0] if same or (by is not None and isinstance(place, Number)) else None


def at_point(frame: Frame, body: Node, point: tuple[Relation, ...]) -> Val:
    """The body with its variables, also those inside the definitions it uses, replaced by their values at the point."""
    placed = {base: r for r in point if (base := _defined_name(frame, r.first, body)) is not None}
    args = {base: frame.value(r.links[0].node) for base, r in placed.items()}
    val = frame.child(args={**frame.args, **args}).value(body) if args else frame.value(body)
    pairs = []
    for relation in (r for r in point if r not in placed.values()):
        variable, place = frame.value(relation.first), frame.value(relation.links[0].node)
        if not same_shape(frame.dims, variable, place):
            raise Untyped("the point of evaluation has another shape than the variable", "shape")
        pairs.append((variable, place))
    universe = frame.universe

    def at(*terms: Expr) -> Expr:
        moved = {_symbol(frame, variable): place.at for variable, place in pairs}
        term = resolve(val.at(*terms), universe.definitions)
        for variable in moved:
            term = _written_out(term, variable, universe.definitions)
        return substitute(term, moved)

    return Val(val.shape, at, None, val.derived)


def _defined_name(frame: Frame, variable: Node, body: Node) -> str | None:
    r"""The name that a formula without derivatives has in it and that something else defines: the \alpha of
    `(x^T x - 2 \alpha u^T x)|_{\alpha = u^T x}` is what the bar says, whatever it is elsewhere."""
    ref = reference(variable, frame.world.glossary)
    if ref is None or not ref.bare or not frame.world.defined(ref.base) or _differentiates(body):
        return None
    names = (reference(n, frame.world.glossary) for n in walk(body))
    return ref.base if any(r is not None and r.key == ref.key for r in names) else None


def _differentiates(body: Node) -> bool:
    """Whether a derivative or a gradient stands in a formula."""
    slopes = (n for n in walk(body) if isinstance(n, Fraction) and above(n.numerator) is not None)
    return any(below(n.denominator) is not None for n in slopes) or any(nabla_of(n) is not None for n in walk(body))


def _symbol(frame: Frame, variable: Val) -> Symbol:
    """The symbol of a variable; only a name that nothing defines can take another value."""
    whole = variable.at(*(value(algebra.fresh(frame.dims, d)) for d in variable.dims))
    if not isinstance(whole, Component) or len(whole.indices) != len(variable.dims):
        raise Untyped("what is set to a value at the point is no variable", "untyped")
    if whole.symbol in frame.universe.definitions:
        raise Untyped("the point of evaluation gives a value to what is defined otherwise", "untyped")
    return whole.symbol


def _written_out(term: Expr, variable: Symbol, definitions: Definitions) -> Expr:
    """The term with every definition that rests on a variable put in the place of its name."""
    resting = definitions.dependants(variable)
    for symbol in reversed(definitions.ordered(sorted(term.symbols & resting))):
        if symbol in resting:
            term = substitute(term, {symbol: definitions[symbol].at})
    return term
