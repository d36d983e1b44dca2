r"""A component beside a sum over components of the same name: `-\log s(u_o) - \sum_{k=1}^K \log s(-u_k)`.

The sum may be over others than u_o, negative samples, neighbours, and the document may leave that unsaid. A line that
holds when o is none of the k is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Big, Factor, Link, Name, Node, Product, Relation, Sum
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.rewriting.usual import bracket
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.syntax.parts import factors_of
from chainrule.sheet.syntax.rebuilding import rebuilt


def beside_a_sum(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """Whether a line holds when what stands beside a sum, in it or in a definition behind it, is none of its terms."""
    names = lines_of(lines.world, [e])[0].names
    for base, letter, world in _worlds(lines.world, names, (e.lhs, e.rhs)):
        subs = {x for r in _refs(lines.world, e, base) for s in r for x in [letter_of(s)] if x is not None}
        free = subs & set(variant.typed[e.position][0].free) - {letter}
        apart = [Relation(e.span, Name(e.span, x), (Link("≠", e.span, Name(e.span, letter)),)) for x in sorted(free)]
        if len(apart) > 1 or (apart and e.conditions):
            continue
        line = replace(
            e,
            lhs=_node_without(world, e.lhs, base, letter),
            rhs=_node_without(world, e.rhs, base, letter),
            conditions=tuple(apart) or e.conditions,
        )
        other = replace(lines, world=world, variants={}).with_line(line)
        if other.agree(line):
            text = f"holds if {letter} is none of what the sum over {base} runs over, which the document does not say"
            return assumed("condition", text)
    return None


def beside_sums(world: World, e: Equation) -> set[tuple[str, str]]:
    """The names in the definitions behind a line that are summed over and stand beside the sum, with their letters."""
    names = lines_of(world, [e])[0].names
    tables = (world.sites, world.functions)
    bodies = [s.body for table in tables for name in sorted(names & table.keys()) for s in table[name]]
    return {pair for body in bodies for pair in _beside(world, body)}


def _refs(world: World, e: Equation, base: str) -> Iterator[tuple[Node, ...]]:
    """The subscripts of a name in a line."""
    yield from (r.subs for side in (e.lhs, e.rhs) for r in references(side, world) if r.base == base)


def _worlds(world: World, names: frozenset[str], sides: tuple[Node, ...]) -> Iterator[tuple[str, str, World]]:
    """The world with such a sum over the others alone: of which name, beside which letter."""
    sites = [
        s for table in (world.sites, world.functions) for name in sorted(names & table.keys()) for s in table[name]
    ]
    sums = [s.body for s in sites] + [n for side in sides for n in walk(side)]
    for base, letter in sorted({pair for node in sums for pair in _beside(world, node)}):
        first, second = (
            {name: [_site_without(world, s, base, letter) for s in found] for name, found in table.items()}
            for table in (world.sites, world.functions)
        )
        yield base, letter, replace(world, sites=first, functions=second, derived={}, bodies={})


def _beside(world: World, body: Node) -> Iterator[tuple[str, str]]:
    """The names that are summed over in one term and stand with a letter of their own in another; not with that of the
    sum itself, of which nothing is left without it."""
    terms = [t.node for t in body.terms] if isinstance(body, Sum) else []
    summed = {pair for t in terms for pair in _summed(world, t)}
    bases = {base for base, _ in summed}
    for term in terms:
        for ref in references(term, world) if not any(isinstance(f.node, Big) for f in factors_of(term)) else ():
            letter = letter_of(ref.subs[0]) if len(ref.subs) == 1 else None
            if ref.base in bases and letter is not None and (ref.base, letter) not in summed:
                yield ref.base, letter


def _summed(world: World, term: Node) -> Iterator[tuple[str, str]]:
    """The names that a term sums over, each with the letter of the sum; not in a range that leaves something out."""
    factors = factors_of(term)
    at = next((n for n, f in enumerate(factors) if isinstance(f.node, Big) and f.node.op == "sum"), None)
    big = None if at is None else factors[at].node
    if not isinstance(big, Big) or big.sup is None or big.sub is None:
        return
    if any(isinstance(f.node, Name) and is_function_word(f.node.text) for f in factors[:at]):
        return  # the logarithm of a normaliser
    letters = set(bound_letters(big.sub))
    for ref in references(Product(term.span, factors[(at or 0) + 1 :]), world):
        letter = letter_of(ref.subs[0]) if len(ref.subs) == 1 else None
        if letter in letters and letter is not None:
            yield ref.base, letter


def _site_without(world: World, site: Site, base: str, letter: str) -> Site:
    """A definition whose sums over a name leave out one index."""
    body = _node_without(world, site.body, base, letter)
    return site if body is site.body else replace(site, body=body)


def _node_without(world: World, node: Node, base: str, letter: str) -> Node:
    """A formula whose sums over a name, beside another component of it, leave out that one."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Sum) or (base, letter) not in set(_beside(world, part)):
            return None
        return replace(part, terms=tuple(replace(t, node=_without(world, t.node, base, letter)) for t in part.terms))

    return rebuilt(node, choose)


def _without(world: World, term: Node, base: str, letter: str) -> Node:
    over = dict(_summed(world, term)).get(base)
    if over is None or not isinstance(term, Product):
        return term
    at = next(n for n, f in enumerate(term.factors) if isinstance(f.node, Big) and f.node.op == "sum")
    apart = Relation(term.span, Name(term.span, over), (Link("≠", term.span, Name(term.span, letter)),))
    others = Factor("", bracket(term, apart))
    return replace(term, factors=(*term.factors[: at + 1], others, *term.factors[at + 1 :]))
