r"""Lines under a condition that cannot be put to use: `i \neq j`, where i and j are labels of names and no indices.

The line is said of some of these names only, and which these are is not known.
"""

from __future__ import annotations

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Big, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import letter_of, walk


def of_some_labels(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line with both letters of its condition below its names, of which one is no index as the line was read."""
    if not e.conditions or e.position not in variant.typed:
        return None
    frame = variant.typed[e.position][0]
    indices = set(frame.free) | set(frame.letters)
    subs = [n.sub for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script) and n.sub is not None]
    below = {letter for sub in subs for n in walk(sub) if (letter := letter_of(n)) is not None}
    sums = (n.sub for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Big) and n.sub is not None)
    below -= {letter for sub in sums for letter in bound_letters(sub)}  # of which the condition says nothing
    for c in e.conditions:
        letters = {x for side in (c.first, c.links[0].node) if (x := letter_of(side)) is not None}
        classes = {x for x in letters if (f := lines.world.families.get(x)) is not None and f.integer}  # a label y
        if len(letters) == 2 and letters <= below and not letters <= indices | classes:
            one, other = sorted(letters)
            text = f"it is said of some {one} and {other} only, which are labels here and no indices"
            return Finding("unsupported", "index-scope", text)
    return None
