r"""Sums between limits without a letter, `\sum_1^n x_i`: the letter is the one that the terms are numbered by.

>>> from chainrule.read.grammar.formula import dump, parse
>>> from chainrule.read.tree import Span
>>> tex = r"\sum_1^n x_i y_i + \sum_{M+1}^D u^T v"
>>> [row] = parse(tex, Span(0, len(tex)), {}, True)
>>> dump(with_letters(row.node))
'(+ (* (sum _(rel i = 1) ^n) (x _i) (y _i)) +(* (sum _(+ M +1) ^D) (u ^T) v))'
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Big, Factor, Link, Name, Node, Number, Product, Relation, Script, Span, Sum
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS


def with_letters(node: Node) -> Node:
    """A formula in which sums and products between two limits run over the letter that numbers their terms."""
    return rebuilt(node, over_their_letter)


def over_their_letter(node: Node) -> Node | None:
    """A product whose big operators have limits alone, with letters; None for any other node."""
    if not isinstance(node, Product) or not any(_has_limits_alone(f.node) for f in node.factors):
        return None
    factors = [Factor(f.op, with_letters(f.node)) for f in node.factors]
    for n in reversed(range(len(factors))):
        found = factors[n].node
        if isinstance(found, Big) and found.sub is not None and _has_limits_alone(found):
            letters = _numbering(factors[n + 1 :]) - _bound(factors[:n])
            if len(letters) == 1:
                span = found.sub.span
                nowhere = Span(span.start, span.start)
                sub = Relation(span, Name(nowhere, letters.pop()), (Link("=", nowhere, found.sub),))
                factors[n] = replace(factors[n], node=replace(found, sub=sub))
    return replace(node, factors=tuple(factors))


def _has_limits_alone(node: Node) -> bool:
    r"""`\sum_1^n`, `\prod_{M+1}^D`: two limits, and no letter that runs between them."""
    if not isinstance(node, Big) or node.op not in ("sum", "prod") or node.sup is None:
        return False
    counted = isinstance(node.sub, Sum) and any(isinstance(t.node, Number) for t in node.sub.terms)
    return isinstance(node.sub, Number) or counted


def _numbering(factors: list[Factor]) -> set[str]:
    """The index letters that number something in some factors and that no operator among these binds."""
    scripts = (n for f in factors for n in walk(f.node) if isinstance(n, Script) and n.sub is not None)
    found = {x for s in scripts if s.sub is not None for n in walk(s.sub) if (x := letter_of(n)) is not None}
    return (found & INDEX_LETTERS) - _bound(factors)


def _bound(factors: list[Factor]) -> set[str]:
    """The letters that the big operators in some factors bind."""
    subs = (n.sub for f in factors for n in walk(f.node) if isinstance(n, Big) and n.sub is not None)
    return {x for sub in subs for n in walk(sub) if (x := letter_of(n)) is not None}
