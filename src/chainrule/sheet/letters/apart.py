r"""Numbered names beside a whole that is made of them: the `c_0` of `c = f \odot c_0 + b` is what c was before, and no
entry of the c that it helps to define.

Where the document goes through the entries of c, `c_i` or `c = (c_0, c_1)`, where c_0 has a formula of its own, and
where c is written in a basis, `c = c_1 e_1 + c_2 e_2`, the number is an index as ever; so it is in a loss, whose parts
`L_1` and `L_2` are numbers like it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Comma, Fenced, Matrix, Node, Number, Product, Relation
from chainrule.sheet.records.statements import DEFINING_LEFT
from chainrule.sheet.syntax.names import Glossary, Ref, children, reference, walk
from chainrule.sheet.syntax.parts import terms_of
from chainrule.sheet.syntax.spelling import names_loss

Numbered = tuple[str, str]
"""A base with the number below it."""


def names_apart(everything: Iterable[Node], glossary: Glossary) -> set[Numbered]:
    """The numbered names that stand in the formula of the whole and are told of nowhere else."""
    nodes = list(everything)
    relations = [n for n in nodes if isinstance(n, Relation)]
    formulas: dict[str, list[Node]] = {}
    for r in relations:
        whole = reference(r.first, glossary)
        if whole is not None and whole.bare and r.links[0].op in DEFINING_LEFT:
            sides = [link.node for link in r.links if not _in_a_basis(link.node, whole.base, glossary)]
            formulas.setdefault(whole.base, []).extend(sides)
    found = {name for base in formulas for name in _below(base, formulas, glossary)}
    if not found:
        return found
    refs = [ref for n in nodes if (ref := reference(n, glossary)) is not None and ref.subs]
    indexed = {ref.base for ref in refs if _number(ref) is None} | glossary.indexed.keys()
    heads = [reference(node, glossary) for n in relations for node in _heads(n)]
    told = {ref.base for ref in heads if ref is not None and ref.subs}
    listed = {base for n in nodes if isinstance(n, (Fenced, Matrix)) for base in _listed(n, glossary)}
    return {name for name in found if name[0] not in indexed | told | listed and not names_loss(name[0])}


def _below(base: str, formulas: dict[str, list[Node]], glossary: Glossary) -> Iterator[Numbered]:
    """The `c_0` of `c = f \\odot c_0 + b`, also where it stands in the formula of f."""
    seen, todo = {base}, [base]
    while todo:
        sides = formulas[todo.pop()]
        refs = [r for side in sides for n in walk(side) if (r := reference(n, glossary)) is not None]
        yield from ((base, number) for r in refs if r.base == base and (number := _number(r)) is not None)
        bases = {r.base for r in refs if not r.subs and r.base in formulas} - seen
        seen |= bases
        todo += sorted(bases)


def _heads(relation: Relation) -> Iterator[Node]:
    """What a relation says something of: its first side."""
    if relation.links[0].op in DEFINING_LEFT:
        yield relation.first


def _in_a_basis(side: Node, base: str, glossary: Glossary) -> bool:
    """`x_1 e_1 + x_2 e_2`: every term has an entry and what bears the same number."""
    terms = terms_of(side)
    return len(terms) > 1 and all(_is_part(term, base, glossary) for term in terms)


def _is_part(term: Node, base: str, glossary: Glossary) -> bool:
    factors = [f.node for f in term.factors] if isinstance(term, Product) else []
    named = [(r.base, _number(r)) for f in factors if (r := reference(f, glossary)) is not None]
    mine = {number for name, number in named if name == base and number is not None}
    return any(name != base and number in mine for name, number in named)


def _listed(node: Fenced | Matrix, glossary: Glossary) -> Iterator[str]:
    """The names whose numbered versions a matrix holds, or are all that a list in brackets holds: `(c_0, c_1)`."""
    inside = node.body.items if isinstance(node, Fenced) and isinstance(node.body, Comma) else ()
    items = children(node) if isinstance(node, Matrix) else inside
    bases = [r.base for x in items if (r := reference(x, glossary)) is not None and _number(r) is not None]
    yield from bases if isinstance(node, Matrix) or (len(set(bases)) == 1 and len(bases) == len(items)) else ()


def _number(ref: Ref) -> str | None:
    """The number that is all that stands below a name."""
    (sub,) = ref.subs if len(ref.subs) == 1 else (None,)
    plain = isinstance(sub, Number) and sub.text.isdigit() and not (ref.labels or ref.primes)
    return sub.text if plain and isinstance(sub, Number) else None
