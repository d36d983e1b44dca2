r"""Matrices with orthonormal columns: `U^T U = I`, `V^{-1} = V^T`, "orthogonal matrices $U$ and $V$".

An orthogonal matrix is square; `U^T U = I` does not say whether U is. Such a line about a name that nothing defines,
and that nothing is differentiated by, holds for every value that the name is given.
"""

from __future__ import annotations

import re

from chainrule.read.tree import Name, Node, Product, Script, Sum
from chainrule.sheet.records.families import IDENTITY_NAMES
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference

SUPPOSING = re.compile(
    r"\b(?:if|were|would|unless|not|never|false|suppose\w*|assum\w+|cases?|special|subject to|s\.t|whiten\w*)\b"
    r"|\?|\b(?:is|claim)\s*$",
    re.IGNORECASE,
)


def note_orthogonal(world: World, equations: list[Equation]) -> None:
    """Note the matrices that equations of a world declare to be orthogonal."""
    left = [reference(e.lhs, world.glossary) for e in equations if not e.link and e.op in ("=", ":=", "≡")]
    defined = {r.base for r in left if r is not None and r.bare}
    said = set[str]()
    for e in equations:
        square = _inverse_turned(world, e)
        base = square or (turned_to_one(world, e.lhs) if is_identity(world, e.rhs) else None)
        if base is None or e.op != "=" or base in defined | said or world.family(base).by or _supposed(world, e):
            continue
        said.add(base)
        world.family(base).domain_kind = "orthonormal columns" if square is None else "orthogonal"
        world.declaring[e.position] = "declares a matrix with orthonormal columns"


def _supposed(world: World, e: Equation) -> bool:
    """Whether words only suppose it, deny it or ask for it, or the matrix stands in another section too."""
    first = e.lhs.factors[0].node if isinstance(e.lhs, Product) else e.lhs
    ref = reference(first, world.glossary)
    base = "" if ref is None else ref.base
    elsewhere = any(
        x.scope.section != e.scope.section and base in {r.base for s in (x.lhs, x.rhs) for r in references(s, world)}
        for x in world.equations
    )
    return elsewhere or SUPPOSING.search(f"{e.cue} {world.told.get(e.position, '')}") is not None


def is_capital(base: str) -> bool:
    """Whether a name is a capital letter in any typeface."""
    return base.rpartition(" ")[2][:1].isupper()


def is_identity(world: World, node: Node) -> bool:
    """`I`, `I_n`."""
    ref = reference(node.base if isinstance(node, Script) and isinstance(node.base, Name) else node, world.glossary)
    return ref is not None and ref.base in IDENTITY_NAMES


def turned_to_one(world: World, node: Node) -> str | None:
    """The U of `U^T U`."""
    if not isinstance(node, Product) or any(f.op for f in node.factors[1:]):
        return None
    refs = [reference(f.node, world.glossary) for f in node.factors]
    a, b = refs if len(refs) == 2 else (None, None)
    if a is None or b is None or a.base != b.base or (_post(a), _post(b)) != ("T", ""):
        return None
    return a.base if is_capital(a.base) else None


def _inverse_turned(world: World, e: Equation) -> str | None:
    """The U of `U^{-1} = U^T`."""
    a, b = reference(e.lhs, world.glossary), reference(e.rhs, world.glossary)
    if a is None or b is None or a.base != b.base or {_post(a), _post(b)} != {"inverse", "T"}:
        return None
    return a.base


def _post(ref: Ref) -> str:
    """What stands behind a name: "T", "inverse", nothing; a question mark for anything else."""
    if ref.subs or ref.labels or ref.primes or len(ref.postfix) > 1:
        return "?"
    for hung in ref.postfix:
        exponent = hung.node
        if isinstance(exponent, Sum) and [(t.sign, getattr(t.node, "text", "")) for t in exponent.terms] == [
            ("-", "1")
        ]:
            return "inverse"
        return "T" if hung.op == "T" else "?"
    return ""
