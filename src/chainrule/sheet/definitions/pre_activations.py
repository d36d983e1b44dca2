r"""What stands inside an activation, by a name that nobody defines: `\frac{\partial f}{\partial a} \frac{\partial
a}{\partial W}` after `f = \sigma(W x + b)` speaks of a = W x + b."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Fenced, Fraction, Node, Product
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def name_pre_activations(world: World, equations: list[Equation]) -> None:
    """Define the undefined names that stand between an activation and what its argument is made of."""
    slopes = [pair for e in equations for side in (e.lhs, e.rhs) for pair in _slopes(world, side)]
    differentiated = {top.base for top, _ in slopes}
    for base in sorted({by.base for _, by in slopes} & differentiated):
        if world.defined(base) or _used_otherwise(world, equations, base):
            continue
        outer = {top.base for top, by in slopes if by.base == base}
        bodies = [(s, inside) for b in outer for s in world.sites.get(b, ()) if (inside := _inside(world, s.body))]
        ref = next(by for _, by in slopes if by.base == base)
        if len(outer) == len(bodies) == 1:
            site, inside = bodies[0]
            place = Ref(base, site.ref.subs if ref.subs else (), site.ref.labels if ref.labels else ())
            if (len(place.subs), len(place.labels)) == (len(ref.subs), len(ref.labels)):
                text = f"{spelled_out(base)} is never defined; it is read as what stands in {spelled_out(site.base)}"
                world.sites[base] = [replace(site, base=base, ref=place, body=inside, assumed=text)]


def _slopes(world: World, node: Node) -> Iterator[tuple[Ref, Ref]]:
    """The names above and below in the derivative fractions of a formula."""
    for part in walk(node):
        top, bottom = (above(part.numerator), below(part.denominator)) if isinstance(part, Fraction) else (None, None)
        if top is not None and top.body is not None and bottom is not None and len(bottom[1]) == 1:
            refs = [reference(x, world.glossary) for x in (top.body, bottom[1][0])]
            if refs[0] is not None and refs[1] is not None:
                yield refs[0], refs[1]


def _used_otherwise(world: World, equations: list[Equation], base: str) -> bool:
    """Whether a name stands anywhere but in derivative fractions: then what it is may be told there."""
    for e in equations:
        for side in (e.lhs, e.rhs):
            uses = sum(ref.base == base for ref in references(side, world))
            if uses != sum((top.base == base) + (by.base == base) for top, by in _slopes(world, side)):
                return True
    return False


def _inside(world: World, body: Node) -> Node | None:
    """The argument of a body that is an activation and its argument, nothing else."""
    if not isinstance(body, Product) or len(body.factors) != 2 or not isinstance(body.factors[1].node, Fenced):
        return None
    ref = reference(body.factors[0].node, world.glossary)
    if ref is None or not ref.bare or body.factors[1].op:
        return None
    known = is_function_word(ref.base) or ref.base in world.roles or ref.base in DEFAULT_ROLES
    return body.factors[1].node.body if known or ref.base in world.functions else None
