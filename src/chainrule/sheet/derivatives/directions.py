"""Directional derivatives: `Df(x)[h]`, `D_W f(W)[H]`, `D_v f(x)` where the words speak of a direction."""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Differential, Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.derivatives.degrees import is_d
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

DIRECTIONS = re.compile(r"\bdirection|\bRichtung|\bdirecci[oó]n|\bdirezion|方向", re.IGNORECASE)


COORDINATES = frozenset("ijkmn")
"""Letters that number what is differentiated by: `D_i f` is a partial derivative."""


def with_directions(sheet: Sheet) -> Sheet:
    """The sheet with the D of its directional derivatives as signs."""
    sides = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    said = any(DIRECTIONS.search(s.text) for s in sheet.sentences)
    if any(map(_is_quantity, sides)) or not any(out(side, said) is not side for side in sides):
        return sheet
    before, done = sheet.glossary.rewritten, {id(side): out(side, said) for side in sides}
    sheet.equations = [replace(e, lhs=done[id(e.lhs)], rhs=done[id(e.rhs)]) for e in sheet.equations]
    sheet.glossary.rewritten = lambda node, at: out(before(node, at), said)
    return sheet


def out(node: Node, said: bool) -> Node:
    """A formula with the sign of a directional derivative in the place of every D of one."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Product):
            return None
        signs = [_sign(part.factors, n, said) for n in range(len(part.factors))]
        if not any(signs):
            return None
        found = zip(part.factors, signs, strict=True)
        return Product(part.span, tuple(replace(f, node=sign or out(f.node, said)) for f, sign in found))

    return rebuilt(node, choose)


def _sign(factors: tuple[Factor, ...], n: int, said: bool) -> Differential | None:
    """The D before a function with its argument, where a direction stands in brackets behind it, or below it."""
    node = factors[n].node
    base, sub = (node.base, node.sub) if isinstance(node, Script) else (node, None)
    if not (_is_sign(base) and is_call(factors, n + 1)) or (isinstance(node, Script) and (node.sup or node.primes)):
        return None
    if in_brackets(factors, n + 3) is not None:
        return Differential(node.span, sub)
    fence = factors[n + 2].node
    names = {node_key(x) for x in arguments(fence)} if isinstance(fence, Fenced) else set()
    if sub is None or node_key(sub) in names or (isinstance(sub, Name) and sub.text in COORDINATES):
        return None
    return Differential(node.span, sub) if said and isinstance(base, Name) and base.text == "D" else None


def _is_sign(node: Node) -> bool:
    return is_d(node) or (isinstance(node, Name) and node.text == "D" and set(node.style) <= {"rm", "bb"})


def is_call(factors: tuple[Factor, ...], n: int) -> bool:
    """Whether a name with a lone argument in parentheses stands at a place of a row of factors: `f(x)`."""
    if n + 1 >= len(factors) or factors[n].op or factors[n + 1].op:
        return False
    fence = factors[n + 1].node
    named = isinstance(factors[n].node, (Name, Script, Accent))
    return named and isinstance(fence, Fenced) and fence.open == "(" and not isinstance(fence.body, Comma)


def in_brackets(factors: tuple[Factor, ...], n: int) -> Node | None:
    """What stands in brackets at a place of a row of factors."""
    node = factors[n].node if n < len(factors) and not factors[n].op else None
    return node.body if isinstance(node, Fenced) and node.open == "[" else None


def _is_quantity(side: Node) -> bool:
    """Whether D is what a formula is: `D = ...` says what it is, so it is no sign."""
    return isinstance(side, Name) and side.text == "D" and not any(n is not side for n in walk(side))
