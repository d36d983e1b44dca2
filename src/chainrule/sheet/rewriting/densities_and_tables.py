r"""A letter for a density and for a table: `P(x | z)` beside `P_{ik}`, `Q(\theta | \theta')` beside `Q_{ik}`.

A name with two indices that is never applied, of a letter that without them is never anything but applied, is another
quantity. It gets a typeface of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Fenced, Infix, Name, Node, Product, Script, Sum
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.normal_laws import DENSITIES
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, juxtaposed_letters

TYPEFACE = "sf"


def densities_and_tables(formulas: Iterable[Node]) -> frozenset[str]:
    """The letters that stand for both."""
    formulas = list(formulas)
    called = {(n.text, fence.body) for f in formulas for n, fence in _calls(f) if isinstance(n, Name)}
    densities = {text for text, body in called if isinstance(body, Infix) and body.op == "|" and text in DENSITIES}
    indexed = {id(n) for f in formulas for n, _ in _calls(f) if isinstance(n, Script)}
    tables, others = set[str](), set[str]()
    for script in (n for f in formulas for n in walk(f) if isinstance(n, Script) and _plain(n.base)):
        text = getattr(script.base, "text", "")
        if id(script) not in indexed:  # Q_i(z) is one of several densities
            (tables if _is_table(script) else others).add(text)
    return frozenset((densities & tables) - others)


def with_typefaces(node: Node, letters: frozenset[str]) -> Node:
    """A formula with the tables in a typeface of their own."""

    def choose(part: Node) -> Node | None:
        table = isinstance(part, Script) and _plain(part.base) and _is_table(part)
        if (
            not table
            or not isinstance(part, Script)
            or not isinstance(part.base, Name)
            or part.base.text not in letters
        ):
            return None
        return replace(part, base=replace(part.base, style=(TYPEFACE,)))

    return rebuilt(node, choose)


def _plain(node: Node) -> bool:
    return isinstance(node, Name) and not node.style


def _is_table(script: Script) -> bool:
    """Whether two letters of indices stand below a name."""
    text = juxtaposed_letters(script.sub) if isinstance(script.sub, Product) else None
    return text is not None and len(text) == 2 and set(text) <= INDEX_LETTERS


def _calls(formula: Node) -> Iterator[tuple[Node, Fenced]]:
    """The names before parentheses that hold an argument; a sum in them is a factor."""
    for product in (n for n in walk(formula) if isinstance(n, Product)):
        for one, after in pairwise(product.factors):
            fence = after.node
            if isinstance(fence, Fenced) and fence.open == "(" and not after.op and not isinstance(fence.body, Sum):
                yield one.node, fence
