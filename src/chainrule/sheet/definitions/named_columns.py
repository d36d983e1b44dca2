r"""Names for the columns or rows of a matrix, said in words or by a list, where lines differentiate by the matrix.

"The columns of $U$ are the vectors $u_w$", `U = [u_1, \ldots, u_W]`: what depends on u_w depends on U through it, so
that u_w is read as a column of U. Where no line differentiates by U, the list says what U is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chainrule.read.tree import Comma, Dots, Fenced, Link, Matrix, Name, Node, Number, Relation, Script, Span
from chainrule.sheet.definitions.put_in import bare
from chainrule.sheet.records.definable import definable
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.means import BEFORE_ALL
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of, reference
from chainrule.sheet.syntax.slices import COLUMN, LETTER, ROW

_FORMULA = r"⟦(\d+)⟧"
_FILL = r"[^⟦.;:]{0,60}"
_NOT = r"by|to|as|than|with|from|in|orthogonal|independent|combinations?|sums?|means?|multiples?|number|many|length"
_ARE = rf"(?:(?!\b(?:{_NOT})\b)[^⟦.;:]){{0,60}}"
_KIND = r"\b(?P<kind>column|row)"
_WHICH = r"(?:⟦\d+⟧|\w)\s*-?\s*(?:th|st)?"
_CALLED = r"(?: is| be| ?,(?: which is)?| ?:)(?: called| denoted(?: by| as)?| written(?: as)?| the vector)?"
SAID = (
    re.compile(rf"{_WHICH} {_KIND} of (?:[\w-]+ ){{0,4}}{_FORMULA}{_CALLED} {_FORMULA}"),
    re.compile(
        rf"{_KIND}s of (?:[\w-]+ ){{0,4}}{_FORMULA}(?:,? which| that)? (?:are|contain|hold|store)\b{_ARE}{_FORMULA}"
    ),
    re.compile(rf"{_FORMULA}{_FILL}\b(?:with|whose|has|having)\b{_FILL}{_KIND}(?:s|\s+vectors)\b{_ARE}{_FORMULA}"),
)
_VERB = r",? (?:is|be|are|denotes?|as|being|for)? ?(?:the |an? )?"
_PLACE = r"(?:⟦\d+⟧|[b-zA-Z])\s*-?\s*(?:th|st)?"
ITSELF = re.compile(rf"{_FORMULA}{_VERB}(?:its )?{_PLACE} (?P<kind>column|row)\b(?! vector| of [^⟦.;]{{0,30}}⟦)")
SAID_OF_ONE = re.compile(rf"{_FORMULA}{_VERB}(?:{_WHICH} )?{_KIND}s? (?:{_WHICH} )?of (?:[\w-]+ ){{0,4}}{_FORMULA}")


@dataclass(frozen=True)
class Named:
    """A vector below a letter that is a column or a row of a matrix, and where that is said."""

    vector: Ref
    matrix: Node
    kind: str
    position: int
    section: tuple[str, int]
    own: bool
    written: Node | None = None


def name_columns(world: World, sentences: Iterable[Sentence], equations: Iterable[Equation]) -> None:
    """Read the vectors as parts of the matrix."""
    sentences = list(sentences)
    for vector, kind in _parts_of_themselves(sentences, world.glossary):
        family = world.families.get(vector.base)
        if family is not None and not family.declared_subs and family.sub_counts & {0, 2}:
            family.column, family.picked_by_words = kind == "column", True
    for named in (*told_columns(sentences, world.glossary), *_listed(world, equations)):
        whole = reference(named.matrix, world.glossary)
        if whole is None or whole.base in world.functions or named.vector.base in world.sites:
            continue
        if not definable(world, whole) or not definable(world, named.vector):
            continue
        if 0 in world.family(named.vector.base).sub_counts:
            continue  # a sample x beside the x_i that a matrix holds
        if any(s.position != named.position for s in world.sites.get(whole.base, ())):
            continue
        world.sites.pop(whole.base, None)
        world.family(whole.base).sub_counts.add(2)
        body = _part(named.matrix, named.vector.subs[0], named.kind)
        site = Site(
            named.vector.base, named.vector, body, named.position, section=named.section, own=named.own,
            written=named.written,
        )  # fmt: skip
        world.sites[named.vector.base] = [site]
        world.slices.add(named.vector.base)
    for base, sites in world.sites.items():
        if all(isinstance(s.body, Fenced) and s.body.open in (ROW, COLUMN) for s in sites):
            world.slices_by_formula.add(base)


def told_columns(sentences: Iterable[Sentence], glossary: Glossary) -> Iterator[Named]:
    """The vectors that sentences call the columns or the rows of a matrix."""
    for s in sentences:
        for pattern, first in (*((p, True) for p in SAID), (SAID_OF_ONE, False)):
            for found in pattern.finditer(s.text):
                numbers = [int(x) for x in found.groups() if x is not None and x.isdigit()]
                a, b = (s.formulas[n] if n < len(s.formulas) else None for n in (numbers if first else numbers[::-1]))
                matrix, vector = _named(a), _vector(glossary, _named(b))
                whole = None if matrix is None else reference(matrix, glossary)
                if matrix is not None and vector is not None and whole is not None and whole.bare:
                    yield Named(vector, matrix, found["kind"], BEFORE_ALL, (s.scope.part, s.scope.section), s.own)


def _parts_of_themselves(sentences: Iterable[Sentence], glossary: Glossary) -> Iterator[tuple[Ref, str]]:
    """The `W_k` that words call the k-th column or row, of W or of what they do not say."""
    for s in sentences:
        for found in ITSELF.finditer(s.text):
            number = int(found[1])
            vector = _vector(glossary, s.formulas[number] if number < len(s.formulas) else None)
            if vector is not None:
                yield vector, found["kind"]
    for named in told_columns(sentences, glossary):
        whole = reference(named.matrix, glossary)
        if whole is not None and whole.base == named.vector.base:
            yield named.vector, named.kind


def _named(node: Node | None) -> Node | None:
    """The U of `U \\in \\mathbb{R}^{d \\times n}`."""
    if isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "∈":
        return node.first
    return None if isinstance(node, Relation) else node


def _vector(glossary: Glossary, node: Node | None) -> Ref | None:
    """`u_w` or `u_w^T`, of one letter that is an index."""
    ref = None if node is None else reference(bare(node), glossary)
    if ref is None or len(ref.subs) != 1 or ref.labels or ref.primes or letter_of(ref.subs[0]) is None:
        return None
    return replace(ref, postfix=())


def _listed(world: World, equations: Iterable[Equation]) -> Iterator[Named]:
    """`U = [u_1, ..., u_W]` where U is differentiated by; the rows of a column of vectors are their transposes."""
    for e in equations:
        whole = reference(e.lhs, world.glossary)
        if whole is None or not whole.bare or e.op not in DEFINING or e.source != "formula" or e.link:
            continue
        if not world.family(whole.base).by:
            continue
        for kind, items in _lists(bare(e.rhs)):
            refs = [reference(i, world.glossary) for i in items if not isinstance(i, Dots)]
            if len(refs) < 2 or len(refs) == len(items) or any(r is None or len(r.subs) != 1 for r in refs):
                continue
            found = [r for r in refs if r is not None]
            turned = {tuple(p.op for p in r.postfix) for r in found}
            if len({r.base for r in found}) == 1 and turned == ({("T",)} if kind == "row" else {()}):
                vector = Ref(found[0].base, (Name(e.span, "k"),))
                yield Named(vector, e.lhs, kind, e.position, e.section, e.own, e.rhs)


def _lists(node: Node) -> Iterator[tuple[str, Sequence[Node]]]:
    match node:
        case Matrix(rows=(row,)):
            yield "column", [x for x in row if x is not None]
        case Matrix(rows=rows) if all(len(row) == 1 for row in rows):
            yield "row", [row[0] for row in rows if row[0] is not None]
        case Fenced(open="[", body=Comma(items=items)):
            yield "column", items


def _part(matrix: Node, letter: Node, kind: str) -> Node:
    """A column or a row as the column vector of its entries."""
    running = Name(matrix.span, LETTER)
    places = (running, letter) if kind == "column" else (letter, running)
    entry = Script(matrix.span, matrix, Comma(matrix.span, places))
    over = Relation(matrix.span, running, (Link("=", matrix.span, Number(matrix.span, "1")),))
    span = Span(matrix.span.start, matrix.span.end)
    return Fenced(span, COLUMN, Script(span, Fenced(span, "(", entry, ")"), over), "]")
