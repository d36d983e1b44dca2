r"""Matrices that words only suppose to have orthonormal columns: "assume that the data are whitened, $X^T X = I$".

What is supposed holds for some lines and not for others, and how far is not said. A line that is right under it is
`assumed`, and so is the supposition.
"""

from __future__ import annotations

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.doubts.unsaid import compared_again
from chainrule.check.records.finding import Finding, assumed
from chainrule.sheet.arrays.orthogonal import is_identity, turned_to_one
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation


def supposed_orthogonal(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that holds if a matrix has the orthonormal columns which a line before it supposes."""
    names = lines_of(lines.world, [e])[0].names
    for x in lines.equations:
        base = turned_to_one(lines.world, x.lhs) if is_identity(lines.world, x.rhs) and x.op == "=" else None
        if base not in names or x.position > e.position or lines.world.defined(base):
            continue
        family = lines.world.family(base)
        before = family.domain_kind
        if before is not None:
            continue
        family.domain_kind = "orthonormal columns"
        try:
            again = compared_again(lines, e, variant)
        finally:
            family.domain_kind = before
        if isinstance(again, Same):
            line = x.document.position(x.span.start)[0]
            return assumed("condition", f"holds where {x.text(x.lhs)} is {x.text(x.rhs)}, which line {line} supposes")
    return None
