"""Components 0 that stand apart from a sum over the others, as a bias does."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Comma, Fraction, Matrix, Node, Product, Relation, Script, Sum
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk


def zero_components(e: Equation, world: World) -> Iterator[tuple[str, int]]:
    """The slots with a component 0 beside a sum over the others: `y = w_0 + \\sum_j w_j x_j`, `a_0 / 2 + \\sum_n a_n`.

    In a derivative or a formula for one component, `t_0 + p_0 \\sum_i t_i`, the sum runs over the component 0 too.
    """
    parts = [*walk(e.lhs), *walk(e.rhs)]
    derived = any(isinstance(x, Fraction) and above(x.numerator) and below(x.denominator) for x in parts)
    if derived or any(nabla_of(x) for x in parts) or _zeros(e.lhs, world):
        return
    for node in parts:
        for sign in "+-" if isinstance(node, Sum) else "":
            terms = [t.node for t in node.terms if t.sign == sign] if isinstance(node, Sum) else []
            summed = [set(_summed(t, world)) for t in terms]
            zeros = {z for t, found in zip(terms, summed, strict=True) if not found for z in _zeros(t, world)}
            for found in summed:
                yield from zeros & found


def starts_with_zero(world: World, site: Site) -> bool:
    r"""`w = 0` for a name that is updated or differentiated by: zeros in the shape w has elsewhere. A list of zeros
    has a shape of its own."""
    plain = site.ref.bare and site.params is None and is_zero(site.body)
    if not plain or any(isinstance(n, Comma | Matrix) for n in walk(site.body)):
        return False
    return bool(world.family(site.base).by) or any(s.ref.primes for s in world.sites.get(site.base, ()))


def _zeros(node: Node, world: World) -> set[tuple[str, int]]:
    return {(r.base, n) for r in _names(node, world) for n, s in enumerate(r.subs) if is_zero(s)}


def _summed(term: Node, world: World) -> Iterator[tuple[str, int]]:
    """The slots that the letters of a sum stand in, where the term is a sum that does not start at 0."""
    factors = [f.node for f in term.factors] if isinstance(term, Product) else []
    letters: set[str] = set()
    for node in factors:
        if isinstance(node, Big) and node.op == "sum" and node.sub is not None:
            starts = [x.links[0].node for x in walk(node.sub) if isinstance(x, Relation)]
            letters |= set() if any(is_zero(x) for x in starts) else set(bound_letters(node.sub))
        for ref in _names(node, world) if letters else ():
            yield from ((ref.base, n) for n, s in enumerate(ref.subs) if letter_of(s) in letters)


def _names(node: Node, world: World) -> Iterator[Ref]:
    """The names with subscripts in a formula, also those in calls and fractions."""
    for part in walk(node):
        ref = reference(part, world.glossary) if isinstance(part, Script) else None
        if ref is not None:
            yield ref
