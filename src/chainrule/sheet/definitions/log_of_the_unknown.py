r"""A loss that is the logarithm of something undefined, `J = -\log P(o \mid c)`, and then the derivative of a formula.

Where `\frac{\partial J}{\partial v}` is said to be the derivative of a formula, the formula is J, and what stands below
the logarithm in J is its inverse: the probability is read as that, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import Fenced, Node, Product, Sum, Term
from chainrule.sheet.definitions.by_inverse import applied, unwrapped
from chainrule.sheet.definitions.sites import add_written
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import node_key, reference
from chainrule.sheet.syntax.spelling import spelled_out


def name_probabilities(world: World, equations: Iterable[Equation]) -> None:
    """Define the probabilities whose logarithms lines differentiate, each from the first such line."""
    for e in equations:
        left = derivative_of(e.lhs) if e.op == "=" and e.source == "formula" else None
        under = None if left is None else _under(e.rhs, left[1])
        if left is None or under is None:
            continue
        loss = _loss(world, left[0], e.position)
        found = None if loss is None else unwrapped(loss.body)
        form = None if found is None else call_form(found[0], world)
        if found is None or form is None or world.defined(form[0].base) or form[0].base in world.functions:
            continue
        inner, word, minus = found
        same = unwrapped(under)
        body = same[0] if same is not None and same[1:] == (word, minus) else applied(word, under, minus)
        add_written(world, e, inner, body)
        base, line = form[0].base, e.line
        text = f"{spelled_out(base)} is taken from line {line}: its logarithm stands under the derivative"
        sites = world.functions.get(base, [])
        world.functions[base] = [replace(s, assumed=text) if s.position == e.position else s for s in sites]


def _loss(world: World, node: Node, position: int) -> Site | None:
    """The definition of what is differentiated, with its arguments or without."""
    callee = node.factors[0].node if isinstance(node, Product) and isinstance(node.factors[-1].node, Fenced) else node
    ref = reference(callee, world.glossary)
    return None if ref is None else world.function(ref.base, position) or world.site(ref.base, position)


def _under(node: Node, variable: Node) -> Node | None:
    """The formula that a side differentiates by a variable, term by term or as a whole."""
    terms = node.terms if isinstance(node, Sum) else (Term("+", node),)
    parts = [derivative_of(t.node) for t in terms]
    if any(p is None or node_key(p[1]) != node_key(variable) for p in parts):
        return None
    bodies = [p[0] for p in parts if p is not None]
    if len(terms) == 1 and terms[0].sign == "+":
        return bodies[0]
    return Sum(
        node.span,
        tuple(Term(t.sign, Fenced(b.span, "(", b, ")")) for t, b in zip(terms, bodies, strict=True)),
    )
