r"""Printed numbers that give a name another value than it had.

A step in numbers alone, `w = 2.2 - 0.1 \cdot (-1.6)` after `w = 2.2`, begins with the value that the name has so far,
to the digits printed, and adds something to it. A list, "We draw $w_1 = 1, w_2 = 1.5$" behind "$w_1 = 0.5$, $w_2 =
0.6$", is another start: a number that differs in one place may be a mistake in copying, in two places of one list it
is none. What is concluded, "so $x = 1, y = 2$", or said of an extremum stays a claim. `a \approx 1.4` is no rounding
of a 2 that a was given: it is what the name has by then.
"""

from __future__ import annotations

import re
from fractions import Fraction as Rational

from chainrule.read.tree import Fenced, Fraction, Node, Product, Sum
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal, literal_number
from chainrule.sheet.syntax.names import node_key, reference

SEPARATED = re.compile(r"(?:[\s,;&$]|\\q?quad|\\[,;:! ()]|\\\\|\b(?:and|und|et|y|e|и|och)\b|[和与、，；]|ו-)*")
CONCLUDED = re.compile(
    r"\b(?:then|so|thus|hence|therefore|gets?|got|obtain\w*|giv(?:es?|ing)|yield\w*|becomes?|finds?|found|results?"
    r"|solutions?|zero|vanish\w*|minim\w*|maxim\w*|optim\w*|stationary|critical)\b[^.:;]*\Z",
    re.IGNORECASE,
)
SEVERAL = 2
FAR = Rational(1, 10)
"""A number that is off by less than this part of it, or by less than its last digit, may be rounded wrongly."""


def steps_on(body: Node, rhs: Node) -> bool:
    """Whether a formula of numbers begins with the value that another one has, and goes on."""
    if not isinstance(rhs, Sum) or len(rhs.terms) < 2 or _value(rhs) is None:
        return False
    before, first = _value(body), literal_number(Sum(rhs.span, rhs.terms[:1]))
    text = getattr(rhs.terms[0].node, "text", "")
    if before is None or first is None:
        return False
    unit = Rational(1, 10 ** len(text.partition(".")[2]))
    return abs(before - first) <= (unit / 2 if "." in text else 0)


def _value(node: Node) -> Rational | None:
    """The value of sums, products and quotients of printed numbers."""
    number = literal_number(node)
    if number is not None:
        return number
    match node:
        case Fenced(open="(" | "[", body=body):
            return _value(body)
        case Sum(terms=terms) if all(t.sign in "+-" for t in terms):
            values = [(t.sign, _value(t.node)) for t in terms]
            known = [v if sign == "+" else -v for sign, v in values if v is not None]
            return sum(known, Rational(0)) if len(known) == len(values) else None
        case Fraction(numerator=above, denominator=below):
            return _quotient(_value(above), _value(below))
        case Product(factors=factors):
            total: Rational | None = Rational(1)
            for f in factors:
                value = _value(f.node)
                if value is None or total is None or f.op not in ("", "cdot", "times", "*", "/"):
                    return None
                total = _quotient(total, value) if f.op == "/" else total * value
            return total
    return None


def _quotient(above: Rational | None, below: Rational | None) -> Rational | None:
    return above / below if above is not None and below else None


def is_listed_anew(world: World, e: Equation) -> bool:
    """Whether an equation is one of a list that gives several names other numbers than they were given before."""
    items = _list_of(world, e)
    if len(items) < SEVERAL or CONCLUDED.search(items[0].cue or items[0].lead):
        return False
    return sum(_differs(world, x, items[0].position) for x in items) >= SEVERAL


def is_no_rounding(world: World, e: Equation, site: Site) -> bool:
    """Whether a line behind a number for a name says that it is about another one, far from it."""
    ref, given, printed = reference(e.lhs, world.glossary), literal_number(site.body), literal_number(e.rhs)
    if e.op != "≈" or e.link or e.position <= site.position or ref is None or ref.base != site.base:
        return False
    if given is None or printed is None or ref.key != site.ref.key or CONCLUDED.search(e.cue or e.lead):
        return False
    unit = Rational(1, 10 ** len(e.text(e.rhs).partition(".")[2].strip("}$ ")))
    return abs(given - printed) > max(unit, FAR * max(abs(given), abs(printed)))


def _list_of(world: World, e: Equation) -> list[Equation]:
    """The equations beside an equation that give names their numbers, with nothing but separators between."""
    items = [e]
    for x in reversed([x for x in world.equations if x.position < e.position]):
        if not _adjoin(x, items[0]):
            break
        items.insert(0, x)
    for x in (x for x in world.equations if x.position > e.position):
        if not _adjoin(items[-1], x):
            break
        items.append(x)
    return items if all(x.op in ("=", "≈") and not x.link and is_literal(x.rhs) for x in items) else []


def _adjoin(one: Equation, other: Equation) -> bool:
    same = one.document is other.document and one.own == other.own
    return same and SEPARATED.fullmatch(one.document.text, one.span.end, other.span.start) is not None


def _differs(world: World, e: Equation, start: int) -> bool:
    """Whether a name had another number before a place."""
    ref = reference(e.lhs, world.glossary)
    if ref is None:
        return False
    before = [s for s in world.sites.get(ref.base, ()) if s.ref.key == ref.key and s.position < start]
    return bool(before) and is_literal(before[-1].body) and node_key(before[-1].body) != node_key(e.rhs)
