"""Entries as programs and signal processing write them: `y[n]` and `x[n + 1]` are the y_n and x_{n+1} of other texts.

A name is read so where brackets behind it never hold anything but places: index letters, whole numbers, and sums of
them; and where one of these letters runs in a sum of the document, or stands with a number beside it. The k of `k[k-1]`
is a number, and where nothing but sums ever stands in brackets, `c[n+1]`, these are those of a product. Where a text
has rows or columns as in code, `A[i, :]`, brackets that hold places alone are subscripts without more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Comma, Factor, Fenced, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import children, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.slices import COLUMN, ROW


def with_places_in_brackets(sheet: Sheet) -> Sheet:
    """The sheet with places in brackets as subscripts."""
    places = _places(sheet)
    running = sheet.glossary.bound | {x for found in places.values() for x in _stepping(found)}
    bases = {b for b, found in places.items() if all(map(_is_place, found)) and _letters(found) & running}
    if any(isinstance(n, Fenced) and n.open in (ROW, COLUMN) for n in _formulas(sheet)):
        bases = {b for b, found in places.items() if all(map(_is_place, found))}  # `A[i, :]` stands somewhere
        cut = {b for b in bases if b not in _letters(places[b])}
    else:
        cut = set()
    bases = cut | {b for b in bases if b not in running and b not in _letters(places[b])}
    if not cut and all(isinstance(p, Sum) for b in bases for p in places[b]):
        return sheet

    def choose(node: Node) -> Node | None:
        if isinstance(node, Script) and node.sub is not None:  # the h of `W_{h[i,j]}` is a part of the name
            return replace(node, base=rebuilt(node.base, choose), sup=node.sup and rebuilt(node.sup, choose))
        if not isinstance(node, Product):
            return None
        out: list[Factor] = []
        for factor in node.factors:
            place = _place(factor.node)
            if out and place is not None and _base(sheet, out[-1], factor) in bases:
                name, sup = out[-1].node, factor.node.sup if isinstance(factor.node, Script) else None
                out[-1] = replace(out[-1], node=Script(name.span.join(factor.node.span), name, place, sup, 0))
            else:
                out.append(replace(factor, node=rebuilt(factor.node, choose)))
        return out[0].node if len(out) == 1 else replace(node, factors=tuple(out))

    return throughout(sheet, lambda node: rebuilt(node, choose))


def _formulas(sheet: Sheet) -> Iterator[Node]:
    return (n for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side))


def _places(sheet: Sheet) -> dict[str, list[Node]]:
    """What stands in brackets right behind each name."""
    found: dict[str, list[Node]] = {}
    for node in (n for e in sheet.equations for side in (e.lhs, e.rhs) for n in _outside_subscripts(side)):
        for name, behind in pairwise(node.factors if isinstance(node, Product) else ()):
            base = _base(sheet, name, behind)
            place = _place(behind.node)
            if base is not None and place is not None:
                found.setdefault(base, []).append(place)
    return found


def _outside_subscripts(node: Node) -> Iterator[Node]:
    yield node
    for part in children(node):
        if not (isinstance(node, Script) and part is node.sub):
            yield from _outside_subscripts(part)


def _place(node: Node) -> Node | None:
    """What stands in the brackets of `[n]` and `[n]^2`."""
    core = node.base if isinstance(node, Script) and node.sub is None and not node.primes else node
    return core.body if isinstance(core, Fenced) and core.open == "[" else None


def _base(sheet: Sheet, name: Factor, behind: Factor) -> str | None:
    if behind.op or _place(behind.node) is None or not isinstance(name.node, (Name, Accent)):
        return None
    ref = reference(name.node, sheet.glossary)
    plain = ref is not None and ref.bare and not is_function_word(ref.base) and ref.base not in EXPECTATIONS
    return ref.base if ref is not None and plain else None


def _is_place(node: Node) -> bool:
    match node:
        case Name(text=text):
            return len(text) == 1 and text.islower()
        case Number(text=text):
            return text.isdigit()
        case Sum(terms=terms):
            return all(_is_place(t.node) and not isinstance(t.node, Sum) for t in terms)
        case Comma(items=items):
            return all(_is_place(i) and not isinstance(i, Comma) for i in items)
    return False


def _letters(places: list[Node]) -> set[str]:
    return {n.text for p in places for n in walk(p) if isinstance(n, Name)}


def _stepping(places: list[Node]) -> Iterator[str]:
    """The letters that stand alone in one place of a name and with a whole number in another: `x[n]` and `x[n + 1]`."""
    alone = {p.text for p in places if isinstance(p, Name)}
    for part in (p for p in places if isinstance(p, Sum) and any(isinstance(t.node, Number) for t in p.terms)):
        yield from (t.node.text for t in part.terms if isinstance(t.node, Name) and t.node.text in alone)
