r"""Names with digits in them, `w1o` or `w5b`: what stands behind ∂ without a gap is one name there and everywhere.

Without such a place `w1x` is w_1 x. The name is written `w_{1o}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import Factor, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Spelling = tuple[str, ...]
"""The letter, the digits and the letters behind them: `("w", "1", "o")`."""


def names_with_digits(formulas: Iterable[Node]) -> set[Spelling]:
    """The names of a document that it differentiates by."""
    found = set[Spelling]()
    for node in (n for formula in formulas for n in walk(formula)):
        below = node.denominator if isinstance(node, Fraction) else None
        factors = below.factors if isinstance(below, Product) else ()
        if len(factors) > 2 and sign_of(factors[0].node) is not None:
            found |= {s for s in (_spelling(factors[1:]),) if s is not None}
    return found


def with_whole_names(node: Node, names: set[Spelling]) -> Node:
    """A formula with these names put together."""
    return rebuilt(node, lambda part: _put_together(part, names) if isinstance(part, Product) else None)


def _spelling(factors: tuple[Factor, ...]) -> Spelling | None:
    """How a run of factors is spelled, where nothing but letters stands without a gap behind a letter with digits."""
    first = factors[0].node
    if not _has_glued_digits(first):
        return None
    assert isinstance(first, Script) and isinstance(first.base, Name) and isinstance(first.sub, Number)
    parts, end = [first.base.text, first.sub.text], first.span.end
    for factor in factors[1:]:
        letter = factor.node.base if isinstance(factor.node, Script) else factor.node
        if factor.op or not isinstance(letter, Name) or len(letter.text) != 1 or letter.span.start != end:
            return None
        parts.append(letter.text)
        end = factor.node.span.end
    return tuple(parts) if len(parts) > 2 else None


def _has_glued_digits(node: Node) -> bool:
    """`w1`, and not `w_1`."""
    return (
        isinstance(node, Script) and isinstance(node.base, Name) and isinstance(node.sub, Number)
        and node.sup is None and node.sub.span.start == node.base.span.end
    )  # fmt: skip


def _put_together(product: Product, names: set[Spelling]) -> Node | None:
    factors, out, n = product.factors, list[Factor](), 0
    while n < len(factors):
        run = next((r for r in (factors[n : n + len(name) - 1] for name in names) if _spelling(r) in names), None)
        out.append(factors[n] if run is None else replace(factors[n], node=_name(run)))
        n += 1 if run is None else len(run)
    if len(out) == len(factors):
        return None
    return replace(out[0].node, span=product.span) if len(out) == 1 else replace(product, factors=tuple(out))


def _name(run: tuple[Factor, ...]) -> Script:
    r"""`w_{1o}`, with what stands above its last letter: `w1o^2`."""
    first, last = run[0].node, run[-1].node
    assert isinstance(first, Script) and first.sub is not None
    letters = tuple(Factor("", f.node.base if isinstance(f.node, Script) else f.node) for f in run[1:])
    sub = Product(first.sub.span.join(last.span), (Factor("", first.sub), *letters))
    above = last if isinstance(last, Script) else None
    return Script(first.span.join(last.span), first.base, sub, above and above.sup, above.primes if above else 0)
