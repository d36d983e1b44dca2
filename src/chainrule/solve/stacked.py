r"""Forms in stacked columns as traces: `vec(X)^T (A \otimes B) vec(Y)` is `tr(X^T B Y A^T)`, and `vec(X)^T vec(Y)` is
`tr(X^T Y)`, so that a derivative by X comes out as a matrix.

Columns are stacked, as everybody does who writes `\otimes` beside vec; where the sheet stacks rows, the checker does
not confirm what comes of it.
"""

from __future__ import annotations

from chainrule.read.tree import Factor, Fenced, Name, Node, Product, Script, Span
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import is_transpose


def without_vec(node: Node) -> Node:
    """A formula with every such form as a trace."""
    return rebuilt(node, lambda part: _traced(part) if isinstance(part, Product) else None)


def _traced(product: Product) -> Node | None:
    factors = product.factors
    for n in range(len(factors) - 3):
        left = _stacked(factors[n : n + 2], turned=True)
        middle = _kronecker(factors[n + 2].node)
        behind = n + 3 if middle is not None else n + 2
        right = _stacked(factors[behind : behind + 2], turned=False)
        if left is None or right is None:
            continue
        span = factors[n].node.span.join(factors[behind + 1].node.span)
        inside = [_turned(left), right]
        if middle is not None:
            inside = [_turned(left), middle[1], right, _turned(middle[0])]
        trace = (Factor(factors[n].op, Name(span, "tr")), Factor("", _fenced(inside, span)))
        found = Product(product.span, (*factors[:n], *trace, *factors[behind + 2 :]))
        return _traced(found) or found
    return None


def _stacked(pair: tuple[Factor, ...], turned: bool) -> Node | None:
    """The X of `vec(X)`, or of `vec(X)^T`."""
    if len(pair) < 2 or not (isinstance(pair[0].node, Name) and pair[0].node.text == "vec") or pair[1].op:
        return None
    fence = pair[1].node
    if turned:
        above = isinstance(fence, Script) and fence.sub is None and not fence.primes and fence.sup is not None
        if not above or not isinstance(fence, Script) or fence.sup is None or not is_transpose(fence.sup):
            return None
        fence = fence.base
    return fence.body if isinstance(fence, Fenced) and fence.open == "(" else None


def _kronecker(node: Node) -> tuple[Node, Node] | None:
    r"""A and B of `(A \otimes B)`."""
    body = node.body if isinstance(node, Fenced) and node.open in "([" else None
    factors = body.factors if isinstance(body, Product) else ()
    return (factors[0].node, factors[1].node) if len(factors) == 2 and factors[1].op == "otimes" else None


def _fenced(parts: list[Node], span: Span) -> Node:
    """Factors in parentheses, each sum among them in its own."""
    factors = tuple(Factor("", p if isinstance(p, Name | Script) else Fenced(p.span, "(", p, ")")) for p in parts)
    return Fenced(span, "(", Product(span, factors), ")")


def _turned(node: Node) -> Node:
    """The transpose; that of a transpose is what it is of."""
    if isinstance(node, Script) and node.sub is None and node.sup is not None and is_transpose(node.sup):
        return node.base
    base = node if isinstance(node, Name) or (isinstance(node, Script) and node.sup is None) else None
    return Script(node.span, base or Fenced(node.span, "(", node, ")"), None, Name(node.span, "T"), 0)
