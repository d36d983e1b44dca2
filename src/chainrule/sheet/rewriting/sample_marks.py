r"""Names that leave out the mark of the sample: `z = w^T x^{(n)} + b`, and then `\sum_n \ln(1 + e^{-z})`.

A name whose formula speaks of the n-th sample without a sum over n is another one for every sample, though it does not
say so. Where it stands without the mark under a sum over n, it is written with the mark throughout: `z^{(n)}`.

And names that leave out the index of an entry where they are defined: `\hat y = e^{z_i} / \sum_j e^{z_j}`, and then
`\hat y_k`. The entries run in the formula itself, which is that of `\hat y_i`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Big, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import children, letter_of, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Marks = dict[object, Script]
"""Of each name without its mark, by its key, what the mark looks like: a script that stands above some other name."""
Scope = frozenset[str]
DEFINES = frozenset({"=", ":=", "≡"})


def left_out(formulas: Iterable[Node]) -> Marks:
    """The names of a document that leave their mark out, and are meant for every sample somewhere."""
    formulas = list(formulas)
    carried, others = Marks(), _called(formulas) | _marked(formulas)
    while True:
        found, plain = Marks(), set[object]()
        for name, body in _definitions(formulas):
            marks = list(_free_marks(body, carried))
            # e with a mark above it would be a power
            own = {n.text for n in walk(name) if isinstance(n, Name)}
            if marks and len({m.sup for m in marks}) == 1 and _letter(marks[0]) not in own and "e" not in own:
                found.setdefault(node_key(name), marks[0])
            else:
                plain.add(node_key(name))
        found = {k: m for k, m in found.items() if k not in plain | others}
        if found.keys() == carried.keys():
            break
        carried = found
    return carried if any(_is_summed(node, carried) for node in formulas) else Marks()


def entries_defined(formulas: Iterable[Node]) -> dict[object, str]:
    """The names that have the formula of one entry, by their keys, each with the index of it."""
    formulas = list(formulas)
    found: dict[object, set[str]] = {}
    for node in formulas:
        for name, _ in _definitions([node]):
            links = node.links if isinstance(node, Relation) else ()
            letters = {x for link in links if link.op in DEFINES for x in _entry_of(link.node)}
            found.setdefault(node_key(name), set()).update(letters or {""})
    one = {key: next(iter(letters)) for key, letters in found.items() if len(letters) == 1 and "" not in letters}
    return {key: index for key, index in one.items() if _has_entries(formulas, key, index)}


def with_entries_named(node: Node, entries: dict[object, str]) -> Node:
    """A definition of an entry with its index on the left."""
    if not isinstance(node, Relation) or (index := entries.get(node_key(node.first))) is None:
        return node
    return replace(node, first=Script(node.first.span, node.first, Name(node.first.span, index)))


def with_marks(node: Node, marks: Marks) -> Node:
    """A formula with the marks written; the same one where they are."""
    return rebuilt(node, lambda part: _with_mark(part, marks))


def _with_mark(node: Node, marks: Marks) -> Node | None:
    mark = marks.get(node_key(node))
    if mark is not None:
        return replace(mark, span=node.span, base=node, sub=None)
    if not isinstance(node, Script) or (mark := marks.get(node_key(node.base))) is None or node.primes:
        return None
    if _is_mark(node):
        return node
    marked = replace(mark, span=node.base.span, base=node.base, sub=node.sub)
    return marked if node.sup is None else replace(node, base=Fenced(node.base.span, "(", marked, ")"), sub=None)


# -------------------------------------------------------------------------------------------------- what is looked for


def _definitions(formulas: list[Node]) -> Iterator[tuple[Node, Node]]:
    """The names that stand alone on the left of a sign of equality, with what they are said to be."""
    for node in formulas:
        if isinstance(node, Relation) and node.links[0].op in DEFINES:
            name = node.first
            plain = isinstance(name, Script) and name.sup is None and not name.primes and isinstance(name.base, Name)
            if isinstance(name, (Name, Accent)) or plain:
                yield name, node.links[0].node


def _entry_of(body: Node) -> set[str]:
    """The letters below names of a formula that nothing binds, though a sum in it runs over entries of these names."""
    below = [(letter, key, letter in scope) for part, scope in _scoped(body) for key, letter in _indexed(part)]
    summed = {key for _, key, bound in below if bound}
    return {letter for letter, key, bound in below if not bound and key in summed}


def _has_entries(formulas: list[Node], key: object, index: str) -> bool:
    """Whether a name has an index somewhere, and never stands without it on a side with its own, or in a line that is
    about an entry by what it begins with."""
    found = False
    for formula in formulas:
        sides = [formula.first, *(x.node for x in formula.links)] if isinstance(formula, Relation) else [formula]
        about = {letter for part, _ in _scoped(sides[0]) for _, letter in _indexed(part)}
        for side in sides:
            indexed = [x for part, _ in _scoped(side) for x in _indexed(part)]
            found |= any(name == key for name, _ in indexed)
            if index in about.union(letter for _, letter in indexed) and _stands_alone(side, key):
                return False
    return found


def _stands_alone(side: Node, key: object) -> bool:
    """Whether a name stands in a formula without anything below it."""
    parts = [part for part, _ in _scoped(side)]
    inside = {id(part.base) for part in parts if isinstance(part, Script) and part.sub is not None}
    return any(node_key(part) == key and id(part) not in inside for part in parts)


def _indexed(node: Node) -> Iterator[tuple[object, str]]:
    """A name with a letter below it: `\\hat y_k`, `\\hat{y_k}`."""
    name = node.body if isinstance(node, Accent) else node
    letter = letter_of(name.sub) if isinstance(name, Script) and isinstance(name.base, (Name, Accent)) else None
    if isinstance(name, Script) and letter is not None and len(letter) == 1 and letter.islower():
        yield node_key(replace(node, body=name.base) if isinstance(node, Accent) else name.base), letter


def _is_mark(node: Node) -> bool:
    """`x^{(n)}`, `x^{[n]}`."""
    return (
        isinstance(node, Script) and isinstance(node.sup, Fenced) and node.sup.open in "(["
        and isinstance(node.sup.body, Name) and len(node.sup.body.text) == 1
    )  # fmt: skip


def _letter(mark: Script) -> str:
    assert isinstance(mark.sup, Fenced) and isinstance(mark.sup.body, Name)
    return mark.sup.body.text


def _free_marks(node: Node, carried: Marks) -> Iterator[Script]:
    """The marks of a formula that no sum in it binds, those that its names leave out among them."""
    for part, scope in _scoped(node):
        mark = part if isinstance(part, Script) and _is_mark(part) else carried.get(node_key(part))
        if mark is not None and _letter(mark) not in scope:
            yield replace(mark, span=node.span, base=node, sub=None, sup=_plain(mark.sup))


def _plain(sup: Node | None) -> Node | None:
    """A script without the place where it stands, so that two that are written alike are equal."""
    if not isinstance(sup, Fenced) or not isinstance(sup.body, Name):
        return sup
    span = replace(sup.span, start=0, end=0)
    return replace(sup, span=span, body=replace(sup.body, span=span))


def _is_summed(node: Node, carried: Marks) -> bool:
    return any(
        (mark := carried.get(node_key(part))) is not None and _letter(mark) in scope for part, scope in _scoped(node)
    )


def _scoped(node: Node, scope: Scope = frozenset()) -> Iterator[tuple[Node, Scope]]:
    """Every part of a formula with the letters that sums and products around it bind."""
    yield node, scope
    if isinstance(node, Product):
        inner = scope
        for factor in node.factors:
            yield from _scoped(factor.node, inner)
            if isinstance(factor.node, Big) and factor.node.sub is not None:
                inner = inner | set(bound_letters(factor.node.sub))
        return
    for part in children(node):
        yield from _scoped(part, scope)


def _called(formulas: list[Node]) -> set[object]:
    """The names that are applied to something in parentheses."""
    products = (p for node in formulas for p, _ in _scoped(node) if isinstance(p, Product))
    pairs = (pair for p in products for pair in pairwise(p.factors))
    return {node_key(f.node) for f, behind in pairs if isinstance(behind.node, Fenced) and not behind.op}


def _marked(formulas: list[Node]) -> set[object]:
    """The names that do carry a mark somewhere."""
    return {
        node_key(part.base)
        for node in formulas
        for part, _ in _scoped(node)
        if _is_mark(part) and isinstance(part, Script)
    }
