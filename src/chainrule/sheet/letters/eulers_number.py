r"""The letter e as the number 2.718...: `\frac{2}{e \ln 2} - 1`, "the maximum is $1/e$".

A bare e that nobody defines, declares or differentiates by is that number where the document takes powers of it or
natural logarithms, or multiplies it by 2\pi as entropies do; elsewhere it may be an error or an energy.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Name, Number, Product, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

EULER = "the number e"


def note_eulers_number(world: World, equations: Iterable[Equation]) -> None:
    """Say of a bare letter e that it is the base of natural logarithms, where the formulas speak of these."""
    family = world.families.get("e")
    if family is None or world.defined("e") or family.domain_kind is not None or family.declared_rank is not None:
        return
    used = family.by or family.differentiated or family.transposed or family.changing or "e" in world.functions
    if used or not family.sub_counts <= {0} or "e" in world.glossary.bound | world.size_names:
        return
    if speaks_of_eulers_number(equations):
        family.domain_kind = EULER


def speaks_of_eulers_number(equations: Iterable[Equation]) -> bool:
    """Whether formulas take powers of e or natural logarithms, or have the 2 pi e of an entropy."""
    nodes = (n for e in equations for side in (e.lhs, e.rhs) for n in walk(side))
    return any(_is_power(n) or (isinstance(n, Name) and n.text == "ln") or _is_times_two_pi(n) for n in nodes)


def _is_power(node: object) -> bool:
    """`e^{-x}`, and no square or transpose, which an error may have."""
    if not isinstance(node, Script) or not isinstance(node.base, Name) or node.base.text != "e" or node.sup is None:
        return False
    own = isinstance(node.sup, Number) or (isinstance(node.sup, Name) and node.sup.text in TRANSPOSE_WORDS)
    return node.sub is None and not node.primes and not own


def _is_times_two_pi(node: object) -> bool:
    r"""`2\pi e \sigma^2`, as in the entropy of a normal law."""
    texts = [getattr(f.node, "text", "") for f in node.factors] if isinstance(node, Product) else []
    return any(texts[n : n + 3] == ["2", "pi", "e"] for n in range(len(texts)))
