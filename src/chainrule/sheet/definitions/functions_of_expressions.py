r"""Functions defined at an expression: `g(w^T x) = \frac{1}{1 + e^{-w^T x}}` says what g is of any number.

The expression takes the place of the argument where the formula has it as a whole, and nothing else in the formula may
speak of what it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Fenced, Name, Node, Product
from chainrule.sheet.records.families import FUNCTION_LETTERS
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.replacing import with_place

ARGUMENT = "·argument"


def functions_of_expressions(world: World, equations: Iterable[Equation]) -> None:
    """Give the functions that nothing else defines the meaning that a formula at an expression gives them."""
    for e in equations:
        if e.op in DEFINING and e.source == "formula" and not is_numeric(e.rhs):
            _take(world, e)


def _take(world: World, e: Equation) -> None:
    factors = e.lhs.factors if isinstance(e.lhs, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(fence := factors[1].node, Fenced) or fence.open != "(":
        return
    ref, args = reference(factors[0].node, world.glossary), arguments(fence)
    if ref is None or not ref.bare or ref.postfix or ref.primes or ref.base not in FUNCTION_LETTERS or len(args) != 1:
        return
    known = world.function(ref.base, e.position) is not None or ref.base in {*world.roles, *world.sites, *DEFAULT_ROLES}
    if known or is_density(ref.base) or is_function_word(ref.base):
        return
    made_of = {r.base for r in references(args[0], world)}
    if reference(args[0], world.glossary) is not None or not made_of:
        return
    place = Name(args[0].span, ARGUMENT)
    body = with_place(e.rhs, args[0], place)
    if body is e.rhs or made_of & {r.base for r in references(body, world)} or _calls(world, body, ref.base):
        return
    section = e.section
    site = Site(ref.base, ref, body, e.position, (place,), section=section, own=e.own, written=e.rhs)
    world.functions[ref.base] = [site]


def _calls(world: World, body: Node, base: str) -> bool:
    return any(r.base == base for r in references(body, world))
