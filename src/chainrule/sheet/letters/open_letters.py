r"""The index letters that a name leaves open through its definition: the i of `s = \frac{\partial f}{\partial u_i}`.

Such a name stands for one number of each i, without saying so where it is used. An equation of such numbers has no
matrix by its general entry: the brackets of `-s = -[\frac{\partial f}{\partial u_i}]` are parentheses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from chainrule.read.tree import Accent, Big, Comma, Dots, Fenced, Matrix, Name, Node, Product, Relation, Script, Sum
from chainrule.sheet.letters.entries import may_be_an_entry
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import Glossary, children, letter_of, reference

Open = Mapping[str, set[str]]
DEFINES = frozenset({"=", ":=", "≡"})


def note_open_letters(relations: Iterable[Relation], glossary: Glossary) -> None:
    """Note in the glossary which letters each name without subscripts has open in some formula for it, through other
    names too, and which in all of them."""
    bodies = [(base, body) for r in relations for base in _defined(r, glossary) for body in _bodies(r)]
    found: dict[str, set[str]] = {}
    for _ in bodies:
        before = sum(len(x) for x in found.values())
        for base, body in bodies:
            found.setdefault(base, set()).update(open_in(body, found, glossary))
        if sum(len(x) for x in found.values()) == before:
            break
    always = {base: set(letters) for base, letters in found.items()}
    for base, body in bodies:
        always[base] &= open_in(body, found, glossary)
    glossary.left_open, glossary.always_open = found, always


def _defined(relation: Relation, glossary: Glossary) -> Iterator[str]:
    """The name that a relation begins with, alone or before its arguments."""
    first = relation.first
    if isinstance(first, Product) and len(first.factors) == 2 and isinstance(first.factors[1].node, Fenced):
        first = first.factors[0].node
    ref = reference(first, glossary)
    if ref is not None and ref.bare:
        yield ref.base


def _bodies(relation: Relation) -> Iterator[Node]:
    for link in relation.links:
        if link.op not in DEFINES:
            return
        yield link.node


def open_in(node: Node, known: Open, glossary: Glossary) -> set[str]:
    """The letters of a formula that nothing in it binds. Lists, matrices and families of entries leave none open."""
    match node:
        case Product(factors=factors):
            return _one_behind_another([f.node for f in factors], known, glossary)
        case Sum(terms=terms):
            return _one_behind_another([t.node for t in terms], known, glossary)
        case Comma() | Matrix() | Relation():
            return set()
        case Fenced() if may_be_an_entry(node):
            return set()  # `(a_{ij})` may be all of them
        case Script(base=Fenced() as base, sub=Node() as sub):
            return set(bound_letters(sub)) - open_in(base.body, {}, glossary)
        case Name() | Accent() | Script():
            ref = reference(node, glossary)
            if ref is not None:
                letters = {x for s in ref.subs if (x := letter_of(s)) is not None}
                return letters if ref.subs else set(known.get(ref.base, ()))
    return {x for child in children(node) for x in open_in(child, known, glossary)}


def _one_behind_another(items: list[Node], known: Open, glossary: Glossary) -> set[str]:
    """What a big operator binds is bound behind it, in the terms behind its own as well; dots leave nothing open."""
    if any(isinstance(x, Dots) for x in items):
        return set()
    found, bound = set[str](), set[str]()
    for n, item in enumerate(items):
        before = items[n - 1] if n else None
        if isinstance(before, Name) and before.text.lower() == "diag":
            continue  # the vector of all of them
        bound |= set(_bound_by(item))
        found |= open_in(item, known, glossary) - bound
    return found


def _bound_by(item: Node) -> Iterator[str]:
    """What the big operators of a term bind."""
    for node in [item, *(f.node for f in item.factors)] if isinstance(item, Product) else [item]:
        if isinstance(node, Big) and node.sub is not None:
            yield from bound_letters(node.sub)
