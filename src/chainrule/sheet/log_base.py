r"""The base of a logarithm, where a document says it by the change of base: `\log p = \frac{\ln p}{\ln 10}`.

From then on and before, `\log` without a subscript is the logarithm to that base; `\ln` stays the natural one.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.names import node_key
from chainrule.sheet.rebuilding import with_parts
from chainrule.sheet.statements import Equation, Sheet


def with_log_base(sheet: Sheet) -> Sheet:
    """The sheet with the base written to every logarithm that has none."""
    bases = {b.text: b for e in sheet.equations if (b := _said(e)) is not None}
    if len(bases) != 1:
        return sheet
    (base,) = bases.values()
    before = sheet.glossary.rewritten
    sheet.glossary.rewritten = lambda node, position: _written(before(node, position), base)
    sheet.equations = [replace(e, lhs=_written(e.lhs, base), rhs=_written(e.rhs, base)) for e in sheet.equations]
    sheet.expressions = [(scope, position, _written(node, base)) for scope, position, node in sheet.expressions]
    return sheet


def _said(e: Equation) -> Number | None:
    """The base in `\\log x = \\ln x / \\ln b`, the same x on both sides."""
    ratio = e.rhs
    if e.op not in ("=", ":=", "≡") or not isinstance(ratio, Fraction):
        return None
    left, above, below = _of(e.lhs, "log"), _of(ratio.numerator, "ln"), _of(ratio.denominator, "ln")
    if left is None or above is None or node_key(left) != node_key(above) or not isinstance(below, Number):
        return None
    return below if below.text.isdigit() and int(below.text) > 1 else None


def _of(node: Node, word: str) -> Node | None:
    """What a logarithm that makes up a whole formula is taken of."""
    factors = node.factors if isinstance(node, Product) else ()
    head = factors[0].node if len(factors) == 2 and not factors[1].op else None
    if not isinstance(head, Name) or head.text != word:
        return None
    inside = factors[1].node
    return inside.body if isinstance(inside, Fenced) else inside


def _written(node: Node, base: Number) -> Node:
    if isinstance(node, Script):  # `\\log_2` has its base, and `\\log^2` is a power of it
        return node if _is_log(node.base) else with_parts(node, lambda part: _written(part, base))
    if isinstance(node, Product):
        factors = tuple(Factor(f.op, _with_base(f.node, base)) for f in node.factors)
        return replace(node, factors=factors)
    return with_parts(node, lambda part: _written(part, base))


def _with_base(node: Node, base: Number) -> Node:
    return Script(node.span, node, base) if _is_log(node) else _written(node, base)


def _is_log(node: Node) -> bool:
    return isinstance(node, Name) and node.text == "log"
