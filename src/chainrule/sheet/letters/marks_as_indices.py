r"""Marks that are indices: beside `\hat y_i` the i of `y^{(i)}` is the index i, and `x^{(i)}_j` is `x_{ij}`.

A letter that stands in one formula both in a subscript and in parentheses above a name runs over the same things at
both places. Samples that are stacked, `\begin{bmatrix} x^{(1)T} \\ \vdots \\ x^{(n)T} \end{bmatrix}`, are the rows of
a matrix, and their marks its first index. The same holds where one formula has all of them at once: `X \theta - y`
beside a sum over `x^{(i)}` and `y^{(i)}`, or `\mathbf{y} - \hat{\mathbf{y}}` beside that sum over `y^{(i)}`. A letter
that is counted up, as the l of `a^{(l-1)}`, numbers layers or steps and stays a mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise, zip_longest

from chainrule.read.tree import (
    Accent,
    Big,
    Dots,
    Fenced,
    Matrix,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.letters.writings import maximal
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import Glossary, letter_of, reference, walk
from chainrule.sheet.syntax.parts import terms_of
from chainrule.sheet.syntax.patterns import SLOT, generalised
from chainrule.sheet.syntax.spelling import capitals


def marked_by_indices(nodes: Iterable[Node], glossary: Glossary) -> set[str]:
    """The names whose marks are indices."""
    letters: set[str] = set()
    marks: dict[str, list[Node]] = {}
    for node in nodes:
        below, above = set[str](), set[str]()
        for part in walk(node):
            ref = reference(part, glossary) if isinstance(part, Script) else None
            if ref is None or not isinstance(part, Script):
                continue
            below |= {x for s in ref.subs if (x := letter_of(s)) is not None}
            if _in_parentheses(part):
                above |= {x for s in ref.labels if (x := letter_of(s)) is not None}
                marks.setdefault(ref.base, []).extend(ref.labels)
        letters |= below & above
    letters |= _of_wholes(nodes, marks, glossary)
    stacked = set(_stacked(nodes, glossary))
    letters |= {x.text for base in stacked for x in marks.get(base, ()) if isinstance(x, Name) and x.text.islower()}
    counted = (x for found in marks.values() for mark in found if not isinstance(mark, Name) for x in walk(mark))
    letters -= glossary.layers | {x.text for x in counted if isinstance(x, Name)}
    running = {base for base, found in marks.items() if _plain(found) and letters & {letter_of(x) for x in found}}
    return running | {base for base in stacked if all(isinstance(x, Name | Number) for x in marks.get(base, ()))}


def _of_wholes(nodes: Iterable[Node], marks: dict[str, list[Node]], glossary: Glossary) -> set[str]:
    """The letters of sums over marked samples that other formulas have all at once: the targets under their own letter
    beside the matrix of the inputs, or in bold."""
    summed = {x for node in nodes for n in walk(node) if isinstance(n, Big) and n.op == "sum" for x in _runs(n)}
    names = {base: {x.text for x in found if isinstance(x, Name)} for base, found in marks.items() if _plain(found)}
    samples = {base: letters for base, letters in names.items() if letters <= summed}
    matrices = {capital for base in samples for capital in capitals(base)}
    refs = [list(maximal(node, glossary)) for node in nodes] if samples else []
    otherwise = {r.base for found in refs for r in found if not r.labels}
    letters = set[str]()
    for node, found in zip(nodes, refs, strict=False):
        plain, marked = {r.base for r in found if not (r.subs or r.labels)}, {r.base for r in found if r.labels}
        wholes = set(_beside_matrices(node, matrices, glossary)) if matrices & plain else set()
        for base, own in samples.items():
            in_bold = base not in otherwise and _bold(base) & plain and (matrices & plain or base in marked)
            letters |= own if base in wholes or in_bold else set()
    return letters


def _beside_matrices(node: Node, matrices: set[str], glossary: Glossary) -> Iterator[str]:
    """The y of `X \\theta - y`, `X^T y` and `X^T (\\hat y - y)`."""
    for part in walk(node):
        if isinstance(part, Sum):
            terms = [t.node for t in part.terms]
            products = (f.node for t in terms if isinstance(t, Product) for f in t.factors)
            if any(_base(f, glossary) in matrices for f in products):
                yield from (_base(t, glossary) for t in terms)
        elif isinstance(part, Product):
            for first, second in pairwise(part.factors):
                if isinstance(first.node, Script) and _base(first.node, glossary) in matrices:
                    inside = second.node.body if isinstance(second.node, Fenced) else second.node
                    terms = terms_of(inside)
                    yield from (_base(t, glossary) for t in terms)


def _base(node: Node, glossary: Glossary) -> str:
    """The name of something with no index and no mark, "" for anything else."""
    ref = reference(node, glossary)
    return "" if ref is None or ref.subs or ref.labels else ref.base


def _bold(base: str) -> set[str]:
    """The vector of all y under a name of its own: `\\mathbf{y}`, `\\vec{y}`; `\\hat{\\mathbf{y}}` of all `\\hat y`."""
    if "bold" in base or "vec(" in base:
        return set()
    accent, _, letter = base.rpartition("(")
    return {f"{accent}(bold {letter}"} if accent else {f"bold {base}", f"vec({base})"}


def _runs(big: Big) -> Iterator[str]:
    """The i of `\\sum_{i=1}^n` and of `\\sum_i`."""
    first = big.sub.first if isinstance(big.sub, Relation) else big.sub
    if isinstance(first, Name):
        yield first.text


def marks_that_run(nodes: Iterable[Node], glossary: Glossary) -> set[str]:
    r"""The names whose marks in parentheses are letters that a sum runs over, `\sum_{i=1}^m \ell(x^{(i)})`, and nothing
    else: what is asked for may go through the samples by index where lines go through them one by one."""
    marks: dict[str, list[Node]] = {}
    running, written = set[str](), dict[str, bool]()
    for node in (n for top in nodes for n in walk(top)):
        if isinstance(node, Big) and node.sub is not None and node.op in ("sum", "prod"):
            running |= set(bound_letters(node.sub))
        ref = reference(node, glossary) if isinstance(node, Script) else None
        if ref is not None and ref.labels and isinstance(node, Script):
            marks.setdefault(ref.base, []).extend(ref.labels)
            written[ref.base] = written.get(ref.base, True) and (len(ref.labels) == 1 and _in_parentheses(node))
    running -= glossary.layers
    letters = {base: {letter_of(x) for x in found} for base, found in marks.items() if _plain(found)}
    return {base for base, found in letters.items() if written[base] and found <= running}


def _stacked(nodes: Iterable[Node], glossary: Glossary) -> Iterator[str]:
    """The names whose numbered versions are the rows or columns of a matrix, from 1 to a letter that counts no
    layers."""
    for node in (n for top in nodes for n in walk(top) if isinstance(n, Matrix)):
        for items in (*node.rows, *zip_longest(*node.rows)):
            cells = [x for x in items if x is not None and not isinstance(x, Missing | Dots)]
            found = (
                generalised(cells[0], cells[-1]) if len(cells) > 1 and any(isinstance(x, Dots) for x in items) else None
            )
            if (
                found is None
                or not isinstance(found[1], Number)
                or letter_of(found[2]) in (None, "L", *glossary.layers)
            ):
                continue
            for part in walk(found[0]):
                ref = reference(part, glossary) if isinstance(part, Script) else None
                if ref is not None and SLOT in map(letter_of, ref.labels) and ref.base not in glossary.labelled:
                    yield ref.base


def _in_parentheses(node: Script) -> bool:
    """Whether a mark in parentheses, or the base below it, carries one."""
    inner = node.base
    return isinstance(node.sup, Fenced) or (
        isinstance(inner, Accent | Script)
        and any(isinstance(n, Script) and isinstance(n.sup, Fenced) for n in walk(inner))
    )


def _plain(marks: list[Node]) -> bool:
    """Letters alone: what is also numbered, `y^{(1)}`, stands for tensors that are told apart."""
    return all(isinstance(x, Name) for x in marks)
