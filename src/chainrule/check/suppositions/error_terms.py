r"""Error terms that nobody defines: the \delta_i of `\sum_i \frac{\partial L}{\partial y_i} x_i = \sum_i \delta_i x_i`
is the derivative of the loss beside it, where that makes another line true as well."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.comparison.lines import Lines
from chainrule.read.tree import Fraction, Node
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import look, spelled_out

ERROR_TERMS = frozenset({"delta"})


def error_terms(lines: Lines, e: Equation) -> Iterator[tuple[Site, str, list[Equation]]]:
    """What an error term in a line may be, a derivative of a loss by a name with the same indices; with the other lines
    that have the term."""
    world = lines.world
    refs = {r.base: r for side in (e.lhs, e.rhs) for r in references(side, world) if r.base in ERROR_TERMS}
    for base, ref in refs.items():
        if world.defined(base) or ref.postfix or ref.labels or not ref.subs:
            continue
        related = [x for x in lines.equations if x.chain != e.chain and base in names_in(lines.world, x.lhs, x.rhs)]
        for node in dict.fromkeys(n for side in (e.lhs, e.rhs) for n in walk(side) if _is_slope_of_loss(lines, n, ref)):
            line = e.line
            text = f"{spelled_out(base)} is taken to be the derivative of the loss on line {line} that it stands for"
            yield Site(base, ref, node, e.position, assumed=text, read_off=(e.position,)), text, related


def _is_slope_of_loss(lines: Lines, node: Node, like: Ref) -> bool:
    """Whether a fraction is the derivative of a bare loss by a name with the indices of another name."""
    top = above(node.numerator) if isinstance(node, Fraction) else None
    bottom = below(node.denominator) if isinstance(node, Fraction) else None
    if top is None or top.body is None or bottom is None or len(bottom[1]) != 1:
        return False
    loss, by = (reference(x, lines.world.glossary) for x in (top.body, bottom[1][0]))
    if loss is None or by is None or not loss.bare or look(loss.base) != "loss" or by.labels or by.postfix:
        return False
    return [letter_of(x) for x in by.subs] == [letter_of(x) for x in like.subs]
