r"""What a sheet gives by a formula that is not computed.

An integral, `A(\eta) = \log \int h(y) e^{\eta y} dy`: the function is one that nobody defines, and what holds for
every function holds for it. It must be one of its parameters alone, else derivatives by what stands under the integral
would vanish.

The probability of an event, `\pi_\theta(a | s) = P(A_t = a | S_t = s)`, is such a function where nothing else is said
of probabilities under its letter, and so is that of `X \le x`.

A convolution, `O = X * F`, beside the sums that give the entries of what it makes: these say what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fenced, Infix, Link, Name, Node, Product, Relation, Sum, Text
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments, pattern, stem
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key, reference, walk

STARS = frozenset({"*", "ast", "star", "circledast"})
"""Signs of a convolution, where words speak of one."""
CONVOLVING = STARS | {"otimes"}
"""Those and another one, where formulas say what it is."""
CONSTANTS = frozenset({"pi", "e", "infty", "d", "bb R"})
PROBABILITIES = frozenset({"P", "Pr", "Prob"})


def by_an_integral(world: World, lhs: Node, rhs: Node) -> bool:
    """Whether a function is said to be an integral, of its own parameters alone."""
    factors = lhs.factors if isinstance(lhs, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[1].node, Fenced):
        return False
    name, params = reference(factors[0].node, world.glossary), arguments(factors[1].node)
    known = {r.base for p in params if (r := reference(p, world.glossary)) is not None}
    if name is None or not name.bare or len(known) != len(params) or not any(_is_integral(n) for n in walk(rhs)):
        return False
    called, over = set(_called(world, rhs)), set(_over(rhs))
    inside = {r.base for r in references(rhs, world)} - known - called - over - CONSTANTS
    return not any(base for base in inside if not is_function_word(base))


def by_a_convolution(world: World, lhs: Node, rhs: Node) -> bool:
    """Whether a star may stand for a convolution, or a word for a function that nobody defines, and sums elsewhere
    say what the entries of it are."""
    name = reference(lhs, world.glossary)
    starred = world.convolving and any(
        f.op in CONVOLVING for n in walk(rhs) if isinstance(n, Product) for f in n.factors
    )
    if name is None or name.subs or not (starred or _by_a_word(world, rhs)):
        return False
    for e in world.equations:
        entry = reference(e.lhs, world.glossary)
        summed = any(isinstance(n, Big | Sum) for n in walk(e.rhs))
        if entry is not None and entry.base == name.base and entry.subs and summed and e.op in DEFINING:
            return True
    return False


def _by_a_word(world: World, node: Node) -> bool:
    r"""Whether a formula is `\text{conv}(X, K)`, a call of a word that no formula begins with."""
    word = _word(node)
    return word is not None and not is_function_word(word) and all(_word(e.lhs) != word for e in world.equations)


def _word(node: Node) -> str | None:
    match node:
        case Product(factors=(Factor(node=Text(text=word)), Factor(op="", node=Fenced()))):
            return word
        case Product(factors=(Factor(node=Name(text=word, style=style)), Factor(op="", node=Fenced()))):
            return word if len(word) > 1 and "rm" in style else None
    return None


def _is_integral(node: Node) -> bool:
    return isinstance(node, Big) and node.op == "int"


def _called(world: World, node: Node) -> Iterator[str]:
    """The functions that are called in a formula, and have no formula themselves."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for n, f in enumerate(product.factors[:-1]):
            ref, fence = reference(f.node, world.glossary), product.factors[n + 1]
            if ref is not None and isinstance(fence.node, Fenced) and not fence.op and not world.defined(ref.base):
                yield ref.base


def _over(node: Node) -> Iterator[str]:
    """The letters that integrals run over."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for n, f in enumerate(product.factors[:-1]):
            after = product.factors[n + 1].node
            if node_key(f.node) == node_key(Name(f.node.span, "d")) and isinstance(after, Name):
                yield " ".join([*(s for s in after.style if s != "rm"), after.text])


def by_a_probability(world: World, lhs: Node, rhs: Node) -> bool:
    """Whether a name is said to be the probability of an event of which the document says nothing else: of a value,
    or one that is no function of just what the name is called with."""
    fence = _event(rhs)
    called = isinstance(lhs, Product)  # the g_{ij} of `g_{ij} = P(z_i = j | x_i)` are entries, which sum to one
    if fence is None or not called or _event(lhs) is not None or (named := _named(world, lhs)) is None:
        return False
    inside = {r.base for r in references(fence, world)}
    if not any(isinstance(n, Relation) for n in walk(fence.body)) and inside == named:
        return False
    if (bound := _bound(world, fence)) is not None:
        return bound in named  # else the event would be a number, and the function that of it
    said = (side for e in world.equations if not _names(world, e) for side in (e.lhs, e.rhs))
    of = _variables(world, fence)
    return bool(of) and not any(of & _variables(world, x) for side in said for x in _events(side))


def _names(world: World, e: Equation) -> bool:
    """Whether an equation gives a name to the probability of an event, and does no more."""
    sides = (e.lhs, e.rhs)
    events = [_event(s) is not None for s in sides]
    return any(events) and not e.link and all(x or _named(world, s) for x, s in zip(events, sides, strict=True))


def _bound(world: World, fence: Fenced) -> str | None:
    r"""The x of `X \le x`."""
    match fence.body:
        case Relation(links=(Link(op="≤" | "<" | "≥" | ">", node=node),)):
            ref = reference(node, world.glossary)
            return None if ref is None else ref.base
    return None


def _variables(world: World, fence: Fenced) -> set[str]:
    """The names before the bar of an event."""
    return {stem(x) for x in pattern(fence, world.glossary).variables if x is not None}


def _event(node: Node) -> Fenced | None:
    """The event where a side is a probability and nothing else."""
    return _behind(*node.factors) if isinstance(node, Product) and len(node.factors) == 2 else None


def _events(side: Node) -> Iterator[Fenced]:
    """All events of which the probabilities stand in a formula."""
    rows = (n.factors for n in walk(side) if isinstance(n, Product))
    yield from (x for factors in rows for pair in pairwise(factors) if (x := _behind(*pair)) is not None)


def _behind(f: Factor, g: Factor) -> Fenced | None:
    r"""What stands behind the P of `P(A_t = a | S_t = s)`."""
    named = isinstance(f.node, Name) and f.node.text in PROBABILITIES
    if not named or g.op or not isinstance(fence := g.node, Fenced) or fence.open != "(":
        return None
    signs = (isinstance(n, Relation) or (isinstance(n, Infix) and n.op == "|") for n in walk(fence.body))
    return fence if any(signs) else None


def _named(world: World, node: Node) -> set[str] | None:
    r"""What tells which value a side is, if it is a name or a call: the a, s and \theta of `\pi_\theta(a | s)`."""
    factors = node.factors if isinstance(node, Product) else ()
    called = len(factors) == 2 and not factors[1].op and isinstance(factors[1].node, Fenced)
    ref = reference(factors[0].node if called else node, world.glossary)
    if ref is None or ref.postfix or is_function_word(ref.base):
        return None
    return {r.base for r in references(node, world)} - {ref.base} | set(ref.base.split("_")[1:])
