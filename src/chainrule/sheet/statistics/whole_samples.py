r"""A sample under the letter of its members: y of `p(y | m) = \prod_i p(y_i | m)` is all of them, and no member.

The density of the whole and that of a member are two functions of one letter. Their calls are told apart by the
subscript, as `p(X | m)` and `p(x_i | m)` are by the letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Big, Fenced, Node, Product, Script
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.arguments import parts
from chainrule.sheet.syntax.bound_letters import running_letters
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.syntax.normal_laws import is_density


def with_whole_samples(sheet: Sheet) -> Sheet:
    """The sheet with the letters noted that are a whole sample where they stand bare."""
    for e in sheet.equations:
        whole = {_letter(base) for base, letters in _arguments(sheet, e.lhs) if not letters}
        members = {base for base, letters in _arguments(sheet, e.rhs) if letters & running_letters(e.rhs)}
        if any(isinstance(n, Big) and n.op in ("prod", "sum") for n in walk(e.rhs)):
            sheet.glossary.whole |= {base for base in members if _letter(base) in whole}
    return sheet


def _letter(base: str) -> str:
    """The letter of a name in any typeface: x for a bold x and for X."""
    return base.rpartition(" ")[2].removeprefix("vec(").removesuffix(")").lower()


def _arguments(sheet: Sheet, side: Node) -> Iterator[tuple[str, set[str]]]:
    """The names before the bar of densities, each with the letters in its subscripts."""
    for product in (n for n in walk(side) if isinstance(n, Product)):
        for first, second in pairwise(product.factors):
            fence = second.node.base if isinstance(second.node, Script) else second.node
            of = reference(first.node, sheet.glossary)
            if of is None or not is_density(of.base) or second.op or not isinstance(fence, Fenced):
                continue
            for ref in (reference(x, sheet.glossary) for x in parts(fence)[0]):
                if ref is not None and not (ref.labels or ref.postfix or ref.primes):
                    yield ref.base, {x for s in ref.subs if (x := letter_of(s)) is not None}
