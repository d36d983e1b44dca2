"""Where a document speaks of differentials: `d(XY) = dX\\,Y + X\\,dY`, `df = \\mathrm{tr}(G^T dX)`.

A d is the sign of a differential in lines that are of first degree in it, every term having exactly one, where
something else bears out that reading: the words of the document, a d before what no name of a gradient and no number
stands before, a sum, a product or a function, or else the direction of the line itself. A d that is a quantity of the
document is never one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import (
    Accent,
    Big,
    Differential,
    Fenced,
    Matrix,
    Name,
    Node,
    Product,
    Script,
)
from chainrule.sheet.derivatives.colons import with_products
from chainrule.sheet.derivatives.degrees import acts, degree, is_derivative, is_form
from chainrule.sheet.derivatives.forward import forward_lines, of_first_degree
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.long_columns import vectorised
from chainrule.sheet.syntax.names import Glossary, children, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

SAID = re.compile(
    r"\bdifferential(?:s|e|en)?\b(?! (?:equation|entrop|privacy|geometr|operator))|\binfinitesimal|\bFr[eé]chet\b"
    r"|\bdiferencial|\bdifferenzial|дифференциал|全微分|矩阵微分",
    re.IGNORECASE,
)


def with_differentials(sheet: Sheet) -> Sheet:
    """The sheet with the d of its differentials as signs."""
    written = {id(s): with_products(s) for e in sheet.equations for s in (e.lhs, e.rhs)}
    lines = [e for e in sheet.equations if of_first_degree(replace(e, lhs=written[id(e.lhs)], rhs=written[id(e.rhs)]))]
    if not lines or not _are_signs(sheet, lines):
        return sheet
    if not _borne_out(sheet, lines):
        forward = forward_lines(sheet)
        lines = [e for e in lines if e.position in forward]
        if not lines:
            return sheet
    sides = {id(side) for e in lines for side in (e.lhs, e.rhs)}
    before, done = sheet.glossary.rewritten, dict[int, Node]()

    def out(side: Node) -> Node:
        if id(side) not in sides:
            return side
        if id(side) not in done:
            done[id(side)] = signed(written[id(side)])
        return done[id(side)]

    positions = {e.position for e in lines}
    sheet.equations = [replace(e, lhs=out(e.lhs), rhs=out(e.rhs)) for e in sheet.equations]
    sheet.glossary.rewritten = lambda node, at: (
        signed(with_products(before(node, at))) if at in positions else before(node, at)
    )
    return sheet


def signed(node: Node) -> Node:
    """A formula with the sign of a differential in the place of every d before something."""

    def choose(part: Node) -> Node | None:
        if is_derivative(part):
            return part
        if not isinstance(part, Product):
            return None
        found = [
            replace(f, node=Differential(f.node.span) if acts(part.factors, n) else signed(f.node))
            for n, f in enumerate(part.factors)
        ]
        return Product(part.span, tuple(found))

    return rebuilt(node, choose)


def under_signs(*sides: Node) -> Iterator[Node]:
    """What the signs of differentials stand before."""
    for node in (n for side in sides for n in walk(side)):
        factors = node.factors if isinstance(node, Product) else ()
        for n, (sign, behind) in enumerate(pairwise(factors)):
            if isinstance(sign.node, Differential):
                column = vectorised(Product(node.span, factors[n + 1 : n + 3]))
                yield behind.node if column is None else column[0]


def changing(glossary: Glossary, *sides: Node) -> set[str]:
    """The names whose differentials are written: X of `dX` and `d(X)`."""
    bodies = (n.body if isinstance(n, Fenced) else n for n in under_signs(*sides))
    refs = (reference(n, glossary) for n in bodies)
    return {ref.base for ref in refs if ref is not None and not is_function_word(ref.base)}


def note_changes(world: World, equations: Iterable[Equation]) -> None:
    """Which names change and which are said not to, `dA = 0`."""
    lines = [e for e in equations if has_signs(e)]
    for e in lines:
        if says_constant(e):
            world.independent |= changing(world.glossary, e.lhs)
            world.declaring[e.position] = "says what does not change"
    names = {b for e in lines if not says_constant(e) for b in changing(world.glossary, e.lhs, e.rhs)}
    names |= {entries for b in names if (entries := _entries_of(world, b)) is not None}
    names |= {b for name in names for b in _moving(world, name, names)}
    world.varying = frozenset(names - world.independent)
    for base in world.varying:
        world.family(base).changing = True


def _moving(world: World, base: str, changing_too: set[str]) -> set[str]:
    """What a quantity rests on at last, where its change is written and that of nothing behind it: `dx` beside
    `x = r \\cos \\theta`."""
    behind = _behind(world, {base}) - {base}
    return set() if behind & changing_too else {b for b in behind if not world.defined(b)}


def _entries_of(world: World, base: str) -> str | None:
    """The x of `X = (x_{ij})`: they change where X does."""
    for site in world.sites.get(base, ()):
        found = {r.base for r in references(site.body, world) if r.subs}
        if isinstance(site.body, (Fenced, Matrix, Script)) and len(found) == 1:
            return found.pop()
    return None


def some_changes(world: World, e: Equation) -> frozenset[str] | None:
    """The names that change in a line which speaks of some changes only: it writes no differential of the others, and
    none of them stands under a d of the line itself, as Y does in `d(XY) = dX\\,Y`. None where all of them change."""
    if not world.varying or not has_signs(e):
        return None
    chain = [x for x in world.equations if x.document is e.document and x.chain == e.chain] or [e]
    sides = [side for x in chain for side in (x.lhs, x.rhs)]
    own = _behind(world, changing(world.glossary, *(s for s in sides if not lone_change(s))))
    within = {r.base for n in under_signs(*sides) for r in references(n, world)}
    within |= {n for b in within & world.hidden.keys() for n in world.hidden[b].names}
    others = world.varying - own - within
    return world.varying - others if own and others else None


def lone_change(side: Node) -> bool:
    """`dL`: the differential of a name."""
    factors = side.factors if isinstance(side, Product) else ()
    named = len(factors) == 2 and isinstance(factors[1].node, (Name, Script, Accent))
    return named and isinstance(factors[0].node, Differential)


def _behind(world: World, bases: set[str]) -> set[str]:
    """Some names and all that their definitions rest on."""
    found, todo = set[str](), list(bases)
    while todo:
        base = todo.pop()
        if base not in found:
            found.add(base)
            sites = (*world.sites.get(base, ()), *world.functions.get(base, ()))
            todo += [r.base for site in sites for r in references(site.body, world)]
            todo += world.hidden[base].names if base in world.hidden else ()
    return found


def has_signs(e: Equation) -> bool:
    """Whether signs of differentials stand in a line."""
    return any(isinstance(n, Differential) for side in (e.lhs, e.rhs) for n in walk(side))


def says_constant(e: Equation) -> bool:
    """`dA = 0` for a name A."""
    return e.op == "=" and lone_change(e.lhs) and is_zero(e.rhs)


# --------------------------------------------------------------------------------------------- what bears it out


def _are_signs(sheet: Sheet, lines: list[Equation]) -> bool:
    """Whether the d of some lines is no quantity, no function, and no part of the name of a gradient."""
    everything = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    everything += [node for _, _, node in sheet.expressions]
    sides = [side for e in lines for side in (e.lhs, e.rhs)]
    italic = any(isinstance(n, Name) and n.text == "d" and not n.style for side in sides for n in walk(side))
    if italic and any(map(_is_quantity, everything)):
        return False
    return not any(_is_assignment(e) for e in sheet.equations)


def _borne_out(sheet: Sheet, lines: list[Equation]) -> bool:
    """Whether the words of a document or the form of some lines say that their d's are those of differentials."""
    said = any(SAID.search(text) for text in (*sheet.titles, *(s.text for s in sheet.sentences)))
    return said or any(is_form(side) for e in lines for side in (e.lhs, e.rhs))


def _is_quantity(node: Node) -> bool:
    """Whether an italic d stands somewhere as a number, alone or with scripts; the size in `x \\in R^d` stands on no
    line and confuses nobody."""
    stack = [node]
    while stack:
        top = stack.pop()
        if is_derivative(top):
            continue
        if isinstance(top, Name) and top.text == "d" and not top.style:
            return True
        if isinstance(top, Product):
            stack += [f.node for n, f in enumerate(top.factors) if not acts(top.factors, n)]
        elif isinstance(top, (Script, Big)):
            stack += [top.base] if isinstance(top, Script) else []
        else:
            stack += children(top)
    return False


def _is_assignment(e: Equation) -> bool:
    """`dZ = A - Y`, `d(x, y) = |x - y|`: a d on the left and none on the right, so it belongs to a name."""
    left, right = degree(e.lhs), degree(e.rhs)
    return e.op in ("=", ":=", "←") and left == 1 and right == 0 and not is_zero(e.rhs)
