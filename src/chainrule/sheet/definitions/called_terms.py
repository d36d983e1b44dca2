r"""Terms of a total that are only said to be functions: `L = \sum_t L_t(y_t, \hat y_t)` makes L_t one of y_t alone.

Where such a term also stands without its arguments, `\partial L_t / \partial y_t`, that is its value; it depends on the
quantities of its own index and on no others. A term whose arguments do not carry its index, `L_i(w)`, is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Factor, Node, Product
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.names import EACH, Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import ANY


def called_terms(world: World, equations: Iterable[Equation]) -> None:
    """Give such terms, and the functions they are, a meaning: some function of their arguments."""
    for e, call, ref, params in _calls(world, equations):
        if world.defined(ref.base) or not all(_carries(world, p, ref) for p in params):
            continue
        function = Accent(call.span, ANY, _bare(call.factors[0].node))
        named = reference(function, world.glossary)
        if named is None:
            continue
        world.family(named.base).called = world.family(named.base).calls_with_names = 1
        body = replace(call, factors=(Factor("", function), *call.factors[1:]))
        section = e.section
        site = Site(ref.base, ref, body, e.position, section=section, own=e.own)
        world.sites[ref.base] = [site]
        world.functions[ref.base] = [replace(site, params=params)]


def _calls(world: World, equations: Iterable[Equation]) -> Iterator[tuple[Equation, Product, Ref, tuple[Node, ...]]]:
    for e in equations:
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
            for n in range(len(node.factors) - 1):
                pair = Product(node.span, (replace(node.factors[n], op=""), node.factors[n + 1]))
                form = call_form(pair, world)
                if form is not None and form[0].base.endswith(EACH) and len(form[0].subs) == 1:
                    yield e, pair, form[0], arguments(pair.factors[1].node)


def _carries(world: World, param: Node, term: Ref) -> bool:
    """Whether an argument is a name with the index of the term."""
    ref = reference(param, world.glossary)
    return ref is not None and [letter_of(s) for s in ref.subs] == [letter_of(s) for s in term.subs]


def _bare(name: Node) -> Node:
    """The letter of `L_t`."""
    return getattr(name, "base", name)
