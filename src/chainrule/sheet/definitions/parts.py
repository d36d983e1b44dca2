r"""Vectors whose components are numbered: `\theta = (\theta_1, \theta_2)`, `E(\mathbf w) = E(w_1, w_2)`.

A function of a vector that is written out in numbered letters says the same: `J(\theta) = \theta_1^2 + 2 \theta_2^2`.
The vector then has as many entries as there are numbers; numbered letters of another look are its entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Comma, Fenced, Matrix, Name, Node, Number, Product, Script
from chainrule.sheet.arrays.components import vector_of
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

MOST_PARTS = 32


def numbered_parts(world: World, equations: Iterable[Equation]) -> None:
    """Declare the vectors whose components an equation numbers, and what those components are."""
    equations = list(equations)
    heads = [reference(e.lhs, world.glossary) for e in equations if not e.link]
    given = {r.base for r in heads if r is not None and r.subs}  # what has formulas for its numbers may be vectors
    by_all = {f for e in equations for side in (e.lhs, e.rhs) for f in _under_nabla(world, side)}
    alone = {base for e in equations if (base := _of_one_number(world, e)) is not None}
    upright = any(_is_transposed(e.rhs) and components_of(world, e.rhs) is not None for e in equations)
    for e in equations:
        if e.op not in ("=", ":=", "≡"):
            continue
        for vector, base, count in (*_said(world, e), *_all_arguments(world, e, by_all, given | alone)):
            ref = reference(vector, world.glossary)
            if ref is None or not ref.bare or ref.base in world.vectors:
                continue
            family, letters = world.family(ref.base), world.family(base)
            if family.declared_rank not in (None, "vector", "column"):
                continue
            other = base in given and _letter(base) != _letter(ref.base)
            if base != ref.base and (other or world.defined(base) or letters.declared_rank not in (None, "scalar")):
                continue
            world.vectors[ref.base] = (base, count)
            if vector is e.lhs and isinstance(e.rhs, Matrix) and len(e.rhs.rows) == 1:
                world.rows.add(ref.base)
            if upright and vector is e.lhs and isinstance(e.rhs, Fenced):
                world.laid_flat.add(ref.base)
            family.declared_rank, family.declared_dims = "vector", (str(count),)
            letters.slots[0], letters.sub_counts = "axis", {1}
            if base != ref.base:  # letters of another look are the entries of the vector
                world.sites.setdefault(base, []).append(Site(base, Ref(base), vector, e.position, own=e.own))


def _said(world: World, e: Equation) -> Iterator[tuple[Node, str, int]]:
    """A vector, the letter of its components, and how many there are."""
    listed = components_of(world, e.rhs)
    if listed is not None and not e.link:
        yield e.lhs, *listed
    form = call_form(e.lhs, world)
    if form is None or len(form[1]) != 1:
        return
    other = call_form(e.rhs, world)
    if other is not None:
        base, count = _numbered(world, other[1])
        if other[0].key == form[0].key and count:
            yield form[1][0], base, count
        return
    ref = reference(form[1][0], world.glossary)
    inside = list(references(e.rhs, world))
    if ref is None or not ref.bare or any(r.base == ref.base and not r.subs for r in inside):
        return
    mine = [r for r in inside if _letter(r.base) == _letter(ref.base) and r.subs]
    numbers = {r.subs[0].text if len(r.subs) == 1 and isinstance(r.subs[0], Number) else "" for r in mine}
    if (
        len({r.base for r in mine}) == 1
        and numbers == {str(n) for n in range(1, len(numbers) + 1)}
        and len(numbers) > 1
    ):
        yield form[1][0], mine[0].base, len(numbers)


def _all_arguments(world: World, e: Equation, functions: set[str], given: set[str]) -> Iterator[tuple[Node, str, int]]:
    r"""The x of `f(x_1, x_2) = x_1^2 + 2 x_2^2` where \nabla f is spoken of: a function of the vector of its arguments,
    unless these have formulas of their own."""
    form = None if e.link else call_form(e.lhs, world)
    if form is None or form[0].base not in functions:
        return
    base, count = _numbered(world, form[1])
    first = form[1][0]
    if count and base not in given and isinstance(first, Script) and not world.defined(base):
        yield first.base, base, count


def _of_one_number(world: World, e: Equation) -> str | None:
    """The u of `u = 5` and `G(u) = u^2`, by itself a number."""
    ref, form = reference(e.lhs, world.glossary), call_form(e.lhs, world)
    if ref is not None and ref.bare and literal_number(e.rhs) is not None:
        return ref.base
    param = reference(form[1][0], world.glossary) if form is not None and len(form[1]) == 1 else None
    if param is None or not param.bare:
        return None
    inside = [r for r in references(e.rhs, world) if r.base == param.base]
    return param.base if inside and all(r.bare for r in inside) else None


def _under_nabla(world: World, side: Node) -> Iterator[str]:
    r"""The functions that stand right behind a gradient sign without a variable."""
    for node in walk(side):
        for f, behind in pairwise(node.factors) if isinstance(node, Product) else ():
            nabla, ref = nabla_of(f.node), reference(behind.node, world.glossary)
            if nabla is not None and not nabla[0] and ref is not None:
                yield ref.base


def _letter(base: str) -> str:
    """A base without its typeface and accent."""
    return base.rsplit(" ", 1)[-1].removeprefix("vec(").rstrip(")")


def components_of(world: World, node: Node) -> tuple[str, int] | None:
    """`(w_1, w_2)`, `[w_1, w_2]^T` or a row or column of them: the letter and how many."""
    if isinstance(node, Script) and _is_transposed(node):
        node = node.base
    items: tuple[Node, ...] = ()
    if isinstance(node, Fenced) and node.open in "([" and isinstance(node.body, Comma):
        items = arguments(node)
    elif isinstance(node, Matrix) and (len(node.rows) == 1 or all(len(r) == 1 for r in node.rows)):
        items = tuple(cell for row in node.rows for cell in row)
    base, count = _numbered(world, items)
    return (base, count) if count else None


def _is_transposed(node: Node) -> bool:
    sup = node.sup if isinstance(node, Script) and node.sub is None else None
    return isinstance(sup, Name) and sup.text in TRANSPOSE_WORDS


def _numbered(world: World, items: tuple[Node, ...]) -> tuple[str, int]:
    """The letter of items that are numbered from 1, and how many they are; 0 when they are not."""
    refs = [reference(i, world.glossary) for i in items]
    if not 2 <= len(refs) <= MOST_PARTS:
        return "", 0
    for n, r in enumerate(refs, start=1):
        plain = r is not None and len(r.subs) == 1 and not (r.labels or r.primes or r.postfix)
        if r is None or not plain or not isinstance(r.subs[0], Number) or r.subs[0].text != str(n):
            return "", 0
    bases = {r.base for r in refs if r is not None}
    return (bases.pop(), len(refs)) if len(bases) == 1 else ("", 0)


def vector_of_entries(world: World, params: tuple[Node, ...]) -> str | None:
    """The vector whose entries are all the parameters of a function: w for `E(w_1, w_2)`, whether anything else speaks
    of it or not."""
    base, count = _numbered(world, params)
    vector = base if base in world.vectors else vector_of(world, base)
    if vector is None:
        return base if count and not any(s.ref.bare for s in world.sites.get(base, ())) else None
    return vector if count == world.vectors[vector][1] else None
