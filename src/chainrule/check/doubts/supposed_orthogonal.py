r"""Matrices that words only suppose to have orthonormal columns: "assume that the data are whitened, $X^T X = I$", or
that are told to by their entries, `R_{ik} R_{il} = \delta_{kl}`, where they are the same thing.

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
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, reference

KRONECKER = "Kronecker delta"


def supposed_orthogonal(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that holds if a matrix has the orthonormal columns which a line before it supposes."""
    names = lines_of(lines.world, [e])[0].names
    for x in lines.equations:
        base, kind = _told_by(lines.world, x)
        if base not in names or x.position > e.position or lines.world.defined(base):
            continue
        family = lines.world.family(base)
        before = family.domain_kind
        if before is not None:
            continue
        if x is e and kind == "orthogonal":
            return assumed("condition", f"says of {base} that it is orthogonal")
        family.domain_kind = kind
        try:
            same = lines.holds_as(e, variant) if kind == "orthogonal" else _holds_again(lines, e, variant)
        finally:
            family.domain_kind = before
        if same:
            line = x.line
            return assumed("condition", f"holds where {x.text(x.lhs)} is {x.text(x.rhs)}, which line {line} supposes")
    return None


def _holds_again(lines: Lines, e: Equation, variant: Variant) -> bool:
    return isinstance(compared_again(lines, e, variant), Same)


def _told_by(world: World, e: Equation) -> tuple[str | None, str]:
    """The matrix that a line says has orthonormal columns or rows, and of what kind it is."""
    if e.op == "=" and is_identity(world, e.rhs):
        return turned_to_one(world, e.lhs), "orthonormal columns"
    one = reference(e.rhs, world.glossary)
    if e.op != "=" or one is None or one.base != KRONECKER or len(one.subs) != 2:
        return None, ""
    refs = [r for r in references(e.lhs, world) if len(r.subs) == 2]
    if len(refs) != 2 or refs[0].base != refs[1].base or any(r.labels or r.postfix or r.primes for r in refs):
        return None, ""
    letters = [[letter_of(s) for s in r.subs] for r in refs]
    shared = [n for n in (0, 1) if letters[0][n] == letters[1][n] is not None]
    left = {ls[1 - n] for n in shared for ls in letters}
    return (refs[0].base, "orthogonal") if left == {letter_of(s) for s in one.subs} else (None, "")
