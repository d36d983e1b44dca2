r"""The next value of what a slope is set to zero by: `\mu_k^{(t+1)} = ...`, `\sigma_k^{[m+1]}`, `\pi_k^{new}`.

Where a document differentiates by the plain name and sets that to zero, the new value is the solution, `\hat\mu_k`. A
value that the one before it goes into, `w^{(t+1)} = w^{(t)} - \eta g`, is a step and no solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Accent, Big, Fenced, Fraction, Name, Node, Product, Relation, Script, Sum, Text
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import juxtaposed_letters

Bare = tuple[str, tuple[str, ...]]


def new_values(formulas: Iterable[Node]) -> frozenset[Bare]:
    """The names whose new values solve a slope that is set to zero."""
    relations = [f for f in formulas if isinstance(f, Relation)]
    parts = [n for f in relations for n in walk(f)]
    hats = {_bare(n.body) for n in parts if isinstance(n, Accent) and n.kind == "hat"}
    vanishing = {b for f in relations if any(is_zero(x.node) for x in f.links) for b in _variables(f.first)}
    given: set[Bare] = set()
    stepped: set[Bare] = set()
    for f in relations:
        for new in {b for b in _new(f.first) if b is not None}:
            behind = [n for link in f.links for n in walk(link.node)]
            stepped |= {new for n in behind if isinstance(n, Script) and n.sup is not None and _older(n, new)}
            given |= set() if any(_operates(n) for n in behind) else {new}
    return frozenset((given & vanishing) - stepped - hats)


def with_hats(node: Node, names: frozenset[Bare]) -> Node:
    """A formula with the new values of these names as solutions."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or not is_new(part.sup) or part.primes or _bare(part) not in names:
            return None
        hat = Accent(part.span, "hat", part.base)
        return hat if part.sub is None else Script(part.span, hat, part.sub, None, 0)

    return rebuilt(node, choose)


def is_new(sup: Node | None) -> bool:
    """`(t+1)`, `[m+1]`, `new`: the mark of the next value."""
    inside = sup.body if isinstance(sup, Fenced) else sup
    if isinstance(sup, Fenced) and isinstance(inside, Sum):
        return shifted_letter(inside) is not None and [t.sign for t in inside.terms] == ["+", "+"]
    text = inside.text.strip() if isinstance(inside, (Text, Name)) else None
    text = juxtaposed_letters(inside) if isinstance(inside, Product) else text
    return text == "new"


def _bare(node: Node) -> Bare | None:
    """The letter of a name, whatever hangs on it."""
    name = node.base if isinstance(node, Script) else node
    return (name.text, name.style) if isinstance(name, Name) else None


def _variables(side: Node) -> Iterator[Bare]:
    """The plain names that a side differentiates by, squares of them too."""
    for part in walk(side):
        bottom = below(part.denominator) if isinstance(part, Fraction) and above(part.numerator) is not None else None
        nabla = nabla_of(part)
        for variable in bottom[1] if bottom is not None else nabla[0] if nabla is not None else ():
            marked = isinstance(variable, Script) and isinstance(variable.sup, Fenced)
            bare = None if marked else _bare(variable)
            if bare is not None:
                yield bare


def _new(side: Node) -> Iterator[Bare | None]:
    """The new values that a side is, or is a power of: `(\\sigma^{[m+1]})^2`."""
    if isinstance(side, Script) and isinstance(side.base, Fenced) and side.sup is not None:
        side = side.base.body
    if isinstance(side, Script) and is_new(side.sup):
        yield _bare(side)


def _older(script: Script, new: Bare) -> bool:
    return _bare(script) == new and not is_new(script.sup)


def _operates(node: Node) -> bool:
    """Whether a derivative or a search for a minimum stands in a formula: then it is a step of an algorithm."""
    searched = isinstance(node, Big) and node.op not in ("sum", "prod")
    derived = isinstance(node, Fraction) and below(node.denominator) is not None and above(node.numerator) is not None
    return searched or derived or nabla_of(node) is not None
