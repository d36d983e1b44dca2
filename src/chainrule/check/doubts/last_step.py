r"""A step by a letter of its own: `\nabla_{h^{(\tau)}} L = V^T \nabla_{o^{(\tau)}} L` beside states h^{(t)} that go on.

Where no step before or after it is ever spoken of, the letter most often stands for the last one, behind which nothing
comes; a line that leaves the paths through later steps out is right there.
"""

from __future__ import annotations

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import reach
from chainrule.check.records.finding import Finding, assumed
from chainrule.expr import Unknown
from chainrule.sheet.definitions.recurrence import label_nodes, states, variables
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import letter_of, shifted_letter
from chainrule.sheet.syntax.spelling import spelled_out


def at_the_last_step(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A derivative of a loss that nobody defines by a state at such a step."""
    world = lines.world
    held = states(world)
    if not held or not any(isinstance(t, Unknown) for t in reach(different.terms, variant.universe.definitions)):
        return None
    alone = {x for ref in variables(lines.world, e, held) for n in label_nodes(world, ref) if (x := letter_of(n))}
    moved: set[str] = set()
    for ref in (r for x in lines.equations for side in (x.lhs, x.rhs) for r in references(side, world)):
        if ref.base in held:
            moved |= {y for n in label_nodes(world, ref) if letter_of(n) is None and (y := shifted_letter(n))}
    letters = sorted(x for x in alone - moved - world.glossary.bound if not x[:1].isupper())  # T and L are the last
    if not letters or not moved:
        return None
    text = f"holds if {spelled_out(letters[0])} is the last step, which the document does not say"
    return assumed("undefined-symbol", text)
