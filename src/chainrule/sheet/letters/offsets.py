r"""Offsets with the letter of a vector: the `\theta_0` of `\theta^T x + \theta_0` is a number, no component of \theta.

A component would be in the product already. A document that steps through the components from 0, or that writes a
point `x_0` beside x itself, `x - x_0`, does not mean an offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Accent, Big, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of, reference


def offsets_of(everything: Iterable[Node], glossary: Glossary) -> set[str]:
    """The names whose numbered version 0 is added to a product with the whole of them."""
    nodes = list(everything)
    from_zero = any(isinstance(n, Big) and n.sub is not None and _starts_at_zero(n.sub) for n in nodes)
    sums = [n for n in nodes if isinstance(n, Sum)]
    points = {base for node in sums for base in _points(node, glossary)}
    return set() if from_zero else {base for node in sums for base in _offsets(node, glossary)} - points


def _offsets(node: Sum, glossary: Glossary) -> Iterator[str]:
    """`\\theta^T x + \\theta_0`, `w \\cdot x + w_0`."""
    whole = set[str]()
    for term in node.terms:
        factors = term.node.factors if isinstance(term.node, Product) else ()
        refs = (r for f in factors if (r := _ref(f.node, glossary)) is not None)
        whole |= {r.base for r in refs if not (r.subs or r.labels or r.primes)}
    zeroth = (r for t in node.terms if (r := _ref(t.node, glossary)) is not None and _is_zeroth(r))
    yield from (r.base for r in zeroth if not whole.isdisjoint(_vectors_called(r.base)))


def _vectors_called(base: str) -> set[str]:
    r"""What a vector may be called whose entries have this name: `\beta_0 + \boldsymbol\beta^T x`."""
    return {base, f"bold {base}", f"vec({base})"}


def _points(node: Sum, glossary: Glossary) -> Iterator[str]:
    """`x - x_0`."""
    refs = [r for t in node.terms if (r := _ref(t.node, glossary)) is not None]
    bare = {r.base for r in refs if r.bare}
    yield from (r.base for r in refs if r.base in bare and _is_zeroth(r))


def _ref(node: Node, glossary: Glossary) -> Ref | None:
    return reference(node, glossary) if isinstance(node, (Name, Accent, Script)) else None


def _is_zeroth(ref: Ref) -> bool:
    return len(ref.subs) == 1 and isinstance(ref.subs[0], Number) and ref.subs[0].text == "0" and not ref.postfix


def _starts_at_zero(sub: Node) -> bool:
    """`j = 0` below a sum."""
    link = sub.links[0] if isinstance(sub, Relation) else None
    zero = link is not None and link.op == "=" and isinstance(link.node, Number) and link.node.text == "0"
    return zero and isinstance(sub, Relation) and letter_of(sub.first) is not None
