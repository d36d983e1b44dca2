r"""The matrix of a long column as it is written: the X of `\operatorname{vec}(X)`."""

from __future__ import annotations

from chainrule.read.tree import Fenced, Name, Node, Product, Script
from chainrule.sheet.syntax.names import spelled
from chainrule.sheet.syntax.script_words import is_transpose

VEC = frozenset({"vec", "Vec", "bold vec", "bb vec"})


def vectorised(node: Node) -> tuple[Node, bool] | None:
    r"""The X of `\operatorname{vec}(X)`, and whether it is transposed: `\operatorname{vec}(X)^\top`."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) != 2 or not isinstance(factors[0].node, Name) or spelled(factors[0].node) not in VEC:
        return None
    last, flat = factors[1].node, False
    if isinstance(last, Script) and last.sup is not None and is_transpose(last.sup):
        last, flat = last.base if last.sub is None else last, True
    inner = last.body if isinstance(last, Fenced) else last
    return inner, flat
