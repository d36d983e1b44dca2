r"""Sums under the capital letter: `\Sigma_j w_{ij} x_j`, `\Sigma_i^n w_i x_i`.

With a range below it, `\Sigma_{i=1}^n`, the letter is a sign for the grammar. With a letter alone it is one in a
document in which all of them have a letter below and stand before terms with that letter: a covariance matrix
`\Sigma_k` is inverted, has a determinant or is listed beside a mean. Without any letter it is one before the gradients
of a batch, `\frac{1}{m} \Sigma dZ`.

>>> from chainrule.read.grammar.formula import dump, parse
>>> from chainrule.read.tree import Span
>>> def read(tex):
...     return parse(tex, Span(0, len(tex)), {}, True)[0].node
>>> sums, law = read(r"\Sigma_j w_{ij} x_j + \Sigma_i^n b_i"), read(r"\Sigma_k \mu_k + N(\mu_k, \Sigma_k)")
>>> signs_of_sums([sums]), signs_of_sums([law])
(True, False)
>>> dump(with_signs_of_sums(sums))
'(+ (* (sum _j) (w _(* i j)) (x _j)) +(* (sum _i ^n) (b _i)))'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Big, Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS


def signs_of_sums(formulas: list[Node]) -> bool:
    """Whether every capital sigma of a document is the sign of a sum."""
    every = sum(isinstance(n, Name) and n.text == "Sigma" for f in formulas for n in walk(f))
    signs = sum(isinstance(n, Product) and len(list(_signs(n))) for f in formulas for n in walk(f))
    return 0 < every == signs


def with_signs_of_sums(node: Node, _found: bool = True) -> Node:
    """A formula with the usual sign of a sum for the letter."""
    return rebuilt(node, _with_signs)


def _with_signs(node: Node) -> Node | None:
    places = set(_signs(node)) if isinstance(node, Product) else set()
    if not places or not isinstance(node, Product):
        return None
    factors = (
        _sign(f) if n in places else replace(f, node=with_signs_of_sums(f.node)) for n, f in enumerate(node.factors)
    )
    return replace(node, factors=tuple(factors))


def _sign(factor: Factor) -> Factor:
    match factor.node:
        case Script(span=span, sub=sub, sup=sup):
            return replace(factor, node=Big(span, "sum", sub, sup))
    return replace(factor, node=Big(factor.node.span, "sum"))


def _signs(node: Product) -> Iterator[int]:
    """The places of the factors that are signs: the letter below one stands in what follows."""
    for n, f in enumerate(node.factors[:-1]):
        match f.node:
            case Script(base=Name(text="Sigma", style=()), sub=Name(text=letter), sup=sup, primes=0):
                ends = sup is None or (isinstance(sup, Name | Script) and letter_of(sup) not in TRANSPOSE_WORDS)
                if ends and not node.factors[n + 1].op and letter in _carried(g.node for g in node.factors[n + 1 :]):
                    yield n
            case Name(text="Sigma", style=()) if isinstance(node.factors[n + 1].node, Name):
                sign, *rest = node.factors[n + 1 :]
                if isinstance(sign.node, Name) and sign.node.text == "d" and rest and not (sign.op or rest[0].op):
                    yield n


def _carried(nodes: Iterable[Node]) -> Iterator[str]:
    """The letters that stand in subscripts and in marks above names."""
    for script in (n for node in nodes for n in walk(node) if isinstance(n, Script)):
        marks = [script.sub, script.sup.body if isinstance(script.sup, Fenced) else script.sup]
        yield from (x for mark in marks if mark is not None for n in walk(mark) if (x := letter_of(n)) is not None)
