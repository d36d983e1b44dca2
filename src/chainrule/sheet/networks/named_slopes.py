r"""Error terms that are named behind the derivative which they are: `\frac{\partial C}{\partial z_j} = \delta_j`, also
where more stands behind, `\frac{\partial C}{\partial a} \frac{\partial a}{\partial z} = \delta = (a - y) f'(z)`.

A name without another meaning, which no line before has used and later ones do, stands for the derivative of a loss
that it is equated with. It has the indices and the layer of the variable, so that an input, the x of
`\frac{\partial z}{\partial w} = x`, is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chainrule.read.tree import Fraction, Node, Product
from chainrule.sheet.definitions.midway import is_new, speaks_of
from chainrule.sheet.records.definable import site_key
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import Ref, node_key, reference
from chainrule.sheet.syntax.spelling import names_loss


def named_behind(world: World, equations: Sequence[Equation]) -> frozenset[int]:
    """The places of the equations that name a derivative of a loss by what stands behind it."""
    heads: dict[tuple[int, int], Equation] = {}
    found: dict[object, int] = {}
    for e in equations:
        head = heads.setdefault((id(e.document), e.chain), e)
        ref = reference(e.rhs, world.glossary) if e.op in DEFINING and e.source == "formula" else None
        variable = None if ref is None else variable_of(world, e.lhs)
        if ref is None or variable is None or not _alike(ref, variable):
            continue
        sides = (n for x in equations if x.position < head.position for n in (x.lhs, x.rhs))
        if any(speaks_of(world, n, ref.base) for n in sides) or _told(world, ref, equations):
            continue
        later = (x for x in equations if x.position > e.position and x.chain != e.chain)
        if is_new(world, ref, head, equations) and any(_uses(world, x, ref) for x in later):
            found.setdefault((ref.base, site_key(world, ref)), e.position)
    return frozenset(found.values())


def _told(world: World, ref: Ref, equations: Sequence[Equation]) -> bool:
    """Whether a line of its own says what a name is: the very derivative, or a formula without the name in it. A rule
    from layer to layer says what it comes to."""
    for e in equations:
        own = reference(e.lhs, world.glossary) if e.op in DEFINING and not e.link else None
        if own is None or own.base != ref.base:
            continue
        if variable_of(world, e.rhs) is None:
            if not speaks_of(world, e.rhs, ref.base):
                return True
        elif site_key(world, own) == site_key(world, ref):
            return True
    return False


def _uses(world: World, e: Equation, ref: Ref) -> bool:
    return speaks_of(world, e.lhs, ref.base) or speaks_of(world, e.rhs, ref.base)


def _alike(ref: Ref, variable: Ref) -> bool:
    """Whether a name has the indices and the layer of a variable."""
    if ref.base == variable.base or ref.postfix or ref.primes:
        return False
    own = [node_key(x) for x in (*ref.subs, *ref.labels)]
    return own == [node_key(x) for x in (*variable.subs, *variable.labels)]


def variable_of(world: World, node: Node) -> Ref | None:
    """What a loss is differentiated by, at once or step by step."""
    factors = [f.node for f in node.factors] if isinstance(node, Product) else [node]
    steps = [derivative_of(f) if isinstance(f, Fraction) else None for f in factors]
    told = [s for s in steps if s is not None]
    if len(told) != len(steps) or any(node_key(a[1]) != node_key(b[0]) for a, b in pairwise(told)):
        return None
    loss, variable = reference(told[0][0], world.glossary), reference(told[-1][1], world.glossary)
    return variable if loss is not None and loss.bare and names_loss(loss.base) else None
