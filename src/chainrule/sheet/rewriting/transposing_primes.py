r"""Primes that transpose: `X'X`, `(y - Xb)'(y - Xb)`, `\left(W^{(2)}\right)' \delta`, as statisticians write.

A document means its primes so where one of its formulas has no other reading, or its words say so, and it writes no
transpose in another way. Primes on what is called as a function, `g'(z)`, stay derivatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Accent, Fenced, Name, Node, Product, Script
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

SAID = re.compile(r"\bprimes?\b[^.;]{0,40}\btranspos|\btranspos\w*\b[^.;]{0,40}\bprimes?\b", re.IGNORECASE)


def transposing(nodes: Iterable[Node], words: str) -> frozenset[str] | None:
    """The names whose primes are derivatives all the same, where the other primes of a document transpose; None where
    they do not."""
    everything = [n for node in nodes for n in walk(node)]
    if any(isinstance(n, Script) and isinstance(n.sup, Name) and n.sup.text in TRANSPOSE_WORDS for n in everything):
        return None
    pairs = list(_pairs(everything))
    alone = any(_only_so(a, b) for a, b in pairs) or any(map(_around_a_matrix, everything))
    if not (SAID.search(words) or alone or any(map(_is_labelled_group, everything))):
        return None
    called = (_called(a, b) for a, b in pairs if isinstance(b, Fenced))
    return FUNCTIONS | {name for name in called if name is not None}


def with_transposes(node: Node, functions: frozenset[str]) -> Node:
    """A formula with the primes that transpose written as `^T`."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script):
            return None
        base = part.base
        if part.primes != 1 or _stem(base) in functions:
            return part if base is node else replace(part, base=with_transposes(base, functions))
        plain = replace(part, primes=0) if part.sub is not None or part.sup is not None else base
        inner = with_transposes(plain, functions)
        return Script(part.span, inner, None, Name(part.span, "T"))

    return rebuilt(node, choose)


def _pairs(everything: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    """Factors that stand next to each other, without a sign between them."""
    for node in everything:
        for a, b in pairwise(node.factors) if isinstance(node, Product) else ():
            if not b.op:
                yield a.node, b.node


def _only_so(a: Node, b: Node) -> bool:
    """`X'X` and `(y - Xb)'(y - Xb)`: what is multiplied by itself with a prime on one of them."""
    one, other = (a, b) if _is_primed(a) else (b, a)
    if not isinstance(one, Script) or not _is_primed(one):
        return False
    bare = replace(one, primes=0) if one.sub is not None or one.sup is not None else one.base
    if node_key(bare) != node_key(other):
        return False
    return isinstance(bare, Fenced) or _is_array(_name(bare))


def _around_a_matrix(node: Node) -> bool:
    """`x'Ax`: a name on both sides of a capital, with a prime on the first."""
    factors = [f.node for f in node.factors if not f.op] if isinstance(node, Product) else []
    for one, middle, other in zip(factors, factors[1:], factors[2:], strict=False):
        if isinstance(one, Script) and _is_primed(one) and one.sub is None and one.sup is None:
            matrix = isinstance(middle, Name) and middle.text[:1].isupper()
            if matrix and node_key(one.base) == node_key(other) and isinstance(other, (Name, Fenced)):
                return True
    return False


def _is_primed(node: Node) -> bool:
    return isinstance(node, Script) and node.primes == 1


def _is_labelled_group(node: Node) -> bool:
    r"""`\left(W^{(2)}\right)'`: parentheses around one matrix with a label."""
    if not isinstance(node, Script) or not _is_primed(node) or not isinstance(node.base, Fenced):
        return False
    body = node.base.body
    return isinstance(body, Script) and body.sup is not None and not body.primes and _is_array(_name(body))


def _name(node: Node) -> Name | None:
    """The innermost name under scripts and accents."""
    while isinstance(node, (Script, Accent)):
        node = node.base if isinstance(node, Script) else node.body
    return node if isinstance(node, Name) else None


def _is_array(name: Name | None) -> bool:
    """A capital or a bold letter."""
    return name is not None and (name.text[:1].isupper() or "bold" in name.style)


def _stem(node: Node) -> str | None:
    name = _name(node)
    return None if name is None else spelled(name)


def _called(node: Node, group: Fenced) -> str | None:
    """The name of a function before its argument: a small letter without a typeface, `g(Wx)` and `g'(z)`, and not the b
    of `b'(X'X)b`."""
    name = _name(node)
    if name is None or _is_array(name) or (_is_primed(node) and _name(group.body) is None):
        return None
    return spelled(name)
