r"""Numbered names that are scalars of their own: numbers are put in for `w_1` and `w_5`, and no vector w is spoken of.

A worked example says once, for every weight, `w \leftarrow w - \eta \frac{\partial E}{\partial w}` or writes the chain
rule for any w. That makes no vector of the numbered ones; a product or a function of the whole of them does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Accent, Fraction, Node, Number, Product, Sum
from chainrule.sheet.definitions.put_in import bare, is_arithmetic, paired
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk

Slot = tuple[str, int]


def values_of_their_own(world: World, equations: list[Equation], mentions: Iterable[Node]) -> set[Slot]:
    """The subscripts whose numbers tell scalars apart, each a base with the place of the subscript."""
    found = {slot for e in equations for slot in _put_in(world, e, equations)}
    if not found:
        return found
    wholes = {base for e in equations for base in _wholes(world, e)}
    wholes |= {r.base for m in mentions if reference(m, world.glossary) is None for r in _outside(world, m)}
    return {(base, n) for base, n in found if base not in wholes}


def _put_in(world: World, e: Equation, equations: list[Equation]) -> Iterator[Slot]:
    """The numbered names of a formula that an equation puts numbers in for."""
    if e.op not in ("=", ":=", "≈") or not is_arithmetic(world, e.rhs) or is_arithmetic(world, e.lhs):
        return
    name = node_key(e.lhs)
    formulas = [e.lhs, *(x.rhs for x in equations if x is not e and node_key(x.lhs) == name)]
    for formula in formulas:
        for node, _ in paired(formula, e.rhs) or ():
            ref = reference(node, world.glossary)
            if ref is not None and node is not bare(formula):
                yield from ((ref.base, n) for n, sub in enumerate(ref.subs) if isinstance(sub, Number))


def _wholes(world: World, e: Equation) -> Iterator[str]:
    """The names that an equation uses as the whole of their components."""
    if _of_derivatives(e.lhs) and _of_derivatives(e.rhs):
        return
    every = _stepped(world, e.rhs) or _stepped(world, e.lhs)
    for side in (e.lhs, e.rhs):
        yield from (r.base for r in references(side, world) if _is_whole(r) and r.base != every)


def _of_derivatives(node: Node) -> bool:
    """A derivative or a product of derivatives: the chain rule for any variable."""
    factors = [f.node for f in node.factors] if isinstance(node, Product) else [node]
    return all(isinstance(f, Fraction) and above(f.numerator) is not None for f in factors)


def _stepped(world: World, side: Node) -> str | None:
    r"""The w of `w - \eta \frac{\partial E}{\partial w}`, `-\eta \nabla_w E` and `w + \Delta w`: a step that is the
    same for every weight."""
    body = bare(side)
    if not isinstance(body, Sum) or len(body.terms) > 2:
        return None
    *start, step = (t.node for t in body.terms)
    named = [r for node in _variables(step) if (r := reference(node, world.glossary)) is not None]
    uses = [r for r in references(step, world) if named and r.base == named[0].base]
    if len(named) != 1 or not _is_whole(named[0]) or len(uses) > 1:
        return None
    first = reference(start[0], world.glossary) if start else named[0]  # `w_{old}` beside `w` has a base of its own
    return named[0].base if first is not None and first.base.split("_")[0] == named[0].base else None


def _variables(step: Node) -> Iterator[Node]:
    """What the derivatives and gradients in a formula are taken by; of a change, what changes."""
    if isinstance(step, Accent) and step.kind == "Delta":
        yield step.body
    for node in walk(step):
        bottom = below(node.denominator) if isinstance(node, Fraction) and above(node.numerator) is not None else None
        gradient = nabla_of(node)
        yield from (() if bottom is None else bottom[1])
        yield from (() if gradient is None else gradient[0])


def _outside(world: World, node: Node) -> Iterator[Ref]:
    """The wholes in a formula that stands in a sentence; a derivative by one is for any of its components."""
    if not _of_derivatives(node):
        yield from (r for r in references(node, world) if _is_whole(r))


def _is_whole(ref: Ref) -> bool:
    """`w`, or `w_i` and `w_{i1}` with a letter that stands for any number."""
    return not ref.labels and (not ref.subs or any(letter_of(s) is not None for s in ref.subs))
